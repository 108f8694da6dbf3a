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

use super::{Class, Component, Discovery, File, Files, Found, Index, package};
use crate::hir::{self, Cfg, ItemKind, Name};
use tree::Tree;

mod tree;

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
            let ItemKind::Module { path, items, .. } = &item.kind else {
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
    let mut tree = Tree::new(discovery, files, declared, index, component.files.len());
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

#[cfg(test)]
mod tests;
