//! What concerns other daemons, and what concerns no route.

use std::net::IpAddr;

use super::line::Line;
use super::value::prefix;
use super::{Reader, Section};
use crate::frr::Reach;
use crate::frr::config::{Connected, Discard, StaticRoute};
use crate::model::{Family, GapKind, Name};

/// Commands that open a section of another daemon, or one without routes.
const SECTIONS: &[&[&str]] = &[
    &["router"],
    &["vrf"],
    &["line"],
    &["key"],
    &["bfd"],
    &["rpki"],
    &["mpls"],
    &["pbr-map"],
    &["nexthop-group"],
    &["segment-routing"],
    &["l2vpn"],
    &["pseudowire"],
    &["traffic-eng"],
    &["pcep"],
    &["dpdk"],
    &["affinity-map"],
];

/// Commands that stand alone and change nothing that is announced.
const ALONE: &[&[&str]] = &[
    &["hostname"],
    &["domainname"],
    &["log"],
    &["service"],
    &["password"],
    &["enable"],
    &["banner"],
    &["username"],
    &["debug"],
    &["agentx"],
    &["zebra"],
    &["fpm"],
    &["mgmt"],
    &["domain"],
    &["allow-external-route-update"],
    &["router-id"],
    &["ip", "router-id"],
    &["ipv6", "router-id"],
    &["ip", "forwarding"],
    &["ipv6", "forwarding"],
    &["ip", "nht"],
    &["ipv6", "nht"],
    &["ip", "pim"],
    &["ip", "igmp"],
    &["ip", "multicast"],
    &["ip", "ssmpingd"],
    &["ip", "msdp"],
    &["ip", "mroute"],
    &["ipv6", "pim"],
    &["ipv6", "mld"],
    &["ip", "protocol"],
    &["ipv6", "protocol"],
    &["ip", "import-table"],
    &["mac", "access-list"],
    &["bgp", "no-rib"],
    &["bgp", "session-dscp"],
    &["bgp", "send-extra-data"],
    &["bgp", "input-queue-limit"],
    &["bgp", "output-queue-limit"],
    &["vni"],
    &["evpn"],
    &["vrrp"],
    &["ospf"],
    &["watchfrr"],
    &["write-config"],
    &["configure"],
    &["terminal"],
    &["ntp"],
    &["snmp-server"],
    &["gateway"],
    &["cpu"],
    &["ping"],
];

/// Whether a command of a section that is skipped belongs to it.
pub(super) fn inside(line: &Line<'_>) -> bool {
    let heads = [
        "neighbor",
        "network",
        "redistribute",
        "aggregate-address",
        "address-family",
        "import",
        "export",
        "rd",
        "rt",
        "label",
        "nexthop",
        "route-target",
        "maximum-paths",
        "distance",
        "timers",
        "vni",
        "advertise",
        "advertise-all-vni",
        "default-originate",
        "sid",
        "table-map",
    ];
    let list = [
        "community-list",
        "large-community-list",
        "extcommunity-list",
        "as-path",
    ];
    match *line.words.as_slice() {
        ["bgp", kind, ..] => !list.contains(&kind),
        [head, ..] => heads.contains(&head),
        [] => false,
    }
}

/// Whether the command is one of those; a section is entered.
pub(super) fn top(reader: &mut Reader, line: &Line<'_>) -> bool {
    if SECTIONS.iter().any(|words| line.begins(words)) {
        // Inside another section, `key` and the like are its own words.
        reader.section = Section::Other;
        return true;
    }
    let known = ALONE.iter().any(|words| line.begins(words));
    // Another daemon's section may have commands of these names.
    if known && !matches!(reader.section, Section::Other | Section::Interface { .. }) {
        reader.section = Section::Top;
    }
    known
}

impl Reader {
    /// A line inside `interface`.
    pub(super) fn interface_line(&mut self, name: &Name, ours: bool, line: &Line<'_>) -> bool {
        let (family, address) = match *line.words.as_slice() {
            ["shutdown"] => {
                if line.no {
                    self.config.down.remove(name);
                } else {
                    self.config.down.insert(name.clone());
                }
                return true;
            }
            // The network is that of the other end.
            ["ip", "address", _, "peer", address, ..] => (Family::Ipv4, address),
            ["ip", "address", address, ..] => (Family::Ipv4, address),
            ["ipv6", "address", address, ..] => (Family::Ipv6, address),
            [
                "ip" | "ipv6",
                "prefix-list" | "route" | "as-path" | "community-list",
                ..,
            ] => {
                return false;
            }
            [
                "ip" | "ipv6" | "description" | "bandwidth" | "link-detect",
                ..,
            ] => {
                return true;
            }
            _ => return false,
        };
        if let (true, Some(net)) = (ours, prefix(address))
            && net.family() == family
        {
            let connected = &mut self.config.connected;
            connected.retain(|known| known.prefix != net || known.interface != *name);
            if !line.no {
                connected.push(Connected {
                    prefix: net,
                    interface: name.clone(),
                    place: line.place,
                });
            }
        }
        true
    }

    /// `ip route` and `ipv6 route` of the default VRF.
    pub(super) fn static_route(&mut self, line: &Line<'_>) {
        // Those of another VRF are not in our table.
        if let Some(at) = line.words.iter().position(|word| *word == "vrf")
            && line.word(at + 1) != Some("default")
        {
            return;
        }
        // Nor are those of a table beside the main one.
        if let Some(at) = line.words.iter().position(|word| *word == "table")
            && line.word(at + 1) != Some("254")
        {
            return;
        }
        let Some((net, rest)) = network(line.from(2)) else {
            self.unread(line, "this static route is not understood", Reach::Nothing);
            return;
        };
        let mut route = StaticRoute {
            prefix: net,
            place: line.place,
            gateway: None,
            interface: None,
            discarded: None,
            tag: 0,
        };
        let mut rest = rest.iter().copied();
        while let Some(word) = rest.next() {
            match word {
                "tag" => route.tag = rest.next().and_then(|tag| tag.parse().ok()).unwrap_or(0),
                "label" | "vrf" | "table" | "color" | "segments" | "nexthop-vrf" | "from" => {
                    rest.next();
                }
                "onlink" | "bfd" => {}
                "blackhole" | "Null0" | "null0" => route.discarded = Some(Discard::Silently),
                "reject" => route.discarded = Some(Discard::Told),
                other => {
                    if let Ok(address) = other.parse::<IpAddr>() {
                        route.gateway = Some(address);
                    } else if other.parse::<u8>().is_err() {
                        route.interface = Some(other.into());
                    }
                }
            }
        }
        let statics = &mut self.config.statics;
        if line.no {
            statics.retain(|known| {
                known.prefix != route.prefix
                    || (known.gateway, &known.interface, known.discarded)
                        != (route.gateway, &route.interface, route.discarded)
            });
        } else {
            statics.push(route);
        }
    }

    /// What is known by its name and has no model.
    pub(super) fn unmodelled(&mut self, line: &Line<'_>, what: &str, reach: Reach) {
        if !line.no {
            let message = format!("{what} has no model here");
            self.problem(line.place, GapKind::Unmodelled, message, reach);
        }
    }
}

/// A network in one word, or in two with a mask.
fn network<'a, 't>(words: &'a [&'t str]) -> Option<(crate::model::Prefix, &'a [&'t str])> {
    let (first, rest) = words.split_first()?;
    if let Some(net) = prefix(first) {
        return Some((net, rest));
    }
    let (mask, rest) = rest.split_first()?;
    let mask: std::net::Ipv4Addr = mask.parse().ok()?;
    let length = mask.to_bits().leading_ones();
    if mask.to_bits().checked_shl(length).unwrap_or(0) != 0 {
        return None;
    }
    prefix(&format!("{first}/{length}")).map(|net| (net, rest))
}
