//! The contract between a rule and the code that enforces it.

use rules::{Finding, Rule};

use crate::audit::Audit;

/// A rule and the function that finds its violations.
///
/// A check does no input or output, does not read the clock and cannot fail: everything it needs
/// is in the [`Audit`].
#[derive(Debug)]
pub struct Check {
    /// What is promised.
    pub rule: &'static Rule,
    /// What enforces it. The order of the findings does not matter.
    pub run: fn(&Audit<'_>) -> Vec<Finding>,
}
