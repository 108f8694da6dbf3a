use rules::{Finding, Level};

use crate::audit::{Audit, Case, Place};
use crate::check::Check;
use crate::instant::{Instant, spoken};
use crate::standing::Standing;
use crate::uses::Use;
use crate::{evidence, wording};

rules::rule! {
    /// Reports an expired certificate that a server's configuration loads.
    ///
    /// ## Why
    /// The endpoint may look healthy: connections that were opened before live on, or the server
    /// still holds the file that was there when it started. At the next restart, deployment or
    /// failover it loads this one, and every client refuses it. Then nobody connects the outage
    /// with a date that has long passed.
    ///
    /// The finding names the reference and how the server is made to load a renewed file. An
    /// expired certificate that nothing refers to is [`expired`](#expired).
    ///
    /// ## Bad
    /// ```text
    /// $ cert-audit check deploy --now 2026-11-22T12:00:00Z
    /// deploy/tls/api.pem: certificate of api.prod.example expired 3 days ago (2026-11-19 12:00:00 UTC) and is the ssl_certificate of nginx: it fails at the next restart
    /// ```
    ///
    /// ## Good
    /// The renewed certificate is in its place, and the server reloaded.
    ///
    /// ## Reference
    /// [RFC 5280 §4.1.2.5](https://www.rfc-editor.org/rfc/rfc5280#section-4.1.2.5) for the
    /// validity.
    pub FAILS_AT_RESTART = { id: "fails-at-restart", level: Deny, since: "0.1.0" }
}

/// The check for [`FAILS_AT_RESTART`].
pub(super) static CHECK: Check = Check {
    rule: &FAILS_AT_RESTART,
    run,
};

/// Most references that are shown.
const MOST_USES: usize = 16;

fn run(audit: &Audit<'_>) -> Vec<Finding> {
    audit
        .cases
        .iter()
        .filter(|case| case.place.standing == Some(Standing::Expired))
        .filter_map(|case| {
            let end = case.artifact.certificate.validity?.not_after.at()?;
            finding(audit, case, end)
        })
        .collect()
}

/// The references by which servers load an expired certificate as their own.
pub(super) fn uses<'a>(audit: &'a Audit<'_>, case: &Case<'_>) -> Vec<&'a Use> {
    if case.artifact.certificate.is_anchor() {
        return Vec::new();
    }
    let paths = evidence::places(case).map(|place: &Place<'_>| &*place.span.path);
    let mut uses: Vec<&Use> = paths
        .flat_map(|path| audit.inventory.uses.to(path))
        // What the server may do without may not be loaded at all.
        .filter(|known| known.presents() && !known.optional)
        .collect();
    uses.dedup_by(|a, b| a.span == b.span);
    uses
}

fn finding(audit: &Audit<'_>, case: &Case<'_>, end: Instant) -> Option<Finding> {
    let uses = uses(audit, case);
    let first = uses.first()?;
    let ago = spoken(audit.now.since(end));
    let called = wording::called(&case.artifact.certificate);
    let message = format!(
        "{called} expired {ago} ago ({end}) and is the {}: it fails at the next restart",
        first.called()
    );
    let certainty = uses.iter().map(|known| known.certainty()).max()?;
    let mut finding = wording::finding(&FAILS_AT_RESTART, audit, case, Level::Deny, message)
        .with_help(format!("{}; then: {}", wording::help(case), first.reload()));
    let own = case.place.certainty(&case.artifact.certificate);
    finding = finding.with_certainty(certainty.min(own));
    for known in uses.iter().take(MOST_USES) {
        finding = finding.with_label(known.span.clone(), format!("the {}", known.called()));
    }
    Some(finding)
}
