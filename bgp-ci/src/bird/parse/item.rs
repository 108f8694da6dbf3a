//! What stands outside of any protocol.

use super::scope::Symbol;
use super::setting::Units;
use super::{Fail, Parse, Parser};
use crate::bird::ast::{Item, ItemKind, NetKind, Table};
use crate::bird::token::TokenKind;

/// Statements without any bearing on what is announced, of which everything to the end is skipped.
const INERT: &[&[&str]] = &[
    &["log"],
    &["timeformat"],
    &["debug"],
    &["mrtdump"],
    &["watchdog"],
    &["hostname"],
    &["graceful", "restart", "wait"],
    &["threads"],
    &["thread", "group"],
    &["cli"],
    &["tx", "size"],
];

/// Statements that are understood as far as their end, and define a name.
const UNMODELLED: &[&[&str]] = &[&["mpls", "domain"], &["mpls", "range"], &["vrf"]];

/// Statements of BIRD 1 and what they have become.
const FORMER: &[(&str, &str)] = &[
    (
        "listen",
        "`listen bgp` went with BIRD 1: set the address and port with `local` in the protocol",
    ),
    (
        "roa",
        "`roa table` went with BIRD 1: write `roa4 table` or `roa6 table`",
    ),
    (
        "table",
        "a table names its kind since BIRD 2: write `ipv4 table` or `ipv6 table`",
    ),
];

impl Parser<'_> {
    /// Takes the whole configuration.
    pub(super) fn configuration(&mut self) {
        while self.peek() != TokenKind::End {
            if self.eat(";") {
                continue;
            }
            let start = self.place();
            let at = self.at;
            let kind = self.item().unwrap_or_else(|Fail| {
                self.skip_item();
                if self.at == at {
                    self.advance();
                }
                ItemKind::Unknown
            });
            let place = self.since(start);
            if let ItemKind::Inert(_) = kind {
                self.inert.push(place);
            }
            self.config.items.push(Item { place, kind });
        }
        let has_protocol =
            |item: &Item| matches!(item.kind, ItemKind::Protocol(_) | ItemKind::Unknown);
        if !self.unseen && !self.config.items.iter().any(has_protocol) {
            let place = self.place();
            self.invalid(
                place,
                "no protocol is configured, and BIRD does not start without one".to_owned(),
            );
        }
    }

    /// Skips to the end of a statement that makes no sense: a `;`, or the `}` of its block.
    fn skip_item(&mut self) {
        let mut open = 0_u32;
        loop {
            match self.peek() {
                TokenKind::End => return,
                TokenKind::Mark(";") if open == 0 => return self.advance(),
                TokenKind::Mark("{") => open += 1,
                TokenKind::Mark("}") => {
                    self.advance();
                    open = open.saturating_sub(1);
                    if open == 0 {
                        return;
                    }
                    continue;
                }
                _ => {}
            }
            self.advance();
        }
    }

    fn item(&mut self) -> Parse<ItemKind> {
        match self.word() {
            Some("define") => self.constant(),
            Some("function") => self.function(),
            Some("filter") => self.named_filter(),
            Some("attribute") => self.custom_attribute(),
            Some("protocol") => self.protocol(false),
            Some("template") => self.protocol(true),
            Some("router") => self.router_id(),
            Some("eval") => {
                self.advance();
                self.expression()?;
                self.expect(";")?;
                Ok(ItemKind::Inert("eval"))
            }
            _ => self.other_item(),
        }
    }

    fn other_item(&mut self) -> Parse<ItemKind> {
        if let Some(phrase) = UNMODELLED.iter().find(|phrase| self.are_words(phrase)) {
            self.at += phrase.len();
            if let TokenKind::Word(_) | TokenKind::Quoted(_) = self.peek() {
                let (name, place) = self.name("a name")?;
                self.define(&name, Symbol::Other, place);
            }
            self.skip_value();
            self.expect(";")?;
            return Ok(ItemKind::Unmodelled(
                phrase.first().copied().unwrap_or_default(),
            ));
        }
        if let Some(phrase) = INERT.iter().find(|phrase| self.are_words(phrase)) {
            self.at += phrase.len();
            self.skip_value();
            self.expect(";")?;
            return Ok(ItemKind::Inert(phrase.first().copied().unwrap_or_default()));
        }
        if let Some((net, length)) = self.net_kind()
            && self.word_at(length) == Some("table")
        {
            self.at += length;
            return self.table(net);
        }
        if let Some((_, message)) = FORMER.iter().find(|(word, _)| self.word() == Some(*word)) {
            return Err(self.fail((*message).to_owned()));
        }
        Err(self.expected("a statement such as `protocol`, `filter` or `define`"))
    }

    fn router_id(&mut self) -> Parse<ItemKind> {
        self.expect_word("router")?;
        self.expect_word("id")?;
        if self.eat_word("from") {
            self.skip_value();
            self.expect(";")?;
            return Ok(ItemKind::RouterId(None));
        }
        let value = self.setting_value(Units::None)?;
        self.expect(";")?;
        Ok(ItemKind::RouterId(Some(value)))
    }

    /// The kind of networks that is named here, and of how many words.
    pub(super) fn net_kind(&self) -> Option<(NetKind, usize)> {
        let kind = match self.word()? {
            "ipv6" if self.word_at(1) == Some("sadr") => return Some((NetKind::Ipv6Sadr, 2)),
            "ipv4" => NetKind::Ipv4,
            "ipv6" => NetKind::Ipv6,
            "vpn4" => NetKind::Vpn4,
            "vpn6" => NetKind::Vpn6,
            "roa4" => NetKind::Roa4,
            "roa6" => NetKind::Roa6,
            "flow4" => NetKind::Flow4,
            "flow6" => NetKind::Flow6,
            "mpls" => NetKind::Mpls,
            "aspa" => NetKind::Aspa,
            "eth" => NetKind::Eth,
            "evpn" => NetKind::Evpn,
            "neighbor" => NetKind::Neighbor,
            _ => return None,
        };
        Some((kind, 1))
    }

    fn table(&mut self, net: NetKind) -> Parse<ItemKind> {
        self.expect_word("table")?;
        let (name, place) = self.name("the name of a table")?;
        self.define(&name, Symbol::Table(net), place);
        let mut table = Table {
            name,
            place,
            net: Some(net),
            sorted: self.eat_word("sorted"),
            inert: Vec::new(),
        };
        if self.eat("{") {
            while !self.eat("}") {
                if self.eat(";") {
                    continue;
                }
                let start = self.place();
                match self.word() {
                    Some("sorted") => {
                        self.advance();
                        table.sorted = self.switch()?;
                    }
                    Some("trie") => table.inert.push("trie"),
                    Some("gc") => table.inert.push("gc"),
                    Some("cork") => table.inert.push("cork"),
                    Some("debug") => table.inert.push("debug"),
                    Some("settle") => table.inert.push("settle"),
                    Some("min" | "max") => table.inert.push("settle time"),
                    Some("thread") => table.inert.push("thread group"),
                    Some("export") => table.inert.push("export settle time"),
                    Some("route") => table.inert.push("route refresh export settle time"),
                    Some("digest") => table.inert.push("digest settle time"),
                    _ => return Err(self.expected("a setting of a table or `}`")),
                }
                self.skip_value();
                let place = self.since(start);
                self.inert.push(place);
                self.expect(";")?;
            }
        }
        Ok(ItemKind::Table(table))
    }
}
