//! GitLab's code-quality report: the widget of a merge request.
//!
//! Source: "Code Quality report format" in GitLab's documentation.

use std::collections::BTreeMap;

use serde::Serialize;
use sha2::{Digest, Sha256};

use super::{Error, Format, Options, escape, verdict};
use crate::{Level, Report};

#[derive(Serialize)]
struct Entry {
    description: String,
    check_name: String,
    fingerprint: String,
    severity: &'static str,
    location: Location,
}

#[derive(Serialize)]
struct Location {
    path: String,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u32,
    end: u32,
}

/// An array of findings and undecided entries; suppressed findings are not in it.
pub(super) fn render(report: &Report, options: &Options) -> Result<String, Error> {
    let mut entries = Vec::new();
    for reported in verdict::shown(report) {
        let finding = &reported.finding;
        let mut description = escape::text(&finding.message);
        if let Some(help) = &finding.help {
            description.push_str("; help: ");
            description.push_str(&escape::text(help));
        }
        entries.push(Entry {
            description,
            check_name: finding.rule.id.to_owned(),
            fingerprint: finding.fingerprint.clone(),
            severity: match reported.level {
                Level::Deny => "critical",
                Level::Warn | Level::Allow => "minor",
            },
            location: Location {
                path: options.located(&finding.span.path),
                lines: Lines {
                    begin: finding.span.start.line,
                    end: finding.span.end.line.max(finding.span.start.line),
                },
            },
        });
    }
    for entry in &report.undecided {
        let line = entry.at.map_or(1, |at| at.line);
        entries.push(Entry {
            description: format!("undecided: {}", escape::text(&entry.reason)),
            check_name: "undecided".to_owned(),
            fingerprint: digest(&["undecided", &entry.path, &entry.reason]),
            severity: "blocker",
            location: Location {
                path: options.located(&entry.path),
                lines: Lines {
                    begin: line,
                    end: line,
                },
            },
        });
    }
    distinguish(&mut entries);
    let text = serde_json::to_string_pretty(&entries).map_err(|error| Error::Inexpressible {
        format: Format::Gitlab,
        reason: error.to_string(),
    })?;
    Ok(escape::json(&text) + "\n")
}

/// GitLab drops entries whose fingerprint it has seen: the second of two equal ones becomes one
/// over its ordinal.
fn distinguish(entries: &mut [Entry]) {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for entry in entries {
        let times = seen.entry(entry.fingerprint.clone()).or_default();
        *times += 1;
        if *times > 1 {
            entry.fingerprint = digest(&[&entry.fingerprint, &times.to_string()]);
        }
    }
}

/// 32 hex digits over `parts`.
fn digest(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    let mut hex = String::with_capacity(32);
    for byte in hash.finalize().iter().take(16) {
        put!(hex, "{byte:02x}");
    }
    hex
}
