//! Policies and suppressions that are wrong: never taken for "nothing is forbidden".

use std::fmt::Write as _;

use rules::Exit;
use testkit::tree;

use super::{DEADLOCK, MANIFEST, check, fired, structlint};

/// What a run with this policy says on stderr; it must be undecided.
fn refused(policy: &str) -> String {
    let folder = tree::write(&[
        MANIFEST,
        ("src/lib.rs", DEADLOCK),
        ("preflight.yaml", policy),
    ]);
    let ran = structlint().cwd(folder.path()).args(["check", "."]).run();
    assert_eq!(ran.exit, Exit::Undecided, "{policy}\n{}", ran.stderr);
    let said = format!("{}{}", ran.stdout, ran.stderr);
    assert!(said.contains("preflight.yaml"), "{said}");
    said
}

#[test]
fn an_unknown_key_comes_with_a_suggestion() {
    let said = refused("version: 1\nlevles:\n  relock: warn\n");
    assert!(said.contains("levles") && said.contains("levels"), "{said}");
    assert!(said.contains(":2:1"), "{said}");
}

#[test]
fn a_value_of_the_wrong_type_has_a_place() {
    let said = refused("version: 1\nlevels: [relock]\n");
    assert!(said.contains(":2:"), "{said}");
    let said = refused("version: 1\nlevels:\n  relock: forbid\n");
    assert!(said.contains("forbid") && said.contains(":3:"), "{said}");
}

#[test]
fn an_unknown_rule_comes_with_a_suggestion() {
    let said = refused("version: 1\nlevels:\n  relock-in-scrutine: allow\n");
    assert!(said.contains("relock-in-scrutinee"), "{said}");
}

#[test]
fn a_bomb_of_aliases_is_refused() {
    let mut bomb = "version: 1\na: &a [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for (name, of) in ["a", "b", "c", "d", "e", "f", "g", "h"]
        .windows(2)
        .map(|two| (two[1], two[0]))
    {
        let list = vec![format!("*{of}"); 10].join(", ");
        writeln!(bomb, "{name}: &{name} [{list}]").unwrap();
    }
    refused(&bomb);
}

#[test]
fn a_policy_that_is_not_text_is_refused() {
    refused("version: 1\n\u{0}levels: {}\n");
    refused("version: 1\n  \tlevels: {\n");
    refused(&format!("version: 1\nlevels: {}", "[".repeat(100_000)));
}

#[test]
fn a_suppression_of_an_unknown_rule_is_a_finding_and_suppresses_nothing() {
    let text = DEADLOCK.replace(
        "            self.load",
        "            // preflight: allow(relock-in-scrutine): it is fine\n            self.load",
    );
    let folder = tree::write(&[MANIFEST, ("src/lib.rs", &text)]);
    let (exit, report) = check(folder.path());
    assert_eq!(exit, Exit::Denied);
    let fired = fired(&report);
    assert!(
        fired.contains(&"relock-in-scrutinee src/lib.rs".to_owned()),
        "{fired:?}"
    );
    assert_eq!(fired.len(), 2, "{fired:?}");
}

/// A policy with one lock of `lines`, from line 4 on.
fn lock(lines: &[&str]) -> String {
    let lines: Vec<String> = lines.iter().map(|line| format!("      {line}\n")).collect();
    let lines = lines.concat();
    format!("version: 1\nlints:\n  locks:\n    - types: [corro::Gate]\n{lines}")
}

#[test]
fn a_lock_that_is_wrong_has_a_place() {
    let methods = "methods: { enter: { mode: exclusive } }";
    let cases: &[(String, &[&str])] = &[
        (
            lock(&["kind: mutxe", methods]),
            &["mutxe", "`mutex`", ":5:"],
        ),
        (
            lock(&["kind: mutex", "methods: { enter: { mode: alone } }"]),
            &["alone", ":6:"],
        ),
        (lock(&["kind: mutex", "method: {}"]), &["`methods`", ":6:"]),
        (
            lock(&[
                "kind: mutex",
                "methods: { enter: { mode: shared, return: option } }",
            ]),
            &["`returns`", ":6:"],
        ),
        (
            lock(&["kind: mutex", "inner: -1", methods]),
            &["whole number", ":6:"],
        ),
        (
            lock(&["kind: mutex", methods]).replace("corro::Gate", "Gate"),
            &["`Gate` is not a path", ":4:"],
        ),
        (
            lock(&["kind: mutex", methods]).replace("corro::Gate", ""),
            &["at least one type", ":4:"],
        ),
        (lock(&["kind: mutex"]), &["methods", ":5:"]),
    ];
    for (policy, words) in cases {
        let said = refused(policy);
        for word in *words {
            assert!(said.contains(word), "{word} in:\n{policy}\n{said}");
        }
    }
}
