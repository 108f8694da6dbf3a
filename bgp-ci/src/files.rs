//! The files of one side of a change: in a folder, or in a git revision.

use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, OnceLock};

use rules::tree::{Kind, Tree};
use rules::{Undecided, escape, scope};

use crate::bird;

/// The longest file of a router that is read, in bytes.
const LONGEST: u64 = 128 << 20;

/// The files beside one policy, and what is above it in the same repository.
#[derive(Debug, Clone)]
pub struct Files<'a> {
    tree: Held<'a>,
    /// The policy's folder in the tree: empty, or without a `/` at its end.
    folder: String,
    shown: Shown,
    listing: Arc<OnceLock<Result<Vec<Arc<str>>, String>>>,
}

#[derive(Debug, Clone)]
enum Held<'a> {
    Own(Arc<Tree>),
    Given(&'a Tree),
}

/// How paths of the tree are reported.
#[derive(Debug, Clone)]
enum Shown {
    /// Relative to the root of the run.
    Folder { tree: PathBuf, root: PathBuf },
    /// As git writes them, relative to the policy's folder of the run; with nothing in front
    /// where the whole run is about the revision.
    Revision { rev: String, from: String },
}

/// A file that could not be read, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unread {
    /// The file, as reported.
    pub path: Arc<str>,
    /// Why: a lower-case fragment.
    pub reason: String,
    /// Whether it is simply not there.
    pub missing: bool,
}

impl From<Unread> for Undecided {
    fn from(unread: Unread) -> Self {
        Self {
            path: unread.path,
            at: None,
            reason: unread.reason,
        }
    }
}

impl<'a> Files<'a> {
    /// The files around `folder`, which is absolute, up to its repository's root; reported
    /// relative to `root`. Without a repository the folder is all there is.
    pub fn around(folder: &Path, root: &Path) -> Self {
        let top = repository(folder).unwrap_or(folder);
        Self {
            tree: Held::Own(Arc::new(Tree::folder(top))),
            folder: scope::relative_to(top, folder)
                .trim_start_matches('.')
                .trim_end_matches('/')
                .to_owned(),
            shown: Shown::Folder {
                tree: top.to_owned(),
                root: root.to_owned(),
            },
            listing: Arc::default(),
        }
    }

    /// The files around `folder` of the tree of a revision.
    pub fn at_revision(tree: Arc<Tree>, folder: &str, rev: &str, from: &str) -> Self {
        Self {
            tree: Held::Own(tree),
            folder: folder.trim_end_matches('/').to_owned(),
            shown: Shown::Revision {
                rev: rev.to_owned(),
                from: from.trim_end_matches('/').to_owned(),
            },
            listing: Arc::default(),
        }
    }

    /// The files around `folder` of the tree that the whole run is about.
    pub fn of_run(tree: &'a Tree, folder: &str) -> Self {
        Self {
            tree: Held::Given(tree),
            folder: folder.trim_end_matches('/').to_owned(),
            shown: Shown::Revision {
                rev: String::new(),
                from: String::new(),
            },
            listing: Arc::default(),
        }
    }

    /// The same files around another folder, relative to this one.
    #[must_use]
    pub fn below(&self, folder: &str) -> Self {
        Self {
            folder: normal(&self.folder, folder).unwrap_or_default(),
            ..self.clone()
        }
    }

    fn tree(&self) -> &Tree {
        match &self.tree {
            Held::Own(tree) => tree,
            Held::Given(tree) => tree,
        }
    }

    /// How `path`, relative to the policy's folder, is reported.
    pub fn shown(&self, path: &str) -> Arc<str> {
        match self.inside(path) {
            Some(inside) => self.shown_inside(&inside),
            None => path.into(),
        }
    }

    /// How a path from the root of the tree is reported.
    fn shown_inside(&self, inside: &str) -> Arc<str> {
        match &self.shown {
            Shown::Folder { tree, root } => scope::relative_to(root, &tree.join(inside)).into(),
            Shown::Revision { rev, from } => {
                let below = if from.is_empty() {
                    Some(inside)
                } else {
                    inside
                        .strip_prefix(from.as_str())
                        .and_then(|rest| rest.strip_prefix('/'))
                };
                let inside = below.unwrap_or(inside);
                if rev.is_empty() {
                    inside.into()
                } else {
                    format!("{rev}:{inside}").into()
                }
            }
        }
    }

    /// The bytes of `path`, relative to the policy's folder, unless there are more than `longest`.
    ///
    /// # Errors
    /// There is no such file, it cannot be read, is too long, or lies outside the repository.
    pub fn read(&self, path: &str, longest: u64) -> Result<Vec<u8>, Unread> {
        let unread = |reason: String, missing| Unread {
            path: self.shown(path),
            reason,
            missing,
        };
        let Some(inside) = self.inside(path) else {
            let shown = escape::word(path);
            return Err(unread(
                format!("`{shown}` leads out of the repository, so it cannot be seen"),
                false,
            ));
        };
        self.read_inside(&inside, longest)
            .map_err(|(reason, missing)| unread(reason, missing))
    }

    /// `path`, relative to the policy's folder, from the root of the tree; `None` where it leads
    /// out of it.
    pub fn inside(&self, path: &str) -> Option<String> {
        normal(&self.folder, path)
    }

    /// The bytes at a path from the root of the tree; else why not, and whether it is missing.
    fn read_inside(&self, inside: &str, longest: u64) -> Result<Vec<u8>, (String, bool)> {
        let error = match self.tree().read(inside, longest) {
            Ok(bytes) => return Ok(bytes),
            Err(error) => error,
        };
        let missing = match self.tree().root() {
            Some(root) => root.join(inside).symlink_metadata().is_err(),
            None => self
                .listing()
                .is_ok_and(|all| all.binary_search_by(|path| (**path).cmp(inside)).is_err()),
        };
        Err(if missing {
            ("there is no such file".to_owned(), true)
        } else {
            (error.reason, false)
        })
    }

    /// The text of `path`, without a byte-order mark.
    ///
    /// # Errors
    /// As [`Self::read`]; or it is not UTF-8.
    pub fn text(&self, path: &str, longest: u64) -> Result<String, Unread> {
        let bytes = self.read(path, longest)?;
        decoded(bytes).map_err(|reason| Unread {
            path: self.shown(path),
            reason,
            missing: false,
        })
    }

    /// Regular files, relative to the policy's folder, sorted; those beside and above it begin
    /// with `../`.
    ///
    /// # Errors
    /// A folder cannot be read.
    pub fn list(&self) -> Result<Vec<String>, Unread> {
        let all = self.listing().map_err(|reason| Unread {
            path: self.shown(""),
            reason,
            missing: false,
        })?;
        Ok(all
            .iter()
            .map(|path| relative(&self.folder, path))
            .collect())
    }

    fn listing(&self) -> Result<&[Arc<str>], String> {
        let listing = self.listing.get_or_init(|| {
            let entries = self.tree().files().map_err(|error| error.reason)?;
            let files = entries.into_iter().filter(|entry| entry.kind == Kind::File);
            Ok(files.map(|entry| entry.path).collect())
        });
        match listing {
            Ok(paths) => Ok(paths),
            Err(reason) => Err(reason.clone()),
        }
    }
}

/// What a router's includes see: paths are from the root of the tree.
impl bird::Files for Files<'_> {
    fn read(&self, path: &str) -> Result<Arc<str>, bird::Unread> {
        match self.read_inside(path, LONGEST) {
            Ok(bytes) => decoded(bytes).map(Arc::from).map_err(bird::Unread::Failed),
            Err((_, true)) => Err(bird::Unread::Missing),
            Err((reason, false)) => Err(bird::Unread::Failed(reason)),
        }
    }

    fn list(&self, folder: &str) -> Vec<String> {
        let all = self.listing().unwrap_or_default();
        let prefix = match folder {
            "" => String::new(),
            folder => format!("{folder}/"),
        };
        let first = all.partition_point(|path| **path < *prefix);
        let mut names: Vec<String> = Vec::new();
        for path in all.iter().skip(first) {
            let Some(rest) = path.strip_prefix(prefix.as_str()) else {
                break;
            };
            let name = rest.split('/').next().unwrap_or(rest);
            if names.last().is_none_or(|last| last != name) {
                names.push(name.to_owned());
            }
        }
        names
    }

    fn shown(&self, path: &str) -> Arc<str> {
        self.shown_inside(path)
    }
}

/// A text without its byte-order mark.
fn decoded(bytes: Vec<u8>) -> Result<String, String> {
    let text = String::from_utf8(bytes).map_err(|error| {
        format!(
            "it is not UTF-8 (byte {})",
            error.utf8_error().valid_up_to()
        )
    })?;
    Ok(match text.strip_prefix('\u{feff}') {
        Some(rest) => rest.to_owned(),
        None => text,
    })
}

/// The root of the repository that `folder` lies in.
pub fn repository(folder: &Path) -> Option<&Path> {
    folder
        .ancestors()
        .find(|ancestor| ancestor.join(".git").symlink_metadata().is_ok())
}

/// `path`, relative to `folder`, from the tree's root; `None` where it leads out of the tree or is
/// absolute.
fn normal(folder: &str, path: &str) -> Option<String> {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for component in Path::new(path).components() {
        match component {
            Component::Normal(name) => parts.push(name.to_str()?),
            Component::CurDir => {}
            Component::ParentDir => {
                parts.pop()?;
            }
            Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    Some(parts.join("/"))
}

/// `path`, from the tree's root, relative to `folder`.
fn relative(folder: &str, path: &str) -> String {
    let mut from = folder.split('/').filter(|part| !part.is_empty()).peekable();
    let mut to = path.split('/').peekable();
    while let (Some(a), Some(b)) = (from.peek(), to.peek()) {
        if a != b {
            break;
        }
        from.next();
        to.next();
    }
    let mut parts: Vec<&str> = from.map(|_| "..").collect();
    parts.extend(to);
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_stay_in_the_tree() {
        assert_eq!(normal("net", "a/./b").unwrap(), "net/a/b");
        assert_eq!(normal("net", "../shared/x").unwrap(), "shared/x");
        assert_eq!(normal("net", "../../x"), None);
        assert_eq!(normal("", "/etc/bird.conf"), None);
        assert_eq!(relative("net", "net/a/b"), "a/b");
        assert_eq!(relative("net/x", "shared/b"), "../../shared/b");
        assert_eq!(relative("", "a"), "a");
    }

    #[test]
    fn a_folder_without_a_repository_is_all_there_is() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().canonicalize().unwrap();
        std::fs::create_dir_all(root.join("net/routers")).unwrap();
        std::fs::write(root.join("net/routers/a.conf"), "x").unwrap();
        std::fs::write(root.join("outside.conf"), "y").unwrap();
        let files = Files::around(&root.join("net"), &root);
        assert_eq!(files.read("routers/a.conf", 10).unwrap(), b"x");
        assert_eq!(&*files.shown("routers/a.conf"), "net/routers/a.conf");
        assert_eq!(files.list().unwrap(), ["routers/a.conf"]);
        let outside = files.read("../outside.conf", 10).unwrap_err();
        assert_eq!(
            outside.reason,
            "`../outside.conf` leads out of the repository, so it cannot be seen"
        );
        let missing = files.read("routers/b.conf", 10).unwrap_err();
        assert!(missing.missing);
        let long = files.read("routers/a.conf", 0).unwrap_err();
        assert!(!long.missing);

        std::fs::create_dir(root.join(".git")).unwrap();
        let files = Files::around(&root.join("net"), &root);
        assert_eq!(files.read("../outside.conf", 10).unwrap(), b"y");
        assert_eq!(&*files.shown("../outside.conf"), "outside.conf");
    }
}
