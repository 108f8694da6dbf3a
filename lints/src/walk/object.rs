//! Which object: where a path to a lock starts, its fields from there, and where in a value
//! something sits.

use std::sync::Arc;

use crate::hir::Name;
use crate::index::StaticId;
use crate::locks::{LockId, Shards};

/// Where a path to a lock starts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Root {
    /// Parameter `k` of the function (`self` is 0).
    Param(u32),
    /// A static of the workspace.
    Static(StaticId),
    /// Something global outside, by canonical path (`std::io::stdin`).
    Ext(Arc<str>),
    /// A local variable.
    Local(u32),
}

/// One step of a path to a lock.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// A field; `Some.0` for a variant's, `*` for what a lock protects.
    Field(Name),
    /// Some element of a collection.
    Element,
    /// The element at an index that the source writes out.
    At(Name),
}

/// Which object: a root and a path of fields. References, clones of `Arc` and dereferences do not
/// count.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// Where it starts.
    pub root: Root,
    /// Fields from there.
    pub path: Vec<Step>,
}

/// Longer paths are not followed: a place must stay finite under recursion.
const PATH: usize = 10;

impl Place {
    /// A root itself.
    pub fn root(root: Root) -> Self {
        Self {
            root,
            path: Vec::new(),
        }
    }

    /// Something that has no name: it is the same as nothing else.
    pub fn unknown() -> Self {
        Self::root(Root::Ext("unknown".into()))
    }

    /// Whether it has no name.
    pub fn is_unknown(&self) -> bool {
        matches!(&self.root, Root::Ext(path) if &**path == "unknown")
    }

    /// One step further; `None` where the path grows too long.
    pub fn step(&self, step: Step) -> Option<Self> {
        if self.path.len() >= PATH {
            return None;
        }
        let mut place = self.clone();
        place.path.push(step);
        Some(place)
    }

    /// Field `name`.
    pub fn field(&self, name: &str) -> Option<Self> {
        self.step(Step::Field(name.into()))
    }

    /// The place in a caller's terms, where `args` are the caller's places of the parameters.
    pub fn subst(&self, args: &[Option<Place>]) -> Option<Self> {
        match &self.root {
            Root::Param(k) => {
                let mut place = args.get(usize::try_from(*k).ok()?)?.clone()?;
                place.path.extend(self.path.iter().cloned());
                (place.path.len() <= PATH).then_some(place)
            }
            Root::Static(_) | Root::Ext(_) => Some(self.clone()),
            Root::Local(_) => None,
        }
    }

    /// Whether the path goes through an element of a collection: then it may be another one.
    pub fn has_element(&self) -> bool {
        self.path
            .iter()
            .any(|step| matches!(step, Step::Element | Step::At(_)))
    }

    /// Whether both may be the same object: elements at different written indices are not.
    pub fn may_be(&self, other: &Self) -> bool {
        self.root == other.root
            && self.path.len() == other.path.len()
            && self
                .path
                .iter()
                .zip(&other.path)
                .all(|(a, b)| match (a, b) {
                    (Step::Element, Step::At(_)) | (Step::At(_), Step::Element) => true,
                    (a, b) => a == b,
                })
    }

    /// The place with `from` at its beginning replaced by `to`.
    pub fn rebased(&self, from: &Self, to: &Self) -> Option<Self> {
        if self.root != from.root {
            return None;
        }
        let rest = self.path.strip_prefix(from.path.as_slice())?;
        let mut place = to.clone();
        place.path.extend(rest.iter().cloned());
        (place.path.len() <= PATH).then_some(place)
    }
}

/// Where in a value something sits: a path of fields, as far as it is known; there or below.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Slot(pub Vec<Name>);

/// A lock as the function names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LockRef {
    /// Which object; `None` where it is not known.
    pub place: Option<Place>,
    /// Which kind of lock.
    pub lock: LockId,
    /// For maps: one shard or all.
    pub shards: Shards,
    /// For maps: the text of the key, where it is plain.
    pub key: Option<Name>,
}
