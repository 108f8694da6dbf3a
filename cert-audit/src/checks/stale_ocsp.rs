use rules::{Certainty, Finding};

use crate::audit::Audit;
use crate::check::Check;
use crate::evidence;
use crate::instant::spoken;
use crate::material::Kind;
use crate::name;
use crate::ocsp::Response;

rules::rule! {
    /// Reports a stored OCSP response that is out of date.
    ///
    /// ## Why
    /// A server that staples a stored response sends it as it is. Clients ignore one that is out of
    /// date, and refuse the connection where the certificate says that it must be stapled.
    ///
    /// A response without `nextUpdate` is out of date from the first moment by its own word, and is
    /// kept for its record: it is not reported.
    ///
    /// ## Bad
    /// ```text
    /// $ cert-audit check etc --now 2026-11-22T00:00:00Z
    /// etc/haproxy/site.pem.ocsp: the OCSP response about serial 2a went out of date 14 days ago (2026-11-08 00:00:00 UTC)
    /// ```
    ///
    /// ## Good
    /// A job fetches the response again before its `nextUpdate`, or the server does it by itself.
    ///
    /// ## Reference
    /// [RFC 6960 §4.2.2.1](https://www.rfc-editor.org/rfc/rfc6960#section-4.2.2.1).
    pub STALE_OCSP = { id: "stale-ocsp", level: Warn, since: "0.1.0" }
}

/// The check for [`STALE_OCSP`].
pub(super) static CHECK: Check = Check {
    rule: &STALE_OCSP,
    run,
};

fn run(audit: &Audit<'_>) -> Vec<Finding> {
    evidence::others(audit, Kind::Ocsp)
        .filter_map(|other| {
            let response = Response::read(&other.der)?.basic?;
            // A response may answer for several certificates; the first to be out of date counts.
            let answers = response.answers.iter();
            let (next, answer) = answers
                .filter_map(|answer| Some((answer.next_update?, answer)))
                .min_by_key(|(next, _)| *next)?;
            if audit.now <= next {
                return None;
            }
            let message = format!(
                "the OCSP response about serial {} went out of date {} ago ({next})",
                name::cut(&answer.serial),
                spoken(audit.now.since(next)),
            );
            let finding =
                evidence::of_other(&STALE_OCSP, audit, other, Certainty::Proven, message)?;
            Some(
                finding
                    .with_data("serial", name::cut(&answer.serial))
                    .with_data("next_update", next.rfc3339())
                    .with_help("fetch it again, and look at the job that should have done so"),
            )
        })
        .collect()
}
