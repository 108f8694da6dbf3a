//! Which types hold a lock guard: found once for all of them, after linking.

use super::lower::TyScope;
use super::ty::Ty;
use super::{AdtId, Program};
use crate::hir::{Field, ItemKind, Name};
use crate::walk::facts::Slot;

/// Types nest no deeper than this on the way to a guard.
const DEPTH: u32 = 12;

/// Fields on the way to a guard that are told apart.
const STEPS: usize = 3;

/// Guards of one value that are told apart.
const SLOTS: usize = 8;

impl Program<'_> {
    /// Whether a value of the type is or holds a lock guard.
    pub fn holds_guard(&self, ty: &Ty) -> bool {
        holds(ty, DEPTH, &|adt| {
            self.holders.get(adt.at()).copied().unwrap_or(false)
        })
    }

    /// Where in a value of the type guards sit; one that says nothing where they are too many.
    pub fn guard_slots(&self, ty: &Ty) -> Vec<Slot> {
        if !self.holds_guard(ty) {
            return Vec::new();
        }
        let mut slots = Vec::new();
        self.add_slots(ty, &mut Vec::new(), &mut slots);
        if slots.is_empty() || slots.len() > SLOTS {
            slots = vec![Slot::default()];
        }
        slots
    }

    /// Adds the slots of a value of `ty` that sits at `path`.
    fn add_slots(&self, ty: &Ty, path: &mut Vec<Name>, slots: &mut Vec<Slot>) {
        if slots.len() > SLOTS {
            return;
        }
        let fields: Vec<(Name, Ty)> = match ty {
            // What is in a container has no step of its own.
            Ty::Ext(_, args) => {
                for arg in args.iter().filter(|arg| self.holds_guard(arg)) {
                    self.add_slots(arg, path, slots);
                }
                return;
            }
            Ty::Tuple(args) => args
                .iter()
                .enumerate()
                .map(|(at, ty)| (at.to_string().into(), ty.clone()))
                .collect(),
            Ty::Adt(adt, args) if path.len() < STEPS => {
                let variants = match &self.adt(*adt).item.kind {
                    ItemKind::Enum { variants, .. } => variants.len(),
                    _ => 0,
                };
                let mut fields = Vec::new();
                for variant in (0..u32::try_from(variants).unwrap_or(0))
                    .map(Some)
                    .chain((variants == 0).then_some(None))
                {
                    for field in self.fields(*adt, variant) {
                        let ty = self.field(*adt, variant, &field.name, args);
                        fields.push((field.name.clone(), ty));
                    }
                }
                fields
            }
            _ => Vec::new(),
        };
        let holders: Vec<_> = fields
            .into_iter()
            .filter(|(_, ty)| self.holds_guard(ty))
            .collect();
        if holders.is_empty() {
            let slot = Slot(path.clone());
            if !slots.contains(&slot) {
                slots.push(slot);
            }
            return;
        }
        for (name, ty) in holders {
            path.push(name);
            self.add_slots(&ty, path, slots);
            path.pop();
        }
    }

    /// For each type of the workspace, whether it holds a guard whatever its arguments are.
    pub(super) fn find_holders(&mut self) {
        let fields: Vec<Vec<Ty>> = (0..self.adts.len())
            .map(|at| self.field_types(AdtId::of(at)))
            .collect();
        let mut holders = vec![false; fields.len()];
        // Each round finds what holds a holder of the round before.
        loop {
            let next: Vec<bool> = fields
                .iter()
                .zip(&holders)
                .map(|(types, &known)| {
                    let holder = |adt: AdtId| holders.get(adt.at()).copied().unwrap_or(false);
                    known || types.iter().any(|ty| holds(ty, DEPTH, &holder))
                })
                .collect();
            if next == holders {
                break;
            }
            holders = next;
        }
        self.holders = holders;
        self.find_droppers(&fields);
    }

    /// Whether dropping a value of the type runs code of the workspace.
    pub fn has_destructor(&self, ty: &Ty) -> bool {
        drops(ty, &|adt| {
            self.droppers.get(adt.at()).copied().unwrap_or(false)
        })
    }

    fn find_droppers(&mut self, fields: &[Vec<Ty>]) {
        let name = Name::new_static("Drop");
        let mut droppers: Vec<bool> = (0..fields.len())
            .map(|at| {
                self.implementations
                    .contains_key(&(AdtId::of(at), name.clone()))
            })
            .collect();
        loop {
            let next: Vec<bool> = fields
                .iter()
                .zip(&droppers)
                .map(|(types, &known)| {
                    let dropper = |adt: AdtId| droppers.get(adt.at()).copied().unwrap_or(false);
                    known || types.iter().any(|ty| drops(ty, &dropper))
                })
                .collect();
            if next == droppers {
                break;
            }
            droppers = next;
        }
        self.droppers = droppers;
    }

    fn field_types(&self, adt: AdtId) -> Vec<Ty> {
        let def = self.adt(adt);
        let scope = TyScope {
            module: def.module,
            generics: vec![def.generics],
            self_ty: None,
            members: None,
        };
        let lower = |field: &Field| self.lower(&field.ty, &scope);
        match &def.item.kind {
            ItemKind::Struct { fields, .. } => fields.iter().map(lower).collect(),
            ItemKind::Enum { variants, .. } => variants
                .iter()
                .flat_map(|(_, fields)| fields)
                .map(lower)
                .collect(),
            _ => Vec::new(),
        }
    }
}

/// Whether dropping a value of `ty` runs a destructor, where `dropper` tells it of the workspace's
/// types. Counted references are not dropped for certain.
fn drops(ty: &Ty, dropper: &dyn Fn(AdtId) -> bool) -> bool {
    match ty {
        Ty::Adt(adt, _) => dropper(*adt),
        Ty::Ext(path, args) if matches!(&**path, "std::boxed::Box" | "std::option::Option") => {
            matches!(args.first(), Some(Ty::Adt(adt, _)) if dropper(*adt))
        }
        _ => false,
    }
}

/// Whether a value of `ty` holds a guard, where `holder` tells it of the workspace's types.
fn holds(ty: &Ty, depth: u32, holder: &dyn Fn(AdtId) -> bool) -> bool {
    let Some(depth) = depth.checked_sub(1) else {
        return false;
    };
    let any = |types: &[Ty]| types.iter().any(|ty| holds(ty, depth, holder));
    match ty {
        Ty::Guard(_) => true,
        Ty::Tuple(args) => any(args),
        Ty::Ext(path, args) => {
            let container = matches!(
                &**path,
                "std::option::Option"
                    | "std::result::Result"
                    | "std::boxed::Box"
                    | "std::vec::Vec"
                    | "std::sync::PoisonError"
                    | "std::sync::TryLockError"
            );
            container && any(args)
        }
        Ty::Adt(adt, args) => holder(*adt) || any(args),
        _ => false,
    }
}
