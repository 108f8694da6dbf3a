use rules::Finding;

use crate::change::{Change, Side};
use crate::channels::{self, Found};
use crate::check::Check;
use crate::model::session::Policy;
use crate::policy::section::Relation;

rules::rule! {
    /// Reports an external session, not to a customer, that is sent every route there is.
    ///
    /// ## Why
    /// `export all` sends what we originate, and with it whatever other neighbours sent us and
    /// what the router found in its kernel: the next session that somebody adds becomes a leak
    /// without anybody touching this one.
    ///
    /// A customer may have everything: declare it with `relation: customer`.
    /// Where no other session of the router accepts a route, there is nothing to leak yet, and it
    /// is a warning.
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
    ///   ipv4 { import none; export all; };
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
    ///   ipv4 { import none; export where net = 203.0.113.0/24; };
    /// }
    /// ```
    ///
    /// ## Reference
    /// RFC 7454, section 6; RFC 7908.
    pub EXPORT_ALL = { id: "export-all", level: Deny, since: "0.1.0" }
}

/// The check.
pub(super) static CHECK: Check = Check {
    rule: &EXPORT_ALL,
    run,
};

fn run(change: &Change) -> Vec<Finding> {
    // What cannot leak yet is told apart, so that each finding has one level.
    let leaks = channels::wrong(change, |found| is_open(found) && learns(found));
    let quiet = channels::wrong(change, |found| is_open(found) && !learns(found));
    let leaks = leaks.iter().map(|group| wording(change, group));
    let quiet = quiet.iter().map(|group| {
        wording(change, group)
            .with_lowered(true)
            .with_note("no other session of the router accepts a route, so it is at most a warning")
    });
    leaks.chain(quiet).collect()
}

fn is_open(found: &Found<'_>) -> bool {
    found.session.external
        && found.channel.export == Policy::All
        && !is_customer(found.side, &found.key.neighbor)
}

fn is_customer(side: &Side, name: &str) -> bool {
    let neighbor = side.network.neighbors.get(name);
    let relation = neighbor.and_then(|neighbor| neighbor.relation.as_ref());
    relation.is_some_and(|relation| relation.value == Relation::Customer)
}

/// Whether another session of the router accepts routes of the family.
fn learns(found: &Found<'_>) -> bool {
    let sessions = found.side.sessions.iter();
    let mut others = sessions.filter(|(key, _)| {
        *key != found.key && key.site == found.key.site && key.router == found.key.router
    });
    others.any(|(_, session)| {
        let channel = session.channels.get(&found.family);
        channel.is_some_and(|channel| channel.import != Policy::Nothing)
    })
}

fn wording(change: &Change, group: &channels::Group<'_>) -> Finding {
    let message = format!("{} is sent every route there is", group.subject());
    group
        .finding(change, &EXPORT_ALL, message, |_| None)
        .with_help("name what is ours in the export filter, and let nothing else pass")
}
