//! The text that a macro call stands for, and where each token of it comes from.
//!
//! An expansion has tokens of a text of its own, so that whatever reads a file reads it as well. A
//! range in it becomes one of the file when it leaves the tree: of what was given as arguments, its
//! own; of what the definition says, or both together, that of the whole call. A finding inside a
//! definition, which many calls share, would not say which of them it is about.

use ra_ap_syntax::{Edition, SyntaxKind as K};

use super::tokens::{TokenId, Tokens, narrow, wide};

/// Where the tokens of a macro's expansion come from.
#[derive(Default)]
pub(super) struct Origins {
    /// Bytes of the macro call in the file.
    call: (u32, u32),
    /// Bytes of each token in the file; of one from the definition, those of the call.
    places: Vec<(u32, u32)>,
    /// The expansion that each token was written for; 0 for one of the file.
    contexts: Vec<u32>,
    /// How many tokens in front of each, and then of the end, come from a definition.
    foreign: Vec<u32>,
}

/// A macro's expansion before it is parsed: its own text, in which its tokens stand.
#[derive(Default)]
pub(super) struct Expansion {
    text: String,
    /// Kind, first byte and the byte after the last.
    spans: Vec<(K, u32, u32)>,
    origins: Origins,
}

/// A token that an [`Expansion`] takes over.
#[derive(Debug, Clone, Copy)]
pub(super) struct Copied<'a> {
    /// What it is.
    pub(super) kind: K,
    /// Its text.
    pub(super) text: &'a str,
    /// Its bytes in the file.
    pub(super) place: (u32, u32),
    /// The expansion that it was written for.
    pub(super) context: u32,
    /// Whether it comes from a definition.
    pub(super) is_foreign: bool,
    /// Whether the next one touches it.
    pub(super) is_joint: bool,
}

impl Expansion {
    /// An empty expansion of the call at `call`.
    pub(super) fn new(call: (u32, u32)) -> Self {
        let mut expansion = Self::default();
        expansion.origins.call = call;
        expansion.origins.foreign.push(0);
        expansion
    }

    /// Adds a token.
    pub(super) fn push(&mut self, token: &Copied<'_>) {
        let start = narrow(self.text.len());
        self.text.push_str(token.text);
        self.spans
            .push((token.kind, start, narrow(self.text.len())));
        if !token.is_joint {
            self.text.push(' ');
        }
        let origins = &mut self.origins;
        origins.places.push(if token.is_foreign {
            origins.call
        } else {
            token.place
        });
        origins.contexts.push(token.context);
        let before = origins.foreign.last().copied().unwrap_or(0);
        origins.foreign.push(before + u32::from(token.is_foreign));
    }

    /// Its text apart from its tokens, which borrow from it.
    pub(super) fn take_text(&mut self) -> String {
        std::mem::take(&mut self.text)
    }

    /// Its tokens, which stand in `text`.
    pub(super) fn tokens(self, text: &str, edition: Edition) -> Tokens<'_> {
        Tokens::expanded(text, edition, &self.spans, self.origins)
    }
}

impl Tokens<'_> {
    /// The expansion that token `id` was written for; 0 for one of the file.
    pub(super) fn context(&self, id: TokenId) -> u32 {
        self.origins()
            .and_then(|origins| origins.contexts.get(wide(id)))
            .copied()
            .unwrap_or(0)
    }

    /// Whether token `id` comes from a macro's definition.
    pub(super) fn is_foreign(&self, id: TokenId) -> bool {
        self.origins()
            .is_some_and(|origins| origins.has_foreign(id, id.saturating_add(1)))
    }

    /// The bytes of the file that `start..end` of the text stands for: those of the whole macro
    /// call unless all of it was given as arguments.
    pub(super) fn place(&self, start: u32, end: u32) -> (u32, u32) {
        let Some(origins) = self.origins() else {
            return (start, end);
        };
        let (first, after) = (self.at(start), self.at(end));
        if first < after && !origins.has_foreign(first, after) {
            let from = origins.places.get(wide(first));
            let to = origins.places.get(wide(after - 1));
            if let (Some(&(from, _)), Some(&(_, to))) = (from, to)
                && from <= to
            {
                return (from, to);
            }
        }
        origins.call
    }
}

impl Origins {
    fn has_foreign(&self, from: TokenId, to: TokenId) -> bool {
        self.foreign.get(wide(from)) != self.foreign.get(wide(to))
    }
}
