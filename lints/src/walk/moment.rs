//! Locks that a method holds only while it runs: what it is given to run, runs under them.
//!
//! A cell (`OnceLock`, `LazyLock`, `Once`) is such a lock: its initialiser holds it, and whoever
//! needs its content takes it for a moment.

use std::sync::Arc;

use crate::grounds::Grounds;
use crate::hir::Range;
use crate::index::StaticId;
use crate::index::lower::TyScope;
use crate::index::methods::Callees;
use crate::index::ty::{Subst, Ty};
use crate::locks::{Kind, LockId, Method, Returns};

use super::Walker;
use super::call::{Acquisition, lock_ref};
use super::facts::{Guard, Happening, Keeper, Place, Root, Why};
use super::state::Owner;
use super::value::{Pending, Value};

impl Walker<'_, '_> {
    /// The rest of a method that has released the lock when it returns.
    pub(super) fn moment(&mut self, acquisition: &Acquisition) -> Value {
        let given = self.under(acquisition);
        let Acquisition { method, inner, .. } = acquisition;
        let content = || inner.clone().reference();
        let ty = match method.returns {
            Returns::Ref => content(),
            Returns::OptionRef => Ty::ext1("std::option::Option", content()),
            Returns::ResultRef => Ty::Ext(
                "std::result::Result".into(),
                Arc::new([content(), Ty::Unknown]),
            ),
            Returns::Closure => {
                return given.unwrap_or_else(|| Value {
                    borrows: acquisition.borrows.clone(),
                    ..Value::default()
                });
            }
            _ => {
                return Value {
                    owned: true,
                    ..Value::of(Ty::Unknown)
                };
            }
        };
        // What is in a cell is part of what the cell is part of.
        Value {
            place: acquisition.lock.place.clone(),
            borrows: acquisition.borrows.clone(),
            ..Value::of(ty)
        }
    }

    /// Whether `method` runs the value that it is given while it holds the lock.
    pub(super) fn can_run(&self, method: &Method, value: &Value) -> bool {
        let is_callable = || match value.ty.peeled() {
            Ty::Callable(..) => true,
            Ty::Param(name) => self.scope.param(name).is_some_and(|param| {
                matches!(
                    self.program.bounds(&param.bounds, &self.scope),
                    Ty::Callable(..)
                )
            }),
            _ => false,
        };
        method.moment
            && (value.closure.is_some()
                || matches!(value.ty, Ty::FnItem(_))
                || (value.param.is_some() && is_callable())
                || (method.is_async
                    && matches!(value.pending, Pending::Block(_) | Pending::Call(_))))
    }

    /// Runs what the method is given while it holds the lock.
    fn under(&mut self, acquisition: &Acquisition) -> Option<Value> {
        if acquisition.runs.is_empty() {
            return None;
        }
        let lock = &acquisition.lock;
        let guard = self.new_guard(Guard {
            lock: lock.clone(),
            mode: acquisition.method.mode,
            protects: acquisition.inner.clone(),
            birth: acquisition.range,
            via: Vec::new(),
            keeper: Keeper::Method,
            heads: self.heads.clone(),
            end: None,
            grounds: acquisition.grounds,
            optional: false,
            bound_by_head: false,
            awaited: false,
            cfg: self.cfg.clone(),
        });
        self.state.set_owner(guard, Owner::Callee);
        let mut fed = Vec::new();
        if self.program.locks.lock(lock.lock).kind == Kind::RefCell {
            fed.push(Value {
                place: lock.place.as_ref().and_then(|place| place.field("*")),
                borrows: vec![guard],
                ..Value::of(acquisition.inner.clone().reference())
            });
        }
        let mut given = None;
        for run in &acquisition.runs {
            let mut value = self.run_given(run, &fed, acquisition.range);
            if acquisition.method.is_async {
                value = self.awaited(value, acquisition.range);
            }
            value.borrows.retain(|&borrowed| borrowed != guard);
            given = Some(value);
        }
        self.end(guard, acquisition.range.end, Why::Method);
        given
    }

    /// Calls a closure, a function or a parameter with `fed`; a future is what it is.
    fn run_given(&mut self, run: &Value, fed: &[Value], range: Range) -> Value {
        if let Some(closure) = run.closure {
            return self.closure_here(closure, fed);
        }
        if let Ty::FnItem(function) = run.ty {
            let callees = Callees {
                fns: vec![(function, Grounds::Resolved)],
                subst: Subst::new(),
            };
            return self.invoke(&callees, fed.to_vec(), range);
        }
        if let Some(param) = run.param {
            self.record(Happening::CallParam(param), range);
            return Value::default();
        }
        Value {
            guards: Vec::new(),
            ..run.clone()
        }
    }

    /// A value is dereferenced: a lazy cell is forced by that.
    pub(super) fn forced(&mut self, value: &Value, range: Range) {
        // Another one than a static's has no initialiser that could name it.
        let Some(Place {
            root: Root::Static(_),
            path,
        }) = &value.place
        else {
            return;
        };
        let Some((lock, method)) = self.lazy(&value.ty).filter(|_| path.is_empty()) else {
            return;
        };
        self.acquire(&Acquisition {
            lock: lock_ref(value.place.clone(), lock, &method),
            method,
            range,
            inner: Ty::Unknown,
            grounds: Grounds::Resolved,
            runs: Vec::new(),
            borrows: Vec::new(),
        });
    }

    /// Whether the type is a cell: what is in it is part of what it is part of.
    pub(super) fn is_cell(&self, ty: &Ty) -> bool {
        let Ty::Ext(path, _) = ty else { return false };
        let lock = self.program.locks.by_type(path);
        lock.is_some_and(|lock| self.program.locks.lock(lock).kind.is_cell())
    }

    /// The vocabulary's entry of a type that is forced by dereferencing it.
    fn lazy(&self, ty: &Ty) -> Option<(LockId, Method)> {
        let Ty::Ext(path, _) = ty else { return None };
        let lock = self.program.locks.by_type(path)?;
        Some((lock, self.lock_method(lock, "*")?))
    }

    /// A lazy cell that is taken runs its initialiser, the first time.
    pub(super) fn initialises(&mut self, lock: LockId, place: Option<&Place>, range: Range) {
        let Some(Place {
            root: Root::Static(found),
            path,
        }) = place
        else {
            return;
        };
        let init = self.program.static_(*found).init;
        if let Some(init) = init
            && init != self.id
            && path.is_empty()
            && self.lock_method(lock, "*").is_some()
        {
            self.record(
                Happening::Call {
                    callees: vec![(init, Grounds::FirstUse)],
                    args: Vec::new(),
                    passed: Vec::new(),
                    told: Vec::new(),
                    lent: Vec::new(),
                },
                range,
            );
        }
    }

    /// `Lazy::new(init)`: in the initialiser of a static `init` is what runs when it is forced.
    pub(super) fn new_lazy(&mut self, base: &str, values: Vec<Value>, range: Range) -> Value {
        let own = self
            .own_static()
            .filter(|_| self.detached == 0 && self.inlining.is_empty())
            .filter(|(_, ty)| {
                let steps = self.program.deref_steps(ty);
                steps.iter().any(|step| step.is_ext(base))
            });
        let mut content = Ty::Unknown;
        match (own, self.lazy(&Ty::ext(base))) {
            (Some((id, _)), Some((lock, method))) => {
                let place = Some(Place::root(Root::Static(id)));
                let acquisition = Acquisition {
                    lock: lock_ref(place, lock, &method),
                    method,
                    range,
                    inner: Ty::Unknown,
                    grounds: Grounds::Resolved,
                    runs: values,
                    borrows: Vec::new(),
                };
                if let Some(given) = self.under(&acquisition) {
                    content = given.ty;
                }
            }
            _ => {
                for value in values {
                    if let Some(closure) = value.closure {
                        self.closure_apart(closure);
                    }
                    if let Pending::Block(block) = value.pending {
                        self.async_block(block);
                    }
                    self.consumed(value, range.end);
                }
            }
        }
        Value {
            owned: true,
            ..Value::of(Ty::ext1(base, content))
        }
    }

    /// The static that this body initialises, with its type.
    fn own_static(&self) -> Option<(StaticId, Ty)> {
        let id = self.program.function(self.id).initialises?;
        let def = self.program.static_(id);
        let scope = TyScope {
            module: def.module,
            generics: Vec::new(),
            self_ty: None,
            members: None,
        };
        Some((id, self.program.lower(def.ty, &scope)))
    }

    /// The whole body is the initialiser of a lazy static that a macro declares: it holds the cell.
    pub(super) fn hold_own_cell(&mut self) {
        let Some((id, ty)) = self.own_static() else {
            return;
        };
        let Some((lock, method)) = self
            .lazy(&ty)
            .filter(|_| self.program.static_(id).is_declared_lazy)
        else {
            return;
        };
        let guard = self.new_guard(Guard {
            lock: lock_ref(Some(Place::root(Root::Static(id))), lock, &method),
            mode: method.mode,
            protects: Ty::Unknown,
            birth: self.program.function(self.id).item.name_range,
            via: Vec::new(),
            keeper: Keeper::Method,
            heads: Vec::new(),
            end: None,
            grounds: Grounds::Resolved,
            optional: false,
            bound_by_head: false,
            awaited: false,
            cfg: Vec::new(),
        });
        self.state.set_owner(guard, Owner::Callee);
    }

    /// An operator that takes a lock for a moment (`==` of cells, formatting a map), or keeps it as
    /// long as its value (`for` over a map).
    pub(super) fn operated(&mut self, value: &Value, operator: &str, range: Range) -> Vec<u32> {
        for ty in self.program.deref_steps(&value.ty) {
            if let Ty::Ext(path, _) = &ty
                && let Some(lock) = self.program.locks.by_type(path)
            {
                let Some(method) = self.lock_method(lock, operator) else {
                    return Vec::new();
                };
                let grounds = self.program.locks.grounds(path);
                let acquisition = Acquisition {
                    lock: lock_ref(value.place.clone(), lock, &method),
                    method,
                    range,
                    inner: Ty::Unknown,
                    grounds,
                    runs: Vec::new(),
                    borrows: Vec::new(),
                };
                return self.acquire(&acquisition).guards;
            }
            if !matches!(ty, Ty::Ref(_))
                && !matches!(&ty, Ty::Ext(path, _) if self.program.locks.transparent(path).is_some())
            {
                break;
            }
        }
        Vec::new()
    }
}

/// The type of what an acquisition gives.
pub(super) fn guard_type(acquisition: &Acquisition) -> Ty {
    let guard = Ty::Guard(Arc::new(acquisition.inner.clone()));
    match acquisition.method.returns {
        Returns::Guard => guard,
        Returns::Option => Ty::ext1("std::option::Option", guard),
        Returns::Result => Ty::Ext(
            "std::result::Result".into(),
            Arc::new([guard.clone(), Ty::ext1("std::sync::PoisonError", guard)]),
        ),
        _ => Ty::Unknown,
    }
}
