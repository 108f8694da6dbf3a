//! A route that a policy lets through, or stops, of those that a person asks for: or the proof
//! that there is none.

pub mod constraint;
pub mod human;
mod run;

use std::collections::BTreeMap;

use rayon::prelude::*;
use rules::Undecided;
use rules::report::v1::Undecided as Gap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::configured;
use crate::data::Data;
use crate::files::Files;
use crate::filter::interpret;
use crate::policy::network::Network;
use crate::trial::{self, Outcome, Router};
use crate::why::{Fact, Line};

pub(crate) use run::written;

pub use constraint::{Constraint, ConstraintError};

/// The value of `schema`.
pub const SCHEMA: &str = "bgp-ci.search-policy/v1";

/// The answer about one policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(title = "bgp-ci search-policy, version 1")]
pub struct Answer {
    /// Always `bgp-ci.search-policy/v1`.
    #[schemars(extend("const" = SCHEMA))]
    pub schema: String,
    /// The policy that was asked about: a filter, or `SESSION.import` or `SESSION.export`.
    pub policy: String,
    /// What the policy was to do: `accept` or `reject`.
    pub verdict: String,
    /// Found where one router has such a route; none where that is proven of all.
    pub answer: Kind,
    /// What was found; routers where it is the same stand together.
    pub results: Vec<Searched>,
    /// What could not be seen.
    pub undecided: Vec<Gap>,
}

/// What a search ends with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// There is such a route, and the policy was run on it.
    Witness,
    /// There is none: that is proven.
    None,
    /// Nobody knows: the budget was used up, or something was not understood.
    Undecided,
}

/// What was found on some routers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Searched {
    /// What.
    pub answer: Kind,
    /// Where.
    pub routers: Vec<Router>,
    /// Where the policy is written.
    pub place: Line,
    /// The route, as `test-policy` reads it.
    pub witness: Option<String>,
    /// What it has, by BIRD's names.
    pub attributes: BTreeMap<String, String>,
    /// What the policy does with it.
    pub outcome: Option<Outcome>,
    /// Why there is no answer.
    pub reason: Option<Fact>,
}

/// What is asked.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// The policy's name.
    pub policy: &'a str,
    /// What the routes have.
    pub constraint: &'a Constraint,
    /// What the policy is to do with them.
    pub verdict: interpret::Verdict,
    /// Only routers of this site.
    pub site: Option<&'a str>,
    /// Only routers of this name.
    pub router: Option<&'a str>,
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
) -> Result<Answer, trial::Error> {
    let plan = configured::plan(network, files);
    let mut undecided = plan.undecided;
    let asked = trial::asked(&plan.routers, question.site, question.router)?;
    let answers: Vec<run::Found> = asked
        .par_iter()
        .map(|planned| run::answer(question, files, data, planned))
        .collect();
    let mut known: Vec<String> = Vec::new();
    let mut results: Vec<Searched> = Vec::new();
    for answer in answers {
        undecided.extend(answer.undecided);
        known.extend(answer.known);
        let Some(searched) = answer.searched else {
            continue;
        };
        let alike = |one: &&mut Searched| {
            let routers = searched.routers.clone();
            Searched {
                routers,
                ..(**one).clone()
            } == searched
        };
        match results.iter_mut().find(alike) {
            Some(one) => one.routers.extend(searched.routers),
            None => results.push(searched),
        }
    }
    if results.is_empty() {
        return Err(trial::no_policy(question.policy, known, &undecided));
    }
    undecided.extend(gaps.iter().cloned());
    undecided.sort();
    undecided.dedup();
    let any = |kind| results.iter().any(|one| one.answer == kind);
    let answer = if any(Kind::Witness) {
        Kind::Witness
    } else if any(Kind::Undecided) || !undecided.is_empty() {
        Kind::Undecided
    } else {
        Kind::None
    };
    Ok(Answer {
        schema: SCHEMA.to_owned(),
        policy: question.policy.to_owned(),
        verdict: match question.verdict {
            interpret::Verdict::Accept => "accept".to_owned(),
            interpret::Verdict::Reject => "reject".to_owned(),
        },
        answer,
        results,
        undecided: undecided.iter().map(Gap::from).collect(),
    })
}

impl Answer {
    /// One indented object with nothing in it that a terminal or a log obeys.
    ///
    /// # Panics
    /// Never: all keys are text.
    pub fn to_json(&self) -> String {
        let text = serde_json::to_string_pretty(self).expect("its keys are text");
        rules::report::escape::json(&text) + "\n"
    }
}

impl Kind {
    /// The words in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Witness => "there is such a route",
            Self::None => "none: that is proven",
            Self::Undecided => "undecided",
        }
    }
}

/// The JSON Schema of [`Answer`], as shipped in `schema/bgp-ci-search-policy-v1.json`.
pub fn schema() -> serde_json::Value {
    schemars::schema_for!(Answer).to_value()
}
