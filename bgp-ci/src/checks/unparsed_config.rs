use rules::Finding;

use crate::change::Change;
use crate::check::Check;
use crate::gaps;
use crate::model::GapKind;

rules::rule! {
    /// Reports a router configuration that its daemon would refuse, or that cannot be read.
    ///
    /// ## Why
    /// A daemon that refuses its file keeps the old one, until it is restarted: then the router
    /// comes up with nothing at all.
    /// And what cannot be read cannot be judged, so nothing about that router is clean.
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
    /// protocol static ours4 {
    ///   ipv4;
    ///   route 203.0.113.0/24 blackhole
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
    /// protocol static ours4 {
    ///   ipv4;
    ///   route 203.0.113.0/24 blackhole;
    /// }
    /// ```
    ///
    /// ## Reference
    /// `ARCHITECTURE.md`: what could not be seen is never clean.
    pub UNPARSED_CONFIG = { id: "unparsed-config", level: Deny, since: "0.1.0" }
}

/// The check.
pub(super) static CHECK: Check = Check {
    rule: &UNPARSED_CONFIG,
    run,
};

fn run(change: &Change) -> Vec<Finding> {
    let help = "try the file with the daemon's own check; if it takes it, what is meant cannot be \
                read here, and nothing about this router is known";
    gaps::findings(change, GapKind::Unparsed, &UNPARSED_CONFIG, help)
}
