//! Linking: from the facts of files to tables with ids.

use rustc_hash::FxHashMap;

use crate::hir::{Body, Cfg, File, Function, GenericParam, Item, ItemKind, Name, UseLeaf};
use crate::locks::Vocabulary;

use super::names::{self, Scope};
use super::ty::Ty;
use super::{
    Adt, AdtId, Alias, AliasId, Crate, CrateId, CrateInput, FileId, FnDef, FnId, Impl, ImplId,
    Module, ModuleId, Parent, Program, StaticDef, StaticId, Trait, TraitId,
};

/// Where items are being added.
#[derive(Debug, Clone)]
struct Place<'a> {
    module: ModuleId,
    file: FileId,
    is_test: bool,
    allows_await: bool,
    cfg: Vec<Cfg>,
    /// Type parameters of enclosing functions.
    outer: Vec<&'a [GenericParam]>,
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() {
        name.to_owned()
    } else {
        format!("{path}::{name}")
    }
}

impl<'a> Program<'a> {
    /// Links `crates` over `files`.
    pub fn link(files: &'a [File], crates: Vec<CrateInput>, locks: &'a Vocabulary) -> Self {
        let mut program = Program {
            locks,
            files,
            crates: Vec::new(),
            modules: Vec::new(),
            adts: Vec::new(),
            traits: Vec::new(),
            impls: Vec::new(),
            fns: Vec::new(),
            statics: Vec::new(),
            aliases: Vec::new(),
            by_name: FxHashMap::default(),
            holders: Vec::new(),
            droppers: Vec::new(),
            blankets: FxHashMap::default(),
            resolved: names::Cache::default(),
            implementations: FxHashMap::default(),
            conversions: FxHashMap::default(),
            derefs: FxHashMap::default(),
            crate_names: FxHashMap::default(),
        };
        for input in crates {
            program.add_crate(input);
        }
        program.resolve_impls();
        program.find_holders();
        program.find_blankets();
        program
    }

    fn add_crate(&mut self, input: CrateInput) {
        let id = CrateId::of(self.crates.len());
        let root = ModuleId::of(self.modules.len());
        if !input.is_test {
            self.crate_names.entry(input.name.clone()).or_insert(id);
        }
        self.crates.push(Crate {
            name: input.name,
            edition: input.edition,
            is_test: input.is_test,
            silent: input.silent,
            root,
            externs: input.externs.into_iter().collect(),
            names_locks: false,
        });
        let mut paths: FxHashMap<String, ModuleId> = FxHashMap::default();
        // Modules whose inner attributes allow it, for all below them.
        let mut allowing: Vec<Vec<Name>> = Vec::new();
        for (path, file, cfg) in input.modules {
            let joined = path.join("::");
            let parent = path
                .split_last()
                .map(|(_, up)| paths.get(&up.join("::")).copied().unwrap_or(root));
            // A `cfg`'d twin of a module (two files for one path) shares the module's scope.
            let module = if let Some(&module) = paths.get(&joined) {
                module
            } else {
                let module = self.add_module(id, parent, joined.clone(), false);
                paths.insert(joined.clone(), module);
                if let (Some(parent), Some(name)) = (parent, path.last()) {
                    self.declare(parent, name, names::Def::Module(module));
                }
                module
            };
            let Some(facts) = self.files.get(file.at()) else {
                continue;
            };
            let mut cfg = cfg;
            cfg.extend(facts.cfg.iter().cloned());
            let is_test = input.is_test || cfg.iter().any(Cfg::is_test);
            let allows_await =
                facts.allows_await || allowing.iter().any(|above| path.starts_with(above));
            if facts.allows_await {
                allowing.push(path.clone());
            }
            let place = Place {
                module,
                file,
                is_test,
                allows_await,
                cfg,
                outer: Vec::new(),
            };
            self.add_items(&facts.items, &place, &mut paths);
        }
    }

    fn add_module(
        &mut self,
        krate: CrateId,
        parent: Option<ModuleId>,
        path: String,
        block: bool,
    ) -> ModuleId {
        let id = ModuleId::of(self.modules.len());
        self.modules.push(Module {
            krate,
            parent,
            path,
            block,
            scope: Scope::default(),
        });
        id
    }

    fn declare(&mut self, module: ModuleId, name: &Name, def: names::Def) {
        if let Some(module) = self.modules.get_mut(module.at()) {
            module.scope.defs.entry(name.clone()).or_default().push(def);
        }
    }

    fn add_items(
        &mut self,
        items: &'a [Item],
        place: &Place<'a>,
        paths: &mut FxHashMap<String, ModuleId>,
    ) {
        for item in items {
            let mut cfg = place.cfg.clone();
            cfg.extend(item.cfg.iter().cloned());
            let is_test = place.is_test || item.is_test || item.cfg.iter().any(Cfg::is_test);
            let allows_await = place.allows_await || item.allows_await;
            let here = Place {
                cfg,
                is_test,
                allows_await,
                outer: place.outer.clone(),
                ..*place
            };
            self.add_item(item, &here, paths);
        }
    }

    fn add_item(
        &mut self,
        item: &'a Item,
        place: &Place<'a>,
        paths: &mut FxHashMap<String, ModuleId>,
    ) {
        let module = place.module;
        match &item.kind {
            ItemKind::Module { items: None, .. } | ItemKind::Macro => {}
            ItemKind::Module {
                items: Some(items), ..
            } => {
                let parent = self.module(module);
                let (krate, path) = (parent.krate, join(&parent.path, &item.name));
                let inner = match paths.get(&path).copied() {
                    Some(inner) if !parent.block => inner,
                    _ => {
                        let inner = self.add_module(krate, Some(module), path.clone(), false);
                        paths.insert(path, inner);
                        self.declare(module, &item.name, names::Def::Module(inner));
                        inner
                    }
                };
                let place = Place {
                    module: inner,
                    cfg: place.cfg.clone(),
                    outer: Vec::new(),
                    ..*place
                };
                self.add_items(items, &place, paths);
            }
            ItemKind::Use(leaves) => {
                self.note_libraries(module, leaves);
                if let Some(module) = self.modules.get_mut(module.at()) {
                    module.scope.uses.extend(leaves.iter().cloned());
                }
            }
            ItemKind::ExternCrate(name) => {
                let leaf = UseLeaf {
                    path: vec![Name::new_static(""), name.clone()],
                    name: item.name.clone(),
                    glob: false,
                    is_pub: true,
                };
                if let Some(module) = self.modules.get_mut(module.at()) {
                    module.scope.uses.push(leaf);
                }
            }
            ItemKind::Struct { generics, .. } | ItemKind::Enum { generics, .. } => {
                let id = AdtId::of(self.adts.len());
                self.adts.push(Adt {
                    name: item.name.clone(),
                    module,
                    file: place.file,
                    item,
                    generics,
                });
                self.declare(module, &item.name, names::Def::Adt(id));
            }
            ItemKind::TypeAlias { generics, ty, .. } => {
                let id = AliasId::of(self.aliases.len());
                self.aliases.push(Alias {
                    module,
                    generics,
                    ty,
                });
                self.declare(module, &item.name, names::Def::Alias(id));
            }
            ItemKind::Trait {
                generics,
                supertraits,
                items,
            } => {
                let id = TraitId::of(self.traits.len());
                self.traits.push(Trait {
                    name: item.name.clone(),
                    module,
                    generics,
                    supertraits,
                    items,
                    fns: Vec::new(),
                    impls: Vec::new(),
                });
                self.declare(module, &item.name, names::Def::Trait(id));
                let fns = self.add_members(items, place, Parent::Trait(id));
                if let Some(def) = self.traits.get_mut(id.at()) {
                    def.fns = fns;
                }
            }
            ItemKind::Impl {
                generics,
                trait_,
                self_ty,
                items,
            } => {
                let id = ImplId::of(self.impls.len());
                self.impls.push(Impl {
                    module,
                    generics,
                    trait_: trait_.as_ref(),
                    trait_id: None,
                    self_ref: self_ty,
                    // Lowered when every name is known.
                    self_ty: Ty::Unknown,
                    items,
                    fns: Vec::new(),
                });
                let fns = self.add_members(items, place, Parent::Impl(id));
                if let Some(def) = self.impls.get_mut(id.at()) {
                    def.fns = fns;
                }
            }
            ItemKind::Fn(function) => {
                let id = self.add_fn(
                    item,
                    Some(function),
                    function.body.as_ref(),
                    place,
                    Parent::Free,
                );
                self.declare(module, &item.name, names::Def::Fn(id));
            }
            ItemKind::Static {
                ty,
                init,
                is_const,
                is_lazy,
            } => {
                let id = StaticId::of(self.statics.len());
                self.statics.push(StaticDef {
                    name: item.name.clone(),
                    module,
                    file: place.file,
                    range: item.name_range,
                    ty,
                    is_const: *is_const,
                    init: None,
                    is_declared_lazy: *is_lazy,
                });
                self.declare(module, &item.name, names::Def::Static(id));
                if let Some(body) = init {
                    let init = self.add_fn(item, None, Some(body), place, Parent::Free);
                    if let Some(def) = self.fns.get_mut(init.at()) {
                        def.initialises = Some(id);
                    }
                    if let Some(def) = self.statics.get_mut(id.at()) {
                        def.init = Some(init);
                    }
                }
            }
        }
    }

    fn add_members(&mut self, items: &'a [Item], place: &Place<'a>, parent: Parent) -> Vec<FnId> {
        let mut fns = Vec::new();
        for item in items {
            let ItemKind::Fn(function) = &item.kind else {
                continue;
            };
            let mut cfg = place.cfg.clone();
            cfg.extend(item.cfg.iter().cloned());
            let is_test = place.is_test || item.is_test || item.cfg.iter().any(Cfg::is_test);
            let allows_await = place.allows_await || item.allows_await;
            let here = Place {
                is_test,
                allows_await,
                cfg,
                ..place.clone()
            };
            let id = self.add_fn(item, Some(function), function.body.as_ref(), &here, parent);
            self.by_name.entry(item.name.clone()).or_default().push(id);
            fns.push(id);
        }
        fns
    }

    fn add_fn(
        &mut self,
        item: &'a Item,
        function: Option<&'a Function>,
        body: Option<&'a Body>,
        place: &Place<'a>,
        parent: Parent,
    ) -> FnId {
        let id = FnId::of(self.fns.len());
        self.fns.push(FnDef {
            name: item.name.clone(),
            module: place.module,
            scope: place.module,
            file: place.file,
            item,
            function,
            body,
            parent,
            is_test: place.is_test,
            allows_await: place.allows_await,
            cfg: place.cfg.clone(),
            outer_generics: place.outer.clone(),
            initialises: None,
        });
        if let Some(body) = body
            && !body.items.is_empty()
        {
            let (krate, path) = {
                let module = self.module(place.module);
                (module.krate, join(&module.path, &item.name))
            };
            let scope = self.add_module(krate, Some(place.module), path, true);
            if let Some(def) = self.fns.get_mut(id.at()) {
                def.scope = scope;
            }
            let mut outer = place.outer.clone();
            outer.extend(function.map(|function| function.generics.as_slice()));
            let inner = Place {
                module: scope,
                outer,
                ..place.clone()
            };
            self.add_items(&body.items, &inner, &mut FxHashMap::default());
        }
        id
    }

    /// Lowers the types of `impl` blocks and connects them with traits and `Deref`.
    fn resolve_impls(&mut self) {
        for index in 0..self.impls.len() {
            let id = ImplId::of(index);
            let def = self.impl_(id);
            let scope = super::lower::TyScope {
                module: def.module,
                generics: vec![def.generics],
                self_ty: None,
                members: None,
            };
            let self_ty = self.lower(def.self_ref, &scope);
            let trait_ = def
                .trait_
                .map(|path| self.resolve_type_path(def.module, path));
            let trait_id = match trait_ {
                Some(names::Res::Def(names::Def::Trait(id))) => Some(id),
                _ => None,
            };
            // A trait of another crate by its own name, whatever it is imported as.
            let name: Option<Name> = match &trait_ {
                Some(names::Res::External(path)) => path.rsplit("::").next().map(Name::from),
                _ => def
                    .trait_
                    .and_then(|path| Some(path.segments.last()?.name.clone())),
            };
            if let (Some("Deref"), Ty::Adt(adt, _)) = (name.as_deref(), &self_ty) {
                self.derefs.entry(*adt).or_insert(id);
            }
            if let Some(name) = name {
                self.note_implementation(id, &self_ty, name);
            }
            if let Some(trait_) = trait_id.and_then(|id| self.traits.get_mut(id.at())) {
                trait_.impls.push(id);
            }
            if let Some(def) = self.impls.get_mut(index) {
                def.self_ty = self_ty;
                def.trait_id = trait_id;
            }
        }
    }

    /// Remembers that the crate names a lock library.
    fn note_libraries(&mut self, module: ModuleId, leaves: &[UseLeaf]) {
        let names = leaves.iter().any(|leaf| {
            let path = leaf.path.join("::");
            self.locks
                .libraries
                .iter()
                .any(|library| path.starts_with(library.as_str()))
        });
        let krate = self.module(module).krate;
        if let (true, Some(krate)) = (names, self.crates.get_mut(krate.at())) {
            krate.names_locks = true;
        }
    }
}
