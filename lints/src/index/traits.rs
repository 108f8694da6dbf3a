//! Methods of one named trait: what operators, formatting, `?`, `for` and qualified paths call.

use crate::grounds::Grounds;
use crate::hir::{GenericParam, ItemKind, Name, TypeRef};

use super::lower::TyScope;
use super::methods::Callees;
use super::ty::{Bound, Subst, Ty, unify};
use super::{FnId, ImplId, Program, TraitId};

impl Program<'_> {
    /// Remembers which type `impl` block `id` gives the trait `name`.
    pub(super) fn note_implementation(&mut self, id: ImplId, self_ty: &Ty, name: Name) {
        let def = self.impl_(id);
        if name == "From" {
            let last = def.trait_.and_then(|path| path.segments.last());
            let from = last
                .and_then(|last| last.args.first())
                .map(|arg| self.lower(arg, &self.impl_scope(id)));
            if let Some(Ty::Adt(from, _)) = from.as_ref().map(Ty::peeled) {
                self.conversions.entry(*from).or_default().push(id);
            }
        }
        if let Ty::Adt(adt, _) = self_ty.peeled() {
            let known = self.implementations.entry((*adt, name)).or_default();
            known.push(id);
        }
    }

    fn impl_scope(&self, id: ImplId) -> TyScope<'_> {
        let def = self.impl_(id);
        TyScope {
            module: def.module,
            generics: vec![def.generics],
            self_ty: Some(def.self_ty.clone()),
            members: Some(def.items),
        }
    }

    /// The method `name` of a trait called `trait_` on `ty`, references apart; `arg` is the trait's
    /// type argument where that tells implementations apart.
    pub fn method_of_trait(&self, ty: &Ty, trait_: &str, name: &str, arg: Option<&Ty>) -> Callees {
        let mut found = Callees::default();
        let Ty::Adt(adt, _) = ty.peeled() else {
            return found;
        };
        let Some(impls) = self.implementations.get(&(*adt, trait_.into())) else {
            return found;
        };
        // `impl Trait for &Type` and `impl Trait for Type` are two.
        let exact = |id: &&ImplId| unify(&self.impl_(**id).self_ty, ty, &mut Subst::new());
        let is_exact = impls.iter().any(|id| exact(&id));
        for &id in impls.iter().filter(|id| !is_exact || exact(id)) {
            let def = self.impl_(id);
            let mut subst = Subst::new();
            if !unify(def.self_ty.peeled(), ty.peeled(), &mut subst) {
                continue;
            }
            let declared = def
                .trait_
                .and_then(|path| path.segments.last()?.args.first());
            // A literal's type is not known: only a type of the workspace tells them apart.
            let arg = arg.filter(|arg| matches!(arg.peeled(), Ty::Adt(..)));
            if let (Some(arg), Some(declared)) = (arg, declared) {
                let declared = self.lower(declared, &self.impl_scope(id));
                if !unify(declared.peeled(), arg.peeled(), &mut subst) {
                    continue;
                }
            }
            if let Some(function) = self.member(id, name) {
                subst.insert(Name::new_static("Self"), ty.peeled().clone());
                found.fns.push((function, Grounds::Resolved));
                found.subst = subst;
            }
        }
        self.weigh(&mut found);
        found
    }

    /// The function `name` of `impl` block `id`, or the one that its trait provides.
    fn member(&self, id: ImplId, name: &str) -> Option<FnId> {
        let def = self.impl_(id);
        let named = |id: &&FnId| self.function(**id).name == name;
        def.fns.iter().find(named).copied().or_else(|| {
            let provided = self.trait_(def.trait_id?).fns.iter().find(named)?;
            self.function(*provided).body.map(|_| *provided)
        })
    }

    /// Of several functions one runs: which, is not known.
    fn weigh(&self, found: &mut Callees) {
        if found.fns.len() < 2 {
            return;
        }
        let twins = found
            .fns
            .iter()
            .all(|(id, _)| !self.function(*id).cfg.is_empty());
        for (_, grounds) in &mut found.fns {
            *grounds = if twins {
                Grounds::Twins
            } else {
                Grounds::SeveralCallees
            };
        }
    }

    /// `from` of the only type that a value of `ty` can be turned into, or of `target`.
    pub fn conversion(&self, ty: &Ty, target: Option<&Ty>) -> Callees {
        let mut found = Callees::default();
        let Ty::Adt(adt, _) = ty.peeled() else {
            return found;
        };
        for &id in self.conversions.get(adt).into_iter().flatten() {
            let mut subst = Subst::new();
            let fits = target.is_none_or(|target| {
                unify(self.impl_(id).self_ty.peeled(), target.peeled(), &mut subst)
            });
            if let (true, Some(function)) = (fits, self.member(id, "from")) {
                found.fns.push((function, Grounds::Resolved));
                found.subst = subst;
            }
        }
        self.weigh(&mut found);
        found
    }

    /// The associated type `name` of the trait called `trait_` for `ty`.
    pub fn associated_type(&self, ty: &Ty, trait_: &str, name: &str) -> Option<Ty> {
        let Ty::Adt(adt, _) = ty.peeled() else {
            return None;
        };
        let ids = self.implementations.get(&(*adt, trait_.into()))?;
        ids.iter().find_map(|&id| {
            let def = self.impl_(id);
            let mut subst = Subst::new();
            if !unify(def.self_ty.peeled(), ty.peeled(), &mut subst) {
                return None;
            }
            let declared = def.items.iter().find_map(|item| match &item.kind {
                ItemKind::TypeAlias { ty, .. } if item.name == name => Some(ty),
                _ => None,
            })?;
            let lowered = self.lower(declared, &self.impl_scope(id));
            Some(lowered.subst(&subst, true))
        })
    }

    /// Collects the methods of `impl<T> Trait for T`.
    pub(super) fn find_blankets(&mut self) {
        let mut found = Vec::new();
        for index in 0..self.impls.len() {
            let id = ImplId::of(index);
            let def = self.impl_(id);
            if def.trait_.is_none() || !matches!(def.self_ty, Ty::Param(_)) {
                continue;
            }
            let provided = def
                .trait_id
                .map_or(&[][..], |of| self.trait_(of).fns.as_slice());
            let named = |id: FnId| &self.function(id).name;
            let inherited = provided.iter().filter(|of| {
                self.function(**of).body.is_some()
                    && !def.fns.iter().any(|own| named(*own) == named(**of))
            });
            for &function in def.fns.iter().chain(inherited) {
                found.push((named(function).clone(), (id, function)));
            }
        }
        for (name, method) in found {
            self.blankets.entry(name).or_default().push(method);
        }
    }

    /// The method `name` that an `impl<T> Trait for T` gives to `ty`, where there is one only.
    pub(super) fn blanket_method(&self, ty: &Ty, name: &str, scope: &TyScope<'_>) -> Callees {
        let mut found = Callees::default();
        for &(of, id) in self.blankets.get(name).into_iter().flatten() {
            let def = self.impl_(of);
            let Ty::Param(param) = &def.self_ty else {
                continue;
            };
            let generic = def.generics.iter().find(|generic| generic.name == *param);
            if self.may_satisfy(ty, generic, of, scope) {
                found.fns.push((id, Grounds::OnlyCallee));
                found.subst.insert(param.clone(), ty.clone());
                found.subst.insert(Name::new_static("Self"), ty.clone());
            }
        }
        if found.fns.len() > 1 {
            return Callees::default();
        }
        found
    }

    /// Whether `ty` can have the bounds of the parameter that `impl` block `of` is written for.
    fn may_satisfy(
        &self,
        ty: &Ty,
        generic: Option<&GenericParam>,
        of: ImplId,
        scope: &TyScope<'_>,
    ) -> bool {
        let bounds = generic.map_or(&[][..], |generic| generic.bounds.as_slice());
        let wanted = match self.bounds(bounds, &self.impl_scope(of)) {
            Ty::Bounds(bounds) => bounds,
            Ty::Unknown => return true,
            _ => return false,
        };
        wanted.iter().all(|bound| match bound {
            Bound::Trait(id, _) => self.has_trait(ty, *id, scope),
            Bound::Ext(..) => true,
        })
    }

    fn has_trait(&self, ty: &Ty, id: TraitId, scope: &TyScope<'_>) -> bool {
        let among = |bounds: &[TypeRef]| {
            let bounds = self.bounds(bounds, scope);
            matches!(&bounds, Ty::Bounds(bounds) if bounds.iter().any(
                |bound| matches!(bound, Bound::Trait(found, _) if *found == id)
            ))
        };
        match ty {
            Ty::Param(name) => scope.param(name).is_some_and(|param| among(&param.bounds)),
            Ty::Bounds(bounds) => bounds
                .iter()
                .any(|bound| matches!(bound, Bound::Trait(found, _) if *found == id)),
            _ => self.trait_(id).impls.iter().any(|of| {
                let own = &self.impl_(*of).self_ty;
                !matches!(own, Ty::Unknown | Ty::Param(_)) && unify(own, ty, &mut Subst::new())
            }),
        }
    }
}
