//! The `certs:` section of the policy.

use rules::Exit;
use serde_json::Value;
use testkit::{cli, tree};

use super::{mint, rules, tool};

/// Everything that the section can hold.
const WHOLE: &str = r#"version: 1
certs:
  classes:
    auto:   { warn: { share: 25%, ceiling: 21d }, deny: { share: 12%, ceiling: 7d } }
    manual: { warn: { days: 45, cap: 40% }, deny: { days: 14, cap: 20% } }
    ca:     { warn: horizon - 90d, deny: horizon }
  assign:
    - { match: { path: "deploy/legacy/**" }, class: manual, owner: payments, runbook: docs/renew.md }
    - { match: { san: "*.prod.example" }, owner: edge, expect-san: [api.prod.example] }
    - { match: { path: "**/samples/**" }, level: allow }
  trust:  { roots: [public, deploy/ca/root.pem], anchor-expiry: strict }
  expect: [ { path: deploy/tls/api.pem, san: api.prod.example } ]
  endpoints: [ { host: "db.prod.example:5432", starttls: postgres, served-from: deploy/tls/db.pem } ]
  passwords: [ { match: { path: "**/*.p12" }, env: P12_PASSWORD } ]
"#;

/// A certificate that expired three days ago.
fn dead(name: &str) -> Vec<u8> {
    let root = mint::Ca::root(
        "Example Root CA",
        "2021-03-01T00:00:00",
        "2041-02-28T23:59:59",
    );
    let leaf = root.server(&[name], "2025-10-18T00:00:00", "2026-11-19T00:00:00");
    mint::pem("CERTIFICATE", &leaf).into_bytes()
}

/// The report on a folder with this `certs:` section and these files.
fn report(section: &str, files: &[(&str, Vec<u8>)]) -> (Exit, Value) {
    let policy = format!("version: 1\ncerts:\n{section}");
    let mut all = vec![("preflight.yaml", policy.into_bytes())];
    all.extend_from_slice(files);
    let folder = tree::write(&all);
    tool().cwd(folder.path()).arg("check").report()
}

/// What is printed about a policy that cannot be used.
fn refused(section: &str) -> String {
    let policy = format!("version: 1\ncerts:\n{section}");
    let folder = tree::write(&[("preflight.yaml", policy)]);
    let ran = tool().cwd(folder.path()).arg("check").run();
    assert_eq!(ran.exit, Exit::Undecided, "{section}");
    ran.stdout + &ran.stderr
}

#[test]
fn the_whole_section_loads_and_what_is_not_read_is_said() {
    let folder = tree::write(&[
        ("preflight.yaml", WHOLE.as_bytes().to_vec()),
        ("deploy/legacy/a.pem", dead("a.example")),
        ("deploy/tls/b.pem", dead("b.prod.example")),
        ("deploy/samples/c.pem", dead("c.prod.example")),
    ]);
    let (_, report) = tool().cwd(folder.path()).arg("check").report();
    let owners: Vec<_> = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|finding| finding["rule"] == "expired")
        .map(|finding| (&finding["data"]["owner"], &finding["data"]["runbook"]))
        .collect();
    let text = |text: &str| Value::String(text.to_owned());
    assert_eq!(
        owners,
        [
            (&text("payments"), &text("docs/renew.md")),
            (&text("edge"), &Value::Null)
        ]
    );
    let mut findings = report["findings"].as_array().unwrap().iter();
    let legacy = findings.find(|finding| finding["data"]["owner"] == "payments");
    assert_eq!(legacy.expect("it is there")["help"], "follow docs/renew.md");
    let stats = report["stats"].to_string();
    assert!(
        stats.contains("\"policy_not_applied\":[\"endpoints\"]"),
        "{stats}"
    );
    // The root that the policy trusts is not there.
    assert!(
        report["undecided"][0]["reason"]
            .as_str()
            .is_some_and(|reason| reason.contains("deploy/ca/root.pem")),
        "{report}"
    );
}

/// Globs are relative to the policy, wherever the run starts.
#[test]
fn paths_are_relative_to_the_policy() {
    let folder = tree::write(&[
        ("preflight.yaml", WHOLE.as_bytes().to_vec()),
        ("deploy/legacy/a.pem", dead("a.example")),
    ]);
    let below = folder.path().join("deploy/legacy");
    let (_, report) = tool().cwd(below).arg("check").report();
    assert_eq!(report["findings"][0]["data"]["owner"], "payments");
}

#[test]
fn the_last_match_wins_key_by_key() {
    let (_, report) = report(
        "  assign:\n    - { match: { path: \"**\" }, owner: everyone, runbook: docs/all.md }\n    \
         - { match: { path: \"tls/**\", san: \"**.example\" }, owner: edge }\n    \
         - { match: { san: \"*.example\" }, owner: nobody }\n",
        &[("tls/a.pem", dead("a.b.example"))],
    );
    let data = &report["findings"][0]["data"];
    assert_eq!(
        (&data["owner"], &data["runbook"]),
        (&"edge".into(), &"docs/all.md".into())
    );
}

#[test]
fn a_level_caps_and_a_class_decides() {
    let (exit, found) = report(
        "  assign: [ { match: { path: \"old/**\" }, level: warn } ]\n",
        &[("old/a.pem", dead("a.example"))],
    );
    assert_eq!(
        (exit, rules(&cli::findings(&found))),
        (Exit::Clean, vec![("expired", "warn")])
    );
    // The same 30 days are plenty for a machine and few for a person.
    let root = mint::Ca::root(
        "Example Root CA",
        "2021-03-01T00:00:00",
        "2041-02-28T23:59:59",
    );
    let leaf = root.server(&["a.example"], "2025-12-01T00:00:00", "2026-12-22T00:00:00");
    let pem = mint::pem("CERTIFICATE", &leaf).into_bytes();
    let (_, found) = report("  assign: []\n", &[("a.pem", pem.clone())]);
    assert_eq!(rules(&cli::findings(&found)), [("expires-soon", "warn")]);
    let (_, found) = report(
        "  assign: [ { match: { path: a.pem }, class: auto } ]\n",
        &[("a.pem", pem.clone())],
    );
    assert_eq!(rules(&cli::findings(&found)), []);
    let (exit, found) = report(
        "  classes:\n    manual:\n      deny: { days: 40, cap: 40% }\n",
        &[("a.pem", pem)],
    );
    assert_eq!(exit, Exit::Denied);
    let finding = &found["findings"][0];
    let notes = finding["notes"].to_string();
    assert!(
        notes.contains(
            "30d left is within the threshold for deny: 40d = min(days 40, cap 40% of 386d"
        ),
        "{notes}"
    );
    let label = &finding["labels"][0];
    assert_eq!(label["path"], "preflight.yaml");
    assert_eq!(label["span"]["start"]["line"], 5);
}

#[test]
fn what_is_wrong_with_a_policy_is_said_with_its_place() {
    for (section, words) in [
        ("  clases: {}\n", "unknown key `clases`"),
        (
            "  classes: { manual: { deny: { days: 60 } } }\n",
            "deny must be below warn",
        ),
        (
            "  classes: { ca: { warn: horizon, deny: horizon - 1d } }\n",
            "deny must be below warn",
        ),
        (
            "  classes: { auto: { warn: horizon } }\n",
            "only the class `ca` has a horizon",
        ),
        (
            "  classes: { auto: { warn: {} } }\n",
            "this threshold has no terms",
        ),
        (
            "  classes: { auto: { warn: { share: 120% } } }\n",
            "a part of the lifetime, as 25%",
        ),
        (
            "  classes: { auto: { warn: { ceiling: 3 weeks } } }\n",
            "a stretch of time",
        ),
        (
            "  assign: [ { match: {}, owner: a } ]\n",
            "matches nothing in particular",
        ),
        (
            "  assign: [ { match: { path: \"[\" }, owner: a } ]\n",
            "this is no glob",
        ),
        (
            "  assign: [ { match: { path: a }, class: autom } ]\n",
            "unknown value `autom`",
        ),
        (
            "  assign: [ { match: { path: a }, onwer: a } ]\n",
            "unknown key `onwer`",
        ),
    ] {
        let said = refused(section);
        assert!(said.contains(words), "{section}: {said}");
        assert!(said.contains("preflight.yaml"), "{section}: {said}");
    }
}

/// A pull request must not read variables of the machine that judges it: passwords come from a
/// policy outside the tree, and a policy inside says why its own are not used.
#[test]
fn passwords_come_from_outside_the_tree() {
    let policy = "version: 1\ncerts:\n  passwords: [ { match: { path: \"**/*.p12\" }, env: P12_PASSWORD } ]\n";
    let folder = tree::write(&[
        ("api.pem", dead("api.example")),
        ("preflight.yaml", policy.as_bytes().to_vec()),
    ]);
    let ran = std::process::Command::new("openssl")
        .args(["pkcs12", "-export", "-nokeys", "-in", "api.pem"])
        .args(["-out", "api.p12", "-passout", "pass:secret"])
        .current_dir(folder.path())
        .status()
        .expect("openssl is installed by tests/run");
    assert!(ran.success());
    std::fs::remove_file(folder.path().join("api.pem")).unwrap();
    let check = || {
        tool()
            .cwd(folder.path())
            .env("P12_PASSWORD", "secret")
            .arg("check")
    };
    let (exit, report) = check().report();
    assert_eq!(exit, Exit::Undecided);
    let reason = report["undecided"][0]["reason"].as_str().unwrap();
    assert!(reason.contains("give it with `--config`"), "{reason}");
    let outside = tree::write(&[("policy.yaml", policy.as_bytes().to_vec())]);
    let (exit, report) = check()
        .arg("--config")
        .arg(outside.path().join("policy.yaml"))
        .report();
    assert_eq!(exit, Exit::Denied, "{report}");
    assert_eq!(report["findings"][0]["rule"], "expired");
    assert_eq!(report["findings"][0]["path"], "api.p12");
}

/// A root beside the tree that is judged is seen, also where another source has it too.
#[test]
fn a_trusted_root_may_be_named_twice() {
    let root = mint::Ca::root(
        "Example Root CA",
        "2021-03-01T00:00:00",
        "2041-02-28T23:59:59",
    );
    let policy = "version: 1\ncerts:\n  trust: { roots: [pki/root.pem, pki/again.pem] }\n";
    let block = mint::pem("CERTIFICATE", &root.der);
    let folder = tree::write(&[
        ("preflight.yaml", policy.to_owned()),
        ("pki/root.pem", block.clone()),
        ("pki/again.pem", block),
        ("deploy/readme.txt", "nothing\n".to_owned()),
    ]);
    let deploy = folder.path().join("deploy");
    let (exit, report) = tool().cwd(deploy).arg("check").report();
    assert_eq!(exit, Exit::Clean, "{report}");
}
