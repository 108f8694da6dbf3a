//! Channels: what a protocol exchanges with a table.

use super::setting::Item;
use super::{Fail, Parse, Parser, settings};
use crate::bird::ast::{
    Channel, ChannelItem, ChannelItemKind, Limit, LimitAction, LimitDirection, ProtocolItemKind,
    ProtocolKind,
};
use crate::bird::token::TokenKind;

impl Parser<'_> {
    /// Takes `ipv4 { … }`, if a channel stands here.
    pub(super) fn channel(&mut self, _of: ProtocolKind) -> Parse<Option<Channel>> {
        let place = self.place();
        let Some((net, mut length)) = self.net_kind() else {
            return Ok(None);
        };
        let multicast = self.word_at(length) == Some("multicast");
        let mpls = self.word_at(length) == Some("mpls");
        length += usize::from(multicast || mpls);
        if !self.is_at(length, "{") && !self.is_at(length, ";") && !self.is_at(length, "}") {
            return Ok(None);
        }
        self.at += length;
        let mut channel = Channel {
            net,
            multicast,
            mpls,
            place,
            items: Vec::new(),
        };
        if self.eat("{") {
            while !self.is("}") && self.peek() != TokenKind::End {
                // Unlike protocols, channels have no empty statements.
                let item = self.channel_item();
                channel.items.push(item);
            }
            self.expect("}")?;
        }
        Ok(Some(channel))
    }

    fn channel_item(&mut self) -> ChannelItem {
        let start = self.place();
        let at = self.at;
        let kind = match self.channel_statement() {
            Ok(Some(kind)) => self.expect(";").map(|()| kind),
            Ok(None) => Err(self.expected("a setting of a channel or `}`")),
            Err(Fail) => Err(Fail),
        };
        let kind = kind.unwrap_or_else(|Fail| {
            self.skip_statement();
            if self.at == at {
                self.advance();
            }
            ChannelItemKind::Unknown
        });
        let place = self.since(start);
        if let ChannelItemKind::Inert(_) = kind {
            self.inert.push(place);
        }
        ChannelItem { place, kind }
    }

    /// Takes a statement of a channel up to its `;`, if one stands here.
    pub(super) fn channel_statement(&mut self) -> Parse<Option<ChannelItemKind>> {
        for (phrase, direction) in [
            (["receive", "limit"], LimitDirection::Receive),
            (["import", "limit"], LimitDirection::Import),
            (["export", "limit"], LimitDirection::Export),
        ] {
            if self.eat_words(&phrase) {
                return self
                    .limit(direction)
                    .map(|limit| Some(ChannelItemKind::Limit(limit)));
            }
        }
        if let Some(item) = self.setting(&[settings::CHANNEL])? {
            return Ok(Some(item.into()));
        }
        match self.word() {
            Some("import") => {
                self.advance();
                self.policy()
                    .map(|policy| Some(ChannelItemKind::Import(policy)))
            }
            Some("export") => {
                self.advance();
                self.policy()
                    .map(|policy| Some(ChannelItemKind::Export(policy)))
            }
            _ => Ok(None),
        }
    }

    fn limit(&mut self, direction: LimitDirection) -> Parse<Limit> {
        let mut limit = Limit {
            direction,
            count: None,
            action: LimitAction::Disable,
        };
        if self.eat_word("off") {
            return Ok(limit);
        }
        limit.count = Some(self.plain_value()?);
        if self.eat_word("action") {
            limit.action = match self.word() {
                Some("warn") => LimitAction::Warn,
                Some("block") => LimitAction::Block,
                Some("restart") => LimitAction::Restart,
                Some("disable") => LimitAction::Disable,
                _ => return Err(self.expected("`warn`, `block`, `restart` or `disable`")),
            };
            self.advance();
        }
        Ok(limit)
    }
}

impl From<Item> for ChannelItemKind {
    fn from(item: Item) -> Self {
        match item {
            Item::Setting(setting) => Self::Setting(setting),
            Item::Inert(name) => Self::Inert(name),
            Item::Unmodelled(name) => Self::Unmodelled(name),
        }
    }
}

impl From<Item> for ProtocolItemKind {
    fn from(item: Item) -> Self {
        match item {
            Item::Setting(setting) => Self::Setting(setting),
            Item::Inert(name) => Self::Inert(name),
            Item::Unmodelled(name) => Self::Unmodelled(name),
        }
    }
}
