//! Expressions of a wanted type.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use bgp_ci::filter::ir::{
    BinaryOperator, Edit, Expression, ExpressionKind, ExtendedKind, Literal, Method,
};
use bgp_ci::filter::program::FunctionId;
use bgp_ci::filter::types::{EnumType, Enumerated, SetType, Type};
use bgp_ci::model::Prefix;

use super::{Author, index, literal, node};

/// Numbers that meet often.
pub(super) const NUMBERS: [u32; 16] = [
    0,
    1,
    2,
    3,
    7,
    24,
    100,
    64496,
    64500,
    64501,
    64511,
    65535,
    65536,
    65551,
    4_200_000_000,
    4_294_967_295,
];

pub(super) fn binary(operator: BinaryOperator, left: Expression, right: Expression) -> Expression {
    node(ExpressionKind::Binary(operator, Box::new([left, right])))
}

pub(super) fn asked(method: Method, receiver: Expression) -> Expression {
    node(ExpressionKind::Method {
        method,
        receiver: Box::new(receiver),
        argument: None,
    })
}

impl Author {
    /// An expression of type `of`, at most `depth` deep.
    pub(super) fn expression(&mut self, of: Type, depth: usize) -> Expression {
        if let Some(named) = self.named(of) {
            return named;
        }
        if depth == 0 || self.dice.one_in(4) {
            return self.leaf(of);
        }
        match of {
            Type::Bool => self.truth(depth - 1),
            Type::Int => self.int(depth - 1),
            Type::Pair => self.pair(depth - 1),
            Type::Extended => self.extended(depth - 1),
            Type::Large => self.large(depth - 1),
            Type::Ip if !self.constant => match self.dice.below(3) {
                0 => {
                    let net = self.expression(Type::Prefix, depth - 1);
                    asked(Method::Address, net)
                }
                1 => {
                    let ip = self.expression(Type::Ip, depth - 1);
                    let length = self.dice.below(33);
                    node(ExpressionKind::Method {
                        method: Method::Mask,
                        receiver: Box::new(ip),
                        argument: Some(Box::new(literal(Literal::Int(index(length))))),
                    })
                }
                _ => self.leaf(of),
            },
            Type::Path | Type::Communities | Type::ExtendedCommunities | Type::LargeCommunities => {
                self.list(of, depth - 1)
            }
            _ => self.leaf(of),
        }
    }

    /// Something that has a name already.
    fn named(&mut self, of: Type) -> Option<Expression> {
        match self.dice.below(8) {
            0 | 1 if !self.constant => self
                .readable(of)
                .map(|slot| node(ExpressionKind::Variable(slot))),
            2 => self.known(of).map(|id| node(ExpressionKind::Constant(id))),
            3 | 4 if !self.constant => self
                .attribute(of)
                .map(|attribute| node(ExpressionKind::Attribute(attribute))),
            5 if !self.constant => self.call(of),
            _ => None,
        }
    }

    /// A call of a function that gives the type.
    pub(super) fn call(&mut self, of: Type) -> Option<Expression> {
        if of == Type::Quad {
            // BIRD 2.0.12 takes what it gives for an address, and fails.
            return None;
        }
        let all: Vec<usize> = (0..self.functions.len())
            .filter(|at| self.functions.get(*at) == Some(&of))
            .collect();
        if all.is_empty() {
            return None;
        }
        let at = self.dice.pick(&all);
        self.stale = true;
        let function = self.program.functions.get(at)?;
        let types: Vec<Type> = function
            .frame
            .variables
            .iter()
            .take(function.parameters)
            .map(|variable| variable.value_type)
            .collect();
        let arguments = types.into_iter().map(|of| self.expression(of, 1)).collect();
        Some(node(ExpressionKind::Call {
            function: FunctionId(index(at)),
            arguments,
        }))
    }

    /// A value as it is written.
    pub(super) fn leaf(&mut self, of: Type) -> Expression {
        literal(match of {
            Type::Bool => Literal::Bool(self.dice.one_in(2)),
            Type::Int => Literal::Int(self.number()),
            Type::Pair => {
                let parts = [self.small(), self.small()];
                return node(ExpressionKind::Pair(Box::new(parts)));
            }
            Type::Quad | Type::Ip if of == Type::Quad || self.dice.below(4) > 0 => Literal::Ip(
                IpAddr::V4(Ipv4Addr::from(0xc000_0200 | index(self.dice.below(8)))),
            ),
            Type::Ip => {
                let bits = 0x2001_0db8_u128 << 96 | u128::from(index(self.dice.below(8)));
                Literal::Ip(IpAddr::V6(Ipv6Addr::from(bits)))
            }
            Type::Prefix => Literal::Prefix(self.any_network()),
            Type::Set(of) => return self.set(of),
            Type::PathMask => return self.mask(),
            Type::Extended => {
                let kind = self.kind();
                let parts = [self.small(), self.small()];
                return node(ExpressionKind::Extended(kind, Box::new(parts)));
            }
            Type::Large => {
                let parts = [
                    self.leaf(Type::Int),
                    self.leaf(Type::Int),
                    self.leaf(Type::Int),
                ];
                return node(ExpressionKind::Large(Box::new(parts)));
            }
            Type::String => Literal::String(
                self.dice
                    .pick(&["", "feeder", "feed", "a", "abc", "x*"])
                    .into(),
            ),
            Type::Path => Literal::EmptyPath,
            Type::Communities => Literal::EmptyCommunities,
            Type::ExtendedCommunities => Literal::EmptyExtendedCommunities,
            Type::LargeCommunities => Literal::EmptyLargeCommunities,
            Type::Enum(EnumType::Origin) => Literal::Enum(self.dice.pick(&[
                Enumerated::ORIGIN_IGP,
                Enumerated::ORIGIN_EGP,
                Enumerated::ORIGIN_INCOMPLETE,
            ])),
            Type::Enum(EnumType::Scope) => Literal::Enum(self.dice.pick(&[
                Enumerated::SCOPE_HOST,
                Enumerated::SCOPE_LINK,
                Enumerated::SCOPE_SITE,
                Enumerated::SCOPE_UNIVERSE,
            ])),
            Type::Enum(EnumType::Source) => Literal::Enum(self.dice.pick(&[
                Enumerated::RTS_STATIC,
                Enumerated::RTS_BGP,
                Enumerated::RTS_DEVICE,
            ])),
            Type::Enum(EnumType::Net) => {
                Literal::Enum(self.dice.pick(&[Enumerated::NET_IP4, Enumerated::NET_IP6]))
            }
            Type::Enum(EnumType::Destination) => Literal::Enum(self.dice.pick(&[
                Enumerated::RTD_BLACKHOLE,
                Enumerated::RTD_UNREACHABLE,
                Enumerated::RTD_PROHIBIT,
            ])),
            other => panic!("no value of type {other} is written here"),
        })
    }

    /// A number, often one that others have too.
    pub(super) fn number(&mut self) -> u32 {
        if self.dice.one_in(12) {
            self.dice.bits()
        } else {
            self.dice.pick(self.numbers)
        }
    }

    /// A number of 16 bits, as a literal.
    pub(super) fn small(&mut self) -> Expression {
        literal(Literal::Int(self.number() & 0xffff))
    }

    pub(super) fn kind(&mut self) -> ExtendedKind {
        self.dice.pick(&[
            ExtendedKind::RouteTarget,
            ExtendedKind::RouteTarget,
            ExtendedKind::RouteOrigin,
        ])
    }

    /// A network near those of the routes.
    pub(super) fn network(&mut self) -> Prefix {
        let length = u8::try_from(16 + self.dice.below(13)).expect("it is below 29");
        let bits = self.dice.pick(&[0xcb00_7100_u32, 0xc633_6400, 0xc000_0200]);
        let bits = bits ^ (self.dice.bits() & 0x0000_03c0);
        let net = format!(
            "{}/{length}",
            Ipv4Addr::from(bits & (u32::MAX << (32 - length)))
        );
        net.parse().expect("its host bits are clear")
    }

    /// The same in IPv6.
    pub(super) fn network6(&mut self) -> Prefix {
        let length = 32 + self.dice.below(33);
        let bits = 0x2001_0db8_u128 << 96
            | u128::from(index(self.dice.below(3))) << 80
            | u128::from(self.dice.bits() & 0xf) << 64;
        let net = Ipv6Addr::from(bits & (u128::MAX << (128 - length)));
        let net = format!("{net}/{length}");
        net.parse().expect("its host bits are clear")
    }

    /// One of both, mostly of IPv4.
    fn any_network(&mut self) -> Prefix {
        if self.dice.one_in(4) {
            self.network6()
        } else {
            self.network()
        }
    }

    fn int(&mut self, depth: usize) -> Expression {
        let choice = if self.constant {
            self.dice.below(4)
        } else {
            self.dice.below(12)
        };
        let method = match choice {
            0..=2 => {
                let operator = self.dice.pick(&[
                    BinaryOperator::Add,
                    BinaryOperator::Subtract,
                    BinaryOperator::Multiply,
                ]);
                let left = self.expression(Type::Int, depth);
                return binary(operator, left, self.expression(Type::Int, depth));
            }
            3 => {
                // A division of two constants by zero would not load.
                let left = self.expression(Type::Int, depth);
                let divisor = if self.constant || self.dice.below(3) > 0 {
                    literal(Literal::Int(1 + index(self.dice.below(9))))
                } else {
                    let attribute = self.attribute(Type::Int).expect("there are some");
                    node(ExpressionKind::Attribute(attribute))
                };
                return binary(BinaryOperator::Divide, left, divisor);
            }
            4 | 5 => self.dice.pick(&[
                (Method::Length, Type::Path),
                (Method::First, Type::Path),
                (Method::Last, Type::Path),
                (Method::LastNonAggregated, Type::Path),
            ]),
            6 => self.dice.pick(&[
                (Method::Length, Type::Communities),
                (Method::Length, Type::ExtendedCommunities),
                (Method::Length, Type::LargeCommunities),
            ]),
            7 => (Method::Length, Type::Prefix),
            8 => self
                .dice
                .pick(&[(Method::Asn, Type::Pair), (Method::Data, Type::Pair)]),
            9 => self.dice.pick(&[
                (Method::Asn, Type::Large),
                (Method::Data1, Type::Large),
                (Method::Data2, Type::Large),
            ]),
            _ => return self.leaf(Type::Int),
        };
        let receiver = self.expression(method.1, depth);
        asked(method.0, receiver)
    }

    fn pair(&mut self, depth: usize) -> Expression {
        if !self.constant && self.dice.one_in(3) {
            let list = self.expression(Type::Communities, depth);
            return asked(self.dice.pick(&[Method::Minimum, Method::Maximum]), list);
        }
        let first = self.small();
        // A number that is too large fails when the filter runs; written out, it would not load.
        let second = match self.attribute(Type::Int) {
            Some(attribute) if !self.constant && self.dice.one_in(4) => {
                node(ExpressionKind::Attribute(attribute))
            }
            _ => self.small(),
        };
        node(ExpressionKind::Pair(Box::new([first, second])))
    }

    fn extended(&mut self, depth: usize) -> Expression {
        match self.dice.below(4) {
            0 if !self.constant => {
                let list = self.expression(Type::ExtendedCommunities, depth);
                asked(self.dice.pick(&[Method::Minimum, Method::Maximum]), list)
            }
            1 => {
                let key = self.leaf(Type::Quad);
                let parts = [key, self.small()];
                node(ExpressionKind::Extended(self.kind(), Box::new(parts)))
            }
            2 => {
                // Of a kind that BIRD knows no name for.
                let high = 0x4300_0000 | (self.number() & 0xffff);
                let parts = [
                    literal(Literal::Int(high)),
                    literal(Literal::Int(self.number())),
                ];
                node(ExpressionKind::Extended(
                    ExtendedKind::Generic,
                    Box::new(parts),
                ))
            }
            _ => {
                let key = literal(Literal::Int(self.dice.pick(&[65536, 65551, 4_200_000_000])));
                let parts = [key, self.small()];
                node(ExpressionKind::Extended(self.kind(), Box::new(parts)))
            }
        }
    }

    fn large(&mut self, depth: usize) -> Expression {
        if !self.constant && self.dice.one_in(3) {
            let list = self.expression(Type::LargeCommunities, depth);
            return asked(self.dice.pick(&[Method::Minimum, Method::Maximum]), list);
        }
        let parts = [
            self.expression(Type::Int, depth),
            self.expression(Type::Int, depth),
            self.expression(Type::Int, depth),
        ];
        node(ExpressionKind::Large(Box::new(parts)))
    }

    /// A list with something put in or taken out.
    pub(super) fn list(&mut self, of: Type, depth: usize) -> Expression {
        if self.constant {
            return self.leaf(of);
        }
        let (item, set) = match of {
            Type::Path => (Type::Int, SetType::Int),
            Type::Communities => (Type::Pair, SetType::Pair),
            Type::ExtendedCommunities => (Type::Extended, SetType::Extended),
            _ => (Type::Large, SetType::Large),
        };
        let list = self.expression(of, depth);
        let choice = self.dice.below(6);
        let (edit, operand) = match choice {
            0 => (Edit::Delete, self.expression(item, depth)),
            1 => (Edit::Delete, self.set(set)),
            2 => (Edit::Filter, self.set(set)),
            3 if of != Type::Path => {
                let edit = self.dice.pick(&[Edit::Add, Edit::Delete, Edit::Filter]);
                (edit, self.expression(of, depth))
            }
            _ if of == Type::Path => (Edit::Prepend, self.expression(item, depth)),
            _ => (Edit::Add, self.expression(item, depth)),
        };
        node(ExpressionKind::Edit {
            edit,
            list: Box::new(list),
            operand: Box::new(operand),
        })
    }
}
