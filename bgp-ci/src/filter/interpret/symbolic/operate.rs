//! Operators and methods on what is known only as far as the received route is.

use std::net::IpAddr;
use std::sync::Arc;

use super::Explorer;
use super::execute::listed;
use super::state::Test;
use super::symbol::{ListKind, PathPart, Symbol, SymbolicList, SymbolicPath};
use super::world::{ABSENT, Choice, Opaque};
use crate::filter::interpret::operate as concrete;
use crate::filter::interpret::state::Fault;
use crate::filter::ir::{BinaryOperator, Edit, Method};
use crate::filter::types::Type;
use crate::filter::value::{Address, NetworkSet, Value, net_type};
use crate::model::{Family, Prefix};
use crate::symbolic::{PathAtom, PathTest, Ranges, Space};

/// What an operation answers.
pub(super) enum Answer {
    /// This.
    Symbol(Symbol),
    /// This, unless the filter fails: which nobody follows.
    Unless(Test, Symbol),
    /// Whether the test is true, or whether it is false.
    Test(Test, bool),
    /// The filter fails, or nobody knows.
    Fault(Fault),
    /// It has another shape than operations have.
    None,
}

impl Answer {
    pub(super) fn of(found: Result<Value, Fault>) -> Self {
        match found {
            Ok(value) => Self::Symbol(Symbol::Known(value)),
            Err(fault) => Self::Fault(fault),
        }
    }

    pub(super) fn bool(truth: bool) -> Self {
        Self::Symbol(Symbol::Known(Value::Bool(truth)))
    }

    fn negated(self) -> Self {
        match self {
            Self::Test(test, positive) => Self::Test(test, !positive),
            Self::Symbol(Symbol::Known(Value::Bool(truth))) => Self::bool(!truth),
            other => other,
        }
    }
}

/// What a set of networks holds, as a space.
fn space_of(family: Family, set: &NetworkSet) -> Space {
    let patterns = set
        .patterns()
        .iter()
        .filter(|pattern| pattern.net.family() == family);
    Space::union_of(
        family,
        patterns.map(|pattern| Space::between(pattern.net, pattern.low, pattern.high)),
    )
}

/// Values of which a comparison with `key` is true. Nothing, an attribute that is absent, comes
/// before everything.
fn compared(operator: BinaryOperator, key: u128, absent: bool) -> Ranges {
    let nothing = if absent {
        Ranges::only(ABSENT)
    } else {
        Ranges::NONE
    };
    let below = match key.checked_sub(1) {
        Some(last) => Ranges::between(0, last),
        None => Ranges::NONE,
    };
    let above = Ranges::between(key.saturating_add(1), ABSENT - 1);
    let own = Ranges::only(key);
    match operator {
        BinaryOperator::Equal => own,
        BinaryOperator::NotEqual => below.union(&above).union(&nothing),
        BinaryOperator::Less => below.union(&nothing),
        BinaryOperator::LessOrEqual => below.union(&own).union(&nothing),
        BinaryOperator::Greater => above,
        BinaryOperator::GreaterOrEqual => above.union(&own),
        _ => Ranges::NONE,
    }
}

/// The same comparison from the other side.
fn turned(operator: BinaryOperator) -> BinaryOperator {
    match operator {
        BinaryOperator::Less => BinaryOperator::Greater,
        BinaryOperator::LessOrEqual => BinaryOperator::GreaterOrEqual,
        BinaryOperator::Greater => BinaryOperator::Less,
        BinaryOperator::GreaterOrEqual => BinaryOperator::LessOrEqual,
        other => other,
    }
}

pub(super) fn is_comparison(operator: BinaryOperator) -> bool {
    matches!(
        operator,
        BinaryOperator::Equal
            | BinaryOperator::NotEqual
            | BinaryOperator::Less
            | BinaryOperator::LessOrEqual
            | BinaryOperator::Greater
            | BinaryOperator::GreaterOrEqual
    )
}

/// The key of a value in the ranges of a choice of type `of`.
fn key(value: &Value, of: Type) -> Option<u128> {
    match (value, of) {
        (Value::Bool(truth), _) => Some((*truth).into()),
        (Value::Ip(address), Type::Quad) => address.ipv4().map(u128::from),
        (Value::Quad(quad), Type::Ip) => Some(Address::from_ipv4(*quad).bits()),
        (value, of) if value.value_type() == of => value.key().map(|(_, key)| key),
        _ => None,
    }
}

/// Every network with one of these lengths.
fn of_lengths(family: Family, members: &Ranges) -> Space {
    let runs = members.ranges().iter().filter_map(|(first, last)| {
        let first = u8::try_from(*first).ok()?;
        let last = u8::try_from(*last).unwrap_or(u8::MAX);
        Some(Space::of_lengths(family, first, last))
    });
    Space::union_of(family, runs)
}

/// The enumeration of `net.type`.
fn type_of_net(family: Family) -> Value {
    let any = match family {
        Family::Ipv4 => IpAddr::from([0; 4]),
        Family::Ipv6 => IpAddr::from([0; 16]),
    };
    net_type(Prefix::truncated(any.into())).into()
}

impl Explorer<'_, '_> {
    /// What a set of networks holds, made once.
    pub(super) fn space(&mut self, set: &Arc<NetworkSet>) -> Space {
        let family = self.family;
        let key = Arc::as_ptr(set).addr();
        let made = self
            .spaces
            .entry(key)
            .or_insert_with(|| space_of(family, set));
        made.clone()
    }

    /// Something that is not followed.
    pub(super) fn opaque(&mut self, what: &str, of: &[Symbol]) -> Answer {
        let opaque = Opaque::Operation(what.to_owned(), of.to_vec());
        Answer::Symbol(Symbol::Opaque(self.world.opaque(opaque)))
    }

    /// Something that is not followed, and that may make the filter fail.
    pub(super) fn fallible(&mut self, what: &str, of: &[Symbol]) -> Answer {
        let made = Opaque::Operation(what.to_owned(), of.to_vec());
        let made = Symbol::Opaque(self.world.opaque(made));
        let fails = Opaque::Operation(format!("{what} fails"), of.to_vec());
        let fails = self.world.opaque(fails);
        let choice = self.world.choice(Choice::Opaque(fails));
        Answer::Unless(Test::Choice(choice, Ranges::only(1)), made)
    }

    /// Whether something that is not followed is true.
    pub(super) fn unfollowed(&mut self, what: &str, of: &[Symbol]) -> Answer {
        let opaque = Opaque::Operation(what.to_owned(), of.to_vec());
        let opaque = self.world.opaque(opaque);
        self.whether(opaque)
    }

    pub(super) fn whether(&mut self, opaque: super::OpaqueId) -> Answer {
        let choice = self.world.choice(Choice::Opaque(opaque));
        Answer::Test(Test::Choice(choice, Ranges::only(1)), true)
    }

    /// Whether a number is one of these; `None` for what is no number.
    pub(super) fn number_test(&mut self, symbol: &Symbol, members: &Ranges) -> Option<Test> {
        Some(match symbol {
            Symbol::Choice(choice, _) => Test::Choice(*choice, members.clone()),
            Symbol::NetLength => Test::Net(of_lengths(self.family, members)),
            Symbol::PathPart(part, path) if path.base.is_none() => Test::Path(PathAtom {
                front: Arc::clone(&path.front),
                test: match part {
                    PathPart::Length => PathTest::Length(members.clone()),
                    PathPart::First => PathTest::First(members.clone()),
                    PathPart::Last => PathTest::Last(members.clone()),
                },
            }),
            _ => return None,
        })
    }

    /// `left operator right`.
    pub(super) fn binary(
        &mut self,
        operator: BinaryOperator,
        left: &Symbol,
        right: &Symbol,
    ) -> Answer {
        if let (Symbol::Known(left), Symbol::Known(right)) = (left, right) {
            return Answer::of(concrete::binary(operator, left, right));
        }
        match operator {
            BinaryOperator::Match => self.matches(left, right),
            BinaryOperator::NotMatch => self.matches(left, right).negated(),
            operator if is_comparison(operator) => match (left, right) {
                (symbol, Symbol::Known(value)) => self.compare(operator, symbol, value),
                (Symbol::Known(value), symbol) => self.compare(turned(operator), symbol, value),
                _ => self.unfollowed(&format!("{operator:?}"), &[left.clone(), right.clone()]),
            },
            operator => {
                if let Some(fault) = mismatch(operator, left, right) {
                    return Answer::Fault(fault);
                }
                let (what, of) = (format!("{operator:?}"), [left.clone(), right.clone()]);
                if operator == BinaryOperator::Divide {
                    // By zero the filter fails.
                    return self.fallible(&what, &of);
                }
                self.opaque(&what, &of)
            }
        }
    }

    fn compare(&mut self, operator: BinaryOperator, symbol: &Symbol, value: &Value) -> Answer {
        let equal = match operator {
            BinaryOperator::Equal => Some(true),
            BinaryOperator::NotEqual => Some(false),
            _ => None,
        };
        match (symbol, value) {
            (Symbol::Net, Value::Prefix(prefix)) => {
                if let Some(positive) = equal {
                    return Answer::Test(Test::Net(Space::only(*prefix)), positive);
                }
            }
            (Symbol::NetLength | Symbol::PathPart(..), Value::Int(number)) => {
                let members = compared(operator, (*number).into(), false);
                if let Some(test) = self.number_test(symbol, &members) {
                    return Answer::Test(test, true);
                }
            }
            (Symbol::Choice(choice, _), Value::Void) => {
                if let Some(positive) = equal {
                    return Answer::Test(Test::Choice(*choice, Ranges::only(ABSENT)), positive);
                }
            }
            (Symbol::Choice(choice, of), value) => {
                if let Some(key) = key(value, *of) {
                    let members = compared(operator, key, true);
                    return Answer::Test(Test::Choice(*choice, members), true);
                }
            }
            (Symbol::ListLength(list), Value::Int(number)) => {
                return self.length(operator, list, *number);
            }
            _ => {}
        }
        let of = [symbol.clone(), Symbol::Known(value.clone())];
        self.unfollowed(&format!("{operator:?}"), &of)
    }

    /// How many communities there are, as far as none and some are told apart.
    fn length(&mut self, operator: BinaryOperator, list: &SymbolicList, number: u32) -> Answer {
        let members = compared(operator, number.into(), false);
        let some = Ranges::between(1, ABSENT - 1);
        let least = u128::try_from(list.present.len()).unwrap_or(u128::MAX);
        let possible = Ranges::between(least, ABSENT - 1);
        if possible.is_within(&members) {
            return Answer::bool(true);
        }
        if possible.intersection(&members).is_empty() {
            return Answer::bool(false);
        }
        let none = members.contains(0);
        let split = if none {
            members.intersection(&some).is_empty()
        } else {
            some.is_within(&members)
        };
        if list.base.is_none() && least == 0 && split {
            let open = list.kind.universe().difference(&list.absent);
            if open.is_empty() {
                return Answer::bool(none);
            }
            return Answer::Test(Test::Community(list.kind, open), !none);
        }
        let of = [
            Symbol::ListLength(list.clone()),
            Symbol::Known(Value::Int(number)),
        ];
        self.unfollowed(&format!("length {operator:?}"), &of)
    }

    /// `receiver.method` and `receiver.mask(argument)`.
    pub(super) fn method(
        &mut self,
        method: Method,
        receiver: &Symbol,
        argument: Option<&Symbol>,
    ) -> Answer {
        let symbol = match (method, receiver, argument) {
            (_, Symbol::Known(receiver), None) => {
                return Answer::of(concrete::method(method, receiver, None));
            }
            (_, Symbol::Known(receiver), Some(Symbol::Known(argument))) => {
                return Answer::of(concrete::method(method, receiver, Some(argument)));
            }
            (Method::Length, Symbol::Net, _) => Symbol::NetLength,
            (Method::Length, Symbol::Path(path), _) => {
                Symbol::PathPart(PathPart::Length, path.clone())
            }
            (Method::First, Symbol::Path(path), _) => {
                Symbol::PathPart(PathPart::First, path.clone())
            }
            (Method::Last | Method::LastNonAggregated, Symbol::Path(path), _) => {
                Symbol::PathPart(PathPart::Last, path.clone())
            }
            (Method::Length, Symbol::List(list), _) => Symbol::ListLength(list.clone()),
            (Method::Empty, Symbol::List(list), _) => {
                Symbol::List(list.without(&list.kind.universe()))
            }
            (Method::Empty, Symbol::Path(_), _) => Symbol::Known(Value::Path(Arc::default())),
            (Method::NetType, Symbol::Net, _) => Symbol::Known(type_of_net(self.family)),
            _ => {
                let mut of = vec![receiver.clone()];
                of.extend(argument.cloned());
                return self.opaque(&format!("{method:?}"), &of);
            }
        };
        Answer::Symbol(symbol)
    }

    /// `add`, `delete`, `filter` and `prepend`.
    pub(super) fn edit(&mut self, edit: Edit, list: &Symbol, operand: &Symbol) -> Answer {
        if let (Symbol::Known(list), Symbol::Known(operand)) = (list, operand) {
            return Answer::of(concrete::edit(edit, list, operand));
        }
        if let (Some(list), Some(operand)) = (some(list), some(operand))
            && let Err(fault @ Fault::Failure(_)) = concrete::edit(edit, &list, &operand)
        {
            return Answer::Fault(fault);
        }
        let listed = match list {
            Symbol::Known(value) => listed(value.clone()),
            other => other.clone(),
        };
        let symbol = match (&listed, operand) {
            (Symbol::Path(path), Symbol::Known(Value::Int(asn))) if edit == Edit::Prepend => {
                Symbol::Path(path.prepended(*asn))
            }
            (Symbol::Path(path), operand) => {
                let what = format!("{edit:?}");
                let of = vec![Symbol::Path(path.clone()), operand.clone()];
                Symbol::Path(SymbolicPath {
                    front: [].into(),
                    base: Some(self.world.opaque(Opaque::Operation(what, of))),
                })
            }
            (Symbol::List(list), Symbol::Choice(choice, _))
                if edit == Edit::Delete
                    && matches!(self.world.choice_of(*choice), Choice::Element(_)) =>
            {
                Symbol::WithoutElement(list.clone())
            }
            (Symbol::List(list), operand) => {
                if let Some(list) = edited(edit, list, operand) {
                    Symbol::List(list)
                } else {
                    let what = format!("{edit:?}");
                    let of = vec![Symbol::List(list.clone()), operand.clone()];
                    Symbol::List(SymbolicList {
                        base: Some(self.world.opaque(Opaque::Operation(what, of))),
                        ..SymbolicList::received(list.kind)
                    })
                }
            }
            (list, operand) => {
                return self.opaque(&format!("{edit:?}"), &[list.clone(), operand.clone()]);
            }
        };
        Answer::Symbol(symbol)
    }

    /// A path with one number in the place of others.
    pub(super) fn substitute(&mut self, path: &Symbol, members: &Symbol, by: &Symbol) -> Answer {
        if let (Symbol::Known(path), Symbol::Known(members), Symbol::Known(by)) =
            (path, members, by)
        {
            return Answer::of(concrete::substitute(path, members, by));
        }
        let of = vec![path.clone(), members.clone(), by.clone()];
        let base = self
            .world
            .opaque(Opaque::Operation("substitute".to_owned(), of));
        Answer::Symbol(Symbol::Path(SymbolicPath {
            front: [].into(),
            base: Some(base),
        }))
    }
}

/// Values of types that do not go together make the filter fail, whatever they are.
pub(super) fn mismatch(operator: BinaryOperator, left: &Symbol, right: &Symbol) -> Option<Fault> {
    match concrete::binary(operator, &some(left)?, &some(right)?) {
        Err(fault @ Fault::Failure(_)) => Some(fault),
        _ => None,
    }
}

/// Some value of a symbol's type, not 0.
fn some(symbol: &Symbol) -> Option<Value> {
    Some(match symbol {
        Symbol::Known(value) => value.clone(),
        Symbol::Net => Value::Prefix(Prefix::truncated(IpAddr::from([0; 4]).into())),
        Symbol::NetLength | Symbol::PathPart(..) | Symbol::ListLength(_) => Value::Int(1),
        Symbol::Path(_) => Value::Path(Arc::default()),
        Symbol::List(list) => match list.kind {
            ListKind::Standard => Value::Communities(Arc::default()),
            ListKind::Extended => Value::ExtendedCommunities(Arc::default()),
            ListKind::Large => Value::LargeCommunities(Arc::default()),
        },
        Symbol::Choice(_, of) => match of {
            Type::Int => Value::Int(1),
            Type::Ip => Value::Ip(Address::from_ipv4(0)),
            Type::Quad => Value::Quad(0),
            _ => return None,
        },
        Symbol::WithoutElement(_) | Symbol::Opaque(_) => return None,
    })
}

/// The list after an edit that is followed.
fn edited(edit: Edit, list: &SymbolicList, operand: &Symbol) -> Option<SymbolicList> {
    let members = match operand {
        Symbol::Known(Value::Set(set)) => list.kind.members(set)?,
        Symbol::Known(item) => match list.kind.number(item) {
            Some(item) if edit == Edit::Add => return Some(list.with(item)),
            Some(item) => Ranges::only(item),
            None => {
                let Symbol::List(other) = listed(item.clone()) else {
                    return None;
                };
                if other.kind != list.kind {
                    return None;
                }
                if edit == Edit::Add {
                    let with = |list: SymbolicList, item: &u128| list.with(*item);
                    return Some(other.present.iter().fold(list.clone(), with));
                }
                Ranges::of(other.present.iter().map(|item| (*item, *item)))
            }
        },
        _ => return None,
    };
    match edit {
        Edit::Delete => Some(list.without(&members)),
        Edit::Filter => Some(list.without(&list.kind.universe().difference(&members))),
        Edit::Add | Edit::Prepend => None,
    }
}
