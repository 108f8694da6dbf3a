use std::collections::{BTreeMap, BTreeSet};

use rules::{Finding, Span};

use crate::change::Change;
use crate::check::{Check, at_most_a_warning};
use crate::evidence;
use crate::model::Prefix;
use crate::withdrawal::{Exceeded, Withdrawal};
use crate::wording::{count, json, list};

rules::rule! {
    /// Reports a change that withdraws more prefixes everywhere than the policy allows at once.
    ///
    /// ## Why
    /// Prefixes go one by one when customers leave, and by the thousand when a query returns the
    /// wrong list: in February 2026 a clean-up task withdrew 1,100 of an operator's 4,306
    /// prefixes.
    ///
    /// The limits are `limits.withdraw`: `prefixes`, their `share` of all that base announces,
    /// and the IPv4 `addresses` that they hold; each is inclusive, and exceeding one denies.
    /// A prefix counts when no neighbour anywhere passes it on any more.
    /// One whose traffic still arrives by the longest match, as an aggregate of ours covers it at
    /// enough sites, does not count towards a denial; with those counted, the finding is a
    /// warning.
    /// Neither do prefixes that base did not own, nor requests to discard traffic to one address.
    ///
    /// ## Bad
    /// ```yaml
    /// # base
    /// version: 1
    /// bgp:
    ///   asn: 64500
    ///   owned: [{ prefix: 192.0.2.0/24 }, { prefix: 198.51.100.0/24 }, { prefix: 203.0.113.0/24 }]
    ///   treat-as-public: [192.0.2.0/24, 198.51.100.0/24, 203.0.113.0/24]
    ///   sites: { fra: {}, iad: {} }
    ///   neighbors: { transit-a: { asn: 64501 } }
    ///   limits: { withdraw: { prefixes: 1 } }
    ///   announcements:
    ///     - { prefixes: [192.0.2.0/24, 198.51.100.0/24, 203.0.113.0/24], to: [transit-a] }
    /// ```
    /// ```yaml
    /// # head
    /// version: 1
    /// bgp:
    ///   asn: 64500
    ///   owned: [{ prefix: 192.0.2.0/24 }, { prefix: 198.51.100.0/24 }, { prefix: 203.0.113.0/24 }]
    ///   treat-as-public: [192.0.2.0/24, 198.51.100.0/24, 203.0.113.0/24]
    ///   sites: { fra: {}, iad: {} }
    ///   neighbors: { transit-a: { asn: 64501 } }
    ///   limits: { withdraw: { prefixes: 1 } }
    ///   announcements:
    ///     - { prefixes: [203.0.113.0/24], to: [transit-a] }
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// # base
    /// version: 1
    /// bgp:
    ///   asn: 64500
    ///   owned: [{ prefix: 192.0.2.0/24 }, { prefix: 198.51.100.0/24 }, { prefix: 203.0.113.0/24 }]
    ///   treat-as-public: [192.0.2.0/24, 198.51.100.0/24, 203.0.113.0/24]
    ///   sites: { fra: {}, iad: {} }
    ///   neighbors: { transit-a: { asn: 64501 } }
    ///   limits: { withdraw: { prefixes: 1 } }
    ///   announcements:
    ///     - { prefixes: [192.0.2.0/24, 198.51.100.0/24, 203.0.113.0/24], to: [transit-a] }
    /// ```
    /// ```yaml
    /// # head
    /// version: 1
    /// bgp:
    ///   asn: 64500
    ///   owned: [{ prefix: 192.0.2.0/24 }, { prefix: 198.51.100.0/24 }, { prefix: 203.0.113.0/24 }]
    ///   treat-as-public: [192.0.2.0/24, 198.51.100.0/24, 203.0.113.0/24]
    ///   sites: { fra: {}, iad: {} }
    ///   neighbors: { transit-a: { asn: 64501 } }
    ///   limits: { withdraw: { prefixes: 1 } }
    ///   announcements:
    ///     - { prefixes: [192.0.2.0/24, 198.51.100.0/24], sites: [iad], to: [transit-a] }
    ///     - { prefixes: [203.0.113.0/24], to: [transit-a] }
    /// ```
    ///
    /// ## Reference
    /// RFC 4271, section 3.1.
    pub MASS_WITHDRAWAL = { id: "mass-withdrawal", level: Deny, since: "0.1.0" }
}

/// The check.
pub(super) static CHECK: Check = Check {
    rule: &MASS_WITHDRAWAL,
    run,
};

/// Statements of base that are shown as labels.
const LABELS: usize = 3;

fn run(change: &Change) -> Vec<Finding> {
    let Some(withdrawal) = Withdrawal::of(change) else {
        return Vec::new();
    };
    let limits = &change.head.network.limits;
    let exceeded = withdrawal.exceeded(limits);
    if !exceeded.is_empty() {
        let prefixes = withdrawal.lost.iter().copied().collect();
        return vec![wording(change, &withdrawal, &prefixes, &exceeded)];
    }
    let exceeded = withdrawal.exceeded_with_covered(limits);
    if exceeded.is_empty() {
        return Vec::new();
    }
    let covered = withdrawal.covered.keys();
    let all = covered.chain(&withdrawal.lost).copied().collect();
    let covers: BTreeSet<Prefix> = withdrawal
        .covered
        .values()
        .flat_map(|cover| cover.prefixes.iter().copied())
        .collect();
    let finding = wording(change, &withdrawal, &all, &exceeded);
    vec![
        at_most_a_warning(change, finding)
            .with_note(format!(
                "{} still cover {} of them, so it is at most a warning",
                list(&covers, "nothing"),
                withdrawal.covered.len()
            ))
            .with_data("covered-by", json(&covers)),
    ]
}

fn wording(
    change: &Change,
    withdrawal: &Withdrawal,
    prefixes: &BTreeSet<Prefix>,
    exceeded: &[Exceeded<'_>],
) -> Finding {
    let message = format!(
        "{} of {} {} announced nowhere any more; a change may withdraw at most {}",
        prefixes.len(),
        count(withdrawal.before, "prefix", "prefixes"),
        if prefixes.len() == 1 { "is" } else { "are" },
        list(exceeded, "none")
    );
    let limits = &change.head.network.span;
    let span = exceeded.first().map_or(limits, Exceeded::span).clone();
    let mut finding = MASS_WITHDRAWAL
        .at(span, message, &["withdraw"])
        .with_note(format!("withdrawn: {}", list(prefixes, "nothing")))
        .with_help("withdraw in several changes, each within the limits; or bring back what was not meant to go")
        .with_data("prefixes", json(prefixes))
        .with_data("count", prefixes.len())
        .with_data("before", withdrawal.before)
        .with_data("addresses", withdrawal.addresses);
    for other in exceeded.iter().skip(1) {
        finding = finding.with_label(other.span().clone(), "this limit is exceeded too");
    }
    let Some(base) = &change.base else {
        return finding;
    };
    let mut statements: BTreeMap<Span, usize> = BTreeMap::new();
    for prefix in prefixes {
        if let Some(span) = evidence::statement(base, *prefix) {
            *statements.entry(span).or_default() += 1;
        }
    }
    statements
        .into_iter()
        .take(LABELS)
        .fold(finding, |finding, (span, number)| {
            let what = count(number, "of the prefixes", "of the prefixes");
            finding.with_label(span, format!("base announces {what} here"))
        })
}
