//! Patterns: which variables they make, of which types, and which guards they take over.

use crate::hir::{Name, PatId, PatKind, PathRef};
use crate::index::names::{Def, Res};
use crate::index::ty::Ty;

use super::facts::{Keeper, Step};
use super::state::Owner;
use super::value::{Pending, Value};
use super::{Local, Walker};

/// What a pattern says of an `Option` or `Result`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Polarity {
    /// `Some(…)`, `Ok(…)`.
    Success,
    /// `None`, `Err(…)`.
    Failure,
    /// Anything else.
    Either,
}

impl Walker<'_, '_> {
    /// Binds `pat` to `value`, whose carried guards are in `value.guards` (kept by somebody, or in
    /// flight). With `by_value`, variables that hold a guard take it over. Returns whether one did.
    pub(super) fn bind(&mut self, pat: PatId, value: Value, by_value: bool) -> bool {
        match &self.body.pat(pat).kind {
            PatKind::Wild | PatKind::Rest | PatKind::Test | PatKind::Path(_) => false,
            PatKind::Bind { name, by_ref, sub } => {
                if self.is_constant(name) {
                    return false;
                }
                if let Some(sub) = sub {
                    self.bind(
                        *sub,
                        Value {
                            guards: Vec::new(),
                            ..value.clone()
                        },
                        false,
                    );
                }
                let takes = by_value
                    && !by_ref
                    && !value.guards.is_empty()
                    && (!value.part
                        || matches!(value.ty, Ty::Unknown | Ty::Param(_))
                        || self.program.holds_guard(&value.ty));
                let mut borrows = value.borrows;
                if !takes {
                    borrows.extend(value.guards.iter().copied());
                }
                let drops = by_value && !by_ref && self.program.has_destructor(&value.ty);
                let local = self.new_local(
                    name.clone(),
                    Local {
                        ty: if *by_ref {
                            value.ty.reference()
                        } else {
                            value.ty
                        },
                        place: None,
                        borrows,
                        closure: value.closure,
                        pending: value.pending,
                        lazy: value.lazy,
                        param: None,
                        drops,
                    },
                );
                self.note_variable(local, pat);
                let place = self.identity(local, value.place, value.parts);
                if let Some(found) = self.local_mut(local) {
                    found.place = Some(place);
                }
                if takes {
                    for guard in value.guards {
                        self.state.set_owner(guard, Owner::Local(local));
                        if let Some(found) = self.guard_mut(guard) {
                            found.keeper = Keeper::Variable(name.clone());
                        }
                    }
                }
                takes
            }
            PatKind::TupleStruct(path, subs) => {
                let fields = self.payload(path, &value.ty, subs.len());
                let arity = self
                    .struct_of(path)
                    .map(|(adt, variant)| self.program.fields(adt, variant).len());
                let mut value = value;
                let variant = path
                    .segments
                    .last()
                    .map(|last| last.name.clone())
                    .unwrap_or_default();
                let mut taken = false;
                for (at, &sub) in subs.iter().enumerate() {
                    let name = match self.struct_of(path) {
                        Some((_, None)) => at.to_string(),
                        _ => format!("{variant}.{at}"),
                    };
                    let mut part = part(&value, fields.get(at).cloned().unwrap_or_default(), &name);
                    if matches!(&*variant, "Some" | "Ok" | "Err") {
                        // What is inside is told by what it is inside of.
                        part.place.clone_from(&value.place);
                    }
                    let by_value = by_value && !matches!(value.ty, Ty::Ref(_));
                    taken |= match arity.and_then(|arity| self.position(subs, at, arity)) {
                        Some(at) => {
                            let field = at.to_string();
                            self.bind_part(&mut value.guards, sub, part, &field, by_value)
                        }
                        None => self.bind(sub, part, by_value),
                    };
                }
                taken
            }
            PatKind::Struct(path, subs) => {
                let (adt, variant) = match self.struct_of(path) {
                    Some((adt, variant)) => (Some(adt), variant),
                    None => (None, None),
                };
                let mut taken = false;
                let mut value = value;
                for (name, sub) in subs {
                    let ty = match (adt, value.ty.peeled()) {
                        (Some(adt), Ty::Adt(found, args)) if adt == *found => {
                            self.program.field(adt, variant, name, args)
                        }
                        (Some(adt), _) => {
                            let args: crate::index::ty::Args = std::sync::Arc::new([]);
                            self.program.field(adt, variant, name, &args)
                        }
                        _ => Ty::Unknown,
                    };
                    let step = match variant {
                        Some(_) => {
                            let variant = path.segments.last().map(|last| last.name.as_str());
                            format!("{}.{name}", variant.unwrap_or_default())
                        }
                        None => name.to_string(),
                    };
                    let part = part(&value, referenced(&value.ty, ty), &step);
                    let by_value = by_value && !matches!(value.ty, Ty::Ref(_));
                    taken |= self.bind_part(&mut value.guards, *sub, part, name, by_value);
                }
                taken
            }
            PatKind::Tuple(subs) => {
                let types = match value.ty.peeled() {
                    Ty::Tuple(types) => types.to_vec(),
                    _ => Vec::new(),
                };
                let mut taken = false;
                // Which element carries which guard is told by the slots, and where they say nothing
                // by the types, in order.
                let (mut known, mut guards): (Vec<u32>, Vec<u32>) =
                    value.guards.iter().partition(|&&guard| {
                        let slot = self.state.slot_of(guard);
                        slot.is_some_and(|slot| !slot.0.is_empty())
                    });
                for (at, &sub) in subs.iter().enumerate() {
                    let ty = types.get(at).cloned().unwrap_or_default();
                    let place = self.position(subs, at, types.len()).unwrap_or(at);
                    let field = place.to_string();
                    let mut part = part(&value, referenced(&value.ty, ty.clone()), &field);
                    part.guards.clone_from(&known);
                    if self.in_field(&part, &field).1 {
                        taken |= self.bind_part(&mut known, sub, part, &field, by_value);
                        continue;
                    }
                    part.guards = if self.program.holds_guard(&ty) && !guards.is_empty() {
                        vec![guards.remove(0)]
                    } else if matches!(ty, Ty::Unknown) {
                        std::mem::take(&mut guards)
                    } else {
                        Vec::new()
                    };
                    taken |= self.bind(sub, part, by_value);
                }
                taken
            }
            PatKind::Slice(subs) => {
                let element = self.element(&value.ty);
                let mut taken = false;
                for &sub in subs {
                    let mut part = part(&value, referenced(&value.ty, element.clone()), "");
                    part.place = value
                        .place
                        .as_ref()
                        .and_then(|place| place.step(Step::Element));
                    taken |= self.bind(sub, part, by_value);
                }
                taken
            }
            PatKind::Ref(sub) => {
                let ty = value.ty.peeled().clone();
                self.bind(*sub, value.with_ty(ty), by_value)
            }
            PatKind::Or(subs) => {
                let mut taken = false;
                let names = self.names.len();
                for &sub in subs {
                    // All alternatives bind the same names: the first one's variables count.
                    let before = self.names.len();
                    taken |= self.bind(sub, value.clone(), by_value);
                    if before > names {
                        self.names.truncate(before);
                    }
                }
                taken
            }
        }
    }

    /// Binds one field of a value: guards that sit in another one are not part of it. What surely
    /// sat here is no longer among the `guards` of the whole.
    fn bind_part(
        &mut self,
        guards: &mut Vec<u32>,
        sub: PatId,
        mut part: Value,
        field: &str,
        by_value: bool,
    ) -> bool {
        let (here, sure) = self.in_field(&part, field);
        part.guards.clone_from(&here);
        // Where the slot says that the guard is here, the type need not.
        part.part = !sure;
        let taken = self.seen_from(&here, field, |walker| walker.bind(sub, part, by_value));
        if sure {
            guards.retain(|guard| !here.contains(guard));
        }
        taken
    }

    /// Which element of `arity` the pattern at `at` of `subs` is for: `..` stands for any number.
    fn position(&self, subs: &[PatId], at: usize, arity: usize) -> Option<usize> {
        let is_rest = |pat: &PatId| matches!(self.body.pat(*pat).kind, PatKind::Rest);
        match subs.iter().position(is_rest) {
            Some(rest) if at > rest => (arity + at).checked_sub(subs.len()),
            _ => Some(at),
        }
    }

    /// Whether a lone identifier in a pattern is a constant or a unit variant.
    fn is_constant(&self, name: &Name) -> bool {
        if !name.starts_with(char::is_uppercase) {
            return false;
        }
        let path = PathRef {
            qself: None,
            segments: vec![crate::hir::Segment {
                name: name.clone(),
                args: Vec::new(),
                bindings: Vec::new(),
            }],
        };
        !matches!(
            self.program.resolve_value_path(self.scope.module, &path),
            Res::Unresolved
        )
    }

    fn struct_of(&self, path: &PathRef) -> Option<(crate::index::AdtId, Option<u32>)> {
        if let Some(first) = path.segments.first()
            && first.name == "Self"
            && let Some(Ty::Adt(adt, _)) = &self.scope.self_ty
        {
            let variant = path.segments.get(1);
            return Some((
                *adt,
                variant.and_then(|name| self.program.variant(*adt, &name.name)),
            ));
        }
        match self.program.resolve_type_path(self.scope.module, path) {
            Res::Def(Def::Adt(adt)) => Some((adt, None)),
            Res::Def(Def::Variant(adt, variant)) => Some((adt, Some(variant))),
            _ => None,
        }
    }

    /// Types of the fields of `path(…)` for a value of type `ty`.
    fn payload(&self, path: &PathRef, ty: &Ty, count: usize) -> Vec<Ty> {
        let name = path
            .segments
            .last()
            .map(|last| last.name.as_str())
            .unwrap_or_default();
        let peeled = ty.peeled();
        if let Ty::Ext(found, _) = peeled {
            let arg = match (&**found, name) {
                ("std::option::Option", "Some") | ("std::result::Result", "Ok") => Some(0),
                ("std::result::Result", "Err") => Some(1),
                ("std::sync::TryLockError", "Poisoned") => Some(0),
                _ => None,
            };
            if let Some(arg) = arg {
                return vec![referenced(ty, peeled.arg(arg))];
            }
        }
        let Some((adt, variant)) = self.struct_of(path) else {
            return Vec::new();
        };
        let args = match peeled {
            Ty::Adt(found, args) if *found == adt => args.clone(),
            _ => std::sync::Arc::new([]),
        };
        (0..count)
            .map(|at| referenced(ty, self.program.field(adt, variant, &at.to_string(), &args)))
            .collect()
    }

    /// What `pat` says of an `Option` or `Result`.
    pub(super) fn polarity(&self, pat: PatId) -> Polarity {
        match &self.body.pat(pat).kind {
            PatKind::TupleStruct(path, _) | PatKind::Path(path) | PatKind::Struct(path, _) => {
                match path.segments.last().map(|last| last.name.as_str()) {
                    Some("Some" | "Ok") => Polarity::Success,
                    Some("None" | "Err") => Polarity::Failure,
                    _ => Polarity::Either,
                }
            }
            PatKind::Bind { name, sub, .. } => match (name.as_str(), sub) {
                ("None", _) => Polarity::Failure,
                (_, Some(sub)) => self.polarity(*sub),
                _ => Polarity::Either,
            },
            PatKind::Ref(sub) => self.polarity(*sub),
            PatKind::Or(subs) => {
                let mut all = subs.iter().map(|sub| self.polarity(*sub));
                let first = all.next().unwrap_or(Polarity::Either);
                if all.all(|next| next == first) {
                    first
                } else {
                    Polarity::Either
                }
            }
            _ => Polarity::Either,
        }
    }

    /// The value is `None` or `Err` here: what it holds only on success does not exist.
    pub(super) fn failed(&mut self, value: &Value) {
        let is_option = value.ty.is_ext("std::option::Option");
        for &guard in &value.present {
            self.state.remove(guard);
        }
        for &guard in &value.guards {
            if is_option || self.guard(guard).is_some_and(|guard| guard.optional) {
                self.state.remove(guard);
            }
        }
    }
}

/// A reference to `part` where the whole is matched by reference.
fn referenced(whole: &Ty, part: Ty) -> Ty {
    if matches!(whole, Ty::Ref(_)) && !matches!(part, Ty::Unknown) {
        part.reference()
    } else {
        part
    }
}

/// One part of a matched value.
fn part(whole: &Value, ty: Ty, name: &str) -> Value {
    Value {
        ty,
        place: whole.place.as_ref().and_then(|place| place.field(name)),
        guards: whole.guards.clone(),
        borrows: whole.borrows.clone(),
        pending: Pending::None,
        part: true,
        ..Value::default()
    }
}
