//! `init`: a policy to start from.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use clap::Args as ClapArgs;
use jiff::Timestamp;
use rules::args::{LookArgs, MannerArgs};
use rules::report::ColorChoice;
use rules::tool::{self, Failure};
use rules::{Exit, Io, escape, policy};

use crate::args::Args;
use crate::draft::{Draft, Owners};
use crate::{TOOL, examine};

/// What the exit status says.
pub(super) const EXITS: &str = "Exit status: 0 the policy is written and everything was seen; \
2 undecided: there is a policy already, it cannot be written, or something could not be seen, \
so that the policy may lack it.";

/// Arguments of `init`.
#[derive(Debug, Clone, ClapArgs)]
pub struct InitArgs {
    /// The folder that the policy is for [default: the current directory]
    #[arg(value_name = "FOLDER", default_value = ".")]
    pub folder: PathBuf,

    /// Print the policy instead of writing `preflight.yaml`
    #[arg(long)]
    pub print: bool,

    /// The time to judge at, as 2026-11-22T00:00:00Z [default: now]
    #[arg(long, value_name = "TIMESTAMP")]
    pub now: Option<Timestamp>,

    /// No progress and no notes on standard error; errors still show
    #[arg(long, short)]
    pub quiet: bool,
}

/// What went wrong.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
enum Error {
    /// It would be overwritten, or never be found.
    #[error("there is a policy already: `{}`", escape::word(path))]
    #[diagnostic(help("`--print` writes the proposal to standard output"))]
    There { path: String },
    /// A policy is for a folder.
    #[error("`{}` is no folder", escape::word(path))]
    NoFolder { path: String },
    /// The file cannot be made.
    #[error("cannot write `{}`: {reason}", escape::word(path))]
    Unwritten { path: String, reason: String },
}

/// Runs it.
pub(super) fn run(args: &InitArgs, io: &mut Io<'_>) -> Exit {
    match written(args, io) {
        Ok(exit) => exit,
        Err(failure) => {
            tool::complain(&*failure, ColorChoice::Auto, io);
            Exit::Undecided
        }
    }
}

fn written(args: &InitArgs, io: &mut Io<'_>) -> Result<Exit, Failure> {
    let given = args.folder.to_string_lossy().into_owned();
    let Ok(folder) = io.cwd.join(&args.folder).canonicalize() else {
        return Err(Error::NoFolder { path: given }.into());
    };
    if !folder.is_dir() {
        return Err(Error::NoFolder { path: given }.into());
    }
    let file = args.folder.join(policy::NAME);
    if !args.print
        && let Some(there) = policy::find(&folder)
    {
        let path = there.file.to_string_lossy().into_owned();
        return Err(Error::There { path }.into());
    }
    let owners = Owners::above(&folder);
    let look = LookArgs {
        paths: vec![args.folder.clone()],
        manner: MannerArgs {
            now: args.now,
            quiet: args.quiet,
            ..MannerArgs::default()
        },
    };
    let (text, judged) = TOOL.look(&look, &Args::default(), io, |input| {
        examine(input, |view| Draft::of(view.audit, &owners).to_yaml())
    })?;
    if args.print {
        if tool::print(&text, io) != Exit::Clean {
            return Ok(Exit::Undecided);
        }
    } else {
        create(&io.cwd.join(&file), &file, &text)?;
        if !args.quiet {
            let shown = file.to_string_lossy();
            drop(writeln!(io.stderr, "wrote `{}`", escape::word(&shown)));
        }
    }
    if judged.undecided.is_empty() {
        return Ok(Exit::Clean);
    }
    let count = judged.undecided.len();
    drop(writeln!(
        io.stderr,
        "undecided: {count} could not be seen, and the policy may lack what is there; `check` \
         names each"
    ));
    Ok(Exit::Undecided)
}

/// Makes the file; one that is there stays.
fn create(path: &Path, shown: &Path, text: &str) -> Result<(), Error> {
    let made = OpenOptions::new().write(true).create_new(true).open(path);
    made.and_then(|mut file| file.write_all(text.as_bytes()))
        .map_err(|error| Error::Unwritten {
            path: shown.to_string_lossy().into_owned(),
            reason: error.kind().to_string(),
        })
}
