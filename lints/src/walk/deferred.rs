//! Functions whose work is done by what they give back: a future that is awaited, a closure that is
//! called.

use crate::hir::Range;
use crate::index::ty::Ty;

use super::Walker;
use super::value::{Pending, Value};

impl Walker<'_, '_> {
    /// A function that is not `async` gives back a future or a closure of its own: what that does
    /// is what the function does, once its callers await or call the result.
    pub(super) fn deferred(&mut self, value: Value) -> Value {
        let is_async = self
            .program
            .function(self.id)
            .function
            .is_none_or(|function| function.is_async);
        if is_async || self.detached > 0 || !self.inlining.is_empty() || self.state.unreachable {
            return value;
        }
        if !matches!(value.pending, Pending::None) {
            self.facts.summary.deferred = true;
            let at = self.body.expr(self.body.root).range;
            return self.completed(value, at);
        }
        // What the function itself does happens earlier: only a plain maker is followed.
        if let (Some(closure), true) = (value.closure, self.facts.events.is_empty()) {
            self.facts.summary.deferred = true;
            return self.closure_here(closure, &[]);
        }
        value
    }

    /// What the future in `value` does when it runs to its end.
    pub(super) fn completed(&mut self, value: Value, range: Range) -> Value {
        match value.pending {
            Pending::Acquire(acquisition) => {
                let mut acquisition = *acquisition;
                acquisition.range = Range {
                    start: acquisition.range.start,
                    end: range.end.max(acquisition.range.end),
                };
                let mut taken = self.acquire(&acquisition);
                taken.borrows.extend(value.borrows);
                taken
            }
            Pending::Call(call) => self.run(&call.callees, call.args, call.range),
            Pending::Block(block) => {
                self.replay += 1;
                let result = self.async_body(block);
                self.replay -= 1;
                result
            }
            Pending::Many(all) => {
                for pending in all {
                    let one = Value {
                        pending,
                        ..Value::default()
                    };
                    let one = self.completed(one, range);
                    self.kept(one, None);
                }
                Value::default()
            }
            Pending::None => {
                let ty = output(&value.ty);
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

    /// Calls what a maker of closures gave back.
    pub(super) fn call_made(&mut self, made: Value, range: Range) -> Value {
        let outer = self.site;
        self.site = outer.or(Some(range));
        let value = self.completed(made, range);
        self.site = outer;
        value
    }
}

/// What awaiting, or calling, a value of the type gives.
pub(super) fn output(ty: &Ty) -> Ty {
    let mut ty = ty.peeled().clone();
    for _ in 0..3 {
        ty = match &ty {
            // `RwLockUpgradableReadGuard::upgrade(g).await`.
            Ty::Guard(_) => return ty,
            Ty::Future(output) | Ty::Callable(_, output) => return (**output).clone(),
            Ty::Ext(path, _) if path.ends_with("Pin") || path.ends_with("Box") => ty.arg(0),
            _ => return Ty::Unknown,
        };
    }
    Ty::Unknown
}

/// Methods of futures that give the same future in another form.
pub(super) fn passes_future(name: &str) -> bool {
    matches!(
        name,
        "boxed"
            | "boxed_local"
            | "fuse"
            | "instrument"
            | "in_current_span"
            | "or_current"
            | "with_subscriber"
            | "with_current_subscriber"
            | "into_future"
            | "shared"
    )
}

/// Functions outside that await all futures among their arguments.
pub(super) fn joins_futures(path: &str) -> bool {
    let (base, name) = path.rsplit_once("::").unwrap_or(("", path));
    base.ends_with("future")
        && matches!(
            name,
            "join"
                | "join3"
                | "join4"
                | "join5"
                | "join_all"
                | "try_join"
                | "try_join3"
                | "try_join4"
                | "try_join5"
                | "try_join_all"
        )
}
