//! What a change takes from the gate that judges it.
//!
//! Other rules use head's values: a floor that head lowers is a floor that head keeps. So each
//! value that could let something pass is compared with base's, and whatever became weaker is
//! named.

mod floors;
mod gate;
mod limits;
mod neighbors;
pub mod sources;
mod space;

use rules::policy::Policy;
use rules::{Level, Span};

use crate::change::Side;

/// One thing that became weaker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relaxation {
    /// The key of the policy, such as `min-sites`.
    pub key: &'static str,
    /// What it belongs to: a service, a prefix, a rule.
    pub subject: String,
    /// What became weaker: a lower-case fragment.
    pub message: String,
    /// Where head says so, or could say more.
    pub head: Span,
    /// Where base was stricter.
    pub base: Option<Span>,
}

/// Everything that `head` relaxes.
pub fn between(base: &Side, head: &Side) -> Vec<Relaxation> {
    let mut found = Vec::new();
    floors::compare(base, head, &mut found);
    space::compare(base, head, &mut found);
    neighbors::compare(base, head, &mut found);
    sources::compare(base, head, &mut found);
    limits::compare(base, head, &mut found);
    gate::compare(base, head, &mut found);
    found
}

/// The level that base's policy gives to relaxations.
pub fn level(base: &Policy) -> Level {
    let rule = &crate::checks::POLICY_RELAXED;
    let setting = base.setting(rule.id);
    setting
        .and_then(|(setting, _)| setting.level)
        .unwrap_or(rule.level)
}
