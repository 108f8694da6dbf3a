//! Lines and their words.

use crate::model::Name;
use crate::place::{FileId, Place};

/// A command.
#[derive(Debug, Clone)]
pub(super) struct Line<'t> {
    /// All of it.
    pub(super) place: Place,
    /// Whether it begins with `no`.
    pub(super) no: bool,
    /// Its words, without `no`.
    pub(super) words: Vec<&'t str>,
}

impl<'t> Line<'t> {
    /// The word at `at`.
    pub(super) fn word(&self, at: usize) -> Option<&'t str> {
        self.words.get(at).copied()
    }

    /// The words from `at` on.
    pub(super) fn from(&self, at: usize) -> &[&'t str] {
        self.words.get(at..).unwrap_or_default()
    }

    /// Whether it begins with `words`.
    pub(super) fn begins(&self, words: &[&str]) -> bool {
        self.words.starts_with(words)
    }
}

/// The words from `words`, as one text with single spaces: what follows `description`, and
/// regular expressions.
pub(super) fn joined(words: &[&str]) -> Name {
    words.join(" ").into()
}

/// Every command of `text`; comments begin with `!` or `#` and take a whole line.
pub(super) fn lines(file: FileId, text: &str) -> impl Iterator<Item = Line<'_>> {
    let mut start = 0_u32;
    text.split('\n').filter_map(move |raw| {
        let first = start;
        let length = u32::try_from(raw.len()).unwrap_or(u32::MAX);
        start = start.saturating_add(length).saturating_add(1);
        let trimmed = raw.trim();
        if trimmed.is_empty() || trimmed.starts_with(['!', '#']) {
            return None;
        }
        let lead = raw.len() - raw.trim_start().len();
        let begin = first.saturating_add(u32::try_from(lead).unwrap_or(u32::MAX));
        let size = u32::try_from(trimmed.len()).unwrap_or(u32::MAX);
        let place = Place {
            file,
            start: begin,
            end: begin.saturating_add(size),
        };
        let mut words: Vec<&str> = trimmed.split_ascii_whitespace().collect();
        let no = words.first() == Some(&"no");
        if no {
            words.remove(0);
        }
        (!words.is_empty()).then_some(Line { place, no, words })
    })
}
