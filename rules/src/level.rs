//! How much a finding matters, and how sure it is.

use serde::{Deserialize, Serialize};

/// What a finding does to the verdict: the only axis that a user sets.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    schemars::JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// The rule emits nothing.
    Allow,
    /// Shown; fails a gate only with `--fail-on warn`.
    Warn,
    /// Shown, and fails the gate.
    Deny,
}

impl Level {
    /// The word used in policies and reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Warn => "warn",
            Self::Deny => "deny",
        }
    }

    /// One level lower; `allow` stays `allow`.
    #[must_use]
    pub fn lowered(self) -> Self {
        match self {
            Self::Deny => Self::Warn,
            Self::Warn | Self::Allow => Self::Allow,
        }
    }
}

/// How every step from the rule's promise to this place was resolved.
///
/// Ordered from the weakest to the strongest, so the certainty of a chain is the minimum of its
/// steps.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    schemars::JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Certainty {
    /// At least one step is a guess; never denies unless the policy says `deny-possible`.
    Possible,
    /// One step was resolved by a named heuristic.
    Likely,
    /// Every step was resolved.
    Proven,
}

impl Certainty {
    /// The word used in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Possible => "possible",
            Self::Likely => "likely",
            Self::Proven => "proven",
        }
    }
}
