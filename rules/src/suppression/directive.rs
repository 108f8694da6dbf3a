//! The directive in one comment.

use std::sync::Arc;

use crate::{LineIndex, Span, Suppression, ids};

/// Longest list of rules in one directive; nobody means more.
const MOST_RULES: usize = 64;

/// What a comment says to us.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Directive {
    /// The comment.
    pub span: Span,
    /// The ids named, each with its place; empty where the directive is malformed.
    pub rules: Vec<(String, Span)>,
    /// Why; empty where it is missing.
    pub reason: String,
    /// What is wrong with its form.
    pub fault: Option<Fault>,
}

/// What is wrong with the form of a directive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Not `allow`: a misspelling, or a word of another tool.
    Verb,
    /// No `:` after `preflight`.
    Colon,
    /// No `(` after `allow`, or no `)` after the ids.
    Parenthesis,
    /// No id between the parentheses, an empty one, or more than 64.
    Rules,
    /// Words after the parenthesis that no `:` introduces.
    Reason,
}

impl Fault {
    /// A lower-case fragment for the finding.
    pub fn message(self) -> &'static str {
        match self {
            Self::Verb => "only `allow` can be asked of preflight in a comment",
            Self::Colon => "a colon is missing after `preflight`",
            Self::Parenthesis => "the rules do not stand between parentheses",
            Self::Rules => "there is no list of rules between the parentheses",
            Self::Reason => "a colon is missing before the reason",
        }
    }
}

impl Directive {
    /// The suppression that it is, over these lines (from 1, inclusive).
    ///
    /// A malformed directive becomes a suppression without rules whose reason says what is wrong:
    /// the gate reports it as `malformed-suppression`.
    pub fn covering(self, first: u32, last: u32) -> Suppression {
        Suppression {
            span: self.span,
            reason: match self.fault {
                Some(fault) => fault.message().to_owned(),
                None => self.reason,
            },
            rules: if self.fault.is_some() {
                Vec::new()
            } else {
                self.rules
            },
            lines: (first, last),
        }
    }
}

/// Reads a comment, given with its marks; `start` is its first byte in the file.
///
/// `None` where the comment says nothing to us. A directive stands first in its comment, so that
/// prose may speak of directives.
pub fn directive(
    comment: &str,
    path: &Arc<str>,
    index: &LineIndex,
    start: u32,
) -> Option<Directive> {
    let body = comment.trim_start_matches(is_mark);
    let (name, rest) = split_word(body);
    if !name.eq_ignore_ascii_case("preflight") {
        return None;
    }
    let at = |part: &str| {
        let from = part.as_ptr().addr().saturating_sub(comment.as_ptr().addr());
        let from = start.saturating_add(u32::try_from(from).unwrap_or(u32::MAX));
        let to = from.saturating_add(u32::try_from(part.len()).unwrap_or(u32::MAX));
        index.span(path, from, to)
    };
    let read = read(name, rest)?;
    Some(Directive {
        span: at(comment.trim_end()),
        fault: read.as_ref().err().copied(),
        reason: read.as_ref().map_or("", |(_, reason)| reason).to_owned(),
        rules: read.map_or_else(
            |_| Vec::new(),
            |(rules, _)| {
                rules
                    .into_iter()
                    .map(|rule| (rule.to_owned(), at(rule)))
                    .collect()
            },
        ),
    })
}

type Parts<'a> = (Vec<&'a str>, &'a str);

/// What follows the name: the ids and the reason, or a fault; `None` where it is prose.
fn read<'a>(name: &str, rest: &'a str) -> Option<Result<Parts<'a>, Fault>> {
    let Some(after) = rest.trim_start().strip_prefix(':') else {
        // "preflight checks …" is prose; "preflight allow(…)" is a slip.
        let (verb, rest) = split_word(rest.trim_start());
        let meant = verb.eq_ignore_ascii_case("allow") && rest.trim_start().starts_with('(');
        return meant.then_some(Err(Fault::Colon));
    };
    let (verb, rest) = split_word(after.trim_start());
    let rest = rest.trim_start();
    if verb != "allow" || name != "preflight" {
        return (rest.starts_with('(') || is_verb(verb)).then_some(Err(Fault::Verb));
    }
    let Some((list, rest)) = rest.strip_prefix('(').and_then(|rest| rest.split_once(')')) else {
        return Some(Err(Fault::Parenthesis));
    };
    let rules: Vec<&str> = list
        .split(',')
        .take(MOST_RULES + 1)
        .map(str::trim)
        .collect();
    if rules.len() > MOST_RULES || rules.iter().any(|rule| rule.is_empty()) {
        return Some(Err(Fault::Rules));
    }
    let rest = rest.trim().trim_end_matches("*/").trim_end();
    match rest.strip_prefix(':') {
        Some(reason) => Some(Ok((rules, reason.trim()))),
        None if rest.is_empty() => Some(Ok((rules, ""))),
        None => Some(Err(Fault::Reason)),
    }
}

/// Words that people write where `allow` is meant.
fn is_verb(word: &str) -> bool {
    let words = [
        "allow", "deny", "disable", "expect", "ignore", "noqa", "nolint", "off", "skip",
        "suppress", "warn",
    ];
    ids::nearest_of(word, words.into_iter()).is_some()
}

fn is_mark(c: char) -> bool {
    c.is_whitespace() || matches!(c, '/' | '*' | '!' | '#' | '-' | ';')
}

fn split_word(text: &str) -> (&str, &str) {
    let end = text
        .find(|c: char| !(c.is_alphanumeric() || c == '-' || c == '_'))
        .unwrap_or(text.len());
    text.split_at_checked(end).unwrap_or((text, ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(comment: &str) -> Option<Directive> {
        let text = format!("let a = 1; {comment}\n");
        directive(comment, &"a.rs".into(), &LineIndex::new(&text), 11)
    }

    #[test]
    fn a_directive_gives_rules_with_places_and_a_reason() {
        let read = read("// preflight: allow(relock, recursive-read): held on purpose").unwrap();
        assert_eq!(read.fault, None);
        assert_eq!(read.reason, "held on purpose");
        let rules: Vec<_> = read
            .rules
            .iter()
            .map(|(rule, span)| (rule.as_str(), span.start.column, span.end.column))
            .collect();
        assert_eq!(rules, [("relock", 32, 38), ("recursive-read", 40, 54)]);
        assert_eq!((read.span.start.column, read.span.start.byte), (12, 11));
    }

    #[test]
    fn each_comment_mark_and_spacing_reads_the_same() {
        for comment in [
            "//preflight:allow(relock):why",
            "# preflight: allow(relock): why",
            "-- preflight: allow( relock ) : why",
            "/* preflight: allow(relock): why */",
            "//! preflight: allow(relock): why  ",
        ] {
            let read = read(comment).unwrap();
            let rules: Vec<_> = read.rules.iter().map(|(rule, _)| rule.as_str()).collect();
            assert_eq!(
                (rules, read.reason.as_str(), read.fault),
                (vec!["relock"], "why", None)
            );
        }
    }

    #[test]
    fn slips_are_faults_and_prose_is_prose() {
        let fault = |comment| read(comment).map(|read| read.fault);
        assert_eq!(
            fault("// preflight: alow(relock): x"),
            Some(Some(Fault::Verb))
        );
        assert_eq!(
            fault("// preflight: ignore relock"),
            Some(Some(Fault::Verb))
        );
        assert_eq!(
            fault("// Preflight: allow(relock): x"),
            Some(Some(Fault::Verb))
        );
        assert_eq!(
            fault("// preflight allow(relock): x"),
            Some(Some(Fault::Colon))
        );
        assert_eq!(
            fault("// preflight: allow relock"),
            Some(Some(Fault::Parenthesis))
        );
        assert_eq!(
            fault("// preflight: allow(relock: x"),
            Some(Some(Fault::Parenthesis))
        );
        assert_eq!(fault("// preflight: allow(): x"), Some(Some(Fault::Rules)));
        assert_eq!(
            fault("// preflight: allow(a,,b): x"),
            Some(Some(Fault::Rules))
        );
        assert_eq!(
            fault("// preflight: allow(relock) x"),
            Some(Some(Fault::Reason))
        );
        assert_eq!(fault("// preflight: allow(relock)"), Some(None));
        assert_eq!(fault("// preflight: see the readme"), None);
        assert_eq!(fault("// preflight runs before the merge"), None);
        assert_eq!(fault("// write `preflight: allow(relock): why`"), None);
        assert_eq!(fault("//"), None);
    }
}
