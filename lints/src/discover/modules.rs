//! Which crate reaches which file, and under which module path.
//!
//! It runs after lowering, from the `mod name;` declarations of each file. A file can belong to
//! several crates (`#[path]`, or shared by a library and a binary), and one declaration can have
//! `cfg`'d twins; each gets an entry of its own. What no target reaches is judged as a crate of
//! its own, but cannot make a run undecided: a fixture of `trybuild` is not meant to parse.
//!
//! Declarations made by macros (`cfg_rt! { mod fs; }`) are not seen. A file that lies where such a
//! module would be gets its place by convention, which is marked: [`Module::assumed`].

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use ra_ap_syntax::Edition;

use super::{Class, Component, Discovery, File, Files, Found, Index, Kind, normal, package};
use crate::hir::{self, Cfg, ItemKind, Name};

/// Most entries of one file in one crate: only a hostile tree of `#[path]`s has more.
const MAX_TWINS: usize = 8;

/// Deepest nesting of modules, inline ones included.
const MAX_MODULES: usize = 128;

/// What one file says of modules.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Declarations {
    /// Predicates of the file's own `#![cfg(…)]`.
    pub cfg: Vec<Cfg>,
    /// Its `mod` items that lead to files, in source order.
    pub modules: Vec<Declaration>,
}

/// One `mod name;`, or a `mod name { … }` with such inside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Declaration {
    /// Its name.
    pub name: Name,
    /// Value of `#[path]`.
    pub path: Option<Name>,
    /// Its `#[cfg]`s.
    pub cfg: Vec<Cfg>,
    /// Where it is.
    pub range: hir::Range,
    /// What an inline module declares in turn; `None` for `mod name;`.
    pub inline: Option<Vec<Self>>,
}

impl Declarations {
    /// Collects the declarations of a lowered file.
    pub fn of(file: &hir::File) -> Self {
        Self {
            cfg: file.cfg.clone(),
            modules: collect(&file.items, 0),
        }
    }
}

/// The declarations among `items`.
fn collect(items: &[hir::Item], depth: usize) -> Vec<Declaration> {
    if depth > MAX_MODULES {
        return Vec::new();
    }
    items
        .iter()
        .filter_map(|item| {
            let ItemKind::Module { path, items } = &item.kind else {
                return None;
            };
            let inline = items.as_ref().map(|items| collect(items, depth + 1));
            if inline.as_ref().is_some_and(Vec::is_empty) {
                return None;
            }
            Some(Declaration {
                name: item.name.clone(),
                path: path.clone(),
                cfg: item.cfg.clone(),
                range: item.range,
                inline,
            })
        })
        .collect()
}

/// One crate: a target and the files that it reaches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CrateGraph {
    /// Its package; `None` for a file that no target reaches and no package owns.
    pub package: Option<usize>,
    /// What kind of target.
    pub class: Class,
    /// The crate's name, as code writes it; empty for an unreached file.
    pub name: String,
    /// False for a crate made of a file that no target reaches.
    pub is_target: bool,
    /// Its root file.
    pub root: usize,
    /// The root (with an empty path) first, then depth first in source order.
    pub modules: Vec<Module>,
}

/// A file as a module of a crate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Module {
    /// Names from the crate's root.
    pub path: Vec<Name>,
    /// The file.
    pub file: usize,
    /// Predicates of all declarations on the way, and of `#![cfg]` in the files above.
    pub cfg: Vec<Cfg>,
    /// No declaration was seen; the file lies where the module would be.
    pub assumed: bool,
}

/// A `mod name;` that leads nowhere.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Missing {
    /// The declaring file.
    pub file: usize,
    /// Where the declaration is.
    pub range: hir::Range,
    /// The module's name.
    pub name: Name,
    /// A reason where something is there that cannot be read (a pipe, a folder): undecided. `None`
    /// where there is no file: made by a build script, or compiled out; counted.
    pub problem: Option<String>,
}

/// The module trees of one component.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Modules {
    /// Crates of targets in order of package and target, then those of unreached files.
    pub crates: Vec<CrateGraph>,
    /// Files that a target reaches, sorted: only these, and files named on the command line, can
    /// make a run undecided.
    pub reached: BTreeSet<usize>,
    /// Declarations that lead to no file, sorted.
    pub missing: Vec<Missing>,
    /// Existing files that are declared and were not found by the walk — ignored, hidden, or
    /// outside the folder of the component. Add them (see [`Discovery::add`]), lower them, and
    /// resolve again: an ignore file must not hide a module from the gate.
    pub unlisted: BTreeSet<PathBuf>,
    /// Files that only packages of another edition than their own reach, with that edition: lower
    /// them again.
    pub editions: BTreeMap<usize, Edition>,
}

impl Discovery {
    /// Adds files that a module declaration leads to, in the path given of the component's first
    /// file; what lies outside of it is left out. The indices of the files, known or new.
    pub fn add(&mut self, component: usize, unlisted: &BTreeSet<PathBuf>) -> Vec<usize> {
        let first = self
            .components
            .get(component)
            .and_then(|component| component.files.first())
            .and_then(|&at| self.files.get(at));
        let Some(near) = first.cloned() else {
            return Vec::new();
        };
        let added: Vec<usize> = unlisted
            .iter()
            .filter_map(|location| {
                let known = self
                    .files
                    .iter()
                    .position(|file| file.found.location == *location);
                known.or_else(|| {
                    let file = self.beside(&near, location)?;
                    self.files.push(file);
                    Some(self.files.len() - 1)
                })
            })
            .collect();
        if let Some(component) = self.components.get_mut(component) {
            component.files.extend(&added);
            component.files.sort_unstable();
            component.files.dedup();
        }
        added
    }

    /// A file at `location`, seen from one that the walk found.
    fn beside(&self, near: &File, location: &Path) -> Option<File> {
        let relative = location.strip_prefix(&near.found.root).ok()?;
        let found = Found {
            path: super::slashed(&package::prefix(&near.found).join(relative)).into(),
            location: location.to_path_buf(),
            root: near.found.root.clone(),
            named: false,
            size: 0,
            problem: None,
        };
        let owner = (0..self.packages.len())
            .filter(|&id| {
                let package = self.packages.get(id);
                package.is_some_and(|package| location.starts_with(&package.root))
            })
            .max_by_key(|&id| self.packages.get(id).map(|package| package.root.clone()))
            .or(near.package);
        let package = owner.and_then(|id| self.packages.get(id));
        Some(File {
            package: owner,
            edition: package.map_or(near.edition, |package| package.edition),
            class: package::class(&found, package, &mut |folder| {
                self.packages.iter().any(|package| package.root == folder)
            }),
            vendored: super::is_vendored(&found),
            found,
        })
    }
}

/// Resolves the module trees of one component. `declared` gives the declarations of a file, or
/// `None` where it could not be read or lowered.
pub fn resolve<'d>(
    discovery: &Discovery,
    component: &Component,
    files: &dyn Files,
    declared: &dyn Fn(usize) -> Option<&'d Declarations>,
) -> Modules {
    let index: Index = component
        .files
        .iter()
        .filter_map(|&at| Some((discovery.files.get(at)?.found.location.clone(), at)))
        .collect();
    let mut tree = Tree {
        discovery,
        files,
        declared,
        index,
        result: Modules::default(),
        assumed: BTreeSet::new(),
        budget: MAX_TWINS * (component.files.len() + 100),
    };
    for &id in &component.packages {
        let Some(package) = discovery.packages.get(id) else {
            continue;
        };
        for target in &package.targets {
            let modules = tree.grow(target.file);
            tree.result
                .reached
                .extend(modules.iter().map(|module| module.file));
            tree.result.crates.push(CrateGraph {
                package: Some(id),
                class: target.class,
                name: target.name.clone(),
                is_target: true,
                root: target.file,
                modules,
            });
        }
    }
    tree.editions();
    let (missing, unlisted) = (tree.result.missing.clone(), tree.result.unlisted.clone());
    tree.assume(component);
    tree.loose(component);
    let mut result = tree.result;
    // What a file says that no target reaches is not worth a word: it may be a fixture.
    (result.missing, result.unlisted) = (missing, unlisted);
    result.missing.sort();
    result.missing.dedup();
    result
}

/// The trees while they grow.
struct Tree<'a, 'd> {
    discovery: &'a Discovery,
    files: &'a dyn Files,
    declared: &'a dyn Fn(usize) -> Option<&'d Declarations>,
    index: Index,
    result: Modules,
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
        self.path.push(declaration.name.clone());
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

impl<'d> Tree<'_, 'd> {
    /// Notes files that only packages of another edition reach.
    fn editions(&mut self) {
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
    fn assume(&mut self, component: &Component) {
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
    fn loose(&mut self, component: &Component) {
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
    fn grow(&mut self, root: usize) -> Vec<Module> {
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
