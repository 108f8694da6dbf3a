//! What each function reaches: the locks it takes and the operations it waits in, directly or
//! through calls, in terms of its parameters and statics.
//!
//! Breadth first from where it happens to the callers, so that the first chain found for a thing is
//! a shortest one, and every function keeps one chain for each.

use std::hash::Hash;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::blocking::OperationId;
use crate::grounds::Grounds;
use crate::hir::{Range, contradict};
use crate::index::ty::Ty;
use crate::index::{FnId, Program};
use crate::locks::Mode;
use crate::walk::facts::{
    Conditions, Event, Facts, Happening, Keeper, Link, LockRef, Passed, Place, Root, Slot, Thread,
};

use super::Settled;
use super::conditions::{never, on_the_way};

/// More things than this are not kept for one function.
const THINGS: usize = 256;

/// Longer chains are not followed.
const CHAIN: usize = 40;

/// What is carried from where it happens to the callers.
pub trait Carried: Clone {
    /// What makes two of them the same to a caller.
    type Key: Eq + Hash;

    /// What an event does by itself, how sure it is, and the calls behind it.
    fn of(event: &Event) -> Option<(Self, Grounds, &[Link])>;

    /// The same in the terms of a caller, who calls in `event` with arguments at `args`; `None`
    /// where it has no such terms.
    fn above(&self, args: &[Option<Place>], event: &Event, facts: &Facts) -> Option<Self>;

    /// The same as callers can name it: an element as one of its collection.
    fn widened(&mut self, facts: &Facts);

    /// What callers can tell apart; `None` where it means nothing to a caller.
    fn key(&self) -> Option<Self::Key>;
}

/// A lock that is taken.
#[derive(Debug, Clone)]
pub struct Taken {
    /// Which, in terms of the function's parameters.
    pub lock: LockRef,
    /// How.
    pub mode: Mode,
}

impl Carried for Taken {
    type Key = (Place, u32, Mode);

    fn of(event: &Event) -> Option<(Self, Grounds, &[Link])> {
        match &event.what {
            Happening::Acquire {
                lock,
                mode,
                grounds,
                via,
                ..
            } => {
                let taken = Self {
                    lock: lock.clone(),
                    mode: *mode,
                };
                Some((taken, *grounds, via))
            }
            _ => None,
        }
    }

    fn above(&self, args: &[Option<Place>], _: &Event, facts: &Facts) -> Option<Self> {
        let place = self.lock.place.as_ref().and_then(|place| place.subst(args));
        let place = place.map(|place| facts.canonical(place));
        let place = match self.mode {
            // A wait stays one, even where the caller cannot name the mutex that is released.
            Mode::Wait => place
                .filter(|place| !matches!(place.root, Root::Local(_)))
                .unwrap_or_else(Place::unknown),
            _ => place?,
        };
        let lock = LockRef {
            place: Some(place),
            ..self.lock.clone()
        };
        Some(Self {
            lock,
            mode: self.mode,
        })
    }

    fn widened(&mut self, facts: &Facts) {
        let place = self.lock.place.as_ref();
        self.lock.place = place.map(|place| facts.widened(place));
    }

    fn key(&self) -> Option<Self::Key> {
        let place = self.lock.place.clone()?;
        let is_local = matches!(place.root, Root::Local(_));
        (!is_local).then_some((place, self.lock.lock.0, self.mode))
    }
}

/// An operation in which the thread waits for something else than a lock.
#[derive(Debug, Clone)]
pub struct Waits {
    /// How.
    pub operation: OperationId,
    /// On what, where the function has terms for it.
    pub place: Option<Place>,
    /// The type of that.
    pub of: Ty,
    /// On whose thread, seen from this function.
    pub thread: Thread,
}

impl Carried for Waits {
    type Key = (OperationId, Option<Place>, Thread);

    fn of(event: &Event) -> Option<(Self, Grounds, &[Link])> {
        match &event.what {
            Happening::Block {
                operation,
                place,
                of,
                ..
            } => {
                let waits = Self {
                    operation: *operation,
                    place: place.clone(),
                    of: of.clone(),
                    thread: event.thread,
                };
                Some((waits, Grounds::Resolved, &[]))
            }
            _ => None,
        }
    }

    fn above(&self, args: &[Option<Place>], event: &Event, facts: &Facts) -> Option<Self> {
        Some(Self {
            place: self
                .place
                .as_ref()
                .and_then(|place| place.subst(args))
                .map(|place| facts.canonical(place)),
            // Below an `async fn` or `block_in_place` the question is answered there.
            thread: match self.thread {
                Thread::Caller => event.thread,
                other => other,
            },
            ..self.clone()
        })
    }

    fn widened(&mut self, _: &Facts) {}

    fn key(&self) -> Option<Self::Key> {
        let is_local = |place: &&Place| matches!(place.root, Root::Local(_));
        let place = self.place.as_ref().filter(|place| !is_local(place));
        Some((self.operation, place.cloned(), self.thread))
    }
}

/// Something that a function reaches.
#[derive(Debug, Clone)]
pub struct Reached<T = Taken> {
    /// What.
    pub what: T,
    /// What that rests on.
    pub grounds: Grounds,
    /// The place in this function: where it happens, or the call that leads to it.
    range: Range,
    /// Where it goes on: callee and index in the callee's list.
    next: Option<(FnId, u32)>,
    /// Calls behind it, where a guard comes back from a callee.
    via: Vec<Link>,
    depth: usize,
    /// On which paths it gets there.
    pub only_if: Conditions,
}

impl<T: Carried> Reached<T> {
    fn direct(event: &Event) -> Option<Self> {
        let (what, grounds, via) = T::of(event)?;
        Some(Self {
            what,
            grounds: grounds.min(event.grounds),
            range: event.range,
            next: None,
            via: via.to_vec(),
            depth: 1,
            only_if: event.only_if.exported(),
        })
    }

    /// The same seen from the caller: `index` in the list of `callee`.
    fn above(
        &self,
        (callee, index): (FnId, u32),
        grounds: Grounds,
        args: &[Option<Place>],
        event: &Event,
        facts: &Facts,
    ) -> Option<Self> {
        Some(Self {
            what: self.what.above(args, event, facts)?,
            grounds: grounds.min(self.grounds).min(event.grounds),
            range: event.range,
            next: Some((callee, index)),
            via: Vec::new(),
            depth: self.depth + 1,
            only_if: on_the_way(event, &self.only_if),
        })
    }
}

/// What every function reaches.
#[derive(Debug)]
pub struct Reach<T = Taken> {
    lists: Vec<Vec<Reached<T>>>,
    /// By function: what it does while a guard that came in through a parameter is alive.
    under: FxHashMap<FnId, Vec<(u32, Slot, Reached<T>)>>,
    /// Functions that look at a `Cell` of their thread.
    ask_thread: FxHashSet<FnId>,
}

impl<T: Carried> Reach<T> {
    /// Propagates what events do to callers.
    pub fn of(program: &Program<'_>, settled: &Settled) -> Self {
        let mut lists: Vec<Vec<Reached<T>>> = Vec::new();
        lists.resize_with(settled.facts.len(), Vec::new);
        let mut seen: Vec<FxHashSet<(T::Key, bool)>> = Vec::new();
        seen.resize_with(settled.facts.len(), FxHashSet::default);
        // Who calls whom, with the arguments' places.
        let mut calls: FxHashMap<FnId, Vec<(FnId, usize)>> = FxHashMap::default();
        let mut frontier: Vec<(FnId, u32)> = Vec::new();
        for (at, facts) in settled.facts.iter().enumerate() {
            let id = FnId::of(at);
            for (number, event) in facts.events.iter().enumerate() {
                if event.detached {
                    continue;
                }
                if let Happening::Call { callees, .. } = &event.what {
                    for (callee, _) in callees {
                        calls.entry(*callee).or_default().push((id, number));
                    }
                } else if let Some(mut reached) = Reached::<T>::direct(event) {
                    reached.what.widened(facts);
                    add(&mut lists, &mut seen, &mut frontier, id, reached);
                }
            }
        }
        while !frontier.is_empty() {
            let mut next = Vec::new();
            for (callee, index) in frontier {
                let Some(reached) = entry(&lists, callee, index).cloned() else {
                    continue;
                };
                if reached.depth >= CHAIN {
                    continue;
                }
                for &(caller, number) in calls.get(&callee).into_iter().flatten() {
                    if !may_call(program, caller, callee) {
                        continue;
                    }
                    let Some(facts) = settled.facts.get(caller.at()) else {
                        continue;
                    };
                    let Some(event) = facts.events.get(number) else {
                        continue;
                    };
                    let Happening::Call { callees, args, .. } = &event.what else {
                        continue;
                    };
                    if never(program, facts, event, &reached.only_if) {
                        continue;
                    }
                    let how = callees.iter().find(|(found, _)| *found == callee);
                    let grounds = how.map_or(Grounds::SeveralCallees, |(_, grounds)| *grounds);
                    let up = reached.above((callee, index), grounds, args, event, facts);
                    if let Some(mut up) = up {
                        up.what.widened(facts);
                        add(&mut lists, &mut seen, &mut next, caller, up);
                    }
                }
            }
            frontier = next;
        }
        let mut reach = Self {
            lists,
            under: FxHashMap::default(),
            ask_thread: (0..settled.facts.len())
                .filter(|&at| settled.facts.get(at).is_some_and(|facts| facts.asks_thread))
                .map(FnId::of)
                .collect(),
        };
        for (at, facts) in settled.facts.iter().enumerate() {
            let found = reach.under_params(facts);
            if !found.is_empty() {
                reach.under.insert(FnId::of(at), found);
            }
        }
        reach
    }

    /// What a function does while a guard that came in through a parameter is alive.
    fn under_params(&self, facts: &Facts) -> Vec<(u32, Slot, Reached<T>)> {
        let mut found = Vec::new();
        for event in &facts.events {
            let params = event.held.iter().filter_map(|held| {
                let guard = facts.guards.get(usize::try_from(held.guard).ok()?)?;
                match guard.keeper {
                    Keeper::Parameter(k) => Some((k, guard.slot_in_param(), held.maybe)),
                    _ => None,
                }
            });
            for (param, slot, maybe) in params {
                let surest = if maybe {
                    Grounds::SomePaths
                } else {
                    Grounds::Resolved
                };
                let mut push = |mut reached: Reached<T>| {
                    reached.grounds = reached.grounds.min(surest);
                    found.push((param, slot.clone(), reached));
                };
                if let Happening::Call { callees, args, .. } = &event.what {
                    for (callee, grounds) in callees {
                        for (index, below) in (0_u32..).zip(self.list(*callee)) {
                            let up = below.above((*callee, index), *grounds, args, event, facts);
                            up.into_iter().for_each(&mut push);
                        }
                    }
                } else {
                    Reached::direct(event).into_iter().for_each(push);
                }
            }
        }
        found.truncate(THINGS);
        found
    }

    /// What `id` does while the guard that came in as `passed` says is alive.
    pub fn under(&self, id: FnId, passed: &Passed) -> impl Iterator<Item = &Reached<T>> {
        let found = self.under.get(&id).map_or(&[][..], Vec::as_slice);
        found
            .iter()
            .filter(|(param, slot, _)| *param == passed.param && slot.meets(&passed.slot))
            .map(|(_, _, reached)| reached)
    }

    /// Whether function `id` looks at a `Cell` of its thread.
    pub fn asks_thread(&self, id: FnId) -> bool {
        self.ask_thread.contains(&id)
    }

    /// What `id` reaches.
    pub fn list(&self, id: FnId) -> &[Reached<T>] {
        self.lists.get(id.at()).map_or(&[], Vec::as_slice)
    }

    /// The chain from `id` to where `reached` happens, each step with its place.
    pub fn chain(&self, program: &Program<'_>, id: FnId, reached: &Reached<T>) -> Vec<Link> {
        let mut chain = Vec::new();
        let (mut function, mut at) = (id, reached);
        for _ in 0..=CHAIN {
            let link = Link {
                function,
                file: program.function(function).file,
                range: at.range,
                callee: at.next.map(|(callee, _)| callee),
            };
            chain.push(link);
            let Some((callee, index)) = at.next else {
                chain.extend(at.via.iter().cloned());
                break;
            };
            let Some(next) = entry(&self.lists, callee, index) else {
                break;
            };
            (function, at) = (callee, next);
        }
        chain
    }
}

fn entry<T>(lists: &[Vec<Reached<T>>], id: FnId, index: u32) -> Option<&Reached<T>> {
    lists.get(id.at())?.get(usize::try_from(index).ok()?)
}

fn add<T: Carried>(
    lists: &mut [Vec<Reached<T>>],
    seen: &mut [FxHashSet<(T::Key, bool)>],
    frontier: &mut Vec<(FnId, u32)>,
    id: FnId,
    reached: Reached<T>,
) {
    let (Some(list), Some(seen)) = (lists.get_mut(id.at()), seen.get_mut(id.at())) else {
        return;
    };
    let Some(key) = reached.what.key() else {
        return;
    };
    // One chain with conditions and one without: a caller may make the former impossible.
    if list.len() >= THINGS || !seen.insert((key, reached.only_if.is_empty())) {
        return;
    }
    frontier.push((id, u32::try_from(list.len()).unwrap_or(u32::MAX)));
    list.push(reached);
}

/// Whether a call of `callee` in `caller` can happen at all: test code is no callee of other code,
/// and contradictory `cfg`s never share a chain.
pub fn may_call(program: &Program<'_>, caller: FnId, callee: FnId) -> bool {
    let (caller, callee) = (program.function(caller), program.function(callee));
    (caller.is_test || !callee.is_test) && !contradict(&caller.cfg, &callee.cfg)
}
