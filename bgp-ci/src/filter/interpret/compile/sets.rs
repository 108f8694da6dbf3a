//! Sets made ready, once for a program.

use std::sync::Arc;

use super::Builder;
use crate::filter::interpret::Gap;
use crate::filter::interpret::operate;
use crate::filter::ir::{Expression, ExtendedKind, Lengths, Part, SetItem, SetLiteral};
use crate::filter::types::SetType;
use crate::filter::value::{Large, NetworkPattern, NetworkSet, Value, ValueSet};
use crate::place::{FileId, Place};

/// How many ranges a set may have once its products are multiplied out.
const MAX_RANGES: usize = 1 << 20;

/// The place of an item that has none, such as `(*, *)`.
const NOWHERE: Place = Place {
    file: FileId(0),
    start: 0,
    end: 0,
};

/// First and last keys.
type Ranges = Vec<(u128, u128)>;

impl Builder<'_> {
    /// The value of `[ … ]`.
    pub(super) fn set(&mut self, literal: &SetLiteral) -> Result<Value, Gap> {
        if literal.of == SetType::Prefix {
            let patterns: Result<Vec<_>, Gap> = literal
                .items
                .iter()
                .map(|item| self.pattern(item))
                .collect();
            return Ok(Value::NetworkSet(Arc::new(NetworkSet::new(patterns?))));
        }
        let set = self.ranges(&literal.items)?;
        Ok(Value::Set(Arc::new(set)))
    }

    /// The set of items that are not networks.
    fn ranges(&mut self, items: &[SetItem]) -> Result<ValueSet, Gap> {
        let (of, ranges) = self.written(items)?;
        Ok(ValueSet::new(of, ranges))
    }

    /// The ranges of items that are not networks as they stand, of a set or of an arm.
    pub(super) fn written(&mut self, items: &[SetItem]) -> Result<(SetType, Ranges), Gap> {
        let mut of = SetType::Empty;
        let mut ranges = Vec::with_capacity(items.len());
        for item in items {
            let (own, place) = self.item(item, &mut ranges)?;
            if of != SetType::Empty && of != own {
                return Err(gap(place, "a set of values of different types"));
            }
            of = own;
        }
        Ok((of, ranges))
    }

    /// Adds the ranges of an item, and says what they hold.
    fn item(&mut self, item: &SetItem, ranges: &mut Ranges) -> Result<(SetType, Place), Gap> {
        match item {
            SetItem::Value(one) => {
                let (of, key) = self.key(one)?;
                ranges.push((key, key));
                Ok((of, one.place))
            }
            SetItem::Range(first, last) => {
                let place = first.place;
                let (of, low) = self.key(first)?;
                let (other, high) = self.key(last)?;
                if of != other {
                    return Err(gap(place, "a range between values of different types"));
                }
                ranges.push((low, high));
                Ok((of, place))
            }
            SetItem::Pair([high, low]) => {
                let place = part_place(high)
                    .or_else(|| part_place(low))
                    .unwrap_or(NOWHERE);
                let (first, last) = self.part(high, u16::MAX.into())?;
                let (from, to) = self.part(low, u16::MAX.into())?;
                if last > u16::MAX.into() || to > u16::MAX.into() {
                    return Err(gap(place, "a number above 65535 in a pair"));
                }
                if first <= last && (from, to) == (0, u16::MAX.into()) {
                    ranges.push((u128::from(first) << 16, (u128::from(last) << 16) | 0xffff));
                } else {
                    let width = usize::try_from(last.saturating_sub(first)).unwrap_or(MAX_RANGES);
                    if ranges.len().saturating_add(width) >= MAX_RANGES {
                        return Err(gap(place, "a set of more than a million ranges"));
                    }
                    for value in first..=last {
                        let high = u128::from(value) << 16;
                        ranges.push((high | u128::from(from), high | u128::from(to)));
                    }
                }
                Ok((SetType::Pair, place))
            }
            SetItem::Extended(kind, key, value) => {
                // The widest value depends on the key: 16 bits beside a key of 32.
                let place = key.place;
                let node = self.expression(key);
                let key = self.value(&node)?;
                let wide = *kind == ExtendedKind::Generic
                    || matches!(key, Value::Int(number) if number <= u16::MAX.into());
                let most = if wide { u32::MAX } else { u16::MAX.into() };
                let (first, last) = self.part(value, most)?;
                let end = |number| match operate::extended(*kind, &key, &Value::Int(number)) {
                    Ok(Value::Extended(bits)) => Ok(u128::from(bits)),
                    _ => Err(gap(place, "a malformed extended community in a set")),
                };
                ranges.push((end(first)?, end(last)?));
                Ok((SetType::Extended, place))
            }
            SetItem::Large([a, b, c]) => {
                let place = part_place(a).or_else(|| part_place(b)).unwrap_or(NOWHERE);
                let (a, b, c) = (
                    self.part(a, u32::MAX)?,
                    self.part(b, u32::MAX)?,
                    self.part(c, u32::MAX)?,
                );
                // Only the last part that is not everything may be a range.
                let all = (0, u32::MAX);
                let one = |part: (u32, u32)| part.0 == part.1;
                let only_the_last = (one(a) && (one(b) || c == all)) || (b == all && c == all);
                if !only_the_last {
                    return Err(gap(
                        place,
                        "a pattern of large communities with a range before a number",
                    ));
                }
                ranges.push((Large(a.0, b.0, c.0).key(), Large(a.1, b.1, c.1).key()));
                Ok((SetType::Large, place))
            }
            SetItem::Prefix(net, _) => Err(gap(net.place, "a network among other values")),
        }
    }

    fn pattern(&mut self, item: &SetItem) -> Result<NetworkPattern, Gap> {
        let (expression, lengths) = match item {
            SetItem::Prefix(net, lengths) => (net, lengths),
            SetItem::Value(net) => (net, &Lengths::Exact),
            _ => {
                return Err(gap(NOWHERE, "a set of networks with something else in it"));
            }
        };
        let node = self.expression(expression);
        let Value::Prefix(net) = self.value(&node)? else {
            return Err(gap(
                expression.place,
                "a set of networks with something else in it",
            ));
        };
        let (low, high) = match lengths {
            Lengths::Exact => (net.length(), net.length()),
            Lengths::OrLonger => (net.length(), net.max_length()),
            Lengths::OrShorter => (0, net.length()),
            Lengths::Between(low, high) => (*low, *high),
        };
        Ok(NetworkPattern { net, low, high })
    }

    /// The key of a member.
    fn key(&mut self, expression: &Expression) -> Result<(SetType, u128), Gap> {
        let node = self.expression(expression);
        let value = self.value(&node)?;
        value
            .key()
            .ok_or_else(|| gap(expression.place, "a value that cannot be in a set"))
    }

    fn part(&mut self, part: &Part, most: u32) -> Result<(u32, u32), Gap> {
        Ok(match part {
            Part::Any => (0, most),
            Part::One(one) => {
                let one = self.number(one)?;
                (one, one)
            }
            Part::Range(first, last) => (self.number(first)?, self.number(last)?),
        })
    }
}

fn part_place(part: &Part) -> Option<Place> {
    match part {
        Part::Any => None,
        Part::One(one) | Part::Range(one, _) => Some(one.place),
    }
}

fn gap(place: Place, reason: &str) -> Gap {
    Gap {
        place,
        reason: reason.into(),
    }
}
