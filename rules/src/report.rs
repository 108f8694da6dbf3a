//! Placeholder until the report formats arrive: the types, and one line a finding.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use crate::{Io, Report, escape};

/// How a report looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// One line a finding.
    Concise,
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("concise")
    }
}

/// One report asked for: `FMT[=PATH]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormatRequest {
    /// How it looks.
    pub format: Format,
    /// Where it goes, relative to the current directory; standard output if `None`.
    pub path: Option<PathBuf>,
}

/// No such format.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no such format")]
pub struct UnknownFormat;

impl FromStr for FormatRequest {
    type Err = UnknownFormat;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (name, path) = match text.split_once('=') {
            Some((name, path)) => (name, Some(path.into())),
            None => (text, None),
        };
        match name {
            "concise" | "json" | "human" => Ok(Self {
                format: Format::Concise,
                path,
            }),
            _ => Err(UnknownFormat),
        }
    }
}

/// Whether text for people is coloured.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum ColorChoice {
    /// On a terminal that has colours, unless `NO_COLOR` is set.
    #[default]
    Auto,
    /// Also into files and pipes.
    Always,
    /// Never.
    Never,
}

/// What a run's reports have in common.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Whether text for people is coloured.
    pub color: ColorChoice,
    /// Leaves out what is neither a finding nor undecided.
    pub quiet: bool,
    /// The directory given, relative to the root of the repository, with `/`.
    pub prefix: String,
}

/// A report could not be written.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum Error {
    /// Standard output does not take it; a closed pipe among others.
    #[error("cannot write the report to standard output")]
    Stdout(#[source] std::io::Error),
}

/// Refuses requests that would overwrite or mix with each other.
pub fn check(_requests: &[FormatRequest]) -> Result<(), Error> {
    Ok(())
}

/// Writes `report` in each format asked for.
pub fn write(
    report: &Report,
    _requests: &[FormatRequest],
    io: &mut Io<'_>,
    _options: &Options,
) -> Result<(), Error> {
    for reported in &report.findings {
        let finding = &reported.finding;
        let start = finding.span.start;
        writeln!(
            io.stdout,
            "{}:{}:{}: {}[{}]: {}",
            escape::word(&finding.span.path),
            start.line,
            start.column,
            reported.level.as_str(),
            finding.rule.id,
            escape::word(&finding.message),
        )
        .map_err(Error::Stdout)?;
    }
    for undecided in &report.undecided {
        let path = escape::word(&undecided.path);
        let reason = escape::word(&undecided.reason);
        writeln!(io.stdout, "{path}: undecided: {reason}").map_err(Error::Stdout)?;
    }
    io.stdout.flush().map_err(Error::Stdout)
}
