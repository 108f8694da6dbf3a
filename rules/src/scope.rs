//! What a run looks at: one root that reports are relative to, and the paths below it.

use std::io;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

/// The paths of a command line, resolved against one root.
///
/// Report paths are relative to [`root`](Self::root), with `/`:
/// * no path: the current directory is the root;
/// * one folder: that folder;
/// * anything else (a file, several paths): the current directory where all of them lie below it,
///   else the deepest folder that holds them all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    /// Absolute, links resolved.
    pub root: PathBuf,
    /// What to look at, sorted, without twins.
    pub targets: Vec<Target>,
    /// Whether `-` was given: standard input is looked at too.
    pub stdin: bool,
    /// The deepest folder that holds all targets: where the search for a policy starts.
    pub start: PathBuf,
}

/// One path that was given.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Target {
    /// Absolute; links resolved, but for the name of a file itself.
    pub path: PathBuf,
    /// Relative to the root, with `/`; empty for the root itself.
    pub shown: String,
    /// Whether it is a folder.
    pub folder: bool,
}

/// A path that was given and cannot be looked at.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("cannot read `{}`: {reason}", crate::escape::word(shown))]
pub struct Error {
    /// The path as it was given.
    pub shown: String,
    /// Why not.
    pub reason: String,
}

impl Scope {
    /// Resolves `paths` against `cwd`.
    ///
    /// # Errors
    /// A path does not exist or cannot be read, or is neither a file nor a folder.
    pub fn resolve(cwd: &Path, paths: &[PathBuf]) -> Result<Self, Error> {
        let stdin = paths.iter().any(|path| path.as_os_str() == "-");
        let named: Vec<&PathBuf> = paths
            .iter()
            .filter(|path| path.as_os_str() != "-")
            .collect();
        let cwd = canonical(cwd, cwd)?;
        let mut found = Vec::new();
        for path in &named {
            found.push(locate(&cwd, path)?);
        }
        if named.is_empty() && !stdin {
            found.push((cwd.clone(), true));
        }
        found.sort();
        found.dedup();
        let start = common(&found).unwrap_or_else(|| cwd.clone());
        let root = match found.as_slice() {
            [(folder, true)] => folder.clone(),
            _ if start.starts_with(&cwd) => cwd,
            _ => start.clone(),
        };
        let targets = found
            .into_iter()
            .map(|(path, folder)| Target {
                shown: relative(&root, &path).unwrap_or_default(),
                path,
                folder,
            })
            .collect();
        Ok(Self {
            root,
            targets,
            stdin,
            start,
        })
    }

    /// How reports show `path`, which must be absolute and below the root.
    pub fn shown(&self, path: &Path) -> Option<Arc<str>> {
        relative(&self.root, path).map(Arc::from)
    }

    /// Whether a report path lies in what was asked for.
    pub fn covers(&self, shown: &str) -> bool {
        self.targets.iter().any(|target| {
            target.shown.is_empty()
                || shown
                    .strip_prefix(target.shown.as_str())
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        })
    }

    /// The part of a report path below the target that covers it: what decides whether a file
    /// lies in a `tests` folder, say. A file that was named itself has no folders below.
    pub fn below<'a>(&self, shown: &'a str) -> &'a str {
        self.targets
            .iter()
            .filter_map(|target| {
                let rest = shown.strip_prefix(target.shown.as_str())?;
                match (target.shown.is_empty(), rest.strip_prefix('/')) {
                    (true, _) => Some(rest),
                    (false, Some(rest)) => Some(rest),
                    (false, None) => rest
                        .is_empty()
                        .then(|| shown.rsplit('/').next().unwrap_or(shown)),
                }
            })
            .min_by_key(|rest| rest.len())
            .unwrap_or(shown)
    }
}

/// `path` relative to `root`, with `/`; `..` where it lies above or beside.
pub fn relative_to(root: &Path, path: &Path) -> String {
    if let Some(below) = relative(root, path) {
        return below;
    }
    let shared = root
        .ancestors()
        .find(|above| path.starts_with(above))
        .unwrap_or(Path::new("/"));
    let up = root
        .strip_prefix(shared)
        .map_or(0, |rest| rest.components().count());
    let down = relative(shared, path).unwrap_or_default();
    let mut shown = "../".repeat(up);
    shown.push_str(&down);
    shown
}

fn relative(root: &Path, path: &Path) -> Option<String> {
    let below = path.strip_prefix(root).ok()?;
    let names: Vec<_> = below
        .components()
        .filter_map(|component| match component {
            Component::Normal(name) => Some(name.to_string_lossy()),
            _ => None,
        })
        .collect();
    Some(names.join("/"))
}

/// The absolute path and whether it is a folder. A file keeps its name, also where it is a link:
/// that is the name its user knows.
fn locate(cwd: &Path, path: &Path) -> Result<(PathBuf, bool), Error> {
    let absolute = cwd.join(path);
    let meta = absolute.metadata().map_err(|error| failure(path, &error))?;
    if meta.is_dir() {
        return Ok((canonical(&absolute, path)?, true));
    }
    if !meta.is_file() {
        return Err(Error {
            shown: path.to_string_lossy().into_owned(),
            reason: "it is neither a file nor a folder".to_owned(),
        });
    }
    match (absolute.parent(), absolute.file_name()) {
        (Some(folder), Some(name)) => Ok((canonical(folder, path)?.join(name), false)),
        _ => Ok((canonical(&absolute, path)?, false)),
    }
}

fn canonical(path: &Path, given: &Path) -> Result<PathBuf, Error> {
    path.canonicalize().map_err(|error| failure(given, &error))
}

fn failure(path: &Path, error: &io::Error) -> Error {
    let reason = match error.kind() {
        io::ErrorKind::NotFound => "there is no such file or folder".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        kind => kind.to_string(),
    };
    Error {
        shown: path.to_string_lossy().into_owned(),
        reason,
    }
}

/// The deepest folder that holds all of `found`.
fn common(found: &[(PathBuf, bool)]) -> Option<PathBuf> {
    let mut folders = found.iter().filter_map(|(path, folder)| {
        if *folder {
            Some(path.as_path())
        } else {
            path.parent()
        }
    });
    let first = folders.next()?;
    folders
        .try_fold(first, |shared, folder| {
            shared.ancestors().find(|above| folder.starts_with(above))
        })
        .map(Path::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder with `app/tests/a.rs`, `app/b.rs` and `c.rs`, links resolved.
    fn estate() -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        std::fs::create_dir_all(root.join("app/tests")).unwrap();
        for file in ["app/tests/a.rs", "app/b.rs", "c.rs"] {
            std::fs::write(root.join(file), "").unwrap();
        }
        (folder, root)
    }

    fn resolve(cwd: &Path, paths: &[&str]) -> Scope {
        let paths: Vec<PathBuf> = paths.iter().map(PathBuf::from).collect();
        Scope::resolve(cwd, &paths).unwrap()
    }

    #[test]
    fn the_root_is_the_folder_given_or_the_current_one() {
        let (_keep, root) = estate();
        let roots = |cwd: &str, paths: &[&str]| {
            let scope = resolve(&root.join(cwd), paths);
            let shown: Vec<String> = scope
                .targets
                .iter()
                .map(|target| target.shown.clone())
                .collect();
            (
                relative_to(&root, &scope.root),
                relative_to(&root, &scope.start),
                shown,
            )
        };
        let expect = |root: &str, start: &str, shown: &[&str]| {
            let shown = shown.iter().map(|shown| (*shown).to_owned()).collect();
            (root.to_owned(), start.to_owned(), shown)
        };
        assert_eq!(roots("app", &[]), expect("app", "app", &[""]));
        assert_eq!(roots("", &["app"]), expect("app", "app", &[""]));
        assert_eq!(roots("app", &[".."]), expect("", "", &[""]));
        assert_eq!(roots("", &["app/b.rs"]), expect("", "app", &["app/b.rs"]));
        assert_eq!(
            roots("app/tests", &["../b.rs"]),
            expect("app", "app", &["b.rs"])
        );
        assert_eq!(
            roots("", &["app/tests", "app/b.rs", "app/b.rs"]),
            expect("", "app", &["app/b.rs", "app/tests"])
        );
        assert_eq!(
            roots("app/tests", &["../..", "."]),
            expect("", "", &["", "app/tests"])
        );
        assert!(resolve(&root, &["-"]).stdin);
        assert!(resolve(&root, &["-"]).targets.is_empty());
    }

    #[test]
    fn only_folders_below_a_target_count() {
        let (_keep, root) = estate();
        let below = |paths: &[&str], shown: &str| {
            let scope = resolve(&root, paths);
            (scope.covers(shown), scope.below(shown).to_owned())
        };
        let expect = |covered, below: &str| (covered, below.to_owned());
        assert_eq!(below(&[], "app/tests/a.rs"), expect(true, "app/tests/a.rs"));
        assert_eq!(
            below(&["app", "c.rs"], "app/tests/a.rs"),
            expect(true, "tests/a.rs")
        );
        assert_eq!(
            below(&["app/tests", "c.rs"], "app/tests/a.rs"),
            expect(true, "a.rs")
        );
        assert_eq!(
            below(&["app/tests/a.rs"], "app/tests/a.rs"),
            expect(true, "a.rs")
        );
        assert_eq!(
            below(&["app", "c.rs"], "application/a.rs"),
            expect(false, "application/a.rs")
        );
        assert_eq!(below(&["c.rs"], "c.rs"), expect(true, "c.rs"));
    }

    #[test]
    fn what_cannot_be_looked_at_is_named_as_it_was_given() {
        let (_keep, root) = estate();
        let error = Scope::resolve(&root, &["app".into(), "a\u{1b}b".into()]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "cannot read `a\\u{1b}b`: there is no such file or folder"
        );
    }
}
