//! Mutants of every corpus file through the whole command: it ends, and it is never silent about a
//! file in which there was a certificate.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use rules::Exit;
use serde_json::Value;
use testkit::cli;

use super::hostile::{Numbers, mutant};
use super::{oracles, tool};

/// How many mutants there are of each file.
const EACH: usize = 4;

/// A folder of mutants, and of which original each is one.
struct Mutants {
    folder: tempfile::TempDir,
    of: BTreeMap<String, String>,
}

/// Mutants of the files that `keep` keeps.
fn mutants(seed: u64, keep: impl Fn(&Path) -> bool) -> Mutants {
    let folder = tempfile::tempdir().unwrap();
    let mut numbers = Numbers(seed);
    let mut of = BTreeMap::new();
    for (index, path) in oracles::corpus().iter().enumerate() {
        let bytes = std::fs::read(path).unwrap();
        if bytes.is_empty() || bytes.len() > 256 << 10 || !keep(path) {
            continue;
        }
        let extension = path.extension().unwrap_or_default().to_string_lossy();
        for number in 0..EACH {
            let name = format!("{index}-{number}.{extension}");
            let mutant = mutant(&bytes, &mut numbers);
            std::fs::write(folder.path().join(&name), mutant).unwrap();
            of.insert(name, path.to_string_lossy().into_owned());
        }
    }
    Mutants { folder, of }
}

/// Every path that a run says something of.
fn named(lines: &[Value]) -> BTreeSet<&str> {
    let places = lines.iter().flat_map(|line| {
        let own = line["path"].as_str();
        let places = line["occurrences"].as_array().map(Vec::as_slice);
        let places = places.unwrap_or_default().iter();
        own.into_iter()
            .chain(places.filter_map(|place| place["path"].as_str()))
    });
    places.collect()
}

/// Keys and requests, lists and responses, keystores and documents: all of it, whatever it is.
#[test]
fn mutants_of_everything_end() {
    let mutants = mutants(0x5eed, |_| true);
    assert!(mutants.of.len() > 6_000, "{}", mutants.of.len());
    let (exit, report) = tool().cwd(mutants.folder.path()).arg("check").report();
    assert_eq!(exit, Exit::Denied);
    assert!(cli::findings(&report).len() > 500);
    let ran = tool()
        .cwd(mutants.folder.path())
        .args(["report", "--format", "jsonl"])
        .run();
    assert!(ran.stdout.lines().count() > 500, "{}", ran.stderr);
}

/// A file by whose name somebody expects certificates in it: each mutant has an artifact or a gap.
#[test]
fn no_mutant_of_a_certificate_is_passed_over_in_silence() {
    let holds = |path: &Path| {
        let extension = path.extension().and_then(|extension| extension.to_str());
        matches!(extension, Some("crt" | "cer")) && oracles::holds_certificates(path)
    };
    let mutants = mutants(0xdead, holds);
    assert!(mutants.of.len() > 1_000, "{}", mutants.of.len());
    let ran = tool()
        .cwd(mutants.folder.path())
        .args(["report", "--format", "jsonl"])
        .run();
    let lines: Vec<Value> = ran
        .stdout
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let named = named(&lines);
    let silent: Vec<_> = mutants
        .of
        .iter()
        .filter(|(name, _)| !named.contains(name.as_str()))
        .filter(|(name, _)| {
            let bytes = std::fs::read(mutants.folder.path().join(name)).unwrap();
            !bytes.trim_ascii().is_empty()
        })
        .collect();
    assert!(silent.is_empty(), "{silent:#?}");
}
