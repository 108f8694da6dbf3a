use rules::Finding;

use crate::change::Change;
use crate::check::{Check, existing};
use crate::standing::{self, Standing};

rules::rule! {
    /// Reports an announced prefix of others that no payload covers.
    ///
    /// ## Why
    /// We announce space that is not ours to authorize, a customer's or a mistake: without an authorization nobody can tell which.
    /// Once a prefix, and for space that is not `owned`; owned space is `missing-roa`.
    /// Nobody can authorize special-purpose space that the policy means (`treat-as-public`), so it is left out unless the payloads know some of that block.
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
    ///     - { prefixes: [203.0.113.0/24, 203.0.112.0/24], to: [transit-a] }
    ///   data: { vrps: data/vrps.json, max-age: 48h }
    /// ```
    ///
    /// Also reported: `foreign-prefix`.
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
    /// RFC 6811, section 2.
    pub ROV_NOT_FOUND = { id: "rov-not-found", level: Warn, since: "0.1.0" }
}

/// The check.
pub(super) static CHECK: Check = Check {
    rule: &ROV_NOT_FOUND,
    run,
};

fn run(change: &Change) -> Vec<Finding> {
    let head = &change.head;
    let mut findings: Vec<Finding> = Vec::new();
    let mut last = None;
    for standing in change.standings() {
        let owned = || {
            head.network
                .owned
                .covering(standing.prefix)
                .next()
                .is_some()
        };
        if !standing.is_unprotected(head) || last == Some(standing.prefix) || owned() {
            continue;
        }
        last = Some(standing.prefix);
        let finding = standing.explain(wording(standing));
        let finding = standing::with_payloads(finding, head);
        findings.push(existing(change, standing.before.is_some(), finding));
    }
    findings
}

fn wording(standing: &Standing) -> Finding {
    let [prefix, _] = standing.about();
    let message = format!("`{prefix}` is announced and no payload covers it");
    ROV_NOT_FOUND
        .at(standing.span.clone(), message, &[&prefix])
        .with_help("have its holder publish an authorization for the origin")
}
