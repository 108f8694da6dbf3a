//! What PyYAML, json and tomllib read in documents with certificates at random places.

use cert_audit::certificate::Fingerprint;
use cert_audit::document;
use cert_audit::material::{self, What};
use serde_json::{Value, json};
use testkit::tree;

use super::oracles::python;

/// How many documents are written and compared.
const DOCUMENTS: &str = "400";

/// Fingerprints of the certificates in what is embedded somewhere.
fn fingerprints(bytes: &[u8]) -> Vec<String> {
    material::read(bytes, "", &[])
        .pieces
        .into_iter()
        .filter_map(|piece| match piece.what {
            What::Certificate(der) => Some(Fingerprint::of(&der).to_string()),
            _ => None,
        })
        .collect()
}

#[test]
fn every_place_and_certificate_is_that_of_pythons_readers() {
    let folder = tempfile::tempdir().unwrap();
    let ran = python()
        .arg(tree::at("tests/it/certs/documents.py"))
        .arg(folder.path())
        .arg(DOCUMENTS)
        .output()
        .expect("python runs");
    let errors = String::from_utf8_lossy(&ran.stderr);
    assert!(ran.status.success(), "{errors}");
    let mut compared = 0;
    for line in String::from_utf8(ran.stdout).unwrap().lines() {
        let expected: Value = serde_json::from_str(line).unwrap();
        let path = expected["path"].as_str().unwrap();
        let bytes = std::fs::read(path).unwrap();
        // The content alone must tell what it is.
        for name in [path, "unnamed"] {
            let found = document::read(&bytes, name).unwrap_or_default();
            assert!(found.trouble.is_empty(), "{path}: {:?}", found.trouble);
            let mut found: Vec<Value> = found
                .embedded
                .iter()
                .map(|embedded| {
                    json!({
                        "place": embedded.place,
                        "line": embedded.start.line,
                        "column": embedded.start.column,
                        "sha256": fingerprints(&embedded.bytes),
                    })
                })
                .filter(|embedded| embedded["sha256"] != json!([]))
                .collect();
            let mut expected = expected["embedded"].as_array().unwrap().clone();
            let place = |value: &Value| value["place"].as_str().unwrap().to_owned();
            found.sort_by_key(place);
            expected.sort_by_key(place);
            for (found, expected) in found.iter_mut().zip(&expected) {
                for key in ["line", "column"] {
                    if expected[key].is_null() {
                        found[key] = Value::Null;
                    }
                }
            }
            assert_eq!(
                found,
                expected,
                "{path}\n{}",
                String::from_utf8_lossy(&bytes)
            );
            compared += found.len();
        }
    }
    assert!(compared > 2_000, "only {compared} were compared");
}
