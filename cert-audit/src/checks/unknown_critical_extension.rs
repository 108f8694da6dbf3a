use rules::{Certainty, Finding};

use crate::audit::Audit;
use crate::check::Check;
use crate::evidence;
use crate::name;
use crate::wording;

rules::rule! {
    /// Reports a critical extension that clients do not understand.
    ///
    /// ## Why
    /// Critical means: who does not understand it must refuse the certificate. So it works with the
    /// one client that knows the extension, and with no other.
    ///
    /// Extensions about revocation, policies and names that RFC 5280 defines count as understood.
    /// Anchors in trust stores are not judged.
    ///
    /// ## Bad
    /// ```text
    /// deploy/tls/api.pem: certificate of api.prod.example has the critical extension 1.3.6.1.4.1.32473.1, which clients do not understand
    /// ```
    ///
    /// ## Good
    /// The extension is not critical, or not there.
    ///
    /// ## Reference
    /// [RFC 5280 §4.2](https://www.rfc-editor.org/rfc/rfc5280#section-4.2).
    pub UNKNOWN_CRITICAL_EXTENSION = { id: "unknown-critical-extension", level: Warn, since: "0.1.0" }
}

/// The check for [`UNKNOWN_CRITICAL_EXTENSION`].
pub(super) static CHECK: Check = Check {
    rule: &UNKNOWN_CRITICAL_EXTENSION,
    run,
};

/// Most extensions that are named.
const MOST_NAMED: usize = 4;

fn run(audit: &Audit<'_>) -> Vec<Finding> {
    audit
        .cases
        .iter()
        .filter_map(|case| {
            let certificate = &case.artifact.certificate;
            let unknown = &certificate.unknown_critical;
            if unknown.is_empty() {
                return None;
            }
            let plural = if unknown.len() == 1 { "" } else { "s" };
            let named: Vec<String> = unknown
                .iter()
                .take(MOST_NAMED)
                .map(|oid| name::cut(oid))
                .collect();
            let more = match unknown.len().saturating_sub(MOST_NAMED) {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            let message = format!(
                "{} has the critical extension{plural} {}{more}, which clients do not understand",
                wording::called(certificate),
                named.join(", "),
            );
            let finding = evidence::everywhere(
                &UNKNOWN_CRITICAL_EXTENSION,
                case,
                Certainty::Proven,
                message,
            )?;
            Some(finding.with_data("extensions", named).with_help(
                "have it issued without the extension, or with the extension not critical",
            ))
        })
        .collect()
}
