use rules::Finding;

use crate::before::Before;
use crate::change::{Change, Side};
use crate::check::{Check, existing};
use crate::model::{Key, Prefix};
use crate::policy::section::Relation;
use crate::received::{self, Received};

rules::rule! {
    /// Reports a default route that is announced to somebody who is no customer.
    ///
    /// ## Why
    /// A default route says "send me everything that you know nothing better for".
    /// A customer may want that; a provider, a peer or a route server that takes it sends us
    /// its traffic for the whole unrouted world, or for everything when its own table is gone.
    /// It is nearly always the router's own default, redistributed.
    ///
    /// A neighbour with `relation: customer` may have one.
    ///
    /// ## Bad
    /// ```yaml
    /// version: 1
    /// bgp:
    ///   asn: 64500
    ///   owned: [{ prefix: 203.0.113.0/24 }]
    ///   treat-as-public: [203.0.113.0/24]
    ///   sites: { fra: {} }
    ///   neighbors: { peer-b: { asn: 64502, relation: peer } }
    ///   announcements:
    ///     - { prefixes: ["::/0"], to: [peer-b] }
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
    ///   neighbors: { customer-c: { asn: 64503, relation: customer } }
    ///   announcements:
    ///     - { prefixes: ["::/0"], to: [customer-c] }
    /// ```
    ///
    /// ## Reference
    /// RFC 7454, section 6.1.5.
    pub DEFAULT_ROUTE = { id: "default-route", level: Deny, since: "0.1.0" }
}

/// The check.
pub(super) static CHECK: Check = Check {
    rule: &DEFAULT_ROUTE,
    run,
};

fn run(change: &Change) -> Vec<Finding> {
    let head = &change.head;
    let before = Before::new(change);
    let mut findings = Vec::new();
    for (prefix, mut received) in head.by_prefix() {
        if prefix.length() > 0 {
            continue;
        }
        received.retain(|(key, _)| !is_customer(head, key));
        if received.is_empty() {
            continue;
        }
        let known = before.had(&received, |base, key, _| !is_customer(base, key));
        let finding = wording(prefix, head, &received);
        findings.push(existing(change, known, finding));
    }
    findings
}

fn is_customer(side: &Side, key: &Key) -> bool {
    let neighbor = side.network.neighbors.get(&key.neighbor);
    let relation = neighbor.and_then(|neighbor| neighbor.relation.as_ref());
    relation.is_some_and(|relation| relation.value == Relation::Customer)
}

fn wording(prefix: Prefix, head: &Side, received: &Received<'_>) -> Finding {
    let about = prefix.to_string();
    let message =
        format!("the default route `{prefix}` is announced to somebody who is no customer");
    let finding = DEFAULT_ROUTE
        .at(received::place(head, received), message, &[&about])
        .with_help(
            "keep it inside; a neighbour that is meant to have it is declared with \
             `relation: customer`",
        )
        .with_data("prefix", about.clone())
        .with_data("family", prefix.family().as_str());
    let finding = received::passed(received::told(finding, received), received);
    let neighbors = &head.network.neighbors;
    let first = received::neighbors(received).into_iter().next();
    match first.and_then(|name| neighbors.get(name)) {
        Some(neighbor) => {
            let relation = neighbor.relation.as_ref();
            let (span, message) = match relation {
                Some(relation) => (&relation.span, "no customer"),
                None => (&neighbor.span, "its relation is not said"),
            };
            finding.with_label(span.clone(), message)
        }
        None => finding,
    }
}
