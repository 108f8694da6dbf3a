//! `explain PATH:LINE`: what was understood at a place, and so why a finding is there, or is not.
//!
//! The place is judged as `check` judges the folder that its part names, so that what is explained
//! is what is reported; the part says what it understood, and the kernel adds what became of the
//! findings on that line.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::check::{self, Checker};
use super::{Failure, Input, command, failure, world};
use crate::args::{CheckArgs, ExplainArgs};
use crate::gate::{self, Terms};
use crate::ids;
use crate::progress::Progress;
use crate::report::{self, Code, ColorChoice};
use crate::scope::{self, Scope};
use crate::tree::Tree;
use crate::{Exit, Finding, Io, Outcome, Reported, Span, escape};

pub use crate::report::Said;

/// Longest file whose line is shown.
const LONGEST: u64 = 64 << 20;

/// A place that somebody asks about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// The file, relative to the scope's root, with `/`.
    pub path: Arc<str>,
    /// The file itself.
    pub file: PathBuf,
    /// The line, from 1.
    pub line: u32,
    /// The column in Unicode scalar values, from 1.
    pub column: Option<u32>,
    /// The scope's root.
    pub root: PathBuf,
    /// The folder that the user is in.
    pub cwd: PathBuf,
}

impl Asked {
    /// How the user would write `path`, which is relative to the scope's root.
    pub fn shown(&self, path: &str) -> String {
        scope::relative_to(&self.cwd, &self.root.join(path))
    }

    /// Whether `span` touches the place.
    pub fn touches(&self, span: &Span) -> bool {
        span.path == self.path && (span.start.line..=span.end.line).contains(&self.line)
    }
}

/// What a part says about a place.
#[derive(Debug, Default)]
pub struct Explained {
    /// What its check found, as [`Tool::check`](super::Tool::check) gives it.
    pub outcome: Outcome,
    /// What it understood.
    pub said: Vec<Said>,
    /// What could not be seen, for standard error: the run is undecided then.
    pub unseen: Vec<String>,
}

/// What a part can say about a place.
#[derive(Debug)]
pub struct Explain<S, X> {
    /// The folder that must be looked at to explain a place in this file, which is absolute and
    /// exists; `None` where it has nothing to say about such a file.
    pub home: fn(&Path) -> Option<PathBuf>,
    /// Explains it.
    pub explain: fn(&Input<'_, S, X>, &Asked) -> Result<Explained, Failure>,
}

/// Why a place cannot be explained.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("{message}")]
pub(super) struct NoPlace {
    message: String,
    #[help]
    help: Option<String>,
}

fn no_place(message: impl Into<String>) -> NoPlace {
    NoPlace {
        message: message.into(),
        help: None,
    }
}

/// A place as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Written {
    path: PathBuf,
    line: u32,
    column: Option<u32>,
}

/// `what` as a place; `None` where it is a rule's id, or was meant as one.
pub(super) fn asked(what: &str, cwd: &Path) -> Option<Result<Written, NoPlace>> {
    if ids::part(what).is_some() {
        return None;
    }
    let shown = escape::word(what);
    let Some((path, line, column)) = numbers(what) else {
        // Nobody calls a rule so.
        let is_path = what.contains([':', '/', '\\', '.']) || cwd.join(what).is_file();
        return is_path.then(|| {
            Err(NoPlace {
                message: format!("`{shown}` is neither a rule nor a place"),
                help: Some("write a place as PATH:LINE or PATH:LINE:COLUMN".to_owned()),
            })
        });
    };
    let parse = |digits: &str| digits.parse::<u32>().ok().filter(|number| *number > 0);
    let Some(line) = parse(line) else {
        return Some(Err(no_place(format!(
            "`{shown}` names no line: lines count from 1"
        ))));
    };
    let column = match column.map(parse) {
        None => None,
        Some(Some(column)) => Some(column),
        Some(None) => {
            return Some(Err(no_place(format!(
                "`{shown}` names no column: columns count from 1"
            ))));
        }
    };
    Some(Ok(Written {
        path: PathBuf::from(path),
        line,
        column,
    }))
}

/// The parts of `PATH:LINE` or `PATH:LINE:COLUMN`.
fn numbers(what: &str) -> Option<(&str, &str, Option<&str>)> {
    let number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let (front, last) = what.rsplit_once(':').filter(|(_, last)| number(last))?;
    match front.rsplit_once(':') {
        Some((path, line)) if number(line) && !path.is_empty() => Some((path, line, Some(last))),
        _ if front.is_empty() => None,
        _ => Some((front, last, None)),
    }
}

/// Explains a place.
pub(super) fn explain<X>(
    checker: &dyn Checker<X>,
    asked: Result<Written, NoPlace>,
    args: &ExplainArgs,
    io: &mut Io<'_>,
) -> Exit {
    let answer = match asked {
        Ok(written) => answer(checker, &written, args, io),
        Err(error) => Err(error.into()),
    };
    match answer {
        Err(error) => {
            failure::complain(&*error, ColorChoice::Auto, io);
            Exit::Undecided
        }
        Ok((text, unseen)) => {
            let exit = command::print(&text, io);
            for reason in &unseen {
                drop(writeln!(io.stderr, "undecided: {}", escape::word(reason)));
            }
            if unseen.is_empty() {
                exit
            } else {
                Exit::Undecided
            }
        }
    }
}

fn answer<X>(
    checker: &dyn Checker<X>,
    written: &Written,
    args: &ExplainArgs,
    io: &mut Io<'_>,
) -> Result<(String, Vec<String>), Failure> {
    let named = Scope::resolve(&io.cwd, std::slice::from_ref(&written.path))?;
    let given = written.path.to_string_lossy();
    let given = escape::word(&given);
    let Some(target) = named.targets.first().filter(|target| !target.folder) else {
        return Err(no_place(format!("`{given}` is a folder and has no lines")).into());
    };
    let members = checker.members();
    let found = members
        .iter()
        .find_map(|member| Some((member, member.home(&target.path)?)));
    let Some((member, home)) = found else {
        let message = format!("there is nothing to explain in `{given}`");
        return Err(NoPlace {
            message,
            help: Some("places are explained in Rust sources".to_owned()),
        }
        .into());
    };
    let check = CheckArgs {
        paths: vec![home],
        config: args.config.clone(),
        ..super::merged::defaults(checker.identity().name)
    };
    let world = world::prepare(checker.identity(), &check, io)?;
    let cwd = io.cwd.canonicalize().unwrap_or_else(|_| io.cwd.clone());
    let path = world.scope.shown(&target.path);
    let asked = Asked {
        path: path.ok_or_else(|| no_place(format!("`{given}` lies outside of its package")))?,
        file: target.path.clone(),
        line: written.line,
        column: written.column,
        root: world.scope.root.clone(),
        cwd,
    };
    let tree = Tree::folder(&*world.scope.root);
    let code = code(&asked, &tree)?;
    let progress = match io.stderr_terminal {
        Some(_) => Progress::on_stderr(),
        None => Progress::hidden(),
    };
    let explained = member.explain(&world.prepared(&check, &progress, io), &tree, &asked);
    progress.finish();
    let mut explained = explained
        .ok_or_else(|| no_place(format!("there is nothing to explain in `{given}`")))??;
    let outcome = std::mem::take(&mut explained.outcome);
    let raw: Vec<(&'static str, Span)> = outcome
        .findings
        .iter()
        .filter(|finding| touches(finding, &asked))
        .map(|finding| (finding.rule.id, finding.span.clone()))
        .collect();
    let terms = Terms {
        policy: &world.policy,
        policy_prefix: world.policy_prefix.clone(),
        ..check::terms(checker, &check, &world.scope, io)
    };
    let judged = gate::judge(vec![(member.part(), outcome)], None, &terms);
    let mut said = explained.said;
    findings(&judged.report.findings, &raw, &asked, &mut said);
    Ok((report::outline(&code, &said, io), explained.unseen))
}

/// The line that was asked about.
fn code(asked: &Asked, tree: &Tree) -> Result<Code, Failure> {
    let bytes = tree.read(&asked.path, LONGEST)?;
    let text = String::from_utf8_lossy(&bytes);
    let at = usize::try_from(asked.line).unwrap_or(usize::MAX) - 1;
    let count = text.lines().count();
    let shown = asked.shown(&asked.path);
    let Some(line) = text.lines().nth(at) else {
        let shown = escape::word(&shown);
        let message = match count {
            1 => format!("`{shown}` has no line {}: it has 1 line", asked.line),
            _ => format!("`{shown}` has no line {}: it has {count} lines", asked.line),
        };
        return Err(no_place(message).into());
    };
    let line = line.strip_prefix('\u{feff}').unwrap_or(line);
    let indent = line.len() - line.trim_start().len();
    let column = asked
        .column
        .and_then(|column| usize::try_from(column).ok())
        .map(|column| {
            line.char_indices()
                .nth(column - 1)
                .map_or(line.len(), |(at, _)| at)
        });
    let place = match asked.column {
        Some(column) => format!("{shown}:{}:{column}", asked.line),
        None => format!("{shown}:{}", asked.line),
    };
    Ok(Code {
        place,
        number: asked.line,
        text: line.to_owned(),
        mark: match column {
            Some(at) => at..at,
            None => indent..indent,
        },
    })
}

fn touches(finding: &Finding, asked: &Asked) -> bool {
    asked.touches(&finding.span)
        || finding
            .labels
            .iter()
            .any(|label| asked.touches(&label.span))
}

/// What became of the findings on the line.
fn findings(
    reported: &[Reported],
    raw: &[(&'static str, Span)],
    asked: &Asked,
    said: &mut Vec<Said>,
) {
    said.push(Said::at(0, "findings on this line"));
    let before = said.len();
    let place = |span: &Span| {
        let path = asked.shown(&span.path);
        format!("{path}:{}:{}", span.start.line, span.start.column)
    };
    for reported in reported {
        let finding = &reported.finding;
        if !touches(finding, asked) {
            continue;
        }
        let head = format!(
            "{} {} ({}), at {}: {}",
            reported.level.as_str(),
            finding.rule.id,
            finding.certainty.as_str(),
            place(&finding.span),
            finding.message
        );
        said.push(Said::at(1, head));
        if let Some(reason) = &reported.suppressed {
            said.push(Said::at(2, format!("suppressed: {reason}")));
        }
        for label in &finding.labels {
            let text = format!("{}: {}", place(&label.span), label.message);
            said.push(Said::at(2, text));
        }
    }
    for (rule, span) in raw {
        let is_reported = reported
            .iter()
            .any(|it| it.finding.rule.id == *rule && it.finding.span == *span);
        if !is_reported {
            let text = format!(
                "`{rule}` at {} is not reported: its level is allow here",
                place(span)
            );
            said.push(Said::at(1, text));
        }
    }
    if said.len() == before {
        said.push(Said::at(1, "none"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_told_from_a_rule() {
        let here = Path::new("/");
        let place = |what: &str| match asked(what, here) {
            None => "rule".to_owned(),
            Some(Err(error)) => error.to_string(),
            Some(Ok(written)) => format!(
                "{} {} {:?}",
                written.path.display(),
                written.line,
                written.column
            ),
        };
        assert_eq!(place("relock"), "rule");
        assert_eq!(place("relok"), "rule");
        assert_eq!(place("src/a.rs:12"), "src/a.rs 12 None");
        assert_eq!(place("src/a.rs:12:3"), "src/a.rs 12 Some(3)");
        assert_eq!(place("C:\\a.rs:12"), "C:\\a.rs 12 None");
        assert_eq!(place("a:b:3"), "a:b 3 None");
        assert_eq!(
            place("a.rs:0"),
            "`a.rs:0` names no line: lines count from 1"
        );
        assert_eq!(
            place("a.rs:1:0"),
            "`a.rs:1:0` names no column: columns count from 1"
        );
        assert_eq!(
            place("a.rs:99999999999"),
            "`a.rs:99999999999` names no line: lines count from 1"
        );
        for slip in ["a.rs", "a.rs:", "a.rs:x", ":1", "src/a"] {
            assert_eq!(
                place(slip),
                format!("`{slip}` is neither a rule nor a place")
            );
        }
    }
}
