//! JSON (RFC 8259) with places: one value, or several one behind the other as streams have them.
//!
//! It accepts what is not quite JSON where nothing depends on it (control characters in strings,
//! any word as a number), because a certificate beside them expires all the same.

use std::borrow::Cow;
use std::ops::Range;

use super::format::BYTE_ORDER_MARK;
use super::tree::{DEEPEST, Id, Step, Tree, Value};
use super::{Parsed, unparsed};

/// Reads all values of `source`. What cannot be read, and all behind it, is returned as a range.
pub(super) fn parse(source: &str) -> Parsed<'_> {
    let mut trees = Vec::new();
    let mut reader = Reader { source, at: 0 };
    if source.as_bytes().starts_with(BYTE_ORDER_MARK) {
        reader.at = BYTE_ORDER_MARK.len();
    }
    loop {
        reader.space();
        let start = reader.at;
        if start >= source.len() {
            return (trees, Vec::new());
        }
        match reader.document(trees.len() + 1) {
            Some(tree) if tree.is_structured() => trees.push(tree),
            _ => return (trees, unparsed(start..source.len()).1),
        }
    }
}

struct Reader<'a> {
    source: &'a str,
    at: usize,
}

/// A container that is not closed yet.
struct Open<'a> {
    id: Id,
    /// The closing bracket.
    close: u8,
    /// The key whose value comes next.
    key: Option<Cow<'a, str>>,
    /// How many values it has.
    count: usize,
}

impl<'a> Reader<'a> {
    /// One value with all that is in it, without recursion.
    fn document(&mut self, number: usize) -> Option<Tree<'a>> {
        let mut tree = Tree::numbered(number);
        let mut open: Vec<Open<'a>> = Vec::new();
        loop {
            self.space();
            let start = self.at;
            let byte = self.peek()?;
            if let Some(top) = open.last_mut() {
                if byte == top.close && top.key.is_none() {
                    self.at += 1;
                    tree.close(top.id, self.at);
                    open.pop();
                    if self.comma(&open)? {
                        return Some(tree);
                    }
                    continue;
                }
                if top.close == b'}' && top.key.is_none() {
                    let (key, _) = self.string()?;
                    self.space();
                    self.eat(b':')?;
                    top.key = Some(key);
                    continue;
                }
            }
            let (parent, step) = match open.last_mut() {
                None => (None, Step::Root),
                Some(top) => {
                    let index = top.count;
                    top.count += 1;
                    let step = top.key.take().map_or(Step::Index(index), Step::Key);
                    (Some(top.id), step)
                }
            };
            let close = match byte {
                b'{' => b'}',
                b'[' => b']',
                _ => {
                    let (value, span) = self.scalar(byte)?;
                    tree.add(parent, step, span, value)?;
                    if self.comma(&open)? {
                        return Some(tree);
                    }
                    continue;
                }
            };
            self.at += 1;
            let value = if close == b'}' {
                Value::Map(Vec::new())
            } else {
                Value::List(Vec::new())
            };
            let id = tree.add(parent, step, start..self.at, value)?;
            if open.len() >= DEEPEST {
                return None;
            }
            open.push(Open {
                id,
                close,
                key: None,
                count: 0,
            });
        }
    }

    /// Goes to the next value of the innermost container; true where there is none, so that the
    /// document is complete.
    fn comma(&mut self, open: &[Open<'a>]) -> Option<bool> {
        let Some(top) = open.last() else {
            return Some(true);
        };
        self.space();
        match self.peek()? {
            b',' => self.at += 1,
            byte if byte == top.close => {}
            _ => return None,
        }
        Some(false)
    }

    fn scalar(&mut self, first: u8) -> Option<(Value<'a>, Range<usize>)> {
        if first == b'"' {
            let (text, span) = self.string()?;
            return Some((Value::Text(text), span));
        }
        let start = self.at;
        let rest = self.source.as_bytes().get(start..)?;
        let length = rest
            .iter()
            .take_while(|&&byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
            .count();
        if length == 0 {
            return None;
        }
        self.at += length;
        let word = self.source.get(start..self.at)?;
        let value = if word == "null" {
            Value::Nothing
        } else {
            Value::Text(word.into())
        };
        Some((value, start..self.at))
    }

    /// A string and its span, with the quotes.
    fn string(&mut self) -> Option<(Cow<'a, str>, Range<usize>)> {
        let start = self.at;
        self.eat(b'"')?;
        let body = self.at;
        let bytes = self.source.as_bytes();
        loop {
            let found = memchr::memchr2(b'"', b'\\', bytes.get(self.at..)?)?;
            self.at += found;
            if bytes.get(self.at) == Some(&b'"') {
                break;
            }
            // The escaped character cannot end the string, and may be of several bytes.
            self.at += 2;
        }
        let raw = self.source.get(body..self.at)?;
        self.at += 1;
        let text = if raw.contains('\\') {
            Cow::Owned(unescaped(raw))
        } else {
            Cow::Borrowed(raw)
        };
        Some((text, start..self.at))
    }

    fn space(&mut self) {
        let rest = self.source.as_bytes().get(self.at..).unwrap_or_default();
        self.at += rest
            .iter()
            .take_while(|byte| byte.is_ascii_whitespace())
            .count();
    }

    fn eat(&mut self, byte: u8) -> Option<()> {
        (self.peek()? == byte).then(|| self.at += 1)
    }

    fn peek(&self) -> Option<u8> {
        self.source.as_bytes().get(self.at).copied()
    }
}

/// Resolves the escapes of a string. A surrogate without its other half becomes U+FFFD.
fn unescaped(raw: &str) -> String {
    let mut text = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some((before, behind)) = rest.split_once('\\') {
        text.push_str(before);
        let mut characters = behind.chars();
        match characters.next() {
            Some('n') => text.push('\n'),
            Some('r') => text.push('\r'),
            Some('t') => text.push('\t'),
            Some('b') => text.push('\u{8}'),
            Some('f') => text.push('\u{c}'),
            Some('u') => {
                let (character, used) = escape(behind);
                text.push(character);
                rest = behind.get(used..).unwrap_or_default();
                continue;
            }
            Some(other) => text.push(other),
            None => {}
        }
        rest = characters.as_str();
    }
    text.push_str(rest);
    text
}

/// The character of `uXXXX`, or of `uXXXX\uXXXX` for a pair of surrogates, and its length.
fn escape(text: &str) -> (char, usize) {
    let unit = |from: usize| {
        let digits = text.get(from..from + 4)?;
        digits
            .bytes()
            .all(|byte| byte.is_ascii_hexdigit())
            .then(|| u16::from_str_radix(digits, 16).ok())?
    };
    let Some(first) = unit(1) else {
        return (char::REPLACEMENT_CHARACTER, 1);
    };
    let second = (text.get(5..7) == Some("\\u")).then(|| unit(7)).flatten();
    let pair = [first, second.unwrap_or(0)];
    match (
        char::decode_utf16(pair).next(),
        char::from_u32(first.into()),
    ) {
        (_, Some(character)) => (character, 5),
        (Some(Ok(character)), None) => (character, 11),
        _ => (char::REPLACEMENT_CHARACTER, 5),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Pointers and texts of all strings, where the source is read whole.
    fn strings(source: &str) -> Option<Vec<(String, String)>> {
        let (trees, loose) = parse(source);
        loose.is_empty().then(|| {
            trees
                .iter()
                .flat_map(|tree| {
                    tree.nodes()
                        .filter_map(|(id, _)| Some((tree.pointer(id), tree.text(id)?.to_owned())))
                })
                .collect()
        })
    }

    fn expected(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs
            .iter()
            .map(|&(pointer, text)| (pointer.to_owned(), text.to_owned()))
            .collect()
    }

    #[test]
    fn values_have_pointers() {
        let source = r#"{"a~/": ["x", {"b": "\u00e9\ud834\udd1e\n\/\ud800"}], "c": 12, "n": null, "": {}}
            ["second"]"#;
        assert_eq!(
            strings(source),
            Some(expected(&[
                ("/a~0~1/0", "x"),
                ("/a~0~1/1/b", "é𝄞\n/\u{fffd}"),
                ("/c", "12"),
                ("/0", "second"),
            ]))
        );
    }

    #[test]
    fn what_is_no_json_is_left_over() {
        for source in [
            "{",
            "{\"a\"",
            "{\"a\":",
            "{\"a\":}",
            "{\"a\":1",
            "[1 2]",
            "{]",
            "[}",
            "{\"a\":1]",
            "[\"a",
            "[\"a\\",
            "\"word\"",
            "{{ x }}",
            "{a: b}",
            "[1,,2]",
            "[\"\\",
        ] {
            assert_eq!(parse(source).1, unparsed(0..source.len()).1, "{source}");
        }
        let (trees, loose) = parse("{} [");
        assert_eq!((trees.len(), loose), (1, unparsed(3..4).1));
    }

    #[test]
    fn depth_is_bounded() {
        let deep = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(parse(&deep(DEEPEST)).1.is_empty());
        assert!(!parse(&deep(100_000)).1.is_empty());
    }

    #[test]
    fn spans_are_those_of_the_text() {
        let source = " [\"é\", \"b\\\"c\"]";
        let (trees, _) = parse(source);
        let spans: Vec<_> = trees
            .iter()
            .flat_map(|tree| tree.nodes().map(|(id, _)| source.get(tree.span(id))))
            .collect();
        assert_eq!(
            spans,
            [
                Some("[\"é\", \"b\\\"c\"]"),
                Some("\"é\""),
                Some("\"b\\\"c\"")
            ]
        );
    }
}
