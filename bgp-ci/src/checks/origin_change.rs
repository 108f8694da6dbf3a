use std::collections::{BTreeMap, BTreeSet};

use rules::{Finding, Span};

use crate::change::{Change, Side};
use crate::check::{Check, at_most_a_warning};
use crate::checks::bogon_asn;
use crate::model::{Announcement, Asn, Difference, Name, Prefix, Source};
use crate::rewriting;
use crate::rpki::{Origin, Validity};
use crate::wording::{count, json, list};

rules::rule! {
    /// Reports a prefix that a neighbour sees from another origin than before.
    ///
    /// ## Why
    /// Validators, filters and everybody's monitoring know a prefix by its origin: where it
    /// changes, routes turn invalid and alarms go off, and from outside it looks like a hijack.
    /// A change of `local as`, of an `asn` in a template or of how a provider shows us is enough.
    ///
    /// The origin is that of the path that others see, after the neighbour's `presents-as` and
    /// `strips-private-as`.
    /// Where the payloads of `data` authorize both origins, the move is prepared and silent.
    /// A prefix that base announces from the new origin elsewhere already is at most a warning,
    /// and an origin for private use that goes away is a repair.
    ///
    /// ## Bad
    /// ```yaml
    /// # base
    /// version: 1
    /// bgp:
    ///   asn: 64500
    ///   origins: [64500, 64510]
    ///   owned: [{ prefix: 203.0.113.0/24 }]
    ///   treat-as-public: [203.0.113.0/24, AS64496-AS64511]
    ///   sites: { fra: {} }
    ///   neighbors: { transit-a: { asn: 64501 } }
    ///   announcements:
    ///     - { prefixes: [203.0.113.0/24], to: [transit-a] }
    /// ```
    /// ```yaml
    /// # head
    /// version: 1
    /// bgp:
    ///   asn: 64510
    ///   origins: [64500, 64510]
    ///   owned: [{ prefix: 203.0.113.0/24 }]
    ///   treat-as-public: [203.0.113.0/24, AS64496-AS64511]
    ///   sites: { fra: {} }
    ///   neighbors: { transit-a: { asn: 64501 } }
    ///   announcements:
    ///     - { prefixes: [203.0.113.0/24], to: [transit-a] }
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// # base
    /// version: 1
    /// bgp:
    ///   asn: 64500
    ///   origins: [64500, 64510]
    ///   owned: [{ prefix: 203.0.113.0/24 }]
    ///   treat-as-public: [203.0.113.0/24, AS64496-AS64511]
    ///   sites: { fra: {} }
    ///   neighbors: { transit-a: { asn: 64501, presents-as: 64510 } }
    ///   announcements:
    ///     - { prefixes: [203.0.113.0/24], to: [transit-a] }
    /// ```
    /// ```yaml
    /// # head
    /// version: 1
    /// bgp:
    ///   asn: 64510
    ///   origins: [64500, 64510]
    ///   owned: [{ prefix: 203.0.113.0/24 }]
    ///   treat-as-public: [203.0.113.0/24, AS64496-AS64511]
    ///   sites: { fra: {} }
    ///   neighbors: { transit-a: { asn: 64501, presents-as: 64510 } }
    ///   announcements:
    ///     - { prefixes: [203.0.113.0/24], to: [transit-a] }
    /// ```
    ///
    /// ## Reference
    /// RFC 6811, section 2; RFC 7115, section 3.
    pub ORIGIN_CHANGE = { id: "origin-change", level: Deny, since: "0.1.0" }
}

/// The check.
pub(super) static CHECK: Check = Check {
    rule: &ORIGIN_CHANGE,
    run,
};

/// Who sees a prefix from another origin.
#[derive(Default)]
struct Seen<'a> {
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
    let difference =
        Difference::between(&base.announcements, &head.announcements, &change.sessions);
    let mut moved: BTreeMap<(Prefix, Asn, Asn), Seen<'_>> = BTreeMap::new();
    for (key, then, now) in difference.changed {
        let (Some(old), Some(new)) = (origin(then), origin(now)) else {
            continue;
        };
        let is_prepared = [old, new].map(|asn| validity(head, key.prefix, asn))
            == [Some(Validity::Valid), Some(Validity::Valid)];
        // A private number is no origin that a prefix could move to or from.
        let is_private = rewriting::is_private(old) || bogon_asn::is_told(head, key, new);
        if old == new || is_private || is_prepared {
            continue;
        }
        let seen = moved.entry((key.prefix, old, new)).or_default();
        seen.sites.insert(&key.site);
        seen.neighbors.insert(&key.neighbor);
        seen.head
            .extend(now.terms.last().or(now.provenance.first()));
        seen.base
            .extend(then.terms.last().or(then.provenance.first()));
    }
    moved
        .into_iter()
        .map(|((prefix, old, new), seen)| {
            let finding = wording(change, (prefix, old, new), &seen);
            if announces(base, prefix, new) {
                at_most_a_warning(change, finding).with_note(format!(
                    "base announces it from {new} elsewhere already, so it is at most a warning"
                ))
            } else {
                finding
            }
        })
        .collect()
}

/// What head's payloads say about `prefix` from `origin`.
fn validity(head: &Side, prefix: Prefix, origin: Asn) -> Option<Validity> {
    let vrps = head.data.vrps.as_ref()?;
    Some(vrps.validity(prefix, Origin::System(origin)))
}

/// The origin of what we announce ourselves; customers may move theirs.
fn origin(announcement: &Announcement) -> Option<Asn> {
    let learned = matches!(announcement.route.source, Source::Learned { .. });
    (announcement.external && !learned)
        .then(|| announcement.route.origin())
        .flatten()
}

fn announces(base: &Side, prefix: Prefix, asn: Asn) -> bool {
    base.of(prefix).any(|(_, known)| origin(known) == Some(asn))
}

fn wording(change: &Change, (prefix, old, new): (Prefix, Asn, Asn), seen: &Seen<'_>) -> Finding {
    let network = &change.head.network;
    let about = prefix.to_string();
    let message = format!(
        "the origin of `{prefix}` goes from {old} to {new} at {}",
        count(seen.sites.len(), "site", "sites")
    );
    let span = seen
        .head
        .first()
        .map_or(&network.span, |span| *span)
        .clone();
    let finding = ORIGIN_CHANGE
        .at(span, message, &[&about, &old.to_string(), &new.to_string()])
        .with_note(format!(
            "{} at {} see it from {new}",
            list(&seen.neighbors, "nobody"),
            list(&seen.sites, "no site")
        ))
        .with_help(
            "have ROAs and route objects for both origins first; then move, and take the old ones away last",
        )
        .with_data("prefix", about.clone())
        .with_data("family", prefix.family().as_str())
        .with_data("before", old.0)
        .with_data("after", new.0)
        .with_data("sites", json(&seen.sites))
        .with_data("neighbors", json(&seen.neighbors));
    let mut finding = finding;
    for origin in [old, new] {
        if let Some(validity) = validity(&change.head, prefix, origin) {
            let validity = validity.as_str();
            finding = finding.with_note(format!("from {origin} it is {validity} by the payloads"));
        }
    }
    let finding = match network.origins.get(&new) {
        Some(span) => finding.with_label(span.clone(), format!("{new} is an origin of ours")),
        None => finding,
    };
    match seen.base.first() {
        Some(base) => finding.with_label(
            (*base).clone(),
            format!("base announces it from {old} here"),
        ),
        None => finding,
    }
}
