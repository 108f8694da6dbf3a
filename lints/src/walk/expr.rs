//! Expressions: order of evaluation, temporaries, places.

use std::sync::Arc;

use crate::hir::{BlockKind, ExprId, ExprKind, Name, PathRef, TypeRef};
use crate::index::lower::TyScope;
use crate::index::names::{Def, Res};
use crate::index::ty::{Subst, Ty, unify};

use super::facts::Why;
use super::value::{Pending, Value};
use super::{DEPTH, Local, Walker};

impl Walker<'_, '_> {
    /// Evaluates `id`. Temporaries go to the scope in force, or — where a `let` extends them — to
    /// the hidden variable `holder`.
    pub(super) fn expr(&mut self, id: ExprId, holder: Option<u32>) -> Value {
        if self.budget == 0 || self.depth >= DEPTH {
            self.facts.gave_up = true;
            return Value::default();
        }
        self.budget -= 1;
        self.depth += 1;
        let outer = std::mem::replace(&mut self.current, id);
        let mut value = self.expr_kind(id, holder);
        self.current = outer;
        self.depth -= 1;
        // What is used twice must not make values and types grow like powers.
        for list in [&mut value.borrows, &mut value.guards] {
            list.sort_unstable();
            list.dedup();
        }
        if !value.ty.is_small(&mut 200) {
            value.ty = Ty::Unknown;
        }
        self.note_value(id, &value);
        value
    }

    pub(super) fn expr_kind(&mut self, id: ExprId, holder: Option<u32>) -> Value {
        match self.kind(id) {
            ExprKind::Missing => Value::default(),
            ExprKind::Bool(truth) => Value {
                owned: true,
                truth: Some(*truth),
                ..Value::of(Ty::ext("bool"))
            },
            ExprKind::Literal(kind) => Value {
                owned: true,
                ..Value::of(kind.as_ref().map_or(Ty::Unknown, |name| {
                    let ty = Ty::ext(name);
                    if name == "str" { ty.reference() } else { ty }
                }))
            },
            ExprKind::One => Value {
                owned: true,
                ..Value::of(Ty::ext("i32"))
            },
            ExprKind::Path(path) => self.path(path),
            ExprKind::Field(base, name)
                if matches!(
                    self.kind(*base),
                    ExprKind::Call(..) | ExprKind::MethodCall { .. } | ExprKind::Await(..)
                ) =>
            {
                self.field_of_value(id, *base, name)
            }
            ExprKind::Field(..) | ExprKind::Index(..) | ExprKind::Deref(_) => self.place(id, None),
            ExprKind::MethodCall { .. } => self.method_call(id),
            ExprKind::Call(callee, args) => self.call(id, *callee, args, holder),
            ExprKind::Await(inner, range) => self.await_(*inner, *range),
            ExprKind::Try(inner) => self.question_mark(*inner),
            ExprKind::Ref(inner) | ExprKind::Pin(inner) => {
                let mut value = self.place(*inner, holder);
                if let Some(local) = value.local {
                    // It may be assigned through the reference.
                    self.state.forget_flag(local);
                    value.present.extend(self.held_as_option(&value));
                }
                let ty = value.ty.clone().reference();
                Value {
                    local: None,
                    within: None,
                    ..value.with_ty(ty)
                }
            }
            ExprKind::Unary(inner) => {
                let value = self.expr(*inner, None);
                let value = self.moved(value);
                let value = self.kept(value, None);
                Value {
                    owned: true,
                    truth: value.truth.map(|truth| !truth),
                    ..Value::of(value.ty)
                }
            }
            ExprKind::Binary(op, left, right) => self.binary(*op, *left, *right),
            ExprKind::Cast(inner, ty) => {
                let value = self.expr(*inner, holder);
                let value = self.moved(value);
                Value {
                    owned: true,
                    ty: self.program.lower(ty, &self.scope),
                    ..value
                }
            }
            ExprKind::Let(pat, inner) => {
                // A `let` outside of a condition's chain: does not compile.
                let value = self.expr(*inner, None);
                self.bind(*pat, value, true);
                Value::default()
            }
            ExprKind::If(cond, then, els) => self.if_(id, *cond, *then, *els, holder),
            ExprKind::Match(scrutinee, arms) => self.match_(id, *scrutinee, arms, holder),
            ExprKind::Loop(head, body, label) => self.loop_(id, *head, *body, label.as_ref()),
            ExprKind::Block {
                kind: BlockKind::Async,
                ..
            } => self.async_block(id),
            ExprKind::Block {
                label, stmts, tail, ..
            } => self.block(id, label.as_ref(), stmts, *tail, holder),
            ExprKind::Closure { .. } => self.closure(id),
            ExprKind::Break(label, value) => self.break_(label.as_ref(), *value),
            ExprKind::Continue(label) => self.continue_(label.as_ref()),
            ExprKind::Return(value) => {
                let value = value
                    .map(|value| self.expr(value, None))
                    .unwrap_or_default();
                let value = self.moved(value);
                let value = self.deferred(value);
                if !self.state.unreachable {
                    self.give_back(value);
                }
                self.state.unreachable = true;
                Value::of(Ty::Never)
            }
            ExprKind::Tuple(items) => {
                let mut whole = Value {
                    owned: true,
                    ..Value::default()
                };
                let mut types = Vec::new();
                for (at, &item) in items.iter().enumerate() {
                    let value = self.expr(item, holder);
                    let value = self.moved(value);
                    types.push(value.ty.clone());
                    self.enter(&value, &at.to_string());
                    absorb(&mut whole, value);
                }
                whole.with_ty(Ty::Tuple(types.into()))
            }
            ExprKind::Array(items) => {
                let mut whole = Value {
                    owned: true,
                    ..Value::default()
                };
                for &item in items {
                    let value = self.expr(item, holder);
                    let value = self.moved(value);
                    whole.ty = value.ty.clone();
                    self.loosen(&value.guards);
                    absorb(&mut whole, value);
                }
                let ty = Ty::Slice(Arc::new(std::mem::take(&mut whole.ty)));
                whole.with_ty(ty)
            }
            ExprKind::Struct(path, fields, spread) => {
                let mut whole = Value::default();
                let mut given = Vec::new();
                for (name, field) in fields {
                    let value = self.expr(*field, holder);
                    let value = self.moved(value);
                    given.push((name, value.ty.clone()));
                    self.enter(&value, name);
                    Self::built(&mut whole, name, &value);
                    absorb(&mut whole, value);
                }
                if let Some(spread) = spread {
                    let value = self.expr(*spread, None);
                    let value = self.moved(value);
                    absorb(&mut whole, value);
                }
                let ty = self.struct_type(path, &given);
                whole.with_ty(ty)
            }
            ExprKind::Range(from, to) => {
                let mut ty = Ty::Unknown;
                for bound in [from, to].into_iter().flatten() {
                    let value = self.expr(*bound, None);
                    let value = self.moved(value);
                    ty = value.ty.clone();
                    self.kept(value, None);
                }
                Value {
                    owned: true,
                    ..Value::of(Ty::ext1("std::iter::Iterator", ty))
                }
            }
            ExprKind::Macro(name, scope, args) => self.macro_(id, name, *scope, args),
            ExprKind::Diverge(args) => {
                self.open();
                for &arg in args {
                    let value = self.expr(arg, None);
                    self.kept(value, None);
                }
                self.close(self.end_of(id), Why::Macro);
                self.state.unreachable = true;
                Value::of(Ty::Never)
            }
            ExprKind::Select(branches, els) => self.select(id, branches, *els),
            ExprKind::Join(futures) => {
                let mut pending = Vec::new();
                for &future in futures {
                    // A future's expression ends its temporaries before the first poll.
                    self.open();
                    let value = self.expr(future, None);
                    self.close(self.end_of(future), Why::Macro);
                    pending.push((future, value));
                }
                let mut whole = Value::default();
                let mut types = Vec::new();
                for (at, (future, value)) in pending.into_iter().enumerate() {
                    let value = self.awaited(value, self.range(future));
                    types.push(value.ty.clone());
                    self.enter(&value, &at.to_string());
                    absorb(&mut whole, value);
                }
                whole.with_ty(Ty::Tuple(types.into()))
            }
        }
    }

    /// The type of a struct literal, its parameters told by the fields.
    pub(super) fn struct_type(&self, path: &PathRef, given: &[(&Name, Ty)]) -> Ty {
        if let [only] = path.segments.as_slice()
            && only.name == "Self"
        {
            return self.scope.self_ty.clone().unwrap_or_default();
        }
        match self.program.resolve_type_path(self.scope.module, path) {
            Res::Def(Def::Adt(adt)) => {
                let def = self.program.adt(adt);
                let scope = TyScope {
                    module: def.module,
                    generics: vec![def.generics],
                    self_ty: None,
                    members: None,
                };
                let mut subst = Subst::new();
                for field in self.program.fields(adt, None) {
                    if let Some((_, ty)) = given.iter().find(|(name, _)| **name == field.name) {
                        unify(&self.program.lower(&field.ty, &scope), ty, &mut subst);
                    }
                }
                let args = def.generics.iter();
                let args = args.map(|param| subst.get(&param.name).cloned().unwrap_or_default());
                Ty::Adt(adt, args.collect())
            }
            Res::Def(Def::Variant(adt, _)) => {
                let count = self.program.adt(adt).generics.len();
                Ty::Adt(adt, vec![Ty::Unknown; count].into())
            }
            Res::Def(Def::Alias(_)) => self
                .program
                .lower(&TypeRef::Path(path.clone()), &self.scope),
            _ => Ty::Unknown,
        }
    }

    pub(super) fn question_mark(&mut self, inner: ExprId) -> Value {
        let value = self.expr(inner, None);
        let mut value = self.moved(value);
        self.force(&mut value);
        self.succeeded(&value);
        value.present.clear();
        for &guard in &value.guards {
            if let Some(found) = usize::try_from(guard)
                .ok()
                .and_then(|at| self.facts.guards.get_mut(at))
            {
                found.optional = false;
            }
        }
        self.converted_error(&value.ty.peeled().arg(1), self.range(inner));
        let ty = match value.ty.peeled() {
            ty @ Ty::Ext(path, _)
                if matches!(&**path, "std::option::Option" | "std::result::Result") =>
            {
                ty.arg(0)
            }
            // A workspace alias or another `Result` with the value first.
            ty @ Ty::Ext(path, _) if path.ends_with("Result") => ty.arg(0),
            _ => Ty::Unknown,
        };
        value.ty = ty;
        value.pending = Pending::None;
        value
    }

    /// Guards in the variable that `value` is, where it is an option of them.
    pub(super) fn held_as_option(&self, value: &Value) -> Vec<u32> {
        match value.local {
            Some(local) if value.ty.is_ext("std::option::Option") => {
                self.state.owned_by(super::state::Owner::Local(local))
            }
            _ => Vec::new(),
        }
    }

    /// The constructs that we are in do something that takes time.
    pub(super) fn touch(&mut self) {
        for &construct in &self.bodies {
            if let Some(found) = usize::try_from(construct)
                .ok()
                .and_then(|at| self.facts.constructs.get_mut(at))
            {
                found.busy = true;
            }
        }
    }

    /// A hidden variable that keeps the temporaries which a `let` extends.
    pub(super) fn hidden(&mut self) -> u32 {
        self.new_local(Name::new_static("<temporary>"), Local::default())
    }
}

/// `_` as the target of an assignment.
pub(super) fn is_underscore(path: &PathRef) -> bool {
    matches!(path.segments.as_slice(), [only] if only.name == "_")
}

/// `value` becomes part of `whole`.
pub(super) fn absorb(whole: &mut Value, value: Value) {
    whole.owned &= value.owned;
    match (std::mem::take(&mut whole.pending), value.pending) {
        (own, Pending::None) => whole.pending = own,
        (Pending::None, other) => whole.pending = Pending::Many(vec![other]),
        (Pending::Many(mut all), other) if all.len() < 8 => {
            all.push(other);
            whole.pending = Pending::Many(all);
        }
        (own, _) => whole.pending = own,
    }
    whole.guards.extend(value.guards);
    for guard in value.borrows {
        if !whole.borrows.contains(&guard) {
            whole.borrows.push(guard);
        }
    }
}

/// Whether values of the type are copied by use: then reading one keeps nothing borrowed.
pub(super) fn is_primitive(ty: &Ty) -> bool {
    match ty {
        Ty::Ext(path, _) => matches!(
            &**path,
            "bool"
                | "char"
                | "u8"
                | "u16"
                | "u32"
                | "u64"
                | "u128"
                | "usize"
                | "i8"
                | "i16"
                | "i32"
                | "i64"
                | "i128"
                | "isize"
                | "f32"
                | "f64"
        ),
        Ty::Tuple(items) => items.iter().all(is_primitive),
        _ => false,
    }
}
