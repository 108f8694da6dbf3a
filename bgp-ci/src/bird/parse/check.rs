//! Which types go together: what BIRD refuses when it loads a configuration.
//!
//! Only what every version refuses is refused here; where a type shows only when the filter
//! runs, or versions differ, anything goes.

use super::Parser;
use crate::filter::ir::{BinaryOperator, Edit, Expression, ExpressionKind, Literal, Method};
use crate::filter::{EnumType, SetType, Type};
use crate::place::Place;

/// An expression and its type, as far as that shows without running it.
pub(super) struct Value {
    pub(super) expression: Expression,
    pub(super) of: Type,
}

/// The type that a word names.
pub(super) fn type_named(word: &str) -> Option<Type> {
    Some(match word {
        "bool" => Type::Bool,
        "int" => Type::Int,
        "pair" => Type::Pair,
        "quad" => Type::Quad,
        "ip" => Type::Ip,
        "prefix" => Type::Prefix,
        "rd" => Type::RouteDistinguisher,
        "ec" => Type::Extended,
        "lc" => Type::Large,
        "string" => Type::String,
        "bytestring" => Type::Bytes,
        "bgpmask" => Type::PathMask,
        "bgppath" => Type::Path,
        "clist" => Type::Communities,
        "eclist" => Type::ExtendedCommunities,
        "lclist" => Type::LargeCommunities,
        _ => return None,
    })
}

/// What a set holds whose type is `word set`.
pub(super) fn set_named(word: &str) -> Option<SetType> {
    Some(match word {
        "int" => SetType::Int,
        "pair" => SetType::Pair,
        "quad" => SetType::Quad,
        "ip" => SetType::Ip,
        "prefix" => SetType::Prefix,
        "rd" => SetType::RouteDistinguisher,
        "ec" => SetType::Extended,
        "lc" => SetType::Large,
        _ => return None,
    })
}

/// The method that a word names.
pub(super) fn method_named(word: &str) -> Option<Method> {
    Some(match word {
        "len" => Method::Length,
        "first" => Method::First,
        "last" => Method::Last,
        "last_nonaggregated" => Method::LastNonAggregated,
        "empty" => Method::Empty,
        "min" => Method::Minimum,
        "max" => Method::Maximum,
        "mask" => Method::Mask,
        "is_v4" => Method::IsIpv4,
        "type" => Method::NetType,
        "ip" => Method::Address,
        "maxlen" => Method::MaxLength,
        "asn" => Method::Asn,
        "data" => Method::Data,
        "data1" => Method::Data1,
        "data2" => Method::Data2,
        "rd" => Method::RouteDistinguisher,
        "src" => Method::SourcePrefix,
        "dst" => Method::DestinationPrefix,
        "value" => Method::Value,
        _ => return None,
    })
}

/// How the word for a change of lists changes them.
pub(super) fn edit_named(word: &str) -> Option<Edit> {
    Some(match word {
        "prepend" => Edit::Prepend,
        "add" => Edit::Add,
        "delete" => Edit::Delete,
        "filter" => Edit::Filter,
        _ => return None,
    })
}

/// The type of `method`'s answer.
pub(super) fn method_type(method: Method, receiver: Type) -> Type {
    match method {
        Method::Length
        | Method::First
        | Method::Last
        | Method::LastNonAggregated
        | Method::MaxLength
        | Method::Asn
        | Method::Data
        | Method::Data1
        | Method::Data2 => Type::Int,
        Method::Empty => receiver,
        Method::Minimum | Method::Maximum => match receiver {
            Type::Communities => Type::Pair,
            Type::ExtendedCommunities => Type::Extended,
            Type::LargeCommunities => Type::Large,
            _ => Type::Unknown,
        },
        Method::Mask | Method::Address => Type::Ip,
        Method::IsIpv4 => Type::Bool,
        Method::NetType => Type::Enum(EnumType::Net),
        Method::RouteDistinguisher => Type::RouteDistinguisher,
        Method::SourcePrefix | Method::DestinationPrefix => Type::Prefix,
        Method::Value => Type::Unknown,
    }
}

/// The type of a literal.
pub(super) fn literal_type(literal: &Literal) -> Type {
    match literal {
        Literal::Bool(_) => Type::Bool,
        Literal::Int(_) => Type::Int,
        Literal::Ip(_) => Type::Ip,
        Literal::Prefix(_) => Type::Prefix,
        Literal::RouteDistinguisher(_) => Type::RouteDistinguisher,
        Literal::String(_) => Type::String,
        Literal::Bytes(_) => Type::Bytes,
        Literal::Enum(constant) => Type::Enum(constant.of),
        Literal::EmptyPath => Type::Path,
        Literal::EmptyCommunities => Type::Communities,
        Literal::EmptyExtendedCommunities => Type::ExtendedCommunities,
        Literal::EmptyLargeCommunities => Type::LargeCommunities,
    }
}

/// What a set holds whose items are of type `of`.
pub(super) fn set_of(of: Type) -> Option<SetType> {
    Some(match of {
        Type::Int => SetType::Int,
        Type::Pair => SetType::Pair,
        Type::Quad => SetType::Quad,
        Type::Ip => SetType::Ip,
        Type::RouteDistinguisher => SetType::RouteDistinguisher,
        Type::Extended => SetType::Extended,
        Type::Large => SetType::Large,
        Type::Enum(of) => SetType::Enum(of),
        _ => return None,
    })
}

/// Types that BIRD keeps apart and takes for each other, or that versions treat differently.
fn loose(of: Type) -> bool {
    matches!(
        of,
        Type::Unknown | Type::Quad | Type::PathMask | Type::Bytes | Type::Set(_) | Type::Void
    )
}

/// Whether a value of type `from` can be where `to` is wanted.
fn fits(to: Type, from: Type) -> bool {
    to == from || loose(to) || loose(from)
}

impl Parser<'_> {
    /// A value of type `wanted` is needed.
    pub(super) fn wants(&mut self, wanted: Type, value: &Value, what: &str) {
        let strict = matches!(wanted, Type::Bool | Type::Int) && matches!(value.of, Type::Set(_));
        if strict || !fits(wanted, value.of) {
            let message = format!(
                "{what} is of type {wanted}, and this is of type {}",
                value.of
            );
            self.invalid(value.expression.place, message);
        }
    }

    /// The type of `left operator right`, both of which are checked.
    pub(super) fn operation(
        &mut self,
        operator: BinaryOperator,
        left: &Value,
        right: &Value,
    ) -> Type {
        use BinaryOperator as Op;
        match operator {
            Op::Add | Op::Subtract | Op::Multiply | Op::Divide | Op::BitAnd | Op::BitOr => {
                // Newer versions unite paths, lists and sets with the same marks.
                for side in [left, right] {
                    self.wants(Type::Int, side, "what is calculated with");
                }
                Type::Int
            }
            Op::And | Op::Or => {
                for side in [left, right] {
                    self.wants(Type::Bool, side, "a condition");
                }
                Type::Bool
            }
            Op::Less | Op::LessOrEqual | Op::Greater | Op::GreaterOrEqual => {
                if !fits(left.of, right.of) {
                    let place = left.expression.place.to(right.expression.place);
                    let message = format!(
                        "only values of one type have an order, and these are of types {} and {}",
                        left.of, right.of
                    );
                    self.invalid(place, message);
                }
                Type::Bool
            }
            Op::Equal | Op::NotEqual | Op::Match | Op::NotMatch => Type::Bool,
        }
    }

    /// What an edit of a list gives.
    pub(super) fn edited(&mut self, edit: Edit, list: &Value, operand: &Value) -> Type {
        let is_list = matches!(
            list.of,
            Type::Path
                | Type::Communities
                | Type::ExtendedCommunities
                | Type::LargeCommunities
                | Type::Unknown
        );
        if !is_list {
            let message = format!(
                "only paths and lists of communities are edited, and this is of type {}",
                list.of
            );
            self.invalid(list.expression.place, message);
        }
        if edit == Edit::Prepend {
            self.wants(Type::Path, list, "what is prepended to");
            self.wants(Type::Int, operand, "what is prepended");
        }
        list.of
    }

    /// The type of a literal or `Unknown`, for what is not worth more.
    pub(super) fn unknown(place: Place, what: &str) -> Value {
        Value {
            expression: Expression {
                place,
                kind: ExpressionKind::Unmodelled(crate::filter::ir::Unmodelled {
                    what: what.into(),
                }),
            },
            of: Type::Unknown,
        }
    }
}
