//! What is to be judged: source files, the packages they belong to, and how they hang together.
//!
//! Nothing of the scanned tree is run, `cargo` neither: manifests are read as data, and of them
//! only what decides an edition, a target, or who can call whom.
//! The result is light — paths and facts, no texts — so that a registry of hundreds of packages is
//! processed one [`Component`] at a time.
//!
//! Three steps, each over owned data:
//! [`walk`] finds files on disk (or the caller brings a list, from a git revision);
//! [`resolve`] assigns packages, editions and components;
//! [`modules::resolve`], after lowering, says which crate reaches which file.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ra_ap_syntax::Edition;

pub use component::Component;
pub use home::home;
pub use package::{Dependency, Package, Target};
pub use text::{ReadError, Text, decode, read};
pub use walk::{Request, walk};

mod component;
mod home;
mod manifest;
pub mod modules;
mod package;
mod text;
mod walk;

/// What lies at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A regular file.
    File,
    /// A directory.
    Directory,
    /// A device, pipe, socket, or a symbolic link to nowhere: never opened.
    Other,
}

/// Where manifests and module files are looked up: the disk, or a revision.
pub trait Files {
    /// The bytes of the file at `path`.
    fn read(&self, path: &Path) -> std::io::Result<Vec<u8>>;
    /// What is at `path`, symbolic links followed; `None` where nothing is.
    fn kind(&self, path: &Path) -> Option<Kind>;
}

/// The file system.
#[derive(Debug, Clone, Copy, Default)]
pub struct Disk;

impl Files for Disk {
    fn read(&self, path: &Path) -> std::io::Result<Vec<u8>> {
        text::bytes(path, crate::limits::MAX_BYTES)
    }

    fn kind(&self, path: &Path) -> Option<Kind> {
        match std::fs::metadata(path) {
            Ok(meta) if meta.is_file() => Some(Kind::File),
            Ok(meta) if meta.is_dir() => Some(Kind::Directory),
            Ok(_) => Some(Kind::Other),
            // A dangling link is there, and nothing can be read from it.
            Err(_) => std::fs::symlink_metadata(path).ok().map(|_| Kind::Other),
        }
    }
}

/// A list of paths with a way to read them, such as a git revision's. Paths are as in the list.
pub struct Listed<R> {
    /// Every path of the tree (not only `.rs` files: manifests too).
    pub paths: std::collections::BTreeSet<PathBuf>,
    /// Reads one of them.
    pub read: R,
}

impl<R: Fn(&Path) -> std::io::Result<Vec<u8>>> Files for Listed<R> {
    fn read(&self, path: &Path) -> std::io::Result<Vec<u8>> {
        (self.read)(path)
    }

    fn kind(&self, path: &Path) -> Option<Kind> {
        if self.paths.contains(path) {
            return Some(Kind::File);
        }
        let below = self.paths.range(path.to_path_buf()..).next();
        below
            .is_some_and(|found| found.starts_with(path))
            .then_some(Kind::Directory)
    }
}

/// A `.rs` file before anything is known of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Where [`Files`] reads it: absolute on disk.
    pub location: PathBuf,
    /// What reports call it, with `/`.
    pub path: Arc<str>,
    /// The path given through which it was found: only what lies below it is classified.
    pub root: PathBuf,
    /// Named on the command line as a file.
    pub named: bool,
    /// Size in bytes.
    pub size: u64,
    /// Why it cannot be read, where the walk knows already (a pipe, a link out of the tree).
    pub problem: Option<String>,
}

/// What [`walk`] found.
#[derive(Debug, Default)]
pub struct Walked {
    /// `.rs` files, sorted by `path`.
    pub files: Vec<Found>,
    /// What could not be seen at all: a path that does not exist, an unreadable directory.
    pub undecided: Vec<rules::Undecided>,
    /// Entries passed over: links to directories, caches marked by `CACHEDIR.TAG`.
    pub skipped: usize,
}

/// What kind of code a file or a target is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// `src/lib.rs` and below.
    Library,
    /// `src/main.rs`, `src/bin/`.
    Binary,
    /// `build.rs`.
    BuildScript,
    /// `tests/`.
    Test,
    /// `benches/`.
    Bench,
    /// `examples/`.
    Example,
}

impl Class {
    /// Whether its findings are one level lower, and nothing else calls it.
    pub fn is_lowered(self) -> bool {
        !matches!(self, Self::Library | Self::Binary)
    }
}

/// A `.rs` file with its place in the world.
#[derive(Debug, Clone)]
pub struct File {
    /// As it was found.
    pub found: Found,
    /// Index into [`Discovery::packages`]; `None` for a loose file.
    pub package: Option<usize>,
    /// The edition of its package, or the one for loose files.
    pub edition: Edition,
    /// By its place in the package.
    pub class: Class,
    /// Below a `vendor/` or `third_party/` folder of the path given.
    pub vendored: bool,
}

/// Everything that is to be judged.
#[derive(Debug, Default)]
pub struct Discovery {
    /// Files, sorted by path.
    pub files: Vec<File>,
    /// Packages that own one of the files, sorted by manifest.
    pub packages: Vec<Package>,
    /// Packages and files that must be analysed together, in order of their first file.
    pub components: Vec<Component>,
    /// What could not be seen, broken manifests of judged packages included.
    pub undecided: Vec<rules::Undecided>,
    /// Entries passed over, broken manifests of fixtures and vendored packages included.
    pub skipped: usize,
}

/// Assigns packages, editions, classes and components to the files that were found. `loose` is the
/// edition of files outside a package.
pub fn resolve(walked: Walked, files: &dyn Files, loose: Edition) -> Discovery {
    let mut world = package::World::new(files);
    let mut found = walked.files;
    world.add_roots(&mut found);
    found.sort_by(|a, b| (&a.path, &a.location).cmp(&(&b.path, &b.location)));
    found.dedup_by(|later, kept| {
        let same = later.location == kept.location;
        kept.named |= same && later.named;
        same
    });
    let mut resolved: Vec<File> = found
        .into_iter()
        .map(|found| {
            let package = world.owner(&found.location);
            File {
                package,
                edition: package
                    .and_then(|id| world.packages.get(id))
                    .map_or(loose, |package| package.edition),
                class: world.class(&found, package),
                vendored: is_vendored(&found),
                found,
            }
        })
        .collect();
    let (mut undecided, mut skipped) = (walked.undecided, walked.skipped);
    let packages = world.finish(&mut resolved);
    for (id, package) in packages.iter().enumerate() {
        let Some(reason) = &package.problem else {
            continue;
        };
        let judged = resolved
            .iter()
            .filter(|file| file.package == Some(id))
            .any(|file| file.found.named || !(file.vendored || file.class.is_lowered()));
        if judged {
            undecided.push(rules::Undecided {
                path: package.path.clone(),
                at: None,
                reason: reason.clone(),
            });
        } else {
            skipped += 1;
        }
    }
    undecided.sort();
    undecided.dedup();
    let components = component::components(&packages, &resolved);
    Discovery {
        files: resolved,
        packages,
        components,
        undecided,
        skipped,
    }
}

/// The components of a file's path below the path given, without the file name.
fn below(found: &Found) -> impl Iterator<Item = &str> {
    found
        .location
        .strip_prefix(&found.root)
        .ok()
        .and_then(Path::parent)
        .unwrap_or(Path::new(""))
        .components()
        .filter_map(|part| part.as_os_str().to_str())
}

/// Whether the file lies in other people's code.
fn is_vendored(found: &Found) -> bool {
    below(found).any(|part| part == "vendor" || part == "third_party")
}

/// `path` with `/` between its components; what is not UTF-8 is replaced.
fn slashed(path: &Path) -> String {
    let text = path.to_string_lossy();
    if std::path::MAIN_SEPARATOR == '/' {
        text.into_owned()
    } else {
        text.replace(std::path::MAIN_SEPARATOR, "/")
    }
}

/// `path` without `.` and with `..` resolved by name, as `#[path]` and manifests mean it.
fn normal(path: &Path) -> PathBuf {
    use std::path::Component as Part;
    let mut clean = PathBuf::new();
    for part in path.components() {
        match part {
            Part::CurDir => {}
            Part::ParentDir => {
                let named = matches!(clean.components().next_back(), Some(Part::Normal(_)));
                if named {
                    clean.pop();
                } else if !clean.has_root() {
                    clean.push("..");
                }
            }
            other => clean.push(other),
        }
    }
    clean
}

/// Files by location.
type Index = BTreeMap<PathBuf, usize>;

#[cfg(test)]
mod tests;
