//! The `lints:` section of the policy: what a team adds to the vocabulary of locks.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::blocking::{Across, Operation};
use crate::locks::Lock;

/// `lints:` in `preflight.yaml`. The form is that of `packs/lints/locks.yaml`.
///
/// ```yaml
/// lints:
///   locks:
///     - types: [corro::CountedRwLock]
///       kind: rwlock
///       async: true
///       inner: 0
///       methods:
///         read: { mode: shared, async: true }
///         write: { mode: exclusive, async: true }
///   guards: { corro::ReadGuard: 0 }
///   transparent: { corro::Shared: 0 }
///   blocking:
///     - what: receive
///       types: [corro::Inbox]
///       methods: [next_blocking]
///   lock-across-blocking: { files: true, network: true, callbacks: true }
/// ```
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct LintsSection {
    /// Lock types.
    #[serde(default)]
    pub locks: Vec<Lock>,
    /// Guard types: the number of the type argument that each dereferences to.
    #[serde(default)]
    pub guards: BTreeMap<String, usize>,
    /// Wrappers that stand for their content: the number of the type argument.
    #[serde(default)]
    pub transparent: BTreeMap<String, usize>,
    /// Operations in which a thread waits, in the form of `packs/lints/blocking.yaml`.
    #[serde(default)]
    pub blocking: Vec<Operation>,
    /// What else `lock-across-blocking` reports; nothing by default.
    #[serde(default)]
    pub lock_across_blocking: Across,
}
