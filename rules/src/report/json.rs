//! The report as JSON: one object, or one object a line.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use super::v1::{self, SCHEMA};
use super::{Error, Format, escape};
use crate::Report;

/// `preflight.report/v1` as one indented object.
pub(super) fn render(report: &Report) -> Result<String, Error> {
    let text = serde_json::to_string_pretty(&v1::Report::from(report))
        .map_err(|error| inexpressible(Format::Json, &error))?;
    Ok(escape::json(&text) + "\n")
}

/// A line of the JSON Lines form, told apart by `kind`.
#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
enum Line<'a> {
    Finding(&'a v1::Finding),
    Undecided(&'a v1::Undecided),
    Summary {
        #[serde(flatten)]
        summary: &'a v1::Summary,
        #[serde(skip_serializing_if = "BTreeMap::is_empty")]
        stats: &'a BTreeMap<String, Value>,
    },
}

/// The first line: what follows, so that a reader of a stream knows before the end.
#[derive(Serialize)]
struct Header<'a> {
    schema: &'a str,
    kind: &'a str,
    tool: &'a v1::Tool,
    verdict: v1::Verdict,
}

/// A header, the findings, what is undecided, the summary; a line each.
pub(super) fn render_lines(report: &Report) -> Result<String, Error> {
    let report = v1::Report::from(report);
    let header = Header {
        schema: SCHEMA,
        kind: "header",
        tool: &report.tool,
        verdict: report.verdict,
    };
    let mut out = line(&header)?;
    for finding in &report.findings {
        out.push_str(&line(&Line::Finding(finding))?);
    }
    for undecided in &report.undecided {
        out.push_str(&line(&Line::Undecided(undecided))?);
    }
    out.push_str(&line(&Line::Summary {
        summary: &report.summary,
        stats: &report.stats,
    })?);
    Ok(out)
}

fn line(value: &impl Serialize) -> Result<String, Error> {
    let text =
        serde_json::to_string(value).map_err(|error| inexpressible(Format::Jsonl, &error))?;
    Ok(escape::json(&text) + "\n")
}

fn inexpressible(format: Format, error: &serde_json::Error) -> Error {
    Error::Inexpressible {
        format,
        reason: error.to_string(),
    }
}
