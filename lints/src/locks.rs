//! The lock vocabulary: which types are locks, which methods acquire, what they return.
//!
//! It is data (`rules/packs/lints/locks.yaml`), and a policy adds to it; nothing in the resolver
//! knows the name of a lock library.

use std::collections::BTreeMap;

use rustc_hash::{FxHashMap, FxHashSet};
use serde::Deserialize;

use crate::blocking::Operations;
use crate::grounds::Grounds;
use crate::policy::LintsSection;

/// How a lock is held or taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// With other readers; waits behind a queued writer.
    Shared,
    /// With other readers; never waits behind a queued writer (`read_recursive`).
    Recursive,
    /// With readers, without another upgradable or exclusive holder.
    Upgradable,
    /// Alone.
    Exclusive,
    /// Not taken: the thread waits for a signal, and releases one guard meanwhile.
    Wait,
}

impl Mode {
    /// The word in messages and in the report's `data`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Shared => "shared",
            Self::Recursive => "shared (recursive)",
            Self::Upgradable => "upgradable",
            Self::Exclusive => "exclusive",
            Self::Wait => "wait",
        }
    }
}

/// What happens when the same thread takes the lock again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Deadlocks.
    Mutex,
    /// Deadlocks unless both are shared; shared after shared waits behind a queued writer.
    #[serde(rename = "rwlock")]
    RwLock,
    /// As [`RwLock`](Self::RwLock), but readers wait for an upgradable holder.
    SpinRwlock,
    /// Panics unless both are shared.
    #[serde(rename = "refcell")]
    RefCell,
    /// Nothing.
    Reentrant,
    /// Deadlocks on the same shard unless both are shared.
    Map,
    /// Counts for awaits only.
    Watch,
    /// A cell that is set once: an initialiser that needs it waits for itself.
    Once,
    /// The same, but it panics.
    OnceCell,
    /// A condition variable: waiting on it releases the guard that it is given, and no other.
    Condvar,
    /// Permits of which there can be more than one.
    Semaphore,
    /// An unresolved receiver: a lock by its method's name only.
    #[serde(skip)]
    Unknown,
}

impl Kind {
    /// Whether a guard keeps other threads waiting until it is dropped.
    pub fn blocks_others(self) -> bool {
        matches!(
            self,
            Self::Mutex | Self::RwLock | Self::SpinRwlock | Self::Reentrant | Self::Map
        )
    }

    /// Whether it is held by its initialiser.
    pub fn is_cell(self) -> bool {
        matches!(self, Self::Once | Self::OnceCell)
    }
}

/// What an acquiring method gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Returns {
    /// The guard.
    #[default]
    Guard,
    /// `Result` of it; for a lock that poisons, the error carries the guard too.
    Result,
    /// `Option` of it; `None` carries none.
    Option,
    /// `Result` of a pair of it and something else (`Condvar::wait_timeout`).
    ResultPair,
    /// Not a guard: the lock is released before the method returns.
    Value,
    /// Not a guard, but what the closure gives.
    Closure,
    /// Not a guard, but a reference to `inner` that outlives the call: a cell's content.
    Ref,
    /// `Result` of such a reference.
    ResultRef,
    /// `Option` of such a reference.
    OptionRef,
}

/// How many shards of a map a method touches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Shards {
    /// The one of its key.
    #[default]
    One,
    /// Each in turn.
    All,
}

/// An acquiring method.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Method {
    /// How it takes the lock.
    pub mode: Mode,
    /// Does not wait.
    #[serde(default, rename = "try")]
    pub is_try: bool,
    /// Acquires when its future is awaited.
    #[serde(default, rename = "async")]
    pub is_async: bool,
    /// Releases the lock before it returns.
    #[serde(default)]
    pub moment: bool,
    /// What it gives.
    #[serde(default)]
    pub returns: Returns,
    /// How many shards.
    #[serde(default)]
    pub shards: Shards,
}

/// A lock type.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lock {
    /// Canonical paths.
    #[serde(deserialize_with = "crate::policy::type_paths")]
    pub types: Vec<String>,
    /// What taking it again does.
    pub kind: Kind,
    /// Its guard may be held across an await.
    #[serde(default, rename = "async")]
    pub is_async: bool,
    /// It is handed over in the order of asking, even to a future that nobody polls.
    #[serde(default = "crate::blocking::yes")]
    pub queues: bool,
    /// Which type argument the guard dereferences to.
    #[serde(default)]
    pub inner: usize,
    /// Acquiring methods by name; operators by what is written: `*`, `==`, `for`, `{:?}`.
    pub methods: BTreeMap<String, Method>,
}

/// The file as written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Pack {
    #[serde(rename = "version")]
    _version: u32,
    #[serde(default)]
    locks: Vec<Lock>,
    #[serde(default)]
    guards: BTreeMap<String, usize>,
    #[serde(default)]
    transparent: BTreeMap<String, usize>,
    #[serde(default)]
    reexports: BTreeMap<String, String>,
    #[serde(default)]
    libraries: Vec<String>,
}

/// Index of a [`Lock`] in the vocabulary.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LockId(pub u32);

/// The vocabulary, indexed.
#[derive(Debug)]
pub struct Vocabulary {
    locks: Vec<Lock>,
    by_type: FxHashMap<String, LockId>,
    /// Locks of crates that are not in view, by the last segment of their path.
    by_name: FxHashMap<String, LockId>,
    guards: FxHashMap<String, usize>,
    transparent: FxHashMap<String, usize>,
    reexports: BTreeMap<String, String>,
    /// Names that mean a lock library where a crate uses them.
    pub libraries: Vec<String>,
    /// Every path that the vocabulary names, for globs of external modules.
    paths: FxHashSet<String>,
    /// Operations in which a thread waits for something else.
    pub blocking: Operations,
    /// Crates of those paths.
    crates: FxHashSet<String>,
}

/// The lock behind an unresolved receiver.
static UNKNOWN: Lock = Lock {
    types: Vec::new(),
    kind: Kind::Unknown,
    is_async: false,
    queues: true,
    inner: 0,
    methods: BTreeMap::new(),
};

impl Vocabulary {
    /// The id of the lock behind an unresolved receiver.
    pub const UNKNOWN: LockId = LockId(u32::MAX);

    /// The shipped vocabulary.
    pub fn shipped() -> Self {
        Self::shipped_with(None)
    }

    /// The shipped vocabulary with what a policy adds.
    #[expect(clippy::missing_panics_doc, reason = "a test reads the shipped pack")]
    pub fn shipped_with(section: Option<&LintsSection>) -> Self {
        let blocking = Operations::shipped_with(section);
        let mut vocabulary = Self {
            locks: Vec::new(),
            by_type: FxHashMap::default(),
            by_name: FxHashMap::default(),
            guards: FxHashMap::default(),
            transparent: FxHashMap::default(),
            reexports: BTreeMap::new(),
            libraries: Vec::new(),
            paths: blocking.paths().cloned().collect(),
            blocking,
            crates: FxHashSet::default(),
        };
        let shipped: Pack =
            serde_saphyr::from_str(rules::packs::LOCKS).expect("a test reads the shipped pack");
        vocabulary.add(shipped);
        if let Some(section) = section {
            // A crate that the policy names is a lock library.
            let crates = section.locks.iter().flat_map(|lock| &lock.types);
            let libraries = crates
                .filter_map(|path| path.split("::").next())
                .map(str::to_owned)
                .collect();
            vocabulary.add(Pack {
                _version: 1,
                locks: section.locks.clone(),
                guards: section.guards.clone(),
                transparent: section.transparent.clone(),
                reexports: BTreeMap::new(),
                libraries,
            });
        }
        vocabulary
    }

    fn add(&mut self, pack: Pack) {
        for lock in pack.locks {
            let id = LockId(u32::try_from(self.locks.len()).unwrap_or(u32::MAX - 1));
            for path in &lock.types {
                if let Some(name) = path.strip_prefix("*::") {
                    self.by_name.insert(name.to_owned(), id);
                    continue;
                }
                self.by_type.insert(path.clone(), id);
                self.name(path);
            }
            self.locks.push(lock);
        }
        for path in pack.guards.keys().chain(pack.transparent.keys()) {
            self.name(path);
        }
        for path in &pack.libraries {
            self.crates
                .extend(path.split("::").next().map(str::to_owned));
        }
        self.guards.extend(pack.guards);
        self.transparent.extend(pack.transparent);
        self.reexports.extend(pack.reexports);
        self.libraries.extend(pack.libraries);
    }

    /// The vocabulary names `path`.
    fn name(&mut self, path: &str) {
        self.paths.insert(path.to_owned());
        self.crates
            .extend(path.split("::").next().map(str::to_owned));
    }

    /// Whether the vocabulary names anything of the crate.
    pub fn knows_crate(&self, name: &str) -> bool {
        self.crates.contains(name)
    }

    /// The lock `id`.
    pub fn lock(&self, id: LockId) -> &Lock {
        usize::try_from(id.0)
            .ok()
            .and_then(|at| self.locks.get(at))
            .unwrap_or(&UNKNOWN)
    }

    /// The lock whose canonical path is `path`.
    pub fn by_type(&self, path: &str) -> Option<LockId> {
        if let Some(&id) = self.by_type.get(path) {
            return Some(id);
        }
        let (krate, name) = (path.split("::").next()?, path.rsplit("::").next()?);
        if self.knows_crate(krate) || krate == name {
            return None;
        }
        self.by_name.get(name).copied()
    }

    /// How sure it is that a type of this path is the lock that [`by_type`](Self::by_type) says.
    pub fn grounds(&self, path: &str) -> Grounds {
        if path.ends_with("(1)") {
            Grounds::OnePermit
        } else if self.by_type.contains_key(path) {
            Grounds::Resolved
        } else {
            Grounds::NamedLike
        }
    }

    /// For a guard type: the number of the type argument that it dereferences to.
    pub fn guard(&self, path: &str) -> Option<usize> {
        self.guards.get(path).copied()
    }

    /// For a wrapper that stands for its content: the number of the type argument that it wraps.
    pub fn transparent(&self, path: &str) -> Option<usize> {
        self.transparent.get(path).copied()
    }

    /// Whether the vocabulary names `path`.
    pub fn knows(&self, path: &str) -> bool {
        self.paths.contains(path)
    }

    /// `path` with re-exported modules replaced and `core`/`alloc` written `std`.
    pub fn canonical(&self, path: &str) -> String {
        let path = match path.split_once("::") {
            Some(("core" | "alloc", rest)) => format!("std::{rest}"),
            _ => path.to_owned(),
        };
        for (from, to) in &self.reexports {
            if let Some(rest) = path.strip_prefix(from.as_str())
                && rest.starts_with("::")
            {
                return format!("{to}{rest}");
            }
        }
        path
    }
}

/// What follows when a lock that is held is taken again by the same thread.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Conflict {
    /// It waits for itself.
    Deadlock,
    /// It panics.
    Panic,
    /// Shared after shared: it waits behind a writer that waits for it.
    Hazard,
    /// It waits for a signal, and nobody else can take the lock meanwhile.
    Wait,
}

/// What taking a lock of `kind` in mode `taken` does while the same thread holds it in `held`.
pub fn conflict(kind: Kind, held: Mode, taken: Mode) -> Option<Conflict> {
    use Mode::{Exclusive, Recursive, Shared, Upgradable};
    match kind {
        Kind::Reentrant | Kind::Watch | Kind::Condvar | Kind::Semaphore => None,
        Kind::Mutex | Kind::Once => Some(Conflict::Deadlock),
        Kind::OnceCell => Some(Conflict::Panic),
        // Readers of `spin` never queue, and do not enter beside an upgradable holder.
        Kind::SpinRwlock => match (held, taken) {
            (Shared | Recursive, Shared | Recursive | Upgradable) => None,
            _ => Some(Conflict::Deadlock),
        },
        Kind::RefCell => (held == Exclusive || taken == Exclusive).then_some(Conflict::Panic),
        Kind::Map => (held == Exclusive || taken == Exclusive).then_some(Conflict::Deadlock),
        Kind::RwLock | Kind::Unknown => match (held, taken) {
            (Exclusive, _) | (_, Exclusive) | (Upgradable, Upgradable) => Some(Conflict::Deadlock),
            (Shared | Recursive, Shared) => Some(Conflict::Hazard),
            _ => None,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_vocabulary_loads_and_agrees_with_itself() {
        let vocabulary = Vocabulary::shipped();
        let mutex = vocabulary
            .by_type("std::sync::Mutex")
            .expect("std's mutex is shipped");
        assert_eq!(
            vocabulary.lock(mutex).methods["lock"].returns,
            Returns::Result
        );
        let lock = vocabulary
            .by_type("parking_lot::ReentrantMutex")
            .expect("shipped");
        assert_eq!(vocabulary.lock(lock).kind, Kind::Reentrant);
        assert!(
            vocabulary.lock(lock).methods.contains_key("try_lock_for"),
            "the alias is shared"
        );
        for lock in &vocabulary.locks {
            for (name, method) in &lock.methods {
                let gives_guard = matches!(
                    method.returns,
                    Returns::Guard | Returns::Result | Returns::Option | Returns::ResultPair
                );
                assert_eq!(method.moment, !gives_guard, "{:?} {name}", lock.types);
                assert!(!(method.moment && method.is_try), "{:?} {name}", lock.types);
            }
        }
    }

    #[test]
    fn canonical_paths() {
        let vocabulary = Vocabulary::shipped();
        let canonical = |path| vocabulary.canonical(path);
        assert_eq!(canonical("core::cell::RefCell"), "std::cell::RefCell");
        assert_eq!(canonical("parking_lot::lock_api::Mutex"), "lock_api::Mutex");
    }

    #[test]
    fn conflicts() {
        use Mode::{Exclusive, Recursive, Shared, Upgradable};
        assert_eq!(
            conflict(Kind::RwLock, Shared, Exclusive),
            Some(Conflict::Deadlock)
        );
        assert_eq!(
            conflict(Kind::RwLock, Shared, Shared),
            Some(Conflict::Hazard)
        );
        assert_eq!(conflict(Kind::RwLock, Shared, Recursive), None);
        assert_eq!(conflict(Kind::RwLock, Upgradable, Shared), None);
        assert_eq!(
            conflict(Kind::RwLock, Upgradable, Upgradable),
            Some(Conflict::Deadlock)
        );
        assert_eq!(conflict(Kind::RefCell, Shared, Shared), None);
        assert_eq!(
            conflict(Kind::RefCell, Shared, Exclusive),
            Some(Conflict::Panic)
        );
        assert_eq!(conflict(Kind::Reentrant, Exclusive, Exclusive), None);
    }
}
