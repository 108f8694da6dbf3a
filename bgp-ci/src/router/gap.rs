//! What an adapter did not understand, and how far that reaches.

use super::{SessionId, TableId};
use crate::model::Family;
use crate::model::GapKind;
use crate::place::Place;

/// Something that is configured and not modelled, or that the daemon would refuse.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gap {
    /// Where.
    pub place: Place,
    /// Of which kind.
    pub kind: GapKind,
    /// What, and what to do: a lower-case fragment.
    pub message: String,
    /// What may be other than it seems because of it.
    pub reach: Reach,
}

/// How far a gap reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reach {
    /// Nothing that is announced: it is named and no more.
    Nothing,
    /// What one session sends in one family.
    Channel(SessionId, Family),
    /// What one session sends.
    Session(SessionId),
    /// The routes of one table, and of every table and session that they reach.
    Table(TableId),
    /// Everything.
    Router,
}
