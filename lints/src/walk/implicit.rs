//! Calls that no parentheses show: operators, formatting, `for`, `?`, indexing and drops of types
//! of the workspace.

use crate::grounds::Grounds;
use crate::hir::{ExprId, Range};
use crate::index::FnId;
use crate::index::methods::Callees;
use crate::index::ty::{Subst, Ty};

use super::Walker;
use super::facts::{Happening, Place};
use super::value::Value;

/// Traits of arithmetic operators with their methods.
pub(super) const ARITHMETIC: &[(&str, &str)] = &[
    ("Add", "add"),
    ("Sub", "sub"),
    ("Mul", "mul"),
    ("Div", "div"),
    ("Rem", "rem"),
    ("BitAnd", "bitand"),
    ("BitOr", "bitor"),
    ("BitXor", "bitxor"),
    ("Shl", "shl"),
    ("Shr", "shr"),
];

/// Traits of compound assignments with their methods.
pub(super) const ASSIGNMENT: &[(&str, &str)] = &[
    ("AddAssign", "add_assign"),
    ("SubAssign", "sub_assign"),
    ("MulAssign", "mul_assign"),
    ("DivAssign", "div_assign"),
    ("RemAssign", "rem_assign"),
    ("BitAndAssign", "bitand_assign"),
    ("BitOrAssign", "bitor_assign"),
    ("BitXorAssign", "bitxor_assign"),
];

/// Traits of comparisons with their methods.
pub(super) const COMPARISON: &[(&str, &str)] =
    &[("PartialEq", "eq"), ("PartialOrd", "partial_cmp")];

/// Parts of one value that have a destructor; more are not followed.
const DROPS: usize = 4;

impl Walker<'_, '_> {
    /// An operator on a type of the workspace: which of `traits` it is, the syntax does not keep.
    pub(super) fn operator_call(
        &mut self,
        traits: &[(&str, &str)],
        left: &Value,
        right: &Value,
        range: Range,
    ) -> Option<Value> {
        if !matches!(left.ty.peeled(), Ty::Adt(..)) {
            return None;
        }
        let mut callees = Callees::default();
        let mut kinds = 0;
        for (trait_, method) in traits {
            let found = self
                .program
                .method_of_trait(&left.ty, trait_, method, Some(&right.ty));
            kinds += u32::from(!found.fns.is_empty());
            callees.fns.extend(found.fns);
            callees.subst.extend(found.subst);
        }
        if kinds > 1 {
            for (_, grounds) in &mut callees.fns {
                *grounds = Grounds::SeveralCallees;
            }
        }
        self.run_implicit(&callees, &[left, right], range)
    }

    /// The method of a trait outside that the language calls on `value`.
    pub(super) fn trait_call(
        &mut self,
        value: &Value,
        trait_: &str,
        method: &str,
        range: Range,
    ) -> Option<Value> {
        let callees = self
            .program
            .method_of_trait(&value.ty, trait_, method, None);
        self.run_implicit(&callees, &[value], range)
    }

    fn run_implicit(&mut self, callees: &Callees, args: &[&Value], range: Range) -> Option<Value> {
        if callees.fns.is_empty() {
            return None;
        }
        let args = args.iter().map(|value| Value {
            ty: value.ty.clone(),
            place: value.place.clone(),
            parts: value.parts.clone(),
            borrows: value.borrows.clone(),
            ..Value::default()
        });
        Some(self.run(callees, args.collect(), range))
    }

    /// The arguments of a formatting macro: `fmt` of what its string shows runs.
    pub(super) fn shown(&mut self, args: &[(ExprId, Value)]) {
        let body = self.body;
        for (arg, _) in args {
            let first = body.shown.partition_point(|(string, ..)| string < arg);
            let of = body.shown.iter().skip(first);
            for &(_, what, debug) in of.take_while(|(string, ..)| string == arg) {
                let given = args.iter().find(|(id, _)| *id == what);
                let value = match given {
                    Some((_, value)) => value.clone(),
                    None => self.expr(what, None),
                };
                let range = self.range(what);
                self.format(&value, if debug { "Debug" } else { "Display" }, range);
            }
        }
    }

    /// `fmt` of what `value` refers to.
    pub(super) fn format(&mut self, value: &Value, trait_: &str, range: Range) {
        let mut value = Value {
            ty: value.ty.clone(),
            place: value.place.clone(),
            ..Value::default()
        };
        for _ in 0..8 {
            match &value.ty {
                Ty::Adt(..) => {
                    self.trait_call(&value, trait_, "fmt", range);
                    return;
                }
                Ty::Guard(inner) => {
                    let inner = (**inner).clone();
                    value.place = value.place.and_then(|place| place.field("*"));
                    value.ty = inner;
                }
                other => match self.program.deref(other) {
                    Some(inner) => value.ty = inner,
                    None => return,
                },
            }
        }
    }

    /// What a method that is not declared in the workspace does with a type that is.
    pub(super) fn implied_method(
        &mut self,
        value: &Value,
        name: &str,
        args: &[ExprId],
        range: Range,
    ) -> Option<Value> {
        match name {
            "to_string" if args.is_empty() => {
                self.format(value, "Display", range);
                Some(Value {
                    owned: true,
                    ..Value::of(Ty::ext("std::string::String"))
                })
            }
            "into" if args.is_empty() => {
                let callees = self.program.conversion(&value.ty, None);
                self.run_implicit(&callees, &[value], range)
            }
            _ => None,
        }
    }

    /// `?` turns an error of one type of the workspace into another.
    pub(super) fn converted_error(&mut self, error: &Ty, range: Range) {
        if !matches!(error, Ty::Adt(..)) || !self.inlining.is_empty() {
            return;
        }
        let declared = self.program.return_type(self.id, &Subst::new());
        let declared = match &declared {
            Ty::Future(inner) => inner,
            other => other,
        };
        let target = declared.arg(1);
        if matches!(target, Ty::Adt(..)) && target != *error {
            let callees = self.program.conversion(error, Some(&target));
            let error = Value::of(error.clone());
            self.run_implicit(&callees, &[&error], range);
        }
    }

    /// Destructors that run where a value of the type at `place` is dropped.
    fn destructors(&self, ty: &Ty, place: &Place, depth: u32, out: &mut Vec<(FnId, Place)>) {
        let Some(depth) = depth.checked_sub(1) else {
            return;
        };
        match ty {
            Ty::Adt(adt, args) => {
                let own = self.program.method_of_trait(ty, "Drop", "drop", None);
                if let &[(function, _)] = own.fns.as_slice() {
                    out.push((function, place.clone()));
                }
                for field in self.program.fields(*adt, None) {
                    if out.len() < DROPS
                        && let Some(place) = place.field(&field.name)
                    {
                        let ty = self.program.field(*adt, None, &field.name, args);
                        self.destructors(&ty, &place, depth, out);
                    }
                }
            }
            Ty::Ext(path, _) if matches!(&**path, "std::boxed::Box" | "std::option::Option") => {
                self.destructors(&ty.arg(0), place, depth, out);
            }
            _ => {}
        }
    }

    /// A value is dropped: its destructors run.
    pub(super) fn dropped(&mut self, ty: &Ty, place: &Place, range: Range) {
        if self.state.unreachable || !self.program.has_destructor(ty) {
            return;
        }
        let mut out = Vec::new();
        self.destructors(ty, place, 3, &mut out);
        for (function, place) in out {
            self.record(
                Happening::Call {
                    callees: vec![(function, Grounds::Resolved)],
                    args: vec![Some(self.facts.canonical(place))],
                    passed: Vec::new(),
                    told: Vec::new(),
                    lent: Vec::new(),
                },
                range,
            );
        }
    }

    /// A variable with a destructor has been moved, or may have been.
    pub(super) fn gone(&mut self, local: u32) {
        let droppable = self.local(local).is_some_and(|local| local.drops);
        if droppable && !self.state.moved.contains(&local) {
            self.state.moved.push(local);
        }
    }

    /// Variables that a closure or an async block names may be moved into it.
    pub(super) fn captured(&mut self, id: ExprId) {
        if self.locals.iter().any(|local| local.drops) {
            for local in self.named_in(id) {
                self.gone(local);
            }
        }
    }
}
