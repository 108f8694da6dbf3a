//! The workspace index: what every name means, without a compiler.
//!
//! Linking turns the facts of files into crates, modules, types, traits and functions with ids.
//! Names are resolved on demand ([`names`]), types are lowered on demand ([`ty`]), methods are
//! looked up by the type of their receiver ([`methods`]).

mod holders;
mod link;
pub mod lower;
pub mod methods;
pub mod names;
pub mod traits;
pub mod ty;

use rustc_hash::FxHashMap;

use crate::hir::{Body, Cfg, File, Function, GenericParam, Item, Name, Range, TypeRef};
use crate::locks::Vocabulary;

use names::Scope;
use ty::Ty;

macro_rules! ids {
    ($($(#[doc = $doc:expr])+ $name:ident;)+) => {$(
        $(#[doc = $doc])+
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub u32);
        impl $name {
            /// The index in its table.
            pub fn at(self) -> usize {
                usize::try_from(self.0).expect("usize has at least 32 bits")
            }
            /// The id of entry `index`.
            pub fn of(index: usize) -> Self {
                Self(u32::try_from(index).expect("fewer than 2^32 entries: input is bounded"))
            }
        }
    )+};
}

ids! {
    /// A crate (one target of a package).
    CrateId;
    /// A module, or the items of a function's body.
    ModuleId;
    /// A struct, enum or union.
    AdtId;
    /// A trait.
    TraitId;
    /// An `impl` block.
    ImplId;
    /// A function, method, or static's initialiser.
    FnId;
    /// A static or constant.
    StaticId;
    /// A type alias.
    AliasId;
    /// A file, by its index in the input.
    FileId;
}

/// The Rust edition of a package.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Edition {
    /// 2015.
    E2015,
    /// 2018.
    E2018,
    /// 2021.
    E2021,
    /// 2024.
    E2024,
}

impl Edition {
    /// The year.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::E2015 => "2015",
            Self::E2018 => "2018",
            Self::E2021 => "2021",
            Self::E2024 => "2024",
        }
    }
}

/// What a dependency's name means in a crate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Extern {
    /// Another crate of the workspace.
    Crate(CrateId),
    /// A crate outside, by its real name with `_`.
    External(Name),
}

/// A crate as linking takes it.
#[derive(Debug)]
pub struct CrateInput {
    /// Its name in paths, with `_`.
    pub name: Name,
    /// Its edition.
    pub edition: Edition,
    /// Test, bench, example or build script: judged one level lower, never a callee of others.
    pub is_test: bool,
    /// Vendored or generated: indexed, not reported.
    pub silent: bool,
    /// Names of dependencies that do not mean a crate of the same name.
    pub externs: Vec<(Name, Extern)>,
    /// Module path, file and predicates of the `mod` declarations that lead there; root first.
    pub modules: Vec<(Vec<Name>, FileId, Vec<Cfg>)>,
}

/// A linked crate.
#[derive(Debug)]
pub struct Crate {
    /// Its name in paths.
    pub name: Name,
    /// Its edition.
    pub edition: Edition,
    /// See [`CrateInput::is_test`].
    pub is_test: bool,
    /// See [`CrateInput::silent`].
    pub silent: bool,
    /// Root module.
    pub root: ModuleId,
    /// What dependency names mean.
    pub externs: FxHashMap<Name, Extern>,
    /// Whether it names a lock library anywhere: only then does an unresolved `lock()` count.
    pub names_locks: bool,
}

/// A module, or the items of one body (then `block` is set and names fall through to the parent).
#[derive(Debug)]
pub struct Module {
    /// Its crate.
    pub krate: CrateId,
    /// Enclosing module; `None` for a root.
    pub parent: Option<ModuleId>,
    /// `a::b` below the crate, empty for the root.
    pub path: String,
    /// Items of a body rather than a module.
    pub block: bool,
    /// What it declares and imports.
    pub scope: Scope,
}

/// A struct, enum or union.
#[derive(Debug)]
pub struct Adt<'a> {
    /// Its name.
    pub name: Name,
    /// Where it is declared.
    pub module: ModuleId,
    /// Its file.
    pub file: FileId,
    /// The declaration.
    pub item: &'a Item,
    /// Type parameters.
    pub generics: &'a [GenericParam],
}

/// A trait.
#[derive(Debug)]
pub struct Trait<'a> {
    /// Its name.
    pub name: Name,
    /// Where it is declared.
    pub module: ModuleId,
    /// Type parameters.
    pub generics: &'a [GenericParam],
    /// Its supertraits as written.
    pub supertraits: &'a [TypeRef],
    /// Members.
    pub items: &'a [Item],
    /// Its functions.
    pub fns: Vec<FnId>,
    /// `impl` blocks of it.
    pub impls: Vec<ImplId>,
}

/// An `impl` block.
#[derive(Debug)]
pub struct Impl<'a> {
    /// Where it stands.
    pub module: ModuleId,
    /// Type parameters.
    pub generics: &'a [GenericParam],
    /// The trait as written.
    pub trait_: Option<&'a crate::hir::PathRef>,
    /// The trait, if of the workspace.
    pub trait_id: Option<TraitId>,
    /// The type as written.
    pub self_ref: &'a TypeRef,
    /// The type, with parameters.
    pub self_ty: Ty,
    /// Members.
    pub items: &'a [Item],
    /// Its functions.
    pub fns: Vec<FnId>,
}

/// What a function is a member of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Parent {
    /// Nothing.
    Free,
    /// An `impl`.
    Impl(ImplId),
    /// A trait.
    Trait(TraitId),
}

/// A function, method, or the initialiser of a static.
#[derive(Debug)]
pub struct FnDef<'a> {
    /// Its name.
    pub name: Name,
    /// Where it stands; names in its body resolve in `scope`.
    pub module: ModuleId,
    /// The module of its body: a block module where it declares items.
    pub scope: ModuleId,
    /// Its file.
    pub file: FileId,
    /// The item.
    pub item: &'a Item,
    /// The signature; `None` for an initialiser.
    pub function: Option<&'a Function>,
    /// The body.
    pub body: Option<&'a Body>,
    /// What it is a member of.
    pub parent: Parent,
    /// In test code: judged one level lower, and never a callee of other code.
    pub is_test: bool,
    /// Its author keeps guards at an await on purpose, and has told clippy so.
    pub allows_await: bool,
    /// All predicates that guard it.
    pub cfg: Vec<Cfg>,
    /// Type parameters of enclosing functions.
    pub outer_generics: Vec<&'a [GenericParam]>,
    /// The static whose initialiser it is.
    pub initialises: Option<StaticId>,
}

/// A static or constant.
#[derive(Debug)]
pub struct StaticDef<'a> {
    /// Its name.
    pub name: Name,
    /// Where it is declared.
    pub module: ModuleId,
    /// Its file.
    pub file: FileId,
    /// The declaration's name.
    pub range: Range,
    /// Its type as written.
    pub ty: &'a TypeRef,
    /// A constant: each use is a value of its own.
    pub is_const: bool,
    /// Its initialiser.
    pub init: Option<FnId>,
    /// A macro declares it, and its initialiser runs at its first use.
    pub is_declared_lazy: bool,
}

/// A type alias.
#[derive(Debug)]
pub struct Alias<'a> {
    /// Where it is declared.
    pub module: ModuleId,
    /// Type parameters.
    pub generics: &'a [GenericParam],
    /// What it stands for.
    pub ty: &'a TypeRef,
}

/// Everything linked.
#[derive(Debug)]
pub struct Program<'a> {
    /// The vocabulary of locks.
    pub locks: &'a Vocabulary,
    /// Files, by [`FileId`].
    pub files: &'a [File],
    /// Crates.
    pub crates: Vec<Crate>,
    /// Modules.
    pub modules: Vec<Module>,
    /// Types.
    pub adts: Vec<Adt<'a>>,
    /// Traits.
    pub traits: Vec<Trait<'a>>,
    /// `impl` blocks.
    pub impls: Vec<Impl<'a>>,
    /// Functions.
    pub fns: Vec<FnDef<'a>>,
    /// Statics and constants.
    pub statics: Vec<StaticDef<'a>>,
    /// Aliases.
    pub aliases: Vec<Alias<'a>>,
    /// Methods and associated functions by name.
    by_name: FxHashMap<Name, Vec<FnId>>,
    /// By type: whether it holds a lock guard.
    holders: Vec<bool>,
    /// By type: whether dropping a value of it runs code of the workspace.
    droppers: Vec<bool>,
    /// Methods that an `impl<T> Trait for T` gives to other types, by name.
    blankets: FxHashMap<Name, Vec<(ImplId, FnId)>>,
    /// What paths have been found to mean.
    resolved: names::Cache,
    /// `impl` blocks of a type by the last name of the trait.
    implementations: FxHashMap<(AdtId, Name), Vec<ImplId>>,
    /// `impl From<Type> for …` by that type.
    conversions: FxHashMap<AdtId, Vec<ImplId>>,
    /// `Deref` implementations by type.
    derefs: FxHashMap<AdtId, ImplId>,
    /// Lib crates by name, where a crate does not say otherwise.
    crate_names: FxHashMap<Name, CrateId>,
}

#[expect(
    clippy::missing_panics_doc,
    reason = "ids are made by the program that they are looked up in"
)]
impl<'a> Program<'a> {
    /// A table entry. Ids are made by this program only.
    pub fn module(&self, id: ModuleId) -> &Module {
        self.modules
            .get(id.at())
            .expect("ids come from this program")
    }
    /// The crate that `module` belongs to.
    pub fn krate(&self, module: ModuleId) -> &Crate {
        self.crates
            .get(self.module(module).krate.at())
            .expect("ids come from this program")
    }
    /// The type `id`.
    pub fn adt(&self, id: AdtId) -> &Adt<'a> {
        self.adts.get(id.at()).expect("ids come from this program")
    }
    /// The trait `id`.
    pub fn trait_(&self, id: TraitId) -> &Trait<'a> {
        self.traits
            .get(id.at())
            .expect("ids come from this program")
    }
    /// The `impl` `id`.
    pub fn impl_(&self, id: ImplId) -> &Impl<'a> {
        self.impls.get(id.at()).expect("ids come from this program")
    }
    /// The function `id`.
    pub fn function(&self, id: FnId) -> &FnDef<'a> {
        self.fns.get(id.at()).expect("ids come from this program")
    }
    /// The file `id`.
    pub fn file(&self, id: FileId) -> &'a File {
        self.files.get(id.at()).expect("ids come from this program")
    }
    /// The static `id`.
    pub fn static_(&self, id: StaticId) -> &StaticDef<'a> {
        self.statics
            .get(id.at())
            .expect("ids come from this program")
    }
    /// The alias `id`.
    pub fn alias(&self, id: AliasId) -> &Alias<'a> {
        self.aliases
            .get(id.at())
            .expect("ids come from this program")
    }

    /// `crate::module::Type::name`, for messages and fingerprints.
    pub fn fn_path(&self, id: FnId) -> String {
        let def = self.function(id);
        let module = self.module(def.module);
        let krate = self.krate(def.module);
        let mut path = krate.name.to_string();
        if !module.path.is_empty() {
            path.push_str("::");
            path.push_str(&module.path);
        }
        let owner = match def.parent {
            Parent::Free => None,
            Parent::Impl(id) => match &self.impl_(id).self_ty {
                Ty::Adt(adt, _) => Some(self.adt(*adt).name.to_string()),
                Ty::Ext(path, _) => path.rsplit("::").next().map(str::to_owned),
                _ => Some("impl".to_owned()),
            },
            Parent::Trait(id) => Some(self.trait_(id).name.to_string()),
        };
        for part in owner.iter().map(String::as_str).chain([def.name.as_str()]) {
            path.push_str("::");
            path.push_str(part);
        }
        path
    }

    /// `Type::name` or `name`, for messages.
    pub fn fn_name(&self, id: FnId) -> String {
        let path = self.fn_path(id);
        let keep = if self.function(id).parent == Parent::Free {
            1
        } else {
            2
        };
        let parts: Vec<&str> = path.split("::").collect();
        parts
            .get(parts.len().saturating_sub(keep)..)
            .unwrap_or_default()
            .join("::")
    }
}
