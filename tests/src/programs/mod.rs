//! Programs that take a lock twice, or almost: what the compiler makes of them decides what a linter must say.
//!
//! A [`Construct`](construct::Construct) is data: a text with holes, and for each hole whether a guard lives there.
//! [`choice`] combines constructs with locks, places of locks and ways to reach the second acquisition;
//! [`render`] writes the result as a package for a linter and as a twin that runs against
//! [the shim locks](crate::shims), on which a thread that would wait for itself panics instead.

pub mod choice;
pub mod construct;
pub mod edition;
pub mod lock;
pub mod locks;
pub mod plan;
pub mod render;
pub mod table;
mod wrappers;
