//! Values that a configuration works out while it is loaded: constants, and what is made of them.

use std::net::{IpAddr, Ipv4Addr};

use super::Builder;
use crate::bird::SettingValue;
use crate::filter::Expression;
use crate::filter::ir::{BinaryOperator, ExpressionKind, Literal};
use crate::model::{Asn, GapKind, Name, Prefix};
use crate::router::Reach;

/// Expressions nest no deeper than this; the reader's own limit is lower.
const DEPTH: u32 = 200;

/// A value that a setting can have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Scalar {
    Bool(bool),
    Int(u32),
    Ip(IpAddr),
    Prefix(Prefix),
    Text(Name),
}

impl Builder<'_> {
    /// What `expression` comes to; `None` where that cannot be said, without a gap.
    pub(super) fn scalar(&self, expression: &Expression) -> Option<Scalar> {
        self.scalar_within(expression, DEPTH)
    }

    fn scalar_within(&self, expression: &Expression, depth: u32) -> Option<Scalar> {
        let depth = depth.checked_sub(1)?;
        Some(match &expression.kind {
            ExpressionKind::Literal(literal) => match literal {
                Literal::Bool(value) => Scalar::Bool(*value),
                Literal::Int(value) => Scalar::Int(*value),
                Literal::Ip(value) => Scalar::Ip(*value),
                Literal::Prefix(value) => Scalar::Prefix(*value),
                Literal::String(value) => Scalar::Text(value.clone()),
                _ => return None,
            },
            ExpressionKind::Constant(id) => {
                self.scalar_within(&self.program.constant(*id).value, depth)?
            }
            ExpressionKind::Not(value) => match self.scalar_within(value, depth)? {
                Scalar::Bool(value) => Scalar::Bool(!value),
                _ => return None,
            },
            ExpressionKind::Binary(operator, operands) => {
                let [left, right] = operands.as_ref();
                let left = self.scalar_within(left, depth)?;
                let right = self.scalar_within(right, depth)?;
                binary(*operator, &left, &right)?
            }
            _ => return None,
        })
    }

    fn unknown_value(&mut self, expression: &Expression, reach: Reach) {
        self.gap(
            expression.place,
            GapKind::Unmodelled,
            "what this value comes to is not known".to_owned(),
            reach,
        );
    }

    /// The number that `expression` comes to; a gap where it is none.
    pub(super) fn number(&mut self, expression: &Expression, reach: Reach) -> Option<u32> {
        let value = match self.scalar(expression) {
            Some(Scalar::Int(value)) => Some(value),
            _ => None,
        };
        if value.is_none() {
            self.unknown_value(expression, reach);
        }
        value
    }

    /// The number of a system.
    pub(super) fn asn(&mut self, expression: &Expression, reach: Reach) -> Option<Asn> {
        self.number(expression, reach).map(Asn)
    }

    /// The address that `expression` comes to; a gap where it is none.
    pub(super) fn address(&mut self, expression: &Expression, reach: Reach) -> Option<IpAddr> {
        let value = match self.scalar(expression) {
            Some(Scalar::Ip(value)) => Some(value),
            Some(Scalar::Prefix(value)) if value.length() == value.max_length() => {
                Some(value.address())
            }
            _ => None,
        };
        if value.is_none() {
            self.unknown_value(expression, reach);
        }
        value
    }

    /// The network that `expression` comes to; a gap where it is none.
    pub(super) fn prefix(&mut self, expression: &Expression, reach: Reach) -> Option<Prefix> {
        let value = match self.scalar(expression) {
            Some(Scalar::Prefix(value)) => Some(value),
            _ => None,
        };
        if value.is_none() {
            self.unknown_value(expression, reach);
        }
        value
    }

    /// The text that `expression` comes to; `None` where it is none.
    pub(super) fn text(&self, expression: &Expression) -> Option<Name> {
        match self.scalar(expression)? {
            Scalar::Text(value) => Some(value),
            _ => None,
        }
    }

    pub(super) fn router_id_of(&self, expression: &Expression) -> Option<Ipv4Addr> {
        match self.scalar(expression)? {
            Scalar::Ip(IpAddr::V4(id)) => Some(id),
            Scalar::Int(id) => Some(Ipv4Addr::from(id)),
            _ => None,
        }
    }

    /// Whether a switch is on; a gap and "no" where that cannot be said.
    pub(super) fn switch(&mut self, value: &SettingValue, reach: Reach) -> bool {
        match value {
            SettingValue::Switch(on) => *on,
            SettingValue::SwitchIf(condition) | SettingValue::Value(condition) => {
                match self.scalar(condition) {
                    Some(Scalar::Bool(on)) => on,
                    Some(Scalar::Int(number)) => number != 0,
                    _ => {
                        self.unknown_value(condition, reach);
                        false
                    }
                }
            }
            SettingValue::Word(_) | SettingValue::Reference(_) => true,
        }
    }
}

fn binary(operator: BinaryOperator, left: &Scalar, right: &Scalar) -> Option<Scalar> {
    use BinaryOperator as Op;
    Some(match (operator, left, right) {
        (Op::Equal, _, _) => Scalar::Bool(left == right),
        (Op::NotEqual, _, _) => Scalar::Bool(left != right),
        (Op::And, Scalar::Bool(left), Scalar::Bool(right)) => Scalar::Bool(*left && *right),
        (Op::Or, Scalar::Bool(left), Scalar::Bool(right)) => Scalar::Bool(*left || *right),
        (_, Scalar::Int(left), Scalar::Int(right)) => match operator {
            Op::Add => Scalar::Int(left.wrapping_add(*right)),
            Op::Subtract => Scalar::Int(left.wrapping_sub(*right)),
            Op::Multiply => Scalar::Int(left.wrapping_mul(*right)),
            Op::Divide => Scalar::Int(left.checked_div(*right)?),
            Op::BitOr => Scalar::Int(left | right),
            Op::BitAnd => Scalar::Int(left & right),
            Op::Less => Scalar::Bool(left < right),
            Op::LessOrEqual => Scalar::Bool(left <= right),
            Op::Greater => Scalar::Bool(left > right),
            Op::GreaterOrEqual => Scalar::Bool(left >= right),
            _ => return None,
        },
        _ => return None,
    })
}
