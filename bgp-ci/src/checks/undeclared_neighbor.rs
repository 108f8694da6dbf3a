use rules::{Finding, Span};

use crate::before::Before;
use crate::change::{Change, Side};
use crate::check::{Check, existing};
use crate::model::{Session, SessionKey};

rules::rule! {
    /// Reports an external session of a router that the policy does not declare.
    ///
    /// ## Why
    /// Rules know a neighbour by what the policy says of it: its relation, what it accepts, which
    /// communities keep a route from it.
    /// A session that nobody declared is judged by none of that; it is a test that stayed, a
    /// mistyped address, or somebody who should not be there.
    ///
    /// Sessions are known by address and number, not by the name that the router gives them.
    /// A policy that declares no neighbour at all asks for nothing.
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
    ///   ipv4 { import none; export none; };
    /// }
    /// protocol bgp test {
    ///   local 192.0.2.2 as 64500;
    ///   neighbor 192.0.2.9 as 64509;
    ///   ipv4 { import none; export none; };
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
    ///   ipv4 { import none; export none; };
    /// }
    /// ```
    ///
    /// ## Reference
    /// RFC 7454, section 5; RFC 8212.
    pub UNDECLARED_NEIGHBOR = { id: "undeclared-neighbor", level: Deny, since: "0.1.0" }
}

/// The check.
pub(super) static CHECK: Check = Check {
    rule: &UNDECLARED_NEIGHBOR,
    run,
};

fn run(change: &Change) -> Vec<Finding> {
    let head = &change.head;
    let before = Before::new(change);
    let mut findings = Vec::new();
    for (key, session) in &head.sessions {
        if !is_undeclared(head, session) {
            continue;
        }
        let known = before
            .session(key)
            .is_some_and(|(base, _, session)| is_undeclared(base, session));
        findings.push(existing(change, known, wording(head, key, session)));
    }
    findings
}

fn is_undeclared(side: &Side, session: &Session) -> bool {
    let asks = !side.network.neighbors.is_empty();
    asks && session.configured && session.external && !session.declared
}

fn wording(head: &Side, key: &SessionKey, session: &Session) -> Finding {
    let SessionKey {
        site,
        router,
        neighbor,
        address,
    } = key;
    let asn = session
        .asn
        .map_or("any number".to_owned(), |asn| asn.to_string());
    let whom = match address {
        Some(address) => format!("{asn} at {address}"),
        None => asn.clone(),
    };
    let message = format!("session `{neighbor}` at `{site}` with {whom} is not in the policy");
    let at = address.map_or(String::new(), |address| address.to_string());
    let finding = UNDECLARED_NEIGHBOR
        .at(
            session.span.clone(),
            message,
            &[site, router, neighbor, &at, &asn],
        )
        .with_help("declare it below `neighbors`, with its number, address and relation; or take the session out")
        .with_data("site", site.to_string())
        .with_data("router", router.to_string())
        .with_data("neighbor", neighbor.to_string())
        .with_data("address", at)
        .with_data("asn", session.asn.map(|asn| asn.0));
    match nearest(head, key, session) {
        Some((span, message)) => finding.with_label(span, message),
        None => finding,
    }
}

/// The entry of the policy that may have been meant.
fn nearest(head: &Side, key: &SessionKey, session: &Session) -> Option<(Span, String)> {
    let neighbors = &head.network.neighbors;
    let same = neighbors
        .iter()
        .find(|(_, declared)| declared.address.is_some() && declared.address == key.address);
    if let Some((name, declared)) = same {
        let message = if session.asn == Some(declared.asn) {
            format!("`{name}` has this address, and is not at `{}`", key.site)
        } else {
            format!("`{name}` has this address, and is {}", declared.asn)
        };
        return Some((declared.span.clone(), message));
    }
    let (name, declared) = neighbors
        .iter()
        .find(|(_, declared)| session.asn == Some(declared.asn))?;
    let message = match declared.address {
        Some(address) => format!("`{name}` has this number, at {address}"),
        None => format!("`{name}` has this number, at other sites"),
    };
    Some((declared.span.clone(), message))
}
