//! Data that cannot be believed.

use rules::Exit;

use super::{POLICY, between, side};

const VRPS: &str = r#"{
  "metadata": { "buildtime": "2026-11-21T12:00:00Z" },
  "roas": [
    { "prefix": "203.0.113.0/24", "maxLength": 24, "asn": "AS64500", "ta": "ripe" }
  ]
}
"#;

/// Judges a change to these data from data that are in order.
fn vrps(text: &str) -> super::Answer {
    let policy = format!("{POLICY}  data: {{ vrps: vrps.json, max-age: 48h }}\n");
    let base = side(&[("preflight.yaml", &policy), ("vrps.json", VRPS)]);
    let head = side(&[("preflight.yaml", &policy), ("vrps.json", text)]);
    between(base.path(), head.path())
}

#[test]
fn data_in_order_are_clean() {
    let answer = vrps(VRPS);
    assert_eq!(answer.exit, Exit::Clean, "{:#?}", answer.said);
}

#[test]
fn data_that_are_no_data() {
    let cut = &VRPS[..VRPS.len() / 2];
    let long = format!("{{\"roas\": {}", "[".repeat(100_000));
    for text in [
        "",
        "{}",
        "[]",
        "null",
        "\u{0}",
        "prefix,asn",
        cut,
        &long,
        "<html></html>",
    ] {
        let answer = vrps(text);
        let shown: String = text.chars().take(20).collect();
        assert_ne!(answer.exit, Exit::Clean, "{shown:?}: {:#?}", answer.said);
        answer.expect(Exit::Undecided, &["vrps.json"]);
    }
}

#[test]
fn data_without_an_entry() {
    let empty = r#"{ "metadata": { "buildtime": "2026-11-21T12:00:00Z" }, "roas": [] }"#;
    vrps(empty).expect(Exit::Undecided, &["vrps.json"]);
}

#[test]
fn data_from_another_time() {
    for time in ["2026-11-01T12:00:00Z", "2031-01-01T00:00:00Z", "yesterday"] {
        let text = VRPS.replace("2026-11-21T12:00:00Z", time);
        vrps(&text).expect(Exit::Undecided, &["vrps.json"]);
    }
    let text = VRPS.replace("\"buildtime\": \"2026-11-21T12:00:00Z\"", "");
    vrps(&text).expect(Exit::Undecided, &["vrps.json"]);
}

#[test]
fn entries_that_cannot_be() {
    for (from, to) in [
        ("\"maxLength\": 24", "\"maxLength\": 64"),
        ("\"maxLength\": 24", "\"maxLength\": 8"),
        ("203.0.113.0/24", "203.0.113.0/99"),
        ("203.0.113.0/24", "203.0.113.7/24"),
        ("AS64500", "ASx"),
        ("AS64500", "AS99999999999"),
    ] {
        let text = VRPS.replace(from, to);
        let answer = vrps(&text);
        assert_ne!(answer.exit, Exit::Clean, "{to}: {:#?}", answer.said);
        answer.expect(answer.exit, &["vrps.json"]);
    }
}

#[test]
fn data_that_are_gone() {
    let policy = format!("{POLICY}  data: {{ vrps: vrps.json, max-age: 48h }}\n");
    let base = side(&[("preflight.yaml", &policy), ("vrps.json", VRPS)]);
    let head = side(&[("preflight.yaml", &policy)]);
    between(base.path(), head.path()).expect(Exit::Undecided, &["vrps.json"]);
    let outside = format!("{POLICY}  data: {{ vrps: /etc/vrps.json, max-age: 48h }}\n");
    let head = side(&[("preflight.yaml", &outside)]);
    let answer = between(head.path(), head.path());
    answer.expect(Exit::Undecided, &["/etc/vrps.json"]);
}
