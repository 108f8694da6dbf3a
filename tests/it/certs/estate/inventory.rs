//! Each certificate with each place, its fields, until when it holds, and whose it is.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use testkit::estate::Truth;

use super::{compact, lines, pending, written};

/// The lines of one kind by SHA-256.
fn of_kind(kind: &str) -> BTreeMap<&'static str, &'static Value> {
    lines()
        .iter()
        .filter(|line| line["kind"] == kind)
        .map(|line| (line["sha256"].as_str().expect("each has one"), line))
        .collect()
}

/// The paths at which an artifact lies.
fn paths(line: &Value) -> BTreeSet<String> {
    let places = line["occurrences"].as_array().expect("a list");
    let path = |place: &Value| place["path"].as_str().map(str::to_owned);
    places.iter().filter_map(path).collect()
}

/// Where the truth says that it lies, without files that cannot be read yet.
fn places(truth: &Truth, sha256: &str) -> BTreeSet<String> {
    let is_read = |path: &&String| {
        let format = truth.formats.get(*path).map(String::as_str);
        !pending::FORMATS
            .iter()
            .any(|(pending, _)| Some(*pending) == format)
    };
    let places = truth.places.get(sha256).into_iter().flatten();
    places.filter(is_read).cloned().collect()
}

#[test]
fn every_certificate_has_all_its_places() {
    let truth = &written().truth;
    assert!(truth.certificates.len() > 5_000);
    let ours = of_kind("certificate");
    let mut wrong = Vec::new();
    for (sha256, made) in &truth.certificates {
        let wanted = places(truth, sha256);
        let had = ours
            .get(sha256.as_str())
            .map(|line| paths(line))
            .unwrap_or_default();
        let subject = &made.subject;
        wrong.extend(
            wanted
                .difference(&had)
                .map(|path| format!("{subject} is not seen in {path}")),
        );
        wrong.extend(
            had.difference(&wanted)
                .map(|path| format!("{subject} is seen in {path}")),
        );
    }
    let invented = ours
        .iter()
        .filter(|(sha256, _)| !truth.certificates.contains_key(**sha256));
    wrong.extend(invented.map(|(_, line)| format!("nobody made {line}")));
    assert!(wrong.is_empty(), "{}", compact(&wrong));
}

#[test]
fn every_field_is_what_was_minted() {
    let truth = &written().truth;
    let ours = of_kind("certificate");
    let mut wrong = Vec::new();
    for (sha256, made) in &truth.certificates {
        let Some(line) = ours.get(sha256.as_str()) else {
            continue;
        };
        let not_after = Some(&made.not_after).filter(|end| !end.starts_with("9999"));
        for (field, wanted) in [
            ("subject", json!(made.subject)),
            ("issuer", json!(made.issuer)),
            ("serial", json!(made.serial)),
            ("not_before", json!(made.not_before)),
            ("not_after", json!(not_after)),
            ("is_ca", json!(made.is_ca)),
            ("sans", json!(made.sans)),
        ] {
            if line[field] != wanted {
                wrong.push(format!(
                    "{} {field}: {} instead of {wanted}",
                    made.subject, line[field]
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", compact(&wrong));
}

#[test]
fn every_leaf_holds_until_what_the_chain_says() {
    let truth = &written().truth;
    let ours = of_kind("certificate");
    let end = |end: &String| json!(Some(end).filter(|end| !end.starts_with("9999")));
    let mut wrong = Vec::new();
    for (sha256, wanted) in &truth.effective {
        let Some(line) = ours.get(sha256.as_str()) else {
            continue;
        };
        let had = &line["effective"];
        let subject = &line["subject"];
        let mut compare = |field: &str, wanted: Value| {
            if had[field] != wanted {
                wrong.push(format!(
                    "{subject} {field}: {} instead of {wanted}",
                    had[field]
                ));
            }
        };
        compare("leaf", end(&wanted.leaf));
        compare(
            "served",
            end(wanted.served.as_ref().unwrap_or(&wanted.leaf)),
        );
        match &wanted.best_path {
            Some((best, binding)) => {
                compare("best_path", end(best));
                compare("binding", json!(binding));
            }
            None => compare("best_path", Value::Null),
        }
    }
    assert!(wrong.is_empty(), "{}", compact(&wrong));
}

#[test]
fn every_owner_is_the_policys() {
    let truth = &written().truth;
    let mut wrong = Vec::new();
    for (sha256, line) in of_kind("certificate") {
        let wanted = json!(truth.owners.get(sha256));
        if line["owner"] != wanted && !line["is_ca"].as_bool().unwrap_or(false) {
            wrong.push(format!(
                "{}: {} instead of {wanted}",
                line["subject"], line["owner"]
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", compact(&wrong));
}

#[test]
fn what_else_expires_is_there() {
    let mut had = BTreeSet::new();
    for kind in ["crl", "ocsp", "ssh-certificate"] {
        for line in of_kind(kind).values() {
            had.extend(paths(line).into_iter().map(|path| (kind.to_owned(), path)));
        }
    }
    assert_eq!(had, written().truth.others);
}

/// What could not be opened is named, and nothing else.
#[test]
fn every_gap_is_named() {
    let gaps = lines().iter().filter(|line| line["kind"] == "gap");
    let had: BTreeSet<&str> = gaps.filter_map(|gap| gap["path"].as_str()).collect();
    let mut wanted: BTreeSet<&str> = written()
        .truth
        .undecided
        .iter()
        .map(String::as_str)
        .collect();
    // What is malformed, and what the policy expects and does not find.
    wanted.extend([
        "quality/cut.pem",
        "expected/gone.pem",
        "expected/nothing.txt",
    ]);
    assert_eq!(had, wanted);
}
