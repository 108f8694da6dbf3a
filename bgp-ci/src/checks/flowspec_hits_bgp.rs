use std::collections::BTreeMap;
use std::net::IpAddr;

use rules::{Certainty, Finding, Span};

use crate::change::{Change, Side};
use crate::check::{Check, existing};
use crate::model::flow::{Flow, Numbers};
use crate::model::{Family, Prefix, SessionKey};

rules::rule! {
    /// Reports a flow specification that would drop the packets of BGP itself.
    ///
    /// ## Why
    /// A flow specification is a filter that every router installs as soon as it hears of it.
    /// One that matches TCP port 179 ends the sessions that it came by; they come up, bring it
    /// back, and go down again, on all routers at once and out of reach of those who sent it.
    /// A large network was gone for five hours in August 2020.
    ///
    /// Looked at are static routes in `flow4` and `flow6` tables, and the addresses of the
    /// sessions that are configured; one that names port 179 itself, for more than one address,
    /// needs no session of ours to be wrong.
    /// One that only marks or slows down what it matches, as far as its attributes say, passes.
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
    /// flow4 table flows;
    /// protocol static mitigate {
    ///   flow4 { table flows; };
    ///   route flow4 { proto = 6; };
    /// }
    /// protocol bgp transit_a {
    ///   local 192.0.2.2 as 64500;
    ///   neighbor 192.0.2.1 as 64501;
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
    /// flow4 table flows;
    /// protocol static mitigate {
    ///   flow4 { table flows; };
    ///   route flow4 { dst 203.0.113.7/32; proto = 17; };
    /// }
    /// protocol bgp transit_a {
    ///   local 192.0.2.2 as 64500;
    ///   neighbor 192.0.2.1 as 64501;
    ///   ipv4 { import none; export none; };
    /// }
    /// ```
    ///
    /// ## Reference
    /// RFC 8955, sections 4 and 7; RFC 4271, section 8.2.1, for the port.
    pub FLOWSPEC_HITS_BGP = { id: "flowspec-hits-bgp", level: Deny, since: "0.1.0" }
}

/// The check.
pub(super) static CHECK: Check = Check {
    rule: &FLOWSPEC_HITS_BGP,
    run,
};

/// TCP (RFC 9293).
const TCP: Numbers = Numbers { first: 6, last: 6 };

/// The port of BGP.
const BGP: Numbers = Numbers {
    first: 179,
    last: 179,
};

/// The ports that the opening side of a connection may have (RFC 6335, section 6).
const DYNAMIC: Numbers = Numbers {
    first: 49152,
    last: 65535,
};

/// What a flow specification ends.
enum Hit<'a> {
    /// Every session of its family.
    Everything,
    /// This one.
    Session(&'a SessionKey),
    /// Whatever has port 179, which it names.
    Named,
}

fn run(change: &Change) -> Vec<Finding> {
    let head = &change.head;
    let known = |flow: &Flow| {
        let mut before = change.base.iter().flat_map(|base| &base.flows);
        before.any(|old| {
            let span = flow.span.clone();
            Flow {
                span,
                ..old.clone()
            } == *flow
        })
    };
    // Routers share files: one statement is one finding.
    let mut found: BTreeMap<&Span, (&Flow, Hit<'_>, bool)> = BTreeMap::new();
    for flow in &head.flows {
        if let Some(hit) = hit(head, flow) {
            let known = known(flow);
            let one = found.entry(&flow.span).or_insert((flow, hit, known));
            one.2 &= known;
        }
    }
    let judge = |(flow, hit, known): (&Flow, Hit<'_>, bool)| {
        existing(change, known, wording(head, flow, &hit))
    };
    found.into_values().map(judge).collect()
}

fn hit<'a>(head: &'a Side, flow: &Flow) -> Option<Hit<'a>> {
    if flow.drops == Some(false) || !allows(flow.protocols.as_deref(), TCP) || !matches_port(flow) {
        return None;
    }
    if is_any(flow.destination) && is_any(flow.source) {
        return Some(Hit::Everything);
    }
    let addressed = head
        .sessions
        .keys()
        .filter_map(|key| Some((key, key.address?)));
    let of_family: Vec<(&SessionKey, IpAddr)> = addressed
        .filter(|(_, address)| address.is_ipv4() == (flow.family == Family::Ipv4))
        .collect();
    // One end is a neighbour; the other is us: at the address that the session names, else at one
    // of those that the other sessions of the fleet name where they are internal.
    let ours = |prefix: Option<Prefix>, local: Option<IpAddr>| match local {
        Some(local) => holds(prefix, local),
        None => is_any(prefix) || of_family.iter().any(|(_, address)| holds(prefix, *address)),
    };
    let session = of_family.iter().find_map(|&(key, address)| {
        let local = head
            .sessions
            .get(key)
            .and_then(|session| session.local_address);
        let towards = holds(flow.destination, address) && ours(flow.source, local);
        let back = holds(flow.source, address) && ours(flow.destination, local);
        (towards || back).then_some(Hit::Session(key))
    });
    let wide = |prefix: Option<Prefix>| prefix.is_none_or(|p| p.length() < p.max_length());
    session.or_else(|| {
        let is_meant = names_the_port(flow) && wide(flow.destination) && wide(flow.source);
        is_meant.then_some(Hit::Named)
    })
}

/// Whether the specification asks for port 179 itself, and not only lets it match.
fn names_the_port(flow: &Flow) -> bool {
    let ports = [&flow.ports, &flow.destination_ports, &flow.source_ports];
    ports
        .into_iter()
        .flatten()
        .flatten()
        .any(|range| *range == BGP)
}

/// Whether a condition lets every number of `wanted` pass.
fn allows(condition: Option<&[Numbers]>, wanted: Numbers) -> bool {
    condition.is_none_or(|ranges| ranges.iter().any(|range| range.covers(wanted)))
}

/// Whether a packet between port 179 and a port of the opening side matches, in one direction.
fn matches_port(flow: &Flow) -> bool {
    let either = |wanted| allows(flow.ports.as_deref(), wanted);
    let (to, from) = (
        flow.destination_ports.as_deref(),
        flow.source_ports.as_deref(),
    );
    let one_way = allows(to, BGP) && allows(from, DYNAMIC);
    let the_other = allows(from, BGP) && allows(to, DYNAMIC);
    (either(BGP) || either(DYNAMIC)) && (one_way || the_other)
}

fn is_any(prefix: Option<Prefix>) -> bool {
    prefix.is_none_or(|prefix| prefix.length() == 0)
}

fn holds(prefix: Option<Prefix>, address: IpAddr) -> bool {
    prefix.is_none_or(|prefix| prefix.covers(Prefix::truncated(address.into())))
}

fn wording(head: &Side, flow: &Flow, hit: &Hit<'_>) -> Finding {
    let shown = |prefix: Option<Prefix>| prefix.map_or("any".to_owned(), |p| p.to_string());
    let (to, from) = (shown(flow.destination), shown(flow.source));
    let what = match hit {
        Hit::Everything => "every BGP session that it reaches".to_owned(),
        Hit::Session(key) => format!("the session with `{}` at `{}`", key.neighbor, key.site),
        Hit::Named => "whatever BGP sessions it reaches".to_owned(),
    };
    let message = format!("this flow specification ends {what}: it matches TCP port 179");
    let finding = FLOWSPEC_HITS_BGP
        .at(
            flow.span.clone(),
            message,
            &[&flow.site, &flow.router, &to, &from],
        )
        .with_certainty(match hit {
            _ if flow.narrower => Certainty::Possible,
            Hit::Named => Certainty::Likely,
            Hit::Everything | Hit::Session(_) => Certainty::Proven,
        })
        .with_note(format!("it matches packets from {from} to {to}"))
        .with_help("name the attacked destination and the attack's own protocol and ports")
        .with_data("site", flow.site.to_string())
        .with_data("router", flow.router.to_string())
        .with_data("destination", to)
        .with_data("source", from);
    let session = match hit {
        Hit::Everything | Hit::Named => None,
        Hit::Session(key) => head.sessions.get(*key),
    };
    match session {
        Some(session) => finding.with_label(session.span.clone(), "this session"),
        None => finding,
    }
}
