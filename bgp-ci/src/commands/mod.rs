//! The commands beside `check`.

mod diff;
mod format;
mod replay;
mod rov;
mod search_policy;
mod test_policy;
mod why;

use clap::Subcommand;
use rules::{Exit, Io};

/// What else `bgp-ci` can be asked.
#[derive(Debug, Clone, Subcommand)]
pub enum Commands {
    /// Show what a change makes neighbours receive differently, and its plan
    #[command(after_help = diff::EXITS)]
    Diff(Box<diff::DiffArgs>),
    /// Judge the folder of an incident, and compare the answer with what is expected
    #[command(after_help = replay::EXITS)]
    Replay(Box<replay::ReplayArgs>),
    /// Say whether validators accept a prefix from an origin, and by which payloads
    #[command(after_help = rov::EXITS)]
    Rov(Box<rov::Args>),
    /// Search for a route that a filter of the routers' files lets through, or prove that none is
    #[command(after_help = search_policy::EXITS)]
    SearchPolicy(Box<search_policy::SearchPolicyArgs>),
    /// Say what a filter of the routers' files makes of a route, and which lines decide
    #[command(after_help = test_policy::EXITS)]
    TestPolicy(Box<test_policy::TestPolicyArgs>),
    /// Say why neighbours receive a prefix, or do not: each line that decided
    #[command(after_help = why::EXITS)]
    Why(Box<why::WhyArgs>),
}

/// Runs one of them.
pub fn run(command: Commands, io: &mut Io<'_>) -> Exit {
    match command {
        Commands::Diff(args) => diff::run(&args, io),
        Commands::Replay(args) => replay::run(&args, io),
        Commands::Rov(args) => rov::run(&args, io),
        Commands::SearchPolicy(args) => search_policy::run(&args, io),
        Commands::TestPolicy(args) => test_policy::run(&args, io),
        Commands::Why(args) => why::run(&args, io),
    }
}
