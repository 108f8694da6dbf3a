use std::collections::{BTreeMap, BTreeSet};

use rules::{Certainty, Finding};

use crate::change::{Change, Side};
use crate::check::{Check, existing};
use crate::learned::{self, Leak, Leaks};
use crate::model::{Family, SessionKey};
use crate::policy::network::Placed;

rules::rule! {
    /// Reports a session that sends more prefixes than the neighbour accepts.
    ///
    /// ## Why
    /// A neighbour that counts more than its limit does not drop the excess: it shuts the session
    /// down, and everything that was announced there is gone until somebody asks for it back.
    /// Deaggregation and leaks are what trips it (Telekom Malaysia in 2015, MainOne in 2018).
    ///
    /// The limit is the neighbour's `max-prefix`, for each session and address family, and is
    /// inclusive.
    ///
    /// ## Bad
    /// ```yaml
    /// version: 1
    /// bgp:
    ///   asn: 64500
    ///   owned: [{ prefix: 198.51.100.0/24 }, { prefix: 203.0.113.0/24 }]
    ///   treat-as-public: [198.51.100.0/24, 203.0.113.0/24]
    ///   sites: { fra: {} }
    ///   neighbors: { ix-rs: { asn: 64502, relation: route-server, max-prefix: 1 } }
    ///   announcements:
    ///     - { prefixes: [198.51.100.0/24, 203.0.113.0/24], to: [ix-rs] }
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// version: 1
    /// bgp:
    ///   asn: 64500
    ///   owned: [{ prefix: 198.51.100.0/24 }, { prefix: 203.0.113.0/24 }]
    ///   treat-as-public: [198.51.100.0/24, 203.0.113.0/24]
    ///   sites: { fra: {} }
    ///   neighbors: { ix-rs: { asn: 64502, relation: route-server, max-prefix: 1 } }
    ///   announcements:
    ///     - { prefixes: [203.0.113.0/24], to: [ix-rs] }
    /// ```
    ///
    /// ## Reference
    /// RFC 4486, section 4; RFC 7454, section 8.
    pub OVER_NEIGHBOR_LIMIT = { id: "over-neighbor-limit", level: Deny, since: "0.1.0" }
}

/// The check.
pub(super) static CHECK: Check = Check {
    rule: &OVER_NEIGHBOR_LIMIT,
    run,
};

/// A session's address family.
type Channel = (SessionKey, Family);

fn run(change: &Change) -> Vec<Finding> {
    let mut before: BTreeMap<Channel, usize> = BTreeMap::new();
    if let Some(base) = &change.base {
        for ((session, family), (count, _)) in over(base) {
            if let Some(session) = change.sessions.get(&session) {
                before.insert((session.clone(), family), count);
            }
        }
    }
    let mut findings = Vec::new();
    for (channel, (count, limit)) in over(&change.head) {
        let known = before.get(&channel).is_some_and(|&then| then >= count);
        findings.push(existing(change, known, wording(&channel, count, limit)));
    }
    findings.extend(leaked(change));
    findings
}

/// Sessions over which more networks may leak than the neighbour accepts.
fn leaked(change: &Change) -> Vec<Finding> {
    let head = &change.head;
    let before = change.base.as_ref().map(|base| {
        let over = overflowing(base, change.leaks_before());
        let channels = over.into_keys();
        channels
            .map(|(session, family)| (change.in_head(&session), family))
            .collect::<BTreeSet<Channel>>()
    });
    overflowing(head, change.leaks())
        .iter()
        .map(|(channel, (leak, limit))| {
            let known = before
                .as_ref()
                .is_some_and(|before| before.contains(channel));
            let (session, family) = channel;
            existing(change, known, leaking(session, *family, leak, limit))
        })
        .collect()
}

/// The sessions of `side` over which more networks leak than they may, with one such leak.
fn overflowing<'a>(
    side: &'a Side,
    leaks: &'a Leaks,
) -> BTreeMap<Channel, (&'a Leak, &'a Placed<u32>)> {
    let mut over = BTreeMap::new();
    if leaks.found.is_empty() {
        return over;
    }
    let answered = learned::answered(&side.network, &side.models);
    for leak in &leaks.found {
        let proven = leak.witness.is_some() && leak.certainty > Certainty::Possible;
        let Some(limit) = limit(side, &leak.to).filter(|_| proven) else {
            continue;
        };
        let bound = u64::from(limit.value) + 1;
        // What is ours and our customers' is counted where it is announced.
        let strangers = match answered.get(&leak.family) {
            Some(answered) => leak.networks.difference(answered),
            None => leak.networks.clone(),
        };
        if learned::count(&strangers, bound) == bound {
            over.entry((leak.to.clone(), leak.family))
                .or_insert((leak, limit));
        }
    }
    over
}

fn limit<'a>(side: &'a Side, session: &SessionKey) -> Option<&'a Placed<u32>> {
    let neighbor = side.network.neighbors.get(&session.neighbor)?;
    neighbor.max_prefix.as_ref()
}

fn leaking(session: &SessionKey, family: Family, leak: &Leak, limit: &Placed<u32>) -> Finding {
    let SessionKey {
        site,
        router,
        neighbor,
        ..
    } = session;
    let family = family.as_str();
    let message = format!(
        "`{neighbor}` at `{site}` accepts {} {family} prefixes and may be sent all that `{}` sends",
        limit.value, leak.from.neighbor
    );
    OVER_NEIGHBOR_LIMIT
        .at(
            limit.span.clone(),
            message,
            &[neighbor, site, router, family, "leak"],
        )
        .with_certainty(leak.certainty.min(Certainty::Likely))
        .with_note("how many there are is up to the neighbour; `route-leak` says where they pass")
        .with_help("send on what is ours and our customers', and nothing else")
        .with_data("neighbor", neighbor.to_string())
        .with_data("site", site.to_string())
        .with_data("family", family)
        .with_data("limit", limit.value)
}

/// The sessions over their limit, with what they send and the limit.
fn over(side: &Side) -> BTreeMap<Channel, (usize, &Placed<u32>)> {
    let mut sent: BTreeMap<Channel, usize> = BTreeMap::new();
    for (key, _) in side.external() {
        *sent.entry((key.session(), key.family())).or_default() += 1;
    }
    sent.into_iter()
        .filter_map(|(channel, count)| {
            let neighbor = side.network.neighbors.get(&channel.0.neighbor)?;
            let limit = neighbor.max_prefix.as_ref()?;
            let over = u32::try_from(count).map_or(true, |count| count > limit.value);
            over.then_some((channel, (count, limit)))
        })
        .collect()
}

fn wording((session, family): &Channel, count: usize, limit: &Placed<u32>) -> Finding {
    let SessionKey {
        site,
        router,
        neighbor,
        ..
    } = session;
    let family = family.as_str();
    let message = format!(
        "`{neighbor}` at `{site}` is sent {count} {family} prefixes and accepts {}",
        limit.value
    );
    OVER_NEIGHBOR_LIMIT
        .at(
            limit.span.clone(),
            message,
            &[neighbor, site, router, family],
        )
        .with_help("announce fewer prefixes, or have the neighbour raise its limit first")
        .with_data("neighbor", neighbor.to_string())
        .with_data("site", site.to_string())
        .with_data("family", family)
        .with_data("count", count)
        .with_data("limit", limit.value)
}
