//! Operators, assignments and macros.

use std::sync::Arc;

use crate::hir::{BinaryOp, ExprId, ExprKind, MacroScope, Name};
use crate::index::ty::Ty;

use super::Walker;
use super::expr::{absorb, is_primitive, is_underscore};
use super::facts::{Happening, Place, Root, Slot, Why};
use super::implicit::{ARITHMETIC, ASSIGNMENT, COMPARISON};
use super::state::Owner;
use super::value::Value;

impl Walker<'_, '_> {
    pub(super) fn binary(&mut self, op: BinaryOp, left: ExprId, right: ExprId) -> Value {
        let plain = |ty: &str| Value {
            owned: true,
            ..Value::of(Ty::ext(ty))
        };
        match op {
            BinaryOp::And | BinaryOp::Or => {
                self.operand(left);
                let before = self.state.clone();
                self.learn(left, op == BinaryOp::And);
                self.operand(right);
                let after = std::mem::take(&mut self.state);
                self.state = before.join(after);
                plain("bool")
            }
            BinaryOp::Compare => {
                let mut sides = Vec::new();
                for side in [left, right] {
                    let value = self.expr(side, None);
                    sides.push((side, self.kept(value, None)));
                }
                if let [(_, left), (at, with)] = sides.as_slice() {
                    self.operator_call(COMPARISON, left, with, self.range(*at));
                }
                for (side, value) in sides {
                    self.operated(&value, "==", self.range(side));
                }
                plain("bool")
            }
            BinaryOp::Arithmetic => {
                let mut ty = Ty::Unknown;
                let mut sides = Vec::new();
                for side in [left, right] {
                    let value = self.expr(side, None);
                    let value = self.moved(value);
                    if matches!(ty, Ty::Unknown) {
                        ty = value.ty.peeled().clone();
                    }
                    sides.push(self.kept(value, None));
                }
                if let [left, with] = sides.as_slice()
                    && let Some(found) =
                        self.operator_call(ARITHMETIC, left, with, self.range(right))
                {
                    return found;
                }
                Value {
                    owned: is_primitive(&ty),
                    ..Value::of(ty)
                }
            }
            BinaryOp::Assign => self.assign(left, right),
            BinaryOp::CompoundAssign => {
                if let Some(local) = self.variable(left) {
                    self.changed(local);
                }
                // For primitive operands the right side runs first; an overloaded operator is a
                // call, which evaluates its left side first.
                let saved = (
                    self.state.clone(),
                    self.facts.events.len(),
                    self.facts.guards.len(),
                );
                let budget = self.budget;
                let place = self.place(left, None);
                if is_primitive(&place.ty) {
                    self.state = saved.0;
                    self.facts.events.truncate(saved.1);
                    self.facts.guards.truncate(saved.2);
                    self.budget = budget.saturating_sub(1);
                    let value = self.expr(right, None);
                    self.kept(value, None);
                    self.place(left, None);
                } else {
                    let unknown = matches!(place.ty, Ty::Unknown | Ty::Param(_));
                    self.weak += u32::from(unknown);
                    let value = self.expr(right, None);
                    let value = self.kept(value, None);
                    self.weak -= u32::from(unknown);
                    self.operator_call(ASSIGNMENT, &place, &value, self.range(right));
                }
                Value {
                    owned: true,
                    ..Value::of(Ty::Tuple(Arc::new([])))
                }
            }
        }
    }

    /// An operand of `&&` or `||`, or a condition: its temporaries end with it.
    pub(super) fn operand(&mut self, id: ExprId) {
        self.open();
        let value = self.expr(id, None);
        self.kept(value, None);
        self.close(self.end_of(id), Why::Condition);
    }

    pub(super) fn assign(&mut self, left: ExprId, right: ExprId) -> Value {
        let unit = Value {
            owned: true,
            ..Value::of(Ty::Tuple(Arc::new([])))
        };
        let value = self.expr(right, None);
        if let ExprKind::Path(path) = self.kind(left)
            && is_underscore(path)
            && value.local.is_some()
        {
            // `_ = place` neither moves nor drops.
            return unit;
        }
        let value = self.moved(value);
        let at = self.end_of(right);
        match self.kind(left) {
            ExprKind::Path(path) if is_underscore(path) => {
                for &guard in &value.guards {
                    self.record(Happening::DroppedAtOnce(guard), self.range(right));
                }
                self.kept(value, None);
            }
            ExprKind::Path(path) if path.segments.len() == 1 && path.qself.is_none() => {
                let name = path.segments.first().map(|segment| segment.name.clone());
                let local = self
                    .names
                    .iter()
                    .rev()
                    .find(|(found, _)| Some(found) == name.as_ref());
                let Some(&(_, local)) = local else {
                    self.store(value, at);
                    return unit;
                };
                for guard in self.state.owned_by(Owner::Local(local)) {
                    self.end(guard, at, Why::Assigned);
                }
                for &guard in &value.guards {
                    self.state.set_owner(guard, Owner::Local(local));
                    let name = name.clone().unwrap_or_default();
                    if let Some(found) = self.guard_mut(guard) {
                        found.keeper = super::Keeper::Variable(name);
                    }
                }
                self.note_flag(local, right);
                // The variable is another object from here on.
                let place = match value.place {
                    Some(place) => place,
                    None => Place::root(Root::Local(self.hidden())),
                };
                if let Some(found) = self.local_mut(local) {
                    if matches!(found.ty, Ty::Unknown) {
                        found.ty = value.ty;
                    }
                    found.borrows.extend(value.borrows);
                    found.borrows.sort_unstable();
                    found.borrows.dedup();
                    found.place = Some(place);
                    found.closure = value.closure;
                    found.pending = value.pending;
                    found.lazy = value.lazy;
                    found.param = None;
                }
            }
            ExprKind::Tuple(_) | ExprKind::Array(_) => {
                self.kept(value, None);
            }
            _ => {
                let target = self.place(left, None);
                match target.within {
                    Some((local, path)) if !matches!(target.ty, Ty::Ref(_)) => {
                        self.assign_field(local, &path, value, at);
                    }
                    _ => self.store(value, at),
                }
            }
        }
        unit
    }

    /// `holder.guard = value`, where `path` is that field of variable `local`.
    fn assign_field(&mut self, local: u32, path: &Slot, value: Value, at: u32) {
        for guard in self.in_slot(local, path, false) {
            self.end(guard, at, Why::Assigned);
        }
        let name = usize::try_from(local)
            .ok()
            .and_then(|local| self.facts.locals.get(local))
            .cloned()
            .unwrap_or_default();
        for guard in value.guards {
            let slot = self.state.slot_of(guard).unwrap_or_default();
            self.state.set_slot(guard, path.joined(&slot));
            self.state.set_owner(guard, Owner::Local(local));
            if let Some(found) = self.guard_mut(guard) {
                found.keeper = super::Keeper::Variable(name.clone());
            }
        }
    }

    /// The value is stored where its guards are not followed.
    pub(super) fn store(&mut self, value: Value, at: u32) {
        for guard in value.guards {
            self.end(guard, at, Why::Stored);
        }
    }

    /// Arguments of a macro by reference; where they are formatted, that can take a lock.
    fn formatted(&mut self, name: &str, args: &[ExprId]) {
        let formats = matches!(
            name,
            "print"
                | "println"
                | "eprint"
                | "eprintln"
                | "format"
                | "format_args"
                | "write"
                | "writeln"
                | "trace"
                | "debug"
                | "info"
                | "warn"
                | "error"
        );
        let mut values = Vec::new();
        for &arg in args {
            let value = self.expr(arg, None);
            values.push((arg, self.kept(value, None)));
        }
        self.shown(&values);
        for (arg, value) in values.into_iter().filter(|_| formats) {
            self.operated(&value, "{:?}", self.range(arg));
        }
    }

    pub(super) fn macro_(
        &mut self,
        id: ExprId,
        name: &Name,
        scope: MacroScope,
        args: &[ExprId],
    ) -> Value {
        let at = self.end_of(id);
        match scope {
            MacroScope::Statement | MacroScope::Unknown => {
                let unknown = scope == MacroScope::Unknown;
                self.open();
                self.foreign += u32::from(unknown);
                let mark = self.mark();
                self.formatted(name, args);
                self.drop_locals(mark, at, Why::Macro);
                self.foreign -= u32::from(unknown);
                self.close(at, Why::Macro);
                // What only makes or logs a text is no work that others wait for.
                if !matches!(
                    name.as_str(),
                    "format" | "log" | "trace" | "debug" | "info" | "warn" | "error"
                ) {
                    self.touch();
                }
                let ty = if name == "format" {
                    Ty::ext("std::string::String")
                } else {
                    Ty::Unknown
                };
                Value {
                    owned: !unknown,
                    ..Value::of(ty)
                }
            }
            MacroScope::Borrow => {
                self.formatted(name, args);
                if matches!(name.as_str(), "pin" | "pin_mut") {
                    self.pinned(args);
                }
                self.touch();
                Value {
                    owned: true,
                    ..Value::default()
                }
            }
            MacroScope::Move => {
                let mut whole = Value::default();
                for &arg in args {
                    let value = self.expr(arg, None);
                    let value = self.moved(value);
                    whole.ty = value.ty.clone();
                    absorb(&mut whole, value);
                }
                if name == "vec" {
                    let ty = Ty::ext1("std::vec::Vec", std::mem::take(&mut whole.ty));
                    return whole.with_ty(ty);
                }
                whole
            }
        }
    }
}
