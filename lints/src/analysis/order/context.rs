//! What every caller of a function holds: locks that are taken further up.
//!
//! A helper that takes two locks in the order opposite to another helper's is harmless where all
//! callers of both come in under one third lock.

use std::collections::BTreeSet;

use crate::index::FnId;

use super::class::Classes;
use super::edge::{Locked, locked_at};
use super::ground::Ground;

/// Passes over the calls; what has not settled then is taken as it is.
const PASSES: usize = 40;

/// By function: the classes that all callers hold.
#[derive(Debug)]
pub(super) struct Contexts {
    by_function: Vec<BTreeSet<Locked>>,
}

impl Contexts {
    /// The classes that all callers of `id` hold.
    pub(super) fn of(&self, id: FnId) -> impl Iterator<Item = Locked> {
        self.by_function.get(id.at()).into_iter().flatten().copied()
    }

    /// Finds the contexts: what is common to all calls, with what their functions' callers hold.
    pub(super) fn find(ground: &Ground<'_, '_>, classes: &mut Classes) -> Self {
        let count = ground.settled.facts.len();
        let locked: Vec<Vec<Vec<Locked>>> = (0..count)
            .map(|at| locked_at(ground, FnId::of(at), classes))
            .collect();
        // `None` is "not known yet": a function of which no call has been looked at.
        let mut contexts: Vec<Option<BTreeSet<Locked>>> = (0..count)
            .map(|at| match ground.real_callers(FnId::of(at)).next() {
                Some(_) => None,
                None => Some(BTreeSet::new()),
            })
            .collect();
        for _ in 0..PASSES {
            let mut changed = false;
            for at in 0..count {
                let id = FnId::of(at);
                let mut common: Option<BTreeSet<Locked>> = None;
                let mut called = false;
                for (caller, number) in ground.real_callers(id) {
                    called = true;
                    let detached = ground
                        .event(caller, number)
                        .is_some_and(|event| event.detached);
                    let above = contexts.get(caller.at()).and_then(Option::as_ref);
                    let mut held: BTreeSet<Locked> = match (above, detached) {
                        (_, true) => BTreeSet::new(),
                        (Some(above), false) => above.clone(),
                        // In a cycle of calls: the others decide.
                        (None, false) => continue,
                    };
                    let here = locked
                        .get(caller.at())
                        .and_then(|events| events.get(number));
                    held.extend(here.into_iter().flatten());
                    common = Some(match common {
                        None => held,
                        Some(common) => common.intersection(&held).copied().collect(),
                    });
                }
                if !called || common.is_none() {
                    continue;
                }
                if let Some(slot) = contexts.get_mut(at)
                    && *slot != common
                {
                    *slot = common;
                    changed = true;
                }
            }
            if !changed {
                break;
            }
        }
        Self {
            by_function: contexts
                .into_iter()
                .map(Option::unwrap_or_default)
                .collect(),
        }
    }
}
