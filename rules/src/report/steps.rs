//! Labels that stand outside of the finding's frame: one step each, in order.
//!
//! A call chain goes through many files and may have dozens of steps. A frame each would fill the
//! screen; a step is two lines, where and what, then the code.

use super::paint::{Page, Role};
use super::place::Texts;
use super::{escape, verdict};
use crate::finding::Label;

/// Steps shown at most: beyond, the middle is left out, and said to be.
const MOST: usize = 40;
/// Steps shown from the end where the middle is left out.
const LAST: usize = 12;

/// A label with its number; `None` where it is the only one.
pub(super) struct Step<'a> {
    /// From 1, in the order of the finding's labels.
    pub(super) number: Option<usize>,
    /// The label.
    pub(super) label: &'a Label,
}

/// Draws `steps`.
pub(super) fn draw(texts: &Texts<'_>, steps: &[Step<'_>], page: &Page) -> String {
    let mut out = String::new();
    let left_out = if steps.len() > MOST {
        steps.len() - MOST
    } else {
        0
    };
    let first = steps.len() - left_out - LAST.min(steps.len() - left_out);
    let digits = steps
        .iter()
        .filter_map(|step| step.number)
        .max()
        .map_or(0, |number| number.to_string().len());
    for (at, step) in steps.iter().enumerate() {
        if left_out > 0 && at == first {
            let text = format!("{left_out} more steps, all of them in the JSON report");
            let dots = page.paint(Role::Dim, page.pick("┆", ":"));
            put!(out, "   {dots} {}\n", page.paint(Role::Dim, &text));
        }
        if left_out > 0 && at >= first && at < first + left_out {
            continue;
        }
        step_lines(texts, step, digits, at + 1 == steps.len(), page, &mut out);
    }
    out
}

fn step_lines(
    texts: &Texts<'_>,
    step: &Step<'_>,
    digits: usize,
    last: bool,
    page: &Page,
    out: &mut String,
) {
    let span = &step.label.span;
    let branch = if last {
        page.pick("╰─", "`-")
    } else {
        page.pick("├─", "|-")
    };
    let trunk = if last { " " } else { page.pick("│", "|") };
    let number = step
        .number
        .map(|number| format!("{number:>digits$} "))
        .unwrap_or_default();
    let place = verdict::at(span);
    let message = escape::text(&step.label.message);

    let indent = 6 + number.chars().count();
    let hang = format!("   {trunk}  {}", " ".repeat(indent - 6));
    let head = format!("   {branch} {number}");
    let columns = textwrap::core::display_width;
    let one_line = columns(&head) + columns(&place) + 2 + columns(&message) <= page.width;
    put!(
        out,
        "   {} {}{}",
        page.paint(Role::Dim, branch),
        page.paint(Role::Strong, &number),
        page.paint(Role::Place, &place),
    );
    let painted_hang = format!(
        "   {}  {}",
        page.paint(Role::Dim, trunk),
        " ".repeat(indent - 6)
    );
    if one_line {
        put!(out, "  {message}\n");
    } else {
        out.push('\n');
        for line in page.wrap(&message, &hang, &hang) {
            let text = line
                .strip_prefix(hang.as_str())
                .unwrap_or(line.trim_start());
            put!(out, "{painted_hang}{text}\n");
        }
    }
    let Some(located) = texts.locate(span) else {
        return;
    };
    let width = page.width.saturating_sub(indent + 2).max(16);
    let Some((line, mark)) = texts.line(&span.path, &located, width, page) else {
        return;
    };
    if line.trim().is_empty() {
        return;
    }
    let part = |range: std::ops::Range<usize>| line.get(range).unwrap_or_default();
    put!(
        out,
        "{painted_hang}  {}{}{}\n",
        page.paint(Role::Dim, part(0..mark.start)),
        page.paint(Role::Mark, part(mark.clone())),
        page.paint(Role::Dim, part(mark.end..line.len())),
    );
}
