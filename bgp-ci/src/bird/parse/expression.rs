//! Operators and what follows a value.
//!
//! As BIRD has it, `&&` and `||` bind equally, from the left; comparisons do not chain; and `!`
//! belongs to the value next to it, so that `!net ~ X` is a type error.

use super::check::{self, Value};
use super::{MAX_CHAIN, Parse, Parser};
use crate::bird::token::TokenKind;
use crate::filter::Type;
use crate::filter::ir::{BinaryOperator, Expression, ExpressionKind, Method};
use crate::place::Place;

/// Operators by how tightly they bind, the loosest first.
const LEVELS: [&[(&str, BinaryOperator)]; 5] = [
    &[("&&", BinaryOperator::And), ("||", BinaryOperator::Or)],
    &[
        ("=", BinaryOperator::Equal),
        ("!=", BinaryOperator::NotEqual),
        ("<", BinaryOperator::Less),
        ("<=", BinaryOperator::LessOrEqual),
        (">", BinaryOperator::Greater),
        (">=", BinaryOperator::GreaterOrEqual),
        ("~", BinaryOperator::Match),
        ("!~", BinaryOperator::NotMatch),
    ],
    &[("|", BinaryOperator::BitOr), ("&", BinaryOperator::BitAnd)],
    &[("+", BinaryOperator::Add), ("-", BinaryOperator::Subtract)],
    &[
        ("*", BinaryOperator::Multiply),
        ("/", BinaryOperator::Divide),
    ],
];

/// The level at which only one operator may stand.
const COMPARISONS: usize = 1;

impl Parser<'_> {
    /// Takes an expression.
    pub(super) fn expression(&mut self) -> Parse<Value> {
        self.nested(|parser| parser.level(0))
    }

    fn level(&mut self, level: usize) -> Parse<Value> {
        let Some(operators) = LEVELS.get(level) else {
            return self.unary();
        };
        let mut left = self.level(level + 1)?;
        let mut count = 0;
        while let TokenKind::Mark(mark) = self.peek()
            && let Some((_, operator)) = operators.iter().find(|(known, _)| *known == mark)
        {
            if count > 0 && level == COMPARISONS {
                return Err(self.fail(format!(
                    "`{mark}` cannot follow another comparison: put parentheses around one of them"
                )));
            }
            count += 1;
            if count > MAX_CHAIN {
                return Err(self.fail(format!("more than {MAX_CHAIN} operators follow each other")));
            }
            self.advance();
            let right = self.level(level + 1)?;
            let of = self.operation(*operator, &left, &right);
            let place = left.expression.place.to(right.expression.place);
            left = Value {
                expression: Expression {
                    place,
                    kind: ExpressionKind::Binary(
                        *operator,
                        Box::new([left.expression, right.expression]),
                    ),
                },
                of,
            };
        }
        Ok(left)
    }

    fn unary(&mut self) -> Parse<Value> {
        let start = self.place();
        if !self.eat("!") {
            return self.postfix();
        }
        let value = self.nested(Self::unary)?;
        self.wants(Type::Bool, &value, "what `!` negates");
        Ok(Value {
            expression: Expression {
                place: self.since(start),
                kind: ExpressionKind::Not(Box::new(value.expression)),
            },
            of: Type::Bool,
        })
    }

    fn postfix(&mut self) -> Parse<Value> {
        let start = self.place();
        let mut value = self.primary()?;
        let mut count = 0;
        while self.is(".") {
            count += 1;
            if count > super::MAX_DEPTH {
                return Err(self.fail("too many methods follow each other".to_owned()));
            }
            self.advance();
            value = self.method(start, value)?;
        }
        Ok(value)
    }

    /// Takes what follows the dot after `receiver`.
    pub(super) fn method(&mut self, start: Place, receiver: Value) -> Parse<Value> {
        let Some(word) = self.word() else {
            return Err(self.expected("a method such as `len`"));
        };
        if let Some(edit) = check::edit_named(word) {
            self.advance();
            self.expect("(")?;
            let operand = self.expression()?;
            self.expect(")")?;
            let of = self.edited(edit, &receiver, &operand);
            return Ok(Value {
                expression: Expression {
                    place: self.since(start),
                    kind: ExpressionKind::Edit {
                        edit,
                        list: Box::new(receiver.expression),
                        operand: Box::new(operand.expression),
                    },
                },
                of,
            });
        }
        let Some(method) = check::method_named(word) else {
            return Err(self.expected("a method such as `len`"));
        };
        self.advance();
        let mut argument = None;
        if method == Method::Mask {
            self.expect("(")?;
            let length = self.expression()?;
            self.wants(Type::Int, &length, "a length");
            self.expect(")")?;
            argument = Some(Box::new(length.expression));
        }
        if matches!(method, Method::Mask | Method::IsIpv4) {
            self.wants(Type::Ip, &receiver, "the value of this method");
        }
        let of = check::method_type(method, receiver.of);
        Ok(Value {
            expression: Expression {
                place: self.since(start),
                kind: ExpressionKind::Method {
                    method,
                    receiver: Box::new(receiver.expression),
                    argument,
                },
            },
            of,
        })
    }
}
