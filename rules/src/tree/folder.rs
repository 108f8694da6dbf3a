//! A folder on disk.

use std::fs;
use std::io::Read;
use std::path::{Component, Path, PathBuf};

use super::{Entry, Error, Kind};

/// A folder on disk.
#[derive(Debug)]
pub struct Folder {
    root: PathBuf,
}

impl Folder {
    /// The folder at `root`.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// Where it is.
    pub fn root(&self) -> &Path {
        &self.root
    }

    pub(super) fn files(&self) -> Result<Vec<Entry>, Error> {
        let mut entries = Vec::new();
        // A stack of our own: the depth of the folders is the input's choice.
        let mut open = vec![(self.root.clone(), String::new())];
        while let Some((folder, prefix)) = open.pop() {
            let unreadable = |error: std::io::Error| {
                let shown = if prefix.is_empty() {
                    "."
                } else {
                    prefix.trim_end_matches('/')
                };
                Error::new(shown, format!("cannot read the folder: {}", error.kind()))
            };
            for entry in fs::read_dir(&folder).map_err(unreadable)? {
                let entry = entry.map_err(unreadable)?;
                let name = entry.file_name();
                let path = format!("{prefix}{}", name.to_string_lossy());
                let kind = entry.file_type().map_err(unreadable)?;
                if kind.is_dir() {
                    if name != ".git" {
                        open.push((entry.path(), format!("{path}/")));
                    }
                    continue;
                }
                let size = match entry.metadata() {
                    Ok(meta) if kind.is_file() => meta.len(),
                    _ => 0,
                };
                entries.push(Entry {
                    path: path.into(),
                    kind: match kind {
                        kind if kind.is_file() => Kind::File,
                        kind if kind.is_symlink() => Kind::Link,
                        _ => Kind::Other,
                    },
                    size,
                });
            }
        }
        entries.sort();
        Ok(entries)
    }

    pub(super) fn read(&self, path: &str, longest: u64) -> Result<Vec<u8>, Error> {
        let unreadable =
            |error: std::io::Error| Error::new(path, format!("cannot read it: {}", error.kind()));
        let mut file = self.root.clone();
        let mut kind = None;
        // Each step is looked at: a folder on the way may be a link that leads out of the tree.
        for component in Path::new(path).components() {
            let Component::Normal(name) = component else {
                return Err(Error::new(path, "the path leads out of the tree"));
            };
            file.push(name);
            let step = file.symlink_metadata().map_err(unreadable)?.file_type();
            if step.is_symlink() {
                return Err(Error::new(
                    path,
                    "it is no regular file, or lies behind a link",
                ));
            }
            kind = Some(step);
        }
        if !kind.is_some_and(|kind| kind.is_file()) {
            return Err(Error::new(path, "it is no regular file"));
        }
        let mut bytes = Vec::new();
        fs::File::open(&file)
            .and_then(|file| file.take(longest.saturating_add(1)).read_to_end(&mut bytes))
            .map_err(unreadable)?;
        if u64::try_from(bytes.len()).is_ok_and(|len| len > longest) {
            return Err(Error::new(
                path,
                format!("it is longer than {longest} bytes"),
            ));
        }
        Ok(bytes)
    }
}
