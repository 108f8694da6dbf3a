use rules::Finding;

use crate::change::Change;
use crate::check::Check;
use crate::evidence::Reach;
use crate::policy::network::{Owned, Placed};
use crate::wording::count;

rules::rule! {
    /// Reports a change that takes more sites from a prefix than its service allows at once.
    ///
    /// ## Why
    /// A fleet may stay above its floor and still lose half of its sites in one merge; what is
    /// left then takes twice the traffic, at once and everywhere.
    /// Sites are drained a few at a time, so a change that drains many is a mistake more often
    /// than a plan: in June 2022 an operator's reordered policy terms took 19 sites.
    ///
    /// The limit is `max-site-loss-per-change`, and is inclusive.
    ///
    /// ## Bad
    /// ```yaml
    /// # base
    /// version: 1
    /// bgp:
    ///   asn: 64500
    ///   owned: [{ prefix: 203.0.113.0/24, service: edge }]
    ///   services: { edge: { kind: anycast, max-site-loss-per-change: 1 } }
    ///   treat-as-public: [203.0.113.0/24]
    ///   sites: { ams: {}, fra: {}, iad: {} }
    ///   neighbors: { transit-a: { asn: 64501 } }
    ///   announcements:
    ///     - { service: edge, sites: [ams, fra, iad], to: [transit-a] }
    /// ```
    /// ```yaml
    /// # head
    /// version: 1
    /// bgp:
    ///   asn: 64500
    ///   owned: [{ prefix: 203.0.113.0/24, service: edge }]
    ///   services: { edge: { kind: anycast, max-site-loss-per-change: 1 } }
    ///   treat-as-public: [203.0.113.0/24]
    ///   sites: { ams: {}, fra: {}, iad: {} }
    ///   neighbors: { transit-a: { asn: 64501 } }
    ///   announcements:
    ///     - { service: edge, sites: [iad], to: [transit-a] }
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// # base
    /// version: 1
    /// bgp:
    ///   asn: 64500
    ///   owned: [{ prefix: 203.0.113.0/24, service: edge }]
    ///   services: { edge: { kind: anycast, max-site-loss-per-change: 1 } }
    ///   treat-as-public: [203.0.113.0/24]
    ///   sites: { ams: {}, fra: {}, iad: {} }
    ///   neighbors: { transit-a: { asn: 64501 } }
    ///   announcements:
    ///     - { service: edge, sites: [ams, fra, iad], to: [transit-a] }
    /// ```
    /// ```yaml
    /// # head
    /// version: 1
    /// bgp:
    ///   asn: 64500
    ///   owned: [{ prefix: 203.0.113.0/24, service: edge }]
    ///   services: { edge: { kind: anycast, max-site-loss-per-change: 1 } }
    ///   treat-as-public: [203.0.113.0/24]
    ///   sites: { ams: {}, fra: {}, iad: {} }
    ///   neighbors: { transit-a: { asn: 64501 } }
    ///   announcements:
    ///     - { service: edge, sites: [fra, iad], to: [transit-a] }
    /// ```
    ///
    /// ## Reference
    /// RFC 4786, section 4.4.
    pub SITE_LOSS = { id: "site-loss", level: Deny, since: "0.1.0" }
}

/// The check.
pub(super) static CHECK: Check = Check {
    rule: &SITE_LOSS,
    run,
};

fn run(change: &Change) -> Vec<Finding> {
    let Some((_, head)) = change.complete() else {
        return Vec::new();
    };
    let mut findings = Vec::new();
    for (name, service) in &head.network.services {
        let Some(limit) = &service.max_site_loss else {
            continue;
        };
        for owned in head.network.owned.of(name) {
            let reach = Reach::of(change, owned.prefix.value);
            if is_exceeded(reach.lost.len(), limit.value) {
                let finding = wording(change, name, owned, limit, &reach);
                // By the longest match only the sites without the cover are lost.
                let left = reach.cover.as_ref().map(|cover| &reach.lost - &cover.sites);
                let kept = left.is_some_and(|left| !is_exceeded(left.len(), limit.value));
                findings.push(if kept {
                    reach.lower(change, name, finding)
                } else {
                    finding
                });
            }
        }
    }
    findings
}

fn is_exceeded(lost: usize, limit: u32) -> bool {
    u32::try_from(lost).map_or(true, |lost| lost > limit)
}

fn wording(
    change: &Change,
    service: &str,
    owned: &Owned,
    limit: &Placed<u32>,
    reach: &Reach,
) -> Finding {
    let prefix = reach.prefix.to_string();
    let message = format!(
        "`{prefix}` loses {} in one change; `{service}` may lose {}",
        count(reach.lost.len(), "site", "sites"),
        limit.value
    );
    let finding = SITE_LOSS
        .at(
            reach
                .statement(change)
                .unwrap_or_else(|| owned.prefix.span.clone()),
            message,
            &[&prefix, service],
        )
        .with_label(
            limit.span.clone(),
            format!("the limit of `{service}` for one change"),
        )
        .with_help("drain the sites in several changes")
        .with_data("service", service)
        .with_data("limit", limit.value);
    reach.explain(change, finding)
}
