use std::collections::{BTreeMap, BTreeSet};

use rules::{Finding, Span};

use crate::blackhole;
use crate::change::{Change, Side};
use crate::check::Check;
use crate::model::{Family, Name, Prefix, SessionKey};
use crate::policy::limits::Factor;
use crate::policy::network::Placed;
use crate::wording::{json, list};

rules::rule! {
    /// Reports sessions that are sent many times the prefixes that base sent them.
    ///
    /// ## Why
    /// A filter that lost its condition, or a list that was filled from the wrong place, shows as
    /// a session that carries ten or a thousand times what it did: AS7007 in 1997, Indosat in
    /// 2014, Rostelecom in 2020.
    /// The neighbour either takes it, and a part of the Internet with it, or counts more than it
    /// accepts and takes the session down.
    ///
    /// The limit is `limits.growth`, such as `2x`, for each session and address family, and is
    /// inclusive.
    /// A session that base does not have, or that carried nothing of the family, does not grow.
    /// Requests to discard traffic to one address do not count.
    ///
    /// ## Bad
    /// ```yaml
    /// # base
    /// version: 1
    /// bgp:
    ///   asn: 64500
    ///   owned: [{ prefix: "2001:db8:100::/40" }]
    ///   treat-as-public: ["2001:db8::/32"]
    ///   sites: { fra: {} }
    ///   neighbors: { transit-a: { asn: 64501 } }
    ///   limits: { growth: 2x }
    ///   announcements:
    ///     - { prefixes: ["2001:db8:100::/40"], to: [transit-a] }
    /// ```
    /// ```yaml
    /// # head
    /// version: 1
    /// bgp:
    ///   asn: 64500
    ///   owned: [{ prefix: "2001:db8:100::/40" }]
    ///   treat-as-public: ["2001:db8::/32"]
    ///   sites: { fra: {} }
    ///   neighbors: { transit-a: { asn: 64501 } }
    ///   limits: { growth: 2x }
    ///   announcements:
    ///     - { prefixes: ["2001:db8:100::/40", "2001:db8:100::/41", "2001:db8:180::/41"], to: [transit-a] }
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// # base
    /// version: 1
    /// bgp:
    ///   asn: 64500
    ///   owned: [{ prefix: "2001:db8:100::/40" }]
    ///   treat-as-public: ["2001:db8::/32"]
    ///   sites: { fra: {} }
    ///   neighbors: { transit-a: { asn: 64501 } }
    ///   limits: { growth: 2x }
    ///   announcements:
    ///     - { prefixes: ["2001:db8:100::/40"], to: [transit-a] }
    /// ```
    /// ```yaml
    /// # head
    /// version: 1
    /// bgp:
    ///   asn: 64500
    ///   owned: [{ prefix: "2001:db8:100::/40" }]
    ///   treat-as-public: ["2001:db8::/32"]
    ///   sites: { fra: {} }
    ///   neighbors: { transit-a: { asn: 64501 } }
    ///   limits: { growth: 2x }
    ///   announcements:
    ///     - { prefixes: ["2001:db8:100::/40", "2001:db8:100::/41"], to: [transit-a] }
    /// ```
    ///
    /// ## Reference
    /// RFC 7454, section 8; RFC 4486, section 4.
    pub MASS_GROWTH = { id: "mass-growth", level: Deny, since: "0.1.0" }
}

/// The check.
pub(super) static CHECK: Check = Check {
    rule: &MASS_GROWTH,
    run,
};

/// What a session carries of a family, with the statement of each prefix.
type Carried<'a> = BTreeMap<(SessionKey, Family), BTreeMap<Prefix, Option<&'a Span>>>;

/// A session that grew: its key in head, and what it is sent in base and head.
struct Grown<'a> {
    session: SessionKey,
    before: BTreeMap<Prefix, Option<&'a Span>>,
    after: BTreeMap<Prefix, Option<&'a Span>>,
}

fn run(change: &Change) -> Vec<Finding> {
    let Some(base) = &change.base else {
        return Vec::new();
    };
    let Some(limit) = &change.head.network.limits.growth else {
        return Vec::new();
    };
    let mut before: Carried<'_> = Carried::new();
    for ((session, family), prefixes) in carried(base) {
        if let Some(session) = change.sessions.get(&session) {
            before.insert((session.clone(), family), prefixes);
        }
    }
    // A mistake in one policy shows on every session of a neighbour: it is one finding.
    let mut grown: BTreeMap<(Name, Family), Vec<Grown<'_>>> = BTreeMap::new();
    for (channel, after) in carried(&change.head) {
        let Some(before) = before.remove(&channel) else {
            continue;
        };
        if limit.value.is_exceeded(before.len(), after.len()) {
            let (session, family) = channel;
            let about = (session.neighbor.clone(), family);
            grown.entry(about).or_default().push(Grown {
                session,
                before,
                after,
            });
        }
    }
    grown
        .into_iter()
        .filter_map(|((neighbor, family), grown)| wording(change, &neighbor, family, &grown, limit))
        .collect()
}

/// What each session with another system carries.
fn carried(side: &Side) -> Carried<'_> {
    let mut carried = Carried::new();
    for (key, announcement) in side.external() {
        if !blackhole::is_meant(side, key, announcement) {
            let channel = carried.entry((key.session(), key.family())).or_default();
            channel.insert(key.prefix, announcement.provenance.first());
        }
    }
    carried
}

fn wording(
    change: &Change,
    neighbor: &Name,
    family: Family,
    grown: &[Grown<'_>],
    limit: &Placed<Factor>,
) -> Option<Finding> {
    let worst = grown
        .iter()
        .max_by_key(|grown| (grown.after.len(), std::cmp::Reverse(&grown.session)))?;
    let family = family.as_str();
    let message = format!(
        "`{neighbor}` at `{}` is sent {} {family} prefixes, {} before: more than {}",
        worst.session.site,
        worst.after.len(),
        worst.before.len(),
        limit.value
    );
    let new = worst
        .after
        .iter()
        .filter(|(prefix, _)| !worst.before.contains_key(prefix));
    let new: BTreeMap<_, _> = new.collect();
    let place = new.values().filter_map(|span| **span).min();
    let sites: BTreeSet<&Name> = grown.iter().map(|grown| &grown.session.site).collect();
    let finding = MASS_GROWTH
        .at(
            place.unwrap_or(&change.head.network.span).clone(),
            message,
            &[neighbor, family],
        )
        .with_label(
            limit.span.clone(),
            "the limit for one change, of each session",
        )
        .with_note(format!("new: {}", list(new.keys(), "nothing")))
        .with_note(format!(
            "{} so, at {}",
            match grown.len() {
                1 => format!("1 session with `{neighbor}` grows"),
                many => format!("{many} sessions with `{neighbor}` grow"),
            },
            list(&sites, "no site")
        ))
        .with_help("look for a filter or a list that lets through what it must not; growth that is meant comes in several changes")
        .with_data("neighbor", neighbor.to_string())
        .with_data("site", worst.session.site.to_string())
        .with_data("family", family)
        .with_data("before", worst.before.len())
        .with_data("after", worst.after.len())
        .with_data("limit", limit.value.to_string())
        .with_data("sites", json(&sites));
    Some(finding)
}
