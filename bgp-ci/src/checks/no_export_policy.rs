use rules::Finding;

use crate::change::Change;
use crate::channels::{self, Found};
use crate::check::Check;
use crate::model::session::Policy;

rules::rule! {
    /// Reports an external session without an import or export policy.
    ///
    /// ## Why
    /// What a session without a policy does is the daemon's choice, and differs by its version
    /// and profile: some pass nothing, some everything, some refuse the file.
    /// Where everything passes, each route that any neighbour sent us goes to all the others.
    ///
    /// A policy that says "none" or "all" is one; what `all` sends is `export-all`.
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
    /// router id 192.0.2.2;
    /// protocol bgp transit_a {
    ///   local 192.0.2.2 as 64500;
    ///   neighbor 192.0.2.1 as 64501;
    ///   ipv4 { import none; };
    /// }
    /// ```
    ///
    /// Also reported: `unparsed-config`, as BIRD refuses the file.
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
    /// router id 192.0.2.2;
    /// protocol bgp transit_a {
    ///   local 192.0.2.2 as 64500;
    ///   neighbor 192.0.2.1 as 64501;
    ///   ipv4 { import none; export none; };
    /// }
    /// ```
    ///
    /// ## Reference
    /// RFC 8212, section 2.
    pub NO_EXPORT_POLICY = { id: "no-export-policy", level: Deny, since: "0.1.0" }
}

/// The check.
pub(super) static CHECK: Check = Check {
    rule: &NO_EXPORT_POLICY,
    run,
};

fn run(change: &Change) -> Vec<Finding> {
    let groups = channels::wrong(change, |found| {
        let open = found.channel.export == Policy::Absent || found.channel.import == Policy::Absent;
        found.session.external && open
    });
    groups.iter().map(|group| wording(change, group)).collect()
}

fn wording(change: &Change, group: &channels::Group<'_>) -> Finding {
    let absent = |policy: fn(&Found<'_>) -> Policy| {
        let mut channels = group.channels.iter();
        channels.any(|found| policy(found) == Policy::Absent)
    };
    let what = match (
        absent(|found| found.channel.export),
        absent(|found| found.channel.import),
    ) {
        (true, true) => "no import and no export policy",
        (true, false) => "no export policy",
        _ => "no import policy",
    };
    let message = format!(
        "{} has {what}: what passes is left to the daemon",
        group.subject()
    );
    group
        .finding(change, &NO_EXPORT_POLICY, message, |_| None)
        .with_help("say what may pass in both directions, if only that nothing may")
}
