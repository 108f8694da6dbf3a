use rules::Finding;

use crate::change::Change;
use crate::channels::{self, Found};
use crate::check::Check;
use crate::model::session::LimitAction;

rules::rule! {
    /// Reports an import limit that takes the session down until somebody brings it up again.
    ///
    /// ## Why
    /// A limit shall keep a leak out, and this one answers it by cutting the line.
    /// Where the same routes reach many routers, all of them cut theirs at the same moment, and
    /// somebody has to reach each one by other means to undo it: a national network was down for
    /// a day in November 2023 that way.
    ///
    /// Blocking what is too much keeps the session and the limit.
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
    ///   ipv4 { import limit 100 action disable; import where net ~ [ 198.51.100.0/24 ]; export none; };
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
    /// RFC 7454, section 8; RFC 4271, section 8.1.2, for damping what comes up again by itself.
    pub SHUTDOWN_ON_LIMIT = { id: "shutdown-on-limit", level: Warn, since: "0.1.0" }
}

/// The check.
pub(super) static CHECK: Check = Check {
    rule: &SHUTDOWN_ON_LIMIT,
    run,
};

fn run(change: &Change) -> Vec<Finding> {
    let groups = channels::wrong(change, |found| limit(found).is_some());
    let wording = |group: &channels::Group<'_>| {
        let message = format!(
            "{} goes down for good when more prefixes arrive than its limit",
            group.subject()
        );
        group
            .finding(change, &SHUTDOWN_ON_LIMIT, message, limit)
            .with_help("let the limit block what is too much, or restart the session after a while")
    };
    groups.iter().map(wording).collect()
}

/// Where a limit is configured that ends the session.
fn limit(found: &Found<'_>) -> Option<rules::Span> {
    let limit = found.channel.import_limit.as_ref()?;
    (limit.action == LimitAction::Disable).then(|| limit.span.clone())
}
