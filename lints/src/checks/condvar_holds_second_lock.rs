//! `condvar-holds-second-lock`: a thread waits for a signal with a lock that the signaller may need.

use rules::Finding;

use crate::analysis::evidence::{Evidence, Group};
use crate::analysis::overlap::Class;
use crate::check::Check;

rules::rule! {
    /// Reports waiting on a condition variable while a guard of another lock is alive.
    ///
    /// ## Why
    /// `Condvar::wait` releases the guard that it is given, and only that one.
    /// Every other lock stays held for as long as nobody signals, and a thread that needs it on the way to the signal never gets there.
    ///
    /// ## Bad
    /// ```rust
    /// use std::sync::{Condvar, Mutex};
    ///
    /// struct Pool { config: Mutex<u32>, jobs: Mutex<Vec<u32>>, ready: Condvar }
    ///
    /// impl Pool {
    ///     fn next(&self) -> Option<u32> {
    ///         let config = self.config.lock().unwrap();
    ///         let mut jobs = self.jobs.lock().unwrap();
    ///         while jobs.is_empty() {
    ///             jobs = self.ready.wait(jobs).unwrap();
    ///         }
    ///         jobs.pop().map(|job| job + *config)
    ///     }
    /// }
    /// ```
    ///
    /// ## Good
    /// ```rust
    /// use std::sync::{Condvar, Mutex};
    ///
    /// struct Pool { config: Mutex<u32>, jobs: Mutex<Vec<u32>>, ready: Condvar }
    ///
    /// impl Pool {
    ///     fn next(&self) -> Option<u32> {
    ///         let config = *self.config.lock().unwrap();
    ///         let mut jobs = self.jobs.lock().unwrap();
    ///         while jobs.is_empty() {
    ///             jobs = self.ready.wait(jobs).unwrap();
    ///         }
    ///         jobs.pop().map(|job| job + config)
    ///     }
    /// }
    /// ```
    ///
    /// ## Reference
    /// `std::sync::Condvar::wait`: "will atomically unlock the mutex specified (represented by `guard`)".
    pub CONDVAR_HOLDS_SECOND_LOCK = { id: "condvar-holds-second-lock", level: Warn, since: "0.1.0" }
}

/// Reports waits under another guard.
pub(super) static CHECK: Check = Check {
    rule: &CONDVAR_HOLDS_SECOND_LOCK,
    run,
};

fn run(evidence: &Evidence<'_, '_>, findings: &mut Vec<Finding>) {
    for group in evidence.groups(Class::Waiting) {
        findings.extend(finding(evidence, &group));
    }
}

fn finding(evidence: &Evidence<'_, '_>, group: &Group<'_>) -> Option<Finding> {
    let primary = group.overlaps.first()?;
    let message = format!(
        "this thread waits for a signal{} with the {} of `{}` in its hands",
        evidence.below(primary),
        evidence.noun(group.guard),
        evidence.lock(group.guard),
    );
    let help = "end that guard before waiting: only the one that is given to the wait is released";
    evidence.story(&CONDVAR_HOLDS_SECOND_LOCK, group, message, help.to_owned())
}

#[cfg(test)]
mod tests {
    use crate::index::Edition;
    use crate::testing::check;

    #[test]
    fn the_guard_that_is_given_is_released_and_comes_back() {
        check(
            Edition::E2021,
            r"
use std::sync::{Condvar, Mutex};
struct S { a: Mutex<bool>, b: Mutex<u8>, c: Condvar, d: Mutex<u8> }
impl S {
    fn fine(&self) {
        let mut a = self.a.lock().unwrap();
        while !*a { a = self.c.wait(a).unwrap(); }
        self.d.lock().unwrap();
        let (a, _) = self.c.wait_timeout(a, D).unwrap();
        let a = self.c.wait_timeout_while(a, D, |ready| !*ready).unwrap().0;
        let a = self.c.wait_while(a, |ready| !*ready).unwrap();
        self.a.lock().unwrap();
        //     ^^^^ relock
        drop(a);
        self.a.lock().unwrap();
    }
    fn bad(&self) {
        let b = self.b.lock().unwrap();
        let a = self.c.wait_while(self.a.lock().unwrap(), |ready| !*ready).unwrap();
        //             ^^^^^^^^^^ condvar-holds-second-lock
        drop((a, b));
    }
}
",
        );
    }

    #[test]
    fn waiting_below_a_call_with_the_callers_guard() {
        check(
            Edition::E2021,
            r"
use parking_lot::{Condvar, Mutex, MutexGuard};
struct S { a: Mutex<bool>, b: Mutex<u8>, c: Condvar }
impl S {
    fn fine(&self) {
        let mut a = self.a.lock();
        self.until(&mut a);
        self.c.wait_for(&mut a, D);
    }
    fn until(&self, a: &mut MutexGuard<'_, bool>) { self.c.wait_while(a, |ready| !*ready); }
    fn bad(&self) {
        let b = self.b.lock();
        self.fine();
        //   ^^^^ condvar-holds-second-lock
        drop(b);
        self.fine();
    }
}
",
        );
    }
}
