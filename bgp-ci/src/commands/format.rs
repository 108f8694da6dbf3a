//! The formats of commands beside `check`, and where reports go.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use clap::ValueEnum;
use rules::report::paint::Page;
use rules::report::{self, Options};
use rules::tool::{self, Failure};
use rules::{Exit, Io, escape};

/// How an answer looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// For people at a terminal.
    Human,
    /// For a pull request.
    Markdown,
    /// For machines.
    Json,
    /// The plan's hash alone: what is signed.
    Plan,
}

impl Format {
    /// Every format, in the order of the documentation.
    const ALL: [Self; 4] = [Self::Human, Self::Markdown, Self::Json, Self::Plan];

    /// The word on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Human => "human",
            Self::Markdown => "markdown",
            Self::Json => "json",
            Self::Plan => "plan",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// How the answer of a command with one form for people and one for machines looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Form {
    /// For people
    Human,
    /// For machines
    Json,
}

/// One answer asked for: `FORMAT[=PATH]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// How it looks.
    pub format: Format,
    /// Where it goes, relative to the current directory; standard output if `None`.
    pub path: Option<PathBuf>,
}

/// The word before `=` is no format, or the path after it is empty.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UnknownFormat {
    /// No such format.
    #[error("no format `{0}`; one of `human`, `markdown`, `json`, `plan`")]
    Name(String),
    /// `json=` without a path.
    #[error("`{0}=` needs a path")]
    NoPath(Format),
}

impl FromStr for Request {
    type Err = UnknownFormat;

    /// Reads `FORMAT` or `FORMAT=PATH`; the path `-` is standard output.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (name, path) = match text.split_once('=') {
            Some((name, path)) => (name, Some(path)),
            None => (text, None),
        };
        let mut all = Format::ALL.into_iter();
        let format = all
            .find(|format| format.as_str() == name)
            .ok_or_else(|| UnknownFormat::Name(escape::word(name).into_owned()))?;
        let path = match path {
            Some("") => return Err(UnknownFormat::NoPath(format)),
            Some("-") | None => None,
            Some(path) => Some(PathBuf::from(path)),
        };
        Ok(Self { format, path })
    }
}

/// An answer cannot be written as asked.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
enum Error {
    /// Two answers go to one place.
    #[error("`--format {first}` and `--format {second}` go to the same place")]
    #[diagnostic(help("give one of them a file of its own: `--format {second}=PATH`"))]
    Clash { first: Format, second: Format },
    /// A file does not take it.
    #[error(
        "cannot write the {format} report to `{}`: {reason}",
        escape::word(path)
    )]
    Unwritten {
        format: Format,
        path: String,
        reason: String,
    },
}

/// Writes everything that is asked for, the human format where nothing is; files first, so that a
/// closed standard output does not lose them.
///
/// # Errors
/// Two answers go to one place, or a file does not take one.
pub(super) fn write(
    requests: &[Request],
    options: &Options,
    io: &mut Io<'_>,
    text: impl Fn(Format, &Page) -> String,
) -> Result<Exit, Failure> {
    let human = [Request {
        format: Format::Human,
        path: None,
    }];
    let requests = if requests.is_empty() {
        &human
    } else {
        requests
    };
    for (at, request) in requests.iter().enumerate() {
        let mut earlier = requests.iter().take(at);
        if let Some(same) = earlier.find(|one| one.path == request.path) {
            let (first, second) = (same.format, request.format);
            return Err(Error::Clash { first, second }.into());
        }
    }
    for request in requests {
        if let Some(path) = &request.path {
            let text = text(request.format, &Page::file(options));
            report::replace(&io.cwd.join(path), text.as_bytes()).map_err(|error| {
                Error::Unwritten {
                    format: request.format,
                    path: path.to_string_lossy().into_owned(),
                    reason: error.kind().to_string(),
                }
            })?;
        }
    }
    for request in requests.iter().filter(|request| request.path.is_none()) {
        let text = text(request.format, &Page::stdout(io, options));
        if tool::print(&text, io) != Exit::Clean {
            return Ok(Exit::Undecided);
        }
    }
    Ok(Exit::Clean)
}
