//! `explain PATH:LINE`: usage, and what becomes of the findings on the line.

use super::{BOTH, Ran, folder, run, run_on, write};
use crate::Exit;

const TEXT: &str = "fn a() {}\nfn b() { deadlock } // \u{1b}[31m\n\
    fn c() { deadlock } // preflight: allow(relock): it is a word\n";

#[test]
fn what_a_part_says_stands_between_the_line_and_its_findings() {
    let here = folder(&[("src/a.rs", TEXT)]);
    let ran = run(here.path(), &["explain", "src/a.rs:2"]);
    assert_eq!((ran.exit, ran.stderr.as_str()), (Exit::Clean, ""));
    assert_eq!(
        ran.stdout,
        "src/a.rs:2\n     2 │ fn b() { deadlock } // \\u{1b}[31m\n\nhere\n    src/a.rs:2 is a line\n\n\
         findings on this line\n    deny relock (proven), at src/a.rs:2:10: found deadlock\n"
    );
    let ran = run(here.path(), &["explain", "src/a.rs:3:4"]);
    assert!(ran.stdout.starts_with("src/a.rs:3:4\n"), "{}", ran.stdout);
    assert!(
        ran.stdout.ends_with("        suppressed: it is a word\n"),
        "{}",
        ran.stdout
    );
    let ran = run(here.path(), &["explain", "src/a.rs:1"]);
    assert!(
        ran.stdout.ends_with("findings on this line\n    none\n"),
        "{}",
        ran.stdout
    );
}

#[test]
fn the_policy_has_its_say() {
    let here = folder(&[
        ("src/a.rs", TEXT),
        (
            "src/preflight.yaml",
            "version: 1\nlevels:\n  relock: allow\n",
        ),
    ]);
    let ran = run(here.path(), &["explain", "src/a.rs:2"]);
    assert!(
        ran.stdout
            .ends_with("`relock` at src/a.rs:2:10 is not reported: its level is allow here\n"),
        "{}",
        ran.stdout
    );
    write(
        here.path(),
        &[("other.yaml", "version: 1\nlevels:\n  relock: warn\n")],
    );
    let ran = run(
        here.path(),
        &["explain", "src/a.rs:2", "--config", "other.yaml"],
    );
    assert!(
        ran.stdout.contains("    warn relock (proven)"),
        "{}",
        ran.stdout
    );
}

#[test]
fn the_merged_command_asks_the_part_that_knows_the_file() {
    let here = folder(&[("src/a.rs", TEXT)]);
    let args = ["explain", "src/a.rs:2"];
    let mut stdout = Vec::new();
    let (exit, _) = run_on(here.path(), &args, &mut stdout, &BOTH);
    assert_eq!(exit, Exit::Clean);
    let alone = run(here.path(), &args);
    // A merged report says which part found something, an outline need not.
    assert_eq!(String::from_utf8(stdout).unwrap(), alone.stdout);
}

#[test]
fn slips_are_told_and_are_bad_usage() {
    let here = folder(&[("src/a.rs", TEXT), ("notes.txt", "a\n"), ("empty.rs", "")]);
    let said = |what: &str| {
        let Ran {
            exit,
            stdout,
            stderr,
        } = run(here.path(), &["explain", what]);
        assert_eq!((exit, stdout.as_str()), (Exit::Undecided, ""), "{what}");
        stderr
    };
    assert!(said("src/a.rs:9").contains("`src/a.rs` has no line 9: it has 3 lines"));
    assert!(said("empty.rs:1").contains("`empty.rs` has no line 1: it has 0 lines"));
    assert!(said("src/b.rs:1").contains("cannot read `src/b.rs`: there is no such file or folder"));
    assert!(said("src:1").contains("`src` is a folder and has no lines"));
    assert!(said("src/a.rs").contains("write a place as PATH:LINE"));
    assert!(said("src/a.rs:0").contains("lines count from 1"));
    assert!(said("notes.txt:1").contains("there is nothing to explain in `notes.txt`"));
    assert!(said("relok").contains("did you mean `relock`?"));
    assert!(!said("a\u{1b}[31m:1").contains('\u{1b}'));
}
