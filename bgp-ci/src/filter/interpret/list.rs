//! Paths and lists of communities with something put in or taken out.

use std::sync::Arc;

use super::state::Fault;
use crate::filter::ir::Edit;
use crate::filter::types::SetType;
use crate::filter::value::set::Membership;
use crate::filter::value::{AsPath, Large, Value, ValueSet};

/// The number that a value is in a list of communities or router ids.
pub(super) fn community(item: &Value) -> Option<u32> {
    match item {
        Value::Pair(item) | Value::Quad(item) => Some(*item),
        Value::Ip(item) => item.ipv4(),
        _ => None,
    }
}

/// The smallest or largest member of a list; zero where it has none.
pub(super) fn extreme(list: &Value, largest: bool) -> Option<Value> {
    fn of<T: Copy + Ord>(list: &[T], largest: bool) -> Option<T> {
        if largest {
            list.iter().max()
        } else {
            list.iter().min()
        }
        .copied()
    }
    Some(match list {
        Value::Communities(list) => Value::Pair(of(list, largest).unwrap_or_default()),
        Value::ExtendedCommunities(list) => Value::Extended(of(list, largest).unwrap_or_default()),
        Value::LargeCommunities(list) => Value::Large(of(list, largest).unwrap_or(Large(0, 0, 0))),
        _ => return None,
    })
}

/// The list after the edit.
pub(super) fn edited(edit: Edit, list: &Value, operand: &Value) -> Result<Value, Fault> {
    match list {
        Value::Path(path) => path_edited(edit, path, operand),
        Value::Communities(own) => {
            let selection = match operand {
                Value::Communities(others) => Selection::List(others),
                Value::Set(set) if set.find_in_list(0).is_some() => Selection::Set(set),
                item => match community(item) {
                    Some(item) => Selection::Item(item),
                    None => return Err(mismatch(edit, list, operand)),
                },
            };
            let member =
                |set: &ValueSet, item: &u32| set.find_in_list(*item).unwrap_or(Membership::Out);
            list_edited(edit, own, &selection, member)
                .map(|edited| Value::Communities(edited.into()))
        }
        Value::ExtendedCommunities(own) => {
            let selection = match operand {
                Value::ExtendedCommunities(others) => Selection::List(others),
                Value::Set(set) if matches!(set.of(), SetType::Extended | SetType::Empty) => {
                    Selection::Set(set)
                }
                Value::Extended(item) => Selection::Item(*item),
                _ => return Err(mismatch(edit, list, operand)),
            };
            let member = |set: &ValueSet, item: &u64| set.find_key((*item).into());
            list_edited(edit, own, &selection, member)
                .map(|edited| Value::ExtendedCommunities(edited.into()))
        }
        Value::LargeCommunities(own) => {
            let selection = match operand {
                Value::LargeCommunities(others) => Selection::List(others),
                Value::Set(set) if matches!(set.of(), SetType::Large | SetType::Empty) => {
                    Selection::Set(set)
                }
                Value::Large(item) => Selection::Item(*item),
                _ => return Err(mismatch(edit, list, operand)),
            };
            let member = |set: &ValueSet, item: &Large| set.find_key(item.key());
            list_edited(edit, own, &selection, member)
                .map(|edited| Value::LargeCommunities(edited.into()))
        }
        _ => Err(mismatch(edit, list, operand)),
    }
}

/// What an edit of a list names.
enum Selection<'a, T> {
    Item(T),
    List(&'a [T]),
    Set(&'a ValueSet),
}

fn list_edited<T: Copy + PartialEq>(
    edit: Edit,
    own: &Arc<[T]>,
    selection: &Selection<'_, T>,
    member: impl Fn(&ValueSet, &T) -> Membership,
) -> Result<Vec<T>, Fault> {
    match (edit, selection) {
        (Edit::Add, _) if own.len() >= MAX_LENGTH => Err(too_long()),
        (Edit::Add, Selection::Item(item)) => Ok(united(own, &[*item])),
        (Edit::Add, Selection::List(others)) => Ok(united(own, others)),
        (Edit::Delete, Selection::Item(item)) => Ok(kept(own, |own| own != item)),
        (Edit::Delete, Selection::List(others)) => Ok(kept(own, |own| !others.contains(own))),
        (Edit::Filter, Selection::List(others)) => Ok(kept(own, |own| others.contains(own))),
        (Edit::Delete | Edit::Filter, Selection::Set(set)) => {
            let mut edited = Vec::with_capacity(own.len());
            for item in own.iter() {
                match member(set, item) {
                    Membership::Lost => return Err(lost()),
                    found => {
                        if (found == Membership::In) == (edit == Edit::Filter) {
                            edited.push(*item);
                        }
                    }
                }
            }
            Ok(edited)
        }
        (Edit::Add, Selection::Set(_)) => Err(Fault::failure("a set is added to a list")),
        (Edit::Filter, Selection::Item(_)) => {
            Err(Fault::failure("a list is filtered by a single value"))
        }
        (Edit::Prepend, _) => Err(Fault::failure("something is prepended to communities")),
    }
}

/// The list, then what others it does not have.
fn united<T: Copy + PartialEq>(own: &[T], others: &[T]) -> Vec<T> {
    let mut list = own.to_vec();
    for item in others {
        if !list.contains(item) {
            list.push(*item);
        }
    }
    list
}

/// How long a path or list may get: what fits into the longest message of BGP (RFC 8654).
const MAX_LENGTH: usize = 16_384;

fn kept<T: Copy>(own: &[T], keep: impl Fn(&T) -> bool) -> Vec<T> {
    own.iter().copied().filter(|item| keep(item)).collect()
}

fn path_edited(edit: Edit, path: &Arc<AsPath>, operand: &Value) -> Result<Value, Fault> {
    let edited = match (edit, operand) {
        (Edit::Prepend, _) if path.asns().count() >= MAX_LENGTH => return Err(too_long()),
        (Edit::Prepend, Value::Int(asn)) => path.prepended(*asn),
        (Edit::Delete, Value::Int(asn)) => path.kept(|own| own != *asn),
        (Edit::Delete | Edit::Filter, Value::Set(set))
            if matches!(set.of(), SetType::Int | SetType::Empty) =>
        {
            let mut unsure = false;
            let edited = path.kept(|asn| {
                let found = set.find_key(asn.into());
                unsure |= found == Membership::Lost;
                (found == Membership::In) == (edit == Edit::Filter)
            });
            if unsure {
                return Err(lost());
            }
            edited
        }
        _ => return Err(mismatch(edit, &Value::Path(Arc::clone(path)), operand)),
    };
    Ok(Value::Path(Arc::new(edited)))
}

fn lost() -> Fault {
    Fault::gap("a set whose ranges overlap, where versions of BIRD differ")
}

fn too_long() -> Fault {
    Fault::gap("a list that is longer than a message of BGP")
}

fn mismatch(edit: Edit, list: &Value, operand: &Value) -> Fault {
    let word = match edit {
        Edit::Prepend => "prepend",
        Edit::Add => "add",
        Edit::Delete => "delete",
        Edit::Filter => "filter",
    };
    let (list, operand) = (list.value_type(), operand.value_type());
    Fault::failure(format!("`{word}` of {operand} on {list}"))
}
