//! The kernel's own rules: what is wrong with the exceptions that people make.
//!
//! An exception that nobody needs any more hides the next fault of its kind, so each of them is
//! held to its reason and its end.

use crate::Rule;

crate::rule! {
    /// Reports an exemption of the policy whose last day has passed.
    ///
    /// ## Why
    /// An exemption is a promise to come back.
    /// Once its day has passed it exempts nothing any more, and the finding that it covered counts again.
    ///
    /// ## Bad
    /// ```yaml
    /// exemptions:
    ///   - rule: relock
    ///     match: { path: "src/legacy/**" }
    ///     until: 2024-01-31          # long ago
    ///     reason: goes away with the old protocol
    /// ```
    ///
    /// ## Good
    /// The finding is gone and so is the exemption, or it has a new day that somebody agreed to.
    /// ```yaml
    /// exemptions: []
    /// ```
    ///
    /// ## Reference
    /// The policy's `exemptions`: `until` is the last day on which one holds, in UTC.
    pub EXPIRED_EXEMPTION = { id: "expired-exemption", level: Deny, since: "0.1.0" }
}

crate::rule! {
    /// Reports a comment that is meant to suppress a finding and does not.
    ///
    /// ## Why
    /// A misspelled suppression suppresses nothing, and its author believes that it does.
    ///
    /// ## Bad
    /// ```text
    /// // preflight: alow(relock): the map is never shared
    /// ```
    ///
    /// ## Good
    /// ```text
    /// // preflight: allow(relock): the map is never shared
    /// ```
    ///
    /// ## Reference
    /// The form is `preflight: allow(rule-id, …): reason`, first in a comment that begins with `//`, `#` or `--`.
    pub MALFORMED_SUPPRESSION = { id: "malformed-suppression", level: Warn, since: "0.1.0" }
}

crate::rule! {
    /// Reports an entry of the baseline whose finding is gone.
    ///
    /// ## Why
    /// A baseline is a debt that shrinks.
    /// An entry that nothing needs would hide the same fault when it comes back.
    ///
    /// ## Bad
    /// A file given by `--baseline` that lists the fingerprint of a finding that has been fixed.
    /// ```text
    /// { "fingerprint": "5f7c…", "rule": "relock", "path": "src/fixed.rs" }
    /// ```
    ///
    /// ## Good
    /// The entry is removed, by hand or by `--write-baseline`.
    /// ```text
    /// "entries": []
    /// ```
    ///
    /// ## Reference
    /// The schema `preflight.baseline/v1`: each entry hides one finding of its fingerprint.
    pub STALE_BASELINE_ENTRY = { id: "stale-baseline-entry", level: Warn, since: "0.1.0" }
}

crate::rule! {
    /// Reports a suppression that gives no reason; it has no effect.
    ///
    /// ## Why
    /// The person who meets it next cannot tell a decision from a shortcut.
    ///
    /// ## Bad
    /// ```text
    /// // preflight: allow(relock)
    /// ```
    ///
    /// ## Good
    /// ```text
    /// // preflight: allow(relock): the two shards are never the same, see `Shards::split`
    /// ```
    ///
    /// ## Reference
    /// The form is `preflight: allow(rule-id, …): reason`.
    pub SUPPRESSION_WITHOUT_REASON = { id: "suppression-without-reason", level: Warn, since: "0.1.0" }
}

crate::rule! {
    /// Reports a suppression that names a rule that no part has.
    ///
    /// ## Why
    /// It suppresses nothing, and its author believes that it does.
    ///
    /// ## Bad
    /// ```text
    /// // preflight: allow(re-lock): the map is never shared
    /// ```
    ///
    /// ## Good
    /// ```text
    /// // preflight: allow(relock): the map is never shared
    /// ```
    ///
    /// ## Reference
    /// The command `rules` lists the ids.
    pub UNKNOWN_SUPPRESSED_RULE = { id: "unknown-suppressed-rule", level: Warn, since: "0.1.0" }
}

crate::rule! {
    /// Reports an exemption of the policy that no finding matches.
    ///
    /// ## Why
    /// The fault is gone, or the match was never right; in both cases it waits to hide another.
    ///
    /// ## Bad
    /// ```yaml
    /// exemptions:
    ///   - rule: relock
    ///     match: { path: "src/removed-long-ago/**" }
    ///     until: 2099-12-31
    ///     reason: goes away with the old protocol
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// exemptions: []
    /// ```
    ///
    /// ## Reference
    /// The policy's `exemptions`: `path` is relative to the policy's folder.
    pub UNMATCHED_EXEMPTION = { id: "unmatched-exemption", level: Warn, since: "0.1.0" }
}

crate::rule! {
    /// Reports a suppression that covers no finding of its rule.
    ///
    /// ## Why
    /// The fault is gone, or the comment stands in the wrong place.
    /// It would hide the next fault of that kind on its line.
    ///
    /// ## Bad
    /// ```text
    /// // preflight: allow(relock): the map is never shared
    /// let answer = 42;
    /// ```
    ///
    /// ## Good
    /// ```text
    /// let answer = 42;
    /// ```
    ///
    /// ## Reference
    /// Only rules of the parts that run are judged, and only those that the policy does not allow altogether.
    pub UNUSED_SUPPRESSION = { id: "unused-suppression", level: Warn, since: "0.1.0" }
}

/// The kernel's own rules, sorted by id.
pub const OWN: &[&Rule] = &[
    &EXPIRED_EXEMPTION,
    &MALFORMED_SUPPRESSION,
    &STALE_BASELINE_ENTRY,
    &SUPPRESSION_WITHOUT_REASON,
    &UNKNOWN_SUPPRESSED_RULE,
    &UNMATCHED_EXEMPTION,
    &UNUSED_SUPPRESSION,
];
