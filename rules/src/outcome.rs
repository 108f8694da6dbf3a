//! What a part hands to the kernel, and what the kernel makes of it.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::{Finding, Level, Position, Rule, Span};

/// Texts for the reports, by path: only files that a finding, a label or an error points at.
pub type Sources = BTreeMap<Arc<str>, Arc<str>>;

/// Something that could not be seen, so that the gate cannot answer "clean".
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Undecided {
    /// What could not be seen: a path relative to the directory given, or an endpoint.
    pub path: Arc<str>,
    /// Where in it, if anywhere in particular.
    pub at: Option<Position>,
    /// Why, and what to do: a lower-case fragment.
    pub reason: String,
}

/// A suppression comment as a part found it in a text, with what it covers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suppression {
    /// The comment itself.
    pub span: Span,
    /// The ids named, each with its own span.
    pub rules: Vec<(String, Span)>,
    /// What stands after the second colon; empty where it is missing.
    pub reason: String,
    /// First and last line covered (from 1, inclusive): the comment's own line where code stands
    /// before it, else the statement or item below it.
    pub lines: (u32, u32),
}

/// What the checks of one part found.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Raw findings: levels of the policy, suppressions and baseline are not yet applied.
    pub findings: Vec<Finding>,
    /// What could not be seen.
    pub undecided: Vec<Undecided>,
    /// Every suppression comment in the files that were read.
    pub suppressions: Vec<Suppression>,
    /// Files that were read.
    pub files: usize,
    /// Files that were found and passed over, each for a reason that the docs name.
    pub skipped: usize,
    /// Particulars of the part for the JSON report's `stats` (what was not resolved, coverage).
    /// A list of texts called `notes` is shown in Markdown too.
    pub stats: BTreeMap<String, serde_json::Value>,
    /// What was asked for instead of a report: it goes to standard output, and the reports that
    /// would go there to standard error.
    pub answer: Option<String>,
    /// Lines for the person at standard error, after the reports: what was asked for beside them.
    pub aside: Vec<String>,
    /// Texts that cannot be read again from disk by their path (revisions, standard input); for
    /// the others the kernel reads the files that the report points at.
    pub sources: Sources,
}

/// The answer of a gate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Everything was seen and nothing is denied.
    Clean,
    /// At least one finding of level deny.
    Denied,
    /// Nothing is denied, but something could not be seen.
    Undecided,
}

/// A finding after the policy has spoken.
#[derive(Debug, Clone)]
pub struct Reported {
    /// The finding.
    pub finding: Finding,
    /// The effective level.
    pub level: Level,
    /// The part that found it (`structlint`, `cert-audit`, `bgp-ci`); set in merged reports.
    pub part: Option<&'static str>,
    /// The reason of the suppression or exemption that covers it.
    pub suppressed: Option<String>,
}

/// Counts for the last line of a report.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
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
    /// Wall-clock milliseconds; 0 where `--now` is given, so that the same input gives the same
    /// bytes.
    pub elapsed_ms: u64,
}

/// All findings of a run, ready to be written.
#[derive(Debug, Clone)]
pub struct Report {
    /// The command's name.
    pub tool: &'static str,
    /// Its version.
    pub version: &'static str,
    /// The answer.
    pub verdict: Verdict,
    /// Sorted; suppressed ones included, baselined ones not.
    pub findings: Vec<Reported>,
    /// Sorted.
    pub undecided: Vec<Undecided>,
    /// Counts.
    pub summary: Summary,
    /// Particulars of the parts.
    pub stats: BTreeMap<String, serde_json::Value>,
    /// Every rule of the tool, sorted by id.
    pub rules: Vec<&'static Rule>,
    /// Texts of the files that findings and labels point at.
    pub sources: Sources,
}
