//! The command `bgp-ci`.
#![expect(
    clippy::disallowed_methods,
    reason = "the only place with the real clock, environment and directory"
)]

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::FAILURE
}
