use std::collections::BTreeMap;

use rules::Finding;

use crate::before::Before;
use crate::blackhole;
use crate::change::{Change, Side};
use crate::check::{Check, existing};
use crate::model::{Announcement, Key, Prefix};
use crate::received::{self, Received};

rules::rule! {
    /// Reports a BLACKHOLE route for more than one address of ours, or to a neighbour that takes none.
    ///
    /// ## Why
    /// The community tells a neighbour to drop all traffic to the route.
    /// On one attacked address that saves the others; on a whole prefix it is the outage itself,
    /// on somebody else's it is an attack.
    /// A neighbour that does not know it drops the route as too long, or believes it and draws the
    /// attack to us.
    ///
    /// This rule alone judges one address of our own, tagged, to a neighbour that
    /// `accepts-blackhole`, and has nothing to say about it.
    ///
    /// ## Bad
    /// ```yaml
    /// version: 1
    /// bgp:
    ///   asn: 64500
    ///   owned: [{ prefix: 203.0.113.0/24 }]
    ///   treat-as-public: [203.0.113.0/24]
    ///   sites: { fra: {} }
    ///   neighbors: { transit-a: { asn: 64501, accepts-blackhole: true } }
    ///   announcements:
    ///     - { prefixes: [203.0.113.0/24], to: [transit-a], communities: [blackhole] }
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// version: 1
    /// bgp:
    ///   asn: 64500
    ///   owned: [{ prefix: 203.0.113.0/24, max-length: 24 }]
    ///   treat-as-public: [203.0.113.0/24]
    ///   sites: { fra: {} }
    ///   neighbors: { transit-a: { asn: 64501, accepts-blackhole: true } }
    ///   announcements:
    ///     - { prefixes: [203.0.113.7/32], to: [transit-a], communities: [blackhole] }
    /// ```
    ///
    /// ## Reference
    /// RFC 7999, sections 3.2 to 3.4 and 6.
    pub BLACKHOLE_SCOPE = { id: "blackhole-scope", level: Deny, since: "0.1.0" }
}

/// The check.
pub(super) static CHECK: Check = Check {
    rule: &BLACKHOLE_SCOPE,
    run,
};

/// What is wrong with a tagged route.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fault {
    /// Its addresses are not ours.
    Foreign,
    /// It is more than one address.
    Wide,
    /// The neighbour is not said to discard for us.
    Refused,
}

impl Fault {
    fn of(side: &Side, key: &Key, announcement: &Announcement) -> Option<Self> {
        if !blackhole::is_tagged(announcement) {
            None
        } else if side.network.owned.covering(key.prefix).next().is_none() {
            Some(Self::Foreign)
        } else if !blackhole::is_host(key.prefix) {
            Some(Self::Wide)
        } else if !blackhole::is_accepted(side, key) {
            Some(Self::Refused)
        } else {
            None
        }
    }

    fn as_str(self) -> &'static str {
        match self {
            Self::Foreign => "foreign",
            Self::Wide => "wide",
            Self::Refused => "refused",
        }
    }
}

fn run(change: &Change) -> Vec<Finding> {
    let head = &change.head;
    let before = Before::new(change);
    let mut found: BTreeMap<(Prefix, Fault), Vec<(&Key, &Announcement)>> = BTreeMap::new();
    for (key, announcement) in head.external() {
        if let Some(fault) = Fault::of(head, key, announcement) {
            let received = found.entry((key.prefix, fault)).or_default();
            received.push((key, announcement));
        }
    }
    let judge = |((prefix, fault), received): ((Prefix, Fault), Vec<_>)| {
        let known = before.had(&received, |base, key, a| Fault::of(base, key, a).is_some());
        existing(change, known, wording(head, prefix, fault, &received))
    };
    found.into_iter().map(judge).collect()
}

fn wording(head: &Side, prefix: Prefix, fault: Fault, received: &Received<'_>) -> Finding {
    let about = prefix.to_string();
    let (message, help) = match fault {
        Fault::Foreign => (
            format!(
                "`{prefix}` is tagged `blackhole` and is not ours: its traffic is dropped for others"
            ),
            "take it out, or own the prefix first",
        ),
        Fault::Wide => (
            format!("`{prefix}` is tagged `blackhole`: all traffic to all of it is dropped"),
            "tag the attacked address alone, as a host route",
        ),
        Fault::Refused => (
            format!(
                "`{prefix}` is tagged `blackhole` and goes to a neighbour that is not said to accept that"
            ),
            "send it only where `accepts-blackhole: true` stands; say so where the neighbour does accept it",
        ),
    };
    let finding = BLACKHOLE_SCOPE
        .at(
            received::place(head, received),
            message,
            &[&about, fault.as_str()],
        )
        .with_help(help)
        .with_data("prefix", about.clone())
        .with_data("family", prefix.family().as_str())
        .with_data("fault", fault.as_str());
    let finding = received::passed(received::told(finding, received), received);
    match policy_line(head, prefix, fault, received) {
        Some((span, message)) => finding.with_label(span, message),
        None => finding,
    }
}

/// The line of the policy that makes it a fault.
fn policy_line(
    head: &Side,
    prefix: Prefix,
    fault: Fault,
    received: &Received<'_>,
) -> Option<(rules::Span, &'static str)> {
    match fault {
        Fault::Foreign => None,
        Fault::Wide => {
            let owned = head.network.owned.covering(prefix).next()?;
            Some((owned.prefix.span.clone(), "this much of our own space"))
        }
        Fault::Refused => {
            let (key, _) = received.first()?;
            let neighbor = head.network.neighbors.get(&key.neighbor)?;
            Some(match &neighbor.accepts_blackhole {
                Some(accepts) => (accepts.span.clone(), "it does not accept it"),
                None => (
                    neighbor.span.clone(),
                    "nothing here says that it accepts it",
                ),
            })
        }
    }
}
