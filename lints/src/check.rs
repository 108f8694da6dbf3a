//! What a check is: a rule and the function that enforces it on one function's evidence.

use rules::{Finding, Rule};

use crate::analysis::evidence::Evidence;

/// A check: data and a function. It does no I/O, reads no clock and cannot fail.
#[derive(Debug, Clone, Copy)]
pub struct Check {
    /// What it promises.
    pub rule: &'static Rule,
    /// Adds the findings about one function.
    pub run: fn(&Evidence<'_, '_>, &mut Vec<Finding>),
}
