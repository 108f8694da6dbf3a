//! `init`: a policy that judges as none does.

use std::fs;

use rules::Exit;
use serde_json::Value;
use testkit::tree;

use super::super::tool;

/// The estate's certificates and some more, with owners, without a policy.
fn folder() -> tempfile::TempDir {
    let folder = tree::copied(&[&tree::at("tests/estate/deploy")]);
    let bad = tree::at("tests/fixtures/cert-audit/unreadable/bad.pem");
    fs::copy(bad, folder.path().join("deploy/broken.pem")).unwrap();
    let odd = folder.path().join("deploy/a [b] {c}*");
    fs::create_dir_all(&odd).unwrap();
    let good = tree::at("tests/fixtures/cert-audit/expired/good.pem");
    fs::copy(good, odd.join("\"x\".pem")).unwrap();
    fs::create_dir_all(folder.path().join(".git")).unwrap();
    fs::write(folder.path().join("CODEOWNERS"), "/deploy/tls/ @edge\n").unwrap();
    folder
}

/// Rule, level and place of every finding, and the verdict.
fn judged(folder: &tempfile::TempDir) -> (Exit, Value, Vec<(String, String, String)>) {
    let (exit, report) = tool().cwd(folder.path()).arg("check").report();
    let findings = report["findings"].as_array().unwrap();
    let text = |finding: &Value, key: &str| finding[key].as_str().unwrap().to_owned();
    let findings = findings
        .iter()
        .map(|one| (text(one, "rule"), text(one, "level"), text(one, "path")))
        .collect();
    (exit, report["verdict"].clone(), findings)
}

#[test]
fn the_policy_judges_as_none_does() {
    let folder = folder();
    let before = judged(&folder);
    assert_eq!(before.0, Exit::Denied);
    let ran = tool().cwd(folder.path()).arg("init").run();
    assert_eq!(ran.exit, Exit::Clean, "{}", ran.stderr);
    let written = fs::read_to_string(folder.path().join("preflight.yaml")).unwrap();
    insta::assert_snapshot!("init", written);
    assert_eq!(judged(&folder), before);
    let report = tool()
        .cwd(folder.path())
        .args(["report", "--format", "jsonl"])
        .run();
    assert!(
        report.stdout.contains("\"owner\":\"@edge\""),
        "{}",
        report.stdout
    );
}

/// What is proposed is a policy too, once it is no comment any more.
#[test]
fn the_proposals_load() {
    let folder = folder();
    let printed = tool().cwd(folder.path()).args(["init", "--print"]).run();
    let is_proposal = |line: &str| {
        let text = line.trim_start().strip_prefix("# ").unwrap_or(line).trim();
        // What stands at the margin is for the reader.
        line.starts_with(' ')
            && (text.starts_with("- {") || text.ends_with(['}', ':']) || text.contains(": {"))
    };
    let active: String = printed
        .stdout
        .lines()
        .filter(|line| !line.trim_start().starts_with('#') || is_proposal(line))
        .map(|line| {
            let indent = line.len() - line.trim_start().len();
            let text = line.trim_start();
            let text = text.strip_prefix("# ").unwrap_or(text);
            let text = text.replace("owner: …", "owner: somebody");
            format!("{:indent$}{text}\n", "")
        })
        .collect();
    assert!(active.contains("\n  trust: {"), "{active}");
    fs::write(folder.path().join("preflight.yaml"), &active).unwrap();
    let ran = tool().cwd(folder.path()).arg("check").run();
    assert_eq!(ran.exit, Exit::Denied, "{active}\n{}", ran.stderr);
}

#[test]
fn a_policy_is_never_overwritten() {
    let folder = folder();
    let mine = "version: 1\n";
    fs::write(folder.path().join("preflight.yaml"), mine).unwrap();
    for below in ["", "deploy"] {
        let ran = tool().cwd(folder.path().join(below)).arg("init").run();
        assert_eq!(ran.exit, Exit::Undecided);
        assert!(
            ran.stderr.contains("there is a policy already"),
            "{}",
            ran.stderr
        );
    }
    let kept = fs::read_to_string(folder.path().join("preflight.yaml")).unwrap();
    assert_eq!(kept, mine);
    assert!(!folder.path().join("deploy/preflight.yaml").exists());
}

#[test]
fn nothing_makes_a_policy_of_comments() {
    let folder = tree::write(&[(".git/HEAD", "")]);
    let ran = tool().cwd(folder.path()).arg("init").run();
    assert_eq!(ran.exit, Exit::Clean, "{}", ran.stderr);
    let (exit, _, findings) = judged(&folder);
    assert_eq!((exit, findings.len()), (Exit::Clean, 0));
}
