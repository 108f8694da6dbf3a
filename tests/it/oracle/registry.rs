//! Published crates with a known bug: the lint must find it, and nothing else in the same file.
//!
//! The sources come from cargo's registry with cargo's own client (`cargo info` unpacks what it shows).
//! What is expected was read in the sources by hand, and is written here with the reason.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use super::verdicts::{RULES, findings, line, text};

/// A bug in a published crate.
struct Known {
    package: &'static str,
    version: &'static str,
    /// The file, in the crate.
    path: &'static str,
    rule: &'static str,
    /// The line of the second acquisition, or of the call that leads to it.
    line: u64,
    /// The line on which the guard is born: the first label.
    born: u64,
    /// The field that holds the lock.
    lock: &'static str,
    held: &'static str,
    taken: &'static str,
    /// What the chain names, outermost first.
    chain: &'static [&'static str],
    /// The line at the end of the chain, if it is another than [`Known::line`].
    taken_at: Option<u64>,
}

/// `build_block_template` reads `current_state` for two fields of one struct literal:
/// the first guard lives to the end of the `let`, and a writer (`run`, on another thread) may queue between the two.
/// The lock's type comes from another crate (`crate::util::RwLock` is `grin_util`'s), so that only its name is known.
const GRIN: Known = Known {
    package: "grin_servers",
    version: "3.1.1",
    path: "src/mining/stratumserver.rs",
    rule: "recursive-read",
    line: 349,
    born: 348,
    lock: "current_state",
    held: "shared",
    taken: "shared",
    chain: &[],
    taken_at: None,
};

/// Leaving fullscreen: the guard `shared_state_lock` is still alive in the `if let` below it when
/// `set_position_inner` takes `shared_state` again (under the window managers named there).
/// The head of the `if let` uses a guard that was bound before, so this is no `relock-in-scrutinee`.
const WINIT: Known = Known {
    package: "winit",
    version: "0.22.2",
    path: "src/platform_impl/linux/x11/window.rs",
    rule: "relock",
    line: 643,
    born: 641,
    lock: "shared_state",
    held: "exclusive",
    taken: "exclusive",
    chain: &["set_position_inner"],
    taken_at: Some(988),
};

#[test]
fn grin_reads_twice_in_one_struct_literal() {
    find(&GRIN);
}

#[test]
fn winit_calls_under_a_named_guard() {
    find(&WINIT);
}

fn find(known: &Known) {
    let all = findings(&unpacked(known.package, known.version));
    let here: Vec<&Value> = all
        .iter()
        .filter(|finding| {
            text(finding, "/path") == known.path && RULES.contains(&text(finding, "/rule"))
        })
        .collect();
    let [finding] = here.as_slice() else {
        panic!("expected one finding in {}, got {here:#?}", known.path)
    };
    assert_eq!(text(finding, "/rule"), known.rule, "{finding:#}");
    assert_eq!(line(finding), Some(known.line), "{finding:#}");
    assert_eq!(text(finding, "/labels/0/path"), known.path, "{finding:#}");
    assert_eq!(
        finding.pointer("/labels/0").and_then(line),
        Some(known.born),
        "{finding:#}"
    );
    assert_eq!(
        (text(finding, "/data/held"), text(finding, "/data/taken")),
        (known.held, known.taken),
        "{finding:#}"
    );
    let named = finding
        .pointer("/data/lock")
        .map(Value::to_string)
        .unwrap_or_default();
    assert!(named.contains(known.lock), "{finding:#}");
    let chain = finding
        .pointer("/data/chain")
        .map(Value::to_string)
        .unwrap_or_default();
    let mut rest = chain.as_str();
    for step in known.chain {
        let (_, after) = rest
            .split_once(step)
            .unwrap_or_else(|| panic!("{step} is not in the chain: {finding:#}"));
        rest = after;
    }
    if let Some(at) = known.taken_at {
        let labels = finding
            .pointer("/labels")
            .and_then(Value::as_array)
            .into_iter()
            .flatten();
        let reached = labels
            .filter(|label| text(label, "/path") == known.path)
            .any(|label| line(label) == Some(at));
        assert!(
            reached,
            "no label at the second acquisition, on line {at}: {finding:#}"
        );
    }
}

/// The folder of a package's sources, fetched if they are not there yet.
fn unpacked(package: &str, version: &str) -> PathBuf {
    let outside = tempfile::tempdir().expect("there is a place for temporary files");
    let cargo = variable("CARGO").unwrap_or_else(|| "cargo".into());
    // Outside of the workspace, whose lock file would have a say in what is shown.
    let shown = Command::new(cargo)
        .args(["info", "--quiet", &format!("{package}@{version}")])
        .current_dir(outside.path())
        .output()
        .expect("cargo runs");
    let folder = format!("{package}-{version}");
    let sources = home().join("registry").join("src");
    let registries = std::fs::read_dir(&sources)
        .into_iter()
        .flatten()
        .filter_map(Result::ok);
    let found = registries
        .map(|registry| registry.path().join(&folder))
        .find(|path| path.join("Cargo.toml").exists());
    let Some(found) = found else {
        panic!("no {folder}: {}", String::from_utf8_lossy(&shown.stderr));
    };
    found
}

/// Where cargo keeps what it fetches.
fn home() -> PathBuf {
    match (variable("CARGO_HOME"), variable("HOME")) {
        (Some(home), _) => home.into(),
        (None, Some(home)) => Path::new(&home).join(".cargo"),
        (None, None) => panic!("neither CARGO_HOME nor HOME is set"),
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "cargo and its home are named by the environment"
)]
fn variable(name: &str) -> Option<OsString> {
    std::env::var_os(name)
}
