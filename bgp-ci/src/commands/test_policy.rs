//! `test-policy`: what a filter of the routers' files makes of one route.

use std::path::PathBuf;

use clap::Args;
use rules::args::{LookArgs, MannerArgs};
use rules::report::Options;
use rules::report::paint::Page;
use rules::tool::{self, Failure};
use rules::{Exit, Io, Outcome, escape};

use super::diff::unseen;
use super::format::Form;
use crate::arguments::Comparison;
use crate::data::{self, Request};
use crate::filter::route::Notation;
use crate::trial::{self, Question, Verdict, human};
use crate::{TOOL, side, sides};

/// What a person needs beside the arguments.
pub(super) const EXITS: &str = "\
Examples:
  bgp-ci test-policy to_transit 203.0.113.0/24
  bgp-ci test-policy transit_a.import 192.0.2.0/24 path=64501,64502 communities=64501:100
  bgp-ci test-policy 192.0.2.1.import '192.0.2.0/24 path=64501,64502'
  bgp-ci test-policy 'prefix-list OURS' 203.0.113.0/24
  bgp-ci test-policy from_peer '2001:db8::/32 path=64501 med=5' --site fra --format json

A route without a path is one of our own; `source=bgp` makes it one that a neighbour sent.
It can have path, communities, med, local-pref, origin, next-hop, otc, preference, source,
protocol, from, gateway, interface and dest, or the same by BIRD's names. What is not written is
absent; what a router would know and nobody wrote (the protocol, the next hop) is open, and every
answer is tried.

Exit status: 0 every router that has the policy accepts the route; 1 one of them rejects it;
2 undecided: bad usage, or the answer depends on something that is not known.";

/// Arguments of `test-policy`.
#[derive(Debug, Clone, Args)]
pub struct TestPolicyArgs {
    /// A filter or route map by its name, a list of FRR by its kind and name, or the policy of a
    /// session: SESSION.import or SESSION.export
    #[arg(value_name = "FILTER")]
    policy: String,

    /// The network, and what the route has: 203.0.113.0/24 path=64501,64502 med=5
    #[arg(value_name = "ROUTE", required = true, num_args = 1..)]
    route: Vec<String>,

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

/// What is asked makes no sense.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
enum Error {
    /// Not a route.
    #[error("{0}")]
    #[diagnostic(help(
        "a route is written as 203.0.113.0/24 path=64501,64502 communities=64500:100"
    ))]
    Route(String),
}

/// Runs it.
pub(super) fn run(args: &TestPolicyArgs, io: &mut Io<'_>) -> Exit {
    match written(args, io) {
        Ok(exit) => exit,
        Err(failure) => {
            tool::complain(&*failure, args.manner.color, io);
            Exit::Undecided
        }
    }
}

fn written(args: &TestPolicyArgs, io: &mut Io<'_>) -> Result<Exit, Failure> {
    let text = args.route.join(" ");
    let route: Notation = text
        .parse()
        .map_err(|error: crate::filter::route::NotationError| {
            Error::Route(escape::word(&error.to_string()).into_owned())
        })?;
    let look = LookArgs {
        paths: Vec::new(),
        manner: args.manner.clone(),
    };
    let own = Comparison {
        base: None,
        head: args.head.clone(),
        vrps: args.vrps.clone(),
    };
    let (trial, _) = TOOL.look(&look, &own, io, |input| {
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
            route: &route,
            written: &text,
            site: args.site.as_deref(),
            router: args.router.as_deref(),
        };
        let trial = crate::bounded(input.jobs, || {
            trial::of(
                &question,
                &network,
                &written.files,
                &data.head,
                &data.undecided,
            )
        })?;
        Ok((trial, Outcome::default()))
    })?;
    let options = Options {
        color: args.manner.color,
        quiet: args.manner.quiet,
        prefix: String::new(),
    };
    let text = match args.format {
        Form::Human => human::render(&trial, &Page::stdout(io, &options)),
        Form::Json => trial.to_json(),
    };
    let exit = match trial.verdict {
        Verdict::Accepted => Exit::Clean,
        Verdict::Rejected => Exit::Denied,
        Verdict::Undecided => Exit::Undecided,
    };
    match tool::print(&text, io) {
        Exit::Clean => Ok(exit),
        other => Ok(other),
    }
}
