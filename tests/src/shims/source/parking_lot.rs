//! `parking_lot` with locks that panic where its own would wait for ever.

use crate::core::{Core, Exclusive, Mapped, Owned, Shared, Upgradable};
use std::cell::{Ref, RefMut};
use std::sync::Arc;

pub struct Mutex<T>(Core<T>);
pub struct RwLock<T>(Core<T>);
pub struct ReentrantMutex<T>(Core<T>);
pub struct Condvar(());
pub struct RawMutex(());
pub struct RawRwLock(());

pub type FairMutex<T> = Mutex<T>;
pub type FairMutexGuard<'a, T> = Exclusive<'a, T>;
pub type MutexGuard<'a, T> = Exclusive<'a, T>;
pub type MappedMutexGuard<'a, T> = Mapped<'a, RefMut<'a, T>>;
pub type RwLockReadGuard<'a, T> = Shared<'a, T>;
pub type MappedRwLockReadGuard<'a, T> = Mapped<'a, Ref<'a, T>>;
pub type RwLockWriteGuard<'a, T> = Exclusive<'a, T>;
pub type MappedRwLockWriteGuard<'a, T> = Mapped<'a, RefMut<'a, T>>;
pub type RwLockUpgradableReadGuard<'a, T> = Upgradable<'a, T>;
pub type ReentrantMutexGuard<'a, T> = Shared<'a, T>;
pub type ArcMutexGuard<R, T> = Owned<Exclusive<'static, T>, Named<R, Mutex<T>>>;
pub type ArcRwLockReadGuard<R, T> = Owned<Shared<'static, T>, Named<R, RwLock<T>>>;
pub type ArcRwLockWriteGuard<R, T> = Owned<Exclusive<'static, T>, Named<R, RwLock<T>>>;
/// A lock's own type; the raw one is kept as in the original.
pub type Named<R, L> = <R as Raw>::Of<L>;

pub trait Raw {
    type Of<L>;
}
impl Raw for RawMutex {
    type Of<L> = L;
}
impl Raw for RawRwLock {
    type Of<L> = L;
}

impl<T> Mutex<T> {
    pub const fn new(value: T) -> Self {
        Self(Core::new(value))
    }
    pub fn core(&self) -> &Core<T> {
        &self.0
    }
    pub fn lock(&self) -> MutexGuard<'_, T> {
        self.0.exclusive()
    }
    pub fn try_lock(&self) -> Option<MutexGuard<'_, T>> {
        self.0.try_exclusive()
    }
    pub fn try_lock_for(&self, _timeout: std::time::Duration) -> Option<MutexGuard<'_, T>> {
        self.0.try_exclusive()
    }
    pub fn lock_arc(self: &Arc<Self>) -> ArcMutexGuard<RawMutex, T>
    where
        T: 'static,
    {
        // SAFETY: a guard borrows from its lock only.
        unsafe { Owned::of(self, |lock| lock.lock()) }
    }
}

impl<T> RwLock<T> {
    pub const fn new(value: T) -> Self {
        Self(Core::new(value))
    }
    pub fn core(&self) -> &Core<T> {
        &self.0
    }
    pub fn read(&self) -> RwLockReadGuard<'_, T> {
        self.0.shared()
    }
    pub fn read_recursive(&self) -> RwLockReadGuard<'_, T> {
        self.0.shared_recursive()
    }
    pub fn write(&self) -> RwLockWriteGuard<'_, T> {
        self.0.exclusive()
    }
    pub fn upgradable_read(&self) -> RwLockUpgradableReadGuard<'_, T> {
        self.0.upgradable()
    }
    pub fn try_read(&self) -> Option<RwLockReadGuard<'_, T>> {
        self.0.try_shared()
    }
    pub fn try_write(&self) -> Option<RwLockWriteGuard<'_, T>> {
        self.0.try_exclusive()
    }
    pub fn read_arc(self: &Arc<Self>) -> ArcRwLockReadGuard<RawRwLock, T>
    where
        T: 'static,
    {
        // SAFETY: a guard borrows from its lock only.
        unsafe { Owned::of(self, |lock| lock.read()) }
    }
    pub fn write_arc(self: &Arc<Self>) -> ArcRwLockWriteGuard<RawRwLock, T>
    where
        T: 'static,
    {
        // SAFETY: a guard borrows from its lock only.
        unsafe { Owned::of(self, |lock| lock.write()) }
    }
}

impl<T> ReentrantMutex<T> {
    pub const fn new(value: T) -> Self {
        Self(Core::new(value))
    }
    pub fn core(&self) -> &Core<T> {
        &self.0
    }
    pub fn lock(&self) -> ReentrantMutexGuard<'_, T> {
        self.0.shared_recursive()
    }
    pub fn try_lock(&self) -> Option<ReentrantMutexGuard<'_, T>> {
        self.0.try_shared()
    }
}

impl Condvar {
    pub const fn new() -> Self {
        Self(())
    }
    pub fn notify_one(&self) -> bool {
        true
    }
    pub fn wait<T>(&self, guard: &mut MutexGuard<'_, T>) {
        Exclusive::wait(guard);
    }
}
