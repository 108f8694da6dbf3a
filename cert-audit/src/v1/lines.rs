//! The inventory as text: one object a line, or one object.

use rules::report::{escape, v1 as report};
use serde::Serialize;

use super::{Artifact, Gap, Header, Inventory, SCHEMA, Whole};

/// Why a text is no inventory.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {reason}")]
pub struct Fault {
    /// From 1.
    pub line: usize,
    /// A lower-case fragment without words of the input.
    pub reason: String,
}

impl Inventory {
    /// One object a line.
    pub fn to_lines(&self) -> String {
        let mut text = line(&self.header);
        for artifact in &self.artifacts {
            text.push_str(&line(artifact));
        }
        for gap in &self.gaps {
            text.push_str(&line(gap));
        }
        text
    }

    /// One indented object, with the findings of the same run.
    pub fn to_object(self, judged: &rules::Report) -> String {
        let judged = report::Report::from(judged);
        let whole = Whole {
            header: self.header,
            artifacts: self.artifacts,
            gaps: self.gaps,
            verdict: judged.verdict,
            findings: judged.findings,
            undecided: judged.undecided,
            summary: judged.summary,
        };
        pretty(&whole)
    }

    /// Whether a text begins like one that [`Inventory::to_lines`] writes.
    pub fn begins(text: &[u8]) -> bool {
        let first = text.split(|&byte| byte == b'\n').next().unwrap_or_default();
        serde_json::from_slice::<Header>(first).is_ok_and(|header| header.schema == SCHEMA)
    }

    /// Reads what [`Inventory::to_lines`] writes; the order of the lines behind the first does not
    /// matter, and keys of later releases are passed over.
    ///
    /// # Errors
    /// The first line that is not one.
    pub fn of_lines(text: &str) -> Result<Self, Fault> {
        let fault = |line: usize, reason: &str| Fault {
            line,
            reason: reason.to_owned(),
        };
        let mut lines = text.lines().enumerate();
        let header = lines
            .next()
            .and_then(|(_, first)| serde_json::from_str::<Header>(first).ok())
            .ok_or_else(|| fault(1, "this is not the first line of an inventory"))?;
        if header.schema != SCHEMA {
            return Err(fault(1, "this release reads cert-audit.inventory/v1"));
        }
        let mut inventory = Self {
            header,
            artifacts: Vec::new(),
            gaps: Vec::new(),
        };
        for (at, line) in lines {
            if line.trim().is_empty() {
                continue;
            }
            if let Ok(artifact) = serde_json::from_str::<Artifact>(line) {
                inventory.artifacts.push(artifact);
            } else if let Ok(gap) = serde_json::from_str::<Gap>(line) {
                inventory.gaps.push(gap);
            } else {
                return Err(fault(at + 1, "this is neither an artifact nor a gap"));
            }
        }
        inventory.sort();
        Ok(inventory)
    }

    /// Brings everything into its order.
    pub(super) fn sort(&mut self) {
        self.artifacts
            .sort_by(|a, b| (&a.sha256, a.kind).cmp(&(&b.sha256, b.kind)));
        for artifact in &mut self.artifacts {
            artifact.occurrences.sort();
            artifact.consumers.sort();
        }
        // The sort is stable: pieces of one place stay in the order of the file.
        self.gaps.sort_by(|a, b| {
            let key = |gap: &Gap| (gap.source.clone(), gap.path.clone());
            key(a).cmp(&key(b))
        });
    }
}

/// An indented object with nothing in it that a terminal or a log obeys.
pub(crate) fn pretty(value: &impl Serialize) -> String {
    let text = serde_json::to_string_pretty(value).expect("its keys are text");
    escape::json(&text) + "\n"
}

fn line(value: &impl Serialize) -> String {
    let text = serde_json::to_string(value).expect("its keys are text");
    escape::json(&text) + "\n"
}
