//! `bgp-ci`.

use std::process::ExitCode;

fn main() -> ExitCode {
    rules::process::run(bgp_ci::run)
}
