//! Expressions: order of evaluation, temporaries, places.

use std::sync::Arc;

use crate::hir::{BinaryOp, BlockKind, ExprId, ExprKind, MacroScope, Name, PathRef, TypeRef};
use crate::index::names::{Def, Res, TyScope};
use crate::index::ty::{Subst, Ty, unify};

use super::facts::{Happening, Place, Root, Step, Why};
use super::state::Owner;
use super::value::{Pending, Value};
use super::{DEPTH, Local, Scopes, Walker};

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
        let value = self.expr_kind(id, holder);
        self.depth -= 1;
        value
    }

    fn expr_kind(&mut self, id: ExprId, holder: Option<u32>) -> Value {
        match self.kind(id) {
            ExprKind::Missing => Value::default(),
            ExprKind::Literal(kind) => Value {
                owned: true,
                ..Value::of(kind.as_ref().map_or(Ty::Unknown, |name| {
                    let ty = Ty::ext(name);
                    if name == "str" { ty.reference() } else { ty }
                }))
            },
            ExprKind::Path(path) => self.path(path),
            ExprKind::Field(..) | ExprKind::Index(..) | ExprKind::Deref(_) => self.place(id, None),
            ExprKind::MethodCall { .. } => self.method_call(id),
            ExprKind::Call(callee, args) => self.call(id, *callee, args, holder),
            ExprKind::Await(inner, range) => self.await_(*inner, *range),
            ExprKind::Try(inner) => self.question_mark(*inner),
            ExprKind::Ref(inner) | ExprKind::Pin(inner) => {
                let value = self.place(*inner, holder);
                let ty = value.ty.clone().reference();
                Value {
                    local: None,
                    ..value.with_ty(ty)
                }
            }
            ExprKind::Unary(inner) => {
                let value = self.expr(*inner, None);
                let value = self.moved(value);
                let value = self.kept(value, None);
                Value {
                    owned: true,
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
                for &item in items {
                    let value = self.expr(item, holder);
                    let value = self.moved(value);
                    types.push(value.ty.clone());
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
                for (future, value) in pending {
                    let value = self.awaited(value, self.range(future));
                    types.push(value.ty.clone());
                    absorb(&mut whole, value);
                }
                whole.with_ty(Ty::Tuple(types.into()))
            }
        }
    }

    /// The type of a struct literal, its parameters told by the fields.
    fn struct_type(&self, path: &PathRef, given: &[(&Name, Ty)]) -> Ty {
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

    /// A variable, static, constant or function.
    fn path(&mut self, path: &PathRef) -> Value {
        if let [only] = path.segments.as_slice()
            && path.qself.is_none()
            && let Some(&(_, local)) = self.names.iter().rev().find(|(name, _)| *name == only.name)
            && let Some(found) = self.local(local)
        {
            let mut borrows = found.borrows.clone();
            borrows.extend(self.state.owned_by(Owner::Local(local)));
            return Value {
                ty: found.ty.clone(),
                place: found
                    .place
                    .clone()
                    .or(Some(Place::root(Root::Local(local)))),
                local: Some(local),
                param: found.param,
                borrows,
                pending: found.pending.clone(),
                closure: found.closure,
                text: Some(only.name.clone()),
                ..Value::default()
            };
        }
        match self.program.resolve_value_path(self.scope.module, path) {
            Res::Def(Def::Static(found)) => {
                let def = self.program.static_(found);
                let scope = TyScope {
                    module: def.module,
                    generics: Vec::new(),
                    self_ty: None,
                    members: None,
                };
                let ty = self.program.lower(def.ty, &scope);
                let place = (!def.is_const).then(|| Place::root(Root::Static(found)));
                let text = path.segments.last().map(|last| last.name.clone());
                Value {
                    ty,
                    place,
                    owned: def.is_const,
                    text,
                    ..Value::default()
                }
            }
            Res::Def(Def::Fn(found)) => Value::of(Ty::FnItem(found)),
            Res::Def(Def::Variant(adt, _)) => {
                let count = self.program.adt(adt).generics.len();
                Value {
                    owned: true,
                    ..Value::of(Ty::Adt(adt, vec![Ty::Unknown; count].into()))
                }
            }
            Res::Def(Def::Adt(adt)) => Value::of(Ty::Adt(adt, Arc::new([]))),
            Res::External(found) if &*found == "std::option::Option::None" => Value {
                owned: true,
                ..Value::of(Ty::ext1("std::option::Option", Ty::Unknown))
            },
            _ => Value::default(),
        }
    }

    /// Evaluates `id` as a place: a temporary keeps what it is made of.
    pub(super) fn place(&mut self, id: ExprId, holder: Option<u32>) -> Value {
        match self.kind(id) {
            ExprKind::Field(base, name) => {
                let base = self.place(*base, holder);
                self.field_of(base, name)
            }
            ExprKind::Index(base, index) => {
                let base = self.place(*base, holder);
                let index = self.expr(*index, None);
                let index = self.moved(index);
                self.kept(index, None);
                let ty = self.element(&base.ty);
                let place = base
                    .place
                    .as_ref()
                    .and_then(|place| place.step(Step::Element));
                Value {
                    ty,
                    place,
                    local: None,
                    text: None,
                    ..base
                }
            }
            ExprKind::Deref(base) => {
                let base = self.place(*base, holder);
                let (ty, place) = match self.program.deref(&base.ty) {
                    Some(ty) if matches!(base.ty, Ty::Guard(_)) => {
                        (ty, base.place.as_ref().and_then(|place| place.field("*")))
                    }
                    Some(ty) => (ty, self.deref_place(&base)),
                    None => (Ty::Unknown, base.place.clone()),
                };
                let owned = is_primitive(&ty);
                Value {
                    ty,
                    place,
                    local: None,
                    owned,
                    text: None,
                    ..base
                }
            }
            _ => {
                let value = self.expr(id, holder);
                self.kept(value, holder)
            }
        }
    }

    /// What dereferencing `base` denotes: the same object, or through a user's `Deref` its target.
    pub(super) fn deref_place(&self, base: &Value) -> Option<Place> {
        let place = base.place.as_ref()?;
        let Some(function) = self.program.deref_fn(&base.ty) else {
            return Some(place.clone());
        };
        match self
            .summaries
            .get(function.at())
            .and_then(|summary| summary.place.as_ref())
        {
            Some(target) => target.subst(&[Some(place.clone())]),
            None => place.field("*deref"),
        }
    }

    /// `base.name`, through as many dereferences as it takes.
    pub(super) fn field_of(&mut self, base: Value, name: &Name) -> Value {
        let within = match base.ty {
            Ty::Ref(_) => None,
            _ => base.local.or(base.within),
        };
        let mut at = base;
        for _ in 0..8 {
            let (found, known) = match &at.ty {
                Ty::Adt(adt, args) => {
                    let has = self
                        .program
                        .fields(*adt, None)
                        .iter()
                        .any(|field| field.name == *name);
                    (self.program.field(*adt, None, name, args), has)
                }
                Ty::Tuple(args) => {
                    let ty = name
                        .parse::<usize>()
                        .ok()
                        .and_then(|at| args.get(at))
                        .cloned();
                    let known = ty.is_some();
                    (ty.unwrap_or_default(), known)
                }
                _ => (Ty::Unknown, false),
            };
            if known {
                let place = at.place.as_ref().and_then(|place| place.field(name));
                let owned = is_primitive(&found);
                return Value {
                    ty: found,
                    place,
                    local: None,
                    within,
                    owned,
                    text: None,
                    ..at
                };
            }
            let Some(ty) = self.program.deref(&at.ty) else {
                break;
            };
            let place = if matches!(at.ty, Ty::Guard(_)) {
                at.place.as_ref().and_then(|place| place.field("*"))
            } else {
                self.deref_place(&at)
            };
            at = Value { ty, place, ..at };
        }
        let place = at.place.as_ref().and_then(|place| place.field(name));
        Value {
            ty: Ty::Unknown,
            place,
            local: None,
            text: None,
            ..at
        }
    }

    /// The type of an element of a collection.
    pub(super) fn element(&self, ty: &Ty) -> Ty {
        for step in self.program.deref_steps(ty) {
            match &step {
                Ty::Slice(element) => return (**element).clone(),
                Ty::Ext(path, args) if args.len() >= 2 && path.ends_with("Map") => {
                    return step.arg(1);
                }
                Ty::Ext(path, _) if path.ends_with("VecDeque") => return step.arg(0),
                _ => {}
            }
        }
        Ty::Unknown
    }

    fn question_mark(&mut self, inner: ExprId) -> Value {
        let value = self.expr(inner, None);
        let mut value = self.moved(value);
        for &guard in &value.guards {
            if let Some(found) = usize::try_from(guard)
                .ok()
                .and_then(|at| self.facts.guards.get_mut(at))
            {
                found.optional = false;
            }
        }
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

    fn binary(&mut self, op: BinaryOp, left: ExprId, right: ExprId) -> Value {
        let plain = |ty: &str| Value {
            owned: true,
            ..Value::of(Ty::ext(ty))
        };
        match op {
            BinaryOp::And | BinaryOp::Or => {
                self.operand(left);
                let before = self.state.clone();
                self.operand(right);
                let after = std::mem::take(&mut self.state);
                self.state = before.join(after);
                plain("bool")
            }
            BinaryOp::Compare => {
                for side in [left, right] {
                    let value = self.expr(side, None);
                    self.kept(value, None);
                }
                plain("bool")
            }
            BinaryOp::Arithmetic => {
                let mut ty = Ty::Unknown;
                for side in [left, right] {
                    let value = self.expr(side, None);
                    let value = self.moved(value);
                    if matches!(ty, Ty::Unknown) {
                        ty = value.ty.peeled().clone();
                    }
                    self.kept(value, None);
                }
                Value {
                    owned: is_primitive(&ty),
                    ..Value::of(ty)
                }
            }
            BinaryOp::Assign => self.assign(left, right),
            BinaryOp::CompoundAssign => {
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
                    self.kept(value, None);
                    self.weak -= u32::from(unknown);
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

    fn assign(&mut self, left: ExprId, right: ExprId) -> Value {
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
                    found.place = Some(place);
                    found.closure = value.closure;
                    found.pending = value.pending;
                }
            }
            ExprKind::Tuple(_) | ExprKind::Array(_) => {
                self.kept(value, None);
            }
            _ => {
                self.place(left, None);
                self.store(value, at);
            }
        }
        unit
    }

    /// The value is stored where its guards are not followed.
    fn store(&mut self, value: Value, at: u32) {
        for guard in value.guards {
            self.end(guard, at, Why::Stored);
        }
    }

    fn macro_(&mut self, id: ExprId, name: &Name, scope: MacroScope, args: &[ExprId]) -> Value {
        let at = self.end_of(id);
        match scope {
            MacroScope::Statement | MacroScope::Unknown => {
                let unknown = scope == MacroScope::Unknown;
                self.open();
                self.foreign += u32::from(unknown);
                let mark = self.mark();
                for &arg in args {
                    let value = self.expr(arg, None);
                    self.kept(value, None);
                }
                self.drop_locals(mark, at, Why::Macro);
                self.foreign -= u32::from(unknown);
                self.close(at, Why::Macro);
                self.touch();
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
                for &arg in args {
                    let value = self.expr(arg, None);
                    self.kept(value, None);
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

    /// Since 2024 the temporaries of a block's tail end with the block.
    pub(super) fn tail_ends_with_block(&self) -> bool {
        self.scopes == Scopes::Since2024
    }

    /// A hidden variable that keeps the temporaries which a `let` extends.
    pub(super) fn hidden(&mut self) -> u32 {
        self.new_local(Name::new_static("<temporary>"), Local::default())
    }
}

/// `_` as the target of an assignment.
fn is_underscore(path: &PathRef) -> bool {
    matches!(path.segments.as_slice(), [only] if only.name == "_")
}

/// `value` becomes part of `whole`.
pub(super) fn absorb(whole: &mut Value, value: Value) {
    whole.owned &= value.owned;
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
