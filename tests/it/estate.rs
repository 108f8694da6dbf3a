//! The README's main command: one small company, three outages, one after the other.

use std::collections::BTreeSet;

use rules::Exit;
use serde_json::Value;
use testkit::cli::{NOW, Tool};
use testkit::tree;

use crate::parts;

const CHOOSE: &str = "service/src/balancer/choose.rs";
const RECORD: &str = "service/src/balancer/record.rs";

fn check() -> Tool {
    parts::preflight().args(["check", "tests/estate", "--now", NOW])
}

/// The findings of `part` that are not suppressed.
fn of_part<'a>(report: &'a Value, part: &str) -> Vec<&'a Value> {
    report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|finding| finding["part"] == part && finding["suppressed"].is_null())
        .collect()
}

/// The line (from 1) of the first line of `path` in the estate that contains `text`.
fn line_of(path: &str, text: &str) -> u64 {
    let source = tree::text(&format!("tests/estate/{path}")).unwrap();
    let found = (1..)
        .zip(source.lines())
        .find(|(_, line)| line.contains(text));
    found.expect("the estate has the line").0
}

#[test]
fn the_estate_is_denied() {
    let (exit, report) = check().report();
    assert_eq!(exit, Exit::Denied);
    assert_eq!(report["verdict"], "denied");
    assert_eq!(report["tool"]["name"], "preflight");
    assert_eq!(report["undecided"], Value::Array(Vec::new()));
}

#[test]
fn the_recurring_deadlock_is_found_two_calls_below_the_else() {
    let (_, report) = check().report();
    let found = of_part(&report, "structlint");
    // One in the whole service: the good twins beside it, `io::Read::read` and the async lock are silent.
    assert_eq!(found.len(), 1, "{found:#?}");
    let finding = found[0];
    assert_eq!(finding["rule"], "relock-in-scrutinee");
    assert_eq!(finding["level"], "deny");
    assert_eq!(finding["certainty"], "proven");
    assert_eq!(finding["path"], CHOOSE);
    let call = line_of(CHOOSE, "self.admit(service);");
    assert_eq!(finding["span"]["start"]["line"].as_u64(), Some(call));
    // Edition 2024 drops the guard before the `else`.
    assert_eq!(
        finding["data"]["editions"],
        serde_json::json!(["2015", "2018", "2021"])
    );
    // The guard's birth, its end, then the chain down to the write in the other file.
    let labels: Vec<_> = finding["labels"]
        .as_array()
        .unwrap()
        .iter()
        .map(|label| {
            let line = label["span"]["start"]["line"].as_u64().unwrap();
            (label["path"].as_str().unwrap(), line)
        })
        .collect();
    assert_eq!(
        labels[0],
        (CHOOSE, line_of(CHOOSE, "self.load.read().get(&service) {"))
    );
    assert!(
        labels.contains(&(CHOOSE, line_of(CHOOSE, "self.track(service)"))),
        "{labels:?}"
    );
    assert_eq!(
        labels.last(),
        Some(&(RECORD, line_of(RECORD, "self.load.write().entry(service)")))
    );
}

#[test]
fn the_intermediate_that_ends_first_is_found() {
    let (_, report) = check().report();
    let denied: Vec<_> = of_part(&report, "cert-audit")
        .into_iter()
        .filter(|finding| finding["level"] == "deny")
        .collect();
    assert!(!denied.is_empty());
    for finding in denied {
        let rule = &finding["rule"];
        assert!(
            rule == "expires-soon" || rule == "chain-expires-first",
            "{finding:#}"
        );
        let path = finding["path"].as_str().unwrap();
        assert!(path.starts_with("deploy/tls/"), "{path}");
    }
}

#[test]
fn the_anycast_prefix_that_loses_its_sites_is_found() {
    let (_, report) = check().report();
    let denied: BTreeSet<_> = of_part(&report, "bgp-ci")
        .into_iter()
        .filter(|finding| finding["level"] == "deny")
        .map(|finding| finding["rule"].as_str().unwrap())
        .collect();
    assert!(denied.contains("below-site-floor"), "{denied:?}");
}

/// One after the other: the network, the certificates, the service.
#[test]
fn people_read_three_outages_in_order() {
    let ran = check().run();
    assert_eq!(ran.exit, Exit::Denied);
    let at = |rule: &str| {
        let found = ran.stdout.find(rule);
        found.unwrap_or_else(|| panic!("{rule} is not in\n{}", ran.stdout))
    };
    // The parts in the order of their names, so the last is the nearest to the prompt.
    assert!(at("below-site-floor") < at("expires-soon"));
    assert!(at("expires-soon") < at("relock-in-scrutinee"));
}

#[test]
fn the_same_bytes_with_any_number_of_threads() {
    for format in ["human", "json", "sarif"] {
        let with = |jobs: &str| {
            check()
                .args(["--format", format, "--jobs", jobs])
                .run()
                .stdout
        };
        let alone = with("1");
        assert!(!alone.is_empty(), "{format}");
        assert_eq!(alone, with("2"), "{format}");
    }
}
