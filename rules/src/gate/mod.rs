//! The gate: what becomes of findings once the policy has spoken.
//!
//! In this order: effective levels, suppressions, exemptions, what is not new, the baseline; then
//! the verdict and the counts. What is wrong with the exceptions themselves is a finding too.

mod exceptions;
mod hidden;
pub mod rules;
mod sources;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::baseline::Baseline;
use crate::ids::Part;
use crate::policy::Policy;
use crate::scope::Scope;
use crate::{
    Certainty, Finding, Level, Outcome, Report, Reported, Rule, Sources, Summary, Undecided,
    Verdict,
};

pub use rules::OWN;

/// Everything that a judgement depends on besides what was found.
#[derive(Debug, Clone)]
pub struct Terms<'a> {
    /// The command's name, for the report.
    pub tool: &'static str,
    /// Its version.
    pub version: &'static str,
    /// Every rule of the command; the kernel's own are added.
    pub rules: Vec<&'static Rule>,
    /// The policy, or [`Policy::none`].
    pub policy: &'a Policy,
    /// What makes a report path relative to the policy's folder when it is put before it: empty,
    /// or a path that ends in `/`.
    pub policy_prefix: String,
    /// The time at which exemptions end.
    pub now: Timestamp,
    /// Findings of this level and above deny.
    pub fail_on: Level,
    /// What was asked for.
    pub scope: &'a Scope,
    /// The baseline, with its path as reports show it.
    pub baseline: Option<(&'a str, &'a Baseline)>,
    /// Whether findings carry the part that found them, as in a merged report.
    pub merged: bool,
    /// Wall-clock milliseconds; 0 where `--now` is given.
    pub elapsed_ms: u64,
}

/// A report, and the findings that a baseline written now holds.
#[derive(Debug)]
pub struct Judgement {
    /// The report.
    pub report: Report,
    /// Every finding that counts, also those that the given baseline hides.
    pub baseline: Baseline,
}

/// Judges what the parts found.
///
/// `before` is what the same parts found in the revision of `--new-since`: only findings that are
/// not among those, or have a higher level now, are kept.
pub fn judge(
    outcomes: Vec<(Part, Outcome)>,
    before: Option<Vec<(Part, Outcome)>>,
    terms: &Terms<'_>,
) -> Judgement {
    let mut found = Found::gather(outcomes, terms.merged);
    let mut findings = exceptions::apply(&mut found, terms);
    if let Some(before) = before {
        let mut earlier = Found::gather(before, terms.merged);
        let earlier = exceptions::apply(&mut earlier, terms);
        findings = hidden::new_since(findings, &earlier);
    }
    findings.sort_by(|a, b| order(a).cmp(&order(b)));
    let counted = findings
        .iter()
        .filter(|reported| reported.suppressed.is_none());
    let written = Baseline::new(counted.map(|reported| &reported.finding));
    let baselined = match terms.baseline {
        Some((path, baseline)) => {
            let (kept, hidden) = hidden::baseline(findings, baseline);
            findings = kept;
            let stale = hidden::stale(path, baseline, &hidden, &found, terms);
            findings.extend(stale);
            findings.sort_by(|a, b| order(a).cmp(&order(b)));
            hidden.count
        }
        None => 0,
    };
    found.undecided.sort();
    found.undecided.dedup();
    let count = |level| {
        let counts =
            |reported: &&Reported| reported.suppressed.is_none() && reported.level == level;
        findings.iter().filter(counts).count()
    };
    let summary = Summary {
        deny: count(Level::Deny),
        warn: count(Level::Warn),
        suppressed: findings
            .iter()
            .filter(|reported| reported.suppressed.is_some())
            .count(),
        baselined,
        files: found.files,
        skipped: found.skipped,
        elapsed_ms: terms.elapsed_ms,
    };
    let mut rules = terms.rules.clone();
    rules.extend(OWN);
    rules.sort_by_key(|rule| rule.id);
    rules.dedup();
    let report = Report {
        tool: terms.tool,
        version: terms.version,
        verdict: verdict(&findings, &found.undecided, terms.fail_on),
        sources: sources::load(&findings, &found, terms),
        findings,
        undecided: found.undecided,
        summary,
        stats: found.stats,
        rules,
    };
    Judgement {
        report,
        baseline: written,
    }
}

/// A report that says only what could not be seen: for errors before any rule ran.
pub fn undecided(terms: &Terms<'_>, undecided: Vec<Undecided>) -> Report {
    let outcome = Outcome {
        undecided,
        ..Outcome::default()
    };
    judge(vec![(Part::Kernel, outcome)], None, terms).report
}

/// Denied wins over undecided, and undecided over clean: a gate fails closed.
fn verdict(findings: &[Reported], undecided: &[Undecided], fail_on: Level) -> Verdict {
    let denies = |reported: &Reported| reported.suppressed.is_none() && reported.level >= fail_on;
    if findings.iter().any(denies) {
        Verdict::Denied
    } else if undecided.is_empty() {
        Verdict::Clean
    } else {
        Verdict::Undecided
    }
}

/// The effective level of a finding: the policy's word wins over the finding's own; test code and
/// the like go one lower; and what is only possible does not deny unless the policy says so.
/// A binding level stands.
fn level(finding: &Finding, policy: &Policy) -> Level {
    if finding.binding {
        return finding.level;
    }
    let setting = policy.setting(finding.rule.id).map(|(setting, _)| setting);
    let setting = setting.unwrap_or_default();
    let mut level = setting.level.unwrap_or(finding.level);
    if finding.lowered {
        level = level.lowered();
    }
    if finding.certainty == Certainty::Possible && !setting.deny_possible {
        level = level.min(Level::Warn);
    }
    level
}

/// What all parts found, together.
#[derive(Debug, Default)]
struct Found {
    parts: Vec<Part>,
    findings: Vec<(Finding, Option<&'static str>)>,
    undecided: Vec<Undecided>,
    suppressions: Vec<crate::Suppression>,
    files: usize,
    skipped: usize,
    stats: BTreeMap<String, serde_json::Value>,
    sources: Sources,
}

impl Found {
    fn gather(outcomes: Vec<(Part, Outcome)>, merged: bool) -> Self {
        let mut all = Self::default();
        for (part, outcome) in outcomes {
            let name = merged.then_some(part.tool());
            all.parts.push(part);
            all.findings
                .extend(outcome.findings.into_iter().map(|finding| (finding, name)));
            all.undecided.extend(outcome.undecided);
            all.suppressions.extend(outcome.suppressions);
            all.files += outcome.files;
            all.skipped += outcome.skipped;
            all.sources.extend(outcome.sources);
            if !merged {
                all.stats.extend(outcome.stats);
            } else if !outcome.stats.is_empty() {
                let stats = outcome.stats.into_iter().collect();
                all.stats
                    .insert(part.tool().to_owned(), serde_json::Value::Object(stats));
            }
        }
        // Two parts may have read the same file and seen the same comment.
        all.suppressions
            .sort_by(|a, b| (&a.span, a.lines).cmp(&(&b.span, b.lines)));
        all.suppressions.dedup();
        all
    }
}

type Order<'a> = (
    (&'a crate::Span, &'a str, &'a str, &'a str),
    Option<&'a str>,
);

fn order(reported: &Reported) -> Order<'_> {
    (reported.finding.sort_key(), reported.part)
}
