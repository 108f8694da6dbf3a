use std::collections::{BTreeMap, BTreeSet};

use rules::Finding;

use crate::before::Before;
use crate::change::{Change, Side};
use crate::check::Check;
use crate::model::{Announcement, Community, Key, Name, Prefix};
use crate::received::{self, Received};
use crate::wording::{json, list};

rules::rule! {
    /// Reports GRACEFUL_SHUTDOWN that was there before, or that leaves no site to go to.
    ///
    /// ## Why
    /// The community tells neighbours to prefer any other path, so that a session can go down
    /// without loss.
    /// It is for minutes: left on, the site is empty and nobody knows why, until the other sites
    /// go down and it is the last resort.
    /// On at every site at once it shuts nothing down gracefully, as there is no other path.
    ///
    /// Base had it already, and head still has it: that is left on.
    /// A site that the change begins to drain is none of it.
    ///
    /// ## Bad
    /// ```yaml
    /// # base
    /// version: 1
    /// bgp:
    ///   asn: 64500
    ///   owned: [{ prefix: 203.0.113.0/24 }]
    ///   treat-as-public: [203.0.113.0/24]
    ///   sites: { fra: {}, iad: {} }
    ///   neighbors: { transit-a: { asn: 64501 } }
    ///   announcements:
    ///     - { prefixes: [203.0.113.0/24], sites: [fra], to: [transit-a], communities: [graceful-shutdown] }
    ///     - { prefixes: [203.0.113.0/24], sites: [iad], to: [transit-a] }
    /// ```
    /// ```yaml
    /// # head
    /// version: 1
    /// bgp:
    ///   asn: 64500
    ///   owned: [{ prefix: 203.0.113.0/24 }]
    ///   treat-as-public: [203.0.113.0/24]
    ///   sites: { fra: {}, iad: {} }
    ///   neighbors: { transit-a: { asn: 64501 } }
    ///   announcements:
    ///     - { prefixes: [203.0.113.0/24], sites: [fra], to: [transit-a], communities: [graceful-shutdown] }
    ///     - { prefixes: [203.0.113.0/24], sites: [iad], to: [transit-a], prepend: 1 }
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// # base
    /// version: 1
    /// bgp:
    ///   asn: 64500
    ///   owned: [{ prefix: 203.0.113.0/24 }]
    ///   treat-as-public: [203.0.113.0/24]
    ///   sites: { fra: {}, iad: {} }
    ///   neighbors: { transit-a: { asn: 64501 } }
    ///   announcements:
    ///     - { prefixes: [203.0.113.0/24], to: [transit-a] }
    /// ```
    /// ```yaml
    /// # head
    /// version: 1
    /// bgp:
    ///   asn: 64500
    ///   owned: [{ prefix: 203.0.113.0/24 }]
    ///   treat-as-public: [203.0.113.0/24]
    ///   sites: { fra: {}, iad: {} }
    ///   neighbors: { transit-a: { asn: 64501 } }
    ///   announcements:
    ///     - { prefixes: [203.0.113.0/24], sites: [fra], to: [transit-a], communities: [graceful-shutdown] }
    ///     - { prefixes: [203.0.113.0/24], sites: [iad], to: [transit-a] }
    /// ```
    ///
    /// ## Reference
    /// RFC 8326, sections 4 and 5.
    pub GRACEFUL_SHUTDOWN_LEFT_ON = { id: "graceful-shutdown-left-on", level: Warn, since: "0.1.0" }
}

/// The check.
pub(super) static CHECK: Check = Check {
    rule: &GRACEFUL_SHUTDOWN_LEFT_ON,
    run,
};

fn is_on(announcement: &Announcement) -> bool {
    let communities = &announcement.route.communities;
    communities.contains(&Community::GRACEFUL_SHUTDOWN)
}

fn run(change: &Change) -> Vec<Finding> {
    let head = &change.head;
    let mut findings: Vec<Finding> = everywhere(head)
        .iter()
        .map(|(prefix, received)| worded_everywhere(head, *prefix, received))
        .collect();
    let shut: BTreeSet<Prefix> = everywhere(head).into_keys().collect();
    let before = Before::new(change);
    let mut left: BTreeMap<&Name, Vec<(&Key, &Announcement)>> = BTreeMap::new();
    for (key, announcement) in head.external() {
        let had = before.announcement(key).is_some_and(|(_, _, a)| is_on(a));
        if had && is_on(announcement) && !shut.contains(&key.prefix) {
            left.entry(&key.site).or_default().push((key, announcement));
        }
    }
    findings.extend(
        left.iter()
            .map(|(site, received)| wording(head, site, received)),
    );
    findings
}

/// Prefixes that several sites announce, all of them with the community: nobody drains them all.
///
/// At a single site it is how its router is taken out, and says nothing.
fn everywhere(head: &Side) -> BTreeMap<Prefix, Vec<(&Key, &Announcement)>> {
    let mut all = head.by_prefix();
    all.retain(|_, received| {
        received::sites(received).len() > 1 && received.iter().all(|(_, a)| is_on(a))
    });
    all
}

fn worded_everywhere(head: &Side, prefix: Prefix, received: &Received<'_>) -> Finding {
    let about = prefix.to_string();
    let message = format!(
        "`{prefix}` carries `graceful-shutdown` at every site: there is no other path to prefer"
    );
    let finding = GRACEFUL_SHUTDOWN_LEFT_ON
        .at(
            received::place(head, received),
            message,
            &["prefix", &about],
        )
        .with_help(
            "drain the sites one after the other, and take the community off where it is done",
        )
        .with_data("prefix", about.clone())
        .with_data("family", prefix.family().as_str());
    received::passed(received::told(finding, received), received)
}

fn wording(head: &Side, site: &Name, received: &Received<'_>) -> Finding {
    let prefixes: BTreeSet<_> = received.iter().map(|(key, _)| key.prefix).collect();
    let message = format!(
        "`{site}` still sends {} with `graceful-shutdown`, as base did",
        list(&prefixes, "nothing")
    );
    let finding = GRACEFUL_SHUTDOWN_LEFT_ON
        .at(received::place(head, received), message, &["site", site])
        .with_help(
            "take it off when the work is done; withdraw the routes if the site shall stay empty",
        )
        .with_data("site", site.to_string())
        .with_data("prefixes", json(&prefixes));
    received::passed(received::told(finding, received), received)
}
