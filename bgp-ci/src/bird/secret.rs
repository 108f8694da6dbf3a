//! Passwords and keys in clear text: where they stand, never what they are.
//!
//! They are looked for among the tokens and not in the tree, so that one in a statement that
//! cannot be read, or in one that has no model, is found as well.

use std::collections::BTreeSet;
use std::ops::Range;

use super::token::{Token, TokenKind, Words};
use crate::model::Name;
use crate::model::secret::is_placeholder;
use crate::place::{Place, Sources};
use crate::router::Secret;

/// What stands before a secret, at the start of a statement.
const KEYWORDS: [&str; 3] = ["password", "secret", "key"];

/// No statement with a secret has more tokens than this before it ends or opens a block.
const LONGEST: usize = 16;

/// A configuration as it was read.
pub(super) struct Text<'a> {
    /// Its tokens, those of included files in their places.
    pub tokens: &'a [Token],
    /// Its words.
    pub words: &'a Words,
    /// Its files.
    pub sources: &'a Sources,
    /// Protocols and templates: their tokens and their names.
    pub blocks: &'a [(Range<usize>, Name)],
    /// Placeholders without a value.
    pub missing: &'a [(Place, Name)],
}

/// Every secret of a configuration, in the order of its tokens.
pub(super) fn find(text: &Text<'_>, is_given: impl Fn(&str) -> bool) -> Vec<Secret> {
    let mut found: Vec<(usize, Secret)> = Vec::new();
    let mut constants: BTreeSet<&str> = BTreeSet::new();
    let defined: BTreeSet<&str> = (0..text.tokens.len())
        .filter_map(|at| text.defined(at))
        .collect();
    for at in 0..text.tokens.len() {
        let Some(keyword) = text.keyword(at) else {
            continue;
        };
        let values = text.values(at + 1);
        let of = text.block(at).unwrap_or_else(|| keyword.into());
        let known = |name: &str| defined.contains(name) || is_given(name);
        let bare = match values.clone().next().map(|first| text.kind(first)) {
            Some(TokenKind::Text(_) | TokenKind::Bytes(_) | TokenKind::Hole) | None => false,
            Some(TokenKind::Mark("(")) => false,
            Some(TokenKind::Word(id)) => !known(text.words.text(id)),
            Some(_) => true,
        };
        if bare {
            // A password without quotes: BIRD refuses the file, and the password is in it.
            let (first, last) = (text.place(values.start), text.place(values.end - 1));
            if keyword == "password" {
                let place = first.to(last);
                found.push((at, Secret { place, of }));
            }
            continue;
        }
        for value in values {
            match text.kind(value) {
                TokenKind::Word(id) => {
                    constants.insert(text.words.text(id));
                }
                _ if text.is_clear(value) => {
                    let (place, of) = (text.place(value), of.clone());
                    found.push((value, Secret { place, of }));
                }
                _ => {}
            }
        }
    }
    // Constants refer to earlier ones, so the later ones say first what the earlier ones are for.
    for at in (0..text.tokens.len()).rev() {
        let Some(name) = text.defined(at).filter(|name| constants.contains(name)) else {
            continue;
        };
        for value in text.values(at + 3) {
            match text.kind(value) {
                TokenKind::Word(id) => {
                    constants.insert(text.words.text(id));
                }
                _ if text.is_clear(value) => {
                    let (place, of) = (text.place(value), name.into());
                    found.push((value, Secret { place, of }));
                }
                _ => {}
            }
        }
    }
    found.sort_by_key(|(at, _)| *at);
    found.into_iter().map(|(_, secret)| secret).collect()
}

impl<'a> Text<'a> {
    fn kind(&self, at: usize) -> TokenKind {
        self.tokens
            .get(at)
            .map_or(TokenKind::End, |token| token.kind)
    }

    fn place(&self, at: usize) -> Place {
        let token = self.tokens.get(at).or(self.tokens.last());
        token.expect("the list of tokens ends with its end").place
    }

    fn word(&self, at: usize) -> Option<&'a str> {
        match self.kind(at) {
            TokenKind::Word(id) => Some(self.words.text(id)),
            _ => None,
        }
    }

    /// The word at `at`, where it opens a statement whose value is a secret.
    fn keyword(&self, at: usize) -> Option<&'static str> {
        let word = self.word(at)?;
        let keyword = KEYWORDS.into_iter().find(|keyword| *keyword == word)?;
        let before = at.checked_sub(1).map(|before| self.kind(before));
        let starts = matches!(before, Some(TokenKind::Mark(";" | "{" | "}")));
        starts.then_some(keyword)
    }

    /// The constant that the `define` at `at` defines.
    fn defined(&self, at: usize) -> Option<&'a str> {
        let opens = self.word(at) == Some("define") && self.kind(at + 2) == TokenKind::Mark("=");
        match self.kind(at + 1) {
            TokenKind::Word(id) | TokenKind::Quoted(id) if opens => Some(self.words.text(id)),
            _ => None,
        }
    }

    /// The tokens from `start` to what ends the statement or opens a block of it.
    fn values(&self, start: usize) -> Range<usize> {
        let ends = |at: &usize| {
            matches!(
                self.kind(*at),
                TokenKind::Mark(";" | "{" | "}") | TokenKind::End
            )
        };
        let limit = start.saturating_add(LONGEST);
        let end = (start..limit).find(ends).unwrap_or(limit);
        start..end.min(self.tokens.len()).max(start)
    }

    /// The name of the protocol or template around `at`.
    fn block(&self, at: usize) -> Option<Name> {
        let before = self.blocks.partition_point(|(range, _)| range.start <= at);
        let (range, name) = self.blocks.get(before.checked_sub(1)?)?;
        range.contains(&at).then(|| name.clone())
    }

    /// Whether the token is a text that stands in the file itself: what a deployment fills in is
    /// no secret of the file.
    fn is_clear(&self, at: usize) -> bool {
        let place = self.place(at);
        let written = self.sources.text(place);
        match self.kind(at) {
            TokenKind::Text(id) | TokenKind::Bytes(id) => {
                let bare = written
                    .strip_prefix('"')
                    .and_then(|text| text.strip_suffix('"'))
                    .unwrap_or(written);
                bare == &**self.words.text(id) && !is_placeholder(bare)
            }
            // A text without its closing quote, unless a placeholder is what cannot be read.
            TokenKind::Hole => {
                written.starts_with('"')
                    && !self.missing.iter().any(|(hole, _)| {
                        hole.file == place.file
                            && place.start <= hole.start
                            && hole.end <= place.end
                    })
            }
            _ => false,
        }
    }
}
