//! The commands beside `check`.

mod chain;
mod diff;
mod init;
mod report;

use clap::Subcommand;
use rules::{Exit, Io};

/// What else `cert-audit` can be asked.
#[derive(Debug, Clone, Subcommand)]
pub enum Commands {
    /// Report what there is and what fails first, for people and machines
    #[command(after_help = report::EXITS)]
    Report(Box<report::ReportArgs>),
    /// Compare two reports, or two folders, by lineage
    #[command(after_help = diff::EXITS)]
    Diff(Box<diff::DiffArgs>),
    /// Show every path from a certificate to a root, and what binds or breaks it
    ///
    /// Paths are built over the intermediates to the roots by the rules of RFC 5280 §6.
    /// Neither revocation nor certificate policies are evaluated.
    #[command(after_help = chain::EXITS)]
    Chain(Box<chain::Args>),
    /// Write a policy from what is found
    #[command(after_help = init::EXITS)]
    Init(Box<init::InitArgs>),
}

/// Runs one of them.
pub fn run(command: Commands, io: &mut Io<'_>) -> Exit {
    match command {
        Commands::Report(args) => report::run(&args, io),
        Commands::Diff(args) => diff::run(&args, io),
        Commands::Chain(args) => chain::run(&args, io),
        Commands::Init(args) => init::run(&args, io),
    }
}
