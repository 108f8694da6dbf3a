//! What a policy makes of one route, on every router that has it.

pub mod human;
pub(crate) mod lines;
pub(crate) mod run;

use std::collections::BTreeMap;

use rayon::prelude::*;
use rules::report::v1::Undecided as Gap;
use rules::{Undecided, escape, ids};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::configured::{self, Planned};
use crate::data::Data;
use crate::files::Files;
use crate::filter::route::Notation;
use crate::policy::network::Network;
use crate::why::{Fact, Line};

/// The value of `schema`.
pub const SCHEMA: &str = "bgp-ci.test-policy/v1";

/// The answer about one policy and one route.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(title = "bgp-ci test-policy, version 1")]
pub struct Trial {
    /// Always `bgp-ci.test-policy/v1`.
    #[schemars(extend("const" = SCHEMA))]
    pub schema: String,
    /// The policy that was asked about: a filter, or `SESSION.import` or `SESSION.export`.
    pub policy: String,
    /// The route as it was written.
    pub route: String,
    /// Rejected where one router rejects it; accepted where all accept it and all is known.
    pub verdict: Verdict,
    /// What becomes of it; routers where the same happens for the same reasons stand together.
    pub results: Vec<Tested>,
    /// What could not be seen.
    pub undecided: Vec<Gap>,
}

/// What a policy does with a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// It passes.
    Accepted,
    /// It does not.
    Rejected,
    /// What is known leaves both open.
    Undecided,
}

/// What becomes of the route on some routers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Tested {
    /// What the policy does.
    pub verdict: Verdict,
    /// Where.
    pub routers: Vec<Router>,
    /// Where the policy is written.
    pub place: Line,
    /// What the route has before, by BIRD's names; `?` where that is not known.
    pub attributes: BTreeMap<String, String>,
    /// What can happen: one thing where all is known.
    pub outcomes: Vec<Outcome>,
    /// The questions whose answers are not known and make a difference.
    pub open: Vec<Fact>,
}

/// A router.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Router {
    /// Where.
    pub site: String,
    /// Its name.
    pub router: String,
}

/// One thing that can happen to the route.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Outcome {
    /// Whether it passes; undecided where something was not understood on the way.
    pub verdict: Verdict,
    /// What the policy changed, by BIRD's names.
    pub changes: Vec<Change>,
    /// The terms that had a part in it, in their order.
    pub terms: Vec<Term>,
    /// Why, where no term says it.
    pub reason: Option<Fact>,
}

/// An attribute that the policy changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Change {
    /// BIRD's name.
    pub attribute: String,
    /// What it was; null where it was absent.
    pub before: Option<String>,
    /// What it is; null where it is absent.
    pub after: Option<String>,
}

/// A term of the policy that had a part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Term {
    /// What it did.
    pub did: String,
    /// Where it is.
    pub place: Line,
}

/// What is asked.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// The policy's name.
    pub policy: &'a str,
    /// The route.
    pub route: &'a Notation,
    /// The same as it was written.
    pub written: &'a str,
    /// Only routers of this site.
    pub site: Option<&'a str>,
    /// Only routers of this name.
    pub router: Option<&'a str>,
}

/// The question has no answer.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum Error {
    /// There is no such router, site or policy.
    #[error("{message}")]
    #[diagnostic(help("{help}"))]
    Unknown {
        /// What there is not.
        message: String,
        /// What to do.
        help: String,
    },
}

/// Answers `question` from the routers of `network`; `gaps` is what keeps `data` from being used.
///
/// # Errors
/// Nothing has the name that is asked about.
pub fn of(
    question: &Question<'_>,
    network: &Network,
    files: &Files<'_>,
    data: &Data,
    gaps: &[Undecided],
) -> Result<Trial, Error> {
    let plan = configured::plan(network, files);
    let mut undecided = plan.undecided;
    let asked = asked(&plan.routers, question.site, question.router)?;
    let answers: Vec<run::Answer> = asked
        .par_iter()
        .map(|planned| run::answer(question, files, data, planned))
        .collect();
    let mut known: Vec<String> = Vec::new();
    let mut results: Vec<Tested> = Vec::new();
    let mut data_asked = false;
    for answer in answers {
        undecided.extend(answer.undecided);
        known.extend(answer.known);
        data_asked |= answer.data_asked;
        let Some(tested) = answer.tested else {
            continue;
        };
        let alike = |one: &&mut Tested| {
            one.outcomes == tested.outcomes
                && one.open == tested.open
                && one.place == tested.place
                && one.attributes == tested.attributes
        };
        match results.iter_mut().find(alike) {
            Some(one) => one.routers.extend(tested.routers),
            None => results.push(tested),
        }
    }
    if results.is_empty() {
        return Err(no_policy(question.policy, known, &undecided));
    }
    if data_asked {
        undecided.extend(gaps.iter().cloned());
    }
    undecided.sort();
    undecided.dedup();
    let any = |verdict| results.iter().any(|one| one.verdict == verdict);
    let verdict = if any(Verdict::Rejected) {
        Verdict::Rejected
    } else if any(Verdict::Undecided) || !undecided.is_empty() {
        Verdict::Undecided
    } else {
        Verdict::Accepted
    };
    Ok(Trial {
        schema: SCHEMA.to_owned(),
        policy: question.policy.to_owned(),
        route: question.written.to_owned(),
        verdict,
        results,
        undecided: undecided.iter().map(Gap::from).collect(),
    })
}

/// The routers that are asked.
///
/// # Errors
/// There is none.
pub(crate) fn asked<'p>(
    routers: &'p [Planned<'p>],
    site: Option<&str>,
    router: Option<&str>,
) -> Result<Vec<&'p Planned<'p>>, Error> {
    let asked: Vec<_> = routers
        .iter()
        .filter(|planned| site.is_none_or(|site| *planned.site == *site))
        .filter(|planned| router.is_none_or(|name| *planned.router == *name))
        .collect();
    if asked.is_empty() {
        let sites = routers.iter().map(|planned| planned.site.as_ref());
        let names = routers.iter().map(|planned| planned.router.as_ref());
        return Err(nowhere(site, router, sites.collect(), names.collect()));
    }
    Ok(asked)
}

fn nowhere(site: Option<&str>, router: Option<&str>, sites: Vec<&str>, names: Vec<&str>) -> Error {
    if sites.is_empty() {
        return Error::Unknown {
            message: "the policy names no router's files, so there is no filter to test".to_owned(),
            help: "`sources` of the policy names them: `{ adapter: bird, site: …, entry: … }`"
                .to_owned(),
        };
    }
    let wanted = [
        ("router", router, names),
        ("site with a router's files", site, sites),
    ];
    let strange = wanted
        .into_iter()
        .filter_map(|(what, wanted, known)| Some((what, wanted?, known)))
        .find(|(_, wanted, known)| !known.contains(wanted));
    let Some((what, wanted, mut known)) = strange else {
        return Error::Unknown {
            message: "no router of this name is at this site".to_owned(),
            help: "leave `--site` or `--router` out".to_owned(),
        };
    };
    let help = if let Some(near) = ids::nearest_of(wanted, known.iter().copied()) {
        format!("did you mean `{near}`?")
    } else {
        known.sort_unstable();
        known.dedup();
        format!(
            "there are {}",
            listed(&known.into_iter().map(str::to_owned).collect::<Vec<_>>())
        )
    };
    Error::Unknown {
        message: format!("there is no {what} `{}`", escape::word(wanted)),
        help,
    }
}

/// Nothing is called `policy`.
pub(crate) fn no_policy(policy: &str, mut known: Vec<String>, undecided: &[Undecided]) -> Error {
    known.sort();
    known.dedup();
    let help = match ids::nearest_of(policy, known.iter().map(String::as_str)) {
        Some(near) => format!("did you mean `{near}`?"),
        None if known.is_empty() => "none of the files defines a filter or a session".to_owned(),
        None => format!("there are {}", listed(&known)),
    };
    let unseen = undecided.first().map(|gap| {
        let line = gap.at.map_or(String::new(), |at| format!(":{}", at.line));
        let (path, reason) = (escape::word(&gap.path), escape::word(&gap.reason));
        format!("; something could not be seen: {path}{line}: {reason}")
    });
    Error::Unknown {
        message: format!(
            "there is no filter and no session's policy `{}`",
            escape::word(policy)
        ),
        help: help + &unseen.unwrap_or_default(),
    }
}

/// Names in a message, not more than a person reads.
fn listed(names: &[String]) -> String {
    const SHOWN: usize = 12;
    let more = names.len().saturating_sub(SHOWN);
    let shown: Vec<String> = names
        .iter()
        .take(SHOWN)
        .map(|name| format!("`{}`", escape::word(name)))
        .collect();
    let more = match more {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    shown.join(", ") + &more
}

impl Trial {
    /// One indented object with nothing in it that a terminal or a log obeys.
    ///
    /// # Panics
    /// Never: all keys are text.
    pub fn to_json(&self) -> String {
        let text = serde_json::to_string_pretty(self).expect("its keys are text");
        rules::report::escape::json(&text) + "\n"
    }
}

impl Verdict {
    /// The word in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Rejected => "rejected",
            Self::Undecided => "undecided",
        }
    }
}

/// The JSON Schema of [`Trial`], as shipped in `schema/bgp-ci-test-policy-v1.json`.
pub fn schema() -> serde_json::Value {
    schemars::schema_for!(Trial).to_value()
}
