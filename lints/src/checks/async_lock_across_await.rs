//! `async-lock-across-await`: an async lock's guard is alive at an `.await`.

use rules::Finding;

use crate::analysis::awaits;
use crate::analysis::evidence::Evidence;
use crate::check::Check;
use crate::locks::Kind;
use crate::walk::facts::Guard;

rules::rule! {
    /// Reports an async lock's guard that is alive at an `.await`.
    ///
    /// ## Why
    /// Async locks are made for this, so the rule is off unless the policy turns it on.
    /// But the task keeps the lock for as long as what it awaits takes, every other task that wants it waits in a queue, and where what it awaits needs the lock, directly or through another task, all of them wait for ever.
    /// A sweep with this rule shows the places at which a slow peer stops everybody.
    ///
    /// ## Bad
    /// ```rust
    /// use tokio::sync::Mutex;
    ///
    /// struct Pool { peers: Mutex<Vec<u32>> }
    ///
    /// impl Pool {
    ///     async fn ping(&self) {
    ///         for peer in self.peers.lock().await.iter() {
    ///             send(*peer).await;
    ///         }
    ///     }
    /// }
    ///
    /// async fn send(_: u32) {}
    /// ```
    ///
    /// ## Good
    /// ```rust
    /// use tokio::sync::Mutex;
    ///
    /// struct Pool { peers: Mutex<Vec<u32>> }
    ///
    /// impl Pool {
    ///     async fn ping(&self) {
    ///         let peers = self.peers.lock().await.clone();
    ///         for peer in peers {
    ///             send(peer).await;
    ///         }
    ///     }
    /// }
    ///
    /// async fn send(_: u32) {}
    /// ```
    ///
    /// ## Reference
    /// `tokio::sync::Mutex`, "Which kind of mutex should you use?"; `async_lock::Mutex`.
    pub ASYNC_LOCK_ACROSS_AWAIT = { id: "async-lock-across-await", level: Allow, since: "0.1.0" }
}

/// Reports awaits under guards that may be there.
pub(super) static CHECK: Check = Check {
    rule: &ASYNC_LOCK_ACROSS_AWAIT,
    run,
};

fn run(evidence: &Evidence<'_, '_>, findings: &mut Vec<Finding>) {
    for found in awaits::under(evidence, |guard| may_wait(evidence, guard)) {
        findings.extend(found.finding(
            evidence,
            &ASYNC_LOCK_ACROSS_AWAIT,
            "end the guard before the `.await`: leave its block, or copy out what is needed",
            "every task that wants the lock waits as long as this one".to_owned(),
        ));
    }
}

/// A lock that a task waits for, known as one or told by its name.
fn may_wait(evidence: &Evidence<'_, '_>, guard: &Guard) -> bool {
    let lock = evidence.program.locks.lock(guard.lock.lock);
    // A permit is there to be held, and an initialiser to be awaited.
    let is_other = matches!(lock.kind, Kind::Unknown | Kind::Semaphore) || lock.kind.is_cell();
    !is_other && (lock.is_async || guard.awaited)
}

#[cfg(test)]
mod tests {
    use crate::index::Edition;
    use crate::testing::check;

    #[test]
    fn guards_of_async_locks() {
        check(
            Edition::E2021,
            r"
use std::sync::Arc;
use tokio::sync::{Mutex, OwnedMutexGuard, RwLock};
struct S { m: Arc<Mutex<u32>>, rw: RwLock<Vec<u32>>, other: async_lock::Mutex<u32>, third: futures::lock::Mutex<u32> }
impl S {
    async fn named(&self) {
        let g = self.m.lock().await;
        send(*g).await;
        //^ async-lock-across-await
        send(2).await;
    }
    async fn temporary(&self) {
        match self.rw.read().await.first() {
            Some(first) => send(*first).await,
            //             ^^^^^^^^^^^^^^^^^^ async-lock-across-await
            None => {}
        }
    }
    async fn others(&self) {
        let g = self.other.lock().await;
        send(*g).await;
        //^ async-lock-across-await
        drop(g);
        let g = self.third.lock().await;
        send(*g).await;
        //^ async-lock-across-await
    }
    async fn callee(&self) {
        let g = self.guard().await;
        send(*g).await;
        //^ async-lock-across-await
    }
    async fn guard(&self) -> OwnedMutexGuard<u32> { self.m.clone().lock_owned().await }
    async fn waits_for_itself(&self) {
        let a = self.m.lock().await;
        let b = self.rw.write().await;
        //      ^^^^^^^^^^^^^^^^^^^^^ async-lock-across-await
        drop((a, b));
    }
}
async fn send(_: u32) {}
",
        );
    }

    #[test]
    fn guards_that_end_before() {
        check(
            Edition::E2021,
            r"
use tokio::sync::Mutex;
struct S { m: Mutex<u32> }
impl S {
    async fn copied(&self) {
        let value = *self.m.lock().await;
        send(value).await;
    }
    async fn dropped(&self) {
        let g = self.m.lock().await;
        drop(g);
        send(1).await;
        // async-lock-across-await is asked for here, and silent.
    }
    async fn own(&self) { *self.m.lock().await += 1; }
}
async fn send(_: u32) {}
",
        );
    }
}
