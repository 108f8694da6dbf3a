//! Sets and path masks.

use std::sync::Arc;

use super::check::{self, Value};
use super::{Parse, Parser};
use crate::bird::token::TokenKind;
use crate::filter::ir::{
    Expression, ExpressionKind, ExtendedKind, Lengths, Literal, MaskItem, Part, SetItem, SetLiteral,
};
use crate::filter::{SetType, Type};
use crate::model::{Family, Prefix};
use crate::place::Place;

impl Parser<'_> {
    /// Takes `[ … ]`.
    pub(super) fn set(&mut self, start: Place) -> Parse<Value> {
        let literal = self.set_literal()?;
        let of = Type::Set(literal.of);
        Ok(self.value(start, ExpressionKind::Set(Arc::new(literal)), of))
    }

    fn set_literal(&mut self) -> Parse<SetLiteral> {
        self.expect("[")?;
        let mut of = SetType::Empty;
        let mut items = Vec::new();
        if self.eat("]") {
            return Ok(SetLiteral { of, items });
        }
        let mut family = None;
        loop {
            let (item, item_of) = self.set_item(&mut family, of)?;
            // Of values of several types, which BIRD allows, the first gives the set its type.
            if let (SetType::Empty, Some(item_of)) = (of, item_of) {
                of = item_of;
            }
            items.push(item);
            if self.eat("]") {
                return Ok(SetLiteral { of, items });
            }
            self.expect(",")?;
        }
    }

    /// Takes an item; the type is `None` where it is not known.
    fn set_item(
        &mut self,
        family: &mut Option<Family>,
        of: SetType,
    ) -> Parse<(SetItem, Option<SetType>)> {
        let prefix = matches!(self.peek(), TokenKind::Ip(_)) && self.is_at(1, "/");
        match (prefix, of) {
            (true, SetType::Empty | SetType::Prefix) => {
                let item = self.prefix_item(family)?;
                Ok((item, Some(SetType::Prefix)))
            }
            (true, _) => Err(self.expected("a value, as prefixes have sets of their own")),
            (false, SetType::Prefix) => Err(self.expected("a prefix, as in the rest of the set")),
            (false, _) => self.plain_item(),
        }
    }

    fn prefix_item(&mut self, family: &mut Option<Family>) -> Parse<SetItem> {
        let start = self.place();
        let prefix = self.prefix()?;
        let place = self.since(start);
        let kind = match prefix {
            Some(prefix) => {
                if *family.get_or_insert(prefix.family()) != prefix.family() {
                    self.invalid(
                        place,
                        "a set of prefixes holds those of one family: IPv4 or IPv6".to_owned(),
                    );
                }
                ExpressionKind::Literal(Literal::Prefix(prefix))
            }
            None => {
                Self::unknown(place, "a network that cannot be")
                    .expression
                    .kind
            }
        };
        let lengths = self.lengths(prefix)?;
        Ok(SetItem::Prefix(Expression { place, kind }, lengths))
    }

    fn lengths(&mut self, prefix: Option<Prefix>) -> Parse<Lengths> {
        if self.eat("+") {
            return Ok(Lengths::OrLonger);
        }
        if self.eat("-") {
            return Ok(Lengths::OrShorter);
        }
        let start = self.place();
        if !self.eat("{") {
            return Ok(Lengths::Exact);
        }
        let low = self.length()?;
        self.expect(",")?;
        let high = self.length()?;
        self.expect("}")?;
        let longest = prefix.map_or(128, Prefix::max_length);
        let bounds = (u8::try_from(low), u8::try_from(high));
        let (Ok(low), Ok(high)) = bounds else {
            self.invalid(self.since(start), format!("lengths end at {longest}"));
            return Ok(Lengths::Exact);
        };
        if low > high || high > longest {
            self.invalid(
                self.since(start),
                format!("`{{{low},{high}}}` is no range of lengths up to {longest}"),
            );
        }
        Ok(Lengths::Between(low, high))
    }

    fn length(&mut self) -> Parse<u32> {
        match self.peek() {
            TokenKind::Number(length) => {
                self.advance();
                Ok(length)
            }
            _ => Err(self.expected("a length")),
        }
    }

    /// Takes an item of a set that is no prefix, or of an arm of a `case`.
    pub(super) fn plain_item(&mut self) -> Parse<(SetItem, Option<SetType>)> {
        let start = self.place();
        if self.is("(") {
            return self.pattern(start);
        }
        let first = self.item_value()?;
        if self.eat("..") {
            let last = self.item_value()?;
            let of = check::set_of(first.of);
            return Ok((SetItem::Range(first.expression, last.expression), of));
        }
        let of = self.item_type(&first);
        Ok((SetItem::Value(first.expression), of))
    }

    /// The type of a set with `value` in it.
    fn item_type(&mut self, value: &Value) -> Option<SetType> {
        let of = check::set_of(value.of);
        if of.is_none() && value.of != Type::Unknown {
            self.invalid(
                value.expression.place,
                format!("a value of type {} cannot be put into a set", value.of),
            );
        }
        of
    }

    /// A value that BIRD knows before the filter runs: a literal, a constant.
    fn item_value(&mut self) -> Parse<Value> {
        match self.peek() {
            TokenKind::Number(_)
            | TokenKind::Ip(_)
            | TokenKind::RouteDistinguisher(_)
            | TokenKind::Word(_)
            | TokenKind::Quoted(_)
            | TokenKind::Hole
            | TokenKind::Text(_)
            | TokenKind::Mark("(") => self.primary(),
            _ => Err(self.expected("an item of a set")),
        }
    }

    /// What opens with a parenthesis: an expression, or a community with `*` and ranges.
    fn pattern(&mut self, start: Place) -> Parse<(SetItem, Option<SetType>)> {
        self.expect("(")?;
        if let Some(kind) = self.extended_kind()? {
            return self.extended_pattern(kind);
        }
        let first = self.part()?;
        if self.eat(")") {
            // An expression in parentheses, evaluated while the configuration is read.
            let Part::One(value) = first.0 else {
                return Err(self.fail("a range in parentheses needs a second part".to_owned()));
            };
            let first = Value {
                expression: value,
                of: first.1,
            };
            if self.eat("..") {
                let last = self.item_value()?;
                return Ok((
                    SetItem::Range(first.expression, last.expression),
                    check::set_of(first.of),
                ));
            }
            let of = self.item_type(&first);
            return Ok((SetItem::Value(first.expression), of));
        }
        self.expect(",")?;
        let second = self.part()?.0;
        let first = first.0;
        if self.eat(")") {
            let item = match (first, second) {
                (Part::One(a), Part::One(b)) => {
                    let pair = self.pair(start, a, b);
                    if self.eat("..") {
                        let last = self.place();
                        let last = self.plain_pair(last)?;
                        SetItem::Range(pair, last)
                    } else {
                        SetItem::Value(pair)
                    }
                }
                (first, second) => SetItem::Pair([first, second]),
            };
            return Ok((item, Some(SetType::Pair)));
        }
        self.expect(",")?;
        let third = self.part()?.0;
        self.expect(")")?;
        let item = match (first, second, third) {
            (Part::One(a), Part::One(b), Part::One(c)) => {
                let kind = ExpressionKind::Large(Box::new([a, b, c]));
                SetItem::Value(self.value(start, kind, Type::Large).expression)
            }
            (first, second, third) => {
                if !narrowing([&first, &second, &third]) {
                    self.invalid(
                        self.since(start),
                        "after a `*` or a range in a large community everything must be `*`"
                            .to_owned(),
                    );
                }
                SetItem::Large([first, second, third])
            }
        };
        Ok((item, Some(SetType::Large)))
    }

    fn pair(&self, start: Place, a: Expression, b: Expression) -> Expression {
        let kind = ExpressionKind::Pair(Box::new([a, b]));
        self.value(start, kind, Type::Pair).expression
    }

    /// `(a, b)` after `..`.
    fn plain_pair(&mut self, start: Place) -> Parse<Expression> {
        self.expect("(")?;
        let a = self.expression()?.expression;
        self.expect(",")?;
        let b = self.expression()?.expression;
        self.expect(")")?;
        Ok(self.pair(start, a, b))
    }

    fn extended_pattern(&mut self, kind: ExtendedKind) -> Parse<(SetItem, Option<SetType>)> {
        self.expect(",")?;
        let start = self.place();
        let (key, _) = self.part()?;
        self.expect(",")?;
        let (value, _) = self.part()?;
        self.expect(")")?;
        let item = match key {
            Part::One(key) => SetItem::Extended(kind, key, value),
            Part::Any | Part::Range(..) => {
                return Err(self.wrong_key(start));
            }
        };
        Ok((item, Some(SetType::Extended)))
    }

    fn wrong_key(&mut self, start: Place) -> super::Fail {
        self.report(
            crate::bird::ProblemKind::Syntax,
            start,
            "the key of an extended community must be one value: only what follows it may be `*` or a range"
                .to_owned(),
        );
        super::Fail
    }

    /// `*`, a number, a range.
    fn part(&mut self) -> Parse<(Part, Type)> {
        if self.eat("*") {
            return Ok((Part::Any, Type::Int));
        }
        let first = self.expression()?;
        if self.eat("..") {
            let last = self.expression()?;
            return Ok((Part::Range(first.expression, last.expression), Type::Int));
        }
        Ok((Part::One(first.expression), first.of))
    }

    /// Takes `[= … =]`.
    pub(super) fn mask(&mut self, start: Place) -> Parse<Value> {
        self.expect("[=")?;
        let mut items = Vec::new();
        while !self.eat("=]") {
            let place = self.place();
            let item = match self.peek() {
                TokenKind::Mark("*") => {
                    self.advance();
                    MaskItem::Any
                }
                TokenKind::Mark("?") => {
                    self.advance();
                    MaskItem::AnyOne
                }
                TokenKind::Mark("+") => {
                    if items.is_empty() {
                        self.invalid(
                            place,
                            "`+` repeats what stands before it, and nothing does".to_owned(),
                        );
                    }
                    self.advance();
                    MaskItem::Repeat
                }
                TokenKind::Mark("[") => MaskItem::Set(Arc::new(self.set_literal()?)),
                TokenKind::Number(_)
                | TokenKind::Word(_)
                | TokenKind::Quoted(_)
                | TokenKind::Hole
                | TokenKind::Mark("(") => self.mask_value()?,
                _ => return Err(self.expected("an item of a path mask or `=]`")),
            };
            items.push(item);
        }
        Ok(self.value(
            start,
            ExpressionKind::PathMask(items.into()),
            Type::PathMask,
        ))
    }

    fn mask_value(&mut self) -> Parse<MaskItem> {
        let first = self.primary()?;
        if self.eat("..") {
            let last = self.primary()?;
            return Ok(MaskItem::Range(first.expression, last.expression));
        }
        Ok(match first.of {
            Type::Path => MaskItem::Path(first.expression),
            _ => MaskItem::Asn(first.expression),
        })
    }
}

/// Whether nothing follows a `*` but `*`, and nothing a range but `*`.
fn narrowing(parts: [&Part; 3]) -> bool {
    let open = parts.iter().skip_while(|part| matches!(part, Part::One(_)));
    open.skip(1).all(|part| matches!(part, Part::Any))
}
