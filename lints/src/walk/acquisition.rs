//! Acquisitions before they happen, and calls whose futures have not been awaited.

use crate::grounds::Grounds;
use crate::hir::Range;
use crate::index::methods::Callees;
use crate::index::ty::Ty;
use crate::locks::{LockId, Method};

use super::facts::{LockRef, Place};
use super::value::Value;

/// A lock about to be taken.
#[derive(Debug, Clone)]
pub(super) struct Acquisition {
    pub(super) lock: LockRef,
    pub(super) method: Method,
    pub(super) range: Range,
    /// What the guard dereferences to.
    pub(super) inner: Ty,
    pub(super) grounds: Grounds,
    /// What the method is given to run while it holds the lock.
    pub(super) runs: Vec<Value>,
    /// Guards whose protected data the lock is in.
    pub(super) borrows: Vec<u32>,
}

/// An async function whose future has not been awaited.
#[derive(Debug, Clone)]
pub(super) struct PendingCall {
    pub(super) callees: Callees,
    pub(super) args: Vec<Value>,
    pub(super) range: Range,
}

/// A lock by its place.
pub(super) fn lock_ref(place: Option<Place>, lock: LockId, method: &Method) -> LockRef {
    LockRef {
        place,
        lock,
        shards: method.shards,
        key: None,
    }
}
