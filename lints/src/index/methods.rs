//! Methods: which functions a name means on a receiver of a type.

use std::sync::Arc;

use crate::grounds::Grounds;
use crate::hir::{ItemKind, Name, contradict};

use super::lower::TyScope;
use super::ty::{Bound, Subst, Ty, unify};
use super::{FnDef, FnId, Parent, Program, TraitId};

/// More implementations than this are not followed: the call is counted as unresolved.
const DISPATCH: usize = 12;

/// How many dereferences a receiver goes through.
const STEPS: usize = 10;

/// What a call may run.
#[derive(Debug, Clone, Default)]
pub struct Callees {
    /// Functions with how sure it is that it is this one.
    pub fns: Vec<(FnId, Grounds)>,
    /// What the type parameters of the `impl` stand for.
    pub subst: Subst,
}

impl<'a> Program<'a> {
    /// The types that a receiver dereferences to, itself first.
    pub fn deref_steps(&self, ty: &Ty) -> Vec<Ty> {
        let mut steps = vec![ty.clone()];
        while steps.len() < STEPS
            && let Some(next) = steps.last().and_then(|ty| self.deref(ty))
        {
            if steps.contains(&next) {
                break;
            }
            steps.push(next);
        }
        steps
    }

    /// What `*value` is.
    pub fn deref(&self, ty: &Ty) -> Option<Ty> {
        match ty {
            Ty::Ref(inner) | Ty::Guard(inner) => Some((**inner).clone()),
            Ty::Ext(path, args) => {
                if let Some(at) = self.locks.transparent(path) {
                    return args.get(at).cloned();
                }
                match &**path {
                    "std::vec::Vec" => Some(Ty::Slice(Arc::new(ty.arg(0)))),
                    "std::string::String" => Some(Ty::ext("str")),
                    _ => None,
                }
            }
            Ty::Adt(adt, args) => {
                let def = self.impl_(*self.derefs.get(adt)?);
                let target = def.items.iter().find_map(|item| match &item.kind {
                    ItemKind::TypeAlias { ty, .. } if item.name == "Target" => Some(ty),
                    _ => None,
                })?;
                let scope = TyScope {
                    module: def.module,
                    generics: vec![def.generics],
                    self_ty: Some(def.self_ty.clone()),
                    members: Some(def.items),
                };
                let mut subst = Subst::new();
                unify(&def.self_ty, &Ty::Adt(*adt, args.clone()), &mut subst);
                Some(self.lower(target, &scope).subst(&subst, true))
            }
            _ => None,
        }
    }

    /// The user's `Deref::deref` of a type, where it is one of the workspace.
    pub fn deref_fn(&self, ty: &Ty) -> Option<FnId> {
        let Ty::Adt(adt, _) = ty else { return None };
        self.impl_(*self.derefs.get(adt)?).fns.first().copied()
    }

    /// Functions of the workspace named `name` on exactly `ty` (no further dereference).
    pub fn methods_on(&self, ty: &Ty, name: &str, scope: &TyScope<'_>) -> Callees {
        match ty {
            Ty::Bounds(_) | Ty::Param(_) => {
                let bounds = match ty {
                    Ty::Param(name) => scope
                        .param(name)
                        .map(|param| self.bounds(&param.bounds, scope)),
                    other => Some(other.clone()),
                };
                let found = match bounds {
                    Some(Ty::Bounds(bounds)) => self.dispatch(&bounds, name),
                    _ => Callees::default(),
                };
                if found.fns.is_empty() {
                    return self.blanket_method(ty, name, scope);
                }
                return found;
            }
            Ty::Unknown | Ty::Never => return Callees::default(),
            _ => {}
        }
        let Some(candidates) = self.by_name.get(name) else {
            return Callees::default();
        };
        let mut inherent = Callees::default();
        let mut by_trait = Callees::default();
        for &id in candidates {
            let Parent::Impl(parent) = self.function(id).parent else {
                continue;
            };
            let def = self.impl_(parent);
            if matches!(def.self_ty, Ty::Unknown) {
                continue;
            }
            let mut subst = Subst::new();
            if !unify(&def.self_ty, ty, &mut subst) {
                continue;
            }
            let list = match (def.trait_, &def.self_ty) {
                (None, _) => &mut inherent,
                (Some(_), Ty::Param(_)) => continue,
                (Some(_), _) => &mut by_trait,
            };
            list.fns.push((id, Grounds::Resolved));
            list.subst = subst;
        }
        for mut found in [inherent, by_trait] {
            if !found.fns.is_empty() {
                // Twins by `cfg` share a name, and one of them is compiled; of a trait's implementations
                // for other parameters any may be meant.
                if found.fns.len() > 1 {
                    let twins = found.fns.iter().enumerate().all(|(at, (a, _))| {
                        let others = found.fns.iter().skip(at + 1);
                        others
                            .map(|(b, _)| self.function(*b))
                            .all(|b| contradict(&self.function(*a).cfg, &b.cfg))
                    });
                    for (_, grounds) in &mut found.fns {
                        *grounds = if twins {
                            Grounds::Twins
                        } else {
                            Grounds::SeveralCallees
                        };
                    }
                }
                found.fns.truncate(DISPATCH);
                return found;
            }
        }
        if let Some(found) = self.default_method(ty, name) {
            return found;
        }
        self.blanket_method(ty, name, scope)
    }

    /// A trait's provided method, for a type of the workspace that implements the trait.
    fn default_method(&self, ty: &Ty, name: &str) -> Option<Callees> {
        for &id in self.by_name.get(name)? {
            let def = self.function(id);
            let Parent::Trait(trait_) = def.parent else {
                continue;
            };
            if def.body.is_none() {
                continue;
            }
            for &implementation in &self.trait_(trait_).impls {
                let implementation = self.impl_(implementation);
                let mut subst = Subst::new();
                if !matches!(implementation.self_ty, Ty::Unknown | Ty::Param(_))
                    && unify(&implementation.self_ty, ty, &mut subst)
                {
                    subst.insert(Name::new_static("Self"), ty.clone());
                    return Some(Callees {
                        fns: vec![(id, Grounds::Resolved)],
                        subst,
                    });
                }
            }
        }
        None
    }

    /// A call through a trait: the workspace's implementations, and the provided body.
    fn dispatch(&self, bounds: &[Bound], name: &str) -> Callees {
        let mut found = Callees::default();
        for bound in bounds {
            let Bound::Trait(id, _) = bound else { continue };
            self.dispatch_trait(*id, name, &mut found, 4);
        }
        let grounds = match found.fns.len() {
            0 | 1 => Grounds::OnlyCallee,
            n if n <= DISPATCH => Grounds::SeveralCallees,
            _ => return Callees::default(),
        };
        for (_, found) in &mut found.fns {
            *found = grounds;
        }
        found
    }

    fn dispatch_trait(&self, id: TraitId, name: &str, found: &mut Callees, depth: u32) {
        let Some(depth) = depth.checked_sub(1) else {
            return;
        };
        let def = self.trait_(id);
        let named = |id: &&FnId| self.function(**id).name == name;
        if let Some(declared) = def.fns.iter().find(named) {
            let mut provided = self.function(*declared).body.is_some();
            for &implementation in &def.impls {
                match self.impl_(implementation).fns.iter().find(named) {
                    Some(&id) if !self.function(id).is_test => {
                        found.fns.push((id, Grounds::OnlyCallee));
                    }
                    _ => {}
                }
            }
            if !found.fns.is_empty() {
                provided = provided
                    && def
                        .impls
                        .iter()
                        .any(|id| !self.impl_(*id).fns.iter().any(|id| named(&id)));
            }
            if provided {
                found.fns.push((*declared, Grounds::OnlyCallee));
            }
            return;
        }
        let scope = TyScope {
            module: def.module,
            generics: vec![def.generics],
            self_ty: None,
            members: None,
        };
        for supertrait in def.supertraits {
            if let Ty::Bounds(bounds) = self.bounds(std::slice::from_ref(supertrait), &scope) {
                for bound in bounds.iter() {
                    if let Bound::Trait(id, _) = bound {
                        self.dispatch_trait(*id, name, found, depth);
                    }
                }
            }
        }
    }

    /// The context in which the signature and body of `def` are written.
    pub fn scope_of(&self, def: &FnDef<'a>) -> TyScope<'a> {
        let mut generics: Vec<_> = def.outer_generics.clone();
        let (self_ty, members) = match def.parent {
            Parent::Free => (None, None),
            Parent::Impl(id) => {
                let def = self.impl_(id);
                generics.push(def.generics);
                (Some(def.self_ty.clone()), Some(def.items))
            }
            Parent::Trait(id) => {
                let def = self.trait_(id);
                generics.push(def.generics);
                (
                    Some(Ty::Bounds(Arc::new([Bound::Trait(id, Arc::new([]))]))),
                    Some(def.items),
                )
            }
        };
        generics.extend(def.function.map(|function| function.generics.as_slice()));
        TyScope {
            module: def.scope,
            generics,
            self_ty,
            members,
        }
    }

    /// What calling `id` gives, with the type parameters in `subst` replaced; for an `async fn` a
    /// future.
    pub fn return_type(&self, id: FnId, subst: &Subst) -> Ty {
        let def = self.function(id);
        let Some(function) = def.function else {
            return Ty::Unknown;
        };
        let scope = self.scope_of(def);
        let ty = self.lower(&function.ret, &scope);
        let mut subst = subst.clone();
        if let Some(receiver) = &scope.self_ty {
            subst
                .entry(Name::new_static("Self"))
                .or_insert_with(|| receiver.clone());
        }
        let ty = ty.subst(&subst, true);
        if function.is_async {
            Ty::Future(Arc::new(ty))
        } else {
            ty
        }
    }

    /// Types of the parameters of `id`, `self` first, as written.
    pub fn param_types(&self, id: FnId) -> Vec<Ty> {
        let def = self.function(id);
        let Some(function) = def.function else {
            return Vec::new();
        };
        let scope = self.scope_of(def);
        let mut types = Vec::new();
        if let Some(receiver) = &function.self_param {
            let own = scope.self_ty.clone().unwrap_or_default();
            types.push(match receiver {
                crate::hir::SelfParam::Value => own,
                crate::hir::SelfParam::Ref | crate::hir::SelfParam::RefMut => own.reference(),
                crate::hir::SelfParam::Typed(ty) => self.lower(ty, &scope),
            });
        }
        types.extend(function.params.iter().map(|ty| self.lower(ty, &scope)));
        types
    }
}
