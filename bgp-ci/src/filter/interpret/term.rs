//! The terms of policies, by small numbers, so that a trace is cheap.

use crate::filter::attribute::Attribute;
use crate::place::Place;

/// One term of a machine's program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TermId(u32);

/// What a trace tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Term {
    /// Where it stands: a condition, an arm, or a whole statement.
    pub place: Place,
    /// What it did.
    pub kind: TermKind,
}

/// What a term did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TermKind {
    /// The condition was true.
    Then,
    /// The condition was false and there is an `else`.
    Otherwise,
    /// The arm of a `case` was taken; its `else` too.
    Arm,
    /// An attribute was set.
    Set(Attribute),
    /// An attribute was made absent.
    Unset(Attribute),
    /// The route was accepted.
    Accept,
    /// The route was rejected.
    Reject,
    /// A function was entered.
    Call,
}

/// Every term of a program.
#[derive(Debug, Clone, Default)]
pub(super) struct Terms {
    terms: Vec<Term>,
}

impl Terms {
    /// A number for the term.
    pub(super) fn add(&mut self, place: Place, kind: TermKind) -> TermId {
        let id = TermId(u32::try_from(self.terms.len()).unwrap_or(u32::MAX));
        self.terms.push(Term { place, kind });
        id
    }

    /// The term of a number.
    pub(super) fn term(&self, id: TermId) -> Term {
        usize::try_from(id.0)
            .ok()
            .and_then(|at| self.terms.get(at))
            .copied()
            .expect("a number is made from a term of the same machine")
    }
}
