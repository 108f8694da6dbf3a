use rules::Finding;

use crate::change::Change;
use crate::check::{Check, existing};
use crate::model::Prefix;
use crate::received::{self, Received};
use crate::registry::{Block, Registry};

rules::rule! {
    /// Reports an announced prefix that lies in special-purpose address space.
    ///
    /// ## Why
    /// Private, documentation, benchmarking, multicast and reserved space is not for the global
    /// routing table: neighbours filter it, count it against our limits, or believe it and send
    /// traffic for everybody's 10.0.0.0/8 to us.
    /// Where it appears in an announcement, something internal leaks or an example was deployed.
    ///
    /// The registries' longest block decides, so 192.0.0.9/32 may be announced although
    /// 192.0.0.0/24 may not.
    /// `treat-as-public` names space that a policy means, with its more-specifics: a lab's, or
    /// the documentation space of an example.
    ///
    /// ## Bad
    /// ```yaml
    /// version: 1
    /// bgp:
    ///   asn: 64500
    ///   owned: [{ prefix: 10.0.0.0/8 }]
    ///   sites: { fra: {} }
    ///   neighbors: { transit-a: { asn: 64501 } }
    ///   announcements:
    ///     - { prefixes: [10.20.0.0/16], to: [transit-a] }
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
    /// RFC 6890 and RFC 8190; RFC 7454, section 6.1.1; the table is
    /// `rules/packs/bgp/special-purpose.yaml`.
    pub BOGON_PREFIX = { id: "bogon-prefix", level: Deny, since: "0.1.0" }
}

/// The check.
pub(super) static CHECK: Check = Check {
    rule: &BOGON_PREFIX,
    run,
};

fn run(change: &Change) -> Vec<Finding> {
    let head = &change.head;
    let mut findings = Vec::new();
    for (prefix, received) in head.by_prefix() {
        let Some((range, block)) = Registry::shipped().bogon(prefix) else {
            continue;
        };
        if head.network.means(prefix) {
            continue;
        }
        // What base's policy meant was no violation there.
        let meant = change
            .base
            .as_ref()
            .is_some_and(|base| base.network.means(prefix));
        let known = change.is_unchanged(prefix) && !meant;
        let finding = wording(change, prefix, range, block, &received);
        findings.push(existing(change, known, finding));
    }
    findings
}

fn wording(
    change: &Change,
    prefix: Prefix,
    range: Prefix,
    block: &Block,
    received: &Received<'_>,
) -> Finding {
    let about = prefix.to_string();
    let message = format!(
        "`{prefix}` is announced and lies in `{range}`: {}, RFC {}",
        block.name, block.rfc
    );
    let span = received::place(&change.head, received);
    let finding = BOGON_PREFIX
        .at(span, message, &[&about])
        .with_help(
            "take it out; where a lab or an example means it, name it below `treat-as-public`",
        )
        .with_data("prefix", about.clone())
        .with_data("family", prefix.family().as_str())
        .with_data("range", range.to_string())
        .with_data("rfc", block.rfc)
        .with_data("registry", block.registry.clone());
    let mut finding = received::addressed(finding, received);
    let near = change.head.network.public.iter().find(|public| {
        matches!(public.value, crate::policy::Public::Prefix(public) if prefix.covers(public))
    });
    if let Some(near) = near {
        finding = finding.with_label(
            near.span.clone(),
            "this is only a part of it, and covers itself and its more-specifics",
        );
    }
    finding
}
