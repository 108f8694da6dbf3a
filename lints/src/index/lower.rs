//! What a type as written is.

use std::sync::Arc;

use crate::hir::{Field, GenericParam, Item, ItemKind, PathRef, TypeRef};

use super::names::{Def, Res};
use super::ty::{Args, Bound, Subst, Ty};
use super::{AdtId, AliasId, ModuleId, Program};

/// How deep aliases are followed.
const DEPTH: u32 = 24;

/// In which context a type is written.
#[derive(Debug, Clone)]
pub struct TyScope<'a> {
    /// The module.
    pub module: ModuleId,
    /// Type parameters in view.
    pub generics: Vec<&'a [GenericParam]>,
    /// What `Self` means.
    pub self_ty: Option<Ty>,
    /// Associated types in view (`Self::Item`).
    pub members: Option<&'a [Item]>,
}

impl TyScope<'_> {
    /// The bounds of type parameter `name`, if it is one.
    pub fn param(&self, name: &str) -> Option<&GenericParam> {
        self.generics
            .iter()
            .rev()
            .flat_map(|list| list.iter())
            .find(|param| param.name == name)
    }
}

impl<'a> Program<'a> {
    /// The type as written in `scope`.
    pub fn lower(&self, ty: &TypeRef, scope: &TyScope<'_>) -> Ty {
        let lowered = self.lower_within(ty, scope, DEPTH);
        if lowered.is_small(&mut 200) {
            lowered
        } else {
            Ty::Unknown
        }
    }

    fn lower_within(&self, ty: &TypeRef, scope: &TyScope<'_>, depth: u32) -> Ty {
        let Some(depth) = depth.checked_sub(1) else {
            return Ty::Unknown;
        };
        let list = |types: &[TypeRef]| -> Args {
            types
                .iter()
                .map(|ty| self.lower_within(ty, scope, depth))
                .collect()
        };
        match ty {
            TypeRef::Path(path) => self.lower_path(path, scope, depth),
            TypeRef::Ref(ty) | TypeRef::Ptr(ty) => {
                Ty::Ref(Arc::new(self.lower_within(ty, scope, depth)))
            }
            TypeRef::Tuple(types) => Ty::Tuple(list(types)),
            TypeRef::Slice(ty) => Ty::Slice(Arc::new(self.lower_within(ty, scope, depth))),
            TypeRef::Fn(params, ret) => {
                Ty::Callable(list(params), Arc::new(self.lower_within(ret, scope, depth)))
            }
            TypeRef::Dyn(bounds) | TypeRef::Impl(bounds) => self.lower_bounds(bounds, scope, depth),
            TypeRef::Never => Ty::Never,
            TypeRef::Infer => Ty::Unknown,
        }
    }

    /// What `dyn A + B`, `impl A + B` or `T: A + B` can be used as.
    pub fn bounds(&self, bounds: &[TypeRef], scope: &TyScope<'_>) -> Ty {
        self.lower_bounds(bounds, scope, DEPTH)
    }

    fn lower_bounds(&self, bounds: &[TypeRef], scope: &TyScope<'_>, depth: u32) -> Ty {
        let Some(depth) = depth.checked_sub(1) else {
            return Ty::Unknown;
        };
        let mut found = Vec::new();
        for bound in bounds {
            let path = match bound {
                TypeRef::Fn(params, ret) => {
                    return Ty::Callable(
                        params
                            .iter()
                            .map(|ty| self.lower_within(ty, scope, depth))
                            .collect(),
                        Arc::new(self.lower_within(ret, scope, depth)),
                    );
                }
                TypeRef::Path(path) => path,
                _ => continue,
            };
            let Some(last) = path.segments.last() else {
                continue;
            };
            let binding = |name: &str| {
                last.bindings
                    .iter()
                    .find(|(found, _)| found == name)
                    .map(|(_, ty)| self.lower_within(ty, scope, depth))
            };
            match (
                last.name.as_str(),
                binding("Output"),
                binding("Item"),
                binding("Target"),
            ) {
                ("Future" | "IntoFuture", output, _, _) => {
                    return Ty::Future(Arc::new(output.unwrap_or_default()));
                }
                ("Iterator" | "IntoIterator" | "DoubleEndedIterator", _, Some(item), _) => {
                    return Ty::ext1("std::iter::Iterator", item);
                }
                // What it is but a way to the target, is not said: it may well be a guard.
                ("Deref" | "DerefMut", _, _, Some(target)) => return Ty::Guard(Arc::new(target)),
                _ => {}
            }
            let args: Args = last
                .args
                .iter()
                .map(|ty| self.lower_within(ty, scope, depth))
                .collect();
            match self.resolve_type_path(scope.module, path) {
                Res::Def(Def::Trait(id)) => found.push(Bound::Trait(id, args)),
                Res::External(path) => found.push(Bound::Ext(path, args)),
                _ => {}
            }
        }
        if found.is_empty() {
            Ty::Unknown
        } else {
            Ty::Bounds(found.into())
        }
    }

    fn lower_path(&self, path: &PathRef, scope: &TyScope<'_>, depth: u32) -> Ty {
        let Some(last) = path.segments.last() else {
            return Ty::Unknown;
        };
        if path.qself.is_some() {
            return Ty::Unknown;
        }
        if let [only] = path.segments.as_slice() {
            if only.name == "Self" {
                return scope.self_ty.clone().unwrap_or_default();
            }
            if scope.param(&only.name).is_some() {
                return Ty::Param(only.name.clone());
            }
        }
        if let [first, second] = path.segments.as_slice()
            && first.name == "Self"
        {
            let member = scope
                .members
                .into_iter()
                .flatten()
                .find(|item| item.name == second.name);
            return match member.map(|item| &item.kind) {
                Some(ItemKind::TypeAlias { ty, .. }) => self.lower_within(ty, scope, depth),
                _ => Ty::Unknown,
            };
        }
        let args: Args = last
            .args
            .iter()
            .map(|ty| self.lower_within(ty, scope, depth))
            .collect();
        match self.resolve_type_path(scope.module, path) {
            Res::Def(Def::Adt(id)) => Ty::Adt(id, args),
            Res::Def(Def::Alias(id)) => self.expand(id, &args, depth),
            Res::External(path) => self.external_type(path, args),
            // A trait in type position is a 2015 `dyn`.
            Res::Def(Def::Trait(id)) => Ty::Bounds(Arc::new([Bound::Trait(id, args)])),
            _ => Ty::Unknown,
        }
    }

    fn external_type(&self, path: Arc<str>, args: Args) -> Ty {
        match self.locks.guard(&path) {
            Some(inner) => Ty::Guard(Arc::new(args.get(inner).cloned().unwrap_or_default())),
            None => Ty::Ext(path, args),
        }
    }

    fn expand(&self, id: AliasId, args: &Args, depth: u32) -> Ty {
        let alias = self.alias(id);
        let scope = TyScope {
            module: alias.module,
            generics: vec![alias.generics],
            self_ty: None,
            members: None,
        };
        let ty = self.lower_within(alias.ty, &scope, depth / 2);
        ty.subst(&bind(alias.generics, args), true)
    }

    /// Fields of a struct, or of variant `variant` of an enum.
    pub fn fields(&self, adt: AdtId, variant: Option<u32>) -> &'a [Field] {
        match (&self.adt(adt).item.kind, variant) {
            (ItemKind::Struct { fields, .. }, _) => fields,
            (ItemKind::Enum { variants, .. }, Some(at)) => usize::try_from(at)
                .ok()
                .and_then(|at| variants.get(at))
                .map_or(&[], |(_, fields)| fields.as_slice()),
            _ => &[],
        }
    }

    /// The type of field `name` of `adt` with arguments `args`.
    pub fn field(&self, adt: AdtId, variant: Option<u32>, name: &str, args: &Args) -> Ty {
        let def = self.adt(adt);
        let Some(field) = self
            .fields(adt, variant)
            .iter()
            .find(|field| field.name == name)
        else {
            return Ty::Unknown;
        };
        let scope = TyScope {
            module: def.module,
            generics: vec![def.generics],
            self_ty: Some(Ty::Adt(adt, args.clone())),
            members: None,
        };
        self.lower(&field.ty, &scope)
            .subst(&bind(def.generics, args), true)
    }
}

/// Type parameters with their arguments; missing ones are unknown.
pub fn bind(generics: &[GenericParam], args: &Args) -> Subst {
    generics
        .iter()
        .enumerate()
        .map(|(at, param)| {
            (
                param.name.clone(),
                args.get(at).cloned().unwrap_or_default(),
            )
        })
        .collect()
}
