//! One step of a route through one policy.

use std::sync::Arc;

use super::{Carried, ExportGap, Run, UNREAD, VARIANTS, Variant};
use crate::filter::FilterId;
use crate::filter::attribute::{Attribute, BgpAttribute, StaticAttribute};
use crate::filter::interpret::{Outcome, TermKind, Verdict};
use crate::model::{GapKind, Prefix};
use crate::place::Place;
use crate::router::Policy;

const MED: Attribute = Attribute::Bgp(BgpAttribute::Med);
const NEXT_HOP: Attribute = Attribute::Bgp(BgpAttribute::NextHop);

impl Run<'_> {
    /// What `policy`, which stands at `place`, makes of each variant.
    pub(super) fn through(
        &self,
        policy: Policy,
        place: Place,
        variants: &[Variant],
    ) -> Vec<Variant> {
        match policy {
            Policy::All => variants.to_vec(),
            Policy::Nothing | Policy::Absent => vec![Variant::Rejected],
            Policy::Filter(filter) => self.filtered(filter, variants),
            Policy::Unknown => vec![Variant::Unknown(Arc::new(ExportGap {
                place,
                kind: GapKind::Unmodelled,
                message: UNREAD.to_owned(),
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
                let mut next = Carried {
                    route: decision.route,
                    ..before.clone()
                };
                for id in &decision.trace {
                    match self.machine.term(*id).kind {
                        TermKind::Set(attribute) if listed(attribute) => {
                            next.writes = next.writes.saturating_add(1);
                            next.med_fresh |= attribute == MED;
                            next.next_hop_fresh |= attribute == NEXT_HOP;
                        }
                        TermKind::Unset(attribute) if listed(attribute) => {
                            next.writes = next.writes.saturating_add(1);
                        }
                        _ => {}
                    }
                }
                next.terms.extend(decision.trace);
                Variant::Route(Arc::new(next))
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
}

/// Whether an attribute is one of those that a route may lack, which BIRD keeps in a list.
fn listed(attribute: Attribute) -> bool {
    match attribute {
        Attribute::Static(attribute) => attribute == StaticAttribute::IgpMetric,
        Attribute::Bgp(_) | Attribute::Other(_) | Attribute::Custom(_) => true,
    }
}

/// Adds `next` unless it is there.
fn merge(found: &mut Vec<Variant>, next: Variant) {
    let same = |known: &Variant| match (known, &next) {
        (Variant::Rejected, Variant::Rejected) => true,
        (Variant::Unknown(known), Variant::Unknown(next)) => known == next,
        (Variant::Route(known), Variant::Route(next)) => {
            known.route == next.route
                && known.med_fresh == next.med_fresh
                && known.next_hop_fresh == next.next_hop_fresh
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
