//! The parts of a section that ask for people, and what people said.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use rules::policy::Spanned;
use rules::{Span, escape, ids};

use super::network::Placed;
use super::reader::Reader;
use super::scalar::Sensitive;
use super::section::{ApprovalEntry, Section};
use crate::model::Name;

/// Rules about what was not understood: nobody can approve what nobody has seen.
const NEVER: [&str; 2] = ["unmodelled-policy", "unparsed-config"];

/// A change that is denied until people have approved it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// Where the policy marks it.
    pub span: Span,
    /// Which change.
    pub what: Marked,
}

/// Which changes need people.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Marked {
    /// Those in which a rule finds something.
    Rule(String),
    /// Those of what somebody receives of a service.
    Service(Name),
}

/// An approval as the policy has it: what it claims, before anybody has looked at its signature.
#[derive(Debug, Clone)]
pub struct Approval {
    /// Where it begins.
    pub span: Span,
    /// The plan that it is for.
    pub plan: Placed<String>,
    /// The rules whose findings it waives.
    pub waives: BTreeMap<String, Span>,
    /// The instant at which it ends, with the day as the policy writes it.
    pub until: Option<(Timestamp, Placed<String>)>,
    /// Why.
    pub reason: Option<String>,
    /// The signature's file, relative to the policy's folder.
    pub signature: Option<Placed<String>>,
}

/// What a section says about approvals.
#[derive(Debug, Clone, Default)]
pub struct Approvals {
    /// The changes that need people.
    pub marks: Vec<Mark>,
    /// The file of those who may approve, relative to the policy's folder.
    pub approvers: Option<Placed<String>>,
    /// What was approved.
    pub given: Vec<Approval>,
}

impl Reader<'_> {
    pub(super) fn approvals(
        &mut self,
        section: &Section,
        services: &std::collections::BTreeSet<Name>,
    ) -> Approvals {
        let mut marks = Vec::new();
        for entry in &section.needs_approval {
            let what = match &entry.value {
                Sensitive::Rule(id) => self.rule(entry, id).map(Marked::Rule),
                Sensitive::Service(change) => self
                    .known("service", "services", &change.service, services)
                    .map(Marked::Service),
            };
            marks.extend(what.map(|what| Mark {
                span: self.policy.span(entry),
                what,
            }));
        }
        let approvers = section.approvers.as_ref().map(|path| self.text(path));
        let given = section.approvals.iter();
        let given = given.filter_map(|entry| self.approval(entry)).collect();
        Approvals {
            marks,
            approvers,
            given,
        }
    }

    fn approval(&mut self, entry: &Spanned<ApprovalEntry>) -> Option<Approval> {
        let mut waives = BTreeMap::new();
        for id in &entry.waives {
            let Some(known) = self.rule(id, id) else {
                continue;
            };
            if NEVER.contains(&known.as_str()) {
                let message = format!(
                    "`{known}` cannot be waived: what was not understood cannot be approved either"
                );
                self.problem_at(id, message);
                continue;
            }
            waives.insert(known, self.policy.span(id));
        }
        let until = match &entry.until {
            None => None,
            Some(text) => {
                let Some(ends) = end(text) else {
                    let message = format!(
                        "`{}` is no date: write the last day on which it holds, as 2026-12-31",
                        escape::word(text)
                    );
                    self.problem_at(text, message);
                    return None;
                };
                Some((ends, self.text(text)))
            }
        };
        Some(Approval {
            span: self.policy.span(entry),
            plan: self.text(&entry.plan),
            waives,
            until,
            reason: entry.reason.as_ref().map(|reason| reason.value.clone()),
            signature: entry.signature.as_ref().map(|path| self.text(path)),
        })
    }

    /// The id of one of our rules.
    fn rule<T>(&mut self, at: &Spanned<T>, id: &str) -> Option<String> {
        let shown = escape::word(id);
        let message = match ids::part(id) {
            Some(ids::Part::Bgp) => return Some(id.to_owned()),
            Some(part) => format!("`{shown}` is a rule of `{}`", part.tool()),
            None => match ids::nearest(id) {
                Some(near) => format!("there is no rule `{shown}`: did you mean `{near}`?"),
                None => format!("there is no rule `{shown}`: the command `rules` lists them"),
            },
        };
        self.problem_at(at, message);
        None
    }

    fn text(&self, text: &Spanned<String>) -> Placed<String> {
        Placed {
            value: text.value.clone(),
            span: self.policy.span(text),
        }
    }
}

/// The first instant at which something no longer holds: as for the policy's exemptions, a day is
/// the last one, in UTC.
fn end(until: &str) -> Option<Timestamp> {
    if let Ok(instant) = until.parse() {
        return Some(instant);
    }
    let next = until.parse::<Date>().ok()?.tomorrow().ok()?;
    Some(next.to_zoned(TimeZone::UTC).ok()?.timestamp())
}
