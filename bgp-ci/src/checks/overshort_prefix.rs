use rules::Finding;

use crate::before::Before;
use crate::change::Change;
use crate::check::{Check, existing};
use crate::model::{Family, Prefix};
use crate::received::{self, Received};

rules::rule! {
    /// Reports an announced prefix that is shorter than any that was ever assigned.
    ///
    /// ## Why
    /// No registry gave anybody more than a /8 of IPv4, or a /16 of IPv6.
    /// Whoever announces more announces other people's addresses: a mask with a digit missing, or
    /// an internal summary that went out.
    /// Neighbours that filter drop it; the others send us the traffic of every address that nobody
    /// else announces.
    ///
    /// A default route has a rule of its own, `default-route`.
    ///
    /// ## Bad
    /// ```yaml
    /// version: 1
    /// bgp:
    ///   asn: 64500
    ///   owned: [{ prefix: 192.0.0.0/4 }]
    ///   sites: { fra: {} }
    ///   neighbors: { transit-a: { asn: 64501 } }
    ///   announcements:
    ///     - { prefixes: [192.0.0.0/4], to: [transit-a] }
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
    /// RFC 7454, section 6.1; RFC 1366, section 4.1, for the largest blocks.
    pub OVERSHORT_PREFIX = { id: "overshort-prefix", level: Deny, since: "0.1.0" }
}

/// The check.
pub(super) static CHECK: Check = Check {
    rule: &OVERSHORT_PREFIX,
    run,
};

/// The shortest prefix of a family that anybody has.
fn shortest(family: Family) -> u8 {
    match family {
        Family::Ipv4 => 8,
        Family::Ipv6 => 16,
    }
}

fn run(change: &Change) -> Vec<Finding> {
    let head = &change.head;
    let before = Before::new(change);
    let mut findings = Vec::new();
    for (prefix, received) in head.by_prefix() {
        if prefix.length() == 0 || prefix.length() >= shortest(prefix.family()) {
            continue;
        }
        let known = before.had(&received, |_, _, _| true);
        let span = received::place(head, &received);
        findings.push(existing(change, known, wording(prefix, &received, span)));
    }
    findings
}

fn wording(prefix: Prefix, received: &Received<'_>, span: rules::Span) -> Finding {
    let about = prefix.to_string();
    let shortest = shortest(prefix.family());
    let message = format!("`{prefix}` is announced; nobody has more than a /{shortest}");
    let finding = OVERSHORT_PREFIX
        .at(span, message, &[&about])
        .with_help("look at the length: is a digit missing? Summaries for inside stay inside")
        .with_data("prefix", about.clone())
        .with_data("family", prefix.family().as_str())
        .with_data("shortest", shortest);
    received::passed(received::told(finding, received), received)
}
