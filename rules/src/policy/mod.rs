//! The policy: what a team wants of the rules, in one `preflight.yaml`.
//!
//! The kernel reads `version`, `levels` and `exemptions`; each part reads its own section into
//! its own type and leaves the others alone. Every value that a message may point at is
//! [`Spanned`], so that an error, or a finding that the policy makes one, shows the line.

mod document;
mod error;
mod exemption;
mod place;
mod schema;
mod spanned;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::de::{DeserializeOwned, IgnoredAny};

use crate::ids::{self, Part};
use crate::{LineIndex, Span, escape};
use document::Document;

pub use document::Setting;
pub use error::Error;
pub use exemption::Exemption;
pub use place::{NAME, Place, find, load};
pub use schema::schema;
pub use spanned::{Entries, Spanned};

/// The policy to start from: every rule at its default.
pub const DEFAULT: &str = include_str!("../../policies/default.yaml");

/// A stricter policy: warnings that point at outages deny.
pub const STRICT: &str = include_str!("../../policies/strict.yaml");

/// No policy, for those who need a reference to one.
pub static NONE: Policy = Policy::none();

/// A policy, or none.
///
/// Sections of the parts are read on demand by [`Policy::section`].
#[derive(Debug, Clone)]
pub struct Policy {
    file: Option<File>,
    levels: BTreeMap<String, (Setting, Span)>,
    exemptions: Vec<Exemption>,
    sections: BTreeSet<Part>,
}

#[derive(Debug, Clone)]
struct File {
    path: Arc<str>,
    text: Arc<str>,
    index: LineIndex,
}

/// A part's section with its place.
#[derive(Debug, Clone)]
pub struct Section<T> {
    /// The section in the part's own type.
    pub value: T,
    /// Where the section begins.
    pub span: Span,
}

impl Policy {
    /// No policy: every rule at its default, nothing exempt, no sections.
    pub const fn none() -> Self {
        Self {
            file: None,
            levels: BTreeMap::new(),
            exemptions: Vec::new(),
            sections: BTreeSet::new(),
        }
    }

    /// Reads a policy's text. `path` is how reports show the file.
    ///
    /// # Errors
    /// Whatever is wrong with the kernel's part: syntax, unknown keys and rules, missing reasons,
    /// more nesting or aliases than the budget allows. The parts' sections are read by
    /// [`Policy::section`].
    pub fn parse(path: impl Into<Arc<str>>, text: &str) -> Result<Self, Error> {
        let mut policy = Self {
            file: Some(File {
                path: path.into(),
                text: text.into(),
                index: LineIndex::new(text),
            }),
            ..Self::none()
        };
        let document: Document = policy.read()?;
        if document.version.value != 1 {
            return Err(policy
                .error(
                    &document.version,
                    format!("this is a policy of version {}", document.version.value),
                )
                .with_help("this release reads version 1"));
        }
        for (id, setting) in &document.levels.unwrap_or_default() {
            policy.expect_rule(id)?;
            let span = policy.span(id);
            policy
                .levels
                .insert(id.value.clone(), (setting.value, span));
        }
        for entry in document.exemptions.unwrap_or_default() {
            policy.expect_rule(&entry.rule)?;
            let exemption = entry.compile(&policy)?;
            policy.exemptions.push(exemption);
        }
        let present = [
            (Part::Lints, document.lints.is_some()),
            (Part::Certs, document.certs.is_some()),
            (Part::Bgp, document.bgp.is_some()),
        ];
        policy.sections = present
            .into_iter()
            .filter_map(|(part, present)| present.then_some(part))
            .collect();
        Ok(policy)
    }

    /// The section of `part` in the part's own type; `None` where the policy has none.
    ///
    /// `T` should deny unknown fields, so that a misspelled key is an error with a suggestion.
    ///
    /// # Errors
    /// The section does not have the shape of `T`.
    pub fn section<T: DeserializeOwned>(&self, part: Part) -> Result<Option<Section<T>>, Error> {
        if !self.sections.contains(&part) {
            return Ok(None);
        }
        let section = match part {
            Part::Kernel => None,
            Part::Lints => self.read::<T, IgnoredAny, IgnoredAny>()?.lints,
            Part::Certs => self.read::<IgnoredAny, T, IgnoredAny>()?.certs,
            Part::Bgp => self.read::<IgnoredAny, IgnoredAny, T>()?.bgp,
        };
        Ok(section.map(|section| Section {
            span: self.span(&section),
            value: section.value,
        }))
    }

    /// Whether the policy has a section for `part`.
    pub fn configures(&self, part: Part) -> bool {
        self.sections.contains(&part)
    }

    /// Whether the policy has a section for any part.
    pub fn configures_any(&self) -> bool {
        !self.sections.is_empty()
    }

    /// What the policy says about the level of `rule`, and where.
    pub fn setting(&self, rule: &str) -> Option<(Setting, &Span)> {
        self.levels
            .get(rule)
            .map(|(setting, span)| (*setting, span))
    }

    /// Every exemption, in the order of the file.
    pub fn exemptions(&self) -> &[Exemption] {
        &self.exemptions
    }

    /// The policy's path as reports show it; `None` without a policy.
    pub fn path(&self) -> Option<&Arc<str>> {
        self.file.as_ref().map(|file| &file.path)
    }

    /// The policy's text; `None` without a policy.
    pub fn text(&self) -> Option<&Arc<str>> {
        self.file.as_ref().map(|file| &file.text)
    }

    /// Where a value stands.
    pub fn span<T>(&self, value: &Spanned<T>) -> Span {
        match &self.file {
            Some(text) => error::span(&text.path, &text.text, &text.index, value.at),
            None => Span::file(NAME),
        }
    }

    /// An error that points at a value: for what a part finds wrong with its section.
    ///
    /// `message` is lower case without a full stop. Text of the policy in it must have passed
    /// through [`escape::word`].
    pub fn error<T>(&self, value: &Spanned<T>, message: impl Into<String>) -> Error {
        self.error_at(&self.span(value), message)
    }

    /// An error that points at a span of the policy.
    pub fn error_at(&self, span: &Span, message: impl Into<String>) -> Error {
        match &self.file {
            Some(text) => Error::at(&text.text, span, message),
            None => Error::file(&span.path, message),
        }
    }

    fn expect_rule(&self, id: &Spanned<String>) -> Result<(), Error> {
        if ids::part(id).is_some() {
            return Ok(());
        }
        let error = self.error(id, format!("there is no rule `{}`", escape::word(id)));
        Err(match ids::nearest(id) {
            Some(near) => error.with_help(format!("did you mean `{near}`?")),
            None => error.with_help("the command `rules` lists them"),
        })
    }

    fn read<L, C, B>(&self) -> Result<Document<L, C, B>, Error>
    where
        L: DeserializeOwned,
        C: DeserializeOwned,
        B: DeserializeOwned,
    {
        let Some(File { path, text, index }) = &self.file else {
            unreachable!("a policy without text has no sections")
        };
        serde_saphyr::from_str_with_options(text, options())
            .map_err(|error| error::from_yaml(path, text, index, &error))
    }
}

/// Bounds far above any policy that people write, and far below what would hurt.
fn options() -> serde_saphyr::Options {
    serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_events: 500_000,
            max_nodes: 250_000,
            max_depth: 64,
            max_aliases: 1_000,
            max_anchors: 1_000,
        },
        alias_limits: serde_saphyr::alias_limits! {
            max_total_replayed_events: 100_000,
        },
        with_snippet: false,
        // YAML 1.2, so that `no` and `on` stay words: a country or a site may be called so.
        strict_booleans: true,
    }
}
