//! One line a finding, for editors, `grep` and `sort`.

use super::{Options, escape, verdict};
use crate::{Certainty, Report};

/// `path:line:column: level[rule]: message` for each finding, then what is undecided, then a line
/// of counts.
pub(super) fn render(report: &Report, options: &Options) -> String {
    let mut out = String::new();
    for reported in verdict::shown(report) {
        let finding = &reported.finding;
        let certainty = match finding.certainty {
            Certainty::Proven => String::new(),
            certainty => format!(" ({})", certainty.as_str()),
        };
        put!(
            out,
            "{}:{}:{}: {}[{}]: {}{certainty}\n",
            escape::text(&finding.span.path),
            finding.span.start.line,
            finding.span.start.column,
            reported.level.as_str(),
            finding.rule.id,
            escape::text(&finding.message),
        );
    }
    for entry in &report.undecided {
        put!(
            out,
            "{}: undecided: {}\n",
            escape::text(&verdict::place(entry)),
            escape::text(&entry.reason),
        );
    }
    if !options.quiet {
        put!(
            out,
            "{}: {}, {}\n",
            verdict::word(report.verdict),
            verdict::reasons(report),
            verdict::coverage(report).join(", "),
        );
    }
    escape::line_starts(&out)
}
