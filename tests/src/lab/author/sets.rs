//! Sets and path masks.

use std::sync::Arc;

use bgp_ci::filter::ir::{
    Expression, ExpressionKind, Lengths, Literal, MaskItem, Part, SetItem, SetLiteral,
};
use bgp_ci::filter::types::{SetType, Type};

use super::{Author, literal, node};

impl Author {
    /// A set; mostly one whose ranges do not overlap.
    pub(super) fn set(&mut self, of: SetType) -> Expression {
        node(ExpressionKind::Set(Arc::new(self.set_literal(of))))
    }

    fn set_literal(&mut self, of: SetType) -> SetLiteral {
        // One set holds networks of one family.
        let six = of == SetType::Prefix && self.dice.one_in(4);
        let items = (0..=self.dice.below(3))
            .map(|_| if six { self.item6() } else { self.item(of) })
            .collect();
        SetLiteral { of, items }
    }

    pub(super) fn item(&mut self, of: SetType) -> SetItem {
        match of {
            SetType::Int => match self.dice.below(3) {
                0 => {
                    let (first, last) = self.ends();
                    SetItem::Range(first, last)
                }
                _ => SetItem::Value(self.leaf(Type::Int)),
            },
            SetType::Pair => match self.dice.below(3) {
                0 => SetItem::Value(self.leaf(Type::Pair)),
                1 => SetItem::Pair([Part::One(self.small()), Part::Any]),
                _ => {
                    let first = self.small();
                    let (from, to) = self.small_ends();
                    SetItem::Pair([Part::One(first), Part::Range(from, to)])
                }
            },
            SetType::Ip => {
                let first = self.leaf(Type::Quad);
                if self.dice.one_in(2) {
                    SetItem::Value(first)
                } else {
                    let last = literal(Literal::Ip(std::net::Ipv4Addr::new(192, 0, 2, 200).into()));
                    SetItem::Range(first, last)
                }
            }
            SetType::Extended => {
                if self.dice.one_in(3) {
                    return SetItem::Value(self.leaf(Type::Extended));
                }
                let (kind, key) = (self.kind(), self.small());
                let part = if self.dice.one_in(2) {
                    Part::Any
                } else {
                    let (first, last) = self.ends();
                    Part::Range(first, last)
                };
                SetItem::Extended(kind, key, part)
            }
            SetType::Enum(of) => SetItem::Value(self.leaf(Type::Enum(of))),
            SetType::Large => {
                let one = Part::One(self.leaf(Type::Int));
                let range = |(first, last)| Part::Range(first, last);
                match self.dice.below(5) {
                    0 => SetItem::Value(self.leaf(Type::Large)),
                    1 => SetItem::Large([one, Part::Any, Part::Any]),
                    2 => SetItem::Large([one, range(self.ends()), Part::Any]),
                    3 => SetItem::Large([one, Part::One(self.leaf(Type::Int)), Part::Any]),
                    _ => {
                        let second = Part::One(self.leaf(Type::Int));
                        SetItem::Large([one, second, range(self.ends())])
                    }
                }
            }
            SetType::Prefix => {
                let net = self.network();
                let lengths = match self.dice.below(4) {
                    0 => Lengths::Exact,
                    1 => Lengths::OrLonger,
                    2 => Lengths::OrShorter,
                    _ => {
                        let low = u8::try_from(8 + self.dice.below(20)).expect("it is small");
                        let more = u8::try_from(self.dice.below(6)).expect("it is small");
                        Lengths::Between(low, (low + more).min(32))
                    }
                };
                SetItem::Prefix(literal(Literal::Prefix(net)), lengths)
            }
            other => panic!("no set of {other:?} is written here"),
        }
    }

    fn item6(&mut self) -> SetItem {
        let net = self.network6();
        let lengths = match self.dice.below(4) {
            0 => Lengths::Exact,
            1 => Lengths::OrLonger,
            2 => Lengths::OrShorter,
            _ => {
                let low = u8::try_from(30 + self.dice.below(20)).expect("it is small");
                let more = u8::try_from(self.dice.below(16)).expect("it is small");
                Lengths::Between(low, low + more)
            }
        };
        SetItem::Prefix(literal(Literal::Prefix(net)), lengths)
    }

    fn ends(&mut self) -> (Expression, Expression) {
        let (a, b) = (self.number(), self.number());
        (
            literal(Literal::Int(a.min(b))),
            literal(Literal::Int(a.max(b))),
        )
    }

    fn small_ends(&mut self) -> (Expression, Expression) {
        let (a, b) = (self.number() & 0xffff, self.number() & 0xffff);
        (
            literal(Literal::Int(a.min(b))),
            literal(Literal::Int(a.max(b))),
        )
    }

    /// A path mask.
    pub(super) fn mask(&mut self) -> Expression {
        let mut items = Vec::new();
        for _ in 0..self.dice.below(5) {
            let item = match self.dice.below(8) {
                0 | 1 => MaskItem::Any,
                2 => MaskItem::AnyOne,
                3 => {
                    let (first, last) = self.ends();
                    MaskItem::Range(first, last)
                }
                4 => MaskItem::Set(Arc::new(self.set_literal(SetType::Int))),
                5 => match self.readable(Type::Int) {
                    Some(slot) if !self.constant => {
                        MaskItem::Asn(node(ExpressionKind::Variable(slot)))
                    }
                    _ => MaskItem::Any,
                },
                _ => MaskItem::Asn(self.leaf(Type::Int)),
            };
            items.push(item);
            if self.dice.one_in(4) {
                items.push(MaskItem::Repeat);
            }
        }
        node(ExpressionKind::PathMask(items.into()))
    }
}
