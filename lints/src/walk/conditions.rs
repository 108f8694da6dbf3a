//! On which paths something happens, as far as a caller can tell.

use crate::locks::Mode;

use super::facts::LockRef;

/// A lock that was free when it was tried: nobody held it in a way that excludes this mode.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Freed {
    /// Which lock.
    pub lock: LockRef,
    /// How it was tried.
    pub mode: Mode,
}

/// On which paths something happens: what a caller can make impossible.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Conditions {
    /// Locks that were free when they were tried: no caller that holds one gets here.
    pub free: Vec<Freed>,
    /// Parameters that have this value.
    pub flags: Vec<(u32, bool)>,
}

impl Conditions {
    /// Whether it happens on every path, as far as is known.
    pub fn is_empty(&self) -> bool {
        self.free.is_empty() && self.flags.is_empty()
    }
}

/// What is known of a truth value that is an argument.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    /// It is this one.
    Is(bool),
    /// It is this parameter of the caller.
    Param(u32),
}
