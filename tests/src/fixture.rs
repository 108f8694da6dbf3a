//! Fixtures: small inputs that say themselves what must be found in them.
//!
//! A *case* is a file or a folder `tests/fixtures/<part>/<rule-id>/{bad,good}*`.
//! A line of a bad case ends in `~ rule-id` behind a comment sign (`//~`, `#~`); `~^` speaks of the
//! line above and `~v` of the line below, and several ids are separated by spaces.
//! Every finding must be announced and every announcement must come true. A good case is silent.

use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use crate::tree;

/// Beside a binary file, the text that announces what is found in it has its name and this.
const BESIDE: &str = ".announced";

/// One case of one rule.
#[derive(Debug)]
pub struct Case {
    /// The rule's id: the folder's name.
    pub rule: String,
    /// The case's name without extension: `bad`, `good_other_lock`.
    pub name: String,
    /// The file or folder.
    pub path: PathBuf,
}

impl Case {
    /// True where it must be silent.
    pub fn is_good(&self) -> bool {
        self.name.starts_with("good")
    }

    /// What the first line says after `edition:`; the edition that the case is for.
    pub fn edition(&self) -> Option<String> {
        let text = std::fs::read_to_string(&self.path).ok()?;
        let edition = text.lines().next()?.split_once("edition:")?.1;
        Some(edition.trim().to_owned())
    }

    /// What must be found: path below the rule's folder, line, rule id; sorted.
    pub fn announced(&self) -> Vec<(String, u64, String)> {
        let folder = self.path.parent().expect("a case lies in a folder");
        let mut announced = Vec::new();
        for entry in WalkDir::new(&self.path).sort_by_file_name() {
            let entry = entry.expect("the case can be read");
            // Binary files announce nothing; what is found in them is announced beside them, in a
            // file of their name and `.announced`.
            let Ok(text) = std::fs::read_to_string(entry.path()) else {
                continue;
            };
            let below = entry.path().strip_prefix(folder).expect("it lies in it");
            let below = tree::relative(below);
            let below = below.strip_suffix(BESIDE).unwrap_or(&below);
            for (line, rules) in announcements(&text) {
                announced.extend(rules.map(|rule| (below.to_owned(), line, rule.to_owned())));
            }
        }
        announced.sort();
        announced
    }
}

/// Line (from 1) and rule ids of every announcement in `text`.
fn announcements(text: &str) -> impl Iterator<Item = (u64, impl Iterator<Item = &str>)> {
    (1..).zip(text.lines()).filter_map(|(line, text)| {
        let after = ["//~", "#~"]
            .iter()
            .find_map(|sign| text.split_once(sign))?
            .1;
        let (line, rules) = match after.strip_prefix('^') {
            Some(rules) => (line - 1, rules),
            None => match after.strip_prefix('v') {
                Some(rules) if rules.starts_with(' ') => (line + 1, rules),
                _ => (line, after),
            },
        };
        Some((line, rules.split_whitespace()))
    })
}

/// Every case of `part`, sorted by rule and name.
///
/// Snapshots (`*.snap`), policies (`preflight.yaml`) and notes (`*.md`) beside the cases are none.
pub fn cases(part: &str) -> Vec<Case> {
    let folder = tree::at("tests/fixtures").join(part);
    if !folder.exists() {
        return Vec::new();
    }
    let mut cases = Vec::new();
    for rule in tree::children(&folder).iter().filter(|path| path.is_dir()) {
        for path in tree::children(rule) {
            let name = stem(&path);
            if (name.starts_with("bad") || name.starts_with("good")) && !is_snapshot(&path) {
                cases.push(Case {
                    rule: stem(rule),
                    name,
                    path,
                });
            }
        }
    }
    cases
}

fn is_snapshot(path: &Path) -> bool {
    path.to_string_lossy().contains(".snap")
}

fn stem(path: &Path) -> String {
    path.file_stem()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn announcements_name_their_line() {
        let text = "a(); //~ relock\n//~^ two\nkey: 1 #~v one other\nnothing\n";
        let found: Vec<(u64, Vec<&str>)> = announcements(text)
            .map(|(line, rules)| (line, rules.collect()))
            .collect();
        assert_eq!(
            found,
            [
                (1, vec!["relock"]),
                (1, vec!["two"]),
                (4, vec!["one", "other"])
            ]
        );
    }
}
