//! Overlaps: a lock is taken while the same thread holds it. Who is right to report it is decided
//! here, once.

use std::collections::BTreeSet;

use rules::Certainty;

use crate::hir::Range;
use crate::index::{FnId, Program};
use crate::locks::{Conflict, Kind, LockId, Mode, Shards, conflict};
use crate::walk::facts::{Facts, Happening, Keeper, Link, LockRef, Place, Root, Step};

use super::reach::{Reach, contradict};

/// Which rule reports an overlap; in order of precedence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// `refcell-reborrow`.
    Reborrow,
    /// `recursive-read`.
    RecursiveRead,
    /// `relock-in-scrutinee`.
    Scrutinee,
    /// `relock`.
    Relock,
}

/// A lock is taken while a guard of it is alive.
#[derive(Debug, Clone)]
pub struct Overlap {
    /// The guard, by its number in the function's facts.
    pub guard: u32,
    /// The acquisition, or the call that leads to it, in the function that holds the guard.
    pub at: Range,
    /// How it is taken.
    pub taken: Mode,
    /// What follows.
    pub conflict: Conflict,
    /// Which rule.
    pub class: Class,
    /// How sure every step is.
    pub certainty: Certainty,
    /// From the function that holds the guard to the acquisition; one link where it is direct.
    pub chain: Vec<Link>,
    /// The construct in whose head the guard was born and in whose body this happens.
    pub construct: Option<u32>,
}

/// All overlaps of function `id`, in order of evaluation.
pub fn overlaps(program: &Program<'_>, reach: &Reach, id: FnId, facts: &Facts) -> Vec<Overlap> {
    let mut found = Vec::new();
    let mut seen = BTreeSet::new();
    for event in &facts.events {
        if event.held.is_empty() {
            continue;
        }
        for held in &event.held {
            let Some(guard) = usize::try_from(held.guard)
                .ok()
                .and_then(|at| facts.guards.get(at))
            else {
                continue;
            };
            let kind = program.locks.lock(guard.lock.lock).kind;
            let mut hits: Vec<(Mode, Certainty, Vec<Link>)> = Vec::new();
            match &event.what {
                Happening::Acquire {
                    lock,
                    mode,
                    certainty,
                    via,
                    ..
                } => {
                    if let Some(same) = same_lock(kind, &guard.lock, lock) {
                        let mut chain = vec![Link {
                            function: id,
                            file: program.function(id).file,
                            range: event.range,
                            callee: None,
                        }];
                        chain.extend(via.iter().cloned());
                        hits.push((*mode, same.min(*certainty), chain));
                    }
                }
                Happening::Call { callees, args } => {
                    for (callee, certainty) in callees {
                        if !super::reach::may_call(program, id, *callee) {
                            continue;
                        }
                        for reached in reach.list(*callee) {
                            let place = reached
                                .lock
                                .place
                                .as_ref()
                                .and_then(|place| place.subst(args));
                            let lock = LockRef {
                                place,
                                ..reached.lock.clone()
                            };
                            let Some(same) = same_lock(kind, &guard.lock, &lock) else {
                                continue;
                            };
                            let mut chain = vec![Link {
                                function: id,
                                file: program.function(id).file,
                                range: event.range,
                                callee: Some(*callee),
                            }];
                            chain.extend(reach.chain(program, *callee, reached));
                            if !consistent(program, &chain) {
                                continue;
                            }
                            hits.push((
                                reached.mode,
                                same.min(*certainty).min(reached.certainty),
                                chain,
                            ));
                        }
                    }
                }
                _ => continue,
            }
            for (taken, certainty, chain) in hits {
                let Some(conflict) = conflict(kind, guard.mode, taken) else {
                    continue;
                };
                let construct = guard
                    .heads
                    .iter()
                    .rev()
                    .find(|construct| event.bodies.contains(construct))
                    .copied();
                let class = match conflict {
                    Conflict::Panic => Class::Reborrow,
                    Conflict::Hazard => Class::RecursiveRead,
                    Conflict::Deadlock if construct.is_some() => Class::Scrutinee,
                    Conflict::Deadlock => Class::Relock,
                };
                let mut certainty = certainty.min(guard.certainty).min(event.certainty);
                if held.maybe {
                    certainty = certainty.min(Certainty::Likely);
                }
                // One chain a guard, place and rule: the first is a shortest one.
                if seen.insert((guard.birth, event.range, class, taken)) {
                    found.push(Overlap {
                        guard: held.guard,
                        at: event.range,
                        taken,
                        conflict,
                        class,
                        certainty,
                        chain,
                        construct,
                    });
                }
            }
        }
    }
    found
}

/// Whether the functions of a chain can all be compiled together.
fn consistent(program: &Program<'_>, chain: &[Link]) -> bool {
    let cfgs: Vec<_> = chain
        .iter()
        .map(|link| &program.function(link.function).cfg)
        .collect();
    cfgs.iter()
        .enumerate()
        .all(|(at, a)| cfgs.iter().skip(at + 1).all(|b| !contradict(a, b)))
}

/// How sure it is that two references mean the same lock; `None` where they do not.
fn same_lock(kind: Kind, held: &LockRef, taken: &LockRef) -> Option<Certainty> {
    if held.lock != taken.lock {
        return None;
    }
    let (a, b) = (held.place.as_ref()?, taken.place.as_ref()?);
    if a != b {
        return None;
    }
    if a.has_element() || b.has_element() {
        return Some(Certainty::Possible);
    }
    if kind == Kind::Map && held.shards == Shards::One && taken.shards == Shards::One {
        let same_key = held.key.is_some() && held.key == taken.key;
        // Different keys can share a shard.
        return Some(if same_key {
            Certainty::Proven
        } else {
            Certainty::Possible
        });
    }
    Some(Certainty::Proven)
}

/// `self.load`, as the function `id` would write it.
pub fn lock_name(program: &Program<'_>, id: FnId, facts: &Facts, lock: &LockRef) -> String {
    lock.place.as_ref().map_or_else(
        || "the lock".to_owned(),
        |place| place_name(program, id, &facts.locals, place),
    )
}

fn place_name(
    program: &Program<'_>,
    id: FnId,
    locals: &[crate::hir::Name],
    place: &Place,
) -> String {
    let def = program.function(id);
    let mut name = match &place.root {
        Root::Param(k) => {
            let pat = def
                .body
                .and_then(|body| Some((body, *body.params.get(usize::try_from(*k).ok()?)?)));
            match pat.map(|(body, pat)| &body.pat(pat).kind) {
                Some(crate::hir::PatKind::Bind { name, .. }) => name.to_string(),
                _ => format!("argument {}", k + 1),
            }
        }
        Root::Static(found) => program.static_(*found).name.to_string(),
        Root::Ext(path) => format!("{path}()"),
        Root::Local(local) => usize::try_from(*local)
            .ok()
            .and_then(|at| locals.get(at))
            .map_or_else(|| "a local".to_owned(), ToString::to_string),
    };
    for step in &place.path {
        match step {
            Step::Field(field) if field.starts_with('*') || field.contains('.') => {}
            Step::Field(field) => {
                name.push('.');
                name.push_str(field);
            }
            Step::Element => name.push_str("[…]"),
        }
    }
    name
}

/// The kind of a lock, for messages.
pub fn kind_of(program: &Program<'_>, lock: LockId) -> Kind {
    program.locks.lock(lock).kind
}

/// Whether a callee holds the guard rather than the function itself.
pub fn held_by_callee(keeper: &Keeper) -> Option<FnId> {
    match keeper {
        Keeper::Callee(id) => Some(*id),
        _ => None,
    }
}
