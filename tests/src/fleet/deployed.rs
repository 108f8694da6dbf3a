//! A repository as a deploy script leaves it on the routers, for the daemons' own checks.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_yaml::Value;
use tempfile::TempDir;

use crate::tree;

/// Puts the overlays of each source beside its entry and asks `bird -p` about every entry of BIRD,
/// `vtysh -C` about every one of FRR.
///
/// Gives what the daemon says of those that it does not accept, and how many it was asked about.
pub fn refused(folder: &Path) -> (Vec<String>, usize) {
    let policy = std::fs::read_to_string(folder.join("preflight.yaml")).expect("there is a policy");
    let policy: Value = serde_yaml::from_str(&policy).expect("the policy is YAML");
    let sources = policy.get("bgp").and_then(|bgp| bgp.get("sources"));
    let sources = sources.and_then(Value::as_sequence);
    let copy = copied(folder);
    let (mut wrong, mut asked) = (Vec::new(), 0);
    for source in sources.into_iter().flatten() {
        for entry in entries(copy.path(), source) {
            let beside = entry.parent().expect("an entry lies in a folder");
            let overlays = source.get("include").and_then(Value::as_mapping);
            for (name, path) in overlays.into_iter().flatten() {
                let (Some(name), Some(path)) = (name.as_str(), path.as_str()) else {
                    panic!("an include is a name and a path");
                };
                std::fs::copy(copy.path().join(path), beside.join(name))
                    .expect("an overlay can be copied");
            }
            let frr = source.get("adapter").and_then(Value::as_str) == Some("frr");
            let (program, options) = if frr {
                ("vtysh", ["-C", "-f"])
            } else {
                ("bird", ["-p", "-c"])
            };
            let said = Command::new(program)
                .args(options)
                .arg(&entry)
                .output()
                .expect("tests/run installs both daemons");
            asked += 1;
            if !said.status.success() {
                let said = [said.stdout, said.stderr].concat();
                wrong.push(format!(
                    "{program}: {}: {}",
                    entry.display(),
                    String::from_utf8_lossy(&said)
                ));
            }
        }
    }
    (wrong, asked)
}

fn copied(folder: &Path) -> TempDir {
    let files = walkdir::WalkDir::new(folder).into_iter();
    let files: Vec<(String, Vec<u8>)> = files
        .map(|entry| entry.expect("it can be read").into_path())
        .filter(|path| path.is_file())
        .map(|path| {
            let below = path.strip_prefix(folder).expect("it lies below");
            let name = below.to_string_lossy().into_owned();
            (name, std::fs::read(&path).expect("it can be read"))
        })
        .collect();
    let files: Vec<(&str, &Vec<u8>)> = files
        .iter()
        .map(|(name, bytes)| (name.as_str(), bytes))
        .collect();
    tree::write(&files)
}

fn entries(folder: &Path, source: &Value) -> Vec<PathBuf> {
    let text = |key: &str| source.get(key).and_then(Value::as_str);
    if let Some(entry) = text("entry") {
        return vec![folder.join(entry)];
    }
    let pattern = text("glob").expect("a source has an entry or a glob");
    let (before, after) = pattern.split_once('*').expect("a glob has a star");
    let mut found = Vec::new();
    for path in tree::children(&folder.join(before)) {
        let name = path.to_string_lossy().into_owned();
        let path = if after.starts_with('/') {
            PathBuf::from(name + after)
        } else {
            path
        };
        if path.is_file() && path.to_string_lossy().ends_with(after) {
            found.push(path);
        }
    }
    found
}
