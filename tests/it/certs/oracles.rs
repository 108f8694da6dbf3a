//! What python's `cryptography` and `openssl` read in certificates that nobody here made.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;

use cert_audit::certificate::{Certificate, Expiry, Fingerprint, Kind};
use cert_audit::instant::Instant;
use cert_audit::material::{self, What};
use rules::Exit;
use serde_json::Value;
use testkit::{cli, tree};

use super::tool;

/// Debian's certificates, of the package `ca-certificates`.
const DEBIAN: &str = "/usr/share/ca-certificates";

/// Python with the packages of `tests/requirements.txt`.
#[expect(
    clippy::disallowed_methods,
    reason = "tests/run says by this variable where it installed the oracles"
)]
pub(super) fn python() -> Command {
    let python = std::env::var_os("PREFLIGHT_PYTHON");
    Command::new(python.expect("tests/run sets PREFLIGHT_PYTHON"))
}

/// Every line that the oracle prints: a file, or a certificate in one.
fn lines() -> &'static [Value] {
    static LINES: OnceLock<Vec<Value>> = OnceLock::new();
    LINES.get_or_init(|| {
        let ran = python()
            .arg(tree::at("tests/it/certs/oracle.py"))
            .arg(DEBIAN)
            .output()
            .expect("python runs");
        let errors = String::from_utf8_lossy(&ran.stderr);
        assert!(ran.status.success(), "{errors}");
        let text = String::from_utf8(ran.stdout).expect("JSON is UTF-8");
        text.lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    })
}

/// Every file of the corpora.
pub(super) fn corpus() -> Vec<PathBuf> {
    lines()
        .iter()
        .filter(|line| line["certificate"].is_null())
        .map(|line| PathBuf::from(line["path"].as_str().unwrap()))
        .collect()
}

/// Every file of the python package `cryptography-vectors`.
pub(super) fn vectors() -> Vec<PathBuf> {
    static FILES: OnceLock<Vec<PathBuf>> = OnceLock::new();
    let files = FILES.get_or_init(|| {
        let ran = python()
            .args([
                "-c",
                "import cryptography_vectors as v; print(v.__path__[0])",
            ])
            .output()
            .expect("python runs");
        let folder = String::from_utf8(ran.stdout).expect("a path");
        walkdir::WalkDir::new(folder.trim_end())
            .sort_by_file_name()
            .into_iter()
            .filter_map(Result::ok)
            .filter(|entry| entry.file_type().is_file())
            .map(walkdir::DirEntry::into_path)
            .collect()
    });
    files.clone()
}

/// What we read in a file, by fingerprint.
fn ours(path: &str) -> BTreeMap<String, Certificate> {
    let bytes = std::fs::read(path).unwrap();
    material::read(&bytes, path, &[])
        .pieces
        .into_iter()
        .filter_map(|piece| match piece.what {
            What::Certificate(der) => {
                Some((Fingerprint::of(&der).to_string(), Certificate::read(&der)?))
            }
            _ => None,
        })
        .collect()
}

fn instant(expiry: Expiry) -> String {
    expiry
        .at()
        .map_or_else(|| "9999-12-31T23:59:59Z".to_owned(), Instant::rfc3339)
}

/// Differences with python's `cryptography`, each with its reason; a reason that is no longer
/// needed must go.
const DIFFERENCES: &[(&str, &str, &str)] = &[];

#[test]
fn every_field_equals_what_python_reads() {
    let mut compared = 0;
    let mut wrong = BTreeSet::new();
    let mut explained = BTreeSet::new();
    for line in lines() {
        let wanted = &line["certificate"];
        let Some(path) = line["path"].as_str().filter(|_| !wanted.is_null()) else {
            continue;
        };
        let sha256 = wanted["sha256"].as_str().unwrap();
        let ours = ours(path);
        let mut differs = |field: &str, detail: String| {
            let known = DIFFERENCES
                .iter()
                .find(|(file, what, _)| path.ends_with(file) && *what == field);
            match known {
                Some((file, what, _)) => drop(explained.insert((*file, *what))),
                None => drop(wrong.insert(format!("{path} {sha256} {field}: {detail}"))),
            }
        };
        let Some(read) = ours.get(sha256) else {
            differs("certificate", "not read".to_owned());
            continue;
        };
        compared += 1;
        let validity = read.validity.expect("python reads it, so there is one");
        let is_ca = wanted["is_ca"].as_bool().unwrap_or(false);
        for (field, had) in [
            ("subject", read.subject.text.clone()),
            ("issuer", read.issuer.text.clone()),
            ("serial", read.serial.clone()),
            ("not_before", validity.not_before.rfc3339()),
            ("not_after", instant(validity.not_after)),
        ] {
            if let Some(wanted) = wanted[field].as_str()
                && had != wanted
            {
                differs(field, format!("{had:?} instead of {wanted:?}"));
            }
        }
        if wanted["is_ca"].is_boolean() && is_ca != (read.kind == Kind::Ca) {
            differs("is_ca", format!("{:?} instead of {is_ca}", read.kind));
        }
        if let Some(names) = wanted["sans"].as_array() {
            assert_eq!(names.len(), read.sans.len(), "{path}");
            for (name, had) in names.iter().zip(&read.sans) {
                if let Some(name) = name.as_str()
                    && name != had
                {
                    differs("sans", format!("{had:?} instead of {name:?}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(compared > 700, "{compared}");
    for (file, what, _) in DIFFERENCES {
        assert!(
            explained.contains(&(*file, *what)),
            "no longer needed: {file} {what}"
        );
    }
}

/// A field of `openssl x509`'s output.
fn printed<'a>(text: &'a str, key: &str) -> &'a str {
    let line = text.lines().find_map(|line| line.strip_prefix(key));
    line.unwrap_or_else(|| panic!("no {key} in {text}"))
}

/// PKITS: 405 certificates, one a file, each looked at by a process of its own.
#[test]
fn validity_and_serial_equal_what_openssl_reads() {
    let mut compared = 0;
    for path in corpus() {
        let path = path.to_str().unwrap();
        if !path.contains("PKITS_data/certs/") {
            continue;
        }
        let ran = Command::new("openssl")
            .args(["x509", "-inform", "DER", "-noout", "-serial", "-dates"])
            .args([
                "-fingerprint",
                "-sha256",
                "-dateopt",
                "iso_8601",
                "-in",
                path,
            ])
            .output()
            .expect("openssl runs");
        let text = String::from_utf8(ran.stdout).unwrap();
        let (sha256, read) = ours(path).pop_first().expect("a certificate");
        let validity = read.validity.unwrap();
        let shown = |instant: String| instant.replace('T', " ");
        assert_eq!(
            printed(&text, "notBefore="),
            shown(validity.not_before.rfc3339()),
            "{path}"
        );
        assert_eq!(
            printed(&text, "notAfter="),
            shown(instant(validity.not_after)),
            "{path}"
        );
        let serial = printed(&text, "serial=").to_lowercase();
        let digits = serial.trim_start_matches('-').trim_start_matches('0');
        assert_eq!(digits, read.serial.trim_start_matches('-'), "{path}");
        assert_eq!(
            serial.starts_with('-'),
            read.serial.starts_with('-'),
            "{path}"
        );
        let fingerprint = printed(&text, "sha256 Fingerprint=")
            .replace(':', "")
            .to_lowercase();
        assert_eq!(fingerprint, sha256, "{path}");
        compared += 1;
    }
    assert_eq!(compared, 405);
}

/// Debian's store on a day on which four of its anchors are dead and one is about to be.
#[test]
fn debian() {
    let now = "2026-11-22T00:00:00Z";
    let (exit, report) = tool().args(["check", DEBIAN, "--now", now]).report();
    assert_eq!(exit, Exit::Clean);
    let found = cli::findings(&report);
    assert!(
        found.iter().all(|found| found.level == "warn"),
        "{found:#?}"
    );
    let of = |rule: &str| -> BTreeSet<String> {
        report["findings"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|finding| finding["rule"] == rule)
            .map(|finding| finding["data"]["sha256"].as_str().unwrap().to_owned())
            .collect()
    };
    let dead: BTreeSet<String> = lines()
        .iter()
        .filter(|line| line["path"].as_str().unwrap().starts_with(DEBIAN))
        .filter(|line| {
            line["certificate"]["not_after"]
                .as_str()
                .is_some_and(|end| end < now)
        })
        .map(|line| line["certificate"]["sha256"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(of("expired"), dead);
    assert_eq!(of("expired").len(), 4);
    assert_eq!(of("expires-soon").len(), 1);
    assert_eq!(found.len(), 5);
}

/// What python refuses is no reason for us to be silent: something is said of it.
#[test]
fn what_nobody_reads_is_reported() {
    let read_by_python: BTreeSet<&str> = lines()
        .iter()
        .filter_map(|line| line["certificate"]["sha256"].as_str())
        .collect();
    let mut alone = Vec::new();
    for path in corpus() {
        for (sha256, certificate) in ours(path.to_str().unwrap()) {
            if !read_by_python.contains(sha256.as_str()) {
                alone.push((path.clone(), certificate.validity.is_some()));
            }
        }
    }
    // We read more than python does; each has a validity, or a fault that `unreadable` names.
    assert!(!alone.is_empty());
    for (path, has_validity) in alone {
        let name = path.file_name().unwrap();
        let folder = tree::write(&[("a.txt", "")]);
        let copy = folder.path().join(name);
        std::fs::copy(&path, &copy).unwrap();
        let (_, report) = tool().cwd(folder.path()).arg("check").arg(copy).report();
        let said = cli::findings(&report)
            .iter()
            .any(|found| found.rule == "unreadable");
        assert!(has_validity || said, "{}", path.display());
    }
}
