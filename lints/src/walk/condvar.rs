//! Condition variables: waiting releases one guard, and holds on to the others.

use crate::grounds::Grounds;
use crate::hir::Range;
use crate::index::ty::Ty;
use crate::locks::{LockId, Method, Mode, Returns};

use super::Walker;
use super::call::lock_ref;
use super::facts::{Happening, Place, Root};
use super::state::{Live, Owner};
use super::value::Value;

impl Walker<'_, '_> {
    /// `wait(guard, …)` by value gives the guard back; `wait(&mut guard, …)` leaves it where it is.
    /// Meanwhile it is released; closures that are given check the condition under it.
    pub(super) fn wait(
        &mut self,
        lock: LockId,
        method: &Method,
        args: Vec<Value>,
        range: Range,
        grounds: Grounds,
    ) -> Value {
        let mut rest = args.into_iter();
        let Some(guard) = rest.next() else {
            return Value::default();
        };
        let rest: Vec<Value> = rest.collect();
        let mut released = guard.guards.clone();
        if released.is_empty() {
            released.extend(guard.borrows.iter().copied());
        }
        let before: Vec<Live> = self.state.live.clone();
        self.state
            .live
            .retain(|live| !released.contains(&live.guard));
        // Which mutex is released is what callers must know to tell it from the others.
        let place = guard
            .place
            .clone()
            .filter(|place| !matches!(place.root, Root::Local(_)))
            .unwrap_or_else(Place::unknown);
        self.record(
            Happening::Acquire {
                lock: lock_ref(Some(place), lock, method),
                mode: Mode::Wait,
                grounds,
                via: Vec::new(),
                guard: None,
            },
            range,
        );
        self.state.live = before;
        for value in &rest {
            let Some(closure) = value.closure else {
                continue;
            };
            let protected = self
                .program
                .deref(guard.ty.peeled())
                .unwrap_or_default()
                .reference();
            let fed = Value {
                place: guard.place.as_ref().and_then(|place| place.field("*")),
                borrows: released.clone(),
                ..Value::of(protected)
            };
            self.closure_here(closure, &[fed]);
        }
        self.drop_args(rest, range.end);
        if matches!(guard.ty, Ty::Ref(_)) {
            // The result says whether time was up.
            return Value {
                owned: true,
                ..Value::default()
            };
        }
        for &guard in &guard.guards {
            self.state.set_owner(guard, Owner::Flight);
        }
        let ty = match method.returns {
            Returns::Result => result(guard.ty.clone()),
            Returns::ResultPair => result(Ty::Tuple([guard.ty.clone(), Ty::Unknown].into())),
            _ => guard.ty.clone(),
        };
        guard.with_ty(ty)
    }
}

/// What `LockResult` is for the vocabulary.
fn result(ty: Ty) -> Ty {
    Ty::Ext(
        "std::result::Result".into(),
        [ty.clone(), Ty::ext1("std::sync::PoisonError", ty)].into(),
    )
}
