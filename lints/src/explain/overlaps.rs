//! Why two locks on the line are no finding: another object, modes that go together, code that is
//! never compiled together.

use rules::tool::Said;

use super::calls::more;
use super::heading;
use super::teller::Teller;
use crate::analysis::reach::may_call;
use crate::hir::contradict;
use crate::locks::{Kind, Mode, conflict};
use crate::walk::facts::{Event, Guard, Happening, Keeper, LockRef};

/// Pairs of one line that are told.
const PAIRS: usize = 12;

impl Teller<'_, '_> {
    /// Each acquisition on the line, here or below a call, with each guard that is alive then.
    pub(super) fn no_findings(&self, said: &mut Vec<Said>) {
        let mut reasons: Vec<String> = Vec::new();
        for event in self.events() {
            for held in &event.held {
                let guard = usize::try_from(held.guard).ok();
                let Some(guard) = guard.and_then(|at| self.facts.guards.get(at)) else {
                    continue;
                };
                let is_found = self
                    .overlaps
                    .iter()
                    .any(|overlap| overlap.guard == held.guard && overlap.at == event.range);
                if !is_found {
                    self.pairs(event, guard, &mut reasons);
                }
            }
        }
        let mut told: Vec<String> = Vec::new();
        for reason in reasons {
            if !told.contains(&reason) {
                told.push(reason);
            }
        }
        if told.is_empty() {
            return;
        }
        said.push(heading(
            "taken while a guard is alive, and no finding, because",
        ));
        let count = told.len();
        said.extend(told.into_iter().take(PAIRS).map(|text| Said::at(1, text)));
        more(count, PAIRS, 1, said);
    }

    fn pairs(&self, event: &Event, guard: &Guard, reasons: &mut Vec<String>) {
        match &event.what {
            Happening::Acquire { lock, mode, .. } => {
                reasons.push(self.pair(event, guard, lock, *mode, ""));
            }
            Happening::Call { callees, args, .. } => {
                for &(callee, _) in callees {
                    let name = self.program.fn_name(callee);
                    for reached in self.reach.list(callee).iter().take(PAIRS) {
                        let place = reached.what.lock.place.as_ref();
                        let lock = LockRef {
                            place: place.and_then(|place| place.subst(args)),
                            ..reached.what.lock.clone()
                        };
                        let below = format!(" below `{name}`");
                        if may_call(self.program, self.id, callee) {
                            reasons.push(self.pair(event, guard, &lock, reached.what.mode, &below));
                        } else {
                            reasons.push(format!(
                                "`{name}` never runs below this function: it is test code, or its \
                                 `cfg` contradicts this one's"
                            ));
                        }
                    }
                }
            }
            _ => {}
        }
    }

    /// Why taking `lock` under `guard` is no finding.
    fn pair(
        &self,
        event: &Event,
        guard: &Guard,
        lock: &LockRef,
        mode: Mode,
        below: &str,
    ) -> String {
        let held = self.lock(&self.facts, &guard.lock);
        let taken = self.lock(&self.facts, lock);
        let line = self.line(guard.birth.start);
        let what = format!(
            "`{taken}` is taken{below}, {}, under the guard of `{held}` (line {line}, {})",
            mode.as_str(),
            guard.mode.as_str()
        );
        let kind = self.program.locks.lock(guard.lock.lock).kind;
        let reason = if matches!(guard.keeper, Keeper::Parameter(_)) {
            "which lock that guard is of, only the callers know".to_owned()
        } else if lock.place.is_none() || guard.lock.place.is_none() {
            "which object one of them is is not known".to_owned()
        } else if lock.place != guard.lock.place {
            "they are two objects".to_owned()
        } else if lock.lock != guard.lock.lock {
            "they are locks of two kinds".to_owned()
        } else if contradict(&guard.cfg, &event.cfg) {
            "their `cfg`s contradict each other".to_owned()
        } else if kind == Kind::Reentrant {
            "the same thread may take it again".to_owned()
        } else if kind == Kind::Watch {
            "it counts for awaits only".to_owned()
        } else if conflict(kind, guard.mode, mode).is_none() {
            "these modes go together".to_owned()
        } else {
            "the guard is not alive on a path that takes it, or the functions on the way are never \
             compiled together"
                .to_owned()
        };
        format!("{what}: {reason}")
    }
}
