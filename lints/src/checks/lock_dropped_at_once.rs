//! `lock-dropped-at-once`: `let _ = m.lock()`.

use rules::Finding;

use crate::analysis::evidence::Evidence;
use crate::check::Check;
use crate::hir::Range;
use crate::locks::Kind;
use crate::walk::facts::Happening;

rules::rule! {
    /// Reports a lock guard that `let _ =` or `_ =` drops at once.
    ///
    /// ## Why
    /// `_` binds nothing: the guard is dropped at the end of that statement, and what follows runs without the lock.
    /// `let _guard =` keeps it to the end of the block.
    ///
    /// ## Bad
    /// ```rust,compile_fail
    /// use std::sync::Mutex;
    ///
    /// struct Log { order: Mutex<()> }
    ///
    /// impl Log {
    ///     fn write(&self, line: &str) {
    ///         let _ = self.order.lock();
    ///         println!("{line}");
    ///     }
    /// }
    /// ```
    ///
    /// ## Good
    /// ```rust
    /// use std::sync::Mutex;
    ///
    /// struct Log { order: Mutex<()> }
    ///
    /// impl Log {
    ///     fn write(&self, line: &str) {
    ///         let _guard = self.order.lock();
    ///         println!("{line}");
    ///     }
    /// }
    /// ```
    ///
    /// ## Reference
    /// The rustc lint `let_underscore_lock`, which knows `std` and `parking_lot` only.
    pub LOCK_DROPPED_AT_ONCE = { id: "lock-dropped-at-once", level: Deny, since: "0.1.0" }
}

/// Reports guards that nothing keeps.
pub(super) static CHECK: Check = Check {
    rule: &LOCK_DROPPED_AT_ONCE,
    run,
};

fn run(evidence: &Evidence<'_, '_>, findings: &mut Vec<Finding>) {
    let mut seen = Vec::new();
    for event in evidence.events() {
        let Happening::DroppedAtOnce(number) = event.what else {
            continue;
        };
        let Some(guard) = evidence.guard(number) else {
            continue;
        };
        let is_lock = !matches!(
            evidence.kind(guard),
            Kind::RefCell | Kind::Watch | Kind::Map | Kind::Semaphore | Kind::Unknown
        );
        if !is_lock || seen.contains(&event.range) || waits(evidence, event.range) {
            continue;
        }
        let ordinal = seen.len();
        seen.push(event.range);
        let message = format!(
            "the {} of `{}` is dropped at once: `_` keeps nothing",
            evidence.noun(guard),
            evidence.lock(guard),
        );
        let finding = evidence.finding(&LOCK_DROPPED_AT_ONCE, event.range, message, guard, ordinal);
        findings.push(
            guard
                .grounds
                .qualify(finding)
                .with_help("name it, `let _guard = …`, to hold the lock to the end of the block; or `drop(…)` if it is meant"),
        );
    }
}

/// Whether a signal is waited for there: then waiting is what it is for.
fn waits(evidence: &Evidence<'_, '_>, range: Range) -> bool {
    evidence.events().any(|event| {
        let Happening::Acquire { lock, .. } = &event.what else {
            return false;
        };
        let is_wait = evidence.program.locks.lock(lock.lock).kind == Kind::Condvar;
        is_wait && range.start <= event.range.start && event.range.end <= range.end
    })
}
