//! The `lints:` section of the policy: what a team adds to the vocabulary of locks.

use std::collections::BTreeMap;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

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

/// Paths from the crate on: a name without one would never be found.
pub(crate) fn type_paths<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Vec<String>, D::Error> {
    let paths = Vec::<String>::deserialize(deserializer)?;
    if paths.is_empty() {
        return Err(D::Error::custom("expected at least one type"));
    }
    for path in &paths {
        let is_name =
            |part: &str| !part.is_empty() && part.chars().all(|c| c.is_alphanumeric() || c == '_');
        let last = path.rsplit("::").next().unwrap_or_default();
        let (before, last) = (path.strip_suffix(last), last.trim_end_matches("(1)"));
        let is_path = before
            .and_then(|it| it.strip_suffix("::"))
            .is_some_and(|before| before == "*" || before.split("::").all(is_name));
        if !is_path || !is_name(last) {
            return Err(D::Error::custom(format!(
                "`{path}` is not a path from a crate to a type, such as `parking_lot::Mutex`"
            )));
        }
    }
    Ok(paths)
}
