//! Findings: what is planted is found, and nothing else.

use std::collections::BTreeMap;

use rules::Exit;
use testkit::cli;

use super::{audit, compact, pending, written};

/// How often each finding is there.
fn counted<'a>(
    findings: impl Iterator<Item = (&'a str, &'a str, &'a str)>,
) -> BTreeMap<(&'a str, &'a str, &'a str), usize> {
    let mut counted = BTreeMap::new();
    for finding in findings {
        *counted.entry(finding).or_default() += 1;
    }
    counted
}

#[test]
fn every_finding_is_the_truth() {
    let truth = &written().truth;
    let (exit, report) = audit("check").report();
    assert_eq!(exit, Exit::Denied);
    let found = cli::findings(&report);
    let had = counted(found.iter().map(|found| {
        (
            found.rule.as_str(),
            found.level.as_str(),
            found.path.as_str(),
        )
    }));
    let wanted = counted(
        truth
            .findings
            .iter()
            .map(|(rule, level, path)| (rule.as_str(), level.as_str(), path.as_str())),
    );
    let is_pending = |rule: &str, path: &str| {
        let format = truth.formats.get(path).map(String::as_str);
        pending::RULES.iter().any(|(pending, _)| *pending == rule)
            || pending::FORMATS
                .iter()
                .any(|(pending, _)| Some(*pending) == format)
            || pending::FINDINGS
                .iter()
                .any(|(of, at, _)| (*of, *at) == (rule, path))
    };
    let mut wrong = Vec::new();
    let keys = had
        .keys()
        .chain(wanted.keys().filter(|key| !had.contains_key(*key)));
    for key in keys {
        let (rule, level, path) = key;
        let count = |map: &BTreeMap<_, usize>| map.get(key).copied().unwrap_or(0);
        if count(&had) != count(&wanted) && !is_pending(rule, path) {
            let shows = truth.shows.get(*path).map_or("", String::as_str);
            wrong.push(format!(
                "{path}: {rule} {level}: {} instead of {} ({shows})",
                count(&had),
                count(&wanted)
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", compact(&wrong));
    for (rule, path, reason) in pending::FINDINGS {
        let differs = |(of, _, at): &&(&str, &str, &str)| (*of, *at) == (*rule, *path);
        let counted = |map: &BTreeMap<_, usize>| -> Vec<_> {
            map.iter()
                .filter(|(key, _)| differs(key))
                .map(|(key, count)| (*key, *count))
                .collect()
        };
        assert_ne!(
            counted(&had),
            counted(&wanted),
            "no longer pending: {rule} {path} ({reason})"
        );
    }
}

/// A CA's last day to issue for as long as it does: its end less the longest of its lifetimes.
#[test]
fn every_horizon_is_the_truth() {
    let (_, report) = audit("check").report();
    let findings = report["findings"].as_array().expect("a list");
    let had: Vec<_> = findings
        .iter()
        .filter(|finding| finding["rule"] == "past-issuing-horizon")
        .map(|finding| {
            (
                finding["path"].as_str(),
                finding["data"]["horizon"].as_str(),
            )
        })
        .collect();
    let wanted = [
        // Its longest-lived certificate has 398 days.
        (Some("chains/on-late.pem"), Some("2026-10-18T23:59:59Z")),
        // Five years, of which one has a leap day.
        (Some("chains/outlives.pem"), Some("2025-03-01T00:00:00Z")),
    ];
    assert_eq!(had, wanted);
}

/// A password that nobody gives is no reason to be silent.
#[test]
fn what_cannot_be_opened_is_undecided() {
    let (_, report) = audit("check").report();
    let undecided = report["undecided"].as_array().expect("a list");
    let paths: Vec<&str> = undecided
        .iter()
        .filter_map(|one| one["path"].as_str())
        .collect();
    assert_eq!(paths, ["locked/secret.p12"]);
}

/// The healthy part alone: thousands of services in every format, and not a word.
#[test]
fn the_fleet_is_silent() {
    let estate = written();
    let (exit, report) = audit("check").arg("fleet").arg("anchors").report();
    let found = cli::findings(&report);
    let dead =
        |found: &&cli::Found| found.rule != "expired-anchor" && found.path.starts_with("fleet/");
    let wrong: Vec<String> = found
        .iter()
        .filter(dead)
        .map(|found| format!("{found:?}"))
        .collect();
    assert!(wrong.is_empty(), "{}", compact(&wrong));
    assert_eq!(exit, Exit::Clean, "{}", estate.root.display());
}
