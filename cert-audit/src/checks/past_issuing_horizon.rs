use rules::{Finding, Level};

use crate::audit::{Audit, Case};
use crate::check::Check;
use crate::instant::{Instant, brief, spoken};
use crate::issued::Longest;
use crate::standing::Standing;
use crate::wording;

rules::rule! {
    /// Reports a CA that can no longer issue a certificate of full life.
    ///
    /// ## Why
    /// What a CA issues must not outlive it. So its real deadline is not its `notAfter` but that
    /// less the longest lifetime that it issues: its *issuing horizon*. From that day on each new
    /// certificate is shorter than the one before, or stops working before its own date; and
    /// a new CA needs weeks to reach every client.
    ///
    /// The longest lifetime is told from the unexpired certificates whose signature is the CA's.
    /// The level is that of the CA's class, by default deny; [`expires-soon`](#expires-soon) says
    /// beside it when the CA itself ends. Where that end is so near that it would be reported
    /// without any horizon, this rule is silent.
    ///
    /// ## Bad
    /// ```text
    /// $ cert-audit check pki --now 2026-11-22T00:00:00Z
    /// pki/issuing.pem: CA certificate of Example Issuing CA has passed its issuing horizon 12 days ago (2026-11-10): it cannot issue another certificate of 398d before it ends (2027-12-13 00:00:00 UTC)
    /// ```
    ///
    /// ## Good
    /// The next CA issues before that day, and its root is with every client by then.
    ///
    /// ## Reference
    /// [RFC 4210 §4.4](https://www.rfc-editor.org/rfc/rfc4210#section-4.4) for the renewal of a
    /// root's key, which takes both certificates for as long as clients need.
    pub PAST_ISSUING_HORIZON = { id: "past-issuing-horizon", level: Deny, since: "0.1.0" }
}

/// The check for [`PAST_ISSUING_HORIZON`].
pub(super) static CHECK: Check = Check {
    rule: &PAST_ISSUING_HORIZON,
    run,
};

fn run(audit: &Audit<'_>) -> Vec<Finding> {
    audit
        .cases
        .iter()
        .filter_map(|case| {
            let Some(Standing::ExpiresSoon(level)) = case.place.standing else {
                return None;
            };
            let longest = case.place.past_horizon?;
            let end = case.artifact.certificate.validity?.not_after.at()?;
            Some(finding(audit, case, level, end, longest))
        })
        .collect()
}

fn finding(
    audit: &Audit<'_>,
    case: &Case<'_>,
    level: Level,
    end: Instant,
    longest: Longest<'_>,
) -> Finding {
    let lifetime = longest.lifetime;
    let called = wording::called(&case.artifact.certificate);
    let horizon = end.minus(lifetime);
    let ago = match audit.now.since(horizon) {
        0 => String::new(),
        seconds => format!(" {} ago", spoken(seconds)),
    };
    let message = format!(
        "{called} has passed its issuing horizon{ago} ({}): it cannot issue another certificate \
         of {} before it ends ({end})",
        horizon.date(),
        brief(lifetime),
    );
    let mut finding = wording::finding(&PAST_ISSUING_HORIZON, audit, case, level, message)
        .with_data("horizon", horizon.rfc3339())
        .with_help(
            "let the next CA issue from now on, and bring its root to every client before this \
             one ends",
        );
    if let Some(occurrence) = longest.artifact.occurrences.first() {
        finding = finding.with_label(
            occurrence.span.clone(),
            format!("it issued this one for {}", brief(lifetime)),
        );
    }
    finding
}
