//! Protocols and templates.

use super::scope::Symbol;
use super::{Fail, Parse, Parser, settings};
use crate::bird::ast::{
    Endpoint, ItemKind, Neighbor, NeighborScope, Protocol, ProtocolItem, ProtocolItemKind,
    ProtocolKind, Reference,
};
use crate::bird::token::TokenKind;
use crate::filter::Expression;
use crate::model::Name;

/// Every kind of protocol by its keyword.
const KINDS: &[(&str, ProtocolKind)] = &[
    ("aggregator", ProtocolKind::Aggregator),
    ("babel", ProtocolKind::Babel),
    ("bfd", ProtocolKind::Bfd),
    ("bgp", ProtocolKind::Bgp),
    ("bmp", ProtocolKind::Bmp),
    ("bridge", ProtocolKind::Bridge),
    ("device", ProtocolKind::Device),
    ("direct", ProtocolKind::Direct),
    ("evpn", ProtocolKind::Evpn),
    ("kernel", ProtocolKind::Kernel),
    ("l3vpn", ProtocolKind::L3vpn),
    ("mrt", ProtocolKind::Mrt),
    ("ospf", ProtocolKind::OspfV2),
    ("perf", ProtocolKind::Perf),
    ("pipe", ProtocolKind::Pipe),
    ("radv", ProtocolKind::Radv),
    ("rip", ProtocolKind::Rip),
    ("rpki", ProtocolKind::Rpki),
    ("static", ProtocolKind::Static),
];

/// Protocols that exchange routes with a table through channels of their own.
const CHANNELLED: &[ProtocolKind] = &[
    ProtocolKind::Babel,
    ProtocolKind::Bgp,
    ProtocolKind::Direct,
    ProtocolKind::Kernel,
    ProtocolKind::OspfV2,
    ProtocolKind::OspfV3,
    ProtocolKind::Rip,
    ProtocolKind::RipNg,
    ProtocolKind::Static,
];

impl Parser<'_> {
    /// `protocol …`, `template …`.
    pub(super) fn protocol(&mut self, template: bool) -> Parse<ItemKind> {
        let first = self.at;
        self.advance();
        let place = self.place();
        let kind = self.protocol_kind()?;
        let mut name = None;
        let mut name_place = place;
        if self.word() != Some("from")
            && matches!(self.peek(), TokenKind::Word(_) | TokenKind::Quoted(_))
        {
            let (given, at) = self.name("a name")?;
            let symbol = if template {
                Symbol::Template(kind)
            } else {
                Symbol::Protocol(kind)
            };
            self.define(&given, symbol, at);
            name_place = at;
            name = Some(given);
        }
        let from = if self.eat_word("from") {
            Some(self.parent(kind)?)
        } else {
            None
        };
        self.expect("{")?;
        let block = self.blocks.len();
        let called = name.clone().unwrap_or_else(|| word(kind).into());
        self.blocks.push((first..self.tokens.len(), called));
        let mut protocol = Protocol {
            kind,
            place,
            name,
            name_place,
            from,
            items: Vec::new(),
        };
        while !self.is("}") && self.peek() != TokenKind::End {
            if self.eat(";") {
                continue;
            }
            let item = self.protocol_item(kind);
            protocol.items.push(item);
        }
        if let Some((range, _)) = self.blocks.get_mut(block) {
            range.end = self.at;
        }
        self.expect("}")?;
        Ok(if template {
            ItemKind::Template(protocol)
        } else {
            ItemKind::Protocol(protocol)
        })
    }

    fn protocol_kind(&mut self) -> Parse<ProtocolKind> {
        let found = KINDS.iter().find(|(word, _)| self.word() == Some(*word));
        let Some((_, kind)) = found else {
            return Err(self.expected("a kind of protocol such as `bgp`"));
        };
        self.advance();
        Ok(match (kind, self.word()) {
            (ProtocolKind::OspfV2, Some("v2")) => {
                self.advance();
                ProtocolKind::OspfV2
            }
            (ProtocolKind::OspfV2, Some("v3")) => {
                self.advance();
                ProtocolKind::OspfV3
            }
            (ProtocolKind::Rip, Some("ng")) => {
                self.advance();
                ProtocolKind::RipNg
            }
            (kind, _) => *kind,
        })
    }

    fn parent(&mut self, kind: ProtocolKind) -> Parse<Reference> {
        let (name, place) = self.name("the name of a template")?;
        match self.scopes.find(&name) {
            Some(Symbol::Template(of) | Symbol::Protocol(of)) if of == kind => {}
            Some(Symbol::Template(_) | Symbol::Protocol(_)) => {
                self.invalid(place, format!("`{name}` is of another kind of protocol"));
            }
            _ => self.undefined("template", &name, place),
        }
        Ok(Reference { name, place })
    }

    fn protocol_item(&mut self, kind: ProtocolKind) -> ProtocolItem {
        let start = self.place();
        let at = self.at;
        let item = self.protocol_statement(kind).unwrap_or_else(|Fail| {
            self.skip_statement();
            if self.at == at {
                self.advance();
            }
            ProtocolItemKind::Unknown
        });
        let place = self.since(start);
        if harmless(&item) {
            self.inert.push(place);
        }
        ProtocolItem { place, kind: item }
    }

    fn protocol_statement(&mut self, kind: ProtocolKind) -> Parse<ProtocolItemKind> {
        if kind == ProtocolKind::Static && self.word() == Some("route") {
            let route = self.route()?;
            self.expect(";")?;
            return Ok(ProtocolItemKind::Route(route));
        }
        if kind == ProtocolKind::Bgp {
            if self.word() == Some("local") && self.word_at(1) != Some("role") {
                self.advance();
                let endpoint = self.endpoint()?;
                self.expect(";")?;
                return Ok(ProtocolItemKind::Local(endpoint));
            }
            if self.word() == Some("neighbor") {
                let neighbor = self.neighbor()?;
                self.expect(";")?;
                return Ok(ProtocolItemKind::Neighbor(neighbor));
            }
        }
        if let Some(channel) = self.channel(kind)? {
            self.expect(";")?;
            return Ok(ProtocolItemKind::Channel(channel));
        }
        if matches!(kind, ProtocolKind::Pipe | ProtocolKind::Aggregator)
            && !self.are_words(&["peer", "table"])
            && let Some(item) = self.channel_statement()?
        {
            self.expect(";")?;
            return Ok(ProtocolItemKind::OfChannel(item));
        }
        let lists = [settings::of(kind), settings::COMMON];
        match self.setting(&lists)? {
            Some(item) => {
                self.expect(";")?;
                Ok(item.into())
            }
            None => Err(self.misplaced(kind)),
        }
    }

    /// Nothing that belongs here; what stood here in BIRD 1 is told where it belongs now.
    fn misplaced(&mut self, kind: ProtocolKind) -> Fail {
        let former = match self.word() {
            Some(word @ ("import" | "export")) => Some(word.to_owned()),
            _ => self.phrase(settings::CHANNEL).map(str::to_owned),
        };
        match former {
            Some(former) if CHANNELLED.contains(&kind) => self.fail(format!(
                "`{former}` stands in a channel since BIRD 2, as in `ipv4 {{ {former} …; }};`"
            )),
            _ => self.expected(&format!("a setting of a {} protocol or `}}`", word(kind))),
        }
    }

    /// Takes `[ADDRESS] [port N] [as ASN]` in any order.
    fn endpoint(&mut self) -> Parse<Endpoint> {
        let mut endpoint = Endpoint::default();
        while !self.is(";") {
            self.endpoint_part(&mut endpoint)?;
        }
        Ok(endpoint)
    }

    fn endpoint_part(&mut self, endpoint: &mut Endpoint) -> Parse<()> {
        if self.eat_word("as") {
            endpoint.asn = Some(self.plain_value()?);
        } else if self.eat_word("port") {
            endpoint.port = Some(self.plain_value()?);
        } else if endpoint.address.is_none() && endpoint.asn.is_none() && endpoint.port.is_none() {
            endpoint.address = Some(self.plain_value()?);
            endpoint.interface = self.interface()?;
        } else {
            return Err(self.expected("`port`, `as` or `;`"));
        }
        Ok(())
    }

    /// Takes `%eth0`.
    pub(super) fn interface(&mut self) -> Parse<Option<Name>> {
        if !self.eat("%") {
            return Ok(None);
        }
        if let TokenKind::Text(_) = self.peek() {
            return self.text().map(Some);
        }
        self.name("the name of an interface")
            .map(|(name, _)| Some(name))
    }

    fn neighbor(&mut self) -> Parse<Neighbor> {
        self.expect_word("neighbor")?;
        let mut neighbor = Neighbor::default();
        if self.eat_word("range") {
            neighbor.range = Some(self.plain_value()?);
        }
        while !self.is(";") {
            match self.word() {
                Some("internal") => {
                    self.advance();
                    neighbor.scope = Some(NeighborScope::Internal);
                }
                Some("external") => {
                    self.advance();
                    neighbor.scope = Some(NeighborScope::External);
                }
                Some("onlink") => {
                    self.advance();
                    neighbor.on_link = true;
                }
                Some("dev") => {
                    self.advance();
                    neighbor.endpoint.interface = Some(self.text()?);
                }
                _ if neighbor.range.is_some() && !matches!(self.word(), Some("as" | "port")) => {
                    return Err(self.expected("`as`, `external`, `internal` or `;`"));
                }
                _ => self.endpoint_part(&mut neighbor.endpoint)?,
            }
        }
        Ok(neighbor)
    }

    /// Takes a value of a setting: a literal, a constant, or an expression in parentheses.
    pub(super) fn plain_value(&mut self) -> Parse<Expression> {
        match self.peek() {
            TokenKind::Mark("[" | "[=" | "+" | "-") => Err(self.expected("a value")),
            _ => self.primary().map(|value| value.expression),
        }
    }
}

/// What has no effect on announcements, so that an unknown value in it is nobody's loss.
fn harmless(item: &ProtocolItemKind) -> bool {
    use crate::bird::{SettingName, ast::ChannelItemKind};
    match item {
        ProtocolItemKind::Inert(_) | ProtocolItemKind::OfChannel(ChannelItemKind::Inert(_)) => true,
        ProtocolItemKind::Setting(setting) => {
            matches!(
                setting.name,
                SettingName::Password | SettingName::Description
            )
        }
        _ => false,
    }
}

/// The keyword of a kind of protocol.
fn word(kind: ProtocolKind) -> &'static str {
    let base = match kind {
        ProtocolKind::OspfV3 => ProtocolKind::OspfV2,
        ProtocolKind::RipNg => ProtocolKind::Rip,
        kind => kind,
    };
    let found = KINDS.iter().find(|(_, known)| *known == base);
    found.map_or("protocol", |(word, _)| word)
}
