//! `protocol bgp`: a session.

use super::channel::Common;
use super::inherit::{Flat, FlatChannel};
use super::{Builder, family};
use crate::bird::ast::{Neighbor, NeighborScope, ProtocolItemKind};
use crate::bird::{Setting, SettingName, SettingValue};
use crate::model::{Asn, GapKind};
use crate::place::Place;
use crate::router::{
    AddPaths, Channel, Confederation, NextHopRule, Policy, Reach, RemoteAs, Role, Session,
    SessionId, Sides,
};

/// The preference of routes that BGP brings.
const PREFERENCE: u32 = 100;

/// A session of which not everything is known yet.
struct Draft {
    session: Session,
    local_as: Option<Asn>,
    remote_as: Option<Asn>,
    scope: Option<NeighborScope>,
    neighbors: u32,
    confederation: Option<Asn>,
    member: bool,
    multihop: Option<bool>,
    /// Our number, where it is written and nobody knows what it comes to.
    open_local: Option<Place>,
    /// The neighbour's, likewise.
    open_remote: Option<Place>,
}

impl<'a> Builder<'a> {
    /// Adds the session that `flat` configures.
    pub(super) fn bgp(&mut self, flat: &Flat<'a>) -> Vec<Reach> {
        let reach = Reach::Session(SessionId::at(self.sessions.len()));
        let mut draft = Draft {
            session: empty(flat),
            local_as: None,
            remote_as: None,
            scope: None,
            neighbors: 0,
            confederation: None,
            member: false,
            multihop: None,
            open_local: None,
            open_remote: None,
        };
        for item in &flat.items {
            match &item.kind {
                ProtocolItemKind::Local(local) => {
                    if let Some(address) = &local.address {
                        draft.session.local_address = self.address(address, reach);
                    }
                    if let Some(asn) = &local.asn {
                        draft.local_as = self.asn(asn, reach);
                        draft.open_local = draft.local_as.is_none().then_some(asn.place);
                    }
                }
                ProtocolItemKind::Neighbor(neighbor) => {
                    self.neighbor(&mut draft, neighbor, item.place, reach);
                }
                ProtocolItemKind::Setting(setting) => {
                    self.session_setting(&mut draft, setting, item.place, reach, flat);
                }
                ProtocolItemKind::Unmodelled(what) => {
                    self.unmodelled(item.place, what, flat, reach);
                }
                ProtocolItemKind::OfChannel(_) | ProtocolItemKind::Route(_) => {
                    self.refused(
                        item.place,
                        "this statement does not belong into a BGP protocol",
                    );
                }
                ProtocolItemKind::Channel(_)
                | ProtocolItemKind::Inert(_)
                | ProtocolItemKind::Unknown => {}
            }
        }
        let Some(session) = self.finished(draft, flat) else {
            return vec![Reach::Router];
        };
        let interior = session.interior();
        let rs_client = session.rs_client;
        self.sessions.push(session);
        for channel in &flat.channels {
            self.bgp_channel(flat, channel, interior, rs_client, reach);
        }
        vec![reach]
    }

    fn neighbor(&mut self, draft: &mut Draft, neighbor: &Neighbor, place: Place, reach: Reach) {
        if let Some(address) = &neighbor.endpoint.address {
            draft.neighbors += 1;
            draft.session.address = self.address(address, reach);
        }
        if let Some(range) = &neighbor.range {
            draft.neighbors += 1;
            draft.session.range = self.prefix(range, reach);
        }
        if draft.neighbors > 1 {
            self.refused(place, "a BGP protocol has one neighbour only");
        }
        if let Some(interface) = &neighbor.endpoint.interface {
            draft.session.interface = Some(interface.clone());
        }
        if let Some(asn) = &neighbor.endpoint.asn {
            draft.remote_as = self.asn(asn, reach);
            draft.open_remote = draft.remote_as.is_none().then_some(asn.place);
        }
        if neighbor.scope.is_some() {
            draft.scope = neighbor.scope;
        }
    }

    fn session_setting(
        &mut self,
        draft: &mut Draft,
        setting: &Setting,
        place: Place,
        reach: Reach,
        flat: &Flat<'a>,
    ) {
        let session = &mut draft.session;
        let value = &setting.value;
        match setting.name {
            SettingName::Disabled => session.disabled = self.switch(value, reach),
            SettingName::Description => {
                if let SettingValue::Value(text) = value {
                    session.description = self.text(text);
                }
            }
            SettingName::Multihop => {
                draft.multihop = Some(!matches!(value, SettingValue::Switch(false)));
            }
            SettingName::Direct => draft.multihop = Some(!self.switch(value, reach)),
            SettingName::SourceAddress => {
                if let SettingValue::Value(address) = value {
                    session.local_address = self.address(address, reach);
                }
            }
            SettingName::Interface => {
                if let SettingValue::Value(text) = value {
                    session.interface = self.text(text);
                }
            }
            SettingName::Passive => session.passive = self.switch(value, reach),
            SettingName::LocalRole => {
                if let SettingValue::Word(word) = value {
                    session.role = role(word);
                }
            }
            SettingName::RequireRoles => session.require_roles = self.switch(value, reach),
            SettingName::RrClient => session.rr_client = self.switch(value, reach),
            SettingName::RsClient => session.rs_client = self.switch(value, reach),
            SettingName::Confederation => {
                draft.confederation = self.setting_number(value, reach).map(Asn);
            }
            SettingName::ConfederationMember => draft.member = self.switch(value, reach),
            SettingName::AllowLocalAs => {
                session.allow_local_as = match value {
                    SettingValue::Switch(on) => {
                        if *on {
                            u32::MAX
                        } else {
                            0
                        }
                    }
                    other => self.setting_number(other, reach).unwrap_or(0),
                };
            }
            SettingName::EnforceFirstAs => session.enforce_first_as = self.switch(value, reach),
            SettingName::AllowLocalPreference => {
                session.allow_local_preference = self.switch(value, reach);
            }
            SettingName::AllowMed => session.allow_med = self.switch(value, reach),
            SettingName::InterpretCommunities => {
                session.interpret_communities = self.switch(value, reach);
            }
            SettingName::DefaultLocalPreference => {
                if let Some(number) = self.setting_number(value, reach) {
                    session.default_local_preference = number;
                }
            }
            SettingName::DefaultMed => {
                if let Some(number) = self.setting_number(value, reach) {
                    session.default_med = number;
                }
            }
            SettingName::Password => session.password = true,
            SettingName::TtlSecurity => session.ttl_security = self.switch(value, reach),
            SettingName::EnableAs4 | SettingName::Capabilities if !self.switch(value, reach) => {
                let what = "a session without capabilities of the protocol";
                self.unmodelled(place, what, flat, reach);
            }
            SettingName::AdvertiseIpv4 => self.unmodelled(place, "advertise ipv4", flat, reach),
            // How the session is kept up, and which of several received routes is the best.
            _ => {}
        }
    }

    fn setting_number(&mut self, value: &SettingValue, reach: Reach) -> Option<u32> {
        match value {
            SettingValue::Value(number) | SettingValue::SwitchIf(number) => {
                self.number(number, reach)
            }
            _ => None,
        }
    }

    /// Checks what BIRD checks after it has read a protocol, and fills in what depends on it.
    fn finished(&mut self, draft: Draft, flat: &Flat<'a>) -> Option<Session> {
        let mut session = draft.session;
        if let Some(place) = draft.open_local.or(draft.open_remote) {
            // BIRD is given a number: what is not known is which, and so which session this is.
            self.gap(
                place,
                GapKind::Unmodelled,
                "what this value comes to is not known".to_owned(),
                Reach::Router,
            );
            return None;
        }
        let Some(local_as) = draft.local_as.filter(|asn| asn.0 != 0) else {
            self.lacks(flat, "the session does not say our own number, `local as`");
            return None;
        };
        session.local_as = local_as;
        if draft.neighbors == 0 {
            self.lacks(flat, "the session names no neighbour");
            return None;
        }
        session.remote_as = match (draft.remote_as.filter(|asn| asn.0 != 0), draft.scope) {
            (Some(asn), scope) => {
                let wrong = match scope {
                    Some(NeighborScope::Internal) => asn != local_as,
                    Some(NeighborScope::External) => asn == local_as,
                    None => false,
                };
                if wrong {
                    self.refused(
                        flat.place,
                        "the neighbour's number and `internal` or `external` disagree",
                    );
                }
                RemoteAs::One(asn)
            }
            (None, Some(NeighborScope::Internal)) => RemoteAs::Internal,
            (None, Some(NeighborScope::External)) => RemoteAs::External,
            (None, None) => {
                self.lacks(flat, "the session does not say the neighbour's number");
                return None;
            }
        };
        session.confederation = draft.confederation.map(|id| Confederation {
            id,
            member: draft.member,
        });
        if draft.member && draft.confederation.is_none() {
            self.refused(
                flat.place,
                "a member session needs the number of the confederation",
            );
        }
        let external = session.external();
        session.multihop = draft.multihop.unwrap_or(!external);
        if session.role.is_some() && session.interior() {
            self.refused(flat.place, "an internal session has no role");
        }
        if session.enforce_first_as && !external {
            self.refused(
                flat.place,
                "only an external neighbour's first number can be checked",
            );
        }
        if session.rr_client && external {
            self.refused(
                flat.place,
                "only an internal neighbour can be a client of a route reflector",
            );
        }
        if session.rs_client && !external {
            self.refused(
                flat.place,
                "only an external neighbour can be a client of a route server",
            );
        }
        Some(session)
    }

    fn bgp_channel(
        &mut self,
        flat: &Flat<'a>,
        channel: &FlatChannel<'a>,
        interior: bool,
        rs_client: bool,
        reach: Reach,
    ) {
        let Some(family) = family(channel.net).filter(|_| channel.unicast) else {
            self.gap(
                channel.place,
                GapKind::Unmodelled,
                format!(
                    "a channel of `{}` is neither IPv4 nor IPv6 unicast: what it carries is not shown",
                    flat.name
                ),
                Reach::Nothing,
            );
            return;
        };
        let reach = match reach {
            Reach::Session(id) => Reach::Channel(id, family),
            other => other,
        };
        let common = self.channel_settings(flat, channel, reach);
        let Some(table) = common.table else { return };
        let damaged = flat.damaged || channel.damaged;
        if !interior && !damaged {
            for (policy, which) in [(common.import, "import"), (common.export, "export")] {
                if policy.is_none() {
                    self.refused(
                        channel.place,
                        &format!(
                            "the external session `{}` has no {which} policy (RFC 8212)",
                            flat.name
                        ),
                    );
                }
            }
        }
        let missing = |inside: Policy| {
            if damaged {
                Policy::Unknown
            } else if interior {
                inside
            } else {
                Policy::Absent
            }
        };
        let mut built = Channel {
            family,
            place: channel.place,
            table,
            import: common.import.unwrap_or(missing(Policy::All)),
            export: common.export.unwrap_or(missing(Policy::Nothing)),
            receive_limit: common.receive_limit,
            import_limit: common.import_limit,
            export_limit: common.export_limit,
            unsuppressed: Policy::Nothing,
            given: None,
            conditional: None,
            mapped: false,
            told_preference: None,
            keep_path: false,
            keep_med: false,
            preference: common.preference.unwrap_or(PREFERENCE),
            next_hop: NextHopRule {
                keep: if rs_client { Sides::All } else { Sides::None },
                ..NextHopRule::default()
            },
            extended_next_hop: false,
            add_paths: AddPaths::default(),
            secondary: false,
            import_table: common.import_table,
            keep_filtered: common.keep_filtered,
        };
        self.own_settings(&mut built, &common, reach, flat);
        let sorted = self
            .tables
            .get(table.index())
            .is_some_and(|table| table.sorted);
        if built.secondary && !sorted {
            self.refused(channel.place, "`secondary` needs a `sorted` table");
        }
        if let Some(session) = self.sessions.last_mut() {
            session.channels.push(built);
        }
    }

    fn own_settings(
        &mut self,
        channel: &mut Channel,
        common: &Common<'a>,
        reach: Reach,
        flat: &Flat<'a>,
    ) {
        for (setting, place) in &common.own {
            let value = &setting.value;
            match setting.name {
                SettingName::NextHopSelf => channel.next_hop.own = self.sides(value, reach),
                SettingName::NextHopKeep => channel.next_hop.keep = self.sides(value, reach),
                SettingName::NextHopAddress => {
                    if let SettingValue::Value(address) = value {
                        channel.next_hop.address = self.address(address, reach);
                    }
                }
                SettingName::ExtendedNextHop => {
                    channel.extended_next_hop = self.switch(value, reach);
                }
                SettingName::AddPaths => channel.add_paths = add_paths(value),
                SettingName::Secondary => channel.secondary = self.switch(value, reach),
                SettingName::ImportIn | SettingName::ExportIn => {
                    self.unmodelled(*place, "import in", flat, reach);
                }
                // What is kept in memory, where received next hops lead, and when routes are
                // looked at again.
                _ => {}
            }
        }
    }

    fn sides(&mut self, value: &SettingValue, reach: Reach) -> Sides {
        match value {
            SettingValue::Word("ibgp") => Sides::Internal,
            SettingValue::Word("ebgp") => Sides::External,
            other if self.switch(other, reach) => Sides::All,
            _ => Sides::None,
        }
    }
}

fn add_paths(value: &SettingValue) -> AddPaths {
    let (receive, send) = match value {
        SettingValue::Switch(on) => (*on, *on),
        SettingValue::Word("rx") => (true, false),
        SettingValue::Word("tx") => (false, true),
        SettingValue::Word("off") => (false, false),
        _ => (true, true),
    };
    AddPaths { receive, send }
}

fn role(word: &str) -> Option<Role> {
    Some(match word {
        "provider" => Role::Provider,
        "customer" => Role::Customer,
        "peer" => Role::Peer,
        "rs_server" => Role::RouteServer,
        "rs_client" => Role::RouteServerClient,
        _ => return None,
    })
}

/// A session with BIRD's defaults.
fn empty(flat: &Flat<'_>) -> Session {
    Session {
        name: flat.name.clone(),
        place: flat.place,
        description: None,
        disabled: false,
        local_address: None,
        local_as: Asn(0),
        address: None,
        range: None,
        interface: None,
        remote_as: RemoteAs::External,
        passive: false,
        multihop: false,
        confederation: None,
        role: None,
        require_roles: false,
        rr_client: false,
        rs_client: false,
        behind: None,
        allow_local_origin: false,
        allow_local_as: 0,
        enforce_first_as: false,
        allow_local_preference: false,
        allow_med: false,
        default_local_preference: 100,
        default_med: 0,
        interpret_communities: true,
        password: false,
        ttl_security: false,
        channels: Vec::new(),
    }
}
