//! `replay`: an incident as a folder, judged, and compared with what must be said about it.
//!
//! The folder has `base` and `head`, each with its `preflight.yaml`, and `expected`: YAML with
//! `exit`, the rules that must `deny`, those that must at least `warn`, those known to be `missing`,
//! and the time to judge at as `now`. A plain list of rules asks for exactly these, whatever their level. No other rule may
//! deny, and nothing may be undecided unless `exit` is 2.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::path::PathBuf;

use clap::Args;
use jiff::Timestamp;
use rules::report::v1;
use rules::tool::{self, Failure};
use rules::{Exit, Io, Level, escape};
use serde::{Deserialize, Serialize};

use super::format::Form;
use crate::wording::list;

/// What the exit status says.
pub(super) const EXITS: &str = "Exit status: 0 the gate says what is expected; 1 it says something \
else; 2 undecided: the folder is not one of an incident, or a side cannot be read.";

/// Names the shape.
const SCHEMA: &str = "bgp-ci.replay/v1";

/// Longest `expected` that is read, in bytes.
const LONGEST: u64 = 64 << 10;

/// Arguments of `replay`.
#[derive(Debug, Clone, Args)]
pub struct ReplayArgs {
    /// The folder of the incident: base, head and expected
    #[arg(value_name = "DIR")]
    folder: PathBuf,

    /// The time to judge at, as 2026-11-22T00:00:00Z [default: now]
    #[arg(long, value_name = "TIMESTAMP")]
    now: Option<Timestamp>,

    /// How to report
    #[arg(long, value_enum, value_name = "FORMAT", default_value = "human")]
    format: Form,
}

/// What `expected` may say.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Written {
    Whole(Whole),
    Rules(Vec<String>),
    Words(String),
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Whole {
    exit: Option<u8>,
    deny: BTreeSet<String>,
    warn: BTreeSet<String>,
    missing: BTreeSet<String>,
    now: Option<String>,
}

/// What must be said.
#[derive(Debug)]
struct Expected {
    exit: Option<u8>,
    deny: BTreeSet<String>,
    /// Rules that must fire at any level.
    fire: BTreeSet<String>,
    /// Rules beyond which none may deny.
    may: BTreeSet<String>,
    now: Option<Timestamp>,
}

/// What was said, and what is wrong with it.
#[derive(Debug, Serialize)]
struct Answer {
    schema: &'static str,
    exit: u8,
    denied: BTreeSet<String>,
    warned: BTreeSet<String>,
    undecided: Vec<v1::Undecided>,
    wrong: Vec<String>,
}

/// The folder cannot be replayed.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("cannot replay `{}`: {reason}", escape::word(path))]
#[diagnostic(help("an incident is a folder with `base`, `head` and `expected`"))]
struct Error {
    path: String,
    reason: String,
}

/// Runs it.
pub(super) fn run(args: &ReplayArgs, io: &mut Io<'_>) -> Exit {
    let answer = match replayed(args, io) {
        Ok(answer) => answer,
        Err(failure) => {
            tool::complain(&*failure, rules::report::ColorChoice::Auto, io);
            return Exit::Undecided;
        }
    };
    let text = match args.format {
        Form::Human => human(&answer),
        Form::Json => {
            let text = serde_json::to_string_pretty(&answer).unwrap_or_default();
            rules::report::escape::json(&text) + "\n"
        }
    };
    match tool::print(&text, io) {
        Exit::Clean if answer.wrong.is_empty() => Exit::Clean,
        Exit::Clean => Exit::Denied,
        other => other,
    }
}

fn replayed(args: &ReplayArgs, io: &mut Io<'_>) -> Result<Answer, Failure> {
    let folder = io.cwd.join(&args.folder);
    let fail = |reason: String| -> Failure {
        Error {
            path: args.folder.to_string_lossy().into_owned(),
            reason,
        }
        .into()
    };
    for side in ["base", "head"] {
        if !folder.join(side).is_dir() {
            return Err(fail(format!("it has no folder `{side}`")));
        }
    }
    let tree = rules::tree::Tree::folder(&folder);
    let bytes = tree
        .read("expected", LONGEST)
        .map_err(|error| fail(format!("`expected`: {error}")))?;
    let text = String::from_utf8(bytes).map_err(|_| fail("`expected` is not UTF-8".to_owned()))?;
    let expected = expected(&text).map_err(fail)?;
    let now = args.now.or(expected.now).unwrap_or(io.now);
    let (exit, report) = judged(&folder, now, io);
    let report: v1::Report = serde_json::from_slice(&report)
        .map_err(|error| fail(format!("the gate gave no report ({error})")))?;
    Ok(compared(exit, &report, &expected))
}

/// What `check` says about the folder.
fn judged(folder: &std::path::Path, now: Timestamp, io: &mut Io<'_>) -> (Exit, Vec<u8>) {
    let mut line: Vec<OsString> = ["bgp-ci", "check", "--format", "json", "--quiet", "--now"]
        .map(OsString::from)
        .into();
    line.push(now.to_string().into());
    for side in ["base", "head"] {
        line.push(format!("--{side}").into());
        line.push(folder.join(side).into_os_string());
    }
    let mut report = Vec::new();
    let mut inner = Io {
        stdin: &mut std::io::empty(),
        stdout: &mut report,
        stderr: &mut *io.stderr,
        cwd: folder.to_owned(),
        now,
        env: BTreeMap::new(),
        stdout_terminal: None,
        stderr_terminal: None,
    };
    let exit = crate::run(line, &mut inner);
    (exit, report)
}

fn expected(text: &str) -> Result<Expected, String> {
    let read: Written = serde_saphyr::from_str(text)
        .map_err(|error| format!("`expected` cannot be read: {error}"))?;
    let (whole, any) = match read {
        Written::Whole(whole) => (whole, BTreeSet::new()),
        Written::Rules(rules) => (Whole::default(), rules.into_iter().collect()),
        Written::Words(words) => {
            let words = words.split([' ', ',', '\n', '\t']);
            let words = words.filter(|word| !word.is_empty());
            (Whole::default(), words.map(str::to_owned).collect())
        }
    };
    let all = [&whole.deny, &whole.warn, &whole.missing, &any];
    for id in all.into_iter().flatten() {
        if rules::ids::part(id) != Some(rules::ids::Part::Bgp) {
            let id = escape::word(id).into_owned();
            return Err(format!(
                "`expected` names `{id}`, which is none of our rules"
            ));
        }
    }
    let now = whole.now.as_deref().map(str::parse).transpose();
    let now = now.map_err(|error| format!("`expected`: `now` is no time ({error})"))?;
    Ok(Expected {
        exit: whole.exit,
        may: &whole.deny | &any,
        fire: &whole.warn | &any,
        deny: whole.deny,
        now,
    })
}

fn compared(exit: Exit, report: &v1::Report, expected: &Expected) -> Answer {
    let of = |level: Level| -> BTreeSet<String> {
        let findings = report.findings.iter();
        let counts = findings.filter(|one| one.level == level && one.suppressed.is_none());
        counts.map(|one| one.rule.clone()).collect()
    };
    let (denied, warned) = (of(Level::Deny), of(Level::Warn));
    let fired = &denied | &warned;
    let mut wrong = Vec::new();
    let mut differ = |rules: BTreeSet<String>, what: &str| {
        if !rules.is_empty() {
            wrong.push(format!("{what}: {}", list(rules, "none")));
        }
    };
    differ(&expected.deny - &denied, "must deny and does not");
    differ(&expected.fire - &fired, "must fire and does not");
    differ(&denied - &expected.may, "denies and must not");
    let code = exit.code();
    match expected.exit {
        Some(wanted) if wanted != code => {
            wrong.push(format!("the exit status is {code} and must be {wanted}"));
        }
        _ => {}
    }
    if expected.exit != Some(Exit::Undecided.code()) && !report.undecided.is_empty() {
        wrong.push("something is undecided".to_owned());
    }
    Answer {
        schema: SCHEMA,
        exit: code,
        denied,
        warned,
        undecided: report.undecided.clone(),
        wrong,
    }
}

fn human(answer: &Answer) -> String {
    let mut text = String::new();
    let mut line = |line: String| {
        text.push_str(&rules::report::escape::text(&line));
        text.push('\n');
    };
    line(format!("denied: {}", list(&answer.denied, "nothing")));
    if !answer.warned.is_empty() {
        line(format!("warned: {}", list(&answer.warned, "nothing")));
    }
    for gap in &answer.undecided {
        line(format!("undecided: {}: {}", gap.path, gap.reason));
    }
    if answer.wrong.is_empty() {
        line("as expected".to_owned());
    }
    for wrong in &answer.wrong {
        line(format!("not as expected: {wrong}"));
    }
    text
}
