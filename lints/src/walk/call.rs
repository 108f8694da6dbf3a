//! Calls and acquisitions: what an expression takes, runs and gives.

use std::sync::Arc;

use rules::Certainty;

use crate::hir::{ExprId, ExprKind, Name, PathRef, Range, TypeRef};
use crate::index::FnId;
use crate::index::methods::Callees;
use crate::index::names::{Def, Res};
use crate::index::ty::{Subst, Ty, unify};
use crate::locks::{Kind, LockId, Method, Mode, Returns, Shards, Vocabulary};

use super::facts::{Guard, Happening, Keeper, LockRef, Place, Root};
use super::known::{self, Flow};
use super::state::Owner;
use super::value::{Pending, Value};
use super::{Walker, weaker};

/// A lock about to be taken.
#[derive(Debug, Clone)]
pub(super) struct Acquisition {
    pub(super) lock: LockRef,
    pub(super) method: Method,
    pub(super) range: Range,
    /// What the guard dereferences to.
    pub(super) inner: Ty,
    pub(super) certainty: Certainty,
}

/// An async function whose future has not been awaited.
#[derive(Debug, Clone)]
pub(super) struct PendingCall {
    pub(super) callees: Callees,
    pub(super) args: Vec<Value>,
    pub(super) range: Range,
}

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
        let steps = self.program.deref_steps(&at.ty);
        for (step, ty) in steps.iter().enumerate() {
            if step > 0 {
                at.place = if matches!(at.ty, Ty::Guard(_)) {
                    at.place.as_ref().and_then(|place| place.field("*"))
                } else {
                    self.deref_place(&at)
                };
                if matches!(at.ty, Ty::Guard(_)) || step == 1 {
                    // A dereference goes through a place: a temporary keeps the guard.
                    let dereferenced = at.ty.clone();
                    if self.takes_by_place(&dereferenced) {
                        at = self.kept(at, None);
                    }
                }
                at.ty = ty.clone();
            }
            if let Ty::Guard(_) = ty
                && matches!(
                    name.as_str(),
                    "downgrade" | "upgrade" | "downgrade_to_upgradable" | "map" | "try_map"
                )
            {
                let at = self.moved(at);
                let mut values = vec![at];
                values.extend(self.arguments(args, None));
                return self.guard_function(name, values, range);
            }
            if let Ty::Ext(path, _) = ty
                && let Some(lock) = self.program.locks.by_type(path)
                && let Some(method) = self.lock_method(lock, name)
            {
                let certainty = self.program.locks.certainty(path);
                return self.lock_call(at, lock, method, args, range, certainty);
            }
            let callees = self.program.methods_on(ty, name, &self.scope);
            if !callees.fns.is_empty() {
                return self.method_of_workspace(at, callees, args, range);
            }
            if let Some(known) = known::method(ty, name) {
                return self.known_method(at, ty, known, name, args, generics);
            }
            if let Ty::Adt(..) = ty
                && name == "clone"
            {
                // `#[derive(Clone)]`: what holds a lock can only share it.
                let place = at.place.clone();
                let value = self.kept(at, None);
                return Value {
                    place,
                    owned: true,
                    ..Value::of(value.ty)
                };
            }
        }
        self.unresolved_method(at, name, args, range)
    }

    /// Whether dereferencing a value of the type borrows it.
    fn takes_by_place(&self, ty: &Ty) -> bool {
        !matches!(ty, Ty::Ref(_))
    }

    fn lock_method(&self, lock: LockId, name: &str) -> Option<Method> {
        self.program.locks.lock(lock).methods.get(name).cloned()
    }

    /// The names by which a lock's place is known.
    fn lock_ref(&self, place: Option<Place>, lock: LockId, method: &Method) -> LockRef {
        LockRef {
            place,
            lock,
            class: None,
            shards: method.shards,
            key: None,
        }
    }

    fn lock_call(
        &mut self,
        receiver: Value,
        lock: LockId,
        method: Method,
        args: &[ExprId],
        range: Range,
        certainty: Certainty,
    ) -> Value {
        let inner = receiver.ty.arg(self.program.locks.lock(lock).inner);
        let mut target = self.lock_ref(receiver.place.clone(), lock, &method);
        // A lock inside a fresh value is nobody else's.
        self.kept(receiver, None);
        let mut closures = Vec::new();
        for &arg in args {
            let value = self.expr(arg, None);
            let value = self.moved(value);
            if target.key.is_none() {
                target.key = value.text.clone();
            }
            closures.extend(value.closure);
            self.kept(value, None);
        }
        let acquisition = Acquisition {
            lock: target,
            method,
            range,
            inner,
            certainty,
        };
        if acquisition.method.is_async {
            let ty = Ty::Future(Arc::new(guard_type(&acquisition)));
            return Value {
                pending: Pending::Acquire(Box::new(acquisition)),
                ..Value::of(ty)
            };
        }
        let value = self.acquire(&acquisition);
        for closure in closures {
            self.closure_here(closure, &[]);
        }
        value
    }

    /// Takes a lock: the event, and the guard where one comes out.
    pub(super) fn acquire(&mut self, acquisition: &Acquisition) -> Value {
        let Acquisition {
            lock,
            method,
            range,
            certainty,
            ..
        } = acquisition;
        let kind = self.program.locks.lock(lock.lock).kind;
        let event = (!method.is_try && kind != Kind::Reentrant).then(|| Happening::Acquire {
            lock: lock.clone(),
            mode: method.mode,
            certainty: *certainty,
            via: Vec::new(),
            guard: None,
        });
        if method.moment {
            if let Some(event) = event {
                self.record(event, *range);
            }
            return Value {
                owned: true,
                ..Value::of(Ty::Unknown)
            };
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
            birth: *range,
            via: Vec::new(),
            keeper: Keeper::Temporary,
            heads: self.heads.clone(),
            end: None,
            certainty: *certainty,
            optional: method.returns == Returns::Option || method.is_try,
            bound_by_head: false,
            cfg: self.cfg.clone(),
        });
        Value {
            place: lock.place.clone(),
            guards: vec![guard],
            ..Value::of(guard_type(acquisition))
        }
    }

    fn known_method(
        &mut self,
        receiver: Value,
        ty: &Ty,
        known: known::Known,
        name: &str,
        args: &[ExprId],
        generics: &[TypeRef],
    ) -> Value {
        let shares = matches!(
            name,
            "clone" | "as_ref" | "as_mut" | "upgrade" | "unwrap" | "expect"
        );
        let mut receiver = receiver;
        let flow = known.flow();
        // `slot.take()` moves a guard out of its variable; `all.push(g)` moves one in.
        let home = receiver.local;
        let mut taken = Vec::new();
        if let (true, Some(local)) = (matches!(name, "take" | "pop" | "replace"), home) {
            taken = self.state.owned_by(Owner::Local(local));
        }
        match flow {
            Flow::Borrow => receiver = self.kept(receiver, None),
            Flow::Pass | Flow::IntoClosure | Flow::Consume => receiver = self.moved(receiver),
        }
        if matches!(name, "unwrap" | "expect" | "ok_or" | "unwrap_or_else") {
            for guard in receiver.guards.clone() {
                if let Some(found) = self.guard_mut(guard) {
                    found.optional = false;
                }
            }
        }
        // The receiver's guards go into the closure, or come back.
        let mut fed = Value::of(known.feeds(ty));
        fed.place = receiver.place.clone();
        fed.borrows = receiver.borrows.clone();
        if flow == Flow::IntoClosure {
            fed.guards = std::mem::take(&mut receiver.guards);
        }
        let mut given: Option<Value> = None;
        for &arg in args {
            let value = self.expr(arg, None);
            let value = self.moved(value);
            match (value.closure, &value.ty) {
                (Some(closure), _) => {
                    let result = self.closure_here(closure, std::slice::from_ref(&fed));
                    fed.guards = Vec::new();
                    self.kept(
                        Value {
                            closure: None,
                            ..value
                        },
                        None,
                    );
                    given = Some(result);
                }
                (None, Ty::FnItem(function)) if flow == Flow::IntoClosure || !is_unknown(&fed) => {
                    let callees = Callees {
                        fns: vec![(*function, Certainty::Proven)],
                        subst: Subst::new(),
                    };
                    let passed = std::mem::take(&mut fed);
                    let range = self.range(arg);
                    given = Some(self.invoke(&callees, vec![passed], range));
                }
                _ if !value.guards.is_empty() && flow == Flow::Borrow => {
                    for guard in value.guards {
                        match home {
                            Some(local) => self.state.set_owner(guard, Owner::Local(local)),
                            None => {
                                let at = self.end_of(arg);
                                self.end(guard, at, super::Why::Stored);
                            }
                        }
                    }
                }
                _ => {
                    self.kept(value, None);
                }
            }
        }
        let at = args.last().map_or(0, |&arg| self.end_of(arg));
        for guard in std::mem::take(&mut fed.guards) {
            // `.map(drop)`, `.map(f)` of something unknown.
            self.end(
                guard,
                at.max(self.guard(guard).map_or(0, |guard| guard.birth.end)),
                super::Why::Moved,
            );
        }
        if flow == Flow::Consume {
            let at = self
                .guard(receiver.guards.first().copied().unwrap_or(u32::MAX))
                .map_or(0, |guard| guard.birth.end);
            for guard in std::mem::take(&mut receiver.guards) {
                self.end(guard, at, super::Why::Moved);
            }
        }
        let closure_ty = given.as_ref().map(|value| value.ty.clone());
        let mut result = Value::of(known.gives(ty, closure_ty));
        if name == "collect"
            && let Some(first) = generics.first()
        {
            result.ty = self.program.lower(first, &self.scope);
        }
        result.owned = known.owned;
        if !known.owned {
            result.borrows = receiver.borrows;
        }
        if shares || flow == Flow::Pass {
            result.place = receiver.place;
        }
        result.guards = receiver.guards;
        for guard in taken {
            self.state.set_owner(guard, Owner::Flight);
            result.guards.push(guard);
        }
        if let Some(given) = given {
            let into = flow == Flow::IntoClosure;
            if into || !given.guards.is_empty() {
                result.guards.extend(given.guards);
                if into {
                    result.borrows.extend(given.borrows);
                    result.owned = given.owned;
                    result.place = given.place;
                }
            }
        }
        result
    }

    fn unresolved_method(
        &mut self,
        receiver: Value,
        name: &Name,
        args: &[ExprId],
        range: Range,
    ) -> Value {
        if matches!(
            name.as_str(),
            "clone" | "as_ref" | "as_mut" | "borrow" | "deref" | "to_owned"
        ) && args.is_empty()
            && !(name == "borrow" && matches!(receiver.ty, Ty::Unknown))
        {
            let (ty, place) = (receiver.ty.clone(), receiver.place.clone());
            let receiver = self.kept(receiver, None);
            let owned = matches!(name.as_str(), "clone" | "to_owned");
            let borrows = if owned { Vec::new() } else { receiver.borrows };
            return Value {
                place,
                borrows,
                owned,
                ..Value::of(ty)
            };
        }
        // The last type of the receiver says whether it is known at all.
        let unknown = matches!(receiver.ty, Ty::Unknown);
        if unknown {
            self.facts.unresolved += 1;
        }
        if unknown
            && args.is_empty()
            && let Some(mode) = guessed_mode(name)
            && self.program.krate(self.scope.module).names_locks
            && receiver.place.is_some()
        {
            return self.guessed(receiver, mode, range);
        }
        let guards_from = receiver.guards.clone();
        let passes = matches!(
            name.as_str(),
            "unwrap"
                | "expect"
                | "unwrap_or_else"
                | "map_err"
                | "ok"
                | "into_inner"
                | "unwrap_or_default"
                | "context"
                | "with_context"
        );
        let receiver = if passes {
            self.moved(receiver)
        } else {
            self.kept(receiver, None)
        };
        let mut borrows = receiver.borrows.clone();
        let mut closures = Vec::new();
        for &arg in args {
            let value = self.expr(arg, None);
            let value = self.moved(value);
            borrows.extend(value.borrows.iter().copied());
            closures.extend(value.closure);
            // Guards given to something unknown end there.
            let at = self.end_of(arg);
            self.consumed(value, at);
        }
        for closure in closures {
            if known::is_adaptor(name) {
                self.closure_here(closure, &[]);
            } else {
                self.closure_apart(closure);
            }
        }
        self.touch();
        let mut value = Value {
            borrows,
            ..Value::default()
        };
        if passes {
            value.guards = guards_from
                .into_iter()
                .filter(|&guard| self.state.owner_of(guard).is_some())
                .collect();
            value.place = receiver.place;
            for &guard in &value.guards {
                self.state.set_owner(guard, Owner::Flight);
            }
        }
        if matches!(
            name.as_str(),
            "is_some"
                | "is_none"
                | "is_ok"
                | "is_err"
                | "is_empty"
                | "len"
                | "contains_key"
                | "contains"
                | "to_string"
                | "cloned"
                | "copied"
        ) {
            value.owned = true;
            value.borrows.clear();
        }
        value
    }

    /// An unresolved `lock()`, `read()`, …: a lock by its name only.
    fn guessed(&mut self, receiver: Value, mode: Mode, range: Range) -> Value {
        let place = receiver.place.clone();
        self.kept(receiver, None);
        let method = Method {
            mode,
            is_try: false,
            is_async: false,
            moment: false,
            returns: Returns::Guard,
            shards: Shards::One,
        };
        let acquisition = Acquisition {
            lock: LockRef {
                place,
                lock: Vocabulary::UNKNOWN,
                class: None,
                shards: Shards::One,
                key: None,
            },
            method,
            range,
            inner: Ty::Unknown,
            certainty: Certainty::Possible,
        };
        let value = self.acquire(&acquisition);
        Value {
            ty: Ty::Unknown,
            ..value
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
        let values = self.arguments(args, None);
        if let Some(closure) = function.closure {
            let value = self.closure_here(closure, &values);
            self.drop_args(values, range.end);
            return value;
        }
        if let Ty::FnItem(found) = function.ty {
            let callees = Callees {
                fns: vec![(found, Certainty::Proven)],
                subst: Subst::new(),
            };
            return self.invoke(&callees, values, range);
        }
        if let Some(param) = function.param {
            self.record(Happening::CallParam(param), range);
        }
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

    fn arguments(&mut self, args: &[ExprId], holder: Option<u32>) -> Vec<Value> {
        let mut values = Vec::new();
        for &arg in args {
            let value = self.expr(arg, holder);
            values.push(self.moved(value));
        }
        values
    }

    fn drop_args(&mut self, values: Vec<Value>, at: u32) {
        for value in values {
            for guard in value.guards {
                self.end(guard, at, super::Why::Moved);
            }
        }
    }

    fn call_path(
        &mut self,
        path: &PathRef,
        args: &[ExprId],
        range: Range,
        holder: Option<u32>,
    ) -> Value {
        match self.program.resolve_value_path(self.scope.module, path) {
            Res::Def(Def::Fn(function)) => {
                let values = self.arguments(args, None);
                let mut callees = Callees {
                    fns: vec![(function, Certainty::Proven)],
                    subst: Subst::new(),
                };
                self.turbofish(path, function, &mut callees.subst);
                self.invoke(&callees, values, range)
            }
            Res::Def(Def::Adt(adt) | Def::Variant(adt, _)) => {
                // A constructor: the value holds what it is given.
                let values = self.arguments(args, holder);
                let mut whole = Value::default();
                let def = self.program.adt(adt);
                let mut subst = Subst::new();
                let scope = crate::index::names::TyScope {
                    module: def.module,
                    generics: vec![def.generics],
                    self_ty: None,
                    members: None,
                };
                let fields = self.program.fields(adt, None);
                for (value, field) in values
                    .into_iter()
                    .zip(fields.iter().map(Some).chain(std::iter::repeat(None)))
                {
                    if let Some(field) = field {
                        let declared = self.program.lower(&field.ty, &scope);
                        unify(&declared, &value.ty, &mut subst);
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
            Res::External(found) => self.external_call(&found, args, range, holder),
            _ => self.associated_call(path, args, range),
        }
    }

    /// Explicit type arguments of the last segment.
    fn turbofish(&self, path: &PathRef, function: FnId, subst: &mut Subst) {
        let Some(def) = self.program.function(function).function else {
            return;
        };
        let Some(last) = path.segments.last() else {
            return;
        };
        for (param, ty) in def.generics.iter().zip(&last.args) {
            subst.insert(param.name.clone(), self.program.lower(ty, &self.scope));
        }
    }

    /// `Type::function(…)`, `Self::function(…)`, `Trait::method(…)`.
    fn associated_call(&mut self, path: &PathRef, args: &[ExprId], range: Range) -> Value {
        let Some((last, before)) = path.segments.split_last() else {
            return Value::default();
        };
        let owner = match (&path.qself, before) {
            (Some(qself), _) => self.program.lower(qself, &self.scope),
            (None, []) => Ty::Unknown,
            (None, segments) => self.program.lower(
                &TypeRef::Path(PathRef {
                    qself: None,
                    segments: segments.to_vec(),
                }),
                &self.scope,
            ),
        };
        let values = self.arguments(args, None);
        if let Ty::Ext(found, _) = &owner {
            let found = format!("{found}::{}", last.name);
            return self.external(&found, values, &owner, args, range);
        }
        // A guard type's associated function: `MutexGuard::map(g, |x| …)`.
        if let Ty::Guard(_) = &owner {
            return self.guard_function(&last.name, values, range);
        }
        let mut callees = self.program.methods_on(&owner, &last.name, &self.scope);
        if callees.fns.is_empty()
            && let Ty::Bounds(_) = owner
            && let Some(first) = values.first()
        {
            // `Trait::method(receiver)`.
            for step in self.program.deref_steps(&first.ty) {
                callees = self.program.methods_on(&step, &last.name, &self.scope);
                if !callees.fns.is_empty() {
                    break;
                }
            }
        }
        if callees.fns.is_empty() {
            self.facts.unresolved += u32::from(matches!(owner, Ty::Unknown));
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
        if let Some((function, _)) = callees.fns.first() {
            self.turbofish(path, *function, &mut callees.subst);
        }
        self.invoke(&callees, values, range)
    }

    fn method_of_workspace(
        &mut self,
        receiver: Value,
        callees: Callees,
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
        self.invoke(&callees, values, range)
    }

    fn external_call(
        &mut self,
        path: &str,
        args: &[ExprId],
        range: Range,
        holder: Option<u32>,
    ) -> Value {
        let wraps = matches!(
            path,
            "std::option::Option::Some" | "std::result::Result::Ok" | "std::result::Result::Err"
        );
        let values = self.arguments(args, if wraps { holder } else { None });
        self.external(path, values, &Ty::Unknown, args, range)
    }

    /// A function outside, by canonical path.
    fn external(
        &mut self,
        path: &str,
        mut values: Vec<Value>,
        owner: &Ty,
        args: &[ExprId],
        range: Range,
    ) -> Value {
        let first = |values: &mut Vec<Value>| {
            if values.is_empty() {
                Value::default()
            } else {
                values.remove(0)
            }
        };
        let unit = || Value {
            owned: true,
            ..Value::of(Ty::Tuple(Arc::new([])))
        };
        let (base, name) = path.rsplit_once("::").unwrap_or(("", path));
        match path {
            "std::option::Option::Some" => {
                let value = first(&mut values);
                let ty = Ty::ext1("std::option::Option", value.ty.clone());
                return value.with_ty(ty);
            }
            "std::result::Result::Ok" => {
                let value = first(&mut values);
                let ty = Ty::Ext(
                    "std::result::Result".into(),
                    Arc::new([value.ty.clone(), Ty::Unknown]),
                );
                return value.with_ty(ty);
            }
            "std::result::Result::Err" => {
                let value = first(&mut values);
                let ty = Ty::Ext(
                    "std::result::Result".into(),
                    Arc::new([Ty::Unknown, value.ty.clone()]),
                );
                return value.with_ty(ty);
            }
            "std::mem::drop" | "std::mem::forget" => {
                let value = first(&mut values);
                if name == "drop" {
                    self.drop_args(vec![value], range.end);
                } else {
                    // Never unlocked: alive to the end of the function.
                    let _ = value;
                }
                return unit();
            }
            "std::mem::take" | "std::mem::replace" => {
                let value = first(&mut values);
                self.drop_args(values, range.end);
                let ty = value.ty.peeled().clone();
                return Value {
                    owned: true,
                    ..Value::of(ty)
                };
            }
            "std::io::stdin" => {
                return Value {
                    place: Some(Place::root(Root::Ext(path.into()))),
                    owned: true,
                    ..Value::of(Ty::ext("std::io::Stdin"))
                };
            }
            "std::process::exit"
            | "std::process::abort"
            | "std::panic::panic_any"
            | "std::unreachable_unchecked" => {
                self.drop_args(values, range.end);
                self.state.unreachable = true;
                return Value::of(Ty::Never);
            }
            _ => {}
        }
        // `Mutex::lock(&m)`.
        if let Some(lock) = self.program.locks.by_type(base) {
            if let Some(method) = self.lock_method(lock, name) {
                let mut receiver = first(&mut values);
                for step in self.program.deref_steps(&receiver.ty.clone()) {
                    if step.is_ext(base) {
                        receiver.ty = step;
                        break;
                    }
                }
                let inner = receiver.ty.arg(self.program.locks.lock(lock).inner);
                let target = self.lock_ref(receiver.place.clone(), lock, &method);
                self.kept(receiver, None);
                self.drop_args(values, range.end);
                let acquisition = Acquisition {
                    lock: target,
                    method,
                    range,
                    inner,
                    certainty: self.program.locks.certainty(base),
                };
                if acquisition.method.is_async {
                    let ty = Ty::Future(Arc::new(guard_type(&acquisition)));
                    return Value {
                        pending: Pending::Acquire(Box::new(acquisition)),
                        ..Value::of(ty)
                    };
                }
                return self.acquire(&acquisition);
            }
            let content = values
                .first()
                .map(|value| value.ty.clone())
                .unwrap_or_default();
            self.drop_args(values, range.end);
            let ty = match owner {
                Ty::Ext(_, args) if !args.is_empty() => owner.clone(),
                _ => Ty::ext1(base, content),
            };
            return Value {
                owned: true,
                ..Value::of(ty)
            };
        }
        if self.program.locks.guard(base).is_some() {
            return self.guard_function(&name.into(), values, range);
        }
        // Wrappers: `Arc::new(x)`, `Arc::clone(&x)`, `Box::pin(f)`.
        if self.program.locks.transparent(base).is_some() {
            let value = first(&mut values);
            self.drop_args(values, range.end);
            return match name {
                "clone" | "as_ref" | "downgrade" => {
                    let ty = value.ty.peeled().clone();
                    let ty = if name == "downgrade" {
                        Ty::ext1("std::sync::Weak", ty.arg(0))
                    } else {
                        ty
                    };
                    let place = value.place.clone();
                    self.kept(value, None);
                    Value {
                        place,
                        owned: true,
                        ..Value::of(ty)
                    }
                }
                "new" | "pin" | "from" | "force" => {
                    if let Some(closure) = value.closure {
                        self.closure_apart(closure);
                    }
                    let ty = Ty::ext1(base, value.ty.clone());
                    let ty = if name == "force" {
                        value.ty.clone()
                    } else {
                        ty
                    };
                    value.with_ty(ty)
                }
                _ => {
                    self.drop_args(vec![value], range.end);
                    Value::default()
                }
            };
        }
        let here = known::calls_closure(path);
        let mut borrows = Vec::new();
        let mut given = None;
        for (value, &arg) in values.into_iter().zip(args) {
            borrows.extend(value.borrows.iter().copied());
            if let Some(closure) = value.closure {
                if here {
                    given = Some(self.closure_here(closure, &[]));
                } else {
                    self.closure_apart(closure);
                }
            }
            if let (true, Pending::Block(block)) = (is_block_on(name), &value.pending) {
                self.replay += 1;
                let block = *block;
                given = Some(self.async_body(block));
                self.replay -= 1;
            }
            let at = self.end_of(arg);
            self.consumed(value, at);
        }
        self.touch();
        if let Some(given) = given {
            return given;
        }
        let constructs = matches!(name, "new" | "default" | "with_capacity" | "from");
        let ty = match owner {
            Ty::Ext(..) if constructs => owner.clone(),
            _ if constructs && base.contains("::") => Ty::ext(base),
            _ => Ty::Unknown,
        };
        Value {
            borrows,
            owned: constructs,
            ..Value::of(ty)
        }
    }

    /// `MutexGuard::map(g, …)` and its kin: the guard comes back, unless it is for unlocking.
    fn guard_function(&mut self, name: &Name, mut values: Vec<Value>, range: Range) -> Value {
        if values.is_empty() {
            return Value::default();
        }
        let first = values.remove(0);
        let closures: Vec<ExprId> = values.iter().filter_map(|value| value.closure).collect();
        self.drop_args(values, range.end);
        match name.as_str() {
            "unlocked" | "unlocked_fair" | "bump" | "unlock_fair" => {
                let target = first.borrows.clone();
                let saved = self.state.clone();
                for guard in target {
                    self.state.remove(guard);
                }
                for closure in closures {
                    self.closure_here(closure, &[]);
                }
                if name == "unlock_fair" {
                    self.drop_args(vec![first], range.end);
                } else {
                    self.state = saved;
                }
                Value::default()
            }
            "rwlock" | "mutex" | "clone" => {
                let place = first.place.clone();
                Value {
                    place,
                    ..Value::default()
                }
            }
            "downgrade" | "downgrade_to_upgradable" | "upgrade" => {
                let mode = match name.as_str() {
                    "downgrade" => Mode::Shared,
                    "upgrade" => Mode::Exclusive,
                    _ => Mode::Upgradable,
                };
                // From here on it is held in another way: another guard of the same birth.
                let mut changed = first;
                for guard in std::mem::take(&mut changed.guards) {
                    let Some(before) = self.guard(guard).cloned() else {
                        continue;
                    };
                    self.end(guard, range.end, super::Why::Moved);
                    changed.guards.push(self.new_guard(Guard {
                        mode,
                        end: None,
                        ..before
                    }));
                }
                changed
            }
            _ => {
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
                    let given = self.closure_here(closure, &[fed]);
                    let _ = given;
                }
                Value {
                    ty: Ty::Guard(Arc::new(Ty::Unknown)),
                    place: None,
                    ..first
                }
            }
        }
    }

    pub(super) fn await_(&mut self, inner: ExprId, keyword: Range) -> Value {
        let value = self.expr(inner, None);
        let value = self.moved(value);
        let range = self.range(inner);
        self.awaited(
            value,
            Range {
                start: range.start,
                end: keyword.end,
            },
        )
    }

    /// What awaiting `value` does and gives.
    pub(super) fn awaited(&mut self, value: Value, range: Range) -> Value {
        let range = match &value.pending {
            Pending::Acquire(acquisition) => Range {
                start: acquisition.range.start,
                end: range.end,
            },
            _ => range,
        };
        self.record(Happening::Await, range);
        match value.pending {
            Pending::Acquire(acquisition) => {
                let mut acquisition = *acquisition;
                acquisition.range = range;
                let mut taken = self.acquire(&acquisition);
                taken.borrows.extend(value.borrows);
                taken
            }
            Pending::Call(call) => {
                let PendingCall {
                    callees,
                    args,
                    range: at,
                } = *call;
                self.run(&callees, args, at)
            }
            Pending::Block(block) => {
                self.replay += 1;
                let result = self.async_body(block);
                self.replay -= 1;
                result
            }
            Pending::None => {
                let ty = match value.ty.peeled() {
                    Ty::Future(ty) => (**ty).clone(),
                    Ty::Ext(path, _) if path.ends_with("Pin") || path.ends_with("Box") => {
                        match value.ty.arg(0) {
                            Ty::Future(ty) => (*ty).clone(),
                            inner => match inner.arg(0) {
                                Ty::Future(ty) => (*ty).clone(),
                                _ => Ty::Unknown,
                            },
                        }
                    }
                    _ => Ty::Unknown,
                };
                Value {
                    ty,
                    pending: Pending::None,
                    place: None,
                    local: None,
                    ..value
                }
            }
        }
    }

    /// How sure a call of several functions is.
    pub(super) fn least(callees: &Callees) -> Certainty {
        callees
            .fns
            .iter()
            .fold(Certainty::Proven, |least, (_, found)| weaker(least, *found))
    }
}

/// The type of what an acquisition gives.
fn guard_type(acquisition: &Acquisition) -> Ty {
    let guard = Ty::Guard(Arc::new(acquisition.inner.clone()));
    match acquisition.method.returns {
        Returns::Guard => guard,
        Returns::Option => Ty::ext1("std::option::Option", guard),
        Returns::Result => Ty::Ext(
            "std::result::Result".into(),
            Arc::new([guard.clone(), Ty::ext1("std::sync::PoisonError", guard)]),
        ),
        Returns::Value => Ty::Unknown,
    }
}

/// The mode that the name of an unresolved method suggests.
fn guessed_mode(name: &str) -> Option<Mode> {
    match name {
        "lock" | "write" | "borrow_mut" => Some(Mode::Exclusive),
        "read" | "borrow" => Some(Mode::Shared),
        _ => None,
    }
}

fn is_block_on(name: &str) -> bool {
    name == "block_on"
}

fn is_unknown(value: &Value) -> bool {
    matches!(value.ty, Ty::Unknown) && value.guards.is_empty()
}
