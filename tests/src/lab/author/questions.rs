//! Questions: expressions that are true or false.

use bgp_ci::filter::attribute::{Attribute, BgpAttribute, StaticAttribute};
use bgp_ci::filter::ir::{BinaryOperator, Expression, ExpressionKind, Literal, Method, TableName};
use bgp_ci::filter::types::{EnumType, Enumerated, SetType, Type};

use super::expressions::{asked, binary};
use super::{Author, PLACE, literal, node};

impl Author {
    pub(super) fn truth(&mut self, depth: usize) -> Expression {
        match self.dice.below(11) {
            0 => {
                let operand = self.expression(Type::Bool, depth);
                node(ExpressionKind::Not(Box::new(operand)))
            }
            1 | 2 => {
                let operator = self.dice.pick(&[BinaryOperator::And, BinaryOperator::Or]);
                let left = self.expression(Type::Bool, depth);
                binary(operator, left, self.expression(Type::Bool, depth))
            }
            3 => {
                let of = self.dice.pick(&super::TYPES);
                let operator = self
                    .dice
                    .pick(&[BinaryOperator::Equal, BinaryOperator::NotEqual]);
                let left = self.expression(of, depth);
                binary(operator, left, self.expression(of, depth))
            }
            4 => {
                let of = self.dice.pick(&[
                    Type::Int,
                    Type::Int,
                    Type::Pair,
                    Type::Large,
                    Type::Extended,
                    Type::Ip,
                    Type::Prefix,
                ]);
                let operator = self.dice.pick(&[
                    BinaryOperator::Less,
                    BinaryOperator::LessOrEqual,
                    BinaryOperator::Greater,
                    BinaryOperator::GreaterOrEqual,
                ]);
                let left = self.expression(of, depth);
                binary(operator, left, self.expression(of, depth))
            }
            5 if !self.constant => self.presence(),
            6 if !self.constant => self.named_value(),
            7 if !self.constant => self.origin_validation(depth),
            _ => self.membership(depth),
        }
    }

    /// `defined(…)` and questions about the route itself.
    fn presence(&mut self) -> Expression {
        match self.dice.below(4) {
            0 => {
                let kind = literal(Literal::Enum(Enumerated::RTS_STATIC));
                let source = node(ExpressionKind::Attribute(Attribute::Static(
                    StaticAttribute::Source,
                )));
                binary(BinaryOperator::Equal, source, kind)
            }
            1 => {
                let of = literal(Literal::Enum(Enumerated::NET_IP4));
                let net = node(ExpressionKind::Attribute(Attribute::Static(
                    StaticAttribute::Net,
                )));
                binary(BinaryOperator::Equal, asked(Method::NetType, net), of)
            }
            _ => {
                let of = self.dice.pick(&[
                    Type::Int,
                    Type::Ip,
                    Type::Path,
                    Type::Communities,
                    Type::LargeCommunities,
                ]);
                let attribute = self
                    .attribute(of)
                    .expect("there is one of each of these types");
                let operand = node(ExpressionKind::Attribute(attribute));
                node(ExpressionKind::Defined(Box::new(operand)))
            }
        }
    }

    /// A question about an attribute whose values have names.
    fn named_value(&mut self) -> Expression {
        let (attribute, of) = self.enumeration();
        if self.dice.one_in(2) {
            let operator = self
                .dice
                .pick(&[BinaryOperator::Equal, BinaryOperator::NotEqual]);
            return binary(operator, attribute, self.leaf(Type::Enum(of)));
        }
        binary(
            BinaryOperator::Match,
            attribute,
            self.set(SetType::Enum(of)),
        )
    }

    /// An attribute whose values have names.
    pub(super) fn enumeration(&mut self) -> (Expression, EnumType) {
        let of = |attribute| node(ExpressionKind::Attribute(attribute));
        match self.dice.below(5) {
            0 => {
                let net = of(Attribute::Static(StaticAttribute::Net));
                (asked(Method::NetType, net), EnumType::Net)
            }
            1 => (of(Attribute::Bgp(BgpAttribute::Origin)), EnumType::Origin),
            2 => (
                of(Attribute::Static(StaticAttribute::Source)),
                EnumType::Source,
            ),
            3 => (
                of(Attribute::Static(StaticAttribute::Destination)),
                EnumType::Destination,
            ),
            _ => (
                of(Attribute::Static(StaticAttribute::Scope)),
                EnumType::Scope,
            ),
        }
    }

    /// `roa_check` in both forms (RFC 6811).
    fn origin_validation(&mut self, depth: usize) -> Expression {
        let (four, six) = (self.network(), self.network6());
        let (table, net) = self.dice.pick(&[
            ("roas4", Some(four)),
            ("roas6", Some(six)),
            ("roas4", None),
            ("roas6", None),
        ]);
        let of = match net {
            None => None,
            Some(net) if self.dice.one_in(2) => Some([
                literal(Literal::Prefix(net)),
                self.expression(Type::Int, depth),
            ]),
            Some(_) => {
                let net = node(ExpressionKind::Attribute(Attribute::Static(
                    StaticAttribute::Net,
                )));
                Some([net, self.leaf(Type::Int)])
            }
        };
        let check = node(ExpressionKind::RoaCheck {
            table: TableName {
                name: table.into(),
                place: PLACE,
            },
            of: of.map(Box::new),
        });
        let answer = self.dice.pick(&[
            Enumerated::ROA_VALID,
            Enumerated::ROA_INVALID,
            Enumerated::ROA_UNKNOWN,
        ]);
        binary(BinaryOperator::Equal, check, literal(Literal::Enum(answer)))
    }

    fn membership(&mut self, depth: usize) -> Expression {
        let operator = if self.dice.one_in(4) {
            BinaryOperator::NotMatch
        } else {
            BinaryOperator::Match
        };
        let (left, right) = match self.dice.below(16) {
            0 => (Type::Int, self.set(SetType::Int)),
            1 => (Type::Pair, self.set(SetType::Pair)),
            2 => (Type::Extended, self.set(SetType::Extended)),
            3 => (Type::Large, self.set(SetType::Large)),
            4 => (Type::Ip, self.set(SetType::Ip)),
            5 => (Type::Prefix, self.set(SetType::Prefix)),
            6 => (Type::Path, self.set(SetType::Int)),
            7 => (Type::Communities, self.set(SetType::Pair)),
            8 => (Type::LargeCommunities, self.set(SetType::Large)),
            9 => (Type::ExtendedCommunities, self.set(SetType::Extended)),
            10 => {
                let pattern = self
                    .dice
                    .pick(&["*", "f*", "feed?r", "feeder", "x\\*", "*a"]);
                (Type::String, literal(Literal::String(pattern.into())))
            }
            11 if !self.constant => (Type::Path, self.expression(Type::PathMask, 1)),
            13 => (Type::Prefix, self.expression(Type::Set(SetType::Prefix), 1)),
            14 => (Type::Int, self.expression(Type::Set(SetType::Int), 1)),
            12 => {
                let of = self.dice.pick(&[Type::Ip, Type::Prefix]);
                (of, self.expression(Type::Prefix, depth))
            }
            _ => {
                let (item, list) = self.dice.pick(&[
                    (Type::Int, Type::Path),
                    (Type::Pair, Type::Communities),
                    (Type::Quad, Type::Communities),
                    (Type::Extended, Type::ExtendedCommunities),
                    (Type::Large, Type::LargeCommunities),
                ]);
                (item, self.expression(list, depth))
            }
        };
        let left = match left {
            // Mostly the route at hand.
            Type::Prefix if !self.constant && self.dice.below(3) > 0 => node(
                ExpressionKind::Attribute(Attribute::Static(StaticAttribute::Net)),
            ),
            Type::String if !self.constant => node(ExpressionKind::Attribute(Attribute::Static(
                StaticAttribute::Protocol,
            ))),
            of => self.expression(of, depth),
        };
        binary(operator, left, right)
    }
}
