//! `cargo structlint`: the same command, called by cargo, which puts the subcommand's name first.

use std::ffi::OsString;
use std::process::ExitCode;

fn main() -> ExitCode {
    rules::process::run(|mut args: Vec<OsString>, io| {
        if args.get(1).is_some_and(|first| first == "structlint") {
            args.remove(1);
        }
        structlint::run(args, io)
    })
}
