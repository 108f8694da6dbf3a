//! The driver in process: usage, policies, formats, exit status.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::{self, Write};
use std::marker::PhantomData;
use std::path::Path;
use std::process::Command;

use serde::Deserialize;

use super::{Failure, Input, Member, Merged, Tool, no_command};
use crate::args::NoArgs;
use crate::ids::Part;
use crate::policy::Spanned;
use crate::suppression::{Comments, scan};
use crate::{Exit, Io, LineIndex, Outcome, Terminal, Undecided};

crate::rule! {
    /// Reports the word that the section forbids.
    ///
    /// ## Why
    /// It stands for what a part looks for.
    RELOCK = { id: "relock", level: Deny, since: "0.1.0" }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Words {
    forbid: Spanned<String>,
}

static WORDS: Tool<Words> = Tool {
    name: "structlint",
    version: "9.9.9",
    about: "Finds a word.",
    part: Part::Lints,
    rules: &[&RELOCK],
    check: words,
    command: no_command,
    reads_stdin: false,
    marker: PhantomData,
};

static BOTH: Merged = Merged {
    name: "preflight",
    version: "9.9.9",
    about: "Finds words in parts.",
    members: &[&WORDS],
};

/// Finds the forbidden word ("deadlock" unless the section says otherwise) in each file.
fn words(input: &Input<'_, Words>) -> Result<Outcome, Failure> {
    let mut outcome = Outcome::default();
    let word = input
        .section
        .map_or("deadlock", |section| &section.value.forbid.value);
    if let Some(section) = input
        .section
        .filter(|section| section.value.forbid.is_empty())
    {
        return Err(input
            .policy
            .error(&section.value.forbid, "an empty word")
            .into());
    }
    for entry in input.tree.files()? {
        if !input.scope.covers(&entry.path) || !entry.path.ends_with(".rs") {
            continue;
        }
        outcome.files += 1;
        let text = match input.tree.read(&entry.path, 1 << 20) {
            Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
            Err(error) => {
                outcome.undecided.push(Undecided {
                    path: entry.path,
                    at: None,
                    reason: error.reason,
                });
                continue;
            }
        };
        let index = LineIndex::new(&text);
        for (nth, (at, _)) in text.match_indices(word).enumerate() {
            let at = u32::try_from(at).unwrap();
            let span = index.span(&entry.path, at, at + 1);
            let about = [&*entry.path, &nth.to_string()];
            outcome
                .findings
                .push(RELOCK.at(span, format!("found {word}"), &about));
        }
        outcome
            .suppressions
            .extend(scan(&text, &entry.path, &index, Comments::Slashes));
    }
    Ok(outcome)
}

/// A folder with files.
fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    // The search for a policy ends here, whatever lies above.
    std::fs::create_dir(folder.path().join(".git")).unwrap();
    write(folder.path(), files);
    folder
}

fn write(folder: &Path, files: &[(&str, &str)]) {
    for (path, text) in files {
        let path = folder.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
}

struct Ran {
    exit: Exit,
    stdout: String,
    stderr: String,
}

fn run_on(cwd: &Path, args: &[&str], stdout: &mut dyn Write, tool: &Merged) -> (Exit, String) {
    let mut stderr = Vec::new();
    let mut io = Io {
        stdin: &mut io::empty(),
        stdout,
        stderr: &mut stderr,
        cwd: cwd.to_owned(),
        now: "2026-11-22T00:00:00Z".parse().unwrap(),
        env: BTreeMap::new(),
        stdout_terminal: None,
        stderr_terminal: None,
    };
    let exit = if tool.name == "structlint" {
        WORDS.run(line(tool.name, args), &mut io)
    } else {
        tool.run(line(tool.name, args), &mut io)
    };
    (exit, String::from_utf8(stderr).unwrap())
}

fn line(name: &str, args: &[&str]) -> Vec<OsString> {
    std::iter::once(&name)
        .chain(args)
        .map(OsString::from)
        .collect()
}

/// Runs the part's own command.
fn run(cwd: &Path, args: &[&str]) -> Ran {
    let own = Merged {
        name: "structlint",
        members: &[],
        ..BOTH
    };
    let mut stdout = Vec::new();
    let (exit, stderr) = run_on(cwd, args, &mut stdout, &own);
    Ran {
        exit,
        stdout: String::from_utf8(stdout).unwrap(),
        stderr,
    }
}

fn check(cwd: &Path, args: &[&str]) -> Ran {
    let fixed = [
        "check",
        "--format",
        "concise",
        "--now",
        "2026-11-22T00:00:00Z",
    ];
    run(cwd, &[&fixed, args].concat())
}

#[test]
fn the_command_lines_are_sound_and_own_arguments_optional() {
    WORDS.command_line().debug_assert();
    BOTH.command_line().debug_assert();
    assert_eq!(WORDS.part, Member::part(&WORDS));
    let _: NoArgs = NoArgs::default();
}

#[test]
fn help_and_version_are_answers_and_slips_are_not() {
    let here = folder(&[]);
    let ran = run(here.path(), &["--version"]);
    assert_eq!(
        (ran.exit, ran.stdout.as_str()),
        (Exit::Clean, "structlint 9.9.9\n")
    );
    let ran = run(here.path(), &["check", "--help"]);
    assert_eq!(ran.exit, Exit::Clean);
    assert!(ran.stdout.contains("--new-since <REV>") && ran.stdout.contains("Exit status"));
    for slip in [
        &["chekc"][..],
        &["check", "--formt", "json"],
        &["check", "--format", "xml"],
        &["check", "--now", "yesterday"],
        &["check", "--fail-on", "allow"],
        &["check", "--jobs", "0"],
        &["check", "no-such-path"],
        &["check", "-"],
        &["check", "--config", "no-such-file.yaml"],
        &["check", "--config", "."],
        &["check", "--baseline", "no-such-file.json"],
        &["check", "--new-since", "HEAD"],
        &["check", "--new-since=--output=x"],
        &[],
    ] {
        let ran = run(here.path(), slip);
        assert_eq!(ran.exit, Exit::Undecided, "{slip:?}");
        assert!(
            !ran.stderr.is_empty() && ran.stdout.is_empty(),
            "{slip:?}: {}",
            ran.stdout
        );
    }
    let ran = run(here.path(), &["check", "no-such-path"]);
    assert!(
        ran.stderr
            .contains("cannot read `no-such-path`: there is no such file")
    );
    let ran = run(here.path(), &["check", "a\u{1b}[31m"]);
    assert!(!ran.stderr.contains('\u{1b}'), "{}", ran.stderr);
}

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
fn rules_are_explained_and_listed() {
    let here = folder(&[]);
    let ran = run(here.path(), &["explain", "relock"]);
    assert_eq!(ran.exit, Exit::Clean);
    assert!(
        ran.stdout
            .starts_with("# relock\n\nDefault level: deny. Since 0.1.0.\n\nReports the word")
    );
    assert!(ran.stdout.contains("\n## Why\n"));
    let ran = run(here.path(), &["explain", "relok"]);
    assert_eq!(ran.exit, Exit::Undecided);
    assert!(ran.stderr.contains("did you mean `relock`?"));
    let ran = run(here.path(), &["explain", "rov-invalid"]);
    assert!(ran.stderr.contains("it is one of `bgp-ci`"));
    let ran = run(here.path(), &["rules"]);
    assert_eq!(ran.stdout.lines().count(), 1 + crate::gate::OWN.len());
    assert!(
        ran.stdout
            .contains("relock                      deny   Reports the word that")
    );
    let listed: serde_json::Value =
        serde_json::from_str(&run(here.path(), &["rules", "--format", "json"]).stdout).unwrap();
    assert_eq!(listed["rules"][2]["part"], "structlint");
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let ran = run(here.path(), &["completions", shell]);
        assert!(
            ran.exit == Exit::Clean && ran.stdout.contains("new-since"),
            "{shell}"
        );
    }
    let page = run(here.path(), &["man"]).stdout;
    assert!(page.contains(".TH structlint 1") && page.contains("\\-\\-new\\-since"));
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
