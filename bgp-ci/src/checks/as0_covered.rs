use rules::Finding;

use crate::change::Change;
use crate::check::{Check, existing};
use crate::rpki::Validity;
use crate::standing::{self, Standing};

rules::rule! {
    /// Reports an announced prefix that is covered by authorizations for AS0 alone.
    ///
    /// ## Why
    /// An authorization for AS0 is the holder's word that the space is announced by nobody; registries publish them for space that they have not given out.
    /// No route can match it, so whoever validates drops the announcement, whatever its origin.
    /// Our own come from space that was parked and is put to use again; others mean that the space is not ours to announce.
    ///
    /// An authorization for AS0 beside another that matches does no harm and is not reported, and neither is one for space that is not announced.
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
    ///   { "asn": 0, "prefix": "203.0.113.0/24", "maxLength": 24, "ta": "ripe" } ] }
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
    ///   { "asn": 64500, "prefix": "203.0.113.0/24", "maxLength": 24, "ta": "ripe" },
    ///   { "asn": 0, "prefix": "203.0.113.0/24", "maxLength": 32, "ta": "ripe" } ] }
    /// ```
    ///
    /// ## Reference
    /// RFC 6483, section 4; RFC 7607.
    pub AS0_COVERED = { id: "as0-covered", level: Deny, since: "0.1.0" }
}

/// The check.
pub(super) static CHECK: Check = Check {
    rule: &AS0_COVERED,
    run,
};

fn run(change: &Change) -> Vec<Finding> {
    let Some(vrps) = change.head.data.vrps.as_deref() else {
        return Vec::new();
    };
    let mut findings = Vec::new();
    for standing in change.standings() {
        if !matches!(standing.validity, Some(Validity::Invalid(_))) {
            continue;
        }
        let answer = standing.answer(vrps);
        if !answer.is_disavowed() {
            continue;
        }
        let known = standing.before.is_some_and(|before| before.is_invalid());
        let finding = standing::with_covering(standing.explain(wording(standing)), &answer);
        let finding = standing::with_payloads(finding, &change.head);
        findings.push(existing(change, known, finding));
    }
    findings
}

fn wording(standing: &Standing) -> Finding {
    let [prefix, origin] = standing.about();
    let message =
        format!("`{prefix}` is announced, and its holder says by AS0 that nobody announces it");
    AS0_COVERED
        .at(standing.span.clone(), message, &[&prefix, &origin])
        .with_help(
            "publish an authorization for the origin before announcing it, or take the \
             announcement out",
        )
}
