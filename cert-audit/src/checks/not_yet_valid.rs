use rules::{Certainty, Finding};

use crate::audit::{Audit, Case};
use crate::check::Check;
use crate::evidence;
use crate::instant::spoken;
use crate::standing::Standing;
use crate::wording;

rules::rule! {
    /// Reports a certificate that is not valid yet.
    ///
    /// ## Why
    /// Clients refuse it as they refuse an expired one. Mostly the clock of the CA ran ahead, or a
    /// certificate that was ordered for later was put in place too early.
    ///
    /// In trust stores it is at most a warning.
    ///
    /// ## Bad
    /// ```text
    /// $ cert-audit check deploy --now 2026-11-22T00:00:00Z
    /// deploy/tls/api.pem: certificate of api.prod.example is not valid for another 9 days (before 2026-12-01 00:00:00 UTC)
    /// ```
    ///
    /// ## Good
    /// The certificate that is valid today stays in place until the new one begins.
    ///
    /// ## Reference
    /// [RFC 5280 §4.1.2.5](https://www.rfc-editor.org/rfc/rfc5280#section-4.1.2.5): the first
    /// second of the validity is part of it.
    pub NOT_YET_VALID = { id: "not-yet-valid", level: Deny, since: "0.1.0" }
}

/// The check for [`NOT_YET_VALID`].
pub(super) static CHECK: Check = Check {
    rule: &NOT_YET_VALID,
    run,
};

fn run(audit: &Audit<'_>) -> Vec<Finding> {
    audit
        .cases
        .iter()
        .filter(|case| case.place.standing == Some(Standing::NotYetValid))
        .filter_map(|case| finding(audit, case))
        .collect()
}

fn finding(audit: &Audit<'_>, case: &Case<'_>) -> Option<Finding> {
    let certificate = &case.artifact.certificate;
    let begin = certificate.validity?.not_before;
    let place = evidence::loudest(evidence::places(case))?;
    let certainty = if certificate.faults.is_empty() {
        Certainty::Proven
    } else {
        Certainty::Likely
    };
    let message = format!(
        "{} is not valid for another {} (before {begin})",
        wording::called(certificate),
        spoken(begin.since(audit.now)),
    );
    let finding = evidence::at(&NOT_YET_VALID, case, place, certainty, message);
    let finding = evidence::with_other_places(finding, case, place);
    Some(finding.with_help(
        "keep the certificate before it in place until then; if there is none, have this one \
         issued again and look at the CA's clock",
    ))
}
