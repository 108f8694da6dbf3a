//! The contract of a check: data and a function over a change.

use rules::{Finding, Rule};

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
        None => finding
            .with_lowered(true)
            .with_note("base had this already, so it is at most a warning"),
    }
}
