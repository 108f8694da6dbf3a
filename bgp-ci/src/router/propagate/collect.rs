//! One step of a route through one policy.

use std::sync::Arc;

use super::{Carried, ExportGap, LocalId, Run, VARIANTS, Variant};
use crate::filter::attribute::{Attribute, BgpAttribute};
use crate::filter::interpret::{Outcome, TermKind, Verdict};
use crate::filter::route::Route;
use crate::filter::FilterId;
use crate::model::{GapKind, Prefix};
use crate::place::Place;
use crate::router::Policy;

/// How many sets of attributes with a MED are remembered: what comes later counts by itself.
const REMEMBERED: usize = 1024;

const MED: Attribute = Attribute::Bgp(BgpAttribute::Med);

impl Run<'_> {
    /// What `policy`, which stands at `place`, makes of each variant.
    pub(super) fn through(&self, policy: Policy, place: Place, variants: &[Variant]) -> Vec<Variant> {
        match policy {
            Policy::All => variants.to_vec(),
            Policy::Nothing => vec![Variant::Rejected],
            Policy::Filter(filter) => self.filtered(filter, variants),
            Policy::Unknown => vec![Variant::Unknown(Arc::new(ExportGap {
                place,
                kind: GapKind::Unmodelled,
                message: "this policy could not be read".to_owned(),
                family: None,
                prefix: None,
            }))],
        }
    }

    /// What `filter` makes of each variant; equal results are one.
    pub(super) fn filtered(&self, filter: FilterId, variants: &[Variant]) -> Vec<Variant> {
        let mut found: Vec<Variant> = Vec::new();
        for variant in variants {
            let Variant::Route(carried) = variant else {
                merge(&mut found, variant.clone());
                continue;
            };
            match self.machine.run(filter, &carried.route, &self.context) {
                Outcome::Decided(decision) => {
                    let next = self.decided(carried, Outcome::Decided(decision));
                    merge(&mut found, next);
                }
                // A question of which the files hold no answer: every answer is followed.
                Outcome::Unmodelled(_) => {
                    let outcomes = self.machine.outcomes(filter, &carried.route, &self.context);
                    for outcome in outcomes {
                        let next = self.decided(carried, outcome);
                        merge(&mut found, next);
                    }
                }
            }
        }
        if found.len() > VARIANTS {
            let place = self.router.program.filter(filter).place;
            let net = found.iter().find_map(Variant::net);
            return vec![Variant::Unknown(Arc::new(ExportGap {
                place,
                kind: GapKind::Unmodelled,
                message: "the policies ask more of live data than can be followed".to_owned(),
                family: net.map(Prefix::family),
                prefix: net,
            }))];
        }
        found
    }

    fn decided(&self, before: &Carried, outcome: Outcome) -> Variant {
        match outcome {
            Outcome::Decided(decision) if decision.verdict == Verdict::Accept => {
                let written = decision
                    .trace
                    .iter()
                    .any(|id| self.machine.term(*id).kind == TermKind::Set(MED));
                let mut terms = before.terms.clone();
                terms.extend(decision.trace);
                Variant::Route(Arc::new(Carried {
                    route: decision.route,
                    med_written: before.med_written || written,
                    terms,
                }))
            }
            Outcome::Decided(_) => Variant::Rejected,
            Outcome::Unmodelled(gap) => Variant::Unknown(Arc::new(ExportGap {
                place: gap.place,
                kind: GapKind::Unmodelled,
                message: format!("{} has no model here", gap.reason),
                family: Some(before.route.net.family()),
                prefix: Some(before.route.net),
            })),
        }
    }

    /// Whether the MED of `route` counts as written by a policy, once it is stored in a table.
    ///
    /// BIRD keeps equal sets of attributes of one protocol once, and the first decides: a policy
    /// that writes the MED which another route of that protocol has from its own statement does
    /// not make it a policy's (measured).
    pub(super) fn remembered(&mut self, local: LocalId, carried: Arc<Carried>) -> Arc<Carried> {
        if carried.route.attribute(MED).is_none() {
            return carried;
        }
        let known = self
            .meds
            .iter()
            .find(|(of, route, _)| *of == local && same_attributes(route, &carried.route));
        match known {
            Some((_, _, written)) if *written == carried.med_written => carried,
            Some((_, _, written)) => Arc::new(Carried {
                med_written: *written,
                ..Carried::clone(&carried)
            }),
            None => {
                if self.meds.len() < REMEMBERED {
                    self.meds.push((local, carried.route.clone(), carried.med_written));
                }
                carried
            }
        }
    }
}

fn same_attributes(a: &Route, b: &Route) -> bool {
    a.attributes() == b.attributes()
        && a.destination == b.destination
        && a.gateway == b.gateway
        && a.interface == b.interface
        && a.scope == b.scope
}

/// Adds `next` unless it is there.
fn merge(found: &mut Vec<Variant>, next: Variant) {
    let same = |known: &Variant| match (known, &next) {
        (Variant::Rejected, Variant::Rejected) => true,
        (Variant::Unknown(known), Variant::Unknown(next)) => known == next,
        (Variant::Route(known), Variant::Route(next)) => {
            known.route == next.route && known.med_written == next.med_written
        }
        _ => false,
    };
    if !found.iter().any(same) {
        found.push(next);
    }
}

impl Variant {
    /// The network, where it is there.
    pub(super) fn net(&self) -> Option<Prefix> {
        match self {
            Self::Route(carried) => Some(carried.route.net),
            Self::Rejected | Self::Unknown(_) => None,
        }
    }
}
