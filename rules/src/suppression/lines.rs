//! Comments of line-oriented formats.

use std::sync::Arc;

use memchr::memmem;

use super::{Directive, directive};
use crate::{LineIndex, Suppression};

/// How comments begin; they end with their line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comments {
    /// `//`
    Slashes,
    /// `#`
    Hash,
    /// `--`
    Dashes,
}

impl Comments {
    fn mark(self) -> &'static str {
        match self {
            Self::Slashes => "//",
            Self::Hash => "#",
            Self::Dashes => "--",
        }
    }
}

/// Every suppression in `text`, in order.
///
/// A comment behind something covers its own line; one alone on its line covers the next line
/// that is neither blank nor a comment (none at the end of the text).
/// A mark counts at the start of a line or after white space, and not between double quotes.
pub fn scan(
    text: &str,
    path: &Arc<str>,
    index: &LineIndex,
    comments: Comments,
) -> Vec<Suppression> {
    if memmem::find(text.as_bytes(), b"preflight").is_none()
        && memmem::find(text.as_bytes(), b"Preflight").is_none()
    {
        return Vec::new();
    }
    let mut found = Vec::new();
    let mut pending: Vec<Directive> = Vec::new();
    let mut start = 0_u32;
    let mut number = 0;
    for line in text.split_inclusive('\n') {
        number += 1;
        let at = start;
        start = start.saturating_add(u32::try_from(line.len()).unwrap_or(u32::MAX));
        if line.trim().is_empty() {
            continue;
        }
        let comment = comment(line, comments.mark());
        let read = comment.and_then(|(offset, comment)| {
            let offset = u32::try_from(offset).unwrap_or(u32::MAX);
            directive(comment, path, index, at.saturating_add(offset))
        });
        let alone = line.trim_start().starts_with(comments.mark());
        if alone {
            pending.extend(read);
            continue;
        }
        found.extend(
            pending
                .drain(..)
                .map(|above| above.covering(number, number)),
        );
        found.extend(read.map(|beside| beside.covering(number, number)));
    }
    // Nothing follows: they cover the line after the last, on which nothing can be found.
    let after = number + 1;
    found.extend(
        pending
            .into_iter()
            .map(|above| above.covering(after, after)),
    );
    found
}

/// The comment of a line with its offset.
fn comment<'a>(line: &'a str, mark: &str) -> Option<(usize, &'a str)> {
    let mut quotes = 0;
    let mut seen = 0;
    line.match_indices(mark).find_map(|(at, _)| {
        let between = line.get(seen..at).unwrap_or_default();
        quotes += between.bytes().filter(|&byte| byte == b'"').count();
        seen = at;
        let before = line.get(..at)?.chars().next_back();
        let begins = before.is_none_or(char::is_whitespace) && quotes % 2 == 0;
        begins.then(|| line.get(at..).map(|comment| (at, comment)))?
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str, comments: Comments) -> Vec<(u32, (u32, u32), String)> {
        scan(text, &"a.yaml".into(), &LineIndex::new(text), comments)
            .into_iter()
            .map(|found| (found.span.start.line, found.lines, found.reason))
            .collect()
    }

    #[test]
    fn a_comment_covers_its_line_or_the_next_with_content() {
        let text = "a: 1 # preflight: allow(relock): one\n\
                    # preflight: allow(relock): two\n\n# words\n  # preflight: allow(relock): three\nb: 2\n\
                    c: \"x # preflight: allow(relock): no\"\n\
                    d: http://x#preflight: allow(relock): no\n\
                    # preflight: allow(relock): four\n";
        assert_eq!(
            lines(text, Comments::Hash),
            [
                (1, (1, 1), "one".to_owned()),
                (2, (6, 6), "two".to_owned()),
                (5, (6, 6), "three".to_owned()),
                (9, (10, 10), "four".to_owned()),
            ]
        );
    }

    #[test]
    fn other_marks_and_no_line_feed() {
        assert_eq!(
            lines("x // preflight: allow(relock): a", Comments::Slashes),
            [(1, (1, 1), "a".to_owned())]
        );
        assert_eq!(
            lines("-- preflight: allow(relock): a\r\nx\r\n", Comments::Dashes),
            [(1, (2, 2), "a".to_owned())]
        );
        assert!(lines("x # preflight: allow(relock): a", Comments::Slashes).is_empty());
    }
}
