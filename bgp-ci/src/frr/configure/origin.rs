//! What the router originates.

use rules::Certainty;

use super::{Builder, PREFERENCE, table};
use crate::filter::BgpAttribute;
use crate::filter::types::Enumerated;
use crate::filter::value::Value;
use crate::frr::config::{Bgp, Discard, Originated, Redistributed, StaticRoute};
use crate::model::{Family, GapKind, Name, Prefix};
use crate::place::Place;
use crate::router::{
    Aggregate, Destination, LocalId, LocalKind, LocalRoute, LocalSource, Network, OpenKind,
    OpenSource, Policy, Reach, Suppressed, Via,
};

impl Builder<'_> {
    /// Adds what `family` originates.
    pub(super) fn originate(&mut self, bgp: &Bgp, family: Family, originated: &Originated) {
        self.networks(bgp, family, originated);
        for (kind, redistributed) in &originated.redistributed {
            self.redistribute(bgp, family, kind, redistributed);
        }
        for (prefix, aggregate) in &originated.aggregates {
            let place = aggregate.place.unwrap_or(bgp.place);
            let mut attributes = vec![(BgpAttribute::Med, Value::Int(0))];
            if let Some(code) = aggregate.origin {
                let constant = Enumerated {
                    value: code,
                    ..Enumerated::ORIGIN_IGP
                };
                attributes.push((BgpAttribute::Origin, Value::Enum(constant)));
            }
            let route = LocalRoute {
                kind: LocalKind::Aggregate,
                attributes: attributes.into(),
                ..blackhole(*prefix, place)
            };
            let map = aggregate.route_map.as_ref();
            let import = self.lowering.origination(place, map, bgp.graceful_shutdown);
            let local = self.add_local(LocalSource {
                name: "aggregate-address".into(),
                place,
                disabled: true,
                table: table(family),
                preference: PREFERENCE,
                import,
                import_limit: None,
                routes: vec![route],
            });
            if aggregate.matching_med {
                self.gap(
                    place,
                    GapKind::Unmodelled,
                    "`matching-MED-only` has no model here".to_owned(),
                    Reach::Table(table(family)),
                );
            }
            let suppressed = match (&aggregate.suppress_map, aggregate.summary_only) {
                (Some(map), _) => self
                    .lowering
                    .selection(map, place, "FRR keeps nothing back")
                    .map_or(Suppressed::None, Suppressed::Filter),
                (None, true) => Suppressed::All,
                (None, false) => Suppressed::None,
            };
            self.aggregates.push(Aggregate {
                local,
                suppressed,
                merged: aggregate.as_set,
            });
        }
    }

    fn networks(&mut self, bgp: &Bgp, family: Family, originated: &Originated) {
        let checked = bgp
            .import_check
            .unwrap_or(self.config.datacenter || !self.before(7, 4));
        let mut plain = Vec::new();
        for (prefix, network) in &originated.networks {
            let behind = self.route_of(*prefix);
            self.networks.push(Network {
                prefix: *prefix,
                place: network.place,
                checked,
                route: behind,
            });
            let certainty = if !checked || behind.is_some() {
                Certainty::Proven
            } else {
                // Another protocol, or the kernel, may know the network.
                Certainty::Likely
            };
            let route = LocalRoute {
                kind: LocalKind::Network,
                attributes: own(bgp, 0),
                certainty,
                ..blackhole(*prefix, network.place)
            };
            match &network.route_map {
                None => plain.push(route),
                Some(map) => {
                    let place = network.place;
                    let import = self
                        .lowering
                        .origination(place, Some(map), bgp.graceful_shutdown);
                    self.add_network(family, place, import, vec![route]);
                }
            }
        }
        if let Some(first) = plain.first() {
            let place = first.place;
            let import = self
                .lowering
                .origination(place, None, bgp.graceful_shutdown);
            self.add_network(family, place, import, plain);
        }
    }

    fn add_network(
        &mut self,
        family: Family,
        place: Place,
        import: Policy,
        routes: Vec<LocalRoute>,
    ) {
        self.add_local(LocalSource {
            name: "network".into(),
            place,
            disabled: false,
            table: table(family),
            preference: PREFERENCE,
            import,
            import_limit: None,
            routes,
        });
    }

    /// The line that makes a route of exactly this network.
    fn route_of(&self, prefix: Prefix) -> Option<Place> {
        let mut statics = self.config.statics.iter();
        if let Some(route) = statics.find(|route| route.prefix == prefix) {
            return Some(route.place);
        }
        let mut connected = self.config.connected.iter();
        let found = connected
            .find(|known| known.prefix == prefix && !self.config.down.contains(&known.interface));
        found.map(|known| known.place)
    }

    fn redistribute(
        &mut self,
        bgp: &Bgp,
        family: Family,
        kind: &Name,
        redistributed: &Redistributed,
    ) {
        let place = redistributed.place;
        let map = redistributed.route_map.as_ref();
        let import = self.lowering.origination(place, map, bgp.graceful_shutdown);
        let open = match kind.split(' ').next().unwrap_or_default() {
            "static" => {
                let metric = redistributed.metric.unwrap_or(0);
                let routes = self
                    .config
                    .statics
                    .iter()
                    .filter(|route| route.prefix.family() == family);
                let routes: Vec<LocalRoute> = routes
                    .map(|route| redistributed_static(bgp, route, metric))
                    .collect();
                self.add_local(LocalSource {
                    name: "redistribute static".into(),
                    place,
                    disabled: false,
                    table: table(family),
                    preference: PREFERENCE,
                    import,
                    import_limit: None,
                    routes,
                });
                return;
            }
            "connected" | "local" => OpenKind::Connected,
            "kernel" | "table" | "table-direct" => OpenKind::Kernel,
            "ospf" | "ospf6" => OpenKind::Ospf,
            "rip" | "ripng" => OpenKind::Rip,
            "babel" => OpenKind::Babel,
            _ => OpenKind::Other,
        };
        self.open.push(OpenSource {
            name: kind.clone(),
            place,
            kind: open,
            table: table(family),
            import,
        });
    }

    /// The route that `default-originate` sends.
    pub(super) fn default_route(&mut self, bgp: &Bgp, family: Family, place: Place) -> LocalId {
        let all = match family {
            Family::Ipv4 => "0.0.0.0/0",
            Family::Ipv6 => "::/0",
        };
        let prefix: Prefix = all.parse().expect("this is a network");
        let route = LocalRoute {
            kind: LocalKind::Network,
            attributes: own(bgp, 0),
            ..blackhole(prefix, place)
        };
        let import = self
            .lowering
            .origination(place, None, bgp.graceful_shutdown);
        self.add_local(LocalSource {
            name: "default-originate".into(),
            place,
            disabled: true,
            table: table(family),
            preference: PREFERENCE,
            import,
            import_limit: None,
            routes: vec![route],
        })
    }
}

/// What a route of our own has from the beginning.
fn own(bgp: &Bgp, metric: u32) -> Box<[(BgpAttribute, Value)]> {
    Box::new([
        (BgpAttribute::Med, Value::Int(metric)),
        (
            BgpAttribute::LocalPreference,
            Value::Int(bgp.local_preference),
        ),
    ])
}

fn blackhole(prefix: Prefix, place: Place) -> LocalRoute {
    LocalRoute {
        prefix,
        place,
        kind: LocalKind::Static,
        destination: Destination::Blackhole,
        attributes: Box::default(),
        block: None,
        certainty: Certainty::Proven,
    }
}

/// What a redistributed static route becomes. The daemon was not asked: its routes come from
/// another process, which the laboratory does not run.
fn redistributed_static(bgp: &Bgp, route: &StaticRoute, metric: u32) -> LocalRoute {
    let destination = match (route.discarded, route.gateway, &route.interface) {
        (Some(Discard::Told), ..) => Destination::Unreachable,
        (Some(Discard::Silently), ..) | (None, None, None) => Destination::Blackhole,
        (None, gateway, interface) => Destination::Via(Box::new([Via {
            gateway,
            interface: interface.clone(),
            weight: 1,
        }])),
    };
    LocalRoute {
        destination,
        attributes: own(bgp, metric)
            .into_iter()
            .chain([(
                BgpAttribute::Origin,
                Value::Enum(Enumerated::ORIGIN_INCOMPLETE),
            )])
            .collect(),
        certainty: Certainty::Likely,
        ..blackhole(route.prefix, route.place)
    }
}
