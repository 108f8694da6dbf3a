//! The commands beside `check`.

mod diff;
mod init;
mod report;

use rules::{Exit, Io};

/// The commands beside `check`.
#[derive(Debug, Clone, clap::Subcommand)]
pub enum Commands {
    /// Report what there is and what fails first, for people and machines
    #[command(after_help = report::EXITS)]
    Report(Box<report::ReportArgs>),
    /// Compare two reports, or two folders, by lineage
    #[command(after_help = diff::EXITS)]
    Diff(Box<diff::DiffArgs>),
    /// Write a policy from what is found
    #[command(after_help = init::EXITS)]
    Init(Box<init::InitArgs>),
}

/// Runs one.
pub fn run(command: Commands, io: &mut Io<'_>) -> Exit {
    match command {
        Commands::Report(args) => report::run(&args, io),
        Commands::Diff(args) => diff::run(&args, io),
        Commands::Init(args) => init::run(&args, io),
    }
}
