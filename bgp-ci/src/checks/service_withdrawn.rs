use std::collections::{BTreeMap, BTreeSet};

use rules::{Finding, Span};

use crate::change::{Change, Side};
use crate::check::Check;
use crate::evidence;
use crate::model::{Name, Prefix};
use crate::reachability::Cover;
use crate::wording::{count, json, list};

rules::rule! {
    /// Reports a service that base announces somewhere and head nowhere.
    ///
    /// ## Why
    /// When the last announcement of a service goes, its users lose it at once, and often the
    /// people who could bring it back with them: with its name servers, Facebook lost its own
    /// doors in 2021.
    /// Retiring a service is a decision, and looks the same as a slip in a template.
    ///
    /// Announced means passed on by at least one external neighbour: a `no-announce` community on
    /// every session withdraws a service too.
    /// A service whose prefixes live on under a new name is renamed, not withdrawn.
    /// Where an aggregate of ours still covers every prefix at as many sites as the service
    /// needs, its traffic arrives by the longest match, and the finding is at most a warning.
    ///
    /// ## Bad
    /// ```yaml
    /// # base
    /// version: 1
    /// bgp:
    ///   asn: 64500
    ///   owned: [{ prefix: 203.0.113.0/24, service: ns }]
    ///   services: { ns: { kind: anycast } }
    ///   treat-as-public: [203.0.113.0/24]
    ///   sites: { fra: {}, iad: {} }
    ///   neighbors: { transit-a: { asn: 64501 } }
    ///   announcements:
    ///     - { service: ns, to: [transit-a] }
    /// ```
    /// ```yaml
    /// # head
    /// version: 1
    /// bgp:
    ///   asn: 64500
    ///   owned: [{ prefix: 203.0.113.0/24, service: ns }]
    ///   services: { ns: { kind: anycast } }
    ///   treat-as-public: [203.0.113.0/24]
    ///   sites: { fra: {}, iad: {} }
    ///   neighbors: { transit-a: { asn: 64501 } }
    ///   announcements:
    ///     - { service: ns, to: [transit-a], communities: [no-export] }
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// # base
    /// version: 1
    /// bgp:
    ///   asn: 64500
    ///   owned: [{ prefix: 203.0.113.0/24, service: ns }]
    ///   services: { ns: { kind: anycast } }
    ///   treat-as-public: [203.0.113.0/24]
    ///   sites: { fra: {}, iad: {} }
    ///   neighbors: { transit-a: { asn: 64501 } }
    ///   announcements:
    ///     - { service: ns, to: [transit-a] }
    /// ```
    /// ```yaml
    /// # head
    /// version: 1
    /// bgp:
    ///   asn: 64500
    ///   owned: [{ prefix: 203.0.113.0/24, service: ns }]
    ///   services: { ns: { kind: anycast } }
    ///   treat-as-public: [203.0.113.0/24]
    ///   sites: { fra: {}, iad: {} }
    ///   neighbors: { transit-a: { asn: 64501 } }
    ///   announcements:
    ///     - { service: ns, sites: [iad], to: [transit-a] }
    /// ```
    ///
    /// ## Reference
    /// RFC 4271, section 3.1; RFC 1997 for NO_EXPORT.
    pub SERVICE_WITHDRAWN = { id: "service-withdrawn", level: Deny, since: "0.1.0" }
}

/// The check.
pub(super) static CHECK: Check = Check {
    rule: &SERVICE_WITHDRAWN,
    run,
};

fn run(change: &Change) -> Vec<Finding> {
    let Some((base, head)) = change.complete() else {
        return Vec::new();
    };
    let withdrawn = base
        .fleet
        .services()
        .filter(|service| is_withdrawn(base, head, service));
    withdrawn
        .map(|service| covered(change, service, wording(base, head, service)))
        .collect()
}

/// Whether base announces `service` somewhere and head nowhere, under no name.
pub(crate) fn is_withdrawn(base: &Side, head: &Side, service: &str) -> bool {
    base.fleet.prefixes(service).next().is_some()
        && head.fleet.prefixes(service).next().is_none()
        && renamed(base, head, service).is_none()
}

/// Lowers the finding where every prefix of the service is still covered.
fn covered(change: &Change, service: &str, finding: Finding) -> Finding {
    let Some(base) = &change.base else {
        return finding;
    };
    let covers = base.fleet.prefixes(service).map(|prefix| {
        let cover = Cover::of(&change.head, prefix)?;
        let keeps = cover.keeps_floors(change, service);
        keeps.then_some((prefix, cover))
    });
    let covers: Option<Vec<_>> = covers.collect();
    covers
        .unwrap_or_default()
        .iter()
        .fold(finding, |finding, (prefix, cover)| {
            cover.lower(change, *prefix, finding)
        })
}

/// The new name of a service: one that base does not have, and that keeps all its prefixes up.
pub(crate) fn renamed<'a>(base: &Side, head: &'a Side, service: &str) -> Option<&'a Name> {
    if head.network.services.contains_key(service) {
        return None;
    }
    head.fleet.services().find(|new| {
        let kept: BTreeSet<Prefix> = head.fleet.prefixes(new).collect();
        !base.network.services.contains_key(*new)
            && base
                .fleet
                .prefixes(service)
                .all(|prefix| kept.contains(&prefix))
    })
}

fn wording(base: &Side, head: &Side, service: &Name) -> Finding {
    let prefixes: BTreeSet<Prefix> = base.fleet.prefixes(service).collect();
    let mut sites: BTreeSet<&Name> = BTreeSet::new();
    let mut neighbors: BTreeSet<&Name> = BTreeSet::new();
    for prefix in &prefixes {
        sites.extend(base.fleet.sites(*prefix).map(|(site, _)| site));
        neighbors.extend(evidence::neighbors(base, *prefix));
    }
    let message = format!(
        "service `{service}` is withdrawn: base announces {} at {}, head nowhere",
        count(prefixes.len(), "prefix", "prefixes"),
        count(sites.len(), "site", "sites")
    );
    let finding = SERVICE_WITHDRAWN
        .at(place(head, service), message, &[service])
        .with_note(format!(
            "{}: lost {}; left nowhere",
            list(&prefixes, "no prefix"),
            list(&sites, "nothing")
        ))
        .with_help(
            "bring it back; a service is retired in a change that says so and that people approve",
        )
        .with_data("service", service.to_string())
        .with_data("prefixes", json(&prefixes))
        .with_data("lost", json(&sites))
        .with_data("sites", json::<&str>([]))
        .with_data("neighbors", json(&neighbors));
    let finding = kept_back(head, service)
        .into_iter()
        .fold(finding, Finding::with_note);
    let places: BTreeSet<Span> = prefixes
        .iter()
        .filter_map(|prefix| evidence::statement(base, *prefix))
        .collect();
    places.into_iter().take(3).fold(finding, |finding, span| {
        finding.with_label(span, format!("base announces `{service}` here"))
    })
}

/// Where head could still say it: the statement that announces it in vain, else the service,
/// else the list of announcements.
fn place(head: &Side, service: &str) -> Span {
    let statement = head
        .announcements
        .iter()
        .filter(|(_, a)| a.route.services.contains(service))
        .filter_map(|(_, a)| a.provenance.first())
        .min();
    let definition = head.network.services.get(service);
    statement
        .or(definition.map(|service| &service.span))
        .or(head.network.announcements.as_ref())
        .unwrap_or(&head.network.span)
        .clone()
}

/// Why announcements that head still makes do not count.
fn kept_back(head: &Side, service: &str) -> Vec<String> {
    let mut reasons: BTreeMap<String, BTreeSet<&Name>> = BTreeMap::new();
    for (key, announcement) in &head.announcements {
        if announcement.route.services.contains(service) && announcement.external {
            let presence = announcement.presence;
            let reason = format!("{} still receives it, but it {presence}", key.neighbor);
            reasons.entry(reason).or_default().insert(&key.site);
        }
    }
    reasons
        .into_iter()
        .map(|(reason, sites)| format!("{reason} (at {})", list(sites, "no site")))
        .collect()
}
