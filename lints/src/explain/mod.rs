//! `explain PATH:LINE`: what the analysis understood on a line, and so why a finding is there, or
//! is not.
//!
//! The whole component is judged as `check` judges it; then the functions on the line are walked
//! once more with a [trace](crate::walk::trace), and what is told is read from that: there is no
//! second resolver that could be of another opinion.

mod calls;
mod guards;
mod overlaps;
mod place;
mod subjects;
mod teller;
#[cfg(test)]
mod tests;
mod types;

use std::path::{Path, PathBuf};

use rules::tool::{Asked, Explain, Explained, Failure, Input, Said};

use crate::analysis::reach::Reach;
use crate::analysis::settle;
use crate::args::LintArgs;
use crate::discover;
use crate::engine::judge_linked;
use crate::index::Program;
use crate::locks::Vocabulary;
use crate::policy::LintsSection;
use crate::run::{Loaded, load, parser_edition, workers};
use crate::source::sources;

/// What the command can say about a place.
pub(crate) const EXPLAIN: Explain<LintsSection, LintArgs> = Explain { home, explain };

/// Longest file that is explained: longer ones are not judged either.
const LONGEST: u64 = 64 << 20;

/// A place that cannot be explained.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("{message}")]
pub(crate) struct Nothing {
    message: String,
    #[help]
    help: Option<String>,
}

/// Where a file's code is at home, for Rust sources.
fn home(file: &Path) -> Option<PathBuf> {
    let is_rust = file.extension().is_some_and(|extension| extension == "rs");
    is_rust.then(|| discover::home(file))
}

fn explain(input: &Input<'_, LintsSection, LintArgs>, asked: &Asked) -> Result<Explained, Failure> {
    let locks = Vocabulary::shipped_with(input.section.map(|section| &section.value));
    let pool = workers(input.jobs)?;
    let text = input.tree.read(&asked.path, LONGEST)?;
    let text = String::from_utf8_lossy(&text);
    // A file that is ignored is looked for a second time, among the ignored ones.
    let all = LintArgs {
        no_ignore: true,
        ..input.args.clone()
    };
    let unfiltered = Input {
        args: &all,
        ..*input
    };
    for input in [input, &unfiltered] {
        let (walked, source) = sources(input)?;
        let mut discovery = discover::resolve(walked, &source, parser_edition(&input.args.edition));
        let component = discovery.components.iter().position(|component| {
            component.files.iter().any(|&file| {
                let found = discovery.files.get(file);
                found.is_some_and(|file| file.found.path == asked.path)
            })
        });
        if let Some(component) = component {
            input.progress.phase("checking files");
            return pool.install(|| {
                let loaded = load(&mut discovery, component, &source, input);
                told(loaded, &locks, asked, &text)
            });
        }
    }
    Err(Box::new(Nothing {
        message: format!(
            "`{}` is not among the files that are looked at",
            name(asked)
        ),
        help: None,
    }))
}

/// The file as the user would write it.
fn name(asked: &Asked) -> String {
    rules::escape::word(&asked.shown(&asked.path)).into_owned()
}

/// What there is to tell about a place in a component.
fn told(
    loaded: Loaded,
    locks: &Vocabulary,
    asked: &Asked,
    text: &str,
) -> Result<Explained, Failure> {
    let Loaded {
        files,
        crates,
        mut checked,
    } = loaded;
    let Some(file) = files.iter().position(|file| file.path == asked.path) else {
        let undecided = checked.outcome.undecided.iter();
        let reason = undecided
            .filter(|undecided| undecided.path == asked.path)
            .map(|undecided| undecided.reason.as_str())
            .next();
        return Err(Box::new(Nothing {
            message: format!("`{}` {}", name(asked), reason.unwrap_or("cannot be read")),
            help: None,
        }));
    };
    let program = Program::link(&files, crates, locks);
    let settled = settle(&program);
    let reach = Reach::of(&program, &settled);
    checked.judged(judge_linked(&program, &settled, &reach));
    let mut explained = Explained {
        outcome: checked.outcome,
        ..Explained::default()
    };
    let facts = files.get(file);
    if let Some((file, (range, message))) =
        facts.and_then(|file| Some((file, file.errors.first()?)))
    {
        let at = file.lines.position(range.start);
        let place = format!("{}:{}:{}", name(asked), at.line, at.column);
        let message = format!("does not parse: {message}");
        explained.unseen.push(format!("{place} {message}"));
    }
    let found = place::found(&program, file, asked, text);
    let functions = match found {
        Ok(functions) => functions,
        Err(nothing) => {
            return Err(Box::new(match explained.unseen.pop() {
                Some(unseen) => Nothing {
                    message: format!("{}; {unseen}", nothing.message),
                    help: nothing.help,
                },
                None => nothing,
            }));
        }
    };
    for (id, subjects) in functions {
        let teller = teller::Teller::new(&program, &settled, &reach, id, asked, text);
        explained.said.extend(teller.tell(&subjects));
    }
    Ok(explained)
}

/// A heading.
fn heading(text: impl Into<String>) -> Said {
    Said::at(0, text)
}
