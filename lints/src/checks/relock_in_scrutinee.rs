//! `relock-in-scrutinee`: the incident.

use rules::Finding;

use crate::analysis::evidence::{Evidence, Group};
use crate::analysis::overlap::Class;
use crate::check::Check;

rules::rule! {
    /// Reports a lock taken again while a guard made in an `if let`, `match`, `while let` or `for` head lives.
    ///
    /// ## Why
    /// A temporary of such a head lives through the body.
    /// For `match` it lives to the end of the statement, and before edition 2024 the same holds for `if let` with every `else`.
    /// If the body, or anything below it in the call tree, takes the same lock, the thread waits for itself.
    /// A global proxy stopped everywhere twice for this reason: the second time the write side was two calls below the `else`.
    ///
    /// The finding prints where the guard is born, how long it lives, and each call to the second acquisition.
    /// `data.editions` says which editions are affected.
    ///
    /// ## Bad
    /// ```rust
    /// use std::collections::HashMap;
    /// use std::sync::RwLock;
    ///
    /// struct Proxy { load: RwLock<HashMap<u32, u32>> }
    ///
    /// impl Proxy {
    ///     fn get(&self, key: u32) -> u32 {
    ///         match self.load.read().unwrap().get(&key) {
    ///             Some(load) => *load,
    ///             None => self.init_for(key),
    ///         }
    ///     }
    ///     fn init_for(&self, key: u32) -> u32 {
    ///         self.load.write().unwrap().insert(key, 0);
    ///         0
    ///     }
    /// }
    /// ```
    ///
    /// ## Good
    /// ```rust
    /// use std::collections::HashMap;
    /// use std::sync::RwLock;
    ///
    /// struct Proxy { load: RwLock<HashMap<u32, u32>> }
    ///
    /// impl Proxy {
    ///     fn get(&self, key: u32) -> u32 {
    ///         let load = self.load.read().unwrap().get(&key).copied();
    ///         match load {
    ///             Some(load) => load,
    ///             None => self.init_for(key),
    ///         }
    ///     }
    ///     fn init_for(&self, key: u32) -> u32 {
    ///         self.load.write().unwrap().insert(key, 0);
    ///         0
    ///     }
    /// }
    /// ```
    ///
    /// ## Reference
    /// The Rust Reference, "Destructors", section "Temporary scopes"; the Edition Guide, "`if let` temporary scope".
    /// Qin et al., "Understanding Memory and Thread Safety Practices and Issues in Real-World Rust Programs", PLDI 2020.
    pub RELOCK_IN_SCRUTINEE = { id: "relock-in-scrutinee", level: Deny, since: "0.1.0" }
}

/// Reports overlaps that begin in a head and end in its body.
pub(super) static CHECK: Check = Check {
    rule: &RELOCK_IN_SCRUTINEE,
    run,
};

fn run(evidence: &Evidence<'_, '_>, findings: &mut Vec<Finding>) {
    for group in evidence.groups(Class::Scrutinee) {
        findings.extend(finding(evidence, &group));
    }
}

fn finding(evidence: &Evidence<'_, '_>, group: &Group<'_>) -> Option<Finding> {
    let primary = group.overlaps.first()?;
    let construct = usize::try_from(primary.construct?).ok()?;
    let head = evidence.facts.constructs.get(construct)?.head.as_str();
    let message = format!(
        "`{}` is {} again{} while the {} made in the `{head}` head is alive: the thread waits for itself",
        evidence.lock(group.guard),
        evidence.taking(group.guard, primary.taken),
        evidence.below(primary),
        evidence.noun(group.guard),
    );
    let help = if group.guard.bound_by_head {
        "end the guard before this point: drop it, or leave its block".to_owned()
    } else {
        format!(
            "compute the value of the `{head}` head in a `let` of its own first, so that the guard ends with that statement"
        )
    };
    evidence.story(&RELOCK_IN_SCRUTINEE, group, message, help)
}
