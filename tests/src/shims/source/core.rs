//! One lock that never waits: every shim is this one behind another crate's names.
//!
//! The programs are single-threaded, so a lock that would have to wait would wait for ever.
//! A `RefCell` already knows what conflicts, and its guards are right during unwinding;
//! this adds only what it lacks: readers that queue behind a writer, upgradable readers,
//! locks that another thread holds, poison, and a log of what is taken and given back.

use std::cell::{Cell, Ref, RefCell, RefMut};
use std::ops::{Deref, DerefMut};
use std::sync::Arc;

/// What a lock is like before a program starts.
#[derive(Clone, Copy, Debug, Default)]
pub struct Start {
    /// Another thread holds the lock: trying fails. Whoever waits gets it.
    pub busy: bool,
    /// An earlier holder panicked.
    pub poisoned: bool,
}

/// The payload of the panic that stands for a thread that waits for itself.
#[derive(Clone, Copy, Debug)]
pub struct Deadlock;

thread_local! {
    static QUEUED: Cell<bool> = const { Cell::new(false) };
    static LOG: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// Writes a word into the log.
pub fn note(word: String) {
    LOG.with_borrow_mut(|log| log.push(word));
}

/// The log since the last question: `+lock` and `-lock` of locks that have names, and what else was noted.
pub fn take_log() -> String {
    LOG.take().join(" ")
}

/// Whether a shared acquisition waited behind a queued writer since the last question, had there been one.
pub fn take_recursive_read() -> bool {
    QUEUED.take()
}

pub struct Core<T> {
    cell: RefCell<T>,
    upgradable: Cell<bool>,
    busy: Cell<bool>,
    poisoned: Cell<bool>,
    name: Cell<Option<&'static str>>,
}

// SAFETY: the programs that use it run on one thread; statics only ask for the promise.
unsafe impl<T> Sync for Core<T> {}

impl<T> Core<T> {
    pub const fn new(value: T) -> Self {
        Self {
            cell: RefCell::new(value),
            upgradable: Cell::new(false),
            busy: Cell::new(false),
            poisoned: Cell::new(false),
            name: Cell::new(None),
        }
    }

    pub fn start(&self, start: Start) {
        self.busy.set(start.busy);
        self.poisoned.set(start.poisoned);
    }

    /// From now on the log tells of this lock.
    pub fn call(&self, name: &'static str) {
        self.name.set(Some(name));
    }

    pub fn poisoned(&self) -> bool {
        self.poisoned.get()
    }

    /// The thread would wait for itself.
    fn stop(&self) -> ! {
        if self.name.get().is_some() {
            note("!".to_owned());
        }
        std::panic::panic_any(Deadlock)
    }

    fn guard<B>(&self, held: B) -> Guard<'_, T, B> {
        Guard { core: self, held: Some(held), life: Life::begin(&self.name) }
    }

    pub fn exclusive(&self) -> Exclusive<'_, T> {
        self.busy.set(false);
        match self.cell.try_borrow_mut() {
            Ok(held) => self.guard(held),
            Err(_) => self.stop(),
        }
    }

    pub fn shared(&self) -> Shared<'_, T> {
        // An upgradable reader keeps writers from queueing, so sharing with it is safe.
        if self.cell.try_borrow_mut().is_err() && !self.upgradable.get() {
            QUEUED.set(true);
        }
        self.shared_recursive()
    }

    pub fn shared_recursive(&self) -> Shared<'_, T> {
        self.busy.set(false);
        match self.cell.try_borrow() {
            Ok(held) => self.guard(held),
            Err(_) => {
                QUEUED.set(false);
                self.stop()
            }
        }
    }

    pub fn upgradable(&self) -> Upgradable<'_, T> {
        if self.upgradable.get() {
            self.stop();
        }
        let shared = self.shared_recursive();
        self.upgradable.set(true);
        Upgradable { shared, mark: Mark(&self.upgradable) }
    }

    pub fn try_exclusive(&self) -> Option<Exclusive<'_, T>> {
        if self.busy.get() { None } else { Some(self.guard(self.cell.try_borrow_mut().ok()?)) }
    }

    pub fn try_shared(&self) -> Option<Shared<'_, T>> {
        if self.busy.get() { None } else { Some(self.guard(self.cell.try_borrow().ok()?)) }
    }
}

/// Every guard of every shim, whatever its library calls it.
pub struct Guard<'a, T, B> {
    core: &'a Core<T>,
    /// Nothing only while it is unlocked.
    held: Option<B>,
    life: Life<'a>,
}

pub type Shared<'a, T> = Guard<'a, T, Ref<'a, T>>;
pub type Exclusive<'a, T> = Guard<'a, T, RefMut<'a, T>>;

/// A guard of a part of what the lock protects.
pub struct Mapped<'a, B> {
    held: B,
    life: Life<'a>,
}

pub struct Upgradable<'a, T> {
    shared: Shared<'a, T>,
    mark: Mark<'a>,
}

/// A guard that keeps its lock alive itself.
pub struct Owned<G, L> {
    guard: G,
    lock: Arc<L>,
}

/// Logs the guard's birth and end.
struct Life<'a>(Option<&'a Cell<Option<&'static str>>>);

impl<'a> Life<'a> {
    fn begin(name: &'a Cell<Option<&'static str>>) -> Self {
        if let Some(name) = name.get() {
            note(format!("+{name}"));
        }
        Self(Some(name))
    }

    fn end(&mut self) {
        if let Some(name) = self.0.take().and_then(Cell::get) {
            note(format!("-{name}"));
        }
    }
}

impl Drop for Life<'_> {
    fn drop(&mut self) {
        self.end();
    }
}

/// Says that an upgradable reader is alive.
struct Mark<'a>(&'a Cell<bool>);

impl Drop for Mark<'_> {
    fn drop(&mut self) {
        self.0.set(false);
    }
}

impl<'a, T> Shared<'a, T> {
    pub fn map<U>(this: Self, part: impl FnOnce(&T) -> &U) -> Mapped<'a, Ref<'a, U>> {
        Mapped { held: Ref::map(this.held.unwrap(), part), life: this.life }
    }

    pub fn filter_map<U>(this: Self, part: impl FnOnce(&T) -> Option<&U>) -> Option<Mapped<'a, Ref<'a, U>>> {
        let held = Ref::filter_map(this.held.unwrap(), part).ok()?;
        Some(Mapped { held, life: this.life })
    }
}

impl<'a, T> Exclusive<'a, T> {
    pub fn map<U>(this: Self, part: impl FnOnce(&mut T) -> &mut U) -> Mapped<'a, RefMut<'a, U>> {
        Mapped { held: RefMut::map(this.held.unwrap(), part), life: this.life }
    }

    pub fn filter_map<U>(this: Self, part: impl FnOnce(&mut T) -> Option<&mut U>) -> Option<Mapped<'a, RefMut<'a, U>>> {
        let held = RefMut::filter_map(this.held.unwrap(), part).ok()?;
        Some(Mapped { held, life: this.life })
    }

    pub fn unlocked<R>(this: &mut Self, run: impl FnOnce() -> R) -> R {
        this.held = None;
        this.life.end();
        let result = run();
        let Self { core, held, life } = this;
        *held = Some(core.cell.borrow_mut());
        *life = Life::begin(&core.name);
        result
    }

    pub fn downgrade(this: Self) -> Shared<'a, T> {
        let core = this.core;
        drop(this);
        core.shared_recursive()
    }

    /// Waits for a notice: the lock is free meanwhile.
    pub fn wait(this: &mut Self) {
        Self::unlocked(this, || {});
    }
}

impl<'a, T> Upgradable<'a, T> {
    pub fn upgrade(this: Self) -> Exclusive<'a, T> {
        let core = this.shared.core;
        drop(this);
        core.exclusive()
    }
}

impl<G, L: 'static> Owned<G, L> {
    /// # Safety
    ///
    /// The guard borrows from nothing but the lock.
    pub unsafe fn of(lock: &Arc<L>, take: impl FnOnce(&'static L) -> G) -> Self {
        let lock = Arc::clone(lock);
        // SAFETY: the lock lives as long as the guard beside it, which is dropped first.
        let borrowed: &'static L = unsafe { &*Arc::as_ptr(&lock) };
        Self { guard: take(borrowed), lock }
    }
}

impl<T, B: Deref<Target = T>> Deref for Guard<'_, T, B> {
    type Target = T;
    fn deref(&self) -> &T {
        self.held.as_ref().unwrap()
    }
}
impl<T, B: DerefMut<Target = T>> DerefMut for Guard<'_, T, B> {
    fn deref_mut(&mut self) -> &mut T {
        self.held.as_mut().unwrap()
    }
}
impl<B: Deref> Deref for Mapped<'_, B> {
    type Target = B::Target;
    fn deref(&self) -> &B::Target {
        &self.held
    }
}
impl<B: DerefMut> DerefMut for Mapped<'_, B> {
    fn deref_mut(&mut self) -> &mut B::Target {
        &mut self.held
    }
}
impl<T> Deref for Upgradable<'_, T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.shared
    }
}
impl<G: Deref, L> Deref for Owned<G, L> {
    type Target = G::Target;
    fn deref(&self) -> &G::Target {
        &self.guard
    }
}
impl<G: DerefMut, L> DerefMut for Owned<G, L> {
    fn deref_mut(&mut self) -> &mut G::Target {
        &mut self.guard
    }
}
