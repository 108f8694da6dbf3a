//! Futures: what awaiting does.

use crate::hir::{ExprId, Range};

use super::Walker;
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
        self.completed(value, range)
    }
}
