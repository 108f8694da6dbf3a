//! Both sides of small changes, judged in memory; and the command line on real folders.

mod attributes;
mod authorization;
mod changes;
mod command;
mod documentation;
mod floors;
mod flows;
mod matching;
mod mistakes;
mod noise;
mod policies;
mod presence;
mod properties;
mod questions;
mod relaxations;
mod routers;
mod routes;
mod searches;
mod secrets;
mod sessions;
mod sizes;
mod sources;
mod space;
mod statements;
mod trials;
mod withdrawals;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::Path;

use rules::ids::Part;
use rules::policy::Policy;
use rules::{Exit, Finding, Io, Level, Outcome};
use tempfile::TempDir;

use crate::files::Files;
use crate::policy::resolve;
use crate::sides::{Sides, Written};

/// A policy around `bgp`, whose lines are indented by two.
fn policy(bgp: &str) -> String {
    format!("version: 1\nbgp:\n{bgp}")
}

/// The network of most tests. `services`, `announcements` are lists in flow style.
pub(crate) struct Network<'a> {
    pub(crate) owned: &'a str,
    pub(crate) services: &'a str,
    pub(crate) sites: &'a str,
    pub(crate) neighbors: &'a str,
    pub(crate) announcements: &'a str,
    pub(crate) more: &'a str,
}

impl Default for Network<'_> {
    fn default() -> Self {
        Self {
            owned: "[{ prefix: 203.0.113.0/24, service: edge }]",
            services: "{ edge: { min-sites: 2 } }",
            sites: "{ ams: { region: eu }, fra: { region: eu }, iad: { region: na } }",
            neighbors: "{ a: { asn: 64501, no-announce: [\"64501:0\"] }, b: { asn: 64502 } }",
            announcements: "[{ service: edge, to: [a, b] }]",
            more: "",
        }
    }
}

impl Network<'_> {
    pub(crate) fn text(&self) -> String {
        policy(&format!(
            "  asn: 64500\n  owned: {}\n  services: {}\n  sites: {}\n  neighbors: {}\n  \
             announcements: {}\n  treat-as-public: [192.0.2.0/24, 198.51.100.0/24, 203.0.113.0/24, \
             \"2001:db8::/32\"]\n{}",
            self.owned, self.services, self.sites, self.neighbors, self.announcements, self.more
        ))
    }
}

/// The network that `text` means.
#[track_caller]
pub(crate) fn network(text: &str) -> crate::policy::Network {
    let written = written("head", text);
    let section = written.section.as_ref().unwrap();
    resolve(&written.policy, &section.value, &section.span).unwrap()
}

pub(crate) fn written(side: &str, text: &str) -> Written<'static> {
    let policy = Policy::parse(format!("{side}/preflight.yaml"), text).unwrap();
    let section = policy.section(Part::Bgp).unwrap();
    Written {
        section,
        ..around(policy)
    }
}

/// A policy without files beside it.
fn around(policy: Policy) -> Written<'static> {
    Written {
        policy,
        section: None,
        files: Files::around(Path::new("/nonexistent"), Path::new("/nonexistent")),
        foreign: false,
    }
}

/// A file beside a policy: its path and text.
type File<'a> = (&'a str, &'a str);

/// Judges as [`judge`] does, with files beside the policies.
fn judge_with(base: Option<(&str, &[File<'_>])>, head: (&str, &[File<'_>])) -> Outcome {
    let folder = tempfile::tempdir().unwrap();
    let place = |side: &str, (text, files): (&str, &[File<'_>])| {
        let folder = folder.path().join(side);
        write(&folder, files);
        std::fs::create_dir_all(&folder).unwrap();
        Written {
            files: Files::around(&folder, &folder),
            ..written(side, text)
        }
    };
    let sides = Sides {
        head: place("head", head),
        base: base.map(|base| place("base", base)),
        vrps: None,
    };
    judged(&sides)
}

fn write(folder: &Path, files: &[File<'_>]) {
    for (path, text) in files {
        let path = folder.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
}

/// A folder with files.
fn folder(files: &[File<'_>]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), files);
    folder
}

/// Runs `bgp-ci` in `cwd`; the status, what it answers and what it complains about.
fn command(cwd: &Path, args: &[&str]) -> (Exit, String, String) {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let mut io = Io {
        stdin: &mut std::io::empty(),
        stdout: &mut out,
        stderr: &mut err,
        cwd: cwd.to_owned(),
        now: NOW.parse().unwrap(),
        env: BTreeMap::new(),
        stdout_terminal: None,
        stderr_terminal: None,
    };
    let line = std::iter::once(&"bgp-ci").chain(args).map(OsString::from);
    let exit = crate::run(line, &mut io);
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (exit, text(out), text(err))
}

/// The time of every judgement here.
const NOW: &str = "2026-11-22T00:00:00Z";

/// The change from base to head.
pub(crate) fn change(base: &str, head: &str) -> crate::change::Change {
    let sides = Sides {
        head: written("head", head),
        base: Some(written("base", base)),
        vrps: None,
    };
    let mut outcome = Outcome::default();
    let now = NOW.parse().unwrap();
    crate::change(&sides, now, &mut outcome).unwrap_or_else(|| panic!("{outcome:?}"))
}

/// Judges head alone, or the change from base to head.
fn judge(base: Option<&str>, head: &str) -> Outcome {
    let sides = Sides {
        head: written("head", head),
        base: base.map(|base| written("base", base)),
        vrps: None,
    };
    judged(&sides)
}

/// The outcome, without what head's policy does not want to hear of.
fn judged(sides: &Sides<'_>) -> Outcome {
    let mut outcome = crate::judge(sides, NOW.parse().unwrap());
    outcome.findings.retain(|finding| {
        let setting = sides.head.policy.setting(finding.rule.id);
        finding.binding || setting.and_then(|(setting, _)| setting.level) != Some(Level::Allow)
    });
    outcome
}

/// `rule: message` of each finding, sorted; nothing may be undecided.
#[track_caller]
fn found(base: Option<&str>, head: &str) -> Vec<String> {
    let outcome = judge(base, head);
    assert_eq!(outcome.undecided, [], "\n{head}");
    listed(&outcome)
}

fn listed(outcome: &Outcome) -> Vec<String> {
    let mut listed: Vec<String> = outcome
        .findings
        .iter()
        .map(|finding| format!("{}: {}", finding.rule.id, finding.message))
        .collect();
    listed.sort();
    listed
}

/// Ids of the rules that found something, sorted.
#[track_caller]
fn rules(base: Option<&str>, head: &str) -> Vec<String> {
    let found = found(base, head);
    let ids = found.iter().filter_map(|line| line.split_once(':'));
    ids.map(|(id, _)| id.to_owned()).collect()
}

/// The only finding of a change.
#[track_caller]
fn only(base: Option<&str>, head: &str) -> Finding {
    let mut findings = judge(base, head).findings;
    assert_eq!(findings.len(), 1, "{findings:?}");
    findings.pop().unwrap()
}

/// `line: reason` of everything that is undecided.
fn undecided(base: Option<&str>, head: &str) -> Vec<String> {
    judge(base, head)
        .undecided
        .iter()
        .map(|gap| {
            let line = gap.at.map_or(0, |at| at.line);
            format!("{}:{line}: {}", gap.path, gap.reason)
        })
        .collect()
}
