//! `search-policy`: a route that a filter of the routers' files lets through, or stops.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use rules::args::{LookArgs, MannerArgs};
use rules::report::Options;
use rules::report::paint::Page;
use rules::tool::{self, Failure};
use rules::{Exit, Io, Outcome, escape};

use super::diff::unseen;
use super::format::Form;
use crate::arguments::Comparison;
use crate::data::{self, Request};
use crate::filter::interpret;
use crate::search::{self, Constraint, ConstraintError, Kind, Question, human};
use crate::{TOOL, side, sides};

/// What a person needs beside the arguments.
pub(super) const EXITS: &str = "\
Examples:
  bgp-ci search-policy to_transit --not-prefix 203.0.113.0/24+
  bgp-ci search-policy customer_c.import --path '* 64501 *'
  bgp-ci search-policy transit_a.export --without-community 64500:1:1 --format json

Every route that a neighbour could send is searched: networks, paths, communities and numbers are
free, as far as the options do not fix them. A route that is found was run through the policy.

Exit status: 0 there is no such route, which is proven; 1 there is one, which is shown;
2 undecided: bad usage, the budget was used up, or something was not understood.";

/// Arguments of `search-policy`.
#[derive(Debug, Clone, Args)]
pub struct SearchPolicyArgs {
    /// A filter by its name, or the policy of a session: SESSION.import or SESSION.export
    #[arg(value_name = "FILTER")]
    policy: String,

    /// What the policy shall do with the route
    #[arg(long, value_enum, value_name = "VERDICT", default_value = "accept")]
    verdict: Wanted,

    /// Only networks of these: 198.51.100.0/24, 198.51.100.0/24+ or 198.51.100.0/24{25,28}
    #[arg(long, visible_alias = "prefix-in", value_name = "PATTERN")]
    prefix: Vec<String>,

    /// No networks of these
    #[arg(long, value_name = "PATTERN")]
    not_prefix: Vec<String>,

    /// Only routes with this community, of any kind
    #[arg(long, value_name = "COMMUNITY")]
    community: Vec<String>,

    /// Only routes without it
    #[arg(long, value_name = "COMMUNITY")]
    without_community: Vec<String>,

    /// Only paths like this: a mask such as '64501 * 64505', or a regular expression
    #[arg(long, value_name = "PATH")]
    path: Vec<String>,

    /// No paths like this
    #[arg(long, value_name = "PATH")]
    not_path: Vec<String>,

    /// Only on routers of this site
    #[arg(long, value_name = "SITE")]
    site: Option<String>,

    /// Only on routers of this name
    #[arg(long, value_name = "ROUTER")]
    router: Option<String>,

    /// The folder with the `preflight.yaml`, or a git revision [default: the current directory]
    #[arg(long, value_name = "DIR|REV")]
    head: Option<String>,

    /// Validated ROA payloads, JSON or CSV, instead of those that the policy names
    #[arg(long, value_name = "FILE")]
    vrps: Option<PathBuf>,

    /// How it is looked at.
    #[command(flatten)]
    manner: MannerArgs,

    /// How to report
    #[arg(long, value_enum, value_name = "FORMAT", default_value = "human")]
    format: Form,
}

/// What a policy does with a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Wanted {
    /// It passes
    #[value(alias = "accepted")]
    Accept,
    /// It does not
    #[value(alias = "rejected")]
    Reject,
}

/// What is asked makes no sense.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
enum Error {
    /// Not a constraint.
    #[error("{0}")]
    Constraint(String),
}

/// Runs it.
pub(super) fn run(args: &SearchPolicyArgs, io: &mut Io<'_>) -> Exit {
    match written(args, io) {
        Ok(exit) => exit,
        Err(failure) => {
            tool::complain(&*failure, args.manner.color, io);
            Exit::Undecided
        }
    }
}

fn constraint(args: &SearchPolicyArgs) -> Result<Constraint, ConstraintError> {
    let mut constraint = Constraint::default();
    for (texts, truth) in [(&args.prefix, true), (&args.not_prefix, false)] {
        for text in texts {
            constraint.networks(text, truth)?;
        }
    }
    for (texts, truth) in [(&args.community, true), (&args.without_community, false)] {
        for text in texts {
            constraint.community(text, truth)?;
        }
    }
    for (texts, truth) in [(&args.path, true), (&args.not_path, false)] {
        for text in texts {
            constraint.path(text, truth)?;
        }
    }
    Ok(constraint)
}

fn written(args: &SearchPolicyArgs, io: &mut Io<'_>) -> Result<Exit, Failure> {
    let constraint = constraint(args)
        .map_err(|error| Error::Constraint(escape::word(&error.to_string()).into_owned()))?;
    let look = LookArgs {
        paths: Vec::new(),
        manner: args.manner.clone(),
    };
    let own = Comparison {
        base: None,
        head: args.head.clone(),
        vrps: args.vrps.clone(),
    };
    let (answer, _) = TOOL.look(&look, &own, io, |input| {
        let sides = sides::read(input).map_err(|gaps| unseen(&gaps))?;
        let written = &sides.head;
        let network = match &written.section {
            Some(section) => side::network(written, section).map_err(|gaps| unseen(&gaps))?,
            None => return Err(unseen(&crate::without_network(input.policy)).into()),
        };
        let request = Request {
            named: network.data.as_ref(),
            files: &written.files,
        };
        let data = data::load(request, None, sides.vrps.as_ref(), input.now);
        let question = Question {
            policy: &args.policy,
            constraint: &constraint,
            verdict: match args.verdict {
                Wanted::Accept => interpret::Verdict::Accept,
                Wanted::Reject => interpret::Verdict::Reject,
            },
            site: args.site.as_deref(),
            router: args.router.as_deref(),
        };
        let answer = crate::bounded(input.jobs, || {
            search::of(&question, &network, &written.files, &data.head, &[])
        })?;
        Ok((answer, Outcome::default()))
    })?;
    let options = Options {
        color: args.manner.color,
        quiet: args.manner.quiet,
        prefix: String::new(),
    };
    let text = match args.format {
        Form::Human => human::render(&answer, &Page::stdout(io, &options)),
        Form::Json => answer.to_json(),
    };
    let exit = match answer.answer {
        Kind::None => Exit::Clean,
        Kind::Witness => Exit::Denied,
        Kind::Undecided => Exit::Undecided,
    };
    match tool::print(&text, io) {
        Exit::Clean => Ok(exit),
        other => Ok(other),
    }
}
