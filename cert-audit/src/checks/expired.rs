use rules::{Certainty, Finding, Level};

use crate::audit::{Audit, Case};
use crate::check::Check;
use crate::checks::fails_at_restart;
use crate::evidence;
use crate::instant::{Instant, spoken};
use crate::inventory::Other;
use crate::material::Kind;
use crate::standing::Standing;
use crate::wording;
use crate::{name, ssh};

use super::expired_anchor;

rules::rule! {
    /// Reports a certificate that has expired.
    ///
    /// ## Why
    /// Clients refuse it from the second after its `notAfter` on. Where it still seems to work,
    /// connections that were opened before live on, or the server has an older or newer file in
    /// memory: it fails at the next restart, when nobody is looking.
    ///
    /// When an intermediate expires, every certificate below it stops working with it, however
    /// long it is valid itself; the finding names those that lie in the same file.
    ///
    /// Certificates in trust stores (files with CA certificates only, and no key beside them) are
    /// at most warnings: an expired anchor is dead weight until something still needs it.
    /// Certificates in folders of fixtures are counted and not judged, unless `--fixtures` is
    /// given.
    ///
    /// ## Bad
    /// ```text
    /// $ cert-audit check deploy --now 2026-11-22T12:00:00Z
    /// deploy/tls/api.pem: certificate of api.prod.example expired 3 days ago (2026-11-19 12:00:00 UTC)
    /// ```
    ///
    /// ## Good
    /// A certificate for the same names whose `notAfter` is ahead, in the same place, and the
    /// server reloaded.
    ///
    /// ## Reference
    /// [RFC 5280 §4.1.2.5](https://www.rfc-editor.org/rfc/rfc5280#section-4.1.2.5): the validity
    /// includes both its ends; `99991231235959Z` means that there is no end.
    pub EXPIRED = { id: "expired", level: Deny, since: "0.1.0" }
}

/// The check for [`EXPIRED`].
pub(super) static CHECK: Check = Check {
    rule: &EXPIRED,
    run,
};

fn run(audit: &Audit<'_>) -> Vec<Finding> {
    let certificates = audit
        .cases
        .iter()
        .filter(|case| case.place.standing == Some(Standing::Expired))
        .filter(|case| !expired_anchor::speaks_of(audit, case))
        // Where a server loads it, that is what there is to say.
        .filter(|case| fails_at_restart::uses(audit, case).is_empty())
        .filter_map(|case| {
            let end = case.artifact.certificate.validity?.not_after.at()?;
            Some(finding(audit, case, end))
        });
    let secure_shell = evidence::others(audit, Kind::Ssh).filter_map(|other| of_ssh(audit, other));
    certificates.chain(secure_shell).collect()
}

/// An OpenSSH certificate, which is valid up to the second before its end.
fn of_ssh(audit: &Audit<'_>, other: &Other) -> Option<Finding> {
    let certificate = ssh::Certificate::read(&other.der)?;
    let end = certificate.valid_before.filter(|end| *end <= audit.now)?;
    let message = format!(
        "the OpenSSH certificate {} expired {} ago ({end})",
        name::cut(&certificate.key_id),
        spoken(audit.now.since(end)),
    );
    let finding = evidence::of_other(&EXPIRED, audit, other, Certainty::Proven, message)?;
    Some(
        finding
            .with_data("not_after", end.rfc3339())
            .with_help("have its key signed again, and put the new certificate here"),
    )
}

fn finding(audit: &Audit<'_>, case: &Case<'_>, end: Instant) -> Finding {
    let ago = spoken(audit.now.since(end));
    let called = wording::called(&case.artifact.certificate);
    let breaks = wording::breaks(&wording::carried(audit, case));
    let message = format!("{called} expired {ago} ago ({end}){breaks}");
    wording::finding(&EXPIRED, audit, case, Level::Deny, message).with_help(wording::help(case))
}
