//! The generated estate: everything that the command says of it equals what the generator knows.

mod inventory;
mod pending;
mod verdicts;

use std::path::PathBuf;
use std::sync::{Arc, LazyLock};

use serde_json::Value;
use tempfile::TempDir;
use testkit::cli::{Ran, Tool};
use testkit::estate::{self, Estate};

use super::{oracles, tool};

/// The estate on disk: written once for all tests.
struct Written {
    estate: Estate,
    _folder: TempDir,
}

static ESTATE: LazyLock<Arc<Written>> = LazyLock::new(|| {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let python = PathBuf::from(oracles::python().get_program());
    Arc::new(Written {
        estate: estate::build(folder.path(), &python),
        _folder: folder,
    })
});

/// The estate.
fn written() -> &'static Estate {
    &ESTATE.estate
}

/// The command over the estate with its policy and its password.
fn audit(command: &str) -> Tool {
    let estate = written();
    tool()
        .cwd(&estate.root)
        .args([command, "--now", estate::NOW, "--config"])
        .arg(&estate.policy)
        .env(estate::PASSWORD_VARIABLE, estate::formats::PASSWORD)
}

/// The lines of `report --format jsonl`.
fn lines() -> &'static [Value] {
    static LINES: LazyLock<Vec<Value>> = LazyLock::new(|| {
        let Ran { stdout, stderr, .. } = audit("report").args(["--format", "jsonl"]).run();
        let line = |line: &str| serde_json::from_str(line);
        let lines: Result<_, _> = stdout.lines().map(line).collect();
        lines.unwrap_or_else(|error| panic!("{error}: {stderr}"))
    });
    &LINES
}

/// Differences, grouped by the format of the file where they are, a few of each shown.
fn compact(differences: &[String]) -> String {
    const SHOWN: usize = 40;
    let mut text: Vec<String> = differences.iter().take(SHOWN).cloned().collect();
    if differences.len() > SHOWN {
        text.push(format!("… and {} more", differences.len() - SHOWN));
    }
    text.join("\n")
}
