//! `protocol static`: routes, ROAs and flow specifications that a file lists.

use super::flow::Statement;
use super::inherit::Flat;
use super::{Builder, family};
use crate::bird::ast::{self, ProtocolItemKind, RouteNetwork, StaticRoute};
use crate::bird::{SettingName, SettingValue};
use crate::model::{Asn, GapKind, Prefix};
use crate::place::Place;
use crate::router::{
    Destination, LocalKind, LocalRoute, LocalSource, Policy, Reach, Roa, TableId, Via,
};

/// The preference of static routes.
const PREFERENCE: u32 = 200;

impl<'a> Builder<'a> {
    /// Adds what the static protocol `flat` holds.
    pub(super) fn statics(&mut self, flat: &Flat<'a>) -> Vec<Reach> {
        let Some(channel) = flat.channels.first() else {
            self.lacks(flat, "a static protocol needs a channel, such as `ipv4;`");
            return vec![Reach::Router];
        };
        if flat.channels.len() > 1 {
            self.refused(flat.place, "a static protocol has one channel only");
        }
        let common = self.channel_settings(flat, channel, Reach::Nothing);
        let table = common.table;
        let reach = match table {
            Some(table) if self.kind_of(table).and_then(family).is_some() => Reach::Table(table),
            Some(_) => Reach::Nothing,
            None if family(channel.net).is_some() => Reach::Router,
            None => Reach::Nothing,
        };
        let mut source = LocalSource {
            name: flat.name.clone(),
            place: flat.place,
            disabled: false,
            table: table.unwrap_or(TableId(0)),
            preference: common.preference.unwrap_or(PREFERENCE),
            import: common.import.unwrap_or(Policy::All),
            import_limit: common.import_limit.or(common.receive_limit),
            routes: Vec::new(),
        };
        let mut roas = Vec::new();
        let mut flows = Vec::new();
        for item in &flat.items {
            match &item.kind {
                ProtocolItemKind::Route(route) => match &route.network {
                    RouteNetwork::Prefix(network) => {
                        let prefix = self.prefix(network, reach);
                        source.routes.extend(
                            prefix.and_then(|prefix| self.route(route, prefix, item.place, reach)),
                        );
                    }
                    RouteNetwork::Roa {
                        prefix,
                        max_length,
                        asn,
                    } => {
                        roas.extend(self.roa(prefix, max_length.as_ref(), asn, item.place));
                    }
                    RouteNetwork::Flow { family, components } => {
                        flows.push((*family, components, route.block, item.place));
                    }
                    // Of a channel that has no model either.
                    RouteNetwork::Unmodelled(_) => {}
                },
                ProtocolItemKind::Setting(setting) => match setting.name {
                    SettingName::Disabled => source.disabled = self.switch(&setting.value, reach),
                    SettingName::Preference => {
                        if let SettingValue::Value(value) = &setting.value
                            && let Some(number) = self.number(value, reach)
                        {
                            source.preference = number;
                        }
                    }
                    _ => {}
                },
                ProtocolItemKind::Unmodelled(what) => {
                    self.unmodelled(item.place, what, flat, reach);
                }
                ProtocolItemKind::Local(_)
                | ProtocolItemKind::Neighbor(_)
                | ProtocolItemKind::OfChannel(_) => {
                    self.refused(
                        item.place,
                        "this statement does not belong into a static protocol",
                    );
                }
                ProtocolItemKind::Channel(_)
                | ProtocolItemKind::Inert(_)
                | ProtocolItemKind::Unknown => {}
            }
        }
        if !source.disabled && source.import != Policy::Nothing {
            for (family, components, block, place) in flows {
                self.flow(&Statement {
                    protocol: &flat.name,
                    place,
                    family,
                    components,
                    block,
                });
            }
        }
        if let Some(table) = table {
            self.add_roas(table, roas, source.disabled);
        }
        if family(channel.net).is_some() && table.is_some() {
            let wrong = source
                .routes
                .iter()
                .find(|route| Some(route.prefix.family()) != family(channel.net));
            if let Some(place) = wrong.map(|route| route.place) {
                self.refused(place, "a route of the other family than its channel");
            }
            self.locals.push(source);
        }
        vec![reach]
    }

    fn route(
        &mut self,
        route: &StaticRoute,
        prefix: Prefix,
        place: Place,
        reach: Reach,
    ) -> Option<LocalRoute> {
        let destination = match &route.destination {
            ast::Destination::Via(hops) => {
                let mut vias = Vec::with_capacity(hops.len());
                for hop in hops {
                    let gateway = match &hop.gateway {
                        Some(gateway) => Some(self.address(gateway, reach)?),
                        None => None,
                    };
                    let interface = hop.interface.as_ref().and_then(|name| self.text(name));
                    let weight = match &hop.weight {
                        Some(weight) => self.number(weight, reach)?,
                        None => 1,
                    };
                    vias.push(Via {
                        gateway,
                        interface,
                        weight,
                    });
                }
                Destination::Via(vias.into())
            }
            ast::Destination::Recursive(address) => {
                Destination::Recursive(self.address(address, reach)?)
            }
            ast::Destination::Blackhole | ast::Destination::None => Destination::Blackhole,
            ast::Destination::Unreachable => Destination::Unreachable,
            ast::Destination::Prohibit => Destination::Prohibit,
            ast::Destination::Unmodelled(what) => {
                self.gap(
                    place,
                    GapKind::Unmodelled,
                    format!("a route to {prefix} leads to {what}, which has no model here"),
                    reach,
                );
                return None;
            }
        };
        Some(LocalRoute {
            prefix,
            place,
            kind: LocalKind::Static,
            destination,
            attributes: Box::default(),
            block: route.block,
            certainty: rules::Certainty::Proven,
        })
    }

    fn roa(
        &mut self,
        prefix: &crate::filter::Expression,
        max_length: Option<&crate::filter::Expression>,
        asn: &crate::filter::Expression,
        place: Place,
    ) -> Option<Roa> {
        let prefix = self.prefix(prefix, Reach::Nothing)?;
        let max_length = match max_length {
            Some(length) => u8::try_from(self.number(length, Reach::Nothing)?).ok()?,
            None => prefix.length(),
        };
        Some(Roa {
            prefix,
            max_length,
            asn: Asn(self.number(asn, Reach::Nothing)?),
            place,
        })
    }

    fn add_roas(&mut self, table: TableId, roas: Vec<Roa>, disabled: bool) {
        if disabled {
            return;
        }
        if let Some(known) = self.roas.iter_mut().find(|known| known.table == table) {
            known.entries.extend(roas);
        }
    }
}
