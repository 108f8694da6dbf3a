//! `router bgp` and what stands in it beside neighbours.

use std::collections::BTreeMap;

use super::line::Line;
use super::value::{asn, prefix};
use super::{Reader, Section};
use crate::frr::Reach;
use crate::frr::config::Bgp;
use crate::model::{Family, GapKind, Name};

/// What stands after `bgp` in `router bgp` and changes no announcement of our own routes: how
/// the best of received routes is found, and how sessions are kept up.
const INERT: &[&str] = &[
    "log-neighbor-changes",
    "always-compare-med",
    "bestpath",
    "deterministic-med",
    "cluster-id",
    "client-to-client",
    "graceful-restart",
    "graceful-restart-disable",
    "long-lived-graceful-restart",
    "rr-allow-outbound-policy",
    "dampening",
    "fast-external-failover",
    "fast-convergence",
    "minimum-holdtime",
    "default-originate",
    "suppress-duplicates",
    "suppress-fib-pending",
    "reject-as-sets",
    "route-reflector",
    "route-map",
    "update-delay",
    "establish-wait",
    "coalesce-time",
    "tcp-keepalive",
    "conditional-advertisement",
    "use-underlays-nexthop-weight",
    "disable-ebgp-connected-route-check",
    "max-med",
    "nht",
    "hard-administrative-reset",
    "labeled-unicast",
    "interconnection",
    "dynamic-neighbors",
    "ipv6-auto-ra",
    "oad",
    "advertise-subnet",
    "lu",
    "per-source-nhg",
    "default-afi-safi",
];

impl Reader {
    /// `router bgp N [vrf NAME]`.
    pub(super) fn router_bgp(&mut self, line: &Line<'_>) {
        let vrf = match line.from(2) {
            [_, "vrf" | "view", name, ..] => Some(*name),
            _ => None,
        };
        if line.no {
            if vrf.is_none() {
                self.config.bgp = None;
            }
            self.section = Section::Top;
            return;
        }
        if let Some(name) = vrf.filter(|name| *name != "default") {
            self.skip(false);
            let what = format!("`{name}`, another table of routes,");
            self.unmodelled(line, &what, Reach::Nothing);
            return;
        }
        self.section = Section::Bgp;
        let number = line.word(2).and_then(asn);
        match (&self.config.bgp, number) {
            // `router bgp` alone goes back into the one that is there.
            (Some(_), None) if line.word(2).is_none() => {}
            (Some(known), Some(number)) if known.asn == number => {}
            (None, Some(number)) => {
                self.config.bgp = Some(Bgp {
                    asn: number,
                    place: line.place,
                    router_id: None,
                    requires_policy: None,
                    import_check: None,
                    default_ipv4: true,
                    default_ipv6: false,
                    local_preference: 100,
                    enforce_first_as: None,
                    confederation: None,
                    members: Vec::new(),
                    graceful_shutdown: None,
                    shutdown: None,
                    neighbors: Vec::new(),
                    groups: BTreeMap::new(),
                    ranges: Vec::new(),
                    families: BTreeMap::new(),
                });
            }
            _ => {
                self.skip(false);
                self.unread(
                    line,
                    "a second `router bgp`, or one without a number",
                    Reach::Router,
                );
            }
        }
    }

    /// A line in `router bgp`, or in a family of it that has nothing like it.
    pub(super) fn bgp_line(&mut self, line: &Line<'_>) -> bool {
        if self.bgp_section(line) {
            return true;
        }
        match *line.words.as_slice() {
            ["neighbor", name, ..] => self.neighbor(None, name, line),
            // The old place of what belongs to IPv4.
            ["network" | "aggregate-address" | "redistribute", ..] => {
                return self.family_line(Family::Ipv4, line);
            }
            ["bgp", option, ..] => return self.bgp_option(option, line),
            [
                "timers" | "coalesce-time" | "distance" | "maximum-paths" | "update-delay"
                | "read-quanta" | "write-quanta" | "no-rib" | "vnc" | "sid",
                ..,
            ] => {}
            ["bmp" | "segment-routing", ..] => self.skip(true),
            _ => return false,
        }
        if let Section::Family(_) = self.section
            && !line.begins(&["neighbor"])
        {
            self.section = Section::Bgp;
        }
        true
    }

    /// `address-family` and the other sections.
    pub(super) fn bgp_section(&mut self, line: &Line<'_>) -> bool {
        match *line.words.as_slice() {
            ["address-family", ref rest @ ..] => {
                let family = match *rest {
                    ["ipv4"] | ["ipv4", "unicast"] => Some(Family::Ipv4),
                    ["ipv6"] | ["ipv6", "unicast"] => Some(Family::Ipv6),
                    _ => None,
                };
                if let Some(family) = family {
                    self.section = Section::Family(family);
                } else {
                    let what = format!("`{}`", line.words.join(" "));
                    self.unmodelled(line, &what, Reach::Nothing);
                    self.skip(true);
                }
                true
            }
            _ => false,
        }
    }

    fn bgp_option(&mut self, option: &str, line: &Line<'_>) -> bool {
        let Some(bgp) = self.config.bgp.as_mut() else {
            return false;
        };
        let on = !line.no;
        match (option, line.from(2)) {
            ("router-id", [id, ..]) => bgp.router_id = id.parse().ok().filter(|_| on),
            ("ebgp-requires-policy", []) => bgp.requires_policy = Some(on),
            ("network", ["import-check", ..]) => bgp.import_check = Some(on),
            ("enforce-first-as", []) => bgp.enforce_first_as = Some(on),
            ("default", ["ipv4-unicast"]) => bgp.default_ipv4 = on,
            ("default", ["ipv6-unicast"]) => bgp.default_ipv6 = on,
            ("default", ["local-preference", number, ..]) if on => match number.parse() {
                Ok(number) => bgp.local_preference = number,
                Err(_) => return false,
            },
            ("default", ["local-preference", ..]) => bgp.local_preference = 100,
            (
                "default",
                [
                    "show-hostname"
                    | "show-nexthop-hostname"
                    | "subgroup-pkt-queue-max"
                    | "software-version-capability"
                    | "dynamic-capability",
                    ..,
                ],
            ) => {}
            ("default", _) => {
                self.unmodelled(line, "a default family without a model", Reach::Nothing);
            }
            ("confederation", ["identifier", number]) if on => match asn(number) {
                Some(number) => bgp.confederation = Some(number),
                None => return false,
            },
            ("confederation", ["identifier", ..]) => bgp.confederation = None,
            ("confederation", ["peers", numbers @ ..]) => {
                let Some(numbers) = numbers
                    .iter()
                    .map(|word| asn(word))
                    .collect::<Option<Vec<_>>>()
                else {
                    return false;
                };
                bgp.members.retain(|known| !numbers.contains(known));
                if on {
                    bgp.members.extend(numbers);
                }
            }
            ("graceful-shutdown", []) => bgp.graceful_shutdown = on.then_some(line.place),
            ("shutdown", _) => bgp.shutdown = on.then_some(line.place),
            ("listen", ["limit", ..]) => {}
            ("listen", ["range", net, "peer-group", group]) => match prefix(net) {
                Some(net) => {
                    bgp.ranges.retain(|(known, ..)| *known != net);
                    if on {
                        bgp.ranges.push((net, Name::from(*group), line.place));
                    }
                }
                None => return false,
            },
            (option, _) if INERT.contains(&option) => {}
            _ => return false,
        }
        true
    }

    /// A reach for what concerns one neighbour.
    pub(super) fn neighbor_problem(
        &mut self,
        name: &str,
        line: &Line<'_>,
        kind: GapKind,
        what: String,
    ) {
        self.problem(line.place, kind, what, Reach::Neighbor(Name::from(name)));
    }
}
