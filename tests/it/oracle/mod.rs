//! Oracles: something that we did not write decides.

mod compiler;
mod drops;
mod registry;
mod rewrites;
mod verdicts;
mod vocabulary;

use std::ffi::OsString;

/// The compiler that builds the tests.
#[expect(
    clippy::disallowed_methods,
    reason = "the compiler that builds the tests is named by the environment"
)]
fn rustc() -> OsString {
    std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into())
}

/// How much deeper than usual the oracles look: `PREFLIGHT_DEPTH=10 tests/run oracle` makes ten times as much.
#[expect(
    clippy::disallowed_methods,
    reason = "whoever runs the tests says how long they may take"
)]
fn depth() -> usize {
    let wanted = std::env::var("PREFLIGHT_DEPTH").unwrap_or_default();
    wanted.parse().unwrap_or(1).max(1)
}
