//! Validation against python's pytricia.

use std::fmt::Write as _;
use std::io::Write as _;
use std::process::Stdio;

use testkit::tree;

use super::{State, answers, assert_mixed};
use crate::certs::oracles::python;

#[test]
fn a_trie_in_python_agrees_on_fifty_thousand_pairs() {
    let answers = answers();
    let mut text = String::new();
    for (set, routes) in &answers {
        text.push_str("set\n");
        for payload in set {
            let (net, max, asn) = (payload.net, payload.max_length, payload.asn);
            writeln!(text, "payload {net} {max} {asn}").unwrap();
        }
        for (route, _) in routes {
            writeln!(text, "route {} {}", route.net, route.asn).unwrap();
        }
    }
    let mut child = python()
        .arg(tree::at("tests/it/rov/oracle.py"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("python runs");
    let mut stdin = child.stdin.take().unwrap();
    // It reads everything before it answers, so that neither waits for the other.
    stdin.write_all(text.as_bytes()).unwrap();
    drop(stdin);
    let ran = child.wait_with_output().unwrap();
    assert!(ran.status.success());
    let said = String::from_utf8(ran.stdout).unwrap();
    let mut said = said.lines();
    let mut states = Vec::new();
    for (set, routes) in &answers {
        for (route, state) in routes {
            let expected = match state {
                State::NotFound => "not-found",
                State::Valid => "valid",
                State::WrongOrigin => "origin",
                State::TooLong => "length",
            };
            assert_eq!(said.next(), Some(expected), "{route:?} in {set:?}");
            states.push(*state);
        }
    }
    assert_eq!(said.next(), None);
    assert_eq!(states.len(), 50_000);
    assert_mixed(&states);
}
