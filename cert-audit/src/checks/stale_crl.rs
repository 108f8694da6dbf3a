use rules::{Certainty, Finding};

use crate::audit::Audit;
use crate::check::Check;
use crate::crl::Crl;
use crate::evidence;
use crate::instant::spoken;
use crate::material::Kind;
use crate::name;

rules::rule! {
    /// Reports a certificate revocation list whose next issue is overdue.
    ///
    /// ## Why
    /// Who checks revocation refuses *every* certificate of a CA whose list is stale: nginx with
    /// `ssl_crl`, Apache, OpenVPN and PostgreSQL do. So a list that nobody fetched again stops all
    /// clients at once, on the day that its `nextUpdate` names.
    ///
    /// A list without `nextUpdate` never gets stale by itself and is not reported.
    ///
    /// ## Bad
    /// ```text
    /// $ cert-audit check etc --now 2026-11-22T00:00:00Z
    /// etc/vpn/crl.pem: the revocation list of CN=Example Issuing CA 3 went stale 21 days ago (2026-11-01 00:00:00 UTC)
    /// ```
    ///
    /// ## Good
    /// A job fetches the list more often than the CA issues it, and reloads what reads it.
    ///
    /// ## Reference
    /// [RFC 5280 §5.1.2.5](https://www.rfc-editor.org/rfc/rfc5280#section-5.1.2.5).
    pub STALE_CRL = { id: "stale-crl", level: Deny, since: "0.1.0" }
}

/// The check for [`STALE_CRL`].
pub(super) static CHECK: Check = Check {
    rule: &STALE_CRL,
    run,
};

fn run(audit: &Audit<'_>) -> Vec<Finding> {
    evidence::others(audit, Kind::Revocations)
        .filter_map(|other| {
            let list = Crl::read(&other.der)?;
            let next = list.next_update?;
            if audit.now <= next {
                return None;
            }
            let message = format!(
                "the revocation list of {} went stale {} ago ({next})",
                name::cut(&list.issuer.text),
                spoken(audit.now.since(next)),
            );
            let finding = evidence::of_other(&STALE_CRL, audit, other, Certainty::Proven, message)?;
            Some(
                finding
                    .with_data("issuer", name::cut(&list.issuer.text))
                    .with_data("next_update", next.rfc3339())
                    .with_help(
                        "fetch the CA's current list and reload what reads it; if there is none, \
                         the CA has to issue one",
                    ),
            )
        })
        .collect()
}
