//! From text to tokens.
//!
//! One file at a time; what an `include` names is read in its place by the caller.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use winnow::Parser as _;
use winnow::ascii::hex_digit0;
use winnow::combinator::{delimited, preceded, terminated};
use winnow::token::{take_till, take_until, take_while};

use super::placeholder::HOLE;
use super::token::{TokenKind, Words};

type Reading<T> = Result<T, winnow::error::ContextError>;

/// What the text goes on with.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// A token.
    Token(TokenKind),
    /// `include "…";` at the start of a line: what it names.
    Include(String),
    /// Nothing but space and comments.
    Nothing,
    /// Something wrong, to be reported in these words; the token stands for it.
    Wrong(&'static str, TokenKind),
}

/// The punctuation of the language, longest first.
const MARKS: [&str; 35] = [
    "[=", "=]", "..", "!=", "!~", "<=", ">=", "&&", "||", "->", "{", "}", "(", ")", "[", "]", ";",
    ",", ".", ":", "=", "<", ">", "~", "+", "-", "*", "/", "%", "!", "|", "&", "?", "\\", "^",
];

/// Takes one piece off the start of `text`.
///
/// `fresh` says that nothing but space stands before it on its line.
pub(super) fn piece(text: &mut &str, words: &mut Words, fresh: bool) -> Piece {
    let Some(first) = text.chars().next() else {
        return Piece::Nothing;
    };
    match first {
        '#' => {
            skip(text, |text| take_till(0.., '\n').void().parse_next(text));
            Piece::Nothing
        }
        '/' if text.starts_with("/*") => comment(text),
        '"' => quoted_text(text, words),
        '\'' => apostrophes(text, words),
        ':' | '0'..='9' | 'a'..='f' | 'A'..='F' => {
            match address(text).or_else(|| bytes(text, words)) {
                Some(kind) => Piece::Token(kind),
                None if first.is_ascii_digit() => number(text),
                None if first == ':' => mark(text),
                None => word(text, words, fresh),
            }
        }
        c if c.is_ascii_alphabetic() || c == '_' => word(text, words, fresh),
        HOLE => {
            skip(text, |text| {
                take_while(1.., |c: char| {
                    c == HOLE || c.is_ascii_alphanumeric() || "_.-".contains(c)
                })
                .void()
                .parse_next(text)
            });
            Piece::Token(TokenKind::Hole)
        }
        _ => mark(text),
    }
}

fn skip(text: &mut &str, parser: impl Fn(&mut &str) -> Reading<()>) -> bool {
    parser(text).is_ok()
}

fn comment(text: &mut &str) -> Piece {
    let whole: Reading<&str> = delimited("/*", take_until(0.., "*/"), "*/").parse_next(text);
    match whole {
        Ok(inner) if inner.contains("/*") => {
            Piece::Wrong("comments cannot be nested", TokenKind::Hole)
        }
        Ok(_) => Piece::Nothing,
        Err(_) => {
            *text = "";
            Piece::Wrong("this comment has no end", TokenKind::Hole)
        }
    }
}

fn quoted_text(text: &mut &str, words: &mut Words) -> Piece {
    let line: Reading<&str> = delimited('"', take_till(0.., ['"', '\n']), '"').parse_next(text);
    match line {
        Ok(inner) if inner.contains(HOLE) => Piece::Token(TokenKind::Hole),
        Ok(inner) => Piece::Token(TokenKind::Text(words.id(inner))),
        Err(_) => {
            skip(text, |text| take_till(1.., '\n').void().parse_next(text));
            Piece::Wrong(
                "this text has no closing quote on its line",
                TokenKind::Hole,
            )
        }
    }
}

fn apostrophes(text: &mut &str, words: &mut Words) -> Piece {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "-_.:".contains(c) || c == HOLE;
    let name: Reading<&str> = delimited('\'', take_while(1.., allowed), '\'').parse_next(text);
    match name {
        Ok(name) if name.contains(HOLE) => Piece::Token(TokenKind::Hole),
        Ok(name) => Piece::Token(TokenKind::Quoted(words.id(name))),
        Err(_) => {
            let closed = skip(text, |text| {
                ('\'', take_till(0.., ['\'', '\n', ';']), '\'')
                    .void()
                    .parse_next(text)
            });
            if !closed {
                skip(text, |text| {
                    take_till(1.., ['\n', ';']).void().parse_next(text)
                });
            }
            Piece::Wrong(
                "a name in apostrophes is made of letters, digits and `-_.:`",
                TokenKind::Hole,
            )
        }
    }
}

fn word(text: &mut &str, words: &mut Words, fresh: bool) -> Piece {
    let allowed = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == HOLE;
    let found: Reading<&str> = take_while(1.., allowed).parse_next(text);
    match found {
        Ok("include") => include(text, words, fresh),
        Ok(found) if found.contains(HOLE) => Piece::Token(TokenKind::Hole),
        Ok(found) => Piece::Token(TokenKind::Word(words.id(found))),
        Err(_) => mark(text),
    }
}

/// The rest of an `include`, which BIRD reads before any grammar, and only at the start of a line.
fn include(text: &mut &str, words: &mut Words, fresh: bool) -> Piece {
    let space = || take_while(0.., [' ', '\t', '\r']);
    let name: Reading<&str> = preceded(
        space(),
        terminated(
            delimited('"', take_till(1.., ['"', '\n']), '"'),
            (space(), ';'),
        ),
    )
    .parse_next(text);
    match name {
        Ok(_) if !fresh => Piece::Wrong(
            "an include must be the first statement of its line",
            TokenKind::Hole,
        ),
        Ok(name) => Piece::Include(name.to_owned()),
        Err(_) if fresh => {
            skip(text, |text| take_till(0.., '\n').void().parse_next(text));
            Piece::Wrong(
                "an include is `include \"FILE\";` on one line",
                TokenKind::Hole,
            )
        }
        Err(_) => Piece::Token(TokenKind::Word(words.id("include"))),
    }
}

/// The longest run of digits and colons that an address can have.
const LONGEST_ADDRESS: usize = 64;

/// The longest bytes that are read, as written.
const LONGEST_BYTES: usize = 256;

/// The hexadecimal digits and colons at the start of `text`; `None` where there are more than
/// `longest`, so that a line of colons costs no more than its length.
fn run(text: &str, longest: usize) -> Option<&str> {
    let digits = |byte: &u8| byte.is_ascii_hexdigit() || *byte == b':';
    let length = text.bytes().take(longest + 1).take_while(digits).count();
    text.get(..length).filter(|_| length <= longest)
}

/// An address, or the two numbers of a route distinguisher.
fn address(text: &mut &str) -> Option<TokenKind> {
    let run = run(text, LONGEST_ADDRESS)?;
    let colons = run.bytes().filter(|byte| *byte == b':').count();
    let after = text.get(run.len()..).unwrap_or_default();
    if colons > 1 && (run.contains("::") || (6..8).contains(&colons)) {
        return ipv6(text, run, after);
    }
    if !run.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    if let Some((length, ip)) = dotted(text) {
        let rest = text.get(length..)?;
        if let Some(number) = rest.strip_prefix(':').and_then(decimal) {
            *text = rest.get(1 + number.0..)?;
            let number = u64::from(u16::try_from(number.1).ok()?);
            return Some(TokenKind::RouteDistinguisher(
                1 << 48 | u64::from(u32::from(ip)) << 16 | number,
            ));
        }
        *text = rest;
        return Some(TokenKind::Ip(IpAddr::V4(ip)));
    }
    distinguisher(text)
}

fn ipv6(text: &mut &str, run: &str, after: &str) -> Option<TokenKind> {
    // `::ffff:192.0.2.1`: the last group of the run is the first number of an IPv4 address.
    let group = run.rfind(':').map_or(0, |at| at + 1);
    let embedded = after
        .starts_with('.')
        .then(|| text.get(group..).and_then(dotted))
        .flatten();
    let mut length = embedded.map_or(run.len(), |(length, _)| group + length);
    let mut read = text.get(..length)?.parse::<Ipv6Addr>();
    if read.is_err() && run.ends_with(':') && !run.ends_with("::") && embedded.is_none() {
        // The colon is that of a `case`.
        length = run.len() - 1;
        read = text.get(..length)?.parse();
    }
    let ip = read.ok()?;
    *text = text.get(length..)?;
    Some(TokenKind::Ip(IpAddr::V6(ip)))
}

/// Four numbers with dots at the start of `text`, and how long they are.
fn dotted(text: &str) -> Option<(usize, Ipv4Addr)> {
    let mut octets = [0_u8; 4];
    let mut at = 0;
    for (index, octet) in octets.iter_mut().enumerate() {
        if index > 0 {
            at += text.get(at..)?.starts_with('.').then_some(1)?;
        }
        let (length, value) = decimal(text.get(at..)?)?;
        *octet = u8::try_from(value).ok()?;
        at += length;
    }
    Some((at, Ipv4Addr::from(octets)))
}

/// A decimal number at the start of `text`, and how long it is.
fn decimal(text: &str) -> Option<(usize, u32)> {
    let length = text.bytes().take_while(u8::is_ascii_digit).count();
    Some((length, text.get(..length)?.parse().ok()?))
}

/// `64500:1`, `0:64500:1`, `2:64500:1` (RFC 4364, section 4.2).
fn distinguisher(text: &mut &str) -> Option<TokenKind> {
    let (length, first) = decimal(text)?;
    let rest = text.get(length..)?.strip_prefix(':')?;
    let (length, second) = decimal(rest)?;
    let rest = rest.get(length..)?;
    let (kind, high, low, rest) = match rest.strip_prefix(':').and_then(|r| Some((decimal(r)?, r)))
    {
        Some(((length, third), after)) => (first, second, third, after.get(length..)?),
        None if first > 0xffff => (2, first, second, rest),
        None => (0, first, second, rest),
    };
    let value = match kind {
        0 => u64::from(u16::try_from(high).ok()?) << 32 | u64::from(low),
        1 | 2 => {
            u64::from(kind) << 48 | u64::from(high) << 16 | u64::from(u16::try_from(low).ok()?)
        }
        _ => return None,
    };
    *text = rest;
    Some(TokenKind::RouteDistinguisher(value))
}

/// `hex:00ff`, or sixteen and more bytes in pairs of digits.
fn bytes(text: &mut &str, words: &mut Words) -> Option<TokenKind> {
    let run = run(text, LONGEST_BYTES)?;
    let even = run.split(':').all(|group| group.len() % 2 == 0);
    if run.len() < 32 || !even {
        return None;
    }
    let id = words.id(run);
    *text = text.get(run.len()..)?;
    Some(TokenKind::Bytes(id))
}

fn number(text: &mut &str) -> Piece {
    let hexadecimal: Reading<&str> = preceded("0x", hex_digit0).parse_next(text);
    let value = if let Ok(digits) = hexadecimal {
        u32::from_str_radix(digits, 16)
    } else {
        let decimal: Reading<&str> = take_while(1.., |c: char| c.is_ascii_digit()).parse_next(text);
        decimal.unwrap_or_default().parse()
    };
    if text.starts_with(HOLE) {
        skip(text, |text| {
            take_while(1.., |c: char| {
                c == HOLE || c.is_ascii_alphanumeric() || ".:".contains(c)
            })
            .void()
            .parse_next(text)
        });
        return Piece::Token(TokenKind::Hole);
    }
    match value {
        Ok(value) => {
            // `300.1.1.1` is meant to be an address.
            let after = text.strip_prefix('.').unwrap_or_default();
            if after.starts_with(|c: char| c.is_ascii_digit() || c == HOLE) {
                return no_address(text);
            }
            Piece::Token(TokenKind::Number(value))
        }
        Err(_) => Piece::Wrong(
            "this number is out of range: numbers end at 4294967295",
            TokenKind::Hole,
        ),
    }
}

/// Takes the rest of what looks like an address.
fn no_address(text: &mut &str) -> Piece {
    let dotted = |c: char| c.is_ascii_digit() || c == '.' || c == HOLE;
    let taken: Reading<&str> = take_while(1.., dotted).parse_next(text);
    if taken.is_ok_and(|taken| taken.contains(HOLE)) {
        return Piece::Token(TokenKind::Hole);
    }
    Piece::Wrong(
        "this is no address: four numbers up to 255 with dots between them",
        TokenKind::Hole,
    )
}

fn mark(text: &mut &str) -> Piece {
    if let Some(found) = MARKS.iter().find(|known| text.starts_with(**known)) {
        *text = text.get(found.len()..).unwrap_or_default();
        return Piece::Token(TokenKind::Mark(found));
    }
    // A binary file would say the same a million times.
    let first = text.chars().next();
    *text = text.trim_start_matches(|next| Some(next) == first);
    Piece::Wrong("this character has no meaning here", TokenKind::Hole)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(mut text: &str) -> Vec<Piece> {
        let mut words = Words::default();
        let mut pieces = Vec::new();
        loop {
            text = text.trim_start();
            if text.is_empty() {
                return pieces;
            }
            pieces.push(piece(&mut text, &mut words, false));
        }
    }

    fn ip(text: &str) -> Piece {
        Piece::Token(TokenKind::Ip(text.parse().unwrap()))
    }

    fn mark(text: &'static str) -> Piece {
        Piece::Token(TokenKind::Mark(text))
    }

    fn number(value: u32) -> Piece {
        Piece::Token(TokenKind::Number(value))
    }

    #[test]
    fn addresses_and_numbers_are_told_apart_as_by_bird() {
        assert_eq!(
            kinds("192.0.2.1/24"),
            [ip("192.0.2.1"), mark("/"), number(24)]
        );
        assert_eq!(
            kinds("2001:DB8::/32"),
            [ip("2001:db8::"), mark("/"), number(32)]
        );
        assert_eq!(kinds("::"), [ip("::")]);
        assert_eq!(kinds("2001:db8:1:2:3:4:5:6"), [ip("2001:db8:1:2:3:4:5:6")]);
        assert_eq!(kinds("::ffff:192.0.2.1"), [ip("::ffff:192.0.2.1")]);
        assert_eq!(kinds("1..0x10"), [number(1), mark(".."), number(16)]);
        assert_eq!(kinds("1: 2"), [number(1), mark(":"), number(2)]);
        assert_eq!(kinds("192.0.2.1.mask")[..2], [ip("192.0.2.1"), mark(".")]);
        assert_eq!(kinds("::1: x")[..2], [ip("::1"), mark(":")]);
        assert_eq!(
            kinds("64500:1 65536:1 192.0.2.1:5 2:1:2"),
            [
                64500 << 32 | 1,
                2 << 48 | 65536 << 16 | 1,
                1 << 48 | 0xc000_0201 << 16 | 5,
                2 << 48 | 1 << 16 | 2
            ]
            .map(|value| Piece::Token(TokenKind::RouteDistinguisher(value)))
        );
    }

    #[test]
    fn what_cannot_be_read_is_said_once() {
        for text in [
            "\"open\n",
            "/* open",
            "/* a /* b */",
            "@",
            "é",
            "4294967296",
            "300.1.1.1",
            "'a b'",
            "'a",
        ] {
            let pieces = kinds(text);
            assert!(
                matches!(&pieces[..], [Piece::Wrong(_, TokenKind::Hole)]),
                "{text}: {pieces:?}"
            );
        }
        assert_eq!(kinds("# all\n/* of\n it */").len(), 2);
    }
}
