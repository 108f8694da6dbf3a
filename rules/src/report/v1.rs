//! `preflight.report/v1`: the JSON that machines read.
//!
//! These types are the format: the kernel's own types may change, these only grow.
//! Lines and columns count from 1, columns in Unicode scalar values, bytes from 0; paths are
//! relative to the directory given, with `/`.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Certainty, Level};

/// The value of `schema`.
pub const SCHEMA: &str = "preflight.report/v1";

/// One run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(title = "Preflight report, version 1")]
pub struct Report {
    /// Always `preflight.report/v1`.
    #[schemars(extend("const" = SCHEMA))]
    pub schema: String,
    /// What ran.
    pub tool: Tool,
    /// The answer of the gate.
    pub verdict: Verdict,
    /// Sorted by place; suppressed ones included, those in the baseline not.
    pub findings: Vec<Finding>,
    /// What could not be seen.
    pub undecided: Vec<Undecided>,
    /// Counts.
    pub summary: Summary,
    /// Particulars of the parts, by key.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub stats: BTreeMap<String, Value>,
}

/// A command.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Tool {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
}

/// The answer of a gate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Everything was seen and nothing is denied; exit status 0.
    Clean,
    /// Something is denied; exit status 1.
    Denied,
    /// Nothing is denied, but something could not be seen; exit status 2.
    Undecided,
}

/// One violation of one rule.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Finding {
    /// The rule's id.
    pub rule: String,
    /// The effective level.
    pub level: Level,
    /// How sure every step is.
    pub certainty: Certainty,
    /// What is wrong.
    pub message: String,
    /// The file.
    pub path: String,
    /// The fault.
    pub span: Span,
    /// Other places that explain it, in order.
    pub labels: Vec<Label>,
    /// What to do.
    pub help: Option<String>,
    /// What else to know.
    pub notes: Vec<String>,
    /// 32 hex digits; equal across edits that do not concern the finding.
    pub fingerprint: String,
    /// The reason of the suppression or exemption that covers it.
    pub suppressed: Option<String>,
    /// A text edit that removes it.
    pub fix: Option<Fix>,
    /// Particulars of the rule, by key.
    pub data: BTreeMap<String, Value>,
    /// The part that found it; only in merged reports.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part: Option<String>,
}

/// A range in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Span {
    /// First position.
    pub start: Position,
    /// Position after the last byte.
    pub end: Position,
}

/// A place in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Position {
    /// From 1.
    pub line: u32,
    /// From 1, in Unicode scalar values.
    pub column: u32,
    /// From 0, in the file.
    pub byte: u32,
}

/// A second place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Label {
    /// The file.
    pub path: String,
    /// Where.
    pub span: Span,
    /// What is there.
    pub message: String,
}

/// A text edit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Fix {
    /// What it does.
    pub message: String,
    /// True where it cannot change what the program means.
    pub safe: bool,
    /// Replacements, in order of bytes, not overlapping.
    pub edits: Vec<Edit>,
}

/// One replacement: bytes `start..end` of `path` become `text`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Edit {
    /// The file.
    pub path: String,
    /// First byte.
    pub start: u32,
    /// Byte after the last.
    pub end: u32,
    /// What stands there instead.
    pub text: String,
}

/// Something that could not be seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Undecided {
    /// A file or an endpoint.
    pub path: String,
    /// Why.
    pub reason: String,
    /// Where in it, if anywhere in particular.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Position>,
}

/// Counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Summary {
    /// Findings of level deny that are not suppressed.
    pub deny: usize,
    /// Findings of level warn that are not suppressed.
    pub warn: usize,
    /// Findings under a suppression or an exemption.
    pub suppressed: usize,
    /// Findings hidden by the baseline.
    pub baselined: usize,
    /// Files read.
    pub files: usize,
    /// Files passed over.
    pub skipped: usize,
    /// Wall-clock milliseconds; 0 where `--now` is given.
    pub elapsed_ms: u64,
}

/// The JSON Schema of [`Report`], as shipped in `schema/preflight-report-v1.json`.
pub fn schema() -> Value {
    schemars::schema_for!(Report).to_value()
}

impl From<&crate::Report> for Report {
    fn from(report: &crate::Report) -> Self {
        let summary = &report.summary;
        Self {
            schema: SCHEMA.to_owned(),
            tool: Tool {
                name: report.tool.to_owned(),
                version: report.version.to_owned(),
            },
            verdict: report.verdict.into(),
            findings: report.findings.iter().map(Finding::from).collect(),
            undecided: report.undecided.iter().map(Undecided::from).collect(),
            summary: Summary {
                deny: summary.deny,
                warn: summary.warn,
                suppressed: summary.suppressed,
                baselined: summary.baselined,
                files: summary.files,
                skipped: summary.skipped,
                elapsed_ms: summary.elapsed_ms,
            },
            stats: report.stats.clone(),
        }
    }
}

impl From<crate::Verdict> for Verdict {
    fn from(verdict: crate::Verdict) -> Self {
        match verdict {
            crate::Verdict::Clean => Self::Clean,
            crate::Verdict::Denied => Self::Denied,
            crate::Verdict::Undecided => Self::Undecided,
        }
    }
}

impl From<&crate::Reported> for Finding {
    fn from(reported: &crate::Reported) -> Self {
        let finding = &reported.finding;
        Self {
            rule: finding.rule.id.to_owned(),
            level: reported.level,
            certainty: finding.certainty,
            message: finding.message.clone(),
            path: finding.span.path.to_string(),
            span: (&finding.span).into(),
            labels: finding
                .labels
                .iter()
                .map(|label| Label {
                    path: label.span.path.to_string(),
                    span: (&label.span).into(),
                    message: label.message.clone(),
                })
                .collect(),
            help: finding.help.clone(),
            notes: finding.notes.clone(),
            fingerprint: finding.fingerprint.clone(),
            suppressed: reported.suppressed.clone(),
            fix: finding.fix.as_ref().map(|fix| Fix {
                message: fix.message.clone(),
                safe: fix.safe,
                edits: fix
                    .edits
                    .iter()
                    .map(|edit| Edit {
                        path: edit.path.clone(),
                        start: edit.start,
                        end: edit.end,
                        text: edit.text.clone(),
                    })
                    .collect(),
            }),
            data: finding.data.clone(),
            part: reported.part.map(str::to_owned),
        }
    }
}

impl From<&crate::Span> for Span {
    fn from(span: &crate::Span) -> Self {
        Self {
            start: span.start.into(),
            end: span.end.into(),
        }
    }
}

impl From<crate::Position> for Position {
    fn from(position: crate::Position) -> Self {
        Self {
            line: position.line,
            column: position.column,
            byte: position.byte,
        }
    }
}

impl From<&crate::Undecided> for Undecided {
    fn from(undecided: &crate::Undecided) -> Self {
        Self {
            path: undecided.path.to_string(),
            reason: undecided.reason.clone(),
            at: undecided.at.map(Position::from),
        }
    }
}
