//! The folder that has to be looked at to know what the code of one file calls.

use std::path::{Path, PathBuf};

use super::manifest::Manifest;
use super::text;

/// Longest manifest that is read.
const LONGEST: usize = 1 << 20;

/// The folder of the workspace that owns `file`, which is absolute; else that of its package; else
/// the file itself.
pub fn home(file: &Path) -> PathBuf {
    let mut folders = file.ancestors().skip(1);
    let package = folders.find_map(|folder| {
        let manifest = manifest(folder)?;
        Some((folder, manifest))
    });
    let Some((package, manifest)) = package else {
        return file.to_owned();
    };
    let Ok(manifest) = manifest else {
        return package.to_owned();
    };
    if manifest.workspace().is_some() {
        return package.to_owned();
    }
    let start = manifest.workspace_folder();
    let start = start.as_deref().unwrap_or(package);
    for folder in start.ancestors() {
        let Some(Ok(found)) = self::manifest(folder) else {
            continue;
        };
        if found.workspace().is_some() {
            let is_excluded = found
                .excluded()
                .any(|excluded| package.starts_with(excluded));
            let home = if is_excluded { package } else { folder };
            return home.to_owned();
        }
    }
    package.to_owned()
}

/// The manifest in `folder`, if there is one.
fn manifest(folder: &Path) -> Option<Result<Manifest, String>> {
    let path = folder.join("Cargo.toml");
    if !path.is_file() {
        return None;
    }
    let bytes = text::bytes(&path, LONGEST).map_err(|error| error.to_string());
    Some(bytes.and_then(|bytes| Manifest::parse(folder, bytes)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_at_home_in_its_workspace() {
        let folder = tempfile::tempdir().unwrap();
        let top = folder.path().canonicalize().unwrap();
        for (path, text) in [
            (
                "ws/Cargo.toml",
                "[workspace]\nmembers = [\"a\"]\nexclude = [\"out\"]\n",
            ),
            ("ws/a/Cargo.toml", "[package]\nname = \"a\"\n"),
            ("ws/a/src/lib.rs", ""),
            ("ws/out/Cargo.toml", "[package]\nname = \"out\"\n"),
            ("ws/out/src/lib.rs", ""),
            ("ws/broken/Cargo.toml", "[package\n"),
            ("ws/broken/lib.rs", ""),
            ("loose.rs", ""),
        ] {
            let path = top.join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        let home = |path: &str| home(&top.join(path)).strip_prefix(&top).unwrap().to_owned();
        assert_eq!(home("ws/a/src/lib.rs"), Path::new("ws"));
        assert_eq!(home("ws/out/src/lib.rs"), Path::new("ws/out"));
        assert_eq!(home("ws/broken/lib.rs"), Path::new("ws/broken"));
        assert_eq!(home("loose.rs"), Path::new("loose.rs"));
    }
}
