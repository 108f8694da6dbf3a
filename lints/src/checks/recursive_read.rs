//! `recursive-read`: shared while shared.

use rules::Finding;

use crate::analysis::evidence::{Evidence, Group};
use crate::analysis::overlap::Class;
use crate::check::Check;

rules::rule! {
    /// Reports a read-write lock taken for reading while the same thread holds a read guard of it.
    ///
    /// ## Why
    /// Fair read-write locks let no new reader pass a waiting writer.
    /// If another thread asks for the write side between the two reads, the second read waits for the writer, the writer waits for the first read, and nothing moves again.
    /// It works in every test without that writer.
    ///
    /// ## Bad
    /// ```rust
    /// use std::sync::RwLock;
    ///
    /// struct Status { peers: RwLock<Vec<u32>> }
    ///
    /// impl Status {
    ///     fn pair(&self) -> (usize, bool) {
    ///         (self.peers.read().unwrap().len(), self.peers.read().unwrap().is_empty())
    ///     }
    /// }
    /// ```
    ///
    /// ## Good
    /// ```rust
    /// use std::sync::RwLock;
    ///
    /// struct Status { peers: RwLock<Vec<u32>> }
    ///
    /// impl Status {
    ///     fn pair(&self) -> (usize, bool) {
    ///         let peers = self.peers.read().unwrap();
    ///         (peers.len(), peers.is_empty())
    ///     }
    /// }
    /// ```
    ///
    /// ## Reference
    /// `std::sync::RwLock`, "potential deadlock example"; `parking_lot::RwLock::read`; `tokio::sync::RwLock::read`.
    pub RECURSIVE_READ = { id: "recursive-read", level: Warn, since: "0.1.0" }
}

/// Reports shared after shared.
pub(super) static CHECK: Check = Check {
    rule: &RECURSIVE_READ,
    run,
};

fn run(evidence: &Evidence<'_, '_>, findings: &mut Vec<Finding>) {
    for group in evidence.groups(Class::RecursiveRead) {
        findings.extend(finding(evidence, &group));
    }
}

fn finding(evidence: &Evidence<'_, '_>, group: &Group<'_>) -> Option<Finding> {
    let primary = group.overlaps.first()?;
    let message = format!(
        "`{}` is read-locked again{} while this thread holds a read guard: a writer that waits in between stops both",
        evidence.lock(group.guard),
        evidence.below(primary),
    );
    let help = "take the lock once and use its guard for both";
    evidence.story(&RECURSIVE_READ, group, message, help.to_owned())
}
