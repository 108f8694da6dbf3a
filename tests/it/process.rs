//! True processes: what only the operating system can decide.
//!
//! The binaries are built as this package's own from the same `main.rs`, because cargo tells a test
//! where the binaries of its own package lie and no others.

use std::process::{Command, Stdio};

use testkit::cli::NOW;
use testkit::tree;

const PREFLIGHT: &str = env!("CARGO_BIN_EXE_process-preflight");
const STRUCTLINT: &str = env!("CARGO_BIN_EXE_process-structlint");

fn command(program: &str) -> Command {
    let mut command = Command::new(program);
    command
        .env_clear()
        .current_dir(tree::root())
        .stdin(Stdio::null());
    command
}

fn code(command: &mut Command) -> Option<i32> {
    let status = command.stdout(Stdio::null()).stderr(Stdio::null()).status();
    status.expect("it starts").code()
}

#[test]
fn the_exit_status_is_the_verdict() {
    let clean = tree::write(&[("src/lib.rs", "fn f() {}\n")]);
    assert_eq!(
        code(command(PREFLIGHT).arg("check").arg(clean.path())),
        Some(0)
    );
    assert_eq!(
        code(command(PREFLIGHT).args(["check", "tests/estate", "--now", NOW])),
        Some(1)
    );
    assert_eq!(
        code(command(PREFLIGHT).args(["check", "no/such/folder"])),
        Some(2)
    );
    assert_eq!(
        code(command(PREFLIGHT).args(["check", "--no-such-option"])),
        Some(2)
    );
}

#[test]
fn the_version_is_the_packages() {
    for (program, name) in [(PREFLIGHT, "preflight"), (STRUCTLINT, "structlint")] {
        let output = command(program).arg("--version").output().unwrap();
        assert_eq!(output.status.code(), Some(0));
        let shown = String::from_utf8(output.stdout).unwrap();
        assert_eq!(shown, format!("{name} {}\n", env!("CARGO_PKG_VERSION")));
    }
}

/// `| head -1`: the reader goes away, and the verdict stays.
#[test]
fn a_closed_pipe_is_no_panic() {
    for arguments in [
        &["check", "tests/estate", "--now", NOW, "--format", "jsonl"][..],
        &["rules", "--format", "json"],
        &["--help"],
    ] {
        let expected = code(command(PREFLIGHT).args(arguments));
        let mut child = command(PREFLIGHT)
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert!(!stderr.contains("panicked"), "{arguments:?}: {stderr}");
        assert_eq!(output.status.code(), expected, "{arguments:?}: {stderr}");
    }
}

/// Colours are for terminals, unless somebody insists.
#[test]
fn a_pipe_gets_no_colours() {
    let shown = |more: &[&str]| {
        let output = command(PREFLIGHT)
            .args(["check", "tests/estate", "--now", NOW])
            .args(more)
            .output()
            .unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    assert!(!shown(&[]).contains('\u{1b}'));
    assert!(!shown(&["--color", "never"]).contains('\u{1b}'));
    assert!(shown(&["--color", "always"]).contains('\u{1b}'));
}

/// The time comes from `--now`; without it from the clock, which is past 2026.
#[test]
fn the_clock_is_read_without_now() {
    assert_eq!(
        code(command(PREFLIGHT).args(["check", "tests/estate"])),
        Some(1)
    );
}
