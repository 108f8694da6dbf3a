//! Bad input to `structlint`: whatever a pull request holds, the answer comes, says where, and is
//! never "clean" for something that was not seen.

mod disk;
mod mutants;
mod nesting;
mod output;
mod policy;
mod syntax;

use rules::Exit;
use serde_json::Value;
use testkit::cli::Tool;

/// A deadlock before edition 2024, to see that the rest of an input is still judged.
const DEADLOCK: &str = "\
use std::{collections::HashMap, sync::RwLock};
struct Pool { load: RwLock<HashMap<u32, u32>> }
impl Pool {
    fn serve(&self, key: u32) {
        if let Some(load) = self.load.read().unwrap().get(&key) {
            drop(*load);
        } else {
            self.load.write().unwrap().insert(key, 0);
        }
    }
}
";

/// The manifest of a package in edition 2021.
const MANIFEST: (&str, &str) = (
    "Cargo.toml",
    "[package]\nname = \"hostile\"\nedition = \"2021\"\n",
);

fn structlint() -> Tool {
    Tool::new("structlint", structlint::run)
}

/// Checks the folder and gives the exit status and the JSON report.
fn check(folder: &std::path::Path) -> (Exit, Value) {
    structlint().arg("check").arg(folder).report()
}

/// `path: reason` of each undecided entry.
fn undecided(report: &Value) -> Vec<String> {
    let entries = report["undecided"].as_array().unwrap().iter();
    entries
        .map(|entry| {
            let text = |key: &str| entry[key].as_str().unwrap_or_default().to_owned();
            format!("{}: {}", text("path"), text("reason"))
        })
        .collect()
}

fn skipped(report: &Value) -> u64 {
    report["summary"]["skipped"].as_u64().unwrap()
}

/// The rules that fired, with the path.
fn fired(report: &Value) -> Vec<String> {
    let found = testkit::cli::findings(report);
    found
        .into_iter()
        .map(|found| format!("{} {}", found.rule, found.path))
        .collect()
}
