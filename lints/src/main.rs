//! `structlint`.

use std::process::ExitCode;

fn main() -> ExitCode {
    rules::process::run(structlint::run)
}
