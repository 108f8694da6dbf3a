use std::collections::{BTreeMap, BTreeSet};

use rules::Finding;

use crate::before::Before;
use crate::change::{Change, Side};
use crate::check::{Check, existing};
use crate::model::{Announcement, Key, Name};
use crate::received::{self, Received};
use crate::wording::{json, list};

rules::rule! {
    /// Reports a path that is so long that networks drop it.
    ///
    /// ## Why
    /// Prepending more than a few times changes nothing further, as hardly any path is longer
    /// than ten; and a long path is fragile: routers are told to drop paths of fifty or of
    /// seventy-five numbers, some have fallen over them, and every network on the way adds its own.
    /// A long one that we announce is a loop in a template, or a number typed where a count was
    /// meant.
    ///
    /// Paths of up to twenty numbers pass.
    ///
    /// ## Bad
    /// ```yaml
    /// version: 1
    /// bgp:
    ///   asn: 64500
    ///   owned: [{ prefix: 203.0.113.0/24 }]
    ///   treat-as-public: [203.0.113.0/24]
    ///   sites: { fra: {} }
    ///   neighbors: { transit-a: { asn: 64501 } }
    ///   announcements:
    ///     - { prefixes: [203.0.113.0/24], to: [transit-a], prepend: 60 }
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
    ///     - { prefixes: [203.0.113.0/24], to: [transit-a], prepend: 3 }
    /// ```
    ///
    /// ## Reference
    /// RFC 7454, section 9; RFC 4271, section 5.1.2.
    pub LONG_PATH = { id: "long-path", level: Warn, since: "0.1.0" }
}

/// The check.
pub(super) static CHECK: Check = Check {
    rule: &LONG_PATH,
    run,
};

/// Numbers that a path of ours may have.
const LONGEST: usize = 20;

fn is_long(announcement: &Announcement) -> bool {
    announcement.route.path.length() > LONGEST
}

fn run(change: &Change) -> Vec<Finding> {
    let head = &change.head;
    let before = Before::new(change);
    let mut found: BTreeMap<&Name, Vec<(&Key, &Announcement)>> = BTreeMap::new();
    for (key, announcement) in head.external().filter(|(_, a)| is_long(a)) {
        let received = found.entry(&key.neighbor).or_default();
        received.push((key, announcement));
    }
    let judge = |(neighbor, received): (&Name, Vec<_>)| {
        let known = before.had(&received, |_, _, a| is_long(a));
        existing(change, known, wording(head, neighbor, &received))
    };
    found.into_iter().map(judge).collect()
}

fn wording(head: &Side, neighbor: &Name, received: &Received<'_>) -> Finding {
    let prefixes: BTreeSet<_> = received.iter().map(|(key, _)| key.prefix).collect();
    let lengths = received.iter().map(|(_, a)| a.route.path.length());
    let length = lengths.max().unwrap_or_default();
    let message = format!(
        "`{neighbor}` receives {} with a path of {length} numbers; more than {LONGEST} gain nothing",
        list(&prefixes, "nothing")
    );
    let finding = LONG_PATH
        .at(received::place(head, received), message, &[neighbor])
        .with_help("prepend less often; to keep traffic away, use the neighbour's communities")
        .with_data("prefixes", json(&prefixes))
        .with_data("length", length);
    received::passed(received::told(finding, received), received)
}
