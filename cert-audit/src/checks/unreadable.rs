use rules::{Certainty, Finding, Level};

use crate::audit::{Audit, Case, JudgedGap};
use crate::check::Check;
use crate::name;
use crate::wording;

rules::rule! {
    /// Reports a certificate that cannot be read, so that nobody knows when it expires.
    ///
    /// ## Why
    /// A server that cannot read its certificate does not start. A tool that cannot read it must
    /// not call the folder clean.
    ///
    /// It denies in files that exist to hold certificates: by their extension (`pem`, `crt`,
    /// `cer`, `cert`, `der`, `ca-bundle`) or because they hold nothing else. Elsewhere, in a
    /// program or a document, it is only *possible* and warns; there a block that does not even
    /// begin like a certificate is counted and not reported.
    ///
    /// Of a certificate that is damaged, what can still be read is used: if its validity can be,
    /// the rules about expiry judge it too.
    ///
    /// ## Bad
    /// ```text
    /// -----BEGIN CERTIFICATE-----
    /// MIIBszCCAVmgAwIBAgIUQx4k
    /// ```
    /// The file was cut off while it was copied.
    ///
    /// ## Good
    /// The whole block, up to and with its `-----END CERTIFICATE-----` line.
    ///
    /// ## Reference
    /// [RFC 7468](https://www.rfc-editor.org/rfc/rfc7468) for PEM,
    /// [RFC 5280 §4.1](https://www.rfc-editor.org/rfc/rfc5280#section-4.1) for certificates.
    pub UNREADABLE = { id: "unreadable", level: Deny, since: "0.1.0" }
}

/// The check for [`UNREADABLE`].
pub(super) static CHECK: Check = Check {
    rule: &UNREADABLE,
    run,
};

const HELP: &str = "write the file again from its source; `openssl x509 -in FILE -noout -text` \
                    says whether it arrived whole";

fn run(audit: &Audit<'_>) -> Vec<Finding> {
    let faulty = audit
        .cases
        .iter()
        .filter(|case| !case.artifact.certificate.faults.is_empty());
    let gaps = audit.gaps.iter().map(gap);
    gaps.chain(faulty.map(|case| damaged(audit, case)))
        .collect()
}

/// A piece of which nothing can be read.
fn gap(judged: &JudgedGap<'_>) -> Finding {
    let JudgedGap {
        gap,
        file,
        assignment,
    } = judged;
    let ordinal = gap.ordinal.to_string();
    let level = assignment.level.unwrap_or(Level::Deny);
    let mut finding = UNREADABLE
        .at(
            gap.span.clone(),
            format!("cannot read a certificate here: {}", gap.reason),
            &[&gap.span.path, &ordinal],
        )
        .with_level(level)
        .with_certainty(certainty(file.container && !gap.harmless))
        .with_help(HELP)
        .with_data("reason", gap.reason.clone());
    if let Some((owner, _)) = &assignment.owner {
        finding = finding.with_note(format!("owner {}", name::cut(owner)));
    }
    finding
}

/// A certificate of which something can be read.
fn damaged(audit: &Audit<'_>, case: &Case<'_>) -> Finding {
    let certificate = &case.artifact.certificate;
    let called = wording::called(certificate);
    let message = format!(
        "cannot read the {called} in full: {}",
        certificate.faults.join("; ")
    );
    wording::finding(&UNREADABLE, audit, case, Level::Deny, message)
        .with_certainty(certainty(case.place.file.container))
        .with_help(HELP)
}

/// Malformed text in a program can be anything; in a certificate file it is a defect.
fn certainty(container: bool) -> Certainty {
    if container {
        Certainty::Proven
    } else {
        Certainty::Possible
    }
}
