//! The verdict in words: the same sentence in every format for people.

use std::collections::BTreeMap;

use super::escape;
use crate::{Level, Position, Report, Reported, Span, Undecided, Verdict};

/// The word of a verdict.
pub fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Clean => "clean",
        Verdict::Denied => "denied",
        Verdict::Undecided => "undecided",
    }
}

/// Findings that are shown: neither suppressed nor of level allow.
pub(super) fn shown(report: &Report) -> impl Iterator<Item = &Reported> {
    report
        .findings
        .iter()
        .filter(|reported| reported.suppressed.is_none() && reported.level > Level::Allow)
}

/// What the verdict rests on: `2 deny, 1 warn, 1 undecided`.
pub fn reasons(report: &Report) -> String {
    let summary = &report.summary;
    let mut parts = Vec::new();
    if summary.deny > 0 {
        parts.push(format!("{} deny", summary.deny));
    }
    if summary.warn > 0 {
        parts.push(format!("{} warn", summary.warn));
    }
    if !report.undecided.is_empty() {
        parts.push(format!("{} undecided", report.undecided.len()));
    }
    if summary.deny == 0 {
        match report.verdict {
            Verdict::Clean => parts.insert(0, "nothing denied".to_owned()),
            Verdict::Denied => parts.push("warnings fail this gate".to_owned()),
            Verdict::Undecided => {}
        }
    }
    parts.join(", ")
}

/// What was read and what is not shown: `120 files`, `1 suppressed`, `3 in the baseline`, ….
pub(super) fn coverage(report: &Report) -> Vec<String> {
    let summary = &report.summary;
    let mut parts = vec![count(summary.files, "file", "files")];
    if summary.skipped > 0 {
        parts.push(format!("{} skipped", summary.skipped));
    }
    if summary.suppressed > 0 {
        parts.push(format!("{} suppressed", summary.suppressed));
    }
    if summary.baselined > 0 {
        parts.push(format!("{} in the baseline", summary.baselined));
    }
    if summary.elapsed_ms > 0 {
        let tenths = summary.elapsed_ms.div_ceil(100);
        parts.push(format!("{}.{} s", tenths / 10, tenths % 10));
    }
    parts
}

/// What a part says about what it does not look at: the `notes` among its particulars.
pub(super) fn notes(report: &Report) -> Vec<&str> {
    let own = report.stats.get("notes");
    let parts = report.stats.values().filter_map(|part| part.get("notes"));
    own.into_iter()
        .chain(parts)
        .filter_map(serde_json::Value::as_array)
        .flatten()
        .filter_map(serde_json::Value::as_str)
        .collect()
}

/// `1 file`, `2 files`.
pub fn count(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

/// What could not be seen, by reason: the most frequent reason first, places in their order.
pub fn by_reason(undecided: &[Undecided]) -> Vec<(&str, Vec<String>)> {
    let mut groups: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for entry in undecided {
        groups.entry(&entry.reason).or_default().push(place(entry));
    }
    let mut groups: Vec<_> = groups.into_iter().collect();
    // Stable, so that equal counts stay in the order of their reasons.
    groups.sort_by_key(|(_, places)| std::cmp::Reverse(places.len()));
    groups
}

/// `path:line:column`, or only the path where a finding is about a whole file; harmless.
pub(super) fn at(span: &Span) -> String {
    let path = escape::text(&span.path);
    if is_whole_file(span) {
        path
    } else {
        format!("{path}:{}:{}", span.start.line, span.start.column)
    }
}

/// True where a finding is about a file, and not about a place in it.
pub(super) fn is_whole_file(span: &Span) -> bool {
    (span.start, span.end) == (Position::START, Position::START)
}

/// `path` or `path:line:column`.
pub(super) fn place(entry: &Undecided) -> String {
    match entry.at {
        Some(at) => format!("{}:{}:{}", entry.path, at.line, at.column),
        None => entry.path.to_string(),
    }
}
