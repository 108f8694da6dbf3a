//! What a lock is to a program, and what happens when one is taken twice.

use super::construct::Need;

/// A lock's type in the names of its crate.
#[derive(Debug, Clone, Copy)]
pub struct Lock {
    /// Unique, in snake case: the module's name.
    pub name: &'static str,
    /// What the module imports.
    pub imports: &'static str,
    /// Items of the module: aliases and newtypes.
    pub items: &'static str,
    /// The lock's type around `Data`.
    pub ty: &'static str,
    /// An expression that makes one.
    pub new: &'static str,
    /// An expression that makes one in a `static`, where there is one.
    pub new_static: Option<&'static str>,
    /// Which rules speak of it.
    pub family: Family,
    /// How the lock is taken.
    pub forms: &'static [Form],
    /// Calls that take it and give it back before they return.
    pub moments: &'static [Form],
}

/// Which of the rules about taking a lock twice speaks of a lock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// A blocking lock with a queue in which writers wait.
    Blocking,
    /// A lock whose acquisition is awaited.
    Async,
    /// `RefCell`: it panics.
    Cell,
    /// A map of locks, whose readers do not wait for queued writers.
    Map,
}

/// One way to take a lock.
#[derive(Debug, Clone, Copy)]
pub struct Form {
    /// Unique in its lock.
    pub name: &'static str,
    /// What the guard may do.
    pub mode: Mode,
    /// The call, after the lock.
    pub call: &'static str,
    /// What makes a guard of the call's result: one of these.
    pub unwraps: &'static [&'static str],
    /// The call is a `Result` with the guard on both sides.
    pub fallible: bool,
    /// The call that tries, after the lock.
    pub tries: Option<&'static str>,
    /// The pattern's path for a successful attempt, and the pattern of a failed one.
    pub outcomes: (&'static str, &'static str),
    /// The guard's type.
    pub guard: Option<&'static str>,
    /// The path of the guard's associated functions, and what they offer.
    pub kind: (&'static str, &'static [Need]),
    /// The call wants the lock to be in an `Arc`.
    pub in_arc: bool,
    /// The call gives the lock back before it returns.
    pub moment: bool,
}

/// What a guard may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Read.
    Shared,
    /// Read, and never wait for a queued writer.
    Recursive,
    /// Read and write.
    Exclusive,
    /// Read now, perhaps write later.
    Upgradable,
    /// Enter again and again on one thread.
    Reentrant,
    /// Nothing, if it would have to wait.
    Attempt,
}

/// What happens to a program, in order of how much it hurts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Event {
    /// A reader waits behind a queued writer that waits for the same thread.
    RecursiveRead,
    /// `RefCell` panics.
    Reborrow,
    /// The thread waits for itself.
    Deadlock,
}

impl Event {
    /// The word that a program prints.
    pub fn name(self) -> &'static str {
        match self {
            Self::RecursiveRead => "recursive-read",
            Self::Reborrow => "reborrow",
            Self::Deadlock => "deadlock",
        }
    }

    /// The event of that word.
    pub fn named(name: &str) -> Option<Self> {
        [Self::RecursiveRead, Self::Reborrow, Self::Deadlock]
            .into_iter()
            .find(|event| event.name() == name)
    }
}

/// What happens when a lock is taken while the same thread holds it.
pub fn clash(family: Family, held: Mode, taken: Mode) -> Option<Event> {
    let conflict = match (held, taken) {
        (_, Mode::Attempt | Mode::Reentrant) | (Mode::Reentrant, _) => false,
        (Mode::Attempt, _) => unreachable!("a program holds what it got, not the attempt"),
        (Mode::Exclusive, _) | (_, Mode::Exclusive) | (Mode::Upgradable, Mode::Upgradable) => true,
        (Mode::Upgradable, _) | (_, Mode::Upgradable | Mode::Recursive) => false,
        (Mode::Shared | Mode::Recursive, Mode::Shared) => {
            let queues = matches!(family, Family::Blocking | Family::Async);
            return queues.then_some(Event::RecursiveRead);
        }
    };
    conflict.then_some(if family == Family::Cell {
        Event::Reborrow
    } else {
        Event::Deadlock
    })
}

impl Form {
    /// Whether a construct's need is met.
    pub fn offers(&self, lock: &Lock, need: Need) -> bool {
        match need {
            Need::Exclusive => self.mode == Mode::Exclusive,
            Need::Fallible => self.fallible,
            Need::Tries => self.tries.is_some(),
            Need::Named => self.guard.is_some(),
            Need::Blocking => lock.family != Family::Async,
            Need::Awaited => lock.family == Family::Async,
            Need::Async | Need::InPlace | Need::Sound => true,
            Need::StdMutex
            | Need::ParkingLotMutex
            | Need::ParkingLotWrite
            | Need::ParkingLotUpgradable
            | Need::MapsMut => self.kind.1.contains(&need),
        }
    }
}
