//! Errors that end a run before any rule ran: for the person at standard error, and as an
//! `undecided` entry for whoever reads a report.

use std::error::Error;
use std::sync::Arc;

use crate::report::ColorChoice;
use crate::{Io, Position, Undecided, baseline, policy, scope, tree};

/// A failure as it is thrown, without its box.
type Thrown = dyn miette::Diagnostic + Send + Sync + 'static;

/// What a report says about a failure.
pub(super) fn entry(failure: &Thrown) -> Undecided {
    let mut reason = failure.to_string();
    if let Some(help) = failure.help() {
        reason = format!("{reason} ({help})");
    }
    let (path, at) = own_place(failure)
        .or_else(|| labelled_place(failure))
        .unwrap_or_else(|| (".".into(), None));
    Undecided { path, at, reason }
}

/// Where one of the kernel's own errors is.
fn own_place(failure: &Thrown) -> Option<(Arc<str>, Option<Position>)> {
    let error: &(dyn Error + 'static) = failure;
    if let Some(error) = error.downcast_ref::<policy::Error>() {
        return Some((error.path().clone(), error.position()));
    }
    if let Some(error) = error.downcast_ref::<scope::Error>() {
        return Some((error.shown.as_str().into(), None));
    }
    if let Some(error) = error.downcast_ref::<tree::Error>() {
        return Some((error.path.as_str().into(), None));
    }
    let error = error.downcast_ref::<baseline::Error>()?;
    Some((error.path.as_str().into(), None))
}

/// Where the first label of a part's error points.
fn labelled_place(failure: &Thrown) -> Option<(Arc<str>, Option<Position>)> {
    let label = failure.labels()?.next()?;
    let window = failure.source_code()?.read_span(label.inner(), 0, 0).ok()?;
    let narrow = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    let at = Position {
        line: narrow(window.line() + 1),
        column: narrow(window.column() + 1),
        byte: narrow(label.offset()),
    };
    Some((window.name()?.into(), Some(at)))
}

/// Shows an error to the person at standard error.
pub fn complain(error: &Thrown, color: ColorChoice, io: &mut Io<'_>) {
    let color = match color {
        ColorChoice::Always => true,
        ColorChoice::Never => false,
        ColorChoice::Auto => {
            let set = |name: &str| io.env.get(name).is_some_and(|value| !value.is_empty());
            io.stderr_terminal.is_some() && !set("NO_COLOR")
        }
    };
    let theme = if color {
        miette::GraphicalTheme::unicode()
    } else {
        miette::GraphicalTheme::unicode_nocolor()
    };
    let width = io
        .stderr_terminal
        .map_or(100, |terminal| terminal.width.clamp(40, 160));
    let handler = miette::GraphicalReportHandler::new_themed(theme)
        .with_width(width)
        .with_links(false);
    let mut text = String::new();
    if handler.render_report(&mut text, error).is_err() {
        text = format!("error: {error}\n");
    }
    // A closed standard error leaves nobody to tell, and the status says it.
    drop(io.stderr.write_all(text.as_bytes()));
}
