//! Suppressions and exemptions.

use serde_json::json;

use super::{comments, outcome, policy, relock, run, scope, seen, suppressed, terms};
use crate::gate::{Terms, judge};
use crate::{Level, Undecided, Verdict};

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
