//! The formats by name, and how the command line asks for them.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use rules::escape;

/// How a report looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// For the person who was woken.
    Human,
    /// One object: the inventory and the findings.
    Json,
    /// One object a line: `cert-audit.inventory/v1`.
    Jsonl,
    /// One row a certificate.
    Csv,
    /// For a job summary.
    Markdown,
}

/// What the contract names and this release does not write yet.
const LATER: [&str; 5] = ["cyclonedx", "html", "ics", "nagios", "openmetrics"];

impl Format {
    /// Every format, in the order of the documentation.
    pub const ALL: [Self; 5] = [
        Self::Human,
        Self::Json,
        Self::Jsonl,
        Self::Csv,
        Self::Markdown,
    ];

    /// The word on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Human => "human",
            Self::Json => "json",
            Self::Jsonl => "jsonl",
            Self::Csv => "csv",
            Self::Markdown => "markdown",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One report asked for: `FORMAT[=PATH]`.
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
    #[error("no format `{name}`; one of {}", names())]
    Name {
        /// What was asked for.
        name: String,
    },
    /// A later release has it.
    #[error("this release does not write `{name}` yet; one of {}", names())]
    Later {
        /// What was asked for.
        name: &'static str,
    },
    /// `json=` without a path.
    #[error("`{format}=` needs a path")]
    NoPath {
        /// The format asked for.
        format: Format,
    },
}

fn names() -> String {
    Format::ALL.map(|format| format!("`{format}`")).join(", ")
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
        let Some(format) = all.find(|format| format.as_str() == name) else {
            return Err(match LATER.into_iter().find(|later| *later == name) {
                Some(name) => UnknownFormat::Later { name },
                None => UnknownFormat::Name {
                    name: escape::word(name).into_owned(),
                },
            });
        };
        let path = match path {
            Some("") => return Err(UnknownFormat::NoPath { format }),
            Some("-") | None => None,
            Some(path) => Some(PathBuf::from(path)),
        };
        Ok(Self { format, path })
    }
}

/// Two reports would overwrite or mix with each other.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub(crate) enum Clash {
    /// Both to standard output.
    #[error("`--format {first}` and `--format {second}` both go to standard output")]
    #[diagnostic(help("give one of them a file: `--format {second}=PATH`"))]
    Stdout {
        /// The format asked for first.
        first: Format,
        /// The other.
        second: Format,
    },
    /// Both to one file.
    #[error("two reports go to `{}`", escape::word(path))]
    File {
        /// The file.
        path: String,
    },
}

/// What is asked for: what was given, or the report for people.
///
/// # Errors
/// Two of them go to one place.
pub(crate) fn requests(given: &[Request]) -> Result<Vec<Request>, Clash> {
    for (at, request) in given.iter().enumerate() {
        let earlier = given.iter().take(at);
        let same = earlier.into_iter().find(|one| one.path == request.path);
        match (same, &request.path) {
            (Some(_), Some(path)) => {
                let path = path.to_string_lossy().into_owned();
                return Err(Clash::File { path });
            }
            (Some(first), None) => {
                return Err(Clash::Stdout {
                    first: first.format,
                    second: request.format,
                });
            }
            (None, _) => {}
        }
    }
    Ok(match given {
        [] => vec![Request {
            format: Format::Human,
            path: None,
        }],
        given => given.to_vec(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_later_is_told_from_what_never_was() {
        let fault = |text: &str| text.parse::<Request>().expect_err("no format").to_string();
        assert!(fault("ics").starts_with("this release does not write `ics` yet; one of `human`"));
        assert!(fault("xls\u{1b}").starts_with("no format `xls\\u{1b}`; one of"));
        assert_eq!(fault("csv="), "`csv=` needs a path");
        for format in Format::ALL {
            let request: Request = format!("{format}=a=b").parse().expect("a format");
            assert_eq!(request.format, format);
            assert_eq!(request.path, Some(PathBuf::from("a=b")));
        }
    }

    #[test]
    fn one_place_takes_one_report() {
        let ask = |given: &[&str]| {
            let given: Vec<Request> = given.iter().map(|one| one.parse().expect("one")).collect();
            requests(&given).map(|all| all.len())
        };
        assert_eq!(ask(&[]).expect("the default"), 1);
        assert_eq!(ask(&["json", "csv=a", "human=b"]).expect("three places"), 3);
        assert!(ask(&["json", "csv"]).is_err());
        assert!(ask(&["json=a", "csv=a"]).is_err());
    }
}
