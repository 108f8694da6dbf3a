//! `lock-across-blocking`: a thread waits for something else while it holds a guard.

use std::collections::BTreeMap;

use rules::Finding;

use crate::analysis::blocked::Blocked;
use crate::analysis::evidence::Evidence;
use crate::blocking::What;
use crate::check::Check;
use crate::grounds::Grounds;
use crate::hir::{Cfg, Range, contradict};
use crate::index::ty::Ty;
use crate::locks::Kind;
use crate::walk::facts::{Guard, Keeper, Place, Root};

rules::rule! {
    /// Reports a receive, join, sleep, barrier or `block_on` while the same thread holds a lock guard.
    ///
    /// ## Why
    /// Every other thread that wants the lock waits as long as this one.
    /// Where the one that is waited for wants it too (the thread that is joined, the sender of the message, the task that `block_on` drives) both wait for ever.
    /// Where the guarded value itself waits or is waited for, a receiver or child process behind a lock, the guard is needed and the rule is silent; so it is for a lock of `()`, which is there to let one run at a time.
    /// Files, the network and closures that came from outside count where the policy says so: `lints: { lock-across-blocking: { files: true, network: true, callbacks: true } }`.
    ///
    /// ## Bad
    /// ```rust
    /// use std::sync::Mutex;
    /// use std::sync::mpsc::Receiver;
    ///
    /// struct Pump { total: Mutex<u64>, input: Receiver<u64> }
    ///
    /// impl Pump {
    ///     fn step(&self) {
    ///         let mut total = self.total.lock().unwrap();
    ///         *total += self.input.recv().unwrap_or(0);
    ///     }
    /// }
    /// ```
    ///
    /// ## Good
    /// ```rust
    /// use std::sync::Mutex;
    /// use std::sync::mpsc::Receiver;
    ///
    /// struct Pump { total: Mutex<u64>, input: Receiver<u64> }
    ///
    /// impl Pump {
    ///     fn step(&self) {
    ///         let value = self.input.recv().unwrap_or(0);
    ///         *self.total.lock().unwrap() += value;
    ///     }
    /// }
    /// ```
    ///
    /// ## Reference
    /// Qin et al., PLDI 2020: of 59 blocking bugs in real Rust programs, those that are not double locks are mostly a wait under a lock.
    pub LOCK_ACROSS_BLOCKING = { id: "lock-across-blocking", level: Warn, since: "0.1.0" }
}

/// Reports waits under guards.
pub(super) static CHECK: Check = Check {
    rule: &LOCK_ACROSS_BLOCKING,
    run,
};

/// More places than this are not told of one guard.
const SHOWN: usize = 100;

/// A guard and the waits during its life.
pub(super) type Waits<'p> = (&'p Guard, Vec<(&'p Blocked, What, Grounds)>);

fn run(evidence: &Evidence<'_, '_>, findings: &mut Vec<Finding>) {
    let mut ordinals: BTreeMap<String, usize> = BTreeMap::new();
    for (guard, mut waits) in waits(evidence).into_values() {
        waits.sort_by_key(|(blocked, ..)| blocked.at);
        let ordinal = ordinals.entry(evidence.lock(guard)).or_default();
        findings.extend(finding(evidence, guard, &waits, *ordinal));
        *ordinal += 1;
    }
}

/// By its birth, each guard that is held where it should not be.
pub(super) fn waits<'p>(evidence: &Evidence<'p, '_>) -> BTreeMap<Range, Waits<'p>> {
    let mut guards: BTreeMap<Range, Waits<'p>> = BTreeMap::new();
    for blocked in evidence.blocked {
        let Some(operation) = blocked.operation(evidence.program).filter(|it| it.across) else {
            continue;
        };
        for held in &blocked.held {
            let Some(guard) = evidence.guard(held.guard) else {
                continue;
            };
            let mut grounds = blocked.grounds.min(guard.grounds);
            if held.maybe {
                grounds = grounds.min(Grounds::SomePaths);
            }
            // That one of several implementations waits is no news.
            if grounds == Grounds::SeveralCallees
                || !is_hindered(evidence, guard)
                || is_needed(evidence, guard, blocked)
            {
                continue;
            }
            let (_, waits) = guards.entry(guard.birth).or_insert((guard, Vec::new()));
            let is_new = || waits.iter().all(|(known, ..)| known.at != blocked.at);
            if waits.len() < SHOWN && is_new() {
                waits.push((blocked, operation.what, grounds));
            }
        }
    }
    guards
}

/// Whether other threads wait for the guard, and for more than their turn.
fn is_hindered(evidence: &Evidence<'_, '_>, guard: &Guard) -> bool {
    let shared_by_threads = matches!(
        evidence.kind(guard),
        Kind::Mutex | Kind::RwLock | Kind::SpinRwlock | Kind::Map | Kind::Reentrant
    );
    let is_stdin = |place: &Place| matches!(place.root, Root::Ext(_));
    let takes_turns = matches!(&guard.protects, Ty::Tuple(items) if items.is_empty());
    shared_by_threads
        && !takes_turns
        && !guard.lock.place.as_ref().is_some_and(is_stdin)
        && !matches!(guard.keeper, Keeper::Parameter(_))
}

/// Whether the guarded value itself waits, or is waited for.
fn is_needed(evidence: &Evidence<'_, '_>, guard: &Guard, blocked: &Blocked) -> bool {
    let is_guard = |number: &u32| {
        evidence
            .guard(*number)
            .is_some_and(|other| other.birth == guard.birth)
    };
    let is_inside = || match (&guard.lock.place, &blocked.place) {
        (Some(lock), Some(place)) => lock.root == place.root && place.path.starts_with(&lock.path),
        _ => false,
    };
    let holds_it = || match &blocked.of {
        Ty::Ext(path, _) => mentions(&guard.protects, path),
        _ => false,
    };
    blocked.taking_part.iter().any(is_guard)
        || is_inside()
        || holds_it()
        || contradict(&guard.cfg, &blocked.cfg)
}

/// Whether a type is `path` or a container of it: `Option<JoinHandle<()>>`. A struct that holds one
/// beside other things is another matter: those are wanted by others.
fn mentions(ty: &Ty, path: &str) -> bool {
    match ty {
        Ty::Ext(found, args) => **found == *path || args.iter().any(|arg| mentions(arg, path)),
        Ty::Ref(inner) | Ty::Slice(inner) | Ty::Guard(inner) => mentions(inner, path),
        Ty::Tuple(items) => items.iter().any(|item| mentions(item, path)),
        _ => false,
    }
}

fn finding(
    evidence: &Evidence<'_, '_>,
    guard: &Guard,
    waits: &[(&Blocked, What, Grounds)],
    ordinal: usize,
) -> Option<Finding> {
    let (primary, what, _) = waits.first()?;
    let grounds = waits.iter().map(|(.., grounds)| *grounds).max()?;
    let message = format!(
        "this thread {}{} while it holds the {} of `{}`",
        what.verb(),
        evidence.below_call(&primary.chain),
        evidence.noun(guard),
        evidence.lock(guard),
    );
    let is_test =
        evidence.program.function(evidence.id).is_test || primary.cfg.iter().any(Cfg::is_test);
    let finding = evidence
        .finding(&LOCK_ACROSS_BLOCKING, primary.at, message, guard, ordinal)
        .with_lowered(is_test);
    let mut finding = grounds
        .qualify(finding)
        .with_help("end the guard before this point, or take the lock after it")
        .with_note(
            "every thread that wants the lock waits too, for ever if it is the one waited for",
        )
        .with_data("held", guard.mode.as_str())
        .with_data("waits", what.as_str())
        .with_data("chain", evidence.chain_data(&primary.chain));
    for (span, text) in evidence.life(guard) {
        finding = finding.with_label(span, text);
    }
    for (span, text) in evidence.steps(&primary.chain, what.verb()) {
        finding = finding.with_label(span, text);
    }
    for (blocked, what, _) in waits.iter().skip(1) {
        finding = finding.with_label(
            evidence.here(blocked.at),
            format!("also {} here", what.verb()),
        );
    }
    Some(finding)
}

#[cfg(test)]
mod tests {
    use crate::index::Edition;
    use crate::testing::check;

    #[test]
    fn operations() {
        check(
            Edition::E2021,
            r"
use std::sync::{mpsc, Arc, Barrier, Mutex};
use std::thread::{self, JoinHandle};
struct S { m: Mutex<u32>, rx: mpsc::Receiver<u32>, cross: crossbeam_channel::Receiver<u32> }
impl S {
    fn receive(&self) {
        let _g = self.m.lock().unwrap();
        let _ = self.rx.recv();
        //              ^^^^ lock-across-blocking
    }
    fn head(&self) {
        match *self.m.lock().unwrap() {
            0 => drop(self.cross.recv_timeout(std::time::Duration::from_secs(1))),
            //                   ^^^^^^^^^^^^ lock-across-blocking
            _ => {}
        }
    }
    fn iterate(&self) {
        let mut g = self.m.lock().unwrap();
        for value in &self.rx {
        //           ^^^^^^^^ lock-across-blocking
            *g += value;
        }
    }
    fn iter(&self) {
        let mut g = self.m.lock().unwrap();
        for value in self.rx.iter() {
        //           ^^^^^^^^^^^^^^ lock-across-blocking
            *g += value;
        }
    }
    fn join(&self, handle: JoinHandle<()>) {
        let _g = self.m.lock().unwrap();
        handle.join().unwrap();
        //     ^^^^ lock-across-blocking
    }
    fn spawned(&self) {
        let _g = self.m.lock().unwrap();
        let handle = thread::spawn(|| 1);
        handle.join().unwrap();
        //     ^^^^ lock-across-blocking
    }
    fn sleep(&self) {
        let _g = self.m.lock().unwrap();
        thread::sleep(std::time::Duration::from_millis(1));
        //^^^^^ lock-across-blocking
    }
    fn barrier(&self, barrier: Arc<Barrier>) {
        let _g = self.m.lock().unwrap();
        barrier.wait();
        //      ^^^^ lock-across-blocking
    }
    fn drives(&self, rt: &tokio::runtime::Runtime) {
        let _g = self.m.lock().unwrap();
        rt.block_on(async {});
        // ^^^^^^^^ lock-across-blocking
    }
    fn scope(&self) {
        let _g = self.m.lock().unwrap();
        thread::scope(|s| { s.spawn(|| 1); });
        //^^^^^ lock-across-blocking
    }
    fn child(&self) {
        let _g = self.m.lock().unwrap();
        let mut child = std::process::Command::new(name()).arg(name()).spawn().unwrap();
        child.wait().unwrap();
        //    ^^^^ lock-across-blocking
    }
}
fn name() -> String { String::new() }
",
        );
    }

    #[test]
    fn through_calls() {
        check(
            Edition::E2021,
            r"
use std::sync::{mpsc::Receiver, Mutex};
struct S { m: Mutex<u32>, rx: Receiver<u32> }
impl S {
    fn top(&self) {
        let mut g = self.m.lock().unwrap();
        *g += self.middle();
        //    ^^^^^^^^^^^^^ lock-across-blocking
    }
    fn middle(&self) -> u32 { self.bottom() }
    fn bottom(&self) -> u32 { self.rx.recv().unwrap_or(0) }
    fn with<R>(&self, f: impl FnOnce(&mut u32) -> R) -> R { f(&mut *self.m.lock().unwrap()) }
    fn closure(&self) {
        self.with(|value| *value += self.bottom());
        //                          ^^^^^^^^^^^^^ lock-across-blocking
    }
}
",
        );
    }

    #[test]
    fn the_guarded_value_itself_waits() {
        check(
            Edition::E2021,
            r"
use std::sync::{mpsc::Receiver, Arc, Mutex};
use std::thread::JoinHandle;
struct Inner { rx: Receiver<u32>, count: u32 }
struct S {
    rx: Arc<Mutex<Receiver<u32>>>,
    inner: Mutex<Inner>,
    thread: Mutex<Option<JoinHandle<()>>>,
    threads: Mutex<Vec<JoinHandle<()>>>,
    child: Mutex<std::process::Child>,
    connection: Mutex<Connection>,
    turn: Mutex<()>,
    rt: tokio::runtime::Runtime,
}
struct Connection;
impl Connection { async fn query(&mut self) {} }
impl S {
    fn receive(&self) {
        while let Ok(_) = self.rx.lock().unwrap().recv() {}
        let guard = self.rx.lock().unwrap();
        let _ = guard.recv();
        for _ in guard.iter() {}
        pump(&guard);
        self.inner.lock().unwrap().rx.recv().unwrap();
    }
    fn join(&self) {
        if let Some(thread) = self.thread.lock().unwrap().take() {
        //                    ^^^^^^^^^^^^^^^^^^ lock-in-scrutinee
            thread.join().unwrap();
        }
        for thread in self.threads.lock().unwrap().drain(..) {
            thread.join().unwrap();
        }
    }
    fn child(&self) { self.child.lock().unwrap().wait().unwrap(); }
    fn query(&self) {
        let mut connection = self.connection.lock().unwrap();
        self.rt.block_on(connection.query());
        self.rt.block_on(async { connection.query().await });
        drop(connection);
        self.rt.block_on(self.connection.lock().unwrap().query());
    }
    fn one_at_a_time(&self) {
        let _turn = self.turn.lock().unwrap();
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
}
fn pump(rx: &Receiver<u32>) { let _ = rx.recv(); }
",
        );
    }

    #[test]
    fn nothing_waits() {
        check(
            Edition::E2021,
            r"
use std::sync::{mpsc::Receiver, Condvar, Mutex};
struct S { m: Mutex<Vec<String>>, ready: Condvar, rx: Receiver<u32> }
impl S {
    fn join(&self) -> String { self.m.lock().unwrap().join(name()) }
    fn path(&self, base: &std::path::Path) {
        let g = self.m.lock().unwrap();
        base.join(&g[0]);
        self.rx.try_recv().ok();
        for _ in self.rx.try_iter() {}
        std::fs::read(&g[0]).ok();
    }
    fn wait(&self) {
        let mut g = self.m.lock().unwrap();
        while g.is_empty() { g = self.ready.wait(g).unwrap(); }
    }
    fn later(&self) {
        let _g = self.m.lock().unwrap();
        std::thread::spawn(|| std::thread::sleep(std::time::Duration::from_secs(1)));
    }
    fn dropped(&self) {
        let g = self.m.lock().unwrap();
        drop(g);
        let _ = self.rx.recv();
    }
    fn unknown(&self, other: &Unknown) {
        let _g = self.m.lock().unwrap();
        other.recv();
        other.join();
    }
}
fn name() -> &'static str { unknown() }
",
        );
    }
}
