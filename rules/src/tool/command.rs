//! The command line: parsing, dispatch, and what goes wrong before a run.

use std::ffi::OsString;

use clap::error::ErrorKind;
use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand};

use super::about;
use super::check::{self, Checker};
use crate::args::{About, CheckArgs};
use crate::{Exit, Io};

/// The command line of a tool.
#[derive(Debug, Parser)]
#[command(
    subcommand_required = true,
    arg_required_else_help = true,
    propagate_version = true
)]
struct CommandLine<X: Args, C: Subcommand> {
    #[command(subcommand)]
    command: Commands<X, C>,
}

#[derive(Debug, Subcommand)]
enum Commands<X: Args, C: Subcommand> {
    /// Check files, and say what would take the fleet down
    #[command(after_help = EXITS)]
    Check {
        #[command(flatten)]
        shared: Box<CheckArgs>,
        #[command(flatten)]
        own: X,
    },
    #[command(flatten)]
    Own(C),
    #[command(flatten)]
    About(About),
}

const EXITS: &str = "Exit status: 0 clean; 1 denied findings, even when something else is undecided; \
2 undecided: bad usage or policy, no permission, I/O error, data too old or incomplete to decide.";

/// The whole command line as data.
pub(super) fn command_line<X: Args, C: Subcommand>(
    name: &'static str,
    version: &'static str,
    about: &'static str,
) -> clap::Command {
    CommandLine::<X, C>::command()
        .name(name)
        .bin_name(name)
        .version(version)
        .about(about)
}

/// Parses and runs.
pub(super) fn run<X: Args, C: Subcommand>(
    checker: &dyn Checker<X>,
    own: fn(C, &mut Io<'_>) -> Exit,
    args: impl IntoIterator<Item = OsString>,
    io: &mut Io<'_>,
) -> Exit {
    let identity = checker.identity();
    let line = command_line::<X, C>(identity.name, identity.version, identity.about);
    let parsed = line
        .clone()
        .try_get_matches_from(args)
        .and_then(|mut matches| CommandLine::<X, C>::from_arg_matches_mut(&mut matches));
    match parsed {
        Err(error) => usage(&error, io),
        Ok(parsed) => match parsed.command {
            Commands::Check { shared, own } => check::run(checker, &shared, &own, io),
            Commands::Own(command) => own(command, io),
            Commands::About(asked) => about::answer(&asked, checker, line, io),
        },
    }
}

/// Help and version are answers, on standard output; everything else is a mistake.
fn usage(error: &clap::Error, io: &mut Io<'_>) -> Exit {
    let text = error.render();
    let asked = matches!(
        error.kind(),
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion
    );
    if asked {
        return print(&text.to_string(), io);
    }
    // A closed standard error leaves nobody to tell, and the status says it.
    drop(write!(
        io.stderr,
        "{}",
        crate::escape::source(&text.to_string())
    ));
    Exit::Undecided
}

/// Writes an answer to standard output: [`Exit::Clean`], or [`Exit::Undecided`] where it cannot be
/// written; a reader that has seen enough is no error.
pub fn print(text: &str, io: &mut Io<'_>) -> Exit {
    let written = io
        .stdout
        .write_all(text.as_bytes())
        .and_then(|()| io.stdout.flush());
    match written {
        Ok(()) => Exit::Clean,
        // The reader has seen enough, as `head` does.
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Exit::Clean,
        Err(error) => {
            drop(writeln!(
                io.stderr,
                "cannot write to standard output: {}",
                error.kind()
            ));
            Exit::Undecided
        }
    }
}
