//! What was not resolved, by crate: so that silence can be read.
//!
//! No finding in a crate means little where half of its receivers are of unknown types. The JSON
//! report's `stats` has all of it, and `--stats` shows a person the table.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::hir::File;
use crate::walk::trace::Tally;

/// Opaque macros, missing modules and the like that are named one by one for a person.
const NAMED: usize = 12;

/// Method calls by what is known of their receiver.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Receivers {
    /// Its type is known.
    pub(crate) resolved: u64,
    /// Its type is not known: nothing is concluded, or a lock is possible by the method's name.
    pub(crate) unresolved: u64,
}

/// Calls by what is known of the callee.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Calls {
    /// In view, or in the vocabulary.
    pub(crate) resolved: u64,
    /// Known by name; its source is not in view.
    pub(crate) outside: u64,
    /// Not known.
    pub(crate) unresolved: u64,
}

/// Macro calls by how they were read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Macros {
    /// Known by name, or expanded by their definition.
    pub(crate) resolved: u64,
    /// Not known; their arguments all parsed, and are judged as if they stood in the call.
    pub(crate) guessed: u64,
    /// Not read at all.
    pub(crate) unresolved: u64,
    /// Those by name.
    pub(crate) opaque: BTreeMap<String, u64>,
}

impl Macros {
    /// Counts the macro calls of a file.
    pub(crate) fn add(&mut self, file: &File) {
        self.resolved += u64::from(file.macros.resolved);
        self.guessed += u64::from(file.macros.guessed);
        for (name, _) in &file.opaque_macros {
            self.unresolved += 1;
            *self.opaque.entry(name.to_string()).or_default() += 1;
        }
    }
}

/// What was resolved in one crate.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Crate {
    pub(crate) receivers: Receivers,
    pub(crate) calls: Calls,
    pub(crate) macros: Macros,
    /// Functions that were too large to be walked whole, by path.
    #[serde(rename = "functions-given-up")]
    pub(crate) given_up: Vec<String>,
}

impl Crate {
    /// Counts one body.
    pub(crate) fn add(&mut self, tally: &Tally) {
        self.receivers.resolved += u64::from(tally.receivers);
        self.receivers.unresolved += u64::from(tally.unknown_receivers);
        self.calls.resolved += u64::from(tally.calls);
        self.calls.outside += u64::from(tally.outside);
        self.calls.unresolved += u64::from(tally.unknown_calls);
    }

    /// Adds another count of the same crate.
    pub(crate) fn merge(&mut self, other: Self) {
        self.receivers.resolved += other.receivers.resolved;
        self.receivers.unresolved += other.receivers.unresolved;
        self.calls.resolved += other.calls.resolved;
        self.calls.outside += other.calls.outside;
        self.calls.unresolved += other.calls.unresolved;
        self.macros.resolved += other.macros.resolved;
        self.macros.guessed += other.macros.guessed;
        self.macros.unresolved += other.macros.unresolved;
        for (name, count) in other.macros.opaque {
            *self.macros.opaque.entry(name).or_default() += count;
        }
        self.given_up.extend(other.given_up);
    }

    fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// The counts of a run.
#[derive(Debug, Default)]
pub(crate) struct Stats {
    pub(crate) packages: usize,
    /// By name; twins of one name are one row.
    pub(crate) crates: BTreeMap<String, Crate>,
    /// `mod` declarations that lead to no file: the declaring file, and the module's name.
    pub(crate) missing: Vec<(String, String)>,
    /// Files that were passed over, by reason.
    pub(crate) skipped: BTreeMap<String, u64>,
}

impl Stats {
    /// The row of crate `name`.
    pub(crate) fn crate_of(&mut self, name: &str) -> &mut Crate {
        self.crates.entry(name.to_owned()).or_default()
    }

    /// Adds what another component gave.
    pub(crate) fn absorb(&mut self, other: Self) {
        for (name, found) in other.crates {
            self.crates.entry(name).or_default().merge(found);
        }
        self.missing.extend(other.missing);
        for (reason, count) in other.skipped {
            *self.skipped.entry(reason).or_default() += count;
        }
    }

    /// Counts a file that was passed over.
    pub(crate) fn skip(&mut self, reason: &str) {
        *self.skipped.entry(reason.to_owned()).or_default() += 1;
    }

    /// What the report's `stats` says.
    pub(crate) fn json(&mut self) -> BTreeMap<String, serde_json::Value> {
        self.crates.retain(|_, found| !found.is_empty());
        self.missing.sort();
        let mut unresolved: BTreeMap<&str, u64> = BTreeMap::new();
        let mut opaque: BTreeMap<&str, u64> = BTreeMap::new();
        let mut given_up: Vec<&str> = Vec::new();
        for found in self.crates.values_mut() {
            found.given_up.sort();
        }
        for (name, found) in &self.crates {
            let count = found.receivers.unresolved + found.calls.unresolved;
            if count > 0 {
                unresolved.insert(name, count);
            }
            for (name, count) in &found.macros.opaque {
                *opaque.entry(name).or_default() += count;
            }
            given_up.extend(found.given_up.iter().map(String::as_str));
        }
        given_up.sort_unstable();
        let missing: Vec<serde_json::Value> = self
            .missing
            .iter()
            .map(|(path, module)| serde_json::json!({ "path": path, "module": module }))
            .collect();
        [
            ("packages", serde_json::json!(self.packages)),
            ("crates", serde_json::json!(self.crates)),
            ("unresolved-calls", serde_json::json!(unresolved)),
            ("opaque-macros", serde_json::json!(opaque)),
            ("functions-given-up", serde_json::json!(given_up)),
            ("missing-modules", serde_json::json!(missing)),
            ("skipped-files", serde_json::json!(self.skipped)),
        ]
        .into_iter()
        .map(|(key, value)| (key.to_owned(), value))
        .collect()
    }

    /// The table for a person.
    pub(crate) fn table(&self) -> Vec<String> {
        let mut lines = vec!["what was resolved, by crate".to_owned()];
        let mut rows = vec![
            ["", "receivers", "", "calls", "", "", "macros", "", ""].map(str::to_owned),
            [
                "crate", "known", "unknown", "in view", "outside", "unknown", "read", "guessed",
                "opaque",
            ]
            .map(str::to_owned),
        ];
        let mut total = Crate::default();
        for (name, found) in &self.crates {
            rows.push(row(name, found));
            total.merge(found.clone());
        }
        if self.crates.len() > 1 {
            rows.push(row("total", &total));
        }
        lines.extend(aligned(&rows));
        lines.push(String::new());
        let known = total.calls.resolved + total.calls.outside;
        let unknown = total.receivers.unresolved + total.calls.unresolved;
        lines.push(format!(
            "what is called is known for {} of all calls; on an unknown receiver, in an unknown \
             function or an opaque macro no lock is seen, so silence says nothing about those",
            percent(known, known + unknown)
        ));
        let opaque = |(name, found): (&String, &Crate)| {
            let listed: Vec<String> = found
                .macros
                .opaque
                .iter()
                .map(|(it, count)| format!("{it}! {count} (in {name})"))
                .collect();
            listed
        };
        list(
            &mut lines,
            "opaque macros",
            self.crates.iter().flat_map(opaque).collect(),
        );
        list(&mut lines, "functions given up", total.given_up);
        let missing = self.missing.iter();
        list(
            &mut lines,
            "modules without a file",
            missing
                .map(|(path, module)| format!("{module} (in {path})"))
                .collect(),
        );
        let skipped = self.skipped.iter();
        list(
            &mut lines,
            "files skipped",
            skipped
                .map(|(reason, count)| format!("{count} {reason}"))
                .collect(),
        );
        lines
    }
}

fn row(name: &str, found: &Crate) -> [String; 9] {
    let receivers = found.receivers.resolved + found.receivers.unresolved;
    let calls = found.calls.resolved + found.calls.outside + found.calls.unresolved;
    let with_share = |part: u64, whole: u64| {
        if part == 0 {
            "0".to_owned()
        } else {
            format!("{part} ({})", percent(part, whole))
        }
    };
    [
        name.to_owned(),
        found.receivers.resolved.to_string(),
        with_share(found.receivers.unresolved, receivers),
        found.calls.resolved.to_string(),
        found.calls.outside.to_string(),
        with_share(found.calls.unresolved, calls),
        found.macros.resolved.to_string(),
        found.macros.guessed.to_string(),
        found.macros.unresolved.to_string(),
    ]
}

/// `part` of `whole`, rounded down; what is not nothing is at least 1 %, and never 100 % unless it
/// is all.
fn percent(part: u64, whole: u64) -> String {
    let share = part.saturating_mul(100).checked_div(whole).unwrap_or(100);
    let share = if part > 0 { share.max(1) } else { share };
    format!("{share} %")
}

/// Rows with their columns under each other: the first to the left, numbers to the right. The
/// first row are headings of several columns, to the left.
fn aligned(rows: &[[String; 9]]) -> Vec<String> {
    let width = |at: usize| {
        let cells = rows.iter().skip(1).filter_map(|row| row.get(at));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..9).map(width).collect();
    let mut lines = Vec::new();
    for (number, row) in rows.iter().enumerate() {
        let mut line = String::new();
        for (at, (cell, width)) in row.iter().zip(&widths).enumerate() {
            let gap = match at {
                0 => 0,
                1 | 3 | 6 => 4,
                _ => 2,
            };
            line.push_str(&" ".repeat(gap));
            let fill = " ".repeat(width.saturating_sub(cell.chars().count()));
            if at == 0 || number == 0 {
                line.push_str(cell);
                // A heading stands over the columns to its right as well.
                line.push_str(&fill);
            } else {
                line.push_str(&fill);
                line.push_str(cell);
            }
        }
        lines.push(line.trim_end().to_owned());
    }
    lines
}

/// `heading: a, b, … and 3 more`, where there is any.
fn list(lines: &mut Vec<String>, heading: &str, items: Vec<String>) {
    let count = items.len();
    if count == 0 {
        return;
    }
    let mut text = items.into_iter().take(NAMED).collect::<Vec<_>>().join(", ");
    if let Some(more) = count.checked_sub(NAMED).filter(|more| *more > 0) {
        text = format!("{text} and {more} more");
    }
    lines.push(format!("{heading}: {text}"));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_never_rounded_to_nothing_or_to_all() {
        assert_eq!(percent(0, 10), "0 %");
        assert_eq!(percent(1, 1_000), "1 %");
        assert_eq!(percent(999, 1_000), "99 %");
        assert_eq!(percent(10, 10), "100 %");
        assert_eq!(percent(0, 0), "100 %");
    }

    #[test]
    fn the_table_is_aligned_and_ends_with_what_it_means() {
        let mut stats = Stats::default();
        let one = Crate {
            receivers: Receivers {
                resolved: 90,
                unresolved: 10,
            },
            calls: Calls {
                resolved: 60,
                outside: 30,
                unresolved: 5,
            },
            ..Crate::default()
        };
        let mut two = one.clone();
        two.macros.unresolved = 1;
        two.macros.opaque.insert("weird".to_owned(), 1);
        stats.crates.insert("a".to_owned(), one);
        stats.crates.insert("longer".to_owned(), two);
        stats.skip("that do not parse and are no part of a target");
        let table = stats.table();
        let text = table.join("\n");
        insta::assert_snapshot!(text);
    }
}
