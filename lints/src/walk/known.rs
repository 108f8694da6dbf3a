//! What the standard library's methods give, as far as locks are concerned: data.

use std::sync::Arc;

use crate::index::ty::Ty;

use super::collection::{entry, is_collection};

/// What becomes of a guard inside the receiver.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flow {
    /// The receiver is borrowed: a temporary keeps its guards.
    Borrow,
    /// The receiver is moved, and what it carries comes back.
    Pass,
    /// The receiver is moved into the closure (its first parameter) and ends there, unless the
    /// closure gives it back.
    IntoClosure,
    /// The receiver is moved and ends in the call.
    Consume,
}

/// What a method gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Gives {
    /// The receiver's type.
    Same,
    /// Type argument 0 or 1.
    Arg(usize),
    /// A reference to the argument.
    RefArg(usize),
    /// `Option` of a reference to the argument.
    OptionRef(usize),
    /// `Option` of the argument.
    OptionArg(usize),
    /// The same container with references to its arguments.
    AsRef,
    /// An iterator over references to the argument.
    Iter(usize),
    /// An iterator over the argument.
    IntoIter(usize),
    /// `Option` of what the closure gives.
    OptionClosure,
    /// The same container of what the closure gives.
    MapClosure,
    /// An iterator over what is in the option that the closure gives.
    IterClosure,
    /// An iterator over something.
    Items,
    /// What the closure gives.
    Closure,
    /// A plain owned value of this type.
    Plain(&'static str),
    /// An iterator over pairs `(usize, T)`.
    Enumerate,
    /// A `Result` of argument 0.
    ResultArg,
    /// The same container of what argument 0 refers to.
    Peeled,
    /// A map's entry.
    Entry,
    /// An iterator over pairs of references to both arguments.
    Pairs,
    /// What an annotation says, of argument 0.
    Collected,
    /// Nothing known.
    Unknown,
}

/// What the first parameter of the closure argument is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Feeds {
    Nothing,
    Arg(usize),
    RefArg(usize),
}

/// One known method.
#[derive(Debug, Clone, Copy)]
pub(super) struct Known {
    flow: Flow,
    gives: Gives,
    feeds: Feeds,
    /// The result owns its data whatever the receiver borrowed.
    pub(super) owned: bool,
    /// The closure runs when the result is asked for an item.
    pub(super) lazy: bool,
}

impl Known {
    pub(super) fn flow(&self) -> Flow {
        self.flow
    }

    /// The type of the closure's first parameter, for receiver type `ty`.
    pub(super) fn feeds(&self, ty: &Ty) -> Ty {
        match self.feeds {
            Feeds::Nothing => Ty::Unknown,
            Feeds::Arg(at) => ty.arg(at),
            Feeds::RefArg(at) => ty.arg(at).reference(),
        }
    }

    /// The result's type, for receiver type `ty` and a closure that gives `closure`.
    pub(super) fn gives(&self, ty: &Ty, closure: Option<Ty>) -> Ty {
        let closure = closure.unwrap_or_default();
        let option = |ty: Ty| Ty::ext1("std::option::Option", ty);
        let iterator = |ty: Ty| Ty::ext1("std::iter::Iterator", ty);
        match self.gives {
            Gives::Same => ty.clone(),
            Gives::Arg(at) => ty.arg(at),
            Gives::RefArg(at) => ty.arg(at).reference(),
            Gives::OptionRef(at) => option(ty.arg(at).reference()),
            Gives::OptionArg(at) => option(ty.arg(at)),
            Gives::AsRef => match ty {
                Ty::Ext(path, args) => Ty::Ext(
                    path.clone(),
                    args.iter().map(|ty| ty.clone().reference()).collect(),
                ),
                other => other.clone().reference(),
            },
            Gives::Iter(at) => iterator(ty.arg(at).reference()),
            Gives::IntoIter(at) => iterator(ty.arg(at)),
            Gives::OptionClosure => option(closure.arg(0)),
            Gives::MapClosure => match ty {
                Ty::Ext(path, args) => {
                    let rest = args.iter().skip(1).cloned();
                    Ty::Ext(path.clone(), std::iter::once(closure).chain(rest).collect())
                }
                _ => Ty::Unknown,
            },
            Gives::IterClosure => iterator(closure.arg(0)),
            Gives::Items => iterator(Ty::Unknown),
            Gives::Closure => closure,
            Gives::Plain(name) => Ty::ext(name),
            Gives::Enumerate => iterator(Ty::Tuple(Arc::new([Ty::ext("usize"), ty.arg(0)]))),
            Gives::ResultArg => Ty::Ext(
                "std::result::Result".into(),
                Arc::new([ty.arg(0), Ty::Unknown]),
            ),
            Gives::Peeled => match ty {
                Ty::Ext(path, args) => {
                    let inner = ty.arg(0).peeled().clone();
                    let rest = args.iter().skip(1).cloned();
                    Ty::Ext(path.clone(), std::iter::once(inner).chain(rest).collect())
                }
                _ => Ty::Unknown,
            },
            Gives::Entry => Ty::Ext(
                "std::collections::hash_map::Entry".into(),
                Arc::new([ty.arg(0), ty.arg(1)]),
            ),
            Gives::Pairs => iterator(Ty::Tuple(Arc::new([
                ty.arg(0).reference(),
                ty.arg(1).reference(),
            ]))),
            Gives::Collected => Ty::ext1(Ty::COLLECTED, ty.arg(0)),
            Gives::Unknown => Ty::Unknown,
        }
    }

    /// Whether the result, and what the closure is given, are elements of the receiver.
    pub(super) fn is_element(&self, ty: &Ty) -> bool {
        let of = matches!(
            self.gives,
            Gives::RefArg(_)
                | Gives::OptionRef(_)
                | Gives::Iter(_)
                | Gives::IntoIter(_)
                | Gives::Pairs
                | Gives::Entry
        ) || matches!(self.feeds, Feeds::RefArg(_));
        is_collection(ty) && of
    }
}

pub(super) const fn known(flow: Flow, gives: Gives) -> Known {
    Known {
        flow,
        gives,
        feeds: Feeds::Nothing,
        owned: false,
        lazy: false,
    }
}
const fn owned(flow: Flow, gives: Gives) -> Known {
    Known {
        flow,
        gives,
        feeds: Feeds::Nothing,
        owned: true,
        lazy: false,
    }
}
pub(super) const fn closure(flow: Flow, gives: Gives, feeds: Feeds) -> Known {
    Known {
        flow,
        gives,
        feeds,
        owned: false,
        lazy: false,
    }
}
const fn lazy(gives: Gives, feeds: Feeds) -> Known {
    Known {
        lazy: true,
        ..closure(Flow::Pass, gives, feeds)
    }
}

/// The method `name` on exactly `ty`, if the table has it.
pub(super) fn method(ty: &Ty, name: &str) -> Option<Known> {
    match ty {
        Ty::Ext(path, _) => match &**path {
            "std::option::Option" => option(name),
            "std::result::Result" => result(name),
            "std::sync::PoisonError" => poison(name),
            "std::iter::Iterator"
            | "std::vec::IntoIter"
            | "std::collections::vec_deque::IntoIter" => iterator(name),
            "std::collections::HashMap"
            | "std::collections::BTreeMap"
            | "std::collections::hash_map::HashMap"
            | "std::collections::btree_map::BTreeMap"
            | "hashbrown::HashMap"
            | "indexmap::IndexMap"
            | "rustc_hash::FxHashMap"
            | "ahash::AHashMap" => map(name),
            "std::vec::Vec"
            | "std::collections::VecDeque"
            | "std::collections::vec_deque::VecDeque"
            | "std::collections::HashSet"
            | "std::collections::BTreeSet"
            | "std::collections::hash_set::HashSet"
            | "std::collections::btree_set::BTreeSet"
            | "std::collections::BinaryHeap"
            | "hashbrown::HashSet"
            | "indexmap::IndexSet"
            | "std::collections::LinkedList" => sequence(name),
            "std::collections::hash_map::Entry" => entry(name),
            "std::sync::Weak" | "std::rc::Weak" => match name {
                "upgrade" => Some(known(Flow::Borrow, Gives::OptionArg(0))),
                "clone" => Some(known(Flow::Borrow, Gives::Same)),
                _ => None,
            },
            "std::sync::OnceLock"
            | "std::cell::OnceCell"
            | "once_cell::sync::OnceCell"
            | "once_cell::unsync::OnceCell"
            | "async_lock::OnceCell"
            | "spin::Once"
            | "tokio::sync::OnceCell" => match name {
                "get" => Some(known(Flow::Borrow, Gives::OptionRef(0))),
                _ => None,
            },
            "std::cell::Cell" => match name {
                "get" | "take" | "replace" | "into_inner" => {
                    Some(owned(Flow::Borrow, Gives::Arg(0)))
                }
                _ => None,
            },
            "std::thread::LocalKey" => match name {
                "with" | "try_with" => {
                    Some(closure(Flow::Borrow, Gives::Closure, Feeds::RefArg(0)))
                }
                _ => None,
            },
            "std::sync::Arc" | "std::rc::Rc" | "triomphe::Arc" => match name {
                "clone" => Some(owned(Flow::Borrow, Gives::Same)),
                _ => None,
            },
            "std::string::String" | "str" => match name {
                "clone" | "to_string" | "to_owned" | "to_lowercase" | "to_uppercase" => {
                    Some(owned(Flow::Borrow, Gives::Plain("std::string::String")))
                }
                "len" => Some(owned(Flow::Borrow, Gives::Plain("usize"))),
                "is_empty" | "contains" | "starts_with" | "ends_with" => {
                    Some(owned(Flow::Borrow, Gives::Plain("bool")))
                }
                _ => None,
            },
            "bool" => match name {
                "then" => Some(closure(Flow::Borrow, Gives::Unknown, Feeds::Nothing)),
                "then_some" | "clone" => Some(owned(Flow::Borrow, Gives::Unknown)),
                _ => None,
            },
            _ => None,
        },
        Ty::Slice(element) => {
            let like_vec = sequence(name)?;
            let _ = element;
            Some(like_vec)
        }
        _ => None,
    }
}

fn option(name: &str) -> Option<Known> {
    use Flow::{Borrow, Consume, IntoClosure, Pass};
    Some(match name {
        "unwrap" | "expect" | "unwrap_or" | "unwrap_or_default" | "unwrap_unchecked" => {
            known(Pass, Gives::Arg(0))
        }
        "unwrap_or_else" => closure(Pass, Gives::Arg(0), Feeds::Nothing),
        "or_else" => closure(Pass, Gives::Same, Feeds::Nothing),
        "or" | "filter" | "inspect" | "xor" | "fuse" => {
            closure(Pass, Gives::Same, Feeds::RefArg(0))
        }
        "ok_or" => known(Pass, Gives::ResultArg),
        "ok_or_else" => closure(Pass, Gives::ResultArg, Feeds::Nothing),
        "map" => closure(IntoClosure, Gives::MapClosure, Feeds::Arg(0)),
        "and_then" => closure(IntoClosure, Gives::OptionClosure, Feeds::Arg(0)),
        "map_or" | "map_or_else" | "is_some_and" | "is_none_or" => {
            closure(IntoClosure, Gives::Closure, Feeds::Arg(0))
        }
        "as_ref" | "as_mut" | "as_deref" | "as_deref_mut" => known(Borrow, Gives::AsRef),
        "is_some" | "is_none" => owned(Borrow, Gives::Plain("bool")),
        "take" => owned(Borrow, Gives::Same),
        "replace" => owned(Borrow, Gives::Same),
        "insert" | "get_or_insert" => known(Borrow, Gives::RefArg(0)),
        "get_or_insert_with" => closure(Borrow, Gives::RefArg(0), Feeds::Nothing),
        "cloned" | "copied" => owned(Consume, Gives::Peeled),
        "iter" | "iter_mut" => known(Borrow, Gives::Iter(0)),
        "into_iter" => known(Pass, Gives::IntoIter(0)),
        "clone" => owned(Borrow, Gives::Same),
        "flatten" => known(Pass, Gives::Arg(0)),
        "zip" => known(Pass, Gives::Unknown),
        _ => return None,
    })
}

fn result(name: &str) -> Option<Known> {
    use Flow::{Borrow, Consume, IntoClosure, Pass};
    Some(match name {
        "unwrap" | "expect" | "unwrap_or" | "unwrap_or_default" => known(Pass, Gives::Arg(0)),
        // The closure gets the error; for a poisoned lock it gives the guard back.
        "unwrap_or_else" => closure(Pass, Gives::Arg(0), Feeds::Arg(1)),
        "ok" => known(Pass, Gives::OptionArg(0)),
        "err" => known(Consume, Gives::OptionArg(1)),
        "map_err" | "or_else" => closure(Pass, Gives::Same, Feeds::Arg(1)),
        "inspect_err" => closure(Pass, Gives::Same, Feeds::RefArg(1)),
        "inspect" => closure(Pass, Gives::Same, Feeds::RefArg(0)),
        "or" => known(Pass, Gives::Same),
        "map" => closure(IntoClosure, Gives::MapClosure, Feeds::Arg(0)),
        "and_then" => closure(IntoClosure, Gives::Closure, Feeds::Arg(0)),
        "map_or" | "map_or_else" | "is_ok_and" | "is_err_and" => {
            closure(IntoClosure, Gives::Closure, Feeds::Arg(0))
        }
        "as_ref" | "as_mut" | "as_deref" | "as_deref_mut" => known(Borrow, Gives::AsRef),
        "is_ok" | "is_err" => owned(Borrow, Gives::Plain("bool")),
        "unwrap_err" | "expect_err" => known(Pass, Gives::Arg(1)),
        "into_iter" => known(Pass, Gives::IntoIter(0)),
        "iter" => known(Borrow, Gives::Iter(0)),
        "cloned" | "copied" => owned(Consume, Gives::Peeled),
        "clone" => owned(Borrow, Gives::Same),
        "flatten" => known(Pass, Gives::Arg(0)),
        _ => return None,
    })
}

fn poison(name: &str) -> Option<Known> {
    Some(match name {
        "into_inner" => known(Flow::Pass, Gives::Arg(0)),
        "get_ref" | "get_mut" => known(Flow::Borrow, Gives::RefArg(0)),
        _ => return None,
    })
}

fn iterator(name: &str) -> Option<Known> {
    use Flow::Pass;
    Some(match name {
        "next" | "last" | "nth" | "next_back" | "max" | "min" | "reduce" => {
            known(Pass, Gives::OptionArg(0))
        }
        "find" | "max_by_key" | "min_by_key" | "max_by" | "min_by" => {
            closure(Pass, Gives::OptionArg(0), Feeds::RefArg(0))
        }
        "filter" | "skip_while" | "take_while" | "inspect" => lazy(Gives::Same, Feeds::RefArg(0)),
        "rev" | "skip" | "take" | "step_by" | "chain" | "fuse" | "cycle" | "peekable"
        | "by_ref" | "into_iter" => known(Pass, Gives::Same),
        "cloned" | "copied" => known(Pass, Gives::Peeled),
        "map" => lazy(Gives::MapClosure, Feeds::Arg(0)),
        "filter_map" | "map_while" => lazy(Gives::IterClosure, Feeds::Arg(0)),
        "flat_map" => lazy(Gives::Items, Feeds::Arg(0)),
        "scan" => lazy(Gives::Items, Feeds::Nothing),
        "for_each" | "try_for_each" => closure(Pass, Gives::Unknown, Feeds::Arg(0)),
        "find_map" => closure(Pass, Gives::Closure, Feeds::Arg(0)),
        "partition" => closure(Pass, Gives::Unknown, Feeds::RefArg(0)),
        "fold" | "try_fold" => closure(Pass, Gives::Unknown, Feeds::Nothing),
        "any" | "all" => Known {
            owned: true,
            ..closure(Pass, Gives::Plain("bool"), Feeds::Arg(0))
        },
        "position" => Known {
            owned: true,
            ..closure(Pass, Gives::Unknown, Feeds::Arg(0))
        },
        "count" => owned(Pass, Gives::Plain("usize")),
        "enumerate" => known(Pass, Gives::Enumerate),
        "peek" => known(Pass, Gives::OptionRef(0)),
        "zip" => known(Pass, Gives::Items),
        "collect" => known(Pass, Gives::Collected),
        "sum" | "product" | "unzip" => known(Pass, Gives::Unknown),
        _ => return None,
    })
}

fn map(name: &str) -> Option<Known> {
    use Flow::{Borrow, Pass};
    Some(match name {
        "get" | "get_mut" | "first" | "last" => known(Borrow, Gives::OptionRef(1)),
        "insert" | "remove" | "pop_first" | "pop_last" | "swap_remove" | "shift_remove" => {
            owned(Borrow, Gives::OptionArg(1))
        }
        "values" | "values_mut" => known(Borrow, Gives::Iter(1)),
        "keys" => known(Borrow, Gives::Iter(0)),
        "into_values" => known(Pass, Gives::IntoIter(1)),
        "into_keys" => known(Pass, Gives::IntoIter(0)),
        "iter" | "iter_mut" | "range" | "range_mut" => known(Borrow, Gives::Pairs),
        "drain" | "into_iter" => known(Borrow, Gives::Unknown),
        "contains_key" | "is_empty" => owned(Borrow, Gives::Plain("bool")),
        "len" => owned(Borrow, Gives::Plain("usize")),
        "retain" => closure(Borrow, Gives::Unknown, Feeds::RefArg(0)),
        "clone" => owned(Borrow, Gives::Same),
        "entry" => known(Borrow, Gives::Entry),
        _ => return None,
    })
}

fn sequence(name: &str) -> Option<Known> {
    use Flow::Borrow;
    Some(match name {
        "get" | "get_mut" | "first" | "last" | "first_mut" | "last_mut" | "front" | "back"
        | "front_mut" | "back_mut" | "peek" | "iter_ref" => known(Borrow, Gives::OptionRef(0)),
        "pop" | "pop_front" | "pop_back" | "take" | "replace" | "pop_first" | "pop_last" => {
            owned(Borrow, Gives::OptionArg(0))
        }
        "push" | "push_back" | "push_front" => owned(Borrow, Gives::Plain("()")),
        "remove" | "swap_remove" => owned(Borrow, Gives::Unknown),
        "iter" | "iter_mut" => known(Borrow, Gives::Iter(0)),
        "into_iter" | "drain" => known(Borrow, Gives::IntoIter(0)),
        "contains" | "is_empty" | "insert" => owned(Borrow, Gives::Plain("bool")),
        "len" | "capacity" => owned(Borrow, Gives::Plain("usize")),
        "retain" | "retain_mut" | "sort_by_key" | "sort_by" | "sort_unstable_by"
        | "dedup_by_key" | "binary_search_by" => closure(Borrow, Gives::Unknown, Feeds::RefArg(0)),
        "clone" | "to_vec" | "to_owned" => owned(Borrow, Gives::Same),
        "as_slice" | "as_mut_slice" | "as_ref" | "as_mut" => known(Borrow, Gives::Same),
        _ => return None,
    })
}
