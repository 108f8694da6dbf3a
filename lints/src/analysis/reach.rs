//! What each function reaches: the locks it takes, directly or through calls, in terms of its
//! parameters and statics.
//!
//! Breadth first from the acquisitions to their callers, so that the first chain found for a lock
//! is a shortest one, and every function keeps one chain a lock and mode.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::grounds::Grounds;
use crate::hir::{Cfg, Range};
use crate::index::{FnId, Program};
use crate::locks::Mode;
use crate::walk::facts::{Facts, Happening, Keeper, Link, LockRef, Place, Root};

use super::Settled;

/// More locks than this are not kept for one function.
const LOCKS: usize = 256;

/// Longer chains are not followed.
const CHAIN: usize = 40;

/// A lock that a function takes.
#[derive(Debug, Clone)]
pub struct Reached {
    /// Which, in terms of the function's parameters.
    pub lock: LockRef,
    /// How.
    pub mode: Mode,
    /// How sure every step is.
    pub grounds: Grounds,
    /// The place in this function: the acquisition, or the call that leads to it.
    range: Range,
    /// Where it goes on: callee and index in the callee's list.
    next: Option<(FnId, u32)>,
    /// Calls behind the acquisition, where a guard comes back from a callee.
    via: Vec<Link>,
    depth: usize,
}

/// What every function reaches.
#[derive(Debug)]
pub struct Reach {
    lists: Vec<Vec<Reached>>,
    /// By function: what it takes while a guard that came in through a parameter is alive.
    under: FxHashMap<FnId, Vec<(u32, Reached)>>,
}

impl Reach {
    /// Propagates acquisitions to callers.
    pub fn of(program: &Program<'_>, settled: &Settled) -> Self {
        let mut lists: Vec<Vec<Reached>> = vec![Vec::new(); settled.facts.len()];
        let mut seen: Vec<FxHashSet<(Place, u32, Mode)>> =
            vec![FxHashSet::default(); settled.facts.len()];
        // Who calls whom, with the arguments' places.
        let mut calls: FxHashMap<FnId, Vec<(FnId, usize)>> = FxHashMap::default();
        let mut frontier: Vec<(FnId, u32)> = Vec::new();
        for (at, facts) in settled.facts.iter().enumerate() {
            let id = FnId::of(at);
            for (number, event) in facts.events.iter().enumerate() {
                if event.detached {
                    continue;
                }
                match &event.what {
                    Happening::Acquire {
                        lock,
                        mode,
                        grounds,
                        via,
                        ..
                    } => {
                        let reached = Reached {
                            lock: lock.clone(),
                            mode: *mode,
                            grounds: (*grounds).min(event.grounds),
                            range: event.range,
                            next: None,
                            via: via.clone(),
                            depth: 1,
                        };
                        add(&mut lists, &mut seen, &mut frontier, id, reached);
                    }
                    Happening::Call { callees, .. } => {
                        for (callee, _) in callees {
                            calls.entry(*callee).or_default().push((id, number));
                        }
                    }
                    _ => {}
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
                    let event = settled
                        .facts
                        .get(caller.at())
                        .and_then(|facts| facts.events.get(number));
                    let Some(event) = event else { continue };
                    let Happening::Call { callees, args, .. } = &event.what else {
                        continue;
                    };
                    let how = callees.iter().find(|(found, _)| *found == callee);
                    let grounds = how.map_or(Grounds::SeveralCallees, |(_, grounds)| *grounds);
                    let Some(place) = reached
                        .lock
                        .place
                        .as_ref()
                        .and_then(|place| place.subst(args))
                    else {
                        continue;
                    };
                    let up = Reached {
                        lock: LockRef {
                            place: Some(place),
                            ..reached.lock.clone()
                        },
                        mode: reached.mode,
                        grounds: grounds.min(reached.grounds).min(event.grounds),
                        range: event.range,
                        next: Some((callee, index)),
                        via: Vec::new(),
                        depth: reached.depth + 1,
                    };
                    add(&mut lists, &mut seen, &mut next, caller, up);
                }
            }
            frontier = next;
        }
        let mut reach = Self {
            lists,
            under: FxHashMap::default(),
        };
        for (at, facts) in settled.facts.iter().enumerate() {
            let found = reach.under_params(facts);
            if !found.is_empty() {
                reach.under.insert(FnId::of(at), found);
            }
        }
        reach
    }

    /// What a function takes while a guard that came in through a parameter is alive.
    fn under_params(&self, facts: &Facts) -> Vec<(u32, Reached)> {
        let mut found = Vec::new();
        for event in &facts.events {
            let params = event.held.iter().filter_map(|held| {
                match facts.guards.get(usize::try_from(held.guard).ok()?)?.keeper {
                    Keeper::Parameter(k) => Some((k, held.maybe)),
                    _ => None,
                }
            });
            for (param, maybe) in params {
                let surest = if maybe {
                    Grounds::SomePaths
                } else {
                    Grounds::Resolved
                };
                match &event.what {
                    Happening::Acquire {
                        lock,
                        mode,
                        grounds,
                        via,
                        ..
                    } => {
                        let reached = Reached {
                            lock: lock.clone(),
                            mode: *mode,
                            grounds: (*grounds).min(event.grounds).min(surest),
                            range: event.range,
                            next: None,
                            via: via.clone(),
                            depth: 1,
                        };
                        found.push((param, reached));
                    }
                    Happening::Call { callees, args, .. } => {
                        for (callee, grounds) in callees {
                            for (index, below) in (0_u32..).zip(self.list(*callee)) {
                                let place = below
                                    .lock
                                    .place
                                    .as_ref()
                                    .and_then(|place| place.subst(args));
                                let reached = Reached {
                                    lock: LockRef {
                                        place,
                                        ..below.lock.clone()
                                    },
                                    mode: below.mode,
                                    grounds: (*grounds).min(below.grounds).min(surest),
                                    range: event.range,
                                    next: Some((*callee, index)),
                                    via: Vec::new(),
                                    depth: below.depth + 1,
                                };
                                found.push((param, reached));
                            }
                        }
                    }
                    _ => {}
                }
            }
        }
        found.truncate(LOCKS);
        found
    }

    /// What `id` takes while the guard that came in through parameter `param` is alive.
    pub fn under(&self, id: FnId, param: u32) -> impl Iterator<Item = &Reached> {
        let found = self.under.get(&id).map_or(&[][..], Vec::as_slice);
        found
            .iter()
            .filter(move |(at, _)| *at == param)
            .map(|(_, reached)| reached)
    }

    /// What `id` reaches.
    pub fn list(&self, id: FnId) -> &[Reached] {
        self.lists.get(id.at()).map_or(&[], Vec::as_slice)
    }

    /// The chain from `id` to the acquisition behind `reached`, each step with its place.
    pub fn chain(&self, program: &Program<'_>, id: FnId, reached: &Reached) -> Vec<Link> {
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

fn entry(lists: &[Vec<Reached>], id: FnId, index: u32) -> Option<&Reached> {
    lists.get(id.at())?.get(usize::try_from(index).ok()?)
}

fn add(
    lists: &mut [Vec<Reached>],
    seen: &mut [FxHashSet<(Place, u32, Mode)>],
    frontier: &mut Vec<(FnId, u32)>,
    id: FnId,
    reached: Reached,
) {
    let Some(place) = &reached.lock.place else {
        return;
    };
    if matches!(place.root, Root::Local(_)) {
        return;
    }
    let (Some(list), Some(seen)) = (lists.get_mut(id.at()), seen.get_mut(id.at())) else {
        return;
    };
    let key = (place.clone(), reached.lock.lock.0, reached.mode);
    if list.len() >= LOCKS || !seen.insert(key) {
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

/// Whether two lists of predicates cannot hold together.
pub fn contradict(a: &[Cfg], b: &[Cfg]) -> bool {
    a.iter().any(|a| {
        b.iter().any(|b| {
            if a.predicate == b.predicate {
                return a.negated != b.negated;
            }
            let key = |cfg: &Cfg| cfg.predicate.split_once('=').map(|(key, _)| key.to_owned());
            let exclusive = |key: &str| {
                matches!(
                    key,
                    "target_os" | "target_arch" | "target_env" | "target_pointer_width"
                )
            };
            let family = |cfg: &Cfg| matches!(cfg.predicate.as_str(), "unix" | "windows");
            let both = !a.negated && !b.negated;
            both && (matches!((key(a), key(b)), (Some(x), Some(y)) if x == y && exclusive(&x))
                || (family(a) && family(b)))
        })
    })
}
