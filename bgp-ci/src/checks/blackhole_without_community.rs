use std::collections::BTreeSet;

use rules::Finding;

use crate::before::Before;
use crate::blackhole;
use crate::change::{Change, Side};
use crate::check::{Check, existing};
use crate::model::{Announcement, Key, Prefix};
use crate::received::{self, Received};

rules::rule! {
    /// Reports a route that looks like a blackhole and lacks the community that makes it one.
    ///
    /// ## Why
    /// A host route goes to a neighbour for one reason: to have traffic dropped there.
    /// Without BLACKHOLE it does the opposite; the neighbour delivers the attack to us, on the
    /// path that we chose for it.
    /// The same happens where the route is tagged inside and loses the community on the way out.
    ///
    /// Only host routes are looked at, and routes that carry the community elsewhere, to a
    /// neighbour that `accepts-blackhole`: a static route to nowhere is the ordinary way to
    /// originate a prefix.
    ///
    /// ## Bad
    /// ```yaml
    /// version: 1
    /// bgp:
    ///   asn: 64500
    ///   owned: [{ prefix: 203.0.113.0/24 }]
    ///   treat-as-public: [203.0.113.0/24]
    ///   sites: { fra: {} }
    ///   neighbors:
    ///     reflector: { asn: 64500 }
    ///     transit-a: { asn: 64501, accepts-blackhole: true }
    ///   announcements:
    ///     - { prefixes: [203.0.113.0/24], to: [reflector], communities: [blackhole] }
    ///     - { prefixes: [203.0.113.0/24], to: [transit-a] }
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
    ///   neighbors: { transit-a: { asn: 64501, accepts-blackhole: true } }
    ///   announcements:
    ///     - { prefixes: [203.0.113.7/32], to: [transit-a], communities: [blackhole] }
    /// ```
    ///
    /// ## Reference
    /// RFC 7999, section 3.1; RFC 5635.
    pub BLACKHOLE_WITHOUT_COMMUNITY = { id: "blackhole-without-community", level: Warn, since: "0.1.0" }
}

/// The check.
pub(super) static CHECK: Check = Check {
    rule: &BLACKHOLE_WITHOUT_COMMUNITY,
    run,
};

fn run(change: &Change) -> Vec<Finding> {
    let head = &change.head;
    let before = Before::new(change);
    let now = tagged(head);
    let then = change.base.as_ref().map(tagged).unwrap_or_default();
    let mut findings = Vec::new();
    for (prefix, mut received) in head.by_prefix() {
        received.retain(|(key, a)| is_suspect(head, &now, key, a));
        if received.is_empty() {
            continue;
        }
        let known = before.had(&received, |base, key, a| is_suspect(base, &then, key, a));
        let finding = wording(head, prefix, now.contains(&prefix), &received);
        findings.push(existing(change, known, finding));
    }
    findings
}

/// Prefixes that carry the community towards somebody, inside or outside.
fn tagged(side: &Side) -> BTreeSet<Prefix> {
    let announcements = side.announcements.iter();
    announcements
        .filter(|(_, announcement)| blackhole::is_tagged(announcement))
        .map(|(key, _)| key.prefix)
        .collect()
}

fn is_suspect(
    side: &Side,
    tagged: &BTreeSet<Prefix>,
    key: &Key,
    announcement: &Announcement,
) -> bool {
    let meant = blackhole::is_host(key.prefix)
        || tagged.contains(&key.prefix) && blackhole::is_accepted(side, key);
    meant && !blackhole::is_tagged(announcement)
}

fn wording(head: &Side, prefix: Prefix, elsewhere: bool, received: &Received<'_>) -> Finding {
    let about = prefix.to_string();
    let message = if elsewhere {
        format!("`{prefix}` is tagged `blackhole` elsewhere and goes out here without it")
    } else {
        format!("`{prefix}` is one address and goes out without `blackhole`: it attracts traffic")
    };
    let finding = BLACKHOLE_WITHOUT_COMMUNITY
        .at(received::place(head, received), message, &[&about])
        .with_help("add the `blackhole` community, or do not send the route there")
        .with_data("prefix", about.clone())
        .with_data("family", prefix.family().as_str());
    received::passed(received::told(finding, received), received)
}
