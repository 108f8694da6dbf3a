use rules::Finding;

use crate::blackhole;
use crate::change::{Change, Side};
use crate::check::{Check, existing};
use crate::model::Prefix;
use crate::policy::network::Owned;
use crate::received;

rules::rule! {
    /// Reports an announced prefix that is longer than its `owned` entry allows.
    ///
    /// ## Why
    /// A more-specific wins over everything that covers it, so one that was not meant draws all
    /// of its traffic to the few sites that announce it; and where the ROA has the same maximum
    /// length, validating networks drop it.
    ///
    /// It suffices that one of the entries that cover the prefix allows its length.
    /// An entry without `max-length` sets no limit.
    ///
    /// ## Bad
    /// ```yaml
    /// version: 1
    /// bgp:
    ///   asn: 64500
    ///   owned: [{ prefix: "2001:db8:100::/40", max-length: 40 }]
    ///   treat-as-public: ["2001:db8::/32"]
    ///   sites: { fra: {} }
    ///   neighbors: { transit-a: { asn: 64501 } }
    ///   announcements:
    ///     - { prefixes: ["2001:db8:101::/48"], to: [transit-a] }
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// version: 1
    /// bgp:
    ///   asn: 64500
    ///   owned: [{ prefix: "2001:db8:100::/40", max-length: 48 }]
    ///   treat-as-public: ["2001:db8::/32"]
    ///   sites: { fra: {} }
    ///   neighbors: { transit-a: { asn: 64501 } }
    ///   announcements:
    ///     - { prefixes: ["2001:db8:101::/48"], to: [transit-a] }
    /// ```
    ///
    /// ## Reference
    /// RFC 6811 and RFC 9319 for what a maximum length means in a ROA.
    pub BEYOND_MAX_LENGTH = { id: "beyond-max-length", level: Deny, since: "0.1.0" }
}

/// The check.
pub(super) static CHECK: Check = Check {
    rule: &BEYOND_MAX_LENGTH,
    run,
};

fn run(change: &Change) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (prefix, mut received) in change.head.by_prefix() {
        received.retain(|(key, a)| !blackhole::is_told(&change.head, key, a));
        if received.is_empty() {
            continue;
        }
        let Some(owned) = limit(&change.head, prefix) else {
            continue;
        };
        let span = received::place(&change.head, &received);
        let base = change.base.as_ref();
        let known =
            change.is_unchanged(prefix) && base.is_some_and(|base| limit(base, prefix).is_some());
        let finding = received::addressed(wording(prefix, owned, span), &received);
        findings.push(existing(change, known, finding));
    }
    findings
}

/// The longest entry that covers `prefix` and does not allow it, where none allows it.
fn limit(side: &Side, prefix: Prefix) -> Option<&Owned> {
    let forbids = |owned: &Owned| {
        let limit = owned.max_length.as_ref();
        limit.is_some_and(|limit| prefix.length() > limit.value)
    };
    let owned = &side.network.owned;
    owned
        .covering(prefix)
        .all(forbids)
        .then(|| owned.covering(prefix).next())
        .flatten()
}

fn wording(prefix: Prefix, owned: &Owned, span: rules::Span) -> Finding {
    let about = prefix.to_string();
    let limit = owned.max_length.as_ref();
    let message = format!(
        "`{prefix}` is announced; of `{}` nothing longer than /{} is meant to be",
        owned.prefix.value,
        limit.map_or(owned.prefix.value.max_length(), |limit| limit.value)
    );
    let place = limit.map_or(&owned.prefix.span, |limit| &limit.span);
    BEYOND_MAX_LENGTH
        .at(span, message, &[&about])
        .with_label(place.clone(), "the longest that is meant")
        .with_help("announce the prefix itself, or raise `max-length` and the ROA's with it")
        .with_data("prefix", about.clone())
        .with_data("family", prefix.family().as_str())
        .with_data("owned", owned.prefix.value.to_string())
}
