use std::path::Path;
use std::process::Command;

use rules::Exit;

use super::{Network, command, folder};

/// Runs `bgp-ci check` in `cwd`; the status, and all that it says.
fn check(cwd: &Path, args: &[&str]) -> (Exit, String) {
    let (exit, out, err) = command(cwd, &[&["check", "--format", "concise"], args].concat());
    (exit, out + &err)
}

fn git(cwd: &Path, args: &[&str]) {
    let status = Command::new("git")
        .current_dir(cwd)
        .args(["-c", "user.name=t", "-c", "user.email=t@example.com"])
        .args([
            "-c",
            "init.defaultBranch=main",
            "-c",
            "commit.gpgsign=false",
        ])
        .args(args)
        .output()
        .unwrap();
    assert!(status.status.success(), "{args:?}: {status:?}");
}

fn healthy() -> String {
    Network::default().text()
}

fn broken() -> String {
    Network {
        announcements: "[{ service: edge, sites: [ams], to: [a] }]",
        ..Network::default()
    }
    .text()
}

#[test]
fn two_folders() {
    let dir = folder(&[
        ("b/preflight.yaml", &healthy()),
        ("h/preflight.yaml", &broken()),
    ]);
    let (exit, said) = check(dir.path(), &["--base", "b", "--head", "h"]);
    assert_eq!(exit, Exit::Denied, "{said}");
    assert!(said.contains("h/preflight.yaml:8"), "{said}");
    let (exit, said) = check(dir.path(), &["--base=h", "--head=b"]);
    assert_eq!(exit, Exit::Clean, "{said}");
    // Head alone is judged by state.
    let (exit, said) = check(dir.path(), &["h"]);
    assert_eq!(exit, Exit::Denied, "{said}");
    let (exit, said) = check(dir.path(), &["b"]);
    assert_eq!(exit, Exit::Clean, "{said}");
}

#[test]
fn git_revisions() {
    let dir = folder(&[("net/preflight.yaml", &healthy())]);
    let root = dir.path();
    git(root, &["init", "-q"]);
    git(root, &["add", "."]);
    git(root, &["commit", "-q", "-m", "one"]);
    std::fs::write(root.join("net/preflight.yaml"), broken()).unwrap();
    let (exit, said) = check(root, &["--base", "HEAD", "net"]);
    assert_eq!(exit, Exit::Denied, "{said}");
    git(root, &["commit", "-q", "-a", "-m", "two"]);
    let (exit, said) = check(root, &["--base", "HEAD", "net"]);
    assert_eq!(exit, Exit::Clean, "it was so before, which warns: {said}");
    let (exit, said) = check(root, &["--base", "HEAD", "--head", "HEAD~1", "net"]);
    assert_eq!(exit, Exit::Clean, "{said}");
    let (exit, said) = check(root, &["--base", "HEAD~1", "--head", "HEAD", "net"]);
    assert_eq!(exit, Exit::Denied, "{said}");
    let (exit, said) = check(root, &["--base", "HEAD~7", "net"]);
    assert_eq!(exit, Exit::Undecided, "{said}");
    assert!(
        said.contains("`HEAD~7` is neither a folder nor a revision"),
        "{said}"
    );
}

#[test]
fn the_policy_may_point_at_both() {
    let outer = "version: 1\nbgp: { base: b, head: h }\n";
    let dir = folder(&[
        ("preflight.yaml", outer),
        ("b/preflight.yaml", &healthy()),
        ("h/preflight.yaml", &broken()),
        ("other/preflight.yaml", &broken()),
    ]);
    let (exit, said) = check(dir.path(), &[]);
    assert_eq!(exit, Exit::Denied, "{said}");
    // The arguments win.
    let (exit, said) = check(dir.path(), &["--base", "other"]);
    assert_eq!(exit, Exit::Clean, "{said}");
    let (exit, said) = check(dir.path(), &["--head", "b"]);
    assert_eq!(exit, Exit::Clean, "{said}");
}

#[test]
fn the_form_follows_a_revision() {
    let outer = "version: 1\nbgp: { base: HEAD, head: net }\n";
    let dir = folder(&[
        ("preflight.yaml", outer),
        ("net/preflight.yaml", &healthy()),
    ]);
    let root = dir.path();
    git(root, &["init", "-q"]);
    git(root, &["add", "."]);
    git(root, &["commit", "-q", "-m", "one"]);
    std::fs::write(root.join("net/preflight.yaml"), broken()).unwrap();
    let (exit, said) = check(root, &[]);
    assert_eq!(exit, Exit::Denied, "{said}");
    // A revision whose policy points at folders is followed there.
    let (exit, said) = check(root, &["--base", "HEAD", "--head", "net"]);
    assert_eq!(exit, Exit::Denied, "{said}");
}

/// Status 2, with `words`, and never "clean".
#[track_caller]
fn expect_undecided(files: &[(&str, &str)], args: &[&str], words: &str) {
    let dir = folder(files);
    let (exit, said) = check(dir.path(), args);
    assert_eq!(exit, Exit::Undecided, "{said}");
    assert!(said.contains(words), "{words:?} is not in\n{said}");
}

#[test]
fn bad_input_is_named_and_never_clean() {
    let good = healthy();
    let both = [
        ("b/preflight.yaml", good.as_str()),
        ("h/preflight.yaml", good.as_str()),
    ];
    expect_undecided(
        &both,
        &["--base", "x", "--head", "h"],
        "`x` is neither a folder nor",
    );
    expect_undecided(
        &both,
        &["--base", "b", "--head", "x"],
        "`x` is neither a folder nor",
    );
    expect_undecided(&both, &["--base", "--evil", "--head", "h"], "'--evil'");
    expect_undecided(&both, &["--base=-evil", "--head", "h"], "-evil");
    expect_undecided(
        &[("b/readme", ""), ("h/preflight.yaml", &good)],
        &["--base", "b", "--head", "h"],
        "`b` has no `preflight.yaml`",
    );
    expect_undecided(
        &[("b/preflight.yaml", &good), ("h/readme", "")],
        &["--base", "b", "--head", "h"],
        "h/preflight.yaml",
    );
    expect_undecided(&[("readme", "")], &[], "there is no `preflight.yaml`");
    expect_undecided(
        &[("preflight.yaml", "version: 1\n")],
        &[],
        "no `bgp` section",
    );
    let twice = good.replace("sites: { ams:", "sites: { ams: {}, ams:");
    expect_undecided(&[("preflight.yaml", &twice)], &[], "`ams` is given twice");
    let empty = good.replace(
        "announcements: [{ service: edge, to: [a, b] }]",
        "announcements: []",
    );
    expect_undecided(&[("preflight.yaml", &empty)], &[], "nothing is announced");
    let unknown = good.replace("treat-as-public", "treat-as-pubic");
    expect_undecided(
        &[("preflight.yaml", &unknown)],
        &[],
        "did you mean `treat-as-public`?",
    );
    let escape = good.replace("203.0.113.0/24, service", "\"\\e[31m\", service");
    expect_undecided(&[("preflight.yaml", &escape)], &[], "\\u{1b}[31m");
}

#[test]
fn the_form_of_folders_goes_one_step_only() {
    let good = healthy();
    let form = "version: 1\nbgp: { base: b, head: h }\n";
    let circle = "version: 1\nbgp: { base: ., head: . }\n";
    expect_undecided(
        &[("preflight.yaml", circle)],
        &[],
        "this one must hold the network itself",
    );
    expect_undecided(
        &[
            ("preflight.yaml", form),
            ("b/preflight.yaml", &good),
            ("h/preflight.yaml", form),
        ],
        &[],
        "this one must hold the network itself",
    );
    expect_undecided(&[("preflight.yaml", form)], &[], "there is no folder `h`");
    expect_undecided(
        &[("preflight.yaml", form), ("h/preflight.yaml", &good)],
        &[],
        "`b` is neither a folder nor a revision",
    );
    expect_undecided(
        &[
            ("preflight.yaml", form),
            ("b/readme", ""),
            ("h/preflight.yaml", &good),
        ],
        &[],
        "`b` has no `preflight.yaml`",
    );
    expect_undecided(
        &[(
            "preflight.yaml",
            "version: 1\nbgp: { base: ../b, head: ../h }\n",
        )],
        &[],
        "leads out of the policy's folder",
    );
    expect_undecided(
        &[(
            "preflight.yaml",
            "version: 1\nbgp: { base: b, head: h, asn: 64500 }\n",
        )],
        &[],
        "nothing else may stand beside them",
    );
    expect_undecided(
        &[("preflight.yaml", "version: 1\nbgp: { base: b }\n")],
        &[],
        "`base` is given without `head`",
    );
}

/// One pull request cannot bring the excuse along with the fault.
#[test]
fn nothing_in_head_excuses_a_relaxation() {
    let head = healthy().replace("min-sites: 2", "min-sites: 1");
    let excuses = [
        format!("{head}levels: {{ policy-relaxed: allow }}\n"),
        format!(
            "{head}exemptions: [{{ rule: policy-relaxed, match: {{ path: '**' }}, until: 2099-01-01, reason: x }}]\n"
        ),
        head.replace(
            "  services:",
            "  # preflight: allow(policy-relaxed): because\n  services:",
        ),
    ];
    for head in &excuses {
        let dir = folder(&[("b/preflight.yaml", &healthy()), ("h/preflight.yaml", head)]);
        let (exit, said) = check(dir.path(), &["--base", "b", "--head", "h"]);
        assert_eq!(exit, Exit::Denied, "{said}");
        assert!(said.contains("goes from 2 to 1"), "{said}");
    }
}

/// With `--config`, head's own exemptions are not in force, and that must not go unnoticed.
#[test]
fn an_exemption_that_nobody_reads_is_named() {
    let exempt = format!(
        "{}exemptions: [{{ rule: below-site-floor, match: {{ path: '**' }}, until: 2099-01-01, reason: x }}]\n",
        healthy()
    );
    let dir = folder(&[
        ("gate.yaml", "version: 1\n"),
        ("h/preflight.yaml", &exempt),
        ("b/preflight.yaml", &exempt),
    ]);
    let args = ["--base", "b", "--head", "h"];
    let (exit, said) = check(
        dir.path(),
        &[&args[..], &["--config", "gate.yaml"]].concat(),
    );
    assert_eq!(exit, Exit::Undecided, "{said}");
    assert!(said.contains("`gate.yaml` governs the run"), "{said}");
}
