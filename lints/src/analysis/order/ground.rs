//! What the search for orders stands on: the facts, who calls whom, and which objects a function has
//! for itself.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::index::{FnId, Parent, Program};
use crate::walk::facts::{Event, Happening};

use super::super::Settled;
use super::super::reach::may_call;
use super::roots::{Roots, param_bit, roles};

/// Passes over the calls; what has not settled then counts as shared.
const PASSES: usize = 40;

/// Who calls a function: the caller and the number of its event.
pub(super) type Calls = FxHashMap<FnId, Vec<(FnId, usize)>>;

/// What every step of the search needs.
#[derive(Debug)]
pub(super) struct Ground<'p, 'a> {
    pub(super) program: &'p Program<'a>,
    pub(super) settled: &'p Settled,
    /// Calls by callee.
    calls: Calls,
    /// By function: what its paths start from.
    roots: Vec<Roots<'p>>,
}

impl<'p, 'a> Ground<'p, 'a> {
    pub(super) fn of(program: &'p Program<'a>, settled: &'p Settled) -> Self {
        let mut calls = Calls::default();
        let roles = Arc::new(roles(program));
        let mut roots = Vec::with_capacity(settled.facts.len());
        for (at, facts) in settled.facts.iter().enumerate() {
            let id = FnId::of(at);
            roots.push(if facts.events.is_empty() {
                Roots::default()
            } else {
                Roots::of(program, id, facts, roles.clone())
            });
            for (number, event) in facts.events.iter().enumerate() {
                let Happening::Call { callees, .. } = &event.what else {
                    continue;
                };
                for (callee, _) in callees {
                    if may_call(program, id, *callee) {
                        calls.entry(*callee).or_default().push((id, number));
                    }
                }
            }
        }
        let mut ground = Self {
            program,
            settled,
            calls,
            roots,
        };
        ground.find_exclusive();
        ground
    }

    /// What the paths of `id` start from.
    pub(super) fn roots(&self, id: FnId) -> &Roots<'p> {
        self.roots
            .get(id.at())
            .expect("there are roots for every function")
    }

    pub(super) fn event(&self, id: FnId, number: usize) -> Option<&'p Event> {
        self.settled.facts.get(id.at())?.events.get(number)
    }

    /// All calls of `id`.
    pub(super) fn callers(&self, id: FnId) -> &[(FnId, usize)] {
        self.calls.get(&id).map_or(&[], Vec::as_slice)
    }

    /// The calls of `id` that count: tests call what they like.
    pub(super) fn real_callers(&self, id: FnId) -> impl Iterator<Item = (FnId, usize)> {
        let is_test = self.program.function(id).is_test;
        let real =
            move |&(caller, _): &(FnId, usize)| is_test || !self.program.function(caller).is_test;
        self.callers(id).iter().copied().filter(real)
    }

    /// A helper with `&self` that only a method with `&mut self` calls has the object for itself
    /// too. Begins with all that could be, and takes away what a call contradicts.
    fn find_exclusive(&mut self) {
        let closed: Vec<FnId> = (0..self.settled.facts.len())
            .map(FnId::of)
            .filter(|&id| self.is_closed(id) && self.real_callers(id).next().is_some())
            .collect();
        let mut assumed: Vec<u64> = vec![0; self.settled.facts.len()];
        for id in &closed {
            if let Some(slot) = assumed.get_mut(id.at()) {
                *slot = u64::MAX;
            }
        }
        let mut settled = false;
        for _ in 0..PASSES {
            settled = true;
            for &id in &closed {
                let before = assumed.get(id.at()).copied().unwrap_or(0);
                if before == 0 {
                    continue;
                }
                let mut after = before;
                for (caller, number) in self.real_callers(id) {
                    let above = assumed.get(caller.at()).copied().unwrap_or(0);
                    after &= self.exclusive_in(caller, number, above);
                }
                if after != before {
                    settled = false;
                    if let Some(slot) = assumed.get_mut(id.at()) {
                        *slot = after;
                    }
                }
            }
            if settled {
                break;
            }
        }
        for (roots, found) in self.roots.iter_mut().zip(assumed) {
            if settled {
                roots.add_exclusive(found);
            }
        }
    }

    /// The parameters for which a call gives an object that nobody else reaches.
    fn exclusive_in(&self, caller: FnId, number: usize, above: u64) -> u64 {
        let Some(event) = self.event(caller, number) else {
            return 0;
        };
        let Happening::Call { args, .. } = &event.what else {
            return 0;
        };
        if event.detached {
            return 0;
        }
        let roots = self.roots(caller);
        let mut found = 0;
        for (k, place) in (0_u32..).zip(args) {
            let unshared = place
                .as_ref()
                .is_some_and(|place| roots.is_unshared(self.program, place, above));
            if unshared {
                found |= param_bit(k);
            }
        }
        found
    }

    /// Whether all calls of `id` can be seen: nobody outside names it.
    fn is_closed(&self, id: FnId) -> bool {
        let def = self.program.function(id);
        let own = match def.parent {
            Parent::Free => true,
            Parent::Impl(id) => self.program.impl_(id).trait_.is_none(),
            Parent::Trait(_) => false,
        };
        own && !def.item.is_pub && def.function.is_some()
    }
}
