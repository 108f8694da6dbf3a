//! What all channels have: a table, policies and limits.

use super::Builder;
use super::inherit::{Flat, FlatChannel};
use crate::bird::ast::{self, ChannelItem, ChannelItemKind, LimitDirection, NetKind};
use crate::bird::{Setting, SettingName, SettingValue};
use crate::model::session::LimitAction;
use crate::place::Place;
use crate::router::{Limit, Policy, Reach, TableId};

/// A channel's settings that every protocol knows.
pub(super) struct Common<'a> {
    /// The table.
    pub table: Option<TableId>,
    /// The import policy, where there is one.
    pub import: Option<Policy>,
    /// The export policy, where there is one.
    pub export: Option<Policy>,
    /// The limit on what is received.
    pub receive_limit: Option<Limit>,
    /// The limit on what is imported.
    pub import_limit: Option<Limit>,
    /// The limit on what is exported.
    pub export_limit: Option<Limit>,
    /// The preference of imported routes.
    pub preference: Option<u32>,
    /// Whether rejected routes are kept.
    pub keep_filtered: bool,
    /// Whether what was imported is kept as it was.
    pub import_table: bool,
    /// Settings of one protocol alone, with their places.
    pub own: Vec<(&'a Setting, Place)>,
}

impl<'a> Builder<'a> {
    /// The settings of a channel of `flat`; what has no model reaches `reach`.
    pub(super) fn common<'i>(
        &mut self,
        flat: &Flat<'a>,
        net: Option<NetKind>,
        items: impl IntoIterator<Item = (&'i ChannelItemKind, Place)>,
        reach: Reach,
    ) -> Common<'i>
    where
        'a: 'i,
    {
        let mut common = Common {
            table: None,
            import: None,
            export: None,
            receive_limit: None,
            import_limit: None,
            export_limit: None,
            preference: None,
            keep_filtered: false,
            import_table: false,
            own: Vec::new(),
        };
        for (kind, place) in items {
            match kind {
                ChannelItemKind::Import(policy) => common.import = Some(lowered(policy)),
                ChannelItemKind::Export(policy) => common.export = Some(lowered(policy)),
                ChannelItemKind::Limit(limit) => {
                    let lowered = self.limit(limit, place, reach);
                    match limit.direction {
                        LimitDirection::Receive => common.receive_limit = lowered,
                        LimitDirection::Import => common.import_limit = lowered,
                        LimitDirection::Export => common.export_limit = lowered,
                    }
                }
                ChannelItemKind::Setting(setting) => {
                    self.common_setting(&mut common, setting, place, reach);
                }
                ChannelItemKind::Unmodelled(what) => self.unmodelled(place, what, flat, reach),
                ChannelItemKind::Inert(_) | ChannelItemKind::Unknown => {}
            }
        }
        if common.table.is_none() {
            common.table = net
                .and_then(default_table)
                .and_then(|name| self.table_id(name));
        } else if let (Some(table), Some(net)) = (common.table, net)
            && self.kind_of(table).is_some_and(|kind| kind != net)
        {
            self.refused(
                flat.place,
                &format!(
                    "the table of a channel of `{}` is of another kind",
                    flat.name
                ),
            );
        }
        common
    }

    fn common_setting<'i>(
        &mut self,
        common: &mut Common<'i>,
        setting: &'i Setting,
        place: Place,
        reach: Reach,
    ) {
        match (setting.name, &setting.value) {
            (SettingName::Table, SettingValue::Reference(reference)) => {
                common.table = self.table_of(reference);
            }
            (SettingName::Preference, SettingValue::Value(value)) => {
                common.preference = self.number(value, reach);
            }
            (SettingName::ImportKeepFiltered, value) => {
                common.keep_filtered = self.switch(value, reach);
            }
            (SettingName::ImportTable, value) => common.import_table = self.switch(value, reach),
            _ => common.own.push((setting, place)),
        }
    }

    fn limit(&mut self, limit: &ast::Limit, place: Place, reach: Reach) -> Option<Limit> {
        let count = self.number(limit.count.as_ref()?, reach)?;
        // BIRD takes 0 for none.
        (count > 0).then_some(Limit {
            count,
            action: match limit.action {
                ast::LimitAction::Warn => LimitAction::Warn,
                ast::LimitAction::Block => LimitAction::Block,
                ast::LimitAction::Restart => LimitAction::Restart,
                ast::LimitAction::Disable => LimitAction::Disable,
            },
            place,
        })
    }

    /// The settings of `channel`.
    pub(super) fn channel_settings(
        &mut self,
        flat: &Flat<'a>,
        channel: &FlatChannel<'a>,
        reach: Reach,
    ) -> Common<'a> {
        let items = channel.items.iter().copied().map(with_place);
        self.common(flat, Some(channel.net), items, reach)
    }
}

fn with_place(item: &ChannelItem) -> (&ChannelItemKind, Place) {
    (&item.kind, item.place)
}

fn lowered(policy: &ast::Policy) -> Policy {
    match policy {
        ast::Policy::All => Policy::All,
        ast::Policy::None => Policy::Nothing,
        ast::Policy::Filter(id) => Policy::Filter(*id),
        ast::Policy::Unresolved => Policy::Unknown,
    }
}

fn default_table(net: NetKind) -> Option<&'static str> {
    match net {
        NetKind::Ipv4 => Some("master4"),
        NetKind::Ipv6 => Some("master6"),
        _ => None,
    }
}
