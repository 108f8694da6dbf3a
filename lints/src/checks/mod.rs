//! The checks: one rule, one file.

mod lock_across_await;
mod lock_dropped_at_once;
mod lock_in_scrutinee;
mod recursive_read;
mod refcell_reborrow;
mod relock;
mod relock_in_scrutinee;

use crate::check::Check;

/// Every check, sorted by its rule's id.
pub static ALL: &[&Check] = &[
    &lock_across_await::CHECK,
    &lock_dropped_at_once::CHECK,
    &lock_in_scrutinee::CHECK,
    &recursive_read::CHECK,
    &refcell_reborrow::CHECK,
    &relock::CHECK,
    &relock_in_scrutinee::CHECK,
];
