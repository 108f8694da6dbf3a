//! Futures that a `select!` borrows: they stay where they are when another branch wins.

use crate::grounds::Grounds;
use crate::hir::{Branch, ExprId, ExprKind, Name, Range};
use crate::index::ty::Ty;

use super::Walker;
use super::facts::{Conditions, Dormant, Event, Happening, Polled, Thread};
use super::value::{Pending, Value};

impl Walker<'_, '_> {
    /// Notes the branches of a `select!` that only borrow a future of this body.
    pub(super) fn dormant(&mut self, branches: &[Branch], futures: &[Value]) {
        for (branch, future) in branches.iter().zip(futures) {
            let Some(name) = self.borrowed(branch.future) else {
                continue;
            };
            let Some(polled) = self.polled(&future.pending) else {
                continue;
            };
            if !self.may_scan() {
                return;
            }
            let others = branches
                .iter()
                .filter(|other| other.future != branch.future);
            let handlers: Vec<Range> = others
                .map(|other| self.range(other.handler))
                // A handler that names the future drops it, replaces it or polls it.
                .filter(|handler| !self.names(*handler, &name))
                .collect();
            if !handlers.is_empty() {
                self.facts.dormant.push(Dormant {
                    future: self.range(branch.future),
                    name,
                    polled,
                    handlers,
                });
            }
        }
    }

    /// The variable behind `&mut future`, `future.as_mut()`, or a pinned or fused `future`.
    fn borrowed(&self, id: ExprId) -> Option<Name> {
        let mut at = id;
        let mut is_borrowed = false;
        // Each step goes to a part of the expression before.
        loop {
            match self.kind(at) {
                ExprKind::Ref(inner) | ExprKind::Deref(inner) => {
                    is_borrowed = true;
                    at = *inner;
                }
                ExprKind::MethodCall { receiver, name, .. }
                    if matches!(name.as_str(), "as_mut" | "by_ref") =>
                {
                    is_borrowed = true;
                    at = *receiver;
                }
                ExprKind::Path(path) => {
                    let [only] = path.segments.as_slice() else {
                        return None;
                    };
                    let found = self.names.iter().rev().find(|(name, _)| *name == only.name);
                    let local = found.and_then(|&(_, local)| self.local(local))?;
                    // What `pin!` gives is a reference; and the `select!` that wants fused futures
                    // borrows those that are variables.
                    let by_nature = match &local.ty {
                        Ty::Ref(_) => true,
                        Ty::Ext(path, _) => path.ends_with("::Fuse"),
                        _ => false,
                    };
                    return (is_borrowed || by_nature).then(|| only.name.clone());
                }
                _ => return None,
            }
        }
    }

    /// What polling a future does, as an event of its own.
    fn polled(&self, pending: &Pending) -> Option<Polled> {
        let event = |what, range| {
            Polled::Event(Box::new(Event {
                what,
                range,
                held: Vec::new(),
                bodies: Vec::new(),
                cfg: self.cfg.clone(),
                detached: true,
                thread: Thread::Executor,
                only_if: Conditions::default(),
                site: None,
                grounds: Grounds::Resolved,
            }))
        };
        Some(match pending {
            Pending::None | Pending::Many(_) => return None,
            Pending::Block(block) => Polled::Block(self.range(*block)),
            Pending::Acquire(acquisition) => event(
                Happening::Acquire {
                    lock: acquisition.lock.clone(),
                    mode: acquisition.method.mode,
                    grounds: acquisition.grounds,
                    via: Vec::new(),
                    guard: None,
                },
                acquisition.range,
            ),
            Pending::Call(call) => event(
                Happening::Call {
                    callees: call.callees.fns.clone(),
                    args: call.args.iter().map(|arg| arg.place.clone()).collect(),
                    passed: Vec::new(),
                    told: Vec::new(),
                    lent: Vec::new(),
                },
                call.range,
            ),
        })
    }

    /// Whether anything in `range` is called `name`.
    fn names(&self, range: Range, name: &Name) -> bool {
        self.body.exprs.iter().any(|expr| {
            let is_inside = range.start <= expr.range.start && expr.range.end <= range.end;
            let only = |path: &crate::hir::PathRef| matches!(path.segments.as_slice(), [only] if only.name == *name);
            is_inside && matches!(&expr.kind, ExprKind::Path(path) if only(path))
        })
    }

    /// `tokio::pin!(future)`, `pin_mut!(future)`: from here on the variable is a reference.
    pub(super) fn pinned(&mut self, args: &[ExprId]) {
        for &arg in args {
            let ExprKind::Path(path) = self.kind(arg) else {
                continue;
            };
            let [only] = path.segments.as_slice() else {
                continue;
            };
            let found = self.names.iter().rev().find(|(name, _)| *name == only.name);
            if let Some(&(_, local)) = found
                && let Some(local) = self.local_mut(local)
                && !matches!(local.pending, Pending::None)
            {
                local.ty = std::mem::take(&mut local.ty).reference();
            }
        }
    }

    /// Methods that give the same future in another form.
    pub(super) fn same_future(&mut self, receiver: &Value, name: &str) -> Option<Value> {
        if matches!(receiver.pending, Pending::None) {
            return None;
        }
        match name {
            "as_mut" | "by_ref" => Some(Value {
                local: None,
                ..receiver.clone().with_ty(receiver.ty.clone().reference())
            }),
            "boxed" | "boxed_local" | "instrument" | "in_current_span" => {
                Some(self.moved(receiver.clone()))
            }
            "fuse" => {
                let value = self.moved(receiver.clone());
                let ty = Ty::ext1("futures::future::Fuse", value.ty.clone());
                Some(value.with_ty(ty))
            }
            _ => None,
        }
    }
}
