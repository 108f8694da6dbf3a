//! `parking_lot` with locks that panic where its own would wait for ever.

use crate::core::{Core, Mark, Start};
use std::cell::{Ref, RefMut};
use std::ops::{Deref, DerefMut};

pub struct Mutex<T>(Core<T>);
pub struct RwLock<T>(Core<T>);
pub struct ReentrantMutex<T>(Core<T>);

/// Holds nothing only while it is unlocked.
pub struct MutexGuard<'a, T> {
    core: &'a Core<T>,
    held: Option<RefMut<'a, T>>,
}
pub struct MappedMutexGuard<'a, T>(RefMut<'a, T>);
pub struct RwLockReadGuard<'a, T>(Ref<'a, T>);
pub struct MappedRwLockReadGuard<'a, T>(Ref<'a, T>);
pub struct RwLockWriteGuard<'a, T> {
    core: &'a Core<T>,
    held: RefMut<'a, T>,
}
pub struct MappedRwLockWriteGuard<'a, T>(RefMut<'a, T>);
pub struct RwLockUpgradableReadGuard<'a, T> {
    core: &'a Core<T>,
    held: Ref<'a, T>,
    mark: Mark<'a>,
}
pub struct ReentrantMutexGuard<'a, T>(Ref<'a, T>);

impl<T> Mutex<T> {
    pub const fn new(value: T) -> Self {
        Self(Core::new(value))
    }
    pub fn start(&self, start: Start) {
        self.0.start(start);
    }
    pub fn lock(&self) -> MutexGuard<'_, T> {
        MutexGuard { core: &self.0, held: Some(self.0.exclusive()) }
    }
    pub fn try_lock(&self) -> Option<MutexGuard<'_, T>> {
        let held = self.0.try_exclusive()?;
        Some(MutexGuard { core: &self.0, held: Some(held) })
    }
}

impl<'a, T> MutexGuard<'a, T> {
    pub fn map<U>(this: Self, part: impl FnOnce(&mut T) -> &mut U) -> MappedMutexGuard<'a, U> {
        MappedMutexGuard(RefMut::map(this.held.unwrap(), part))
    }
    pub fn unlocked<R>(this: &mut Self, run: impl FnOnce() -> R) -> R {
        this.held = None;
        let result = run();
        this.held = Some(this.core.exclusive());
        result
    }
}

impl<T> RwLock<T> {
    pub const fn new(value: T) -> Self {
        Self(Core::new(value))
    }
    pub fn start(&self, start: Start) {
        self.0.start(start);
    }
    pub fn read(&self) -> RwLockReadGuard<'_, T> {
        RwLockReadGuard(self.0.shared())
    }
    pub fn read_recursive(&self) -> RwLockReadGuard<'_, T> {
        RwLockReadGuard(self.0.shared_recursive())
    }
    pub fn write(&self) -> RwLockWriteGuard<'_, T> {
        RwLockWriteGuard { core: &self.0, held: self.0.exclusive() }
    }
    pub fn upgradable_read(&self) -> RwLockUpgradableReadGuard<'_, T> {
        let inner = self.0.upgradable();
        RwLockUpgradableReadGuard { core: &self.0, held: inner.held, mark: inner.mark }
    }
    pub fn try_read(&self) -> Option<RwLockReadGuard<'_, T>> {
        self.0.try_shared().map(RwLockReadGuard)
    }
    pub fn try_write(&self) -> Option<RwLockWriteGuard<'_, T>> {
        let held = self.0.try_exclusive()?;
        Some(RwLockWriteGuard { core: &self.0, held })
    }
}

impl<'a, T> RwLockReadGuard<'a, T> {
    pub fn map<U>(this: Self, part: impl FnOnce(&T) -> &U) -> MappedRwLockReadGuard<'a, U> {
        MappedRwLockReadGuard(Ref::map(this.0, part))
    }
}

impl<'a, T> RwLockWriteGuard<'a, T> {
    pub fn map<U>(this: Self, part: impl FnOnce(&mut T) -> &mut U) -> MappedRwLockWriteGuard<'a, U> {
        MappedRwLockWriteGuard(RefMut::map(this.held, part))
    }
    pub fn downgrade(this: Self) -> RwLockReadGuard<'a, T> {
        let core = this.core;
        drop(this);
        RwLockReadGuard(core.shared_recursive())
    }
}

impl<'a, T> RwLockUpgradableReadGuard<'a, T> {
    pub fn upgrade(this: Self) -> RwLockWriteGuard<'a, T> {
        let Self { core, held, mark } = this;
        drop(held);
        drop(mark);
        RwLockWriteGuard { core, held: core.exclusive() }
    }
}

impl<T> ReentrantMutex<T> {
    pub const fn new(value: T) -> Self {
        Self(Core::new(value))
    }
    pub fn start(&self, start: Start) {
        self.0.start(start);
    }
    pub fn lock(&self) -> ReentrantMutexGuard<'_, T> {
        ReentrantMutexGuard(self.0.shared_recursive())
    }
    pub fn try_lock(&self) -> Option<ReentrantMutexGuard<'_, T>> {
        self.0.try_shared().map(ReentrantMutexGuard)
    }
}

impl<T> Deref for MutexGuard<'_, T> {
    type Target = T;
    fn deref(&self) -> &T {
        self.held.as_ref().unwrap()
    }
}
impl<T> DerefMut for MutexGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        self.held.as_mut().unwrap()
    }
}
impl<T> Deref for MappedMutexGuard<'_, T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.0
    }
}
impl<T> DerefMut for MappedMutexGuard<'_, T> {
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
impl<T> Deref for MappedRwLockReadGuard<'_, T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.0
    }
}
impl<T> Deref for RwLockWriteGuard<'_, T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.held
    }
}
impl<T> DerefMut for RwLockWriteGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.held
    }
}
impl<T> Deref for MappedRwLockWriteGuard<'_, T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.0
    }
}
impl<T> DerefMut for MappedRwLockWriteGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.0
    }
}
impl<T> Deref for RwLockUpgradableReadGuard<'_, T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.held
    }
}
impl<T> Deref for ReentrantMutexGuard<'_, T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.0
    }
}
