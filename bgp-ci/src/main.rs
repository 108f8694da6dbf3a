//! `bgp-ci`.

use std::process::ExitCode;

fn main() -> ExitCode {
    rules::process::run(|args, io| bgp_ci::run(args, io))
}
