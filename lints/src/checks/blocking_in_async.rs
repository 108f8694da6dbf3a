//! `blocking-in-async`: a thread that drives async tasks waits for one of them.

use std::collections::BTreeMap;

use rules::{Certainty, Finding};

use crate::analysis::blocked::Blocked;
use crate::analysis::evidence::Evidence;
use crate::blocking::{InAsync, What};
use crate::check::Check;
use crate::grounds::Grounds;
use crate::hir::{Cfg, Range};
use crate::walk::facts::Link;

rules::rule! {
    /// Reports `blocking_lock`, `blocking_recv`, `block_on` and their kin inside async code.
    ///
    /// ## Why
    /// The thread that runs an async function also runs the tasks that this function waits for.
    /// The operations of tokio panic there ("Cannot block the current thread from within a runtime").
    /// Those of other executors wait: if what they wait for needs this executor, a task that it would run or a lock that one of its tasks holds, they wait for ever.
    /// Any number of synchronous functions may lie between.
    /// Inside `spawn_blocking`, `block_in_place` and threads of their own they are right, and the rule is silent.
    ///
    /// ## Bad
    /// ```rust
    /// use tokio::sync::Mutex;
    ///
    /// struct Cache { entries: Mutex<Vec<u32>> }
    ///
    /// impl Cache {
    ///     async fn refresh(&self) -> usize {
    ///         self.count()
    ///     }
    ///     fn count(&self) -> usize {
    ///         self.entries.blocking_lock().len()
    ///     }
    /// }
    /// ```
    ///
    /// ## Good
    /// ```rust
    /// use tokio::sync::Mutex;
    ///
    /// struct Cache { entries: Mutex<Vec<u32>> }
    ///
    /// impl Cache {
    ///     async fn refresh(&self) -> usize {
    ///         self.entries.lock().await.len()
    ///     }
    ///     fn count(&self) -> usize {
    ///         self.entries.blocking_lock().len()
    ///     }
    /// }
    /// ```
    ///
    /// ## Reference
    /// `tokio::sync::Mutex::blocking_lock` and `tokio::runtime::Handle::block_on`, sections "Panics"; `tokio::task::block_in_place`.
    pub BLOCKING_IN_ASYNC = { id: "blocking-in-async", level: Deny, since: "0.1.0" }
}

/// Reports threads of executors that wait.
pub(super) static CHECK: Check = Check {
    rule: &BLOCKING_IN_ASYNC,
    run,
};

fn run(evidence: &Evidence<'_, '_>, findings: &mut Vec<Finding>) {
    let mut places: BTreeMap<Range, Wait<'_>> = BTreeMap::new();
    for blocked in evidence.blocked.iter().filter(|blocked| blocked.in_async) {
        let Some((what, effect)) = blocked
            .operation(evidence.program)
            .and_then(|operation| Some((operation.what, operation.in_async?)))
        else {
            continue;
        };
        let wait = Wait {
            blocked,
            what,
            effect,
            grounds: grounds(blocked, effect),
        };
        // Which implementation is called and what that waits for: two doubts are no finding.
        if effect == InAsync::Hangs && wait.grounds.certainty() == Certainty::Possible {
            continue;
        }
        // One finding a place: what surely panics before what may hang, then the surest.
        match places.get(&blocked.at) {
            Some(known) if known.rank() >= wait.rank() => {}
            _ => {
                places.insert(blocked.at, wait);
            }
        }
    }
    // And one for an operation that many calls lead to.
    let mut waits: Vec<(Wait<'_>, Vec<Range>)> = Vec::new();
    let mut known: BTreeMap<&Link, usize> = BTreeMap::new();
    for (at, wait) in places {
        let Some(last) = wait.blocked.chain.last() else {
            continue;
        };
        let twin = known.get(last).and_then(|&twin| waits.get_mut(twin));
        if let Some((_, others)) = twin {
            others.push(at);
        } else {
            known.insert(last, waits.len());
            waits.push((wait, Vec::new()));
        }
    }
    for (ordinal, (wait, others)) in waits.into_iter().enumerate() {
        findings.push(finding(evidence, &wait, &others, ordinal));
    }
}

/// A wait on an executor's thread.
struct Wait<'p> {
    blocked: &'p Blocked,
    what: What,
    effect: InAsync,
    grounds: Grounds,
}

impl Wait<'_> {
    fn rank(&self) -> (bool, Grounds) {
        (self.effect == InAsync::Panics, self.grounds)
    }
}

/// Only what panics does so whatever it waits for.
fn grounds(blocked: &Blocked, effect: InAsync) -> Grounds {
    match effect {
        InAsync::Panics => blocked.grounds,
        InAsync::Hangs => blocked.grounds.min(Grounds::OtherExecutor),
    }
}

fn finding(
    evidence: &Evidence<'_, '_>,
    wait: &Wait<'_>,
    others: &[Range],
    ordinal: usize,
) -> Finding {
    let Wait { blocked, what, .. } = wait;
    let function = evidence.program.function(evidence.id);
    let path = evidence.program.fn_path(evidence.id);
    let message = format!(
        "async code {}{} and blocks its executor's thread: {}",
        what.verb(),
        evidence.below_call(&blocked.chain),
        match wait.effect {
            InAsync::Panics => "tokio panics",
            InAsync::Hangs => "it hangs where what it waits for needs that thread",
        }
    );
    let help = match what {
        What::Lock => "`.await` the lock, or take it inside `spawn_blocking`",
        What::Receive | What::Send => "`.await` the channel, or use it inside `spawn_blocking`",
        _ => "`.await` the future, or move the blocking part into `spawn_blocking`",
    };
    let is_test = function.is_test || blocked.cfg.iter().any(Cfg::is_test);
    let finding = BLOCKING_IN_ASYNC
        .at(
            evidence.here(blocked.at),
            message,
            &[&path, what.as_str(), &ordinal.to_string()],
        )
        .with_lowered(is_test);
    let mut finding = wait
        .grounds
        .qualify(finding)
        .with_help(help)
        .with_data("function", path)
        .with_data("waits", what.as_str())
        .with_data("chain", evidence.chain_data(&blocked.chain));
    for (span, text) in evidence.steps(&blocked.chain, what.verb()) {
        finding = finding.with_label(span, text);
    }
    for at in others {
        finding = finding.with_label(evidence.here(*at), "also below this call");
    }
    finding
}

#[cfg(test)]
mod tests {
    use crate::index::Edition;
    use crate::testing::{check, findings};

    #[test]
    fn the_operations_of_tokio() {
        check(
            Edition::E2021,
            r"
use tokio::runtime::{Handle, Runtime};
use tokio::sync::{mpsc, Mutex, RwLock};
struct S { m: Mutex<u32>, rw: RwLock<u32>, rt: Runtime, handle: Handle }
impl S {
    async fn locks(&self) {
        *self.m.blocking_lock() += 1;
        //      ^^^^^^^^^^^^^ blocking-in-async
        let one = *self.rw.blocking_read();
        //                 ^^^^^^^^^^^^^ blocking-in-async
        *self.rw.blocking_write() = one;
        //       ^^^^^^^^^^^^^^ blocking-in-async
    }
    async fn runtimes(&self) {
        self.rt.block_on(async {});
        //      ^^^^^^^^ blocking-in-async
        self.handle.block_on(async {});
        //          ^^^^^^^^ blocking-in-async
        Handle::current().block_on(async {});
        //                ^^^^^^^^ blocking-in-async
        Runtime::new().unwrap().block_on(async {});
        //                      ^^^^^^^^ blocking-in-async
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(later());
        //^ blocking-in-async
    }
    async fn channels(&self, mut rx: mpsc::Receiver<u32>, tx: mpsc::Sender<u32>) {
        rx.blocking_recv();
        // ^^^^^^^^^^^^^ blocking-in-async
        let _ = tx.blocking_send(1);
        //         ^^^^^^^^^^^^^ blocking-in-async
    }
}
async fn later() {}
",
        );
    }

    #[test]
    fn blocks_closures_and_calls() {
        check(
            Edition::E2021,
            r"
use std::sync::Arc;
use tokio::runtime::Handle;
use tokio::sync::Mutex;
struct S { m: Arc<Mutex<u32>>, handle: Handle }
impl S {
    fn spawned(&self) {
        let m = self.m.clone();
        tokio::spawn(async move {
            *m.blocking_lock() += 1;
            // ^^^^^^^^^^^^^ blocking-in-async
        });
    }
    fn boxed(&self) -> std::pin::Pin<Box<dyn std::future::Future<Output = ()> + '_>> {
        Box::pin(async move { self.one(); })
        //                    ^^^^^^^^^^ blocking-in-async
    }
    fn one(&self) { self.two() }
    fn two(&self) { self.handle.block_on(async {}) }
    async fn inlined(&self, some: Option<u32>) {
        some.map(|value| *self.m.blocking_lock() + value);
        //                       ^^^^^^^^^^^^^ blocking-in-async
    }
    fn asynchronous(&self) {
        let _f = async |_: u32| { self.two() };
        let g = async move |_: u32| { self.two() };
        //                            ^^^^^^^^^^ blocking-in-async
        g(1);
    }
}
",
        );
    }

    #[test]
    fn threads_that_may_block() {
        check(
            Edition::E2021,
            r"
use std::sync::Arc;
use tokio::runtime::Handle;
use tokio::sync::Mutex;
struct S { m: Arc<Mutex<u32>>, handle: Handle }
impl S {
    async fn spawn_blocking(&self) {
        let m = self.m.clone();
        tokio::task::spawn_blocking(move || *m.blocking_lock()).await.unwrap();
        let m = self.m.clone();
        std::thread::spawn(move || *m.blocking_lock());
    }
    async fn in_place(&self) {
        tokio::task::block_in_place(|| self.wait());
        self.in_place_itself();
        scoped(|| self.wait());
    }
    fn in_place_itself(&self) { tokio::task::block_in_place(|| self.handle.block_on(async {})) }
    fn wait(&self) { self.handle.block_on(async {}) }
    fn synchronous(&self) { self.wait(); *self.m.blocking_lock() += 1; }
    fn asks(&self) {
        match Handle::try_current() {
            Ok(handle) => tokio::task::block_in_place(|| handle.block_on(async {})),
            Err(_) => self.handle.block_on(async {}),
        }
    }
    async fn calls_what_asks(&self) { self.asks() }
    async fn made_not_run(&self) -> impl Fn() + '_ { move || self.wait() }
}
fn scoped<R>(f: impl FnOnce() -> R) -> R { tokio::task::block_in_place(|| f()) }
",
        );
    }

    #[test]
    fn below_a_block_on_it_is_async_again() {
        check(
            Edition::E2021,
            r"
use tokio::runtime::Handle;
fn main() {
    let handle = Handle::current();
    let inner = handle.clone();
    handle.block_on(async move {
        inner.block_on(async {})
        //    ^^^^^^^^ blocking-in-async
    });
    futures::executor::block_on(async { futures::executor::block_on(async {}) });
    //                                                     ^^^^^^^^ blocking-in-async
}
",
        );
    }

    #[test]
    fn what_only_may_hang_is_at_most_likely() {
        let source = r"
async fn one() { pollster::block_on(async {}) }
async fn two(handle: tokio::runtime::Handle) { handle.block_on(async {}) }
";
        let found: Vec<_> = findings(source, Edition::E2021)
            .iter()
            .map(|finding| finding.certainty.as_str())
            .collect();
        assert_eq!(found, ["likely", "proven"]);
    }

    #[test]
    fn another_block_on_is_nothing() {
        check(
            Edition::E2021,
            r"
struct Pool;
impl Pool { fn block_on(&self, _: u32) {} }
fn block_on(_: u32) {}
async fn f(pool: &Pool, other: &Unknown) {
    pool.block_on(1);
    block_on(2);
    other.block_on(3);
    other.blocking_lock();
}
",
        );
    }
}
