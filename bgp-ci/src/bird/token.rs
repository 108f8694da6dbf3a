//! What the text of a configuration is made of.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;

use crate::place::Place;

/// A piece of the text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Token {
    /// What it is.
    pub(super) kind: TokenKind,
    /// Where it is.
    pub(super) place: Place,
}

/// A piece of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TokenKind {
    /// A keyword or a name.
    Word(WordId),
    /// A name in apostrophes.
    Quoted(WordId),
    /// A number.
    Number(u32),
    /// An address.
    Ip(IpAddr),
    /// `64500:1`, as 64 bits.
    RouteDistinguisher(u64),
    /// `"text"`, without the quotes.
    Text(WordId),
    /// Bytes, as they are written.
    Bytes(WordId),
    /// Punctuation.
    Mark(&'static str),
    /// Something unreadable that has been reported already.
    Hole,
    /// The end of the configuration.
    End,
}

/// A word, a name or a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct WordId(u32);

/// Every word once.
#[derive(Debug, Default)]
pub(super) struct Words {
    all: Vec<Arc<str>>,
    known: HashMap<Arc<str>, u32>,
}

impl Words {
    pub(super) fn id(&mut self, word: &str) -> WordId {
        if let Some(id) = self.known.get(word) {
            return WordId(*id);
        }
        let id = u32::try_from(self.all.len()).unwrap_or(u32::MAX);
        let word: Arc<str> = word.into();
        self.all.push(word.clone());
        self.known.insert(word, id);
        WordId(id)
    }

    pub(super) fn text(&self, id: WordId) -> &Arc<str> {
        usize::try_from(id.0)
            .ok()
            .and_then(|at| self.all.get(at))
            .expect("a word's id is made from an entry of the same list")
    }
}
