//! Levels, exceptions, baselines and verdicts, one after the other.

use jiff::Timestamp;
use serde_json::json;

use super::{Judgement, Terms, judge, rules, undecided};
use crate::baseline::Baseline;
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
fn a_suppression_covers_its_lines_and_its_rule_only() {
    let text = "a(); // preflight: allow(relock): one at a time\n\
                // preflight: allow(relock): and the next\n\
                b();\n\
                c();\n\
                // preflight: allow(recursive-read): another rule\n\
                d();\n";
    let findings = (1..=6)
        .map(|line| relock("a.rs", line, &line.to_string()))
        .collect();
    let judgement = run(suppressed(findings, comments(text)), &policy::NONE);
    let relocks: Vec<_> = seen(&judgement)
        .into_iter()
        .map(|(_, line, _, s)| (line, s))
        .collect();
    assert_eq!(
        relocks,
        [
            (1, true),
            (2, false),
            (3, true),
            (4, false),
            (5, false),
            (6, false)
        ]
    );
    assert_eq!(
        judgement.report.findings[0].suppressed.as_deref(),
        Some("one at a time")
    );
    assert_eq!(judgement.report.summary.suppressed, 2);
    assert_eq!(judgement.report.summary.deny, 4);
    // `recursive-read` is a rule of the part, but not one that this run has: no judgement on it.
}

#[test]
fn suppressions_without_effect_are_findings() {
    let text = "a(); // preflight: allow(relock)\n\
                b(); // preflight: allow(relok): why\n\
                c(); // preflight: allow(relock): nothing is here\n\
                d(); // preflight: alow(relock): why\n\
                e(); // preflight: allow(async-lock-across-await): off anyway\n\
                f(); // preflight: allow(expired, rov-invalid): other parts\n";
    let findings = vec![relock("a.rs", 1, "1"), relock("a.rs", 2, "2")];
    let judgement = run(suppressed(findings, comments(text)), &policy::NONE);
    assert_eq!(
        seen(&judgement),
        [
            ("relock", 1, "deny", false),
            ("suppression-without-reason", 1, "warn", false),
            ("relock", 2, "deny", false),
            ("unknown-suppressed-rule", 2, "warn", false),
            ("unused-suppression", 3, "warn", false),
            ("malformed-suppression", 4, "warn", false),
        ]
    );
    let help = judgement.report.findings[3].finding.help.as_deref();
    assert_eq!(help, Some("did you mean `relock`?"));
}

#[test]
fn nothing_is_unused_where_not_everything_was_seen_or_the_rule_is_off() {
    let text = "a(); // preflight: allow(relock): why\n";
    let mut outcomes = suppressed(vec![], comments(text));
    outcomes[0].1.undecided.push(Undecided {
        path: "a.rs".into(),
        at: None,
        reason: "broken".to_owned(),
    });
    assert!(seen(&run(outcomes, &policy::NONE)).is_empty());
    let off = policy("levels: { relock: allow }");
    assert!(seen(&run(suppressed(vec![], comments(text)), &off)).is_empty());
    let covered = vec![relock("a.rs", 1, "1").with_level(Level::Allow)];
    assert!(seen(&run(suppressed(covered, comments(text)), &policy::NONE)).is_empty());
}

#[test]
fn the_findings_about_suppressions_can_be_suppressed_themselves() {
    let text = "a(); // preflight: allow(relock, unused-suppression): kept for the next release\n";
    let judgement = run(suppressed(vec![], comments(text)), &policy::NONE);
    assert_eq!(seen(&judgement), [("unused-suppression", 1, "warn", true)]);
}

#[test]
fn unused_suppressions_keep_their_fingerprints_when_lines_move() {
    let text = "a(); // preflight: allow(relock): why\n";
    let moved = format!("\n\n{text}");
    let print = |text: &str| {
        let judgement = run(suppressed(vec![], comments(text)), &policy::NONE);
        judgement.report.findings[0].finding.fingerprint.clone()
    };
    assert_eq!(print(text), print(&moved));
}

#[test]
fn an_exemption_holds_to_its_last_day_and_must_match() {
    let finding = || {
        relock("src/a.rs", 1, "1")
            .with_data("lock", "Cache.map")
            .with_data("editions", json!(["2015", "2018"]))
    };
    let entry = |matching: &str, until: &str| {
        policy(&format!(
            "exemptions:\n  - {{ rule: relock, match: {matching}, until: {until}, reason: agreed }}\n"
        ))
    };
    let result = |matching: &str, until: &str| -> Vec<(String, bool)> {
        let judgement = run(outcome(vec![finding()]), &entry(matching, until));
        let seen = seen(&judgement).into_iter();
        seen.map(|(rule, _, _, suppressed)| (rule.to_owned(), suppressed))
            .collect()
    };
    let covered = [("relock".to_owned(), true)];
    for matching in [
        "{ path: 'src/**' }",
        "{ path: src/a.rs, message: 'taken *' }",
        "{ data: { lock: 'Cache.*' } }",
        "{ data: { editions: '2015' } }",
        &format!("{{ fingerprint: {} }}", finding().fingerprint),
    ] {
        assert_eq!(result(matching, "2026-11-22"), covered, "{matching}");
    }
    let unmatched = [
        ("unmatched-exemption".to_owned(), false),
        ("relock".to_owned(), false),
    ];
    for matching in [
        "{ path: 'src/*/a.rs' }",
        "{ path: 'src/**', message: 'held' }",
        "{ data: { editions: '2024' } }",
        "{ data: { other: '*' } }",
    ] {
        assert_eq!(result(matching, "2026-11-22"), unmatched, "{matching}");
    }
    let expired = run(
        outcome(vec![finding()]),
        &entry("{ path: '**' }", "2026-11-21"),
    );
    assert_eq!(
        seen(&expired),
        [
            ("expired-exemption", 3, "deny", false),
            ("relock", 1, "deny", false)
        ]
    );
    assert_eq!(expired.report.verdict, Verdict::Denied);
    assert!(expired.report.sources.contains_key("preflight.yaml"));
    let other = policy(
        "exemptions:\n  - { rule: expired, match: { path: x }, until: 2020-01-01, reason: y }\n",
    );
    assert!(seen(&run(outcome(vec![]), &other)).is_empty());
}

#[test]
fn exemption_paths_are_relative_to_the_policy() {
    let scope = scope();
    let policy = policy(
        "exemptions:\n  - { rule: relock, match: { path: 'app/src/*' }, until: 2030-01-01, reason: y }\n",
    );
    let terms = Terms {
        policy_prefix: "app/".to_owned(),
        ..terms(&scope, &policy)
    };
    let judgement = judge(outcome(vec![relock("src/a.rs", 1, "1")]), None, &terms);
    assert_eq!(seen(&judgement), [("relock", 1, "deny", true)]);
}

#[test]
fn the_baseline_hides_as_often_as_it_lists_and_its_stale_entries_show() {
    let scope = scope();
    let twins = || vec![relock("a.rs", 1, "same"), relock("a.rs", 2, "same")];
    let first = run(outcome(twins()), &policy::NONE);
    assert_eq!(first.baseline.entries.len(), 2);
    let text = first.baseline.to_json();
    let baseline = Baseline::parse("b.json", text.as_bytes()).unwrap();
    let judged = |findings: Vec<Finding>| {
        let terms = Terms {
            baseline: Some(("b.json", &baseline)),
            ..terms(&scope, &policy::NONE)
        };
        judge(outcome(findings), None, &terms)
    };
    let hidden = judged(twins());
    assert!(hidden.report.findings.is_empty());
    assert_eq!(
        (hidden.report.summary.baselined, hidden.report.verdict),
        (2, Verdict::Clean)
    );
    assert_eq!(hidden.baseline.entries, first.baseline.entries);

    let mut more = twins();
    more.push(relock("a.rs", 3, "same"));
    assert_eq!(seen(&judged(more)), [("relock", 3, "deny", false)]);

    let fixed = judged(vec![relock("a.rs", 1, "same")]);
    let [stale] = fixed.report.findings.as_slice() else {
        panic!("one stale entry")
    };
    assert_eq!(stale.finding.rule, &rules::STALE_BASELINE_ENTRY);
    assert_eq!(
        (&*stale.finding.span.path, stale.finding.span.start.line),
        ("b.json", 10)
    );
    assert_eq!(fixed.report.verdict, Verdict::Clean);
}

#[test]
fn only_what_is_new_or_worse_is_kept() {
    let scope = scope();
    let warn = |line, about| relock("a.rs", line, about).with_level(Level::Warn);
    let before = vec![
        relock("a.rs", 1, "old"),
        warn(2, "grown"),
        relock("a.rs", 3, "excused"),
    ];
    let mut before = outcome(before);
    before[0].1.suppressions = comments("\n\nc(); // preflight: allow(relock): why\n");
    let now = vec![
        relock("a.rs", 11, "old"),
        relock("a.rs", 12, "old"),
        relock("a.rs", 13, "grown"),
        relock("a.rs", 14, "excused"),
        relock("a.rs", 15, "new"),
    ];
    let judgement = judge(outcome(now), Some(before), &terms(&scope, &policy::NONE));
    let lines: Vec<_> = seen(&judgement)
        .into_iter()
        .map(|(_, line, _, _)| line)
        .collect();
    assert_eq!(lines, [12, 13, 14, 15]);
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
