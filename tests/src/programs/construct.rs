//! A construct: a few statements with a guard in them, and places where the lock may be taken again.
//!
//! The text of a construct is Rust with holes, which are identifiers:
//!
//! | hole | stands for |
//! |---|---|
//! | `G` | an expression that makes a guard: `self.a.read().unwrap()` |
//! | `RAW` | the same before it is unwrapped, for locks that can be poisoned |
//! | `TRY` | an attempt; `YES(g)` and `NO` are the patterns of its outcomes |
//! | `B_name` | a place, of type `u64`, where the lock may be taken again |
//! | `O` | a guard of an unrelated lock |
//! | `GUARD`, `KIND` | the guard's type, and the path of its associated functions |
//! | `HELPER` | the name of the function in `Construct::items` |
//! | `TAIL_RETURN..x`, `TAIL_BREAK..x` | `return x` and `break 'a x` as the tail of a block, where printing would add a `;` |
//! | `ASYNC`, `.AWAIT` | `async` and `.await` where the lock is an async one |

use super::edition::Edition;
use super::lock::Mode;

/// One row, or a part of one, of the table "when a guard temporary drops".
#[derive(Debug, Clone, Copy)]
pub struct Construct {
    /// Unique, in snake case.
    pub name: &'static str,
    /// The first edition that has the syntax and compiles the text.
    pub since: Edition,
    /// What a lock, and the way it is taken, must offer.
    pub needs: &'static [Need],
    /// Statements with holes. They may use `c: bool`, and return a `u64`.
    pub text: &'static str,
    /// A function beside the one with the text, or nothing.
    pub items: &'static str,
    /// Where the lock may be taken again.
    pub holes: &'static [Hole],
}

impl Construct {
    /// A construct that any lock can be used in, in every edition.
    pub(super) const fn new(
        name: &'static str,
        text: &'static str,
        holes: &'static [Hole],
    ) -> Self {
        Self {
            name,
            since: Edition::E2018,
            needs: &[],
            text,
            items: "",
            holes,
        }
    }

    pub(super) const fn needs(self, needs: &'static [Need]) -> Self {
        Self { needs, ..self }
    }

    pub(super) const fn items(self, items: &'static str) -> Self {
        Self { items, ..self }
    }

    pub(super) const fn since(self, since: Edition) -> Self {
        Self { since, ..self }
    }

    /// Whether the construct asks for this.
    pub fn wants(&self, need: Need) -> bool {
        self.needs.contains(&need)
    }
}

/// What a construct asks of a lock and of how it is taken; where it is not met, the program is not made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// The guard can be written through.
    Exclusive,
    /// Taking the lock gives a `Result` with the guard on both sides (`RAW`).
    Fallible,
    /// The lock can be tried (`TRY`).
    Tries,
    /// The guard has a type that can be written down (`GUARD`).
    Named,
    /// Taking the lock is no `.await`, so that it can stand in a closure that is not async.
    Blocking,
    /// The function is async, whatever the lock.
    Async,
    /// The second acquisition is written in place: it matters that it leaves a guard behind.
    InPlace,
    /// The lock is not poisoned, because an attempt that fails for poison carries a guard.
    Sound,
    /// Taking the lock is an `.await`.
    Awaited,
    /// `std::sync::MutexGuard`.
    StdMutex,
    /// `parking_lot::MutexGuard`.
    ParkingLotMutex,
    /// `parking_lot::RwLockWriteGuard`.
    ParkingLotWrite,
    /// `parking_lot::RwLockUpgradableReadGuard`.
    ParkingLotUpgradable,
    /// A guard with an associated `map` that turns `&mut T` into `&mut U`.
    MapsMut,
}

/// A place where the lock may be taken again, and what the table claims about it.
#[derive(Debug, Clone, Copy)]
pub struct Hole {
    /// `B_` and this is the hole in the text; [`ITSELF`] where the text takes the lock twice.
    pub name: &'static str,
    /// Whether the guard lives there.
    pub held: Held,
    /// Which of the two rules speaks.
    pub birth: Birth,
    /// What the guard has become, where it is no longer what it was born as.
    pub mode: Option<Mode>,
    /// Whether a linter is asked about it.
    pub sight: Sight,
}

/// The name of the hole of a construct that takes its lock twice without one.
pub const ITSELF: &str = "itself";

/// Whether the guard lives at a place, by edition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Held {
    /// In every edition.
    Always,
    /// Before edition 2024.
    UpTo2021,
    /// In none.
    Never,
}

impl Held {
    /// Whether the guard lives in that edition.
    pub fn in_edition(self, edition: Edition) -> bool {
        match self {
            Self::Always => true,
            Self::UpTo2021 => edition < Edition::E2024,
            Self::Never => false,
        }
    }
}

/// Where the guard was born, which decides between `relock-in-scrutinee` and `relock`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Birth {
    /// In the head of an `if let`, `match`, `while let` or `for` whose body, arm, arm guard or `else` this place is.
    Head,
    /// Anywhere else.
    Plain,
    /// In the head of an `if let` whose later condition this place is, in an arm's guard, or in a branch of `select!`:
    /// the rules' texts leave it open.
    Open,
}

/// Whether the place can be seen without types.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sight {
    /// Yes.
    Plain,
    /// No, or only by luck (a local's destructor, an attempt that fails for poison): only the table's claim is tested.
    Unasked,
}

const fn hole(name: &'static str, held: Held, birth: Birth) -> Hole {
    Hole {
        name,
        held,
        birth,
        mode: None,
        sight: Sight::Plain,
    }
}

/// Held in every edition, by a guard from the head that this place belongs to.
pub(super) const fn head(name: &'static str) -> Hole {
    hole(name, Held::Always, Birth::Head)
}

/// The same, before edition 2024.
pub(super) const fn head_2021(name: &'static str) -> Hole {
    hole(name, Held::UpTo2021, Birth::Head)
}

/// Held in every edition.
pub(super) const fn held(name: &'static str) -> Hole {
    hole(name, Held::Always, Birth::Plain)
}

/// Held before edition 2024.
pub(super) const fn held_2021(name: &'static str) -> Hole {
    hole(name, Held::UpTo2021, Birth::Plain)
}

/// Never held.
pub(super) const fn free(name: &'static str) -> Hole {
    hole(name, Held::Never, Birth::Plain)
}

/// Held, in a later condition of a chain or in the arm of a guard.
pub(super) const fn open(name: &'static str) -> Hole {
    hole(name, Held::Always, Birth::Open)
}

impl Hole {
    pub(super) const fn as_mode(self, mode: Mode) -> Self {
        Self {
            mode: Some(mode),
            ..self
        }
    }

    pub(super) const fn unasked(self) -> Self {
        Self {
            sight: Sight::Unasked,
            ..self
        }
    }
}
