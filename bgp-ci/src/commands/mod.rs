//! The commands beside `check`.

mod diff;
mod format;
mod rov;

use clap::Subcommand;
use rules::{Exit, Io};

/// What else `bgp-ci` can be asked.
#[derive(Debug, Clone, Subcommand)]
pub enum Commands {
    /// Show what a change makes neighbours receive differently, and its plan
    #[command(after_help = diff::EXITS)]
    Diff(Box<diff::DiffArgs>),
    /// Say whether validators accept a prefix from an origin, and by which payloads
    #[command(after_help = rov::EXITS)]
    Rov(Box<rov::Args>),
}

/// Runs one of them.
pub fn run(command: Commands, io: &mut Io<'_>) -> Exit {
    match command {
        Commands::Diff(args) => diff::run(&args, io),
        Commands::Rov(args) => rov::run(&args, io),
    }
}
