use rules::Finding;

use crate::before::Before;
use crate::blackhole;
use crate::change::Change;
use crate::check::{Check, existing};
use crate::model::{Family, Prefix};
use crate::received::{self, Received};

rules::rule! {
    /// Reports an announced prefix that is too long for the global routing table.
    ///
    /// ## Why
    /// Nearly everybody drops what is longer than /24 in IPv4 and /48 in IPv6.
    /// Such an announcement reaches a few direct neighbours and draws their traffic alone: the
    /// rest of the world follows whatever covers it, and nobody sees why one network is different.
    ///
    /// One address of our own with the BLACKHOLE community, to a neighbour that
    /// `accepts-blackhole`, is what that community is for.
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
    ///     - { prefixes: [203.0.113.0/25], to: [transit-a] }
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
    ///     - { prefixes: [203.0.113.0/24], to: [transit-a] }
    ///     - { prefixes: [203.0.113.7/32], to: [transit-a], communities: [blackhole] }
    /// ```
    ///
    /// ## Reference
    /// RFC 7454, section 6.1.3; RFC 7999 for the exception.
    pub OVERLONG_PREFIX = { id: "overlong-prefix", level: Deny, since: "0.1.0" }
}

/// The check.
pub(super) static CHECK: Check = Check {
    rule: &OVERLONG_PREFIX,
    run,
};

/// The longest prefix of a family that the global routing table takes.
fn longest(family: Family) -> u8 {
    match family {
        Family::Ipv4 => 24,
        Family::Ipv6 => 48,
    }
}

fn run(change: &Change) -> Vec<Finding> {
    let head = &change.head;
    let before = Before::new(change);
    let mut findings = Vec::new();
    for (prefix, mut received) in head.by_prefix() {
        if prefix.length() <= longest(prefix.family()) {
            continue;
        }
        received.retain(|(key, a)| !blackhole::is_told(head, key, a));
        if received.is_empty() {
            continue;
        }
        let known = before.had(&received, |base, key, a| !blackhole::is_told(base, key, a));
        let span = received::place(head, &received);
        findings.push(existing(change, known, wording(prefix, &received, span)));
    }
    findings
}

fn wording(prefix: Prefix, received: &Received<'_>, span: rules::Span) -> Finding {
    let about = prefix.to_string();
    let longest = longest(prefix.family());
    let message =
        format!("`{prefix}` is announced; most networks drop what is longer than /{longest}");
    let finding = OVERLONG_PREFIX
        .at(span, message, &[&about])
        .with_help(
            "announce a prefix that everybody takes; a blackhole needs the `blackhole` community \
             and a neighbour that `accepts-blackhole`",
        )
        .with_data("prefix", about.clone())
        .with_data("family", prefix.family().as_str())
        .with_data("longest", longest);
    received::passed(received::told(finding, received), received)
}
