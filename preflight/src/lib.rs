//! `preflight`: one command over the three parts.
//!
//! It runs every part that the policy configures — without a policy, what it finds — judges them
//! together, and answers with one report and one exit status.

use std::ffi::OsString;

use rules::tool::Merged;
use rules::{Exit, Io};

/// The command.
pub static TOOL: Merged = Merged {
    name: "preflight",
    version: env!("CARGO_PKG_VERSION"),
    about: "Pre-merge gates against the outages that unit tests never catch",
    members: &[&structlint::TOOL, &cert_audit::TOOL, &bgp_ci::MEMBER],
};

/// Runs the command line `args`, whose first element is the name it was called by.
pub fn run(args: Vec<OsString>, io: &mut Io<'_>) -> Exit {
    TOOL.run(args, io)
}
