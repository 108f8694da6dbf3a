//! Trees in few words.

use std::sync::Arc;

use crate::filter::ir::{
    BinaryOperator, Block, Edit, ExtendedKind, Literal, Method, Target, Unmodelled,
};
use crate::filter::ir::{SetItem, SetLiteral};
use crate::filter::program::{FunctionId, Slot};
use crate::filter::types::{Enumerated, SetType};
use crate::filter::value::TextPattern;
use crate::filter::{
    Attribute, BgpAttribute, Expression, ExpressionKind, Statement, StatementKind,
};
use crate::frr::config::CommunityValue;
use crate::place::Place;

pub(super) const PATH: Attribute = Attribute::Bgp(BgpAttribute::Path);
pub(super) const MED: Attribute = Attribute::Bgp(BgpAttribute::Med);
pub(super) const LOCAL_PREFERENCE: Attribute = Attribute::Bgp(BgpAttribute::LocalPreference);
pub(super) const COMMUNITIES: Attribute = Attribute::Bgp(BgpAttribute::Communities);
pub(super) const LARGE: Attribute = Attribute::Bgp(BgpAttribute::LargeCommunities);
pub(super) const EXTENDED: Attribute = Attribute::Bgp(BgpAttribute::ExtendedCommunities);
pub(super) const NEXT_HOP: Attribute = Attribute::Bgp(BgpAttribute::NextHop);
pub(super) const ORIGIN: Attribute = Attribute::Bgp(BgpAttribute::Origin);

/// Builds trees whose nodes all stand at one place.
#[derive(Clone, Copy)]
pub(super) struct At(pub(super) Place);

impl At {
    pub(super) fn expression(self, kind: ExpressionKind) -> Expression {
        Expression {
            place: self.0,
            kind,
        }
    }

    pub(super) fn statement(self, kind: StatementKind) -> Statement {
        Statement {
            place: self.0,
            kind,
        }
    }

    pub(super) fn literal(self, literal: Literal) -> Expression {
        self.expression(ExpressionKind::Literal(literal))
    }

    pub(super) fn truth(self, truth: bool) -> Expression {
        self.literal(Literal::Bool(truth))
    }

    pub(super) fn number(self, number: u32) -> Expression {
        self.literal(Literal::Int(number))
    }

    pub(super) fn origin(self, code: u8) -> Expression {
        self.literal(Literal::Enum(match code {
            0 => Enumerated::ORIGIN_IGP,
            1 => Enumerated::ORIGIN_EGP,
            _ => Enumerated::ORIGIN_INCOMPLETE,
        }))
    }

    pub(super) fn attribute(self, attribute: Attribute) -> Expression {
        self.expression(ExpressionKind::Attribute(attribute))
    }

    pub(super) fn variable(self, slot: Slot) -> Expression {
        self.expression(ExpressionKind::Variable(slot))
    }

    pub(super) fn binary(
        self,
        operator: BinaryOperator,
        left: Expression,
        right: Expression,
    ) -> Expression {
        self.expression(ExpressionKind::Binary(operator, Box::new([left, right])))
    }

    pub(super) fn equal(self, left: Expression, right: Expression) -> Expression {
        self.binary(BinaryOperator::Equal, left, right)
    }

    pub(super) fn is_in(self, left: Expression, right: Expression) -> Expression {
        self.binary(BinaryOperator::Match, left, right)
    }

    pub(super) fn not(self, of: Expression) -> Expression {
        self.expression(ExpressionKind::Not(Box::new(of)))
    }

    pub(super) fn defined(self, attribute: Attribute) -> Expression {
        self.expression(ExpressionKind::Defined(Box::new(self.attribute(attribute))))
    }

    pub(super) fn method(self, method: Method, receiver: Expression) -> Expression {
        self.expression(ExpressionKind::Method {
            method,
            receiver: Box::new(receiver),
            argument: None,
        })
    }

    /// All of them; of none, true.
    pub(super) fn all(self, conditions: impl IntoIterator<Item = Expression>) -> Expression {
        let joined = conditions
            .into_iter()
            .reduce(|left, right| self.binary(BinaryOperator::And, left, right));
        joined.unwrap_or_else(|| self.truth(true))
    }

    pub(super) fn call(self, function: FunctionId, arguments: Vec<Expression>) -> Expression {
        self.expression(ExpressionKind::Call {
            function,
            arguments,
        })
    }

    pub(super) fn unknown(self, what: &str) -> Expression {
        self.expression(ExpressionKind::Unmodelled(Unmodelled { what: what.into() }))
    }

    pub(super) fn lost(self, what: &str) -> Statement {
        self.statement(StatementKind::Unmodelled(Unmodelled { what: what.into() }))
    }

    pub(super) fn value(self, value: CommunityValue) -> Expression {
        let number = |number| self.number(number);
        let half = |bits: u64| self.number(u32::try_from(bits & 0xffff_ffff).unwrap_or_default());
        self.expression(match value {
            CommunityValue::Standard(bits) => {
                ExpressionKind::Pair(Box::new([number(bits >> 16), number(bits & 0xffff)]))
            }
            CommunityValue::Large(a, b, c) => {
                ExpressionKind::Large(Box::new([number(a), number(b), number(c)]))
            }
            CommunityValue::Extended(bits) => ExpressionKind::Extended(
                ExtendedKind::Generic,
                Box::new([half(bits >> 32), half(bits)]),
            ),
        })
    }

    pub(super) fn set(self, of: SetType, items: Vec<SetItem>) -> Expression {
        self.expression(ExpressionKind::Set(Arc::new(SetLiteral { of, items })))
    }

    /// A set of ranges of numbers.
    pub(super) fn numbers(self, ranges: &[(u32, u32)]) -> Expression {
        let range =
            |(first, last): &(u32, u32)| SetItem::Range(self.number(*first), self.number(*last));
        self.set(SetType::Int, ranges.iter().map(range).collect())
    }

    pub(super) fn text(self, subject: Expression, pattern: &str) -> Expression {
        match TextPattern::new(pattern) {
            Some(pattern) => self.expression(ExpressionKind::TextMatch {
                subject: Box::new(subject),
                pattern: Arc::new(pattern),
            }),
            None => self.unknown(&format!("the regular expression `{pattern}`")),
        }
    }

    pub(super) fn assign(self, attribute: Attribute, value: Expression) -> Statement {
        self.statement(StatementKind::Assign {
            target: Target::Attribute(attribute),
            value,
        })
    }

    pub(super) fn set_variable(self, slot: Slot, value: Expression) -> Statement {
        self.statement(StatementKind::Assign {
            target: Target::Variable(slot),
            value,
        })
    }

    pub(super) fn edit(self, attribute: Attribute, edit: Edit, operand: Expression) -> Statement {
        let value = self.expression(ExpressionKind::Edit {
            edit,
            list: Box::new(self.attribute(attribute)),
            operand: Box::new(operand),
        });
        self.assign(attribute, value)
    }

    pub(super) fn unset(self, attribute: Attribute) -> Statement {
        self.statement(StatementKind::Unset(attribute))
    }

    pub(super) fn when(self, condition: Expression, then: Block) -> Statement {
        self.statement(StatementKind::If {
            condition,
            then,
            otherwise: Vec::new(),
        })
    }

    pub(super) fn give(self, truth: bool) -> Statement {
        self.statement(StatementKind::Return(Some(self.truth(truth))))
    }

    pub(super) fn accept(self) -> Statement {
        self.statement(StatementKind::Accept(Vec::new()))
    }

    pub(super) fn reject(self) -> Statement {
        self.statement(StatementKind::Reject(Vec::new()))
    }
}
