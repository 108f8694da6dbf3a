use std::collections::{BTreeMap, BTreeSet};

use rules::{Finding, Span};

use crate::change::{Change, Side};
use crate::check::Check;
use crate::model::{Difference, Key, Name, NextHop, Prefix, Route};
use crate::wording::{count, json, list};

rules::rule! {
    /// Reports that the path, metric, preference or next hop of a critical service changes.
    ///
    /// ## Why
    /// These attributes decide where traffic goes.
    /// A prepend at one site moves its users to another, which may not carry them; nothing is
    /// withdrawn, and no graph of prefixes moves.
    /// For a service that is marked `critical` such a change deserves a second look.
    ///
    /// Prepends, the multi-exit discriminator, the local preference that our own routers receive,
    /// and whether the next hop is the announcing router count.
    /// Communities do not: what they do is the neighbours' business, and they are tuned every day.
    ///
    /// ## Bad
    /// ```yaml
    /// # base
    /// version: 1
    /// bgp:
    ///   asn: 64500
    ///   owned: [{ prefix: 203.0.113.0/24, service: edge }]
    ///   services: { edge: { kind: anycast, critical: true } }
    ///   treat-as-public: [203.0.113.0/24]
    ///   sites: { fra: {}, iad: {} }
    ///   neighbors: { transit-a: { asn: 64501 } }
    ///   announcements:
    ///     - { service: edge, to: [transit-a] }
    /// ```
    /// ```yaml
    /// # head
    /// version: 1
    /// bgp:
    ///   asn: 64500
    ///   owned: [{ prefix: 203.0.113.0/24, service: edge }]
    ///   services: { edge: { kind: anycast, critical: true } }
    ///   treat-as-public: [203.0.113.0/24]
    ///   sites: { fra: {}, iad: {} }
    ///   neighbors: { transit-a: { asn: 64501 } }
    ///   announcements:
    ///     - { service: edge, sites: [fra], to: [transit-a], prepend: 2 }
    ///     - { service: edge, sites: [iad], to: [transit-a] }
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// # base
    /// version: 1
    /// bgp:
    ///   asn: 64500
    ///   owned: [{ prefix: 203.0.113.0/24, service: edge }]
    ///   services: { edge: { kind: anycast, critical: true } }
    ///   treat-as-public: [203.0.113.0/24]
    ///   sites: { fra: {}, iad: {} }
    ///   neighbors: { transit-a: { asn: 64501 } }
    ///   announcements:
    ///     - { service: edge, to: [transit-a] }
    /// ```
    /// ```yaml
    /// # head
    /// version: 1
    /// bgp:
    ///   asn: 64500
    ///   owned: [{ prefix: 203.0.113.0/24, service: edge }]
    ///   services: { edge: { kind: anycast, critical: true } }
    ///   treat-as-public: [203.0.113.0/24]
    ///   sites: { fra: {}, iad: {} }
    ///   neighbors: { transit-a: { asn: 64501 } }
    ///   announcements:
    ///     - { service: edge, to: [transit-a], communities: ["64501:100"] }
    /// ```
    ///
    /// ## Reference
    /// RFC 4271, section 9.1.2.2.
    pub CRITICAL_ATTRIBUTE_CHANGE = { id: "critical-attribute-change", level: Warn, since: "0.1.0" }
}

/// The check.
pub(super) static CHECK: Check = Check {
    rule: &CRITICAL_ATTRIBUTE_CHANGE,
    run,
};

/// A service, an attribute, and its two values.
type About<'a> = (&'a Name, &'static str, String, String);

/// Where one attribute changes from one value to another.
#[derive(Default)]
struct Group<'a> {
    prefixes: BTreeSet<Prefix>,
    sites: BTreeSet<&'a Name>,
    neighbors: BTreeSet<&'a Name>,
    head: BTreeSet<&'a Span>,
    base: BTreeSet<&'a Span>,
}

fn run(change: &Change) -> Vec<Finding> {
    let Some(base) = &change.base else {
        return Vec::new();
    };
    let head = &change.head;
    let critical = |name: &Name| is_critical(head, name).or_else(|| is_critical(base, name));
    let services = head
        .network
        .services
        .keys()
        .chain(base.network.services.keys());
    if !services.into_iter().any(|name| critical(name).is_some()) {
        return Vec::new();
    }
    let difference =
        Difference::between(&base.announcements, &head.announcements, &change.sessions);
    let mut groups: BTreeMap<About<'_>, Group<'_>> = BTreeMap::new();
    for (key, then, now) in difference.changed {
        for service in &now.route.services {
            if critical(service).is_none() {
                continue;
            }
            for (attribute, old, new) in altered(&then.route, &now.route) {
                let group = groups.entry((service, attribute, old, new)).or_default();
                let Key {
                    prefix,
                    site,
                    neighbor,
                    ..
                } = key;
                group.prefixes.insert(*prefix);
                group.sites.insert(site);
                group.neighbors.insert(neighbor);
                group
                    .head
                    .extend(now.terms.last().or(now.provenance.first()));
                group
                    .base
                    .extend(then.terms.last().or(then.provenance.first()));
            }
        }
    }
    groups
        .into_iter()
        .map(|(about, group)| {
            let policy = critical(about.0);
            wording(change, &about, &group, policy)
        })
        .collect()
}

fn is_critical<'a>(side: &'a Side, service: &str) -> Option<&'a Span> {
    side.network.services.get(service)?.critical.as_ref()
}

/// The attributes that steer traffic and differ, each with both values.
fn altered(then: &Route, now: &Route) -> Vec<(&'static str, String, String)> {
    let number = |value: Option<u32>| value.map_or_else(|| "none".to_owned(), |n| n.to_string());
    let next_hop = |hop: NextHop| match hop {
        NextHop::Own => "the router itself".to_owned(),
        NextHop::Address(_) => "an address".to_owned(),
    };
    let mut found = Vec::new();
    // Another origin is a finding of its own.
    if then.path != now.path && then.origin() == now.origin() {
        let (old, new) = (then.path.to_string(), now.path.to_string());
        found.push(("path", format!("`{old}`"), format!("`{new}`")));
    }
    if then.med != now.med {
        found.push(("MED", number(then.med), number(now.med)));
    }
    if then.local_pref != now.local_pref {
        let (old, new) = (number(then.local_pref), number(now.local_pref));
        found.push(("local preference", old, new));
    }
    let (old, new) = (next_hop(then.next_hop), next_hop(now.next_hop));
    if old != new {
        found.push(("next hop", old, new));
    }
    found
}

fn wording(
    change: &Change,
    (service, attribute, old, new): &About<'_>,
    group: &Group<'_>,
    policy: Option<&Span>,
) -> Finding {
    let message = format!(
        "the {attribute} of critical service `{service}` goes from {old} to {new} at {}",
        count(group.sites.len(), "site", "sites")
    );
    let head = &change.head.network.span;
    let span = group.head.first().map_or(head, |span| *span).clone();
    let mut finding = CRITICAL_ATTRIBUTE_CHANGE
        .at(span, message, &[service, attribute, old, new])
        .with_note(format!(
            "{} to {} at {}",
            list(&group.prefixes, "nothing"),
            list(&group.neighbors, "nobody"),
            list(&group.sites, "no site")
        ))
        .with_help("check that the sites which the traffic moves to can carry it")
        .with_data("service", service.to_string())
        .with_data("attribute", *attribute)
        .with_data("before", old.trim_matches('`'))
        .with_data("after", new.trim_matches('`'))
        .with_data("prefixes", json(&group.prefixes))
        .with_data("sites", json(&group.sites))
        .with_data("neighbors", json(&group.neighbors));
    if let Some(policy) = policy {
        finding = finding.with_label(policy.clone(), format!("`{service}` is critical"));
    }
    match group.base.first() {
        Some(base) => finding.with_label((*base).clone(), "base says it here"),
        None => finding,
    }
}
