use std::collections::{BTreeMap, BTreeSet};

use rules::{Certainty, Finding};

use crate::change::Change;
use crate::check::{Check, existing};
use crate::model::Prefix;
use crate::policy::Owned;
use crate::standing::{self, Standing};
use crate::wording::{json, list};

rules::rule! {
    /// Reports owned space that is announced and that no payload covers.
    ///
    /// ## Why
    /// Without an authorization every announcement of the space looks alike to the rest of the world: a hijack is accepted as readily as ours, and a more-specific one wins.
    ///
    /// Once for each owned prefix, with what is announced of it.
    /// Nobody can authorize special-purpose space that the policy means (`treat-as-public`), so it is left out unless the payloads know some of that block.
    ///
    /// ## Bad
    /// ```yaml
    /// version: 1
    /// bgp:
    ///   asn: 64500
    ///   owned: [{ prefix: 203.0.113.0/24 }, { prefix: 203.0.112.0/24 }]
    ///   treat-as-public: [203.0.113.0/24]
    ///   sites: { fra: {} }
    ///   neighbors: { transit-a: { asn: 64501 } }
    ///   announcements:
    ///     - { prefixes: [203.0.113.0/24, 203.0.112.0/24], to: [transit-a] }
    ///   data: { vrps: data/vrps.json, max-age: 48h }
    /// ```
    ///
    /// ```json
    /// # file: data/vrps.json
    /// { "metadata": { "buildtime": "2026-11-21T12:00:00Z" }, "roas": [
    ///   { "asn": 64500, "prefix": "203.0.113.0/24", "maxLength": 24, "ta": "ripe" } ] }
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
    ///   data: { vrps: data/vrps.json, max-age: 48h }
    /// ```
    ///
    /// ```json
    /// # file: data/vrps.json
    /// { "metadata": { "buildtime": "2026-11-21T12:00:00Z" }, "roas": [
    ///   { "asn": 64500, "prefix": "203.0.113.0/24", "maxLength": 24, "ta": "ripe" } ] }
    /// ```
    ///
    /// ## Reference
    /// RFC 7115, section 4; MANRS for network operators, action 4.
    pub MISSING_ROA = { id: "missing-roa", level: Warn, since: "0.1.0" }
}

/// The check.
pub(super) static CHECK: Check = Check {
    rule: &MISSING_ROA,
    run,
};

fn run(change: &Change) -> Vec<Finding> {
    let head = &change.head;
    let mut found: BTreeMap<Prefix, (&Owned, Vec<&Standing>)> = BTreeMap::new();
    for standing in change.standings() {
        let owned = || head.network.owned.covering(standing.prefix).next();
        if standing.is_unprotected(head)
            && let Some(owned) = owned()
        {
            let (_, standings) = found
                .entry(owned.prefix.value)
                .or_insert_with(|| (owned, Vec::new()));
            standings.push(standing);
        }
    }
    found
        .into_values()
        .map(|(owned, standings)| {
            let known = standings.iter().all(|standing| standing.before.is_some());
            let finding = wording(owned, &standings);
            existing(change, known, standing::with_payloads(finding, head))
        })
        .collect()
}

fn wording(owned: &Owned, standings: &[&Standing]) -> Finding {
    let prefix = owned.prefix.value.to_string();
    let announced: BTreeSet<Prefix> = standings.iter().map(|one| one.prefix).collect();
    let origins: BTreeSet<_> = standings.iter().map(|one| one.origin).collect();
    let message = format!("`{prefix}` is owned and announced, and no payload covers it");
    let certainty = standings.iter().map(|standing| standing.certainty).max();
    let mut finding = MISSING_ROA
        .at(owned.prefix.span.clone(), message, &[&prefix])
        .with_certainty(certainty.unwrap_or(Certainty::Proven))
        .with_help(format!(
            "publish an authorization for {}, with the length that is announced and no longer",
            list(&origins, "the origin")
        ))
        .with_data("prefix", prefix)
        .with_data("announced", json(&announced))
        .with_data("origins", json(&origins));
    if let Some(first) = standings.first() {
        finding = finding.with_label(
            first.span.clone(),
            format!("announced here: {}", list(&announced, "nothing")),
        );
    }
    finding
}
