//! What a policy asks for and this version cannot judge.
//!
//! A gate that ignored such a key would answer "clean" about something that it never looked at,
//! so each of them is undecided, with the key and its place.

use rules::Span;
use rules::policy::{Policy, Spanned};

use super::section::Section;

/// A key that asks for more than this version does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unjudged {
    /// Where the key's value begins.
    pub span: Span,
    /// The key.
    pub key: &'static str,
    /// What therefore is not known: a lower-case fragment.
    pub reason: &'static str,
}

/// Every such key of `section`, in the order of the list.
pub fn unjudged(policy: &Policy, section: &Section) -> Vec<Unjudged> {
    let mut found = Vec::new();
    let mut report = |span: Option<Span>, key, reason| {
        found.extend(span.map(|span| Unjudged { span, key, reason }));
    };
    report(
        section
            .limits
            .as_ref()
            .and_then(|limits| limits.filter_shrink.as_ref())
            .map(|limit| policy.span(limit)),
        "filter-shrink",
        "this version reads no lists that filters use",
    );
    found
}

fn first<T>(policy: &Policy, list: &[Spanned<T>]) -> Option<Span> {
    list.first().map(|first| policy.span(first))
}
