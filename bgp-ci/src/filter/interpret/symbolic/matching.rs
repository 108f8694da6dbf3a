//! `~`: membership, masks and regular expressions.

use std::sync::Arc;

use super::Explorer;
use super::operate::{Answer, mismatch};
use super::state::Test;
use super::symbol::{ListKind, Symbol, SymbolicList, SymbolicPath};
use super::world::{ABSENT, Opaque};
use crate::filter::interpret::operate as concrete;
use crate::filter::ir::BinaryOperator;
use crate::filter::types::{SetType, Type};
use crate::filter::value::{Address, TextPattern, Value};
use crate::symbolic::{PathAtom, PathTest, Ranges, Space};

impl Explorer<'_, '_> {
    /// `left ~ right`.
    pub(super) fn matches(&mut self, left: &Symbol, right: &Symbol) -> Answer {
        match (left, right) {
            (Symbol::Net, Symbol::Known(Value::NetworkSet(set))) => {
                return Answer::Test(Test::Net(self.space(set)), true);
            }
            (Symbol::Net, Symbol::Known(Value::Prefix(of))) => {
                let space = Space::between(*of, of.length(), of.max_length());
                return Answer::Test(Test::Net(space), true);
            }
            (Symbol::Path(path), Symbol::Known(value)) if path.base.is_none() => {
                if let Some(test) = path_test(path, value) {
                    return Answer::Test(test, true);
                }
            }
            (Symbol::Known(Value::Int(asn)), Symbol::Path(path)) if path.base.is_none() => {
                let test = PathTest::Member(Ranges::only((*asn).into()));
                return Answer::Test(Test::Path(atom(path, test)), true);
            }
            (Symbol::List(list), Symbol::Known(Value::Set(set))) => {
                if let Some(members) = list.kind.members(set) {
                    return self.has(list, &members);
                }
            }
            (Symbol::Known(item), Symbol::List(list)) => {
                if let Some(item) = list.kind.number(item) {
                    return self.has(list, &Ranges::only(item));
                }
            }
            (symbol, Symbol::Known(Value::Set(set))) => {
                let of = match symbol {
                    Symbol::Choice(_, of) => *of,
                    _ => Type::Int,
                };
                if set.is_plain() && goes_with(set.of(), of) {
                    let members = Ranges::of(set.ranges().iter().copied());
                    if let Some(test) = self.number_test(symbol, &members) {
                        return Answer::Test(test, true);
                    }
                }
            }
            (Symbol::Choice(choice, Type::Ip), Symbol::Known(Value::Prefix(of))) => {
                let first = Address::from(of.address()).bits();
                let host = u32::from(of.max_length() - of.length());
                let last = first | 1_u128.checked_shl(host).map_or(u128::MAX, |size| size - 1);
                let test = Test::Choice(*choice, Ranges::between(first, last.min(ABSENT - 1)));
                return Answer::Test(test, true);
            }
            _ => {}
        }
        if let Some(fault) = mismatch(BinaryOperator::Match, left, right) {
            return Answer::Fault(fault);
        }
        self.unfollowed("Match", &[left.clone(), right.clone()])
    }

    /// Whether a list has one of `members`.
    fn has(&mut self, list: &SymbolicList, members: &Ranges) -> Answer {
        if list.present.iter().any(|item| members.contains(*item)) {
            return Answer::bool(true);
        }
        let members = members
            .intersection(&list.kind.universe())
            .difference(&list.absent);
        if members.is_empty() {
            return Answer::bool(false);
        }
        if list.base.is_none() {
            Answer::Test(Test::Community(list.kind, members), true)
        } else {
            let of = [Symbol::List(SymbolicList {
                present: Arc::default(),
                ..list.within(&members)
            })];
            self.unfollowed(&format!("has {members:?}"), &of)
        }
    }
    /// Whether `pattern` is found in `subject`, written out.
    pub(super) fn text(&mut self, subject: &Symbol, pattern: &Arc<TextPattern>) -> Answer {
        match subject {
            Symbol::Known(value) => return Answer::of(concrete::text(value, pattern)),
            Symbol::Path(path) if path.base.is_none() => {
                let test = PathTest::Text(Arc::clone(pattern));
                return Answer::Test(Test::Path(atom(path, test)), true);
            }
            Symbol::List(list) if list.kind == ListKind::Standard && pattern.is_of_one() => {
                if let Some(members) = pattern.members() {
                    return self.has(list, &members);
                }
            }
            Symbol::Choice(choice, Type::Pair) => {
                if let Some(members) = pattern.members() {
                    return Answer::Test(Test::Choice(*choice, Ranges::clone(&members)), true);
                }
            }
            _ => {}
        }
        let text = Opaque::Text(Arc::clone(pattern), subject.clone());
        let opaque = self.world.opaque(text);
        self.whether(opaque)
    }
}

fn atom(path: &SymbolicPath, test: PathTest) -> PathAtom {
    PathAtom {
        front: Arc::clone(&path.front),
        test,
    }
}

fn path_test(path: &SymbolicPath, value: &Value) -> Option<Test> {
    let test = match value {
        Value::PathMask(mask) if mask.is_plain() => PathTest::Mask(Arc::clone(mask)),
        Value::Set(set) if set.is_plain() && goes_with(set.of(), Type::Int) => {
            PathTest::Member(Ranges::of(set.ranges().iter().copied()))
        }
        _ => return None,
    };
    Some(Test::Path(atom(path, test)))
}

/// Whether values of type `of` can be in a set; addresses and router ids have other keys.
fn goes_with(set: SetType, of: Type) -> bool {
    match set {
        SetType::Empty => true,
        SetType::Int => of == Type::Int,
        SetType::Enum(own) => of == Type::Enum(own),
        SetType::Quad => of == Type::Quad,
        SetType::Ip => of == Type::Ip,
        SetType::Pair => of == Type::Pair,
        SetType::Extended => of == Type::Extended,
        SetType::Large => of == Type::Large,
        SetType::RouteDistinguisher | SetType::Prefix => false,
    }
}
