//! Closures that run later: an iterator's adaptor keeps its closure, and whoever asks the iterator
//! for an item runs it.
//!
//! Such a closure is walked twice: once as something that runs at another time, and once where its
//! iterator is consumed, under the guards that are alive there.

use crate::hir::{ExprId, ExprKind, Range};
use crate::index::ty::Ty;
use crate::locks::{Kind, Shards};

use super::Walker;
use super::value::Value;

/// A closure that a lazy adaptor keeps.
#[derive(Debug, Clone)]
pub(super) struct Lazy {
    closure: ExprId,
    /// What it is called with.
    fed: Value,
}

/// When a method of unknown type runs its closure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum When {
    /// Before it returns.
    Now,
    /// Before it returns if the receiver is an option, when it is polled if it is a future or stream.
    Perhaps,
    /// When an item is asked for.
    Later,
}

impl Walker<'_, '_> {
    /// Notes that `value` keeps `closure`, which will be called with `fed`. Returns the type that
    /// the closure gives.
    pub(super) fn keep_closure(&mut self, value: &mut Value, closure: ExprId, fed: Value) -> Ty {
        let ty = self.later(closure, &fed);
        value.lazy.push(Lazy { closure, fed });
        ty
    }

    /// Walks `closure` as something that runs at another time; the type that it gives.
    fn later(&mut self, closure: ExprId, fed: &Value) -> Ty {
        if let Some(ty) = self.given_later.get(&closure) {
            return ty.clone();
        }
        if self.replay > 0 || self.inlining.contains(&closure) {
            return Ty::Unknown;
        }
        self.inlining.push(closure);
        let fed = Value::of(fed.ty.clone());
        let mut ty = Ty::Unknown;
        self.apart(|walker| ty = walker.closure_body(closure, &[fed]).ty);
        self.inlining.pop();
        self.given_later.insert(closure, ty.clone());
        ty
    }

    /// An item of `value` is asked for: the closures that it keeps run here, and what they give
    /// belongs to it.
    pub(super) fn force(&mut self, value: &mut Value) {
        for lazy in std::mem::take(&mut value.lazy) {
            self.replay += 1;
            let given = self.closure_here(lazy.closure, &[lazy.fed]);
            self.replay -= 1;
            value.guards.extend(given.guards);
        }
    }

    /// A callee may ask for items, then or later.
    pub(super) fn perhaps_force(&mut self, value: &mut Value) {
        self.later_perhaps += 1;
        self.force(value);
        self.later_perhaps -= 1;
    }

    /// When method `name` of a receiver whose type is not known runs `closure`.
    pub(super) fn when(&self, name: &str, closure: ExprId) -> When {
        let ExprKind::Closure {
            is_move, params, ..
        } = self.kind(closure)
        else {
            return When::Now;
        };
        match name {
            "filter_map" | "flat_map" | "map_while" | "scan" | "skip_while" | "take_while" => {
                When::Later
            }
            // `bool::then` calls a closure without parameters.
            "then" if params.is_empty() => When::Now,
            "map" | "filter" | "inspect" | "and_then" | "then" | "map_err" | "or_else" => {
                // What an option's closure captures it has at hand; one that outlives the call is
                // given what it needs.
                if *is_move { When::Later } else { When::Perhaps }
            }
            _ => When::Now,
        }
    }
}

/// Iterators over a locked map, each of which holds the lock of the shard that it is in.
impl Walker<'_, '_> {
    /// Whether the value is an iterator over a locked map.
    pub(super) fn iterates_map(&self, value: &Value) -> bool {
        // One item in an option is no iterator any more.
        !value.ty.is_ext("std::option::Option")
            && value.guards.iter().any(|guard| {
                self.guard(*guard).is_some_and(|guard| {
                    let is_map = self.program.locks.lock(guard.lock.lock).kind == Kind::Map;
                    is_map && guard.lock.shards == Shards::All
                })
            })
    }

    /// Method `name` of an iterator over a locked map: an adaptor passes its guard on, and whoever
    /// asks for all items ends it, unless they are what holds it.
    pub(super) fn map_iterator(
        &mut self,
        receiver: Value,
        name: &str,
        args: &[ExprId],
        range: Range,
    ) -> Value {
        let mut receiver = self.moved(receiver);
        let item = match &receiver.ty {
            Ty::Guard(_) => receiver.ty.clone(),
            ty => ty.arg(0),
        };
        let is_map = matches!(name, "map" | "filter_map" | "flat_map" | "map_while");
        let mut given = None;
        if consumes(name) {
            self.force(&mut receiver);
        }
        for &arg in args {
            let value = self.expr(arg, None);
            let value = self.moved(value);
            if let Some(closure) = value.closure {
                let fed = Value::of(item.clone());
                if consumes(name) {
                    self.closure_here(closure, &[fed]);
                } else {
                    given = Some(self.keep_closure(&mut receiver, closure, fed));
                }
            }
            self.kept(value, None);
        }
        self.touch();
        if is_map {
            let mut item = given.unwrap_or_default();
            if name != "map" {
                item = item.arg(0);
            }
            receiver.ty = Ty::ext1("std::iter::Iterator", item);
            return receiver;
        }
        if !consumes(name) {
            return receiver;
        }
        let one = matches!(
            name,
            "find"
                | "last"
                | "max"
                | "max_by"
                | "max_by_key"
                | "min"
                | "min_by"
                | "min_by_key"
                | "next"
                | "next_back"
                | "nth"
                | "peek"
                | "reduce"
        );
        let all = matches!(name, "collect" | "collect_vec" | "partition" | "sorted");
        if (one || all) && self.program.holds_guard(&item) {
            receiver.ty = if one {
                Ty::ext1("std::option::Option", item)
            } else {
                Ty::Unknown
            };
            return receiver;
        }
        self.drop_args(vec![receiver], range.end);
        Value {
            owned: true,
            ..Value::default()
        }
    }
}

/// Methods that an iterator has.
pub(super) fn is_of_iterator(name: &str) -> bool {
    consumes(name)
        || matches!(
            name,
            "by_ref"
                | "chain"
                | "cloned"
                | "copied"
                | "cycle"
                | "enumerate"
                | "filter"
                | "filter_map"
                | "flat_map"
                | "flatten"
                | "fuse"
                | "inspect"
                | "into_iter"
                | "map"
                | "map_while"
                | "peekable"
                | "rev"
                | "scan"
                | "skip"
                | "skip_while"
                | "step_by"
                | "take"
                | "take_while"
                | "zip"
        )
}

/// Methods that ask an iterator or stream for items.
pub(super) fn consumes(name: &str) -> bool {
    matches!(
        name,
        "all"
            | "any"
            | "collect"
            | "collect_vec"
            | "count"
            | "find"
            | "find_map"
            | "fold"
            | "for_each"
            | "for_each_concurrent"
            | "join"
            | "last"
            | "max"
            | "max_by"
            | "max_by_key"
            | "min"
            | "min_by"
            | "min_by_key"
            | "next"
            | "next_back"
            | "nth"
            | "partition"
            | "peek"
            | "position"
            | "product"
            | "reduce"
            | "sorted"
            | "sum"
            | "try_collect"
            | "try_fold"
            | "try_for_each"
            | "unzip"
            | "wait"
    )
}

/// Methods that only an option or a result has: what was given to `map` before has run.
pub(super) fn is_of_option(name: &str) -> bool {
    matches!(
        name,
        "expect"
            | "is_err"
            | "is_none"
            | "is_ok"
            | "is_some"
            | "map_or"
            | "map_or_else"
            | "ok"
            | "ok_or"
            | "ok_or_else"
            | "unwrap"
            | "unwrap_or"
            | "unwrap_or_default"
            | "unwrap_or_else"
    )
}

/// Functions and methods that ask an argument for all its items.
pub(super) fn consumes_argument(name: &str) -> bool {
    matches!(name, "extend" | "from_iter" | "join_all" | "try_join_all")
}
