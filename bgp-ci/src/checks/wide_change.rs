use std::collections::BTreeSet;

use rules::{Finding, Span};

use crate::change::Change;
use crate::check::Check;
use crate::footprint::{Footprint, Touch};
use crate::model::Name;
use crate::policy::network::Placed;
use crate::wording::{count, json, list};

rules::rule! {
    /// Reports a change that touches more sites than the policy allows at once.
    ///
    /// ## Why
    /// What reaches the whole fleet in one merge fails everywhere at once: in June 2022 an
    /// operator's reordered policy terms took 19 sites within minutes.
    /// A few sites first, and the rest when they hold, costs an hour.
    ///
    /// The limit is `limits.sites-per-change`, and is inclusive.
    /// A site counts when the presence of a prefix at a neighbour there changes, its origin, or
    /// the sessions with other systems.
    /// Setting communities, prepends or metrics does not count: a third of a healthy fleet's
    /// changes do so at more sites than any limit would allow.
    /// Neither does a site that only head has, or one that is renamed, nor a prefix that is new
    /// or goes everywhere: rules about space and withdrawals speak of those.
    ///
    /// ## Bad
    /// ```yaml
    /// # base
    /// version: 1
    /// bgp:
    ///   asn: 64500
    ///   owned: [{ prefix: 203.0.113.0/24, service: edge }]
    ///   services: { edge: { kind: anycast } }
    ///   treat-as-public: [203.0.113.0/24]
    ///   sites: { ams: {}, fra: {}, iad: {}, sin: {} }
    ///   neighbors: { transit-a: { asn: 64501 } }
    ///   limits: { sites-per-change: 1 }
    ///   announcements:
    ///     - { service: edge, to: [transit-a] }
    /// ```
    /// ```yaml
    /// # head
    /// version: 1
    /// bgp:
    ///   asn: 64500
    ///   owned: [{ prefix: 203.0.113.0/24, service: edge }]
    ///   services: { edge: { kind: anycast } }
    ///   treat-as-public: [203.0.113.0/24]
    ///   sites: { ams: {}, fra: {}, iad: {}, sin: {} }
    ///   neighbors: { transit-a: { asn: 64501 } }
    ///   limits: { sites-per-change: 1 }
    ///   announcements:
    ///     - { service: edge, sites: [iad, sin], to: [transit-a] }
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// # base
    /// version: 1
    /// bgp:
    ///   asn: 64500
    ///   owned: [{ prefix: 203.0.113.0/24, service: edge }]
    ///   services: { edge: { kind: anycast } }
    ///   treat-as-public: [203.0.113.0/24]
    ///   sites: { ams: {}, fra: {}, iad: {}, sin: {} }
    ///   neighbors: { transit-a: { asn: 64501 } }
    ///   limits: { sites-per-change: 1 }
    ///   announcements:
    ///     - { service: edge, to: [transit-a] }
    /// ```
    /// ```yaml
    /// # head
    /// version: 1
    /// bgp:
    ///   asn: 64500
    ///   owned: [{ prefix: 203.0.113.0/24, service: edge }]
    ///   services: { edge: { kind: anycast } }
    ///   treat-as-public: [203.0.113.0/24]
    ///   sites: { ams: {}, fra: {}, iad: {}, sin: {} }
    ///   neighbors: { transit-a: { asn: 64501 } }
    ///   limits: { sites-per-change: 1 }
    ///   announcements:
    ///     - { service: edge, sites: [fra, iad, sin], to: [transit-a], communities: ["64501:100"] }
    /// ```
    ///
    /// ## Reference
    /// RFC 4786, section 4.4.
    pub WIDE_CHANGE = { id: "wide-change", level: Deny, since: "0.1.0" }
}

/// The check.
pub(super) static CHECK: Check = Check {
    rule: &WIDE_CHANGE,
    run,
};

/// Statements that are shown as labels.
const LABELS: usize = 3;

fn run(change: &Change) -> Vec<Finding> {
    let Some(limit) = &change.head.network.limits.sites else {
        return Vec::new();
    };
    let footprint = Footprint::of(change);
    let touched = u32::try_from(footprint.sites.len());
    if touched.is_ok_and(|touched| touched <= limit.value) {
        return Vec::new();
    }
    vec![wording(&footprint, limit)]
}

/// Whether a kind of change is there.
type IsSo = fn(&Touch) -> bool;

fn wording(footprint: &Footprint, limit: &Placed<u32>) -> Finding {
    let sites: BTreeSet<&Name> = footprint.sites.keys().collect();
    let message = format!(
        "the change touches {} at once; it may touch {}",
        count(sites.len(), "site", "sites"),
        limit.value
    );
    let heads = footprint
        .sites
        .values()
        .filter_map(|touch| touch.head.as_ref());
    let span = heads.min().unwrap_or(&limit.span).clone();
    let mut finding = WIDE_CHANGE
        .at(span.clone(), message, &["sites-per-change"])
        .with_help("change a few sites first, and the others when those hold")
        .with_data("sites", json(&sites))
        .with_data("count", sites.len())
        .with_data("limit", limit.value);
    if span != limit.span {
        finding = finding.with_label(limit.span.clone(), "the limit for one change");
    }
    let kinds: [(&str, IsSo); 3] = [
        ("what neighbours pass on changes at", |touch| {
            !touch.presence.is_empty()
        }),
        ("the origin changes at", |touch| !touch.origin.is_empty()),
        ("sessions come or go at", |touch| !touch.sessions.is_empty()),
    ];
    for (what, is_so) in kinds {
        let there = footprint.sites.iter().filter(|(_, touch)| is_so(touch));
        let there: BTreeSet<&Name> = there.map(|(site, _)| site).collect();
        if !there.is_empty() {
            finding = finding.with_note(format!("{what} {}", list(&there, "no site")));
        }
    }
    let places = footprint.sites.values().filter_map(Touch::place);
    let places: BTreeSet<&Span> = places.filter(|place| **place != span).collect();
    places
        .into_iter()
        .take(LABELS)
        .fold(finding, |finding, place| {
            finding.with_label(place.clone(), "this changes some of them")
        })
}
