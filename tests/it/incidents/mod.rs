//! Real outages and changes that look like them: `tests/fixtures/bgp-ci/incidents`.
//!
//! Each folder has `base` and `head`, what happened in `README.md`, and in `expected` what the
//! gate must say: the exit status, the rules that deny, and those that must warn. No other rule
//! may deny, and nothing may be undecided unless it is expected.

mod approved;
mod variants;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use rules::Exit;
use serde::Deserialize;
use testkit::cli::Tool;
use testkit::fleet::deployed;
use testkit::fleet::verdict::{Verdict, check};
use testkit::tree;

/// What a folder expects.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    exit: i32,
    #[serde(default)]
    deny: BTreeSet<String>,
    /// Among what may warn.
    #[serde(default)]
    warn: BTreeSet<String>,
    /// Known to be missing: rules that ought to fire, and do not yet.
    #[serde(default)]
    missing: BTreeSet<String>,
    /// When, where it matters; the same instant for all folders.
    #[serde(default)]
    now: Option<String>,
}

fn folders() -> Vec<PathBuf> {
    let folders = tree::children(&tree::at("tests/fixtures/bgp-ci/incidents"));
    assert!(folders.len() >= 25, "the incidents were not found");
    folders
}

fn expected(folder: &Path) -> Expected {
    let text = std::fs::read_to_string(folder.join("expected")).unwrap();
    serde_yaml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
}

fn verdict(folder: &Path) -> Verdict {
    let side = |side: &str| folder.join(side).into_os_string();
    let tool = check(folder).arg("--base").arg(side("base"));
    Verdict::of(tool.arg("--head").arg(side("head")).report())
}

/// What is wrong with the answer about one folder.
fn wrong(folder: &Path) -> Option<String> {
    let expected = expected(folder);
    let verdict = verdict(folder);
    let mut wrong = Vec::new();
    let denied: BTreeSet<String> = verdict.rules().into_iter().map(str::to_owned).collect();
    if i32::from(verdict.exit.code()) != expected.exit {
        wrong.push(format!(
            "exit {:?}, expected {}",
            verdict.exit, expected.exit
        ));
    }
    if denied != expected.deny {
        wrong.push(format!("denied {denied:?}, expected {:?}", expected.deny));
    }
    let silent: Vec<_> = expected.warn.difference(&verdict.warned).collect();
    if !silent.is_empty() {
        wrong.push(format!("did not warn: {silent:?}"));
    }
    for rule in &expected.missing {
        if denied.contains(rule) || verdict.warned.contains(rule) {
            wrong.push(format!("`{rule}` fires now: expect it"));
        }
    }
    if expected.exit != 2 && !verdict.undecided.is_empty() {
        wrong.push("something is undecided".to_owned());
    }
    let name = folder.file_name().unwrap().to_string_lossy();
    (!wrong.is_empty()).then(|| format!("{name}: {}\n  {verdict}", wrong.join("; ")))
}

#[test]
fn incidents_are_denied_by_the_rules_that_name_them_and_healthy_changes_pass() {
    let wrong: Vec<_> = folders()
        .iter()
        .filter_map(|folder| wrong(folder))
        .collect();
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// `replay` knows the time of each folder, whatever the day is.
#[test]
fn replay_says_the_same() {
    for folder in folders() {
        let tool = Tool::new("bgp-ci", bgp_ci::run).now("2031-01-01T00:00:00Z");
        let ran = tool.arg("replay").arg(&folder).run();
        assert_eq!(
            ran.exit,
            Exit::Clean,
            "{}: {}",
            folder.display(),
            ran.stdout
        );
        let mut days = expected(&folder).now.into_iter();
        assert!(days.all(|day| day == "2026-11-22T00:00:00Z"));
    }
}

/// The real daemon accepts each configuration before and after: no finding owes to a file that
/// would never have been loaded.
#[test]
fn the_daemon_accepts_every_configuration() {
    let (mut wrong, mut asked, mut configured) = (Vec::new(), 0, 0);
    for folder in folders() {
        let mut both = 0;
        for side in ["base", "head"] {
            let (refused, count) = deployed::refused(&folder.join(side));
            wrong.extend(refused);
            both += count;
        }
        configured += usize::from(both > 0);
        asked += both;
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    assert!(configured >= 18 && asked > 150, "{configured} {asked}");
}

#[test]
fn every_folder_says_what_happened_and_expects_rules_that_there_are() {
    for folder in folders() {
        let text = std::fs::read_to_string(folder.join("README.md")).unwrap();
        assert!(text.lines().count() > 2, "{}", folder.display());
        let expected = expected(&folder);
        let rules = expected.deny.iter().chain(&expected.warn);
        for rule in rules {
            let known = bgp_ci::RULES.iter().any(|known| known.id == rule);
            assert!(known, "{}: no rule is called {rule}", folder.display());
        }
        assert_eq!(expected.exit == 1, !expected.deny.is_empty());
    }
}
