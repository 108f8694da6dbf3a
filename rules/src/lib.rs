//! The kernel of Preflight.
//!
//! A [`Rule`] is what we promise; a *check* (in the parts) is the code that enforces it; a
//! [`Finding`] is one violation; a [`Report`] is all of them.
//! The parts produce findings; everything that decides what becomes of them — levels, certainty,
//! suppressions, exemptions, the baseline, the exit status, the report formats — is here, once.

pub mod args;
pub mod baseline;
pub mod escape;
pub mod finding;
pub mod gate;
pub mod ids;
pub mod io;
pub mod level;
pub mod outcome;
pub mod packs;
pub mod policy;
pub mod process;
pub mod progress;
pub mod report;
pub mod rule;
pub mod scope;
pub mod span;
pub mod suppression;
pub mod tool;
pub mod tree;

pub use finding::{Finding, Label};
pub use io::{Exit, Io, Terminal};
pub use level::{Certainty, Level};
pub use outcome::{Outcome, Report, Reported, Sources, Summary, Suppression, Undecided, Verdict};
pub use rule::Rule;
pub use span::{LineIndex, Position, Span};
