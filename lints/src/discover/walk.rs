//! Finding `.rs` files on disk.
//!
//! `.gitignore` and hidden files are a convenience, not a boundary: whoever writes the change also
//! writes its `.gitignore`. A file that a crate reaches by `mod` is read although it is ignored
//! (see [`super::modules`]); what is skipped here is what no crate reaches.

use std::fs::FileType;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ignore::WalkBuilder;
use ignore::gitignore::Gitignore;

use super::{Found, Walked, normal, slashed};

/// First bytes of a `CACHEDIR.TAG` (Cache Directory Tagging Specification).
const CACHE_TAG: &[u8] = b"Signature: 8a477f597d28d172789f06886806bc55";

/// What the command line asked for.
#[derive(Debug, Clone)]
pub struct Request<'a> {
    /// What relative paths are relative to.
    pub cwd: &'a Path,
    /// Files and directories as given; empty means the current directory.
    pub paths: &'a [PathBuf],
    /// Leave out hidden files and what `.gitignore` and `.ignore` name.
    pub ignore: bool,
}

/// Finds every `.rs` file below the paths given, in a fixed order.
pub fn walk(request: &Request<'_>) -> Walked {
    let here = [PathBuf::from(".")];
    let paths = if request.paths.is_empty() {
        &here
    } else {
        request.paths
    };
    let mut walked = Walked::default();
    for given in paths {
        let prefix = if paths.len() == 1 {
            PathBuf::new()
        } else {
            normal(given)
        };
        root(request, given, &prefix, &mut walked);
    }
    walked
        .files
        .sort_by(|a, b| (&a.path, &a.location).cmp(&(&b.path, &b.location)));
    walked.undecided.sort();
    walked
}

/// One path of the command line.
fn root(request: &Request<'_>, given: &Path, prefix: &Path, walked: &mut Walked) {
    let absolute = request.cwd.join(given);
    let name = || -> Arc<str> { slashed(given).into() };
    // Resolved, so that going upward for a manifest follows real directories.
    let (location, meta) = match absolute
        .canonicalize()
        .and_then(|location| Ok((location.clone(), std::fs::metadata(&location)?)))
    {
        Ok(found) => found,
        Err(error) => {
            walked.undecided.push(undecided(name(), reason(&error)));
            return;
        }
    };
    if meta.is_dir() {
        let mut found = directory(request, &location, prefix, true);
        if found.files.is_empty() && request.ignore {
            // Everything in it is ignored by a rule outside of it, and yet it was named.
            found = directory(request, &location, prefix, false);
        }
        walked.files.append(&mut found.files);
        walked.undecided.append(&mut found.undecided);
        walked.skipped += found.skipped;
    } else if meta.is_file() {
        walked.files.push(Found {
            root: location.parent().unwrap_or(&location).to_path_buf(),
            path: name(),
            named: true,
            size: meta.len(),
            problem: None,
            location,
        });
    } else {
        let reason = "is neither a file nor a directory and is not opened".to_owned();
        walked.undecided.push(undecided(name(), reason));
    }
}

/// Everything below one directory. `parents`: whether ignore files above it count.
fn directory(request: &Request<'_>, root: &Path, prefix: &Path, parents: bool) -> Walked {
    let mut walked = Walked::default();
    let top = root.to_path_buf();
    let entries = WalkBuilder::new(root)
        .standard_filters(request.ignore)
        .parents(request.ignore && parents && !ignored_above(root))
        .require_git(false)
        .follow_links(false)
        .sort_by_file_name(std::ffi::OsStr::cmp)
        .filter_entry(move |entry| {
            entry.path() == top || !is_cache(entry.path(), entry.file_type())
        })
        .build();
    for entry in entries {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                walked.undecided.push(unseen(root, prefix, &error));
                continue;
            }
        };
        let Some(kind) = entry.file_type() else {
            continue;
        };
        let location = entry.path();
        if kind.is_symlink() && location.is_dir() {
            walked.skipped += 1;
            continue;
        }
        if kind.is_dir()
            || location
                .extension()
                .is_none_or(|extension| extension != "rs")
        {
            continue;
        }
        let (size, problem) = inspect(root, location, kind);
        walked.files.push(Found {
            path: display(root, prefix, location),
            location: location.to_path_buf(),
            root: root.to_path_buf(),
            named: false,
            size,
            problem,
        });
    }
    walked
}

/// Size of a directory entry called `*.rs`, and why it is not read.
fn inspect(root: &Path, location: &Path, kind: FileType) -> (u64, Option<String>) {
    let problem = |reason: &str| (0, Some(reason.to_owned()));
    let meta = match std::fs::metadata(location) {
        Ok(meta) => meta,
        Err(error) => return (0, Some(reason(&error))),
    };
    if !meta.is_file() {
        return problem("is not a regular file and is not opened");
    }
    // A link could show the content of any file of this machine in a report.
    if kind.is_symlink()
        && !location
            .canonicalize()
            .is_ok_and(|target| target.starts_with(root))
    {
        return problem(
            "is a symbolic link out of the directory given and is not followed; name it on the \
             command line to have it read",
        );
    }
    (meta.len(), None)
}

/// Whether `path` is a directory that its owner marked as a cache (cargo marks `target/`).
fn is_cache(path: &Path, kind: Option<FileType>) -> bool {
    kind.is_some_and(|kind| kind.is_dir())
        && super::text::bytes(&path.join("CACHEDIR.TAG"), 4096)
            .is_ok_and(|tag| tag.starts_with(CACHE_TAG))
}

/// Whether an ignore file above `root` ignores `root` itself: whoever names it wants it judged.
fn ignored_above(root: &Path) -> bool {
    for above in root.ancestors().skip(1) {
        let (rules, _) = Gitignore::new(above.join(".gitignore"));
        if rules.matched_path_or_any_parents(root, true).is_ignore() {
            return true;
        }
        if above.join(".git").exists() {
            return false;
        }
    }
    false
}

/// What a report calls the file at `location` below `root`.
fn display(root: &Path, prefix: &Path, location: &Path) -> Arc<str> {
    let relative = location.strip_prefix(root).unwrap_or(location);
    slashed(&prefix.join(relative)).into()
}

/// An entry for something that the walk could not enter.
fn unseen(root: &Path, prefix: &Path, error: &ignore::Error) -> rules::Undecided {
    let mut inner = error;
    let mut path = None;
    loop {
        inner = match inner {
            ignore::Error::WithPath { path: at, err } => {
                path = Some(display(root, prefix, at));
                err
            }
            ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => err,
            _ => break,
        };
    }
    let why = inner.io_error().map_or_else(|| inner.to_string(), reason);
    undecided(path.unwrap_or_else(|| slashed(prefix).into()), why)
}

fn undecided(path: Arc<str>, reason: String) -> rules::Undecided {
    rules::Undecided {
        path,
        at: None,
        reason,
    }
}

/// What the operating system said, and what to do.
fn reason(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => "does not exist; check the path".to_owned(),
        std::io::ErrorKind::PermissionDenied => {
            "cannot be read: permission denied; check its permissions".to_owned()
        }
        _ => format!("cannot be read: {error}"),
    }
}
