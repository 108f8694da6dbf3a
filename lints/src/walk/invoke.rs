//! Calls of functions of the workspace: the event, closures that run in them, what comes back.

use crate::grounds::Grounds;
use crate::hir::{PathRef, Range};
use crate::index::FnId;
use crate::index::methods::Callees;
use crate::index::ty::{Subst, Ty, unify};

use super::call::PendingCall;
use super::deferred::output;
use super::facts::{
    Guard, Happening, Keeper, Link, LockRef, Passed, Place, ReturnedGuard, Slot, Summary, Why,
};
use super::state::{Live, Owner};
use super::value::{Pending, Value};
use super::{Walker, weaker};

impl Walker<'_, '_> {
    /// Calls workspace functions with `args` (receiver first). An async one gives a future.
    pub(super) fn invoke(&mut self, callees: &Callees, args: Vec<Value>, range: Range) -> Value {
        let Some(&(first, _)) = callees.fns.first() else {
            return Value::default();
        };
        if self.is_deferred(first) {
            let mut callees = callees.clone();
            self.infer(&mut callees, &args);
            let ty = self.program.return_type(first, &callees.subst);
            let mut whole = Value::default();
            for value in &args {
                whole.guards.extend(value.guards.iter().copied());
                whole.borrows.extend(value.borrows.iter().copied());
            }
            // A future among the arguments is not followed into the callee.
            let mut args = args;
            for value in &mut args {
                value.pending = Pending::None;
            }
            let call = PendingCall {
                callees,
                args,
                range,
            };
            return Value {
                pending: Pending::Call(Box::new(call)),
                ty,
                ..whole
            };
        }
        self.run(callees, args, range)
    }

    /// How sure a call of several functions is.
    pub(super) fn least(callees: &Callees) -> Grounds {
        callees
            .fns
            .iter()
            .fold(Grounds::Resolved, |least, (_, found)| weaker(least, *found))
    }

    /// Whether what `function` does happens when its result is awaited or called.
    fn is_deferred(&self, function: FnId) -> bool {
        let def = self.program.function(function).function;
        def.is_some_and(|def| def.is_async)
            || self
                .summaries
                .get(function.at())
                .is_some_and(|summary| summary.deferred)
    }

    /// Explicit type arguments of the last segment.
    pub(super) fn turbofish(&self, path: &PathRef, function: FnId, subst: &mut Subst) {
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

    /// Binds the callee's type parameters by the types of the arguments.
    fn infer(&self, callees: &mut Callees, args: &[Value]) {
        let Some(&(first, _)) = callees.fns.first() else {
            return;
        };
        for (declared, value) in self.program.param_types(first).iter().zip(args) {
            unify(declared.peeled(), value.ty.peeled(), &mut callees.subst);
        }
    }

    /// The call itself.
    pub(super) fn run(&mut self, callees: &Callees, args: Vec<Value>, range: Range) -> Value {
        let Some(&(first, _)) = callees.fns.first() else {
            return Value::default();
        };
        let mut callees = callees.clone();
        self.infer(&mut callees, &args);
        let places: Vec<Option<Place>> = args.iter().map(|value| self.object(value)).collect();
        // Guards that are moved into the call end somewhere in it.
        let passed: Vec<Passed> = (0_u32..)
            .zip(&args)
            .flat_map(|(param, value)| value.guards.iter().map(move |&guard| (param, guard)))
            .map(|(param, guard)| Passed {
                param,
                guard,
                slot: self.state.slot_of(guard).unwrap_or_default(),
            })
            .collect();
        let moved = |live: &Live| {
            let is_passed = passed.iter().any(|passed| passed.guard == live.guard);
            is_passed && live.owner == Owner::Flight
        };
        let (saved, stay): (Vec<Live>, Vec<Live>) = std::mem::take(&mut self.state.live)
            .into_iter()
            .partition(moved);
        self.state.live = stay;
        let lent = self.lent(first, &args);
        self.record(
            Happening::Call {
                callees: callees.fns.clone(),
                args: places.clone(),
                passed: passed.clone(),
                told: Self::told(&args),
                lent,
            },
            range,
        );
        self.state.live.extend(saved);
        let mut result = Value::of(self.program.return_type(first, &callees.subst));
        if self.is_deferred(first) {
            result.ty = output(&result.ty);
        }
        let summaries = self.summaries;
        let summary = summaries.get(first.at()).cloned().unwrap_or_default();
        let mut args = args;
        for value in &mut args {
            // A callee is given an iterator to use it.
            self.perhaps_force(value);
        }
        self.run_closures(&callees, &args, &places, range);
        let holds = self.program.holds_guard(&result.ty);
        for (param, value) in (0_u32..).zip(args) {
            result.borrows.extend(value.borrows.iter().copied());
            let mut comes_back = false;
            for guard in value.guards {
                let from = passed
                    .iter()
                    .find(|passed| passed.guard == guard && passed.param == param)
                    .map(|passed| passed.slot.clone())
                    .unwrap_or_default();
                match returned_to(&summary, param, &from, holds) {
                    Some(to) => {
                        comes_back = true;
                        self.state.set_slot(guard, to);
                        result.guards.push(guard);
                    }
                    None => self.end(guard, range.end, Why::Moved),
                }
            }
            if comes_back && result.place.is_none() {
                result.place = value.place;
            }
        }
        let grounds = Self::least(&callees);
        for returned in &summary.guards {
            if let Some(guard) = self.received(returned, &places, range, first, grounds) {
                result.guards.push(guard);
                if result.place.is_none() && summary.parts.is_empty() {
                    result.place = self.guard(guard).and_then(|guard| guard.lock.place.clone());
                }
            }
        }
        if result.place.is_none()
            && let Some(place) = &summary.place
        {
            let place = place.subst(&places);
            result.place = place.map(|place| self.facts.canonical(place));
        }
        if result.place.is_none() {
            let parts = summary.parts.iter();
            result.parts = parts
                .filter_map(|(path, place)| Some((path.clone(), place.subst(&places)?)))
                .collect();
        }
        if !matches!(result.ty, Ty::Ref(_) | Ty::Unknown | Ty::Bounds(_))
            && super::expr::is_primitive(&result.ty)
        {
            result.owned = true;
            result.borrows.clear();
        }
        if matches!(result.ty, Ty::Never) {
            self.state.unreachable = true;
        }
        result
    }

    /// Guards of which an `Option` among the arguments tells the callee that they are held.
    fn lent(&self, callee: FnId, args: &[Value]) -> Vec<u32> {
        let is_option = |ty: &Ty| ty.peeled().is_ext("std::option::Option");
        let mut lent = Vec::new();
        for (declared, value) in self.program.param_types(callee).iter().zip(args) {
            if is_option(declared) || is_option(&value.ty) {
                lent.extend(value.borrows.iter().chain(&value.guards).copied());
            }
        }
        lent.sort_unstable();
        lent.dedup();
        lent
    }

    /// A guard that a callee handed back: it was acquired in the call.
    fn received(
        &mut self,
        returned: &ReturnedGuard,
        places: &[Option<Place>],
        range: Range,
        callee: FnId,
        grounds: Grounds,
    ) -> Option<u32> {
        let mut lock = in_own_terms(&returned.lock, places)?;
        lock.place = lock.place.map(|place| self.facts.canonical(place));
        let mut via = vec![Link {
            function: self.id,
            file: self.program.function(self.id).file,
            range,
            callee: Some(callee),
        }];
        via.extend(returned.via.iter().cloned());
        via.truncate(24);
        let grounds = weaker(grounds, returned.grounds);
        let number = u32::try_from(self.facts.guards.len()).unwrap_or(u32::MAX);
        // The acquisition itself is part of the callee's summary: no event of its own, or it would
        // count twice.
        let guard = self.new_guard(Guard {
            lock,
            mode: returned.mode,
            protects: returned.protects.clone(),
            birth: range,
            via,
            keeper: Keeper::Temporary,
            heads: self.heads.clone(),
            end: None,
            grounds,
            optional: returned.optional,
            bound_by_head: false,
            awaited: false,
            cfg: self.cfg.clone(),
        });
        debug_assert_eq!(guard, number);
        self.state.set_slot(guard, returned.slot.clone());
        Some(guard)
    }

    /// Closures among the arguments: run here, under the callee's locks, where it calls them.
    fn run_closures(
        &mut self,
        callees: &Callees,
        args: &[Value],
        places: &[Option<Place>],
        range: Range,
    ) {
        let Some(&(first, _)) = callees.fns.first() else {
            return;
        };
        let summaries = self.summaries;
        let calls = summaries
            .get(first.at())
            .map(|summary| summary.closures.clone());
        let calls = calls.unwrap_or_default();
        let types = self.program.param_types(first);
        let scope = self.program.scope_of(self.program.function(first));
        for (at, value) in args.iter().enumerate() {
            let call = calls
                .iter()
                .find(|call| usize::try_from(call.param) == Ok(at));
            let own_param = value.param;
            let named = match value.ty.peeled() {
                Ty::FnItem(named) => Some(*named),
                _ => None,
            };
            let runs = value.closure.is_some() || own_param.is_some() || named.is_some();
            let (Some(call), true) = (call, runs) else {
                if let Some(closure) = value.closure {
                    self.closure_apart(closure);
                }
                continue;
            };
            let mut held = Vec::new();
            for returned in &call.held {
                let grounds = Self::least(callees);
                if let Some(guard) = self.received(returned, places, range, first, grounds) {
                    self.state.set_owner(guard, Owner::Callee);
                    if let Some(found) = self.guard_mut(guard) {
                        found.keeper = Keeper::Callee(first);
                    }
                    held.push(guard);
                }
            }
            if let Some(param) = own_param {
                // Our parameter is called by the callee: our callers must know.
                self.record(Happening::CallParam(param), range);
            }
            if let Some(named) = named {
                // A function of the workspace, with arguments that only the callee knows.
                self.record(
                    Happening::Call {
                        callees: vec![(named, Grounds::Resolved)],
                        args: Vec::new(),
                        passed: Vec::new(),
                        told: Vec::new(),
                        lent: Vec::new(),
                    },
                    range,
                );
            }
            if let Some(closure) = value.closure {
                let fed = match types.get(at).map(Ty::peeled) {
                    Some(Ty::Callable(params, _)) => params.to_vec(),
                    Some(Ty::Param(name)) => {
                        let bounds = scope.param(name).map(|param| param.bounds.as_slice());
                        match self.program.bounds(bounds.unwrap_or_default(), &scope) {
                            Ty::Callable(params, _) => params.to_vec(),
                            _ => Vec::new(),
                        }
                    }
                    _ => Vec::new(),
                };
                let fed: Vec<Value> = fed
                    .iter()
                    .map(|ty| Value::of(ty.subst(&callees.subst, true)))
                    .collect();
                let thread = self.thread.max(call.thread);
                self.on(thread, |walker| walker.closure_here(closure, &fed));
            }
            for guard in held {
                self.end(guard, range.end, Why::Moved);
            }
        }
    }
}

/// Where in the result the guard at `from` of argument `param` comes back; `None` where it does not.
/// `holds` says whether the result's type can hold one.
fn returned_to(summary: &Summary, param: u32, from: &Slot, holds: bool) -> Option<Slot> {
    let mut to: Option<Slot> = None;
    for back in &summary.returns_params {
        if back.param == param && back.from.meets(from) {
            let slot = if from.is_below(&back.from) {
                back.to.joined(&from.below(&back.from))
            } else {
                back.to.clone()
            };
            to = Some(to.map_or(slot.clone(), |to| to.common(&slot)));
        }
    }
    // Where the callee's body was followed it has told; elsewhere the type of the result tells.
    let told = summary.guard_params.contains(&param)
        && !(summary.returns_params.is_empty() && summary.guards.is_empty());
    to.or_else(|| (holds && !told).then(Slot::default))
}

/// A callee's lock in this function's terms.
fn in_own_terms(lock: &LockRef, places: &[Option<Place>]) -> Option<LockRef> {
    let place = lock.place.as_ref()?.subst(places)?;
    Some(LockRef {
        place: Some(place),
        ..lock.clone()
    })
}
