//! `diff`: what a change makes neighbours receive differently.

use clap::Args;
use rules::args::LookArgs;
use rules::report::Options;
use rules::tool::{self, Failure};
use rules::{Exit, Io, Outcome, Undecided};

use super::format::{self, Format, Request};
use crate::arguments::Comparison;
use crate::diff::{self, human, markdown, v1};
use crate::{TOOL, bounded, change, sides};

/// What the exit status says.
pub(super) const EXITS: &str = "Exit status: 0 the sides were compared, whether or not they \
differ; 2 undecided: there is no base, or something of a side could not be seen. \
A comparison is no gate.";

/// Arguments of `diff`.
#[derive(Debug, Clone, Args)]
pub struct DiffArgs {
    /// What is looked at.
    #[command(flatten)]
    pub look: LookArgs,

    /// As of `check`.
    #[command(flatten)]
    pub own: Comparison,

    /// How to report, and where to; may be given several times [default: human]
    ///
    /// FORMAT is human, markdown, json or plan: the hash alone, which approvals sign.
    /// Without =PATH it goes to standard output, which takes one of them.
    #[arg(long, value_name = "FORMAT[=PATH]")]
    pub format: Vec<Request>,
}

/// The sides cannot be compared.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub(super) enum Error {
    /// There is one side only.
    #[error("there is nothing to compare with")]
    #[diagnostic(help("give `--base DIR|REV`, such as `--base origin/main`"))]
    NoBase,
    /// A side cannot be read.
    #[error("cannot compare: {0}")]
    Unseen(String),
}

/// Runs it.
pub(super) fn run(args: &DiffArgs, io: &mut Io<'_>) -> Exit {
    match written(args, io) {
        Ok(exit) => exit,
        Err(failure) => {
            tool::complain(&*failure, args.look.manner.color, io);
            Exit::Undecided
        }
    }
}

fn written(args: &DiffArgs, io: &mut Io<'_>) -> Result<Exit, Failure> {
    let (difference, _) = TOOL.look(&args.look, &args.own, io, |input| {
        let mut outcome = Outcome::default();
        let sides = sides::read(input).map_err(|gaps| unseen(&gaps))?;
        let change = bounded(input.jobs, || change(&sides, input.now, &mut outcome));
        let difference = change.as_ref().map(|change| diff::of(change, &outcome));
        match difference {
            None => Err(unseen(&outcome.undecided).into()),
            Some(None) => Err(Error::NoBase.into()),
            Some(Some(difference)) => Ok((difference, Outcome::default())),
        }
    })?;
    let manner = &args.look.manner;
    let options = Options {
        color: manner.color,
        quiet: manner.quiet,
        prefix: String::new(),
    };
    let text = |format: Format, page: &_| render(&difference, format, page);
    match format::write(&args.format, &options, io, text)? {
        Exit::Clean if difference.is_complete() => Ok(Exit::Clean),
        _ => Ok(Exit::Undecided),
    }
}

fn render(
    difference: &v1::Difference,
    format: Format,
    page: &rules::report::paint::Page,
) -> String {
    match format {
        Format::Human => human::render(difference, page),
        Format::Markdown => markdown::render(difference),
        Format::Json => difference.to_json(),
        Format::Plan => format!("{}\n", difference.plan),
    }
}

/// Everything that keeps a side from being compared, in one error.
pub(super) fn unseen(gaps: &[Undecided]) -> Error {
    let lines: Vec<String> = gaps
        .iter()
        .map(|gap| {
            let path = rules::report::escape::text(&gap.path);
            let reason = rules::report::escape::text(&gap.reason);
            match gap.at {
                Some(at) => format!("{path}:{}:{}: {reason}", at.line, at.column),
                None => format!("{path}: {reason}"),
            }
        })
        .collect();
    Error::Unseen(lines.join("\n"))
}
