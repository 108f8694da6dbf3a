//! `check`: paths, policies, baselines, revisions, broken pipes.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::Path;
use std::process::Command;

use super::{BOTH, WORDS, check, folder, line, run, run_on, write};
use crate::{Exit, Io, Terminal};

#[test]
fn paths_are_relative_to_the_folder_given() {
    let here = folder(&[("app/src/a.rs", "deadlock\n"), ("app/b.rs", "deadlock\n")]);
    let lines = |args: &[&str]| check(here.path(), args).stdout;
    assert!(lines(&["app"]).starts_with("b.rs:1:1: deny[relock]"));
    assert!(lines(&["app/src"]).starts_with("a.rs:1:1: "));
    assert!(lines(&["app/src/a.rs"]).starts_with("app/src/a.rs:1:1: "));
    assert!(lines(&["app/src", "app/b.rs"]).starts_with("app/b.rs:1:1: "));
    assert!(lines(&[]).starts_with("app/b.rs:1:1: "));
    let inside = check(&here.path().join("app/src"), &["../b.rs"]);
    assert!(inside.stdout.starts_with("b.rs:1:1: "), "{}", inside.stdout);
}

#[test]
fn the_nearest_policy_counts_up_to_the_repository() {
    let here = folder(&[
        (
            "preflight.yaml",
            "version: 1\nlevels: { relock: warn }\nlints: { forbid: alpha }\n",
        ),
        ("app/src/a.rs", "alpha beta\n"),
        (
            "app/nested/preflight.yaml",
            "version: 1\nlints: { forbid: beta }\n",
        ),
        ("app/nested/b.rs", "alpha beta\n"),
        ("other.yaml", "version: 1\nlints: { forbid: a }\n"),
    ]);
    assert_eq!(
        check(here.path(), &["app/src"]).stdout,
        "a.rs:1:1: warn[relock]: found alpha\n"
    );
    assert_eq!(
        check(here.path(), &["app/nested"]).stdout,
        "b.rs:1:7: deny[relock]: found beta\n"
    );
    let named = check(here.path(), &["app/src", "--config", "other.yaml"]);
    assert_eq!(named.stdout.lines().count(), 3);
    std::fs::create_dir(here.path().join("app/.git")).unwrap();
    assert_eq!(check(here.path(), &["app/src"]).stdout, "");
}

#[test]
fn a_wrong_policy_is_undecided_and_shows_its_line() {
    let here = folder(&[
        ("preflight.yaml", "version: 1\nlints:\n  forbidd: x\n"),
        ("src/a.rs", "deadlock\n"),
    ]);
    let ran = run(here.path(), &["check", "src"]);
    assert_eq!(ran.exit, Exit::Undecided);
    assert!(
        ran.stderr.contains("unknown key `forbidd`"),
        "{}",
        ran.stderr
    );
    assert!(
        ran.stderr.contains("../preflight.yaml:3:3"),
        "{}",
        ran.stderr
    );
    assert!(
        ran.stderr.contains("did you mean `forbid`?"),
        "{}",
        ran.stderr
    );
    assert_eq!(ran.stdout, "");
    let ran = run(here.path(), &["check", "src", "--format", "json"]);
    assert_eq!(ran.exit, Exit::Undecided);
    assert!(
        ran.stderr.contains("unknown key `forbidd`"),
        "{}",
        ran.stderr
    );
    let report: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(report["verdict"], "undecided");
    let [gap] = report["undecided"].as_array().unwrap().as_slice() else {
        panic!("one entry: {report}")
    };
    assert_eq!(gap["path"], "../preflight.yaml");
    assert_eq!(
        gap["reason"],
        "unknown key `forbidd` (did you mean `forbid`?)"
    );
    write(
        here.path(),
        &[("preflight.yaml", "version: 1\nlints:\n  forbid: ''\n")],
    );
    let ran = run(here.path(), &["check", "src"]);
    assert_eq!(ran.exit, Exit::Undecided);
    assert!(ran.stderr.contains("an empty word"), "{}", ran.stderr);
}

#[cfg(unix)]
#[test]
fn a_policy_that_links_out_of_the_tree_is_not_shown() {
    let secret = folder(&[("secret", "password: hunter2\n")]);
    let here = folder(&[("src/a.rs", "x\n")]);
    let link = here.path().join("preflight.yaml");
    std::os::unix::fs::symlink(secret.path().join("secret"), link).unwrap();
    let ran = check(here.path(), &["src"]);
    assert_eq!(ran.exit, Exit::Undecided);
    assert!(
        ran.stderr.contains("a link that leads out of the tree"),
        "{}",
        ran.stderr
    );
    assert!(!ran.stderr.contains("hunter2"));
}

#[test]
fn baselines_are_written_read_and_shrink() {
    let here = folder(&[("a.rs", "deadlock\ndeadlock\n")]);
    let ran = check(here.path(), &["--write-baseline", "known.json"]);
    assert_eq!(ran.exit, Exit::Denied);
    assert_eq!(ran.stderr, "wrote 2 findings to `known.json`\n");
    let ran = check(here.path(), &["--baseline", "known.json"]);
    assert_eq!((ran.exit, ran.stdout.as_str()), (Exit::Clean, ""));
    write(here.path(), &[("a.rs", "deadlock\n")]);
    let ran = check(here.path(), &["--baseline", "known.json"]);
    assert_eq!(ran.exit, Exit::Clean);
    let shown = &ran.stdout;
    assert!(
        shown.starts_with("known.json:") && shown.lines().count() == 1,
        "{shown}"
    );
    assert!(shown.contains(": warn[stale-baseline-entry]: "), "{shown}");
    let ran = check(
        here.path(),
        &["--baseline", "known.json", "--fail-on", "warn"],
    );
    assert_eq!(ran.exit, Exit::Denied);
    write(
        here.path(),
        &[("known.json", "{\"schema\":\"x\",\"entries\":[]}")],
    );
    let ran = check(here.path(), &["--baseline", "known.json"]);
    assert_eq!(ran.exit, Exit::Undecided);
    assert!(
        ran.stderr.contains("not `preflight.baseline/v1`"),
        "{}",
        ran.stderr
    );
}

fn git(folder: &Path, args: &[&str]) {
    let status = Command::new("git")
        .current_dir(folder)
        .args([
            "-c",
            "user.name=t",
            "-c",
            "user.email=t@example.com",
            "-c",
            "commit.gpgsign=false",
        ])
        .args(args)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .stdout(std::process::Stdio::null())
        .status()
        .unwrap();
    assert!(status.success(), "git {args:?}");
}

#[test]
fn only_what_is_new_since_a_revision_is_reported() {
    let here = tempfile::tempdir().unwrap();
    git(here.path(), &["init", "-q"]);
    write(here.path(), &[("app/a.rs", "deadlock\n")]);
    git(here.path(), &["add", "."]);
    git(here.path(), &["commit", "-qm", "first"]);
    write(
        here.path(),
        &[
            ("app/a.rs", "\n\ndeadlock\n deadlock\n"),
            ("app/b.rs", "deadlock\n"),
        ],
    );
    let ran = check(here.path(), &["app", "--new-since", "HEAD"]);
    assert_eq!(ran.exit, Exit::Denied);
    let places: Vec<&str> = ran
        .stdout
        .lines()
        .filter_map(|line| line.split_once(": ").map(|(place, _)| place))
        .collect();
    assert_eq!(places, ["a.rs:4:2", "b.rs:1:1"]);
    let ran = check(here.path(), &["app", "--new-since", "no-such-branch"]);
    assert_eq!(ran.exit, Exit::Undecided);
    assert!(
        ran.stderr
            .contains("git knows no revision `no-such-branch`"),
        "{}",
        ran.stderr
    );
}

/// Standard output whose reader has gone away.
struct Closed;

impl Write for Closed {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(io::ErrorKind::BrokenPipe.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Err(io::ErrorKind::BrokenPipe.into())
    }
}

#[test]
fn a_closed_pipe_keeps_the_verdict() {
    let here = folder(&[("bad/a.rs", "deadlock\n"), ("good/a.rs", "x\n")]);
    let exit = |args: &[&str]| run_on(here.path(), args, &mut Closed, &BOTH);
    assert_eq!(exit(&["check", "bad"]), (Exit::Denied, String::new()));
    assert_eq!(exit(&["rules"]), (Exit::Clean, String::new()));
}

#[test]
fn the_merged_command_runs_the_parts_that_the_policy_configures() {
    let here = folder(&[("a.rs", "deadlock\n")]);
    let merged = |args: &[&str]| {
        let mut stdout = Vec::new();
        let (exit, _) = run_on(here.path(), args, &mut stdout, &BOTH);
        (exit, String::from_utf8(stdout).unwrap().lines().count())
    };
    let args = ["check", "--format", "concise"];
    assert_eq!(merged(&args).0, Exit::Denied);
    write(
        here.path(),
        &[("preflight.yaml", "version: 1\ncerts: {}\n")],
    );
    assert_eq!(merged(&args).0, Exit::Clean);
    write(
        here.path(),
        &[("preflight.yaml", "version: 1\nlints: { forbid: dead }\n")],
    );
    assert_eq!(merged(&args).0, Exit::Denied);
}

#[test]
fn quiet_and_terminals_change_no_verdict() {
    let here = folder(&[("a.rs", "deadlock\n")]);
    let mut stdout = Vec::new();
    let mut stderr = Vec::new();
    let mut io = Io {
        stdin: &mut io::empty(),
        stdout: &mut stdout,
        stderr: &mut stderr,
        cwd: here.path().to_owned(),
        now: "2026-11-22T00:00:00Z".parse().unwrap(),
        env: BTreeMap::new(),
        stdout_terminal: Some(Terminal { width: 80 }),
        stderr_terminal: Some(Terminal { width: 80 }),
    };
    let args = ["check", "--quiet", "--write-baseline", "b.json"];
    assert_eq!(WORDS.run(line("structlint", &args), &mut io), Exit::Denied);
    assert!(stderr.is_empty());
}

#[test]
fn what_cannot_begin_is_named_in_reports_for_machines() {
    let here = folder(&[("a.rs", "deadlock\n"), ("b.json", "{]")]);
    for (args, path) in [
        (&["none"][..], "none"),
        (&["--config", "none.yaml"], "none.yaml"),
        (&["--baseline", "b.json"], "b.json"),
        (&["--new-since=-x"], "-x"),
    ] {
        let args = [&["check", "--format=json=out.json"], args].concat();
        let ran = run(here.path(), &args);
        assert_eq!(
            (ran.exit, ran.stdout.as_str()),
            (Exit::Undecided, ""),
            "{args:?}"
        );
        let text = std::fs::read_to_string(here.path().join("out.json")).unwrap();
        let report: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(report["undecided"][0]["path"], path, "{args:?}");
        std::fs::remove_file(here.path().join("out.json")).unwrap();
    }
}

#[test]
fn the_same_input_and_time_give_the_same_bytes() {
    let here = folder(&[("a.rs", "deadlock\ndeadlock\n"), ("b/c.rs", "deadlock\n")]);
    let now = ["--now", "2026-11-22T00:00:00Z", "--format", "json"];
    let one = run(here.path(), &[&["check", "--jobs", "1"], &now[..]].concat());
    let many = run(here.path(), &[&["check", "--jobs", "8"], &now[..]].concat());
    assert_eq!(one.exit, Exit::Denied);
    assert_eq!(one.stdout, many.stdout);
    assert!(one.stdout.contains("\"elapsed_ms\": 0") || one.stdout.contains("\"elapsed_ms\":0"));
}
