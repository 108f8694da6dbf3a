//! GitHub's workflow commands: annotations at the lines of a pull request.
//!
//! GitHub shows ten errors and ten warnings a step, so what is denied comes before the rest.
//! Source: "Workflow commands for GitHub Actions" in GitHub's documentation; the escaping is that of
//! its toolkit (`%`, CR and LF in data, also `:` and `,` in properties).

use super::{Options, escape, verdict};
use crate::{Certainty, Level, Report, Reported, Span, Verdict};

/// A command a finding, a command an undecided entry, and the verdict as a notice.
pub(super) fn render(report: &Report, options: &Options) -> String {
    let mut shown: Vec<&Reported> = verdict::shown(report).collect();
    // Stable: places stay in order within a level.
    shown.sort_by_key(|reported| std::cmp::Reverse(reported.level));
    let (denied, rest) =
        shown.split_at(shown.partition_point(|reported| reported.level == Level::Deny));
    let mut out = String::new();
    for reported in denied {
        finding(reported, options, &mut out);
    }
    for entry in &report.undecided {
        let mut properties = vec![("file", options.located(&entry.path))];
        if let Some(at) = entry.at {
            properties.push(("line", at.line.to_string()));
            properties.push(("col", at.column.to_string()));
        }
        properties.push(("title", format!("{}: undecided", report.tool)));
        command("error", &properties, &entry.reason, &mut out);
    }
    for reported in rest {
        finding(reported, options, &mut out);
    }
    let text = format!(
        "{}: {}, {}",
        verdict::word(report.verdict),
        verdict::reasons(report),
        verdict::coverage(report).join(", ")
    );
    match report.verdict {
        // A clean run writes no annotation.
        Verdict::Clean => put!(out, "{}: {text}\n", report.tool),
        Verdict::Denied | Verdict::Undecided => {
            command(
                "notice",
                &[("title", report.tool.to_owned())],
                &text,
                &mut out,
            );
        }
    }
    out
}

fn finding(reported: &Reported, options: &Options, out: &mut String) {
    let finding = &reported.finding;
    let span = &finding.span;
    let mut properties = vec![
        ("file", options.located(&span.path)),
        ("line", span.start.line.to_string()),
    ];
    // GitHub takes columns only within one line.
    if span.start.line != span.end.line {
        properties.push(("endLine", span.end.line.to_string()));
    } else if !verdict::is_whole_file(span) {
        properties.push(("endLine", span.end.line.to_string()));
        properties.push(("col", span.start.column.to_string()));
        properties.push(("endColumn", span.end.column.to_string()));
    }
    let title = match finding.certainty {
        Certainty::Proven => finding.rule.id.to_owned(),
        certainty => format!("{} ({})", finding.rule.id, certainty.as_str()),
    };
    properties.push(("title", title));
    let name = match reported.level {
        Level::Deny => "error",
        Level::Warn | Level::Allow => "warning",
    };
    let mut text = finding.message.clone();
    for (at, label) in finding.labels.iter().enumerate() {
        put!(
            text,
            "\n{}. {}: {}",
            at + 1,
            place(&label.span),
            label.message
        );
    }
    if let Some(help) = &finding.help {
        put!(text, "\nhelp: {help}");
    }
    for note in &finding.notes {
        put!(text, "\nnote: {note}");
    }
    command(name, &properties, &text, out);
}

fn place(span: &Span) -> String {
    format!("{}:{}:{}", span.path, span.start.line, span.start.column)
}

fn command(name: &str, properties: &[(&str, String)], data: &str, out: &mut String) {
    let properties: Vec<String> = properties
        .iter()
        .map(|(name, value)| format!("{name}={}", escape::github_property(value)))
        .collect();
    put!(
        out,
        "::{name} {}::{}\n",
        properties.join(","),
        escape::github_data(data)
    );
}
