//! `refcell-reborrow`: the same on a `RefCell`.

use rules::Finding;

use crate::analysis::evidence::{Evidence, Group};
use crate::analysis::overlap::Class;
use crate::check::Check;

rules::rule! {
    /// Reports a `RefCell` borrowed again while a conflicting borrow of it is alive: it panics.
    ///
    /// ## Why
    /// `borrow_mut` panics while any borrow lives, and `borrow` while a mutable one does.
    /// The borrow is a temporary with the same life as a lock guard: through the body of a `match` or `if let`, to the end of the statement among arguments.
    ///
    /// ## Bad
    /// ```rust
    /// use std::cell::RefCell;
    ///
    /// struct Cache { names: RefCell<Vec<String>> }
    ///
    /// impl Cache {
    ///     fn first(&self) -> String {
    ///         match self.names.borrow().first() {
    ///             Some(name) => name.clone(),
    ///             None => self.add("unknown"),
    ///         }
    ///     }
    ///     fn add(&self, name: &str) -> String {
    ///         self.names.borrow_mut().push(name.to_owned());
    ///         name.to_owned()
    ///     }
    /// }
    /// ```
    ///
    /// ## Good
    /// ```rust
    /// use std::cell::RefCell;
    ///
    /// struct Cache { names: RefCell<Vec<String>> }
    ///
    /// impl Cache {
    ///     fn first(&self) -> String {
    ///         let first = self.names.borrow().first().cloned();
    ///         match first {
    ///             Some(name) => name,
    ///             None => self.add("unknown"),
    ///         }
    ///     }
    ///     fn add(&self, name: &str) -> String {
    ///         self.names.borrow_mut().push(name.to_owned());
    ///         name.to_owned()
    ///     }
    /// }
    /// ```
    ///
    /// ## Reference
    /// `std::cell::RefCell::borrow_mut`, section "Panics".
    pub REFCELL_REBORROW = { id: "refcell-reborrow", level: Deny, since: "0.1.0" }
}

/// Reports conflicting borrows.
pub(super) static CHECK: Check = Check {
    rule: &REFCELL_REBORROW,
    run,
};

fn run(evidence: &Evidence<'_, '_>, findings: &mut Vec<Finding>) {
    for group in evidence.groups(Class::Reborrow) {
        findings.extend(finding(evidence, &group));
    }
}

fn finding(evidence: &Evidence<'_, '_>, group: &Group<'_>) -> Option<Finding> {
    let primary = group.overlaps.first()?;
    let message = format!(
        "`{}` is {}{} while a {} of it is alive: it panics",
        evidence.lock(group.guard),
        evidence.taking(group.guard, primary.taken),
        evidence.below(primary),
        evidence.noun(group.guard),
    );
    let help =
        "end the first borrow before this point: bind what it gives to a variable of its own";
    evidence.story(&REFCELL_REBORROW, group, message, help.to_owned())
}
