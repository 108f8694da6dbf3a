//! The checks: one rule, one file.

mod async_lock_across_await;
mod blocking_in_async;
mod condvar_holds_second_lock;
mod futurelock;
mod lock_across_await;
mod lock_across_blocking;
mod lock_dropped_at_once;
mod lock_in_scrutinee;
mod lock_order_cycle;
mod once_reentry;
mod recursive_read;
mod refcell_reborrow;
mod relock;
mod relock_in_scrutinee;

use crate::check::{Check, WholeCheck};

pub use async_lock_across_await::ASYNC_LOCK_ACROSS_AWAIT;
pub use blocking_in_async::BLOCKING_IN_ASYNC;
pub use condvar_holds_second_lock::CONDVAR_HOLDS_SECOND_LOCK;
pub use futurelock::FUTURELOCK;
pub use lock_across_await::LOCK_ACROSS_AWAIT;
pub use lock_across_blocking::LOCK_ACROSS_BLOCKING;
pub use lock_dropped_at_once::LOCK_DROPPED_AT_ONCE;
pub use lock_in_scrutinee::LOCK_IN_SCRUTINEE;
pub use lock_order_cycle::LOCK_ORDER_CYCLE;
pub use once_reentry::ONCE_REENTRY;
pub use recursive_read::RECURSIVE_READ;
pub use refcell_reborrow::REFCELL_REBORROW;
pub use relock::RELOCK;
pub use relock_in_scrutinee::RELOCK_IN_SCRUTINEE;

/// Every check of one function, sorted by its rule's id.
pub static ALL: &[&Check] = &[
    &async_lock_across_await::CHECK,
    &blocking_in_async::CHECK,
    &condvar_holds_second_lock::CHECK,
    &futurelock::CHECK,
    &lock_across_await::CHECK,
    &lock_across_blocking::CHECK,
    &lock_dropped_at_once::CHECK,
    &lock_in_scrutinee::CHECK,
    &once_reentry::CHECK,
    &recursive_read::CHECK,
    &refcell_reborrow::CHECK,
    &relock::CHECK,
    &relock_in_scrutinee::CHECK,
];

/// Every check of a whole component, sorted by its rule's id.
pub static WHOLE: &[&WholeCheck] = &[&lock_order_cycle::CHECK];
