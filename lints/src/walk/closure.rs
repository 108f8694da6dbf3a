//! Closures, async blocks and `select!`: bodies that run now, later or elsewhere.

use std::sync::Arc;

use crate::hir::{BlockKind, Branch, ExprId, ExprKind, Name};
use crate::index::ty::Ty;

use super::facts::{Happening, Head, Thread, Why};
use super::state::Owner;
use super::value::{Pending, Value};
use super::{Local, Walker};

impl Walker<'_, '_> {
    /// An async block: a future; its body runs when it is awaited, or somewhere else.
    pub(super) fn async_block(&mut self, id: ExprId) -> Value {
        self.captured(id);
        if self.replay == 0 {
            self.apart(|walker| {
                walker.async_body(id);
            });
        }
        Value {
            owned: true,
            pending: Pending::Block(id),
            ..Value::of(Ty::Future(Arc::new(Ty::Unknown)))
        }
    }

    /// Runs the body of async block `id` here.
    pub(super) fn async_body(&mut self, id: ExprId) -> Value {
        let ExprKind::Block {
            kind: BlockKind::Async,
            label,
            stmts,
            tail,
        } = self.kind(id)
        else {
            return Value::default();
        };
        let returned = self.returned.take();
        self.open();
        let value = self.on(Thread::Executor, |walker| {
            walker.block(id, label.as_ref(), stmts, *tail, None)
        });
        self.close(self.end_of(id), Why::Function);
        self.state.unreachable = false;
        self.returned = returned;
        value
    }

    /// A closure: a value; its body runs when it is called.
    pub(super) fn closure(&mut self, id: ExprId) -> Value {
        let ExprKind::Closure { is_move, .. } = self.kind(id) else {
            return Value::default();
        };
        self.captured(id);
        let mut value = Value {
            owned: true,
            closure: Some(id),
            ..Value::default()
        };
        if *is_move {
            // Guards that it mentions move into it.
            for guard in self.mentioned(id) {
                self.state.set_owner(guard, Owner::Flight);
                value.guards.push(guard);
            }
        }
        value
    }

    /// Guards kept by variables that closure `id` names.
    pub(super) fn mentioned(&self, id: ExprId) -> Vec<u32> {
        let mut guards = Vec::new();
        for local in self.named_in(id) {
            for guard in self.state.owned_by(Owner::Local(local)) {
                if !guards.contains(&guard) {
                    guards.push(guard);
                }
            }
        }
        guards
    }

    /// Variables that closure or block `id` names.
    pub(super) fn named_in(&self, id: ExprId) -> Vec<u32> {
        let range = self.range(id);
        let mut locals = Vec::new();
        for expr in &self.body.exprs {
            let ExprKind::Path(path) = &expr.kind else {
                continue;
            };
            let [only] = path.segments.as_slice() else {
                continue;
            };
            if expr.range.start < range.start || expr.range.end > range.end {
                continue;
            }
            let found = self.names.iter().rev().find(|(name, _)| *name == only.name);
            if let Some(&(_, local)) = found
                && !locals.contains(&local)
            {
                locals.push(local);
            }
        }
        locals
    }

    /// Walks closure `id` as something that runs at another time.
    pub(super) fn closure_apart(&mut self, id: ExprId) {
        if self.replay == 0 && !self.inlining.contains(&id) {
            self.inlining.push(id);
            self.apart(|walker| {
                walker.closure_body(id, &[]);
            });
            self.inlining.pop();
        }
    }

    /// Runs the body of closure `id` here, with `args` for its parameters.
    pub(super) fn closure_here(&mut self, id: ExprId, args: &[Value]) -> Value {
        if self.inlining.contains(&id) || self.inlining.len() > 6 {
            return Value::default();
        }
        self.inlining.push(id);
        let value = self.closure_body(id, args);
        self.inlining.pop();
        value
    }

    pub(super) fn closure_body(&mut self, id: ExprId, args: &[Value]) -> Value {
        let ExprKind::Closure {
            params,
            body,
            is_async,
            ..
        } = self.kind(id)
        else {
            return Value::default();
        };
        let returned = self.returned.take();
        let loops = std::mem::take(&mut self.loops);
        let mark = self.mark();
        let mut kept: Vec<u32> = Vec::new();
        for (at, (pat, ty)) in params.iter().enumerate() {
            let mut value = args.get(at).cloned().unwrap_or_default();
            let annotated = self.program.lower(ty, &self.scope);
            if annotated != Ty::Unknown {
                value.ty = annotated;
            }
            kept.extend(value.guards.iter().copied());
            self.bind(*pat, value, true);
        }
        // What no parameter took over ends with the call all the same.
        let hidden = u32::try_from(mark.1).unwrap_or(u32::MAX);
        for guard in kept {
            if self.state.owner_of(guard) == Some(Owner::Flight) {
                self.state.set_owner(guard, Owner::Local(hidden));
            }
        }
        self.open();
        let thread = if *is_async {
            Thread::Executor
        } else {
            self.thread
        };
        let value = self.on(thread, |walker| walker.expr(*body, None));
        let mut value = self.moved(value);
        let unreachable = std::mem::take(&mut self.state.unreachable);
        self.close(self.end_of(*body), Why::Function);
        if let Some(other) = self.returned.take() {
            value = if unreachable {
                other
            } else {
                value.join(other)
            };
        }
        self.drop_locals(mark, self.end_of(*body), Why::Function);
        self.returned = returned;
        self.loops = loops;
        value.local = None;
        if *is_async {
            value.ty = Ty::Future(Arc::new(value.ty));
        }
        value
    }

    pub(super) fn select(&mut self, id: ExprId, branches: &[Branch], els: Option<ExprId>) -> Value {
        let mut futures = Vec::new();
        for branch in branches {
            if let Some(condition) = branch.precondition {
                self.operand(condition);
            }
            // A future's expression ends its temporaries before the first poll.
            self.open();
            let value = self.expr(branch.future, None);
            let value = self.moved(value);
            self.close(self.end_of(branch.future), Why::Macro);
            futures.push(value);
        }
        self.record(Happening::Await, self.range(id));
        self.dormant(branches, &futures);
        let before = self.state.clone();
        let mut paths = Vec::new();
        for (branch, future) in branches.iter().zip(futures) {
            self.state = before.clone();
            let mark = self.mark();
            let construct = self.construct(Head::Match, self.range(branch.future), self.range(id));
            self.heads.push(construct);
            let output = self.awaited(future, self.range(branch.future));
            self.heads.pop();
            // A branch's output lives through its handler, even with `_ =`.
            let hidden = self.new_local(Name::new_static("<output>"), Local::default());
            let guards = output.guards.clone();
            let mut output = self.kept(output, Some(hidden));
            output.guards = guards;
            self.bodies.push(construct);
            self.bind_head(construct, branch.pat, output, true);
            let value = self.branch(branch.handler, None);
            self.bodies.pop();
            self.drop_locals(mark, self.end_of(branch.handler), Why::Arm);
            paths.push((value, std::mem::take(&mut self.state)));
        }
        if let Some(els) = els {
            self.state = before;
            let value = self.branch(els, None);
            paths.push((value, std::mem::take(&mut self.state)));
        }
        if paths.is_empty() {
            return Value::default();
        }
        self.meet(paths)
    }
}
