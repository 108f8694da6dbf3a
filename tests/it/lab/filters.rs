//! The interpreter of filters against BIRD's own.

#![expect(clippy::print_stdout, reason = "what is counted is printed")]

use testkit::lab::programs::{Tally, compare};

/// How many programs are made up, and how many of them one daemon runs.
pub(super) const PROGRAMS: u64 = 400;
const BATCH: u64 = 100;

#[test]
fn random_programs_do_what_the_daemon_does() {
    let mut tally = Tally::default();
    for batch in 0..PROGRAMS / BATCH {
        compare(batch * BATCH..(batch + 1) * BATCH, &mut tally);
    }
    println!("{tally}");
    assert!(
        tally.wrong.is_empty(),
        "{tally}; such as\n{}",
        tally.wrong[0]
    );
    // Most programs load and do something.
    assert!(tally.refused * 4 < tally.programs, "{tally}");
    assert!(tally.equal > 5_000 && tally.accepted > 1_000, "{tally}");
}
