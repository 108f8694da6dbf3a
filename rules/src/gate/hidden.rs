//! Findings that are known: from the baseline, or from the revision of `--new-since`.

use std::collections::BTreeMap;

use super::rules::STALE_BASELINE_ENTRY;
use super::{Found, OWN, Terms, level};
use crate::baseline::Baseline;
use crate::ids::{self, Part};
use crate::{Level, Reported};

/// What the baseline hid.
#[derive(Debug, Default)]
pub(super) struct Hidden {
    /// Findings that the report leaves out.
    pub(super) count: usize,
    /// How many findings of each fingerprint there were, hidden or suppressed.
    seen: BTreeMap<String, usize>,
}

/// The findings that `earlier` does not have: fingerprint by fingerprint, each earlier one answers
/// for one of now, unless its level was lower.
pub(super) fn new_since(mut findings: Vec<Reported>, earlier: &[Reported]) -> Vec<Reported> {
    let mut known: BTreeMap<&str, Vec<Level>> = BTreeMap::new();
    for reported in earlier
        .iter()
        .filter(|reported| reported.suppressed.is_none())
    {
        known
            .entry(&reported.finding.fingerprint)
            .or_default()
            .push(reported.level);
    }
    // What is not suppressed now is compared first: it is what an earlier finding should hide.
    findings.sort_by_key(|reported| {
        (
            reported.suppressed.is_some(),
            std::cmp::Reverse(reported.level),
        )
    });
    findings.retain(|reported| {
        let Some(levels) = known.get_mut(reported.finding.fingerprint.as_str()) else {
            return true;
        };
        let answers = levels.iter().position(|&level| level >= reported.level);
        answers.map(|at| levels.swap_remove(at)).is_none()
    });
    findings
}

/// Takes out the findings that the baseline lists.
pub(super) fn baseline(findings: Vec<Reported>, baseline: &Baseline) -> (Vec<Reported>, Hidden) {
    let mut left = baseline.counts();
    let mut hidden = Hidden::default();
    let mut kept = Vec::with_capacity(findings.len());
    for reported in findings {
        let fingerprint = reported.finding.fingerprint.clone();
        let entry = left.get_mut(fingerprint.as_str()).filter(|left| **left > 0);
        let known = entry.is_some();
        if let Some(left) = entry {
            *left -= 1;
            *hidden.seen.entry(fingerprint).or_default() += 1;
        }
        if known && reported.suppressed.is_none() {
            hidden.count += 1;
        } else {
            kept.push(reported);
        }
    }
    (kept, hidden)
}

/// A finding for each entry of the baseline that nothing needs any more.
///
/// Not for rules that did not run, for paths that were not asked for, or in a run that did not see
/// everything.
pub(super) fn stale(
    path: &str,
    baseline: &Baseline,
    hidden: &Hidden,
    found: &Found,
    terms: &Terms<'_>,
) -> Vec<Reported> {
    if !found.undecided.is_empty() {
        return Vec::new();
    }
    let mut seen: BTreeMap<&str, usize> = hidden
        .seen
        .iter()
        .map(|(fingerprint, count)| (fingerprint.as_str(), *count))
        .collect();
    let mut stale = Vec::new();
    for (entry, span) in baseline.places(path) {
        if let Some(left) = seen
            .get_mut(entry.fingerprint.as_str())
            .filter(|left| **left > 0)
        {
            *left -= 1;
            continue;
        }
        let allowed = terms.rules.iter().chain(OWN).any(|rule| {
            let setting = terms
                .policy
                .setting(rule.id)
                .and_then(|(setting, _)| setting.level);
            rule.id == entry.rule && setting.unwrap_or(rule.level) == Level::Allow
        });
        let part = ids::part(&entry.rule);
        let ran = part.is_none_or(|part| part == Part::Kernel || found.parts.contains(&part));
        if allowed || !ran || !terms.scope.covers(&entry.path) {
            continue;
        }
        let finding = STALE_BASELINE_ENTRY
            .at(
                span,
                format!(
                    "no finding of `{}` in `{}` matches this entry any more",
                    crate::escape::word(&entry.rule),
                    crate::escape::word(&entry.path),
                ),
                &[&entry.fingerprint, &stale.len().to_string()],
            )
            .with_help("remove it, or write the baseline anew by `--write-baseline`");
        let level = level(&finding, terms.policy);
        stale.extend((level > Level::Allow).then_some(Reported {
            finding,
            level,
            part: None,
            suppressed: None,
        }));
    }
    stale
}
