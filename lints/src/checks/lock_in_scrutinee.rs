//! `lock-in-scrutinee`: a guard lives through a body that does not need it.

use std::collections::BTreeMap;

use rules::Finding;

use crate::analysis::evidence::Evidence;
use crate::check::Check;
use crate::locks::Kind;
use crate::walk::facts::{Construct, Guard, Happening, Keeper};

rules::rule! {
    /// Reports a lock guard that lives through the body of an `if let`, `match`, `while let` or `for` without need.
    ///
    /// ## Why
    /// The guard is a temporary of the head, so it lives as long as the body runs, not only while the value is computed.
    /// Other threads wait for all of it, and one call added to the body later makes it a deadlock.
    /// Where the value borrows from the guard the guard is needed, and the rule is silent; so it is where a pattern binds the guard, where the body calls nothing, and where another rule matched.
    ///
    /// ## Bad
    /// ```rust
    /// use std::sync::Mutex;
    ///
    /// struct Queue { jobs: Mutex<Vec<u32>> }
    ///
    /// impl Queue {
    ///     fn run(&self) {
    ///         while let Some(job) = self.jobs.lock().unwrap().pop() {
    ///             execute(job);
    ///         }
    ///     }
    /// }
    ///
    /// fn execute(_: u32) {}
    /// ```
    ///
    /// ## Good
    /// ```rust
    /// use std::sync::Mutex;
    ///
    /// struct Queue { jobs: Mutex<Vec<u32>> }
    ///
    /// impl Queue {
    ///     fn run(&self) {
    ///         loop {
    ///             let job = self.jobs.lock().unwrap().pop();
    ///             let Some(job) = job else { break };
    ///             execute(job);
    ///         }
    ///     }
    /// }
    ///
    /// fn execute(_: u32) {}
    /// ```
    ///
    /// ## Reference
    /// The Rust Reference, "Destructors", section "Temporary scopes"; clippy's `significant_drop_in_scrutinee` (nursery).
    pub LOCK_IN_SCRUTINEE = { id: "lock-in-scrutinee", level: Warn, since: "0.1.0" }
}

/// Reports guards that live longer than they are needed.
pub(super) static CHECK: Check = Check {
    rule: &LOCK_IN_SCRUTINEE,
    run,
};

fn run(evidence: &Evidence<'_, '_>, findings: &mut Vec<Finding>) {
    let mut ordinals: BTreeMap<String, usize> = BTreeMap::new();
    let mut seen: Vec<_> = super::lock_across_blocking::waits(evidence)
        .into_keys()
        .collect();
    for (number, guard) in (0_u32..).zip(&evidence.facts.guards) {
        let Some(construct) = outlived(evidence, guard) else {
            continue;
        };
        if told_by_another(evidence, number, guard) || seen.contains(&guard.birth) {
            continue;
        }
        seen.push(guard.birth);
        let ordinal = ordinals.entry(evidence.lock(guard)).or_default();
        findings.push(finding(evidence, guard, construct, *ordinal));
        *ordinal += 1;
    }
}

/// The construct through whose body the guard lives without need.
fn outlived<'p>(evidence: &Evidence<'p, '_>, guard: &Guard) -> Option<&'p Construct> {
    let is_lock = matches!(evidence.kind(guard), Kind::Mutex | Kind::RwLock);
    if !is_lock || guard.keeper != Keeper::Temporary || guard.bound_by_head {
        return None;
    }
    let (end, _) = guard.end?;
    guard.heads.iter().rev().find_map(|at| {
        let construct = evidence.facts.constructs.get(usize::try_from(*at).ok()?)?;
        (construct.owned && construct.busy && end > construct.range.end).then_some(construct)
    })
}

/// Silent wherever another rule matched, even if that one is suppressed or allowed.
fn told_by_another(evidence: &Evidence<'_, '_>, number: u32, guard: &Guard) -> bool {
    let same = |other: u32| {
        other == number
            || evidence
                .guard(other)
                .is_some_and(|other| other.birth == guard.birth)
    };
    evidence.overlaps.iter().any(|overlap| same(overlap.guard))
        || evidence.events().any(|event| {
            matches!(event.what, Happening::Await) && event.held.iter().any(|held| same(held.guard))
        })
}

fn finding(
    evidence: &Evidence<'_, '_>,
    guard: &Guard,
    construct: &Construct,
    ordinal: usize,
) -> Finding {
    let head = construct.head.as_str();
    let message = format!(
        "the {} of `{}` lives through the body of this `{head}`, which does not need it",
        evidence.noun(guard),
        evidence.lock(guard),
    );
    let finding = evidence.finding(&LOCK_IN_SCRUTINEE, guard.birth, message, guard, ordinal);
    let mut finding = guard
        .grounds
        .qualify(finding)
        .with_help(match head {
            "while let" => "make it a `loop` that begins with `let value = …;` and leaves by `let … else { break }`".to_owned(),
            head => format!("compute the value in a `let` before the `{head}`"),
        });
    if construct.braces {
        finding = finding.with_note("braces around the head do not help before edition 2024");
    }
    for (span, text) in evidence.life(guard).into_iter().skip(1) {
        finding = finding.with_label(span, text);
    }
    finding
}
