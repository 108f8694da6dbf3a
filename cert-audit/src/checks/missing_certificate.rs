use rules::{Finding, Span};

use crate::audit::Audit;
use crate::check::Check;
use crate::expectation::Found;
use crate::name;

rules::rule! {
    /// Reports a certificate that is needed in a place where there is no file.
    ///
    /// ## Why
    /// A server whose certificate is not there does not start. It runs until the next restart, if
    /// the file was there when it started.
    ///
    /// The policy says what must be there (`expect`), and so do the configurations of servers: a
    /// reference counts where the place that it leads to was looked at.
    ///
    /// ## Bad
    /// ```yaml
    /// certs:
    ///   expect: [ { path: deploy/tls/api.pem } ]
    /// ```
    /// and there is no `deploy/tls/api.pem`.
    ///
    /// ## Good
    /// The file is there, or the entry goes with it.
    ///
    /// ## Reference
    /// The policy's `expect` in the README.
    pub MISSING_CERTIFICATE = { id: "missing-certificate", level: Deny, since: "0.1.0" }
}

/// The check for [`MISSING_CERTIFICATE`].
pub(super) static CHECK: Check = Check {
    rule: &MISSING_CERTIFICATE,
    run,
};

fn run(audit: &Audit<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for expectation in &audit.expectations {
        if expectation.found != Found::Nowhere {
            continue;
        }
        let assignment = audit.assignment(&expectation.path);
        let level = MISSING_CERTIFICATE.level;
        let mut finding = MISSING_CERTIFICATE
            .at(
                Span::file(expectation.path.clone()),
                "the certificate that the policy expects here is not there",
                &[&expectation.path],
            )
            .with_level(assignment.level.map_or(level, |cap| level.min(cap)))
            .with_label(expectation.span.clone(), "this entry expects it")
            .with_help("put it there, or take the entry out of the policy");
        if let Some((owner, _)) = &assignment.owner {
            finding = finding.with_note(format!("owner {}", name::cut(owner)));
        }
        findings.push(finding);
    }
    findings
}
