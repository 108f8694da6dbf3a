//! Functions outside of the workspace, and those of guard types.

use std::sync::Arc;

use crate::hir::{ExprId, ExprKind, Range};
use crate::index::ty::Ty;
use crate::locks::Kind;

use super::Walker;
use super::adaptors;
use super::blocking::is_block_on;
use super::call::{Acquisition, lock_ref};
use super::deferred::joins_futures;
use super::expr::absorb;
use super::facts::{Place, Root, Thread};
use super::moment::guard_type;
use super::value::{Pending, Value};

impl Walker<'_, '_> {
    pub(super) fn external_call(
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
    pub(super) fn external(
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
                    if let Some(place) = &value.place {
                        self.dropped(&value.ty, place, range);
                    }
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
            "std::io::stdout" | "std::io::stderr" => return Value::of(Ty::ext(path)),
            "std::clone::Clone::clone" | "std::borrow::ToOwned::to_owned" => {
                let value = first(&mut values);
                let (ty, place) = (value.ty.peeled().clone(), value.place.clone());
                self.kept(value, None);
                return Value {
                    place,
                    owned: true,
                    ..Value::of(ty)
                };
            }
            "std::boxed::Box::leak" => {
                // Never dropped: what it holds is held from here on.
                let value = first(&mut values);
                let ty = value.ty.arg(0).reference();
                return Value {
                    place: value.place,
                    borrows: value.guards,
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
                let grounds = self.program.locks.grounds(base);
                if self.program.locks.lock(lock).kind == Kind::Condvar {
                    self.kept(receiver, None);
                    return self.wait(lock, &method, values, range, grounds);
                }
                for step in self.program.deref_steps(&receiver.ty.clone()) {
                    if step.is_ext(base) {
                        receiver.ty = step;
                        break;
                    }
                }
                let inner = receiver.ty.arg(self.program.locks.lock(lock).inner);
                let target = lock_ref(receiver.place.clone(), lock, &method);
                self.blocking_lock(&receiver, base, name, range);
                let borrows = self.kept(receiver, None).borrows;
                let runs = values
                    .iter()
                    .filter(|value| self.can_run(&method, value))
                    .cloned()
                    .collect();
                self.drop_args(values, range.end);
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
                return self.acquire(&acquisition);
            }
            if self.lock_method(lock, "*").is_some() {
                if name == "new" {
                    return self.new_lazy(base, values, range);
                }
                self.drop_args(values, range.end);
                return Value::default();
            }
            // Whether a semaphore is a lock is told by the number of its permits.
            let one = format!("{base}(1)");
            if matches!(name, "new" | "const_new")
                && self.program.locks.by_type(&one).is_some()
                && args
                    .first()
                    .is_some_and(|&arg| matches!(self.kind(arg), ExprKind::One))
            {
                return Value {
                    owned: true,
                    ..Value::of(Ty::ext(&one))
                };
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
            return self.guard_function(name, values, range);
        }
        if self.program.locks.transparent(path).is_some() {
            // `AssertUnwindSafe(x)`.
            let value = first(&mut values);
            let ty = Ty::ext1(path, value.ty.clone());
            return value.with_ty(ty);
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
                "default" => Value {
                    owned: true,
                    ..Value::of(owner.clone())
                },
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
        if joins_futures(path) {
            let mut whole = Value::default();
            for value in values {
                absorb(&mut whole, value);
            }
            return whole;
        }
        if path == "tokio::runtime::Handle::try_current" {
            // From here on the function knows whether it may block.
            self.thread = Thread::Free;
        }
        let operation = self.program.locks.blocking.function(path);
        if let Some(operation) = operation {
            let receiver = values.first().filter(|_| !is_block_on(name)).cloned();
            let taking_part = self.taking_part(operation, args, &values);
            self.blocks(operation, receiver.as_ref(), taking_part, range);
        }
        let here = adaptors::calls_closure(path);
        let may_block = path == "tokio::task::block_in_place";
        let mut borrows = Vec::new();
        let mut given = None;
        for (mut value, &arg) in values.into_iter().zip(args) {
            if super::lazy::consumes_argument(name) {
                self.force(&mut value);
            }
            borrows.extend(value.borrows.iter().copied());
            if let Some(closure) = value.closure {
                if here {
                    let thread = if may_block { Thread::Free } else { self.thread };
                    given = Some(self.on(thread, |walker| walker.closure_here(closure, &[])));
                } else {
                    self.closure_apart(closure);
                }
            }
            if is_block_on(name) {
                given = Some(self.driven(value, range));
                continue;
            }
            let at = self.end_of(arg);
            self.consumed(value, at);
        }
        self.touch();
        if let Some(given) = given {
            return given;
        }
        if let Some(given) = self.program.locks.blocking.gives(base, name) {
            return Value {
                borrows,
                owned: true,
                ..Value::of(given.clone())
            };
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
}
