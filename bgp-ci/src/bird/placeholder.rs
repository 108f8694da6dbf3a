//! Places that a deployment script fills in: `${name}`, `{{ name }}`, `@@name@@`, `%name%`.
//!
//! They may stand anywhere, in the middle of an address too, so they are filled in before the
//! text is read, and every byte that comes out remembers the byte that it came from.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

/// What stands for a value that nobody gave: no byte that a configuration can hold.
pub(crate) const HOLE: char = '\u{f8ff}';

/// A text with its placeholders filled in.
#[derive(Debug)]
pub(crate) struct Filled<'a> {
    /// The text.
    pub(crate) text: Cow<'a, str>,
    /// Names without a value, with their places in the text as it was.
    pub(crate) missing: Vec<(String, Range<usize>)>,
    pieces: Vec<Piece>,
}

/// A stretch of the text that is the original's, or stands for a part of it.
#[derive(Debug)]
struct Piece {
    at: usize,
    from: Range<usize>,
    value: bool,
}

impl Filled<'_> {
    /// The range of the original that `start..end` came from.
    pub(crate) fn origin(&self, start: usize, end: usize) -> Range<usize> {
        if self.pieces.is_empty() {
            return start..end;
        }
        let first = self.origin_of(start);
        let last = self.origin_of(end.saturating_sub(1).max(start));
        first.start..last.end.max(first.start)
    }

    fn origin_of(&self, at: usize) -> Range<usize> {
        let next = self.pieces.partition_point(|piece| piece.at <= at);
        let Some(piece) = next.checked_sub(1).and_then(|last| self.pieces.get(last)) else {
            return at..at;
        };
        if piece.value {
            return piece.from.clone();
        }
        let start = (piece.from.start + (at - piece.at)).min(piece.from.end);
        start..(start + 1).min(piece.from.end)
    }
}

/// Fills in the placeholders of `text` from `values`.
pub(crate) fn fill<'a>(text: &'a str, values: &BTreeMap<String, String>) -> Filled<'a> {
    let mut filled = Filled {
        text: Cow::Borrowed(text),
        missing: Vec::new(),
        pieces: Vec::new(),
    };
    let mut out = String::new();
    let mut done = 0;
    let mut at = 0;
    while let Some(found) = text
        .get(at..)
        .and_then(|rest| rest.find(['$', '{', '@', '%']))
    {
        let start = at + found;
        let rest = text.get(start..).unwrap_or_default();
        let Some((name, length)) = placeholder(rest) else {
            at = start + 1;
            continue;
        };
        at = start + length;
        let copied = text.get(done..start).unwrap_or_default();
        filled.pieces.push(Piece {
            at: out.len(),
            from: done..start,
            value: false,
        });
        out.push_str(copied);
        filled.pieces.push(Piece {
            at: out.len(),
            from: start..at,
            value: true,
        });
        if let Some(value) = values.get(name) {
            out.push_str(value);
        } else {
            filled.missing.push((name.to_owned(), start..at));
            out.push(HOLE);
        }
        done = at;
    }
    if !filled.pieces.is_empty() {
        filled.pieces.push(Piece {
            at: out.len(),
            from: done..text.len(),
            value: false,
        });
        out.push_str(text.get(done..).unwrap_or_default());
        filled.text = Cow::Owned(out);
    }
    filled
}

/// The forms: what opens and closes them.
const FORMS: [(&str, &str); 5] = [
    ("${", "}"),
    ("{{", "}}"),
    ("{%", "%}"),
    ("@@", "@@"),
    ("%", "%"),
];

/// The longest name, or expression of a template, between the marks.
const LONGEST: usize = 120;

/// The placeholder at the start of `text`: its name, and how many bytes it takes.
fn placeholder(text: &str) -> Option<(&str, usize)> {
    let (open, close) = FORMS.iter().find(|(open, _)| text.starts_with(open))?;
    let inner = text.get(open.len()..)?;
    // Only as far as a name can reach, so that a file full of openings costs no more than its size.
    let reach = inner.len().min(LONGEST);
    let end =
        (0..=reach).find(|at| inner.get(*at..).is_some_and(|rest| rest.starts_with(close)))?;
    let name = inner.get(..end)?.trim();
    let spaced = open.starts_with('{');
    let plain = |c: char| c.is_ascii_alphanumeric() || "_.-".contains(c);
    // An expression of a template language is no name, but its place must not be read as text.
    let expression = |c: char| plain(c) || " |()'\",:[]=+~".contains(c);
    let fits = if spaced {
        name.chars().all(expression)
    } else {
        name.chars().all(plain)
    };
    let starts = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    (fits && starts).then_some((name, open.len() + end + close.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values() -> BTreeMap<String, String> {
        BTreeMap::from([
            ("asn".to_owned(), "64500".to_owned()),
            ("h".to_owned(), "7".to_owned()),
        ])
    }

    #[test]
    fn every_form_is_filled_in_and_remembers_its_place() {
        for text in [
            "as ${asn};",
            "as {{ asn }};",
            "as {{asn}};",
            "as @@asn@@;",
            "as %asn%;",
        ] {
            let filled = fill(text, &values());
            assert_eq!(filled.text, "as 64500;", "{text}");
            let end = text.len() - 1;
            assert_eq!(filled.origin(3, 8), 3..end, "{text}");
            assert_eq!(filled.origin(8, 9), end..text.len(), "{text}");
            assert_eq!(filled.origin(0, 2), 0..2, "{text}");
        }
        assert_eq!(fill("192.0.2.${h}/32", &values()).text, "192.0.2.7/32");
    }

    #[test]
    fn a_name_without_a_value_is_missing_and_configurations_have_no_placeholders() {
        let filled = fill("password \"${secret}\";", &values());
        assert_eq!(filled.missing, [("secret".to_owned(), 10..19)]);
        for text in [
            "filter f { if true then { accept; } }",
            "neighbor fe80::1%eth0 as 64501;",
            "function f() {{ accept; }}",
            "a % b; c % d;",
        ] {
            assert_eq!(fill(text, &values()).text, text);
            assert!(fill(text, &values()).missing.is_empty());
        }
    }
}
