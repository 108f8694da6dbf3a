//! The contract of a check: data and a function over a change.

use rules::{Finding, Level, Rule};

use crate::change::Change;

/// The code that enforces a rule.
#[derive(Debug)]
pub struct Check {
    /// The promise.
    pub rule: &'static Rule,
    /// Judges a change. It reads nothing else, and neither fails nor prints.
    pub run: fn(&Change) -> Vec<Finding>,
}

/// Marks a finding as one that base already had: it is at most a warning, unless the policy
/// wants it judged as new.
pub fn existing(change: &Change, existing: bool, finding: Finding) -> Finding {
    let finding = finding.with_data("existing", existing);
    if !existing {
        return finding;
    }
    match change.existing_denies() {
        Some(span) => {
            finding.with_label(span.clone(), "violations that base had are judged as new")
        }
        None => at_most_a_warning(change, finding)
            .with_note("base had this already, so it is at most a warning"),
    }
}

/// Lowers a finding that would deny to a warning. What only warns stays a warning: lowered, it
/// would not be shown at all.
pub fn at_most_a_warning(change: &Change, finding: Finding) -> Finding {
    let setting = change.head.policy.setting(finding.rule.id);
    let level = setting.and_then(|(setting, _)| setting.level);
    let denies = level.unwrap_or(finding.level) == Level::Deny;
    finding.with_lowered(denies)
}
