//! Runs a tool in this process, as its `main.rs` would, in a world that the test chose.
//!
//! Nothing of the machine reaches the tool unless the test says so: the environment is empty, the
//! clock stands still, no stream is a terminal.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;

use rules::{Exit, Io, Terminal};
use serde_json::Value;

use crate::tree;

/// The time that a run sees unless told: the README's.
pub const NOW: &str = "2026-11-22T00:00:00Z";

/// What the library of each part offers to its `main.rs`.
pub type Main = fn(Vec<OsString>, &mut Io<'_>) -> Exit;

/// One run of a tool, before it happens.
#[derive(Debug, Clone)]
pub struct Tool {
    main: Main,
    args: Vec<OsString>,
    cwd: PathBuf,
    stdin: Vec<u8>,
    now: String,
    env: BTreeMap<String, String>,
    terminal: Option<Terminal>,
}

impl Tool {
    /// The tool `name` whose library offers `main`, in the root of this repository, at [`NOW`].
    pub fn new(name: &str, main: Main) -> Self {
        Self {
            main,
            args: vec![name.into()],
            cwd: tree::root().to_owned(),
            stdin: Vec::new(),
            now: NOW.to_owned(),
            env: BTreeMap::new(),
            terminal: None,
        }
    }

    /// Adds an argument.
    #[must_use]
    pub fn arg(mut self, arg: impl Into<OsString>) -> Self {
        self.args.push(arg.into());
        self
    }

    /// Adds arguments.
    #[must_use]
    pub fn args<A: Into<OsString>>(mut self, args: impl IntoIterator<Item = A>) -> Self {
        self.args.extend(args.into_iter().map(Into::into));
        self
    }

    /// Runs in `cwd`.
    #[must_use]
    pub fn cwd(mut self, cwd: impl Into<PathBuf>) -> Self {
        self.cwd = cwd.into();
        self
    }

    /// Feeds `stdin`.
    #[must_use]
    pub fn stdin(mut self, stdin: impl Into<Vec<u8>>) -> Self {
        self.stdin = stdin.into();
        self
    }

    /// Sets the clock (RFC 3339).
    #[must_use]
    pub fn now(mut self, now: &str) -> Self {
        now.clone_into(&mut self.now);
        self
    }

    /// Sets a variable of the environment.
    #[must_use]
    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.env.insert(name.to_owned(), value.to_owned());
        self
    }

    /// Makes both output streams terminals of `width` columns.
    #[must_use]
    pub fn terminal(mut self, width: usize) -> Self {
        self.terminal = Some(Terminal { width });
        self
    }

    /// Runs it.
    pub fn run(self) -> Ran {
        let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
        let mut io = Io {
            stdin: &mut self.stdin.as_slice(),
            stdout: &mut stdout,
            stderr: &mut stderr,
            cwd: self.cwd,
            now: self.now.parse().expect("the test gives an RFC 3339 time"),
            env: self.env,
            stdout_terminal: self.terminal,
            stderr_terminal: self.terminal,
        };
        let exit = (self.main)(self.args, &mut io);
        let text = |bytes| String::from_utf8(bytes).expect("a tool writes UTF-8");
        Ran {
            exit,
            stdout: text(stdout),
            stderr: text(stderr),
        }
    }

    /// Runs it with `--format json` and reads the report.
    pub fn report(self) -> (Exit, Value) {
        let ran = self.args(["--format", "json"]).run();
        let report = serde_json::from_str(&ran.stdout).unwrap_or_else(|error| {
            panic!("no JSON report ({error}):\n{}\n{}", ran.stdout, ran.stderr)
        });
        (ran.exit, report)
    }
}

/// What a run left behind.
#[derive(Debug)]
pub struct Ran {
    /// The exit status.
    pub exit: Exit,
    /// Data.
    pub stdout: String,
    /// Everything else.
    pub stderr: String,
}

/// The part of a finding that most tests compare.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Found {
    /// Path of the primary span.
    pub path: String,
    /// Its first line.
    pub line: u64,
    /// The rule's id.
    pub rule: String,
    /// The effective level.
    pub level: String,
    /// The message.
    pub message: String,
    /// The messages of the labels, in order.
    pub labels: Vec<String>,
}

/// The findings of a JSON report that nothing suppresses, sorted by place.
pub fn findings(report: &Value) -> Vec<Found> {
    let mut found: Vec<Found> = list(report, "findings")
        .iter()
        .filter(|finding| finding.get("suppressed").is_none_or(Value::is_null))
        .map(|finding| Found {
            path: text(finding, "path"),
            line: finding
                .pointer("/span/start/line")
                .and_then(Value::as_u64)
                .unwrap_or_default(),
            rule: text(finding, "rule"),
            level: text(finding, "level"),
            message: text(finding, "message"),
            labels: list(finding, "labels")
                .iter()
                .map(|label| text(label, "message"))
                .collect(),
        })
        .collect();
    found.sort();
    found
}

fn text(value: &Value, key: &str) -> String {
    let text = value.get(key).and_then(Value::as_str);
    text.unwrap_or_default().to_owned()
}

fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    let list = value.get(key).and_then(Value::as_array);
    list.map(Vec::as_slice).unwrap_or_default()
}
