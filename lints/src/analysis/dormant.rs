//! Futures that nobody polls: a `select!` borrows them, and a handler of another branch runs.
//!
//! Such a future keeps its place in the queue of a lock, or the lock itself. If the handler awaits
//! the same lock it waits for a future that only the same task could poll.

use crate::grounds::Grounds;
use crate::hir::{Cfg, Name, Range};
use crate::index::{FnId, Program};
use crate::locks::{Conflict, conflict};
use crate::walk::facts::{Dormant, Event, Facts, Happening, Link, LockRef, Polled};

use super::overlap::{consistent, same_lock};
use super::reach::{Carried, Reach, Taken, may_call};

/// A handler awaits a lock that a dormant future may be queued on.
#[derive(Debug, Clone)]
pub struct Queued {
    /// The branch's future.
    pub future: Range,
    /// Its variable.
    pub name: Name,
    /// The handler's acquisition, or the call that leads to it.
    pub at: Range,
    /// The lock, as this function names it.
    pub lock: LockRef,
    /// What that rests on.
    pub grounds: Grounds,
    /// From the handler to its acquisition.
    pub chain: Vec<Link>,
    /// From where the future is made to its acquisition.
    pub queue: Vec<Link>,
    /// Predicates of the statements that it stands in.
    pub cfg: Vec<Cfg>,
}

/// A lock that is taken, with the way there.
struct Way {
    taken: Taken,
    grounds: Grounds,
    chain: Vec<Link>,
    at: Range,
    cfg: Vec<Cfg>,
}

/// All of function `id`, one a future, lock and handler.
pub fn queued(program: &Program<'_>, reach: &Reach, id: FnId, facts: &Facts) -> Vec<Queued> {
    let mut found: Vec<Queued> = Vec::new();
    for dormant in &facts.dormant {
        let first = polls(program, reach, id, facts, dormant);
        for event in &facts.events {
            let in_handler = dormant
                .handlers
                .iter()
                .any(|handler| contains(*handler, event.range));
            if event.detached || !in_handler {
                continue;
            }
            for second in ways(program, reach, id, facts, event) {
                let Some((queue, grounds)) = first
                    .iter()
                    .filter_map(|first| {
                        Some((first, waits_behind(program, facts, first, &second)?))
                    })
                    .max_by_key(|(_, grounds)| *grounds)
                else {
                    continue;
                };
                let known = found
                    .iter()
                    .any(|known| known.at == second.at && known.future == dormant.future);
                if !known {
                    found.push(Queued {
                        future: dormant.future,
                        name: dormant.name.clone(),
                        at: second.at,
                        lock: second.taken.lock,
                        grounds,
                        chain: second.chain,
                        queue: queue.chain.clone(),
                        cfg: second.cfg,
                    });
                }
            }
        }
    }
    found
}

fn contains(outer: Range, inner: Range) -> bool {
    outer.start <= inner.start && inner.end <= outer.end
}

/// What polling a dormant future takes.
fn polls(
    program: &Program<'_>,
    reach: &Reach,
    id: FnId,
    facts: &Facts,
    dormant: &Dormant,
) -> Vec<Way> {
    match &dormant.polled {
        Polled::Event(event) => ways(program, reach, id, facts, event),
        Polled::Block(block) => facts
            .events
            .iter()
            .filter(|event| contains(*block, event.range))
            .flat_map(|event| ways(program, reach, id, facts, event))
            .collect(),
    }
}

/// The async locks that an event takes, by itself or below a call.
fn ways(program: &Program<'_>, reach: &Reach, id: FnId, facts: &Facts, event: &Event) -> Vec<Way> {
    let link = |callee| Link {
        function: id,
        file: program.function(id).file,
        range: event.range,
        callee,
    };
    let way = |taken: Taken, grounds: Grounds, chain: Vec<Link>| {
        let lock = program.locks.lock(taken.lock.lock);
        (lock.is_async && lock.queues && consistent(program, &chain)).then(|| Way {
            taken,
            grounds: grounds.min(event.grounds),
            chain,
            at: event.range,
            cfg: event.cfg.clone(),
        })
    };
    match &event.what {
        Happening::Acquire { via, .. } => {
            let Some((taken, grounds, _)) = Taken::of(event) else {
                return Vec::new();
            };
            let mut chain = vec![link(None)];
            chain.extend(via.iter().cloned());
            way(taken, grounds, chain).into_iter().collect()
        }
        Happening::Call { callees, args, .. } => callees
            .iter()
            .filter(|(callee, _)| may_call(program, id, *callee))
            .flat_map(|(callee, grounds)| {
                reach.list(*callee).iter().filter_map(|reached| {
                    let taken = reached.what.above(args, event, facts)?;
                    let mut chain = vec![link(Some(*callee))];
                    chain.extend(reach.chain(program, *callee, reached));
                    way(taken, (*grounds).min(reached.grounds), chain)
                })
            })
            .collect(),
        _ => Vec::new(),
    }
}

/// Whether the handler's acquisition waits behind that of the dormant future, for sure or likely.
fn waits_behind(
    program: &Program<'_>,
    facts: &Facts,
    first: &Way,
    second: &Way,
) -> Option<Grounds> {
    let kind = program.locks.lock(first.taken.lock.lock).kind;
    let same = same_lock(kind, facts, &first.taken.lock, &second.taken.lock)?;
    let hangs = conflict(kind, first.taken.mode, second.taken.mode) == Some(Conflict::Deadlock);
    let grounds = same.min(first.grounds).min(second.grounds);
    (hangs && grounds.certainty() > rules::Certainty::Possible).then_some(grounds)
}
