use rules::Finding;

use crate::change::Change;
use crate::check::{Check, existing};
use crate::rpki::{Reason, Validity};
use crate::standing::{self, Standing, reason};

rules::rule! {
    /// Reports an announcement that route origin validation calls invalid.
    ///
    /// ## Why
    /// Networks that validate drop the route, and today most of the large ones do: the announcement works towards those that do not, which makes a half-dead prefix, the hardest kind to see from inside.
    /// Two things make a route invalid.
    /// With the reason `origin`, payloads cover the prefix and none of them is for the system that originates it: a typing error, somebody else's space, or a move to another number before its authorization.
    /// With the reason `length`, the origin is right and the prefix is longer than the payload allows, as when a /24 is announced out of a /22 in a hurry.
    ///
    /// What counts is the origin on the wire, after what the neighbour is declared to rewrite (`presents-as`).
    /// A prefix that only AS0 covers is `as0-covered`; one that was fine until the payloads changed is `roa-change-invalidates`.
    /// A host route that carries BLACKHOLE to a neighbour that accepts it is left out: that neighbour does not validate it.
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
    ///   { "asn": 64510, "prefix": "203.0.113.0/24", "maxLength": 24, "ta": "ripe" } ] }
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
    ///   { "asn": 64510, "prefix": "203.0.113.0/24", "maxLength": 24, "ta": "ripe" },
    ///   { "asn": 64500, "prefix": "203.0.113.0/24", "maxLength": 24, "ta": "ripe" } ] }
    /// ```
    ///
    /// ## Reference
    /// RFC 6811, section 2; RFC 7115, section 5.
    pub ROV_INVALID = { id: "rov-invalid", level: Deny, since: "0.1.0" }
}

/// The check.
pub(super) static CHECK: Check = Check {
    rule: &ROV_INVALID,
    run,
};

fn run(change: &Change) -> Vec<Finding> {
    let Some(vrps) = change.head.data.vrps.as_deref() else {
        return Vec::new();
    };
    let mut findings = Vec::new();
    for standing in change.standings() {
        let Some(Validity::Invalid(why)) = standing.validity else {
            continue;
        };
        let answer = standing.answer(vrps);
        let turned = standing
            .before
            .is_some_and(|before| before.own && !before.is_invalid());
        if answer.is_disavowed() || turned {
            continue;
        }
        let known = standing.before.is_some_and(|before| before.is_invalid());
        let finding = standing.explain(wording(standing, why));
        let finding = standing::with_covering(finding, &answer);
        let finding = standing::with_payloads(finding, &change.head);
        findings.push(existing(change, known, finding));
    }
    findings
}

fn wording(standing: &Standing, why: Reason) -> Finding {
    let [prefix, origin] = standing.about();
    let message = format!("`{prefix}` from {origin} is invalid: {}", reason(why));
    let help = match why {
        Reason::Origin => {
            "announce it from a system that is authorized, or publish the authorization first and \
             wait until it is in the payloads"
        }
        Reason::Length => {
            "announce the prefix that is authorized, or publish an authorization for exactly this \
             one first"
        }
    };
    ROV_INVALID
        .at(standing.span.clone(), message, &[&prefix, &origin])
        .with_help(help)
}
