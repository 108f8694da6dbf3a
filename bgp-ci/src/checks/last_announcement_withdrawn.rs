use std::collections::BTreeSet;

use rules::{Finding, Span};

use crate::change::{Change, Side};
use crate::check::{Check, at_most_a_warning};
use crate::checks::service_withdrawn;
use crate::evidence::Reach;
use crate::model::{Family, Name, Prefix};
use crate::policy::limits::Limits;
use crate::withdrawal::Withdrawal;
use crate::wording::count;

rules::rule! {
    /// Reports a prefix of ours that base announces somewhere and head nowhere.
    ///
    /// ## Why
    /// While one site still announces a prefix, its users reach something.
    /// With the last announcement they reach nothing, from anywhere, and nobody who looks at one
    /// router sees that it was the last.
    ///
    /// A neighbour that receives the prefix and keeps it to itself does not count.
    /// Where an aggregate of ours still covers the prefix at enough sites, its traffic arrives by
    /// the longest match, and the finding is at most a warning; so it is within `limits.withdraw`,
    /// where the policy has one.
    /// The rule is silent where another one tells more: `service-withdrawn`, the floors of a
    /// service, and `mass-withdrawal`.
    ///
    /// ## Bad
    /// ```yaml
    /// # base
    /// version: 1
    /// bgp:
    ///   asn: 64500
    ///   owned: [{ prefix: 198.51.100.0/24 }, { prefix: 203.0.113.0/24 }]
    ///   treat-as-public: [198.51.100.0/24, 203.0.113.0/24]
    ///   sites: { fra: {}, iad: {} }
    ///   neighbors: { transit-a: { asn: 64501 } }
    ///   announcements:
    ///     - { prefixes: [198.51.100.0/24], sites: [iad], to: [transit-a] }
    ///     - { prefixes: [203.0.113.0/24], to: [transit-a] }
    /// ```
    /// ```yaml
    /// # head
    /// version: 1
    /// bgp:
    ///   asn: 64500
    ///   owned: [{ prefix: 198.51.100.0/24 }, { prefix: 203.0.113.0/24 }]
    ///   treat-as-public: [198.51.100.0/24, 203.0.113.0/24]
    ///   sites: { fra: {}, iad: {} }
    ///   neighbors: { transit-a: { asn: 64501 } }
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
    ///   owned: [{ prefix: 198.51.100.0/24 }, { prefix: 203.0.113.0/24 }]
    ///   treat-as-public: [198.51.100.0/24, 203.0.113.0/24]
    ///   sites: { fra: {}, iad: {} }
    ///   neighbors: { transit-a: { asn: 64501 } }
    ///   announcements:
    ///     - { prefixes: [198.51.100.0/24, 203.0.113.0/24], to: [transit-a] }
    /// ```
    /// ```yaml
    /// # head
    /// version: 1
    /// bgp:
    ///   asn: 64500
    ///   owned: [{ prefix: 198.51.100.0/24 }, { prefix: 203.0.113.0/24 }]
    ///   treat-as-public: [198.51.100.0/24, 203.0.113.0/24]
    ///   sites: { fra: {}, iad: {} }
    ///   neighbors: { transit-a: { asn: 64501 } }
    ///   announcements:
    ///     - { prefixes: [198.51.100.0/24], sites: [iad], to: [transit-a] }
    ///     - { prefixes: [203.0.113.0/24], to: [transit-a] }
    /// ```
    ///
    /// ## Reference
    /// RFC 4271, section 3.1.
    pub LAST_ANNOUNCEMENT_WITHDRAWN = { id: "last-announcement-withdrawn", level: Deny, since: "0.1.0" }
}

/// The check.
pub(super) static CHECK: Check = Check {
    rule: &LAST_ANNOUNCEMENT_WITHDRAWN,
    run,
};

fn run(change: &Change) -> Vec<Finding> {
    let (Some((base, head)), Some(withdrawal)) = (change.complete(), Withdrawal::of(change)) else {
        return Vec::new();
    };
    let limits = &head.network.limits;
    if !withdrawal.exceeded_with_covered(limits).is_empty() {
        return Vec::new();
    }
    let services = base.fleet.services();
    let withdrawn: BTreeSet<&Name> = services
        .filter(|service| service_withdrawn::is_withdrawn(base, head, service))
        .collect();
    let is_told = |prefix: Prefix| is_told(change, base, &withdrawn, prefix);
    let mut findings = Vec::new();
    for prefix in &withdrawal.lost {
        if is_told(*prefix) {
            continue;
        }
        let finding = wording(change, *prefix);
        findings.push(match bound(limits, prefix.family()) {
            Some(span) => at_most_a_warning(change, finding)
                .with_label(span.clone(), "the change stays within this limit")
                .with_note("`limits.withdraw` allows as much, so it is at most a warning"),
            None => finding,
        });
    }
    for (prefix, cover) in &withdrawal.covered {
        if !is_told(*prefix) {
            findings.push(cover.lower(change, *prefix, wording(change, *prefix)));
        }
    }
    findings
}

/// Where the policy says how much of a family a change may withdraw; `addresses` are IPv4's.
fn bound(limits: &Limits, family: Family) -> Option<&Span> {
    let prefixes = limits.withdraw_prefixes.as_ref().map(|limit| &limit.span);
    let share = limits.withdraw_share.as_ref().map(|limit| &limit.span);
    let addresses = limits.withdraw_addresses.as_ref();
    let addresses = addresses.filter(|_| family == Family::Ipv4);
    prefixes.or(share).or(addresses.map(|limit| &limit.span))
}

/// Whether a finding about a service, one of those `withdrawn` or one with a floor, says that
/// `prefix` is gone.
fn is_told(change: &Change, base: &Side, withdrawn: &BTreeSet<&Name>, prefix: Prefix) -> bool {
    let head = &change.head;
    let mut carried = base.network.owned.services_of(prefix);
    for (_, announcement) in base.of(prefix) {
        carried.extend(announcement.route.services.iter().cloned());
    }
    let withdrawn = carried.iter().any(|service| withdrawn.contains(service));
    let below_floor = head.network.owned.exactly(prefix).any(|owned| {
        owned.service.as_ref().is_some_and(|name| {
            let service = head.network.services.get(name);
            change.is_in_use(name)
                && service.is_some_and(|service| {
                    let sites = service.min_sites.iter();
                    let floors = sites.chain(service.min_sites_per_region.values());
                    floors.into_iter().any(|floor| floor.value > 0)
                })
        })
    });
    withdrawn || below_floor
}

fn wording(change: &Change, prefix: Prefix) -> Finding {
    let head = &change.head;
    let reach = Reach::of(change, prefix);
    let owned = head.network.owned.covering(prefix).next();
    let about = prefix.to_string();
    let message = format!(
        "`{prefix}` is announced nowhere any more: base announces it at {}",
        count(reach.lost.len(), "site", "sites")
    );
    let span = reach
        .statement(change)
        .or_else(|| owned.map(|owned| owned.prefix.span.clone()))
        .or_else(|| head.network.announcements.clone())
        .unwrap_or_else(|| head.network.span.clone());
    let finding = LAST_ANNOUNCEMENT_WITHDRAWN
        .at(span, message, &[&about])
        .with_help(
            "announce it somewhere; space that is given up is a change that says so and that people approve",
        );
    reach.explain(change, finding)
}
