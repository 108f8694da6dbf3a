//! A synthetic operator with a history of healthy changes and the mistakes beside it: every
//! mistake is denied by the rule that names it, and no healthy change is.

#![expect(clippy::print_stdout, reason = "what is counted is printed")]

use testkit::fleet::verdict::{Tally, Verdict, check};
use testkit::fleet::{History, Language, deployed, repository};
use testkit::tree;

/// Changes in the history: so many that each language has two hundred of its own.
const LENGTH: usize = 300;

fn history() -> History {
    History::new(LENGTH, 2, 7)
}

fn expect_right(tally: &Tally) {
    println!("{tally}");
    assert!(
        tally.wrong.is_empty(),
        "{tally}\n{}",
        tally.wrong.join("\n")
    );
}

#[test]
fn healthy_changes_of_intent_pass() {
    let mut tally = Tally::default();
    tally.healthy(&history(), Language::Intent, 1);
    assert!(tally.healthy - tally.silent >= 200, "{tally}");
    expect_right(&tally);
}

#[test]
fn healthy_changes_of_configurations_pass() {
    let mut tally = Tally::default();
    tally.healthy(&history(), Language::Bird, 1);
    assert!(tally.healthy - tally.silent >= 200, "{tally}");
    expect_right(&tally);
}

#[test]
fn mistakes_in_intent_are_denied() {
    let mut tally = Tally::default();
    tally.mistakes(&history(), Language::Intent);
    assert!(tally.mistakes >= 40, "{tally}");
    expect_right(&tally);
}

#[test]
fn mistakes_in_configurations_are_denied() {
    let mut tally = Tally::default();
    tally.mistakes(&history(), Language::Bird);
    assert!(tally.mistakes >= 40, "{tally}");
    expect_right(&tally);
}

/// The same by revisions of a repository, as a pipeline asks.
#[test]
fn revisions_are_judged_as_folders_are() {
    for language in [Language::Intent, Language::Bird] {
        let history = History::new(24, 1, 11);
        let folder = tempfile::tempdir().unwrap();
        repository::write(&history, language, folder.path());
        let verdict = |base: &str, head: &str| {
            let tool = check(folder.path()).args(["--base", base, "--head", head]);
            Verdict::of(tool.report())
        };
        let mut wrong = Vec::new();
        for number in 1..history.commits.len() {
            let verdict = verdict(&format!("c{}", number - 1), &format!("c{number}"));
            let kind = history.commits[number].kind;
            let failed = verdict.against_healthy();
            wrong.extend(failed.map(|failed| format!("c{number}, {kind}: {failed}")));
        }
        for (number, planted) in history.planted.iter().enumerate().step_by(4) {
            if history.made(planted, language).is_some() {
                let verdict = verdict(&format!("b{number}"), &format!("m{number}"));
                let failed = verdict.against_mistake(planted);
                wrong.extend(failed.map(|failed| format!("{}: {failed}", planted.kind.name)));
            }
        }
        assert!(wrong.is_empty(), "{language:?}\n{}", wrong.join("\n"));
    }
}

/// What the generator writes is a configuration for the real daemon, at any point of the history.
#[test]
fn the_daemon_accepts_the_fleet() {
    let history = history();
    let mut asked = 0;
    for commit in history.commits.iter().step_by(25) {
        let files = Language::Bird.files(&commit.network);
        let files: Vec<_> = files
            .iter()
            .map(|(path, text)| (path.as_str(), text))
            .collect();
        let folder = tree::write(&files);
        let (refused, count) = deployed::refused(folder.path());
        assert!(
            refused.is_empty(),
            "{}\n{}",
            commit.subject,
            refused.join("\n")
        );
        asked += count;
    }
    assert!(asked > 400, "{asked}");
}

#[test]
fn the_same_seed_makes_the_same_history() {
    let (one, other) = (history(), history());
    assert_eq!(one.commits.len(), other.commits.len());
    let pairs = one.commits.iter().zip(&other.commits);
    assert!(
        pairs
            .into_iter()
            .all(|(one, other)| one.network == other.network)
    );
    let kinds: std::collections::BTreeSet<_> = one
        .planted
        .iter()
        .map(|planted| planted.kind.name)
        .collect();
    assert!(kinds.len() >= 40, "{} kinds of mistakes", kinds.len());
}
