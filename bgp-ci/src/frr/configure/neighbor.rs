//! Neighbours.

use super::settings::Said;
use super::{Builder, table};
use crate::frr::config::{Bgp, Neighbor, Setting, Settings};
use crate::frr::lower::{Export, Import, RemovePrivate, Withheld};
use crate::model::session::LimitAction;
use crate::model::{Asn, Family, GapKind, Name, Prefix};
use crate::place::Place;
use crate::router::{
    AddPaths, Behind, Channel, Conditional, Confederation, Given, Limit, NextHopRule, Policy,
    Reach, RemoteAs, Role, Session, SessionId, Sides,
};

/// What a session is made of.
struct Draft<'c> {
    name: Name,
    place: Place,
    said: Said<'c>,
}

impl Builder<'_> {
    /// The settings of a group, if there is one.
    fn group_of<'b>(bgp: &'b Bgp, name: Option<&Name>) -> Option<&'b Settings> {
        let group = bgp.groups.get(name?)?;
        Some(&group.settings)
    }

    /// Adds the session with `neighbor`.
    pub(super) fn neighbor(&mut self, bgp: &Bgp, neighbor: &Neighbor) {
        let group = neighbor.group.as_ref().map(|(name, _)| name);
        let said = Said {
            own: Some(&neighbor.settings),
            group: Self::group_of(bgp, group),
        };
        let draft = Draft {
            name: neighbor.name.clone(),
            place: neighbor.place,
            said,
        };
        let Some(remote) = Self::remote(&draft) else {
            self.gap(
                neighbor.place,
                GapKind::Unparsed,
                format!("neighbour `{}` has no `remote-as`", neighbor.name),
                Reach::Nothing,
            );
            return;
        };
        let id = SessionId::at(self.sessions.len());
        self.named.insert(neighbor.name.clone(), id);
        if let Some(group) = group {
            self.groups.entry(group.clone()).or_default().push(id);
        }
        let mut session = self.session(bgp, &draft, remote, id);
        session.address = neighbor.address;
        if neighbor.address.is_none() {
            session.interface = Some(neighbor.name.clone());
        }
        self.channels(bgp, &draft, session, id);
    }

    /// Adds the session that stands for the neighbours in `range`.
    pub(super) fn range(&mut self, bgp: &Bgp, range: Prefix, group: &Name, place: Place) {
        let said = Said {
            own: None,
            group: Self::group_of(bgp, Some(group)),
        };
        let draft = Draft {
            name: range.to_string().into(),
            place,
            said,
        };
        let Some(remote) = Self::remote(&draft).filter(|_| said.group.is_some()) else {
            let message = format!("the group `{group}` of these neighbours has no `remote-as`");
            self.gap(place, GapKind::Unparsed, message, Reach::Nothing);
            return;
        };
        let id = SessionId::at(self.sessions.len());
        self.groups.entry(group.clone()).or_default().push(id);
        let mut session = self.session(bgp, &draft, remote, id);
        session.range = Some(range);
        session.passive = true;
        self.channels(bgp, &draft, session, id);
    }

    fn remote(draft: &Draft<'_>) -> Option<RemoteAs> {
        let setting = draft.said.on(None, "remote-as")?;
        Some(match &**setting.arguments.first()? {
            "external" => RemoteAs::External,
            "internal" => RemoteAs::Internal,
            "auto" => return None,
            number => RemoteAs::One(number_of(number)?),
        })
    }

    fn session(
        &mut self,
        bgp: &Bgp,
        draft: &Draft<'_>,
        remote_as: RemoteAs,
        id: SessionId,
    ) -> Session {
        let said = draft.said;
        let has = |key| said.on(None, key).is_some();
        let role = said.on(None, "local-role").and_then(|setting| {
            let word = setting.arguments.first()?;
            Some(match &**word {
                "provider" => Role::Provider,
                "customer" => Role::Customer,
                "peer" => Role::Peer,
                "rs-server" => Role::RouteServer,
                "rs-client" => Role::RouteServerClient,
                _ => return None,
            })
        });
        let strict = said.on(None, "local-role").is_some_and(|setting| {
            setting
                .arguments
                .iter()
                .any(|word| **word == *"strict-mode")
        });
        let remote = match remote_as {
            RemoteAs::One(asn) => Some(asn),
            _ => None,
        };
        let member = remote.is_some_and(|asn| bgp.members.contains(&asn));
        let first_as = said.any(None, "enforce-first-as").map(|setting| setting.on);
        let mut session = Session {
            name: draft.name.clone(),
            place: draft.place,
            description: said
                .on(None, "description")
                .map(|setting| setting.arguments.join(" ").into()),
            disabled: has("shutdown") || bgp.shutdown.is_some(),
            local_address: said
                .on(None, "update-source")
                .and_then(|setting| setting.arguments.first()?.parse().ok()),
            local_as: bgp.asn,
            address: None,
            range: None,
            interface: None,
            remote_as,
            passive: has("passive"),
            multihop: has("ebgp-multihop"),
            confederation: bgp.confederation.map(|id| Confederation { id, member }),
            role,
            require_roles: strict,
            rr_client: false,
            rs_client: false,
            behind: None,
            allow_local_as: 0,
            allow_local_origin: false,
            enforce_first_as: first_as
                .or(bgp.enforce_first_as)
                .unwrap_or(!self.before(9, 1)),
            allow_local_preference: false,
            allow_med: false,
            default_local_preference: bgp.local_preference,
            default_med: 0,
            interpret_communities: true,
            password: has("password"),
            ttl_security: has("ttl-security"),
            channels: Vec::new(),
        };
        if session.role.is_some() && session.interior() {
            session.role = None;
        }
        if let Some(setting) = said.on(None, "local-as") {
            self.local_as(bgp, &mut session, setting, id);
        }
        session
    }

    /// `local-as`: the number that the neighbour sees instead of ours.
    fn local_as(&mut self, bgp: &Bgp, session: &mut Session, setting: &Setting, id: SessionId) {
        let number = setting.arguments.first().and_then(|word| number_of(word));
        let plain = bgp.confederation.is_none() && session.external();
        match number {
            Some(number) if plain && session.remote_as != RemoteAs::One(number) => {
                if number != bgp.asn {
                    session.behind = Some(Behind {
                        asn: bgp.asn,
                        shown_inside: !has(setting, "no-prepend"),
                    });
                }
                session.local_as = number;
            }
            _ => self.gap(
                setting.place,
                GapKind::Unmodelled,
                "`local-as` of an internal session, of a confederation or with the neighbour's \
                 own number has no model here"
                    .to_owned(),
                Reach::Session(id),
            ),
        }
    }

    fn channels(&mut self, bgp: &Bgp, draft: &Draft<'_>, session: Session, id: SessionId) {
        self.sessions.push(session);
        for (family, default) in [
            (Family::Ipv4, bgp.default_ipv4),
            (Family::Ipv6, bgp.default_ipv6),
        ] {
            let active = draft.said.any(Some(family), "activate");
            if active.map_or(default, |setting| setting.on) {
                let channel = self.channel(bgp, draft, family, id);
                if let Some(session) = self.sessions.get_mut(id.index()) {
                    session.channels.push(channel);
                }
            }
        }
    }

    fn channel(&mut self, bgp: &Bgp, draft: &Draft<'_>, family: Family, id: SessionId) -> Channel {
        let said = draft.said;
        let on = |key| said.on(Some(family), key);
        let mut export = Export {
            distribute_list: said.named(family, "distribute-list out"),
            prefix_list: said.named(family, "prefix-list out"),
            filter_list: said.named(family, "filter-list out"),
            route_map: said.named(family, "route-map out"),
            ..Export::new(bgp.asn, None)
        };
        let mut import = Import {
            distribute_list: said.named(family, "distribute-list in"),
            prefix_list: said.named(family, "prefix-list in"),
            filter_list: said.named(family, "filter-list in"),
            route_map: said.named(family, "route-map in"),
            ..Import::default()
        };
        for (key, kind) in [
            ("send-community", Withheld::Standard),
            ("send-community extended", Withheld::Extended),
            ("send-community large", Withheld::Large),
        ] {
            if let Some(setting) = said.any(Some(family), key).filter(|setting| !setting.on) {
                export.withheld.push((kind, setting.place));
            }
        }
        let session = self
            .sessions
            .get_mut(id.index())
            .expect("the session was pushed before its channels");
        session.rs_client |= on("route-server-client").is_some() && session.external();
        session.rr_client |= on("route-reflector-client").is_some() && !session.external();
        if let Some(setting) = on("allowas-in") {
            if has(setting, "origin") {
                session.allow_local_origin = true;
            } else {
                let times = setting.arguments.first().and_then(|word| word.parse().ok());
                session.allow_local_as = times.unwrap_or(3);
            }
        }
        let external = session.external();
        let interior = session.interior();
        export.remote = match session.remote_as {
            RemoteAs::One(asn) => Some(asn),
            _ => None,
        };
        if external {
            export.remove_private = on("remove-private-AS").map(|setting| RemovePrivate {
                place: setting.place,
                all: has(setting, "all"),
                replace: has(setting, "replace-AS"),
            });
            export.as_override = on("as-override").map(|setting| setting.place);
        }
        if !interior {
            import.foreign = true;
            import.graceful_shutdown = bgp.graceful_shutdown;
            export.graceful_shutdown = bgp.graceful_shutdown;
        }
        // Alone it is said of all three attributes.
        let unchanged = |attribute: &str| {
            external
                && on("attribute-unchanged")
                    .is_some_and(|setting| setting.arguments.is_empty() || has(setting, attribute))
        };
        if session.local_as != bgp.asn
            && !session.rs_client
            && let Some(setting) = said.on(None, "local-as")
            && !has(setting, "replace-as")
        {
            export.behind = Some((bgp.asn, setting.place));
            export.shown = Some(session.local_as).filter(|_| unchanged("as-path"));
        }
        let place = on("activate").map_or(draft.place, |setting| setting.place);
        let conditional = self.conditional(draft, family, &export);
        let given = self.given(bgp, draft, family, id, &export);
        let unsuppressed = match said.named(family, "unsuppress-map") {
            Some(map) => {
                // It stands in the place of the neighbour's own map.
                let instead = Export {
                    route_map: Some(map),
                    ..export.clone()
                };
                self.lowering.export(family, place, &instead)
            }
            None => Policy::Nothing,
        };
        let policy = |one: &[bool]| one.iter().any(|there| *there);
        let sends = policy(&[
            export.distribute_list.is_some(),
            export.prefix_list.is_some(),
            export.filter_list.is_some(),
            export.route_map.is_some(),
        ]);
        let takes = policy(&[
            import.distribute_list.is_some(),
            import.prefix_list.is_some(),
            import.filter_list.is_some(),
            import.route_map.is_some(),
        ]);
        let needed = external && self.requires_policy(bgp);
        let sent = if needed && !sends {
            Policy::Absent
        } else {
            self.lowering.export(family, place, &export)
        };
        let taken = if needed && !takes {
            Policy::Absent
        } else {
            self.lowering.import(family, place, &import)
        };
        Channel {
            family,
            place,
            table: table(family),
            import: taken,
            export: sent,
            receive_limit: None,
            import_limit: on("maximum-prefix").and_then(limit),
            export_limit: on("maximum-prefix-out").and_then(|setting| {
                Some(Limit {
                    count: setting.arguments.first()?.parse().ok()?,
                    action: LimitAction::Block,
                    place: setting.place,
                })
            }),
            unsuppressed: if sent == Policy::Absent {
                Policy::Nothing
            } else {
                unsuppressed
            },
            given,
            conditional,
            mapped: export.route_map.is_some(),
            told_preference: bgp.graceful_shutdown.filter(|_| interior).map(|_| 0),
            keep_path: unchanged("as-path"),
            keep_med: unchanged("med"),
            preference: 0,
            next_hop: NextHopRule {
                own: on("next-hop-self").map_or(Sides::None, |setting| {
                    if has(setting, "force") {
                        // What we originate has our address anyway, unless a map says another.
                        Sides::Learned
                    } else {
                        Sides::External
                    }
                }),
                keep: if unchanged("next-hop") {
                    Sides::Learned
                } else {
                    Sides::None
                },
                address: None,
            },
            extended_next_hop: false,
            add_paths: AddPaths::default(),
            secondary: false,
            import_table: false,
            keep_filtered: false,
        }
    }

    /// `default-originate`: sent past the neighbour's lists and maps.
    fn given(
        &mut self,
        bgp: &Bgp,
        draft: &Draft<'_>,
        family: Family,
        id: SessionId,
        export: &Export,
    ) -> Option<Given> {
        let setting = draft.said.on(Some(family), "default-originate")?;
        let map = match &*setting.arguments {
            [word, name] if **word == *"route-map" => Some(name),
            _ => None,
        };
        let mut when = None;
        let mut writes = Vec::new();
        if let Some(name) = map {
            // A route of the table must pass the map, and what that sets is set on the default.
            let follows = "FRR sends no default";
            when = Some(self.lowering.selection(name, setting.place, follows)?);
            let Some(sets) = self.lowering.only_sets(name) else {
                self.gap(
                    setting.place,
                    GapKind::Unmodelled,
                    format!(
                        "`default-originate` of neighbour `{}` with a route map that sets different \
                         things has no model here",
                        draft.name
                    ),
                    Reach::Channel(id, family),
                );
                return None;
            };
            writes = sets;
        }
        let local = self.default_route(bgp, family, setting.place);
        let own = Export {
            withheld: export.withheld.clone(),
            graceful_shutdown: export.graceful_shutdown,
            behind: export.behind,
            shown: export.shown,
            writes,
            ..Export::new(export.own, export.remote)
        };
        let policy = self.lowering.export(family, setting.place, &own);
        Some(Given {
            local,
            policy,
            when,
        })
    }

    /// `advertise-map A exist-map|non-exist-map B`. Where one of the two is not defined FRR does
    /// nothing about it.
    fn conditional(
        &mut self,
        draft: &Draft<'_>,
        family: Family,
        export: &Export,
    ) -> Option<Conditional> {
        let setting = draft.said.on(Some(family), "advertise-map")?;
        let name = setting.arguments.first()?;
        let follows = "FRR asks for no condition";
        let of = self.lowering.selection(name, setting.place, follows);
        if let Some(condition) = setting.arguments.get(2) {
            self.lowering.selection(condition, setting.place, follows)?;
        }
        let sent = Export {
            route_map: Some((name.clone(), setting.place)),
            ..export.clone()
        };
        Some(Conditional {
            of: of?,
            sent: self.lowering.export(family, setting.place, &sent),
        })
    }
}

fn has(setting: &Setting, word: &str) -> bool {
    setting.arguments.iter().any(|argument| **argument == *word)
}

/// `maximum-prefix N [threshold] [warning-only|restart M|force]`.
fn limit(setting: &Setting) -> Option<Limit> {
    let action = if has(setting, "warning-only") {
        LimitAction::Warn
    } else if has(setting, "restart") {
        LimitAction::Restart
    } else {
        LimitAction::Disable
    };
    Some(Limit {
        count: setting.arguments.first()?.parse().ok()?,
        action,
        place: setting.place,
    })
}

fn number_of(text: &str) -> Option<Asn> {
    crate::frr::read::asn(text)
}
