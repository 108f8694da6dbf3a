//! Places: variables, fields, elements, and what they dereference to.

use std::sync::Arc;

use crate::hir::{ExprId, ExprKind, Name, PathRef, Range};
use crate::index::lower::TyScope;
use crate::index::names::{Def, Res};
use crate::index::ty::Ty;

use super::Walker;
use super::expr::is_primitive;
use super::facts::{Place, Root, Slot, Step};
use super::state::Owner;
use super::value::Value;

impl Walker<'_, '_> {
    /// A variable, static, constant or function.
    pub(super) fn path(&mut self, path: &PathRef) -> Value {
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
                lazy: found.lazy.clone(),
                truth: self.state.truths.value_of(local),
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
            _ => self.function_value(path),
        }
    }

    /// A field of something that is no place: a guard in it is moved out (`wait_timeout(g).0`).
    pub(super) fn field_of_value(&mut self, id: ExprId, base: ExprId, name: &Name) -> Value {
        let mut base = self.expr(base, None);
        let guards = std::mem::take(&mut base.guards);
        let mut value = self.field_of(base, name, self.range(id));
        value.guards = guards;
        if !self.program.holds_guard(&value.ty) {
            value = self.kept(value, None);
        }
        value
    }

    /// Evaluates `id` as a place: a temporary keeps what it is made of.
    pub(super) fn place(&mut self, id: ExprId, holder: Option<u32>) -> Value {
        let value = self.place_kind(id, holder);
        self.note_value(id, &value);
        value
    }

    fn place_kind(&mut self, id: ExprId, holder: Option<u32>) -> Value {
        match self.kind(id) {
            ExprKind::Field(base, name) => {
                let base = self.place(*base, holder);
                self.field_of(base, name, self.range(id))
            }
            ExprKind::Index(base, index) => {
                let base = self.place(*base, holder);
                self.forced(&base, self.range(id));
                let index = self.expr(*index, None);
                let index = self.moved(index);
                let index = self.kept(index, None);
                if let Some(value) = self.trait_call(&base, "Index", "index", self.range(id)) {
                    let ty = value.ty.peeled().clone();
                    return Value { ty, ..value };
                }
                let ty = self.element(&base.ty);
                let step = match (index.owned, index.text) {
                    (true, Some(text)) => Step::At(text),
                    _ => Step::Element,
                };
                let place = base.place.as_ref().and_then(|place| place.step(step));
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
                self.forced(&base, self.range(id));
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
    pub(super) fn deref_place(&mut self, base: &Value) -> Option<Place> {
        let place = base.place.as_ref()?;
        let Some(function) = self.program.deref_fn(&base.ty) else {
            return Some(place.clone());
        };
        if !self.facts.reads.contains(&function) {
            self.facts.reads.push(function);
        }
        match self
            .summaries
            .get(function.at())
            .and_then(|summary| summary.place.as_ref())
        {
            Some(target) => target
                .subst(&[Some(place.clone())])
                .map(|place| self.facts.canonical(place)),
            None => place.field("*deref"),
        }
    }

    /// `base.name`, through as many dereferences as it takes.
    pub(super) fn field_of(&mut self, base: Value, name: &Name, range: Range) -> Value {
        let whole = base.local.map(|local| (local, Slot::default()));
        let mut within = match base.ty {
            Ty::Ref(_) => None,
            _ => whole.or_else(|| base.within.clone()),
        }
        .map(|(local, path)| (local, path.joined(&Slot(vec![name.clone()]))));
        let mut at = base;
        at.within = None;
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
                let (part, parts) = Self::part_of(&at, name);
                let place = at.place.as_ref().and_then(|place| place.field(name));
                let place = part.or(place.map(|place| self.facts.canonical(place)));
                let owned = is_primitive(&found);
                return Value {
                    ty: found,
                    place,
                    parts,
                    local: None,
                    within,
                    present: Vec::new(),
                    owned,
                    text: None,
                    ..at
                };
            }
            let Some(ty) = self.program.deref(&at.ty) else {
                break;
            };
            self.forced(&at, range);
            let place = if matches!(at.ty, Ty::Guard(_)) {
                at.place.as_ref().and_then(|place| place.field("*"))
            } else {
                self.deref_place(&at)
            };
            at = Value {
                ty,
                place,
                parts: Vec::new(),
                ..at
            };
            // Nothing moves out of what a reference or guard points to.
            within = None;
        }
        let place = at.place.as_ref().and_then(|place| place.field(name));
        Value {
            ty: Ty::Unknown,
            place: place.map(|place| self.facts.canonical(place)),
            local: None,
            text: None,
            parts: Vec::new(),
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
}
