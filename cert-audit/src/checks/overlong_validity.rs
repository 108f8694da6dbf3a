use rules::{Certainty, Finding};

use crate::audit::Audit;
use crate::certificate::{Certificate, Expiry, Kind, Validity};
use crate::check::Check;
use crate::effective::Anchored;
use crate::evidence;
use crate::instant::{DAY, Instant};
use crate::wording;

rules::rule! {
    /// Reports a server certificate of a public CA that is valid for longer than browsers accept.
    ///
    /// ## Why
    /// The browsers refuse it, however long it still has. What is allowed depends on the first day
    /// of the validity:
    ///
    /// | issued from | at most |
    /// |---|---|
    /// | 2020-09-01 | 398 days |
    /// | 2026-03-15 | 200 days |
    /// | 2027-03-15 | 100 days |
    /// | 2029-03-15 | 47 days |
    ///
    /// A day is 86,400 seconds, both ends of the validity count, and a day that has begun is a day.
    /// It is asked only of certificates whose chain ends in a public root: a CA of one's own may
    /// issue for as long as its owner likes.
    ///
    /// ## Bad
    /// ```text
    /// deploy/tls/www.pem: certificate of www.prod.example is valid for 398 days, and one of a public CA that begins on 2026-04-01 may be for 200
    /// ```
    ///
    /// ## Good
    /// A certificate that is valid for as long as the table allows, renewed by a machine.
    ///
    /// ## Reference
    /// [Baseline Requirements §6.3.2](https://cabforum.org/working-groups/server/baseline-requirements/documents/)
    /// as changed by ballots SC31 and SC-081v3.
    pub OVERLONG_VALIDITY = { id: "overlong-validity", level: Warn, since: "0.1.0" }
}

/// The check for [`OVERLONG_VALIDITY`].
pub(super) static CHECK: Check = Check {
    rule: &OVERLONG_VALIDITY,
    run,
};

/// From when on which number of days is the most, the latest first: midnight UTC.
const LIMITS: [(i64, i64); 4] = [
    // 2029-03-15
    (1_868_227_200, 47),
    // 2027-03-15
    (1_805_068_800, 100),
    // 2026-03-15
    (1_773_532_800, 200),
    // 2020-09-01
    (1_598_918_400, 398),
];

fn run(audit: &Audit<'_>) -> Vec<Finding> {
    audit
        .cases
        .iter()
        .filter(|case| is_of_a_server(&case.artifact.certificate))
        .filter_map(|case| {
            let certificate = &case.artifact.certificate;
            let validity = certificate.validity?;
            let (days, most) = excess(&validity)?;
            let effective = audit.effective.get(&case.artifact.sha256)?;
            if effective.anchored != Anchored::Publicly {
                return None;
            }
            let days = match days {
                Some(days) => format!("for {days} days"),
                None => "for ever".to_owned(),
            };
            let message = format!(
                "{} is valid {days}, and one of a public CA that begins on {} may be for {most}",
                wording::called(certificate),
                validity.not_before.date(),
            );
            let certainty = if effective.is_sure {
                Certainty::Proven
            } else {
                Certainty::Likely
            };
            let finding = evidence::everywhere(&OVERLONG_VALIDITY, case, certainty, message)?;
            Some(
                finding
                    .with_data("most_days", most)
                    .with_help("order one of a life that is allowed, and have a machine renew it"),
            )
        })
        .collect()
}

/// Whether it is for servers: certificates for mail and programs end in the same roots and have
/// other limits.
fn is_of_a_server(certificate: &Certificate) -> bool {
    certificate.kind == Kind::Leaf
        && certificate
            .purposes
            .is_none_or(|purposes| purposes.server || purposes.any)
}

/// The days of a validity (`None`: for ever) and the most that are allowed, where those are passed.
fn excess(validity: &Validity) -> Option<(Option<i64>, i64)> {
    let (_, most) = LIMITS
        .into_iter()
        .find(|&(from, _)| validity.not_before >= Instant::of(from))?;
    let Expiry::At(end) = validity.not_after else {
        return Some((None, most));
    };
    // Both ends count, and a day that has begun is a day.
    let seconds = end.since(validity.not_before).saturating_add(1);
    let days = seconds.saturating_add(DAY - 1).div_euclid(DAY);
    (days > most).then_some((Some(days), most))
}

#[cfg(test)]
mod tests {
    use rcgen::ExtendedKeyUsagePurpose::{ClientAuth, EmailProtection, ServerAuth};

    use super::*;
    use crate::minted;

    #[test]
    fn only_servers_below_a_public_root_are_asked() {
        // One second more than 200 days: the last second counts.
        let long = ((2026, 4, 1), (2026, 10, 18));
        let right = ((2026, 3, 1), (2027, 4, 2));
        for (is_public, life, purposes, speaks) in [
            (true, long, vec![ServerAuth], true),
            (true, long, vec![ServerAuth, ClientAuth], true),
            (true, long, vec![], true),
            (true, long, vec![EmailProtection], false),
            (false, long, vec![ServerAuth], false),
            (true, right, vec![ServerAuth], false),
        ] {
            let said = minted::messages(&CHECK, is_public, life, purposes.clone());
            assert_eq!(
                !said.is_empty(),
                speaks,
                "{is_public} {life:?} {purposes:?} {said:?}"
            );
        }
    }

    #[test]
    fn the_limit_is_that_of_the_first_day() {
        for (from, most) in [
            ("2020-09-01T00:00:00Z", Some(398)),
            ("2026-03-14T23:59:59Z", Some(398)),
            ("2026-03-15T00:00:00Z", Some(200)),
            ("2027-03-14T23:59:59Z", Some(200)),
            ("2027-03-15T00:00:00Z", Some(100)),
            ("2029-03-14T23:59:59Z", Some(100)),
            ("2029-03-15T00:00:00Z", Some(47)),
            ("2020-08-31T23:59:59Z", None),
        ] {
            let timestamp: jiff::Timestamp = from.parse().expect("a timestamp");
            let not_before = Instant::of_timestamp(timestamp);
            let of = |seconds: i64| {
                excess(&Validity {
                    not_before,
                    not_after: Expiry::At(not_before.minus(-seconds)),
                })
            };
            let Some(most) = most else {
                assert_eq!(of(3_650 * DAY), None, "{from}");
                continue;
            };
            // The last second counts: so many days end one second before the same time of day.
            assert_eq!(of(most * DAY - 1), None, "{from}");
            assert_eq!(of(most * DAY), Some((Some(most + 1), most)), "{from}");
        }
    }
}
