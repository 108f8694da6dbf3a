//! Git revisions that do not lead to what is asked for.

use std::process::Command;

use rules::Exit;

use super::{Answer, answer, side, tool};

fn git(folder: &std::path::Path, args: &[&str]) {
    let done = Command::new("git")
        .arg("-C")
        .arg(folder)
        .args(args)
        .output()
        .unwrap();
    assert!(
        done.status.success(),
        "{args:?} {}",
        String::from_utf8_lossy(&done.stderr)
    );
}

/// A repository with one commit of what is in order, and these files in the folder.
fn repository(instead: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = side(&[]);
    let path = folder.path();
    git(path, &["init", "--quiet", "--initial-branch", "main"]);
    git(path, &["add", "."]);
    git(
        path,
        &[
            "-c",
            "user.name=x",
            "-c",
            "user.email=x@example.net",
            "commit",
            "--quiet",
            "-m",
            "x",
        ],
    );
    for (name, text) in instead {
        std::fs::write(path.join(name), text).unwrap();
    }
    folder
}

fn against(folder: &std::path::Path, base: &str) -> Answer {
    answer(tool().cwd(folder).args(["check", "--base", base]))
}

#[test]
fn a_revision_is_judged_like_a_folder() {
    let folder = repository(&[]);
    let same = against(folder.path(), "main");
    assert_eq!(same.exit, Exit::Clean, "{:#?}", same.said);
    let folder = repository(&[("filters.conf", "filter announce { reject; }\n")]);
    against(folder.path(), "main").expect(Exit::Denied, &["service-withdrawn"]);
}

#[test]
fn a_revision_that_is_not_there() {
    let folder = repository(&[]);
    for revision in [
        "no-such-branch",
        "0123456789012345678901234567890123456789",
        "HEAD~5",
        "-x",
        "--upload-pack=x",
        "",
    ] {
        let ran = tool()
            .cwd(folder.path())
            .args(["check", &format!("--base={revision}")])
            .run();
        assert_eq!(
            ran.exit,
            Exit::Undecided,
            "{revision}: {}{}",
            ran.stdout,
            ran.stderr
        );
    }
}

#[test]
fn a_revision_without_a_repository() {
    let folder = side(&[]);
    let answer = against(folder.path(), "main");
    assert_eq!(answer.exit, Exit::Undecided, "{:#?}", answer.said);
}

#[test]
fn a_revision_that_holds_a_link_for_a_router() {
    let folder = repository(&[]);
    let path = folder.path();
    std::fs::remove_file(path.join("bird.conf")).unwrap();
    std::os::unix::fs::symlink("../../etc/hostname", path.join("bird.conf")).unwrap();
    git(path, &["add", "."]);
    git(
        path,
        &[
            "-c",
            "user.name=x",
            "-c",
            "user.email=x@example.net",
            "commit",
            "--quiet",
            "-m",
            "link",
        ],
    );
    let answer = answer(
        tool()
            .cwd(path)
            .args(["check", "--base", "HEAD~1", "--head", "HEAD"]),
    );
    assert_ne!(answer.exit, Exit::Clean, "{:#?}", answer.said);
    answer.expect(answer.exit, &["bird.conf"]);
}

#[test]
fn what_cannot_be_read_of_a_revision_is_not_clean() {
    for (name, text) in [
        (
            "bird.conf",
            super::ROUTER.replace("filters.conf", "gone.conf"),
        ),
        (
            "bird.conf",
            super::ROUTER.replace("filters.conf", "../../../etc/filters.conf"),
        ),
        ("bird.conf", super::ROUTER.replace("announce", "announced")),
        ("filters.conf", "include \"filters.conf\";\n".to_owned()),
        ("filters.conf", "filter announce {\n".to_owned()),
        ("filters.conf", "\u{0}\u{1}\n".to_owned()),
        ("preflight.yaml", "version: 1\nbgp: [\n".to_owned()),
    ] {
        let folder = repository(&[(name, &text)]);
        let path = folder.path();
        let commit = [
            "-c",
            "user.name=x",
            "-c",
            "user.email=x@example.net",
            "commit",
            "--quiet",
            "-am",
            "y",
        ];
        git(path, &commit);
        let run = |base: &str, head: &str| {
            let ran = tool()
                .cwd(path)
                .args(["check", "--base", base, "--head", head])
                .run();
            assert_ne!(
                ran.exit,
                Exit::Clean,
                "{name} {base} {head}: {text}\n{}",
                ran.stdout
            );
            let said = format!("{}{}", ran.stdout, ran.stderr);
            // A block that is left open is missed where the file ends that includes it.
            assert!(
                said.contains(name) || said.contains("bird.conf:5"),
                "{said}"
            );
        };
        run("HEAD~1", "HEAD");
        run("HEAD", "HEAD~1");
    }
}
