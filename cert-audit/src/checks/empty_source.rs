use rules::{Finding, Span};

use crate::audit::Audit;
use crate::check::Check;
use crate::expectation::Found;
use crate::name;

rules::rule! {
    /// Reports a file or folder that the policy expects to hold a certificate, and that holds none.
    ///
    /// ## Why
    /// An export that failed leaves an empty file, a mount that failed leaves an empty folder, and
    /// nothing in them has expired. A gate that is green because there was nothing to see is worse
    /// than none.
    ///
    /// Only what the policy names under `expect` is asked: a repository without certificates is
    /// clean.
    ///
    /// ## Bad
    /// ```yaml
    /// certs:
    ///   expect: [ { path: export/certificates } ]
    /// ```
    /// and in `export/certificates` there is no certificate.
    ///
    /// ## Good
    /// At least one certificate is in it.
    ///
    /// ## Reference
    /// The policy's `expect` in the README.
    pub EMPTY_SOURCE = { id: "empty-source", level: Deny, since: "0.1.0" }
}

/// The check for [`EMPTY_SOURCE`].
pub(super) static CHECK: Check = Check {
    rule: &EMPTY_SOURCE,
    run,
};

fn run(audit: &Audit<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for expectation in &audit.expectations {
        if expectation.found != Found::Nothing {
            continue;
        }
        let assignment = audit.assignment(&expectation.path);
        let level = EMPTY_SOURCE.level;
        let mut finding = EMPTY_SOURCE
            .at(
                Span::file(expectation.path.clone()),
                "the policy expects a certificate here, and there is none in it",
                &[&expectation.path],
            )
            .with_level(assignment.level.map_or(level, |cap| level.min(cap)))
            .with_label(expectation.span.clone(), "this entry expects it")
            .with_help("look at what should have written it, or take the entry out of the policy");
        if let Some((owner, _)) = &assignment.owner {
            finding = finding.with_note(format!("owner {}", name::cut(owner)));
        }
        findings.push(finding);
    }
    findings
}
