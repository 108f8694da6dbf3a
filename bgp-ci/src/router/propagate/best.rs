//! Tables: what is stored, and which route of a network is the best.

use std::cmp::Reverse;
use std::sync::Arc;

use rules::Certainty;

use super::{Carried, Contents, Entry, Origin, Run, Stored, Variant};
use crate::filter::attribute::{Attribute, StaticAttribute};
use crate::filter::value::Value;
use crate::model::Prefix;
use crate::place::Place;
use crate::router::TableId;

/// The rank of routes without a metric: behind all that have one.
const NO_METRIC: u32 = 0xffff_fffe;

/// A route that can be the best, with what it would be.
#[derive(Debug, Clone)]
pub(super) struct Candidate<'e> {
    pub entry: &'e Entry,
    pub variant: &'e Variant,
}

impl Run<'_> {
    /// What is in `table`.
    pub(super) fn contents(&self, table: TableId) -> &Contents {
        self.tables
            .get(table.index())
            .expect("there are contents for each table of the router")
    }

    /// Puts `entry` into `table`.
    ///
    /// BIRD sends a MED or a next hop to another system only where it is fresh from a policy. A
    /// table keeps a route's attributes in one list, and what is merged into one is fresh no more:
    /// only what is the one thing ever written on a route stays so (measured; a static route with
    /// `{ bgp_med = 5; }` sends it, one with `{ bgp_med = 5; bgp_local_pref = 200; }` does not).
    pub(super) fn store(&mut self, table: TableId, prefix: Prefix, mut entry: Entry) {
        for variant in &mut entry.variants {
            if let Variant::Route(carried) = variant
                && (carried.med_fresh || carried.next_hop_fresh)
                && carried.writes > 1
            {
                *carried = Arc::new(Carried {
                    med_fresh: false,
                    next_hop_fresh: false,
                    ..Carried::clone(carried)
                });
            }
        }
        if let Some(contents) = self.tables.get_mut(table.index()) {
            contents.entry(prefix).or_default().push(entry);
        }
    }

    /// What `table` holds, as a daemon would show it.
    pub(super) fn stored(&self, table: TableId) -> Vec<Stored> {
        let mut stored = Vec::new();
        for (prefix, entries) in self.contents(table) {
            let mut best = true;
            for candidate in ranked(entries) {
                let route = match candidate.variant {
                    Variant::Route(carried) => Some(Arc::new(carried.route.clone())),
                    Variant::Unknown(_) => None,
                    Variant::Rejected => continue,
                };
                stored.push(Stored {
                    prefix: *prefix,
                    route,
                    statement: self.statement(candidate.entry),
                    best,
                    certain: candidate.entry.variants.len() == 1,
                });
                best = false;
            }
        }
        stored
    }

    /// The statement behind `entry`.
    pub(super) fn statement(&self, entry: &Entry) -> Place {
        match entry.origin {
            Origin::Local { local, index } => {
                let source = self.router.local(local);
                let statement = source.routes.get(index);
                statement.map_or(source.place, |route| route.place)
            }
            Origin::Learned(session) => self.router.session(session).place,
        }
    }
}

/// The variants of all routes of a network, the best first; routes of equal rank in the order in
/// which they came.
pub(super) fn ranked(entries: &[Entry]) -> Vec<Candidate<'_>> {
    let mut all: Vec<Candidate<'_>> = entries
        .iter()
        .flat_map(|entry| {
            entry
                .variants
                .iter()
                .map(move |variant| Candidate { entry, variant })
        })
        .collect();
    if entries.len() > 1 {
        all.sort_by_key(|candidate| rank(candidate.variant));
    }
    all
}

/// What can be the best route: every variant down to the first that is there for certain.
pub(super) fn contenders(entries: &[Entry]) -> Vec<Candidate<'_>> {
    let mut contenders = Vec::new();
    for candidate in ranked(entries) {
        if matches!(candidate.variant, Variant::Rejected) {
            continue;
        }
        let last = candidate.entry.variants.len() == 1;
        contenders.push(candidate);
        if last {
            break;
        }
    }
    contenders
}

/// How sure it is that the first of `entries` by rank is the best: of equal ones, the daemon's
/// history decides.
pub(super) fn tie(entries: &[Entry]) -> Certainty {
    let mut ranks = ranked(entries)
        .into_iter()
        .filter(|candidate| matches!(candidate.variant, Variant::Route(_)));
    match (ranks.next(), ranks.next()) {
        (Some(first), Some(second))
            if rank(first.variant) == rank(second.variant)
                && !first.entry.origin.shares_protocol(second.entry.origin) =>
        {
            Certainty::Likely
        }
        _ => Certainty::Proven,
    }
}

/// Higher preference first, then a lower metric.
fn rank(variant: &Variant) -> (Reverse<u16>, u32) {
    match variant {
        Variant::Route(carried) => (Reverse(carried.route.preference), metric(carried)),
        Variant::Rejected | Variant::Unknown(_) => (Reverse(u16::MAX), 0),
    }
}

fn metric(carried: &Carried) -> u32 {
    let metric = Attribute::Static(StaticAttribute::IgpMetric);
    match carried.route.attribute(metric) {
        Some(Value::Int(metric)) => *metric,
        _ => NO_METRIC,
    }
}
