use rules::{Certainty, Finding, Level, Span};

use crate::audit::Audit;
use crate::check::Check;
use crate::consumer::{Kind, Target};
use crate::expectation::Found;
use crate::name;
use crate::uses::Use;

rules::rule! {
    /// Reports a certificate that is needed in a place where there is no file.
    ///
    /// ## Why
    /// A server whose certificate is not there does not start. It runs until the next restart, if
    /// the file was there when it started.
    ///
    /// The policy says what must be there (`expect`), and so do the configurations of servers: a
    /// reference counts where the place that it leads to was looked at; where another file might
    /// still put it there, it is only *possible*. Keys are not asked for, since they are kept
    /// elsewhere on purpose.
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
    findings.extend(
        audit
            .inventory
            .uses
            .all
            .iter()
            .filter_map(|known| referenced(audit, known)),
    );
    findings
}

/// A finding where a configuration needs a certificate that is not there. Keys are not asked for:
/// that they are kept elsewhere is as it should be.
fn referenced(audit: &Audit<'_>, known: &Use) -> Option<Finding> {
    let Target::Missing { path, certainty } = &known.target else {
        return None;
    };
    let is_certificate = matches!(
        known.kind,
        Kind::Certificate | Kind::CertificateAndKey | Kind::Chain | Kind::Trust
    );
    if known.optional || !is_certificate {
        return None;
    }
    // Where another file could still put it there, nobody should be stopped.
    let certainty = match certainty {
        Certainty::Proven => Certainty::Proven,
        Certainty::Likely | Certainty::Possible => Certainty::Possible,
    };
    let assignment = audit.assignment(path);
    if assignment.level == Some(Level::Allow) {
        return None;
    }
    let level = MISSING_CERTIFICATE.level;
    let written = name::cut(&known.written);
    let message = format!("the {} is `{written}`, which is not there", known.called());
    let config = known.span.path.to_string();
    let mut finding = MISSING_CERTIFICATE
        .at(known.span.clone(), message, &[path, &config])
        .with_level(assignment.level.map_or(level, |cap| level.min(cap)))
        .with_certainty(certainty)
        .with_note(format!("it should be at {}", name::cut(path)))
        .with_data("path", name::cut(path))
        .with_help(format!("put it there, then: {}", known.reload()));
    if let Some((owner, _)) = &assignment.owner {
        finding = finding.with_note(format!("owner {}", name::cut(owner)));
    }
    Some(finding)
}
