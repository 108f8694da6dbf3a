//! Functions of guard types: what changes a guard's mode, passes it on, releases it for a while.

use std::sync::Arc;

use crate::hir::{ExprId, Range};
use crate::index::ty::Ty;
use crate::locks::{Kind, Mode};

use super::facts::{Guard, Happening, Why};
use super::value::Value;
use super::{Owner, Walker};

impl Walker<'_, '_> {
    /// Whether `name` is a method of the guard itself. Most functions of guards take the guard as
    /// an argument, so that `guard.upgrade()` is one of what the guard protects.
    pub(super) fn is_guard_method(&self, receiver: &Value, name: &str) -> bool {
        if !matches!(receiver.ty, Ty::Guard(_)) {
            return false;
        }
        let own = receiver
            .local
            .map(|local| self.state.owned_by(Owner::Local(local)))
            .unwrap_or_default();
        let guard = receiver.guards.iter().chain(&own).next();
        let Some(guard) = guard.and_then(|&guard| self.guard(guard)) else {
            return false;
        };
        match (self.program.locks.lock(guard.lock.lock).kind, name) {
            (
                Kind::SpinRwlock,
                "upgrade" | "try_upgrade" | "downgrade" | "downgrade_to_upgradeable",
            )
            | (Kind::Map, "map" | "try_map" | "downgrade")
            | (Kind::Semaphore, "forget") => true,
            (_, "with_upgraded") => guard.mode == Mode::Upgradable,
            _ => false,
        }
    }

    /// `MutexGuard::map(g, …)` and its kin: the guard comes back, unless it is for unlocking.
    pub(super) fn guard_function(
        &mut self,
        name: &str,
        mut values: Vec<Value>,
        range: Range,
    ) -> Value {
        if values.is_empty() {
            return Value::default();
        }
        let first = values.remove(0);
        let closures: Vec<ExprId> = values.iter().filter_map(|value| value.closure).collect();
        self.drop_args(values, range.end);
        match name {
            "unlocked" | "unlocked_fair" | "bump" => {
                let saved = self.state.clone();
                for &guard in &first.borrows {
                    self.state.remove(guard);
                }
                for closure in closures {
                    self.closure_here(closure, &[]);
                }
                self.state = saved;
                Value::default()
            }
            // Of the lock nothing is left to wait for, or it is never released again.
            "unlock_fair" | "into_arc" | "into_arc_fair" | "forget" => {
                let place = first.place.clone();
                let ty = self.lock_of(&first);
                self.drop_args(vec![first], range.end);
                Value {
                    place,
                    ..Value::of(ty)
                }
            }
            "leak" => Value {
                place: first.place.as_ref().and_then(|place| place.field("*")),
                ..Value::of(
                    self.program
                        .deref(&first.ty)
                        .unwrap_or_default()
                        .reference(),
                )
            },
            "rwlock" | "mutex" | "remutex" | "source" | "semaphore" => Value {
                place: first.place.clone(),
                ..Value::of(self.lock_of(&first).reference())
            },
            "clone" => {
                let mut twin = Value {
                    place: first.place.clone(),
                    ..Value::of(first.ty.peeled().clone())
                };
                for guard in first.borrows {
                    if let Some(found) = self.guard(guard).cloned() {
                        let guard = Guard {
                            birth: range,
                            end: None,
                            ..found
                        };
                        twin.guards.push(self.new_guard(guard));
                    }
                }
                twin
            }
            "downgrade" | "downgrade_map" => self.in_mode(first, Mode::Shared, range),
            "downgrade_to_upgradable" | "downgrade_to_upgradeable" => {
                self.in_mode(first, Mode::Upgradable, range)
            }
            "upgrade" | "upgrade_blocking" => {
                self.waits_for_readers(&first, range, &[]);
                self.in_mode(first, Mode::Exclusive, range)
            }
            "with_upgraded" => {
                self.waits_for_readers(&first, range, &closures);
                Value::default()
            }
            _ => {
                let mut part = Ty::Unknown;
                for closure in closures {
                    let fed = Value {
                        place: first.place.clone().and_then(|place| place.field("*")),
                        borrows: first.guards.clone(),
                        ..Value::of(
                            self.program
                                .deref(&first.ty)
                                .unwrap_or_default()
                                .reference(),
                        )
                    };
                    part = self.closure_here(closure, &[fed]).ty;
                }
                let guard = Ty::Guard(Arc::new(part.peeled().clone()));
                let ty = match name {
                    "try_map" | "filter_map" | "try_upgrade" | "try_downgrade_map" => Ty::Ext(
                        "std::result::Result".into(),
                        Arc::new([Ty::Guard(Arc::new(Ty::Unknown)), first.ty.clone()]),
                    ),
                    _ => guard,
                };
                Value {
                    ty,
                    place: None,
                    ..first
                }
            }
        }
    }

    /// From here on it is held in another way: another guard of the same birth.
    fn in_mode(&mut self, value: Value, mode: Mode, range: Range) -> Value {
        let mut changed = value;
        for guard in std::mem::take(&mut changed.guards) {
            let Some(before) = self.guard(guard).cloned() else {
                continue;
            };
            self.end(guard, range.end, Why::Moved);
            changed.guards.push(self.new_guard(Guard {
                mode,
                end: None,
                ..before
            }));
        }
        changed
    }

    /// An upgradable guard becomes the only one when all readers are gone: whoever reads in the
    /// same thread never is.
    fn waits_for_readers(&mut self, value: &Value, range: Range, closures: &[ExprId]) {
        let own: Vec<u32> = value.guards.iter().chain(&value.borrows).copied().collect();
        let saved = self.state.live.clone();
        self.state.live.retain(|live| !own.contains(&live.guard));
        for &number in &own {
            let Some(guard) = self.guard(number) else {
                continue;
            };
            if guard.mode == Mode::Upgradable {
                let event = Happening::Acquire {
                    lock: guard.lock.clone(),
                    mode: Mode::Exclusive,
                    grounds: guard.grounds,
                    via: Vec::new(),
                    guard: None,
                };
                self.record(event, range);
            }
        }
        self.state.live = saved;
        for &closure in closures {
            self.closure_here(closure, &[]);
        }
    }

    /// The type of the lock that a guard is of.
    fn lock_of(&self, guard: &Value) -> Ty {
        let number = guard.guards.iter().chain(&guard.borrows).next();
        let Some(found) = number.and_then(|&guard| self.guard(guard)) else {
            return Ty::Unknown;
        };
        let lock = self.program.locks.lock(found.lock.lock);
        let Some(path) = lock.types.first() else {
            return Ty::Unknown;
        };
        let inner = self.program.deref(guard.ty.peeled()).unwrap_or_default();
        let mut args = vec![Ty::Unknown; lock.inner];
        args.push(inner);
        Ty::Ext(path.as_str().into(), args.into())
    }
}
