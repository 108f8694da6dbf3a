//! From bodies to evidence: summaries to a fixpoint, what each function reaches, which guards are
//! alive when the same lock is taken again.

pub mod awaits;
pub mod blocked;
pub mod conditions;
pub mod dormant;
pub mod evidence;
pub mod order;
pub mod overlap;
pub mod reach;
pub mod whole;

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use crate::index::{FnId, Program};
use crate::walk::facts::{Facts, Happening, Summary};
use crate::walk::{Scopes, walk};

/// How often one function is walked again because a callee's summary changed.
const WALKS: u8 = 6;

/// The facts of all functions after their summaries have settled.
#[derive(Debug)]
pub struct Settled {
    /// By function.
    pub summaries: Vec<Summary>,
    /// By function; functions in which no guard lives keep only what callers need.
    pub facts: Vec<Facts>,
    /// Functions whose body was too large to be walked whole.
    pub gave_up: Vec<FnId>,
}

/// Remembers that `caller` depends on the summary of `callee`.
fn note(callers: &mut FxHashMap<FnId, Vec<FnId>>, callee: FnId, caller: FnId) {
    let known = callers.entry(callee).or_default();
    if known.last() != Some(&caller) && !known.contains(&caller) {
        known.push(caller);
    }
}

/// The drop scopes of a function's crate.
pub fn scopes_of(program: &Program<'_>, id: FnId) -> Scopes {
    if program.krate(program.function(id).module).edition >= crate::index::Edition::E2024 {
        Scopes::Since2024
    } else {
        Scopes::Until2021
    }
}

/// Walks every function until no summary changes.
///
/// Each round walks what the round before has made stale, in parallel over one state of the
/// summaries, so the result does not depend on the number of threads.
pub fn settle(program: &Program<'_>) -> Settled {
    let count = program.fns.len();
    let mut summaries = vec![Summary::default(); count];
    let mut facts: Vec<Facts> = Vec::new();
    facts.resize_with(count, Facts::default);
    let mut walks = vec![0_u8; count];
    let mut callers: FxHashMap<FnId, Vec<FnId>> = FxHashMap::default();
    let mut stale: Vec<FnId> = (0..count)
        .map(FnId::of)
        .filter(|&id| program.function(id).body.is_some())
        .collect();
    while !stale.is_empty() {
        let walked: Vec<(FnId, Facts)> = stale
            .par_iter()
            .map(|&id| (id, walk(program, &summaries, id, scopes_of(program, id))))
            .collect();
        let mut next = Vec::new();
        for (id, found) in walked {
            if let Some(walks) = walks.get_mut(id.at()) {
                *walks = walks.saturating_add(1);
            }
            for event in &found.events {
                let Happening::Call { callees, .. } = &event.what else {
                    continue;
                };
                for (callee, _) in callees {
                    note(&mut callers, *callee, id);
                }
            }
            for &read in &found.reads {
                note(&mut callers, read, id);
            }
            let Some(summary) = summaries.get_mut(id.at()) else {
                continue;
            };
            if *summary != found.summary {
                *summary = found.summary.clone();
                next.push(id);
            }
            if let Some(slot) = facts.get_mut(id.at()) {
                *slot = found;
            }
        }
        stale = next
            .iter()
            .filter_map(|id| callers.get(id))
            .flatten()
            .copied()
            .collect();
        stale.sort_unstable();
        stale.dedup();
        stale.retain(|id| walks.get(id.at()).is_some_and(|&walks| walks < WALKS));
    }
    let gave_up = (0..count)
        .map(FnId::of)
        .filter(|id| facts.get(id.at()).is_some_and(|facts| facts.gave_up))
        .collect();
    Settled {
        summaries,
        facts,
        gave_up,
    }
}
