//! Which types hold a lock guard: found once for all of them, after linking.

use super::lower::TyScope;
use super::ty::Ty;
use super::{AdtId, Program};
use crate::hir::{Field, ItemKind, Name};

/// Types nest no deeper than this on the way to a guard.
const DEPTH: u32 = 12;

impl Program<'_> {
    /// Whether a value of the type is or holds a lock guard.
    pub fn holds_guard(&self, ty: &Ty) -> bool {
        holds(ty, DEPTH, &|adt| {
            self.holders.get(adt.at()).copied().unwrap_or(false)
        })
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
