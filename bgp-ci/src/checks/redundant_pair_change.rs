use std::collections::{BTreeMap, BTreeSet};

use rules::{Finding, Span};

use crate::change::{Change, Side};
use crate::check::Check;
use crate::footprint::{Footprint, Touch};
use crate::model::Name;
use crate::wording::{json, list};

rules::rule! {
    /// Reports a change that touches both of a pair that stands in for each other.
    ///
    /// ## Why
    /// Two routers, or two name services, are there so that one mistake cannot take both; a
    /// change that touches both at once takes that away for as long as it is being rolled out.
    ///
    /// The pairs are `pairs` of routers, and services that are `disjoint-from` each other.
    /// A router is touched when the presence or origin of a prefix there changes, or a session
    /// with another system; a service, when that happens to one of its prefixes.
    /// Setting communities, prepends or metrics touches nothing, and neither do a new site, a new
    /// session, or one site that is drained whole; a prefix that is new or goes everywhere
    /// touches its service and no router.
    ///
    /// ## Bad
    /// ```yaml
    /// # base
    /// version: 1
    /// bgp:
    ///   asn: 64500
    ///   owned: [{ prefix: 198.51.100.0/24, service: ns1 }, { prefix: 203.0.113.0/24, service: ns2 }]
    ///   services: { ns1: { kind: anycast }, ns2: { kind: anycast, disjoint-from: [ns1] } }
    ///   treat-as-public: [198.51.100.0/24, 203.0.113.0/24]
    ///   sites: { ams: {}, fra: {}, iad: {} }
    ///   neighbors: { transit-a: { asn: 64501 } }
    ///   announcements:
    ///     - { service: ns1, to: [transit-a] }
    ///     - { service: ns2, to: [transit-a] }
    /// ```
    /// ```yaml
    /// # head
    /// version: 1
    /// bgp:
    ///   asn: 64500
    ///   owned: [{ prefix: 198.51.100.0/24, service: ns1 }, { prefix: 203.0.113.0/24, service: ns2 }]
    ///   services: { ns1: { kind: anycast }, ns2: { kind: anycast, disjoint-from: [ns1] } }
    ///   treat-as-public: [198.51.100.0/24, 203.0.113.0/24]
    ///   sites: { ams: {}, fra: {}, iad: {} }
    ///   neighbors: { transit-a: { asn: 64501 } }
    ///   announcements:
    ///     - { service: ns1, sites: [ams, iad], to: [transit-a] }
    ///     - { service: ns2, sites: [fra, iad], to: [transit-a] }
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// # base
    /// version: 1
    /// bgp:
    ///   asn: 64500
    ///   owned: [{ prefix: 198.51.100.0/24, service: ns1 }, { prefix: 203.0.113.0/24, service: ns2 }]
    ///   services: { ns1: { kind: anycast }, ns2: { kind: anycast, disjoint-from: [ns1] } }
    ///   treat-as-public: [198.51.100.0/24, 203.0.113.0/24]
    ///   sites: { ams: {}, fra: {}, iad: {} }
    ///   neighbors: { transit-a: { asn: 64501 } }
    ///   announcements:
    ///     - { service: ns1, to: [transit-a] }
    ///     - { service: ns2, to: [transit-a] }
    /// ```
    /// ```yaml
    /// # head
    /// version: 1
    /// bgp:
    ///   asn: 64500
    ///   owned: [{ prefix: 198.51.100.0/24, service: ns1 }, { prefix: 203.0.113.0/24, service: ns2 }]
    ///   services: { ns1: { kind: anycast }, ns2: { kind: anycast, disjoint-from: [ns1] } }
    ///   treat-as-public: [198.51.100.0/24, 203.0.113.0/24]
    ///   sites: { ams: {}, fra: {}, iad: {} }
    ///   neighbors: { transit-a: { asn: 64501 } }
    ///   announcements:
    ///     - { service: ns1, sites: [ams, iad], to: [transit-a] }
    ///     - { service: ns2, to: [transit-a], prepend: 1 }
    /// ```
    ///
    /// ## Reference
    /// RFC 2182, section 3.1.
    pub REDUNDANT_PAIR_CHANGE = { id: "redundant-pair-change", level: Deny, since: "0.1.0" }
}

/// The check.
pub(super) static CHECK: Check = Check {
    rule: &REDUNDANT_PAIR_CHANGE,
    run,
};

fn run(change: &Change) -> Vec<Finding> {
    let network = &change.head.network;
    let disjoint = network
        .services
        .values()
        .any(|service| !service.disjoint_from.is_empty());
    if network.pairs.is_empty() && !disjoint {
        return Vec::new();
    }
    let footprint = Footprint::of(change);
    let mut findings = routers(change, &footprint);
    findings.extend(services(change, &footprint));
    findings
}

/// Routers by name; where each of two names stands at several sites, those of one site are a
/// pair.
fn routers(change: &Change, footprint: &Footprint) -> Vec<Finding> {
    let sides = std::iter::once(&change.head).chain(&change.base);
    let known: BTreeSet<(&Name, &Name)> = sides.flat_map(named).collect();
    let mut findings = Vec::new();
    for pair in &change.head.network.pairs {
        let touched: Vec<_> = footprint
            .routers
            .iter()
            .filter(|((_, router), _)| pair.value.contains(router))
            .collect();
        let shared = |one: &Name, two: &Name| {
            known
                .iter()
                .any(|(site, router)| *router == one && known.contains(&(*site, two)))
        };
        let found = touched.iter().enumerate().find_map(|(at, first)| {
            let ((site, one), _) = first;
            let second = touched
                .iter()
                .skip(at + 1)
                .find(|((other, two), _)| one != two && (site == other || !shared(one, two)));
            second.map(|second| (*first, *second))
        });
        if let Some((((_, one), first), ((_, two), second))) = found {
            let label = "these routers stand in for each other";
            let (first, second) = (("router", one, first), ("router", two, second));
            findings.push(wording(first, second, &pair.span, label));
        }
    }
    findings
}

fn named(side: &Side) -> impl Iterator<Item = (&Name, &Name)> {
    side.sessions.keys().map(|key| (&key.site, &key.router))
}

/// Each two services once, whichever of them says so.
fn services(change: &Change, footprint: &Footprint) -> Vec<Finding> {
    let mut pairs: BTreeMap<(&Name, &Name), &Span> = BTreeMap::new();
    for (name, service) in &change.head.network.services {
        for (other, span) in &service.disjoint_from {
            if name != other {
                let pair = (name.min(other), name.max(other));
                pairs.entry(pair).or_insert(span);
            }
        }
    }
    let touched = |name: &Name| footprint.services.get(name);
    pairs
        .into_iter()
        .filter_map(|((one, two), span)| {
            let (first, second) = (touched(one)?, touched(two)?);
            let label = "no change may touch both";
            let (first, second) = (("service", one, first), ("service", two, second));
            Some(wording(first, second, span, label))
        })
        .collect()
}

type Touched<'a> = (&'static str, &'a Name, &'a Touch);

fn wording(
    (what, one, first): Touched<'_>,
    (_, two, second): Touched<'_>,
    policy: &Span,
    label: &str,
) -> Finding {
    let message = format!("one change touches {what} `{one}` and {what} `{two}`");
    let places = [first, second]
        .into_iter()
        .filter_map(|touch| touch.head.as_ref());
    let span = places.min().unwrap_or(policy).clone();
    let mut finding = REDUNDANT_PAIR_CHANGE
        .at(span.clone(), message, &[what, one, two])
        .with_help("make it two changes, and the second when the first holds")
        .with_data("kind", what)
        .with_data("pair", json([one, two]));
    if span != *policy {
        finding = finding.with_label(policy.clone(), label);
    }
    for (name, touch) in [(one, first), (two, second)] {
        finding = finding.with_note(format!("{name}: {}", told(touch)));
        if let Some(place) = touch.place().filter(|place| **place != span) {
            finding = finding.with_label(place.clone(), format!("this touches `{name}`"));
        }
    }
    finding
}

fn told(touch: &Touch) -> String {
    let mut told = Vec::new();
    if !touch.presence.is_empty() {
        let prefixes = list(&touch.presence, "nothing");
        told.push(format!("who passes on {prefixes} changes"));
    }
    if !touch.origin.is_empty() {
        told.push(format!(
            "the origin of {} changes",
            list(&touch.origin, "nothing")
        ));
    }
    if !touch.sessions.is_empty() {
        let neighbors = list(&touch.sessions, "nobody");
        told.push(format!("sessions with {neighbors} come or go"));
    }
    told.join("; ")
}
