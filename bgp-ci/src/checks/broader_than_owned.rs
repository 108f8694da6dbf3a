use rules::Finding;

use crate::change::{Change, Side};
use crate::check::{Check, existing};
use crate::model::Prefix;
use crate::policy::network::Owned;
use crate::received::{self, Received};
use crate::wording::list;

rules::rule! {
    /// Reports an announced prefix that is wider than the `owned` entry inside it.
    ///
    /// ## Why
    /// Whatever of it is not ours is announced with it, and where its holder announces nothing
    /// more specific, that traffic comes to us: a length that was typed wrong, or an aggregate
    /// over space that has been given back.
    ///
    /// An aggregate of two owned prefixes is not owned unless it is listed itself: announcing it
    /// is a decision, not arithmetic.
    /// It does not matter whether a neighbour is asked to keep the route to itself; it receives
    /// foreign space all the same.
    ///
    /// ## Bad
    /// ```yaml
    /// version: 1
    /// bgp:
    ///   asn: 64500
    ///   owned: [{ prefix: "2001:db8:100::/40" }]
    ///   treat-as-public: ["2001:db8::/32"]
    ///   sites: { fra: {} }
    ///   neighbors: { transit-a: { asn: 64501 } }
    ///   announcements:
    ///     - { prefixes: ["2001:db8::/36"], to: [transit-a] }
    /// ```
    ///
    /// ## Good
    /// ```yaml
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
    ///
    /// ## Reference
    /// RFC 7454, section 6.1; RFC 4632, section 5.2.
    pub BROADER_THAN_OWNED = { id: "broader-than-owned", level: Deny, since: "0.1.0" }
}

/// The check.
pub(super) static CHECK: Check = Check {
    rule: &BROADER_THAN_OWNED,
    run,
};

/// Entries that are shown as labels.
const LABELS: usize = 3;

fn run(change: &Change) -> Vec<Finding> {
    let head = &change.head;
    head.by_prefix()
        .into_iter()
        // A default route is nobody's space: `default-route` says who may have one.
        .filter(|(prefix, _)| prefix.length() > 0)
        .filter(|(prefix, _)| is_broader(head, *prefix))
        .map(|(prefix, received)| {
            let known = change.is_unchanged(prefix)
                && change
                    .base
                    .as_ref()
                    .is_some_and(|base| is_broader(base, prefix));
            let finding = wording(change, prefix, &received);
            existing(change, known, finding)
        })
        .collect()
}

fn is_broader(side: &Side, prefix: Prefix) -> bool {
    let owned = &side.network.owned;
    owned.covering(prefix).next().is_none() && owned.inside(prefix).next().is_some()
}

fn wording(change: &Change, prefix: Prefix, received: &Received<'_>) -> Finding {
    let about = prefix.to_string();
    let owned = &change.head.network.owned;
    let inside: Vec<&Owned> = owned.inside(prefix).collect();
    let parts: Vec<String> = inside
        .iter()
        .map(|owned| owned.prefix.value.to_string())
        .collect();
    let message = format!(
        "`{prefix}` is announced, which is wider than what is owned of it: {}",
        list(&parts, "nothing")
    );
    let span = received::place(&change.head, received);
    let finding = BROADER_THAN_OWNED
        .at(span, message, &[&about])
        .with_help("announce what is owned; if all of it is yours, an entry below `owned` says so")
        .with_data("prefix", about.clone())
        .with_data("family", prefix.family().as_str());
    let mut finding = received::addressed(finding, received);
    for owned in inside.into_iter().take(LABELS) {
        finding = finding.with_label(owned.prefix.span.clone(), "this is ours");
    }
    finding
}
