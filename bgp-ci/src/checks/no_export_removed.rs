use std::collections::BTreeSet;

use rules::Finding;

use crate::change::{Change, Side};
use crate::check::Check;
use crate::evidence;
use crate::model::{Community, Prefix, Presence};
use crate::received::{self, Received};
use crate::wording::{json, list};

rules::rule! {
    /// Reports a prefix that base kept from the world by a community, and head lets out.
    ///
    /// ## Why
    /// A prefix whose every announcement carries NO_EXPORT, or a neighbour's own community for
    /// it, is for the neighbours alone: a more-specific for traffic engineering, a test, a service
    /// that is not open yet.
    /// Without the community it is in everybody's table at once, and a more-specific wins there.
    /// The routes of an optimizer that took a part of the Internet down in June 2019 were held
    /// back by nothing but NO_EXPORT.
    ///
    /// Where somebody passed the prefix on before, a community that goes is an ordinary change.
    ///
    /// ## Bad
    /// ```yaml
    /// # base
    /// version: 1
    /// bgp:
    ///   asn: 64500
    ///   owned: [{ prefix: "2001:db8:100::/40" }]
    ///   treat-as-public: ["2001:db8::/32"]
    ///   sites: { fra: {} }
    ///   neighbors: { transit-a: { asn: 64501, no-announce: ["64501:0"] } }
    ///   announcements:
    ///     - { prefixes: ["2001:db8:100::/40"], to: [transit-a] }
    ///     - { prefixes: ["2001:db8:101::/48"], to: [transit-a], communities: [no-export] }
    /// ```
    /// ```yaml
    /// # head
    /// version: 1
    /// bgp:
    ///   asn: 64500
    ///   owned: [{ prefix: "2001:db8:100::/40" }]
    ///   treat-as-public: ["2001:db8::/32"]
    ///   sites: { fra: {} }
    ///   neighbors: { transit-a: { asn: 64501, no-announce: ["64501:0"] } }
    ///   announcements:
    ///     - { prefixes: ["2001:db8:100::/40"], to: [transit-a] }
    ///     - { prefixes: ["2001:db8:101::/48"], to: [transit-a] }
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// # base
    /// version: 1
    /// bgp:
    ///   asn: 64500
    ///   owned: [{ prefix: "2001:db8:100::/40" }]
    ///   treat-as-public: ["2001:db8::/32"]
    ///   sites: { fra: {} }
    ///   neighbors: { transit-a: { asn: 64501, no-announce: ["64501:0"] } }
    ///   announcements:
    ///     - { prefixes: ["2001:db8:100::/40"], to: [transit-a] }
    ///     - { prefixes: ["2001:db8:101::/48"], to: [transit-a], communities: [no-export] }
    /// ```
    /// ```yaml
    /// # head
    /// version: 1
    /// bgp:
    ///   asn: 64500
    ///   owned: [{ prefix: "2001:db8:100::/40" }]
    ///   treat-as-public: ["2001:db8::/32"]
    ///   sites: { fra: {} }
    ///   neighbors: { transit-a: { asn: 64501, no-announce: ["64501:0"] } }
    ///   announcements:
    ///     - { prefixes: ["2001:db8:100::/40"], to: [transit-a] }
    ///     - { prefixes: ["2001:db8:101::/48"], to: [transit-a], communities: ["64501:0"] }
    /// ```
    ///
    /// ## Reference
    /// RFC 1997, "Well-known Communities"; RFC 7908, section 3.
    pub NO_EXPORT_REMOVED = { id: "no-export-removed", level: Deny, since: "0.1.0" }
}

/// The check.
pub(super) static CHECK: Check = Check {
    rule: &NO_EXPORT_REMOVED,
    run,
};

fn run(change: &Change) -> Vec<Finding> {
    let Some((base, head)) = change.complete() else {
        return Vec::new();
    };
    let mut findings = Vec::new();
    for (prefix, mut received) in head.by_prefix() {
        if base.fleet.sites(prefix).next().is_some() {
            continue;
        }
        let kept: BTreeSet<Community> = base
            .of(prefix)
            .filter_map(|(_, announcement)| match announcement.presence {
                Presence::KeptBy(community) => Some(community),
                Presence::Present | Presence::Loop(_) => None,
            })
            .collect();
        received.retain(|(_, a)| a.presence == Presence::Present);
        if !kept.is_empty() && !received.is_empty() {
            findings.push(wording(base, head, prefix, &kept, &received));
        }
    }
    findings
}

fn wording(
    base: &Side,
    head: &Side,
    prefix: Prefix,
    kept: &BTreeSet<Community>,
    received: &Received<'_>,
) -> Finding {
    let about = prefix.to_string();
    let quoted = kept.iter().map(|community| format!("`{community}`"));
    let message = format!(
        "`{prefix}` is passed on to the world; in base {} kept it with the neighbours",
        list(quoted, "a community")
    );
    let finding = NO_EXPORT_REMOVED
        .at(received::place(head, received), message, &[&about])
        .with_help("put the community back; a prefix that shall be public is opened in a change of its own")
        .with_data("prefix", about.clone())
        .with_data("family", prefix.family().as_str())
        .with_data("kept", json(kept));
    let finding = received::passed(received::told(finding, received), received);
    match evidence::statement(base, prefix) {
        Some(span) => finding.with_label(span, "base kept it back here"),
        None => finding,
    }
}
