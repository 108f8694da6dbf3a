//! Regular expressions over one community that only fix its first numbers.
//!
//! `^64500:` and `^64500:1:[0-9]+$` are how operators write "all of ours". As sets they mean the
//! same, and a set can be followed where a text cannot.

use super::Kind;
use super::tree::At;
use crate::filter::Expression;
use crate::filter::ir::{Part, SetItem};
use crate::filter::program::Slot;
use crate::filter::types::SetType;

/// What one part of an expression asks.
enum Asks {
    Number(u32),
    Any,
}

/// Whether the community in `slot` is one in whose text `pattern` is found, as a set; `None` where
/// the pattern is not of this simple kind.
pub(super) fn is_in(at: At, kind: Kind, slot: Slot, pattern: &str) -> Option<Expression> {
    let (parts, of) = match kind {
        Kind::Standard => (2, SetType::Pair),
        Kind::Large => (3, SetType::Large),
        Kind::Extended => return None,
    };
    let asked = asked(pattern, parts)?;
    // The well-known communities are written by name, not by numbers.
    let known = |number: u32| number == 0 || number == 65535;
    if kind == Kind::Standard && !matches!(asked.first(), Some(Asks::Number(n)) if !known(*n)) {
        return None;
    }
    let mut items = asked.iter().map(|asks| match asks {
        Asks::Number(number) => Part::One(at.number(*number)),
        Asks::Any => Part::Any,
    });
    let all_fixed = asked.iter().all(|asks| matches!(asks, Asks::Number(_)));
    if all_fixed {
        return None;
    }
    let item = match kind {
        Kind::Standard => SetItem::Pair([items.next()?, items.next()?]),
        _ => SetItem::Large([items.next()?, items.next()?, items.next()?]),
    };
    Some(at.is_in(at.variable(slot), at.set(of, vec![item])))
}

/// What each of `parts` numbers must be.
fn asked(pattern: &str, parts: usize) -> Option<Vec<Asks>> {
    // Before the first number a border is the beginning.
    let body = pattern
        .strip_prefix('^')
        .or_else(|| pattern.strip_prefix('_'))?;
    let (body, ends) = match body.strip_suffix('$').or_else(|| body.strip_suffix('_')) {
        Some(body) => (body, true),
        None => (body, false),
    };
    let words: Vec<&str> = body.split(':').collect();
    let mut asked = Vec::new();
    for (at, word) in words.iter().enumerate() {
        let is_last = at + 1 == words.len();
        match *word {
            // What comes after a colon may be anything, also more than one number.
            "" if is_last && !ends && at > 0 => break,
            ".*" | ".+" if is_last && at > 0 => break,
            "[0-9]+" | "[0-9]*" | "[0-9]{1,}" if ends || !is_last => asked.push(Asks::Any),
            "[0-9]+" if is_last && at > 0 => break,
            digits => {
                // Without an end, 10 is also the beginning of 100.
                if is_last && !ends {
                    return None;
                }
                let plain = digits.len() == 1 || !digits.starts_with('0');
                let number = digits.parse().ok().filter(|_| plain)?;
                asked.push(Asks::Number(number));
            }
        }
        if is_last && asked.len() < parts {
            return None;
        }
    }
    if asked.len() > parts {
        return None;
    }
    while asked.len() < parts {
        asked.push(Asks::Any);
    }
    Some(asked)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(pattern: &str, parts: usize) -> Option<String> {
        let parts = asked(pattern, parts)?;
        let parts = parts.iter().map(|asks| match asks {
            Asks::Number(number) => number.to_string(),
            Asks::Any => "*".to_owned(),
        });
        Some(parts.collect::<Vec<_>>().join(":"))
    }

    #[test]
    fn simple_expressions_are_sets() {
        for (pattern, parts, set) in [
            ("^64500:", 3, Some("64500:*:*")),
            ("^64500:", 2, Some("64500:*")),
            ("^64500:.*$", 3, Some("64500:*:*")),
            ("^64500:.*", 2, Some("64500:*")),
            ("_64500:1:[0-9]+_", 3, Some("64500:1:*")),
            ("^64500:1:", 3, Some("64500:1:*")),
            ("^64500:[0-9]+:7$", 3, Some("64500:*:7")),
            ("^64500:1:2$", 3, Some("64500:1:2")),
            ("^64500", 3, None),
            ("^64500:1", 3, None),
            ("64500:", 3, None),
            ("^64500:1$", 3, None),
            ("^64500:1:2:3$", 3, None),
            ("^64500:0[1-9]:", 3, None),
            ("^64500:1.*", 3, None),
            ("^6450.:", 3, None),
            ("^:", 3, None),
        ] {
            assert_eq!(shown(pattern, parts).as_deref(), set, "{pattern}");
        }
    }
}
