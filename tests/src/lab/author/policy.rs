//! Policies as networks write them, for routes that neighbours send: conditions on what a route
//! has, edits, and a verdict. Their numbers are few, so that conditions hold now and then.

use bgp_ci::filter::attribute::{Attribute, BgpAttribute, StaticAttribute};
use bgp_ci::filter::ir::{
    BinaryOperator, Block, Expression, ExpressionKind, Literal, Method, SetItem, SetLiteral,
    Statement, StatementKind, TableName, Target,
};
use bgp_ci::filter::program::{Filter, FilterKind, Frame, Program};
use bgp_ci::filter::types::{EnumType, Enumerated, SetType, Type};
use bgp_ci::model::{AsPath, Asn, Community, NextHop, OriginCode, Prefix, Segment};
use bgp_ci::router::propagate::Sent;

use super::expressions::{asked, binary};
use super::statements::decided;
use super::{Author, PLACE, literal, node};
use crate::lab::dice::Dice;

/// The numbers of policies and of the routes that they see.
const FEW: [u32; 8] = [1, 7, 24, 64496, 64501, 64502, 64511, 65535];

/// A program of one filter that is a policy; its names begin with `name`.
pub fn policy(name: &str, seed: u64) -> Program {
    let mut author = few(name, seed);
    for _ in 0..author.dice.below(3) {
        author.constant();
    }
    for _ in 0..author.dice.below(2) {
        author.function();
    }
    author.policy();
    author.program
}

/// What a neighbour with the number `asn`, inside or outside of the router's system, sends: to one
/// of the networks that policies name.
pub fn received(seed: u64, asn: u32, internal: bool, six: bool) -> (Prefix, Sent) {
    let mut author = few("", seed);
    let prefix = if six {
        author.network6()
    } else {
        author.network()
    };
    let first = (!internal && !author.dice.one_in(15)).then_some(asn);
    let length = author.dice.below(4);
    let asns: Vec<Asn> = first
        .into_iter()
        .chain((0..length).map(|_| author.number().max(1)))
        .map(Asn)
        .collect();
    let mut segments = vec![Segment::Sequence(asns)];
    if author.dice.one_in(10) {
        segments.push(Segment::Set(vec![Asn(64501), Asn(author.number().max(1))]));
    }
    let mut communities = std::collections::BTreeSet::new();
    let half = |number: u32| u16::try_from(number & 0xffff).expect("it is 16 bits");
    for _ in 0..author.dice.below(4) {
        let (a, b) = (author.number(), author.number());
        communities.insert(Community::Standard(half(a), half(b)));
    }
    for _ in 0..author.dice.below(3) {
        let parts = (author.number(), author.number(), author.number());
        communities.insert(Community::Large(parts.0, parts.1, parts.2));
    }
    if author.dice.one_in(3) {
        let (key, value) = (author.number() & 0xffff, author.number());
        let kind = author.dice.pick(&[0x0002_u64, 0x0003]);
        let octets = kind << 48 | u64::from(key) << 32 | u64::from(value);
        communities.insert(Community::Extended(octets));
    }
    if author.dice.one_in(12) {
        communities.insert(author.dice.pick(&[
            Community::NO_EXPORT,
            Community::NO_ADVERTISE,
            Community::NO_EXPORT_SUBCONFED,
        ]));
    }
    let sent = Sent {
        path: AsPath::from_segments(segments),
        origin_code: author.dice.pick(&[
            OriginCode::Igp,
            OriginCode::Igp,
            OriginCode::Egp,
            OriginCode::Incomplete,
        ]),
        communities,
        med: author.dice.one_in(2).then(|| author.number()),
        local_preference: internal.then(|| author.number()),
        next_hop: NextHop::Address(if six {
            std::net::Ipv6Addr::from(0x2001_0db8_u128 << 96 | u128::from(author.number() & 7))
                .into()
        } else {
            std::net::Ipv4Addr::from(0xc000_0201 + (author.number() & 7)).into()
        }),
        otc: author.dice.one_in(8).then_some(Asn(asn)),
    };
    (prefix, sent)
}

fn few(name: &str, seed: u64) -> Author {
    Author {
        dice: Dice::new(seed),
        name: name.to_owned(),
        program: super::empty(),
        frame: Frame::default(),
        scope: Vec::new(),
        functions: Vec::new(),
        returns: None,
        constant: false,
        stale: false,
        numbers: &FEW,
    }
}

fn of(attribute: BgpAttribute) -> Expression {
    node(ExpressionKind::Attribute(Attribute::Bgp(attribute)))
}

fn net() -> Expression {
    node(ExpressionKind::Attribute(Attribute::Static(
        StaticAttribute::Net,
    )))
}

impl Author {
    fn policy(&mut self) {
        self.frame = Frame::default();
        self.scope.clear();
        self.stale = false;
        let mut body: Block = (0..2 + self.dice.below(5)).map(|_| self.clause()).collect();
        body.push(decided(!self.dice.one_in(6)));
        self.program.filters.push(Filter {
            kind: FilterKind::Named(format!("{}_filter", self.name).into()),
            place: PLACE,
            frame: std::mem::take(&mut self.frame),
            body,
        });
    }

    fn clause(&mut self) -> Statement {
        if self.dice.one_in(4) {
            return self.edit();
        }
        let condition = self.condition(2);
        let mut then: Block = (0..self.dice.below(3)).map(|_| self.edit()).collect();
        if then.is_empty() || self.dice.one_in(4) {
            then.push(decided(self.dice.one_in(2)));
        }
        let otherwise = if self.dice.one_in(4) {
            vec![self.edit()]
        } else {
            Vec::new()
        };
        Statement {
            place: PLACE,
            kind: StatementKind::If {
                condition,
                then,
                otherwise,
            },
        }
    }

    /// A change of what the neighbour on the other side would see, or another policy.
    fn edit(&mut self) -> Statement {
        let kind = match self.dice.below(10) {
            0 => {
                let attribute = self.dice.pick(&[
                    BgpAttribute::Med,
                    BgpAttribute::Communities,
                    BgpAttribute::LargeCommunities,
                    BgpAttribute::OnlyToCustomer,
                ]);
                StatementKind::Unset(Attribute::Bgp(attribute))
            }
            1 => StatementKind::Assign {
                target: Target::Attribute(Attribute::Bgp(BgpAttribute::OnlyToCustomer)),
                value: self.leaf(Type::Int),
            },
            _ => self.assignment(),
        };
        Statement { place: PLACE, kind }
    }

    fn condition(&mut self, depth: usize) -> Expression {
        match self.dice.below(16) {
            0 | 1 => {
                let set = self.set(SetType::Pair);
                binary(BinaryOperator::Match, of(BgpAttribute::Communities), set)
            }
            2 => {
                let pair = self.leaf(Type::Pair);
                binary(BinaryOperator::Match, pair, of(BgpAttribute::Communities))
            }
            3 => {
                let set = self.set(SetType::Large);
                let list = of(BgpAttribute::LargeCommunities);
                binary(BinaryOperator::Match, list, set)
            }
            4 => {
                let set = self.set(SetType::Extended);
                let list = of(BgpAttribute::ExtendedCommunities);
                binary(BinaryOperator::Match, list, set)
            }
            5 | 6 => {
                let mask = self.mask();
                binary(BinaryOperator::Match, of(BgpAttribute::Path), mask)
            }
            7 => {
                let length = asked(Method::Length, of(BgpAttribute::Path));
                let limit = u32::try_from(self.dice.below(5)).expect("it is small");
                let operator = self.comparison();
                binary(operator, length, literal(Literal::Int(limit)))
            }
            8 => {
                let end = self.dice.pick(&[Method::First, Method::Last]);
                let set = self.set(SetType::Int);
                binary(
                    BinaryOperator::Match,
                    asked(end, of(BgpAttribute::Path)),
                    set,
                )
            }
            9 | 10 => {
                let set = self.set(SetType::Prefix);
                binary(BinaryOperator::Match, net(), set)
            }
            11 => {
                let attribute = self.dice.pick(&[
                    BgpAttribute::Med,
                    BgpAttribute::LocalPreference,
                    BgpAttribute::OnlyToCustomer,
                ]);
                if self.dice.one_in(2) {
                    return node(ExpressionKind::Defined(Box::new(of(attribute))));
                }
                let operator = self.comparison();
                binary(operator, of(attribute), self.leaf(Type::Int))
            }
            12 => {
                let origin = self.leaf(Type::Enum(EnumType::Origin));
                binary(BinaryOperator::Equal, of(BgpAttribute::Origin), origin)
            }
            13 => self.validity(),
            14 if depth > 0 => {
                let operator = self.dice.pick(&[BinaryOperator::And, BinaryOperator::Or]);
                let left = self.condition(depth - 1);
                binary(operator, left, self.condition(depth - 1))
            }
            15 if depth > 0 => node(ExpressionKind::Not(Box::new(self.condition(depth - 1)))),
            _ => {
                let net = self.network();
                let lengths = bgp_ci::filter::ir::Lengths::OrLonger;
                let items = vec![SetItem::Prefix(literal(Literal::Prefix(net)), lengths)];
                let set = SetLiteral {
                    of: SetType::Prefix,
                    items,
                };
                binary(
                    BinaryOperator::NotMatch,
                    self::net(),
                    node(ExpressionKind::Set(set.into())),
                )
            }
        }
    }

    fn comparison(&mut self) -> BinaryOperator {
        self.dice.pick(&[
            BinaryOperator::Equal,
            BinaryOperator::Less,
            BinaryOperator::Greater,
            BinaryOperator::GreaterOrEqual,
        ])
    }

    /// `roa_check` of the route at hand.
    fn validity(&mut self) -> Expression {
        let table = self.dice.pick(&["roas4", "roas6"]);
        let check = node(ExpressionKind::RoaCheck {
            table: TableName {
                name: table.into(),
                place: PLACE,
            },
            of: None,
        });
        let answer = self.dice.pick(&[
            Enumerated::ROA_VALID,
            Enumerated::ROA_INVALID,
            Enumerated::ROA_UNKNOWN,
        ]);
        binary(BinaryOperator::Equal, check, literal(Literal::Enum(answer)))
    }
}
