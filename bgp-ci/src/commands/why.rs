//! `why`: what decided that neighbours receive a prefix, or do not.

use clap::Args;
use rules::args::{LookArgs, MannerArgs};
use rules::report::Options;
use rules::report::paint::Page;
use rules::tool::{self, Failure};
use rules::{Exit, Io, Outcome, escape};

use super::diff::unseen;
use super::format::Form;
use crate::arguments::Comparison;
use crate::model::Prefix;
use crate::why::{self, human};
use crate::{TOOL, bounded, change, sides};

/// What the exit status says.
pub(super) const EXITS: &str = "Exit status: 0 everything that is announced is known, whether or \
not anybody receives the prefix; 2 undecided: bad usage, or something could not be seen.";

/// Arguments of `why`.
#[derive(Debug, Clone, Args)]
pub struct WhyArgs {
    /// The prefix, such as 192.0.2.0/24
    #[arg(value_name = "PREFIX")]
    prefix: String,

    /// Only what is announced at this site
    #[arg(long, value_name = "SITE")]
    site: Option<String>,

    /// As of `check`.
    #[command(flatten)]
    own: Comparison,

    /// How it is looked at.
    #[command(flatten)]
    manner: MannerArgs,

    /// How to report
    #[arg(long, value_enum, value_name = "FORMAT", default_value = "human")]
    format: Form,
}

/// What is asked makes no sense.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
enum Error {
    /// Not a prefix.
    #[error("{0}")]
    Prefix(String),
    /// Not a site.
    #[error("there is no site `{}`", escape::word(site))]
    #[diagnostic(help("{help}"))]
    Site { site: String, help: String },
}

/// Runs it.
pub(super) fn run(args: &WhyArgs, io: &mut Io<'_>) -> Exit {
    match written(args, io) {
        Ok(exit) => exit,
        Err(failure) => {
            tool::complain(&*failure, args.manner.color, io);
            Exit::Undecided
        }
    }
}

fn written(args: &WhyArgs, io: &mut Io<'_>) -> Result<Exit, Failure> {
    let prefix: Prefix = args
        .prefix
        .parse()
        .map_err(|error: crate::model::prefix::PrefixError| Error::Prefix(error.to_string()))?;
    let look = LookArgs {
        paths: Vec::new(),
        manner: args.manner.clone(),
    };
    let (why, _) = TOOL.look(&look, &args.own, io, |input| {
        let mut outcome = Outcome::default();
        let sides = sides::read(input).map_err(|gaps| unseen(&gaps))?;
        let change = bounded(input.jobs, || change(&sides, input.now, &mut outcome));
        let Some(change) = change else {
            return Err(unseen(&outcome.undecided).into());
        };
        if let Some(site) = &args.site {
            let both = change.base.iter().chain([&change.head]);
            let mut known = both.flat_map(|side| side.network.sites.keys());
            if !known.any(|known| **known == **site) {
                let names = change.head.network.sites.keys();
                let near = rules::ids::nearest_of(site, names.map(AsRef::as_ref));
                return Err(Error::Site {
                    site: site.clone(),
                    help: match near {
                        Some(near) => format!("did you mean `{near}`?"),
                        None => "`sites` of the policy names them".to_owned(),
                    },
                }
                .into());
            }
        }
        let why = why::of(prefix, args.site.as_deref(), &change, &sides, &outcome);
        Ok((why, Outcome::default()))
    })?;
    let options = Options {
        color: args.manner.color,
        quiet: args.manner.quiet,
        prefix: String::new(),
    };
    let text = match args.format {
        Form::Human => human::render(&why, &Page::stdout(io, &options)),
        Form::Json => why.to_json(),
    };
    match tool::print(&text, io) {
        Exit::Clean if why.is_complete() => Ok(Exit::Clean),
        _ => Ok(Exit::Undecided),
    }
}
