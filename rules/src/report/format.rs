//! The formats by name, and how the command line asks for them.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

/// How a report looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Format {
    /// For people: code frames, call chains, what to do; colours on a terminal.
    Human,
    /// One line a finding: `path:line:column: level[rule]: message`.
    Concise,
    /// One object, `preflight.report/v1`.
    Json,
    /// One object a line: a header, the findings, what is undecided, the summary.
    Jsonl,
    /// SARIF 2.1.0.
    Sarif,
    /// GitHub's workflow commands: annotations in a pull request.
    Github,
    /// GitLab's code-quality report.
    Gitlab,
    /// JUnit XML.
    Junit,
    /// For a pull-request comment or a job summary.
    Markdown,
}

impl Format {
    /// Every format, in the order of the documentation.
    pub const ALL: [Self; 9] = [
        Self::Human,
        Self::Concise,
        Self::Json,
        Self::Jsonl,
        Self::Sarif,
        Self::Github,
        Self::Gitlab,
        Self::Junit,
        Self::Markdown,
    ];

    /// The word on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Human => "human",
            Self::Concise => "concise",
            Self::Json => "json",
            Self::Jsonl => "jsonl",
            Self::Sarif => "sarif",
            Self::Github => "github",
            Self::Gitlab => "gitlab",
            Self::Junit => "junit",
            Self::Markdown => "markdown",
        }
    }

    /// The format where the command line names none.
    pub fn by_default(env: &BTreeMap<String, String>) -> Self {
        if env
            .get("GITHUB_ACTIONS")
            .is_some_and(|value| value == "true")
        {
            Self::Github
        } else {
            Self::Human
        }
    }

    /// True for formats that are read line by line, so that several can share one stream.
    pub(super) fn is_text(self) -> bool {
        match self {
            Self::Human | Self::Concise | Self::Github | Self::Markdown => true,
            Self::Json | Self::Jsonl | Self::Sarif | Self::Gitlab | Self::Junit => false,
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
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

/// The word before `=` is no format, or the path after it is empty.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UnknownFormat {
    /// No such format.
    #[error("no format `{name}`{}; one of {}", suggestion(name), names())]
    Name {
        /// What was asked for.
        name: String,
    },
    /// `json=` without a path.
    #[error("`{format}=` needs a path")]
    NoPath {
        /// The format asked for.
        format: Format,
    },
}

impl FromStr for FormatRequest {
    type Err = UnknownFormat;

    /// Reads `FMT` or `FMT=PATH`; the path `-` is standard output.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (name, path) = match text.split_once('=') {
            Some((name, path)) => (name, Some(path)),
            None => (text, None),
        };
        let format = Format::ALL
            .into_iter()
            .find(|format| format.as_str() == name)
            .ok_or_else(|| UnknownFormat::Name {
                name: super::escape::text(name),
            })?;
        let path = match path {
            Some("") => return Err(UnknownFormat::NoPath { format }),
            Some("-") | None => None,
            Some(path) => Some(PathBuf::from(path)),
        };
        Ok(Self { format, path })
    }
}

impl fmt::Display for FormatRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.path {
            Some(path) => write!(f, "{}={}", self.format, path.display()),
            None => self.format.fmt(f),
        }
    }
}

/// `; did you mean …` where a format is near.
fn suggestion(name: &str) -> String {
    Format::ALL
        .into_iter()
        .map(|format| (strsim::damerau_levenshtein(name, format.as_str()), format))
        .filter(|&(distance, _)| distance <= 2)
        .min()
        .map(|(_, format)| format!(" (did you mean `{format}`?)"))
        .unwrap_or_default()
}

fn names() -> String {
    Format::ALL.map(|format| format!("`{format}`")).join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_name_a_format_and_a_path() {
        let request: FormatRequest = "sarif=out/a=b.sarif".parse().unwrap();
        assert_eq!(request.format, Format::Sarif);
        assert_eq!(request.path, Some(PathBuf::from("out/a=b.sarif")));
        assert_eq!("json=-".parse::<FormatRequest>().unwrap().path, None);
        for format in Format::ALL {
            let request: FormatRequest = format.as_str().parse().unwrap();
            assert_eq!(request, FormatRequest { format, path: None });
            assert_eq!(request.to_string(), format.as_str());
        }
    }

    #[test]
    fn slips_get_a_suggestion() {
        let error = "jsno".parse::<FormatRequest>().unwrap_err().to_string();
        assert!(error.contains("did you mean `json`?"), "{error}");
        let error = "json=".parse::<FormatRequest>().unwrap_err().to_string();
        assert_eq!(error, "`json=` needs a path");
    }
}
