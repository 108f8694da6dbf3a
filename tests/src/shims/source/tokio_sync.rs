//! `tokio::sync` with locks that panic where its own would never be ready.

use crate::core::{Core, Exclusive, Mapped, Owned, Shared};
use std::cell::{Ref, RefMut};
use std::sync::Arc;

pub struct Mutex<T>(Core<T>);
pub struct RwLock<T>(Core<T>);

pub type MutexGuard<'a, T> = Exclusive<'a, T>;
pub type MappedMutexGuard<'a, T> = Mapped<'a, RefMut<'a, T>>;
pub type RwLockReadGuard<'a, T> = Shared<'a, T>;
pub type MappedRwLockReadGuard<'a, T> = Mapped<'a, Ref<'a, T>>;
pub type RwLockWriteGuard<'a, T> = Exclusive<'a, T>;
pub type OwnedMutexGuard<T> = Owned<Exclusive<'static, T>, Mutex<T>>;
pub type OwnedRwLockReadGuard<T> = Owned<Shared<'static, T>, RwLock<T>>;
pub type OwnedRwLockWriteGuard<T> = Owned<Exclusive<'static, T>, RwLock<T>>;

#[derive(Debug)]
pub struct TryLockError(());

impl<T> Mutex<T> {
    pub fn new(value: T) -> Self {
        Self(Core::new(value))
    }
    pub const fn const_new(value: T) -> Self {
        Self(Core::new(value))
    }
    pub fn core(&self) -> &Core<T> {
        &self.0
    }
    pub async fn lock(&self) -> MutexGuard<'_, T> {
        self.0.exclusive()
    }
    pub async fn lock_owned(self: Arc<Self>) -> OwnedMutexGuard<T>
    where
        T: 'static,
    {
        // SAFETY: a guard borrows from its lock only.
        unsafe { Owned::of(&self, |lock| lock.0.exclusive()) }
    }
    pub fn try_lock(&self) -> Result<MutexGuard<'_, T>, TryLockError> {
        self.0.try_exclusive().ok_or(TryLockError(()))
    }
}

impl<T> RwLock<T> {
    pub fn new(value: T) -> Self {
        Self(Core::new(value))
    }
    pub const fn const_new(value: T) -> Self {
        Self(Core::new(value))
    }
    pub fn core(&self) -> &Core<T> {
        &self.0
    }
    pub async fn read(&self) -> RwLockReadGuard<'_, T> {
        self.0.shared()
    }
    pub async fn write(&self) -> RwLockWriteGuard<'_, T> {
        self.0.exclusive()
    }
    pub async fn read_owned(self: Arc<Self>) -> OwnedRwLockReadGuard<T>
    where
        T: 'static,
    {
        // SAFETY: a guard borrows from its lock only.
        unsafe { Owned::of(&self, |lock| lock.0.shared()) }
    }
    pub async fn write_owned(self: Arc<Self>) -> OwnedRwLockWriteGuard<T>
    where
        T: 'static,
    {
        // SAFETY: a guard borrows from its lock only.
        unsafe { Owned::of(&self, |lock| lock.0.exclusive()) }
    }
    pub fn try_read(&self) -> Result<RwLockReadGuard<'_, T>, TryLockError> {
        self.0.try_shared().ok_or(TryLockError(()))
    }
    pub fn try_write(&self) -> Result<RwLockWriteGuard<'_, T>, TryLockError> {
        self.0.try_exclusive().ok_or(TryLockError(()))
    }
}
