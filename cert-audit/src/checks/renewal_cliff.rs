use std::collections::BTreeSet;

use rules::{Certainty, Finding};

use crate::audit::{Audit, Case};
use crate::certificate::Fingerprint;
use crate::check::Check;
use crate::evidence;
use crate::instant::{DAY, Instant};
use crate::lineage;

rules::rule! {
    /// Reports a week in which many certificates end at once.
    ///
    /// ## Why
    /// What was issued together ends together. Renewed one a week it is routine; renewed twenty in
    /// the week before a holiday one is forgotten, and the CA's rate limits are met for the first
    /// time. And whatever stops renewals in that week stops all of them.
    ///
    /// It needs at least ten certificates within seven days, and a fifth of all that are still to
    /// be renewed. One finding speaks of one week; weeks do not overlap. Not counted are CAs, trust
    /// stores, what has expired, what a newer certificate for the same names replaces, and what
    /// lives under 35 days: of those a week holds a fifth however well they are spread. What ends
    /// in more than two years is out of sight.
    /// Certificates that machines renew are counted, because rate limits and a broken renewal meet
    /// them as well.
    ///
    /// ## Bad
    /// ```text
    /// deploy/tls/a.pem: 24 of 60 certificates end within seven days, from 2027-06-01 to 2027-06-04
    /// ```
    ///
    /// ## Good
    /// Some of them are renewed early, so that the next time they end in different weeks.
    ///
    /// ## Reference
    /// [RFC 9773 §4.3.2](https://www.rfc-editor.org/rfc/rfc9773#section-4.3.2): renewals are spread
    /// over a window for this reason.
    pub RENEWAL_CLIFF = { id: "renewal-cliff", level: Warn, since: "0.1.0" }
}

/// The check for [`RENEWAL_CLIFF`].
pub(super) static CHECK: Check = Check {
    rule: &RENEWAL_CLIFF,
    run,
};

/// Seconds of the window.
const WEEK: i64 = 7 * DAY;

/// Fewest certificates that are many.
const FEWEST: usize = 10;

/// They are many where they are at least one of so many.
const SHARE: usize = 5;

/// What lives shorter is not counted: a week holds more than its share anyhow.
const SHORTEST: i64 = 35 * DAY;

/// What ends later is not counted.
const FARTHEST: i64 = 2 * 365 * DAY;

/// Most certificates that are shown.
const MOST_SHOWN: usize = 16;

/// One certificate that is to be renewed.
type Renewal<'a> = (Instant, &'a Case<'a>);

fn run(audit: &Audit<'_>) -> Vec<Finding> {
    let mut renewals = renewals(audit);
    let all = renewals.len();
    let mut findings = Vec::new();
    while let Some(range) = cliff(&renewals, all) {
        let week: Vec<Renewal<'_>> = renewals.drain(range).collect();
        findings.extend(finding(&week, all));
    }
    findings
}

/// What is still to be renewed, by when it ends.
fn renewals<'a>(audit: &'a Audit<'a>) -> Vec<Renewal<'a>> {
    let replaced = replaced(audit);
    let mut renewals: Vec<Renewal<'a>> = audit
        .cases
        .iter()
        .filter(|case| {
            !case.artifact.certificate.is_anchor()
                && !replaced.contains(&case.artifact.sha256)
                && evidence::deployed(case).is_some()
        })
        .filter_map(|case| {
            let validity = case.artifact.certificate.validity?;
            let end = validity.not_after.at()?;
            let left = end.since(audit.now);
            (validity.lifetime()? >= SHORTEST && (0..=FARTHEST).contains(&left))
                .then_some((end, case))
        })
        .collect();
    renewals.sort_by_key(|(end, case)| (*end, case.artifact.sha256));
    renewals
}

/// Certificates of which a renewal is there.
fn replaced(audit: &Audit<'_>) -> BTreeSet<Fingerprint> {
    let artifacts = audit.cases.iter().map(|case| case.artifact);
    let mut replaced = BTreeSet::new();
    for members in lineage::by_lineage(artifacts).into_values() {
        let Some(newest) = members.last() else {
            continue;
        };
        let old = members
            .iter()
            .filter(|old| lineage::is_renewal(&old.certificate, &newest.certificate));
        replaced.extend(old.map(|old| old.sha256));
    }
    replaced
}

/// The fullest week, the first of equals, if it is full enough. `renewals` are sorted.
fn cliff(renewals: &[Renewal<'_>], all: usize) -> Option<std::ops::Range<usize>> {
    let mut fullest = 0..0;
    let mut end = 0;
    for (start, (first, _)) in renewals.iter().enumerate() {
        while renewals
            .get(end)
            .is_some_and(|(next, _)| next.since(*first) < WEEK)
        {
            end += 1;
        }
        if end - start > fullest.len() {
            fullest = start..end;
        }
    }
    (fullest.len() >= FEWEST && fullest.len() * SHARE >= all).then_some(fullest)
}

fn finding(week: &[Renewal<'_>], all: usize) -> Option<Finding> {
    let (first, case) = week.first()?;
    let (last, _) = week.last()?;
    let place = evidence::deployed(case)?;
    let message = format!(
        "{} of {all} certificates end within seven days, from {} to {}",
        week.len(),
        first.date(),
        last.date(),
    );
    let mut finding = RENEWAL_CLIFF
        .at(place.span.clone(), message, &[&first.date()])
        .with_level(place.level(RENEWAL_CLIFF.level))
        .with_certainty(Certainty::Proven)
        .with_help("renew some of them early, so that the next time they end in different weeks")
        .with_data("certificates", week.len())
        .with_data("of", all)
        .with_data("from", first.rfc3339())
        .with_data("to", last.rfc3339());
    for (end, case) in week.iter().skip(1).take(MOST_SHOWN) {
        if let Some(place) = evidence::deployed(case) {
            let called = case.artifact.certificate.called();
            finding = finding.with_label(
                place.span.clone(),
                format!("the certificate of {called} ends on {}", end.date()),
            );
        }
    }
    let hidden = week.len().saturating_sub(MOST_SHOWN + 1);
    if hidden > 0 {
        finding = finding.with_note(format!("{hidden} more end in that week"));
    }
    Some(finding)
}
