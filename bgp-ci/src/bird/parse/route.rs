//! Routes of a static protocol.

use super::{Parse, Parser};
use crate::bird::ast::{Destination, NextHop, RouteNetwork, StaticRoute};
use crate::bird::token::TokenKind;
use crate::filter::ir::Literal;
use crate::filter::{Expression, ExpressionKind};

impl Parser<'_> {
    /// Takes `route NETWORK DESTINATION { … }`.
    pub(super) fn route(&mut self) -> Parse<StaticRoute> {
        let start = self.place();
        self.expect_word("route")?;
        let network = self.network()?;
        let destination = self.destination()?;
        let needs = matches!(network, RouteNetwork::Prefix(_));
        if needs && matches!(destination, Destination::None) {
            let place = self.since(start);
            self.invalid(
                place,
                "this route has no destination such as `blackhole` or `via`".to_owned(),
            );
        }
        let block = if self.is("{") {
            Some(self.route_block()?)
        } else {
            None
        };
        Ok(StaticRoute {
            network,
            destination,
            block,
        })
    }

    fn network(&mut self) -> Parse<RouteNetwork> {
        match (self.peek(), self.word()) {
            (TokenKind::RouteDistinguisher(_), _) => {
                self.primary()?;
                Ok(RouteNetwork::Unmodelled("vpn networks"))
            }
            (TokenKind::Number(_), _) => {
                self.advance();
                Ok(RouteNetwork::Unmodelled("mpls labels"))
            }
            (_, Some("flow4" | "flow6")) => self.flow(),
            (_, Some("aspa")) => {
                self.advance();
                self.plain_value()?;
                if !self.eat_word("transit") {
                    self.expect_word("providers")?;
                    self.plain_value()?;
                    while self.eat(",") {
                        self.plain_value()?;
                    }
                }
                Ok(RouteNetwork::Unmodelled("provider authorisations"))
            }
            (_, Some("evpn" | "mac" | "eth")) => {
                self.skip_value();
                Ok(RouteNetwork::Unmodelled("evpn networks"))
            }
            (TokenKind::Ip(_), _) => {
                let place = self.place();
                let prefix = self.prefix()?;
                let place = self.since(place);
                let kind = match prefix {
                    Some(prefix) => ExpressionKind::Literal(Literal::Prefix(prefix)),
                    None => {
                        Self::unknown(place, "a network that cannot be")
                            .expression
                            .kind
                    }
                };
                let prefix = Expression { place, kind };
                self.after_prefix(prefix)
            }
            _ => {
                let prefix = self.plain_value()?;
                self.after_prefix(prefix)
            }
        }
    }

    fn after_prefix(&mut self, prefix: Expression) -> Parse<RouteNetwork> {
        if self.eat_word("from") {
            self.plain_value()?;
            if self.eat("/") {
                self.plain_value()?;
            }
            return Ok(RouteNetwork::Unmodelled("networks with a source"));
        }
        let max_length = if self.eat_word("max") {
            Some(self.plain_value()?)
        } else {
            None
        };
        if max_length.is_some() || self.word() == Some("as") {
            self.expect_word("as")?;
            let asn = self.plain_value()?;
            return Ok(RouteNetwork::Roa {
                prefix,
                max_length,
                asn,
            });
        }
        Ok(RouteNetwork::Prefix(prefix))
    }

    fn destination(&mut self) -> Parse<Destination> {
        let destination = match self.word() {
            Some("via") => return self.next_hops(),
            Some("recursive") => {
                self.advance();
                let gateway = self.plain_value()?;
                if self.eat_word("mpls") {
                    self.labels_of_mpls()?;
                }
                return Ok(Destination::Recursive(gateway));
            }
            Some("blackhole" | "drop") => Destination::Blackhole,
            Some("unreachable" | "reject") => Destination::Unreachable,
            Some("prohibit") => Destination::Prohibit,
            Some("mpls" | "dev") => {
                self.skip_value();
                return Ok(Destination::Unmodelled("mpls destinations"));
            }
            _ => return Ok(Destination::None),
        };
        self.advance();
        Ok(destination)
    }

    fn next_hops(&mut self) -> Parse<Destination> {
        let mut hops = Vec::new();
        while self.eat_word("via") {
            let value = self.plain_value()?;
            let named = matches!(value.kind, ExpressionKind::Literal(Literal::String(_)));
            let mut hop = NextHop {
                gateway: (!named).then(|| value.clone()),
                interface: named.then_some(value),
                on_link: false,
                weight: None,
                extras: Vec::new(),
            };
            let place = self.place();
            if let Some(name) = self.interface()? {
                hop.interface = Some(Expression {
                    place: self.since(place),
                    kind: ExpressionKind::Literal(Literal::String(name)),
                });
            }
            self.next_hop_options(&mut hop)?;
            hops.push(hop);
        }
        Ok(Destination::Via(hops))
    }

    fn next_hop_options(&mut self, hop: &mut NextHop) -> Parse<()> {
        loop {
            match self.word() {
                Some("dev") => {
                    self.advance();
                    hop.interface = Some(self.plain_value()?);
                }
                Some("onlink") => {
                    self.advance();
                    hop.on_link = self.switch()?;
                }
                Some("weight") => {
                    self.advance();
                    hop.weight = Some(self.plain_value()?);
                }
                Some("bfd") => {
                    self.advance();
                    self.switch()?;
                    hop.extras.push("bfd");
                }
                Some("mpls") => {
                    self.advance();
                    self.labels_of_mpls()?;
                    hop.extras.push("mpls");
                }
                _ => return Ok(()),
            }
        }
    }

    fn labels_of_mpls(&mut self) -> Parse<()> {
        self.plain_value()?;
        while self.eat("/") {
            self.plain_value()?;
        }
        Ok(())
    }
}
