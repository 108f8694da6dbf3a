use std::sync::Arc;

use rules::{Finding, Span};

use crate::change::Change;
use crate::check::Check;
use crate::relaxation::{self, Relaxation};

rules::rule! {
    /// Reports a change of the policy that lets more pass than before.
    ///
    /// ## Why
    /// A pull request brings its own policy along.
    /// If it could lower the floor and withdraw the sites in one go, the gate would call it
    /// clean; so whatever it relaxes is denied, at the level that *base* gives to this rule, and
    /// nothing in head suppresses it.
    ///
    /// Relaxed is a lower floor or a floor that is gone, a higher limit, more owned space, a
    /// longer `max-length`, a new origin without an authorization for what it announces, a wider
    /// `treat-as-public`, another relation, a `no-announce` community or an approval rule taken
    /// out, a router that no source covers any more, the section removed, a lower level, an exemption or a suppression added, data that may be older or come from
    /// elsewhere.
    /// Adding a site, a neighbour or a stricter value is not.
    /// Floors are compared for each prefix, so renaming a service changes nothing; so are sources
    /// for each router, wherever its files move.
    ///
    /// ## Bad
    /// ```yaml
    /// # base
    /// version: 1
    /// bgp:
    ///   asn: 64500
    ///   owned: [{ prefix: 203.0.113.0/24, service: edge }]
    ///   services: { edge: { kind: anycast, min-sites: 2 } }
    ///   treat-as-public: [203.0.113.0/24]
    ///   sites: { fra: {}, iad: {} }
    ///   neighbors: { transit-a: { asn: 64501 } }
    ///   announcements:
    ///     - { service: edge, to: [transit-a] }
    /// ```
    /// ```yaml
    /// # head
    /// version: 1
    /// bgp:
    ///   asn: 64500
    ///   owned: [{ prefix: 203.0.113.0/24, service: edge }]
    ///   services: { edge: { kind: anycast, min-sites: 1 } }
    ///   treat-as-public: [203.0.113.0/24]
    ///   sites: { fra: {}, iad: {} }
    ///   neighbors: { transit-a: { asn: 64501 } }
    ///   announcements:
    ///     - { service: edge, sites: [fra], to: [transit-a] }
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// # base
    /// version: 1
    /// bgp:
    ///   asn: 64500
    ///   owned: [{ prefix: 203.0.113.0/24, service: edge }]
    ///   services: { edge: { kind: anycast, min-sites: 2 } }
    ///   treat-as-public: [203.0.113.0/24]
    ///   sites: { fra: {}, iad: {} }
    ///   neighbors: { transit-a: { asn: 64501 } }
    ///   announcements:
    ///     - { service: edge, to: [transit-a] }
    /// ```
    /// ```yaml
    /// # head
    /// version: 1
    /// bgp:
    ///   asn: 64500
    ///   owned: [{ prefix: 203.0.113.0/24, service: edge }]
    ///   services: { edge: { kind: anycast, min-sites: 3 } }
    ///   treat-as-public: [203.0.113.0/24]
    ///   sites: { ams: {}, fra: {}, iad: {} }
    ///   neighbors: { transit-a: { asn: 64501 } }
    ///   announcements:
    ///     - { service: edge, to: [transit-a] }
    /// ```
    ///
    /// ## Reference
    /// `ARCHITECTURE.md`: what could weaken the gate is taken from base.
    pub POLICY_RELAXED = { id: "policy-relaxed", level: Deny, since: "0.1.0" }
}

/// The check.
pub(super) static CHECK: Check = Check {
    rule: &POLICY_RELAXED,
    run,
};

fn run(change: &Change) -> Vec<Finding> {
    let Some(base) = &change.base else {
        return Vec::new();
    };
    relaxation::between(base, &change.head)
        .iter()
        .map(wording)
        .collect()
}

/// Head has a policy without our section, and base's begins at `base`.
pub fn section_removed(head: &Arc<str>, base: &Span) -> Finding {
    wording(&Relaxation {
        key: "bgp",
        subject: String::new(),
        message: "the `bgp` section is gone".to_owned(),
        head: Span::file(head.clone()),
        base: Some(base.clone()),
    })
}

fn wording(relaxation: &Relaxation) -> Finding {
    let Relaxation {
        key,
        subject,
        message,
        head,
        base,
    } = relaxation;
    let finding = POLICY_RELAXED
        .at(
            head.clone(),
            format!("the policy is relaxed: {message}"),
            &[key, subject],
        )
        .with_help("make it a change of its own; base's policy decides whether that may pass")
        .with_data("key", *key)
        .with_data("subject", subject.clone());
    match base {
        Some(base) => finding.with_label(base.clone(), "base was stricter here"),
        None => finding,
    }
}
