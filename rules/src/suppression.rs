//! Suppressions: `preflight: allow(rule-id): reason` in a comment.
//!
//! [`directive`] reads one comment; a part that knows its own language's comments uses it alone.
//! [`scan`] finds the comments of line-oriented formats and says what each one covers.

mod directive;
mod lines;

pub use directive::{Directive, Fault, directive};
pub use lines::{Comments, scan};
