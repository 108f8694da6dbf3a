//! The commands beside `check`.

mod chain;

use clap::Subcommand;
use rules::{Exit, Io};

/// What else `cert-audit` can be asked.
#[derive(Debug, Clone, Subcommand)]
pub enum Commands {
    /// Show every path from a certificate to a root, and what binds or breaks it
    ///
    /// Paths are built over the intermediates to the roots by the rules of RFC 5280 §6.
    /// Neither revocation nor certificate policies are evaluated.
    #[command(after_help = chain::EXITS)]
    Chain(Box<chain::Args>),
}

/// Runs one of them.
pub fn run(command: Commands, io: &mut Io<'_>) -> Exit {
    match command {
        Commands::Chain(args) => chain::run(&args, io),
    }
}
