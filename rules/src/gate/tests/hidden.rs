//! The baseline and `--new-since`.

use super::{comments, outcome, relock, run, scope, seen, terms};
use crate::baseline::Baseline;
use crate::gate::{Terms, judge, rules};
use crate::policy;
use crate::{Finding, Level, Verdict};

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
