//! The world as a part sees it: `main.rs` builds it, tests build another one.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::path::PathBuf;

/// Everything that a run may touch besides the files it is asked to read.
///
/// `main.rs` is the only place with the real streams, clock and environment.
pub struct Io<'a> {
    /// Standard input.
    pub stdin: &'a mut dyn Read,
    /// Data: reports and nothing else.
    pub stdout: &'a mut dyn Write,
    /// Everything else: errors, progress, notes.
    pub stderr: &'a mut dyn Write,
    /// What relative paths on the command line are relative to.
    pub cwd: PathBuf,
    /// The current time; `--now` replaces it.
    pub now: jiff::Timestamp,
    /// The environment, as text (variables that are not UTF-8 are left out).
    pub env: BTreeMap<String, String>,
    /// Whether standard output is a terminal, and how wide.
    pub stdout_terminal: Option<Terminal>,
    /// Whether standard error is a terminal, and how wide.
    pub stderr_terminal: Option<Terminal>,
}

/// A terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terminal {
    /// Columns.
    pub width: usize,
}

/// The exit status: a public API, the same for every command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// 0: everything was seen and nothing is denied.
    Clean,
    /// 1: at least one denied finding, even when something else is undecided.
    Denied,
    /// 2: bad usage or policy, no permission, I/O error, data too old or incomplete to decide.
    Undecided,
}

impl Exit {
    /// The number that the process exits with.
    pub fn code(self) -> u8 {
        match self {
            Self::Clean => 0,
            Self::Denied => 1,
            Self::Undecided => 2,
        }
    }
}
