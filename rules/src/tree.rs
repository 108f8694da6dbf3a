//! A set of files: a folder on disk, or the same folder in a git revision.
//!
//! `--new-since` and the base of a routing change look at a revision as they look at a folder.
//! A revision is read from git's objects: there is no checkout, and nothing that the repository
//! configures (hooks, filters, text conversions, remotes) runs.

mod folder;
mod revision;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::sync::Arc;

pub use folder::Folder;
pub use revision::Revision;

/// A folder on disk or in a git revision. Paths are relative to it, with `/`.
#[derive(Debug)]
pub enum Tree {
    /// On disk.
    Folder(Folder),
    /// In a git revision.
    Revision(Revision),
}

/// One entry of a tree that is no folder.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    /// Relative to the tree's root, with `/`.
    pub path: Arc<str>,
    /// What it is.
    pub kind: Kind,
    /// Length in bytes; 0 where it is no file.
    pub size: u64,
}

/// What an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A regular file.
    File,
    /// A symbolic link, which is never followed.
    Link,
    /// A submodule, device, socket or pipe: never read.
    Other,
}

/// What could not be read, and why.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("{reason}")]
pub struct Error {
    /// The file, folder or revision.
    pub path: String,
    /// Why: a lower-case fragment.
    pub reason: String,
    /// What to do.
    #[help]
    pub help: Option<String>,
}

impl Error {
    fn new(path: impl Into<String>, reason: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            reason: reason.into(),
            help: None,
        }
    }
}

impl Tree {
    /// A folder on disk.
    pub fn folder(root: impl Into<PathBuf>) -> Self {
        Self::Folder(Folder::new(root))
    }

    /// The folder `root`, which lies in a git work tree, as it is in revision `rev`.
    ///
    /// A folder that the revision does not have is an empty tree.
    ///
    /// # Errors
    /// `rev` looks like an option, does not exist or is no commit; there is no git or no
    /// repository.
    pub fn revision(root: &Path, rev: &str) -> Result<Self, Error> {
        Revision::open(root, rev).map(Self::Revision)
    }

    /// Every entry that is no folder, sorted by path; what lies in `.git` is left out.
    ///
    /// # Errors
    /// A folder cannot be read, or git fails.
    pub fn files(&self) -> Result<Vec<Entry>, Error> {
        match self {
            Self::Folder(folder) => folder.files(),
            Self::Revision(revision) => Ok(revision.files().to_vec()),
        }
    }

    /// The content of the regular file at `path`, unless it is longer than `longest` bytes.
    ///
    /// # Errors
    /// There is no such file, it is no regular file, it is too long, or cannot be read.
    pub fn read(&self, path: &str, longest: u64) -> Result<Vec<u8>, Error> {
        match self {
            Self::Folder(folder) => folder.read(path, longest),
            Self::Revision(revision) => revision.read(path, longest),
        }
    }

    /// The folder on disk, where it is one: what a part's own discovery walks.
    pub fn root(&self) -> Option<&Path> {
        match self {
            Self::Folder(folder) => Some(folder.root()),
            Self::Revision(_) => None,
        }
    }
}

/// The content of a regular file on disk, links followed, unless it is longer than `longest`.
pub(crate) fn bounded(file: &Path, longest: u64) -> Result<Vec<u8>, String> {
    use std::io::Read as _;
    let unreadable = |error: std::io::Error| format!("cannot read it: {}", error.kind());
    if !file.metadata().map_err(unreadable)?.is_file() {
        return Err("it is no regular file".to_owned());
    }
    let mut bytes = Vec::new();
    std::fs::File::open(file)
        .and_then(|file| file.take(longest.saturating_add(1)).read_to_end(&mut bytes))
        .map_err(unreadable)?;
    if u64::try_from(bytes.len()).is_ok_and(|len| len > longest) {
        return Err(format!("it is longer than {longest} bytes"));
    }
    Ok(bytes)
}
