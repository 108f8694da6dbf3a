//! `report`: what there is and what fails first.

use std::path::{Path, PathBuf};

use clap::Args as ClapArgs;
use rules::args::LookArgs;
use rules::report::paint::Page;
use rules::report::{self, Options};
use rules::tool::{self, Failure};
use rules::{Exit, Io, Report};

use crate::args::Args;
use crate::difference::Difference;
use crate::outlook::Outlook;
use crate::report::{Format, Request, csv, human, markdown, requests};
use crate::v1::{Inventory, Terms};
use crate::{TOOL, examine, side};

/// What the exit status says.
pub(super) const EXITS: &str = "Exit status: 0 the report is written and everything was seen; \
2 undecided: something could not be seen, or the report could not be written. \
A report is no gate: findings do not change it, `check` is there for that.";

/// Arguments of `report`.
#[derive(Debug, Clone, ClapArgs)]
pub struct ReportArgs {
    /// What is looked at.
    #[command(flatten)]
    pub look: LookArgs,

    /// As of `check`.
    #[command(flatten)]
    pub own: Args,

    /// How to report, and where to; may be given several times [default: human]
    ///
    /// FORMAT is human, json, jsonl, csv or markdown.
    /// Without =PATH it goes to standard output, which takes one of them.
    #[arg(long, value_name = "FORMAT[=PATH]")]
    pub format: Vec<Request>,

    /// What tells this machine from others in json, jsonl and csv
    #[arg(long, value_name = "NAME", default_value = "")]
    pub source: String,

    /// Leave the certificates themselves out of json and jsonl
    #[arg(long)]
    pub no_der: bool,

    /// What changed since this report of format jsonl, in human and markdown
    #[arg(long, value_name = "REPORT")]
    pub since: Option<PathBuf>,
}

/// What a run knows: everything that a format may say.
struct Known {
    inventory: Inventory,
    outlook: Outlook,
    judged: Report,
    since: Option<Difference>,
}

/// Runs it.
pub(super) fn run(args: &ReportArgs, io: &mut Io<'_>) -> Exit {
    let manner = &args.look.manner;
    match written(args, io) {
        Ok(exit) => exit,
        Err(failure) => {
            tool::complain(&*failure, manner.color, io);
            Exit::Undecided
        }
    }
}

fn written(args: &ReportArgs, io: &mut Io<'_>) -> Result<Exit, Failure> {
    let requests = requests(&args.format)?;
    // Read before the scan, so that a slow run is not lost to a slip.
    let before = match &args.since {
        Some(path) => Some(side::of_report(path, io)?),
        None => None,
    };
    let terms = Terms {
        source: args.source.clone(),
        der: !args.no_der,
    };
    let ((inventory, outlook), judged) = TOOL.look(&args.look, &args.own, io, |input| {
        examine(input, |view| {
            (Inventory::of(&view, &terms), Outlook::of(&view))
        })
    })?;
    let mut known = Known {
        since: before.map(|before| Difference::between(&before, &inventory)),
        inventory,
        outlook,
        judged,
    };
    known.outlook.take(&known.judged);
    let exit = if known.judged.undecided.is_empty() {
        Exit::Clean
    } else {
        Exit::Undecided
    };
    let options = Options {
        color: args.look.manner.color,
        quiet: args.look.manner.quiet,
        prefix: String::new(),
    };
    // Files first, so that a closed standard output does not lose them.
    for request in &requests {
        if let Some(path) = &request.path {
            let text = text(request.format, &known, &Page::file(&options));
            write(request.format, &io.cwd.join(path), path, &text)?;
        }
    }
    for request in requests.iter().filter(|request| request.path.is_none()) {
        let text = text(request.format, &known, &Page::stdout(io, &options));
        if tool::print(&text, io) != Exit::Clean {
            return Ok(Exit::Undecided);
        }
    }
    let for_people = |request: &Request| request.path.is_none() && request.format == Format::Human;
    if exit != Exit::Clean && !options.quiet && !requests.iter().any(for_people) {
        let count = known.judged.undecided.len();
        drop(writeln!(
            io.stderr,
            "undecided: {count} could not be seen; the report names each"
        ));
    }
    Ok(exit)
}

fn text(format: Format, known: &Known, page: &Page) -> String {
    match format {
        Format::Human => human::render(&known.outlook, &known.judged, known.since.as_ref(), page),
        Format::Markdown => markdown::render(&known.outlook, &known.judged, known.since.as_ref()),
        Format::Json => known.inventory.clone().to_object(&known.judged),
        Format::Jsonl => known.inventory.to_lines(),
        Format::Csv => csv::render(&known.inventory),
    }
}

/// The report cannot be written to a file.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error(
    "cannot write the {format} report to `{}`: {reason}",
    rules::escape::word(path)
)]
struct Unwritten {
    format: Format,
    path: String,
    reason: String,
}

fn write(format: Format, path: &Path, shown: &Path, text: &str) -> Result<(), Failure> {
    report::replace(path, text.as_bytes()).map_err(|error| {
        Unwritten {
            format,
            path: shown.to_string_lossy().into_owned(),
            reason: error.kind().to_string(),
        }
        .into()
    })
}
