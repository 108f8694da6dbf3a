//! Source that others published: the crates that we depend on.

use std::path::{Path, PathBuf};
use std::process::Command;

use ra_ap_syntax::Edition;

/// Crates that we depend on, whose libraries are known to compile.
const CRATES: &[&str] = &[
    "clap_builder",
    "globset",
    "ignore",
    "memchr",
    "proc-macro2",
    "ra_ap_parser",
    "rayon",
    "serde_core",
    "serde_json",
    "syn",
    "toml",
    "walkdir",
];

/// Folder and edition of each of [`CRATES`].
pub(super) fn crates() -> Vec<(PathBuf, Edition)> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--offline", "--format-version=1"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo runs the tests");
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let mut found = Vec::new();
    for package in metadata["packages"].as_array().unwrap() {
        if CRATES.contains(&package["name"].as_str().unwrap()) {
            let manifest = Path::new(package["manifest_path"].as_str().unwrap());
            let edition = package["edition"].as_str().unwrap().parse().unwrap();
            found.push((manifest.with_file_name(""), edition));
        }
    }
    assert!(found.len() >= CRATES.len());
    found
}

/// The Rust files below `folder`, in order.
pub(super) fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = ignore::WalkBuilder::new(folder)
        .standard_filters(false)
        .build();
    let mut paths: Vec<_> = entries
        .map(|entry| entry.unwrap().into_path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .collect();
    paths.sort();
    paths
}
