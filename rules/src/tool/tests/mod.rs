//! The driver in process: usage, policies, formats, exit status.

mod about;
mod check;
mod look;
mod place;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::{self, Write};
use std::marker::PhantomData;
use std::path::Path;

use serde::Deserialize;

use super::{Explain, Explained, Failure, Input, Merged, Said, Tool, no_command};
use crate::ids::Part;
use crate::policy::Spanned;
use crate::suppression::{Comments, scan};
use crate::{Exit, Io, LineIndex, Outcome, Undecided};

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
    explain: Some(Explain {
        home: |file| {
            let is_rust = file.extension().is_some_and(|extension| extension == "rs");
            is_rust.then(|| file.parent().unwrap().to_owned())
        },
        explain: |input, asked| {
            let said = format!("{}:{} is a line", asked.shown(&asked.path), asked.line);
            Ok(Explained {
                outcome: words(input)?,
                said: vec![Said::at(0, "here"), Said::at(1, said)],
                unseen: Vec::new(),
            })
        },
    }),
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

/// Runs `check`; standard output is its lines about findings.
fn check(cwd: &Path, args: &[&str]) -> Ran {
    let fixed = [
        "check",
        "--format",
        "concise",
        "--now",
        "2026-11-22T00:00:00Z",
    ];
    let mut ran = run(cwd, &[&fixed, args].concat());
    let about_a_finding = |line: &&str| line.contains(": deny[") || line.contains(": warn[");
    let lines = ran.stdout.split_inclusive('\n').filter(about_a_finding);
    ran.stdout = lines.collect();
    ran
}
