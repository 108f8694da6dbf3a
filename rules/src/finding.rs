//! One violation of a rule, with its evidence.

use std::collections::BTreeMap;

use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::{Certainty, Level, Rule, Span};

/// A second place that explains the finding; may lie in another file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Label {
    /// Where.
    pub span: Span,
    /// What is there: lower case, no full stop.
    pub message: String,
}

/// A text edit that removes the finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fix {
    /// What it does: lower case, imperative, no full stop.
    pub message: String,
    /// True where it cannot change what the program means.
    pub safe: bool,
    /// Replacements in `path`, in order of bytes, not overlapping.
    pub edits: Vec<Edit>,
}

/// One replacement: bytes `start..end` of `path` become `text`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Edit {
    /// The file.
    pub path: String,
    /// First byte.
    pub start: u32,
    /// Byte after the last.
    pub end: u32,
    /// What stands there instead.
    pub text: String,
}

/// One violation of one rule. Built by [`Rule::at`] and the `with_*` methods.
#[derive(Debug, Clone)]
pub struct Finding {
    /// The rule.
    pub rule: &'static Rule,
    /// The level that this finding asks for; the policy's `levels` win over it.
    pub level: Level,
    /// Lowered by one after the policy has spoken: test code and the like.
    pub lowered: bool,
    /// Whether `level` stands whatever the policy says, and nothing in the tree excuses it: for
    /// findings about a change that weakens the gate itself.
    pub binding: bool,
    /// Why the finding does not count, where the part itself has verified that: people signed for
    /// it. It is reported as a suppressed one, and covers even what is binding.
    pub excuse: Option<String>,
    /// How sure every step is.
    pub certainty: Certainty,
    /// What is wrong: lower case, no full stop.
    pub message: String,
    /// The fault.
    pub span: Span,
    /// Other places: the birth of the guard, the chain, the policy line.
    pub labels: Vec<Label>,
    /// What to do.
    pub help: Option<String>,
    /// What else to know.
    pub notes: Vec<String>,
    /// A text edit that removes it.
    pub fix: Option<Fix>,
    /// Machine-readable particulars, by key.
    pub data: BTreeMap<String, serde_json::Value>,
    /// 32 hex digits over the rule and what the finding is about; never over line numbers.
    pub fingerprint: String,
}

impl Finding {
    pub(crate) fn new(rule: &'static Rule, span: Span, message: String, about: &[&str]) -> Self {
        Self {
            rule,
            level: rule.level,
            lowered: false,
            binding: false,
            excuse: None,
            certainty: Certainty::Proven,
            message,
            fingerprint: fingerprint(rule.id, about),
            span,
            labels: Vec::new(),
            help: None,
            notes: Vec::new(),
            fix: None,
            data: BTreeMap::new(),
        }
    }

    /// Sets the level that this finding asks for, where it depends on its data.
    #[must_use]
    pub fn with_level(mut self, level: Level) -> Self {
        self.level = level;
        self
    }

    /// Lowers it by one after the policy has spoken (test code, existing violations).
    #[must_use]
    pub fn with_lowered(mut self, lowered: bool) -> Self {
        self.lowered = lowered;
        self
    }

    /// Sets the level for good: levels, suppressions and exemptions of the policy that is judged
    /// do not touch it, because they came with the change that the finding is about.
    #[must_use]
    pub fn with_binding_level(mut self, level: Level) -> Self {
        self.level = level;
        self.binding = true;
        self
    }

    /// Excuses it for good: for what people have signed, which is more than a line in the tree.
    #[must_use]
    pub fn with_excuse(mut self, reason: impl Into<String>) -> Self {
        self.excuse = Some(reason.into());
        self
    }

    /// Sets how sure it is.
    #[must_use]
    pub fn with_certainty(mut self, certainty: Certainty) -> Self {
        self.certainty = certainty;
        self
    }

    /// Adds a place that explains it.
    #[must_use]
    pub fn with_label(mut self, span: Span, message: impl Into<String>) -> Self {
        self.labels.push(Label {
            span,
            message: message.into(),
        });
        self
    }

    /// Says what to do.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Adds something else to know.
    #[must_use]
    pub fn with_note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// Adds a machine-readable particular.
    #[must_use]
    pub fn with_data(mut self, key: &str, value: impl Into<serde_json::Value>) -> Self {
        self.data.insert(key.to_owned(), value.into());
        self
    }

    /// Attaches an edit that removes it.
    #[must_use]
    pub fn with_fix(mut self, fix: Fix) -> Self {
        self.fix = Some(fix);
        self
    }

    /// The order of findings in every report: place, then rule, then fingerprint.
    pub fn sort_key(&self) -> (&Span, &str, &str, &str) {
        (&self.span, self.rule.id, &self.fingerprint, &self.message)
    }
}

/// The first 128 bits of SHA-256 over the rule's id and what the finding is about, as hex.
fn fingerprint(rule: &str, about: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in std::iter::once(&rule).chain(about) {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    hash.finalize()
        .iter()
        .take(16)
        .fold(String::with_capacity(32), |mut hex, byte| {
            use std::fmt::Write as _;
            write!(hex, "{byte:02x}").expect("writing to a string cannot fail");
            hex
        })
}
