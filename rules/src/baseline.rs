//! The baseline: findings that were there when the gate was introduced.
//!
//! It is a JSON file of fingerprints; rule and path stand beside each for the person who reads
//! the diff.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::{Finding, LineIndex, Span, escape};

/// The `schema` of a baseline file.
pub const SCHEMA: &str = "preflight.baseline/v1";

/// Longest baseline that is read, in bytes.
const LONGEST: u64 = 64 << 20;

/// Known findings. The same fingerprint may stand more than once: each entry hides one finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Baseline {
    schema: String,
    /// Sorted by path, rule and fingerprint.
    pub entries: Vec<Entry>,
    /// The file's text, where it was read from one: for the places of its entries.
    #[serde(skip)]
    text: String,
}

/// One known finding.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// What is compared.
    pub fingerprint: String,
    /// For people.
    pub rule: String,
    /// For people: where it was.
    pub path: String,
}

/// A baseline that cannot be used.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("cannot use the baseline `{}`: {reason}", escape::word(path))]
#[diagnostic(help("`--write-baseline FILE` writes one"))]
pub struct Error {
    /// The file.
    pub path: String,
    /// Why: a lower-case fragment.
    pub reason: String,
}

impl Baseline {
    /// A baseline of these findings.
    pub fn new<'a>(findings: impl Iterator<Item = &'a Finding>) -> Self {
        let mut entries: Vec<Entry> = findings
            .map(|finding| Entry {
                fingerprint: finding.fingerprint.clone(),
                rule: finding.rule.id.to_owned(),
                path: finding.span.path.to_string(),
            })
            .collect();
        entries.sort_by(|a, b| {
            (&a.path, &a.rule, &a.fingerprint).cmp(&(&b.path, &b.rule, &b.fingerprint))
        });
        Self {
            schema: SCHEMA.to_owned(),
            entries,
            text: String::new(),
        }
    }

    /// Reads a baseline.
    ///
    /// # Errors
    /// The text is no baseline of this version; line and column are in the reason.
    pub fn parse(path: &str, text: &[u8]) -> Result<Self, Error> {
        let fail = |reason: String| Error {
            path: path.to_owned(),
            reason,
        };
        let mut read: Self = serde_json::from_slice(text)
            .map_err(|error| fail(escape::word(&error.to_string()).into_owned()))?;
        if read.schema != SCHEMA {
            let found = escape::word(&read.schema);
            return Err(fail(format!("its schema is `{found}`, not `{SCHEMA}`")));
        }
        // It has parsed, so it is UTF-8.
        read.text = String::from_utf8_lossy(text).into_owned();
        Ok(read)
    }

    /// Reads the file `path`.
    ///
    /// # Errors
    /// It cannot be read, is longer than 64 MiB, or is no baseline.
    pub fn load(path: &Path, shown: &str) -> Result<Self, Error> {
        let bytes = crate::tree::bounded(path, LONGEST).map_err(|reason| Error {
            path: shown.to_owned(),
            reason,
        })?;
        Self::parse(shown, &bytes)
    }

    /// The file's content: pretty JSON, so that a change is a diff of a few lines.
    pub fn to_json(&self) -> String {
        // Strings and lists always serialise; an empty text is refused when it is read.
        let mut text = serde_json::to_string_pretty(self).unwrap_or_default();
        text.push('\n');
        text
    }

    /// The file's text, where it was read from one.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Each entry with the place of its fingerprint in the file, which reports show as `path`.
    pub(crate) fn places(&self, path: &str) -> Vec<(&Entry, Span)> {
        let path: Arc<str> = path.into();
        let index = LineIndex::new(&self.text);
        // Entries are looked for in their order, so that one search goes through the text once.
        let mut from = 0;
        let mut place = |entry: &Entry| {
            let rest = self.text.get(from..)?;
            let at = from + memchr::memmem::find(rest.as_bytes(), entry.fingerprint.as_bytes())?;
            from = at + entry.fingerprint.len();
            let narrow = |byte: usize| u32::try_from(byte).unwrap_or(u32::MAX);
            Some(index.span(&path, narrow(at), narrow(from)))
        };
        self.entries
            .iter()
            .map(|entry| {
                (
                    entry,
                    place(entry).unwrap_or_else(|| Span::file(path.clone())),
                )
            })
            .collect()
    }

    /// How often each fingerprint may be hidden.
    pub(crate) fn counts(&self) -> BTreeMap<&str, usize> {
        let mut counts = BTreeMap::new();
        for entry in &self.entries {
            *counts.entry(entry.fingerprint.as_str()).or_default() += 1;
        }
        counts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_baseline_is_refused_with_a_reason() {
        for (text, reason) in [
            ("", "EOF while parsing a value at line 1 column 0"),
            ("{\n]", "key must be a string at line 2 column 1"),
            (
                "{\"schema\":\"preflight.baseline/v1\"}",
                "missing field `entries` at line 1 column 34",
            ),
            (
                "{\"schema\":\"preflight.baseline/v2\",\"entries\":[]}",
                "its schema is `preflight.baseline/v2`, not `preflight.baseline/v1`",
            ),
        ] {
            let error = Baseline::parse("known.json", text.as_bytes()).unwrap_err();
            assert_eq!(error.reason, reason);
        }
        let deep = "[".repeat(100_000);
        let error = Baseline::parse("known.json", deep.as_bytes()).unwrap_err();
        assert!(
            error
                .to_string()
                .starts_with("cannot use the baseline `known.json`: ")
        );
        assert!(Baseline::parse("known.json", b"\xff").is_err());
        assert!(Baseline::load(Path::new("/nonexistent"), "known.json").is_err());
    }

    #[test]
    fn what_is_written_is_read_again() {
        let written = Baseline::new(std::iter::empty());
        let read = Baseline::parse("known.json", written.to_json().as_bytes()).unwrap();
        assert_eq!(read.entries, []);
    }
}
