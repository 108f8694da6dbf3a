//! Awaits under guards.

use std::collections::BTreeMap;

use rules::{Finding, Rule};

use crate::grounds::Grounds;
use crate::hir::Range;
use crate::walk::facts::{Guard, Happening};

use super::evidence::Evidence;

/// The awaits at which one guard is alive.
#[derive(Debug)]
pub struct Awaits<'p> {
    /// The guard.
    pub guard: &'p Guard,
    /// In source order, each with how sure it is; not empty.
    pub at: Vec<(Range, Grounds)>,
    /// Which of the guards of this lock, from 0.
    pub ordinal: usize,
}

/// More places than this are not told of one guard.
const SHOWN: usize = 100;

/// Guards that are alive at awaits, in the order of their birth, where `is_wanted`.
pub fn under<'p>(
    evidence: &Evidence<'p, '_>,
    is_wanted: impl Fn(&Guard) -> bool,
) -> Vec<Awaits<'p>> {
    let mut awaits: BTreeMap<Range, Awaits<'p>> = BTreeMap::new();
    for event in evidence.events() {
        if !matches!(event.what, Happening::Await) {
            continue;
        }
        for held in &event.held {
            let Some(guard) = evidence.guard(held.guard).filter(|guard| is_wanted(guard)) else {
                continue;
            };
            let mut grounds = guard.grounds.min(event.grounds);
            if held.maybe {
                grounds = grounds.min(Grounds::SomePaths);
            }
            let found = awaits.entry(guard.birth).or_insert_with(|| Awaits {
                guard,
                at: Vec::new(),
                ordinal: 0,
            });
            let is_new = || found.at.iter().all(|(range, _)| *range != event.range);
            if found.at.len() < SHOWN && is_new() {
                found.at.push((event.range, grounds));
            }
        }
    }
    let mut ordinals: BTreeMap<String, usize> = BTreeMap::new();
    let mut found: Vec<Awaits<'p>> = awaits.into_values().collect();
    for awaits in &mut found {
        awaits.at.sort_by_key(|(range, _)| *range);
        let ordinal = ordinals.entry(evidence.lock(awaits.guard)).or_default();
        awaits.ordinal = *ordinal;
        *ordinal += 1;
    }
    found
}

impl Awaits<'_> {
    /// The finding at the first of them; `help` and `note` are the rule's.
    pub fn finding(
        &self,
        evidence: &Evidence<'_, '_>,
        rule: &'static Rule,
        help: &str,
        note: String,
    ) -> Option<Finding> {
        let (first, grounds) = self.at.first().copied()?;
        let message = format!(
            "the {} of `{}` is alive at this `.await`",
            evidence.noun(self.guard),
            evidence.lock(self.guard)
        );
        let function = evidence.program.function(evidence.id);
        let finding = evidence
            .finding(rule, first, message, self.guard, self.ordinal)
            .with_lowered(function.is_test || function.allows_await);
        let mut finding = grounds
            .qualify(finding)
            .with_help(help)
            .with_note(note)
            .with_data("held", self.guard.mode.as_str());
        if function.allows_await {
            finding = finding.with_note(
                "one level lower: the author keeps guards here on purpose, and allows clippy's lint for it",
            );
        }
        for (span, text) in evidence.life(self.guard) {
            finding = finding.with_label(span, text);
        }
        for (range, _) in self.at.iter().skip(1) {
            finding = finding.with_label(evidence.here(*range), "also alive here");
        }
        Some(finding)
    }
}
