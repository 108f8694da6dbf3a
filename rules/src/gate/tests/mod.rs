//! Levels, exceptions, baselines and verdicts, one after the other.

mod exceptions;
mod hidden;

use jiff::Timestamp;

use super::{Judgement, Terms, judge, rules, undecided};
use crate::ids::Part;
use crate::policy::{self, Policy};
use crate::scope::{Scope, Target};
use crate::suppression::{Comments, scan};
use crate::{
    Certainty, Finding, Level, LineIndex, Outcome, Rule, Span, Suppression, Undecided, Verdict,
};

crate::rule! {
    /// Stands for a rule of a part.
    RELOCK = { id: "relock", level: Deny, since: "0.1.0" }
}
crate::rule! {
    /// Stands for a rule that is off.
    OFF = { id: "async-lock-across-await", level: Allow, since: "0.1.0" }
}

const NOW: &str = "2026-11-22T00:00:00Z";

fn scope() -> Scope {
    Scope {
        root: "/nonexistent".into(),
        targets: vec![Target {
            path: "/nonexistent".into(),
            shown: String::new(),
            folder: true,
        }],
        stdin: false,
        start: "/nonexistent".into(),
    }
}

fn terms<'a>(scope: &'a Scope, policy: &'a Policy) -> Terms<'a> {
    Terms {
        tool: "structlint",
        version: "0",
        rules: vec![&RELOCK, &OFF],
        policy,
        policy_prefix: String::new(),
        now: NOW.parse::<Timestamp>().unwrap(),
        fail_on: Level::Deny,
        scope,
        baseline: None,
        merged: false,
        elapsed_ms: 0,
    }
}

fn at(path: &str, line: u32) -> Span {
    let mut span = Span::file(path);
    span.start.line = line;
    span.end.line = line;
    span
}

fn relock(path: &str, line: u32, about: &str) -> Finding {
    RELOCK.at(at(path, line), "taken again", &[about])
}

fn outcome(findings: Vec<Finding>) -> Vec<(Part, Outcome)> {
    let outcome = Outcome {
        findings,
        files: 1,
        ..Outcome::default()
    };
    vec![(Part::Lints, outcome)]
}

fn suppressed(findings: Vec<Finding>, suppressions: Vec<Suppression>) -> Vec<(Part, Outcome)> {
    let mut outcomes = outcome(findings);
    outcomes[0].1.suppressions = suppressions;
    outcomes
}

fn policy(text: &str) -> Policy {
    Policy::parse("preflight.yaml", &format!("version: 1\n{text}")).unwrap()
}

/// Rule, line, level and whether suppressed.
fn seen(judgement: &Judgement) -> Vec<(&str, u32, &str, bool)> {
    let findings = judgement.report.findings.iter();
    findings
        .map(|reported| {
            let finding = &reported.finding;
            let line = finding.span.start.line;
            (
                finding.rule.id,
                line,
                reported.level.as_str(),
                reported.suppressed.is_some(),
            )
        })
        .collect()
}

fn run(outcomes: Vec<(Part, Outcome)>, policy: &Policy) -> Judgement {
    let scope = scope();
    judge(outcomes, None, &terms(&scope, policy))
}

#[test]
fn the_policy_wins_then_lowered_then_certainty() {
    let findings = || {
        vec![
            relock("a.rs", 1, "1"),
            relock("a.rs", 2, "2").with_level(Level::Warn),
            relock("a.rs", 3, "3").with_lowered(true),
            relock("a.rs", 4, "4").with_certainty(Certainty::Possible),
            relock("a.rs", 5, "5").with_certainty(Certainty::Likely),
            relock("a.rs", 6, "6").with_level(Level::Allow),
        ]
    };
    let levels = |text: &str| -> Vec<(u32, String)> {
        let judgement = run(outcome(findings()), &policy(text));
        seen(&judgement)
            .into_iter()
            .map(|(_, line, level, _)| (line, level.to_owned()))
            .collect()
    };
    let expect = |pairs: &[(u32, &str)]| -> Vec<(u32, String)> {
        pairs
            .iter()
            .map(|(line, level)| (*line, (*level).to_owned()))
            .collect()
    };
    assert_eq!(
        levels(""),
        expect(&[
            (1, "deny"),
            (2, "warn"),
            (3, "warn"),
            (4, "warn"),
            (5, "deny")
        ])
    );
    assert_eq!(
        levels("levels: { relock: warn }"),
        expect(&[
            (1, "warn"),
            (2, "warn"),
            (4, "warn"),
            (5, "warn"),
            (6, "warn")
        ])
    );
    assert_eq!(
        levels("levels: { relock: { level: deny, deny-possible: true } }"),
        expect(&[
            (1, "deny"),
            (2, "deny"),
            (3, "warn"),
            (4, "deny"),
            (5, "deny"),
            (6, "deny")
        ])
    );
    assert_eq!(
        levels("levels: { relock: { deny-possible: true } }")[3],
        (4, "deny".to_owned())
    );
    assert_eq!(levels("levels: { relock: allow }"), expect(&[]));
}

#[test]
fn denied_wins_over_undecided_and_undecided_over_clean() {
    let scope = scope();
    let gap = || Undecided {
        path: "b.rs".into(),
        at: None,
        reason: "no permission".to_owned(),
    };
    let verdict = |findings: Vec<Finding>, gaps: Vec<Undecided>, fail_on| {
        let mut outcomes = outcome(findings);
        outcomes[0].1.undecided = gaps;
        let terms = Terms {
            fail_on,
            ..terms(&scope, &policy::NONE)
        };
        judge(outcomes, None, &terms).report.verdict
    };
    let deny = || vec![relock("a.rs", 1, "1")];
    let warn = || vec![relock("a.rs", 1, "1").with_level(Level::Warn)];
    assert_eq!(verdict(deny(), vec![gap()], Level::Deny), Verdict::Denied);
    assert_eq!(
        verdict(warn(), vec![gap()], Level::Deny),
        Verdict::Undecided
    );
    assert_eq!(verdict(warn(), vec![gap()], Level::Warn), Verdict::Denied);
    assert_eq!(verdict(warn(), vec![], Level::Deny), Verdict::Clean);
    assert_eq!(verdict(vec![], vec![], Level::Warn), Verdict::Clean);
    let report = undecided(&terms(&scope, &policy::NONE), vec![gap(), gap()]);
    assert_eq!(
        (report.verdict, report.undecided.len()),
        (Verdict::Undecided, 1)
    );
}

fn comments(text: &str) -> Vec<Suppression> {
    scan(
        text,
        &"a.rs".into(),
        &LineIndex::new(text),
        Comments::Slashes,
    )
}

#[test]
fn the_order_of_parts_and_findings_changes_nothing() {
    let scope = scope();
    let findings = |reversed: bool| {
        let mut findings: Vec<_> = (0..20)
            .map(|n| relock("a.rs", 1 + n % 5, &n.to_string()))
            .collect();
        if reversed {
            findings.reverse();
        }
        let mut parts = outcome(findings);
        parts.push((
            Part::Certs,
            Outcome {
                files: 3,
                ..Outcome::default()
            },
        ));
        if reversed {
            parts.reverse();
        }
        parts
    };
    let terms = Terms {
        merged: true,
        ..terms(&scope, &policy::NONE)
    };
    let shown = |reversed| {
        let report = judge(findings(reversed), None, &terms).report;
        assert!(
            report
                .findings
                .iter()
                .all(|reported| reported.part == Some("structlint"))
        );
        format!("{:?}", (report.findings, report.summary))
    };
    assert_eq!(shown(false), shown(true));
}

#[test]
fn the_kernels_rules_are_complete_sorted_and_documented() {
    let own: Vec<&str> = rules::OWN.iter().map(|rule| rule.id).collect();
    let table: Vec<&str> = crate::ids::TABLE
        .iter()
        .filter(|(_, part)| *part == Part::Kernel)
        .map(|(id, _)| *id)
        .collect();
    assert_eq!(own, table);
    for rule in rules::OWN {
        documented(rule);
    }
}

fn documented(rule: &Rule) {
    for section in ["## Why", "## Bad", "## Good", "## Reference"] {
        assert!(rule.docs.contains(section), "{} lacks {section}", rule.id);
    }
}
