use std::collections::BTreeMap;

use rules::{Finding, Span};

use crate::blackhole;
use crate::change::{Change, Side};
use crate::check::Check;
use crate::evidence;
use crate::model::{Prefix, Presence};
use crate::wording::{json, list};

rules::rule! {
    /// Reports a change that announces eight or more new more-specifics of one owned prefix.
    ///
    /// ## Why
    /// A more-specific wins everywhere, whatever the path, so a burst of them moves all traffic
    /// at once, trips neighbours' limits, and is what a leak looks like from outside.
    /// In June 2019 the more-specifics of a route optimizer, meant for inside, reached a provider
    /// and with it a good part of the Internet.
    ///
    /// A more-specific is new where base announces it to nobody who passes it on.
    /// Entries of `owned` are meant, and are none; neither are requests to discard traffic to one
    /// address.
    ///
    /// ## Bad
    /// ```yaml
    /// # base
    /// version: 1
    /// bgp:
    ///   asn: 64500
    ///   owned: [{ prefix: "2001:db8:100::/40" }]
    ///   treat-as-public: ["2001:db8::/32"]
    ///   sites: { fra: {} }
    ///   neighbors: { transit-a: { asn: 64501 } }
    ///   announcements:
    ///     - { prefixes: ["2001:db8:100::/40"], to: [transit-a] }
    /// ```
    /// ```yaml
    /// # head
    /// version: 1
    /// bgp:
    ///   asn: 64500
    ///   owned: [{ prefix: "2001:db8:100::/40" }]
    ///   treat-as-public: ["2001:db8::/32"]
    ///   sites: { fra: {} }
    ///   neighbors: { transit-a: { asn: 64501 } }
    ///   announcements:
    ///     - { prefixes: ["2001:db8:100::/40"], to: [transit-a] }
    ///     - prefixes: ["2001:db8:100::/43", "2001:db8:120::/43", "2001:db8:140::/43",
    ///         "2001:db8:160::/43", "2001:db8:180::/43", "2001:db8:1a0::/43",
    ///         "2001:db8:1c0::/43", "2001:db8:1e0::/43"]
    ///       to: [transit-a]
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// # base
    /// version: 1
    /// bgp:
    ///   asn: 64500
    ///   owned: [{ prefix: "2001:db8:100::/40" }]
    ///   treat-as-public: ["2001:db8::/32"]
    ///   sites: { fra: {} }
    ///   neighbors: { transit-a: { asn: 64501 } }
    ///   announcements:
    ///     - { prefixes: ["2001:db8:100::/40"], to: [transit-a] }
    /// ```
    /// ```yaml
    /// # head
    /// version: 1
    /// bgp:
    ///   asn: 64500
    ///   owned: [{ prefix: "2001:db8:100::/40" }]
    ///   treat-as-public: ["2001:db8::/32"]
    ///   sites: { fra: {} }
    ///   neighbors: { transit-a: { asn: 64501 } }
    ///   announcements:
    ///     - { prefixes: ["2001:db8:100::/40", "2001:db8:100::/41", "2001:db8:180::/41"], to: [transit-a] }
    /// ```
    ///
    /// ## Reference
    /// RFC 7454, section 6.1.3; RFC 9319, section 3.
    pub DEAGGREGATION = { id: "deaggregation", level: Deny, since: "0.1.0" }
}

/// The check.
pub(super) static CHECK: Check = Check {
    rule: &DEAGGREGATION,
    run,
};

/// New more-specifics of one prefix that a change may not have.
const MANY: usize = 8;

/// Statements that are shown as labels.
const LABELS: usize = 3;

fn run(change: &Change) -> Vec<Finding> {
    let Some(base) = &change.base else {
        return Vec::new();
    };
    let head = &change.head;
    let owned = &head.network.owned;
    let mut new: BTreeMap<Prefix, Vec<Prefix>> = BTreeMap::new();
    for prefix in head.fleet.present() {
        if base.fleet.is_present(prefix) || owned.exactly(prefix).next().is_some() {
            continue;
        }
        if let Some(wider) = owned.covering(prefix).next()
            && carries(head, prefix)
        {
            new.entry(wider.prefix.value).or_default().push(prefix);
        }
    }
    new.into_iter()
        .filter(|(_, specifics)| specifics.len() >= MANY)
        .map(|(wider, specifics)| wording(change, wider, &specifics))
        .collect()
}

/// Whether a neighbour passes `prefix` on, and not only discards what goes to it.
fn carries(head: &Side, prefix: Prefix) -> bool {
    head.of(prefix).any(|(key, announcement)| {
        announcement.presence == Presence::Present && !blackhole::is_meant(head, key, announcement)
    })
}

fn wording(change: &Change, wider: Prefix, specifics: &[Prefix]) -> Finding {
    let head = &change.head;
    let about = wider.to_string();
    let message = format!(
        "{} new more-specifics of `{wider}` are announced in one change",
        specifics.len()
    );
    let mut places: Vec<Span> = specifics
        .iter()
        .filter_map(|prefix| evidence::statement(head, *prefix))
        .collect();
    places.sort();
    places.dedup();
    let span = places.first().unwrap_or(&head.network.span).clone();
    let mut finding = DEAGGREGATION
        .at(span, message, &[&about])
        .with_note(format!("new: {}", list(specifics, "nothing")))
        .with_help(
            "announce what covers them; more-specifics that are meant come a few at a time, or are listed below `owned`",
        )
        .with_data("prefix", about.clone())
        .with_data("family", wider.family().as_str())
        .with_data("more-specifics", json(specifics))
        .with_data("count", specifics.len());
    if let Some(owned) = head.network.owned.exactly(wider).next() {
        finding = finding.with_label(owned.prefix.span.clone(), "they are parts of this");
    }
    places
        .into_iter()
        .skip(1)
        .take(LABELS)
        .fold(finding, |finding, place| {
            finding.with_label(place, "and here")
        })
}
