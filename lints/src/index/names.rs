//! Names: what a path means in a module, and what a type as written is.

use std::sync::{Arc, RwLock};

use rustc_hash::FxHashMap;

use crate::hir::{Field, GenericParam, Item, ItemKind, Name, PathRef, TypeRef, UseLeaf};

use super::ty::{Args, Bound, Subst, Ty};
use super::{AdtId, AliasId, CrateId, Edition, Extern, FnId, ModuleId, Program, StaticId, TraitId};

/// How deep imports and aliases are followed.
const DEPTH: u32 = 24;

/// One question: what has been looked up for it, so that imports that lead in circles, or to the
/// same module by many ways, are followed once.
#[derive(Debug, Default)]
struct Query {
    found: FxHashMap<(ModuleId, Name, Space), Res>,
}

/// What paths have been found to mean, by module and namespace. An answer depends on nothing else,
/// so it does not matter who asks first.
#[derive(Debug, Default)]
pub(super) struct Cache(RwLock<FxHashMap<Asked, Res>>);

/// A path in a module and namespace.
type Asked = (ModuleId, Vec<Name>, Space);

/// What a module declares and imports.
#[derive(Debug, Default)]
pub struct Scope {
    /// Items by name, in source order.
    pub defs: FxHashMap<Name, Vec<Def>>,
    /// Leaves of its `use` items.
    pub uses: Vec<UseLeaf>,
}

/// An item of the workspace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Def {
    /// A module.
    Module(ModuleId),
    /// A struct, enum or union.
    Adt(AdtId),
    /// A variant: its enum and index.
    Variant(AdtId, u32),
    /// A type alias.
    Alias(AliasId),
    /// A trait.
    Trait(TraitId),
    /// A function.
    Fn(FnId),
    /// A static or constant.
    Static(StaticId),
}

/// What a path means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Res {
    /// An item of the workspace.
    Def(Def),
    /// An item outside, by canonical path.
    External(Arc<str>),
    /// Nothing that is known.
    Unresolved,
}

/// Which of a module's items count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Space {
    Type,
    Value,
}

impl Def {
    fn is_in(self, space: Space) -> bool {
        match self {
            Self::Module(_) | Self::Alias(_) | Self::Trait(_) => space == Space::Type,
            Self::Adt(_) | Self::Variant(..) => true,
            Self::Fn(_) | Self::Static(_) => space == Space::Value,
        }
    }
}

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
    /// What a path in type position means.
    pub fn resolve_type_path(&self, module: ModuleId, path: &PathRef) -> Res {
        self.ask(module, names(path), Space::Type)
    }

    /// What a path in value position means.
    pub fn resolve_value_path(&self, module: ModuleId, path: &PathRef) -> Res {
        self.ask(module, names(path), Space::Value)
    }

    /// What a path means, from the cache where it has been asked before.
    fn ask(&self, module: ModuleId, path: Vec<Name>, space: Space) -> Res {
        let key = (module, path, space);
        // A poisoned cache is a panic of ours elsewhere: answer without it.
        if let Some(found) = self
            .resolved
            .0
            .read()
            .ok()
            .and_then(|cache| cache.get(&key).cloned())
        {
            return found;
        }
        let found = self.resolve(key.0, &key.1, space, &mut Query::default());
        if let Ok(mut cache) = self.resolved.0.write() {
            cache.insert(key, found.clone());
        }
        found
    }

    fn resolve(&self, module: ModuleId, path: &[Name], space: Space, query: &mut Query) -> Res {
        let Some((first, mut rest)) = path.split_first() else {
            return Res::Unresolved;
        };
        let root = self.krate(module).root;
        let mut at = match first.as_str() {
            "" => {
                let Some((first, after)) = rest.split_first() else {
                    return Res::Unresolved;
                };
                rest = after;
                if self.krate(module).edition == Edition::E2015 {
                    match self.resolve_in(root, first, Space::Type, query) {
                        Res::Unresolved => self.resolve_crate(module, first),
                        found => found,
                    }
                } else {
                    self.resolve_crate(module, first)
                }
            }
            "crate" | "$crate" => Res::Def(Def::Module(root)),
            "self" => Res::Def(Def::Module(self.enclosing(module))),
            "super" => {
                let mut up = self.enclosing(module);
                up = self.module(up).parent.map_or(root, |up| self.enclosing(up));
                while let Some((next, after)) = rest.split_first()
                    && next == "super"
                {
                    up = self.module(up).parent.map_or(root, |up| self.enclosing(up));
                    rest = after;
                }
                Res::Def(Def::Module(up))
            }
            _ => {
                let space = if rest.is_empty() { space } else { Space::Type };
                self.resolve_first(module, first, space, query)
            }
        };
        while let Some((name, after)) = rest.split_first() {
            let space = if after.is_empty() { space } else { Space::Type };
            at = match at {
                Res::Def(Def::Module(inner)) => self.resolve_in(inner, name, space, query),
                Res::Def(Def::Adt(adt)) => match self.variant(adt, name) {
                    Some(index) => Res::Def(Def::Variant(adt, index)),
                    // An associated function: the caller looks methods up by type.
                    None => return Res::Unresolved,
                },
                Res::External(base) => Res::External(self.external(&base, name)),
                _ => return Res::Unresolved,
            };
            rest = after;
        }
        at
    }

    /// The nearest module that is not a body's.
    fn enclosing(&self, module: ModuleId) -> ModuleId {
        let mut at = module;
        while self.module(at).block {
            match self.module(at).parent {
                Some(up) => at = up,
                None => break,
            }
        }
        at
    }

    fn external(&self, base: &str, name: &str) -> Arc<str> {
        self.locks.canonical(&format!("{base}::{name}")).into()
    }

    /// A first segment: items and imports in view, then crates, then the prelude.
    fn resolve_first(&self, module: ModuleId, name: &Name, space: Space, query: &mut Query) -> Res {
        let mut at = Some(module);
        while let Some(here) = at {
            match self.resolve_in(here, name, space, query) {
                Res::Unresolved => {}
                found => return found,
            }
            let here = self.module(here);
            at = if here.block { here.parent } else { None };
        }
        if space == Space::Type {
            match self.resolve_crate(module, name) {
                Res::Unresolved => {}
                found => return found,
            }
        }
        prelude(name).map_or(Res::Unresolved, |path| Res::External(path.into()))
    }

    /// `name` as declared in or imported into `module`.
    fn resolve_in(&self, module: ModuleId, name: &Name, space: Space, query: &mut Query) -> Res {
        let key = (module, name.clone(), space);
        if let Some(found) = query.found.get(&key) {
            return found.clone();
        }
        // While it is being looked up it is not found: an import cannot import itself.
        query.found.insert(key.clone(), Res::Unresolved);
        let found = self.look_up(module, name, space, query);
        query.found.insert(key, found.clone());
        found
    }

    fn look_up(&self, module: ModuleId, name: &Name, space: Space, query: &mut Query) -> Res {
        let scope = &self.module(module).scope;
        if let Some(def) = scope
            .defs
            .get(name)
            .and_then(|defs| defs.iter().find(|def| def.is_in(space)))
        {
            return Res::Def(*def);
        }
        for leaf in scope
            .uses
            .iter()
            .filter(|leaf| !leaf.glob && leaf.name == *name)
        {
            match self.resolve_use(module, leaf, space, query) {
                Res::Unresolved => {}
                found => return found,
            }
        }
        for leaf in scope.uses.iter().filter(|leaf| leaf.glob) {
            let found = match self.resolve_use(module, leaf, Space::Type, query) {
                // A glob of the module itself (`use self::*`) cannot add anything.
                Res::Def(Def::Module(inner)) if inner != module => {
                    self.resolve_in(inner, name, space, query)
                }
                Res::Def(Def::Adt(adt)) => match self.variant(adt, name) {
                    Some(index) => Res::Def(Def::Variant(adt, index)),
                    None => Res::Unresolved,
                },
                Res::External(base) => {
                    let path = self.external(&base, name);
                    if self.locks.knows(&path) {
                        Res::External(path)
                    } else {
                        Res::Unresolved
                    }
                }
                _ => Res::Unresolved,
            };
            if found != Res::Unresolved {
                return found;
            }
        }
        Res::Unresolved
    }

    fn resolve_use(
        &self,
        module: ModuleId,
        leaf: &UseLeaf,
        space: Space,
        query: &mut Query,
    ) -> Res {
        let Some(first) = leaf.path.first() else {
            return Res::Unresolved;
        };
        let special = matches!(first.as_str(), "" | "crate" | "self" | "super" | "$crate");
        if !special && self.krate(module).edition == Edition::E2015 {
            // In 2015 the paths of `use` start at the crate's root.
            let root = self.krate(module).root;
            if root != module || leaf.path.len() > 1 || leaf.name != *first {
                match self.resolve(root, &leaf.path, space, query) {
                    Res::Unresolved => {}
                    found => return found,
                }
            }
            return self.resolve_absolute(module, &leaf.path, space, query);
        }
        if !special && leaf.path.len() == 1 && leaf.name == *first {
            // `use name;` can only name a crate; it must not find itself.
            return self.resolve_crate(module, first);
        }
        if !special {
            // The first segment of an import must not be found through the import itself.
            let own = self
                .module(module)
                .scope
                .uses
                .iter()
                .any(|other| !other.glob && other.name == *first && other.path == leaf.path);
            if own {
                return self.resolve_absolute(module, &leaf.path, space, query);
            }
        }
        self.resolve(module, &leaf.path, space, query)
    }

    /// A path that starts with a crate.
    fn resolve_absolute(
        &self,
        module: ModuleId,
        path: &[Name],
        space: Space,
        query: &mut Query,
    ) -> Res {
        match self.resolve_crate(module, path.first().unwrap_or(&Name::new_static(""))) {
            Res::External(base) => {
                let mut at = base;
                for name in path.iter().skip(1) {
                    at = self.external(&at, name);
                }
                Res::External(at)
            }
            Res::Def(Def::Module(root)) => {
                let mut rest = vec![Name::new_static("self")];
                rest.extend(path.iter().skip(1).cloned());
                self.resolve(root, &rest, space, query)
            }
            other => other,
        }
    }

    /// A crate by its name in `module`'s crate.
    fn resolve_crate(&self, module: ModuleId, name: &Name) -> Res {
        let to_root = |id: CrateId| {
            self.crates
                .get(id.at())
                .map_or(Res::Unresolved, |krate| Res::Def(Def::Module(krate.root)))
        };
        let krate = self.krate(module);
        match krate.externs.get(name) {
            Some(Extern::Crate(id)) => return to_root(*id),
            Some(Extern::External(real)) => return Res::External(real.as_str().into()),
            None => {}
        }
        if matches!(name.as_str(), "std" | "core" | "alloc") {
            return Res::External("std".into());
        }
        if let Some(&id) = self.crate_names.get(name) {
            return to_root(id);
        }
        let library = |known: &String| known.split("::").next() == Some(name.as_str());
        if self.locks.libraries.iter().any(library) {
            return Res::External(name.as_str().into());
        }
        Res::Unresolved
    }

    /// The index of variant `name` of an enum.
    pub fn variant(&self, adt: AdtId, name: &str) -> Option<u32> {
        let ItemKind::Enum { variants, .. } = &self.adt(adt).item.kind else {
            return None;
        };
        variants
            .iter()
            .position(|(found, _)| found == name)
            .and_then(|at| u32::try_from(at).ok())
    }

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
                ("Deref" | "DerefMut", _, _, Some(target)) => return target.reference(),
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

/// The segments' names.
fn names(path: &PathRef) -> Vec<Name> {
    path.segments
        .iter()
        .map(|segment| segment.name.clone())
        .collect()
}

/// Names that every module has, and primitives.
fn prelude(name: &str) -> Option<&'static str> {
    Some(match name {
        "Option" | "Some" | "None" => match name {
            "Option" => "std::option::Option",
            "Some" => "std::option::Option::Some",
            _ => "std::option::Option::None",
        },
        "Result" => "std::result::Result",
        "Ok" => "std::result::Result::Ok",
        "Err" => "std::result::Result::Err",
        "Box" => "std::boxed::Box",
        "Vec" => "std::vec::Vec",
        "String" => "std::string::String",
        "drop" => "std::mem::drop",
        "Drop" => "std::ops::Drop",
        "Fn" => "std::ops::Fn",
        "FnMut" => "std::ops::FnMut",
        "FnOnce" => "std::ops::FnOnce",
        "Clone" => "std::clone::Clone",
        "Default" => "std::default::Default",
        "Iterator" => "std::iter::Iterator",
        "IntoIterator" => "std::iter::IntoIterator",
        "bool" => "bool",
        "char" => "char",
        "str" => "str",
        "u8" => "u8",
        "u16" => "u16",
        "u32" => "u32",
        "u64" => "u64",
        "u128" => "u128",
        "usize" => "usize",
        "i8" => "i8",
        "i16" => "i16",
        "i32" => "i32",
        "i64" => "i64",
        "i128" => "i128",
        "isize" => "isize",
        "f32" => "f32",
        "f64" => "f64",
        _ => return None,
    })
}
