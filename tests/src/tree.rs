//! Folders: the repository's own, and small ones that a test writes.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;
use walkdir::{DirEntry, WalkDir};

/// The root of this repository.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("the package lies in a folder of the repository")
}

/// A path below the root of this repository.
pub fn at(path: &str) -> PathBuf {
    root().join(path)
}

/// Writes `files` (path with `/`, then content) into a new folder that ends with the value.
pub fn write<C: AsRef<[u8]>>(files: &[(&str, C)]) -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    for (path, content) in files {
        let path = folder.path().join(path);
        let parent = path.parent().expect("a file lies in a folder");
        fs::create_dir_all(parent).expect("a folder can be made");
        fs::write(path, content).expect("a file can be written");
    }
    folder
}

/// Copies the files and folders `paths` into a new folder that ends with the value.
///
/// What does not exist is left out.
pub fn copied(paths: &[&Path]) -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    for path in paths.iter().filter(|path| path.exists()) {
        let parent = path.parent().expect("it has a name");
        for entry in WalkDir::new(path) {
            let entry = entry.expect("it can be read");
            let below = entry.path().strip_prefix(parent).expect("it lies below");
            let to = folder.path().join(below);
            if entry.file_type().is_dir() {
                fs::create_dir_all(to).expect("a folder can be made");
            } else {
                fs::copy(entry.path(), &to).expect("a file can be copied");
                hide_key(&to);
            }
        }
    }
    folder
}

/// Git knows no mode but whether a file is a program. A key is readable by its server alone.
fn hide_key(file: &Path) {
    #[cfg(unix)]
    if file.extension() == Some("key".as_ref()) {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = fs::Permissions::from_mode(0o600);
        fs::set_permissions(file, mode).expect("the copy is ours");
    }
}

/// Every file of this repository, sorted, as its path from the root with `/`.
///
/// What git ignores at the root (`target`) and git's own folder are left out.
pub fn files() -> Vec<String> {
    let kept = |entry: &DirEntry| {
        let name = entry.file_name();
        name != ".git" && !(entry.depth() == 1 && name == "target")
    };
    WalkDir::new(root())
        .sort_by_file_name()
        .into_iter()
        .filter_entry(kept)
        .map(|entry| entry.expect("the repository can be read"))
        .filter(|entry| entry.file_type().is_file())
        .map(|entry| relative(entry.path()))
        .collect()
}

/// Every file of this repository whose name ends in `.extension`.
pub fn files_with(extension: &str) -> impl Iterator<Item = String> {
    let ends = move |path: &String| Path::new(path).extension() == Some(extension.as_ref());
    files().into_iter().filter(ends)
}

/// The text of a file of this repository; `None` where it is not text.
pub fn text(path: &str) -> Option<String> {
    let bytes = fs::read(at(path)).expect("a file that was just listed can be read");
    String::from_utf8(bytes).ok()
}

/// Files and folders right below `path`, sorted.
pub fn children(path: &Path) -> Vec<PathBuf> {
    WalkDir::new(path)
        .min_depth(1)
        .max_depth(1)
        .sort_by_file_name()
        .into_iter()
        .map(|entry| entry.expect("the folder can be read").into_path())
        .collect()
}

/// `path` from the root of this repository, with `/`.
pub fn relative(path: &Path) -> String {
    path.strip_prefix(root())
        .unwrap_or(path)
        .components()
        .map(|part| part.as_os_str().to_string_lossy())
        .collect::<Vec<_>>()
        .join("/")
}
