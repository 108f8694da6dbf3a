//! The commands beside `check`.

mod rov;

use clap::Subcommand;
use rules::{Exit, Io};

/// What else `bgp-ci` can be asked.
#[derive(Debug, Clone, Subcommand)]
pub enum Commands {
    /// Say whether validators accept a prefix from an origin, and by which payloads
    #[command(after_help = rov::EXITS)]
    Rov(Box<rov::Args>),
}

/// Runs one of them.
pub fn run(command: Commands, io: &mut Io<'_>) -> Exit {
    match command {
        Commands::Rov(args) => rov::run(&args, io),
    }
}
