//! Packages: who owns a file, and which files are the roots of crates.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use ra_ap_syntax::Edition;

use super::manifest::{EditionKey, Manifest};
use super::{Class, File, Files, Found, Index, Kind, below, slashed};

/// A package, as far as it matters here.
#[derive(Debug, Clone)]
pub struct Package {
    /// Its name; empty where the manifest is broken.
    pub name: String,
    /// Its folder.
    pub root: PathBuf,
    /// What reports call its manifest.
    pub path: Arc<str>,
    /// Its edition, inherited from the workspace where it says so.
    pub edition: Edition,
    /// Roots of its crates that are among the files, sorted.
    pub targets: Vec<Target>,
    /// What it depends on, of any kind and platform, sorted by name.
    pub dependencies: Vec<Dependency>,
    /// Below a `vendor/` or `third_party/` folder of the path given.
    pub vendored: bool,
    /// Why its manifest could not be understood; the edition is then 2021, and there are no
    /// targets.
    pub problem: Option<String>,
}

/// A crate of a package.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Target {
    /// What it is.
    pub class: Class,
    /// Its crate name, as code writes it.
    pub name: String,
    /// Index of its root file.
    pub file: usize,
}

/// A dependency of a package.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Dependency {
    /// What code calls it (after renaming, `-` as `_`).
    pub name: String,
    /// The name of its package.
    pub package: String,
    /// Its package, where that is among the files: a path dependency, one that `[patch]` takes
    /// from a folder, or a vendored one.
    pub local: Option<usize>,
}

/// Manifests and packages as they become known.
pub(super) struct World<'a> {
    files: &'a dyn Files,
    /// Manifests by folder.
    manifests: BTreeMap<PathBuf, Option<Result<Rc<Manifest>, String>>>,
    /// The owner of a folder's files, by folder.
    owners: BTreeMap<PathBuf, Option<usize>>,
    /// In order of discovery until [`Self::finish`].
    pub(super) packages: Vec<Package>,
}

impl<'a> World<'a> {
    pub(super) fn new(files: &'a dyn Files) -> Self {
        Self {
            files,
            manifests: BTreeMap::new(),
            owners: BTreeMap::new(),
            packages: Vec::new(),
        }
    }

    /// The package that owns the file at `location`: that of the nearest manifest upward, also
    /// above the path given. A workspace without a package owns nothing.
    pub(super) fn owner(&mut self, location: &Path) -> Option<usize> {
        let mut asked = Vec::new();
        let mut answer = None;
        for folder in location.ancestors().skip(1) {
            if let Some(known) = self.owners.get(folder) {
                answer = *known;
                break;
            }
            asked.push(folder.to_path_buf());
            match self.manifest(folder) {
                None => {}
                Some(Err(problem)) => {
                    answer = Some(self.add(Package::broken(folder, problem)));
                    break;
                }
                Some(Ok(manifest)) => {
                    if manifest.package().is_some() {
                        answer = Some(self.package(&manifest));
                        break;
                    }
                    if manifest.workspace().is_some() {
                        break;
                    }
                }
            }
        }
        for folder in asked {
            self.owners.insert(folder, answer);
        }
        answer
    }

    /// Adds crate roots that exist although the walk passed them over (hidden, or ignored by a
    /// file that the change itself may have written), of every package below a path given and of
    /// what these depend on by path.
    pub(super) fn add_roots(&mut self, found: &mut Vec<Found>) {
        let mut known: BTreeSet<PathBuf> = found.iter().map(|file| file.location.clone()).collect();
        let mut roots: BTreeMap<PathBuf, PathBuf> = BTreeMap::new();
        for file in found.iter().filter(|file| !file.named) {
            roots
                .entry(file.root.clone())
                .or_insert_with(|| prefix(file));
        }
        let mut folders: Vec<PathBuf> = Vec::new();
        for file in found.iter().filter(|file| !file.named) {
            if let Some(package) = self
                .owner(&file.location)
                .and_then(|id| self.packages.get(id))
            {
                folders.push(package.root.clone());
            }
        }
        folders.extend(roots.keys().cloned());
        let mut seen = BTreeSet::new();
        while let Some(folder) = folders.pop() {
            if !seen.insert(folder.clone()) {
                continue;
            }
            let Some((root, prefix)) = roots.iter().rfind(|(root, _)| folder.starts_with(root))
            else {
                continue;
            };
            let Some(Ok(manifest)) = self.manifest(&folder) else {
                continue;
            };
            folders.extend(manifest.members());
            if manifest.package().is_none() {
                continue;
            }
            let workspace = self.workspace_of(&manifest);
            folders.extend(
                manifest
                    .dependencies(workspace.as_deref())
                    .into_iter()
                    .filter_map(|needed| needed.folder),
            );
            let edition = self.edition(&manifest).unwrap_or(Edition::Edition2021);
            for target in manifest.targets(edition) {
                let Some(location) = self.first(&target.roots) else {
                    continue;
                };
                if location.starts_with(root) && known.insert(location.clone()) {
                    let relative = location.strip_prefix(root).unwrap_or(&location);
                    found.push(Found {
                        path: slashed(&prefix.join(relative)).into(),
                        root: root.clone(),
                        named: false,
                        size: 0,
                        problem: None,
                        location,
                    });
                }
            }
        }
    }

    /// The class of a file by its place.
    pub(super) fn class(&mut self, found: &Found, package: Option<usize>) -> Class {
        let package = package.and_then(|id| self.packages.get(id)).cloned();
        class(found, package.as_ref(), &mut |folder| {
            self.is_package(folder)
        })
    }

    /// Sorts the packages, names their manifests and fills in targets and dependencies.
    pub(super) fn finish(mut self, files: &mut [File]) -> Vec<Package> {
        let mut order: Vec<usize> = Vec::new();
        let mut named = BTreeSet::new();
        for file in files.iter() {
            let Some(id) = file.package.filter(|id| named.insert(*id)) else {
                continue;
            };
            if let Some(package) = self.packages.get_mut(id) {
                package.path = manifest_path(&package.root, &file.found);
                package.vendored = file.vendored && package.root.starts_with(&file.found.root);
                order.push(id);
            }
        }
        order.sort_by_key(|id| self.packages.get(*id).map(|package| package.root.clone()));
        let place: BTreeMap<usize, usize> = order
            .iter()
            .enumerate()
            .map(|(new, old)| (*old, new))
            .collect();
        for file in files.iter_mut() {
            file.package = file.package.and_then(|old| place.get(&old).copied());
        }
        let mut packages: Vec<Package> = order
            .iter()
            .filter_map(|id| self.packages.get(*id).cloned())
            .collect();
        let index: Index = files
            .iter()
            .enumerate()
            .map(|(at, file)| (file.found.location.clone(), at))
            .collect();
        let mut owned: Vec<Vec<usize>> = vec![Vec::new(); packages.len()];
        for (at, file) in files.iter().enumerate() {
            if let Some(list) = file.package.and_then(|id| owned.get_mut(id)) {
                list.push(at);
            }
        }
        let folders: BTreeMap<PathBuf, usize> = packages
            .iter()
            .enumerate()
            .map(|(id, package)| (package.root.clone(), id))
            .collect();
        let vendored: BTreeMap<String, usize> = packages
            .iter()
            .enumerate()
            .filter(|(_, package)| package.vendored)
            .map(|(id, package)| (package.name.clone(), id))
            .collect();
        for (package, owned) in packages.iter_mut().zip(&owned) {
            let Some(Ok(manifest)) = self.manifest(&package.root) else {
                continue;
            };
            package.targets = targets(&manifest, package.edition, files, owned, &index);
            let workspace = self.workspace_of(&manifest);
            let mut patches = manifest.patches();
            patches.extend(workspace.iter().flat_map(|workspace| workspace.patches()));
            package.dependencies = manifest
                .dependencies(workspace.as_deref())
                .into_iter()
                .map(|needed| Dependency {
                    local: needed
                        .folder
                        .or_else(|| patches.get(&needed.package).cloned())
                        .and_then(|folder| folders.get(&folder))
                        .or_else(|| vendored.get(&needed.package))
                        .copied(),
                    name: needed.name,
                    package: needed.package,
                })
                .collect();
        }
        packages
    }

    /// The manifest in `folder`, or why it cannot be understood; `None` where there is none.
    fn manifest(&mut self, folder: &Path) -> Option<Result<Rc<Manifest>, String>> {
        if let Some(known) = self.manifests.get(folder) {
            return known.clone();
        }
        let path = folder.join("Cargo.toml");
        let loaded = self.files.kind(&path).map(|kind| match kind {
            Kind::File => self
                .files
                .read(&path)
                .map_err(|error| format!("cannot be read: {error}"))
                .and_then(|bytes| Manifest::parse(folder, bytes))
                .map(Rc::new),
            Kind::Directory | Kind::Other => Err("is not a regular file".to_owned()),
        });
        self.manifests.insert(folder.to_path_buf(), loaded.clone());
        loaded
    }

    fn is_package(&mut self, folder: &Path) -> bool {
        match self.manifest(folder) {
            Some(Ok(manifest)) => manifest.package().is_some(),
            Some(Err(_)) => true,
            None => false,
        }
    }

    /// The package of a manifest, known or new.
    fn package(&mut self, manifest: &Manifest) -> usize {
        let (edition, problem) = match self.edition(manifest) {
            Ok(edition) => (edition, None),
            Err(problem) => (Edition::Edition2021, Some(problem)),
        };
        self.add(Package {
            name: manifest.name().to_owned(),
            edition,
            problem,
            ..Package::broken(&manifest.root, String::new())
        })
    }

    fn add(&mut self, package: Package) -> usize {
        let known = self
            .packages
            .iter()
            .position(|other| other.root == package.root);
        known.unwrap_or_else(|| {
            self.packages.push(package);
            self.packages.len() - 1
        })
    }

    /// The edition of a package.
    fn edition(&mut self, manifest: &Manifest) -> Result<Edition, String> {
        let text = match manifest.edition() {
            EditionKey::Absent => return Ok(Edition::Edition2015),
            EditionKey::Text(text) => text,
            EditionKey::Inherited => {
                let workspace = self.workspace_of(manifest);
                match workspace.as_deref().and_then(Manifest::shared_edition) {
                    Some(text) => text.to_owned(),
                    None => {
                        return Err(
                            "inherits its edition, and no workspace above it gives one; check the \
                             whole workspace, or write the edition into the manifest"
                                .to_owned(),
                        );
                    }
                }
            }
        };
        text.parse().map_err(|_| {
            "names an edition that is not known; 2015, 2018, 2021 and 2024 are".to_owned()
        })
    }

    /// The workspace that a package inherits from: the one it names, or the nearest upward.
    fn workspace_of(&mut self, manifest: &Manifest) -> Option<Rc<Manifest>> {
        let start = manifest
            .workspace_folder()
            .unwrap_or_else(|| manifest.root.clone());
        start.ancestors().find_map(|folder| {
            let found = self.manifest(folder)?.ok()?;
            found.workspace().is_some().then_some(found)
        })
    }

    /// The first of `candidates` that is a file.
    fn first(&self, candidates: &[PathBuf]) -> Option<PathBuf> {
        candidates
            .iter()
            .find(|path| self.files.kind(path) == Some(Kind::File))
            .cloned()
    }
}

impl Package {
    fn broken(root: &Path, problem: String) -> Self {
        Self {
            name: String::new(),
            root: root.to_path_buf(),
            path: "".into(),
            edition: Edition::Edition2021,
            targets: Vec::new(),
            dependencies: Vec::new(),
            vendored: false,
            problem: Some(problem),
        }
    }
}

/// Crate roots of one package, `owned` being its files.
fn targets(
    manifest: &Manifest,
    edition: Edition,
    files: &[File],
    owned: &[usize],
    index: &Index,
) -> Vec<Target> {
    let mut targets: BTreeMap<(Class, usize), String> = BTreeMap::new();
    for declared in manifest.targets(edition) {
        let file = declared.roots.iter().find_map(|root| index.get(root));
        if let Some(&file) = file {
            targets
                .entry((declared.class, file))
                .or_insert_with(|| declared.name.replace('-', "_"));
        }
    }
    for &at in owned {
        let Some(inner) = files
            .get(at)
            .and_then(|file| file.found.location.strip_prefix(&manifest.root).ok())
        else {
            continue;
        };
        let Some((class, name)) = conventional(inner) else {
            continue;
        };
        if manifest.discovers(class, edition) {
            targets
                .entry((class, at))
                .or_insert_with(|| name.replace('-', "_"));
        }
    }
    let mut targets: Vec<Target> = targets
        .into_iter()
        .map(|((class, file), name)| Target { class, name, file })
        .collect();
    targets.sort();
    targets
}

/// The class of a file by its place below the path given, in any package around it.
pub(super) fn class(
    found: &Found,
    package: Option<&Package>,
    is_package: &mut dyn FnMut(&Path) -> bool,
) -> Class {
    let mut folder = found.root.clone();
    for part in below(found) {
        let class = match part {
            "tests" => Some(Class::Test),
            "benches" => Some(Class::Bench),
            "examples" => Some(Class::Example),
            _ => None,
        };
        if let Some(class) = class.filter(|_| is_package(&folder)) {
            return class;
        }
        folder.push(part);
    }
    let inner = package.and_then(|package| found.location.strip_prefix(&package.root).ok());
    match inner {
        Some(inner) if inner == Path::new("build.rs") => Class::BuildScript,
        Some(inner) if inner == Path::new("src/main.rs") || inner.starts_with("src/bin") => {
            Class::Binary
        }
        _ => Class::Library,
    }
}

/// The target that a file is by its place in the package: `tests/a.rs`, `tests/a/main.rs`,
/// `src/bin/a.rs`, ….
fn conventional(inner: &Path) -> Option<(Class, String)> {
    const FOLDERS: [(&str, Class); 4] = [
        ("src/bin", Class::Binary),
        ("tests", Class::Test),
        ("benches", Class::Bench),
        ("examples", Class::Example),
    ];
    let (rest, class) = FOLDERS
        .iter()
        .find_map(|(folder, class)| Some((inner.strip_prefix(folder).ok()?, *class)))?;
    let mut parts = rest
        .components()
        .map(|part| part.as_os_str().to_string_lossy());
    let first = parts.next()?;
    match parts.next() {
        None => Some((class, first.strip_suffix(".rs")?.to_owned())),
        Some(second) if second == "main.rs" && parts.next().is_none() => {
            Some((class, first.into_owned()))
        }
        Some(_) => None,
    }
}

/// What stands in front of the paths of a root's files in reports.
pub(super) fn prefix(found: &Found) -> PathBuf {
    let relative = found
        .location
        .strip_prefix(&found.root)
        .unwrap_or(&found.location);
    let shown = Path::new(&*found.path);
    let depth = relative.components().count();
    shown
        .ancestors()
        .nth(depth)
        .unwrap_or(Path::new(""))
        .to_path_buf()
}

/// What reports call the manifest in `folder`, seen from one of its files.
fn manifest_path(folder: &Path, file: &Found) -> Arc<str> {
    let prefix = prefix(file);
    if let Ok(inner) = folder.strip_prefix(&file.root) {
        return slashed(&prefix.join(inner).join("Cargo.toml")).into();
    }
    let above = file
        .root
        .strip_prefix(folder)
        .map_or(0, |inner| inner.components().count());
    let up: PathBuf = std::iter::repeat_n("..", above).collect();
    slashed(&super::normal(&prefix.join(up)).join("Cargo.toml")).into()
}
