//! Oracles: something that we did not write decides.

mod compiler;
mod drops;
mod registry;
mod verdicts;

use std::ffi::OsString;

/// The compiler that builds the tests.
#[expect(
    clippy::disallowed_methods,
    reason = "the compiler that builds the tests is named by the environment"
)]
fn rustc() -> OsString {
    std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into())
}
