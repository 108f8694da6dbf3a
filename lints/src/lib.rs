//! `structlint`: finds deadlocks in source, without compiling.
//!
//! A read guard that is alive in an `if let`'s `else` stopped a global proxy, twice. The questions
//! that answer such a bug — when does a temporary drop in this edition, which lock is this, what
//! does that call take — need no compiler, only all of the source: so this is a pipeline from
//! files ([`discover`]) to facts ([`syntax`], [`hir`]), to a linked workspace ([`index`]), to
//! guards with their lives ([`walk`]), to evidence ([`analysis`]), to findings ([`checks`]).

pub mod analysis;
mod args;
pub mod blocking;
pub mod check;
pub mod checks;
pub mod discover;
pub mod engine;
mod explain;
pub mod grounds;
pub mod hir;
pub mod index;
pub mod limits;
pub mod locks;
mod macros;
mod policy;
mod run;
mod source;
mod stats;
pub mod syntax;
#[cfg(test)]
mod testing;
pub mod walk;

use std::ffi::OsString;
use std::marker::PhantomData;

use rules::ids::Part;
use rules::tool::{Tool, no_command};
use rules::{Exit, Io, Rule};

pub use args::LintArgs;
pub use policy::LintsSection;

/// Every rule, sorted by id.
pub static RULES: &[&Rule] = &[
    &checks::ASYNC_LOCK_ACROSS_AWAIT,
    &checks::BLOCKING_IN_ASYNC,
    &checks::CONDVAR_HOLDS_SECOND_LOCK,
    &checks::FUTURELOCK,
    &checks::LOCK_ACROSS_AWAIT,
    &checks::LOCK_ACROSS_BLOCKING,
    &checks::LOCK_DROPPED_AT_ONCE,
    &checks::LOCK_IN_SCRUTINEE,
    &checks::LOCK_ORDER_CYCLE,
    &checks::ONCE_REENTRY,
    &checks::RECURSIVE_READ,
    &checks::REFCELL_REBORROW,
    &checks::RELOCK,
    &checks::RELOCK_IN_SCRUTINEE,
];

/// The command.
pub static TOOL: Tool<LintsSection, LintArgs> = Tool {
    name: "structlint",
    version: env!("CARGO_PKG_VERSION"),
    about: "Finds deadlocks that unit tests never catch, in source, without compiling",
    part: Part::Lints,
    rules: RULES,
    check: run::check,
    explain: Some(explain::EXPLAIN),
    command: no_command,
    reads_stdin: false,
    marker: PhantomData,
};

/// Runs the command line `args`, whose first element is the name it was called by.
pub fn run(args: Vec<OsString>, io: &mut Io<'_>) -> Exit {
    TOOL.run(args, io)
}
