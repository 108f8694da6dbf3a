//! Locks by other names: globs, re-exports, newtypes, traits and structs that stand in front of a lock.

use super::lock::{Family, Form, Lock, Mode};
use super::locks::{AWAITED, LOT_MUTEX, LOT_RWLOCK, STD_MUTEX, STD_RWLOCK, plain_form};

pub(super) static LOCKS: &[Lock] = &[
    Lock {
        name: "std_globbed",
        imports: "use std::sync::*;",
        ty: "RwLock<Data>",
        new: "RwLock::new(Data::new())",
        new_static: Some("RwLock::new(Data::new())"),
        forms: STD_RWLOCK,
        ..Lock::PLAIN
    },
    Lock {
        name: "std_reentrant",
        imports: "use std::sync::{Arc, ReentrantLock, ReentrantLockGuard};",
        ty: "ReentrantLock<Data>",
        new: "ReentrantLock::new(Data::new())",
        new_static: Some("ReentrantLock::new(Data::new())"),
        forms: &[plain_form("lock", Mode::Reentrant, ".lock()")
            .guard("ReentrantLockGuard<'_, Data>")],
        ..Lock::PLAIN
    },
    Lock {
        name: "parking_lot_fair",
        imports: "use parking_lot::{FairMutex, FairMutexGuard as Turn}; use std::sync::Arc;",
        ty: "FairMutex<Data>",
        new: "FairMutex::new(Data::new())",
        forms: &[plain_form("lock", Mode::Exclusive, ".lock()")
            .tries(".try_lock()")
            .guard("Turn<'_, Data>")],
        ..Lock::PLAIN
    },
    Lock {
        name: "reexported",
        imports: "use std::sync::Arc; use self::prelude::*;",
        items: "mod prelude { pub use self::sync::*; mod sync { pub use parking_lot::{Mutex, MutexGuard}; } }",
        ty: "Mutex<Data>",
        new: "Mutex::new(Data::new())",
        new_static: Some("Mutex::new(Data::new())"),
        forms: LOT_MUTEX,
        ..Lock::PLAIN
    },
    Lock {
        name: "aliased_twice",
        imports: "use std::sync::{Arc, Mutex};",
        items: "type Locked<T> = Mutex<T>; type Table = Locked<Data>;",
        ty: "Table",
        new: "Table::new(Data::new())",
        forms: STD_MUTEX,
        ..Lock::PLAIN
    },
    Lock {
        name: "aliased_arc_inside",
        imports: "use parking_lot::{RwLock, RwLockReadGuard, RwLockUpgradableReadGuard, RwLockWriteGuard}; use std::sync::Arc;",
        items: "type Table = Arc<RwLock<Data>>;",
        ty: "Table",
        new: "Arc::new(RwLock::new(Data::new()))",
        forms: LOT_RWLOCK,
        ..Lock::PLAIN
    },
    Lock {
        name: "newtype",
        imports: "use std::sync::Arc;",
        items: "pub struct Table(parking_lot::RwLock<Data>);
            impl Table {
                pub fn new(data: Data) -> Self { Self(parking_lot::RwLock::new(data)) }
                pub fn read(&self) -> parking_lot::RwLockReadGuard<'_, Data> { self.0.read() }
                pub fn write(&self) -> parking_lot::RwLockWriteGuard<'_, Data> { self.0.write() }
            }",
        ty: "Table",
        new: "Table::new(Data::new())",
        forms: &[
            plain_form("read", Mode::Shared, ".read()").guard("parking_lot::RwLockReadGuard<'_, Data>"),
            plain_form("write", Mode::Exclusive, ".write()").guard("parking_lot::RwLockWriteGuard<'_, Data>"),
        ],
        ..Lock::PLAIN
    },
    Lock {
        name: "newtype_of_async",
        imports: "use std::sync::Arc;",
        items: "pub struct Counted<T>(tokio::sync::RwLock<T>);
            impl<T> Counted<T> {
                pub fn new(data: T) -> Self { Self(tokio::sync::RwLock::new(data)) }
                pub async fn read(&self, label: &'static str) -> tokio::sync::RwLockReadGuard<'_, T> { sink(label); self.0.read().await }
                pub async fn write(&self, label: &'static str) -> tokio::sync::RwLockWriteGuard<'_, T> { sink(label); self.0.write().await }
            }",
        ty: "Counted<Data>",
        new: "Counted::new(Data::new())",
        family: Family::Async,
        forms: &[
            plain_form("read", Mode::Shared, ".read(\"here\")").unwraps(AWAITED).guard("tokio::sync::RwLockReadGuard<'_, Data>"),
            plain_form("write", Mode::Exclusive, ".write(\"here\")").unwraps(AWAITED).guard("tokio::sync::RwLockWriteGuard<'_, Data>"),
        ],
        ..Lock::PLAIN
    },
    Lock {
        name: "by_trait",
        imports: "use std::sync::{Arc, RwLock, RwLockReadGuard, RwLockWriteGuard};",
        items: "pub trait Locking<T> {
                fn rl(&self) -> RwLockReadGuard<'_, T>;
                fn wl(&self) -> RwLockWriteGuard<'_, T>;
            }
            impl<T> Locking<T> for RwLock<T> {
                fn rl(&self) -> RwLockReadGuard<'_, T> { self.read().unwrap() }
                fn wl(&self) -> RwLockWriteGuard<'_, T> { self.write().unwrap() }
            }",
        ty: "RwLock<Data>",
        new: "RwLock::new(Data::new())",
        new_static: Some("RwLock::new(Data::new())"),
        forms: &[
            plain_form("rl", Mode::Shared, ".rl()").guard("RwLockReadGuard<'_, Data>"),
            plain_form("wl", Mode::Exclusive, ".wl()").guard("RwLockWriteGuard<'_, Data>"),
        ],
        ..Lock::PLAIN
    },
    Lock {
        name: "guard_in_struct",
        imports: "use std::sync::Arc; use parking_lot::{Mutex, MutexGuard};",
        items: "pub struct Table { rows: Mutex<Data> }
            pub struct Open<'a> { rows: MutexGuard<'a, Data>, reads: u64 }
            impl Table {
                pub fn new(data: Data) -> Self { Self { rows: Mutex::new(data) } }
                pub fn open(&self) -> Open<'_> { Open { rows: self.rows.lock(), reads: 0 } }
                pub fn view(&self) -> impl std::ops::DerefMut<Target = Data> + '_ { self.rows.lock() }
            }
            impl std::ops::Deref for Open<'_> { type Target = Data; fn deref(&self) -> &Data { &self.rows } }
            impl std::ops::DerefMut for Open<'_> { fn deref_mut(&mut self) -> &mut Data { &mut self.rows } }",
        ty: "Table",
        new: "Table::new(Data::new())",
        forms: OPENED,
        ..Lock::PLAIN
    },
];

const OPENED: &[Form] = &[
    plain_form("open", Mode::Exclusive, ".open()").guard("Open<'_>"),
    plain_form("view", Mode::Exclusive, ".view()"),
];
