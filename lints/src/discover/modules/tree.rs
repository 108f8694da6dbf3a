//! Following declarations from file to file.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use ra_ap_syntax::Edition;

use super::super::{Class, Component, Discovery, Files, Index, Kind, normal};
use super::{CrateGraph, Declaration, Declarations, MAX_MODULES, Missing, Module, Modules};
use crate::hir::{Cfg, Name};

/// Most entries of one file in one crate: only a hostile tree of `#[path]`s has more.
const MAX_TWINS: usize = 8;

/// The trees while they grow.
pub(super) struct Tree<'a, 'd> {
    discovery: &'a Discovery,
    files: &'a dyn Files,
    declared: &'a dyn Fn(usize) -> Option<&'d Declarations>,
    index: Index,
    pub(super) result: Modules,
    /// Files with a place by convention.
    assumed: BTreeSet<usize>,
    /// How many more entries are made: a tree of shared `#[path]`s grows like a power.
    budget: usize,
}

/// A declaration that is to be followed.
struct Pending<'d> {
    /// The file that it stands in, with those that lead to it from the root.
    above: Vec<usize>,
    declaration: &'d Declaration,
    /// Module path of what encloses it.
    path: Vec<Name>,
    cfg: Vec<Cfg>,
    /// Where `mod name;` looks.
    folder: PathBuf,
    /// What `#[path]` is relative to.
    base: PathBuf,
}

/// What a declaration leads to.
enum Inside<'d> {
    /// The declarations of an inline module.
    Declarations(Vec<Pending<'d>>),
    /// A file, under the path that the module gets.
    File(Pending<'d>),
}

impl<'d> Pending<'d> {
    /// Goes one step down.
    fn inside(mut self) -> Inside<'d> {
        let declaration = self.declaration;
        // What `include!` names belongs to the module itself.
        if !declaration.name.is_empty() {
            self.path.push(declaration.name.clone());
        }
        self.cfg.extend(declaration.cfg.iter().cloned());
        let Some(inline) = &declaration.inline else {
            return Inside::File(self);
        };
        // Inside an inline module `#[path]` starts from the module's own folder.
        let folder = match &declaration.path {
            Some(value) => self.base.join(&**value),
            None => self.folder.join(&*declaration.name),
        };
        let below = inline.iter().rev().map(|declaration| Pending {
            above: self.above.clone(),
            declaration,
            path: self.path.clone(),
            cfg: self.cfg.clone(),
            folder: folder.clone(),
            base: folder.clone(),
        });
        Inside::Declarations(below.collect())
    }
}

impl Module {
    /// A crate's root.
    fn root(file: usize) -> Self {
        Self {
            path: Vec::new(),
            file,
            cfg: Vec::new(),
            assumed: false,
        }
    }
}

impl<'a, 'd> Tree<'a, 'd> {
    pub(super) fn new(
        discovery: &'a Discovery,
        files: &'a dyn Files,
        declared: &'a dyn Fn(usize) -> Option<&'d Declarations>,
        index: Index,
        size: usize,
    ) -> Self {
        Self {
            discovery,
            files,
            declared,
            index,
            result: Modules::default(),
            assumed: BTreeSet::new(),
            budget: MAX_TWINS * (size + 100),
        }
    }

    /// Notes files that only packages of another edition reach.
    pub(super) fn editions(&mut self) {
        let mut by: BTreeMap<usize, BTreeSet<Edition>> = BTreeMap::new();
        for krate in &self.result.crates {
            let package = krate.package.and_then(|id| self.discovery.packages.get(id));
            for module in &krate.modules {
                by.entry(module.file)
                    .or_default()
                    .extend(package.map(|package| package.edition));
            }
        }
        self.result.editions = by
            .into_iter()
            .filter_map(|(at, editions)| {
                let own = self.discovery.files.get(at)?.edition;
                let other = editions.first().copied()?;
                (!editions.contains(&own)).then_some((at, other))
            })
            .collect();
    }

    /// Gives files that no target reaches the place that they would have by convention, parents
    /// before children.
    pub(super) fn assume(&mut self, component: &Component) {
        let mut unreached: Vec<usize> = self.unreached(component);
        unreached.sort_by_key(|&at| {
            let location = self.location(at);
            let own = location.ends_with("mod.rs");
            (
                location.components().count() - usize::from(own),
                location.to_path_buf(),
            )
        });
        let mut placed: BTreeSet<usize> = BTreeSet::new();
        for at in unreached {
            if placed.contains(&at) {
                continue;
            }
            let Some((krate, parent, name)) = self.convention(at) else {
                continue;
            };
            let mut path = parent.path.clone();
            path.push(name);
            let owns = self.location(at).ends_with("mod.rs");
            let module = Module {
                path,
                file: at,
                cfg: parent.cfg.clone(),
                assumed: true,
            };
            let grown = self.follow(module, owns);
            placed.extend(grown.iter().map(|module| module.file));
            if let Some(krate) = self.result.crates.get_mut(krate) {
                krate.modules.extend(grown);
            }
        }
        self.assumed = placed;
    }

    /// The crate (its index) and the module in which the file `at` lies by its path, and its name.
    fn convention(&self, at: usize) -> Option<(usize, &Module, Name)> {
        let location = self.location(at);
        let (name, folder) = if location.ends_with("mod.rs") {
            let own = location.parent()?;
            (own.file_name()?, own.parent()?)
        } else {
            (location.file_stem()?, location.parent()?)
        };
        let parents = [folder.join("mod.rs"), folder.with_extension("rs")];
        let parents = parents.map(|parent| self.index.get(&parent).copied());
        let crates = self.result.crates.iter().enumerate();
        crates
            .filter(|(_, krate)| matches!(krate.class, Class::Library | Class::Binary))
            .find_map(|(id, krate)| {
                let root = self.location(krate.root).parent();
                let found = krate.modules.iter().find(|module| {
                    parents.contains(&Some(module.file))
                        || (module.path.is_empty() && root == Some(folder))
                })?;
                Some((id, found, Name::new(name.to_str()?)))
            })
    }

    /// Crates of the files that are left: each that no other of them declares is a root.
    pub(super) fn loose(&mut self, component: &Component) {
        let left: Vec<usize> = self
            .unreached(component)
            .into_iter()
            .filter(|at| !self.assumed.contains(at))
            .collect();
        let mut inner: BTreeSet<usize> = BTreeSet::new();
        for &at in &left {
            inner.extend(self.children(at).into_iter().filter(|child| *child != at));
        }
        // Roots first; what is then left declares itself in a circle, and the first one serves.
        let (roots, circles): (Vec<usize>, Vec<usize>) =
            left.into_iter().partition(|at| !inner.contains(at));
        let mut covered: BTreeSet<usize> = BTreeSet::new();
        for root in roots.into_iter().chain(circles) {
            if covered.contains(&root) {
                continue;
            }
            let modules = self.grow(root);
            covered.extend(modules.iter().map(|module| module.file));
            let file = self.discovery.files.get(root);
            self.result.crates.push(CrateGraph {
                package: file.and_then(|file| file.package),
                class: file.map_or(Class::Library, |file| file.class),
                name: String::new(),
                is_target: false,
                root,
                modules,
            });
        }
    }

    /// The files that `at` itself declares, wherever its children may lie.
    fn children(&mut self, at: usize) -> Vec<usize> {
        let mut children = Vec::new();
        for owns in [true, false] {
            let mut pending = Vec::new();
            let root = Module::root(at);
            self.enter(root, owns, &[], &mut Vec::new(), &mut pending);
            while let Some(next) = pending.pop() {
                match next.inside() {
                    Inside::Declarations(below) => pending.extend(below),
                    Inside::File(next) => children.extend(self.look_up(&next).map(|(at, _)| at)),
                }
            }
        }
        children
    }

    fn unreached(&self, component: &Component) -> Vec<usize> {
        let files = component.files.iter().copied();
        files
            .filter(|at| !self.result.reached.contains(at))
            .collect()
    }

    fn location(&self, at: usize) -> &Path {
        let file = self.discovery.files.get(at);
        file.map_or(Path::new(""), |file| &file.found.location)
    }

    /// Everything that `root` reaches.
    pub(super) fn grow(&mut self, root: usize) -> Vec<Module> {
        self.follow(Module::root(root), true)
    }

    /// `module` and everything that it declares.
    fn follow(&mut self, module: Module, owns: bool) -> Vec<Module> {
        let assumed = module.assumed;
        let mut modules = Vec::new();
        let mut twins: BTreeMap<usize, usize> = BTreeMap::new();
        let mut pending = Vec::new();
        self.enter(module, owns, &[], &mut modules, &mut pending);
        while let Some(next) = pending.pop() {
            if next.path.len() > MAX_MODULES || self.budget == 0 {
                continue;
            }
            let next = match next.inside() {
                Inside::Declarations(below) => {
                    pending.extend(below);
                    continue;
                }
                Inside::File(next) => next,
            };
            let Some((file, owns)) = self.look_up(&next) else {
                continue;
            };
            let count = twins.entry(file).or_default();
            if next.above.contains(&file) || *count >= MAX_TWINS {
                continue;
            }
            *count += 1;
            self.budget -= 1;
            let module = Module {
                path: next.path,
                file,
                cfg: next.cfg,
                assumed,
            };
            self.enter(module, owns, &next.above, &mut modules, &mut pending);
        }
        modules
    }

    /// Adds a file and puts off what it declares. `owns`: its children lie beside it (a crate
    /// root, `mod.rs`, or a `#[path]`), not in a folder of its name.
    fn enter(
        &self,
        module: Module,
        owns: bool,
        above: &[usize],
        modules: &mut Vec<Module>,
        pending: &mut Vec<Pending<'d>>,
    ) {
        let location = self.location(module.file);
        let beside = location.parent().unwrap_or(Path::new("")).to_path_buf();
        let folder = if owns {
            beside.clone()
        } else {
            beside.join(location.file_stem().unwrap_or_default())
        };
        if let Some(declarations) = (self.declared)(module.file) {
            let mut chain = above.to_vec();
            chain.push(module.file);
            let mut cfg = module.cfg.clone();
            cfg.extend(declarations.cfg.iter().cloned());
            pending.extend(
                declarations
                    .modules
                    .iter()
                    .rev()
                    .map(|declaration| Pending {
                        above: chain.clone(),
                        declaration,
                        path: module.path.clone(),
                        cfg: cfg.clone(),
                        folder: folder.clone(),
                        base: if declaration.inline.is_some() {
                            folder.clone()
                        } else {
                            beside.clone()
                        },
                    }),
            );
        }
        modules.push(module);
    }

    /// The file of `mod name;`, and whether its children lie beside it. What is not there is
    /// noted.
    fn look_up(&mut self, next: &Pending<'_>) -> Option<(usize, bool)> {
        let declaration = next.declaration;
        let candidates = match &declaration.path {
            Some(value) => vec![(normal(&next.base.join(&**value)), true)],
            None => vec![
                (next.folder.join(format!("{}.rs", declaration.name)), false),
                (next.folder.join(&*declaration.name).join("mod.rs"), true),
            ],
        };
        for (location, owns) in &candidates {
            if let Some(&file) = self.index.get(location) {
                return Some((file, *owns));
            }
        }
        let mut problem = None;
        for (location, _) in candidates {
            match self.files.kind(&location) {
                Some(Kind::File) => {
                    // Whoever names one file does not ask for its modules.
                    let declaring = next
                        .above
                        .last()
                        .and_then(|&at| self.discovery.files.get(at));
                    if declaring.is_some_and(|file| !file.found.named) {
                        self.result.unlisted.insert(location);
                    }
                    return None;
                }
                Some(Kind::Directory) => problem = Some("is a directory, not a file".to_owned()),
                Some(Kind::Other) => {
                    problem = Some("is not a regular file and is not opened".to_owned());
                }
                None => {}
            }
        }
        self.result.missing.push(Missing {
            file: next.above.last().copied().unwrap_or_default(),
            range: declaration.range,
            name: declaration.name.clone(),
            problem,
        });
        None
    }
}
