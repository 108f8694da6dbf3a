//! Input that costs more than it weighs: the work stays in proportion, and what was not seen is
//! named.

use rcgen::{CertificateParams, DistinguishedName, SanType};
use rules::Exit;
use serde_json::Value;
use testkit::estate::text::{base64, pem};
use testkit::{cli, tree};

use super::tool;

/// A DER value.
fn der(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let content = parts.concat();
    let length = u32::try_from(content.len()).unwrap();
    let mut der = vec![tag, 0x84];
    der.extend(length.to_be_bytes());
    der.extend(content);
    der
}

/// An object identifier, from its content in hex.
fn oid(content: &str) -> Vec<u8> {
    let octets: Vec<u8> = (0..content.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&content[at..at + 2], 16).unwrap())
        .collect();
    der(0x06, &[&octets])
}

const DATA: &str = "2a864886f70d010701";
const ENCRYPTED: &str = "2a864886f70d010706";
const PBES2: &str = "2a864886f70d01050d";
const PBKDF2: &str = "2a864886f70d01050c";
const AES: &str = "60864801650304012a";
const SHA256: &str = "608648016503040201";

/// A keystore (RFC 7292) whose key takes 2^31 rounds; `with_mac` asks for as many once more.
fn slow_keystore(with_mac: bool) -> Vec<u8> {
    let rounds = der(0x02, &[&[0x7f, 0xff, 0xff, 0xff]]);
    let salt = der(0x04, &[&[7; 8]]);
    let kdf = der(0x30, &[&oid(PBKDF2), &der(0x30, &[&salt, &rounds])]);
    let cipher = der(0x30, &[&oid(AES), &der(0x04, &[&[7; 16]])]);
    let scheme = der(0x30, &[&oid(PBES2), &der(0x30, &[&kdf, &cipher])]);
    let secret = der(0x80, &[&[7; 64]]);
    let info = der(0x30, &[&oid(DATA), &scheme, &secret]);
    let encrypted = der(0x30, &[&der(0x02, &[&[0]]), &info]);
    let safe = der(0x30, &[&oid(ENCRYPTED), &der(0xa0, &[&encrypted])]);
    let safes = der(0x30, &[&safe]);
    let content = der(0x30, &[&oid(DATA), &der(0xa0, &[&der(0x04, &[&safes])])]);
    let hash = der(0x30, &[&oid(SHA256)]);
    let digest = der(0x30, &[&hash, &der(0x04, &[&[7; 32]])]);
    let mac = der(0x30, &[&digest, &salt, &rounds]);
    let version = der(0x02, &[&[3]]);
    if with_mac {
        der(0x30, &[&version, &content, &mac])
    } else {
        der(0x30, &[&version, &content])
    }
}

/// Whether a run names `path` as something that it could not see, or not read.
fn is_named(report: &Value, path: &str) -> bool {
    let undecided = report["undecided"].as_array().unwrap();
    let unreadable = cli::findings(report);
    undecided.iter().any(|one| one["path"] == path)
        || unreadable
            .iter()
            .any(|found| found.rule == "unreadable" && found.path == path)
}

#[test]
fn rounds_without_end_are_not_begun() {
    let folder = tree::write(&[
        ("mac.p12", slow_keystore(true)),
        ("open.pfx", slow_keystore(false)),
    ]);
    let (exit, report) = tool().cwd(folder.path()).arg("check").report();
    assert_ne!(exit, Exit::Clean);
    for path in ["mac.p12", "open.pfx"] {
        assert!(is_named(&report, path), "{path}: {report}");
    }
}

/// A certificate that ended long ago, with so many names.
fn dead_with(names: usize) -> Vec<u8> {
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    params.not_before = rcgen::date_time_ymd(2024, 1, 1);
    params.not_after = rcgen::date_time_ymd(2025, 1, 1);
    params.subject_alt_names = (0..names)
        .map(|number| SanType::DnsName(format!("h{number}.example").try_into().unwrap()))
        .collect();
    let key = rcgen::KeyPair::generate().unwrap();
    params.self_signed(&key).unwrap().der().to_vec()
}

#[test]
fn ten_thousand_names_are_one_finding_of_ordinary_size() {
    let folder = tree::write(&[("many.der", dead_with(10_000))]);
    let few = tree::write(&[("few.der", dead_with(10))]);
    for format in ["human", "json", "markdown", "github", "sarif"] {
        let ran = tool()
            .cwd(folder.path())
            .args(["check", "--format", format])
            .run();
        let small = tool()
            .cwd(few.path())
            .args(["check", "--format", format])
            .run();
        assert_eq!(ran.exit, Exit::Denied, "{format}");
        assert!(
            ran.stdout.len() < small.stdout.len() + 30_000,
            "{format}: {}",
            ran.stdout.len()
        );
    }
    let (_, report) = tool().cwd(folder.path()).arg("check").report();
    let found = cli::findings(&report);
    assert!(
        found.iter().any(|found| found.rule == "expired"),
        "{found:?}"
    );
}

/// Base64 of base64 of base64: two layers are looked through, more are not unpacked for ever.
#[test]
fn layers_of_base64_end() {
    let block = pem("CERTIFICATE", &dead_with(1));
    let mut text = block.clone();
    let mut files = Vec::new();
    for layer in 1..=12 {
        text = base64(text.as_bytes());
        files.push((format!("{layer}.yaml"), format!("value: {text}\n")));
    }
    // A bundle of fifty megabytes that fits into a Secret only by its name.
    let wide = base64(block.repeat(30_000).as_bytes());
    files.push((
        "wide.yaml".to_owned(),
        format!("data:\n  tls.crt: {wide}\n"),
    ));
    let files: Vec<(&str, &String)> = files
        .iter()
        .map(|(path, text)| (path.as_str(), text))
        .collect();
    let folder = tree::write(&files);
    let (exit, report) = tool().cwd(folder.path()).arg("check").report();
    assert_eq!(exit, Exit::Denied);
    let expired = cli::findings(&report)
        .into_iter()
        .filter(|found| found.rule == "expired");
    assert_eq!(expired.count(), 1, "{report}");
}

/// Nesting, aliases that double, anchors of anchors, keys without end.
#[test]
fn documents_that_explode_do_not() {
    let depth = 200_000;
    let mut laughs = "a0: &a0 [ha, ha]\n".to_owned();
    for level in 1..60 {
        let below = level - 1;
        laughs += &format!("a{level}: &a{level} [*a{below}, *a{below}]\n");
    }
    let dead = pem("CERTIFICATE", &dead_with(1)).replace('\n', "\\n");
    let files = [
        (
            "deep.json",
            format!("{}{}", "[".repeat(depth), "]".repeat(depth)),
        ),
        ("open.json", "{\"a\":".repeat(depth)),
        (
            "deep.yaml",
            format!("{}{}", "[".repeat(depth), "]".repeat(depth)),
        ),
        ("dashes.yaml", "- ".repeat(depth)),
        ("laughs.yaml", laughs),
        (
            "deep.toml",
            format!("a = {}{}", "[".repeat(depth), "]".repeat(depth)),
        ),
        ("deep.xml", "<a>".repeat(depth)),
        (
            "keys.json",
            format!(
                "{{{}\"z\":0}}",
                (0..100_000)
                    .map(|n| format!("\"k{n}\":0,"))
                    .collect::<String>()
            ),
        ),
        ("good.json", format!("{{\"certificate\":\"{dead}\"}}")),
    ];
    let folder = tree::write(&files);
    let (exit, report) = tool().cwd(folder.path()).arg("check").report();
    assert_eq!(exit, Exit::Denied);
    let found = cli::findings(&report);
    assert!(
        found
            .iter()
            .any(|found| found.rule == "expired" && found.path == "good.json"),
        "{found:?}"
    );
}

/// Lengths that promise what is not there; what only nests is just some DER.
#[test]
fn structures_that_lie_about_their_size() {
    let mut nested = Vec::new();
    for _ in 0..2_000 {
        nested = der(0x30, &[&nested]);
    }
    let promise = [
        0x30, 0x84, 0xff, 0xff, 0xff, 0xff, 0x30, 0x84, 0x7f, 0xff, 0xff, 0xff,
    ];
    let endless = [0x30_u8, 0x80].repeat(50_000);
    // Java's magic, version 2, and more entries than the file has bytes.
    let java = [0xfe, 0xed, 0xfe, 0xed, 0, 0, 0, 2, 0xff, 0xff, 0xff, 0xff];
    let folder = tree::write(&[
        ("nested.der", nested),
        ("promise.der", promise.to_vec()),
        ("endless.der", endless),
        ("many.jks", java.to_vec()),
        ("pem.pem", pem("CERTIFICATE", &promise).into_bytes()),
    ]);
    let (exit, report) = tool().cwd(folder.path()).arg("check").report();
    assert_eq!(exit, Exit::Denied);
    // What only nests is some DER, and not named.
    for path in ["promise.der", "endless.der", "many.jks", "pem.pem"] {
        assert!(is_named(&report, path), "{path}: {report}");
    }
}
