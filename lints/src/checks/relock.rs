//! `relock`: the same for variables and other temporaries.

use rules::Finding;

use crate::analysis::evidence::{Evidence, Group};
use crate::analysis::overlap::Class;
use crate::check::Check;

rules::rule! {
    /// Reports a lock taken again while the same function holds a guard of it.
    ///
    /// ## Why
    /// The locks of `std`, `parking_lot` and `tokio` are not re-entrant: the second acquisition waits for the first guard, which waits for the second acquisition.
    /// The guard may be a variable that lives to the end of its block, or a temporary among arguments, operands, fields of a literal or macro arguments, which lives to the end of the statement.
    /// The second acquisition may be any number of calls below.
    ///
    /// ## Bad
    /// ```rust
    /// use std::sync::Mutex;
    ///
    /// struct Counter { hits: Mutex<u64> }
    ///
    /// impl Counter {
    ///     fn report(&self) -> u64 {
    ///         let hits = self.hits.lock().unwrap();
    ///         *hits + self.total()
    ///     }
    ///     fn total(&self) -> u64 {
    ///         *self.hits.lock().unwrap()
    ///     }
    /// }
    /// ```
    ///
    /// ## Good
    /// ```rust
    /// use std::sync::Mutex;
    ///
    /// struct Counter { hits: Mutex<u64> }
    ///
    /// impl Counter {
    ///     fn report(&self) -> u64 {
    ///         let hits = *self.hits.lock().unwrap();
    ///         hits + self.total()
    ///     }
    ///     fn total(&self) -> u64 {
    ///         *self.hits.lock().unwrap()
    ///     }
    /// }
    /// ```
    ///
    /// ## Reference
    /// The Rust Reference, "Destructors"; `std::sync::Mutex::lock`, section "Panics".
    /// Qin et al., PLDI 2020: 30 of 59 blocking bugs in real Rust programs are double locks.
    pub RELOCK = { id: "relock", level: Deny, since: "0.1.0" }
}

/// Reports overlaps of variables and of temporaries outside of heads.
pub(super) static CHECK: Check = Check { rule: &RELOCK, run };

fn run(evidence: &Evidence<'_, '_>, findings: &mut Vec<Finding>) {
    for group in evidence.groups(Class::Relock) {
        findings.extend(finding(evidence, &group));
    }
}

fn finding(evidence: &Evidence<'_, '_>, group: &Group<'_>) -> Option<Finding> {
    let primary = group.overlaps.first()?;
    let message = format!(
        "`{}` is {} again{} while this thread holds its {}: the thread waits for itself",
        evidence.lock(group.guard),
        evidence.taking(group.guard, primary.taken),
        evidence.below(primary),
        evidence.noun(group.guard),
    );
    let help =
        "end the first guard before this point, or pass what it protects to where it is needed";
    evidence.story(&RELOCK, group, message, help.to_owned())
}

#[cfg(test)]
mod tests {
    use rules::Certainty;

    use crate::index::Edition;
    use crate::testing::findings;

    /// How sure a lock is taken again that `ask` is asked about first.
    fn certainty(ask: &str) -> Vec<Certainty> {
        let text = format!(
            "use std::cell::Cell;\n\
             use std::sync::{{Mutex, MutexGuard}};\n\
             static LOCK: Mutex<()> = Mutex::new(());\n\
             thread_local!(static HELD: Cell<bool> = const {{ Cell::new(false) }});\n\
             static EVER: Mutex<bool> = Mutex::new(false);\n\
             struct Guard(Option<MutexGuard<'static, ()>>);\n\
             fn lock() -> Guard {{\n\
             if {ask} {{ return Guard(None); }}\n\
             Guard(Some(LOCK.lock().unwrap()))\n\
             }}\n\
             fn trace(act: impl FnOnce()) {{ let _lock = lock(); act(); }}\n\
             fn resolve() {{ let _lock = lock(); }}\n\
             fn run() {{ trace(|| resolve()); }}\n"
        );
        let found = findings(&text, Edition::E2021);
        found.iter().map(|finding| finding.certainty).collect()
    }

    #[test]
    fn a_lock_that_its_thread_may_take_again_is_possible() {
        let asked = certainty("HELD.with(|held| held.replace(true))");
        assert_eq!(asked, [Certainty::Possible]);
        let asked_of_all = certainty("*EVER.lock().unwrap()");
        assert_eq!(asked_of_all, [Certainty::Proven]);
    }
}
