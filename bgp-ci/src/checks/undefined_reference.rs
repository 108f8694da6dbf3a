use rules::Finding;

use crate::change::Change;
use crate::check::Check;
use crate::gaps;
use crate::model::GapKind;

rules::rule! {
    /// Reports a name in a router configuration that nothing defines.
    ///
    /// ## Why
    /// A filter, list or template that was renamed at one place and not at the other.
    /// Some daemons refuse the file, some send nothing, and some let everything pass: the same
    /// slip is an outage on one router and a leak on the next, and their own checks say nothing.
    ///
    /// It is denied whether or not base had it.
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
    ///   sources: [{ adapter: bird, site: fra, entry: routers/fra.conf }]
    /// ```
    /// ```bird
    /// # file: routers/fra.conf
    /// router id 192.0.2.1;
    /// protocol bgp transit_a {
    ///   local 192.0.2.2 as 64500;
    ///   neighbor 192.0.2.1 as 64501;
    ///   ipv4 { import limit 100 action block; import none; export filter to_transit; };
    /// }
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
    ///   sources: [{ adapter: bird, site: fra, entry: routers/fra.conf }]
    /// ```
    /// ```bird
    /// # file: routers/fra.conf
    /// router id 192.0.2.1;
    /// filter to_transit { if net = 203.0.113.0/24 then accept; reject; }
    /// protocol bgp transit_a {
    ///   local 192.0.2.2 as 64500;
    ///   neighbor 192.0.2.1 as 64501;
    ///   ipv4 { import limit 100 action block; import none; export filter to_transit; };
    /// }
    /// ```
    ///
    /// ## Reference
    /// Measured on BIRD 2.0.12 and FRR 8.4.4.
    pub UNDEFINED_REFERENCE = { id: "undefined-reference", level: Deny, since: "0.1.0" }
}

/// The check.
pub(super) static CHECK: Check = Check {
    rule: &UNDEFINED_REFERENCE,
    run,
};

fn run(change: &Change) -> Vec<Finding> {
    let help = "define it, or write the name as it is defined";
    gaps::findings(change, GapKind::Undefined, &UNDEFINED_REFERENCE, help)
}
