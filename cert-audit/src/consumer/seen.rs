//! What a scan saw: the files, and where it could not look.

use std::collections::BTreeMap;

/// Every file of a scan by the path that reports show, ready to be asked about.
#[derive(Debug, Default)]
pub struct Seen<'a> {
    /// Sorted.
    files: Vec<&'a str>,
    /// Last component and path, sorted.
    names: Vec<(&'a str, &'a str)>,
    /// Paths, of files or folders, below which nothing is known.
    blind: Vec<&'a str>,
    /// Links to folders: their path, and that of the folder as it was walked.
    links: BTreeMap<&'a str, &'a str>,
}

/// Most links of folders that are followed in one path.
const MOST_LINKS: usize = 16;

impl<'a> Seen<'a> {
    /// Of all files scanned, and of files and folders (links too) that were there and not read.
    pub fn new(
        files: impl IntoIterator<Item = &'a str>,
        blind: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        let mut files: Vec<&str> = files.into_iter().collect();
        files.sort_unstable();
        files.dedup();
        let mut names: Vec<(&str, &str)> = files.iter().map(|path| (name(path), *path)).collect();
        names.sort_unstable();
        let mut blind: Vec<&str> = blind.into_iter().collect();
        blind.sort_unstable();
        blind.dedup();
        Self {
            files,
            names,
            blind,
            links: BTreeMap::new(),
        }
    }

    /// The same, knowing which links led to folders that were walked by another way.
    #[must_use]
    pub fn with_links(mut self, links: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        self.links.extend(links);
        self
    }

    /// Whether a file was scanned under this path.
    pub fn is_file(&self, path: &str) -> bool {
        self.files.binary_search(&path).is_ok()
    }

    /// Whether a file was scanned below this folder. The root is the empty path.
    pub fn is_folder(&self, path: &str) -> bool {
        !self.below(path).is_empty()
    }

    /// Files directly in a folder.
    pub fn in_folder(&self, path: &str) -> impl Iterator<Item = &'a str> {
        let length = if path.is_empty() { 0 } else { path.len() + 1 };
        self.below(path)
            .iter()
            .copied()
            .filter(move |file| file.get(length..).is_some_and(|rest| !rest.contains('/')))
    }

    /// Files below a folder at any depth.
    fn below(&self, path: &str) -> &[&'a str] {
        if path.is_empty() {
            return &self.files;
        }
        let prefix = format!("{path}/");
        let first = self.files.partition_point(|file| *file < prefix.as_str());
        let rest = self.files.get(first..).unwrap_or_default();
        let length = rest.partition_point(|file| file.starts_with(&prefix));
        rest.get(..length).unwrap_or_default()
    }

    /// Files with this last component, sorted.
    pub fn named<'s>(&'s self, name: &'s str) -> impl Iterator<Item = &'a str> + 's {
        let first = self.names.partition_point(|(known, _)| *known < name);
        self.names
            .get(first..)
            .unwrap_or_default()
            .iter()
            .take_while(move |(known, _)| *known == name)
            .map(|(_, path)| *path)
    }

    /// Whether the path, or a folder above it, is one that was not looked into.
    pub fn is_blind(&self, path: &str) -> bool {
        std::iter::once(path)
            .chain(folders(path))
            .any(|above| self.blind.binary_search(&above).is_ok())
    }

    /// The path with the links of folders in it followed.
    pub fn followed(&self, path: &str) -> String {
        let mut path = path.to_owned();
        if self.links.is_empty() {
            return path;
        }
        for _ in 0..MOST_LINKS {
            let link = std::iter::once(path.as_str())
                .chain(folders(&path))
                .find_map(|above| {
                    let to = self.links.get(above)?;
                    let rest = path.get(above.len()..)?;
                    Some(format!("{to}{rest}").trim_start_matches('/').to_owned())
                });
            match link {
                Some(next) => path = next,
                None => break,
            }
        }
        path
    }
}

/// The last component.
pub(super) fn name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// The folders above a path, the nearest first, without the root.
pub(super) fn folders(path: &str) -> impl Iterator<Item = &str> {
    let above = |path: &'_ str| -> Option<usize> { path.rfind('/') };
    let mut rest = path;
    std::iter::from_fn(move || {
        let at = above(rest)?;
        rest = rest.get(..at)?;
        (!rest.is_empty()).then_some(rest)
    })
}
