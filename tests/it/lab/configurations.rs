//! Whole configurations, without their sessions, against the daemon.

#![expect(clippy::print_stdout, reason = "what is counted is printed")]

use testkit::lab::comparison::{Tally, compare_all};
use testkit::lab::estates::{generated, written};

/// How many configurations are made up.
pub(super) const GENERATED: u64 = 120;

#[track_caller]
fn expect_equal(tally: &Tally) {
    let first: Vec<&str> = tally.wrong.iter().take(3).map(String::as_str).collect();
    assert!(tally.wrong.is_empty(), "{tally}\n{}", first.join("\n"));
    println!("{tally}");
}

#[test]
fn configurations_that_people_write_mean_the_same_here_and_in_the_daemon() {
    let all = written();
    let tally = compare_all(&all);
    assert_eq!(tally.configurations, all.len());
    expect_equal(&tally);
    assert!(all.len() > 30, "{tally}");
    assert!(tally.routes > 200, "{tally}");
}

#[test]
fn configurations_that_are_made_up_mean_the_same_here_and_in_the_daemon() {
    let all: Vec<(String, String)> = (0..GENERATED)
        .map(|seed| (format!("seed {seed}"), generated(seed)))
        .collect();
    let tally = compare_all(&all);
    expect_equal(&tally);
    assert!(tally.routes > 1000, "{tally}");
}
