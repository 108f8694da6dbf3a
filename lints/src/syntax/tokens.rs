//! The tokens of one file, lexed once: whatever is parsed again later (the arguments of a macro)
//! is parsed from these, so every range is one of the file.

use ra_ap_parser::{Input, LexedStr};
use ra_ap_syntax::{Edition, SyntaxKind as K};

use super::expansion::Origins;
use crate::limits;

/// A token's place in [`Tokens`]; [`SYNTHETIC`] for one that is not in the file.
pub(super) type TokenId = u32;

/// A token of no width that a [`Feed`] adds so that a fragment parses.
const SYNTHETIC: TokenId = u32::MAX;

/// The tokens of one text, trivia apart.
pub(super) struct Tokens<'t> {
    text: &'t str,
    edition: Edition,
    kinds: Vec<K>,
    starts: Vec<u32>,
    ends: Vec<u32>,
    comments: Vec<(u32, u32)>,
    errors: Vec<(u32, u32, String)>,
    origins: Option<Origins>,
}

/// Length or index as 32 bits: a text is capped far below 4 GiB before it comes here.
pub(super) fn narrow(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

/// A 32-bit index to look something up with; one that does not fit finds nothing.
pub(super) fn wide(at: u32) -> usize {
    usize::try_from(at).unwrap_or(usize::MAX)
}

impl<'t> Tokens<'t> {
    /// Lexes `text`.
    pub(super) fn new(text: &'t str, edition: Edition) -> Self {
        let lexed = LexedStr::new(edition, text);
        let mut tokens = Self {
            text,
            edition,
            kinds: Vec::with_capacity(lexed.len() / 2),
            starts: Vec::with_capacity(lexed.len() / 2),
            ends: Vec::with_capacity(lexed.len() / 2),
            comments: Vec::new(),
            errors: Vec::new(),
            origins: None,
        };
        for at in 0..lexed.len() {
            let kind = lexed.kind(at);
            if kind == K::WHITESPACE {
                continue;
            }
            let range = lexed.text_range(at);
            let (start, end) = (narrow(range.start), narrow(range.end));
            if kind == K::COMMENT {
                tokens.comments.push((start, end));
            } else {
                tokens.kinds.push(kind);
                tokens.starts.push(start);
                tokens.ends.push(end);
            }
        }
        tokens.errors = lexed
            .errors()
            .map(|(at, message)| {
                let range = lexed.text_range(at);
                (narrow(range.start), narrow(range.end), message.to_owned())
            })
            .collect();
        tokens
    }

    /// The text they come from.
    pub(super) fn text(&self) -> &'t str {
        self.text
    }

    /// The edition they were lexed for.
    pub(super) fn edition(&self) -> Edition {
        self.edition
    }

    /// How many there are.
    pub(super) fn len(&self) -> u32 {
        narrow(self.kinds.len())
    }

    /// Comments, in order.
    pub(super) fn comments(&self) -> &[(u32, u32)] {
        &self.comments
    }

    /// What the lexer could not read: range and message.
    pub(super) fn errors(&self) -> &[(u32, u32, String)] {
        &self.errors
    }

    /// Kind of token `id`; `EOF` past the end.
    pub(super) fn kind(&self, id: TokenId) -> K {
        self.kinds.get(wide(id)).copied().unwrap_or(K::EOF)
    }

    /// First byte of token `id`; the end of the text past the end.
    pub(super) fn start(&self, id: TokenId) -> u32 {
        self.starts
            .get(wide(id))
            .copied()
            .unwrap_or(narrow(self.text.len()))
    }

    /// Byte after token `id`; the end of the text past the end.
    pub(super) fn end(&self, id: TokenId) -> u32 {
        self.ends
            .get(wide(id))
            .copied()
            .unwrap_or(narrow(self.text.len()))
    }

    /// Text of token `id`.
    pub(super) fn token_text(&self, id: TokenId) -> &'t str {
        self.slice(self.start(id), self.end(id))
    }

    /// Text between two offsets that the lexer gave.
    pub(super) fn slice(&self, start: u32, end: u32) -> &'t str {
        self.text.get(wide(start)..wide(end)).unwrap_or_default()
    }

    /// Whether they are a macro's expansion.
    pub(super) fn is_expansion(&self) -> bool {
        self.origins.is_some()
    }

    /// Where the tokens of an expansion come from.
    pub(super) fn origins(&self) -> Option<&Origins> {
        self.origins.as_ref()
    }

    /// The tokens of an expansion, which stand in `text`.
    pub(super) fn expanded(
        text: &'t str,
        edition: Edition,
        spans: &[(K, u32, u32)],
        origins: Origins,
    ) -> Self {
        Self {
            text,
            edition,
            kinds: spans.iter().map(|span| span.0).collect(),
            starts: spans.iter().map(|span| span.1).collect(),
            ends: spans.iter().map(|span| span.2).collect(),
            comments: Vec::new(),
            errors: Vec::new(),
            origins: Some(origins),
        }
    }

    /// How many tokens from `id` on, before `limit`, are one operator, or one token.
    pub(super) fn operator(&self, id: TokenId, limit: TokenId) -> u32 {
        let mut len = 1;
        while id + len < limit && self.joint(id + len - 1) {
            let text = self.slice(self.start(id), self.end(id + len));
            // Each longer one begins with a shorter one.
            if !OPERATORS.contains(&text) {
                break;
            }
            len += 1;
        }
        len
    }

    /// Whether token `id + 1` follows token `id` without anything between.
    pub(super) fn joint(&self, id: TokenId) -> bool {
        id < self.len() && self.start(id.saturating_add(1)) == self.end(id)
    }

    /// Whether token `id` and a `second` right behind it are one operator.
    pub(super) fn is_pair(&self, id: TokenId, second: K) -> bool {
        self.joint(id) && self.kind(id.saturating_add(1)) == second
    }

    /// The first token that starts at `offset` or later.
    pub(super) fn at(&self, offset: u32) -> TokenId {
        narrow(self.starts.partition_point(|&start| start < offset))
    }

    /// The token after the group that opens at `open`, or `None` where it is not closed before
    /// `limit`.
    pub(super) fn after_group(&self, open: TokenId, limit: TokenId) -> Option<TokenId> {
        let mut depth = 0_u32;
        for id in open..limit {
            if is_open(self.kind(id)) {
                depth += 1;
            } else if is_close(self.kind(id)) {
                depth = depth.checked_sub(1)?;
            }
            if depth == 0 {
                return Some(id + 1);
            }
        }
        None
    }
}

/// Operators of more than one token.
const OPERATORS: &[&str] = &[
    "!=", "%=", "&&", "&=", "*=", "+=", "-=", "->", "..", "...", "..=", "/=", "::", "<-", "<<",
    "<<=", "<=", "==", "=>", ">=", ">>", ">>=", "^=", "|=", "||",
];

/// `(`, `[` or `{`.
pub(super) fn is_open(kind: K) -> bool {
    matches!(kind, K::L_PAREN | K::L_BRACK | K::L_CURLY)
}

/// `)`, `]` or `}`.
pub(super) fn is_close(kind: K) -> bool {
    matches!(kind, K::R_PAREN | K::R_BRACK | K::R_CURLY)
}

/// Tokens to parse: some of the file's, a few under another kind (a brace as a parenthesis), a few
/// left out, a few added.
#[derive(Default)]
pub(super) struct Feed {
    tokens: Vec<TokenId>,
    kinds: Vec<K>,
}

impl Feed {
    /// Tokens `from..to` as they are.
    pub(super) fn range(tokens: &Tokens<'_>, from: TokenId, to: TokenId) -> Self {
        let mut feed = Self::default();
        feed.extend(tokens, from, to);
        feed
    }

    /// Adds tokens `from..to` as they are.
    pub(super) fn extend(&mut self, tokens: &Tokens<'_>, from: TokenId, to: TokenId) {
        self.tokens.extend(from..to);
        let kinds = tokens.kinds.get(wide(from)..wide(to));
        self.kinds.extend_from_slice(kinds.unwrap_or_default());
    }

    /// Adds token `id` as if it were of kind `kind`.
    pub(super) fn push(&mut self, id: TokenId, kind: K) {
        self.tokens.push(id);
        self.kinds.push(kind);
    }

    /// Adds a token that is not in the file.
    pub(super) fn push_synthetic(&mut self, kind: K) {
        self.push(SYNTHETIC, kind);
    }

    /// How many tokens it holds.
    pub(super) fn len(&self) -> usize {
        self.tokens.len()
    }

    /// First byte of the `at`th token; for one that is not in the file, the next one's.
    pub(super) fn start(&self, tokens: &Tokens<'_>, at: usize) -> u32 {
        let following = self.tokens.get(at..).unwrap_or_default();
        match following.iter().find(|&&id| id != SYNTHETIC) {
            Some(&id) => tokens.start(id),
            None => at.checked_sub(1).map_or(0, |last| self.end(tokens, last)),
        }
    }

    /// Byte after the `at`th token; for one that is not in the file, where it stands.
    pub(super) fn end(&self, tokens: &Tokens<'_>, at: usize) -> u32 {
        let before = self.tokens.get(..=at).unwrap_or_default();
        match before.last() {
            Some(&SYNTHETIC) => match before.iter().rev().find(|&&id| id != SYNTHETIC) {
                Some(&id) => tokens.end(id),
                None => self.start(tokens, at),
            },
            Some(&id) => tokens.end(id),
            None => 0,
        }
    }

    /// What the parser reads of the first `len`: kinds, contextual keywords, and which tokens touch
    /// the next one.
    fn input(&self, tokens: &Tokens<'_>, len: usize) -> Input {
        let mut input = Input::with_capacity(len);
        for (at, (&id, &kind)) in self.tokens.iter().zip(&self.kinds).take(len).enumerate() {
            if kind == K::IDENT {
                let text = tokens.token_text(id);
                let contextual = K::from_contextual_keyword(text, tokens.edition);
                input.push_ident(contextual.unwrap_or(K::IDENT), tokens.edition);
            } else {
                input.push(kind, tokens.edition);
            }
            // For a float the parser asks whether it has a fraction (`x.0.1` and `x.0.`).
            let joint = if kind == K::FLOAT_NUMBER {
                !tokens.token_text(id).ends_with('.')
            } else {
                self.tokens.get(at + 1) == Some(&id.wrapping_add(1)) && tokens.joint(id)
            };
            if joint {
                input.was_joint();
            }
        }
        input
    }
}

/// A feed with the file that it is of: what the parser is given within the limits.
pub(super) struct Fed<'a, 't>(pub(super) &'a Feed, pub(super) &'a Tokens<'t>);

impl limits::Tokens for Fed<'_, '_> {
    fn count(&self) -> usize {
        self.0.len()
    }

    fn token(&self, at: usize) -> (K, &str) {
        let kind = self.0.kinds.get(at).copied().unwrap_or(K::EOF);
        let id = self.0.tokens.get(at).copied().unwrap_or(SYNTHETIC);
        (kind, self.1.token_text(id))
    }

    fn input(&self, len: usize) -> Input {
        self.0.input(self.1, len)
    }
}
