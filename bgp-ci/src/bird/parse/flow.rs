//! Flow specifications (RFC 8955) among static routes.

use super::{Parse, Parser};
use crate::bird::ast::{FlowComponent, FlowComponentKind, FlowField, FlowRange, RouteNetwork};
use crate::bird::token::TokenKind;
use crate::filter::ir::{BinaryOperator, Literal};
use crate::filter::{Expression, ExpressionKind};
use crate::model::Family;

/// What a comparison begins with, the longest first, and what it asks.
const COMPARISONS: [(&str, BinaryOperator); 6] = [
    ("!=", BinaryOperator::NotEqual),
    ("<=", BinaryOperator::LessOrEqual),
    (">=", BinaryOperator::GreaterOrEqual),
    ("=", BinaryOperator::Equal),
    ("<", BinaryOperator::Less),
    (">", BinaryOperator::Greater),
];

impl Parser<'_> {
    /// Takes `flow4 { dst 192.0.2.0/24; proto = 6; … }`.
    pub(super) fn flow(&mut self) -> Parse<RouteNetwork> {
        let family = match self.word() {
            Some("flow6") => Family::Ipv6,
            _ => Family::Ipv4,
        };
        self.advance();
        self.expect("{")?;
        let mut components = Vec::new();
        while !self.eat("}") {
            if self.eat(";") {
                continue;
            }
            let start = self.place();
            let kind = self.flow_component()?;
            let place = self.since(start);
            components.push(FlowComponent { place, kind });
            self.expect(";")?;
        }
        Ok(RouteNetwork::Flow { family, components })
    }

    fn flow_component(&mut self) -> Parse<FlowComponentKind> {
        let (name, _) = self.name("a component of a flow specification")?;
        let field = match &*name {
            "dst" | "src" => return self.flow_prefix(*name == *"dst"),
            "proto" => FlowField::Protocol,
            "next" => {
                self.expect_word("header")?;
                FlowField::Protocol
            }
            "port" => FlowField::Port,
            "dport" => FlowField::DestinationPort,
            "sport" => FlowField::SourcePort,
            name => {
                let kind = match name {
                    "icmp" => FlowComponentKind::Icmp,
                    _ => FlowComponentKind::Other,
                };
                self.skip_value();
                return Ok(kind);
            }
        };
        let mut any_of = vec![vec![self.flow_range()?]];
        loop {
            if self.eat("&&") {
                let range = self.flow_range()?;
                any_of
                    .last_mut()
                    .into_iter()
                    .for_each(|all| all.push(range.clone()));
            } else if self.eat("||") || self.eat(",") {
                any_of.push(vec![self.flow_range()?]);
            } else {
                return Ok(FlowComponentKind::Numbers { field, any_of });
            }
        }
    }

    fn flow_prefix(&mut self, destination: bool) -> Parse<FlowComponentKind> {
        let place = self.place();
        let prefix = if let TokenKind::Ip(_) = self.peek() {
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
            Expression { place, kind }
        } else {
            self.plain_value()?
        };
        // Then the bits before the offset may be any.
        let offset = self.eat_word("offset");
        if offset {
            self.plain_value()?;
        }
        Ok(FlowComponentKind::Prefix {
            destination,
            prefix,
            offset,
        })
    }

    /// Takes `179`, `1..1023` or a comparison.
    fn flow_range(&mut self) -> Parse<FlowRange> {
        for (mark, operator) in COMPARISONS {
            if self.eat(mark) {
                return Ok(FlowRange::Compared(operator, self.plain_value()?));
            }
        }
        let first = self.plain_value()?;
        if self.eat("..") {
            return Ok(FlowRange::Between(first, self.plain_value()?));
        }
        Ok(FlowRange::Compared(BinaryOperator::Equal, first))
    }
}
