//! What must hold for services: floors by prefix, so that renaming a service hides nothing.

use std::collections::{BTreeMap, BTreeSet};

use rules::Span;

use super::Relaxation;
use crate::change::Side;
use crate::model::{Name, Prefix};
use crate::policy::network::{Placed, Service};
use crate::wording::list;

/// The demands on a prefix: each with the service that makes it and where.
type Demands<'a> = BTreeMap<(Prefix, Kind<'a>), (&'a Name, &'a Placed<u32>)>;

/// What is demanded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind<'a> {
    Sites,
    Region(&'a Name),
    Loss,
}

impl Kind<'_> {
    fn key(self) -> &'static str {
        match self {
            Self::Sites => "min-sites",
            Self::Region(_) => "min-sites-per-region",
            Self::Loss => "max-site-loss-per-change",
        }
    }

    /// Whether `a` demands more than `b`: floors from below, the loss from above.
    fn is_stricter(self, a: u32, b: u32) -> bool {
        match self {
            Self::Sites | Self::Region(_) => a > b,
            Self::Loss => a < b,
        }
    }
}

pub(super) fn compare(base: &Side, head: &Side, found: &mut Vec<Relaxation>) {
    let after = demands(head);
    // One service's floor stands over all its prefixes: one relaxation, not one for each.
    let mut weaker: BTreeMap<(&Name, Kind<'_>), (Weaker<'_>, BTreeSet<Prefix>)> = BTreeMap::new();
    for (&(prefix, kind), &(service, before)) in &demands(base) {
        let kind_in_head = match kind {
            Kind::Region(region) => match head_region(head, region) {
                Some(region) => Kind::Region(region),
                None => kind,
            },
            other => other,
        };
        let now = after.get(&(prefix, kind_in_head)).copied();
        // Without an announcement on either side there is no floor that could be lost.
        if now.is_none() && !base.fleet.announces(service) && !head.fleet.announces(service) {
            continue;
        }
        // A retired service takes its floors along: that it goes is a finding of its own.
        let is_retired = !head.network.services.contains_key(service)
            && head.is_complete()
            && !head.fleet.is_present(prefix);
        if now.is_none() && is_retired {
            continue;
        }
        if now.is_none_or(|(_, now)| kind.is_stricter(before.value, now.value)) {
            let entry = weaker.entry((service, kind)).or_insert_with(|| {
                let now = now.map(|(_, now)| now);
                (Weaker { before, now }, BTreeSet::new())
            });
            entry.1.insert(prefix);
        }
    }
    for ((service, kind), (weaker, prefixes)) in weaker {
        found.push(wording(head, service, kind, &weaker, &prefixes));
    }
}

/// A demand before and after.
struct Weaker<'a> {
    before: &'a Placed<u32>,
    now: Option<&'a Placed<u32>>,
}

/// The strictest demand on each owned prefix.
fn demands(side: &Side) -> Demands<'_> {
    let mut demands = Demands::new();
    for (name, service) in &side.network.services {
        for owned in side.network.owned.of(name) {
            for (kind, value) in of(service) {
                let demand = demands
                    .entry((owned.prefix.value, kind))
                    .or_insert((name, value));
                if kind.is_stricter(value.value, demand.1.value) {
                    *demand = (name, value);
                }
            }
        }
    }
    demands
}

fn of(service: &Service) -> impl Iterator<Item = (Kind<'_>, &Placed<u32>)> {
    let sites = service.min_sites.iter().map(|value| (Kind::Sites, value));
    let loss = service
        .max_site_loss
        .iter()
        .map(|value| (Kind::Loss, value));
    let regions = service
        .min_sites_per_region
        .iter()
        .map(|(region, value)| (Kind::Region(region), value));
    sites.chain(regions).chain(loss)
}

fn head_region<'a>(head: &'a Side, region: &str) -> Option<&'a Name> {
    head.network
        .sites
        .values()
        .filter_map(|site| site.region.as_ref())
        .find(|known| ***known == *region)
}

fn wording(
    head: &Side,
    service: &Name,
    kind: Kind<'_>,
    weaker: &Weaker<'_>,
    prefixes: &BTreeSet<Prefix>,
) -> Relaxation {
    let key = kind.key();
    let region = match kind {
        Kind::Region(region) => format!(" for region `{region}`"),
        Kind::Sites | Kind::Loss => String::new(),
    };
    let before = weaker.before.value;
    let message = match weaker.now {
        Some(now) => format!(
            "`{key}` of `{service}`{region} goes from {before} to {}",
            now.value
        ),
        None => format!(
            "`{key}: {before}` of `{service}`{region} is gone for {}",
            list(prefixes, "no prefix")
        ),
    };
    Relaxation {
        key,
        subject: format!("{service}{region}"),
        message,
        head: weaker
            .now
            .map_or_else(|| place(head, service), |now| now.span.clone()),
        base: Some(weaker.before.span.clone()),
    }
}

/// Where head could make the demand.
fn place(head: &Side, service: &str) -> Span {
    let service = head.network.services.get(service);
    service
        .map_or(&head.network.span, |service| &service.span)
        .clone()
}
