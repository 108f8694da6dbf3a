use std::collections::BTreeSet;

use rules::Finding;

use crate::change::Change;
use crate::check::{Check, existing};
use crate::model::{Name, Prefix};
use crate::policy::network::{Owned, Space};
use crate::wording::{json, list};

rules::rule! {
    /// Reports a prefix that two services own.
    ///
    /// ## Why
    /// What is done to one of the services is then done to the other's prefix.
    /// In June 2025 a service under test was given the prefixes of a public resolver; nothing
    /// happened, until 38 days later somebody added a site to the service under test and the
    /// resolver went down for the world.
    /// The slip could be seen all that time, announced or not.
    ///
    /// ## Bad
    /// ```yaml
    /// version: 1
    /// bgp:
    ///   asn: 64500
    ///   owned:
    ///     - { prefix: 203.0.113.0/24, service: resolver }
    ///     - { prefix: 203.0.113.0/24, service: under-test }
    ///   services: { resolver: {}, under-test: {} }
    ///   treat-as-public: [203.0.113.0/24]
    ///   sites: { fra: {} }
    ///   neighbors: { transit-a: { asn: 64501 } }
    ///   announcements:
    ///     - { service: resolver, to: [transit-a] }
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// version: 1
    /// bgp:
    ///   asn: 64500
    ///   owned:
    ///     - { prefix: 203.0.113.0/24, service: resolver }
    ///     - { prefix: 198.51.100.0/24, service: under-test }
    ///   services: { resolver: {}, under-test: {} }
    ///   treat-as-public: [203.0.113.0/24, 198.51.100.0/24]
    ///   sites: { fra: {} }
    ///   neighbors: { transit-a: { asn: 64501 } }
    ///   announcements:
    ///     - { service: resolver, to: [transit-a] }
    /// ```
    ///
    /// ## Reference
    /// The resolver operator's public report on its incident of 14 July 2025.
    pub CLAIMED_TWICE = { id: "claimed-twice", level: Deny, since: "0.1.0" }
}

/// The check.
pub(super) static CHECK: Check = Check {
    rule: &CLAIMED_TWICE,
    run,
};

fn run(change: &Change) -> Vec<Finding> {
    let owned = &change.head.network.owned;
    let mut findings = Vec::new();
    for prefix in owned.prefixes() {
        let services = claims(owned, prefix);
        if services.len() < 2 {
            continue;
        }
        let base = change.base.as_ref();
        let known =
            base.is_some_and(|base| services.is_subset(&claims(&base.network.owned, prefix)));
        let entries: Vec<&Owned> = owned.exactly(prefix).collect();
        findings.extend(wording(prefix, &services, &entries).map(|f| existing(change, known, f)));
    }
    findings
}

fn claims(owned: &Space, prefix: Prefix) -> BTreeSet<Name> {
    owned
        .exactly(prefix)
        .filter_map(|owned| owned.service.clone())
        .collect()
}

fn wording(prefix: Prefix, services: &BTreeSet<Name>, entries: &[&Owned]) -> Option<Finding> {
    let about = prefix.to_string();
    let (last, first) = entries.split_last()?;
    let names = list(services.iter().map(|name| format!("`{name}`")), "");
    let message = format!("`{prefix}` is owned by {names}");
    let finding = CLAIMED_TWICE
        .at(last.prefix.span.clone(), message, &[&about])
        .with_help("give it to one service: what is done to the other is done to it too")
        .with_data("prefix", about.clone())
        .with_data("services", json(services));
    Some(first.iter().take(3).fold(finding, |finding, owned| {
        finding.with_label(owned.prefix.span.clone(), "it is owned here already")
    }))
}
