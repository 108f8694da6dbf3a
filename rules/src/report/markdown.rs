//! Markdown for a pull-request comment or a job summary.
//!
//! Bounded: a comment above GitHub's 65,536 characters is refused as a whole, so the report says
//! what it leaves out instead.

use super::{escape, verdict};
use crate::{Certainty, Level, Report, Reported, Span, Verdict};

/// Bytes at most; characters are never more than bytes. What is left to the limit is room for the
/// line that a workflow puts in front.
const LIMIT: usize = 65_000;
/// Bytes for what could not be seen, at most.
const UNDECIDED: usize = 16_000;
/// Bytes kept for the lines about what was left out, and the end.
const RESERVE: usize = 1_000;
/// Characters of one text of the input at most.
const TEXT: usize = 600;
/// Steps of one chain at most.
const STEPS: usize = 60;

/// The document.
pub(super) fn render(report: &Report) -> String {
    let mut out = headline(report);
    undecided(report, &mut out);

    let mut shown: Vec<&Reported> = verdict::shown(report).collect();
    // Denied rules first, findings of one rule together, places in order.
    shown.sort_by_key(|reported| {
        let rule = reported.finding.rule.id;
        (std::cmp::Reverse(reported.level), reported.part, rule)
    });
    let mut left_out = 0;
    let mut group = None;
    for reported in &shown {
        let key = (reported.level, reported.part, reported.finding.rule.id);
        let head = if group == Some(key) {
            String::new()
        } else {
            heading(reported, &shown)
        };
        let room = LIMIT.saturating_sub(out.len() + head.len() + RESERVE);
        // Without room for everything about a finding, at least its line.
        let blocks = [line(reported) + &details(reported), line(reported)];
        let Some(block) = blocks.iter().find(|block| block.len() <= room) else {
            left_out += 1;
            continue;
        };
        group = Some(key);
        out.push_str(&head);
        out.push_str(block);
    }
    if left_out > 0 {
        put!(
            out,
            "\n**{} left out** to stay below the size limit of a comment; the JSON report has all \
             of them.\n",
            verdict::count(left_out, "more finding is", "more findings are")
        );
    }
    for note in verdict::notes(report) {
        put!(out, "\nNote: {}\n", escape::markdown_message(&short(note)));
    }
    put!(
        out,
        "\n<sub>{} {} · {}</sub>\n",
        report.tool,
        report.version,
        verdict::coverage(report).join(" · ")
    );
    escape::line_starts(&out)
}

fn headline(report: &Report) -> String {
    let sign = match report.verdict {
        Verdict::Clean => "✅",
        Verdict::Denied => "❌",
        Verdict::Undecided => "⚠️",
    };
    format!(
        "### {sign} {}: {}\n\n{}\n",
        report.tool,
        verdict::word(report.verdict),
        match verdict::reasons(report).as_str() {
            "" => "nothing found".to_owned(),
            reasons => reasons.to_owned(),
        }
    )
}

/// What could not be seen, by reason.
fn undecided(report: &Report, out: &mut String) {
    if report.undecided.is_empty() {
        return;
    }
    out.push_str("\n#### Undecided: what could not be seen\n\n");
    let mut left_out = 0;
    for (reason, places) in verdict::by_reason(&report.undecided) {
        let reason = escape::markdown_message(&short(reason));
        let mut first = true;
        for place in places {
            let place = escape::code(&short(&place));
            let line = if first {
                format!("- {reason}\n  - {place}\n")
            } else {
                format!("  - {place}\n")
            };
            if out.len() + line.len() > UNDECIDED {
                left_out += 1;
                continue;
            }
            first = false;
            out.push_str(&line);
        }
    }
    if left_out > 0 {
        put!(
            out,
            "- **{} left out**; the JSON report has all of them\n",
            verdict::count(left_out, "more place is", "more places are")
        );
    }
}

/// `#### deny: relock-in-scrutinee (2)`
fn heading(reported: &Reported, shown: &[&Reported]) -> String {
    let rule = reported.finding.rule;
    let same = shown
        .iter()
        .filter(|other| {
            other.finding.rule == rule
                && other.level == reported.level
                && other.part == reported.part
        })
        .count();
    let part = reported
        .part
        .map(|part| format!(" · {part}"))
        .unwrap_or_default();
    format!(
        "\n#### {} {}: <code>{}</code> ({same}){part}\n\n{}\n\n",
        match reported.level {
            Level::Deny => "🟥",
            Level::Warn | Level::Allow => "🟨",
        },
        reported.level.as_str(),
        rule.id,
        escape::markdown_message(rule.summary()),
    )
}

/// A list item: place and message.
fn line(reported: &Reported) -> String {
    let finding = &reported.finding;
    let certainty = match finding.certainty {
        Certainty::Proven => String::new(),
        certainty => format!(" *({})*", certainty.as_str()),
    };
    format!(
        "- {}{certainty}: {}\n",
        place(&finding.span),
        escape::markdown_message(&short(&finding.message))
    )
}

/// How it comes to it, folded away, and what to do.
fn details(reported: &Reported) -> String {
    let finding = &reported.finding;
    let mut text = String::new();
    if !finding.labels.is_empty() {
        let steps = verdict::count(finding.labels.len(), "place", "places");
        put!(text, "  <details><summary>how: {steps}</summary>\n\n");
        for (at, label) in finding.labels.iter().take(STEPS).enumerate() {
            put!(
                text,
                "  {}. {}: {}\n",
                at + 1,
                place(&label.span),
                escape::markdown_message(&short(&label.message))
            );
        }
        if let Some(more) = finding
            .labels
            .len()
            .checked_sub(STEPS)
            .filter(|&more| more > 0)
        {
            put!(text, "  {}. {more} more in the JSON report\n", STEPS + 1);
        }
        text.push_str("\n  </details>\n");
    }
    if let Some(help) = &finding.help {
        let help = escape::markdown_message(&short(help));
        put!(text, "\n  **help:** {help}\n");
    }
    for note in finding.notes.iter().take(STEPS) {
        let note = escape::markdown_message(&short(note));
        put!(text, "\n  **note:** {note}\n");
    }
    text
}

fn place(span: &Span) -> String {
    let path = short(&span.path);
    if verdict::is_whole_file(span) {
        escape::code(&path)
    } else {
        escape::code(&format!("{path}:{}:{}", span.start.line, span.start.column))
    }
}

/// At most [`TEXT`] characters of `text`.
fn short(text: &str) -> String {
    match text.char_indices().nth(TEXT) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}
