//! Calls and acquisitions: what an expression takes, runs and gives.

use std::sync::Arc;

use crate::grounds::Grounds;
use crate::hir::{ExprId, ExprKind, PathRef, Range, Segment};
use crate::index::methods::Callees;
use crate::index::names::{Def, Res};
use crate::index::ty::{Subst, Ty, unify};
use crate::locks::{Kind, LockId, Method, Returns};

use super::Walker;
use super::facts::{Guard, Happening, Keeper};
use super::known::{self};
use super::moment::guard_type;
use super::trace::Found;
use super::value::{Pending, Value};

pub(super) use super::acquisition::{Acquisition, PendingCall, lock_ref};

impl Walker<'_, '_> {
    pub(super) fn method_call(&mut self, id: ExprId) -> Value {
        let ExprKind::MethodCall {
            receiver,
            name,
            name_range,
            generics,
            args,
        } = self.kind(id)
        else {
            return Value::default();
        };
        let whole = self.range(id);
        // What is shown is the method and its arguments: receivers can span many lines.
        let range = Range {
            start: name_range.start,
            end: whole.end,
        };
        let range = if whole.end - whole.start <= 120 {
            whole
        } else {
            range
        };
        let mut at = self.expr(*receiver, None);
        if matches!(name.as_str(), "is_ok" | "is_err" | "is_some" | "is_none") {
            let told = at.guards.iter().chain(&at.present).copied().collect();
            self.tests.insert(*receiver, told);
        }
        let steps = self.program.deref_steps(&at.ty);
        if let ("then", [closure]) = (name.as_str(), args.as_slice())
            && matches!(self.kind(*closure), ExprKind::Closure { params, .. } if params.is_empty())
            && (matches!(at.ty, Ty::Unknown) || at.ty.is_ext("bool"))
        {
            self.note_step(&steps, 0, || Found::Standard);
            self.kept(at, None);
            return self.bool_then(*receiver, *closure);
        }
        for (step, ty) in steps.iter().enumerate() {
            if step > 0 {
                self.forced(&at, range);
                at.place = if matches!(at.ty, Ty::Guard(_)) {
                    at.place.as_ref().and_then(|place| place.field("*"))
                } else {
                    self.deref_place(&at)
                };
                at.parts = Vec::new();
                if matches!(at.ty, Ty::Guard(_)) || step == 1 {
                    // A dereference goes through a place: a temporary keeps the guard.
                    let dereferenced = at.ty.clone();
                    if !matches!(dereferenced, Ty::Ref(_)) {
                        at = self.kept(at, None);
                    }
                }
                at.ty = ty.clone();
                // What is inside is not the variable itself.
                at.local = None;
                at.within = None;
            }
            if step == 0 && super::lazy::is_of_iterator(name) && self.iterates_map(&at) {
                self.note_step(&steps, step, || Found::Standard);
                return self.map_iterator(at, name, args, range);
            }
            if self.is_guard_method(&at, name) {
                self.note_step(&steps, step, || Found::Guard);
                let at = if name == "with_upgraded" {
                    self.kept(at, None)
                } else {
                    self.moved(at)
                };
                let mut values = vec![at];
                values.extend(self.arguments(args, None));
                return self.guard_function(name, values, range);
            }
            if let Ty::Ext(path, _) = ty
                && let Some(lock) = self.program.locks.by_type(path)
                && let Some(method) = self.lock_method(lock, name)
            {
                let grounds = self.program.locks.grounds(path);
                self.blocking_lock(&at, path, name, range);
                self.note_step(&steps, step, || Found::lock(lock, path, name, grounds));
                return self.lock_call(at, lock, method, args, range, grounds);
            }
            if let Ty::Ext(path, _) = ty
                && let Some(operation) = self.program.locks.blocking.method(path, name)
            {
                self.note_step(&steps, step, || Found::Blocking);
                return self.blocking_method(at, operation, name, args, range);
            }
            let known = known::method(ty, name);
            // What a type outside has itself goes before the traits of the workspace.
            let callees = match known {
                Some(_) => Callees::default(),
                None => self.program.methods_on(ty, name, &self.scope),
            };
            if !callees.fns.is_empty() {
                self.note_step(&steps, step, || Found::Functions(callees.fns.clone()));
                return self.method_of_workspace(at, &callees, args, range);
            }
            if let Some(known) = known {
                self.note_step(&steps, step, || Found::Standard);
                return self.known_method(at, ty, known, name, args, generics);
            }
            if let Ty::Ext(path, _) = ty
                && let Some(given) = self.program.locks.blocking.gives(path, name)
            {
                let given = given.clone();
                self.note_outside(ty, || Found::OutsideMethod);
                let value = self.unresolved_method(at, name, args, range);
                return value.with_ty(given);
            }
            if let Ty::Adt(..) = ty
                && let Some(value) = self.implied_method(&at, name, args, range)
            {
                return value;
            }
            if let Ty::Adt(..) = ty
                && name == "clone"
            {
                // `#[derive(Clone)]`: what holds a lock can only share it.
                self.note_step(&steps, step, || Found::Standard);
                let place = at.place.clone();
                let value = self.kept(at, None);
                return Value {
                    place,
                    owned: true,
                    ..Value::of(value.ty)
                };
            }
        }
        self.note_miss(&at.ty, &steps);
        self.unresolved_method(at, name, args, range)
    }

    pub(super) fn lock_method(&self, lock: LockId, name: &str) -> Option<Method> {
        self.program.locks.lock(lock).methods.get(name).cloned()
    }

    pub(super) fn lock_call(
        &mut self,
        receiver: Value,
        lock: LockId,
        method: Method,
        args: &[ExprId],
        range: Range,
        grounds: Grounds,
    ) -> Value {
        let entry = self.program.locks.lock(lock);
        if entry.kind == Kind::Condvar {
            self.kept(receiver, None);
            let values = self.arguments(args, None);
            return self.wait(lock, &method, values, range, grounds);
        }
        let inner = receiver.ty.arg(entry.inner);
        let mut target = lock_ref(receiver.place.clone(), lock, &method);
        // A lock inside a fresh value is nobody else's.
        let borrows = self.kept(receiver, None).borrows;
        let mut runs = Vec::new();
        for &arg in args {
            let value = self.expr(arg, None);
            let value = self.moved(value);
            if target.key.is_none() {
                target.key.clone_from(&value.text);
            }
            let value = self.kept(value, None);
            if self.can_run(&method, &value) {
                runs.push(value);
            }
        }
        let acquisition = Acquisition {
            lock: target,
            method,
            range,
            inner,
            grounds,
            runs,
            borrows,
        };
        if acquisition.method.is_async {
            let ty = Ty::Future(Arc::new(guard_type(&acquisition)));
            return Value {
                pending: Pending::Acquire(Box::new(acquisition)),
                ..Value::of(ty)
            };
        }
        self.acquire(&acquisition)
    }

    /// Takes a lock: the event, and the guard where one comes out.
    pub(super) fn acquire(&mut self, acquisition: &Acquisition) -> Value {
        let Acquisition {
            lock,
            method,
            range,
            grounds,
            ..
        } = acquisition;
        let kind = self.program.locks.lock(lock.lock).kind;
        let event = (!method.is_try && kind != Kind::Reentrant).then(|| Happening::Acquire {
            lock: lock.clone(),
            mode: method.mode,
            grounds: *grounds,
            via: Vec::new(),
            guard: None,
        });
        if method.moment {
            if let Some(event) = event {
                self.record(event, *range);
            }
            self.initialises(lock.lock, lock.place.as_ref(), *range);
            return self.moment(acquisition);
        }
        let number = u32::try_from(self.facts.guards.len()).unwrap_or(u32::MAX);
        if let Some(mut event) = event {
            if let Happening::Acquire { guard, .. } = &mut event {
                *guard = Some(number);
            }
            self.record(event, *range);
        }
        let guard = self.new_guard(Guard {
            lock: lock.clone(),
            mode: method.mode,
            protects: acquisition.inner.clone(),
            birth: *range,
            via: Vec::new(),
            keeper: Keeper::Temporary,
            heads: self.heads.clone(),
            end: None,
            grounds: *grounds,
            optional: method.returns == Returns::Option || method.is_try,
            bound_by_head: false,
            awaited: false,
            cfg: self.cfg.clone(),
        });
        if method.is_try {
            self.tried.insert(guard);
        }
        Value {
            place: lock.place.clone(),
            guards: vec![guard],
            ..Value::of(guard_type(acquisition))
        }
    }

    pub(super) fn call(
        &mut self,
        id: ExprId,
        callee: ExprId,
        args: &[ExprId],
        holder: Option<u32>,
    ) -> Value {
        let range = self.range(id);
        if let ExprKind::Path(path) = self.kind(callee) {
            let is_local = matches!(path.segments.as_slice(), [only] if path.qself.is_none()
                && self.names.iter().any(|(name, _)| *name == only.name));
            if !is_local {
                return self.call_path(path, args, range, holder);
            }
        }
        let function = self.expr(callee, None);
        let function = self.kept(function, None);
        let (values, wavering) = self.telling_arguments(args);
        if let Some(closure) = function.closure {
            self.note_call(&function.ty, || Found::Closure);
            let outer = self.site;
            self.site = outer.or(Some(range));
            let value = self.closure_here(closure, &values);
            self.site = outer;
            self.drop_args(values, range.end);
            return value;
        }
        if !matches!(function.pending, Pending::None) {
            let value = self.call_made(function, range);
            self.drop_args(values, range.end);
            return value;
        }
        if let Ty::FnItem(found) = function.ty {
            let callees = Callees {
                fns: vec![(found, Grounds::Resolved)],
                subst: Subst::new(),
            };
            self.note_call(&function.ty, || Found::Functions(callees.fns.clone()));
            return self.invoke(&callees, values, range);
        }
        self.note_outside(&function.ty, || Found::value(function.param));
        if let Some(param) = function.param {
            let before = std::mem::replace(&mut self.wavering, wavering);
            self.record(Happening::CallParam(param), range);
            self.wavering = before;
        }
        self.foreign_call(range);
        let ty = match function.ty.peeled() {
            Ty::Callable(_, ret) => (**ret).clone(),
            Ty::Param(name) => {
                let bounds = self.scope.param(name).map(|param| param.bounds.clone());
                match bounds.map(|bounds| self.program.bounds(&bounds, &self.scope)) {
                    Some(Ty::Callable(_, ret)) => (*ret).clone(),
                    _ => Ty::Unknown,
                }
            }
            _ => Ty::Unknown,
        };
        self.drop_args(values, range.end);
        self.touch();
        Value::of(ty)
    }

    pub(super) fn arguments(&mut self, args: &[ExprId], holder: Option<u32>) -> Vec<Value> {
        let mut values = Vec::new();
        for &arg in args {
            let value = self.expr(arg, holder);
            values.push(self.moved(value));
        }
        values
    }

    pub(super) fn drop_args(&mut self, values: Vec<Value>, at: u32) {
        for value in values {
            for guard in value.guards {
                self.end(guard, at, super::Why::Moved);
            }
        }
    }

    pub(super) fn call_path(
        &mut self,
        path: &PathRef,
        args: &[ExprId],
        range: Range,
        holder: Option<u32>,
    ) -> Value {
        match self.program.resolve_value_path(self.scope.module, path) {
            Res::Def(Def::Fn(function)) => {
                self.note_call(&Ty::FnItem(function), || Found::function(function));
                let values = self.arguments(args, None);
                let mut callees = Callees {
                    fns: vec![(function, Grounds::Resolved)],
                    subst: Subst::new(),
                };
                self.turbofish(path, function, &mut callees.subst);
                self.invoke(&callees, values, range)
            }
            Res::Def(Def::Adt(adt) | Def::Variant(adt, _)) => {
                // A constructor: the value holds what it is given.
                self.note_call(&Ty::Unknown, || Found::Constructor(adt));
                let values = self.arguments(args, holder);
                let mut whole = Value::default();
                let def = self.program.adt(adt);
                let mut subst = Subst::new();
                let scope = crate::index::lower::TyScope {
                    module: def.module,
                    generics: vec![def.generics],
                    self_ty: None,
                    members: None,
                };
                let fields = self.program.fields(adt, None);
                for (at, (value, field)) in values
                    .into_iter()
                    .zip(fields.iter().map(Some).chain(std::iter::repeat(None)))
                    .enumerate()
                {
                    self.enter(&value, &at.to_string());
                    if let Some(field) = field {
                        let declared = self.program.lower(&field.ty, &scope);
                        unify(&declared, &value.ty, &mut subst);
                        Self::built(&mut whole, &field.name, &value);
                    }
                    super::expr::absorb(&mut whole, value);
                }
                let types = def
                    .generics
                    .iter()
                    .map(|param| subst.get(&param.name).cloned().unwrap_or_default())
                    .collect();
                whole.with_ty(Ty::Adt(adt, types))
            }
            // The type's arguments are written before the last segment.
            Res::External(_) if path.segments.iter().rev().skip(1).any(Segment::has_args) => {
                self.associated_call(path, args, range)
            }
            Res::External(found) => {
                self.note_outside(&Ty::Unknown, || Found::Outside(found.clone()));
                self.external_call(&found, args, range, holder)
            }
            _ => self.associated_call(path, args, range),
        }
    }

    /// `Type::function(…)`, `Self::function(…)`, `Trait::method(…)`.
    pub(super) fn associated_call(
        &mut self,
        path: &PathRef,
        args: &[ExprId],
        range: Range,
    ) -> Value {
        let Some(last) = path.segments.last() else {
            return Value::default();
        };
        let values = self.arguments(args, None);
        let (owner, mut callees) = self.associated(path, values.first());
        if let Ty::Ext(found, _) = &owner {
            let found = format!("{found}::{}", last.name);
            self.note_outside(&owner, || Found::Outside(found.as_str().into()));
            return self.external(&found, values, &owner, args, range);
        }
        // A guard type's associated function: `MutexGuard::map(g, |x| …)`.
        if let Ty::Guard(_) = &owner {
            self.note_call(&owner, || Found::Guard);
            return self.guard_function(&last.name, values, range);
        }
        if callees.fns.is_empty() {
            self.note_miss(&owner, std::slice::from_ref(&owner));
            let mut borrows = Vec::new();
            for value in &values {
                borrows.extend(value.borrows.iter().copied());
                if let Some(closure) = value.closure {
                    self.closure_apart(closure);
                }
            }
            self.drop_args(values, range.end);
            self.touch();
            // `Type::new(…)`, `Type::default()` by convention give the type.
            let constructs = last.name == "new" || last.name == "default";
            let ty = if constructs { owner } else { Ty::Unknown };
            return Value {
                borrows,
                ..Value::of(ty)
            };
        }
        self.note_call(&owner, || Found::Functions(callees.fns.clone()));
        if let Some((function, _)) = callees.fns.first() {
            self.turbofish(path, *function, &mut callees.subst);
        }
        self.invoke(&callees, values, range)
    }

    pub(super) fn method_of_workspace(
        &mut self,
        receiver: Value,
        callees: &Callees,
        args: &[ExprId],
        range: Range,
    ) -> Value {
        let by_value = callees.fns.first().is_some_and(|(id, _)| {
            let function = self.program.function(*id).function;
            matches!(
                function.and_then(|function| function.self_param.as_ref()),
                Some(crate::hir::SelfParam::Value | crate::hir::SelfParam::Typed(_))
            )
        });
        let receiver = if by_value {
            self.moved(receiver)
        } else {
            self.kept(
                Value {
                    local: None,
                    ..receiver
                },
                None,
            )
        };
        let mut values = vec![receiver];
        values.extend(self.arguments(args, None));
        self.invoke(callees, values, range)
    }
}

pub(super) fn is_unknown(value: &Value) -> bool {
    matches!(value.ty, Ty::Unknown) && value.guards.is_empty()
}
