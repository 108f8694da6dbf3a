//! The history as a git repository: one commit a state, and a branch for each mistake.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use super::{Files, History, Language};

/// Writes the history into a new repository in `folder`, with its last state checked out.
///
/// The tag `cN` is the commit of the state N, `mN` that of the mistake N of [`History::planted`]
/// and `bN` the state that it changes.
pub fn write(history: &History, language: Language, folder: &Path) {
    let git = |args: &[&str]| {
        let done = Command::new("git")
            .arg("-C")
            .arg(folder)
            .args(args)
            .status();
        assert!(done.expect("git runs").success(), "git {args:?}");
    };
    git(&["init", "--quiet", "--initial-branch", "main"]);
    let mut stream = String::new();
    let mut mark = 0;
    for (number, commit) in history.commits.iter().enumerate() {
        let files = language.files(&commit.network);
        mark += 1;
        add(
            &mut stream,
            "refs/heads/main",
            mark,
            &commit.subject,
            &files,
        );
        write!(stream, "reset refs/tags/c{number}\nfrom :{mark}\n\n").expect("a string grows");
    }
    for (number, planted) in history.planted.iter().enumerate() {
        let Some((base, head)) = history.made(planted, language) else {
            continue;
        };
        for (tag, files) in [("b", base), ("m", head)] {
            mark += 1;
            let branch = format!("refs/tags/{tag}{number}");
            add(&mut stream, &branch, mark, planted.kind.name, &files);
        }
    }
    let mut import = Command::new("git")
        .arg("-C")
        .arg(folder)
        .args(["fast-import", "--quiet"])
        .stdin(Stdio::piped())
        .spawn()
        .expect("git runs");
    let mut stdin = import.stdin.take().expect("it is a pipe");
    stdin
        .write_all(stream.as_bytes())
        .expect("git reads its stream");
    drop(stdin);
    assert!(import.wait().expect("git ends").success());
    git(&["reset", "--quiet", "--hard", "main"]);
}

fn add(stream: &mut String, branch: &str, mark: usize, subject: &str, files: &Files) {
    let time = 1_790_000_000 + mark * 3600;
    write!(
        stream,
        "commit {branch}\nmark :{mark}\ncommitter Network <noc@example.net> {time} +0000\ndata {}\n{subject}\ndeleteall\n",
        subject.len()
    )
    .expect("a string grows");
    for (path, text) in files {
        write!(
            stream,
            "M 100644 inline {path}\ndata {}\n{text}\n",
            text.len()
        )
        .expect("a string grows");
    }
    stream.push('\n');
}
