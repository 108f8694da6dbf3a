//! Which classes of locks each function takes, directly or through calls.
//!
//! Breadth first from the acquisitions to their callers, as in [`reach`](super::super::reach), but
//! by class: where a path cannot be told in a caller's terms the class is still known.

use crate::grounds::Grounds;
use rules::Certainty;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::hir::Range;
use crate::index::{FnId, Program};
use crate::locks::{LockId, Mode};
use crate::walk::facts::{Event, Happening, Link, LockRef, Place, Root};

use super::class::{ClassId, Classes, orders};
use super::ground::Ground;

/// More acquisitions than this are not kept for one function.
const KEPT: usize = 256;

/// More objects than this are not told apart in one class.
const OBJECTS: usize = 3;

/// Longer chains are not followed.
const CHAIN: usize = 24;

/// A lock that a function takes.
#[derive(Debug, Clone)]
pub(super) struct Taken {
    /// Its class; `None` where only callers know it.
    pub(super) class: Option<ClassId>,
    /// Which object, in the function's terms, where they tell.
    pub(super) place: Option<Place>,
    /// Which kind of lock.
    pub(super) lock: LockId,
    /// How.
    pub(super) mode: Mode,
    /// How sure every step is.
    pub(super) grounds: Grounds,
    /// The acquisition, or the call that leads to it.
    range: Range,
    /// Where it goes on: callee and index in the callee's list.
    next: Option<(FnId, u32)>,
    /// Calls behind the acquisition, where a guard comes back from a callee.
    via: Vec<Link>,
    depth: usize,
}

/// What every function takes.
#[derive(Debug)]
pub(super) struct Takings {
    lists: Vec<Vec<Taken>>,
}

/// What one function is known to take.
#[derive(Debug, Clone, Default)]
struct Seen {
    all: FxHashSet<(Option<ClassId>, Option<Place>, Mode)>,
    /// How many objects of a class.
    objects: FxHashMap<(ClassId, Mode), usize>,
}

impl Seen {
    /// Whether there is room for one more object of the class.
    fn has_room(&self, class: Option<ClassId>, mode: Mode) -> bool {
        class.is_none_or(|class| {
            self.objects
                .get(&(class, mode))
                .is_none_or(|&n| n < OBJECTS)
        })
    }
}

impl Takings {
    /// Propagates acquisitions to callers.
    pub(super) fn of(ground: &Ground<'_, '_>, classes: &mut Classes) -> Self {
        let count = ground.settled.facts.len();
        let mut takings = Self {
            lists: vec![Vec::new(); count],
        };
        let mut seen: Vec<Seen> = vec![Seen::default(); count];
        let mut frontier = Vec::new();
        for (at, facts) in ground.settled.facts.iter().enumerate() {
            let id = FnId::of(at);
            for event in facts.events.iter().filter(|event| !event.detached) {
                if let Some(taken) = direct(ground, id, event, classes) {
                    takings.add(&mut seen, &mut frontier, id, taken);
                }
            }
        }
        while !frontier.is_empty() {
            let mut next = Vec::new();
            for (callee, index) in frontier {
                let Some(taken) = takings.entry(callee, index).cloned() else {
                    continue;
                };
                if taken.depth >= CHAIN {
                    continue;
                }
                for &(caller, number) in ground.callers(callee) {
                    // What tests take is nobody's but their own; and where a class is full, or the
                    // call is one of many, nothing would come of it.
                    let of_test = ground.program.function(caller).is_test
                        && !ground.program.function(callee).is_test;
                    let room = seen
                        .get(caller.at())
                        .is_some_and(|seen| seen.has_room(taken.class, taken.mode));
                    let event = ground.event(caller, number);
                    let Some(event) = event.filter(|event| !event.detached && room && !of_test)
                    else {
                        continue;
                    };
                    let up = called(ground, caller, event, (callee, index), &taken, classes);
                    let up = up.filter(|up| up.grounds.certainty() != Certainty::Possible);
                    if let Some(up) = up {
                        takings.add(&mut seen, &mut next, caller, up);
                    }
                }
            }
            frontier = next;
        }
        takings
    }

    /// What `id` takes.
    pub(super) fn list(&self, id: FnId) -> &[Taken] {
        self.lists.get(id.at()).map_or(&[], Vec::as_slice)
    }

    /// The chain from `id` to the acquisition behind `taken`.
    pub(super) fn chain(&self, program: &Program<'_>, id: FnId, taken: &Taken) -> Vec<Link> {
        let mut chain = Vec::new();
        let (mut function, mut at) = (id, taken);
        for _ in 0..=CHAIN {
            chain.push(Link {
                function,
                file: program.function(function).file,
                range: at.range,
                callee: at.next.map(|(callee, _)| callee),
            });
            let Some((callee, index)) = at.next else {
                chain.extend(at.via.iter().cloned());
                break;
            };
            let Some(next) = self.entry(callee, index) else {
                break;
            };
            (function, at) = (callee, next);
        }
        chain
    }

    fn entry(&self, id: FnId, index: u32) -> Option<&Taken> {
        self.lists.get(id.at())?.get(usize::try_from(index).ok()?)
    }

    fn add(&mut self, seen: &mut [Seen], frontier: &mut Vec<(FnId, u32)>, id: FnId, taken: Taken) {
        let (Some(list), Some(seen)) = (self.lists.get_mut(id.at()), seen.get_mut(id.at())) else {
            return;
        };
        let key = (taken.class, taken.place.clone(), taken.mode);
        let room = seen.has_room(taken.class, taken.mode);
        if !room || list.len() >= KEPT || !seen.all.insert(key) {
            return;
        }
        if let Some(class) = taken.class {
            *seen.objects.entry((class, taken.mode)).or_default() += 1;
        }
        frontier.push((id, u32::try_from(list.len()).unwrap_or(u32::MAX)));
        list.push(taken);
    }
}

/// What `event`, an acquisition, takes in its own function.
pub(super) fn direct(
    ground: &Ground<'_, '_>,
    id: FnId,
    event: &Event,
    classes: &mut Classes,
) -> Option<Taken> {
    let Happening::Acquire {
        lock: LockRef {
            place: Some(place),
            lock,
            ..
        },
        mode,
        grounds,
        via,
        ..
    } = &event.what
    else {
        return None;
    };
    if !orders(ground.program.locks.lock(*lock).kind) || is_upgrade(ground, id, event) {
        return None;
    }
    let located = ground.roots(id).locate(ground.program, place, classes);
    let known = located.class.is_some() || matches!(place.root, Root::Param(_));
    let unshared = located.unshared && !event.detached;
    (known && !unshared).then(|| Taken {
        class: located.class,
        place: Some(place.clone()),
        lock: *lock,
        mode: *mode,
        grounds: (*grounds).min(event.grounds),
        range: event.range,
        next: None,
        via: via.clone(),
        depth: 1,
    })
}

/// Whether `event` turns a guard that the function has into an exclusive one: its lock was taken
/// before, and that is where its order was decided.
fn is_upgrade(ground: &Ground<'_, '_>, id: FnId, event: &Event) -> bool {
    let Happening::Acquire {
        lock, guard: None, ..
    } = &event.what
    else {
        return false;
    };
    let facts = ground.settled.facts.get(id.at());
    let mut guards = facts.into_iter().flat_map(|facts| &facts.guards);
    guards.any(|guard| {
        guard.mode == Mode::Upgradable
            && guard.lock == *lock
            && guard.birth.start < event.range.start
            && guard.end.is_none_or(|(end, _)| end >= event.range.start)
    })
}

/// What `event`, a call, takes because its callee takes `taken`.
pub(super) fn called(
    ground: &Ground<'_, '_>,
    id: FnId,
    event: &Event,
    next: (FnId, u32),
    taken: &Taken,
    classes: &mut Classes,
) -> Option<Taken> {
    let Happening::Call { callees, args, .. } = &event.what else {
        return None;
    };
    let (_, grounds) = callees.iter().find(|(found, _)| *found == next.0)?;
    let mut class = taken.class;
    let place = taken.place.as_ref().and_then(|place| place.subst(args));
    if let Some(place) = &place {
        let located = ground.roots(id).locate(ground.program, place, classes);
        if located.unshared && !event.detached {
            return None;
        }
        class = classes.better(class, located.class);
        if class.is_none() && !matches!(place.root, Root::Param(_)) {
            return None;
        }
    } else if class.is_none() {
        return None;
    }
    Some(Taken {
        class,
        place,
        lock: taken.lock,
        mode: taken.mode,
        grounds: (*grounds).min(taken.grounds).min(event.grounds),
        range: event.range,
        next: Some(next),
        via: Vec::new(),
        depth: taken.depth + 1,
    })
}
