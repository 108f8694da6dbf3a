//! A route that a policy lets through, or that one policy lets through and another does not.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::ingress;
use super::witness::Scripted;
use crate::filter::interpret::symbolic::{Example, Explored, Ingress, Live, State, World};
use crate::filter::interpret::{
    Authorizations, Context, Decision, Machine, NoData, Outcome, TermId, Verdict,
};
use crate::filter::program::FilterId;
use crate::filter::route::Route;
use crate::model::Family;
use crate::place::Place;
use crate::router::{Channel, Router, Session};

/// How many states are tried for a route.
const MAX_TRIED: usize = 64;

/// The answer to a search.
#[derive(Debug, Clone, PartialEq)]
pub enum Search {
    /// There is such a route.
    Found(Box<Found>),
    /// There is none: that is proven.
    None,
    /// Nobody knows: routes come to where the policy is not understood, or are not told apart.
    Unknown(Place, Arc<str>),
    /// The budget was used up.
    Over,
}

/// A route that was searched for.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// As the policy sees it.
    pub route: Route,
    /// What the policy does with it.
    pub decision: Decision,
    /// What it answers about live data.
    pub example: Example,
}

/// Every route of `family`, of a session called `protocol`, whose attributes are free.
pub fn free(family: Family, protocol: &str, world: &mut World) -> State {
    world.ingress.push(Ingress {
        protocol: protocol.into(),
        from: None,
        preference: 100,
    });
    State::new(ingress::networks(family), [world.ingress.len() - 1])
}

/// Every route of `channel`'s family that the neighbour of `session` can send, as its import
/// policy sees it.
pub fn arriving(
    router: &Router,
    session: &Session,
    channel: &Channel,
    world: &mut World,
) -> Vec<State> {
    world.ingress.push(ingress::given(session, channel));
    let at = world.ingress.len() - 1;
    ingress::states(router, session, channel, at, world)
}

/// A route of `states` for which `filter` ends with `verdict`.
pub fn search(
    machine: &Machine<'_>,
    filter: FilterId,
    states: Vec<State>,
    verdict: Verdict,
    world: &mut World,
    data: &dyn Authorizations,
) -> Search {
    let place = machine.program().filter(filter).place;
    let explored = machine.explore(filter, states, &Live::default(), world);
    if explored.over {
        return Search::Over;
    }
    let found: Vec<State> = match verdict {
        Verdict::Accept => explored.accepted().cloned().collect(),
        Verdict::Reject => explored.rejected().cloned().collect(),
    };
    let wanted = |route: &Route, example: &Example| {
        let decision = decided(machine, filter, route, example, data)?;
        (decision.verdict == verdict).then_some(decision)
    };
    proven(&found, world, wanted).unwrap_or_else(|| unproven(&explored, &found, place))
}

/// A route of `states` that `head`'s filter accepts and `base`'s does not; of those, one that it
/// accepts as `by` wants it.
pub fn excess(
    base: (&Machine<'_>, FilterId),
    head: (&Machine<'_>, FilterId),
    states: Vec<State>,
    world: &mut World,
    by: impl Fn(&Decision) -> bool,
) -> Search {
    let place = head.0.program().filter(head.1).place;
    let explored = head.0.explore(head.1, states, &Live::default(), world);
    if explored.over {
        return Search::Over;
    }
    let accepted: Vec<State> = explored.accepted().map(State::as_received).collect();
    let before = base.0.explore(base.1, accepted, &Live::default(), world);
    if before.over {
        return Search::Over;
    }
    let refused: Vec<State> = before.rejected().cloned().collect();
    let wanted = |route: &Route, example: &Example| {
        let before = decided(base.0, base.1, route, example, &NoData)?;
        let after = decided(head.0, head.1, route, example, &NoData)?;
        let more = before.verdict == Verdict::Reject && after.verdict == Verdict::Accept;
        (more && by(&after)).then_some(after)
    };
    proven(&refused, world, wanted).unwrap_or_else(|| unproven(&before, &refused, place))
}

/// The terms of a policy to which no route of `states` comes; `None` where that is not known.
pub fn unreached(
    machine: &Machine<'_>,
    filter: FilterId,
    states: Vec<State>,
    world: &mut World,
) -> Option<BTreeSet<TermId>> {
    let explored = machine.explore(filter, states, &Live::default(), world);
    if explored.over || explored.unknown().next().is_some() {
        return None;
    }
    let all = machine.terms(filter);
    Some(all.difference(&explored.reached).copied().collect())
}

fn decided(
    machine: &Machine<'_>,
    filter: FilterId,
    route: &Route,
    example: &Example,
    data: &dyn Authorizations,
) -> Option<Decision> {
    let authorizations = Scripted {
        answers: &example.answers,
        data,
    };
    let context = Context {
        authorizations: &authorizations,
        trace: true,
    };
    match machine.run(filter, route, &context) {
        Outcome::Decided(decision) => Some(*decision),
        Outcome::Unmodelled(_) => None,
    }
}

/// A route of one of `states` that is wanted.
fn proven(
    states: &[State],
    world: &mut World,
    wanted: impl Fn(&Route, &Example) -> Option<Decision>,
) -> Option<Search> {
    let mut states: Vec<&State> = states.iter().collect();
    states.sort_by_key(|state| state.answers().len() + state.choices().len());
    for state in states.into_iter().take(MAX_TRIED) {
        let protocol = state.ingress.first().and_then(|at| world.ingress.get(*at));
        let protocol = protocol.map_or_else(|| "".into(), |given| Arc::clone(&given.protocol));
        for example in state.examples(world) {
            let route = state.settled(example.route(&protocol));
            if let Some(decision) = wanted(&route, &example) {
                return Some(Search::Found(Box::new(Found {
                    route,
                    decision,
                    example,
                })));
            }
        }
    }
    None
}

fn unproven(explored: &Explored, found: &[State], place: Place) -> Search {
    if let Some((place, reason, _)) = explored.unknown().next() {
        return Search::Unknown(place, Arc::clone(reason));
    }
    if found.is_empty() {
        Search::None
    } else {
        let reason = "no route was found, and that there is none is not proven";
        Search::Unknown(place, reason.into())
    }
}
