//! What is wrong with a policy, and where.

use std::sync::Arc;

use miette::{Diagnostic, LabeledSpan, NamedSource, SourceCode};

use super::spanned::Place;
use crate::{LineIndex, Position, Span, escape, ids};

/// A policy that cannot be used: the run ends with exit status 2 before any rule runs.
#[derive(Debug, thiserror::Error)]
#[error("{}", .0.message)]
pub struct Error(Box<Inner>);

#[derive(Debug)]
struct Inner {
    message: String,
    help: Option<String>,
    path: Arc<str>,
    at: Option<Span>,
    source: Option<NamedSource<String>>,
}

impl Error {
    /// An error about the file as a whole.
    pub(super) fn file(path: &Arc<str>, message: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            message: format!("{}: {}", escape::word(path), message.into()),
            help: None,
            path: path.clone(),
            at: None,
            source: None,
        }))
    }

    /// An error at a place of the text.
    pub(super) fn at(text: &str, span: &Span, message: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            message: message.into(),
            help: None,
            path: span.path.clone(),
            source: Some(NamedSource::new(
                escape::word(&span.path),
                escape::source(text).into_owned(),
            )),
            at: Some(span.clone()),
        }))
    }

    /// Says what to do.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.0.help = Some(help.into());
        self
    }

    /// The policy's path as reports show it.
    pub fn path(&self) -> &Arc<str> {
        &self.0.path
    }

    /// Where in the policy, if anywhere in particular.
    pub fn position(&self) -> Option<Position> {
        self.0.at.as_ref().map(|span| span.start)
    }
}

impl Diagnostic for Error {
    fn help(&self) -> Option<Box<dyn std::fmt::Display + '_>> {
        let help = self.0.help.as_ref()?;
        Some(Box::new(help))
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        let source = self.0.source.as_ref()?;
        Some(source)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let span = self.0.at.as_ref()?;
        let start = usize::try_from(span.start.byte).ok()?;
        let end = usize::try_from(span.end.byte).ok()?;
        let label = LabeledSpan::new(Some("here".to_owned()), start, end.saturating_sub(start));
        Some(Box::new(std::iter::once(label)))
    }
}

/// Reads an error of the YAML parser as one about the policy.
pub(super) fn from_yaml(
    path: &Arc<str>,
    text: &str,
    index: &LineIndex,
    error: &serde_saphyr::Error,
) -> Error {
    let error = error.without_snippet();
    let (message, help) = wording(error);
    let built = match error.location() {
        Some(location) if location.line() > 0 => Error::at(
            text,
            &span(path, text, index, Place::new(location)),
            message,
        ),
        _ => Error::file(path, message),
    };
    match help {
        Some(help) => built.with_help(help),
        None => built,
    }
}

/// The span of a place that the YAML parser gave.
pub(super) fn span(path: &Arc<str>, text: &str, index: &LineIndex, place: Place) -> Span {
    let length = u32::try_from(text.len()).unwrap_or(u32::MAX);
    let (start, len) = place.bytes.unwrap_or_else(|| {
        let line_start = index.line_start(place.line).unwrap_or(0);
        let column = usize::try_from(place.column.saturating_sub(1)).unwrap_or(0);
        let before: usize = text
            .get(usize::try_from(line_start).unwrap_or(0)..)
            .unwrap_or_default()
            .chars()
            .take(column)
            .map(char::len_utf8)
            .sum();
        (
            line_start.saturating_add(u32::try_from(before).unwrap_or(0)),
            0,
        )
    });
    let start = start.min(length);
    index.span(path, start, start.saturating_add(len).min(length))
}

/// What the YAML parser means, in the words of a person who edits a policy; and what to do.
fn wording(error: &serde_saphyr::Error) -> (String, Option<String>) {
    use serde_saphyr::Error as Yaml;
    match error {
        Yaml::SerdeUnknownField {
            field, expected, ..
        } => (
            format!("unknown key `{}`", escape::word(field)),
            Some(suggestion(field, expected)),
        ),
        Yaml::SerdeUnknownVariant {
            variant, expected, ..
        } => (
            format!("unknown value `{}`", escape::word(variant)),
            Some(suggestion(variant, expected)),
        ),
        Yaml::SerdeMissingField { field, .. } => (format!("`{field}` is missing"), None),
        Yaml::DuplicateMappingKey { key: Some(key), .. } => (
            format!("`{}` is given twice", escape::word(key)),
            Some("remove one of the two".to_owned()),
        ),
        Yaml::DuplicateMappingKey { key: None, .. } => ("a key is given twice".to_owned(), None),
        Yaml::SerdeInvalidType {
            unexpected,
            expected,
            ..
        }
        | Yaml::SerdeInvalidValue {
            unexpected,
            expected,
            ..
        } => (
            format!("expected {expected}, found {}", escape::word(unexpected)),
            None,
        ),
        Yaml::InvalidScalar { ty, .. } => (format!("expected {}", type_name(ty)), None),
        Yaml::Unexpected { expected, .. } => (format!("expected {}", type_name(expected)), None),
        Yaml::NullIntoString { .. } => ("expected a text, found nothing".to_owned(), None),
        Yaml::Eof { .. } => (
            "the text ends too early".to_owned(),
            Some("the smallest policy is the one line `version: 1`".to_owned()),
        ),
        Yaml::MultipleDocuments { .. } => (
            "a policy is one YAML document".to_owned(),
            Some("remove the `---` and what follows it".to_owned()),
        ),
        Yaml::Budget { .. }
        | Yaml::AliasReplayCounterOverflow { .. }
        | Yaml::AliasReplayLimitExceeded { .. }
        | Yaml::AliasExpansionLimitExceeded { .. }
        | Yaml::AliasReplayStackDepthExceeded { .. } => (
            "more aliases, nodes or nesting than a policy may have".to_owned(),
            Some("write the values out instead of repeating them by aliases".to_owned()),
        ),
        Yaml::RecursiveReferencesRequireWeakTypes { .. } => {
            ("an alias stands inside its own anchor".to_owned(), None)
        }
        Yaml::UnknownAnchor { .. } => ("this alias has no anchor above it".to_owned(), None),
        other => (escape::word(&unplaced(other)).into_owned(), None),
    }
}

/// The parser's own words without the place, which is shown beside them.
fn unplaced(error: &serde_saphyr::Error) -> String {
    let words = error.render_with_formatter(&serde_saphyr::UserMessageFormatter);
    match words.rsplit_once(" at line ") {
        Some((message, _)) => message.to_owned(),
        None => words,
    }
}

fn type_name(word: &str) -> &str {
    match word {
        "mapping start" => "a mapping",
        "sequence start" => "a list",
        "u8" | "u16" | "u32" | "u64" | "usize" => "a whole number, zero or above, in range",
        "i8" | "i16" | "i32" | "i64" | "isize" => "a whole number in range",
        "f32" | "f64" => "a number",
        "bool" | "boolean" => "true or false",
        other => other,
    }
}

/// "did you mean" where a candidate is near, and all candidates where they are few.
fn suggestion(word: &str, expected: &[&'static str]) -> String {
    match ids::nearest_of(word, expected.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("known here: {}", expected.join(", ")),
    }
}
