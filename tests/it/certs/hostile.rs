//! Input that means harm: no panic, bounded work, and nothing that acts on a terminal.

use std::path::Path;

use cert_audit::certificate::Certificate;
use cert_audit::material::{self, What};
use rcgen::{CertificateParams, DnType, SanType};
use rules::Exit;
use testkit::{cli, tree};

use super::{mint, oracles, rules, tool};

/// A stream of numbers that is the same every time (xorshift).
pub(super) struct Numbers(pub(super) u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, end: usize) -> usize {
        let end = u64::try_from(end.max(1)).unwrap();
        usize::try_from(self.next() % end).unwrap()
    }
}

/// One change: a flipped bit, a cut, a length that lies, bytes twice or missing.
pub(super) fn mutant(bytes: &[u8], numbers: &mut Numbers) -> Vec<u8> {
    let mut mutant = bytes.to_vec();
    let at = numbers.below(mutant.len());
    match numbers.below(5) {
        0 => mutant[at] ^= 1 << numbers.below(8),
        1 => mutant.truncate(at),
        2 => mutant[at] = [0x00, 0x7f, 0x80, 0x82, 0x84, 0xff][numbers.below(6)],
        3 => drop(mutant.drain(at..(at + 8).min(bytes.len()))),
        _ => {
            let again = mutant[at..(at + 64).min(bytes.len())].to_vec();
            mutant.splice(at..at, again);
        }
    }
    mutant
}

/// Looks at `bytes` as `check` does, and returns how many pieces there are.
fn look(bytes: &[u8]) -> usize {
    let material = material::read(bytes, "mutant.pem", &[]);
    for piece in &material.pieces {
        if let What::Certificate(der) = &piece.what
            && let Some(certificate) = Certificate::read(der)
        {
            assert!(certificate.called().chars().count() <= 254);
        }
    }
    assert!(
        bytes.trim_ascii().is_empty() || !material.is_nothing(),
        "a certificate file with something in it is never passed over"
    );
    material.pieces.len()
}

#[test]
fn mutants_of_every_corpus_file() {
    let mut numbers = Numbers(0x2026_1122);
    let mut files = 0;
    for path in oracles::corpus() {
        let bytes = std::fs::read(&path).unwrap();
        // Larger ones are bundles of what also comes alone.
        if bytes.is_empty() || bytes.len() > 64 << 10 {
            continue;
        }
        files += 1;
        look(&bytes);
        for _ in 0..24 {
            look(&mutant(&bytes, &mut numbers));
        }
        // PEM hides the structure from changes of single bytes: change what it holds, too.
        for piece in material::read(&bytes, "a.pem", &[]).pieces {
            if let What::Certificate(der) = piece.what {
                for _ in 0..24 {
                    look(&mutant(&der, &mut numbers));
                }
            }
        }
    }
    assert!(files > 500, "{files}");
}

/// Every prefix of a certificate is a certificate that was cut off, and says so.
#[test]
fn every_prefix_is_unreadable_and_no_prefix_is_silent() {
    let whole = std::fs::read(tree::at("tests/estate/deploy/tls/metrics.der")).unwrap();
    for end in 1..whole.len() {
        let material = material::read(&whole[..end], "a.der", &[]);
        let [piece] = material.pieces.as_slice() else {
            panic!("{end}: {:?}", material.pieces);
        };
        if let What::Certificate(der) = &piece.what {
            let read = Certificate::read(der);
            assert!(read.is_none_or(|read| !read.faults.is_empty()), "{end}");
        }
    }
}

/// Where the validity can still be read, the expiry of a damaged certificate is judged.
#[test]
fn a_damaged_certificate_still_expires() {
    let root = mint::Ca::root(
        "Example Root CA",
        "2021-03-01T00:00:00",
        "2041-02-28T23:59:59",
    );
    let mut leaf = root.server(
        &["api.example"],
        "2025-10-18T00:00:00",
        "2026-11-19T00:00:00",
    );
    // The public key's algorithm is behind the validity and the subject.
    leaf.truncate(leaf.len() - 80);
    let folder = tree::write(&[("api.der", leaf)]);
    let (exit, report) = tool().cwd(folder.path()).arg("check").report();
    let found = cli::findings(&report);
    assert_eq!(exit, Exit::Denied);
    assert_eq!(
        rules(&found),
        [("expired", "deny"), ("unreadable", "deny")],
        "{found:#?}"
    );
    assert_eq!(
        found[1].message,
        "cannot read the certificate of api.example in full: its structure is broken"
    );
}

#[test]
fn ten_thousand_names() {
    let mut params = CertificateParams::default();
    params.subject_alt_names = (0..10_000)
        .map(|number| SanType::DnsName(format!("host{number}.example").try_into().unwrap()))
        .collect();
    params.not_after = rcgen::date_time_ymd(2026, 11, 19);
    let key = rcgen::KeyPair::generate().unwrap();
    let certificate = params.self_signed(&key).unwrap();
    let policy = "version: 1\ncerts: { assign: [ { match: { san: \"**.host9999.example\" }, owner: last } ] }\n";
    let folder = tree::write(&[
        ("many.der", certificate.der().to_vec()),
        ("preflight.yaml", policy.as_bytes().to_vec()),
    ]);
    let ran = tool()
        .cwd(folder.path())
        .args(["check", "--format", "json"])
        .run();
    assert_eq!(ran.exit, Exit::Denied);
    assert!(
        ran.stdout.contains("\"owner\": \"last\"") || ran.stdout.contains("\"owner\":\"last\"")
    );
    assert!(ran.stdout.len() < 20_000, "{}", ran.stdout.len());
}

#[test]
fn a_bundle_of_many_copies_is_one_finding() {
    let root = mint::Ca::root(
        "Example Root CA",
        "2021-03-01T00:00:00",
        "2041-02-28T23:59:59",
    );
    let dead = root.server(
        &["api.example"],
        "2025-10-18T00:00:00",
        "2026-11-19T00:00:00",
    );
    let bundle = mint::pem("CERTIFICATE", &dead).repeat(20_000);
    let folder = tree::write(&[("bundle.pem", bundle)]);
    let ran = tool()
        .cwd(folder.path())
        .args(["check", "--format", "json"])
        .run();
    let report: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(report["findings"].as_array().unwrap().len(), 1);
    assert_eq!(report["findings"][0]["data"]["places"], 20_000);
    assert!(ran.stdout.len() < 50_000, "{}", ran.stdout.len());
}

/// Issuers of one name, keys that fit none: the work stays proportional to the file.
#[test]
fn a_bundle_of_namesakes() {
    let root = mint::Ca::root(
        "Example Root CA",
        "2021-03-01T00:00:00",
        "2041-02-28T23:59:59",
    );
    let mut bundle = String::new();
    for number in 0..400 {
        let to = format!("2027-01-{:02}T00:{:02}:00", number % 28 + 1, number % 60);
        let ca = root.intermediate("Example Issuing CA", "2021-11-26T00:00:00", &to);
        bundle += &mint::pem("CERTIFICATE", &ca.der);
        let name = format!("host{number}.example");
        let leaf = ca.server(&[&name], "2026-09-01T00:00:00", "2027-09-01T00:00:00");
        bundle += &mint::pem("CERTIFICATE", &leaf);
    }
    let folder = tree::write(&[("bundle.pem", bundle)]);
    let (exit, report) = tool().cwd(folder.path()).arg("check").report();
    assert_eq!(exit, Exit::Denied);
    assert!(
        cli::findings(&report)
            .iter()
            .all(|found| found.labels.len() <= 40)
    );
}

#[test]
fn a_block_without_end_is_one_finding() {
    let bomb = format!(
        "-----BEGIN CERTIFICATE-----\n{}",
        "MIIIIIII".repeat(4 << 20)
    );
    let folder = tree::write(&[("bomb.pem", bomb)]);
    let (exit, report) = tool().cwd(folder.path()).arg("check").report();
    assert_eq!(exit, Exit::Denied);
    assert_eq!(rules(&cli::findings(&report)), [("unreadable", "deny")]);
    let zeros = format!(
        "-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n",
        "AAAA".repeat(4 << 20)
    );
    let folder = tree::write(&[("zeros.pem", zeros)]);
    let (_, report) = tool().cwd(folder.path()).arg("check").report();
    assert_eq!(rules(&cli::findings(&report)), [("unreadable", "deny")]);
}

/// A folder with one certificate whose every text means harm.
fn harmful() -> tempfile::TempDir {
    let name = "=cmd|' /C calc'!A0\u{1b}[31m\u{1b}]0;title\u{7}\u{202e}gpj.exe\r\n::error::x\u{9b}2J|<script>alert(1)</script>`a`[x](javascript:y)";
    let mut params = CertificateParams::default();
    params.distinguished_name = rcgen::DistinguishedName::new();
    params
        .distinguished_name
        .push(DnType::OrganizationName, "+1+1");
    params.distinguished_name.push(DnType::CommonName, name);
    params.not_after = rcgen::date_time_ymd(2026, 11, 19);
    let uri = "https://x.example/\u{7f}|<img src=x onerror=y>".try_into();
    params.subject_alt_names = vec![
        SanType::DnsName("@sum.example".try_into().unwrap()),
        SanType::URI(uri.unwrap()),
    ];
    let key = rcgen::KeyPair::generate().unwrap();
    let certificate = params.self_signed(&key).unwrap();
    tree::write(&[
        ("a.der", certificate.der().to_vec()),
        ("=b\u{202e}<b>.der", certificate.der()[..200].to_vec()),
    ])
}

/// Fails where something in `text` would act on a terminal, a spreadsheet, a browser or a runner.
fn acts_nowhere(text: &str, format: &str) {
    let acts = |c: char| {
        c.is_control() && !matches!(c, '\n' | '\r') || ('\u{202a}'..='\u{202e}').contains(&c)
    };
    assert_eq!(text.find(acts), None, "{format}: {text:?}");
    assert!(!text.contains("\n::error::x"), "{format}");
    let lines = || text.lines();
    match format {
        "markdown" | "html" => {
            for tag in ["<script>alert", "<img", "<b>"] {
                assert!(!text.contains(tag), "{format}: {tag}: {text}");
            }
            assert!(!text.contains("](javascript:"), "{format}: {text}");
        }
        "csv" => {
            let mut cells = lines().flat_map(|line| line.split(','));
            let formula = |cell: &str| {
                cell.trim_start_matches('"')
                    .starts_with(['=', '+', '-', '@'])
            };
            assert_eq!(cells.find(|cell| formula(cell)), None, "{text}");
        }
        "json" => assert!(serde_json::from_str::<serde_json::Value>(text).is_ok()),
        "jsonl" => {
            for line in lines() {
                assert!(
                    serde_json::from_str::<serde_json::Value>(line).is_ok(),
                    "{line}"
                );
            }
        }
        _ => {}
    }
}

/// Names can carry escape sequences, marks that reorder, markup and formulas.
#[test]
fn names_do_not_act() {
    let folder = harmful();
    for format in [
        "human", "concise", "github", "markdown", "json", "jsonl", "sarif", "gitlab", "junit",
    ] {
        let ran = tool()
            .cwd(folder.path())
            .args(["check", "--color", "never", "--format", format])
            .run();
        assert_eq!(ran.exit, Exit::Denied, "{format}");
        acts_nowhere(&ran.stdout, format);
    }
}

/// Nor in what `report` writes.
#[test]
fn names_do_not_act_in_reports() {
    let folder = harmful();
    for format in ["human", "json", "jsonl", "csv", "markdown"] {
        let ran = tool()
            .cwd(folder.path())
            .args(["report", "--color", "never", "--format", format])
            .run();
        assert!(ran.stdout.contains("calc"), "{format}: {}", ran.stderr);
        acts_nowhere(&ran.stdout, format);
    }
}

/// A report shows lines of the file; never those of a key.
#[test]
fn keys_are_never_shown() {
    const SECRET: &str = "c2VjcmV0IGtleSBtYXRlcmlhbCwgbm90IGZvciByZXBvcnRz";
    let root = mint::Ca::root(
        "Example Root CA",
        "2021-03-01T00:00:00",
        "2041-02-28T23:59:59",
    );
    let dead = root.server(
        &["api.example"],
        "2025-10-18T00:00:00",
        "2026-11-19T00:00:00",
    );
    let key = format!("-----BEGIN PRIVATE KEY-----\n{SECRET}\n-----END PRIVATE KEY-----\n");
    let bare = format!("-----BEGIN PRIVATE KEY-----\n{SECRET}\n");
    let pem = mint::pem("CERTIFICATE", &dead);
    for text in [
        format!("{key}{pem}"),
        format!("{pem}{key}"),
        format!("{bare}{pem}{bare}"),
    ] {
        let folder = tree::write(&[("api.pem", text)]);
        for format in [
            "human", "concise", "json", "jsonl", "sarif", "github", "gitlab", "junit", "markdown",
        ] {
            let ran = tool()
                .cwd(folder.path())
                .args(["check", "--format", format])
                .run();
            assert_eq!(ran.exit, Exit::Denied, "{format}");
            assert!(
                !ran.stdout.contains(&SECRET[..16]),
                "{format}: {}",
                ran.stdout
            );
        }
    }
}

/// What is not a certificate file may hold anything.
#[test]
fn our_own_sources_hold_no_defect() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../cert-audit");
    let (exit, report) = tool().cwd(folder).arg("check").report();
    assert_eq!((exit, cli::findings(&report)), (Exit::Clean, vec![]));
}
