//! What python's `cryptography` and `openssl` read in certificates that nobody here made.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{LazyLock, OnceLock};

use cert_audit::certificate::{Certificate, Expiry, Fingerprint, Kind};
use cert_audit::instant::Instant;
use cert_audit::material::{self, What};
use rules::Exit;
use serde_json::{Value, json};
use testkit::{cli, tree};

use super::tool;

/// Debian's certificates, of the package `ca-certificates`.
const DEBIAN: &str = "/usr/share/ca-certificates";

/// Python with the packages of `tests/requirements.txt`.
#[expect(
    clippy::disallowed_methods,
    reason = "tests/run says by this variable where it installed the oracles"
)]
pub(crate) fn python() -> Command {
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

/// Whether python reads a certificate in this file.
pub(super) fn holds_certificates(path: &Path) -> bool {
    static HOLDING: LazyLock<BTreeSet<PathBuf>> = LazyLock::new(|| {
        let holding = lines().iter().filter(|line| !line["certificate"].is_null());
        holding
            .map(|line| PathBuf::from(line["path"].as_str().unwrap()))
            .collect()
    });
    HOLDING.contains(path)
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

/// Every field that is compared, as the report writes it; `None` where it was not read.
fn fields(read: &Certificate) -> BTreeMap<&'static str, Value> {
    let instant = |expiry: Expiry| {
        let never = || "9999-12-31T23:59:59Z".to_owned();
        expiry.at().map_or_else(never, Instant::rfc3339)
    };
    let validity = read.validity;
    BTreeMap::from([
        ("subject", json!(read.subject.text)),
        ("issuer", json!(read.issuer.text)),
        ("serial", json!(read.serial)),
        (
            "not_before",
            json!(validity.map(|validity| validity.not_before.rfc3339())),
        ),
        (
            "not_after",
            json!(validity.map(|validity| instant(validity.not_after))),
        ),
        ("is_ca", json!(read.kind == Kind::Ca)),
        ("sans", json!(read.sans)),
        ("algorithm", json!(read.key.algorithm)),
        ("bits", json!(read.key.bits)),
        ("signature_algorithm", json!(read.signature.algorithm)),
        ("spki_sha256", json!(read.spki.to_string())),
    ])
}

/// A difference that has a reason: the end of the file's path, the field, and the reason.
type Difference = (&'static str, &'static str, &'static str);

/// Collects differences, explained and not.
struct Differences {
    known: &'static [Difference],
    explained: BTreeSet<Difference>,
    wrong: BTreeSet<String>,
}

impl Differences {
    fn new(known: &'static [Difference]) -> Self {
        Self {
            known,
            explained: BTreeSet::new(),
            wrong: BTreeSet::new(),
        }
    }

    fn compare(&mut self, path: &str, field: &str, had: &Value, wanted: &Value) {
        if had == wanted {
            return;
        }
        let of = |known: &&Difference| path.ends_with(known.0) && known.1 == field;
        if let Some(known) = self.known.iter().find(of) {
            self.explained.insert(*known);
        } else {
            let message = format!("{path} {field}: {had} instead of {wanted}");
            self.wrong.insert(message);
        }
    }

    /// Fails where something differs without a reason, or a reason is no longer needed.
    fn finish(self) {
        assert!(self.wrong.is_empty(), "{:#?}", self.wrong);
        let needless: Vec<_> = self
            .known
            .iter()
            .filter(|known| !self.explained.contains(known))
            .collect();
        assert!(needless.is_empty(), "no longer needed: {needless:?}");
    }
}

/// Differences with python's `cryptography`.
#[rustfmt::skip]
const PYTHON: &[Difference] = &[
    ("x509/custom/alternate-rsa-sha1-oid.der", "signature_algorithm", "python has no name for this identifier"),
    ("x509/verisign_md2_root.pem", "signature_algorithm", "python has no name for this identifier"),
    ("x509/custom/ec_no_named_curve.pem", "spki_sha256", "python writes the curve by its name, which the certificate does not"),
    ("x509/custom/rsa_pss.pem", "spki_sha256", PSS),
    ("x509/custom/rsa_pss_cert.pem", "spki_sha256", PSS),
    ("x509/custom/rsa_pss_cert_invalid_mgf.der", "spki_sha256", PSS),
    ("x509/custom/rsa_pss_cert_no_sig_params.der", "spki_sha256", PSS),
    ("x509/custom/rsa_pss_cert_unsupported_mgf_hash.der", "spki_sha256", PSS),
];

const PSS: &str = "python writes the key without what restricts it to RSASSA-PSS";

#[test]
fn every_field_equals_what_python_reads() {
    let mut compared = 0;
    let mut differences = Differences::new(PYTHON);
    for line in lines() {
        let wanted = &line["certificate"];
        let Some(path) = line["path"].as_str().filter(|_| !wanted.is_null()) else {
            continue;
        };
        let ours = ours(path);
        let Some(read) = ours.get(wanted["sha256"].as_str().unwrap()) else {
            differences.compare(path, "certificate", &Value::Null, &wanted["sha256"]);
            continue;
        };
        compared += 1;
        for (field, had) in fields(read) {
            // What python refuses it cannot judge.
            if !wanted[field].is_null() {
                differences.compare(path, field, &had, &wanted[field]);
            }
        }
    }
    differences.finish();
    assert!(compared > 750, "{compared}");
}

/// What `openssl` prints of all certificates, by fingerprint: one process reads them all.
fn openssl() -> BTreeMap<String, String> {
    let mut bundle = String::new();
    let mut seen = BTreeSet::new();
    for line in lines() {
        let certificate = &line["certificate"];
        if let Some(der) = certificate["der"].as_str().filter(|der| seen.insert(*der)) {
            bundle += &format!("-----BEGIN CERTIFICATE-----\n{der}\n-----END CERTIFICATE-----\n");
        }
    }
    let folder = tree::write(&[("all.pem", wrapped(&bundle))]);
    let ran = Command::new("openssl")
        .args(["storeutl", "-certs", "-text"])
        .arg(folder.path().join("all.pem"))
        .output()
        .expect("openssl runs");
    let text = String::from_utf8_lossy(&ran.stdout).into_owned();
    text.split("-----END CERTIFICATE-----")
        .filter_map(|part| {
            let (text, body) = part.split_once("-----BEGIN CERTIFICATE-----")?;
            let body: String = body.split_whitespace().collect();
            let der = cert_audit::base64::decode(body.as_bytes()).ok()?;
            Some((Fingerprint::of(&der).to_string(), text.to_owned()))
        })
        .collect()
}

/// `text` with lines of at most 64 characters, which is what PEM allows.
fn wrapped(text: &str) -> String {
    let lines = text.lines().flat_map(|line| line.as_bytes().chunks(64));
    lines
        .map(|line| String::from_utf8_lossy(line) + "\n")
        .collect()
}

/// What stands behind `key` in `openssl`'s text.
fn printed<'a>(text: &'a str, key: &str) -> Option<&'a str> {
    let behind = text
        .lines()
        .find_map(|line| line.trim_start().strip_prefix(key));
    behind.map(str::trim)
}

/// `Nov 22 00:00:00 2026 GMT` as RFC 3339.
fn stamped(text: &str) -> String {
    const MONTHS: [&str; 12] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    let mut words = text.split_whitespace();
    let mut word = || words.next().unwrap_or_default();
    let (month, day, time, year) = (word(), word(), word(), word());
    let month = MONTHS
        .iter()
        .position(|name| *name == month)
        .map_or(0, |at| at + 1);
    format!("{year}-{month:02}-{day:0>2}T{time}Z")
}

/// The serial number: in decimal with its hex where it is short, else in octets on the next line.
fn serial(text: &str) -> Option<String> {
    let mut lines = text
        .lines()
        .skip_while(|line| !line.contains("Serial Number:"));
    let (_, short) = lines.next()?.split_once("Serial Number:")?;
    if let Some((_, hex)) = short.split_once("0x") {
        let sign = if short.trim_start().starts_with('-') {
            "-"
        } else {
            ""
        };
        return Some(format!("{sign}{}", hex.trim_end_matches(')')));
    }
    let long = if short.trim().is_empty() {
        lines.next()?.trim()
    } else {
        short.trim()
    };
    let (sign, octets) = long
        .strip_prefix("(Negative)")
        .map_or(("", long), |octets| ("-", octets));
    let digits = octets.replace(':', "").to_lowercase();
    let digits = digits.trim_start_matches('0');
    Some(format!(
        "{sign}{}",
        if digits.is_empty() { "0" } else { digits }
    ))
}

/// Differences with `openssl`.
#[rustfmt::skip]
const OPENSSL: &[Difference] = &[
    ("x509/custom/invalid_utf8_common_name.pem", "certificate", "openssl does not read it"),
    ("x509/custom/long-form-name-attribute.pem", "certificate", "openssl does not read it"),
    ("x509/custom/name_attribute_unsupported_tag.pem", "certificate", "openssl does not read it"),
    ("x509/custom/mismatch_inner_outer_sig_algorithm.der", "signature_algorithm", INNER),
    ("x509/v1_cert.pem", "signature_algorithm", INNER),
];

const INNER: &str = "there are two and they differ: openssl prints the one that is signed, we the one beside the signature";

#[test]
fn every_field_equals_what_openssl_prints() {
    let printouts = openssl();
    let mut differences = Differences::new(OPENSSL);
    let mut compared = BTreeSet::new();
    for line in lines() {
        let Some(sha256) = line["certificate"]["sha256"].as_str() else {
            continue;
        };
        let path = line["path"].as_str().unwrap();
        let (Some(text), Some(read)) = (printouts.get(sha256), ours(path).remove(sha256)) else {
            differences.compare(path, "certificate", &json!("read"), &Value::Null);
            continue;
        };
        let fields = fields(&read);
        let algorithm = printed(text, "Public Key Algorithm:");
        let bits = printed(text, "Public-Key: (").and_then(|text| text.strip_suffix(" bit)"));
        let lists_ca = text
            .lines()
            .any(|line| line.trim_start().starts_with("CA:TRUE"));
        for (field, wanted) in [
            ("serial", serial(text).map(Value::from)),
            (
                "not_before",
                printed(text, "Not Before:").map(|text| json!(stamped(text))),
            ),
            (
                "not_after",
                printed(text, "Not After :").map(|text| json!(stamped(text))),
            ),
            ("is_ca", Some(json!(lists_ca))),
            (
                "bits",
                bits.and_then(|bits| bits.parse::<u32>().ok())
                    .map(Value::from),
            ),
            ("algorithm", algorithm.and_then(named).map(Value::from)),
            (
                "signature_algorithm",
                printed(text, "Signature Algorithm:").map(signed_with),
            ),
        ] {
            let wanted = wanted.unwrap_or(Value::Null);
            let same = fields[field]
                .to_string()
                .eq_ignore_ascii_case(&wanted.to_string());
            if !wanted.is_null() && !same {
                differences.compare(path, field, &fields[field], &wanted);
            }
        }
        compared.insert(sha256.to_owned());
    }
    differences.finish();
    assert!(compared.len() > 650, "{}", compared.len());
}

/// What we call the kind of signature that `openssl` calls so.
fn signed_with(openssl: &str) -> Value {
    json!(match openssl {
        "dsaWithSHA1" => "dsa-with-sha1",
        "sha1WithRSA" => "sha1WithRSAEncryption",
        other => other,
    })
}

/// What we call the kind of key that `openssl` calls so.
fn named(openssl: &str) -> Option<&'static str> {
    let names = [
        ("rsaEncryption", "RSA"),
        ("rsassaPss", "RSA-PSS"),
        ("id-ecPublicKey", "EC"),
        ("dsaEncryption", "DSA"),
        ("ED25519", "Ed25519"),
        ("ED448", "Ed448"),
    ];
    let found = names.iter().find(|(name, _)| *name == openssl);
    found.map(|(_, name)| *name)
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
    assert_eq!(of("expired-anchor"), dead);
    assert_eq!(of("expired-anchor").len(), 4);
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
