//! A walk along a path of fields, from the type of its root to the lock.

use std::collections::BTreeSet;

use crate::hir::Name;
use crate::index::lower::TyScope;
use crate::index::ty::{Args, Ty};
use crate::index::{AdtId, Program};
use crate::walk::facts::Step;

use super::class::Owner;

/// Types are peeled no deeper than this.
pub(super) const PEELS: usize = 12;

/// A newtype has no more fields than this.
const NEWTYPE: usize = 2;

/// A walk along a path of fields.
pub(super) struct Walk {
    ty: Ty,
    /// Nobody else can reach what the path has led to.
    pub(super) unshared: bool,
    /// Where the last declaring type was met, and which it is.
    pub(super) owner: Option<(usize, Owner)>,
    /// The same for a type whose role is not known.
    pub(super) loose: Option<(usize, Owner)>,
}

impl Walk {
    pub(super) fn new(ty: Ty, unshared: bool) -> Self {
        Self {
            ty,
            unshared,
            owner: None,
            loose: None,
        }
    }

    pub(super) fn step(
        &mut self,
        program: &Program<'_>,
        roles: &BTreeSet<AdtId>,
        index: usize,
        step: &Step,
    ) {
        match step {
            Step::Element | Step::At(_) => {
                self.seek(program, |ty| match ty {
                    Ty::Slice(element) => Some((**element).clone()),
                    Ty::Ext(path, args) if args.len() >= 2 && path.ends_with("Map") => {
                        Some(ty.arg(1))
                    }
                    Ty::Ext(path, _) if path.ends_with("VecDeque") => Some(ty.arg(0)),
                    _ => None,
                });
            }
            Step::Field(name) if name == "*" => {
                self.unshared = false;
                self.seek(program, |ty| match ty {
                    Ty::Guard(inner) => Some((**inner).clone()),
                    Ty::Ext(path, _) => {
                        let lock = program.locks.by_type(path)?;
                        Some(ty.arg(program.locks.lock(lock).inner))
                    }
                    _ => None,
                });
            }
            Step::Field(name) if name.starts_with('*') => self.lose(),
            Step::Field(name) => self.field(program, roles, index, name),
        }
    }

    /// Where the path goes on is not known.
    fn lose(&mut self) {
        self.ty = Ty::Unknown;
        self.owner = None;
        self.loose = None;
    }

    fn field(&mut self, program: &Program<'_>, roles: &BTreeSet<AdtId>, index: usize, name: &Name) {
        let mut declared = None;
        self.seek(program, |ty| match ty {
            Ty::Adt(adt, args) => {
                let (ty, newtype) = field(program, *adt, name, args)?;
                declared = Some((*adt, newtype || roles.contains(adt)));
                Some(ty)
            }
            Ty::Tuple(args) => args.get(name.parse::<usize>().ok()?).cloned(),
            Ty::Ext(path, _) => match (&**path, name.as_str()) {
                ("std::option::Option", "Some.0") | ("std::result::Result", "Ok.0") => {
                    Some(ty.arg(0))
                }
                _ => None,
            },
            _ => None,
        });
        match declared {
            Some((adt, false)) => self.owner = Some((index, Owner::Type(adt))),
            // Its role is its holder's field; without one it is not known.
            Some((adt, true)) => self.loose = Some((index, Owner::Type(adt))),
            None if matches!(self.ty, Ty::Unknown) => self.lose(),
            None => {}
        }
    }

    /// What is meant is what the last step's type points to.
    pub(super) fn arrive(&mut self, program: &Program<'_>) {
        for _ in 0..PEELS {
            let points = match &self.ty {
                Ty::Ref(_) => true,
                Ty::Ext(path, _) => program.locks.transparent(path).is_some(),
                _ => false,
            };
            if !points {
                return;
            }
            self.unshared &= keeps_owner(&self.ty);
            self.ty = program.deref(&self.ty).unwrap_or_default();
        }
    }

    /// Dereferences until `part` finds what the step names.
    fn seek(&mut self, program: &Program<'_>, mut part: impl FnMut(&Ty) -> Option<Ty>) {
        for _ in 0..PEELS {
            if let Some(found) = part(&self.ty) {
                self.ty = found;
                return;
            }
            if !keeps_owner(&self.ty) {
                self.unshared = false;
            }
            let Some(next) = program.deref(&self.ty) else {
                break;
            };
            self.ty = next;
        }
        self.ty = Ty::Unknown;
    }
}

/// Whether who owns a value of the type owns what it dereferences to.
fn keeps_owner(ty: &Ty) -> bool {
    match ty {
        Ty::Ext(path, _) => matches!(
            &**path,
            "std::boxed::Box"
                | "std::vec::Vec"
                | "std::mem::ManuallyDrop"
                | "std::panic::AssertUnwindSafe"
                | "crossbeam_utils::CachePadded"
                | "crossbeam::utils::CachePadded"
        ),
        _ => false,
    }
}

/// The type of field `name` (`Variant.name` of an enum), and whether the type is a newtype for any
/// content.
fn field(program: &Program<'_>, adt: AdtId, name: &str, args: &Args) -> Option<(Ty, bool)> {
    let (variant, name) = match name.split_once('.') {
        Some((variant, name)) => (Some(program.variant(adt, variant)?), name),
        None => (None, name),
    };
    let fields = program.fields(adt, variant);
    let found = fields.iter().find(|field| field.name == name)?;
    let ty = program.field(adt, variant, name, args);
    let def = program.adt(adt);
    if def.generics.is_empty() || fields.len() > NEWTYPE {
        return Some((ty, false));
    }
    let scope = TyScope {
        module: def.module,
        generics: vec![def.generics],
        self_ty: None,
        members: None,
    };
    Some((ty, is_open(program, program.lower(&found.ty, &scope))))
}

/// Whether a field is a lock of whatever a type parameter says.
fn is_open(program: &Program<'_>, mut ty: Ty) -> bool {
    for _ in 0..PEELS {
        if let Ty::Ext(path, _) = &ty
            && let Some(lock) = program.locks.by_type(path)
        {
            return holds_param(&ty.arg(program.locks.lock(lock).inner), PEELS);
        }
        match program.deref(&ty) {
            Some(next) => ty = next,
            None => return matches!(ty, Ty::Param(_)),
        }
    }
    false
}

fn holds_param(ty: &Ty, depth: usize) -> bool {
    let Some(depth) = depth.checked_sub(1) else {
        return false;
    };
    match ty {
        Ty::Param(_) => true,
        Ty::Ext(_, args) | Ty::Tuple(args) => args.iter().any(|ty| holds_param(ty, depth)),
        Ty::Slice(ty) | Ty::Ref(ty) => holds_param(ty, depth),
        _ => false,
    }
}
