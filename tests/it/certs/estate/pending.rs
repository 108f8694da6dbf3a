//! What the truth knows and the command does not do yet, each with the reason.
//!
//! Nothing is left out in silence: an entry that is no longer needed fails.

/// Formats that are not read yet.
pub(super) const FORMATS: &[(&str, &str)] = &[];

/// Rules that do not exist yet.
pub(super) const RULES: &[(&str, &str)] = &[];

/// Situations that are judged differently than the truth says: rule, path, reason.
pub(super) const FINDINGS: &[(&str, &str, &str)] = &[];
