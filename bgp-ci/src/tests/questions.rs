//! The commands beside `check`, as people give them.

use rules::Exit;
use tempfile::TempDir;

use super::{Network, command, folder};

/// An incident: the service is lost at all sites but one.
fn incident(expected: &str) -> TempDir {
    let head = Network {
        announcements: "[{ service: edge, sites: [ams], to: [a] }]",
        ..Network::default()
    };
    folder(&[
        ("base/preflight.yaml", &Network::default().text()),
        ("head/preflight.yaml", &head.text()),
        ("expected", expected),
    ])
}

#[test]
fn a_difference_is_no_gate() {
    let dir = incident("");
    let sides = ["diff", "--base", "base", "--head", "head"];
    let (exit, said, _) = command(dir.path(), &sides);
    assert_eq!(exit, Exit::Clean, "{said}");
    assert!(said.contains("- 203.0.113.0/24 to a, b at"), "{said}");
    let ask_as = |format: &str| command(dir.path(), &[&sides[..], &["--format", format]].concat());
    let (_, plan, _) = ask_as("plan");
    let (_, json, _) = ask_as("json");
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(plan.trim_end(), json["plan"]);
    assert!(said.contains(plan.trim_end()), "{said}");
    let (exit, said, _) = ask_as("markdown=out/none/diff.md");
    assert_eq!((exit, said), (Exit::Undecided, String::new()));
    let (exit, said, _) = ask_as("markdown=diff.md");
    assert_eq!((exit, said), (Exit::Clean, String::new()));
    assert!(dir.path().join("diff.md").exists());
}

#[test]
fn without_two_sides_there_is_no_difference() {
    let dir = incident("");
    let (exit, said, complaint) = command(dir.path(), &["diff", "head"]);
    assert_eq!((exit, said), (Exit::Undecided, String::new()));
    assert!(complaint.contains("nothing to compare with"), "{complaint}");
    let (exit, _, complaint) =
        command(dir.path(), &["diff", "--base", "nowhere", "--head", "head"]);
    assert_eq!(exit, Exit::Undecided);
    assert!(complaint.contains("nowhere"), "{complaint}");
}

#[test]
fn each_line_that_decided_is_named() {
    let dir = incident("");
    let (exit, said, _) = command(
        dir.path(),
        &["why", "203.0.113.0/24", "--base", "base", "--head", "head"],
    );
    assert_eq!(exit, Exit::Clean, "{said}");
    insta::assert_snapshot!("why", said);
    let question = ["why", "203.0.113.0/24", "--site", "fra", "--head", "head"];
    let (_, said, _) = command(dir.path(), &question);
    assert!(
        said.contains("it is not announced at fra, but at ams"),
        "{said}"
    );
    let (_, said, _) = command(dir.path(), &["why", "203.0.113.128/25", "--head", "head"]);
    assert!(
        said.contains("203.0.113.0/24, which covers it, is announced at ams"),
        "{said}"
    );
    let (_, said, _) = command(dir.path(), &["why", "192.0.2.0/24", "--head", "head"]);
    assert!(said.contains("no entry of `owned` covers it"), "{said}");
    let question = ["why", "203.0.113.0/24", "--site", "frx", "--head", "head"];
    let (exit, _, complaint) = command(dir.path(), &question);
    assert_eq!(exit, Exit::Undecided);
    assert!(complaint.contains("did you mean `fra`?"), "{complaint}");
    let question = [
        "why",
        "203.0.113.0/24",
        "--head",
        "head",
        "--format",
        "json",
    ];
    let (_, json, _) = command(dir.path(), &question);
    let json: crate::why::Why = serde_json::from_str(&json).unwrap();
    assert_eq!(json.head.len(), 1);
    assert!(json.head[0].statement[0].text.contains("service: edge"));
}

#[test]
fn an_incident_is_replayed() {
    let (exit, said, _) = command(
        incident("exit: 1\ndeny: [below-site-floor]\n").path(),
        &["replay", "."],
    );
    assert_eq!(exit, Exit::Clean, "{said}");
    for (expected, wrong) in [
        (
            "exit: 1\ndeny: [below-site-floor, rov-invalid]\n",
            "must deny and does not: rov-invalid",
        ),
        ("exit: 1\n", "denies and must not: below-site-floor"),
        (
            "exit: 0\ndeny: [below-site-floor]\n",
            "the exit status is 1 and must be 0",
        ),
        (
            "exit: 1\ndeny: [below-site-floor]\nwarn: [long-path]\n",
            "must fire and does not: long-path",
        ),
    ] {
        let (exit, said, _) = command(incident(expected).path(), &["replay", "."]);
        assert_eq!(exit, Exit::Denied, "{said}");
        assert!(said.contains(wrong), "{said}");
    }
    for expected in ["exit: [", "deny: [relock]\n", "exits: 1\n"] {
        let (exit, _, complaint) = command(incident(expected).path(), &["replay", "."]);
        assert_eq!(exit, Exit::Undecided, "{expected}: {complaint}");
    }
    let plain = incident("below-site-floor\n");
    assert_eq!(command(plain.path(), &["replay", "."]).0, Exit::Clean);
    assert_eq!(
        command(plain.path(), &["replay", "base"]).0,
        Exit::Undecided
    );
}
