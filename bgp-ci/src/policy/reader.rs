//! Values of the section in their types, and what is wrong with them.

use std::collections::BTreeSet;
use std::fmt::Display;
use std::str::FromStr;

use rules::policy::{Policy, Spanned};
use rules::{Span, escape, ids};

use super::network::{Placed, name};
use super::scalar::Scalar;
use crate::model::Name;

/// Something that is wrong with a section.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Where.
    pub span: Span,
    /// What, and what to do: a lower-case fragment.
    pub message: String,
}

/// Reads values, and remembers every problem on the way.
pub(super) struct Reader<'a> {
    pub(super) policy: &'a Policy,
    pub(super) problems: Vec<Problem>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(policy: &'a Policy) -> Self {
        Self {
            policy,
            problems: Vec::new(),
        }
    }

    pub(super) fn names<'k>(
        &mut self,
        kind: &str,
        keys: impl Iterator<Item = &'k Spanned<String>>,
    ) -> BTreeSet<Name> {
        keys.filter_map(|key| self.name(kind, key)).collect()
    }

    /// Names appear in every message, so they must be words that can be read.
    pub(super) fn name(&mut self, kind: &str, text: &Spanned<String>) -> Option<Name> {
        const LONGEST: usize = 100;
        if text.is_empty() || text.chars().count() > LONGEST || text.chars().any(escape::acts) {
            let message = format!("a {kind}'s name has 1 to {LONGEST} printable characters");
            self.problem_at(text, message);
            return None;
        }
        Some(name(text))
    }

    pub(super) fn known(
        &mut self,
        kind: &str,
        section: &str,
        text: &Spanned<String>,
        names: &BTreeSet<Name>,
    ) -> Option<Name> {
        if let Some(known) = names.get(text.as_str()) {
            return Some(known.clone());
        }
        let near = ids::nearest_of(text, names.iter().map(AsRef::as_ref));
        let advice = match near {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("`{section}` does not name it"),
        };
        let message = format!("there is no {kind} `{}`: {advice}", escape::word(text));
        self.problem_at(text, message);
        None
    }

    pub(super) fn listed(
        &mut self,
        kind: &str,
        section: &str,
        list: &Spanned<Vec<Spanned<String>>>,
        names: &BTreeSet<Name>,
    ) -> BTreeSet<Name> {
        list.value
            .iter()
            .filter_map(|text| self.known(kind, section, text, names))
            .collect()
    }

    pub(super) fn parsed<T: FromStr<Err: Display>>(&mut self, text: &Spanned<String>) -> Option<T> {
        self.read(text, text)
    }

    pub(super) fn scalar<T: FromStr<Err: Display>>(&mut self, text: &Spanned<Scalar>) -> Option<T> {
        self.read(text, &text.value.0)
    }

    pub(super) fn read<T: FromStr<Err: Display>, U>(
        &mut self,
        at: &Spanned<U>,
        text: &str,
    ) -> Option<T> {
        match text.parse() {
            Ok(value) => Some(value),
            Err(error) => {
                let message = escape::word(&error.to_string()).into_owned();
                self.problem_at(at, message);
                None
            }
        }
    }

    pub(super) fn placed<T: Copy>(&self, value: &Spanned<T>) -> Placed<T> {
        Placed {
            value: value.value,
            span: self.policy.span(value),
        }
    }

    pub(super) fn problem_at<T>(&mut self, at: &Spanned<T>, message: impl Into<String>) {
        let span = self.policy.span(at);
        self.problem(&span, message);
    }

    pub(super) fn problem(&mut self, span: &Span, message: impl Into<String>) {
        self.problems.push(Problem {
            span: span.clone(),
            message: message.into(),
        });
    }
}
