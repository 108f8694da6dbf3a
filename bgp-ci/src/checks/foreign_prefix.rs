use rules::Finding;

use crate::change::{Change, Side};
use crate::check::{Check, existing};
use crate::model::Prefix;
use crate::received::{self, Received};

rules::rule! {
    /// Reports an announced prefix that no `owned` entry covers.
    ///
    /// ## Why
    /// Announcing somebody else's space takes their traffic away, everywhere the announcement is
    /// accepted: Pakistan Telecom and YouTube in 2008, Indosat in 2014, Rostelecom in 2020.
    /// Nearly always it is a typing error, a test that was left in, or a list that was edited in
    /// one place and not in the other.
    ///
    /// One `owned` entry must cover the whole prefix; one that is wider than such an entry is
    /// reported as `broader-than-owned`.
    /// It does not matter whether a neighbour is asked to keep the route to itself; it receives
    /// foreign space all the same.
    ///
    /// ## Bad
    /// ```yaml
    /// version: 1
    /// bgp:
    ///   asn: 64500
    ///   owned: [{ prefix: 203.0.113.0/24 }]
    ///   treat-as-public: [203.0.113.0/24, 198.51.100.0/24]
    ///   sites: { fra: {} }
    ///   neighbors: { transit-a: { asn: 64501 } }
    ///   announcements:
    ///     - { prefixes: [203.0.113.0/24, 198.51.100.0/24], to: [transit-a] }
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// version: 1
    /// bgp:
    ///   asn: 64500
    ///   owned: [{ prefix: 203.0.113.0/24 }]
    ///   treat-as-public: [203.0.113.0/24]
    ///   sites: { fra: {} }
    ///   neighbors: { transit-a: { asn: 64501 } }
    ///   announcements:
    ///     - { prefixes: [203.0.113.0/24], to: [transit-a] }
    /// ```
    ///
    /// ## Reference
    /// RFC 7454, section 6.1.
    pub FOREIGN_PREFIX = { id: "foreign-prefix", level: Deny, since: "0.1.0" }
}

/// The check.
pub(super) static CHECK: Check = Check {
    rule: &FOREIGN_PREFIX,
    run,
};

fn run(change: &Change) -> Vec<Finding> {
    let head = &change.head;
    head.by_prefix()
        .into_iter()
        // A default route is nobody's space: `default-route` says who may have one.
        .filter(|(prefix, _)| prefix.length() > 0)
        .filter(|(prefix, _)| is_foreign(head, *prefix))
        .map(|(prefix, received)| {
            let known = change.is_unchanged(prefix)
                && change
                    .base
                    .as_ref()
                    .is_some_and(|base| is_foreign(base, prefix));
            let finding = wording(change, prefix, &received);
            existing(change, known, finding)
        })
        .collect()
}

fn is_foreign(side: &Side, prefix: Prefix) -> bool {
    let owned = &side.network.owned;
    owned.covering(prefix).next().is_none() && owned.inside(prefix).next().is_none()
}

fn wording(change: &Change, prefix: Prefix, received: &Received<'_>) -> Finding {
    let about = prefix.to_string();
    let message = format!("`{prefix}` is announced and no `owned` entry covers it");
    let span = received::place(&change.head, received);
    let finding = FOREIGN_PREFIX
        .at(span, message, &[&about])
        .with_help("take it out, or own it: an entry below `owned` is a change that people see")
        .with_data("prefix", about.clone())
        .with_data("family", prefix.family().as_str());
    let mut finding = received::addressed(finding, received);
    let owned = &change.head.network.owned;
    if let Some(first) = owned.iter().next() {
        finding = finding.with_label(
            first.prefix.span.clone(),
            "what is owned is listed from here on",
        );
    }
    finding
}
