//! One router's answer.

use std::collections::BTreeMap;
use std::sync::Arc;

use rules::Undecided;

use super::{Kind, Question, Searched};
use crate::configured::{self, Live, Planned};
use crate::data::Data;
use crate::files::Files;
use crate::filter::Program;
use crate::filter::interpret::symbolic::{State, World};
use crate::filter::interpret::{self, Machine, Verdict};
use crate::filter::route::{Route, attributes};
use crate::frr;
use crate::learned::{self, Search};
use crate::model::Family;
use crate::router::{Policy, Router, propagate};
use crate::trial::lines::Lines;
use crate::trial::{self, run as policies};
use crate::why::Fact;

/// One router's answer.
pub(super) struct Found {
    /// What was found; `None` where the router does not have the policy.
    pub(super) searched: Option<Searched>,
    /// The policies that it has.
    pub(super) known: Vec<String>,
    /// What keeps the answer from being certain.
    pub(super) undecided: Vec<Undecided>,
}

pub(super) fn answer(
    question: &Question<'_>,
    files: &Files<'_>,
    data: &Data,
    planned: &Planned<'_>,
) -> Found {
    let mut none: Option<Searched> = None;
    let mut undecided: Vec<Undecided> = Vec::new();
    let mut known = Vec::new();
    for family in question.constraint.families() {
        let asked = frr::Question {
            policy: question.policy,
            family,
        };
        let loaded = configured::load_with(files, planned, Some(asked));
        let Some(router) = loaded.router else {
            undecided.extend(loaded.undecided);
            break;
        };
        let Some(found) = policies::find(&router, question.policy, family) else {
            // What was not seen may define it.
            undecided.extend(loaded.undecided);
            known.extend(policies::known(&router).chain(loaded.policies));
            continue;
        };
        undecided.extend(policies::refused(&router));
        let mut lines = Lines::new(&router, planned);
        let searched = search(question, &router, &found, family, data, planned, &mut lines);
        // The worst that any family has: a route, then not knowing, then none.
        let rank = |kind: Kind| match kind {
            Kind::Witness => 2,
            Kind::Undecided => 1,
            Kind::None => 0,
        };
        if none
            .as_ref()
            .is_none_or(|one| rank(one.answer) < rank(searched.answer))
        {
            none = Some(searched);
        }
    }
    undecided.sort();
    undecided.dedup();
    Found {
        searched: none,
        known,
        undecided,
    }
}

fn search(
    question: &Question<'_>,
    router: &Router,
    found: &policies::Found<'_>,
    family: Family,
    data: &Data,
    planned: &Planned<'_>,
    lines: &mut Lines<'_>,
) -> Searched {
    let mut searched = Searched {
        answer: Kind::None,
        routers: vec![trial::Router {
            site: planned.site.to_string(),
            router: planned.router.to_string(),
        }],
        place: lines.line(found.place),
        witness: None,
        attributes: BTreeMap::new(),
        outcome: None,
        reason: None,
    };
    let mut world = World::default();
    let states = states(router, found, family, &mut world);
    let states = question.constraint.of(states, &mut world);
    let Policy::Filter(filter) = found.policy else {
        unfiltered(
            question,
            found,
            &states,
            &mut world,
            &router.program,
            &mut searched,
        );
        return searched;
    };
    let machine = Machine::new(&router.program);
    let live = Live(data);
    let authorizations = propagate::authorizations(router, &live);
    let verdict = question.verdict;
    let searching = learned::search(
        &machine,
        filter,
        states,
        verdict,
        &mut world,
        &authorizations,
    );
    match searching {
        Search::None => {}
        Search::Found(witness) => {
            searched.answer = Kind::Witness;
            searched.witness = Some(written(&witness.route, &router.program));
            searched.attributes = attributes(&witness.route, &router.program);
            let outcome = interpret::Outcome::Decided(Box::new(witness.decision));
            let outcome = policies::shown(&outcome, &searched.attributes, &machine, lines);
            searched.outcome = Some(outcome);
        }
        Search::Unknown(place, reason) => {
            searched.answer = Kind::Undecided;
            searched.reason = Some(Fact {
                message: reason.to_string(),
                place: Some(lines.line(place)),
            });
        }
        Search::Over => {
            searched.answer = Kind::Undecided;
            searched.reason = Some(Fact {
                message: "the policy treats routes in more ways than are followed: ask about \
                          fewer of them"
                    .to_owned(),
                place: Some(lines.line(found.place)),
            });
        }
    }
    searched
}

/// How many sessions of a router are told apart by their names.
const MANY: usize = 64;

/// Every route that the policy may get from neighbours.
fn states(
    router: &Router,
    found: &policies::Found<'_>,
    family: Family,
    world: &mut World,
) -> Vec<State> {
    if let Some((session, true)) = found.session {
        return session.channel(family).map_or_else(Vec::new, |channel| {
            learned::arriving(router, session, channel, world)
        });
    }
    let names = router.sessions.iter().take(MANY);
    let mut names: Vec<Arc<str>> = names.map(|one| Arc::from(&*one.name)).collect();
    if names.is_empty() {
        names.push("".into());
    }
    learned::brought(family, names, world)
}

/// What a session does without a filter.
fn unfiltered(
    question: &Question<'_>,
    found: &policies::Found<'_>,
    states: &[State],
    world: &mut World,
    program: &Program,
    searched: &mut Searched,
) {
    let does = match (found.policy, found.missing) {
        (_, Some(_)) | (Policy::Nothing | Policy::Absent, None) => Verdict::Reject,
        (Policy::All, None) => Verdict::Accept,
        (Policy::Unknown | Policy::Filter(_), None) => {
            searched.answer = Kind::Undecided;
            searched.reason = Some(Fact {
                message: "the policy was not understood; `check` says why".to_owned(),
                place: None,
            });
            return;
        }
    };
    if does != question.verdict {
        return;
    }
    let mut examples = states.iter().flat_map(|state| {
        let examples = state.examples(world);
        examples
            .into_iter()
            .map(|example| state.settled(example.route("")))
    });
    if let Some(route) = examples.next() {
        searched.answer = Kind::Witness;
        searched.witness = Some(written(&route, program));
        searched.attributes = attributes(&route, program);
    } else if !states.is_empty() {
        searched.answer = Kind::Undecided;
    }
}

/// The route as `test-policy` reads it.
pub(crate) fn written(route: &Route, program: &Program) -> String {
    const SHOWN: [(&str, &str); 5] = [
        ("bgp_path", "path"),
        ("bgp_community", "communities"),
        ("bgp_large_community", "large-communities"),
        ("bgp_ext_community", "ext-communities"),
        ("bgp_med", "med"),
    ];
    let known = attributes(route, program);
    let mut text = route.net.to_string();
    for (name, ours) in SHOWN {
        let value = known.get(name);
        if let Some(value) = value.filter(|value| !value.is_empty() && *value != "?") {
            text.push(' ');
            text.push_str(ours);
            text.push('=');
            text.push_str(value);
        }
    }
    text
}
