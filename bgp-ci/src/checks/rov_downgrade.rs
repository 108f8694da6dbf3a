use rules::Finding;

use crate::change::Change;
use crate::check::Check;
use crate::rpki::Validity;
use crate::standing::{self, Standing};

rules::rule! {
    /// Reports an announcement that was valid and that no payload covers any more.
    ///
    /// ## Why
    /// Nobody drops the route, so nothing is seen to break: but it has lost its protection, and from now on anybody's announcement of the prefix is as good as ours.
    /// An authorization that was not renewed and one that was deleted too early both look like this.
    ///
    /// Once a prefix; such a prefix is reported neither as `missing-roa` nor as `rov-not-found`.
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
    ///   { "asn": 64500, "prefix": "203.0.113.0/24", "maxLength": 24, "ta": "ripe" },
    ///   { "asn": 64510, "prefix": "198.51.100.0/24", "maxLength": 24, "ta": "ripe" } ] }
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
    ///   { "asn": 64510, "prefix": "198.51.100.0/24", "maxLength": 24, "ta": "ripe" } ] }
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
    ///   { "asn": 64510, "prefix": "198.51.100.0/24", "maxLength": 24, "ta": "ripe" } ] }
    /// ```
    ///
    /// ## Reference
    /// RFC 6811, section 2; RFC 7115, section 3.
    pub ROV_DOWNGRADE = { id: "rov-downgrade", level: Warn, since: "0.1.0" }
}

/// The check.
pub(super) static CHECK: Check = Check {
    rule: &ROV_DOWNGRADE,
    run,
};

fn run(change: &Change) -> Vec<Finding> {
    change
        .standings()
        .iter()
        .filter(|standing| standing.is_downgraded())
        .map(|standing| {
            let finding = standing.explain(wording(standing));
            standing::with_payloads(finding, &change.head)
                .with_data("before", Validity::Valid.as_str())
                .with_data("validity", Validity::NotFound.as_str())
        })
        .collect()
}

fn wording(standing: &Standing) -> Finding {
    let [prefix, origin] = standing.about();
    let message = format!("`{prefix}` from {origin} was valid and no payload covers it any more");
    ROV_DOWNGRADE
        .at(standing.span.clone(), message, &[&prefix, &origin])
        .with_help("publish the authorization again, unless the space is being given up")
}
