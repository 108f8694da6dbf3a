//! `futurelock`: a handler of `select!` waits for a future that nobody polls.

use rules::Finding;

use crate::analysis::dormant::Queued;
use crate::analysis::evidence::Evidence;
use crate::analysis::overlap::lock_name;
use crate::check::Check;
use crate::hir::Cfg;

rules::rule! {
    /// Reports a `select!` handler that awaits a lock which a borrowed, pending branch may be queued on.
    ///
    /// ## Why
    /// A branch that only borrows its future, `&mut future`, leaves it as it is when another branch wins: pending, with its place in the lock's queue, and polled by nobody while the handler runs.
    /// When the lock is free, it is handed to that future, which cannot take it, and the handler behind it in the queue waits for ever.
    /// The locks of tokio and async-lock hand over in order; the one of `futures` does not, and is not reported.
    ///
    /// ## Bad
    /// ```rust
    /// use std::time::Duration;
    /// use tokio::sync::Mutex;
    ///
    /// struct Store { state: Mutex<u32> }
    ///
    /// impl Store {
    ///     async fn update(&self) {
    ///         let mut save = Box::pin(self.save());
    ///         tokio::select! {
    ///             () = &mut save => {}
    ///             () = tokio::time::sleep(Duration::from_secs(1)) => {
    ///                 *self.state.lock().await = 0;
    ///             }
    ///         }
    ///     }
    ///     async fn save(&self) {
    ///         *self.state.lock().await += 1;
    ///     }
    /// }
    /// ```
    ///
    /// ## Good
    /// ```rust
    /// use std::time::Duration;
    /// use tokio::sync::Mutex;
    ///
    /// struct Store { state: Mutex<u32> }
    ///
    /// impl Store {
    ///     async fn update(&self) {
    ///         tokio::select! {
    ///             () = self.save() => {}
    ///             () = tokio::time::sleep(Duration::from_secs(1)) => {
    ///                 *self.state.lock().await = 0;
    ///             }
    ///         }
    ///     }
    ///     async fn save(&self) {
    ///         *self.state.lock().await += 1;
    ///     }
    /// }
    /// ```
    ///
    /// ## Reference
    /// Oxide Computer Company, RFD 609, "Futurelock", and omicron issue 9259, where it stopped a control plane.
    pub FUTURELOCK = { id: "futurelock", level: Warn, since: "0.1.0" }
}

/// Reports handlers that wait for dormant futures.
pub(super) static CHECK: Check = Check {
    rule: &FUTURELOCK,
    run,
};

fn run(evidence: &Evidence<'_, '_>, findings: &mut Vec<Finding>) {
    for (ordinal, queued) in evidence.queued.iter().enumerate() {
        findings.push(finding(evidence, queued, ordinal));
    }
}

fn finding(evidence: &Evidence<'_, '_>, queued: &Queued, ordinal: usize) -> Finding {
    let path = evidence.program.fn_path(evidence.id);
    let lock = lock_name(evidence.program, evidence.id, evidence.facts, &queued.lock);
    let name = &queued.name;
    let message = format!(
        "this handler awaits `{lock}`{}, which `{name}` may be queued on while nobody polls it",
        evidence.below_call(&queued.chain),
    );
    let is_test =
        evidence.program.function(evidence.id).is_test || queued.cfg.iter().any(Cfg::is_test);
    let finding = FUTURELOCK
        .at(
            evidence.here(queued.at),
            message,
            &[&path, &lock, &ordinal.to_string()],
        )
        .with_lowered(is_test);
    let mut finding = queued
        .grounds
        .qualify(finding)
        .with_help(format!(
            "let the branch own the future, `drop({name})` before this point, or give it a task of its own"
        ))
        .with_data("lock", lock.clone())
        .with_data("function", path)
        .with_data("chain", evidence.chain_data(&queued.chain))
        .with_data("queue", evidence.chain_data(&queued.queue));
    finding = finding.with_label(
        evidence.here(queued.future),
        format!("this branch borrows `{name}`: when another one wins, it stays pending"),
    );
    let verb = format!("awaits `{lock}`");
    if let Some((span, text)) = queued.queue.first().map(|link| {
        let text = match link.callee {
            Some(callee) => {
                let callee = evidence.program.fn_name(callee);
                format!("`{name}` is made by `{callee}` here")
            }
            None => format!("`{name}` {verb} here"),
        };
        (evidence.here(link.range), text)
    }) {
        finding = finding.with_label(span, text);
    }
    let mut steps = evidence.steps(&queued.queue, &verb);
    for step in evidence.steps(&queued.chain, &verb) {
        // Both may end in the same function.
        if !steps.contains(&step) {
            steps.push(step);
        }
    }
    for (span, text) in steps {
        finding = finding.with_label(span, text);
    }
    finding
}

#[cfg(test)]
mod tests {
    use crate::index::Edition;
    use crate::testing::check;

    #[test]
    fn borrowed_branches() {
        check(
            Edition::E2021,
            r"
use std::pin::pin;
use std::sync::Arc;
use tokio::sync::{Mutex, RwLock};
async fn work(lock: Arc<Mutex<u32>>) { *lock.lock().await += 1; }
async fn tick() {}
async fn boxed(lock: Arc<Mutex<u32>>) {
    let mut first = Box::pin(work(lock.clone()));
    tokio::select! {
        _ = &mut first => {}
        _ = tick() => { work(lock.clone()).await; }
        //              ^^^^^^^^^^^^^^^^^^ futurelock
    }
}
async fn pinned(lock: Arc<Mutex<u32>>) {
    let first = work(lock.clone());
    tokio::pin!(first);
    tokio::select! {
        _ = &mut first => {}
        _ = tick() => { *lock.lock().await = 1; }
        //              ^^^^^^^^^^^^^^^^^^ futurelock
    }
}
async fn a_block(lock: Arc<Mutex<u32>>) {
    let mut first = pin!(async { *lock.lock().await += 1; });
    loop {
        tokio::select! {
            _ = first.as_mut() => break,
            _ = tick() => *lock.lock().await = 1,
            //            ^^^^^^^^^^^^^^^^^^^^^^ futurelock
        }
    }
}
async fn by_futures(lock: Arc<Mutex<u32>>) {
    let mut first = work(lock.clone()).boxed().fuse();
    let mut other = tick().boxed().fuse();
    futures::select! {
        _ = first => {}
        _ = other => { work(lock.clone()).await; }
        //             ^^^^^^^^^^^^^^^^^^ futurelock
    }
}
struct S { table: RwLock<u32> }
impl S {
    async fn load(&self) -> u32 { *self.table.read().await }
    async fn store(&self) { *self.table.write().await = 1; }
    async fn reader_then_writer(&self) {
        let mut load = Box::pin(self.load());
        tokio::select! {
            _ = &mut load => {}
            _ = tick() => self.store().await,
            //            ^^^^^^^^^^^^^^^^^^ futurelock
        }
    }
    async fn lock_itself(&self) {
        let mut write = Box::pin(self.table.write());
        tokio::select! {
            _ = &mut write => {}
            _ = tick() => drop(self.load().await),
            //                 ^^^^^^^^^^^^^^^^^ futurelock
        }
    }
}
",
        );
    }

    #[test]
    fn futures_that_are_polled_or_gone() {
        check(
            Edition::E2021,
            r"
use std::sync::Arc;
use tokio::sync::{Mutex, RwLock};
async fn work(lock: Arc<Mutex<u32>>) { *lock.lock().await += 1; }
async fn tick() {}
async fn owned(lock: Arc<Mutex<u32>>) {
    tokio::select! {
        _ = work(lock.clone()) => {}
        _ = tick() => { work(lock.clone()).await; }
    }
    let first = Box::pin(work(lock.clone()));
    tokio::select! {
        _ = first => {}
        _ = tick() => { work(lock.clone()).await; }
    }
}
async fn its_own_handler(lock: Arc<Mutex<u32>>) {
    let mut first = Box::pin(work(lock.clone()));
    tokio::select! {
        _ = &mut first => { work(lock.clone()).await; }
        _ = tick() => {}
    }
}
async fn another_lock(lock: Arc<Mutex<u32>>, other: Arc<Mutex<u32>>) {
    let mut first = Box::pin(work(lock.clone()));
    tokio::select! {
        _ = &mut first => {}
        _ = tick() => { work(other.clone()).await; }
    }
}
async fn dropped(lock: Arc<Mutex<u32>>) {
    let mut first = Box::pin(work(lock.clone()));
    tokio::select! {
        _ = &mut first => {}
        _ = tick() => { drop(first); work(lock.clone()).await; }
    }
}
async fn a_task(lock: Arc<Mutex<u32>>) {
    let mut first = tokio::spawn(work(lock.clone()));
    tokio::select! {
        _ = &mut first => {}
        _ = tick() => { work(lock.clone()).await; }
    }
}
async fn not_in_order(lock: Arc<futures::lock::Mutex<u32>>) {
    let mut first = Box::pin(async { *lock.lock().await += 1; });
    tokio::select! {
        _ = &mut first => {}
        _ = tick() => { *lock.lock().await += 1; }
    }
}
struct S { table: RwLock<u32> }
impl S {
    async fn load(&self) -> u32 { *self.table.read().await }
    async fn readers(&self) {
        let mut load = Box::pin(self.load());
        tokio::select! {
            _ = &mut load => {}
            _ = tick() => drop(self.load().await),
        }
    }
}
",
        );
    }
}
