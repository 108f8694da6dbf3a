//! What an address family originates.

use super::Reader;
use super::line::Line;
use super::value::{origin, prefix};
use crate::frr::Reach;
use crate::frr::config::{Aggregate, Network, Redistributed};
use crate::model::{Family, GapKind, Name};

impl Reader {
    /// A line in an address family that is modelled.
    pub(super) fn family_line(&mut self, family: Family, line: &Line<'_>) -> bool {
        match *line.words.as_slice() {
            ["neighbor", name, ..] => self.neighbor(Some(family), name, line),
            ["network", net, ref rest @ ..] => return self.network(family, net, rest, line),
            ["aggregate-address", net, ref rest @ ..] => {
                return self.aggregate(family, net, rest, line);
            }
            ["redistribute", ref rest @ ..] => return self.redistribute(family, rest, line),
            // How received routes are used.
            ["maximum-paths" | "distance" | "table-map" | "nexthop", ..]
            | ["bgp", "dampening" | "nexthop", ..] => {}
            [
                "import" | "export" | "rd" | "rt" | "route-target" | "label" | "sid",
                ..,
            ] => {
                self.unmodelled(line, "routes of other tables", Reach::Family(family));
            }
            _ => return false,
        }
        true
    }

    fn network(&mut self, family: Family, net: &str, rest: &[&str], line: &Line<'_>) -> bool {
        let (net, rest) = match rest {
            ["mask", mask, rest @ ..] => (masked(net, mask), rest),
            rest => (prefix(net), rest),
        };
        let Some(net) = net.filter(|net| net.family() == family) else {
            return false;
        };
        let Some(bgp) = self.config.bgp.as_mut() else {
            return false;
        };
        let originated = bgp.families.entry(family).or_default();
        if line.no {
            originated.networks.remove(&net);
            return true;
        }
        let mut network = Network {
            place: line.place,
            route_map: None,
        };
        match rest {
            [] | ["label-index", _] => {}
            ["route-map", name] | ["label-index", _, "route-map", name] => {
                network.route_map = Some(Name::from(*name));
            }
            _ => {
                self.unmodelled(line, "this form of `network`", Reach::Family(family));
                return true;
            }
        }
        originated.networks.insert(net, network);
        true
    }

    fn aggregate(&mut self, family: Family, net: &str, rest: &[&str], line: &Line<'_>) -> bool {
        let (net, mut rest) = match rest {
            [mask, rest @ ..] if !net.contains('/') => (masked(net, mask), rest),
            rest => (prefix(net), rest),
        };
        let Some(net) = net.filter(|net| net.family() == family) else {
            return false;
        };
        let Some(bgp) = self.config.bgp.as_mut() else {
            return false;
        };
        let originated = bgp.families.entry(family).or_default();
        if line.no {
            originated.aggregates.remove(&net);
            return true;
        }
        let mut aggregate = Aggregate {
            place: Some(line.place),
            ..Aggregate::default()
        };
        while let Some((word, after)) = rest.split_first() {
            rest = after;
            match (*word, after) {
                ("summary-only", _) => aggregate.summary_only = true,
                ("as-set", _) => aggregate.as_set = true,
                ("matching-MED-only", _) => aggregate.matching_med = true,
                ("route-map", [name, after @ ..]) => {
                    aggregate.route_map = Some(Name::from(*name));
                    rest = after;
                }
                ("suppress-map", [name, after @ ..]) => {
                    aggregate.suppress_map = Some(Name::from(*name));
                    rest = after;
                }
                ("origin", [word, after @ ..]) => {
                    aggregate.origin = origin(word);
                    rest = after;
                }
                _ => return false,
            }
        }
        originated.aggregates.insert(net, aggregate);
        true
    }

    fn redistribute(&mut self, family: Family, rest: &[&str], line: &Line<'_>) -> bool {
        let Some((kind, mut rest)) = rest.split_first() else {
            return false;
        };
        let mut key = (*kind).to_owned();
        // An instance or a table.
        if let Some((number, after)) = rest.split_first()
            && number.parse::<u32>().is_ok()
        {
            key = format!("{kind} {number}");
            rest = after;
        }
        let known = [
            "connected",
            "kernel",
            "static",
            "ospf",
            "ospf6",
            "rip",
            "ripng",
            "isis",
            "eigrp",
            "babel",
            "nhrp",
            "openfabric",
            "sharp",
            "table",
            "vnc",
            "table-direct",
            "local",
        ];
        if !known.contains(kind) {
            return false;
        }
        let mut redistributed = Redistributed {
            place: line.place,
            metric: None,
            route_map: None,
        };
        while let [word, value, after @ ..] = rest {
            match *word {
                "metric" => redistributed.metric = value.parse().ok(),
                "route-map" => redistributed.route_map = Some(Name::from(*value)),
                _ => return false,
            }
            rest = after;
        }
        let Some(bgp) = self.config.bgp.as_mut() else {
            return false;
        };
        let originated = bgp.families.entry(family).or_default();
        if line.no {
            originated.redistributed.remove(key.as_str());
        } else {
            originated.redistributed.insert(key.into(), redistributed);
        }
        true
    }

    /// What follows from a name that nothing defines.
    pub(super) fn undefined(&mut self, line: &Line<'_>, message: String, reach: Reach) {
        self.problem(line.place, GapKind::Undefined, message, reach);
    }
}

fn masked(net: &str, mask: &str) -> Option<crate::model::Prefix> {
    let mask: std::net::Ipv4Addr = mask.parse().ok()?;
    let length = mask.to_bits().leading_ones();
    if mask.to_bits().checked_shl(length).unwrap_or(0) != 0 {
        return None;
    }
    prefix(&format!("{net}/{length}"))
}
