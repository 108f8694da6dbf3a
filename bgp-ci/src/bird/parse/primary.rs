//! Values: literals, names, calls.

use std::net::IpAddr;

use ipnet::IpNet;

use super::check::{self, Value};
use super::scope::Symbol;
use super::{Parse, Parser};
use crate::bird::token::TokenKind;
use crate::filter::ir::{Expression, ExpressionKind, ExtendedKind, Literal};
use crate::filter::{Attribute, BgpAttribute, OtherAttribute, StaticAttribute, Type};
use crate::model::Prefix;
use crate::place::Place;

impl Parser<'_> {
    /// A value of `kind` from `start` to here.
    pub(super) fn value(&self, start: Place, kind: ExpressionKind, of: Type) -> Value {
        Value {
            expression: Expression {
                place: self.since(start),
                kind,
            },
            of,
        }
    }

    pub(super) fn literal(&self, start: Place, literal: Literal) -> Value {
        let of = check::literal_type(&literal);
        self.value(start, ExpressionKind::Literal(literal), of)
    }

    /// Takes a value without operators around it.
    pub(super) fn primary(&mut self) -> Parse<Value> {
        let start = self.place();
        match self.peek() {
            TokenKind::Number(number) => {
                self.advance();
                Ok(self.literal(start, Literal::Int(number)))
            }
            TokenKind::Ip(_) => self.address(start),
            TokenKind::RouteDistinguisher(value) => {
                self.advance();
                if let TokenKind::Ip(_) = self.peek() {
                    let inner = self.place();
                    self.address(inner)?;
                    return Ok(self.unmodelled(start, "vpn networks", Type::Prefix));
                }
                Ok(self.literal(start, Literal::RouteDistinguisher(value)))
            }
            TokenKind::Text(id) => {
                self.advance();
                let text = self.words.text(id).clone();
                Ok(self.literal(start, Literal::String(text)))
            }
            TokenKind::Bytes(id) => {
                self.advance();
                let bytes = unhex(self.words.text(id));
                Ok(self.literal(start, Literal::Bytes(bytes.into())))
            }
            TokenKind::Hole => {
                self.advance();
                Ok(self.unmodelled(start, "a value that is not given", Type::Unknown))
            }
            TokenKind::Mark("(") => self.parentheses(start),
            TokenKind::Mark("[") => self.set(start),
            TokenKind::Mark("[=") => self.mask(start),
            TokenKind::Mark("+" | "-") => self.empty(start),
            TokenKind::Word(_) | TokenKind::Quoted(_) => self.named(start),
            TokenKind::Mark(_) | TokenKind::End => Err(self.expected("a value")),
        }
    }

    pub(super) fn unmodelled(&self, start: Place, what: &str, of: Type) -> Value {
        let place = self.since(start);
        Value {
            of,
            ..Self::unknown(place, what)
        }
    }

    /// Takes an address, or a prefix where a length follows.
    fn address(&mut self, start: Place) -> Parse<Value> {
        let TokenKind::Ip(ip) = self.peek() else {
            return Err(self.expected("an address"));
        };
        if !self.is_at(1, "/") || !matches!(self.peek_at(2), TokenKind::Number(_) | TokenKind::Hole)
        {
            self.advance();
            // BIRD keeps IPv4 addresses in the mapped range of IPv6, so it reads one as the other.
            let ip = match ip {
                IpAddr::V6(v6) => v6.to_ipv4_mapped().map_or(ip, IpAddr::V4),
                IpAddr::V4(_) => ip,
            };
            return Ok(self.literal(start, Literal::Ip(ip)));
        }
        let prefix = self.prefix()?;
        let Some(prefix) = prefix else {
            return Ok(self.unmodelled(start, "a network that cannot be", Type::Prefix));
        };
        let more = match (self.word(), self.peek_at(1)) {
            (Some("from"), TokenKind::Ip(_)) => Some("networks with a source"),
            (Some("max"), TokenKind::Number(_)) if self.word_at(2) == Some("as") => {
                Some("roa networks")
            }
            _ => None,
        };
        if let Some(what) = more {
            self.advance();
            match what {
                "roa networks" => {
                    for _ in 0..3 {
                        self.advance();
                    }
                }
                _ => {
                    self.prefix()?;
                }
            }
            return Ok(self.unmodelled(start, what, Type::Prefix));
        }
        Ok(self.literal(start, Literal::Prefix(prefix)))
    }

    /// Takes `address/length`; `None` where it is reported as impossible.
    pub(super) fn prefix(&mut self) -> Parse<Option<Prefix>> {
        let start = self.place();
        let TokenKind::Ip(ip) = self.peek() else {
            return Err(self.expected("a network such as 192.0.2.0/24"));
        };
        self.advance();
        self.expect("/")?;
        let length = match self.peek() {
            TokenKind::Number(length) => length,
            TokenKind::Hole => {
                self.advance();
                return Ok(None);
            }
            _ => return Err(self.expected("a length")),
        };
        self.advance();
        let net = u8::try_from(length)
            .ok()
            .and_then(|length| IpNet::new(ip, length).ok());
        let place = self.since(start);
        let Some(net) = net else {
            self.invalid(place, format!("`{ip}/{length}` is longer than an address"));
            return Ok(None);
        };
        let prefix = Prefix::truncated(net);
        if prefix.address() != ip {
            self.invalid(
                place,
                format!("`{ip}/{length}` has host bits set: write `{prefix}`, or the length that is meant"),
            );
        }
        Ok(Some(prefix))
    }

    /// `+empty+`, `-empty-`, `--empty--`, `---empty---`.
    fn empty(&mut self, start: Place) -> Parse<Value> {
        let forms = [
            ("+", 1, Literal::EmptyPath),
            ("-", 1, Literal::EmptyCommunities),
            ("-", 2, Literal::EmptyExtendedCommunities),
            ("-", 3, Literal::EmptyLargeCommunities),
        ];
        for (mark, count, literal) in forms {
            let around = (0..count).chain(count + 1..=2 * count);
            if self.word_at(count) == Some("empty") && around.clone().all(|at| self.is_at(at, mark))
            {
                for _ in 0..=2 * count {
                    self.advance();
                }
                return Ok(self.literal(start, literal));
            }
        }
        Err(self.expected("a value"))
    }

    /// A value in parentheses, a pair, an extended or a large community.
    fn parentheses(&mut self, start: Place) -> Parse<Value> {
        self.expect("(")?;
        if let Some(kind) = self.extended_kind()? {
            self.expect(",")?;
            let key = self.expression()?;
            self.expect(",")?;
            let number = self.number("the value of an extended community")?;
            self.expect(")")?;
            let parts = Box::new([key.expression, number.expression]);
            return Ok(self.value(start, ExpressionKind::Extended(kind, parts), Type::Extended));
        }
        let first = self.expression()?;
        if self.eat(")") {
            return Ok(Value {
                expression: Expression {
                    place: self.since(start),
                    ..first.expression
                },
                of: first.of,
            });
        }
        self.expect(",")?;
        self.wants(Type::Int, &first, "a part of a community");
        let second = self.number("a part of a community")?;
        if self.eat(")") {
            let parts = Box::new([first.expression, second.expression]);
            return Ok(self.value(start, ExpressionKind::Pair(parts), Type::Pair));
        }
        self.expect(",")?;
        let third = self.number("a part of a community")?;
        self.expect(")")?;
        let parts = Box::new([first.expression, second.expression, third.expression]);
        Ok(self.value(start, ExpressionKind::Large(parts), Type::Large))
    }

    pub(super) fn number(&mut self, what: &str) -> Parse<Value> {
        let value = self.expression()?;
        self.wants(Type::Int, &value, what);
        Ok(value)
    }

    /// Takes the kind of an extended community, if one stands here.
    pub(super) fn extended_kind(&mut self) -> Parse<Option<ExtendedKind>> {
        let kind = match self.word() {
            Some("rt") if self.is_at(1, ",") => ExtendedKind::RouteTarget,
            Some("ro") if self.is_at(1, ",") => ExtendedKind::RouteOrigin,
            Some("generic") if self.is_at(1, ",") => ExtendedKind::Generic,
            Some("unknown") => {
                self.advance();
                let TokenKind::Number(number) = self.peek() else {
                    return Err(self.expected("the number of a kind of extended communities"));
                };
                ExtendedKind::Unknown(number)
            }
            _ => return Ok(None),
        };
        self.advance();
        Ok(Some(kind))
    }

    /// A name, a keyword that is a value, or a function of the language.
    fn named(&mut self, start: Place) -> Parse<Value> {
        let (TokenKind::Word(id) | TokenKind::Quoted(id)) = self.peek() else {
            return Err(self.expected("a name"));
        };
        let name = self.words.text(id).clone();
        if let Some(symbol) = self.scopes.find(&name) {
            self.advance();
            return self.symbol(start, &name, symbol);
        }
        if let Some(value) = self.keyword(start, &name)? {
            return Ok(value);
        }
        self.advance();
        if let Some(constant) = self.given(&name, start) {
            return self.symbol(start, &name, Symbol::Constant(constant));
        }
        let called = self.is("(");
        self.undefined(if called { "function" } else { "constant" }, &name, start);
        if called {
            self.arguments()?;
        }
        Ok(self.unmodelled(
            start,
            &format!("`{name}`, which nothing defines"),
            Type::Unknown,
        ))
    }

    pub(super) fn attribute_type(&self, attribute: Attribute) -> Type {
        match attribute {
            Attribute::Static(attribute) => attribute.value_type(),
            Attribute::Bgp(attribute) => attribute.value_type(),
            Attribute::Other(attribute) => attribute.value_type,
            Attribute::Custom(id) => self.program.attribute(id).value_type,
        }
    }
}

/// The attribute that BIRD calls `name`.
pub(super) fn attribute_named(name: &str) -> Option<Attribute> {
    StaticAttribute::named(name)
        .map(Attribute::Static)
        .or_else(|| BgpAttribute::named(name).map(Attribute::Bgp))
        .or_else(|| OtherAttribute::named(name).map(Attribute::Other))
}

fn unhex(digits: &str) -> Vec<u8> {
    let digits: Vec<u8> = digits
        .chars()
        .filter_map(|c| c.to_digit(16))
        .filter_map(|digit| u8::try_from(digit).ok())
        .collect();
    let pairs = digits.chunks_exact(2);
    pairs
        .filter_map(|pair| match pair {
            [high, low] => Some(high << 4 | low),
            _ => None,
        })
        .collect()
}
