//! Edges of the order: a lock of one class is held while one of another class is taken.

use std::collections::BTreeMap;

use rules::Certainty;

use crate::grounds::Grounds;

use crate::hir::{Cfg, Range, contradict};
use crate::index::{CrateId, FnId};
use crate::locks::Mode;
use crate::walk::facts::{Event, Facts, Guard, Happening, Keeper, Link, Passed, Place, Root};

use super::super::reach::may_call;
use super::class::{ClassId, Classes, Owner, orders};
use super::context::Contexts;
use super::ground::Ground;
use super::roots::Located;
use super::taken::{Taken, Takings, called, direct};

/// More places than this are not kept for one edge.
const WITNESSES: usize = 8;

/// A class and whether nobody else can hold it meanwhile.
pub(super) type Locked = (ClassId, bool);

/// One place where the order is taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Witness {
    /// The function that holds the first lock.
    pub function: FnId,
    /// Its guard, by number.
    pub guard: u32,
    /// How the first lock is held.
    pub held: Mode,
    /// How the second one is taken.
    pub taken: Mode,
    /// From the function that holds the first lock to the second acquisition.
    pub chain: Vec<Link>,
    /// How sure every step is.
    pub grounds: Grounds,
    /// Every class that is held at the second acquisition, the first lock's included.
    pub locked: Vec<Locked>,
    /// Predicates under which the place exists.
    pub cfg: Vec<Cfg>,
    /// Crates that the place needs.
    pub crates: Vec<CrateId>,
    /// In test code: of which crate.
    pub test: Option<CrateId>,
    /// Both locks are parts of statics.
    pub fixed: bool,
}

impl Witness {
    /// The second acquisition, or the call that leads to it, in the function that holds the first
    /// lock.
    pub fn at(&self) -> Range {
        self.chain
            .first()
            .map(|link| link.range)
            .unwrap_or_default()
    }

    /// The order in which witnesses are preferred: shortest chain, then source order.
    fn rank(&self) -> impl Ord + use<> {
        let at = self.at();
        (
            self.test.is_some(),
            std::cmp::Reverse(self.grounds),
            self.chain.len(),
            self.chain.first().map(|link| link.file),
            at,
        )
    }
}

/// Every edge with the places where it is taken.
pub(super) type Edges = BTreeMap<(ClassId, ClassId), Vec<Witness>>;

/// What is taken, and the callee that takes it with what it is there.
type Take = (Taken, Option<(FnId, Taken)>);

/// A guard's lock.
#[derive(Debug, Clone)]
struct Hold {
    located: Located,
    place: Option<Place>,
    mode: Mode,
    /// Where the acquisition is told better: the grounds that it is this class.
    grounds: Grounds,
    /// Taken by trying: whoever holds it did not wait.
    tried: bool,
}

/// The edges of the whole program.
pub(super) fn edges(
    ground: &Ground<'_, '_>,
    takings: &Takings,
    contexts: &Contexts,
    classes: &mut Classes,
) -> Edges {
    let mut edges = Edges::new();
    for (at, facts) in ground.settled.facts.iter().enumerate() {
        let id = FnId::of(at);
        if facts.guards.is_empty() || facts.events.iter().all(nothing_held) {
            continue;
        }
        let holds = holds(ground, id, classes);
        let function = Function {
            ground,
            takings,
            id,
            facts,
            holds: &holds,
        };
        for event in facts.events.iter().filter(|event| !nothing_held(event)) {
            // What the event takes is the same for all guards that are simply alive.
            let mut plain = None;
            for (number, passed) in held(event) {
                let Some(hold) = function.hold(number) else {
                    continue;
                };
                let unshared = hold.located.unshared && !event.detached;
                let (Some(from), false) = (hold.located.class, hold.tried || unshared) else {
                    continue;
                };
                let moved;
                let takes = if passed.is_some() {
                    moved = function.takes(event, passed, classes);
                    &moved
                } else {
                    &*plain.get_or_insert_with(|| function.takes(event, None, classes))
                };
                for (taken, below) in takes {
                    let Some(to) = taken.class.filter(|&to| to != from) else {
                        continue;
                    };
                    if !comparable(&function, hold, taken, classes) {
                        continue;
                    }
                    let chain = function.chain(event, below.as_ref());
                    let witness = function.witness(event, number, hold, taken, chain, contexts);
                    if let Some(witness) = witness {
                        keep(edges.entry((from, to)).or_default(), witness);
                    }
                }
            }
        }
    }
    for witnesses in edges.values_mut() {
        witnesses.sort_by_key(Witness::rank);
    }
    edges
}

/// Keeps the best witness of each kind.
fn keep(witnesses: &mut Vec<Witness>, new: Witness) {
    let twin = witnesses.iter().position(|old| {
        (old.held, old.taken, old.test) == (new.held, new.taken, new.test)
            && old.locked == new.locked
            && old.cfg == new.cfg
            && old.crates == new.crates
            && old.fixed == new.fixed
    });
    if twin.is_none() && witnesses.len() < WITNESSES {
        witnesses.push(new);
        return;
    }
    let worse = match twin {
        Some(at) => witnesses.get_mut(at),
        None => witnesses.iter_mut().max_by_key(|old| old.rank()),
    };
    if let Some(worse) = worse
        && new.rank() < worse.rank()
    {
        *worse = new;
    }
}

fn nothing_held(event: &Event) -> bool {
    event.held.is_empty()
        && !matches!(&event.what, Happening::Call { passed, .. } if !passed.is_empty())
}

/// Guards that are certainly alive at the event, and those that move into the call.
fn held(event: &Event) -> impl Iterator<Item = (u32, Option<&Passed>)> {
    let passed = match &event.what {
        Happening::Call { passed, .. } => passed.as_slice(),
        _ => &[],
    };
    let held = event.held.iter().filter(|held| !held.maybe);
    held.map(|held| (held.guard, None))
        .chain(passed.iter().map(|passed| (passed.guard, Some(passed))))
}

/// Two fields of one type order nothing unless they are of the same object: a parent's and its
/// child's are taken from the root down.
fn comparable(
    function: &Function<'_, '_>,
    hold: &Hold,
    taken: &Taken,
    classes: &mut Classes,
) -> bool {
    let owner = |class: Option<ClassId>| class.and_then(|id| classes.class(id)).map(|c| c.owner);
    let (Some(a), Some(b)) = (owner(hold.located.class), owner(taken.class)) else {
        return false;
    };
    let is_loose = |class: Option<ClassId>| class.is_some_and(|id| classes.is_loose(id));
    let loose = is_loose(hold.located.class) || is_loose(taken.class);
    if a != b || matches!(a, Owner::Static(_)) {
        return !loose;
    }
    let (Some(first), Some(second)) = (&hold.place, &taken.place) else {
        return false;
    };
    let roots = function.ground.roots(function.id);
    let located = roots.locate(function.ground.program, second, classes);
    let (x, y) = (hold.located.owner, located.owner);
    x == y
        && first.root == second.root
        && first.path.iter().take(x).eq(second.path.iter().take(y))
        && !first
            .path
            .iter()
            .take(x)
            .any(|step| *step == crate::walk::facts::Step::Element)
}

/// The locks of a function's guards, by number.
fn holds(ground: &Ground<'_, '_>, id: FnId, classes: &mut Classes) -> Vec<Option<Hold>> {
    let program = ground.program;
    let facts = ground.settled.facts.get(id.at());
    let guards = facts.map_or(&[][..], |facts| facts.guards.as_slice());
    guards
        .iter()
        .enumerate()
        .map(|(number, guard)| {
            if !orders(program.locks.lock(guard.lock.lock).kind) {
                return None;
            }
            let number = u32::try_from(number).ok()?;
            let place = guard.lock.place.clone();
            let mut located = place
                .as_ref()
                .map(|place| ground.roots(id).locate(program, place, classes))
                .unwrap_or_default();
            let source = at_source(ground, guard, classes);
            located.class = classes.better(located.class, source);
            Some(Hold {
                tried: guard.via.is_empty() && !waited(facts?, number),
                located,
                place,
                mode: guard.mode,
                grounds: guard.grounds,
            })
        })
        .collect()
}

/// The class of a guard that came back from a callee, as the function that took it knows it.
fn at_source(ground: &Ground<'_, '_>, guard: &Guard, classes: &mut Classes) -> Option<ClassId> {
    let source = guard.via.last().filter(|link| link.callee.is_none())?;
    let facts = ground.settled.facts.get(source.function.at())?;
    let taken = facts
        .guards
        .iter()
        .find(|guard| guard.via.is_empty() && guard.birth == source.range)?;
    let place = taken.lock.place.as_ref()?;
    ground
        .roots(source.function)
        .locate(ground.program, place, classes)
        .class
}

/// Whether guard `number` was waited for.
fn waited(facts: &Facts, number: u32) -> bool {
    facts.events.iter().any(|event| {
        matches!(&event.what, Happening::Acquire { guard: Some(found), .. } if *found == number)
    })
}

/// The classes that are certainly held at `event`.
pub(super) fn locked_at(
    ground: &Ground<'_, '_>,
    id: FnId,
    classes: &mut Classes,
) -> Vec<Vec<Locked>> {
    let Some(facts) = ground.settled.facts.get(id.at()) else {
        return Vec::new();
    };
    if facts.guards.is_empty() {
        return Vec::new();
    }
    let holds = holds(ground, id, classes);
    facts
        .events
        .iter()
        .map(|event| locked(event, &holds))
        .collect()
}

fn locked(event: &Event, holds: &[Option<Hold>]) -> Vec<Locked> {
    let mut locked: Vec<Locked> = event
        .held
        .iter()
        .filter(|held| !held.maybe)
        .filter_map(|held| {
            let hold = holds.get(usize::try_from(held.guard).ok()?)?.as_ref()?;
            let alone = matches!(hold.mode, Mode::Exclusive | Mode::Upgradable);
            Some((hold.located.class?, alone))
        })
        .collect();
    locked.sort_unstable();
    locked.dedup();
    locked
}

/// A function that is looked at.
struct Function<'p, 'a> {
    ground: &'p Ground<'p, 'a>,
    takings: &'p Takings,
    id: FnId,
    facts: &'p Facts,
    holds: &'p [Option<Hold>],
}

impl Function<'_, '_> {
    fn hold(&self, number: u32) -> Option<&Hold> {
        self.holds.get(usize::try_from(number).ok()?)?.as_ref()
    }

    fn guard(&self, number: u32) -> Option<&Guard> {
        self.facts.guards.get(usize::try_from(number).ok()?)
    }

    /// What `event` takes, each with the callee that takes it and how.
    fn takes(&self, event: &Event, passed: Option<&Passed>, classes: &mut Classes) -> Vec<Take> {
        let program = self.ground.program;
        match &event.what {
            Happening::Acquire { .. } => {
                let taken = direct(self.ground, self.id, event, classes);
                taken.map(|taken| (taken, None)).into_iter().collect()
            }
            Happening::Call { callees, .. } => {
                let mut found = Vec::new();
                for &(callee, _) in callees {
                    if !may_call(program, self.id, callee) {
                        continue;
                    }
                    let below = match passed {
                        None => self.takings.list(callee).to_vec(),
                        Some(passed) => self.under(callee, passed, classes),
                    };
                    for (index, taken) in (0_u32..).zip(&below) {
                        let up =
                            called(self.ground, self.id, event, (callee, index), taken, classes);
                        found.extend(up.map(|up| (up, Some((callee, taken.clone())))));
                    }
                }
                found
            }
            _ => Vec::new(),
        }
    }

    /// What `callee` itself takes while the guard that came in as `passed` says is alive.
    fn under(&self, callee: FnId, passed: &Passed, classes: &mut Classes) -> Vec<Taken> {
        let Some(facts) = self.ground.settled.facts.get(callee.at()) else {
            return Vec::new();
        };
        let came_in = |number: u32| {
            let guard = usize::try_from(number)
                .ok()
                .and_then(|at| facts.guards.get(at));
            guard.is_some_and(|guard| {
                guard.keeper == Keeper::Parameter(passed.param)
                    && guard.slot_in_param().meets(&passed.slot)
            })
        };
        facts
            .events
            .iter()
            .filter(|event| {
                let mut held = event.held.iter();
                held.any(|held| !held.maybe && came_in(held.guard))
            })
            .filter_map(|event| direct(self.ground, callee, event, classes))
            .collect()
    }

    /// From the event to the acquisition.
    fn chain(&self, event: &Event, below: Option<&(FnId, Taken)>) -> Vec<Link> {
        let program = self.ground.program;
        let mut chain = vec![Link {
            function: self.id,
            file: program.function(self.id).file,
            range: event.range,
            callee: below.map(|(callee, _)| *callee),
        }];
        if let Some((callee, taken)) = below {
            chain.extend(self.takings.chain(program, *callee, taken));
        } else if let Happening::Acquire { via, .. } = &event.what {
            chain.extend(via.iter().cloned());
        }
        chain
    }

    fn witness(
        &self,
        event: &Event,
        number: u32,
        hold: &Hold,
        taken: &Taken,
        chain: Vec<Link>,
        contexts: &Contexts,
    ) -> Option<Witness> {
        let program = self.ground.program;
        let guard = self.guard(number)?;
        if contradict(&guard.cfg, &event.cfg) {
            return None;
        }
        let mut cfg: Vec<Cfg> = Vec::new();
        let mut crates = Vec::new();
        for link in chain.iter().chain(&guard.via) {
            let def = program.function(link.function);
            if contradict(&cfg, &def.cfg) {
                return None;
            }
            cfg.extend(def.cfg.iter().cloned());
            crates.push(program.module(def.module).krate);
        }
        cfg.extend(guard.cfg.iter().chain(&event.cfg).cloned());
        cfg.sort_unstable();
        cfg.dedup();
        crates.sort_unstable();
        crates.dedup();
        let grounds = hold.grounds.min(taken.grounds).min(event.grounds);
        if grounds.certainty() == Certainty::Possible {
            return None;
        }
        let mut locked = locked(event, self.holds);
        locked.extend(hold.located.class.map(|class| {
            let alone = matches!(hold.mode, Mode::Exclusive | Mode::Upgradable);
            (class, alone)
        }));
        if !event.detached {
            locked.extend(contexts.of(self.id));
        }
        locked.sort_unstable();
        locked.dedup();
        let def = program.function(self.id);
        let is_test = def.is_test || cfg.iter().any(Cfg::is_test);
        let is_static = |place: Option<&Place>| {
            place.is_some_and(|place| matches!(place.root, Root::Static(_)))
        };
        Some(Witness {
            function: self.id,
            guard: number,
            held: hold.mode,
            taken: taken.mode,
            chain,
            grounds,
            locked,
            cfg,
            crates,
            test: is_test.then(|| program.module(def.module).krate),
            fixed: is_static(hold.place.as_ref()) && is_static(taken.place.as_ref()),
        })
    }
}
