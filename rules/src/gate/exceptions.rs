//! Suppressions and exemptions: what they cover, and what is wrong with them.

use std::collections::{BTreeMap, BTreeSet};

use super::rules::{
    EXPIRED_EXEMPTION, MALFORMED_SUPPRESSION, SUPPRESSION_WITHOUT_REASON, UNKNOWN_SUPPRESSED_RULE,
    UNMATCHED_EXEMPTION, UNUSED_SUPPRESSION,
};
use super::{Found, OWN, Terms, level};
use crate::ids::{self, Part};
use crate::{Finding, Level, Reported, Suppression, escape};

/// Every finding at its level, with the reason of what covers it; rules at `allow` are left out.
pub(super) fn apply(found: &mut Found, terms: &Terms<'_>) -> Vec<Reported> {
    let mut excuses = Excuses::new(found, terms);
    let mut findings: Vec<Reported> = std::mem::take(&mut found.findings)
        .into_iter()
        .filter_map(|(finding, part)| excuses.judge(finding, part))
        .collect();
    for finding in malformed(&found.suppressions) {
        findings.extend(excuses.judge(finding, None));
    }
    for finding in excuses.unused(found) {
        findings.extend(excuses.judge(finding, None));
    }
    for finding in excuses.exemptions(found) {
        let level = level(&finding, terms.policy);
        findings.extend((level > Level::Allow).then_some(Reported {
            finding,
            level,
            part: None,
            suppressed: None,
        }));
    }
    findings
}

/// What may cover a finding, and whether it ever did.
struct Excuses<'a> {
    terms: &'a Terms<'a>,
    /// Those with a reason, by path.
    suppressions: BTreeMap<String, Vec<Suppression>>,
    /// Path, place and id of each suppression that covered a finding.
    used: BTreeSet<(String, u32, String)>,
    /// Whether the exemption of this index covered a finding.
    matched: Vec<bool>,
}

impl<'a> Excuses<'a> {
    fn new(found: &Found, terms: &'a Terms<'a>) -> Self {
        let mut suppressions: BTreeMap<String, Vec<Suppression>> = BTreeMap::new();
        for suppression in found.suppressions.iter().filter(|s| !s.reason.is_empty()) {
            suppressions
                .entry(suppression.span.path.to_string())
                .or_default()
                .push(suppression.clone());
        }
        Self {
            terms,
            suppressions,
            used: BTreeSet::new(),
            matched: vec![false; terms.policy.exemptions().len()],
        }
    }

    /// The finding at its level; `None` where that is allow. What covers it counts as used in
    /// both cases.
    fn judge(&mut self, finding: Finding, part: Option<&'static str>) -> Option<Reported> {
        // Excuses that came with the change do not count against what is binding, and are
        // reported as unused.
        let excuse = if finding.binding {
            None
        } else {
            let suppressed = self.suppressed(&finding);
            let exempt = self.exempt(&finding);
            suppressed.or(exempt)
        };
        let excuse = finding.excuse.clone().or(excuse);
        let level = level(&finding, self.terms.policy);
        (level > Level::Allow).then_some(Reported {
            finding,
            level,
            part,
            suppressed: excuse,
        })
    }

    /// The reason of the narrowest suppression over the finding. All that cover it count as used.
    fn suppressed(&mut self, finding: &Finding) -> Option<String> {
        let line = finding.span.start.line;
        let covering = self
            .suppressions
            .get(&*finding.span.path)?
            .iter()
            .filter(|suppression| {
                let (first, last) = suppression.lines;
                (first..=last).contains(&line)
                    && suppression
                        .rules
                        .iter()
                        .any(|(id, _)| id == finding.rule.id)
            });
        let mut narrowest: Option<&Suppression> = None;
        for suppression in covering {
            let width = |s: &Suppression| s.lines.1 - s.lines.0;
            self.used.insert(key(suppression, finding.rule.id));
            if narrowest.is_none_or(|known| width(suppression) < width(known)) {
                narrowest = Some(suppression);
            }
        }
        narrowest.map(|suppression| suppression.reason.clone())
    }

    /// The reason of the first exemption that holds and covers the finding.
    fn exempt(&mut self, finding: &Finding) -> Option<String> {
        let exemptions = self.terms.policy.exemptions();
        if exemptions.is_empty() {
            return None;
        }
        let path = format!("{}{}", self.terms.policy_prefix, finding.span.path);
        let mut reason = None;
        for (exemption, matched) in exemptions.iter().zip(&mut self.matched) {
            if exemption.covers(finding, &path) {
                *matched = true;
                if self.terms.now < exemption.ends && reason.is_none() {
                    reason = Some(exemption.reason.clone());
                }
            }
        }
        reason
    }

    /// A finding for each id that a suppression names in vain.
    ///
    /// Not for rules that did not run, nor in files that were not seen as a whole.
    fn unused(&self, found: &Found) -> Vec<Finding> {
        let unseen: BTreeSet<&str> = found.undecided.iter().map(|gap| &*gap.path).collect();
        let mut ordinal = Ordinals::default();
        let mut findings = Vec::new();
        for suppression in self.suppressions.values().flatten() {
            for (id, span) in &suppression.rules {
                let own = id == UNUSED_SUPPRESSION.id;
                let skip = own || unseen.contains(&*span.path) || !self.runs(id);
                if skip || self.used.contains(&key(suppression, id)) {
                    continue;
                }
                let nth = ordinal.next(&span.path, id);
                let finding = UNUSED_SUPPRESSION
                    .at(
                        span.clone(),
                        format!("no finding of `{id}` is suppressed here"),
                        &[&span.path, id, &nth],
                    )
                    .with_help("remove it; it would hide the next such fault at this place");
                findings.push(finding);
            }
        }
        findings
    }

    /// A finding for each exemption that has ended or matches nothing.
    fn exemptions(&self, found: &Found) -> Vec<Finding> {
        let mut findings = Vec::new();
        for (exemption, matched) in self.terms.policy.exemptions().iter().zip(&self.matched) {
            let part = ids::part(&exemption.rule);
            if !part.is_some_and(|part| part == Part::Kernel || found.parts.contains(&part)) {
                continue;
            }
            if self.terms.now >= exemption.ends {
                let until = escape::word(&exemption.until);
                let finding = EXPIRED_EXEMPTION
                    .at(
                        exemption.until_span.clone(),
                        format!("the exemption from `{}` ended on {until}", exemption.rule),
                        &exemption.about(),
                    )
                    .with_help(if *matched {
                        "fix what it covered, or agree on another day"
                    } else {
                        "remove it; nothing matches it any more"
                    })
                    .with_note(format!(
                        "its reason was: {}",
                        escape::word(&exemption.reason)
                    ));
                findings.push(finding);
            } else if !matched && found.undecided.is_empty() && self.runs(&exemption.rule) {
                let finding = UNMATCHED_EXEMPTION
                    .at(
                        exemption.span.clone(),
                        format!("no finding of `{}` matches this exemption", exemption.rule),
                        &exemption.about(),
                    )
                    .with_help("remove it, or correct its match");
                findings.push(finding);
            }
        }
        findings
    }

    /// Whether rule `id` is one of this run's and not allowed altogether.
    fn runs(&self, id: &str) -> bool {
        let mut rules = self.terms.rules.iter().chain(OWN);
        let Some(rule) = rules.find(|rule| rule.id == id) else {
            return false;
        };
        let setting = self
            .terms
            .policy
            .setting(id)
            .and_then(|(setting, _)| setting.level);
        setting.unwrap_or(rule.level) > Level::Allow
    }
}

/// Findings about suppressions that have no effect.
fn malformed(suppressions: &[Suppression]) -> Vec<Finding> {
    const FORM: &str = "write `preflight: allow(rule-id): reason`";
    let mut ordinal = Ordinals::default();
    let mut findings = Vec::new();
    for suppression in suppressions {
        let path = suppression.span.path.clone();
        if suppression.rules.is_empty() {
            let nth = ordinal.next(&path, "");
            let message = if suppression.reason.is_empty() {
                "this suppression is not understood"
            } else {
                &suppression.reason
            };
            let finding = MALFORMED_SUPPRESSION
                .at(suppression.span.clone(), message, &[&path, &nth])
                .with_note("it suppresses nothing")
                .with_help(FORM);
            findings.push(finding);
            continue;
        }
        for (id, span) in &suppression.rules {
            if ids::part(id).is_some() {
                continue;
            }
            let nth = ordinal.next(&path, id);
            let finding = UNKNOWN_SUPPRESSED_RULE
                .at(
                    span.clone(),
                    format!("there is no rule `{}`", escape::word(id)),
                    &[&path, id, &nth],
                )
                .with_help(match ids::nearest(id) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => "the command `rules` lists them".to_owned(),
                });
            findings.push(finding);
        }
        if suppression.reason.is_empty() {
            let ids: Vec<&str> = suppression
                .rules
                .iter()
                .map(|(id, _)| id.as_str())
                .collect();
            let ids = ids.join(", ");
            let nth = ordinal.next(&path, &ids);
            let finding = SUPPRESSION_WITHOUT_REASON
                .at(
                    suppression.span.clone(),
                    format!(
                        "the suppression of `{}` gives no reason",
                        escape::word(&ids)
                    ),
                    &[&path, &ids, &nth],
                )
                .with_note("it suppresses nothing")
                .with_help(FORM);
            findings.push(finding);
        }
    }
    findings
}

/// Tells findings about the same thing in the same file apart without line numbers.
#[derive(Default)]
struct Ordinals(BTreeMap<(String, String), usize>);

impl Ordinals {
    fn next(&mut self, path: &str, about: &str) -> String {
        let count = self
            .0
            .entry((path.to_owned(), about.to_owned()))
            .or_default();
        *count += 1;
        count.to_string()
    }
}

fn key(suppression: &Suppression, id: &str) -> (String, u32, String) {
    let span = &suppression.span;
    (span.path.to_string(), span.start.byte, id.to_owned())
}
