//! Futures: what awaiting does.

use crate::hir::{ExprId, Range};
use crate::index::ty::Ty;

use super::Walker;
use super::call::PendingCall;
use super::facts::Happening;
use super::value::{Pending, Value};

impl Walker<'_, '_> {
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
    pub(super) fn awaited(&mut self, mut value: Value, range: Range) -> Value {
        self.force(&mut value);
        let range = match &value.pending {
            Pending::Acquire(acquisition) => Range {
                start: acquisition.range.start,
                end: range.end,
            },
            _ => range,
        };
        self.record(Happening::Await, range);
        for &guard in &value.guards {
            if let Some(found) = self.guard_mut(guard) {
                found.awaited = true;
            }
        }
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
                    // `RwLockUpgradableReadGuard::upgrade(g).await`.
                    Ty::Guard(_) => value.ty.clone(),
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
}
