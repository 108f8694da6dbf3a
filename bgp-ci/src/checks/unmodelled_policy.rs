use rules::Finding;

use crate::change::Change;
use crate::check::Check;
use crate::gaps;
use crate::model::GapKind;

rules::rule! {
    /// Reports a part of a router configuration that decides what is announced and is not understood.
    ///
    /// ## Why
    /// Whatever a statement without a model does, the difference that was computed may be wrong:
    /// a gate that went on would call clean what it never saw.
    ///
    /// It is denied whether or not base had it, where what somebody receives depends on it.
    /// What is not understood and concerns no announcement is named as a warning.
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
    ///   route 203.0.113.0/24 blackhole;
    /// }
    /// protocol aggregator sums {
    ///   table master4;
    ///   import all;
    ///   export all;
    ///   aggregate on net;
    /// }
    /// protocol bgp transit_a {
    ///   local 192.0.2.2 as 64500;
    ///   neighbor 192.0.2.1 as 64501;
    ///   ipv4 { import none; export where source = RTS_STATIC; };
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
    /// protocol bgp transit_a {
    ///   local 192.0.2.2 as 64500;
    ///   neighbor 192.0.2.1 as 64501;
    ///   ipv4 { import none; export where source = RTS_STATIC; };
    /// }
    /// ```
    ///
    /// ## Reference
    /// `ARCHITECTURE.md`: what could not be seen is never clean.
    pub UNMODELLED_POLICY = { id: "unmodelled-policy", level: Deny, since: "0.1.0" }
}

/// The check.
pub(super) static CHECK: Check = Check {
    rule: &UNMODELLED_POLICY,
    run,
};

fn run(change: &Change) -> Vec<Finding> {
    let help = "say it with statements that are modelled, or judge this change by hand: what the \
                neighbours receive is not known";
    gaps::findings(change, GapKind::Unmodelled, &UNMODELLED_POLICY, help)
        .into_iter()
        .map(|finding| {
            let harmless = finding.data.get("neighbors") == Some(&serde_json::json!([]));
            if harmless {
                finding
                    .with_lowered(true)
                    .with_note("no announcement depends on it, so it is at most a warning")
            } else {
                finding
            }
        })
        .collect()
}
