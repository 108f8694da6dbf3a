use std::collections::{BTreeMap, BTreeSet};

use rules::{Finding, Level};

use crate::before::Before;
use crate::change::{Change, Side};
use crate::check::{Check, existing};
use crate::model::{Announcement, Asn, Key};
use crate::received::{self, Received};
use crate::reserved::{Block, Purpose, Reserved};
use crate::wording::{json, list};

rules::rule! {
    /// Reports a reserved AS number in a path that a neighbour receives.
    ///
    /// ## Why
    /// Networks drop paths with private, reserved or documentation numbers, so a prefix with one
    /// in its path is gone for them, while it looks well from next door.
    /// It is how numbers from inside a data centre leak: the command that takes them out stands on
    /// the old sessions and was forgotten on the new one.
    ///
    /// Judged is the path that others see: after `presents-as`, and without private numbers where
    /// the neighbour `strips-private-as`.
    /// `treat-as-public` names numbers that a policy means; documentation numbers that it gives
    /// to us or to a neighbour are meant, too.
    ///
    /// ## Bad
    /// ```yaml
    /// version: 1
    /// bgp:
    ///   asn: 64512
    ///   owned: [{ prefix: 203.0.113.0/24 }]
    ///   treat-as-public: [203.0.113.0/24]
    ///   sites: { fra: {} }
    ///   neighbors: { transit-a: { asn: 64501 } }
    ///   announcements:
    ///     - { prefixes: [203.0.113.0/24], to: [transit-a] }
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// version: 1
    /// bgp:
    ///   asn: 64512
    ///   origins: [64500, 64512]
    ///   owned: [{ prefix: 203.0.113.0/24 }]
    ///   treat-as-public: [203.0.113.0/24]
    ///   sites: { fra: {} }
    ///   neighbors: { transit-a: { asn: 64501, presents-as: 64500 } }
    ///   announcements:
    ///     - { prefixes: [203.0.113.0/24], to: [transit-a] }
    /// ```
    ///
    /// ## Reference
    /// RFC 6996, section 4; RFC 7607; RFC 5398; the table is
    /// `rules/packs/bgp/reserved-asns.yaml`.
    pub BOGON_ASN = { id: "bogon-asn", level: Deny, since: "0.1.0" }
}

/// The check.
pub(super) static CHECK: Check = Check {
    rule: &BOGON_ASN,
    run,
};

fn run(change: &Change) -> Vec<Finding> {
    let head = &change.head;
    let before = Before::new(change);
    let mut found: BTreeMap<Asn, Vec<(&Key, &Announcement)>> = BTreeMap::new();
    for (key, announcement) in head.external() {
        let asns: BTreeSet<Asn> = announcement.route.path.asns().collect();
        for asn in asns {
            if bogon(head, key, asn).is_some() {
                found.entry(asn).or_default().push((key, announcement));
            }
        }
    }
    let mut findings = Vec::new();
    for (asn, received) in found {
        let Some(block) = Reserved::shipped().block(asn) else {
            continue;
        };
        let known = before.had(&received, |base, key, a| {
            a.route.path.contains(asn) && bogon(base, key, asn).is_some()
        });
        let finding = wording(head, asn, block, &received);
        findings.push(existing(change, known, finding));
    }
    findings
}

/// Whether a finding of this rule denies the private number `asn` in what others see of the
/// neighbour's path: rules about origins have nothing to add to that.
pub(super) fn is_told(side: &Side, key: &Key, asn: Asn) -> bool {
    let setting = side.policy.setting(BOGON_ASN.id);
    let level = setting.and_then(|(setting, _)| setting.level);
    let block = bogon(side, key, asn).filter(|block| block.purpose == Purpose::Private);
    level.unwrap_or(BOGON_ASN.level) == Level::Deny && block.is_some()
}

/// The block that makes `asn` a bogon in what others see of the neighbour's path.
fn bogon(side: &Side, key: &Key, asn: Asn) -> Option<&'static Block> {
    let block = Reserved::shipped().bogon(&side.network, asn)?;
    let neighbor = side.network.neighbors.get(&key.neighbor);
    let stripped = block.purpose == Purpose::Private
        && neighbor.is_some_and(|neighbor| neighbor.strips_private_as);
    (!stripped).then_some(block)
}

fn wording(head: &Side, asn: Asn, block: &Block, received: &Received<'_>) -> Finding {
    let prefixes: BTreeSet<_> = received.iter().map(|(key, _)| key.prefix).collect();
    let rfc = block
        .rfc
        .map_or(String::new(), |rfc| format!(", RFC {rfc}"));
    let message = format!(
        "{asn} is in the path of {}: {}{rfc}",
        list(&prefixes, "nothing"),
        block.name
    );
    let path = received.first().map(|(_, a)| a.route.path.to_string());
    let mut finding = BOGON_ASN
        .at(
            received::place(head, received),
            message,
            &[&asn.to_string()],
        )
        .with_help(
            "take it out of the path on export; where the neighbour does so, say \
             `strips-private-as` or `presents-as`",
        )
        .with_data("asn", asn.0)
        .with_data("prefixes", json(&prefixes))
        .with_data("range", block.range.to_string());
    if let Some(rfc) = block.rfc {
        finding = finding.with_data("rfc", rfc);
    }
    if let Some(path) = path {
        finding = finding.with_note(format!("others see the path {path}"));
    }
    let finding = received::passed(received::told(finding, received), received);
    let neighbors = received::neighbors(received);
    let declared = neighbors
        .into_iter()
        .find_map(|name| head.network.neighbors.get(name));
    match declared {
        Some(neighbor) => finding.with_label(
            neighbor.span.clone(),
            "nothing here says that it takes the number out",
        ),
        None => finding,
    }
}
