use rules::{Finding, Level};

use crate::audit::{Audit, Case};
use crate::check::Check;
use crate::instant::{Instant, brief, spoken};
use crate::standing::Standing;
use crate::wording;

rules::rule! {
    /// Reports a certificate that expires before it is likely to be renewed in time.
    ///
    /// ## Why
    /// The time to act on a certificate is before it expires, and how long before depends on how
    /// it is renewed. So the thresholds are relative to the lifetime and differ by class:
    ///
    /// | class | which, without a policy | warn | deny |
    /// |---|---|---|---|
    /// | `auto` | lives at most 100 days | 25% of the lifetime, at most 21 days | 12%, at most 7 days |
    /// | `manual` | lives longer | 45 days, at most 40% of the lifetime | 14 days, at most 20% |
    /// | `ca` | a CA | 90 days before its horizon | at its horizon |
    ///
    /// The *horizon* of a CA is the day after which it can no longer issue a certificate of full
    /// life, because that would outlive it: its `notAfter` less the longest lifetime that it
    /// issues, which is told from the unexpired certificates that are found. That is the CA's
    /// real deadline. A CA of which none is found, or that lives no longer than what it issued, is
    /// judged as `manual`.
    ///
    /// The finding prints the arithmetic, and points at the policy's line where one decided.
    /// The level is deny within the second threshold, else warn; in trust stores at most warn.
    ///
    /// ## Bad
    /// ```text
    /// $ cert-audit check deploy --now 2026-11-22T00:00:00Z
    /// deploy/tls/api.pem: certificate of api.prod.example expires in 6 days (2026-11-28 23:59:59 UTC)
    ///   class manual, because it lives 398d, more than 100d; 7d left is within the threshold for deny: 14d = min(days 14, cap 20% of 398d = 79.6d)
    /// ```
    ///
    /// ## Good
    /// The certificate is renewed while more is left than the class asks for; or the policy says
    /// what is true of it:
    /// ```yaml
    /// certs:
    ///   classes:
    ///     manual: { warn: { days: 60, cap: 40% }, deny: { days: 21, cap: 20% } }
    ///   assign:
    ///     - { match: { path: "deploy/legacy/**" }, class: manual, owner: payments, runbook: docs/renew.md }
    /// ```
    ///
    /// ## Reference
    /// [RFC 5280 §4.1.2.5](https://www.rfc-editor.org/rfc/rfc5280#section-4.1.2.5) for the
    /// validity.
    pub EXPIRES_SOON = { id: "expires-soon", level: Deny, since: "0.1.0" }
}

/// The check for [`EXPIRES_SOON`].
pub(super) static CHECK: Check = Check {
    rule: &EXPIRES_SOON,
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
            let end = case.artifact.certificate.validity?.not_after.at()?;
            Some(finding(audit, case, level, end))
        })
        .collect()
}

fn finding(audit: &Audit<'_>, case: &Case<'_>, level: Level, end: Instant) -> Finding {
    let left = end.since(audit.now);
    let called = wording::called(&case.artifact.certificate);
    let carried = wording::carried(audit, case);
    let consequence = if carried.is_empty() {
        horizon(audit, case, end)
    } else {
        wording::breaks(&carried)
    };
    let message = format!("{called} expires in {} ({end}){consequence}", spoken(left));
    wording::finding(&EXPIRES_SOON, audit, case, level, message).with_help(wording::help(case))
}

/// What a CA's horizon means; empty where none is in play.
fn horizon(audit: &Audit<'_>, case: &Case<'_>, end: Instant) -> String {
    let longest = case.place.limit.as_ref().and_then(|limit| limit.horizon);
    let Some(longest) = longest else {
        return String::new();
    };
    let horizon = end.minus(longest.lifetime);
    let life = brief(longest.lifetime);
    if horizon <= audit.now {
        format!(", too soon to issue another certificate of {life}")
    } else {
        format!(
            ", and from {} on it cannot issue a certificate of {life}",
            horizon.date()
        )
    }
}
