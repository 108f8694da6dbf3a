//! `cert-audit chain` over certificates that are made to break: where it says so, and what no
//! name in them can do.

use std::process::Command;

use rcgen::{BasicConstraints, CertificateParams, IsCa, KeyUsagePurpose};
use rules::Exit;
use serde_json::Value;
use testkit::tree;

use crate::certs::{mint, tool};

/// A root and what it signed, as files of a new folder.
fn minted(
    name: &str,
    root: impl FnOnce(&mut CertificateParams),
    leaf: impl FnOnce(&mut CertificateParams),
) -> tempfile::TempDir {
    let params = |name: &str| mint::params(name, "2021-01-01T00:00:00", "2031-01-01T00:00:00");
    let mut of_root = params("Example Root CA");
    of_root.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    of_root.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    root(&mut of_root);
    let key = mint::key("root");
    let root = of_root.self_signed(&key).unwrap();
    let mut of_leaf = params(name);
    leaf(&mut of_leaf);
    let issuer = rcgen::Issuer::from_params(&of_root, &key);
    let leaf = of_leaf.signed_by(&mint::key("leaf"), &issuer).unwrap();
    tree::write(&[
        ("root.pem", &mint::pem("CERTIFICATE", root.der())),
        ("leaf.pem", &mint::pem("CERTIFICATE", leaf.der())),
    ])
}

#[test]
fn hostile_names_do_not_reach_the_terminal() {
    let name = "a\u{1b}[31mb\u{202e}c\nvalid: it holds";
    let folder = minted(name, |_| {}, |_| {});
    for format in ["human", "json"] {
        let ran = tool()
            .cwd(folder.path())
            .args([
                "chain", "leaf.pem", "--roots", "root.pem", "--format", format,
            ])
            .run();
        assert_eq!(ran.exit, Exit::Clean);
        assert!(!ran.stdout.contains(['\u{1b}', '\u{202e}']), "{format}");
        let claims = ran.stdout.lines().filter(|line| line.starts_with("valid:"));
        assert_eq!(claims.count(), usize::from(format == "human"));
    }
}

#[test]
fn what_breaks_is_said_where_it_is() {
    type Change = fn(&mut CertificateParams);
    let nothing: Change = |_| {};
    let cases: [(Change, Change, usize, &str); 8] = [
        (
            |root| root.is_ca = IsCa::NoCa,
            nothing,
            1,
            "it has no basic constraints",
        ),
        (
            |root| root.is_ca = IsCa::ExplicitNoCa,
            nothing,
            1,
            "it is not a CA",
        ),
        (
            |root| root.key_usages = vec![KeyUsagePurpose::CrlSign],
            nothing,
            1,
            "its key usage does not allow it to sign certificates",
        ),
        (
            |root| {
                root.extended_key_usages = vec![rcgen::ExtendedKeyUsagePurpose::CodeSigning];
            },
            nothing,
            1,
            "its extended key usage does not allow server authentication",
        ),
        (
            |root| {
                root.name_constraints = Some(rcgen::NameConstraints {
                    permitted_subtrees: vec![rcgen::GeneralSubtree::DnsName("example.org".into())],
                    excluded_subtrees: Vec::new(),
                });
            },
            nothing,
            0,
            "the name constraints of `Example Root CA` do not allow api.example.com",
        ),
        (
            nothing,
            |leaf| leaf.key_usages = vec![KeyUsagePurpose::CrlSign],
            0,
            "its key usage does not allow server authentication",
        ),
        (
            nothing,
            |leaf| {
                let mut extension =
                    rcgen::CustomExtension::from_oid_content(&[2, 999, 1], vec![5, 0]);
                extension.set_criticality(true);
                leaf.custom_extensions.push(extension);
            },
            0,
            "its critical extension 2.999.1 is not understood",
        ),
        (
            nothing,
            |leaf| {
                let content = b"api.example.com".to_vec();
                let extension = rcgen::CustomExtension::from_oid_content(&[2, 5, 29, 17], content);
                leaf.subject_alt_names.clear();
                leaf.custom_extensions.push(extension);
            },
            0,
            "its extension 2.5.29.17 cannot be read",
        ),
    ];
    for (root, leaf, at, reason) in cases {
        let folder = minted("leaf", root, |params| {
            let host = "api.example.com".try_into().unwrap();
            params.subject_alt_names = vec![rcgen::SanType::DnsName(host)];
            leaf(params);
        });
        let ran = tool()
            .cwd(folder.path())
            .args([
                "chain", "leaf.pem", "--roots", "root.pem", "--usage", "server",
            ])
            .args(["--format", "json"])
            .run();
        let object: Value = serde_json::from_str(&ran.stdout).unwrap();
        assert_eq!(ran.exit, Exit::Denied, "{reason}");
        let breaks = &object["paths"][0]["certificates"][at]["breaks"][0];
        assert!(
            breaks.as_str().is_some_and(|said| said.starts_with(reason)),
            "{reason}: {object}"
        );
    }
}

/// A root that is dead counts as such, unless it is asked not to.
#[test]
fn the_end_of_a_root() {
    let folder = minted(
        "leaf",
        |root| {
            root.not_after = rcgen::date_time_ymd(2026, 1, 1);
        },
        |_| {},
    );
    for (rule, exit, best) in [
        ("strict", Exit::Denied, "2026-01-01T00:00:00Z"),
        ("ignore", Exit::Clean, "2031-01-01T00:00:00Z"),
    ] {
        let ran = tool()
            .cwd(folder.path())
            .args([
                "chain", "leaf.pem", "--roots", "root.pem", "--format", "json",
            ])
            .args(["--anchor-expiry", rule])
            .run();
        let object: Value = serde_json::from_str(&ran.stdout).unwrap();
        assert_eq!(ran.exit, exit, "{object}");
        assert_eq!(object["effective"]["best_path"], best);
    }
}

/// Ed448, which is not verified here: the path is shown, and nobody says that it is good or bad.
#[test]
fn a_signature_that_cannot_be_verified_is_no_verdict() {
    let folder = tempfile::tempdir().unwrap();
    for args in [
        &["genpkey", "-algorithm", "ED448", "-out", "ca.key"][..],
        &[
            "req", "-x509", "-new", "-key", "ca.key", "-subj", "/CN=CA", "-out", "ca.pem",
        ],
        &["genpkey", "-algorithm", "ED448", "-out", "leaf.key"],
        &[
            "req", "-new", "-key", "leaf.key", "-subj", "/CN=leaf", "-out", "leaf.csr",
        ],
        &[
            "x509",
            "-req",
            "-in",
            "leaf.csr",
            "-CA",
            "ca.pem",
            "-CAkey",
            "ca.key",
            "-days",
            "36500",
            "-set_serial",
            "1",
            "-out",
            "leaf.pem",
        ],
    ] {
        let ran = Command::new("openssl")
            .args(args)
            .current_dir(folder.path())
            .output();
        assert!(ran.expect("openssl runs").status.success(), "{args:?}");
    }
    let args = [
        "chain",
        "leaf.pem",
        "--roots",
        "ca.pem",
        "--anchor-expiry",
        "ignore",
    ];
    let run = tool()
        .cwd(folder.path())
        .args(args)
        .args(["--at", "2060-01-01"]);
    let ran = run.clone().run();
    assert_eq!(ran.exit, Exit::Undecided, "{}", ran.stdout);
    assert!(ran.stdout.contains("likely holds"), "{}", ran.stdout);
    let ran = run.args(["--format", "json"]).run();
    let object: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(object["verdict"], "undecided");
    assert_eq!(object["valid"], false);
    assert_eq!(object["paths"][0]["certainty"], "likely");
}
