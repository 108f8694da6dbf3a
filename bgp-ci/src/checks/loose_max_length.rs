use std::collections::BTreeSet;

use rules::Finding;

use crate::change::Change;
use crate::check::{Check, existing};
use crate::loose::{self, Loose};
use crate::rpki::Vrp;
use crate::standing;
use crate::wording::list;

rules::rule! {
    /// Reports an authorization of ours that allows longer prefixes than we announce.
    ///
    /// ## Why
    /// A maximum length beyond what is announced authorizes prefixes that nobody announces, and so anybody can: whoever puts our number at the end of a forged path and announces one of them is valid to every validator, and wins everywhere because it is more specific.
    /// In 2022 the server that KlaySwap's users loaded code from was taken over this way: the authorization for a /21 allowed a /24, and the attackers announced the /24 with the right origin behind their own number.
    ///
    /// An authorization is tight when all of its space is announced at its maximum length; what is announced shorter leaves room.
    /// Once for each owned prefix, and only for space that is announced.
    /// Where longer prefixes are meant for an emergency only, prepare their authorizations and publish them with the announcement, or exempt this finding with that reason.
    ///
    /// ## Bad
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
    ///   { "asn": 64500, "prefix": "203.0.113.0/24", "maxLength": 26, "ta": "ripe" } ] }
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
    /// RFC 9319.
    pub LOOSE_MAX_LENGTH = { id: "loose-max-length", level: Warn, since: "0.1.0" }
}

/// The check.
pub(super) static CHECK: Check = Check {
    rule: &LOOSE_MAX_LENGTH,
    run,
};

fn run(change: &Change) -> Vec<Finding> {
    let before: BTreeSet<Vrp> = change.base.iter().flat_map(loose::vrps).collect();
    loose::by_owned(&change.head)
        .into_values()
        .map(|loose| {
            let known = loose.vrps.iter().all(|vrp| before.contains(vrp));
            let finding = standing::with_payloads(wording(&loose), &change.head);
            existing(change, known, finding)
        })
        .collect()
}

fn wording(loose: &Loose<'_>) -> Finding {
    let prefix = loose.owned.prefix.value.to_string();
    let longest = loose.vrps.iter().map(|vrp| vrp.max_length).max();
    let longest = longest.unwrap_or_default();
    let message = format!(
        "an authorization for `{prefix}` allows prefixes up to /{longest} that are not announced: \
         whoever announces one with our number at the end of its path is valid"
    );
    let vrps: Vec<_> = loose.vrps.iter().map(standing::as_json).collect();
    LOOSE_MAX_LENGTH
        .at(loose.owned.prefix.span.clone(), message, &[&prefix])
        .with_help("set the maximum length to what is announced, with one authorization a prefix")
        .with_note(format!("too loose: {}", list(&loose.vrps, "none")))
        .with_data("prefix", prefix)
        .with_data("vrps", vrps)
}
