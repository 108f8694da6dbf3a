//! Macros that one file defines and another calls: which definition each call means.
//!
//! Files are lowered side by side, so a call of a macro that another file defines is not expanded
//! at first. When the module tree of a component is known, each such call is looked up as rustc
//! does it: by the place of the definition (before the `mod`, or in a `#[macro_use]` module before
//! it), by an import, or by a path. The files that call any are then lowered once more, with those
//! definitions at hand.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use ra_ap_syntax::Edition;
use rayon::prelude::*;

use crate::discover::modules::{CrateGraph, Modules};
use crate::discover::{Class, Discovery};
use crate::hir::{File, Item, ItemKind, MacroCall, MacroRules, Name, UseLeaf};
use crate::syntax::{Foreign, is_known_macro};

/// Definitions that one file is given, those that others of them call included.
const GIVEN: usize = 256;

/// Bytes of definitions that one file is given.
const BYTES: usize = 1 << 20;

/// Levels of `#[macro_use]` modules, and of modules upward.
const LEVELS: usize = 128;

/// A definition: its file, and its number there.
type Id = (usize, usize);

/// What a file calls and does not define, by how it names it.
type Key = (Name, Name);

/// The files among `files` that call macros of others which they have not been given so far, and
/// now are, in `foreign`.
pub(crate) fn callers<'a>(
    discovery: &'a Discovery,
    modules: &'a Modules,
    files: &[usize],
    facts: &'a Facts<'a>,
    foreign: &mut BTreeMap<usize, Vec<Foreign>>,
) -> Vec<(usize, Edition)> {
    let Some(definitions) = Definitions::of(discovery, modules, facts) else {
        return Vec::new();
    };
    let given: Vec<(usize, Vec<Foreign>)> = files
        .par_iter()
        .map(|&file| (file, definitions.called_by(file)))
        .collect();
    let mut wanted = Vec::new();
    for (file, given) in given {
        let known = foreign.entry(file).or_default();
        if let (false, Some(found)) = (*known == given, discovery.files.get(file)) {
            wanted.push((file, found.edition));
            *known = given;
        }
    }
    wanted
}

/// The facts of a file that could be read.
type Facts<'a> = dyn Fn(usize) -> Option<&'a File> + Sync + 'a;

/// All definitions of a component.
struct Definitions<'a> {
    discovery: &'a Discovery,
    crates: &'a [CrateGraph],
    files: &'a Facts<'a>,
    /// For each crate, its definitions that stand in no function, by name.
    named: Vec<BTreeMap<&'a Name, Vec<Id>>>,
    /// For each crate, its files by module path.
    paths: Vec<BTreeMap<&'a [Name], usize>>,
    /// For each file, the first crate that reaches it, and its module path there.
    homes: BTreeMap<usize, (usize, &'a [Name])>,
    /// The library of each package.
    libraries: BTreeMap<usize, usize>,
}

impl<'a> Definitions<'a> {
    /// Collects the definitions of the crates in `modules`; `None` where there is no macro that
    /// another file could call.
    fn of(discovery: &'a Discovery, modules: &'a Modules, files: &'a Facts<'a>) -> Option<Self> {
        let mut all = Self {
            discovery,
            crates: &modules.crates,
            files,
            named: Vec::new(),
            paths: Vec::new(),
            homes: BTreeMap::new(),
            libraries: BTreeMap::new(),
        };
        for (at, krate) in modules.crates.iter().enumerate() {
            if let (Some(package), true, Class::Library) =
                (krate.package, krate.is_target, krate.class)
            {
                all.libraries.entry(package).or_insert(at);
            }
            let mut named: BTreeMap<&Name, Vec<Id>> = BTreeMap::new();
            let mut paths = BTreeMap::new();
            for module in &krate.modules {
                paths.entry(module.path.as_slice()).or_insert(module.file);
                all.homes
                    .entry(module.file)
                    .or_insert((at, module.path.as_slice()));
                let defined = files(module.file).map_or(&[][..], |file| &file.macro_rules);
                for (number, defined) in defined.iter().enumerate() {
                    if defined.has_path {
                        let known = named.entry(&defined.name).or_default();
                        known.push((module.file, number));
                    }
                }
            }
            all.named.push(named);
            all.paths.push(paths);
        }
        let any = all.named.iter().any(|named| !named.is_empty());
        any.then_some(all)
    }

    /// The definitions that `file` calls, with those that they call in turn.
    fn called_by(&self, file: usize) -> Vec<Foreign> {
        let Some(&(home, _)) = self.homes.get(&file) else {
            return Vec::new();
        };
        let Some(facts) = (self.files)(file) else {
            return Vec::new();
        };
        let mut given: BTreeMap<Id, BTreeSet<Key>> = BTreeMap::new();
        let mut open: Vec<Id> = Vec::new();
        let mut bytes = 0;
        let mut give = |id: Id, key: Key, open: &mut Vec<Id>| {
            if !given.contains_key(&id) {
                let size = self.definition(id).map_or(0, |found| found.body.len());
                if given.len() >= GIVEN || bytes + size > BYTES {
                    return;
                }
                bytes += size;
                open.push(id);
            }
            given.entry(id).or_default().insert(key);
        };
        for call in &facts.macro_calls {
            if let Some(id) = self.find(home, file, call) {
                give(id, (call.root.clone(), call.name.clone()), &mut open);
            }
        }
        while let Some(id) = open.pop() {
            let Some(definition) = self.definition(id) else {
                continue;
            };
            let Some(&(at, _)) = self.homes.get(&id.0) else {
                continue;
            };
            for call in &definition.calls {
                let found = if call.root == "$crate" {
                    self.by_path(at, &call.name)
                } else {
                    // Names of macros are looked up where the macro is called, then around it.
                    self.find(home, file, call)
                        .or_else(|| self.find(at, id.0, call))
                };
                let Some(found) = found else { continue };
                let root = if call.root != "$crate" {
                    call.root.clone()
                } else if at == home {
                    Name::new_static("crate")
                } else {
                    self.name(at)
                };
                give(found, (root, call.name.clone()), &mut open);
            }
        }
        let mut foreign = Vec::new();
        for (id, keys) in given {
            let (Some(found), Some(&(at, _))) = (self.definition(id), self.homes.get(&id.0)) else {
                continue;
            };
            // What the file defines itself it finds itself.
            if id.0 != file
                && let Some(owner) = self.discovery.files.get(id.0)
            {
                foreign.push(Foreign {
                    keys: keys.into_iter().collect(),
                    body: Arc::clone(&found.body),
                    edition: owner.edition,
                    krate: (at != home).then(|| self.name(at)),
                });
            }
        }
        foreign
    }

    fn definition(&self, (file, number): Id) -> Option<&'a MacroRules> {
        (self.files)(file)?.macro_rules.get(number)
    }

    fn name(&self, krate: usize) -> Name {
        let found = self.crates.get(krate);
        found.map_or_else(Name::default, |krate| krate.name.as_str().into())
    }

    /// Which definition `call`, in `file` of crate `krate`, means.
    fn find(&self, krate: usize, file: usize, call: &MacroCall) -> Option<Id> {
        let name = &call.name;
        let found = match call.root.as_str() {
            "" => self
                .by_place(krate, file, name)
                .or_else(|| self.imported(krate, file, name))
                .or_else(|| self.taken_whole(krate, name)),
            "crate" | "self" | "super" | "$crate" => self.by_path(krate, name),
            root => match self.krate(krate, root) {
                Some(other) => self.exported(other, name),
                None => self.by_path(krate, name),
            },
        }?;
        // A macro that is known by name is known better than by its definition, unless this crate
        // has one of the same name for itself.
        let is_own = self.homes.get(&found.0).is_some_and(|home| home.0 == krate)
            && self.definition(found).is_some_and(|it| !it.is_exported);
        (is_own || !is_known_macro(name)).then_some(found)
    }

    /// By the place of the definition: before the `mod` that leads to `file`, in any module above.
    fn by_place(&self, krate: usize, file: usize, name: &Name) -> Option<Id> {
        if let Some(found) = self.in_macro_use(krate, file, u32::MAX, name, LEVELS) {
            return Some(found);
        }
        let &(home, mut path) = self.homes.get(&file)?;
        if home != krate {
            return None;
        }
        for _ in 0..LEVELS {
            let (_, mut above) = path.split_last()?;
            let paths = self.paths.get(krate)?;
            // A parent may be an inline module, which is no file of its own.
            while !paths.contains_key(above) {
                above = above.split_last()?.1;
            }
            let parent = *paths.get(above)?;
            let child = path.get(above.len())?;
            let facts = (self.files)(parent)?;
            let at = facts.items.iter().find_map(|item| {
                let is_it = matches!(item.kind, ItemKind::Module { .. }) && item.name == *child;
                is_it.then_some(item.range.start)
            });
            // A declaration that a macro makes: everything in the file may stand before it.
            let at = at.unwrap_or(u32::MAX);
            let is_visible = |found: &MacroRules| {
                found.name == *name
                    && found.visible.start <= at
                    && (at < found.visible.end || at == u32::MAX)
            };
            if let Some(number) = facts.macro_rules.iter().rposition(is_visible) {
                return Some((parent, number));
            }
            if let Some(found) = self.in_macro_use(krate, parent, at, name, LEVELS) {
                return Some(found);
            }
            path = above;
        }
        None
    }

    /// In the `#[macro_use]` modules that `file` declares before byte `before`, the last first.
    fn in_macro_use(
        &self,
        krate: usize,
        file: usize,
        before: u32,
        name: &Name,
        levels: usize,
    ) -> Option<Id> {
        let levels = levels.checked_sub(1)?;
        let facts = (self.files)(file)?;
        let &(home, path) = self.homes.get(&file)?;
        if home != krate {
            return None;
        }
        let modules = facts.items.iter().rev().filter(|item| {
            let is_used = matches!(
                item.kind,
                ItemKind::Module {
                    items: None,
                    is_macro_use: true,
                    ..
                }
            );
            is_used && item.range.start < before
        });
        for module in modules {
            let mut inner = path.to_vec();
            inner.push(module.name.clone());
            let Some(&at) = self.paths.get(krate)?.get(inner.as_slice()) else {
                continue;
            };
            let Some(facts) = (self.files)(at) else {
                continue;
            };
            let is_it = |it: &MacroRules| it.name == *name && it.is_outermost;
            if let Some(number) = facts.macro_rules.iter().rposition(is_it) {
                return Some((at, number));
            }
            if let Some(found) = self.in_macro_use(krate, at, u32::MAX, name, levels) {
                return Some(found);
            }
        }
        None
    }

    /// By a `use` in the file.
    fn imported(&self, krate: usize, file: usize, name: &Name) -> Option<Id> {
        let facts = (self.files)(file)?;
        let leaves = || facts.items.iter().flat_map(leaves);
        let from = |leaf: &UseLeaf, name: &Name| {
            let root = leaf.path.iter().find(|segment| !segment.is_empty())?;
            match root.as_str() {
                "crate" | "self" | "super" => self.by_path(krate, name),
                root => match self.krate(krate, root) {
                    Some(other) => self.exported(other, name),
                    None => self.by_path(krate, name),
                },
            }
        };
        let by_name = leaves()
            .filter(|leaf| !leaf.glob && leaf.name == *name)
            .find_map(|leaf| from(leaf, leaf.path.last()?));
        by_name.or_else(|| {
            let globs = leaves().filter(|leaf| leaf.glob);
            globs.into_iter().find_map(|leaf| from(leaf, name))
        })
    }

    /// By `#[macro_use] extern crate` in the crate's root.
    fn taken_whole(&self, krate: usize, name: &Name) -> Option<Id> {
        let root = (self.files)(self.crates.get(krate)?.root)?;
        root.macro_crates
            .iter()
            .find_map(|other| self.exported(self.krate(krate, other)?, name))
    }

    /// By a path within the crate.
    fn by_path(&self, krate: usize, name: &Name) -> Option<Id> {
        let found = self.named.get(krate)?.get(name)?;
        let exported = found
            .iter()
            .find(|id| self.definition(**id).is_some_and(|it| it.is_exported));
        exported.or_else(|| found.first()).copied()
    }

    /// What a crate exports.
    fn exported(&self, krate: usize, name: &Name) -> Option<Id> {
        let found = self.named.get(krate)?.get(name)?;
        let mut found = found.iter().copied();
        found.find(|&id| self.definition(id).is_some_and(|it| it.is_exported))
    }

    /// The crate of the component that crate `from` calls `name`.
    fn krate(&self, from: usize, name: &str) -> Option<usize> {
        let graph = self.crates.get(from)?;
        let package = self.discovery.packages.get(graph.package?)?;
        let needed = package
            .dependencies
            .iter()
            .find(|needed| needed.name == name);
        if let Some(needed) = needed {
            return self.libraries.get(&needed.local?).copied();
        }
        // A binary or test sees the library of its own package.
        let own = self.libraries.get(&graph.package?).copied()?;
        (own != from && self.crates.get(own)?.name == name).then_some(own)
    }
}

/// The leaves of a `use`.
fn leaves(item: &Item) -> &[UseLeaf] {
    match &item.kind {
        ItemKind::Use(leaves) => leaves,
        _ => &[],
    }
}
