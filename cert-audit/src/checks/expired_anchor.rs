use rules::{Finding, Level};

use crate::audit::{Audit, Case};
use crate::check::Check;
use crate::instant::spoken;
use crate::standing::Standing;
use crate::{evidence, wording};

rules::rule! {
    /// Reports a trusted root, or another certificate in a trust store, that has expired.
    ///
    /// ## Why
    /// Some clients (OpenSSL, Go) refuse every chain that ends in an expired anchor, others do not
    /// look at its dates: so it depends on the client whether what hangs on it still works, and the
    /// difference is found in production. Where nothing hangs on it, it is dead weight.
    ///
    /// It speaks of certificates that lie in trust stores alone (files with CA certificates only,
    /// and no key beside them), and of the roots that the policy trusts; of all others `expired`
    /// does.
    ///
    /// ## Bad
    /// ```text
    /// $ cert-audit check etc/ssl --now 2026-11-22T00:00:00Z
    /// etc/ssl/company.pem: trusted CA certificate of Example Root CA expired 3 days ago (2026-11-19 00:00:00 UTC)
    /// ```
    ///
    /// ## Good
    /// The store has the CA's next root, and the expired one is taken out.
    ///
    /// ## Reference
    /// [RFC 5280 §6.1](https://www.rfc-editor.org/rfc/rfc5280#section-6.1): an anchor is trusted
    /// apart from its certificate, so whether its dates count is up to the client.
    pub EXPIRED_ANCHOR = { id: "expired-anchor", level: Warn, since: "0.1.0" }
}

/// The check for [`EXPIRED_ANCHOR`].
pub(super) static CHECK: Check = Check {
    rule: &EXPIRED_ANCHOR,
    run,
};

fn run(audit: &Audit<'_>) -> Vec<Finding> {
    audit
        .cases
        .iter()
        .filter(|case| speaks_of(audit, case))
        .filter_map(|case| {
            let certificate = &case.artifact.certificate;
            let end = certificate.validity?.not_after.at()?;
            let message = format!(
                "trusted {} expired {} ago ({end})",
                wording::called(certificate),
                spoken(audit.now.since(end)),
            );
            let finding = wording::finding(&EXPIRED_ANCHOR, audit, case, Level::Warn, message);
            Some(finding.with_help(
                "put the CA's next root beside it, and take it out when nothing hangs on it any \
                 more",
            ))
        })
        .collect()
}

/// Whether the certificate has expired and is an anchor, so that this rule speaks and `expired` is
/// silent.
pub(super) fn speaks_of(audit: &Audit<'_>, case: &Case<'_>) -> bool {
    let is_trusted =
        || audit.trust.is_given && audit.trust.anchors.contains_key(&case.artifact.sha256);
    case.place.standing == Some(Standing::Expired)
        && (evidence::places(case).all(|place| place.in_store) || is_trusted())
}
