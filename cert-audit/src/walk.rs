//! Which files there are below the paths given.
//!
//! Symbolic links are followed, each folder is walked once, and what is no regular file is passed
//! over and counted.
//! In a git work tree a link that leaves it is not followed: a pull request could otherwise have
//! any file of the machine read and reported.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rules::Undecided;
use rules::scope::{Scope, Target};
use walkdir::WalkDir;

use crate::place;

/// Most links that are followed one behind the other, as on Linux.
const MOST_LINKS: usize = 40;

/// A file to read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct File {
    /// As reports show it: relative to the scope's root, with `/`.
    pub shown: Arc<str>,
    /// Where it is.
    pub path: PathBuf,
}

/// A folder to walk.
struct Folder {
    /// By the links that led to it: the name that people know.
    reached: PathBuf,
    /// Links resolved.
    real: PathBuf,
    /// How many links led to it.
    links: usize,
}

/// Why something was passed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Passed {
    /// A link to nothing.
    DanglingLink,
    /// A link to a folder that is walked by another way, or above itself.
    FolderSeen,
    /// A link in a git revision.
    LinkInRevision,
    /// A link that leaves the git work tree.
    LinkOut,
    /// A link behind so many others that the system would not open it by its name.
    LinkTooDeep,
    /// A device, socket or pipe.
    Special,
    /// Longer than the most that is read, and not a certificate file by its name.
    TooLarge,
    /// Unreadable, in a folder of fixtures, where nothing is judged.
    UnreadFixture,
}

impl Passed {
    /// The key in the report's coverage.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::DanglingLink => "dangling_links",
            Self::FolderSeen => "links_to_folders_seen",
            Self::LinkInRevision => "links_in_a_revision",
            Self::LinkOut => "links_out_of_the_work_tree",
            Self::LinkTooDeep => "links_too_deep",
            Self::Special => "special_files",
            Self::TooLarge => "too_large",
            Self::UnreadFixture => "unread_fixtures",
        }
    }
}

/// What was found, and what was not.
#[derive(Debug, Default)]
pub struct Walk {
    /// Files, sorted by how reports show them.
    pub files: Vec<File>,
    /// What was passed over, by reason.
    pub passed: BTreeMap<Passed, usize>,
    /// What could not be seen and matters.
    pub undecided: Vec<Undecided>,
    /// Folders below a path given that cargo unpacked a package into: other people's code.
    pub packages: BTreeSet<Arc<str>>,
    /// Links behind which nothing is shown by this name, because they are walked by another or
    /// not at all: whether a file is there cannot be told by it.
    pub blind: Vec<Arc<str>>,
}

/// Walks every target of the scope.
pub fn walk(scope: &Scope) -> Walk {
    let mut walker = Walker {
        scope,
        fence: fence(&scope.root),
        walked: BTreeSet::new(),
        walk: Walk::default(),
    };
    for target in &scope.targets {
        walker.target(target);
    }
    let mut walk = walker.walk;
    walk.files.sort();
    walk.files.dedup();
    walk.find_packages(scope);
    walk
}

/// What cargo leaves in each package that it unpacked, or copied by `cargo vendor`.
const PACKAGE_MARKS: [&str; 2] = [".cargo-ok", ".cargo-checksum.json"];

impl Walk {
    /// Finds the folders that cargo unpacked; the path given itself is not one, so that the source
    /// of a package can be audited.
    fn find_packages(&mut self, scope: &Scope) {
        for file in &self.files {
            let (folder, name) = file.shown.rsplit_once('/').unwrap_or_default();
            if PACKAGE_MARKS.contains(&name) && scope.below(&file.shown).contains('/') {
                self.packages.insert(folder.into());
            }
        }
    }

    /// Whether a file lies in a folder of fixtures, or in a package that others wrote.
    pub fn is_fixture(&self, scope: &Scope, shown: &str) -> bool {
        if place::is_fixture(scope.below(shown)) {
            return true;
        }
        let mut folder = place::folder(shown);
        while !self.packages.is_empty() && !folder.is_empty() {
            if self.packages.contains(folder) {
                return true;
            }
            folder = place::folder(folder);
        }
        false
    }
}

/// The git work tree around `root`, which links must not leave.
fn fence(root: &Path) -> Option<PathBuf> {
    root.ancestors()
        .find(|folder| folder.join(".git").symlink_metadata().is_ok())
        .map(Path::to_owned)
}

struct Walker<'a> {
    scope: &'a Scope,
    fence: Option<PathBuf>,
    /// Folders whose whole content is walked, links resolved.
    walked: BTreeSet<PathBuf>,
    walk: Walk,
}

impl Walker<'_> {
    fn target(&mut self, target: &Target) {
        if !target.folder {
            self.walk.files.push(File {
                shown: target.shown.as_str().into(),
                path: target.path.clone(),
            });
            return;
        }
        // Links to folders wait until the folder itself is walked, so that a file is shown by its
        // own path where it has one, whatever the order of names.
        let mut open = vec![Folder {
            reached: target.path.clone(),
            real: target.path.clone(),
            links: 0,
        }];
        while let Some(folder) = open.pop() {
            if self.is_walked(&folder.real) {
                self.pass(Passed::FolderSeen);
                let shown = self.shown(&folder.reached);
                self.walk.blind.push(shown);
                continue;
            }
            if folder.links > MOST_LINKS {
                self.pass(Passed::LinkTooDeep);
                let shown = self.shown(&folder.reached);
                self.walk.blind.push(shown);
                continue;
            }
            let mut linked = self.folder(&folder);
            self.walked.insert(folder.real);
            // The last is taken first: reversed, they come in the order of their names.
            linked.reverse();
            open.extend(linked);
        }
    }

    /// Walks one folder without following links; the answer is the folders that links lead to.
    fn folder(&mut self, folder: &Folder) -> Vec<Folder> {
        let mut linked = Vec::new();
        // Nothing below adds to it; it is put back at the end.
        let walked = std::mem::take(&mut self.walked);
        let entries = WalkDir::new(&folder.real)
            .sort_by_file_name()
            .into_iter()
            .filter_entry(|entry: &walkdir::DirEntry| {
                let inner = entry.file_type().is_dir() && entry.depth() > 0;
                !inner || (entry.file_name() != ".git" && !walked.contains(entry.path()))
            });
        let reached = |at: &Path| match at.strip_prefix(&folder.real) {
            Ok(below) if below.as_os_str().is_empty() => folder.reached.clone(),
            Ok(below) => folder.reached.join(below),
            Err(_) => at.to_owned(),
        };
        for entry in entries {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    let at = reached(error.path().unwrap_or(&folder.real));
                    self.unread(&at, error.io_error().map(io::Error::kind), "the folder");
                    continue;
                }
            };
            let kind = entry.file_type();
            let at = reached(entry.path());
            if kind.is_file() {
                self.file(&at, entry.into_path());
            } else if kind.is_symlink() {
                let folder_behind = self.link(at, entry.path(), folder.links + 1);
                linked.extend(folder_behind);
            } else if !kind.is_dir() {
                self.pass(Passed::Special);
            }
        }
        self.walked = walked;
        linked
    }

    /// Follows the link at `path`; the answer is the folder that it leads to.
    fn link(&mut self, reached: PathBuf, path: &Path, links: usize) -> Option<Folder> {
        let real = match path.canonicalize() {
            Ok(real) => real,
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
                self.unread(&reached, Some(error.kind()), "the link");
                return None;
            }
            // To nothing, or to itself.
            Err(_) => {
                self.passed_link(&reached, Passed::DanglingLink, "the link leads nowhere");
                return None;
            }
        };
        if self
            .fence
            .as_ref()
            .is_some_and(|fence| !real.starts_with(fence))
        {
            self.passed_link(
                &reached,
                Passed::LinkOut,
                "the link leads out of the git work tree and is not followed",
            );
            return None;
        }
        match real.metadata() {
            Ok(meta) if meta.is_dir() => {
                return Some(Folder {
                    reached,
                    real,
                    links,
                });
            }
            Ok(meta) if meta.is_file() => self.file(&reached, real),
            Ok(_) => self.pass(Passed::Special),
            Err(error) => self.unread(&reached, Some(error.kind()), "the link"),
        }
        None
    }

    /// A link that cannot be followed matters where its name says that it is a certificate.
    fn passed_link(&mut self, path: &Path, why: Passed, reason: &str) {
        self.pass(why);
        let shown = self.shown(path);
        if why == Passed::LinkOut {
            self.walk.blind.push(shown.clone());
        }
        if place::is_named_container(&shown) && !self.is_fixture(&shown) {
            self.walk.undecided.push(Undecided {
                path: shown,
                at: None,
                reason: reason.to_owned(),
            });
        }
    }

    fn unread(&mut self, path: &Path, kind: Option<io::ErrorKind>, what: &str) {
        let shown = self.shown(path);
        if self.is_fixture(&shown) {
            self.pass(Passed::UnreadFixture);
            return;
        }
        let kind = kind.map_or_else(|| "it cannot be opened".to_owned(), |kind| kind.to_string());
        self.walk.undecided.push(Undecided {
            path: shown,
            at: None,
            reason: format!("cannot read {what}: {kind}"),
        });
    }

    fn file(&mut self, reached: &Path, path: PathBuf) {
        let shown = self.shown(reached);
        self.walk.files.push(File { shown, path });
    }

    fn pass(&mut self, why: Passed) {
        *self.walk.passed.entry(why).or_default() += 1;
    }

    fn is_walked(&self, real: &Path) -> bool {
        real.ancestors().any(|above| self.walked.contains(above))
    }

    fn is_fixture(&self, shown: &str) -> bool {
        place::is_fixture(self.scope.below(shown))
    }

    fn shown(&self, path: &Path) -> Arc<str> {
        self.scope
            .shown(path)
            .unwrap_or_else(|| path.to_string_lossy().into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(root: &Path) -> (Vec<String>, Vec<(Passed, usize)>) {
        let scope = Scope::resolve(root, &[]).expect("the folder is there");
        let walk = walk(&scope);
        assert_eq!(walk.undecided, []);
        let files = walk
            .files
            .iter()
            .map(|file| file.shown.to_string())
            .collect();
        (files, walk.passed.into_iter().collect())
    }

    #[cfg(unix)]
    #[test]
    fn links_are_followed_once_and_loops_end() {
        use std::os::unix::fs::symlink;
        let root = tempfile::tempdir().expect("a folder");
        let at = |path: &str| root.path().join(path);
        std::fs::create_dir_all(at("tree/a/b")).expect("folders");
        std::fs::create_dir_all(at("tree/.git")).expect("folders");
        std::fs::create_dir_all(at("beside/c")).expect("folders");
        for file in [
            "tree/a/b/one.pem",
            "tree/.git/two.pem",
            "beside/c/three.pem",
        ] {
            std::fs::write(at(file), "").expect("a file");
        }
        symlink(at("tree"), at("tree/a/up")).expect("a link");
        symlink(at("tree/a/b/one.pem"), at("tree/also.pem")).expect("a link");
        symlink("self", at("tree/self")).expect("a link");
        symlink("nothing", at("tree/dangling")).expect("a link");
        // In a git work tree the link out is passed over.
        symlink(at("beside"), at("tree/out")).expect("a link");
        assert_eq!(
            shown(&at("tree")),
            (
                vec!["a/b/one.pem".to_owned(), "also.pem".to_owned()],
                vec![
                    (Passed::DanglingLink, 2),
                    (Passed::FolderSeen, 1),
                    (Passed::LinkOut, 1),
                ],
            )
        );
        // Elsewhere it is followed, and each folder is walked once.
        std::fs::remove_dir_all(at("tree/.git")).expect("it was there");
        symlink(at("beside/c"), at("tree/c")).expect("a link");
        let (files, passed) = shown(&at("tree"));
        assert_eq!(files, ["a/b/one.pem", "also.pem", "c/three.pem"]);
        assert_eq!(passed, [(Passed::DanglingLink, 2), (Passed::FolderSeen, 1)]);
    }

    #[cfg(unix)]
    #[test]
    fn links_that_double_at_every_level_take_linear_time() {
        use std::os::unix::fs::symlink;
        let root = tempfile::tempdir().expect("a folder");
        let outer = tempfile::tempdir().expect("a folder");
        for level in 0..30 {
            let folder = outer.path().join(format!("{level}"));
            std::fs::create_dir(&folder).expect("a folder");
            let next = outer.path().join(format!("{}", level + 1));
            symlink(&next, folder.join("left")).expect("a link");
            symlink(&next, folder.join("right")).expect("a link");
        }
        std::fs::create_dir(outer.path().join("30")).expect("a folder");
        std::fs::write(outer.path().join("30/a.pem"), "").expect("a file");
        symlink(outer.path().join("0"), root.path().join("start")).expect("a link");
        assert_eq!(shown(root.path()).0.len(), 1);
    }

    #[test]
    fn packages_that_cargo_unpacked_are_others_work() {
        let root = tempfile::tempdir().expect("a folder");
        let folder = root.path().join("src/tls-1.0.0/certs");
        std::fs::create_dir_all(&folder).expect("folders");
        std::fs::write(folder.join("a.pem"), "").expect("a file");
        std::fs::write(root.path().join("src/tls-1.0.0/.cargo-ok"), "").expect("a file");
        let is_fixture = |root: &Path, shown: &str| {
            let scope = Scope::resolve(root, &[]).expect("the folder is there");
            walk(&scope).is_fixture(&scope, shown)
        };
        assert!(is_fixture(root.path(), "src/tls-1.0.0/certs/a.pem"));
        assert!(!is_fixture(root.path(), "src/tls-2.0.0/certs/a.pem"));
        // Its own source can be audited.
        let package = root.path().join("src/tls-1.0.0");
        assert!(!is_fixture(&package, "certs/a.pem"));
    }

    #[cfg(unix)]
    #[test]
    fn a_certificate_link_that_leads_nowhere_is_undecided() {
        let root = tempfile::tempdir().expect("a folder");
        std::os::unix::fs::symlink("gone", root.path().join("api.pem")).expect("a link");
        let scope = Scope::resolve(root.path(), &[]).expect("the folder is there");
        let undecided = walk(&scope).undecided;
        assert_eq!(undecided.len(), 1);
        assert_eq!(&*undecided[0].path, "api.pem");
    }
}
