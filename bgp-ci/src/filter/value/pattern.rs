//! Regular expressions over paths and communities that are written out, as FRR has them.
//!
//! FRR writes a value out as its commands show it and searches that text with the C library's
//! extended expressions (POSIX 1003.1, section 9.4), in which `_` stands for a border between
//! values. What the C library leaves open, and its own additions, are not modelled.

use std::fmt::{self, Write as _};
use std::hash::{Hash, Hasher};
use std::sync::{Arc, OnceLock};

use regex::bytes::{Regex, RegexBuilder};

use super::path::{AsPath, SegmentKind};
use super::{Large, Value};
use crate::filter::interpret::symbolic::ListKind;
use crate::symbolic::Ranges;
pub(crate) use scanner::{Scan, Scanner};

mod scanner;

/// What `_` stands for.
const BORDER: &str = r"(?:^|[,{}() ]|$)";

/// How large a compiled expression may be, in bytes.
const MAX_SIZE: usize = 1 << 20;

/// An expression.
#[derive(Debug, Clone)]
pub struct TextPattern {
    text: Box<str>,
    regex: Regex,
    scanner: OnceLock<Option<Arc<Scanner>>>,
    members: OnceLock<Option<Arc<Ranges>>>,
}

impl Hash for TextPattern {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.text.hash(state);
    }
}

impl PartialEq for TextPattern {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for TextPattern {}

impl TextPattern {
    /// The expression `text`; `None` for one that has no model, or that is none.
    pub fn new(text: &str) -> Option<Self> {
        let regex = RegexBuilder::new(&translated(text)?)
            .unicode(false)
            .size_limit(MAX_SIZE)
            .build()
            .ok()?;
        Some(Self {
            text: text.into(),
            regex,
            scanner: OnceLock::new(),
            members: OnceLock::new(),
        })
    }

    /// The expression as written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether it is found in `value`, written out; `None` for a value that is never written out.
    pub fn is_in(&self, value: &Value) -> Option<bool> {
        Some(self.regex.is_match(written(value)?.as_bytes()))
    }

    /// A community of `kind`, among `free`, in whose text the expression is found, if one is
    /// easily seen.
    pub(crate) fn community(&self, kind: ListKind, free: &Ranges) -> Option<u128> {
        let numbers: Vec<u128> = self
            .text
            .split(|c: char| !c.is_ascii_digit())
            .filter_map(|number| number.parse().ok())
            .chain([1, 100, 0])
            .collect();
        let scanner = self.scanner();
        let samples = scanner.iter().flat_map(|scanner| scanner.samples());
        let numbers: Vec<u128> = numbers
            .into_iter()
            .chain(samples.map(|sample| u128::from(*sample)))
            .take(24)
            .collect();
        let parts: &[u32] = match kind {
            ListKind::Standard => &[16, 0],
            ListKind::Large => &[64, 32, 0],
            ListKind::Extended => return None,
        };
        let mut found: Vec<u128> = vec![0];
        for shift in parts {
            let widest = if kind == ListKind::Standard {
                0xffff
            } else {
                0xffff_ffff
            };
            found = found
                .iter()
                .flat_map(|item| {
                    let numbers = numbers.iter().filter(move |number| **number <= widest);
                    numbers.map(move |number| item | (number << shift))
                })
                .collect();
        }
        let part =
            |item: u128, shift: u32| u32::try_from((item >> shift) & 0xffff_ffff).unwrap_or(0);
        found.into_iter().find(|item| {
            let value = match kind {
                ListKind::Large => {
                    let large = Large(part(*item, 64), part(*item, 32), part(*item, 0));
                    Value::LargeCommunities([large].into())
                }
                _ => Value::Communities([part(*item, 0)].into()),
            };
            free.contains(*item) && self.is_in(&value) == Some(true)
        })
    }

    /// The standard communities that it is found in, each written out by itself; `None` where
    /// they are too many to be told.
    pub(crate) fn members(&self) -> Option<Arc<Ranges>> {
        let found = self.members.get_or_init(|| {
            let scanner = self.scanner()?;
            scanner.communities(|one| self.is_in(&Value::Communities([one].into())))
        });
        found.clone()
    }

    /// Whether it is found in a list exactly where it is found in one of its members: it cannot
    /// reach over the space between two of them, nor asks where in the list it is.
    pub(crate) fn is_of_one(&self) -> bool {
        let inner = self.text.trim_matches('_');
        let inner = inner.strip_suffix(".*").unwrap_or(inner);
        let inner = inner.strip_suffix(".+").unwrap_or(inner);
        let inner = inner.strip_prefix(".*").unwrap_or(inner);
        let plain = |c: char| c.is_ascii_digit() || "[]-+*?|():,{}".contains(c);
        inner.chars().all(plain) && !inner.contains("[^")
    }

    /// What reads a path number by number; `None` for an expression that is too large for it.
    pub(crate) fn scanner(&self) -> Option<Arc<Scanner>> {
        let made = self
            .scanner
            .get_or_init(|| Scanner::new(&self.text).map(Arc::new));
        made.clone()
    }
}

/// The same expression in the words of the library; `None` where the two do not agree, or where
/// POSIX says nothing.
fn translated(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len() + 16);
    let mut rest = text.chars().peekable();
    // Whether something stands before that can be repeated.
    let mut atom = false;
    let mut depth = 0_u32;
    while let Some(c) = rest.next() {
        match c {
            '_' => {
                out.push_str(BORDER);
                atom = true;
            }
            '\\' => {
                let next = rest.next().filter(char::is_ascii_punctuation)?;
                // The C library gives these a meaning of its own.
                if matches!(next, '<' | '>' | '`' | '\'' | '_') {
                    return None;
                }
                out.push('\\');
                out.push(next);
                atom = true;
            }
            '[' => {
                bracket(&mut rest, &mut out)?;
                atom = true;
            }
            '(' => {
                depth += 1;
                out.push_str("(?:");
                atom = false;
            }
            ')' => {
                depth = depth.checked_sub(1)?;
                out.push(')');
                atom = true;
            }
            '*' | '+' | '?' => {
                // Nothing to repeat, or a repetition of a repetition: POSIX leaves it open.
                if !atom
                    || rest
                        .peek()
                        .is_some_and(|next| matches!(next, '*' | '+' | '?' | '{'))
                {
                    return None;
                }
                out.push(c);
                atom = false;
            }
            '{' | '}' => {
                if c == '}' || !atom {
                    return None;
                }
                let bound: String =
                    std::iter::from_fn(|| rest.next_if(|c| c.is_ascii_digit() || *c == ','))
                        .collect();
                if rest.next() != Some('}') || !bounds(&bound) {
                    return None;
                }
                let _ = write!(out, "{{{bound}}}");
                atom = false;
            }
            '|' => {
                out.push('|');
                atom = false;
            }
            '^' | '$' => {
                out.push(c);
                // What a repeated anchor means is not agreed upon.
                if rest
                    .peek()
                    .is_some_and(|next| matches!(next, '*' | '+' | '?' | '{'))
                {
                    return None;
                }
                atom = false;
            }
            '.' => {
                out.push_str("(?s:.)");
                atom = true;
            }
            c if c.is_ascii_alphanumeric() || matches!(c, ' ' | ':' | ',' | '-' | '/') => {
                out.push(c);
                atom = true;
            }
            _ => return None,
        }
    }
    (depth == 0).then_some(out)
}

/// `N`, `N,` and `N,M`, none of them large.
fn bounds(text: &str) -> bool {
    let small = |number: &str| number.parse::<u32>().is_ok_and(|number| number <= 255);
    match text.split_once(',') {
        None => small(text),
        Some((low, "")) => small(low),
        Some((low, high)) => {
            small(low) && small(high) && low.parse::<u32>().ok() <= high.parse::<u32>().ok()
        }
    }
}

/// `[…]`: single characters, ranges and classes.
fn bracket(rest: &mut std::iter::Peekable<std::str::Chars<'_>>, out: &mut String) -> Option<()> {
    out.push('[');
    if rest.next_if_eq(&'^').is_some() {
        out.push('^');
    }
    let mut first = true;
    loop {
        let c = rest.next()?;
        match c {
            ']' if !first => {
                out.push(']');
                return Some(());
            }
            // `_` is replaced here too, and then the bracket is no more what it looks like; `[.` and
            // `[=` depend on the locale.
            '_' | '[' | ']' => return None,
            '\\' | '^' | '&' | '~' => {
                out.push('\\');
                out.push(c);
            }
            '-' => out.push('-'),
            c if c.is_ascii_graphic() || c == ' ' => out.push(c),
            _ => return None,
        }
        first = false;
    }
}

/// `value` as FRR's commands show it.
fn written(value: &Value) -> Option<String> {
    Some(match value {
        Value::Path(path) => path_text(path),
        Value::Communities(list) => {
            let mut list: Vec<u32> = list.to_vec();
            list.sort_unstable();
            list.dedup();
            joined(list.iter().map(|item| Standard(*item)))
        }
        Value::Pair(item) => Standard(*item).to_string(),
        Value::LargeCommunities(list) => {
            let mut list: Vec<Large> = list.to_vec();
            list.sort_unstable();
            list.dedup();
            joined(list.iter().map(|Large(a, b, c)| format!("{a}:{b}:{c}")))
        }
        Value::Large(Large(a, b, c)) => format!("{a}:{b}:{c}"),
        // An absent attribute.
        Value::Void => String::new(),
        _ => return None,
    })
}

fn joined<T: fmt::Display>(items: impl Iterator<Item = T>) -> String {
    let mut text = String::new();
    for item in items {
        if !text.is_empty() {
            text.push(' ');
        }
        let _ = write!(text, "{item}");
    }
    text
}

/// A standard community as FRR shows it.
struct Standard(u32);

/// The names that FRR shows.
const NAMES: &[(u32, &str)] = &[
    (0, "internet"),
    (0xffff_0000, "graceful-shutdown"),
    (0xffff_0001, "accept-own"),
    (0xffff_0002, "route-filter-translated-v4"),
    (0xffff_0003, "route-filter-v4"),
    (0xffff_0004, "route-filter-translated-v6"),
    (0xffff_0005, "route-filter-v6"),
    (0xffff_0006, "llgr-stale"),
    (0xffff_0007, "no-llgr"),
    (0xffff_0008, "accept-own-nexthop"),
    (0xffff_029a, "blackhole"),
    (0xffff_ff01, "no-export"),
    (0xffff_ff02, "no-advertise"),
    (0xffff_ff03, "local-AS"),
    (0xffff_ff04, "no-peer"),
];

impl fmt::Display for Standard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match NAMES.iter().find(|(value, _)| *value == self.0) {
            Some((_, name)) => f.write_str(name),
            None => write!(f, "{}:{}", self.0 >> 16, self.0 & 0xffff),
        }
    }
}

/// As FRR shows a path: `64501 64502 {64503,64504} (64505 64506) [64507,64508]`.
fn path_text(path: &AsPath) -> String {
    let mut text = String::new();
    for segment in path.segments() {
        let (open, close, between) = match segment.kind {
            SegmentKind::Sequence => ("", "", ' '),
            SegmentKind::Set => ("{", "}", ','),
            SegmentKind::ConfederationSequence => ("(", ")", ' '),
            SegmentKind::ConfederationSet => ("[", "]", ','),
        };
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(open);
        for (at, asn) in segment.asns.iter().enumerate() {
            if at > 0 {
                text.push(between);
            }
            let _ = write!(text, "{asn}");
        }
        text.push_str(close);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(asns: &[u32]) -> Value {
        Value::Path(AsPath::sequence(asns.to_vec()).into())
    }

    fn found(pattern: &str, value: &Value) -> bool {
        TextPattern::new(pattern).unwrap().is_in(value).unwrap()
    }

    #[test]
    fn a_border_is_an_end_or_what_stands_between_numbers() {
        assert!(found("_64505_", &path(&[64501, 64505, 64502])));
        assert!(found("_64505_", &path(&[64505])));
        assert!(!found("_6450_", &path(&[64505])));
        assert!(found("^$", &path(&[])) && !found("^$", &path(&[64505])));
        assert!(found("^64501(_64501)*$", &path(&[64501, 64501])));
        assert!(found("^[0-9]+$", &path(&[64501])));
        assert!(!found("^[0-9]+$", &path(&[64501, 64502])));
        assert!(found("^64501_[0-9]{5}$", &path(&[64501, 64502])));
    }

    #[test]
    fn communities_are_written_in_their_order_and_by_their_names() {
        let list = Value::Communities([0xffff_ff01, (64500 << 16) | 2, (64500 << 16) | 1].into());
        assert!(found("^64500:1 64500:2 no-export$", &list));
        assert!(!found("65535:65281", &list));
    }

    #[test]
    fn what_is_not_agreed_upon_is_no_pattern() {
        for text in [
            "a**", "*a", "(", ")", "a{", "a}", "[_]", "[[.a.]]", r"\<a", r"\d", r"\w", "^*", "a{2",
            "a{3,2}", "[a", "\\", "é", "a{1000}", "(a",
        ] {
            assert_eq!(TextPattern::new(text), None, "{text}");
        }
    }
}
