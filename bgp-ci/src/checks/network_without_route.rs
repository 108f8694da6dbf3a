use rules::{Certainty, Finding, Span};

use crate::change::{Change, Side};
use crate::check::{Check, at_most_a_warning};
use crate::model::{Family, Statement, StatementKey};

rules::rule! {
    /// Reports a `network` statement of FRR that has lost the route which it announces.
    ///
    /// ## Why
    /// FRR announces a `network` only while the routing table holds a route of exactly that
    /// prefix; the route is usually a static one to `Null0`, somewhere else in the file.
    /// Whoever tidies the static away withdraws the prefix, and neither the line that announces it
    /// nor FRR's own check says a word.
    ///
    /// Denied is a change that takes away the static route, or the interface's address, that was
    /// there for a `network` which stays.
    /// A warning is a change that switches `bgp network import-check` on, and a new `network`
    /// without a route in a file that has one for others: such a route can also come from the
    /// kernel or another protocol, which no file shows.
    /// Where it is so in base already, nothing is said.
    ///
    /// ## Bad
    /// ```yaml
    /// # base
    /// version: 1
    /// bgp:
    ///   asn: 64500
    ///   owned: [{ prefix: 203.0.113.0/24 }]
    ///   treat-as-public: [203.0.113.0/24]
    ///   sites: { fra: {} }
    ///   neighbors: { transit-a: { asn: 64501 } }
    ///   sources: [{ adapter: frr, site: fra, entry: routers/fra.conf }]
    /// ```
    /// ```frr
    /// # file: routers/fra.conf
    /// ip route 203.0.113.0/24 Null0
    /// ip prefix-list OURS permit 203.0.113.0/24
    /// ip prefix-list NONE deny any
    /// router bgp 64500
    ///  neighbor 192.0.2.1 remote-as 64501
    ///  address-family ipv4 unicast
    ///   network 203.0.113.0/24
    ///   neighbor 192.0.2.1 prefix-list OURS out
    ///   neighbor 192.0.2.1 prefix-list NONE in
    ///   neighbor 192.0.2.1 maximum-prefix 10 warning-only
    /// ```
    /// ```yaml
    /// # head
    /// version: 1
    /// bgp:
    ///   asn: 64500
    ///   owned: [{ prefix: 203.0.113.0/24 }]
    ///   treat-as-public: [203.0.113.0/24]
    ///   sites: { fra: {} }
    ///   neighbors: { transit-a: { asn: 64501 } }
    ///   sources: [{ adapter: frr, site: fra, entry: routers/fra.conf }]
    /// ```
    /// ```frr
    /// # file: routers/fra.conf
    /// ip prefix-list OURS permit 203.0.113.0/24
    /// ip prefix-list NONE deny any
    /// router bgp 64500
    ///  neighbor 192.0.2.1 remote-as 64501
    ///  address-family ipv4 unicast
    ///   network 203.0.113.0/24
    ///   neighbor 192.0.2.1 prefix-list OURS out
    ///   neighbor 192.0.2.1 prefix-list NONE in
    ///   neighbor 192.0.2.1 maximum-prefix 10 warning-only
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// # base
    /// version: 1
    /// bgp:
    ///   asn: 64500
    ///   owned: [{ prefix: 203.0.113.0/24 }]
    ///   treat-as-public: [203.0.113.0/24]
    ///   sites: { fra: {} }
    ///   neighbors: { transit-a: { asn: 64501 } }
    ///   sources: [{ adapter: frr, site: fra, entry: routers/fra.conf }]
    /// ```
    /// ```frr
    /// # file: routers/fra.conf
    /// ip route 203.0.113.0/24 192.0.2.9
    /// ip prefix-list OURS permit 203.0.113.0/24
    /// ip prefix-list NONE deny any
    /// router bgp 64500
    ///  neighbor 192.0.2.1 remote-as 64501
    ///  address-family ipv4 unicast
    ///   network 203.0.113.0/24
    ///   neighbor 192.0.2.1 prefix-list OURS out
    ///   neighbor 192.0.2.1 prefix-list NONE in
    ///   neighbor 192.0.2.1 maximum-prefix 10 warning-only
    /// ```
    /// ```yaml
    /// # head
    /// version: 1
    /// bgp:
    ///   asn: 64500
    ///   owned: [{ prefix: 203.0.113.0/24 }]
    ///   treat-as-public: [203.0.113.0/24]
    ///   sites: { fra: {} }
    ///   neighbors: { transit-a: { asn: 64501 } }
    ///   sources: [{ adapter: frr, site: fra, entry: routers/fra.conf }]
    /// ```
    /// ```frr
    /// # file: routers/fra.conf
    /// ip route 203.0.113.0/24 Null0
    /// ip prefix-list OURS permit 203.0.113.0/24
    /// ip prefix-list NONE deny any
    /// router bgp 64500
    ///  neighbor 192.0.2.1 remote-as 64501
    ///  address-family ipv4 unicast
    ///   network 203.0.113.0/24
    ///   neighbor 192.0.2.1 prefix-list OURS out
    ///   neighbor 192.0.2.1 prefix-list NONE in
    ///   neighbor 192.0.2.1 maximum-prefix 10 warning-only
    /// ```
    ///
    /// ## Reference
    /// FRR's manual, `bgp network import-check`, which is on since release 7.4.
    pub NETWORK_WITHOUT_ROUTE = { id: "network-without-route", level: Deny, since: "0.1.0" }
}

/// The check.
pub(super) static CHECK: Check = Check {
    rule: &NETWORK_WITHOUT_ROUTE,
    run,
};

/// Why the daemon may not announce the network any more.
enum Why<'a> {
    /// The line that made the route is gone.
    Gone(&'a Span),
    /// Nobody looked for a route before.
    Checked,
    /// The statement is new, and its neighbours have their routes in the file.
    New,
}

fn run(change: &Change) -> Vec<Finding> {
    let head = &change.head;
    let without = head.statements.iter();
    let without = without.filter(|(_, now)| now.checked && now.route.is_none());
    without
        .filter_map(|(key, now)| Some(wording(change, key, now, &why(change, key)?)))
        .collect()
}

fn why<'a>(change: &'a Change, key: &StatementKey) -> Option<Why<'a>> {
    match before(change, key) {
        Some(Statement {
            route: Some(route), ..
        }) => Some(Why::Gone(route)),
        Some(then) if !then.checked => Some(Why::Checked),
        // It was announced without a route of the file, or not announced, as it is now.
        Some(_) => None,
        None => has_others(&change.head, key).then_some(Why::New),
    }
}

/// Base's statement of the same network on the same router.
fn before<'a>(change: &'a Change, key: &StatementKey) -> Option<&'a Statement> {
    let mut statements = change.base.as_ref()?.statements.iter();
    let same = statements.find(|(then, _)| {
        let site = change.site_in_head(&then.site);
        let router = if then.router == then.site {
            site
        } else {
            &then.router
        };
        then.prefix == key.prefix && *site == key.site && *router == key.router
    });
    same.map(|(_, statement)| statement)
}

/// Whether the router's file has the route of another network of the same family: then it is
/// there that its routes are made.
fn has_others(side: &Side, key: &StatementKey) -> bool {
    let mut statements = side.statements.iter();
    statements.any(|(other, statement)| {
        other.site == key.site
            && other.router == key.router
            && other.prefix.family() == key.prefix.family()
            && statement.route.is_some()
    })
}

fn wording(change: &Change, key: &StatementKey, now: &Statement, why: &Why<'_>) -> Finding {
    let prefix = key.prefix.to_string();
    let message = match why {
        Why::Gone(_) => format!(
            "`network {prefix}` stays, and the route that it announces is gone from this file: \
             FRR withdraws it"
        ),
        Why::Checked => format!(
            "`network {prefix}` has no route in this file, and FRR now asks for one before it \
             announces"
        ),
        Why::New => format!(
            "`network {prefix}` is new and has no route in this file, as the others have: FRR \
             announces it only where there is one"
        ),
    };
    let command = match key.prefix.family() {
        Family::Ipv4 => "ip route",
        Family::Ipv6 => "ipv6 route",
    };
    let finding = NETWORK_WITHOUT_ROUTE
        .at(
            now.span.clone(),
            message,
            &[&key.site, &key.router, &prefix],
        )
        .with_certainty(Certainty::Likely)
        .with_help(match why {
            Why::Gone(_) => format!(
                "keep the route (`{command} {prefix} Null0`), or take the `network` out with it"
            ),
            Why::Checked => format!(
                "look for the route with `show {command} {prefix}`, or say `no bgp network \
                 import-check`"
            ),
            Why::New => format!("add it (`{command} {prefix} Null0`)"),
        })
        .with_note("the kernel or another protocol may have the route, which no file shows")
        .with_data("site", key.site.to_string())
        .with_data("router", key.router.to_string())
        .with_data("prefix", prefix);
    match why {
        Why::Gone(route) => finding.with_label((*route).clone(), "base's route"),
        Why::Checked | Why::New => at_most_a_warning(change, finding),
    }
}
