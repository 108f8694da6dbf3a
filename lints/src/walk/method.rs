//! Methods of the standard library, and methods of receivers that are not known.

use crate::grounds::Grounds;
use crate::hir::{ExprId, Name, Range, TypeRef};
use crate::index::methods::Callees;
use crate::index::ty::{Subst, Ty};
use crate::locks::Kind;
use crate::locks::{Method, Mode, Returns, Shards, Vocabulary};

use super::Walker;
use super::adaptors;
use super::call::{Acquisition, is_unknown};
use super::collection::is_once;
use super::deferred::passes_future;
use super::facts::{LockRef, Step, Thread};
use super::known::{self, Flow};
use super::lazy::When;
use super::state::Owner;
use super::value::{Pending, Value};

impl Walker<'_, '_> {
    pub(super) fn known_method(
        &mut self,
        receiver: Value,
        ty: &Ty,
        known: known::Known,
        name: &str,
        args: &[ExprId],
        generics: &[TypeRef],
    ) -> Value {
        self.facts.asks_thread |=
            ty.is_ext("std::thread::LocalKey") && ty.arg(0).is_ext("std::cell::Cell");
        let shares = matches!(
            name,
            "clone" | "as_ref" | "as_mut" | "upgrade" | "unwrap" | "expect" | "cloned" | "copied"
        ) || name == "get" && self.is_cell(ty);
        let inside = receiver
            .place
            .as_ref()
            .filter(|_| known.is_element(ty))
            .and_then(|place| place.step(Step::Element));
        let mut receiver = receiver;
        let mut flow = known.flow();
        if name == "ok" && ty.arg(0) != Ty::Unknown && !self.program.holds_guard(&ty.arg(0)) {
            // Only the error held the guard.
            flow = Flow::Consume;
        }
        // `slot.take()` moves a guard out of its variable; `all.push(g)` moves one in.
        let home = receiver.local;
        let mut taken = Vec::new();
        if matches!(name, "take" | "pop" | "replace") {
            if let Some(local) = home {
                taken = self.state.owned_by(Owner::Local(local));
            } else if let Some((local, path)) = &receiver.within {
                taken = self.in_slot(*local, path, self.program.holds_guard(&receiver.ty));
                let path = path.clone();
                for &guard in &taken {
                    let slot = self.state.slot_of(guard).unwrap_or_default();
                    self.state.set_slot(guard, slot.below(&path));
                }
            }
        }
        let mut present = std::mem::take(&mut receiver.present);
        let present_before = present.clone();
        if matches!(name, "as_ref" | "as_mut" | "as_deref" | "as_deref_mut") {
            present.extend(receiver.guards.iter().copied());
            present.extend(self.held_as_option(&receiver));
        } else if matches!(name, "map" | "ok" | "map_err") {
            present.extend(receiver.guards.iter().copied());
        } else if !matches!(name, "cloned" | "copied") {
            present.clear();
        }
        match flow {
            Flow::Borrow => receiver = self.kept(receiver, None),
            Flow::Pass | Flow::IntoClosure | Flow::Consume => receiver = self.moved(receiver),
        }
        if super::lazy::consumes(name) {
            self.force(&mut receiver);
        }
        let mut kept = Value {
            lazy: std::mem::take(&mut receiver.lazy),
            ..Value::default()
        };
        if matches!(name, "unwrap" | "expect") {
            self.succeeded(&Value {
                present: present_before,
                guards: receiver.guards.clone(),
                ..Value::default()
            });
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
        fed.place = inside.clone().or_else(|| receiver.place.clone());
        fed.borrows.clone_from(&receiver.borrows);
        if flow == Flow::IntoClosure {
            fed.guards = std::mem::take(&mut receiver.guards);
        }
        let mut given: Option<Value> = None;
        let mut later: Option<Ty> = None;
        for &arg in args {
            let value = self.expr(arg, None);
            let value = self.moved(value);
            match (value.closure, &value.ty) {
                (Some(closure), _) if known.lazy => {
                    let ty = self.keep_closure(&mut kept, closure, fed.clone());
                    later = Some(ty);
                }
                (Some(closure), _) => {
                    // These run where there is no value, and then there is no guard.
                    let absent = matches!(name, "or_else" | "unwrap_or_else" | "ok_or_else")
                        && self.gives_nothing_on_failure(ty);
                    let guards = if absent { &receiver.guards[..] } else { &[] };
                    let without = self.state.without(guards);
                    let result = self.closure_here(closure, std::slice::from_ref(&fed));
                    self.state.live.extend(without);
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
                        fns: vec![(*function, Grounds::Resolved)],
                        subst: Subst::new(),
                    };
                    let passed = std::mem::take(&mut fed);
                    let range = self.range(arg);
                    given = Some(self.invoke(&callees, vec![passed], range));
                }
                _ if !value.guards.is_empty() && flow == Flow::Borrow => {
                    for guard in value.guards {
                        if let Some(local) = home {
                            self.state.set_owner(guard, Owner::Local(local));
                        } else {
                            let at = self.end_of(arg);
                            self.end(guard, at, super::Why::Stored);
                        }
                    }
                }
                _ => {
                    let mut value = value;
                    if super::lazy::consumes_argument(name) {
                        self.force(&mut value);
                    }
                    kept.lazy.append(&mut value.lazy);
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
        let closure_ty = given.as_ref().map(|value| value.ty.clone()).or(later);
        let mut result = Value::of(known.gives(ty, closure_ty));
        result.lazy = kept.lazy;
        if name == "collect"
            && let Some(first) = generics.first()
        {
            result.ty = self.program.lower(first, &self.scope).filled(&result.ty);
        }
        result.owned = known.owned;
        if !known.owned {
            result.borrows = receiver.borrows;
        }
        let once = is_once(ty, name);
        if let Some(inside) = inside {
            result.place = Some(inside);
        } else if shares || once || flow == Flow::Pass {
            result.place = receiver.place;
        }
        result.guards = receiver.guards;
        result.present = present;
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

    pub(super) fn unresolved_method(
        &mut self,
        receiver: Value,
        name: &Name,
        args: &[ExprId],
        range: Range,
    ) -> Value {
        if let Some(future) = self.same_future(&receiver, name) {
            for value in self.arguments(args, None) {
                self.consumed(value, range.end);
            }
            return future;
        }
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
        if name.starts_with("force_unlock") {
            // The raw lock is released under a guard that is alive.
            let held = |guard: &u32| {
                let guard = self.guard(*guard);
                guard.is_some_and(|guard| guard.lock.place == receiver.place)
            };
            let live: Vec<u32> = self.state.live.iter().map(|live| live.guard).collect();
            for guard in live.into_iter().filter(held).collect::<Vec<_>>() {
                self.end(guard, range.end, super::Why::Moved);
            }
            return Value::default();
        }
        if !matches!(receiver.pending, Pending::None) && passes_future(name) {
            let values = self.arguments(args, None);
            self.drop_args(values, range.end);
            return self.moved(receiver);
        }
        // The last type of the receiver says whether it is known at all.
        let unknown = matches!(receiver.ty, Ty::Unknown);
        if unknown
            && args.is_empty()
            && let Some(mode) = guessed_mode(name)
            && self.program.krate(self.scope.module).names_locks
            && receiver.place.is_some()
        {
            self.note_guess(mode);
            return self.guessed(receiver, mode, range);
        }
        let guards_from = receiver.guards.clone();
        // An entry of a locked map ends where it is removed, and its guard goes on where it is
        // filled.
        let entry = self
            .state
            .live
            .iter()
            .find(|live| {
                receiver
                    .local
                    .is_some_and(|local| live.owner == Owner::Local(local))
            })
            .and_then(|live| self.guard(live.guard))
            .is_some_and(|guard| self.program.locks.lock(guard.lock.lock).kind == Kind::Map);
        if entry
            && matches!(
                name.as_str(),
                "insert" | "remove" | "remove_entry" | "insert_entry"
            )
        {
            let receiver = self.moved(receiver);
            for &arg in args {
                let value = self.expr(arg, None);
                self.kept(value, None);
            }
            if name.starts_with("insert") {
                return Value {
                    ty: Ty::Unknown,
                    place: None,
                    ..receiver
                };
            }
            self.drop_args(vec![receiver], range.end);
            return Value::default();
        }
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
        let mut receiver = receiver;
        if super::lazy::consumes(name) || super::lazy::is_of_option(name) {
            self.force(&mut receiver);
            if !passes {
                receiver = self.kept(receiver, None);
            }
        }
        let mut kept = Value {
            lazy: std::mem::take(&mut receiver.lazy),
            ..Value::default()
        };
        let mut borrows = receiver.borrows.clone();
        let mut closures = Vec::new();
        for &arg in args {
            let value = self.expr(arg, None);
            let mut value = self.moved(value);
            if super::lazy::consumes_argument(name) {
                self.force(&mut value);
            }
            kept.lazy.append(&mut value.lazy);
            borrows.extend(value.borrows.iter().copied());
            closures.extend(value.closure);
            // Guards given to something unknown end there.
            let at = self.end_of(arg);
            self.consumed(value, at);
        }
        for closure in closures {
            if !adaptors::is_adaptor(name) {
                self.closure_apart(closure);
                continue;
            }
            match self.when(name, closure) {
                // On whose thread somebody else's method runs it is not known (`par_iter`).
                When::Now => {
                    self.on(Thread::Free, |walker| walker.closure_here(closure, &[]));
                }
                When::Perhaps => {
                    self.guess += 1;
                    self.on(Thread::Free, |walker| walker.closure_here(closure, &[]));
                    self.guess -= 1;
                }
                When::Later => {
                    self.keep_closure(&mut kept, closure, Value::default());
                }
            }
        }
        self.touch();
        let mut value = Value {
            lazy: kept.lazy,
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
    pub(super) fn guessed(&mut self, receiver: Value, mode: Mode, range: Range) -> Value {
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
                shards: Shards::One,
                key: None,
            },
            method,
            range,
            inner: Ty::Unknown,
            grounds: Grounds::UnknownReceiver,
            runs: Vec::new(),
            borrows: Vec::new(),
        };
        let value = self.acquire(&acquisition);
        Value {
            ty: Ty::Unknown,
            ..value
        }
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
