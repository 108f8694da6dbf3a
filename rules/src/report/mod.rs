//! Reports: one run, written for people, for forges and for machines.
//!
//! [`write()`] turns a [`Report`] into any number of formats, one file each. A format decides how
//! things look and never what they mean: levels, suppressions and the verdict are settled before.
//!
//! Two promises hold for every format. The same report gives the same bytes; and nothing in it
//! that came from the scanned tree is obeyed by what reads the output (see `escape`).

/// Appends formatted text to a `String`.
macro_rules! put {
    ($out:expr, $($arg:tt)+) => {{
        use std::fmt::Write as _;
        write!($out, $($arg)+).expect("writing to a string cannot fail");
    }};
}

mod alike;
mod concise;
mod destination;
pub mod escape;
mod format;
mod frame;
mod github;
mod gitlab;
mod human;
mod json;
mod junit;
mod markdown;
mod outline;
pub mod paint;
mod place;
mod sarif;
mod steps;
pub mod v1;
pub mod verdict;
mod window;

#[cfg(test)]
extern crate self as rules;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod sample;
#[cfg(test)]
mod tests;

use std::path::PathBuf;

use crate::{Io, Report};

pub use destination::replace;
pub use format::{Format, FormatRequest, UnknownFormat};
pub use outline::Said;
pub(crate) use outline::{Code, aside, outline};

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
    /// Leaves out what is neither a finding nor undecided: nothing is written for a clean run.
    /// Concerns `human` and `concise`; the other formats are always whole.
    pub quiet: bool,
    /// The directory given, relative to the root of the repository, with `/`; empty for the root
    /// itself. Put before the paths in `github`, `gitlab` and `sarif`, which forges resolve
    /// against the repository.
    pub prefix: String,
}

impl Options {
    /// `path` from the root of the repository.
    fn located(&self, path: &str) -> String {
        match self.prefix.trim_matches('/') {
            "" | "." => path.to_owned(),
            prefix => format!("{prefix}/{path}"),
        }
    }
}

/// A report could not be written.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum Error {
    /// Standard output does not take it; a closed pipe among others.
    #[error("cannot write the report to standard output")]
    Stdout(#[source] std::io::Error),
    /// A file does not take it.
    #[error("cannot write the {format} report to `{}`", path.display())]
    File {
        /// The format.
        format: Format,
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A format for machines shares standard output with another.
    #[error("`--format {first}` and `--format {second}` both go to standard output")]
    #[diagnostic(help("give one of them a file: `--format {second}=PATH`"))]
    Mixed {
        /// The format asked for first.
        first: Format,
        /// The other.
        second: Format,
    },
    /// Two reports go to one file.
    #[error("two reports go to `{}`", path.display())]
    SamePath {
        /// The file.
        path: PathBuf,
    },
    /// The report cannot be expressed in its format: our own fault.
    #[error("cannot express the report as {format}: {reason}")]
    Inexpressible {
        /// The format.
        format: Format,
        /// What its writer said.
        reason: String,
    },
}

/// Refuses requests that would overwrite or mix with each other.
///
/// For the command line to call before the run, so that a slow run is not lost to a slip; [`write()`]
/// calls it as well.
pub fn check(requests: &[FormatRequest]) -> Result<(), Error> {
    for (at, request) in requests.iter().enumerate() {
        for earlier in requests.iter().take(at) {
            match (&earlier.path, &request.path) {
                (Some(a), Some(b)) if a == b => return Err(Error::SamePath { path: b.clone() }),
                (None, None) if !(earlier.format.is_text() && request.format.is_text()) => {
                    return Err(Error::Mixed {
                        first: earlier.format,
                        second: request.format,
                    });
                }
                _ => {}
            }
        }
    }
    Ok(())
}

/// Writes `report` in each format asked for.
///
/// Without a request it is `human` to standard output, or `github` where `GITHUB_ACTIONS` is
/// `true`. Files appear whole or not at all; files first, so that a closed standard output does not
/// lose them.
pub fn write(
    report: &Report,
    requests: &[FormatRequest],
    io: &mut Io<'_>,
    options: &Options,
) -> Result<(), Error> {
    check(requests)?;
    let default = [FormatRequest {
        format: Format::by_default(&io.env),
        path: None,
    }];
    let requests = if requests.is_empty() {
        &default[..]
    } else {
        requests
    };
    for request in requests {
        if let Some(path) = &request.path {
            let path = io.cwd.join(path);
            let page = paint::Page::file(options);
            let text = render(report, request.format, &page, options)?;
            replace(&path, text.as_bytes()).map_err(|source| Error::File {
                format: request.format,
                path,
                source,
            })?;
        }
    }
    for request in requests.iter().filter(|request| request.path.is_none()) {
        let page = paint::Page::stdout(io, options);
        let text = render(report, request.format, &page, options)?;
        io.stdout
            .write_all(text.as_bytes())
            .and_then(|()| io.stdout.flush())
            .map_err(Error::Stdout)?;
    }
    Ok(())
}

/// The whole text of one report.
fn render(
    report: &Report,
    format: Format,
    page: &paint::Page,
    options: &Options,
) -> Result<String, Error> {
    Ok(match format {
        Format::Human => human::render(report, page, options),
        Format::Concise => concise::render(report, options),
        Format::Json => json::render(report)?,
        Format::Jsonl => json::render_lines(report)?,
        Format::Sarif => sarif::render(report, options)?,
        Format::Github => github::render(report, options),
        Format::Gitlab => gitlab::render(report, options)?,
        Format::Junit => junit::render(report)?,
        Format::Markdown => markdown::render(report),
    })
}
