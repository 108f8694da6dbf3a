//! Where certificates lie: copies, fixtures, trust stores, standard input, what cannot be seen.

use rules::Exit;
use serde_json::Value;
use testkit::{cli, tree};

use super::{mint, rules, tool};

fn root() -> mint::Ca {
    mint::Ca::root(
        "Example Root CA",
        "2006-11-27T00:00:00",
        "2026-11-26T23:59:59",
    )
}

/// A certificate that expired three days ago.
fn dead() -> Vec<u8> {
    root().server(
        &["api.example"],
        "2025-10-18T00:00:00",
        "2026-11-19T00:00:00",
    )
}

fn pem(der: &[u8]) -> Vec<u8> {
    mint::pem("CERTIFICATE", der).into_bytes()
}

#[test]
fn one_certificate_is_one_finding_however_many_copies() {
    let folder = tree::write(&[
        ("a/api.pem", pem(&dead())),
        ("b/api.der", dead()),
        ("c/notes.md", [b"text\n".to_vec(), pem(&dead())].concat()),
        (
            "d/bare.crt",
            mint::pem("X", &dead())
                .lines()
                .filter(|line| !line.starts_with('-'))
                .collect::<String>()
                .into_bytes(),
        ),
    ]);
    let (exit, report) = tool().cwd(folder.path()).arg("check").report();
    assert_eq!(exit, Exit::Denied);
    let found = cli::findings(&report);
    assert_eq!(rules(&found), [("expired", "deny")], "{found:#?}");
    assert_eq!(found[0].path, "a/api.pem");
    assert_eq!(
        found[0].message,
        "certificate of api.example expired 3 days ago (2026-11-19 00:00:00 UTC)"
    );
    let labels: Vec<_> = report["findings"][0]["labels"]
        .as_array()
        .unwrap()
        .iter()
        .map(|label| {
            (
                label["path"].as_str().unwrap(),
                label["span"]["start"]["line"].as_u64().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        labels,
        // What stands in a text comes last: it is least likely what is loaded.
        [("b/api.der", 1), ("d/bare.crt", 1), ("c/notes.md", 2)]
    );
    assert_eq!(report["findings"][0]["data"]["places"], 4);
}

/// The fingerprint knows the certificate and the path, and no line.
#[test]
fn lines_do_not_change_the_fingerprint() {
    let fingerprint = |text: Vec<u8>| {
        let folder = tree::write(&[("api.pem", text)]);
        let (_, report) = tool().cwd(folder.path()).arg("check").report();
        report["findings"][0]["fingerprint"].clone()
    };
    let shifted = [b"# three\n# more\n# lines\n".to_vec(), pem(&dead())].concat();
    assert_eq!(fingerprint(pem(&dead())), fingerprint(shifted));
}

#[test]
fn fixtures_are_counted_and_not_judged() {
    let folder = tree::write(&[
        ("tests/api.pem", pem(&dead())),
        (
            "src/testdata/api.pem",
            b"-----BEGIN CERTIFICATE-----\nMI\n".to_vec(),
        ),
        ("vendor/x/api.p12", vec![0x30, 0x80]),
    ]);
    let (exit, report) = tool().cwd(folder.path()).arg("check").report();
    assert_eq!(
        (exit, rules(&cli::findings(&report))),
        (Exit::Clean, vec![])
    );
    let coverage = &report["stats"]["coverage"];
    let coverage = if coverage.is_null() {
        &report["stats"]["cert-audit"]["coverage"]
    } else {
        coverage
    };
    assert_eq!(coverage["places_in_fixtures"], 1, "{report:#}");
    let (_, report) = tool()
        .cwd(folder.path())
        .args(["check", "--fixtures"])
        .report();
    let found = cli::findings(&report);
    assert!(rules(&found).contains(&("expired", "deny")), "{found:#?}");
    // The path that is given does not count.
    let tests = folder.path().join("tests");
    let (exit, _) = tool().cwd(folder.path()).arg("check").arg(tests).report();
    assert_eq!(exit, Exit::Denied);
}

#[test]
fn trust_stores_warn_at_most() {
    let root = root();
    let other = mint::Ca::root(
        "Other Root CA",
        "2000-01-01T00:00:00",
        "2020-01-01T00:00:00",
    );
    let folder = tree::write(&[
        ("store/one.pem", pem(&root.der)),
        (
            "store/bundle.crt",
            [pem(&root.der), pem(&other.der)].concat(),
        ),
    ]);
    let (exit, report) = tool().cwd(folder.path()).arg("check").report();
    let found = cli::findings(&report);
    assert_eq!(
        rules(&found),
        [("expires-soon", "warn"), ("expired-anchor", "warn")],
        "{found:#?}"
    );
    assert_eq!(exit, Exit::Clean);
    // With a leaf in its file, or a key in its folder, it is no store.
    let live = root.server(
        &["www.example"],
        "2026-09-01T00:00:00",
        "2026-11-26T00:00:00",
    );
    for (path, bytes) in [
        ("store/one.pem", [pem(&live), pem(&other.der)].concat()),
        (
            "store/key.pem",
            b"-----BEGIN PRIVATE KEY-----\nMC4=\n-----END PRIVATE KEY-----\n".to_vec(),
        ),
    ] {
        let folder = tree::write(&[("store/root.pem", pem(&other.der)), (path, bytes)]);
        let (exit, _) = tool().cwd(folder.path()).arg("check").report();
        assert_eq!(exit, Exit::Denied, "{path}");
    }
}

/// An intermediate beside its leaf is deployed, though its file holds CA certificates only.
#[test]
fn an_intermediate_beside_its_leaf_denies() {
    let root = mint::Ca::root(
        "Example Root CA",
        "2021-03-01T00:00:00",
        "2041-02-28T23:59:59",
    );
    let issuing = root.intermediate(
        "Example Issuing CA",
        "2021-11-26T00:00:00",
        "2026-11-25T23:59:59",
    );
    let leaf = issuing.server(
        &["api.example"],
        "2026-06-01T00:00:00",
        "2027-06-01T00:00:00",
    );
    let folder = tree::write(&[
        ("tls/cert.pem", pem(&leaf)),
        ("tls/chain.pem", pem(&issuing.der)),
    ]);
    let (_, report) = tool().cwd(folder.path()).arg("check").report();
    assert_eq!(
        rules(&cli::findings(&report)),
        [("outlives-issuer", "warn"), ("expires-soon", "deny")]
    );
}

#[test]
fn the_chain_as_deployed_names_what_ends_first() {
    let root = mint::Ca::root(
        "Example Root CA",
        "2021-03-01T00:00:00",
        "2041-02-28T23:59:59",
    );
    let issuing = root.intermediate(
        "Example Issuing CA",
        "2021-11-26T00:00:00",
        "2026-11-25T23:59:59",
    );
    let leaf = issuing.server(
        &["api.example"],
        "2026-06-01T00:00:00",
        "2026-12-01T00:00:00",
    );
    let chain = [pem(&leaf), pem(&issuing.der)].concat();
    let folder = tree::write(&[("api.pem", chain)]);
    let (_, report) = tool().cwd(folder.path()).arg("check").report();
    let findings = report["findings"].as_array().unwrap();
    let of = |ca: bool| {
        findings
            .iter()
            .find(|finding| finding["data"]["is_ca"] == ca)
            .unwrap()
    };
    assert_eq!(
        of(true)["message"],
        "CA certificate of Example Issuing CA expires in 3 days (2026-11-25 23:59:59 UTC), which breaks api.example"
    );
    assert_eq!(of(true)["certainty"], "proven");
    let effective = &of(false)["data"]["effective"];
    assert_eq!(effective["leaf"], "2026-12-01T00:00:00Z");
    assert_eq!(effective["served"], "2026-11-25T23:59:59Z");
    assert_eq!(effective["binding"], of(true)["data"]["sha256"]);
}

#[test]
fn standard_input_is_read() {
    let folder = tree::write(&[("empty.txt", "")]);
    let (exit, report) = tool()
        .cwd(folder.path())
        .args(["check", "-"])
        .stdin(pem(&dead()))
        .report();
    let found = cli::findings(&report);
    assert_eq!(
        (exit, rules(&found)),
        (Exit::Denied, vec![("expired", "deny")])
    );
    assert_eq!(found[0].path, "<stdin>");
}

/// A keystore that is broken is a defect; one that we have no password for was not seen.
#[test]
fn keystores_that_are_broken_are_denied() {
    let pkcs12 =
        b"\x30\x13\x02\x01\x03\x30\x0e\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01\xa0\x01\x04";
    for (path, bytes) in [
        ("store.p12", pkcs12.to_vec()),
        ("anything", pkcs12.to_vec()),
        ("cacerts", vec![0xfe, 0xed, 0xfe, 0xed, 0, 0, 0, 2]),
        (
            "a.p7b",
            b"-----BEGIN PKCS7-----\nMAA=\n-----END PKCS7-----\n".to_vec(),
        ),
    ] {
        let folder = tree::write(&[(path, bytes)]);
        let (exit, report) = tool().cwd(folder.path()).arg("check").report();
        assert_eq!(exit, Exit::Denied, "{path}");
        assert_eq!(report["findings"][0]["path"], path);
        assert_eq!(report["findings"][0]["rule"], "unreadable");
    }
}

#[cfg(unix)]
#[test]
fn links_are_shown_by_the_name_that_people_know() {
    let folder = tree::write(&[("archive/api3.pem", pem(&dead()))]);
    let live = folder.path().join("live");
    std::fs::create_dir(&live).unwrap();
    std::os::unix::fs::symlink("../archive/api3.pem", live.join("cert.pem")).unwrap();
    std::os::unix::fs::symlink("gone.pem", live.join("chain.pem")).unwrap();
    let (exit, report) = tool().cwd(folder.path()).arg("check").report();
    // Denied wins over undecided.
    assert_eq!(exit, Exit::Denied);
    assert_eq!(report["undecided"][0]["path"], "live/chain.pem");
    assert_eq!(report["findings"][0]["labels"][0]["path"], "live/cert.pem");
}

#[test]
fn a_file_above_the_limit_is_undecided_where_it_matters() {
    let folder = tree::write(&[("a.txt", "")]);
    for name in ["huge.pem", "huge.bin"] {
        let file = std::fs::File::create(folder.path().join(name)).unwrap();
        file.set_len((64 << 20) + 1).unwrap();
    }
    let (exit, report) = tool().cwd(folder.path()).arg("check").report();
    assert_eq!(exit, Exit::Undecided);
    let undecided = report["undecided"].as_array().unwrap();
    assert_eq!(undecided.len(), 1, "{undecided:#?}");
    assert_eq!(undecided[0]["path"], "huge.pem");
}

#[test]
fn a_repository_without_certificates_is_clean() {
    let folder = tree::write(&[("README.md", "words"), ("src/main.rs", "fn main() {}")]);
    let (exit, report) = tool().cwd(folder.path()).arg("check").report();
    assert_eq!(
        (exit, &report["undecided"]),
        (Exit::Clean, &Value::Array(vec![]))
    );
}

/// Neither the number of threads nor the order of arguments changes a byte.
#[test]
fn the_same_bytes_in_any_order() {
    let files: Vec<_> = (0..40)
        .map(|number| {
            let name = format!("host{number}.example");
            let leaf = root().server(&[&name], "2025-10-18T00:00:00", "2026-11-19T00:00:00");
            (format!("{}/{number}.pem", number % 7), pem(&leaf))
        })
        .collect();
    let files: Vec<_> = files
        .iter()
        .map(|(path, bytes)| (path.as_str(), bytes))
        .collect();
    let folder = tree::write(&files);
    let run = |args: &[&str]| {
        let args = [
            &["check", "--format", "json", "--now", "2026-11-22T00:00:00Z"],
            args,
        ]
        .concat();
        tool().cwd(folder.path()).args(args).run().stdout
    };
    let one = run(&["--jobs", "1", "0", "1", "2", "3", "4", "5", "6"]);
    assert_eq!(
        one,
        run(&["--jobs", "4", "6", "5", "4", "3", "2", "1", "0", "0"])
    );
}

#[test]
fn a_suppression_above_the_block_counts() {
    let text = [
        b"# preflight: allow(expired): kept to open old archives\n".to_vec(),
        pem(&dead()),
    ]
    .concat();
    let folder = tree::write(&[("archive.pem", text)]);
    let (exit, report) = tool().cwd(folder.path()).arg("check").report();
    assert_eq!(
        (exit, rules(&cli::findings(&report))),
        (Exit::Clean, vec![])
    );
    assert_eq!(
        report["findings"][0]["suppressed"],
        "kept to open old archives"
    );
}
