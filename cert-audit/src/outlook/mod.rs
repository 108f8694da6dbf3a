//! What fails first: the inventory as the person sees it who has to act.
//!
//! Certificates are grouped by their *cause*, the certificate whose end is the end of others: a CA
//! that takes ten leaves with it is one thing to do and not eleven. Anchors in trust stores are
//! told apart, because nobody renews them.

mod calendar;
mod cause;
mod store;

use std::collections::{BTreeMap, BTreeSet};

use rules::{Level, Report, Reported};

use crate::View;
use crate::instant::Instant;
use crate::v1::Coverage;

pub use calendar::{Calendar, Month};
pub use cause::{Broken, Cause, Spot};
pub use store::Store;

/// Rules whose findings a [`Cause`] tells.
const TOLD: [&str; 7] = [
    "chain-expires-first",
    "expired",
    "expires-soon",
    "fails-at-restart",
    "not-yet-valid",
    "outlives-issuer",
    "past-issuing-horizon",
];

/// What fails first, and what was seen.
#[derive(Debug)]
pub struct Outlook {
    /// The time that it is judged at.
    pub now: Instant,
    /// The most urgent first: those that ask for something by their end, then the others.
    pub causes: Vec<Cause>,
    /// How many more there are than [`Outlook::causes`] holds.
    pub more: usize,
    /// Trust stores, by folder.
    pub stores: Vec<Store>,
    /// When certificates end.
    pub calendar: Calendar,
    /// What was seen, and what was not.
    pub coverage: Coverage,
    /// Which anchors are trusted, in words.
    pub trust: String,
    /// What else was found, by rule.
    pub also: Vec<Also>,
    /// Digests of what lies in stores, which those tell.
    anchors: BTreeSet<String>,
}

/// Findings of a rule that no cause tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Also {
    /// The highest level among them.
    pub level: Level,
    /// The rule.
    pub rule: &'static str,
    /// How many.
    pub count: usize,
    /// The first of them: where.
    pub place: String,
    /// The first of them: what.
    pub message: String,
}

impl Outlook {
    /// Looks through everything that is judged.
    pub fn of(view: &View<'_>) -> Self {
        let audit = view.audit;
        let (causes, ends, more) = cause::all(audit);
        Self {
            now: audit.now,
            causes,
            more,
            stores: store::all(audit),
            calendar: Calendar::of(ends, audit.now),
            coverage: Coverage::of(audit),
            trust: trust(view),
            also: Vec::new(),
            anchors: store::anchors(audit),
        }
    }

    /// Takes in what became of the findings: causes get the highest level of theirs, cliffs go to
    /// the calendar, and the others are told by rule.
    pub fn take(&mut self, judged: &Report) {
        let mut told: BTreeMap<&str, Level> = BTreeMap::new();
        let mut also: BTreeMap<&'static str, Vec<&Reported>> = BTreeMap::new();
        // What neither a cause nor a store tells must not be lost.
        let concerns = self.causes.iter().flat_map(|cause| &cause.concerns);
        let known: BTreeSet<&str> = concerns.chain(&self.anchors).map(String::as_str).collect();
        let counts = |one: &&Reported| one.suppressed.is_none() && one.level > Level::Allow;
        for reported in judged.findings.iter().filter(counts) {
            let rule = reported.finding.rule.id;
            let sha256 = reported.finding.data.get("sha256");
            match sha256.and_then(|sha256| sha256.as_str()) {
                Some(sha256) if TOLD.contains(&rule) && known.contains(sha256) => {
                    let level = told.entry(sha256).or_insert(Level::Allow);
                    *level = reported.level.max(*level);
                }
                _ if rule == "renewal-cliff" => {
                    let message = reported.finding.message.clone();
                    self.calendar.cliffs.push(message);
                }
                _ => also.entry(rule).or_default().push(reported),
            }
        }
        let also = also.into_iter();
        self.also = also
            .filter_map(|(rule, found)| Also::of(rule, &found))
            .collect();
        self.also.sort_by_key(|also| std::cmp::Reverse(also.level));
        for cause in &mut self.causes {
            let levels = cause.concerns.iter();
            let levels = levels.filter_map(|sha256| told.get(sha256.as_str()).copied());
            cause.level = levels.max();
        }
    }
}

impl Also {
    /// The findings of one rule: the first of the highest level by place stands for all.
    fn of(rule: &'static str, found: &[&Reported]) -> Option<Self> {
        let first = found
            .iter()
            .min_by_key(|one| (std::cmp::Reverse(one.level), &one.finding.span))?;
        Some(Self {
            level: first.level,
            rule,
            count: found.len(),
            place: first.finding.span.path.to_string(),
            message: first.finding.message.clone(),
        })
    }
}

/// Which anchors are trusted.
fn trust(view: &View<'_>) -> String {
    let trust = &view.audit.trust;
    let public = trust.public.len();
    let others = trust.anchors.len().saturating_sub(public);
    let mut parts = Vec::new();
    if public > 0 {
        parts.push(format!("{public} public roots"));
    }
    if others > 0 {
        let kind = match (trust.is_given, others) {
            (false, 1) => "self-signed CA that was found",
            (false, _) => "self-signed CAs that were found",
            (true, 1) => "anchor that the policy names",
            (true, _) => "anchors that the policy names",
        };
        parts.push(format!("{others} {kind}"));
    }
    let mut text = match parts.as_slice() {
        [] => "nothing".to_owned(),
        parts => parts.join(" and "),
    };
    if trust.is_of_system {
        text.push_str(", this machine's own among them");
    }
    if !trust.anchor_expires {
        text.push_str("; their own expiry does not count");
    }
    text
}
