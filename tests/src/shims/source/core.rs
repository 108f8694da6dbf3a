//! One lock that never waits: every shim is this one behind another crate's names.
//!
//! The programs are single-threaded, so a lock that would have to wait would wait for ever.
//! A `RefCell` already knows what conflicts, and its guards are right during unwinding;
//! this adds only what it lacks: readers that queue behind a writer, upgradable readers,
//! locks that another thread holds, and poison.

use std::cell::{Cell, Ref, RefCell, RefMut};

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
}

// SAFETY: the programs that use it run on one thread; statics only ask for the promise.
unsafe impl<T> Sync for Core<T> {}

impl<T> Core<T> {
    pub const fn new(value: T) -> Self {
        Self { cell: RefCell::new(value), upgradable: Cell::new(false), busy: Cell::new(false), poisoned: Cell::new(false) }
    }

    pub fn start(&self, start: Start) {
        self.busy.set(start.busy);
        self.poisoned.set(start.poisoned);
    }

    pub fn poisoned(&self) -> bool {
        self.poisoned.get()
    }

    pub fn exclusive(&self) -> RefMut<'_, T> {
        self.busy.set(false);
        match self.cell.try_borrow_mut() {
            Ok(guard) => guard,
            Err(_) => std::panic::panic_any(Deadlock),
        }
    }

    pub fn shared(&self) -> Ref<'_, T> {
        // An upgradable reader keeps writers from queueing, so sharing with it is safe.
        if self.cell.try_borrow_mut().is_err() && !self.upgradable.get() {
            QUEUED.set(true);
        }
        self.shared_recursive()
    }

    pub fn shared_recursive(&self) -> Ref<'_, T> {
        self.busy.set(false);
        match self.cell.try_borrow() {
            Ok(guard) => guard,
            Err(_) => {
                QUEUED.set(false);
                std::panic::panic_any(Deadlock)
            }
        }
    }

    pub fn upgradable(&self) -> Upgradable<'_, T> {
        if self.upgradable.get() {
            std::panic::panic_any(Deadlock);
        }
        let held = self.shared_recursive();
        self.upgradable.set(true);
        Upgradable { held, mark: Mark(&self.upgradable) }
    }

    pub fn try_exclusive(&self) -> Option<RefMut<'_, T>> {
        if self.busy.get() { None } else { self.cell.try_borrow_mut().ok() }
    }

    pub fn try_shared(&self) -> Option<Ref<'_, T>> {
        if self.busy.get() { None } else { self.cell.try_borrow().ok() }
    }
}

pub struct Upgradable<'a, T> {
    pub held: Ref<'a, T>,
    pub mark: Mark<'a>,
}

/// Says that an upgradable reader is alive.
pub struct Mark<'a>(&'a Cell<bool>);

impl Drop for Mark<'_> {
    fn drop(&mut self) {
        self.0.set(false);
    }
}
