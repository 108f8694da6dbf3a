use rules::Finding;

use crate::change::Change;
use crate::check::Check;
use crate::rpki::Validity;
use crate::standing::{self, Standing, reason};

rules::rule! {
    /// Reports an announcement that stays as it is and that the new payloads make invalid.
    ///
    /// ## Why
    /// In January 2024 somebody took over Orange Spain's account at its registry and published authorizations for its prefixes that named another system.
    /// No router of Orange's was touched, every announcement stayed what it was, and half of its traffic was gone, because everybody else dropped the routes.
    /// The same happens by accident: an authorization that is deleted while a broader one for another system remains, a maximum length that is lowered, local exceptions that lose an entry.
    ///
    /// The finding needs the payloads of both sides; where base has none that can be used, the rule is skipped and the run says so.
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
    ///   { "asn": 64500, "prefix": "203.0.113.0/24", "maxLength": 24, "ta": "ripe" } ] }
    /// ```
    ///
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
    ///   { "asn": 64500, "prefix": "203.0.113.0/24", "maxLength": 24, "ta": "ripe" } ] }
    /// ```
    ///
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
    ///   { "asn": 64510, "prefix": "203.0.113.0/24", "maxLength": 24, "ta": "ripe" } ] }
    /// ```
    ///
    /// ## Reference
    /// RFC 6811, section 2; RFC 8211, section 3.
    pub ROA_CHANGE_INVALIDATES = { id: "roa-change-invalidates", level: Deny, since: "0.1.0" }
}

/// The check.
pub(super) static CHECK: Check = Check {
    rule: &ROA_CHANGE_INVALIDATES,
    run,
};

fn run(change: &Change) -> Vec<Finding> {
    let Some(vrps) = change.head.data.vrps.as_deref() else {
        return Vec::new();
    };
    let mut findings = Vec::new();
    for standing in change.standings() {
        let (Some(Validity::Invalid(why)), Some(before)) = (standing.validity, standing.before)
        else {
            continue;
        };
        let answer = standing.answer(vrps);
        if !before.own || before.is_invalid() || answer.is_disavowed() {
            continue;
        }
        let was = before.validity.map_or("unknown", Validity::as_str);
        let finding = standing.explain(wording(standing, was, reason(why)));
        let finding = standing::with_covering(finding, &answer);
        findings.push(standing::with_payloads(finding, &change.head).with_data("before", was));
    }
    findings
}

fn wording(standing: &Standing, was: &str, why: &str) -> Finding {
    let [prefix, origin] = standing.about();
    let message = format!(
        "`{prefix}` from {origin} was {was} and the changed payloads make it invalid: {why}"
    );
    ROA_CHANGE_INVALIDATES
        .at(standing.span.clone(), message, &[&prefix, &origin])
        .with_help(
            "find out who changed the authorizations: if it was not us, the registry's account is \
             the first thing to look at; if it was, publish the missing one before this merges",
        )
}
