//! Where a thread waits for something other than a lock, directly or in a function that it calls:
//! with the guards alive meanwhile, and whether it is a thread that drives async tasks.

use crate::blocking::{Operation, OperationId};
use crate::grounds::Grounds;
use crate::hir::{Cfg, Range};
use crate::index::ty::Ty;
use crate::index::{FnId, Program};
use crate::walk::facts::{Event, Facts, Happening, Held, Link, Place, Thread};

use super::conditions::never;
use super::overlap::consistent;
use super::reach::{Carried, Reach, Reached, Waits, may_call};

/// The thread waits.
#[derive(Debug, Clone)]
pub struct Blocked {
    /// How.
    pub operation: OperationId,
    /// The operation, or the call that leads to it.
    pub at: Range,
    /// Guards alive meanwhile.
    pub held: Vec<Held>,
    /// On what it waits, where the function has terms for it.
    pub place: Option<Place>,
    /// The type of that.
    pub of: Ty,
    /// Guards whose protected data waits or is waited for.
    pub taking_part: Vec<u32>,
    /// It is an executor's thread, and nobody in between made it one that may block.
    pub in_async: bool,
    /// What that rests on.
    pub grounds: Grounds,
    /// From this function to the operation; one link where it is direct.
    pub chain: Vec<Link>,
    /// Predicates of the statements that it stands in.
    pub cfg: Vec<Cfg>,
}

impl Blocked {
    /// The operation.
    pub fn operation<'p>(&self, program: &'p Program<'_>) -> Option<&'p Operation> {
        program.locks.blocking.operation(self.operation)
    }
}

/// All waits of function `id` that happen under a guard or on an executor's thread, in order of
/// evaluation.
pub fn blocked(
    program: &Program<'_>,
    reach: &Reach<Waits>,
    id: FnId,
    facts: &Facts,
) -> Vec<Blocked> {
    let mut found = Vec::new();
    for event in &facts.events {
        match &event.what {
            Happening::Block { taking_part, .. } => {
                let Some((waits, grounds, _)) = Waits::of(event) else {
                    continue;
                };
                let chain = vec![link(program, id, event, None)];
                found.push(Blocked {
                    taking_part: taking_part.clone(),
                    in_async: event.thread == Thread::Executor,
                    ..made(event, waits, grounds, chain)
                });
            }
            Happening::Call {
                callees,
                args,
                passed,
                ..
            } => {
                let is_wanted = !event.held.is_empty() || event.thread == Thread::Executor;
                for &(callee, grounds) in callees {
                    if !may_call(program, id, callee) {
                        continue;
                    }
                    let below = |reached: &Reached<Waits>| {
                        if never(program, facts, event, &reached.only_if) {
                            return None;
                        }
                        let waits = reached.what.above(args, event, facts)?;
                        let mut chain = vec![link(program, id, event, Some(callee))];
                        chain.extend(reach.chain(program, callee, reached));
                        let in_async = reached.what.thread == Thread::Caller
                            && event.thread == Thread::Executor;
                        consistent(program, &chain).then(|| Blocked {
                            in_async,
                            ..made(event, waits, grounds.min(reached.grounds), chain)
                        })
                    };
                    if is_wanted {
                        found.extend(reach.list(callee).iter().filter_map(below));
                    }
                    // What was moved into the call is alive in a part of it.
                    for passed in passed {
                        let guard = passed.guard;
                        found.extend(reach.under(callee, passed).filter_map(below).map(
                            |blocked| Blocked {
                                held: vec![Held {
                                    guard,
                                    maybe: false,
                                }],
                                in_async: false,
                                ..blocked
                            },
                        ));
                    }
                }
            }
            _ => {}
        }
    }
    found
}

fn link(program: &Program<'_>, id: FnId, event: &Event, callee: Option<FnId>) -> Link {
    Link {
        function: id,
        file: program.function(id).file,
        range: event.range,
        callee,
    }
}

fn made(event: &Event, waits: Waits, grounds: Grounds, chain: Vec<Link>) -> Blocked {
    Blocked {
        operation: waits.operation,
        at: event.range,
        held: event.held.clone(),
        place: waits.place,
        of: waits.of,
        taking_part: Vec::new(),
        in_async: false,
        grounds: grounds.min(event.grounds),
        chain,
        cfg: event.cfg.clone(),
    }
}
