//! SARIF 2.1.0: what code-scanning services and editors read.
//!
//! A finding is a result, its labels are related locations, and where there are several they are
//! also a code flow, so that a viewer walks the call chain step by step. What could not be seen is
//! a notification of an invocation that was not successful.

mod log;

use std::collections::BTreeMap;

use serde_json::Value;

use self::log::{
    ArtifactChange, ArtifactLocation, CodeFlow, Configuration, Content, Descriptor, Driver, Fix,
    Invocation, Location, Log, Message, Notification, Outcome, PhysicalLocation, Region,
    Replacement, Run, Suppression, ThreadFlow, ThreadFlowLocation, Tool,
};
use super::{Error, Format, Options, escape};
use crate::finding::{self, Finding};
use crate::{Level, LineIndex, Position, Report, Reported, Rule, Span, Undecided};

/// Where the standard keeps its schema.
const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// One log with one run, indented.
pub(super) fn render(report: &Report, options: &Options) -> Result<String, Error> {
    let rules = rules(report);
    let index: BTreeMap<&str, usize> = rules
        .iter()
        .enumerate()
        .map(|(at, rule)| (rule.id, at))
        .collect();
    let lines: BTreeMap<&str, LineIndex> = report
        .findings
        .iter()
        .filter_map(|reported| reported.finding.fix.as_ref())
        .flat_map(|fix| &fix.edits)
        .filter_map(|edit| {
            let (path, text) = report.sources.get_key_value(edit.path.as_str())?;
            Some((&**path, LineIndex::new(text)))
        })
        .collect();
    let results = report
        .findings
        .iter()
        .filter(|reported| reported.level > Level::Allow || reported.suppressed.is_some())
        .map(|reported| outcome(reported, &index, &lines, options))
        .collect();
    let notifications = report.undecided.iter();
    let log = Log {
        schema: SCHEMA,
        version: "2.1.0",
        runs: [Run {
            tool: Tool {
                driver: Driver {
                    name: report.tool,
                    version: report.version,
                    rules: rules.iter().copied().map(descriptor).collect(),
                },
            },
            invocations: [Invocation {
                execution_successful: report.undecided.is_empty(),
                tool_execution_notifications: notifications
                    .map(|entry| notification(entry, options))
                    .collect(),
            }],
            column_kind: "unicodeCodePoints",
            results,
            properties: BTreeMap::from([("verdict", super::verdict::word(report.verdict).into())]),
        }],
    };
    let text = serde_json::to_string_pretty(&log).map_err(|error| Error::Inexpressible {
        format: Format::Sarif,
        reason: error.to_string(),
    })?;
    Ok(escape::json(&text) + "\n")
}

/// Every rule of the tool, and those of findings that come from elsewhere; sorted by id.
fn rules(report: &Report) -> Vec<&'static Rule> {
    let own = report.rules.iter().copied();
    let found = report.findings.iter().map(|reported| reported.finding.rule);
    let rules: BTreeMap<&str, &Rule> = own.chain(found).map(|rule| (rule.id, rule)).collect();
    rules.into_values().collect()
}

fn descriptor(rule: &'static Rule) -> Descriptor {
    let docs: String = rule
        .docs
        .lines()
        .map(|line| line.strip_prefix(' ').unwrap_or(line).to_owned() + "\n")
        .collect();
    Descriptor {
        id: rule.id,
        short_description: message(rule.summary()),
        help: Message {
            text: docs.clone(),
            markdown: Some(docs),
        },
        default_configuration: Configuration {
            enabled: rule.level > Level::Allow,
            level: level(rule.level),
        },
        properties: BTreeMap::from([("since", rule.since.into())]),
    }
}

fn outcome(
    reported: &Reported,
    index: &BTreeMap<&str, usize>,
    lines: &BTreeMap<&str, LineIndex>,
    options: &Options,
) -> Outcome {
    let finding = &reported.finding;
    let mut text = finding.message.clone();
    if let Some(help) = &finding.help {
        put!(text, "\nhelp: {help}");
    }
    for note in &finding.notes {
        put!(text, "\nnote: {note}");
    }
    let mut properties: BTreeMap<&'static str, Value> =
        BTreeMap::from([("certainty", finding.certainty.as_str().into())]);
    if let Some(part) = reported.part {
        properties.insert("part", part.into());
    }
    if !finding.data.is_empty() {
        let data = finding.data.clone().into_iter().collect();
        properties.insert("data", Value::Object(data));
    }
    Outcome {
        rule_id: finding.rule.id,
        rule_index: index.get(finding.rule.id).copied(),
        level: level(reported.level),
        message: message(&text),
        locations: [location(&finding.span, None, options)],
        related_locations: finding
            .labels
            .iter()
            .enumerate()
            .map(|(at, label)| Location {
                id: Some(at + 1),
                ..location(&label.span, Some(&label.message), options)
            })
            .collect(),
        code_flows: flow(finding, options).into_iter().collect(),
        partial_fingerprints: BTreeMap::from([("preflight/v1", finding.fingerprint.clone())]),
        suppressions: reported
            .suppressed
            .iter()
            .map(|reason| Suppression {
                kind: "inSource",
                status: "accepted",
                justification: escape::lines(reason),
            })
            .collect(),
        fixes: finding
            .fix
            .iter()
            .map(|edit| fix(edit, lines, options))
            .collect(),
        properties,
    }
}

/// The fault, then the labels in their order: the birth of what is held, then the chain.
fn flow(finding: &Finding, options: &Options) -> Option<CodeFlow> {
    if finding.labels.len() < 2 {
        return None;
    }
    let fault = location(&finding.span, Some(&finding.message), options);
    let steps = finding
        .labels
        .iter()
        .map(|label| location(&label.span, Some(&label.message), options));
    let locations = std::iter::once(fault)
        .chain(steps)
        .enumerate()
        .map(|(at, location)| ThreadFlowLocation {
            location,
            execution_order: at + 1,
            importance: if at == 0 { "essential" } else { "important" },
        })
        .collect();
    Some(CodeFlow {
        thread_flows: [ThreadFlow { locations }],
    })
}

/// A fix, by file. Where the text is known, its regions have lines and columns; else only bytes
/// are right, and the region names the file's first line.
fn fix(fix: &finding::Fix, lines: &BTreeMap<&str, LineIndex>, options: &Options) -> Fix {
    let mut files: BTreeMap<&str, Vec<Replacement>> = BTreeMap::new();
    for edit in &fix.edits {
        let position = |byte: u32| match lines.get(edit.path.as_str()) {
            Some(index) => index.position(byte),
            None => Position {
                byte,
                ..Position::START
            },
        };
        files.entry(&edit.path).or_default().push(Replacement {
            deleted_region: region(position(edit.start), position(edit.end)),
            inserted_content: Content {
                text: edit.text.clone(),
            },
        });
    }
    Fix {
        description: message(&fix.message),
        artifact_changes: files
            .into_iter()
            .map(|(path, replacements)| ArtifactChange {
                artifact_location: artifact(path, options),
                replacements,
            })
            .collect(),
    }
}

fn notification(entry: &Undecided, options: &Options) -> Notification {
    Notification {
        level: "error",
        message: message(&entry.reason),
        locations: [Location {
            id: None,
            physical_location: PhysicalLocation {
                artifact_location: artifact(&entry.path, options),
                region: entry.at.map(|at| region(at, at)),
            },
            message: None,
        }],
    }
}

fn location(span: &Span, text: Option<&str>, options: &Options) -> Location {
    Location {
        id: None,
        physical_location: PhysicalLocation {
            artifact_location: artifact(&span.path, options),
            region: Some(region(span.start, span.end)),
        },
        message: text.map(message),
    }
}

fn region(start: Position, end: Position) -> Region {
    Region {
        start_line: start.line.max(1),
        start_column: start.column.max(1),
        end_line: end.line.max(start.line).max(1),
        end_column: end.column.max(1),
        byte_offset: start.byte,
        byte_length: end.byte.saturating_sub(start.byte),
    }
}

fn artifact(path: &str, options: &Options) -> ArtifactLocation {
    ArtifactLocation {
        uri: escape::uri(&options.located(path)),
        uri_base_id: "%SRCROOT%",
    }
}

/// A plain-text message. `[text](target)` is a link even there (§3.11.6), so input must not form
/// one; viewers show it to people, so that nothing in it may hide.
fn message(text: &str) -> Message {
    Message {
        text: escape::lines(text).replace("](", "] ("),
        markdown: None,
    }
}

fn level(level: Level) -> &'static str {
    match level {
        Level::Deny => "error",
        Level::Warn => "warning",
        Level::Allow => "none",
    }
}
