//! Levels, exemptions and suppressions: what the kernel does with our findings.

use std::collections::{BTreeMap, BTreeSet};

use rules::ids::{self, Part};
use rules::policy::Policy;
use rules::suppression::{self, Comments};
use rules::{Level, LineIndex, Span};

use super::Relaxation;
use crate::change::Side;

pub(super) fn compare(base: &Side, head: &Side, found: &mut Vec<Relaxation>) {
    levels(base, head, found);
    exemptions(base, head, found);
    suppressions(base, head, found);
}

fn levels(base: &Side, head: &Side, found: &mut Vec<Relaxation>) {
    let ours = ids::TABLE.iter().filter(|(_, part)| *part == Part::Bgp);
    for &(id, _) in ours {
        let (before, was) = level(&base.policy, id);
        let (now, is) = level(&head.policy, id);
        let (Some(before), Some(now)) = (before, now) else {
            continue;
        };
        if now < before {
            found.push(Relaxation {
                key: "levels",
                subject: id.to_owned(),
                message: format!(
                    "the level of `{id}` goes from {} to {}",
                    before.as_str(),
                    now.as_str()
                ),
                head: is.unwrap_or(&head.network.span).clone(),
                base: was.cloned(),
            });
        }
    }
    for &(id, _) in ids::TABLE.iter().filter(|(_, part)| *part == Part::Bgp) {
        let possible = |policy: &Policy| {
            let setting = policy.setting(id);
            setting.is_some_and(|(setting, _)| setting.deny_possible)
        };
        if possible(&base.policy) && !possible(&head.policy) {
            found.push(Relaxation {
                key: "deny-possible",
                subject: id.to_owned(),
                message: format!("findings of `{id}` that are only possible no longer deny"),
                head: head.network.span.clone(),
                base: base.policy.setting(id).map(|(_, span)| span.clone()),
            });
        }
    }
}

/// The level of a rule and where the policy sets it. The default of a rule that this version does
/// not have is not known.
fn level<'a>(policy: &'a Policy, id: &str) -> (Option<Level>, Option<&'a Span>) {
    let setting = policy.setting(id);
    let level = setting.and_then(|(setting, _)| setting.level);
    let rule = crate::RULES.iter().find(|rule| rule.id == id);
    let default = rule.map(|rule| rule.level);
    (level.or(default), setting.map(|(_, span)| span))
}

fn exemptions(base: &Side, head: &Side, found: &mut Vec<Relaxation>) {
    let mut known = BTreeMap::new();
    for exemption in base.policy.exemptions() {
        let ends = known.entry(exemption.about()).or_insert(exemption.ends);
        *ends = (*ends).max(exemption.ends);
    }
    for exemption in head.policy.exemptions() {
        if ids::part(&exemption.rule) != Some(Part::Bgp) {
            continue;
        }
        let message = match known.get(&exemption.about()) {
            None => format!("an exemption from `{}` is added", exemption.rule),
            Some(ends) if exemption.ends > *ends => {
                format!("the exemption from `{}` holds longer", exemption.rule)
            }
            Some(_) => continue,
        };
        found.push(Relaxation {
            key: "exemptions",
            subject: exemption.about().join(" "),
            message,
            head: exemption.span.clone(),
            base: None,
        });
    }
}

fn suppressions(base: &Side, head: &Side, found: &mut Vec<Relaxation>) {
    let mut before: BTreeMap<String, usize> = BTreeMap::new();
    for (id, _) in comments(&base.policy) {
        *before.entry(id).or_default() += 1;
    }
    let mut reported = BTreeSet::new();
    for (id, span) in comments(&head.policy) {
        let left = before.entry(id.clone()).or_default();
        if *left > 0 {
            *left -= 1;
        } else if reported.insert(id.clone()) {
            found.push(Relaxation {
                key: "allow",
                message: format!("a suppression of `{id}` is added"),
                subject: id,
                head: span,
                base: None,
            });
        }
    }
}

/// Every suppression of our rules in a policy's comments.
fn comments(policy: &Policy) -> Vec<(String, Span)> {
    let (Some(path), Some(text)) = (policy.path(), policy.text()) else {
        return Vec::new();
    };
    suppression::scan(text, path, &LineIndex::new(text), Comments::Hash)
        .into_iter()
        .flat_map(|found| found.rules)
        .filter(|(id, _)| ids::part(id) == Some(Part::Bgp))
        .collect()
}
