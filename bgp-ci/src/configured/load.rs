//! From one router's files to the router.

use std::collections::{BTreeMap, BTreeSet};

use rules::{Span, Undecided, escape};

use super::plan::{Planned, gap_at};
use crate::bird::{self, ProblemKind};
use crate::files::Files;
use crate::frr;
use crate::policy::section::Adapter;
use crate::router::Router;
use crate::wording::brief;

/// A router as its files configure it.
#[derive(Debug, Default)]
pub struct Loaded {
    /// The router; `None` where nothing of it can be read.
    pub router: Option<Router>,
    /// What of its files could not be seen.
    pub undecided: Vec<Undecided>,
    /// Where the files are wrong, whatever could not be seen.
    pub wrong: BTreeSet<Span>,
    /// The policies that have a name and are filters only where they are asked about.
    pub policies: Vec<String>,
}

/// Reads the files of one router.
pub fn load(files: &Files<'_>, planned: &Planned<'_>) -> Loaded {
    load_with(files, planned, None)
}

/// [`load`], with a filter for the policy that `question` names, where the language has none of
/// its own for each name.
pub fn load_with(
    files: &Files<'_>,
    planned: &Planned<'_>,
    question: Option<frr::Question<'_>>,
) -> Loaded {
    let mut loaded = Loaded::default();
    let source = planned.source;
    let adapter = source.adapter.value;
    if !matches!(adapter, Adapter::Bird | Adapter::Frr) {
        loaded.undecided.push(gap_at(
            &source.adapter.span,
            format!(
                "this version reads BIRD and FRR only, so what `{}` announces is not known",
                escape::word(&planned.entry)
            ),
        ));
        return loaded;
    }
    let Some(entry) = files.inside(&planned.entry) else {
        loaded.undecided.push(outside(&source.span, &planned.entry));
        return loaded;
    };
    if let Err(bird::Unread::Missing) = bird::Files::read(files, &entry) {
        let named = escape::word(&planned.entry);
        loaded.undecided.push(gap_at(
            &source.span,
            format!("there is no file `{named}`: the `entry` of this source must name one"),
        ));
        return loaded;
    }
    match adapter {
        Adapter::Frr => of_frr(files, planned, &entry, question, &mut loaded),
        _ => of_bird(files, planned, &entry, &mut loaded),
    }
    loaded
}

fn outside(span: &Span, path: &str) -> Undecided {
    let shown = escape::word(path);
    gap_at(
        span,
        format!("`{shown}` leads out of the repository, so it cannot be seen"),
    )
}

fn of_frr(
    files: &Files<'_>,
    planned: &Planned<'_>,
    entry: &str,
    question: Option<frr::Question<'_>>,
    loaded: &mut Loaded,
) {
    match bird::Files::read(files, entry) {
        Ok(text) => {
            let shown = bird::Files::shown(files, entry);
            let read = frr::read_with(shown, &text, &planned.source.vars);
            for (place, name) in &read.missing {
                let reason = format!(
                    "the placeholder `{name}` has no value; give the value in the source's `vars`"
                );
                let span = read.sources.span(*place);
                loaded.undecided.push(gap_at(&span, brief(&reason)));
            }
            loaded.policies = read.policies();
            loaded.router = Some(frr::configure::router_with(read, question));
        }
        Err(unread) => {
            let why = match unread {
                bird::Unread::Missing => "is not there".to_owned(),
                bird::Unread::Failed(why) => format!("cannot be read: {why}"),
            };
            let named = escape::word(&planned.entry);
            let reason = format!("`{named}` {why}");
            loaded.undecided.push(gap_at(&planned.source.span, reason));
        }
    }
}

fn of_bird(files: &Files<'_>, planned: &Planned<'_>, entry: &str, loaded: &mut Loaded) {
    let source = planned.source;
    let mut include = BTreeMap::new();
    for (name, path) in &source.include {
        match files.inside(&path.value) {
            Some(inside) => {
                include.insert(name.clone(), inside);
            }
            None => loaded.undecided.push(outside(&path.span, &path.value)),
        }
    }
    let options = bird::Options {
        include,
        vars: source.vars.clone(),
        ..bird::Options::default()
    };
    let parsed = bird::parse(entry, files, &options);
    for problem in &parsed.problems {
        let span = parsed.sources.span(problem.place);
        match problem.kind {
            ProblemKind::NotVisible | ProblemKind::Placeholder { .. } => {
                let help = problem.help.as_ref().map(|help| format!("; {help}"));
                let reason = format!("{}{}", problem.message, help.unwrap_or_default());
                loaded.undecided.push(gap_at(&span, brief(&reason)));
            }
            ProblemKind::Syntax | ProblemKind::Invalid | ProblemKind::Undefined { .. } => {
                loaded.wrong.insert(span);
            }
            ProblemKind::Unresolved | ProblemKind::Newer | ProblemKind::Note => {}
        }
    }
    loaded.router = Some(bird::configure::router(parsed));
}
