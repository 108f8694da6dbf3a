use std::collections::BTreeSet;

use rules::Finding;

use crate::change::{Change, Side};
use crate::check::{Check, existing};
use crate::evidence::Reach;
use crate::model::{Name, Prefix};
use crate::policy::network::{Owned, Placed};
use crate::wording::{count, json};

rules::rule! {
    /// Reports a prefix that fewer sites of a region announce than its service needs there.
    ///
    /// ## Why
    /// A service can keep its number of sites and still leave a continent: users there are then
    /// served from the other side of an ocean, or by the one site that is left and cannot carry
    /// them.
    /// Sites count as they do for `below-site-floor`.
    ///
    /// ## Bad
    /// ```yaml
    /// version: 1
    /// bgp:
    ///   asn: 64500
    ///   owned: [{ prefix: 203.0.113.0/24, service: edge }]
    ///   services: { edge: { kind: anycast, min-sites-per-region: { eu: 2 } } }
    ///   treat-as-public: [203.0.113.0/24]
    ///   sites: { ams: { region: eu }, fra: { region: eu }, iad: { region: na } }
    ///   neighbors: { transit-a: { asn: 64501 } }
    ///   announcements:
    ///     - { service: edge, sites: [fra, iad], to: [transit-a] }
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// version: 1
    /// bgp:
    ///   asn: 64500
    ///   owned: [{ prefix: 203.0.113.0/24, service: edge }]
    ///   services: { edge: { kind: anycast, min-sites-per-region: { eu: 2 } } }
    ///   treat-as-public: [203.0.113.0/24]
    ///   sites: { ams: { region: eu }, fra: { region: eu }, iad: { region: na } }
    ///   neighbors: { transit-a: { asn: 64501 } }
    ///   announcements:
    ///     - { service: edge, sites: [ams, fra], to: [transit-a] }
    /// ```
    ///
    /// ## Reference
    /// RFC 4786, section 4.4.
    pub BELOW_REGION_FLOOR = { id: "below-region-floor", level: Deny, since: "0.1.0" }
}

/// The check.
pub(super) static CHECK: Check = Check {
    rule: &BELOW_REGION_FLOOR,
    run,
};

fn run(change: &Change) -> Vec<Finding> {
    let head = &change.head;
    if !head.is_complete() {
        return Vec::new();
    }
    let mut findings = Vec::new();
    for (name, service) in &head.network.services {
        if service.min_sites_per_region.is_empty() || !change.is_in_use(name) {
            continue;
        }
        for owned in head.network.owned.of(name) {
            let reach = Reach::of(change, owned.prefix.value);
            for (region, floor) in &service.min_sites_per_region {
                let there = sites_in(head, reach.prefix, region);
                if is_below(there.len(), floor.value) {
                    let known = was_below(change, name, region, reach.prefix, there.len());
                    let finding = wording(change, (name, region), owned, floor, &reach, &there);
                    let finding = reach.lower(change, name, finding);
                    findings.push(existing(change, known, finding));
                }
            }
        }
    }
    findings
}

fn sites_in(side: &Side, prefix: Prefix, region: &str) -> BTreeSet<Name> {
    let mut sites = side.fleet.site_names(prefix);
    sites.retain(|site| {
        let site = side.network.sites.get(site);
        site.is_some_and(|site| site.region.as_deref() == Some(region))
    });
    sites
}

fn is_below(sites: usize, floor: u32) -> bool {
    u32::try_from(sites).is_ok_and(|sites| sites < floor)
}

/// Whether base broke its own floor already, and head makes it no worse.
fn was_below(change: &Change, service: &str, region: &str, prefix: Prefix, now: usize) -> bool {
    let Some((base, _)) = change.complete() else {
        return false;
    };
    let before = sites_in(base, prefix, region).len();
    let floors = base.network.services.get(service);
    let floor = floors.and_then(|service| service.min_sites_per_region.get(region));
    let owned = base
        .network
        .owned
        .exactly(prefix)
        .any(|owned| owned.service.as_deref() == Some(service));
    owned
        && base.fleet.announces(service)
        && floor.is_some_and(|floor| is_below(before, floor.value))
        && now >= before
}

fn wording(
    change: &Change,
    (service, region): (&str, &str),
    owned: &Owned,
    floor: &Placed<u32>,
    reach: &Reach,
    there: &BTreeSet<Name>,
) -> Finding {
    let prefix = reach.prefix.to_string();
    let message = format!(
        "`{prefix}` is announced at {} in region `{region}`, below the floor of {} for `{service}`",
        count(there.len(), "site", "sites"),
        floor.value
    );
    let finding = BELOW_REGION_FLOOR
        .at(
            reach
                .statement(change)
                .unwrap_or_else(|| owned.prefix.span.clone()),
            message,
            &[&prefix, service, region],
        )
        .with_label(
            floor.span.clone(),
            format!("the floor of `{service}` in region `{region}`"),
        )
        .with_help("keep enough sites there; where fewer are meant, lower the floor in a change of its own")
        .with_data("service", service)
        .with_data("region", region)
        .with_data("floor", floor.value)
        .with_data("region-sites", json(there));
    reach.explain(change, finding)
}
