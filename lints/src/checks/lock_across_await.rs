//! `lock-across-await`: a blocking lock's guard is alive at an `.await`.

use std::collections::BTreeMap;

use rules::Finding;

use crate::analysis::evidence::Evidence;
use crate::check::Check;
use crate::grounds::Grounds;
use crate::hir::Range;
use crate::locks::Kind;
use crate::walk::facts::{Guard, Happening};

rules::rule! {
    /// Reports a blocking lock's guard, a `RefCell` borrow, a map reference or a `watch` borrow that is alive at an `.await`.
    ///
    /// ## Why
    /// A task that is suspended keeps its guards.
    /// Every other task of the same thread that wants the lock then blocks the thread, and the task that could release it never runs again.
    /// For a `RefCell` the next task's borrow panics.
    ///
    /// ## Bad
    /// ```rust
    /// use std::sync::Mutex;
    ///
    /// struct Session { frames: Mutex<Vec<u8>> }
    ///
    /// impl Session {
    ///     async fn flush(&self) {
    ///         let mut frames = self.frames.lock().unwrap();
    ///         send(&frames).await;
    ///         frames.clear();
    ///     }
    /// }
    ///
    /// async fn send(_: &[u8]) {}
    /// ```
    ///
    /// ## Good
    /// ```rust
    /// use std::sync::Mutex;
    ///
    /// struct Session { frames: Mutex<Vec<u8>> }
    ///
    /// impl Session {
    ///     async fn flush(&self) {
    ///         let frames = std::mem::take(&mut *self.frames.lock().unwrap());
    ///         send(&frames).await;
    ///     }
    /// }
    ///
    /// async fn send(_: &[u8]) {}
    /// ```
    ///
    /// ## Reference
    /// `tokio::sync::Mutex`, "Which kind of mutex should you use?"; `tokio::sync::watch::Receiver::borrow`; `dashmap`, "Locking behaviour".
    pub LOCK_ACROSS_AWAIT = { id: "lock-across-await", level: Deny, since: "0.1.0" }
}

/// Reports awaits under guards that must not be there.
pub(super) static CHECK: Check = Check {
    rule: &LOCK_ACROSS_AWAIT,
    run,
};

fn run(evidence: &Evidence<'_, '_>, findings: &mut Vec<Finding>) {
    let mut awaits: BTreeMap<Range, (u32, Vec<(Range, Grounds)>)> = BTreeMap::new();
    for event in evidence.events() {
        if !matches!(event.what, Happening::Await) {
            continue;
        }
        for held in &event.held {
            let Some(guard) = evidence.guard(held.guard) else {
                continue;
            };
            if !must_not_wait(evidence, guard) {
                continue;
            }
            let mut grounds = guard.grounds.min(event.grounds);
            if held.maybe {
                grounds = grounds.min(Grounds::SomePaths);
            }
            let (_, list) = awaits
                .entry(guard.birth)
                .or_insert((held.guard, Vec::new()));
            if list.iter().all(|(range, _)| *range != event.range) {
                list.push((event.range, grounds));
            }
        }
    }
    let mut ordinals: BTreeMap<String, usize> = BTreeMap::new();
    for (_, (number, list)) in awaits {
        let Some(guard) = evidence.guard(number) else {
            continue;
        };
        let ordinal = ordinals.entry(evidence.lock(guard)).or_default();
        findings.extend(finding(evidence, guard, list, *ordinal));
        *ordinal += 1;
    }
}

fn must_not_wait(evidence: &Evidence<'_, '_>, guard: &Guard) -> bool {
    let lock = evidence.program.locks.lock(guard.lock.lock);
    !lock.is_async && !guard.awaited && lock.kind != Kind::Unknown
}

fn finding(
    evidence: &Evidence<'_, '_>,
    guard: &Guard,
    mut awaits: Vec<(Range, Grounds)>,
    ordinal: usize,
) -> Option<Finding> {
    awaits.sort_by_key(|(range, _)| *range);
    let (first, grounds) = awaits.first().copied()?;
    let noun = evidence.noun(guard);
    let message = format!(
        "the {noun} of `{}` is alive at this `.await`",
        evidence.lock(guard)
    );
    let consequence = match evidence.kind(guard) {
        Kind::RefCell => "the next task that borrows it panics",
        _ => "another task of this thread that wants the lock blocks the thread for ever",
    };
    let finding = evidence.finding(&LOCK_ACROSS_AWAIT, first, message, guard, ordinal);
    let mut finding = grounds
        .qualify(finding)
        .with_help("end the guard before the `.await`: leave its block, or copy out what is needed")
        .with_note(format!("a suspended task keeps its guards: {consequence}"))
        .with_data("held", guard.mode.as_str());
    for (span, text) in evidence.life(guard) {
        finding = finding.with_label(span, text);
    }
    for (range, _) in awaits.iter().skip(1) {
        finding = finding.with_label(evidence.here(*range), "also alive here");
    }
    Some(finding)
}
