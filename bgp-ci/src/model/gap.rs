//! What a router's files say and this version does not follow.

use std::collections::BTreeSet;

use rules::Span;

use super::SessionKey;

/// Something that was not understood, and what therefore is not known.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Gap {
    /// Where.
    pub span: Span,
    /// Of which kind.
    pub kind: GapKind,
    /// What, and what to do: a lower-case fragment.
    pub message: String,
    /// The sessions whose announcements may be others because of it.
    pub affects: BTreeSet<SessionKey>,
}

/// Kinds of gaps, each with a rule of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum GapKind {
    /// The daemon would refuse the file, or we cannot read its grammar: `unparsed-config`.
    Unparsed,
    /// A statement that is understood and has no model here: `unmodelled-policy`.
    Unmodelled,
    /// A name that nothing defines: `undefined-reference`.
    Undefined,
}
