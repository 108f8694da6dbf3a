//! Overlaps: a lock is taken while the same thread holds it. Who is right to report it is decided
//! here, once.

use std::collections::BTreeSet;

use crate::grounds::Grounds;
use crate::hir::{Body, Cfg, Name, PatId, PatKind, Range, contradict};
use crate::index::{FnId, Program};
use crate::locks::{Conflict, Kind, Mode, Shards, conflict};
use crate::walk::facts::{
    Event, Facts, Guard, Happening, Keeper, Link, LockRef, Passed, Place, Root, Step,
};

use super::conditions::never;
use super::reach::{Carried, Reach, Reached, Taken};

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
    /// `once-reentry`.
    Reentry,
    /// `condvar-holds-second-lock`.
    Waiting,
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
    pub grounds: Grounds,
    /// From the function that holds the guard to the acquisition; one link where it is direct.
    pub chain: Vec<Link>,
    /// Under `#[cfg(test)]` inside the function.
    pub is_test: bool,
    /// The construct in whose head the guard was born and in whose body this happens.
    pub construct: Option<u32>,
}

/// One way in which a lock that is held is taken.
struct Hit {
    taken: Mode,
    /// It waits for a signal, and does not take the guard's lock at all.
    waits: bool,
    grounds: Grounds,
    chain: Vec<Link>,
}

/// All overlaps of function `id`, in order of evaluation.
pub fn overlaps(program: &Program<'_>, reach: &Reach, id: FnId, facts: &Facts) -> Vec<Overlap> {
    let mut found = Vec::new();
    let mut seen = BTreeSet::new();
    for event in &facts.events {
        let (passed, lent) = match &event.what {
            Happening::Call { passed, lent, .. } => (passed.as_slice(), lent.as_slice()),
            _ => (&[][..], &[][..]),
        };
        let held = event.held.iter().map(|held| (held.guard, held.maybe, None));
        let passed = passed
            .iter()
            .map(|passed| (passed.guard, false, Some(passed)));
        for (number, maybe, passed) in held.chain(passed) {
            let Some(guard) = usize::try_from(number)
                .ok()
                .and_then(|at| facts.guards.get(at))
            else {
                continue;
            };
            // Which lock a parameter's guard is of, only callers know; and `cfg` twins never meet.
            if matches!(guard.keeper, Keeper::Parameter(_)) || contradict(&guard.cfg, &event.cfg) {
                continue;
            }
            let kind = program.locks.lock(guard.lock.lock).kind;
            for hit in hits(program, reach, id, facts, event, guard, passed) {
                let conflict = if hit.waits {
                    Some(Conflict::Wait)
                } else {
                    conflict(kind, guard.mode, hit.taken)
                };
                let Some(conflict) = conflict else {
                    continue;
                };
                let construct = guard
                    .heads
                    .iter()
                    .rev()
                    .find(|construct| event.bodies.contains(construct))
                    .copied();
                let class = match conflict {
                    Conflict::Wait => Class::Waiting,
                    _ if kind.is_cell() => Class::Reentry,
                    Conflict::Panic => Class::Reborrow,
                    Conflict::Hazard => Class::RecursiveRead,
                    Conflict::Deadlock if construct.is_some() => Class::Scrutinee,
                    Conflict::Deadlock => Class::Relock,
                };
                let mut grounds = hit.grounds.min(guard.grounds).min(event.grounds);
                if initialises(guard, &hit.chain) {
                    grounds = Grounds::FirstTime;
                }
                if hit.chain.len() > 1 && lent.contains(&number) {
                    grounds = grounds.min(Grounds::Lent);
                }
                if let [_, .., last] = hit.chain.as_slice()
                    && reach.asks_thread(last.function)
                {
                    grounds = grounds.min(Grounds::ThreadLocal);
                }
                if maybe {
                    grounds = grounds.min(Grounds::SomePaths);
                }
                // One chain a guard, place and rule: the first is a shortest one.
                if seen.insert((guard.birth, event.range, class, hit.taken)) {
                    found.push(Overlap {
                        guard: number,
                        at: event.site.unwrap_or(event.range),
                        taken: hit.taken,
                        conflict,
                        class,
                        grounds,
                        chain: hit.chain,
                        is_test: event.cfg.iter().any(Cfg::is_test),
                        construct,
                    });
                }
            }
        }
    }
    found
}

/// Whether the function that handed the guard out is also the one that takes the lock again: it
/// fills what is empty the first time, and the guard is proof that there was a first time.
fn initialises(guard: &Guard, chain: &[Link]) -> bool {
    let (Some(source), Some(last)) = (guard.via.last(), chain.last()) else {
        return false;
    };
    chain.len() > 1 && source.function == last.function && source.range != last.range
}

/// How `event` takes the lock of `guard`, which is held meanwhile, or is moved into the call as
/// `passed` says.
fn hits(
    program: &Program<'_>,
    reach: &Reach,
    id: FnId,
    facts: &Facts,
    event: &Event,
    guard: &Guard,
    passed: Option<&Passed>,
) -> Vec<Hit> {
    let first = |callee| {
        let link = |range, callee| Link {
            function: id,
            file: program.function(id).file,
            range,
            callee,
        };
        // A closure in a variable: where it is called, then where it says so.
        let site = event.site.map(|site| link(site, None));
        let mut chain: Vec<Link> = site.into_iter().collect();
        chain.push(link(event.range, callee));
        chain
    };
    let mut hits = Vec::new();
    match &event.what {
        Happening::Acquire {
            lock,
            mode,
            grounds,
            via,
            ..
        } => {
            let taken = Taken {
                lock: lock.clone(),
                mode: *mode,
            };
            if let Some((same, waits)) = concerns(program, facts, guard, &taken) {
                let mut chain = first(None);
                chain.extend(via.iter().cloned());
                hits.push(Hit {
                    taken: *mode,
                    waits,
                    grounds: same.min(*grounds),
                    chain,
                });
            }
        }
        Happening::Call { callees, args, .. } => {
            for &(callee, grounds) in callees {
                if !super::reach::may_call(program, id, callee) {
                    continue;
                }
                let reached: Vec<&Reached> = match passed {
                    None => reach.list(callee).iter().collect(),
                    Some(passed) => reach.under(callee, passed).collect(),
                };
                for reached in reached {
                    if never(program, facts, event, &reached.only_if) {
                        continue;
                    }
                    let Some(below) = reached.what.above(args, event, facts) else {
                        continue;
                    };
                    let Some((same, waits)) = concerns(program, facts, guard, &below) else {
                        continue;
                    };
                    let mut chain = first(Some(callee));
                    chain.extend(reach.chain(program, callee, reached));
                    if consistent(program, &chain) {
                        let grounds = same.min(grounds).min(reached.grounds);
                        hits.push(Hit {
                            taken: reached.what.mode,
                            waits,
                            grounds,
                            chain,
                        });
                    }
                }
            }
        }
        _ => {}
    }
    hits
}

/// Whether the functions of a chain can all be compiled together.
pub(super) fn consistent(program: &Program<'_>, chain: &[Link]) -> bool {
    let cfgs: Vec<_> = chain
        .iter()
        .map(|link| &program.function(link.function).cfg)
        .collect();
    cfgs.iter()
        .enumerate()
        .all(|(at, a)| cfgs.iter().skip(at + 1).all(|b| !contradict(a, b)))
}

/// How sure it is that taking `taken` concerns whoever holds `guard`, and whether that is because it
/// waits for a signal: it releases one guard meanwhile, and no other.
fn concerns(
    program: &Program<'_>,
    facts: &Facts,
    guard: &Guard,
    taken: &Taken,
) -> Option<(Grounds, bool)> {
    let kind = program.locks.lock(guard.lock.lock).kind;
    if taken.mode != Mode::Wait {
        return Some((same_lock(kind, facts, &guard.lock, &taken.lock)?, false));
    }
    let releases_it = guard.lock.place.is_some() && guard.lock.place == taken.lock.place;
    (kind.blocks_others() && !releases_it).then_some((Grounds::Resolved, true))
}

/// How sure it is that two references mean the same lock; `None` where they do not.
pub(super) fn same_lock(
    kind: Kind,
    facts: &Facts,
    held: &LockRef,
    taken: &LockRef,
) -> Option<Grounds> {
    if held.lock != taken.lock {
        return None;
    }
    let (a, b) = (held.place.as_ref()?, taken.place.as_ref()?);
    if a != b || a.has_element() {
        let (a, b) = (facts.widened(a), facts.widened(b));
        return (a.has_element() && a.may_be(&b)).then_some(Grounds::Element);
    }
    if kind == Kind::Map && held.shards == Shards::One && taken.shards == Shards::One {
        let same_key = held.key.is_some() && held.key == taken.key;
        // Different keys can share a shard.
        return Some(if same_key {
            Grounds::Resolved
        } else {
            Grounds::Shard
        });
    }
    Some(Grounds::Resolved)
}

/// `self.load`, as the function `id` would write it.
pub fn lock_name(program: &Program<'_>, id: FnId, facts: &Facts, lock: &LockRef) -> String {
    lock.place.as_ref().map_or_else(
        || "the lock".to_owned(),
        |place| place_name(program, id, &facts.locals, place),
    )
}

fn place_name(program: &Program<'_>, id: FnId, locals: &[Name], place: &Place) -> String {
    let def = program.function(id);
    let mut path = place.path.as_slice();
    let mut name = match &place.root {
        Root::Param(k) => {
            let named = def.body.and_then(|body| {
                let pat = *body.params.get(usize::try_from(*k).ok()?)?;
                bound(body, pat, &place.path)
            });
            if let Some((name, rest)) = named {
                path = rest;
                name.to_string()
            } else {
                format!("argument {}", k + 1)
            }
        }
        Root::Static(found) => program.static_(*found).name.to_string(),
        Root::Ext(path) => format!("{path}()"),
        Root::Local(local) => usize::try_from(*local)
            .ok()
            .and_then(|at| locals.get(at))
            .map_or_else(|| "a local".to_owned(), ToString::to_string),
    };
    for step in path {
        match step {
            Step::Field(field) if field.starts_with('*') || field.contains('.') => {}
            Step::Field(field) => {
                name.push('.');
                name.push_str(field);
            }
            Step::Element => name.push_str("[…]"),
            Step::At(index) => {
                name.push('[');
                name.push_str(index);
                name.push(']');
            }
        }
    }
    name
}

/// The variable to which parameter pattern `pat` binds what lies at `path`, and the rest of the path
/// from there: `State(app): State<App>`.
fn bound<'a>(body: &'a Body, mut pat: PatId, path: &'a [Step]) -> Option<(&'a Name, &'a [Step])> {
    let mut rest = path;
    loop {
        let (fields, below): (Vec<(String, PatId)>, _) = match &body.pat(pat).kind {
            PatKind::Bind { name, .. } => return Some((name, rest)),
            PatKind::Ref(sub) => {
                pat = *sub;
                continue;
            }
            PatKind::Tuple(subs) | PatKind::TupleStruct(_, subs) => {
                let numbered = subs.iter().enumerate();
                let fields = numbered.map(|(at, sub)| (at.to_string(), *sub)).collect();
                (fields, rest.split_first()?)
            }
            PatKind::Struct(_, subs) => {
                let named = subs.iter().map(|(name, sub)| (name.to_string(), *sub));
                (named.collect(), rest.split_first()?)
            }
            _ => return None,
        };
        let (Step::Field(field), below) = below else {
            return None;
        };
        let last = field.rsplit('.').next()?;
        pat = fields.iter().find(|(name, _)| name == last)?.1;
        rest = below;
    }
}
