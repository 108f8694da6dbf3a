use std::collections::{BTreeMap, BTreeSet};

use rules::{Finding, Level, Span};

use crate::change::{Change, Side};
use crate::check::Check;
use crate::matching;
use crate::model::{Name, SessionKey};
use crate::wording::{count, json, list};

rules::rule! {
    /// Reports an external session that head has no more; denied where it was the site's last.
    ///
    /// ## Why
    /// A session that goes takes every announcement with it, and its share of the capacity.
    /// With the last one a site falls silent, although it stands in the policy and everybody
    /// counts on it.
    ///
    /// Sessions are the same by address and number, so a rename removes none.
    /// A site that is given up in the policy, or with its router, is only warned about, and so is a
    /// session that is switched off.
    ///
    /// ## Bad
    /// ```yaml
    /// # base
    /// version: 1
    /// bgp:
    ///   asn: 64500
    ///   owned: [{ prefix: 203.0.113.0/24 }]
    ///   treat-as-public: [203.0.113.0/24]
    ///   sites: { fra: {}, iad: {} }
    ///   neighbors:
    ///     transit-a: { asn: 64501, sites: [fra] }
    ///     transit-b: { asn: 64502, sites: [fra, iad] }
    ///   announcements: [{ prefixes: [203.0.113.0/24], to: [transit-b] }]
    /// ```
    /// ```yaml
    /// # head
    /// version: 1
    /// bgp:
    ///   asn: 64500
    ///   owned: [{ prefix: 203.0.113.0/24 }]
    ///   treat-as-public: [203.0.113.0/24]
    ///   sites: { fra: {}, iad: {} }
    ///   neighbors:
    ///     transit-b: { asn: 64502, sites: [fra, iad] }
    ///   announcements: [{ prefixes: [203.0.113.0/24], to: [transit-b] }]
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// # base
    /// version: 1
    /// bgp:
    ///   asn: 64500
    ///   owned: [{ prefix: 203.0.113.0/24 }]
    ///   treat-as-public: [203.0.113.0/24]
    ///   sites: { fra: {} }
    ///   neighbors: { transit-a: { asn: 64501, address: 192.0.2.1 } }
    ///   announcements: [{ prefixes: [203.0.113.0/24], to: [transit-a] }]
    /// ```
    /// ```yaml
    /// # head
    /// version: 1
    /// bgp:
    ///   asn: 64500
    ///   owned: [{ prefix: 203.0.113.0/24 }]
    ///   treat-as-public: [203.0.113.0/24]
    ///   sites: { fra: {} }
    ///   neighbors: { upstream: { asn: 64501, address: 192.0.2.1 } }
    ///   announcements: [{ prefixes: [203.0.113.0/24], to: [upstream] }]
    /// ```
    ///
    /// ## Reference
    /// RFC 4271, section 8.2.2: a session that ends deletes all its routes.
    pub SESSION_REMOVED = { id: "session-removed", level: Warn, since: "0.1.0" }
}

/// The check.
pub(super) static CHECK: Check = Check {
    rule: &SESSION_REMOVED,
    run,
};

fn run(change: &Change) -> Vec<Finding> {
    let Some(base) = &change.base else {
        return Vec::new();
    };
    let head = &change.head;
    let replaced: BTreeSet<&SessionKey> = matching::replaced(change, base)
        .into_iter()
        .map(|(old, _)| old)
        .collect();
    let known = |site: &Name| {
        !base.unseen.contains(site) && !head.unseen.contains(change.site_in_head(site))
    };
    let removed = base.sessions.iter().filter(|(key, session)| {
        session.external
            && known(&key.site)
            && !change.sessions.contains_key(*key)
            && !replaced.contains(key)
    });
    let mut by_site: BTreeMap<&Name, Vec<&SessionKey>> = BTreeMap::new();
    let mut by_neighbor: BTreeMap<&Name, Vec<&SessionKey>> = BTreeMap::new();
    for (key, _) in removed {
        let site = change.site_in_head(&key.site);
        if is_silent(head, site) && !rests(change, key) {
            by_site.entry(site).or_default().push(key);
        } else {
            by_neighbor.entry(&key.neighbor).or_default().push(key);
        }
    }
    // Without every file it is not known that a site has no session left.
    if !head.unseen.is_empty() {
        by_site.clear();
    }
    let sites = by_site
        .into_iter()
        .map(|(site, sessions)| of_site(base, head, site, &sessions));
    let neighbors = by_neighbor
        .into_iter()
        .map(|(neighbor, sessions)| of_neighbor(change, base, neighbor, &sessions));
    sites.chain(neighbors).collect()
}

/// Whether head has switched off base's session and still configures it: a site that is drained so
/// comes back with one word.
fn rests(change: &Change, session: &SessionKey) -> bool {
    let site = change.site_in_head(&session.site);
    let known = change.neighbors.get(&session.neighbor);
    let neighbor = known.unwrap_or(&session.neighbor);
    change.head.resting.iter().any(|resting| {
        resting.site == *site
            && (resting.neighbor == *neighbor || resting.neighbor == session.neighbor)
            && resting.address == session.address
    })
}

/// Whether head has no external session at `site`.
fn is_silent(head: &Side, site: &Name) -> bool {
    let mut sessions = head.sessions.iter();
    !sessions.any(|(key, session)| session.external && key.site == *site)
}

fn of_site(base: &Side, head: &Side, site: &Name, sessions: &[&SessionKey]) -> Finding {
    let neighbors: BTreeSet<&Name> = sessions.iter().map(|key| &key.neighbor).collect();
    let sessions_lost = count(sessions.len(), "external session", "external sessions");
    let is_of = |side: &Side| side.routers.keys().any(|(at, _)| at == site);
    let finding = match head.network.sites.get(site) {
        // Nobody deletes a router's file by a slip of the pen; floors judge what it carried.
        Some(kept) if is_of(base) && !is_of(head) => SESSION_REMOVED
            .at(
                kept.span.clone(),
                format!("`{site}` has no router any more, and loses {sessions_lost}"),
                &["site", site],
            )
            .with_help("nothing to do if the site shall go; take it out of `sites`, too"),
        Some(kept) => SESSION_REMOVED
            .at(
                kept.span.clone(),
                format!("`{site}` loses its last external session, and is silent"),
                &["site", site],
            )
            .with_level(Level::Deny)
            .with_help("leave it a session; a site that shall go is taken out of `sites`, too"),
        None => SESSION_REMOVED
            .at(
                head.network.span.clone(),
                format!("site `{site}` is gone, and with it {sessions_lost}"),
                &["site", site],
            )
            .with_help("nothing to do if the site shall go"),
    };
    let finding = finding
        .with_note(format!("gone: {}", list(&neighbors, "nobody")))
        .with_data("site", site.to_string())
        .with_data("neighbors", json(&neighbors));
    labelled(finding, base, sessions)
}

fn of_neighbor(change: &Change, base: &Side, neighbor: &Name, sessions: &[&SessionKey]) -> Finding {
    let sites: BTreeSet<&Name> = sessions.iter().map(|key| &key.site).collect();
    let head = &change.head.network;
    let name = change.neighbors.get(neighbor).unwrap_or(neighbor);
    let place = head.neighbors.get(name).map_or(&head.span, |n| &n.span);
    let at = list(&sites, "no site");
    let (message, help) = if sessions.iter().all(|session| rests(change, session)) {
        (
            format!("`{neighbor}` is switched off at {at}"),
            "nothing to do if it shall rest; floors judge what it carried",
        )
    } else {
        (
            format!("`{neighbor}` has no session at {at} any more"),
            "nothing to do if it shall go; the site has other sessions",
        )
    };
    let finding = SESSION_REMOVED
        .at(place.clone(), message, &["neighbor", neighbor])
        .with_help(help)
        .with_data("neighbor", neighbor.to_string())
        .with_data("sites", json(&sites));
    labelled(finding, base, sessions)
}

fn labelled(finding: Finding, base: &Side, sessions: &[&SessionKey]) -> Finding {
    let spans: BTreeSet<&Span> = sessions
        .iter()
        .filter_map(|key| base.sessions.get(key))
        .map(|session| &session.span)
        .collect();
    spans.into_iter().take(3).fold(finding, |finding, span| {
        finding.with_label(span.clone(), "base had it here")
    })
}
