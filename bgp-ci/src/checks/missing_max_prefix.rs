use rules::Finding;

use crate::change::Change;
use crate::channels::{self, Found};
use crate::check::Check;
use crate::model::session::Policy;

rules::rule! {
    /// Reports an external session whose router accepts any number of prefixes.
    ///
    /// ## Why
    /// A neighbour that leaks sends its whole table where it sent ten prefixes the day before.
    /// A limit a little above what is usual ends that at our door; without one we believe it,
    /// choose it where it is shorter, and pass it on.
    /// In June 2019 every network on the way of a leak had such a session.
    ///
    /// A session that accepts nothing needs none.
    /// What the neighbour accepts from us is `max-prefix` in the policy, another matter.
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
    ///   ipv4 { import where net ~ [ 198.51.100.0/24 ]; export none; };
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
    /// router id 192.0.2.2;
    /// protocol bgp transit_a {
    ///   local 192.0.2.2 as 64500;
    ///   neighbor 192.0.2.1 as 64501;
    ///   ipv4 { import limit 100 action block; import where net ~ [ 198.51.100.0/24 ]; export none; };
    /// }
    /// ```
    ///
    /// ## Reference
    /// RFC 7454, section 8; RFC 4486.
    pub MISSING_MAX_PREFIX = { id: "missing-max-prefix", level: Warn, since: "0.1.0" }
}

/// The check.
pub(super) static CHECK: Check = Check {
    rule: &MISSING_MAX_PREFIX,
    run,
};

fn run(change: &Change) -> Vec<Finding> {
    let groups = channels::wrong(change, is_open);
    let wording = |group: &channels::Group<'_>| {
        let message = format!("there is no limit on what {} may send us", group.subject());
        group
            .finding(change, &MISSING_MAX_PREFIX, message, |_| None)
            .with_help("set an import limit a little above what the neighbour announces today")
    };
    groups.iter().map(wording).collect()
}

fn is_open(found: &Found<'_>) -> bool {
    found.session.external
        && found.channel.import_limit.is_none()
        && found.channel.import != Policy::Nothing
}
