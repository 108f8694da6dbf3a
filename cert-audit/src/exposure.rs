//! Whether others than its server can read a private key.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rules::scope::Scope;
use rules::tree::Tree;

use crate::inventory::Inventory;
use crate::tracked;

/// How others can read a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exposure {
    /// Git tracks it: everybody who clones the repository has it, and its history keeps it.
    Tracked,
    /// Everybody on the machine may read it.
    Readable,
}

/// Looks at every file that holds an unlocked key and is judged.
///
/// In a git work tree only what is tracked counts: there, the mode is whatever the checkout gave.
/// Elsewhere a file counts that everybody may read, in folders that everybody may enter; folders
/// above what was asked for are not looked at, because a mounted or copied file system lies below
/// folders of its own.
pub(crate) fn mark(inventory: &mut Inventory, scope: &Scope, tree: &Tree) {
    let held: Vec<Arc<str>> = inventory
        .files
        .iter()
        .filter(|(_, file)| !file.fixture && file.keys.iter().any(|held| held.key.is_readable()))
        .map(|(path, _)| path.clone())
        .collect();
    let exposed = match tree {
        Tree::Revision(_) => held
            .into_iter()
            .map(|path| (path, Exposure::Tracked))
            .collect(),
        Tree::Folder(_) => on_disk(&held, scope),
    };
    for (path, exposure) in exposed {
        if let Some(file) = inventory.files.get_mut(&path) {
            file.exposure = Some(exposure);
        }
    }
}

/// A file as reports show it, and as git does.
type Below = (Arc<str>, Vec<u8>);

fn on_disk(held: &[Arc<str>], scope: &Scope) -> Vec<(Arc<str>, Exposure)> {
    let mut exposed = Vec::new();
    // Files by the work tree that they lie in.
    let mut in_git: BTreeMap<PathBuf, Vec<Below>> = BTreeMap::new();
    for path in held {
        let Ok(real) = scope.root.join(&**path).canonicalize() else {
            continue;
        };
        let root = real
            .ancestors()
            .skip(1)
            .find(|folder| folder.join(".git").symlink_metadata().is_ok());
        match root.and_then(|root| Some((root, real.strip_prefix(root).ok()?))) {
            Some((root, below)) => {
                let below = below.to_string_lossy().replace('\\', "/").into_bytes();
                let files = in_git.entry(root.to_owned()).or_default();
                files.push((path.clone(), below));
            }
            None if is_readable(&real, scope) => exposed.push((path.clone(), Exposure::Readable)),
            None => {}
        }
    }
    for (root, files) in in_git {
        let wanted: BTreeSet<Vec<u8>> = files.iter().map(|(_, below)| below.clone()).collect();
        let tracked = tracked::tracked(&root, &wanted).unwrap_or_default();
        let tracked = files
            .into_iter()
            .filter(|(_, below)| tracked.contains(below));
        exposed.extend(tracked.map(|(path, _)| (path, Exposure::Tracked)));
    }
    exposed
}

/// Whether everybody may read the file, and enter the folders on the way to it.
#[cfg(unix)]
fn is_readable(real: &Path, scope: &Scope) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    let allows = |path: &Path, bit: u32| {
        path.metadata()
            .is_ok_and(|metadata| metadata.permissions().mode() & bit != 0)
    };
    let is_given = |folder: &Path| {
        let mut targets = scope.targets.iter();
        folder == scope.root || targets.any(|target| target.path == folder)
    };
    allows(real, 0o004)
        && real
            .ancestors()
            .skip(1)
            .take_while(|folder| !is_given(folder) && folder.starts_with(&scope.root))
            .all(|folder| allows(folder, 0o001))
}

/// Other systems have no such mode.
#[cfg(not(unix))]
fn is_readable(_real: &Path, _scope: &Scope) -> bool {
    false
}
