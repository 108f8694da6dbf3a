//! `once-reentry`: an initialiser reaches its own cell.

use rules::Finding;

use crate::analysis::evidence::{Evidence, Group};
use crate::analysis::overlap::Class;
use crate::check::Check;
use crate::locks::Conflict;

rules::rule! {
    /// Reports a cell that is needed by its own initialiser, directly or below it in the call tree.
    ///
    /// ## Why
    /// `OnceLock::get_or_init`, `LazyLock`, `Once::call_once`, `lazy_static!` and their kin hold the cell while the initialiser runs.
    /// An initialiser that needs the content of the cell waits for itself: nothing is printed, and the first request that touches the cell hangs with all that follow.
    /// The cells of a single thread (`OnceCell`, `LazyCell`) panic.
    /// It happens when a logger is configured by code that logs, or when settings are read by code that asks the settings.
    ///
    /// `get` is no fault: it says that there is nothing yet.
    /// Setting the cell from within is one.
    ///
    /// ## Bad
    /// ```rust
    /// use std::sync::OnceLock;
    ///
    /// static REGION: OnceLock<String> = OnceLock::new();
    ///
    /// fn region() -> &'static str {
    ///     REGION.get_or_init(|| lookup("region"))
    /// }
    /// fn lookup(key: &str) -> String {
    ///     format!("{key} near {}", region())
    /// }
    /// ```
    ///
    /// ## Good
    /// ```rust
    /// use std::sync::OnceLock;
    ///
    /// static REGION: OnceLock<String> = OnceLock::new();
    ///
    /// fn region() -> &'static str {
    ///     REGION.get_or_init(|| lookup("region"))
    /// }
    /// fn lookup(key: &str) -> String {
    ///     format!("{key} near {}", REGION.get().map_or("nowhere", String::as_str))
    /// }
    /// ```
    ///
    /// ## Reference
    /// `std::sync::OnceLock::get_or_init`: "It is an error to reentrantly initialize the cell"; `std::sync::Once::call_once`.
    pub ONCE_REENTRY = { id: "once-reentry", level: Deny, since: "0.1.0" }
}

/// Reports initialisers that need their own cell.
pub(super) static CHECK: Check = Check {
    rule: &ONCE_REENTRY,
    run,
};

fn run(evidence: &Evidence<'_, '_>, findings: &mut Vec<Finding>) {
    for group in evidence.groups(Class::Reentry) {
        findings.extend(finding(evidence, &group));
    }
}

fn finding(evidence: &Evidence<'_, '_>, group: &Group<'_>) -> Option<Finding> {
    let primary = group.overlaps.first()?;
    let consequence = match primary.conflict {
        Conflict::Panic => "it panics",
        _ => "the thread waits for itself",
    };
    let message = format!(
        "the initialiser of `{lock}` needs `{lock}` itself{below}: {consequence}",
        lock = evidence.lock(group.guard),
        below = evidence.below(primary),
    );
    let help =
        "compute the value from what does not need the cell, or ask with `get` what is there";
    evidence.story(&ONCE_REENTRY, group, message, help.to_owned())
}

#[cfg(test)]
mod tests {
    use crate::index::Edition;
    use crate::testing::{check, findings};

    #[test]
    fn statics_of_every_kind_hold_their_initialiser() {
        check(
            Edition::E2024,
            r"
use std::sync::{LazyLock, Once};
use once_cell::sync::Lazy;
lazy_static::lazy_static! {
    static ref NAME: String = prefix();
    //                        ^^^^^^ once-reentry
}
fn prefix() -> String { NAME.clone() }
static PORT: LazyLock<u16> = LazyLock::new(|| next());
//                                            ^^^^ once-reentry
fn next() -> u16 { *PORT + 1 }
static LEVEL: Lazy<u8> = Lazy::new(level);
//                                 ^^^^^ once-reentry
fn level() -> u8 { *Lazy::force(&LEVEL) }
static START: Once = Once::new();
fn start() { START.call_once(|| again()); }
//                              ^^^^^ once-reentry
fn again() { START.call_once(|| ()); }
",
        );
    }

    #[test]
    fn another_cell_and_a_question_are_no_fault() {
        check(
            Edition::E2024,
            r"
use std::sync::{LazyLock, OnceLock};
static BASE: LazyLock<u16> = LazyLock::new(|| 8000);
static PORT: LazyLock<u16> = LazyLock::new(|| *BASE + 1);
static NAME: OnceLock<String> = OnceLock::new();
fn name() -> &'static str { NAME.get_or_init(|| NAME.get().cloned().unwrap_or_default()) }
struct Node { parent: Option<Box<Node>>, depth: OnceLock<u32> }
impl Node {
    fn depth(&self) -> u32 {
        *self.depth.get_or_init(|| match &self.parent {
            Some(parent) => parent.depth() + 1,
            None => 0,
        })
    }
}
",
        );
    }

    #[test]
    fn what_follows_depends_on_the_cell() {
        let found = findings(
            "use std::cell::OnceCell; struct S { c: OnceCell<u8> }
impl S {
    fn get(&self) -> u8 { *self.c.get_or_init(|| self.make()) }
    fn make(&self) -> u8 { self.get() }
}",
            Edition::E2021,
        );
        let messages: Vec<&str> = found.iter().map(|found| found.message.as_str()).collect();
        assert_eq!(
            messages,
            ["the initialiser of `self.c` needs `self.c` itself below `S::make`: it panics"]
        );
    }
}
