//! Usage, and the commands about the tool itself.

use super::{BOTH, WORDS, folder, run};
use crate::Exit;
use crate::args::NoArgs;
use crate::tool::Member;

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
