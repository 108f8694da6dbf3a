//! Routes from a provider, a peer or a route server that go to another (RFC 7908).

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;
use rules::{Certainty, Span};

use super::region::{Candidate, Outcome, Region};
use super::witness::{Received, Witness};
use super::{FAMILIES, Model, is_beside, link, relation};
use crate::filter::interpret::Authorizations;
use crate::filter::interpret::symbolic::{Example, State};
use crate::model::{Family, Gap, GapKind, SessionKey};
use crate::place::Place;
use crate::policy::network::Network;
use crate::policy::section::Relation;
use crate::symbolic::Space;
use crate::wording::brief;

/// How many states of one pair of sessions are tried for a proof.
const MAX_TRIED: usize = 24;

/// Routes that one session lets through to where they must not go.
#[derive(Debug, Clone)]
pub struct Leak {
    /// Where they come from.
    pub from: SessionKey,
    /// What is there; `None` for a router of our own that is not in the repository.
    pub source: Option<Relation>,
    /// Whom they go to.
    pub to: SessionKey,
    /// What that is to us.
    pub target: Relation,
    /// Their family.
    pub family: Family,
    /// Their networks, and perhaps more.
    pub networks: Space,
    /// One of them, where one was found that comes through.
    pub witness: Option<Box<Witness>>,
    /// The policy terms that it goes through, in order; without a witness the session that sends
    /// it.
    pub terms: Vec<Span>,
    /// How sure it is.
    pub certainty: Certainty,
}

/// The leaks of one side.
#[derive(Debug, Default)]
pub struct Leaks {
    /// By the session that sends them, then by the one that brings them.
    pub found: Vec<Leak>,
    /// What was not understood on the way of learned routes.
    pub gaps: Vec<Gap>,
}

/// Every leak of the routers of `models`, with `data` for tables that are fed from outside.
pub fn leaks(network: &Network, models: &[&Model], data: &(dyn Authorizations + Sync)) -> Leaks {
    let links = link::links(models);
    let regions = link::regions(models.len(), &links);
    let each: Vec<Leaks> = regions
        .par_iter()
        .map(|members| {
            let region = Region::new(network, models, members, &links);
            let mut leaks = Leaks::default();
            for family in FAMILIES {
                let mut outcome = region.followed(family);
                leaks.gaps.extend(gaps(&region, &outcome));
                let candidates = std::mem::take(&mut outcome.candidates);
                for candidate in &candidates {
                    leaks
                        .found
                        .extend(judged(network, &region, &mut outcome, candidate, data));
                }
            }
            leaks
        })
        .collect();
    let mut leaks = Leaks::default();
    for one in each {
        leaks.found.extend(one.found);
        leaks.gaps.extend(one.gaps);
    }
    leaks
        .found
        .sort_by(|a, b| (&a.to, &a.from, a.family).cmp(&(&b.to, &b.from, b.family)));
    leaks
}

/// The leaks behind one candidate: one for each session that the routes come from.
fn judged(
    network: &Network,
    region: &Region<'_>,
    outcome: &mut Outcome,
    candidate: &Candidate,
    data: &dyn Authorizations,
) -> Vec<Leak> {
    let Some(node) = region.nodes.get(candidate.node) else {
        return Vec::new();
    };
    let session = node.model.router.session(candidate.session);
    let Some(to) = node.model.keys.get(&candidate.session) else {
        return Vec::new();
    };
    let Some((target, sure)) = relation(network, to, session).filter(|(of, _)| is_beside(*of))
    else {
        return Vec::new();
    };
    // By where they come from: the entries on this router that bring them.
    let mut roots: BTreeMap<(usize, crate::router::SessionId), BTreeSet<usize>> = BTreeMap::new();
    for entry in candidate
        .states
        .iter()
        .flat_map(|state| state.ingress.iter())
    {
        if let Some(root) = outcome.root(*entry) {
            roots
                .entry((root.node, root.session))
                .or_default()
                .insert(*entry);
        }
    }
    let mut leaks = Vec::new();
    for ((at, id), entries) in roots {
        let Some(origin) = region.nodes.get(at) else {
            continue;
        };
        let Some(from) = origin.model.keys.get(&id) else {
            continue;
        };
        let source = relation(network, from, origin.model.router.session(id));
        let outside = entries
            .iter()
            .any(|entry| outcome.root(*entry).is_some_and(|root| root.outside));
        let found = witness(region, outcome, candidate, &entries, data);
        let states = candidate.states.iter();
        let states = states.filter(|state| !state.ingress.is_disjoint(&entries));
        let networks = states.map(|state| state.space.clone());
        let networks = Space::union_of(candidate.family, networks);
        let mut certainty = match &found {
            Some(witness) => witness.certainty,
            None => Certainty::Possible,
        };
        certainty = certainty.min(sure);
        if outside {
            certainty = Certainty::Possible;
        } else if let Some((_, sure)) = source {
            certainty = certainty.min(sure);
        }
        let channel = session.channel(candidate.family);
        let last = channel.map_or(session.place, |channel| channel.place);
        leaks.push(Leak {
            from: from.clone(),
            source: source.map(|(relation, _)| relation).filter(|_| !outside),
            to: to.clone(),
            target,
            family: candidate.family,
            networks,
            terms: terms(region, candidate.node, found.as_deref(), last),
            witness: found,
            certainty,
        });
    }
    leaks
}

/// The places of the policy terms that a witness goes through.
fn terms(region: &Region<'_>, node: usize, witness: Option<&Witness>, last: Place) -> Vec<Span> {
    let span = |at: usize, place: Place| {
        let node = region.nodes.get(at)?;
        Some(node.model.router.sources.span(place))
    };
    let Some(witness) = witness else {
        return span(node, last).into_iter().collect();
    };
    let before = witness
        .before
        .iter()
        .flat_map(|(at, terms)| terms.iter().map(|place| (*at, *place)));
    before
        .chain(witness.terms.iter().map(|place| (node, *place)))
        .filter_map(|(at, place)| span(at, place))
        .collect()
}

/// A route that really comes through, from one of `entries`.
fn witness(
    region: &Region<'_>,
    outcome: &mut Outcome,
    candidate: &Candidate,
    entries: &BTreeSet<usize>,
    data: &dyn Authorizations,
) -> Option<Box<Witness>> {
    let mut states: Vec<&State> = candidate
        .states
        .iter()
        .filter(|state| !state.ingress.is_disjoint(entries))
        .collect();
    // What asks for little makes the plainest witness.
    states.sort_by_key(|state| state.answers().len() + state.choices().len());
    for state in states.into_iter().take(MAX_TRIED) {
        let entry = *state.ingress.intersection(entries).next()?;
        let way = outcome.way(entry);
        let inside = outcome.root(entry).is_some_and(|root| root.outside);
        let examples: Vec<Example> = state.examples(&mut outcome.world);
        for example in examples {
            let received = Received::of(&example, inside);
            let found = region.replay(&way, candidate.session, &received, data);
            if let Some(found) = found {
                return Some(Box::new(found));
            }
        }
    }
    None
}

/// What was not understood, as gaps of the sessions that it matters for.
fn gaps(region: &Region<'_>, outcome: &Outcome) -> Vec<Gap> {
    let mut gaps = Vec::new();
    for ((at, lost), sessions) in &outcome.lost {
        let Some(node) = region.nodes.get(*at) else {
            continue;
        };
        let keys = sessions.iter().filter_map(|id| node.model.keys.get(id));
        gaps.push(Gap {
            span: node.model.router.sources.span(lost.place),
            kind: GapKind::Unmodelled,
            message: brief(&lost.reason),
            affects: keys.cloned().collect(),
        });
    }
    gaps
}
