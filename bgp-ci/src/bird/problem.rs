//! What is wrong with a configuration, or cannot be seen of it.

use crate::model::Name;
use crate::place::Place;

/// Something about a configuration that stands in the way of understanding it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// What follows from it.
    pub kind: ProblemKind,
    /// Where.
    pub place: Place,
    /// What it is, lower case and without a full stop.
    pub message: String,
    /// What to do about it, if there is more to say.
    pub help: Option<String>,
}

/// What follows from a problem.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProblemKind {
    /// BIRD would not load it, or we do not know the statement.
    Syntax,
    /// It is readable and makes no sense: redefined, of the wrong type, called with too few
    /// arguments. BIRD would not load it.
    Invalid,
    /// It names something that nothing defines. BIRD would not load it.
    Undefined {
        /// What kind of thing: "filter", "table", "template".
        what: &'static str,
        /// The name.
        name: Name,
    },
    /// Part of it lies where we cannot look: nothing can be said to be clean.
    NotVisible,
    /// It names something that may be defined where we cannot look.
    Unresolved,
    /// A place that a deployment script fills in, and nobody said with what.
    Placeholder {
        /// The name in the braces.
        name: Name,
    },
    /// It is known, and later than the versions that are modelled.
    Newer,
    /// Nothing is wrong, but whoever reads the result may want to know.
    Note,
}
