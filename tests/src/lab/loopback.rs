//! A configuration as somebody deploys it, with its sessions moved to the loopback network.
//!
//! Addresses become placeholders, what such sessions cannot do goes (interfaces, passwords, TTL
//! security, BFD), and so do protocols that need privileges or others to speak to. Policies,
//! tables, pipes, numbers, roles and channels stay as they are.

use bgp_ci::bird::ast::{
    Endpoint, ItemKind, Neighbor, NeighborScope, Protocol, ProtocolItemKind, ProtocolKind,
};
use bgp_ci::filter::ir::Expression;
use bgp_ci::place::Place;

use super::configuration::parsed;

/// The words that statements begin with which such sessions cannot have.
const GONE: [&str; 12] = [
    "multihop",
    "direct",
    "source address",
    "interface",
    "passive",
    "password",
    "authentication",
    "ttl security",
    "bfd",
    "strict bind",
    "connect delay",
    "error wait",
];

/// Where received next hops lead: all of them.
const HOPS: &str = "
protocol static loopback_hops { ipv4; route 127.0.0.0/8 via \"lo\"; }
";

/// `text`, one file of BIRD, for [`super::injection::Case`]; its neighbours become `PEER2` and so
/// on in their order.
pub fn on_loopback(text: &str) -> String {
    let parsed = parsed(text);
    let written = |of: &Option<Expression>| {
        let of = of.as_ref()?;
        Some(parsed.sources.text(of.place).to_owned())
    };
    let mut edits: Vec<(Place, String)> = Vec::new();
    let mut peers = 1;
    for item in &parsed.config.items {
        match &item.kind {
            ItemKind::Protocol(protocol) if gone(protocol.kind) => {
                edits.push((item.place, String::new()));
            }
            ItemKind::Protocol(protocol) | ItemKind::Template(protocol)
                if protocol.kind == ProtocolKind::Bgp =>
            {
                session(text, protocol, &written, &mut peers, &mut edits);
            }
            ItemKind::RouterId(_) | ItemKind::Inert(_) => edits.push((item.place, String::new())),
            _ => {}
        }
    }
    edits.sort_by_key(|(place, _)| place.start);
    let mut whole = String::from(HOPS);
    let mut at = 0;
    for (place, replacement) in edits {
        let (start, end) = (offset(place.start), offset(place.end));
        whole.push_str(text.get(at..start).expect("edits do not overlap"));
        whole.push_str(&replacement);
        // The semicolon may be outside of the statement.
        let rest = text.get(end..).unwrap_or_default();
        let space = rest.len() - rest.trim_start().len();
        at = end
            + if rest.trim_start().starts_with(';') {
                space + 1
            } else {
                0
            };
    }
    whole.push_str(text.get(at..).expect("the last edit is inside the text"));
    whole
}

/// Whether a protocol cannot be, or stands at the beginning of every configuration.
fn gone(kind: ProtocolKind) -> bool {
    !matches!(
        kind,
        ProtocolKind::Bgp | ProtocolKind::Static | ProtocolKind::Pipe
    )
}

fn session(
    text: &str,
    protocol: &Protocol,
    written: &dyn Fn(&Option<Expression>) -> Option<String>,
    peers: &mut u32,
    edits: &mut Vec<(Place, String)>,
) {
    for item in &protocol.items {
        match &item.kind {
            ProtocolItemKind::Local(local) => {
                edits.push((
                    item.place,
                    format!("local LOCAL{};", number(local, written)),
                ));
            }
            ProtocolItemKind::Neighbor(neighbor) if neighbor.endpoint.address.is_some() => {
                *peers += 1;
                let Neighbor {
                    endpoint, scope, ..
                } = neighbor;
                let scope = match scope {
                    Some(NeighborScope::Internal) => " internal",
                    Some(NeighborScope::External) => " external",
                    None => "",
                };
                let number = number(endpoint, written);
                edits.push((
                    item.place,
                    format!("neighbor PEER{peers}{number}{scope}; QUICK;"),
                ));
            }
            ProtocolItemKind::Setting(_) | ProtocolItemKind::Inert(_) => {
                let statement = text.get(offset(item.place.start)..).unwrap_or_default();
                if GONE.iter().any(|word| statement.starts_with(word)) {
                    edits.push((item.place, String::new()));
                }
            }
            _ => {}
        }
    }
}

fn number(endpoint: &Endpoint, written: &dyn Fn(&Option<Expression>) -> Option<String>) -> String {
    written(&endpoint.asn).map_or_else(String::new, |asn| format!(" as {asn}"))
}

fn offset(of: u32) -> usize {
    usize::try_from(of).expect("texts of tests are short")
}
