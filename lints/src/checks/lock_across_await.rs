//! `lock-across-await`: a blocking lock's guard is alive at an `.await`.

use rules::Finding;

use crate::analysis::awaits;
use crate::analysis::evidence::Evidence;
use crate::check::Check;
use crate::locks::Kind;
use crate::walk::facts::Guard;

rules::rule! {
    /// Reports a blocking lock's guard, a `RefCell` borrow, a map reference or a `watch` borrow that is alive at an `.await`.
    ///
    /// ## Why
    /// A task that is suspended keeps its guards.
    /// Every other task of the same thread that wants the lock then blocks the thread, and the task that could release it never runs again.
    /// For a `RefCell` the next task's borrow panics.
    /// Where the author allows clippy's `await_holding_lock` or `await_holding_refcell_ref`, the finding is one level lower.
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
    for found in awaits::under(evidence, |guard| must_not_wait(evidence, guard)) {
        let consequence = match evidence.kind(found.guard) {
            Kind::RefCell => "the next task that borrows it panics",
            _ => "another task of this thread that wants the lock blocks the thread for ever",
        };
        findings.extend(found.finding(
            evidence,
            &LOCK_ACROSS_AWAIT,
            "end the guard before the `.await`: leave its block, or copy out what is needed",
            format!("a suspended task keeps its guards: {consequence}"),
        ));
    }
}

fn must_not_wait(evidence: &Evidence<'_, '_>, guard: &Guard) -> bool {
    let lock = evidence.program.locks.lock(guard.lock.lock);
    let is_other = matches!(
        lock.kind,
        Kind::Unknown | Kind::Once | Kind::OnceCell | Kind::Semaphore
    );
    !lock.is_async && !guard.awaited && !is_other
}

#[cfg(test)]
mod tests {
    use crate::index::Edition;
    use crate::testing::findings;

    /// Whether what is found in a function with attribute `level(clippy::lint)` is one level lower.
    fn lowered(level: &str, lint: &str) -> Vec<bool> {
        let text = format!(
            "use std::sync::Mutex;\n\
             struct S {{ m: Mutex<u32> }}\n\
             impl S {{\n\
             #[{level}(clippy::{lint})]\n\
             async fn f(&self) {{ let g = self.m.lock().unwrap(); wait().await; drop(g); }}\n\
             }}\n\
             async fn wait() {{}}\n"
        );
        findings(&text, Edition::E2021)
            .iter()
            .filter(|finding| finding.rule.id == "lock-across-await")
            .map(|finding| finding.lowered)
            .collect()
    }

    #[test]
    fn whoever_allows_it_in_clippy_is_warned() {
        assert_eq!(lowered("allow", "await_holding_lock"), [true]);
        assert_eq!(lowered("expect", "await_holding_refcell_ref"), [true]);
        assert_eq!(lowered("allow", "await_holding_invalid_type"), [false]);
        assert_eq!(lowered("deny", "await_holding_lock"), [false]);
    }
}
