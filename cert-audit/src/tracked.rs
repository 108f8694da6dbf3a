//! Which files git tracks, told from its index alone.
//!
//! Asking git itself would run what the repository configures (a file system monitor), and would
//! fail where git is not there or distrusts the folder's owner. The index is one file: `DIRC`, a
//! version, and the paths in order (gitformat-index(5)).

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Longest index that is read: 512 MiB, some five million files.
const LONGEST: u64 = 512 << 20;

/// Bytes of an entry before the object's name: times, numbers, mode, size.
const STAT: usize = 40;

/// Which of `wanted`, paths relative to the work tree at `root`, are tracked there; `None` where
/// the index cannot be read.
pub(crate) fn tracked(root: &Path, wanted: &BTreeSet<Vec<u8>>) -> Option<BTreeSet<Vec<u8>>> {
    let folder = git_folder(root)?;
    let index = bounded(&folder.join("index"))?;
    let read = read(&index, wanted)?;
    let mut found = read.found;
    if let Some(shared) = read.shared {
        // A split index: most entries are in a file that others share.
        let shared = bounded(&folder.join(format!("sharedindex.{shared}")))?;
        found.extend(self::read(&shared, wanted)?.found);
    }
    Some(found)
}

/// The folder of git's own files: `.git`, or where that file says.
fn git_folder(root: &Path) -> Option<PathBuf> {
    let at = root.join(".git");
    if at.is_dir() {
        return Some(at);
    }
    let text = fs::read_to_string(&at).ok()?;
    let folder = text.lines().next()?.strip_prefix("gitdir:")?.trim();
    Some(root.join(folder))
}

fn bounded(path: &Path) -> Option<Vec<u8>> {
    let metadata = path.metadata().ok()?;
    if !metadata.is_file() || metadata.len() > LONGEST {
        return None;
    }
    fs::read(path).ok()
}

/// What one index file says.
struct Index {
    found: BTreeSet<Vec<u8>>,
    /// The name of the shared index that it is built upon, in hex.
    shared: Option<String>,
}

/// Reads an index whose objects have names of SHA-1, or else of SHA-256.
fn read(index: &[u8], wanted: &BTreeSet<Vec<u8>>) -> Option<Index> {
    [20, 32]
        .into_iter()
        .find_map(|hash| Reader { rest: index, hash }.index(wanted))
}

struct Reader<'a> {
    rest: &'a [u8],
    hash: usize,
}

impl<'a> Reader<'a> {
    fn index(mut self, wanted: &BTreeSet<Vec<u8>>) -> Option<Index> {
        if self.take(4)? != b"DIRC" {
            return None;
        }
        let version = self.number()?;
        if !(2..=4).contains(&version) {
            return None;
        }
        let entries = self.number()?;
        let mut found = BTreeSet::new();
        let mut path = Vec::new();
        for _ in 0..entries {
            self.entry(version, &mut path)?;
            if wanted.contains(&path) {
                found.insert(path.clone());
            }
        }
        let mut shared = None;
        self.extensions(&mut shared)?;
        Some(Index { found, shared })
    }

    /// One entry; `path` is that of the one before, and becomes that of this.
    fn entry(&mut self, version: u32, path: &mut Vec<u8>) -> Option<()> {
        let before = self.rest.len();
        self.take(STAT + self.hash)?;
        let flags = u16::from_be_bytes(self.take(2)?.try_into().ok()?);
        let is_extended = flags & 0x4000 != 0;
        if is_extended {
            // The second version has no more flags.
            self.take(if version >= 3 { 2 } else { return None })?;
        }
        if version == 4 {
            let dropped = self.offset()?;
            path.truncate(path.len().checked_sub(dropped)?);
        } else {
            path.clear();
        }
        let end = memchr::memchr(0, self.rest)?;
        path.extend_from_slice(self.take(end)?);
        let zeros = if version == 4 {
            1
        } else {
            // At least one, up to a multiple of eight from the start of the entry.
            let length = before - self.rest.len();
            8 - length % 8
        };
        let zeros = self.take(zeros)?;
        zeros.iter().all(|&byte| byte == 0).then_some(())
    }

    /// Reads the extension that names the shared index, if it is there; all else is passed over.
    fn extensions(&mut self, shared: &mut Option<String>) -> Option<()> {
        while self.rest.len() > self.hash {
            let name = self.take(4)?;
            let length = usize::try_from(self.number()?).ok()?;
            let content = self.take(length)?;
            if name == b"link" {
                let object = content.get(..self.hash)?;
                *shared = Some(crate::name::hex(object));
                return Some(());
            }
        }
        (self.rest.len() == self.hash).then_some(())
    }

    /// A number in groups of seven bits, each group but the last counted from one.
    fn offset(&mut self) -> Option<usize> {
        let mut value = 0_usize;
        loop {
            let byte = self.take(1)?.first().copied()?;
            value = value.checked_add(usize::from(byte & 0x7f))?;
            if byte & 0x80 == 0 {
                return Some(value);
            }
            value = value.checked_add(1)?.checked_mul(128)?;
        }
    }

    fn number(&mut self) -> Option<u32> {
        Some(u32::from_be_bytes(self.take(4)?.try_into().ok()?))
    }

    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(count)?;
        self.rest = rest;
        Some(taken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An index of version 2 with these paths and no extension.
    fn index(paths: &[&str]) -> Vec<u8> {
        let mut bytes = b"DIRC\0\0\0\x02".to_vec();
        bytes.extend(u32::try_from(paths.len()).expect("few").to_be_bytes());
        for path in paths {
            let start = bytes.len();
            bytes.extend([0; STAT + 20]);
            bytes.extend(u16::try_from(path.len()).expect("short").to_be_bytes());
            bytes.extend(path.bytes());
            bytes.push(0);
            while !(bytes.len() - start).is_multiple_of(8) {
                bytes.push(0);
            }
        }
        bytes.extend([0; 20]);
        bytes
    }

    fn wanted(paths: &[&str]) -> BTreeSet<Vec<u8>> {
        paths.iter().map(|path| path.as_bytes().to_vec()).collect()
    }

    #[test]
    fn paths_of_every_length_are_found() {
        let paths = ["a", "ab/c.key", "ab/cd.key", "ab/cde.key", "z"];
        let read = read(&index(&paths), &wanted(&["ab/cd.key", "z", "y"])).expect("an index");
        assert_eq!(read.found, wanted(&["ab/cd.key", "z"]));
        assert_eq!(read.shared, None);
    }

    #[test]
    fn a_cut_index_says_nothing() {
        let whole = index(&["a.key", "b.key"]);
        for end in 0..whole.len() {
            assert!(read(&whole[..end], &wanted(&["a.key"])).is_none(), "{end}");
        }
    }
}
