//! Operators and methods on values. What is open makes the result open.

use super::list;
use super::state::Fault;
use crate::filter::ir::{BinaryOperator, Edit, ExtendedKind, Method};
use crate::filter::types::{SetType, Type};
use crate::filter::value::set::Membership;
use crate::filter::value::{Large, TextPattern, Value, comparable, net_type, text_matches};

type Result<T = Value> = std::result::Result<T, Fault>;

/// `(a, b)`.
pub(super) fn pair(a: &Value, b: &Value) -> Result {
    match (a, b) {
        (Value::Open, _) | (_, Value::Open) => Ok(Value::Open),
        (Value::Int(a), Value::Int(b)) => match (u16::try_from(*a), u16::try_from(*b)) {
            (Ok(a), Ok(b)) => Ok(Value::Pair((u32::from(a) << 16) | u32::from(b))),
            _ => Err(Fault::failure("a number above 65535 in a pair")),
        },
        _ => Err(Fault::failure("a pair of something else than numbers")),
    }
}

/// `(kind, key, value)`; a key of 32 bits or an address leaves 16 bits for the value (RFC 5668,
/// RFC 4360).
pub(super) fn extended(kind: ExtendedKind, key: &Value, value: &Value) -> Result {
    if *key == Value::Open || *value == Value::Open {
        return Ok(Value::Open);
    }
    let Value::Int(value) = value else {
        return Err(Fault::failure(
            "an extended community whose value is not a number",
        ));
    };
    let (low, value) = (u64::from(*value), *value);
    let (key, address) = match key {
        Value::Int(key) => (*key, false),
        Value::Quad(key) => (*key, true),
        Value::Ip(key) => match key.ipv4() {
            Some(key) => (key, true),
            None => return Err(Fault::failure("an IPv6 address in an extended community")),
        },
        _ => {
            return Err(Fault::failure(
                "an extended community whose key is not a number",
            ));
        }
    };
    let class: u64 = match kind {
        ExtendedKind::Generic if address => {
            return Err(Fault::failure("an address in a generic extended community"));
        }
        ExtendedKind::Generic => return Ok(Value::Extended((u64::from(key) << 32) | low)),
        ExtendedKind::RouteTarget => 0x0002,
        ExtendedKind::RouteOrigin => 0x0003,
        ExtendedKind::Unknown(class) => u64::from(class & 0xffff),
    };
    // An unknown kind is taken as it stands; the known ones have a form for each kind of key.
    let known = !matches!(kind, ExtendedKind::Unknown(_));
    let form = |form: u64| {
        if known {
            (class | form) << 48
        } else {
            class << 48
        }
    };
    if !address && u16::try_from(key).is_ok() {
        return Ok(Value::Extended(
            (class << 48) | (u64::from(key) << 32) | low,
        ));
    }
    if value > u32::from(u16::MAX) {
        return Err(Fault::failure(
            "a value above 65535 beside a key of 32 bits",
        ));
    }
    let form = form(if address { 0x0100 } else { 0x0200 });
    Ok(Value::Extended(form | (u64::from(key) << 16) | low))
}

/// `(a, b, c)`.
pub(super) fn large(a: &Value, b: &Value, c: &Value) -> Result {
    match (a, b, c) {
        (Value::Int(a), Value::Int(b), Value::Int(c)) => Ok(Value::Large(Large(*a, *b, *c))),
        (Value::Open | Value::Int(_), Value::Open | Value::Int(_), Value::Open | Value::Int(_)) => {
            Ok(Value::Open)
        }
        _ => Err(Fault::failure(
            "a large community of something else than numbers",
        )),
    }
}

/// `a operator b`, for every operator but `&&` and `||`.
pub(super) fn binary(operator: BinaryOperator, left: &Value, right: &Value) -> Result {
    if *left == Value::Open || *right == Value::Open {
        return Ok(Value::Open);
    }
    let truth = match operator {
        BinaryOperator::Equal => left.same(right),
        BinaryOperator::NotEqual => !left.same(right),
        BinaryOperator::Less => order(left, right)?.is_lt(),
        BinaryOperator::LessOrEqual => order(left, right)?.is_le(),
        BinaryOperator::Greater => order(left, right)?.is_gt(),
        BinaryOperator::GreaterOrEqual => order(left, right)?.is_ge(),
        BinaryOperator::Match => matches(left, right)?,
        BinaryOperator::NotMatch => !matches(left, right)?,
        BinaryOperator::Add
        | BinaryOperator::Subtract
        | BinaryOperator::Multiply
        | BinaryOperator::Divide
        | BinaryOperator::BitOr
        | BinaryOperator::BitAnd => return arithmetic(operator, left, right),
        BinaryOperator::And | BinaryOperator::Or => {
            return Err(Fault::gap("a logical operator in an unusual place"));
        }
    };
    Ok(Value::Bool(truth))
}

fn arithmetic(operator: BinaryOperator, left: &Value, right: &Value) -> Result {
    let (Value::Int(left), Value::Int(right)) = (left, right) else {
        return Err(Fault::failure("arithmetic on something else than numbers"));
    };
    Ok(Value::Int(match operator {
        BinaryOperator::Add => left.wrapping_add(*right),
        BinaryOperator::Subtract => left.wrapping_sub(*right),
        BinaryOperator::Multiply => left.wrapping_mul(*right),
        BinaryOperator::BitOr => left | right,
        BinaryOperator::BitAnd => left & right,
        _ => match left.checked_div(*right) {
            Some(quotient) => quotient,
            None => return Err(Fault::failure("division by zero")),
        },
    }))
}

fn order(left: &Value, right: &Value) -> Result<std::cmp::Ordering> {
    let (a, b) = (left.value_type(), right.value_type());
    match left.order(right) {
        Some(order) => Ok(order),
        None if a == Type::String && b == Type::String => Err(Fault::gap(
            "an order of strings, where versions of BIRD differ",
        )),
        None if comparable(a, b) => {
            Err(Fault::failure(format!("values of type {a} have no order")))
        }
        None => Err(Fault::gap(format!("{a} and {b} are compared"))),
    }
}

/// `left ~ right`.
fn matches(left: &Value, right: &Value) -> Result<bool> {
    let lost = || Fault::gap("a set whose ranges overlap, where versions of BIRD differ");
    let known = |found: Membership| match found {
        Membership::In => Ok(true),
        Membership::Out => Ok(false),
        Membership::Lost => Err(lost()),
    };
    let mismatch = || {
        let (left, right) = (left.value_type(), right.value_type());
        Fault::failure(format!("`~` between {left} and {right}"))
    };
    match (left, right) {
        (Value::Prefix(net), Value::NetworkSet(set)) => Ok(set.contains(*net)),
        (Value::Prefix(net), Value::Prefix(of)) => Ok(of.covers(*net)),
        (Value::Ip(address), Value::Prefix(net)) => Ok(address.is_in(*net)),
        (Value::String(text), Value::String(pattern)) => {
            text_matches(text, pattern).ok_or_else(|| {
                Fault::gap("a pattern with `**` or `*?`, which BIRD reads in its own way")
            })
        }
        (Value::Path(path), Value::PathMask(mask)) => mask.matches(path).ok_or_else(lost),
        (Value::Int(asn), Value::Path(path)) => Ok(path.asns().any(|own| own == *asn)),
        (Value::Path(path), Value::Set(set)) if fits(set.of(), SetType::Int) => {
            any(path.asns().map(|asn| set.find_key(asn.into()))).map_or_else(|| Err(lost()), Ok)
        }
        (Value::Communities(list), Value::Set(set)) => {
            let found: Option<Vec<_>> = list.iter().map(|item| set.find_in_list(*item)).collect();
            let typed = set.find_in_list(0).is_some();
            match found.filter(|_| typed) {
                Some(found) => any(found.into_iter()).map_or_else(|| Err(lost()), Ok),
                None => Err(mismatch()),
            }
        }
        (Value::ExtendedCommunities(list), Value::Set(set))
            if fits(set.of(), SetType::Extended) =>
        {
            any(list.iter().map(|item| set.find_key((*item).into())))
                .map_or_else(|| Err(lost()), Ok)
        }
        (Value::LargeCommunities(list), Value::Set(set)) if fits(set.of(), SetType::Large) => {
            any(list.iter().map(|item| set.find_key(item.key()))).map_or_else(|| Err(lost()), Ok)
        }
        (item, Value::Communities(list)) => match list::community(item) {
            Some(item) => Ok(list.contains(&item)),
            None => Err(mismatch()),
        },
        (Value::Extended(item), Value::ExtendedCommunities(list)) => Ok(list.contains(item)),
        (Value::Large(item), Value::LargeCommunities(list)) => Ok(list.contains(item)),
        (Value::Prefix(_), Value::Set(set)) if set.is_empty() => Ok(false),
        (item, Value::Set(set)) => match set.find(item) {
            Some(found) => known(found),
            None => Err(mismatch()),
        },
        _ => Err(mismatch()),
    }
}

fn fits(own: SetType, wanted: SetType) -> bool {
    own == wanted || own == SetType::Empty
}

/// True where any element is a member; `None` where only the daemon's version decides.
fn any(found: impl Iterator<Item = Membership>) -> Option<bool> {
    let mut lost = false;
    for membership in found {
        match membership {
            Membership::In => return Some(true),
            Membership::Out => {}
            Membership::Lost => lost = true,
        }
    }
    (!lost).then_some(false)
}

/// `receiver.method` and `receiver.mask(argument)`.
pub(super) fn method(method: Method, receiver: &Value, argument: Option<&Value>) -> Result {
    if *receiver == Value::Open || argument == Some(&Value::Open) {
        return Ok(Value::Open);
    }
    let mismatch = || {
        Err(Fault::failure(format!(
            "this is asked of {}",
            receiver.value_type()
        )))
    };
    let number = |value: usize| Ok(Value::Int(u32::try_from(value).unwrap_or(u32::MAX)));
    Ok(match (method, receiver) {
        (Method::Length, Value::Prefix(net)) => Value::Int(net.length().into()),
        (Method::Length, Value::Path(path)) => return number(path.length()),
        (Method::Length, Value::Communities(list)) => return number(list.len()),
        (Method::Length, Value::ExtendedCommunities(list)) => return number(list.len()),
        (Method::Length, Value::LargeCommunities(list)) => return number(list.len()),
        (Method::First, Value::Path(path)) => Value::Int(path.first().unwrap_or(0)),
        (Method::Last, Value::Path(path)) => Value::Int(path.last().unwrap_or(0)),
        (Method::LastNonAggregated, Value::Path(path)) => {
            Value::Int(path.last_nonaggregated().unwrap_or(0))
        }
        (Method::Empty, list) => match Value::empty(list.value_type()) {
            Some(empty) => empty,
            None => return mismatch(),
        },
        (Method::Minimum, list) => return list::extreme(list, false).map_or_else(mismatch, Ok),
        (Method::Maximum, list) => return list::extreme(list, true).map_or_else(mismatch, Ok),
        (Method::Mask, Value::Ip(address)) => match argument {
            Some(Value::Int(length)) => match address.masked(*length) {
                Some(masked) => Value::Ip(masked),
                None => return Err(Fault::gap("a mask longer than the address")),
            },
            _ => return mismatch(),
        },
        (Method::IsIpv4, Value::Ip(address)) => Value::Bool(address.ipv4().is_some()),
        (Method::NetType, Value::Prefix(net)) => Value::Enum(net_type(*net)),
        (Method::Address, Value::Prefix(net)) => Value::Ip(net.address().into()),
        (Method::Asn, Value::Pair(pair)) => Value::Int(pair >> 16),
        (Method::Data, Value::Pair(pair)) => Value::Int(pair & 0xffff),
        (Method::Asn, Value::Large(large)) => Value::Int(large.0),
        (Method::Data1, Value::Large(large)) => Value::Int(large.1),
        (Method::Data2, Value::Large(large)) => Value::Int(large.2),
        (Method::Value, _) => return Err(Fault::gap("`.value`")),
        _ => return mismatch(),
    })
}

/// Whether `pattern` is found in `subject`, written out.
pub(super) fn text(subject: &Value, pattern: &TextPattern) -> Result {
    if *subject == Value::Open {
        return Ok(Value::Open);
    }
    match pattern.is_in(subject) {
        Some(found) => Ok(Value::Bool(found)),
        None => Err(Fault::gap(format!(
            "a regular expression over {}",
            subject.value_type()
        ))),
    }
}

/// A path with `by` in the place of every number of `members`.
pub(super) fn substitute(path: &Value, members: &Value, by: &Value) -> Result {
    match (path, members, by) {
        (Value::Open, ..) | (_, Value::Open, _) | (.., Value::Open) => Ok(Value::Open),
        (Value::Path(path), Value::Set(members), Value::Int(by)) => {
            let mut lost = false;
            let path = path.mapped(|asn| match members.find_key(asn.into()) {
                Membership::In => *by,
                Membership::Out => asn,
                Membership::Lost => {
                    lost = true;
                    asn
                }
            });
            if lost {
                return Err(Fault::gap("a set whose ranges overlap"));
            }
            Ok(Value::Path(path.into()))
        }
        _ => Err(Fault::gap("numbers replaced in something else than a path")),
    }
}

/// `add`, `delete`, `filter` and `prepend`.
pub(super) fn edit(edit: Edit, list: &Value, operand: &Value) -> Result {
    if *list == Value::Open || *operand == Value::Open {
        return Ok(Value::Open);
    }
    list::edited(edit, list, operand)
}
