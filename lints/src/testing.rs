//! Literate rule tests: source with the expected findings marked under the offending text.
//!
//! ```text
//! self.a.write();
//! //   ^^^^^ relock
//! ```
//! A line whose first non-blank characters are `//` and whose next are spaces and carets expects a
//! finding of the named rule that starts on the line above at the first caret's column or covers
//! it. Findings that no mark expects, and marks that no finding meets, fail the test. A rule that is
//! off unless the policy turns it on counts where the text names it.

use std::sync::Arc;

use rules::{Finding, Level};

use crate::engine::judge;
use crate::hir::Name;
use crate::index::{CrateInput, Edition, FileId};
use crate::locks::Vocabulary;
use crate::syntax;

/// The findings in `text`, as one crate of edition `edition`.
pub(crate) fn findings(text: &str, edition: Edition) -> Vec<Finding> {
    let parsed = match edition {
        Edition::E2015 => ra_ap_syntax::Edition::Edition2015,
        Edition::E2018 => ra_ap_syntax::Edition::Edition2018,
        Edition::E2021 => ra_ap_syntax::Edition::Edition2021,
        Edition::E2024 => ra_ap_syntax::Edition::Edition2024,
    };
    let file = syntax::lower(Arc::from("test.rs"), text, parsed, 0);
    assert!(
        file.errors.is_empty(),
        "the test's source must parse: {:?}",
        file.errors
    );
    let krate = CrateInput {
        name: Name::new_static("test"),
        edition,
        is_test: false,
        silent: false,
        externs: Vec::new(),
        modules: vec![(Vec::new(), FileId(0), Vec::new())],
    };
    judge(&[file], vec![krate], &Vocabulary::shipped()).findings
}

/// `rule:line` of each finding in `text`.
pub(crate) fn places(text: &str, edition: Edition) -> Vec<String> {
    findings(text, edition)
        .iter()
        .filter(|finding| finding.rule.level > Level::Allow || text.contains(finding.rule.id))
        .map(|finding| format!("{}:{}", finding.rule.id, finding.span.start.line))
        .collect()
}

/// Checks `text` against its marks in `edition`.
#[track_caller]
pub(crate) fn check(edition: Edition, text: &str) {
    let mut expected = Vec::new();
    let mut code_line = 0;
    for (at, line) in text.lines().enumerate() {
        let mark = line.trim_start().strip_prefix("//").map(str::trim_start);
        match mark {
            Some(mark) if mark.starts_with('^') => {
                let rule = mark.trim_start_matches('^').trim();
                expected.push(format!("{rule}:{code_line}"));
            }
            _ => code_line = at + 1,
        }
    }
    let mut found = places(text, edition);
    expected.sort();
    found.sort();
    assert_eq!(found, expected, "in edition {}", edition.as_str());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn smoke() {
        check(
            Edition::E2021,
            r"
use parking_lot::RwLock;
use std::collections::HashMap;
use std::sync::Arc;
struct Proxy { load: Arc<RwLock<HashMap<u32, u32>>> }
impl Proxy {
    fn get(&self, key: u32) {
        if let Some(load) = self.load.read().get(&key) {
            serve(load);
        } else {
            self.init_for(key);
            // ^^^^^^^^ relock-in-scrutinee
        }
    }
    fn init_for(&self, key: u32) { self.store(key, 1) }
    fn store(&self, key: u32, value: u32) { self.load.write().insert(key, value); }
}
fn serve(_: &u32) {}
",
        );
    }

    #[test]
    fn smoke_2024() {
        check(
            Edition::E2024,
            r"
use parking_lot::RwLock;
use std::collections::HashMap;
use std::sync::Arc;
struct Proxy { load: Arc<RwLock<HashMap<u32, u32>>> }
impl Proxy {
    fn get(&self, key: u32) {
        if let Some(load) = self.load.read().get(&key) {
            serve(load);
        } else {
            self.init_for(key);
        }
    }
    fn init_for(&self, key: u32) { self.store(key, 1) }
    fn store(&self, key: u32, value: u32) { self.load.write().insert(key, value); }
}
fn serve(_: &u32) {}
",
        );
    }
}
