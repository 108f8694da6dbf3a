//! Where the files of a run come from: the disk, or a git revision.

use std::path::{Path, PathBuf};

use rules::tool::{Failure, Input};
use rules::tree::Tree;

use crate::args::LintArgs;
use crate::discover::{self, Disk, Files, Found, Listed, ReadError, Text, Walked};
use crate::limits;
use crate::policy::LintsSection;

/// Reads a file of a revision.
type ReadRevision<'a> = Box<dyn Fn(&Path) -> std::io::Result<Vec<u8>> + Send + Sync + 'a>;

/// Where the files of a run come from.
pub(crate) enum Source<'a> {
    Disk,
    Revision(Listed<ReadRevision<'a>>),
}

impl Files for Source<'_> {
    fn read(&self, path: &Path) -> std::io::Result<Vec<u8>> {
        match self {
            Self::Disk => Disk.read(path),
            Self::Revision(listed) => listed.read(path),
        }
    }

    fn kind(&self, path: &Path) -> Option<discover::Kind> {
        match self {
            Self::Disk => Disk.kind(path),
            Self::Revision(listed) => listed.kind(path),
        }
    }
}

impl Source<'_> {
    /// The text of a file.
    pub(crate) fn text(&self, location: &Path) -> Result<Text, ReadError> {
        match self {
            Self::Disk => discover::read(location),
            Self::Revision(listed) => {
                discover::decode(listed.read(location).map_err(ReadError::Io)?)
            }
        }
    }
}

/// The files that were asked for, on disk or in a revision.
pub(crate) fn sources<'a>(
    input: &'a Input<'_, LintsSection, LintArgs>,
) -> Result<(Walked, Source<'a>), Failure> {
    if let Some(root) = input.tree.root() {
        let paths: Vec<PathBuf> = input
            .scope
            .targets
            .iter()
            .map(|target| {
                PathBuf::from(if target.shown.is_empty() {
                    "."
                } else {
                    target.shown.as_str()
                })
            })
            .collect();
        let request = discover::Request {
            cwd: root,
            paths: &paths,
            ignore: !input.args.no_ignore,
        };
        return Ok((discover::walk(&request), Source::Disk));
    }
    let entries = input
        .tree
        .files()
        .map_err(|error| -> Failure { Box::new(error) })?;
    let mut walked = Walked::default();
    let mut paths = std::collections::BTreeSet::new();
    for entry in entries {
        if entry.kind != rules::tree::Kind::File {
            continue;
        }
        let location = PathBuf::from(&*entry.path);
        if entry.path.ends_with(".rs") && input.scope.covers(&entry.path) {
            let target = input
                .scope
                .targets
                .iter()
                .find(|target| target.shown == *entry.path);
            walked.files.push(Found {
                root: PathBuf::new(),
                location: location.clone(),
                path: entry.path.clone(),
                named: target.is_some(),
                size: entry.size,
                problem: None,
            });
        }
        paths.insert(location);
    }
    let tree: &Tree = input.tree;
    let read = Box::new(move |path: &Path| {
        let longest = u64::try_from(limits::MAX_BYTES).unwrap_or(u64::MAX);
        tree.read(&path.to_string_lossy(), longest)
            .map_err(|error| std::io::Error::other(error.to_string()))
    });
    Ok((walked, Source::Revision(Listed { paths, read })))
}
