//! Classes of locks: all the objects that one declaration makes.
//!
//! A function says `self.inner.queue`, another `queue` after a destructuring, a third gets the
//! object through a parameter. What they have in common is the declaration: field `queue` of the
//! type `Inner`. So a path to a lock is walked from the type of its root, and the last type of the
//! workspace that it goes through gives the class. A generic newtype around a lock says nothing
//! about what the lock is for, so there the field that holds the newtype counts.

use rustc_hash::FxHashMap;

use crate::hir::Name;
use crate::index::{AdtId, Program, StaticId};
use crate::locks::Kind;

/// What declares a lock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Owner {
    /// A static.
    Static(StaticId),
    /// A field of a type.
    Type(AdtId),
}

/// All the locks that one declaration makes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Class {
    /// What declares them.
    pub owner: Owner,
    /// Fields below the owner.
    pub path: Vec<Name>,
    /// The owner is a type for any content, and which of its roles this object has is not known:
    /// such a lock compares with others of the same object only.
    pub loose: bool,
}

/// Number of a [`Class`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClassId(pub u32);

/// Every class that was met.
#[derive(Debug, Default)]
pub struct Classes {
    list: Vec<Class>,
    numbers: FxHashMap<Class, ClassId>,
}

impl Classes {
    /// The class `id`.
    pub fn class(&self, id: ClassId) -> Option<&Class> {
        self.list.get(usize::try_from(id.0).ok()?)
    }

    /// Whether the class lumps objects of different roles together.
    pub fn is_loose(&self, id: ClassId) -> bool {
        self.class(id).is_some_and(|class| class.loose)
    }

    /// Of two answers for one lock the one that says more.
    pub(super) fn better(&self, a: Option<ClassId>, b: Option<ClassId>) -> Option<ClassId> {
        match (a, b) {
            (Some(found), Some(other)) if self.is_loose(found) && !self.is_loose(other) => {
                Some(other)
            }
            (Some(found), _) => Some(found),
            (None, other) => other,
        }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    pub(super) fn number(&mut self, class: Class) -> ClassId {
        if let Some(&id) = self.numbers.get(&class) {
            return id;
        }
        let id = ClassId(u32::try_from(self.list.len()).unwrap_or(u32::MAX));
        self.list.push(class.clone());
        self.numbers.insert(class, id);
        id
    }

    /// `Server.peers`, `PEERS`.
    pub fn name(&self, program: &Program<'_>, id: ClassId) -> String {
        self.class(id).map_or_else(String::new, |class| {
            let owner = match class.owner {
                Owner::Static(found) => &program.static_(found).name,
                Owner::Type(found) => &program.adt(found).name,
            };
            below(owner, &class.path)
        })
    }

    /// `crate::net::Server.peers`, the same in every run.
    pub fn path(&self, program: &Program<'_>, id: ClassId) -> String {
        self.class(id).map_or_else(String::new, |class| {
            let (module, name) = match class.owner {
                Owner::Static(found) => {
                    let def = program.static_(found);
                    (def.module, &def.name)
                }
                Owner::Type(found) => {
                    let def = program.adt(found);
                    (def.module, &def.name)
                }
            };
            let mut path = program.krate(module).name.to_string();
            for part in [program.module(module).path.as_str(), name] {
                if !part.is_empty() {
                    path.push_str("::");
                    path.push_str(part);
                }
            }
            below(&path, &class.path)
        })
    }
}

fn below(owner: &str, path: &[Name]) -> String {
    let mut name = owner.to_owned();
    for field in path {
        if field != "*" {
            name.push('.');
            name.push_str(field);
        }
    }
    name
}

/// Whether locks of the kind make threads or tasks wait for each other.
pub fn orders(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Mutex | Kind::RwLock | Kind::Map | Kind::Reentrant
    )
}
