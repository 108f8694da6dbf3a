//! `preflight`.

use std::process::ExitCode;

fn main() -> ExitCode {
    rules::process::run(preflight::run)
}
