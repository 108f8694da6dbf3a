//! What a check is: a rule and the function that enforces it, on one function's evidence or on a
//! whole component.

use rules::{Finding, Rule};

use crate::analysis::evidence::Evidence;
use crate::analysis::whole::Whole;

/// A check: data and a function. It does no I/O, reads no clock and cannot fail.
#[derive(Debug, Clone, Copy)]
pub struct Check {
    /// What it promises.
    pub rule: &'static Rule,
    /// Adds the findings about one function.
    pub run: fn(&Evidence<'_, '_>, &mut Vec<Finding>),
}

/// A check of what no function shows alone.
#[derive(Debug, Clone, Copy)]
pub struct WholeCheck {
    /// What it promises.
    pub rule: &'static Rule,
    /// Adds the findings about one component.
    pub run: fn(&Whole<'_, '_>, &mut Vec<Finding>),
}
