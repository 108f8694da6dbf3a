//! What conditions say of a path: of an option that is `None` no guard exists, a lock that
//! `try_lock` got was free, and a flag tells which way was taken.

use crate::hir::{BinaryOp, ExprId, ExprKind};
use crate::index::ty::Ty;
use crate::locks::Mode;

use super::Walker;
use super::facts::{Conditions, Freed, LockRef, Told};
use super::state::Owner;
use super::value::Value;

/// More of each is not kept.
const KNOWN: usize = 16;

/// A variable with one of its two values.
pub(super) type Flag = (u32, bool);

/// A lock that nobody else held.
#[derive(Debug, Clone, PartialEq)]
struct Free {
    freed: Freed,
    /// Not surely on the paths on which all of these hold; on all paths where it is empty.
    unless: Vec<Flag>,
}

/// What is known at a point of the walk.
#[derive(Debug, Clone, Default)]
pub(super) struct Truths {
    /// Values of variables.
    flags: Vec<Flag>,
    /// Locks that were free when this function tried them.
    free: Vec<Free>,
}

impl Truths {
    pub(super) fn learn(&mut self, flag: u32, value: bool) {
        self.flags.retain(|(found, _)| *found != flag);
        if self.flags.len() < KNOWN {
            self.flags.push((flag, value));
        }
        for free in &mut self.free {
            if free.unless.contains(&(flag, !value)) {
                free.unless.clear();
            }
        }
    }

    pub(super) fn forget(&mut self, flag: u32) {
        self.flags.retain(|(found, _)| *found != flag);
        self.free.retain_mut(|free| {
            let sure = free.unless.is_empty();
            free.unless.retain(|(found, _)| *found != flag);
            sure || !free.unless.is_empty()
        });
    }

    pub(super) fn forget_all(&mut self) {
        self.flags.clear();
        self.free.retain(|free| free.unless.is_empty());
    }

    fn add_free(&mut self, freed: Freed) {
        self.free.retain(|free| free.freed != freed);
        if self.free.len() < KNOWN {
            let unless = Vec::new();
            self.free.push(Free { freed, unless });
        }
    }

    /// The value of variable `flag`, where it is known.
    pub(super) fn value_of(&self, flag: u32) -> Option<bool> {
        let found = self.flags.iter().find(|(found, _)| *found == flag);
        found.map(|(_, value)| *value)
    }

    /// Locks that were surely free on every path that leads here.
    pub(super) fn surely_free(&self) -> Vec<Freed> {
        let sure = self.free.iter().filter(|free| free.unless.is_empty());
        sure.map(|free| free.freed.clone()).collect()
    }

    /// What tells the paths of `other` from those of `self`.
    pub(super) fn told_by(&self, other: &Truths) -> Vec<Flag> {
        let differs = |&&(flag, value): &&Flag| self.flags.contains(&(flag, !value));
        other.flags.iter().filter(differs).copied().collect()
    }

    /// Where two paths meet.
    pub(super) fn join(&self, other: &Truths) -> Truths {
        let mut free: Vec<Free> = Vec::new();
        for (ours, theirs) in [(self, other), (other, self)] {
            for found in &ours.free {
                if free.iter().any(|known| known.freed == found.freed) {
                    continue;
                }
                let twin = theirs.free.iter().find(|free| free.freed == found.freed);
                // What holds on the other way only tells that it was that way.
                let other_way: Vec<Flag> = match twin {
                    Some(twin) => twin.unless.clone(),
                    None => theirs
                        .flags
                        .iter()
                        .filter(|flag| !ours.flags.contains(flag))
                        .copied()
                        .collect(),
                };
                let certain = twin.is_some_and(|twin| twin.unless.is_empty());
                let unless = match (found.unless.is_empty(), certain) {
                    (true, true) => Vec::new(),
                    (true, false) => other_way,
                    (false, true) => found.unless.clone(),
                    (false, false) => {
                        let both = found.unless.iter();
                        both.filter(|flag| other_way.contains(flag))
                            .copied()
                            .collect()
                    }
                };
                if !unless.is_empty() || (found.unless.is_empty() && certain) {
                    free.push(Free {
                        freed: found.freed.clone(),
                        unless,
                    });
                }
            }
        }
        let flags = self.flags.iter().filter(|flag| other.flags.contains(flag));
        Truths {
            flags: flags.copied().collect(),
            free,
        }
    }
}

impl Walker<'_, '_> {
    /// What follows of `cond` being `truth`.
    pub(super) fn learn(&mut self, cond: ExprId, truth: bool) {
        match self.kind(cond) {
            ExprKind::Unary(inner) => self.learn(*inner, !truth),
            ExprKind::Binary(BinaryOp::And, left, right) if truth => {
                self.learn(*left, true);
                self.learn(*right, true);
            }
            ExprKind::Binary(BinaryOp::Or, left, right) if !truth => {
                self.learn(*left, false);
                self.learn(*right, false);
            }
            ExprKind::Path(_) => {
                if let Some(flag) = self.variable(cond) {
                    self.state.learn_flag(flag, truth);
                }
            }
            ExprKind::MethodCall { receiver, name, .. } => {
                let empty = match name.as_str() {
                    "is_none" | "is_err" => truth,
                    "is_some" | "is_ok" => !truth,
                    _ => return,
                };
                if let Some(present) = self.tests.get(receiver).cloned() {
                    let tested = Value {
                        present,
                        ..Value::default()
                    };
                    if empty {
                        self.failed(&tested);
                    } else {
                        self.succeeded(&tested);
                    }
                }
                let is_option = name.ends_with("none") || name.ends_with("some");
                if let (true, Some(local)) = (empty && is_option, self.variable(*receiver)) {
                    for guard in self.state.owned_by(Owner::Local(local)) {
                        self.state.remove(guard);
                    }
                }
            }
            _ => {}
        }
    }

    /// The variable that an expression is.
    pub(super) fn variable(&self, id: ExprId) -> Option<u32> {
        let ExprKind::Path(path) = self.kind(id) else {
            return None;
        };
        let [only] = path.segments.as_slice() else {
            return None;
        };
        let named = self.names.iter().rev().find(|(name, _)| *name == only.name);
        named.map(|(_, local)| *local)
    }

    /// On which paths we are here, in terms of parameters and locks.
    pub(super) fn conditions(&self) -> Conditions {
        let truths = &self.state.truths;
        let flags = truths.flags.iter().filter_map(|&(flag, value)| {
            let param = self.local(flag)?.param?;
            Some((param, value))
        });
        Conditions {
            free: truths.surely_free(),
            flags: flags.collect(),
        }
    }

    /// What is known of `values`, the arguments of a call, that are truth values.
    pub(super) fn told(values: &[Value]) -> Vec<(u32, Told)> {
        (0_u32..)
            .zip(values)
            .filter_map(|(at, value)| {
                let told = match (value.truth, value.param) {
                    (Some(truth), _) => Told::Is(truth),
                    (None, Some(param)) => Told::Param(param),
                    (None, None) => return None,
                };
                Some((at, told))
            })
            .collect()
    }

    /// `condition.then(|| …)`: the closure runs where the condition holds.
    pub(super) fn bool_then(&mut self, condition: ExprId, closure: ExprId) -> Value {
        let mut otherwise = self.state.clone();
        self.learn(condition, true);
        let mut value = self.closure_here(closure, &[]);
        std::mem::swap(&mut self.state, &mut otherwise);
        self.learn(condition, false);
        let ran = otherwise;
        self.state = std::mem::take(&mut self.state).join(ran);
        value.ty = Ty::ext1("std::option::Option", value.ty);
        value.local = None;
        value.within = None;
        value
    }

    /// Variable `local` may have another value from here on.
    pub(super) fn changed(&mut self, local: u32) {
        self.state.forget_flag(local);
        if let Some(found) = self.local_mut(local) {
            found.param = None;
        }
    }

    /// Variable `local` has the value of expression `init` from here on.
    pub(super) fn note_flag(&mut self, local: u32, init: ExprId) {
        self.state.forget_flag(local);
        if let ExprKind::Bool(value) = self.kind(init) {
            self.state.truths.learn(local, *value);
        }
    }

    /// The value is `Some` or `Ok` here: locks that it tried were free.
    pub(super) fn succeeded(&mut self, value: &Value) {
        for guard in value.guards.iter().chain(&value.present) {
            if !self.tried.contains(guard) {
                continue;
            }
            let Some((lock, mode)) = self
                .guard(*guard)
                .map(|found| (found.lock.clone(), found.mode))
            else {
                continue;
            };
            self.note_free(lock, mode);
        }
    }

    /// The arguments of a call, and the guards that are gone on some of the paths through them: what
    /// is passed tells the callee whether.
    pub(super) fn telling_arguments(&mut self, args: &[ExprId]) -> (Vec<Value>, Vec<u32>) {
        let certain: Vec<u32> = self
            .state
            .live
            .iter()
            .filter(|live| !live.maybe)
            .map(|live| live.guard)
            .collect();
        let values = self.arguments(args, None);
        let live = self.state.live.iter();
        let wavering = live.filter(|live| live.maybe && certain.contains(&live.guard));
        let wavering = wavering.map(|live| live.guard).collect();
        (values, wavering)
    }

    fn note_free(&mut self, lock: LockRef, mode: Mode) {
        self.state.truths.add_free(Freed { lock, mode });
    }
}
