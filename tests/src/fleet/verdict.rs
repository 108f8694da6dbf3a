//! The tool's answer about a pair of states, and how it compares with what is true.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::fs;
use std::path::Path;

use rules::Exit;
use serde_json::Value;
use tempfile::TempDir;

use super::network::Tuning;
use super::{Files, History, Language, Planted};
use crate::cli::{self, Tool};

/// What the tool says about a change.
#[derive(Debug)]
pub struct Verdict {
    /// Its exit status.
    pub exit: Exit,
    /// Findings of level deny: rule and message.
    pub denied: BTreeSet<(String, String)>,
    /// Rules that warn.
    pub warned: BTreeSet<String>,
    /// What is undecided: place and reason.
    pub undecided: Vec<String>,
}

impl Verdict {
    /// Reads the report of a run.
    pub fn of((exit, report): (Exit, Value)) -> Self {
        let found = cli::findings(&report);
        let of = |level: &str| {
            found
                .iter()
                .filter(|found| found.level == level)
                .collect::<Vec<_>>()
        };
        let text = |entry: &Value, key: &str| {
            let text = entry.get(key).and_then(Value::as_str);
            text.unwrap_or_default().to_owned()
        };
        let undecided = report.get("undecided").and_then(Value::as_array);
        Self {
            exit,
            denied: of("deny")
                .into_iter()
                .map(|found| (found.rule.clone(), found.message.clone()))
                .collect(),
            warned: of("warn")
                .into_iter()
                .map(|found| found.rule.clone())
                .collect(),
            undecided: undecided
                .into_iter()
                .flatten()
                .map(|entry| format!("{}: {}", text(entry, "path"), text(entry, "reason")))
                .collect(),
        }
    }

    /// The rules that deny.
    pub fn rules(&self) -> BTreeSet<&str> {
        self.denied.iter().map(|(rule, _)| rule.as_str()).collect()
    }

    /// What is wrong with this answer about a healthy change.
    pub fn against_healthy(&self) -> Option<String> {
        (self.exit != Exit::Clean).then(|| self.to_string())
    }

    /// What is wrong with this answer about a mistake.
    pub fn against_mistake(&self, planted: &Planted) -> Option<String> {
        let right = if planted.kind.rules.is_empty() {
            self.exit == Exit::Undecided
        } else {
            let rules = self.rules();
            self.exit == Exit::Denied && planted.kind.rules.iter().any(|rule| rules.contains(rule))
        };
        (!right).then(|| format!("expected {:?}: {self}", planted.kind.rules))
    }
}

impl std::fmt::Display for Verdict {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}", self.exit)?;
        for (rule, message) in self.denied.iter().take(6) {
            write!(f, "\n    {rule}: {message}")?;
        }
        for reason in self.undecided.iter().take(4) {
            write!(f, "\n    undecided {reason}")?;
        }
        Ok(())
    }
}

/// A folder that holds one state after the other, of which only what differs is written.
#[derive(Debug)]
pub struct Folder {
    place: TempDir,
    holds: Files,
}

impl Default for Folder {
    fn default() -> Self {
        Self {
            place: tempfile::tempdir().expect("a temporary folder can be made"),
            holds: Files::new(),
        }
    }
}

impl Folder {
    /// Makes the folder hold `files`, and says where it is.
    pub fn holding(&mut self, files: &Files) -> &Path {
        let root = self.place.path();
        for path in self.holds.keys().filter(|path| !files.contains_key(*path)) {
            fs::remove_file(root.join(path)).expect("what was written can be removed");
        }
        for (path, text) in files {
            if self.holds.get(path) != Some(text) {
                let path = root.join(path);
                fs::create_dir_all(path.parent().expect("a file lies in a folder"))
                    .expect("a folder can be made");
                fs::write(path, text).expect("a file can be written");
            }
        }
        self.holds = files.clone();
        root
    }
}

/// A base and a head to judge.
#[derive(Debug, Default)]
pub struct Judge {
    base: Folder,
    head: Folder,
}

impl Judge {
    /// The tool's answer about the change from `base` to `head`.
    pub fn judge(&mut self, base: &Files, head: &Files) -> Verdict {
        let base = self.base.holding(base).as_os_str().to_owned();
        let head = self.head.holding(head);
        Verdict::of(
            check(head)
                .args([OsString::from("--base"), base])
                .args([OsString::from("--head"), head.as_os_str().to_owned()])
                .report(),
        )
    }
}

/// The tool in `folder`, one worker, ready for its base and head.
pub fn check(folder: &Path) -> Tool {
    Tool::new("bgp-ci", bgp_ci::run)
        .cwd(folder)
        .args(["check", "--jobs", "1"])
}

type SentKey = (String, usize, String);
type SentWhat = (Tuning, bool, bool);
type Sent = BTreeMap<SentKey, SentWhat>;

/// How many of each there were, and what was answered wrongly.
#[derive(Debug, Default)]
pub struct Tally {
    /// Healthy changes that were judged.
    pub healthy: usize,
    /// Those among them that change no file of the language.
    pub silent: usize,
    /// Those by which no neighbour receives anything else.
    pub unseen: usize,
    /// Those by which neighbours receive other attributes, or over other sessions: every prefix
    /// is still at every site.
    pub tuned: usize,
    /// Those by which a prefix comes to a site or goes from it.
    pub moved: usize,
    /// Those by which more than five sites send something else.
    pub wide: usize,
    /// Mistakes that were judged.
    pub mistakes: usize,
    /// What is wrong, in words.
    pub wrong: Vec<String>,
}

impl Tally {
    /// Judges every `step`th change of `history` in `language`.
    pub fn healthy(&mut self, history: &History, language: Language, step: usize) {
        let mut judge = Judge::default();
        let mut before: Option<Files> = None;
        let mut sent = BTreeMap::new();
        for (number, commit) in history.commits.iter().enumerate() {
            let files = language.files(&commit.network);
            let was = std::mem::replace(&mut sent, commit.network.sent());
            if let Some(before) = before.filter(|_| number % step == 0) {
                self.classify(&was, &sent);
                self.healthy += 1;
                self.silent += usize::from(before == files);
                let verdict = judge.judge(&before, &files);
                if let Some(wrong) = verdict.against_healthy() {
                    self.wrong.push(format!(
                        "{language:?}, commit {number}, {} ({}): {wrong}",
                        commit.kind, commit.subject
                    ));
                }
            }
            before = Some(files);
        }
    }

    /// Counts a change among its kind.
    fn classify(&mut self, was: &Sent, is: &Sent) {
        let at = |sent: &Sent| -> BTreeSet<(String, String)> {
            let there = sent.iter().filter(|(_, (_, _, hidden))| !hidden);
            there
                .map(|((site, _, prefix), _)| (site.clone(), prefix.clone()))
                .collect()
        };
        let differs = |(key, what): &(&SentKey, &SentWhat), other: &Sent| {
            other.get(*key).is_none_or(|there| there != *what)
        };
        let gone = was.iter().filter(|entry| differs(entry, is));
        let new = is.iter().filter(|entry| differs(entry, was));
        let sites: BTreeSet<&String> = gone.chain(new).map(|((site, _, _), _)| site).collect();
        self.wide += usize::from(sites.len() > 5);
        *if sites.is_empty() {
            &mut self.unseen
        } else if at(was) == at(is) {
            &mut self.tuned
        } else {
            &mut self.moved
        } += 1;
    }

    /// Judges every mistake that `language` can make.
    pub fn mistakes(&mut self, history: &History, language: Language) {
        let mut judge = Judge::default();
        for planted in &history.planted {
            let Some((base, head)) = history.made(planted, language) else {
                continue;
            };
            self.mistakes += 1;
            let verdict = judge.judge(&base, &head);
            if let Some(wrong) = verdict.against_mistake(planted) {
                self.wrong.push(format!(
                    "{language:?}, mistake at {}, {}: {wrong}",
                    planted.at, planted.kind.name
                ));
            }
        }
    }
}

impl std::fmt::Display for Tally {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            healthy,
            silent,
            unseen,
            tuned,
            moved,
            wide,
            mistakes,
            wrong,
        } = self;
        if *healthy > 0 {
            write!(
                f,
                "{healthy} healthy changes ({silent} of them in the other language only): {unseen} that no neighbour sees, {tuned} of attributes and sessions, {moved} of where a prefix is; {wide} touch more than five sites; "
            )?;
        }
        write!(f, "{mistakes} mistakes, {} wrong answers", wrong.len())
    }
}
