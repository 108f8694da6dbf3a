//! `std::sync` with locks that panic where std's would wait for ever.

use crate::core::{Core, Exclusive, Shared};

pub use std::sync::atomic;
pub use std::sync::{Arc, LazyLock, LockResult, OnceLock, PoisonError, TryLockError, TryLockResult};

pub struct Mutex<T>(Core<T>);
pub struct RwLock<T>(Core<T>);
pub struct ReentrantLock<T>(Core<T>);
pub struct Condvar(());

pub type MutexGuard<'a, T> = Exclusive<'a, T>;
pub type ReentrantLockGuard<'a, T> = Shared<'a, T>;
pub type RwLockReadGuard<'a, T> = Shared<'a, T>;
pub type RwLockWriteGuard<'a, T> = Exclusive<'a, T>;

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
    pub fn core(&self) -> &Core<T> {
        &self.0
    }
    pub fn lock(&self) -> LockResult<MutexGuard<'_, T>> {
        judge(&self.0, self.0.exclusive())
    }
    pub fn try_lock(&self) -> TryLockResult<MutexGuard<'_, T>> {
        judge_try(&self.0, self.0.try_exclusive())
    }
}

impl<T> RwLock<T> {
    pub const fn new(value: T) -> Self {
        Self(Core::new(value))
    }
    pub fn core(&self) -> &Core<T> {
        &self.0
    }
    pub fn read(&self) -> LockResult<RwLockReadGuard<'_, T>> {
        judge(&self.0, self.0.shared())
    }
    pub fn write(&self) -> LockResult<RwLockWriteGuard<'_, T>> {
        judge(&self.0, self.0.exclusive())
    }
    pub fn try_read(&self) -> TryLockResult<RwLockReadGuard<'_, T>> {
        judge_try(&self.0, self.0.try_shared())
    }
    pub fn try_write(&self) -> TryLockResult<RwLockWriteGuard<'_, T>> {
        judge_try(&self.0, self.0.try_exclusive())
    }
}

impl<T> ReentrantLock<T> {
    pub const fn new(value: T) -> Self {
        Self(Core::new(value))
    }
    pub fn core(&self) -> &Core<T> {
        &self.0
    }
    pub fn lock(&self) -> ReentrantLockGuard<'_, T> {
        self.0.shared_recursive()
    }
}

impl Condvar {
    pub const fn new() -> Self {
        Self(())
    }
    pub fn notify_one(&self) {}
    pub fn wait<'a, T>(&self, mut guard: MutexGuard<'a, T>) -> LockResult<MutexGuard<'a, T>> {
        Exclusive::wait(&mut guard);
        Ok(guard)
    }
    pub fn wait_while<'a, T>(
        &self,
        mut guard: MutexGuard<'a, T>,
        mut wants: impl FnMut(&mut T) -> bool,
    ) -> LockResult<MutexGuard<'a, T>> {
        while wants(&mut guard) {
            Exclusive::wait(&mut guard);
        }
        Ok(guard)
    }
}
