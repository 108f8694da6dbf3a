//! The service that is retired, with somebody who says so.

use std::path::Path;
use std::process::Command;

use rules::Exit;
use testkit::cli::Tool;
use testkit::fleet::verdict::{Verdict, check};
use testkit::tree;

/// A pair of OpenSSH keys `folder/name`, and the line of its public half.
fn key(folder: &Path, name: &str) -> String {
    let path = folder.join(name);
    let done = Command::new("ssh-keygen")
        .args(["-q", "-t", "ed25519", "-N", "", "-C", "", "-f"])
        .arg(&path)
        .output()
        .unwrap();
    assert!(done.status.success(), "{done:?}");
    std::fs::read_to_string(path.with_extension("pub")).unwrap()
}

/// The change without an approval, and with one that `signer` gave.
fn judged(signer: &str) -> (Verdict, Verdict) {
    let folder = tree::at("tests/fixtures/bgp-ci/incidents/service-retired");
    let copy = tree::copied(&[&folder]);
    let folder = copy.path().join("service-retired");
    let keys = tempfile::tempdir().unwrap();
    let engineer = key(keys.path(), "engineer");
    key(keys.path(), "stranger");
    for side in ["base", "head"] {
        let list = format!("engineer@example.net namespaces=\"preflight\" {engineer}");
        std::fs::write(folder.join(side).join("network/allowed_signers"), list).unwrap();
    }
    let verdict = || {
        let tool = check(&folder).arg("--base").arg(folder.join("base"));
        Verdict::of(tool.arg("--head").arg(folder.join("head")).report())
    };
    let before = verdict();
    let diff = Tool::new("bgp-ci", bgp_ci::run).args(["diff", "--format", "plan", "--base"]);
    let diff = diff
        .arg(folder.join("base"))
        .arg("--head")
        .arg(folder.join("head"));
    let plan = diff.run().stdout.trim_end().to_owned();
    assert!(plan.starts_with("sha256:"), "{plan}");
    std::fs::write(folder.join("head/plan"), &plan).unwrap();
    let signed = Command::new("ssh-keygen")
        .args(["-q", "-Y", "sign", "-n", "preflight", "-f"])
        .arg(keys.path().join(signer))
        .arg(folder.join("head/plan"))
        .output()
        .unwrap();
    assert!(signed.status.success(), "{signed:?}");
    let policy = folder.join("head/preflight.yaml");
    let mut text = std::fs::read_to_string(&policy).unwrap();
    text.push_str(&format!(
        "  approvals:\n    - {{ plan: \"{plan}\", waives: [service-withdrawn], until: 2026-12-01, \
         reason: nobody asks it, signature: plan.sig }}\n"
    ));
    std::fs::write(policy, text).unwrap();
    (before, verdict())
}

#[test]
fn a_service_is_retired_with_an_approval() {
    let (before, after) = judged("engineer");
    assert_eq!(before.exit, Exit::Denied, "{before}");
    assert_eq!(after.exit, Exit::Clean, "{after}");
}

#[test]
fn a_stranger_approves_nothing() {
    let (before, after) = judged("stranger");
    assert_eq!(before.denied, after.denied, "{after}");
}
