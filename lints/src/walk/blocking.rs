//! Operations in which the thread waits for something other than a lock, and on whose thread.

use crate::blocking::{OperationId, What};
use crate::hir::{ExprId, ExprKind, Name, Range};
use crate::index::ty::Ty;

use super::Walker;
use super::call::PendingCall;
use super::facts::{Happening, Thread};
use super::value::{Pending, Value};

/// How often one body is looked through for a name.
const SCANS: u32 = 256;

impl Walker<'_, '_> {
    /// Runs `walk` on another thread than what is around it.
    pub(super) fn on<R>(&mut self, thread: Thread, walk: impl FnOnce(&mut Self) -> R) -> R {
        let before = std::mem::replace(&mut self.thread, thread);
        let result = walk(self);
        self.thread = before;
        result
    }

    /// The thread waits: the event. Guards `taking_part` are those of futures and closures that run
    /// meanwhile.
    pub(super) fn blocks(
        &mut self,
        operation: OperationId,
        receiver: Option<&Value>,
        mut taking_part: Vec<u32>,
        range: Range,
    ) {
        if let Some(receiver) = receiver {
            taking_part.extend(receiver.borrows.iter().chain(&receiver.guards).copied());
        }
        taking_part.sort_unstable();
        taking_part.dedup();
        self.record(
            Happening::Block {
                operation,
                place: receiver.and_then(|receiver| receiver.place.clone()),
                of: receiver.map_or(Ty::Unknown, |receiver| receiver.ty.peeled().clone()),
                taking_part,
            },
            range,
        );
    }

    /// Taking a lock of type `path` by method `name` where that makes the thread wait for tasks.
    pub(super) fn blocking_lock(&mut self, lock: &Value, path: &str, name: &str, range: Range) {
        if let Some(operation) = self.program.locks.blocking.method(path, name) {
            self.blocks(operation, Some(lock), Vec::new(), range);
        }
    }

    /// A method that waits, on a receiver whose type says so.
    pub(super) fn blocking_method(
        &mut self,
        receiver: Value,
        operation: OperationId,
        name: &Name,
        args: &[ExprId],
        range: Range,
    ) -> Value {
        let shown = receiver.clone();
        if is_block_on(name) {
            self.kept(receiver, None);
            let values = self.arguments(args, None);
            let taking_part = self.taking_part(operation, args, &values);
            self.blocks(operation, Some(&shown), taking_part, range);
            let mut result = Value::default();
            for value in values {
                result = self.driven(value, range);
            }
            return result;
        }
        let taking_part = self.taking_part(operation, args, &[]);
        let result = self.unresolved_method(receiver, name, args, range);
        self.blocks(operation, Some(&shown), taking_part, range);
        result
    }

    /// `block_on(value)`: the thread drives the future to its end.
    pub(super) fn driven(&mut self, value: Value, range: Range) -> Value {
        let outside = std::mem::replace(
            &mut self.parked,
            u32::try_from(self.facts.guards.len()).unwrap_or(u32::MAX),
        );
        let mut value = value;
        let pending = std::mem::take(&mut value.pending);
        let result = self.on(Thread::Executor, |walker| match pending {
            Pending::Block(block) => {
                walker.replay += 1;
                let result = walker.async_body(block);
                walker.replay -= 1;
                walker.consumed(value, range.end);
                result
            }
            Pending::Many(_) => {
                value.pending = pending;
                walker.completed(value, range)
            }
            Pending::Call(call) => {
                let PendingCall {
                    callees,
                    args,
                    range,
                } = *call;
                walker.run(&callees, args, range)
            }
            Pending::Acquire(acquisition) => {
                let mut acquisition = *acquisition;
                acquisition.range = range;
                walker.acquire(&acquisition)
            }
            Pending::None => {
                walker.consumed(value, range.end);
                Value::default()
            }
        });
        self.parked = outside;
        result
    }

    /// Guards that a future or closure among `args` works with: what the thread drives or waits for.
    pub(super) fn taking_part(
        &mut self,
        operation: OperationId,
        args: &[ExprId],
        values: &[Value],
    ) -> Vec<u32> {
        let operation = self.program.locks.blocking.operation(operation);
        let runs_args = operation.is_some_and(|it| matches!(it.what, What::BlockOn | What::Join));
        if !runs_args || self.state.live.is_empty() {
            return Vec::new();
        }
        let mut guards = self.named_guards(args);
        guards.extend(
            values
                .iter()
                .flat_map(|value| value.borrows.iter().chain(&value.guards)),
        );
        guards
    }

    /// Guards that `args` name, also by what borrows from them.
    fn named_guards(&mut self, args: &[ExprId]) -> Vec<u32> {
        let mut guards = Vec::new();
        if !self.may_scan() {
            return guards;
        }
        for &arg in args {
            let range = self.range(arg);
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
                let Some(&(_, local)) = found else { continue };
                guards.extend(self.state.owned_by(super::state::Owner::Local(local)));
                guards.extend(
                    self.local(local)
                        .into_iter()
                        .flat_map(|local| &local.borrows),
                );
            }
        }
        guards
    }

    /// Whether the whole body may be looked through once more: not for each of its expressions.
    pub(super) fn may_scan(&mut self) -> bool {
        self.scans += 1;
        self.scans <= SCANS
    }

    /// Calling something that came from outside, where the policy wants to know of it.
    pub(super) fn foreign_call(&mut self, range: Range) {
        if let Some(operation) = self.program.locks.blocking.callback() {
            self.blocks(operation, None, Vec::new(), range);
        }
    }

    /// Iterating over `value` in the head at `range` waits for each item.
    pub(super) fn iterates(&mut self, value: &Value, range: Range) {
        for step in self.program.deref_steps(&value.ty) {
            if let Ty::Ext(path, _) = &step
                && let Some(operation) = self.program.locks.blocking.iteration(path)
            {
                let value = Value {
                    ty: step,
                    ..value.clone()
                };
                self.blocks(operation, Some(&value), Vec::new(), range);
                return;
            }
        }
    }
}

/// By convention: the thread drives its argument, a future, to its end.
pub(super) fn is_block_on(name: &str) -> bool {
    name == "block_on"
}
