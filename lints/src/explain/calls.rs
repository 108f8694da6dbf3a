//! What the functions that a call runs take, hold and hand back.

use std::fmt::Write as _;

use rules::tool::Said;

use super::teller::Teller;
use crate::analysis::reach::may_call;
use crate::grounds::Grounds;
use crate::hir::{Body, ExprId, contradict};
use crate::index::FnId;
use crate::walk::facts::{Event, Happening, Link, Place};

/// Callees of one call that are told.
const CALLEES: usize = 6;

/// Locks of one callee that are told.
const LOCKS: usize = 8;

impl Teller<'_, '_> {
    /// Tells of the functions that the call `id` may run.
    pub(super) fn callees(
        &self,
        body: &Body,
        id: ExprId,
        fns: &[(FnId, Grounds)],
        said: &mut Vec<Said>,
    ) {
        let args = self.event(body, id, fns);
        for &(callee, grounds) in fns.iter().take(CALLEES) {
            let mut text = format!("calls {}", self.function(callee));
            if let Some(doubt) = grounds.doubt() {
                let _ = write!(text, " ({}: {doubt})", grounds.certainty().as_str());
            }
            said.push(Said::at(1, text));
            if !may_call(self.program, self.id, callee) {
                let reason = self.never(callee);
                said.push(Said::at(2, reason.to_owned()));
                continue;
            }
            let before = said.len();
            self.takes(callee, args.as_deref(), said);
            self.hands_back(callee, args.as_deref(), said);
            if said.len() == before {
                let text = match self.program.function(callee).body {
                    Some(_) => "takes no lock that can be named here, and hands back no guard",
                    None => "has no body in view",
                };
                said.push(Said::at(2, text));
            }
        }
        more(fns.len(), CALLEES, 1, said);
    }

    /// The places of the call's arguments, as the walk recorded them.
    fn event(
        &self,
        body: &Body,
        id: ExprId,
        fns: &[(FnId, Grounds)],
    ) -> Option<Vec<Option<Place>>> {
        let range = body.expr(id).range;
        self.facts.events.iter().find_map(
            |Event {
                 what, range: at, ..
             }| match what {
                Happening::Call { callees, args, .. }
                    if at.end == range.end
                        && at.start >= range.start
                        && callees.first().map(|(id, _)| *id) == fns.first().map(|(id, _)| *id) =>
                {
                    Some(args.clone())
                }
                _ => None,
            },
        )
    }

    /// Why a callee is none.
    fn never(&self, callee: FnId) -> &'static str {
        let def = self.program.function(callee);
        if contradict(&self.def.cfg, &def.cfg) {
            "never compiled together with this function: their `cfg`s contradict each other"
        } else {
            "test code, which is no callee of other code"
        }
    }

    /// The locks that a callee takes, directly or below it.
    fn takes(&self, callee: FnId, args: Option<&[Option<Place>]>, said: &mut Vec<Said>) {
        let reached = self.reach.list(callee);
        for reached in reached.iter().take(LOCKS) {
            let own = reached.what.lock.place.as_ref();
            let here = own.and_then(|place| place.subst(args?));
            let name = match here {
                Some(place) => {
                    let mut lock = reached.what.lock.clone();
                    lock.place = Some(place);
                    format!("`{}`", self.lock(&self.facts, &lock))
                }
                None => format!(
                    "its `{}`, which is nothing that has a name here",
                    self.lock_in(callee, &reached.what.lock)
                ),
            };
            let chain = self.reach.chain(self.program, callee, reached);
            let mut text = format!(
                "takes {name}, {}: {}",
                reached.what.mode.as_str(),
                self.path(&chain)
            );
            if let Some(doubt) = reached.grounds.doubt() {
                let _ = write!(text, " ({}: {doubt})", reached.grounds.certainty().as_str());
            }
            said.push(Said::at(2, text));
        }
        more(reached.len(), LOCKS, 2, said);
    }

    /// `f` (src/a.rs:3) calls `g`; `g` takes it (src/b.rs:9).
    pub(super) fn path(&self, chain: &[Link]) -> String {
        let steps: Vec<String> = chain
            .iter()
            .map(|link| {
                let name = self.program.fn_name(link.function);
                let place = self.at(link.file, link.range);
                match link.callee {
                    Some(callee) => {
                        format!(
                            "`{name}` calls `{}` at {place}",
                            self.program.fn_name(callee)
                        )
                    }
                    None => format!("`{name}` takes it at {place}"),
                }
            })
            .collect();
        steps.join(" → ")
    }

    /// Guards that come back, and locks that are held while a closure is called.
    fn hands_back(&self, callee: FnId, args: Option<&[Option<Place>]>, said: &mut Vec<Said>) {
        let Some(summary) = self.settled.summaries.get(callee.at()) else {
            return;
        };
        let name = |lock: &crate::walk::facts::LockRef| {
            let here = lock.place.as_ref().and_then(|place| place.subst(args?));
            match here {
                Some(place) => {
                    let mut lock = lock.clone();
                    lock.place = Some(place);
                    format!("`{}`", self.lock(&self.facts, &lock))
                }
                None => format!("its `{}`", self.lock_in(callee, lock)),
            }
        };
        for returned in &summary.guards {
            let mut text = format!(
                "hands back a guard of {}, {}",
                name(&returned.lock),
                returned.mode.as_str()
            );
            if returned.optional {
                text.push_str(", not in every value");
            }
            said.push(Said::at(2, text));
        }
        for call in &summary.closures {
            let held: Vec<String> = call.held.iter().map(|held| name(&held.lock)).collect();
            let text = if held.is_empty() {
                format!(
                    "calls its argument {}, and holds no lock meanwhile",
                    call.param + 1
                )
            } else {
                format!(
                    "calls its argument {} while it holds {}: a closure given there runs under that lock",
                    call.param + 1,
                    held.join(", ")
                )
            };
            said.push(Said::at(2, text));
        }
    }
}

/// Says that a list was cut.
pub(super) fn more(count: usize, limit: usize, depth: usize, said: &mut Vec<Said>) {
    if let Some(more) = count.checked_sub(limit).filter(|more| *more > 0) {
        said.push(Said::at(depth, format!("and {more} more")));
    }
}
