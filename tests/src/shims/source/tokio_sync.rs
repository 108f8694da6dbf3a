//! `tokio::sync` with locks that panic where its own would never be ready.

use crate::core::{Core, Start};
use std::cell::{Ref, RefMut};
use std::ops::{Deref, DerefMut};

pub struct Mutex<T>(Core<T>);
pub struct RwLock<T>(Core<T>);
pub struct MutexGuard<'a, T>(RefMut<'a, T>);
pub struct RwLockReadGuard<'a, T>(Ref<'a, T>);
pub struct RwLockWriteGuard<'a, T>(RefMut<'a, T>);

#[derive(Debug)]
pub struct TryLockError(());

impl<T> Mutex<T> {
    pub fn new(value: T) -> Self {
        Self(Core::new(value))
    }
    pub const fn const_new(value: T) -> Self {
        Self(Core::new(value))
    }
    pub fn start(&self, start: Start) {
        self.0.start(start);
    }
    pub async fn lock(&self) -> MutexGuard<'_, T> {
        MutexGuard(self.0.exclusive())
    }
    pub fn try_lock(&self) -> Result<MutexGuard<'_, T>, TryLockError> {
        self.0.try_exclusive().map(MutexGuard).ok_or(TryLockError(()))
    }
}

impl<T> RwLock<T> {
    pub fn new(value: T) -> Self {
        Self(Core::new(value))
    }
    pub const fn const_new(value: T) -> Self {
        Self(Core::new(value))
    }
    pub fn start(&self, start: Start) {
        self.0.start(start);
    }
    pub async fn read(&self) -> RwLockReadGuard<'_, T> {
        RwLockReadGuard(self.0.shared())
    }
    pub async fn write(&self) -> RwLockWriteGuard<'_, T> {
        RwLockWriteGuard(self.0.exclusive())
    }
    pub fn try_read(&self) -> Result<RwLockReadGuard<'_, T>, TryLockError> {
        self.0.try_shared().map(RwLockReadGuard).ok_or(TryLockError(()))
    }
    pub fn try_write(&self) -> Result<RwLockWriteGuard<'_, T>, TryLockError> {
        self.0.try_exclusive().map(RwLockWriteGuard).ok_or(TryLockError(()))
    }
}

impl<T> Deref for MutexGuard<'_, T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.0
    }
}
impl<T> DerefMut for MutexGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.0
    }
}
impl<T> Deref for RwLockReadGuard<'_, T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.0
    }
}
impl<T> Deref for RwLockWriteGuard<'_, T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.0
    }
}
impl<T> DerefMut for RwLockWriteGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.0
    }
}
