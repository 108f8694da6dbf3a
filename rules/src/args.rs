//! The command line that all tools share.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use jiff::Timestamp;

use crate::report::{ColorChoice, FormatRequest};

/// Arguments of `check`, the same for every tool.
#[derive(Debug, Clone, Args)]
pub struct CheckArgs {
    /// Files and folders to look at [default: the current directory]
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,

    /// The policy; without it the nearest `preflight.yaml` in or above the path
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,

    /// How to report, and where to; may be given several times
    ///
    /// FORMAT is human, concise, json, jsonl, sarif, github, gitlab, junit or markdown.
    /// Without =PATH it goes to standard output.
    #[arg(long, value_name = "FORMAT[=PATH]")]
    pub format: Vec<FormatRequest>,

    /// Hide the findings that this file lists
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,

    /// Write the findings of this run to a baseline; the verdict stays as it is
    #[arg(long, value_name = "FILE")]
    pub write_baseline: Option<PathBuf>,

    /// Report only what is new since a git revision; both trees are analysed
    #[arg(long, value_name = "REV", conflicts_with = "write_baseline")]
    pub new_since: Option<String>,

    /// The level from which findings fail the gate
    #[arg(long, value_name = "LEVEL", value_enum, default_value_t = FailOn::Deny)]
    pub fail_on: FailOn,

    /// The time to judge at, as 2026-11-22T00:00:00Z [default: now]
    #[arg(long, value_name = "TIMESTAMP")]
    pub now: Option<Timestamp>,

    /// Threads [default: one a core]
    #[arg(long, short, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub jobs: Option<u16>,

    /// When to colour the human report
    #[arg(long, value_name = "WHEN", value_enum, default_value = "auto")]
    pub color: ColorChoice,

    /// No progress and no notes on standard error; errors still show
    #[arg(long, short)]
    pub quiet: bool,
}

/// Arguments of a part's own command that looks at what `check` looks at.
#[derive(Debug, Clone, Default, Args)]
pub struct LookArgs {
    /// Files and folders to look at [default: the current directory]
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,

    /// How it is looked at.
    #[command(flatten)]
    pub manner: MannerArgs,
}

/// How a part's own command looks, whatever it looks at.
#[derive(Debug, Clone, Default, Args)]
pub struct MannerArgs {
    /// The policy; without it the nearest `preflight.yaml` in or above the path
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,

    /// The time to judge at, as 2026-11-22T00:00:00Z [default: now]
    #[arg(long, value_name = "TIMESTAMP")]
    pub now: Option<Timestamp>,

    /// Threads [default: one a core]
    #[arg(long, short, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub jobs: Option<u16>,

    /// When to colour text for people
    #[arg(long, value_name = "WHEN", value_enum, default_value = "auto")]
    pub color: ColorChoice,

    /// No progress and no notes on standard error; errors still show
    #[arg(long, short)]
    pub quiet: bool,
}

/// From which level on a finding fails the gate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FailOn {
    /// Warnings fail too.
    Warn,
    /// Only denied findings fail.
    Deny,
}

/// Arguments of `rules`.
#[derive(Debug, Clone, Args)]
pub struct RulesArgs {
    /// How to list them
    #[arg(long, value_enum, default_value_t = ListFormat::Human)]
    pub format: ListFormat,
}

/// How `rules` lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ListFormat {
    /// One line each.
    Human,
    /// With their documentation.
    Json,
}

/// Arguments of `explain`.
#[derive(Debug, Clone, Args)]
pub struct ExplainArgs {
    /// The rule's id; or a place, as src/proxy.rs:12 or src/proxy.rs:12:9
    #[arg(value_name = "RULE|PATH:LINE[:COLUMN]")]
    pub what: String,

    /// For a place: the policy; without it the nearest `preflight.yaml` in or above the package
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
}

/// The commands about the tool itself.
#[derive(Debug, Clone, Subcommand)]
pub enum About {
    /// Explain a rule, or a place in a file
    ///
    /// A rule: why it is there, bad and good code, where it comes from.
    /// A place: what was understood there and how, so that it can be seen why a finding is
    /// there, or is not.
    Explain(ExplainArgs),
    /// List the rules
    Rules(RulesArgs),
    /// Print completions for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page (roff)
    Man,
}

/// No further arguments of `check`.
#[derive(Debug, Clone, Default, Args)]
pub struct NoArgs {}

/// No further commands.
#[derive(Debug, Clone)]
pub enum NoCommands {}

impl clap::FromArgMatches for NoCommands {
    fn from_arg_matches(_: &clap::ArgMatches) -> Result<Self, clap::Error> {
        Err(clap::Error::new(clap::error::ErrorKind::InvalidSubcommand))
    }

    fn update_from_arg_matches(&mut self, _: &clap::ArgMatches) -> Result<(), clap::Error> {
        Ok(())
    }
}

impl Subcommand for NoCommands {
    fn augment_subcommands(command: clap::Command) -> clap::Command {
        command
    }

    fn augment_subcommands_for_update(command: clap::Command) -> clap::Command {
        command
    }

    fn has_subcommand(_: &str) -> bool {
        false
    }
}
