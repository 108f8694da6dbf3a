use rules::Finding;

use crate::change::Change;
use crate::check::{Check, existing};
use crate::evidence::Reach;
use crate::policy::network::{Owned, Placed};
use crate::wording::count;

rules::rule! {
    /// Reports a prefix that fewer sites announce than its service needs.
    ///
    /// ## Why
    /// An anycast service lives from its sites: what the last of them announce is what carries
    /// everybody's traffic.
    /// A change of a template can take a prefix from all of them at once, and each site's own
    /// configuration looks innocent: Facebook's name servers in 2021, a public resolver in 2025.
    ///
    /// A site counts when any external neighbour there receives the prefix and passes it on.
    /// NO_EXPORT, a community that the neighbour declares as `no-announce`, or the neighbour's
    /// own number in the path take the site out as surely as a removed line does.
    /// The floor holds for each prefix that `owned` lists for the service, once any of the
    /// service is announced; `min-sites` itself is enough.
    /// Where the prefix is announced nowhere and an aggregate of ours covers it at enough sites,
    /// its traffic arrives by the longest match, and the finding is at most a warning.
    ///
    /// ## Bad
    /// ```yaml
    /// version: 1
    /// bgp:
    ///   asn: 64500
    ///   owned: [{ prefix: 203.0.113.0/24, service: edge }]
    ///   services: { edge: { kind: anycast, min-sites: 2 } }
    ///   treat-as-public: [203.0.113.0/24]
    ///   sites: { ams: {}, fra: {}, iad: {} }
    ///   neighbors: { transit-a: { asn: 64501 } }
    ///   announcements:
    ///     - { service: edge, sites: [fra], to: [transit-a] }
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// version: 1
    /// bgp:
    ///   asn: 64500
    ///   owned: [{ prefix: 203.0.113.0/24, service: edge }]
    ///   services: { edge: { kind: anycast, min-sites: 2 } }
    ///   treat-as-public: [203.0.113.0/24]
    ///   sites: { ams: {}, fra: {}, iad: {} }
    ///   neighbors: { transit-a: { asn: 64501 } }
    ///   announcements:
    ///     - { service: edge, sites: [ams, fra], to: [transit-a] }
    /// ```
    ///
    /// ## Reference
    /// RFC 4786, section 4.4; RFC 1997 for NO_EXPORT.
    pub BELOW_SITE_FLOOR = { id: "below-site-floor", level: Deny, since: "0.1.0" }
}

/// The check.
pub(super) static CHECK: Check = Check {
    rule: &BELOW_SITE_FLOOR,
    run,
};

fn run(change: &Change) -> Vec<Finding> {
    let head = &change.head;
    if !head.is_complete() {
        return Vec::new();
    }
    let mut findings = Vec::new();
    for (name, service) in &head.network.services {
        let Some(floor) = &service.min_sites else {
            continue;
        };
        if !change.is_in_use(name) {
            continue;
        }
        for owned in head.network.owned.of(name) {
            let reach = Reach::of(change, owned.prefix.value);
            if is_below(reach.sites.len(), floor.value) {
                let known = was_below(change, name, &reach);
                let finding = wording(change, name, owned, floor, &reach);
                let finding = reach.lower(change, name, finding);
                findings.push(existing(change, known, finding));
            }
        }
    }
    findings
}

fn is_below(sites: usize, floor: u32) -> bool {
    u32::try_from(sites).is_ok_and(|sites| sites < floor)
}

/// Whether base broke its own floor already, and head makes it no worse.
fn was_below(change: &Change, service: &str, reach: &Reach) -> bool {
    let Some((base, _)) = change.complete() else {
        return false;
    };
    let floor = base
        .network
        .services
        .get(service)
        .and_then(|service| service.min_sites.as_ref());
    let sites = base.fleet.site_names(reach.prefix).len();
    let owned = base
        .network
        .owned
        .exactly(reach.prefix)
        .any(|owned| owned.service.as_deref() == Some(service));
    owned
        && base.fleet.announces(service)
        && floor.is_some_and(|floor| is_below(sites, floor.value))
        && reach.sites.len() >= sites
}

fn wording(
    change: &Change,
    service: &str,
    owned: &Owned,
    floor: &Placed<u32>,
    reach: &Reach,
) -> Finding {
    let prefix = reach.prefix.to_string();
    let message = format!(
        "`{prefix}` is announced at {}, below the floor of {} for `{service}`",
        count(reach.sites.len(), "site", "sites"),
        floor.value
    );
    let finding = BELOW_SITE_FLOOR
        .at(
            reach
                .statement(change)
                .unwrap_or_else(|| owned.prefix.span.clone()),
            message,
            &[&prefix, service],
        )
        .with_label(
            floor.span.clone(),
            format!(
                "the floor of `{service}` is {}",
                count(
                    usize::try_from(floor.value).unwrap_or(usize::MAX),
                    "site",
                    "sites"
                )
            ),
        )
        .with_help(
            "keep enough sites; where fewer are meant, lower the floor in a change of its own",
        )
        .with_data("service", service)
        .with_data("floor", floor.value);
    reach.explain(change, finding)
}
