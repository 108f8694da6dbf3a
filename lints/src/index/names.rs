//! Names: what a path means in a module, and what a type as written is.

use std::sync::{Arc, RwLock};

use rustc_hash::FxHashMap;

use crate::hir::{ItemKind, Name, PathRef, UseLeaf};

use super::{AdtId, AliasId, CrateId, Edition, Extern, FnId, ModuleId, Program, StaticId, TraitId};

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

impl Program<'_> {
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
        if self.locks.knows_crate(name) || self.locks.blocking.is_crate(name) {
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
