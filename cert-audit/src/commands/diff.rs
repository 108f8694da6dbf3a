//! `diff`: what changed between two reports, or two folders.

use std::path::{Path, PathBuf};

use clap::Args as ClapArgs;
use rules::args::MannerArgs;
use rules::report::paint::Page;
use rules::report::{self, Options};
use rules::tool::{self, Failure};
use rules::{Exit, Io};

use crate::args::Args;
use crate::difference::Difference;
use crate::report::{Format, Request, human, markdown, requests};
use crate::side;
use crate::v1::Inventory;

/// What the exit status says.
pub(super) const EXITS: &str = "Exit status: 0 the sides were compared, whether or not they \
differ; 2 undecided: a side could not be read, or something on it could not be seen. \
A comparison is no gate.";

/// Arguments of `diff`.
#[derive(Debug, Clone, ClapArgs)]
pub struct DiffArgs {
    /// The earlier side: a report of format jsonl, or a file or folder that is read now
    #[arg(value_name = "OLD")]
    pub old: PathBuf,

    /// The later side
    #[arg(value_name = "NEW")]
    pub new: PathBuf,

    /// How files and folders are read.
    #[command(flatten)]
    pub manner: MannerArgs,

    /// As of `check`.
    #[command(flatten)]
    pub own: Args,

    /// How to report, and where to; may be given several times [default: human]
    ///
    /// FORMAT is human, json or markdown.
    /// Without =PATH it goes to standard output, which takes one of them.
    #[arg(long, value_name = "FORMAT[=PATH]")]
    pub format: Vec<Request>,
}

/// What went wrong.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
enum Error {
    /// A format that a difference does not have.
    #[error("`diff` does not write `{format}`")]
    #[diagnostic(help("it writes `human`, `json` and `markdown`"))]
    Format { format: Format },
    /// A file does not take it.
    #[error(
        "cannot write the difference to `{}`: {reason}",
        rules::escape::word(path)
    )]
    Unwritten { path: String, reason: String },
}

/// Runs it.
pub(super) fn run(args: &DiffArgs, io: &mut Io<'_>) -> Exit {
    match written(args, io) {
        Ok(exit) => exit,
        Err(failure) => {
            tool::complain(&*failure, args.manner.color, io);
            Exit::Undecided
        }
    }
}

fn written(args: &DiffArgs, io: &mut Io<'_>) -> Result<Exit, Failure> {
    let requests = requests(&args.format)?;
    if let Some(format) = requests
        .iter()
        .map(|request| request.format)
        .find(|format| matches!(format, Format::Jsonl | Format::Csv))
    {
        return Err(Error::Format { format }.into());
    }
    let (old, new) = sides(args, io)?;
    let difference = Difference::between(&old, &new);
    let exit = if difference.old.unseen + difference.new.unseen == 0 {
        Exit::Clean
    } else {
        Exit::Undecided
    };
    let options = Options {
        color: args.manner.color,
        quiet: args.manner.quiet,
        prefix: String::new(),
    };
    let text = |format: Format, page: &Page| match format {
        Format::Json => difference.to_json(),
        Format::Markdown => markdown::difference(&difference),
        Format::Human | Format::Jsonl | Format::Csv => human::difference(&difference, page),
    };
    for request in &requests {
        if let Some(path) = &request.path {
            let text = text(request.format, &Page::file(&options));
            report::replace(&io.cwd.join(path), text.as_bytes()).map_err(|error| {
                Error::Unwritten {
                    path: path.to_string_lossy().into_owned(),
                    reason: error.kind().to_string(),
                }
            })?;
        }
    }
    for request in requests.iter().filter(|request| request.path.is_none()) {
        let text = text(request.format, &Page::stdout(io, &options));
        if tool::print(&text, io) != Exit::Clean {
            return Ok(Exit::Undecided);
        }
    }
    Ok(exit)
}

fn sides(args: &DiffArgs, io: &mut Io<'_>) -> Result<(Inventory, Inventory), Failure> {
    let mut read = |path: &Path| {
        if side::is_report(path, io) {
            side::of_report(path, io)
        } else {
            side::of_files(path.to_owned(), &args.manner, &args.own, io)
        }
    };
    let (mut old, new) = (read(&args.old)?, read(&args.new)?);
    let is_file = |path: &Path| io.cwd.join(path).is_file() && !side::is_report(path, io);
    // Of two files it is asked what is in them: their names are no difference.
    if is_file(&args.old)
        && is_file(&args.new)
        && let Some(path) = only_path(&new)
    {
        for artifact in &mut old.artifacts {
            for occurrence in &mut artifact.occurrences {
                occurrence.path.clone_from(&path);
            }
        }
        for gap in &mut old.gaps {
            gap.path.clone_from(&path);
        }
    }
    Ok((old, new))
}

/// The path of the one file that a side is.
fn only_path(inventory: &Inventory) -> Option<String> {
    let occurrences = inventory.artifacts.iter().flat_map(|one| &one.occurrences);
    let mut paths = occurrences
        .map(|occurrence| &occurrence.path)
        .chain(inventory.gaps.iter().map(|gap| &gap.path));
    paths.next().cloned()
}
