//! The difference for a pull request: a comment or a job summary.
//!
//! Bounded, as forges refuse a comment that is too long as a whole.

use std::fmt::Write as _;

use rules::report::paint::Page;
use rules::report::{escape, verdict};

use super::human::{heading, headline, words};
use super::table;
use super::v1::Difference;

/// Names of one kind that a line lists; more are counted.
const NAMED: usize = 6;

/// Bytes of lines at most; the matrix and what could not be seen come on top.
const LIMIT: usize = 40_000;

/// Things listed that could not be seen.
const GAPS: usize = 30;

/// Columns of the matrix: what a comment shows without scrolling.
const WIDTH: usize = 100;

/// The document.
pub fn render(difference: &Difference) -> String {
    let sign = if difference.is_complete() {
        "🔀"
    } else {
        "⚠️"
    };
    let mut out = format!(
        "### {sign} bgp-ci: what neighbours receive\n\n{}\n",
        escape::markdown(&headline(difference))
    );
    let mut left_out = 0;
    for group in &difference.groups {
        let mut block = format!("\n**{}**\n\n", heading(group));
        let head = block.len();
        for line in &group.lines {
            let text = words(group.kind, line, NAMED);
            let item = format!("- <code>{}</code> {}\n", line.sign, escape::markdown(&text));
            if out.len() + block.len() + item.len() > LIMIT {
                left_out += 1;
            } else {
                block.push_str(&item);
            }
        }
        if block.len() > head {
            out.push_str(&block);
        }
    }
    if left_out > 0 {
        let more = verdict::count(left_out, "more line is", "more lines are");
        let _ = write!(
            out,
            "\n**{more} left out**; the JSON report has all of them.\n"
        );
    }
    matrix(difference, &mut out);
    if !difference.undecided.is_empty() {
        out.push_str("\n**Not known**\n\n");
        for gap in difference.undecided.iter().take(GAPS) {
            let place = match gap.at {
                Some(at) => format!("{}:{}:{}", gap.path, at.line, at.column),
                None => gap.path.clone(),
            };
            let reason = escape::markdown_message(&gap.reason);
            let _ = writeln!(out, "- {}: {reason}", escape::code(&place));
        }
        let more = difference.undecided.len().saturating_sub(GAPS);
        if more > 0 {
            let _ = writeln!(out, "- and {more} more");
        }
    }
    for note in &difference.notes {
        let _ = write!(out, "\nNote: {}\n", escape::markdown_message(note));
    }
    let plan = escape::code(&difference.plan);
    let _ = write!(out, "\n<sub>plan {plan}</sub>\n");
    escape::line_starts(&out)
}

/// The matrix in a block of its own, whose columns stay below each other.
fn matrix(difference: &Difference, out: &mut String) {
    let page = Page {
        width: WIDTH,
        colour: false,
        unicode: true,
    };
    let lines = table::lines(&difference.matrix, &page, WIDTH);
    if lines.is_empty() {
        return;
    }
    out.push_str("\n```text\n");
    for line in lines {
        // Nothing in a name ends the block.
        out.push_str(line.trim_end().replace('`', "'").as_str());
        out.push('\n');
    }
    out.push_str("```\n");
}
