//! The locks that programs use.

use super::construct::Need;
use super::lock::{Family, Form, Lock, Mode};

/// Every lock.
pub fn locks() -> impl Iterator<Item = &'static Lock> {
    BY_NAME.iter().chain(super::wrappers::LOCKS)
}

static BY_NAME: &[Lock] = &[
    Lock {
        name: "std_mutex",
        imports: "use std::sync::{Arc, Mutex};",
        items: "",
        ty: "Mutex<Data>",
        new: "Mutex::new(Data::new())",
        new_static: Some("Mutex::new(Data::new())"),
        family: Family::Blocking,
        forms: STD_MUTEX,
        ..Lock::PLAIN
    },
    Lock {
        name: "std_mutex_renamed",
        imports: "use std::sync::{Arc, Mutex as Padlock};",
        items: "",
        ty: "Padlock<Data>",
        new: "Padlock::new(Data::new())",
        new_static: Some("Padlock::new(Data::new())"),
        family: Family::Blocking,
        forms: STD_MUTEX,
        ..Lock::PLAIN
    },
    Lock {
        name: "std_rwlock",
        imports: "use std::sync::{Arc, RwLock};",
        items: "",
        ty: "RwLock<Data>",
        new: "RwLock::new(Data::new())",
        new_static: Some("RwLock::new(Data::new())"),
        family: Family::Blocking,
        forms: STD_RWLOCK,
        ..Lock::PLAIN
    },
    Lock {
        name: "std_rwlock_by_path",
        imports: "use std::sync::Arc;",
        items: "",
        ty: "std::sync::RwLock<Data>",
        new: "std::sync::RwLock::new(Data::new())",
        new_static: Some("std::sync::RwLock::new(Data::new())"),
        family: Family::Blocking,
        forms: STD_RWLOCK,
        ..Lock::PLAIN
    },
    Lock {
        name: "parking_lot_mutex",
        imports: "use parking_lot::{Mutex, MutexGuard}; use std::sync::Arc;",
        items: "",
        ty: "Mutex<Data>",
        new: "Mutex::new(Data::new())",
        new_static: Some("Mutex::new(Data::new())"),
        family: Family::Blocking,
        forms: LOT_MUTEX,
        ..Lock::PLAIN
    },
    Lock {
        name: "parking_lot_rwlock",
        imports: "use parking_lot::{RwLock, RwLockReadGuard, RwLockUpgradableReadGuard, RwLockWriteGuard}; use std::sync::Arc;",
        items: "",
        ty: "RwLock<Data>",
        new: "RwLock::new(Data::new())",
        new_static: Some("RwLock::new(Data::new())"),
        family: Family::Blocking,
        forms: LOT_RWLOCK,
        ..Lock::PLAIN
    },
    Lock {
        name: "parking_lot_aliased",
        imports: "use parking_lot::{RwLock, RwLockReadGuard, RwLockUpgradableReadGuard, RwLockWriteGuard}; use std::sync::Arc;",
        items: "pub type Guarded<T> = RwLock<T>; pub type Table = Guarded<Data>;",
        ty: "Table",
        new: "Table::new(Data::new())",
        new_static: None,
        family: Family::Blocking,
        forms: LOT_RWLOCK,
        ..Lock::PLAIN
    },
    Lock {
        name: "parking_lot_reentrant",
        imports: "use parking_lot::{ReentrantMutex, ReentrantMutexGuard}; use std::sync::Arc;",
        items: "",
        ty: "ReentrantMutex<Data>",
        new: "ReentrantMutex::new(Data::new())",
        new_static: Some("ReentrantMutex::new(Data::new())"),
        family: Family::Blocking,
        forms: &[plain_form("lock", Mode::Reentrant, ".lock()")
            .tries(".try_lock()")
            .guard("ReentrantMutexGuard<'_, Data>")],
        ..Lock::PLAIN
    },
    Lock {
        name: "refcell",
        imports: "use std::cell::{Ref, RefCell, RefMut}; use std::rc::Rc as Arc;",
        items: "",
        ty: "RefCell<Data>",
        new: "RefCell::new(Data::new())",
        new_static: None,
        family: Family::Cell,
        forms: &[
            plain_form("borrow", Mode::Shared, ".borrow()").guard("Ref<'_, Data>"),
            plain_form("borrow_mut", Mode::Exclusive, ".borrow_mut()")
                .guard("RefMut<'_, Data>")
                .kind("RefMut", &[Need::MapsMut]),
        ],
        moments: &[
            plain_form("replace", Mode::Exclusive, ".replace(Data::new())").moment(),
            plain_form(
                "replace_with",
                Mode::Exclusive,
                ".replace_with(|_| Data::new())",
            )
            .moment(),
        ],
    },
    Lock {
        name: "tokio_mutex",
        imports: "use std::sync::Arc; use tokio::sync::{Mutex, MutexGuard};",
        items: "",
        ty: "Mutex<Data>",
        new: "Mutex::new(Data::new())",
        new_static: Some("Mutex::const_new(Data::new())"),
        family: Family::Async,
        forms: &[
            plain_form("lock", Mode::Exclusive, ".lock()")
                .tries(".try_lock()")
                .outcomes(OK)
                .unwraps(AWAITED)
                .guard("MutexGuard<'_, Data>"),
            plain_form("lock_owned", Mode::Exclusive, ".clone().lock_owned()")
                .unwraps(AWAITED)
                .guard("tokio::sync::OwnedMutexGuard<Data>")
                .in_arc(),
        ],
        ..Lock::PLAIN
    },
    Lock {
        name: "tokio_rwlock",
        imports: "use std::sync::Arc; use tokio::sync::{RwLock, RwLockReadGuard, RwLockWriteGuard};",
        items: "",
        ty: "RwLock<Data>",
        new: "RwLock::new(Data::new())",
        new_static: Some("RwLock::const_new(Data::new())"),
        family: Family::Async,
        forms: &[
            plain_form("read", Mode::Shared, ".read()")
                .tries(".try_read()")
                .outcomes(OK)
                .unwraps(AWAITED)
                .guard("RwLockReadGuard<'_, Data>"),
            plain_form("write", Mode::Exclusive, ".write()")
                .tries(".try_write()")
                .outcomes(OK)
                .unwraps(AWAITED)
                .guard("RwLockWriteGuard<'_, Data>"),
            plain_form("read_owned", Mode::Shared, ".clone().read_owned()")
                .unwraps(AWAITED)
                .guard("tokio::sync::OwnedRwLockReadGuard<Data>")
                .in_arc(),
            plain_form("write_owned", Mode::Exclusive, ".clone().write_owned()")
                .unwraps(AWAITED)
                .guard("tokio::sync::OwnedRwLockWriteGuard<Data>")
                .in_arc(),
        ],
        ..Lock::PLAIN
    },
    Lock {
        name: "dashmap",
        imports: "use dashmap::{DashMap, mapref::one::{Ref, RefMut}}; use std::sync::Arc;",
        items: "",
        ty: "DashMap<u64, Data>",
        new: "DashMap::new()",
        new_static: None,
        family: Family::Map,
        forms: &[
            plain_form("get", Mode::Shared, ".get(&1)")
                .unwraps(&[".unwrap()"])
                .tries(".get(&1)")
                .guard("Ref<'_, u64, Data>"),
            plain_form("get_mut", Mode::Exclusive, ".get_mut(&1)")
                .unwraps(&[".unwrap()"])
                .tries(".get_mut(&1)")
                .guard("RefMut<'_, u64, Data>"),
        ],
        moments: &[
            plain_form("insert", Mode::Exclusive, ".insert(1, Data::new())").moment(),
            plain_form("remove", Mode::Exclusive, ".remove(&1)").moment(),
            plain_form("contains_key", Mode::Shared, ".contains_key(&1)").moment(),
            plain_form("len", Mode::Shared, ".len()").moment(),
        ],
    },
];

pub(super) const STD_MUTEX: &[Form] = &[std_form(
    "lock",
    Mode::Exclusive,
    ".lock()",
    ".try_lock()",
    "std::sync::MutexGuard<'_, Data>",
)
.kind("std::sync::MutexGuard", &[Need::StdMutex])];
pub(super) const STD_RWLOCK: &[Form] = &[
    std_form(
        "read",
        Mode::Shared,
        ".read()",
        ".try_read()",
        "std::sync::RwLockReadGuard<'_, Data>",
    ),
    std_form(
        "write",
        Mode::Exclusive,
        ".write()",
        ".try_write()",
        "std::sync::RwLockWriteGuard<'_, Data>",
    ),
];
pub(super) const LOT_MUTEX: &[Form] = &[
    plain_form("lock", Mode::Exclusive, ".lock()")
        .tries(".try_lock()")
        .guard("MutexGuard<'_, Data>")
        .kind("MutexGuard", &[Need::ParkingLotMutex, Need::MapsMut]),
    plain_form("lock_arc", Mode::Exclusive, ".lock_arc()")
        .guard("parking_lot::ArcMutexGuard<parking_lot::RawMutex, Data>")
        .in_arc(),
];
pub(super) const LOT_RWLOCK: &[Form] = &[
    plain_form("read", Mode::Shared, ".read()")
        .tries(".try_read()")
        .guard("RwLockReadGuard<'_, Data>"),
    plain_form("write", Mode::Exclusive, ".write()")
        .tries(".try_write()")
        .guard("RwLockWriteGuard<'_, Data>")
        .kind("RwLockWriteGuard", &[Need::ParkingLotWrite, Need::MapsMut]),
    plain_form("read_recursive", Mode::Recursive, ".read_recursive()")
        .guard("RwLockReadGuard<'_, Data>"),
    plain_form("upgradable_read", Mode::Upgradable, ".upgradable_read()")
        .guard("RwLockUpgradableReadGuard<'_, Data>")
        .kind("RwLockUpgradableReadGuard", &[Need::ParkingLotUpgradable]),
    plain_form("read_arc", Mode::Shared, ".read_arc()")
        .guard("parking_lot::ArcRwLockReadGuard<parking_lot::RawRwLock, Data>")
        .in_arc(),
    plain_form("write_arc", Mode::Exclusive, ".write_arc()")
        .guard("parking_lot::ArcRwLockWriteGuard<parking_lot::RawRwLock, Data>")
        .in_arc(),
];

pub(super) const OK: (&str, &str) = ("Ok", "Err(_)");
const SOME: (&str, &str) = ("Some", "None");
const PLAIN: &[&str] = &[""];
pub(super) const AWAITED: &[&str] = &[".await"];
pub(super) const UNWRAPPED: &[&str] = &[
    ".unwrap()",
    ".unwrap()",
    ".expect(\"not poisoned\")",
    ".unwrap_or_else(std::sync::PoisonError::into_inner)",
    ".unwrap_or_else(|p| p.into_inner())",
];

const fn std_form(
    name: &'static str,
    mode: Mode,
    call: &'static str,
    tries: &'static str,
    guard: &'static str,
) -> Form {
    Form {
        name,
        mode,
        call,
        unwraps: UNWRAPPED,
        fallible: true,
        tries: Some(tries),
        outcomes: OK,
        guard: Some(guard),
        kind: ("", &[]),
        in_arc: false,
        moment: false,
    }
}

pub(super) const fn plain_form(name: &'static str, mode: Mode, call: &'static str) -> Form {
    Form {
        name,
        mode,
        call,
        unwraps: PLAIN,
        fallible: false,
        tries: None,
        outcomes: SOME,
        guard: None,
        kind: ("", &[]),
        in_arc: false,
        moment: false,
    }
}

impl Form {
    pub(super) const fn tries(self, tries: &'static str) -> Self {
        Self {
            tries: Some(tries),
            ..self
        }
    }
    pub(super) const fn guard(self, guard: &'static str) -> Self {
        Self {
            guard: Some(guard),
            ..self
        }
    }
    pub(super) const fn kind(self, path: &'static str, offers: &'static [Need]) -> Self {
        Self {
            kind: (path, offers),
            ..self
        }
    }
    pub(super) const fn outcomes(self, outcomes: (&'static str, &'static str)) -> Self {
        Self { outcomes, ..self }
    }
    pub(super) const fn unwraps(self, unwraps: &'static [&'static str]) -> Self {
        Self { unwraps, ..self }
    }
    pub(super) const fn in_arc(self) -> Self {
        Self {
            in_arc: true,
            ..self
        }
    }
    const fn moment(self) -> Self {
        Self {
            moment: true,
            ..self
        }
    }
}

impl Lock {
    /// What most locks have in common.
    pub(super) const PLAIN: Self = Self {
        name: "",
        imports: "",
        items: "",
        ty: "",
        new: "",
        new_static: None,
        family: Family::Blocking,
        forms: &[],
        moments: &[],
    };
}
