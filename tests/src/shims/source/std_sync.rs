//! `std::sync` with locks that panic where std's would wait for ever.

use crate::core::{Core, Start};
use std::cell::{Ref, RefMut};
use std::ops::{Deref, DerefMut};

pub use std::sync::atomic;
pub use std::sync::{Arc, LazyLock, LockResult, OnceLock, PoisonError, TryLockError, TryLockResult};

pub struct Mutex<T>(Core<T>);
pub struct RwLock<T>(Core<T>);
pub struct MutexGuard<'a, T>(RefMut<'a, T>);
pub struct RwLockReadGuard<'a, T>(Ref<'a, T>);
pub struct RwLockWriteGuard<'a, T>(RefMut<'a, T>);

fn judge<T, G>(core: &Core<T>, guard: G) -> LockResult<G> {
    if core.poisoned() { Err(PoisonError::new(guard)) } else { Ok(guard) }
}

fn judge_try<T, G>(core: &Core<T>, guard: Option<G>) -> TryLockResult<G> {
    match guard {
        None => Err(TryLockError::WouldBlock),
        Some(guard) => judge(core, guard).map_err(TryLockError::Poisoned),
    }
}

impl<T> Mutex<T> {
    pub const fn new(value: T) -> Self {
        Self(Core::new(value))
    }
    pub fn start(&self, start: Start) {
        self.0.start(start);
    }
    pub fn lock(&self) -> LockResult<MutexGuard<'_, T>> {
        judge(&self.0, MutexGuard(self.0.exclusive()))
    }
    pub fn try_lock(&self) -> TryLockResult<MutexGuard<'_, T>> {
        judge_try(&self.0, self.0.try_exclusive().map(MutexGuard))
    }
}

impl<T> RwLock<T> {
    pub const fn new(value: T) -> Self {
        Self(Core::new(value))
    }
    pub fn start(&self, start: Start) {
        self.0.start(start);
    }
    pub fn read(&self) -> LockResult<RwLockReadGuard<'_, T>> {
        judge(&self.0, RwLockReadGuard(self.0.shared()))
    }
    pub fn write(&self) -> LockResult<RwLockWriteGuard<'_, T>> {
        judge(&self.0, RwLockWriteGuard(self.0.exclusive()))
    }
    pub fn try_read(&self) -> TryLockResult<RwLockReadGuard<'_, T>> {
        judge_try(&self.0, self.0.try_shared().map(RwLockReadGuard))
    }
    pub fn try_write(&self) -> TryLockResult<RwLockWriteGuard<'_, T>> {
        judge_try(&self.0, self.0.try_exclusive().map(RwLockWriteGuard))
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
