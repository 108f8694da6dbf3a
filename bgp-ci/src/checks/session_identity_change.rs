use std::collections::{BTreeMap, BTreeSet};

use rules::Finding;

use crate::change::{Change, Side};
use crate::check::Check;
use crate::matching;
use crate::model::{Name, SessionKey};
use crate::wording::{json, list};

rules::rule! {
    /// Reports a session that keeps its name and becomes one with somebody else.
    ///
    /// ## Why
    /// Address and number are who the neighbour is; the name is only what we call it.
    /// Where they change under the name, another network receives what this one was meant to,
    /// under its policy, its limits and its relation to us; or nobody does, as the number is
    /// mistyped and the session never comes up.
    ///
    /// A new name for the same address and number is no change, and an address that is added
    /// where there was none is none either.
    ///
    /// ## Bad
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
    ///   neighbors: { transit-a: { asn: 64510, address: 192.0.2.1 } }
    ///   announcements: [{ prefixes: [203.0.113.0/24], to: [transit-a] }]
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
    /// RFC 4271, section 6.2: the number in the OPEN message must be the one that is expected.
    pub SESSION_IDENTITY_CHANGE = { id: "session-identity-change", level: Deny, since: "0.1.0" }
}

/// The check.
pub(super) static CHECK: Check = Check {
    rule: &SESSION_IDENTITY_CHANGE,
    run,
};

/// A session of base, and the one that stands in its place.
type Replaced<'a> = (&'a SessionKey, &'a SessionKey);

fn run(change: &Change) -> Vec<Finding> {
    let Some(base) = &change.base else {
        return Vec::new();
    };
    let head = &change.head;
    let replaced = matching::replaced(change, base);
    let mut found: BTreeMap<(&Name, String, String), Vec<Replaced<'_>>> = BTreeMap::new();
    for (old, new) in replaced {
        let (then, now) = (identity(base, old), identity(head, new));
        if then != now {
            let sessions = found.entry((&old.neighbor, then, now)).or_default();
            sessions.push((old, new));
        }
    }
    found
        .into_iter()
        .map(|((_, then, now), sessions)| wording(base, head, &then, &now, &sessions))
        .collect()
}

/// `AS64501 at 192.0.2.1`.
fn identity(side: &Side, key: &SessionKey) -> String {
    let asn = side.sessions.get(key).and_then(|session| session.asn);
    let asn = asn.map_or("any number".to_owned(), |asn| asn.to_string());
    match key.address {
        Some(address) => format!("{asn} at {address}"),
        None => asn,
    }
}

fn wording(
    base: &Side,
    head: &Side,
    then: &str,
    now: &str,
    sessions: &[(&SessionKey, &SessionKey)],
) -> Finding {
    let sites: BTreeSet<&Name> = sessions.iter().map(|(old, _)| &old.site).collect();
    let names: BTreeSet<&Name> = sessions.iter().map(|(old, _)| &old.neighbor).collect();
    let name = list(&names, "the session");
    let message = format!(
        "`{name}` at {} becomes another neighbour: {then} is now {now}",
        list(&sites, "no site")
    );
    let first = sessions.first();
    let new = first.and_then(|(_, new)| head.sessions.get(new));
    let old = first.and_then(|(old, _)| base.sessions.get(old));
    let place = new.map_or(&head.network.span, |session| &session.span);
    let mut finding = SESSION_IDENTITY_CHANGE
        .at(place.clone(), message, &[&name, then, now])
        .with_help(
            "give a new neighbour a name and an entry of its own; if the old one was mistyped or \
             renumbered, say so in an exemption for this change",
        )
        .with_data("neighbors", json(&names))
        .with_data("sites", json(&sites))
        .with_data("before", then)
        .with_data("after", now);
    if let Some(old) = old {
        finding = finding.with_label(old.span.clone(), format!("in base: {then}"));
    }
    let declared = first.and_then(|(_, new)| head.network.neighbors.get(&new.neighbor));
    match declared {
        Some(neighbor) if neighbor.span != *place => {
            finding.with_label(neighbor.span.clone(), "the policy declares it here")
        }
        _ => finding,
    }
}
