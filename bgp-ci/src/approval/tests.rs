//! `ssh-keygen` decides: what it signs is verified here, and what it refuses is refused.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use ssh_key::PublicKey;
use tempfile::TempDir;

use super::*;
use crate::tests::{Network, written};

const PLAN: &str = "sha256:0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0";
const NOW: &str = "2026-11-22T00:00:00Z";

fn keygen(cwd: &Path, args: &[&str], stdin: &str) -> (bool, String) {
    let mut child = Command::new("ssh-keygen")
        .current_dir(cwd)
        .env("TZ", "UTC")
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(stdin.as_bytes()).ok();
    let ran = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&ran.stdout) + String::from_utf8_lossy(&ran.stderr);
    (ran.status.success(), said.into_owned())
}

/// A folder with a key `name`, and its public half.
fn key(dir: &TempDir, name: &str, kind: &[&str]) -> String {
    let args = [&["-q", "-N", "", "-C", "", "-f", name][..], kind].concat();
    let (made, said) = keygen(dir.path(), &args, "");
    assert!(made, "{said}");
    let public = std::fs::read_to_string(dir.path().join(format!("{name}.pub"))).unwrap();
    public.trim().to_owned()
}

fn sign(dir: &TempDir, name: &str, namespace: &str, text: &str) -> String {
    let args = ["-Y", "sign", "-q", "-n", namespace, "-f", name];
    let (signed, said) = keygen(dir.path(), &args, text);
    assert!(signed, "{said}");
    let from = said.find("-----BEGIN").unwrap();
    said.split_at(from).1.to_owned()
}

fn checked(armoured: &str, text: &str) -> Result<(), String> {
    signature::Signed::read(armoured)?.verify(NAMESPACE, text)
}

#[test]
fn what_ssh_keygen_signs_is_verified() {
    let dir = tempfile::tempdir().unwrap();
    let kinds: [&[&str]; 6] = [
        &["-t", "ed25519"],
        &["-t", "ecdsa", "-b", "256"],
        &["-t", "ecdsa", "-b", "384"],
        &["-t", "ecdsa", "-b", "521"],
        &["-t", "rsa", "-b", "2048"],
        &["-t", "rsa", "-b", "3072"],
    ];
    for (at, kind) in kinds.iter().enumerate() {
        let name = format!("k{at}");
        key(&dir, &name, kind);
        for text in [PLAN.to_owned(), format!("{PLAN}\n")] {
            let armoured = sign(&dir, &name, NAMESPACE, &text);
            assert_eq!(checked(&armoured, PLAN), Ok(()), "{kind:?}");
            assert!(checked(&armoured, &PLAN.replace('0', "1")).is_err());
        }
        let other = sign(&dir, &name, "file", PLAN);
        let why = checked(&other, PLAN).unwrap_err();
        assert!(why.contains("namespace `file`"), "{why}");
    }
}

/// A changed letter anywhere in a signature makes it unreadable or wrong.
#[test]
fn a_tampered_signature_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    key(&dir, "k", &["-t", "ed25519"]);
    let armoured = sign(&dir, "k", NAMESPACE, PLAN);
    let body = armoured.find('\n').unwrap() + 1..armoured.find("-----END").unwrap() - 1;
    let mut tampered = 0;
    for at in body {
        let mut bytes = armoured.clone().into_bytes();
        if bytes[at] == b'\n' || bytes[at] == b'=' {
            continue;
        }
        bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
        let text = String::from_utf8(bytes).unwrap();
        assert!(checked(&text, PLAN).is_err(), "{at}");
        tampered += 1;
    }
    assert!(tampered > 200);
    for cut in 0..armoured.len() - 1 {
        assert!(checked(armoured.split_at(cut).0, PLAN).is_err(), "{cut}");
    }
}

/// For every list of signers the answer is that of `ssh-keygen -Y verify`.
#[test]
fn lists_of_signers_mean_what_they_mean_to_ssh_keygen() {
    let dir = tempfile::tempdir().unwrap();
    let (one, two) = (
        key(&dir, "one", &["-t", "ed25519"]),
        key(&dir, "two", &["-t", "ecdsa"]),
    );
    let armoured = sign(&dir, "one", NAMESPACE, PLAN);
    std::fs::write(dir.path().join("s.sig"), &armoured).unwrap();
    let signed = signature::Signed::read(&armoured).unwrap();
    let table: Vec<(String, bool)> = vec![
        (format!("a@example.net {one}\n"), true),
        (format!("# a\n\n  a@example.net {one} a comment\n"), true),
        (format!("a@example.net {two}\n"), false),
        (format!("b@example.net {two}\na@example.net {one}\n"), true),
        (
            format!("a@example.net namespaces=\"preflight\" {one}\n"),
            true,
        ),
        (
            format!("a@example.net namespaces=\"git,pre*\" {one}\n"),
            true,
        ),
        (format!("a@example.net namespaces=\"git\" {one}\n"), false),
        (
            format!("a@example.net namespaces=\"*,!preflight\" {one}\n"),
            false,
        ),
        (
            format!("a@example.net namespaces=\"preflig?t\" {one}\n"),
            true,
        ),
        (
            format!("a@example.net valid-after=\"20261121\" {one}\n"),
            true,
        ),
        (
            format!("a@example.net valid-after=\"20261123\" {one}\n"),
            false,
        ),
        (
            format!("a@example.net valid-before=\"20261121\" {one}\n"),
            false,
        ),
        (
            format!("a@example.net valid-before=\"202611230000\" {one}\n"),
            true,
        ),
        (
            format!(
                "a@example.net valid-after=\"20261101\",valid-before=\"20261201235959\" {one}\n"
            ),
            true,
        ),
        (
            format!("a@example.net valid-after=\"20261201\",valid-before=\"20261101\" {one}\n"),
            false,
        ),
        (format!("a@example.net cert-authority {one}\n"), false),
        (
            format!("a@example.net cert-authority,namespaces=\"preflight\" {one}\n"),
            false,
        ),
        (format!("a@example.net unknown=\"x\" {one}\n"), false),
        (format!("a@example.net namespaces=preflight {one}\n"), false),
        (
            format!("a@example.net NAMESPACES=\"preflight\" {one}\n"),
            true,
        ),
        (
            format!("a@example.net namespaces=\"git\" {one}\na@example.net {one}\n"),
            true,
        ),
        (format!("\"a@example.net\" {one}\n"), true),
        ("a@example.net\n".to_owned(), false),
        ("a@example.net ssh-ed25519 AAAA\n".to_owned(), false),
        (format!("a@example.net valid-after=\"x\" {one}\n"), false),
        (format!("nonsense nonsense\na@example.net {one}\n"), false),
        (String::new(), false),
    ];
    let now = NOW.parse::<Timestamp>().unwrap().as_second();
    for (list, expected) in table {
        std::fs::write(dir.path().join("signers"), &list).unwrap();
        let time = "verify-time=20261122000000";
        let args = ["-Y", "verify", "-f", "signers", "-I", "a@example.net", "-n"];
        let args = [&args[..], &[NAMESPACE, "-s", "s.sig", "-O", time]].concat();
        let (by_openssh, said) = keygen(dir.path(), &args, PLAN);
        let ours = signers::principals(&list, signed.key(), NAMESPACE, now.try_into().unwrap());
        assert_eq!(ours.is_ok(), expected, "{list}{ours:?}");
        // A bad line ends the search for every signer here; for one that is named it does not.
        if !list.starts_with("nonsense") {
            assert_eq!(by_openssh, expected, "{list}{said}");
        }
    }
}

/// Keys that sign with a device: what it would sign is put together here, and `ssh-keygen` is
/// asked whether it is a signature.
#[test]
fn signatures_of_security_keys_are_verified() {
    use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
    use sha2::{Digest as _, Sha256};

    let text = |bytes: &[u8]| {
        let length = u32::try_from(bytes.len()).unwrap().to_be_bytes();
        [&length[..], bytes].concat()
    };
    let pair = Ed25519KeyPair::from_seed_unchecked(&[7; 32]).unwrap();
    let kind = b"sk-ssh-ed25519@openssh.com";
    let public = [text(kind), text(pair.public_key().as_ref()), text(b"ssh:")].concat();
    let key = PublicKey::from_bytes(&public).unwrap();
    let hash = sha2::Sha512::digest(PLAN.as_bytes());
    let data = [
        b"SSHSIG".to_vec(),
        text(NAMESPACE.as_bytes()),
        text(b""),
        text(b"sha512"),
        text(&hash),
    ]
    .concat();
    // Flags: somebody was there; a counter.
    let trailer = [1, 0, 0, 0, 9];
    let signed = [
        &Sha256::digest(b"ssh:")[..],
        &trailer,
        &Sha256::digest(&data)[..],
    ]
    .concat();
    let signature = [
        text(kind),
        text(pair.sign(&signed).as_ref()),
        trailer.to_vec(),
    ]
    .concat();
    let blob = [
        b"SSHSIG".to_vec(),
        1_u32.to_be_bytes().to_vec(),
        text(&public),
        text(NAMESPACE.as_bytes()),
        text(b""),
        text(b"sha512"),
        text(&signature),
    ]
    .concat();
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("blob"), &blob).unwrap();
    let ran = Command::new("base64")
        .args(["-w", "70", "blob"])
        .current_dir(dir.path())
        .output();
    let mut base64 = String::from_utf8(ran.unwrap().stdout).unwrap();
    base64.insert_str(0, "-----BEGIN SSH SIGNATURE-----\n");
    base64.push_str("-----END SSH SIGNATURE-----\n");
    std::fs::write(dir.path().join("s.sig"), &base64).unwrap();
    let line = format!("a@example.net {}\n", key.to_openssh().unwrap());
    std::fs::write(dir.path().join("signers"), &line).unwrap();
    let args = ["-Y", "verify", "-f", "signers", "-I", "a@example.net", "-n"];
    let args = [&args[..], &[NAMESPACE, "-s", "s.sig"]].concat();
    let (by_openssh, said) = keygen(dir.path(), &args, PLAN);
    assert!(by_openssh, "{said}");
    assert_eq!(checked(&base64, PLAN), Ok(()));
    assert!(checked(&base64, &PLAN.replace('0', "1")).is_err());
    let signed = signature::Signed::read(&base64).unwrap();
    assert_eq!(
        signers::principals(&line, signed.key(), NAMESPACE, 0),
        Ok("a@example.net".to_owned())
    );
}

/// A repository whose head retires service `edge`, with what stands below `approvals`.
fn judged(dir: &TempDir, marks: &str, approvals: &str) -> rules::Outcome {
    let base = Network {
        services: "{ edge: {} }",
        more: &format!("  needs-approval: {marks}\n  approvers: signers\n"),
        ..Network::default()
    }
    .text();
    let head = Network {
        services: "{ edge: {} }",
        announcements: "[{ service: edge, to: [a], communities: [no-export] }]",
        more: &format!(
            "  needs-approval: {marks}\n  approvers: signers\n  approvals: {approvals}\n"
        ),
        ..Network::default()
    }
    .text();
    let mut sides = crate::sides::Sides {
        head: written("head", &head),
        base: Some(written("base", &base)),
        vrps: None,
    };
    let folder = dir.path().canonicalize().unwrap();
    sides.head.files = Files::around(&folder, &folder);
    if let Some(base) = &mut sides.base {
        base.files = Files::around(&folder, &folder);
    }
    crate::judge(&sides, NOW.parse().unwrap())
}

/// `rule: excuse` of each finding that denies or is excused.
fn verdicts(outcome: &rules::Outcome) -> Vec<String> {
    let mut all: Vec<String> = outcome
        .findings
        .iter()
        .filter(|finding| finding.level == rules::Level::Deny)
        .map(|finding| {
            let excuse = finding.excuse.as_deref().unwrap_or("denied");
            format!("{}: {excuse}", finding.rule.id)
        })
        .collect();
    all.sort();
    all.dedup();
    all
}

#[test]
fn an_approval_waives_what_it_names_and_nothing_else() {
    let dir = tempfile::tempdir().unwrap();
    let one = key(&dir, "one", &["-t", "ed25519"]);
    let marks = "[service-withdrawn, { service: edge }]";
    std::fs::write(dir.path().join("signers"), format!("a@example.net {one}\n")).unwrap();
    let plain = judged(&dir, marks, "[]");
    let denied = ["needs-approval: denied", "service-withdrawn: denied"];
    let others: Vec<String> = verdicts(&plain)
        .into_iter()
        .filter(|verdict| !denied.contains(&verdict.as_str()))
        .collect();
    assert_eq!(
        verdicts(&plain).len(),
        others.len() + 2,
        "{:?}",
        verdicts(&plain)
    );
    let plan = plain.stats["plan"].as_str().unwrap().to_owned();
    for finding in &plain.findings {
        if finding.rule.id == "needs-approval" {
            assert_eq!(finding.data["plan"], plan.as_str());
        }
    }
    std::fs::write(
        dir.path().join("a.sig"),
        sign(&dir, "one", NAMESPACE, &plan),
    )
    .unwrap();
    let entry = |rest: &str| {
        format!("[{{ plan: \"{plan}\", waives: [service-withdrawn], reason: retired{rest} }}]")
    };
    let approved = judged(&dir, marks, &entry(", signature: a.sig, until: 2026-12-01"));
    let excuse = "approved by a@example.net until 2026-12-01: retired";
    let mut expected = others.clone();
    expected.push(format!("service-withdrawn: {excuse}"));
    expected.sort();
    assert_eq!(verdicts(&approved), expected);
    // What does not count waives nothing, and says why.
    for (entry, why) in [
        (entry(""), "it is not signed"),
        (
            entry(", signature: a.sig, until: 2026-11-21"),
            "it ended on 2026-11-21",
        ),
        (
            entry(", signature: b.sig"),
            "`b.sig` cannot be read: there is no such file",
        ),
        (
            entry(", signature: signers"),
            "its signature cannot be read",
        ),
        (
            entry(", signature: a.sig").replace(&plan, PLAN),
            "this approval is for another plan",
        ),
    ] {
        let outcome = judged(&dir, marks, &entry);
        assert_eq!(verdicts(&outcome), verdicts(&plain), "{entry}");
        let asks = |finding: &&Finding| finding.rule.id == "needs-approval";
        let finding = outcome.findings.iter().find(asks).unwrap();
        let labels: Vec<&str> = finding.labels.iter().map(|l| l.message.as_str()).collect();
        assert!(labels.iter().any(|label| label.contains(why)), "{labels:?}");
    }
    // Somebody whom base does not list.
    key(&dir, "two", &["-t", "ed25519"]);
    std::fs::write(
        dir.path().join("a.sig"),
        sign(&dir, "two", NAMESPACE, &plan),
    )
    .unwrap();
    let outcome = judged(&dir, marks, &entry(", signature: a.sig"));
    assert_eq!(verdicts(&outcome), verdicts(&plain));
}

/// The next change's approvers are appointed by this one: that needs people too.
#[test]
fn adding_a_signer_relaxes_the_policy() {
    let text = |file: &str| {
        let more = format!("  approvers: {file}\n");
        Network {
            more: &more,
            ..Network::default()
        }
        .text()
    };
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().canonicalize().unwrap();
    let relaxed = |before: &str, after: &str| {
        let judged = |side: &str, list: &str| {
            let folder = folder.join(side);
            std::fs::create_dir_all(&folder).unwrap();
            std::fs::write(folder.join("signers"), list).unwrap();
            let mut written = written(side, &text("signers"));
            written.files = Files::around(&folder, &folder);
            written
        };
        let sides = crate::sides::Sides {
            base: Some(judged("base", before)),
            head: judged("head", after),
            vrps: None,
        };
        let outcome = crate::judge(&sides, NOW.parse().unwrap());
        let findings = outcome.findings.iter();
        findings
            .filter(|one| one.rule.id == "policy-relaxed")
            .count()
    };
    let (one, two) = (
        "a@example.net ssh-ed25519 AAAA\n",
        "b@example.net ssh-ed25519 BBBB\n",
    );
    assert_eq!(relaxed(one, one), 0);
    assert_eq!(
        relaxed(one, &format!("# who\n\n{}", one.replace(' ', "   "))),
        0
    );
    assert_eq!(relaxed(&format!("{one}{two}"), two), 0);
    assert_eq!(relaxed("", one), 0);
    assert_eq!(relaxed(one, &format!("{one}{two}")), 1);
    assert_eq!(
        relaxed(&one.replace(" ssh", " namespaces=\"git\" ssh"), one),
        1
    );
}

#[test]
fn what_was_not_understood_cannot_be_waived() {
    let dir = tempfile::tempdir().unwrap();
    let outcome = judged(
        &dir,
        "[]",
        &format!("[{{ plan: \"{PLAN}\", waives: [unmodelled-policy, unparsed-config, relock] }}]"),
    );
    let reasons: Vec<&str> = outcome.undecided.iter().map(|gap| &*gap.reason).collect();
    assert_eq!(
        reasons,
        [
            "`unmodelled-policy` cannot be waived: what was not understood cannot be approved either",
            "`unparsed-config` cannot be waived: what was not understood cannot be approved either",
            "`relock` is a rule of `structlint`",
        ]
    );
}
