//! Pipes, and protocols whose routes no file lists.

use super::inherit::Flat;
use super::{Builder, family};
use crate::bird::ast::{ChannelItemKind, ProtocolItem, ProtocolItemKind, ProtocolKind};
use crate::bird::{SettingName, SettingValue};
use crate::model::GapKind;
use crate::place::Place;
use crate::router::{OpenKind, OpenSource, Pipe, Policy, Reach};

impl<'a> Builder<'a> {
    /// Adds the pipe `flat`.
    pub(super) fn pipe(&mut self, flat: &Flat<'a>) -> Vec<Reach> {
        let items: Vec<_> = flat.items.iter().copied().filter_map(of_channel).collect();
        let common = self.common(flat, None, items, Reach::Nothing);
        let mut peer = None;
        for item in &flat.items {
            if let ProtocolItemKind::Setting(setting) = &item.kind
                && let (SettingName::PeerTable, SettingValue::Reference(reference)) =
                    (setting.name, &setting.value)
            {
                peer = self.table_of(reference);
            }
        }
        for (setting, _) in &common.own {
            if let (SettingName::PeerTable, SettingValue::Reference(reference)) =
                (setting.name, &setting.value)
            {
                peer = self.table_of(reference);
            }
        }
        let (Some(table), Some(peer)) = (common.table, peer) else {
            self.lacks(flat, "a pipe needs a `table` and a `peer table`");
            return vec![Reach::Router];
        };
        if table == peer {
            self.refused(flat.place, "a pipe leads from a table to itself");
            return vec![Reach::Router];
        }
        if self.kind_of(table) != self.kind_of(peer) {
            self.refused(flat.place, "a pipe joins tables of different kinds");
            return vec![Reach::Router];
        }
        let disabled = self.disabled(flat, Reach::Table(table));
        let reaches = vec![Reach::Table(table), Reach::Table(peer)];
        for item in &flat.items {
            let (ProtocolItemKind::Unmodelled(what)
            | ProtocolItemKind::OfChannel(ChannelItemKind::Unmodelled(what))) = &item.kind
            else {
                continue;
            };
            for reach in &reaches {
                self.unmodelled(item.place, what, flat, *reach);
            }
        }
        if self.kind_of(table).and_then(family).is_some() {
            self.pipes.push(Pipe {
                name: flat.name.clone(),
                place: flat.place,
                disabled,
                table,
                peer,
                export: common.export.unwrap_or(Policy::All),
                export_limit: common.export_limit,
                import: common.import.unwrap_or(Policy::All),
                import_limit: common.import_limit.or(common.receive_limit),
            });
        } else if self.pipes_roas(table, peer) {
            self.gap(
                flat.place,
                GapKind::Unmodelled,
                format!(
                    "the pipe `{}` between tables of ROAs has no model here",
                    flat.name
                ),
                Reach::Nothing,
            );
        }
        reaches
    }

    /// Whether both tables hold ROAs: then neither is known from the files alone.
    fn pipes_roas(&mut self, table: crate::router::TableId, peer: crate::router::TableId) -> bool {
        let mut found = false;
        let place = self.tables.get(table.index()).and_then(|table| table.place);
        for roas in &mut self.roas {
            if roas.table == table || roas.table == peer {
                roas.live = roas.live.or(place);
                found = true;
            }
        }
        found
    }

    /// Adds the sources behind `protocol rpki`: data that no file lists.
    pub(super) fn rpki(&mut self, flat: &Flat<'a>) -> Vec<Reach> {
        for channel in &flat.channels {
            let common = self.channel_settings(flat, channel, Reach::Nothing);
            let Some(table) = common.table else { continue };
            if let Some(roas) = self.roas.iter_mut().find(|roas| roas.table == table) {
                roas.live = Some(flat.place);
            }
        }
        vec![Reach::Nothing]
    }

    /// Adds what `protocol kernel` learns.
    pub(super) fn kernel(&mut self, flat: &Flat<'a>) -> Vec<Reach> {
        if flat.channels.is_empty() {
            self.lacks(flat, "a kernel protocol needs a channel, such as `ipv4;`");
        }
        let mut learns = false;
        for item in &flat.items {
            if let ProtocolItemKind::Setting(setting) = &item.kind
                && setting.name == SettingName::Learn
            {
                learns = self.switch(&setting.value, Reach::Nothing);
            }
        }
        let reaches = self.open_channels(
            flat,
            if learns { Some(OpenKind::Kernel) } else { None },
            &[],
        );
        // A kernel protocol that learns nothing brings nothing into its table.
        if learns {
            reaches
        } else {
            vec![Reach::Nothing]
        }
    }

    /// Adds what a routing protocol other than BGP brings.
    pub(super) fn interior_protocol(&mut self, flat: &Flat<'a>) -> Vec<Reach> {
        let (kind, default): (_, &[&str]) = match flat.kind {
            ProtocolKind::Direct => (OpenKind::Connected, &[]),
            ProtocolKind::OspfV2 => (OpenKind::Ospf, &["master4"]),
            ProtocolKind::OspfV3 => (OpenKind::Ospf, &["master6"]),
            ProtocolKind::Rip => (OpenKind::Rip, &["master4"]),
            ProtocolKind::RipNg => (OpenKind::Rip, &["master6"]),
            ProtocolKind::Babel => (OpenKind::Babel, &["master4", "master6"]),
            _ => (OpenKind::Other, &[]),
        };
        self.open_channels(flat, Some(kind), default)
    }

    /// Names a protocol that brings routes in a way that has no model.
    pub(super) fn unmodelled_protocol(&mut self, flat: &Flat<'a>) -> Vec<Reach> {
        let mut reaches = self.open_channels(flat, None, &[]);
        for item in &flat.items {
            let (ProtocolItemKind::Setting(setting)
            | ProtocolItemKind::OfChannel(ChannelItemKind::Setting(setting))) = &item.kind
            else {
                continue;
            };
            if let SettingValue::Reference(reference) = &setting.value
                && let Some(table) = self.table_id(&reference.name)
            {
                reaches.push(Reach::Table(table));
            }
        }
        reaches.retain(|reach| *reach != Reach::Nothing);
        reaches.sort_unstable();
        reaches.dedup();
        if self.disabled(flat, Reach::Router) {
            return vec![Reach::Nothing];
        }
        if reaches.is_empty() {
            reaches.push(Reach::Nothing);
        }
        for reach in &reaches {
            self.gap(
                flat.place,
                GapKind::Unmodelled,
                format!(
                    "the protocol `{}` brings routes in a way that has no model here",
                    flat.name
                ),
                *reach,
            );
        }
        reaches
    }

    /// An open source for each channel, or for each of `default` tables where there is no channel.
    fn open_channels(
        &mut self,
        flat: &Flat<'a>,
        kind: Option<OpenKind>,
        default: &[&str],
    ) -> Vec<Reach> {
        let disabled = self.disabled(flat, Reach::Nothing);
        let mut reaches = Vec::new();
        let mut found = Vec::new();
        for channel in &flat.channels {
            let common = self.channel_settings(flat, channel, Reach::Nothing);
            let import = common.import.unwrap_or(Policy::All);
            found.extend(common.table.map(|table| (table, import, channel.place)));
        }
        if flat.channels.is_empty() {
            let tables = default.iter().filter_map(|name| self.table_id(name));
            found.extend(tables.map(|table| (table, Policy::All, flat.place)));
        }
        for (table, import, place) in found {
            if self.kind_of(table).and_then(family).is_none() {
                continue;
            }
            reaches.push(Reach::Table(table));
            if let Some(kind) = kind
                && !disabled
                && import != Policy::Nothing
            {
                self.open.push(OpenSource {
                    name: flat.name.clone(),
                    place,
                    kind,
                    table,
                    import,
                });
            }
        }
        if reaches.is_empty() {
            reaches.push(Reach::Nothing);
        }
        reaches
    }

    fn disabled(&mut self, flat: &Flat<'a>, reach: Reach) -> bool {
        let mut disabled = false;
        for item in &flat.items {
            if let ProtocolItemKind::Setting(setting) = &item.kind
                && setting.name == SettingName::Disabled
            {
                disabled = self.switch(&setting.value, reach);
            }
        }
        disabled
    }
}

fn of_channel(item: &ProtocolItem) -> Option<(&ChannelItemKind, Place)> {
    match &item.kind {
        ProtocolItemKind::OfChannel(kind) => Some((kind, item.place)),
        _ => None,
    }
}
