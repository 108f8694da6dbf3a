use std::collections::{BTreeMap, BTreeSet};

use rules::{Finding, Span};

use crate::change::{Change, Side};
use crate::check::Check;
use crate::model::session::Protection;
use crate::model::{Name, Session, SessionKey};
use crate::wording::{json, list};

rules::rule! {
    /// Reports a session that loses its password, TTL security, role or check of the first number.
    ///
    /// ## Why
    /// They cost nothing while all is well, so nobody notices when one is gone: a template was
    /// split, a session moved to another block.
    /// The next attack or leak finds the session without it.
    ///
    /// Import limits have rules of their own.
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
    ///   neighbors: { transit-a: { asn: 64501 } }
    ///   sources: [{ adapter: bird, site: fra, entry: routers/fra.conf }]
    /// ```
    /// ```bird
    /// # file: routers/fra.conf
    /// router id 192.0.2.2;
    /// protocol bgp transit_a {
    ///   local 192.0.2.2 as 64500;
    ///   neighbor 192.0.2.1 as 64501;
    ///   ttl security on;
    ///   ipv4 { import none; export none; };
    /// }
    /// ```
    /// ```yaml
    /// # head
    /// version: 1
    /// bgp:
    ///   asn: 64500
    ///   owned: [{ prefix: 203.0.113.0/24 }]
    ///   treat-as-public: [203.0.113.0/24]
    ///   sites: { fra: {} }
    ///   neighbors: { transit-a: { asn: 64501 } }
    ///   sources: [{ adapter: bird, site: fra, entry: routers/fra.conf }]
    /// ```
    /// ```bird
    /// # file: routers/fra.conf
    /// router id 192.0.2.2;
    /// protocol bgp transit_a {
    ///   local 192.0.2.2 as 64500;
    ///   neighbor 192.0.2.1 as 64501;
    ///   ipv4 { import none; export none; };
    /// }
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
    ///   neighbors: { transit-a: { asn: 64501 } }
    ///   sources: [{ adapter: bird, site: fra, entry: routers/fra.conf }]
    /// ```
    /// ```bird
    /// # file: routers/fra.conf
    /// router id 192.0.2.2;
    /// protocol bgp transit_a {
    ///   local 192.0.2.2 as 64500;
    ///   neighbor 192.0.2.1 as 64501;
    ///   ttl security on;
    ///   ipv4 { import none; export none; };
    /// }
    /// ```
    /// ```yaml
    /// # head
    /// version: 1
    /// bgp:
    ///   asn: 64500
    ///   owned: [{ prefix: 203.0.113.0/24 }]
    ///   treat-as-public: [203.0.113.0/24]
    ///   sites: { fra: {} }
    ///   neighbors: { transit-a: { asn: 64501 } }
    ///   sources: [{ adapter: bird, site: fra, entry: routers/fra.conf }]
    /// ```
    /// ```bird
    /// # file: routers/fra.conf
    /// router id 192.0.2.2;
    /// protocol bgp transit_a {
    ///   local 192.0.2.2 as 64500;
    ///   neighbor 192.0.2.1 as 64501;
    ///   ttl security on;
    ///   ipv4 { import none; export none; };
    /// }
    /// ```
    ///
    /// ## Reference
    /// RFC 7454, section 5; RFC 5925, RFC 5082, RFC 9234; RFC 4271, section 6.3.
    pub PROTECTION_REMOVED = { id: "protection-removed", level: Warn, since: "0.1.0" }
}

/// The check.
pub(super) static CHECK: Check = Check {
    rule: &PROTECTION_REMOVED,
    run,
};

/// A session in base and in head.
type Pair<'a> = (&'a SessionKey, &'a Session, &'a Session);

fn run(change: &Change) -> Vec<Finding> {
    let Some(base) = &change.base else {
        return Vec::new();
    };
    let mut found: BTreeMap<(&Name, Vec<Protection>), Vec<Pair<'_>>> = BTreeMap::new();
    for (old, new) in &change.sessions {
        let (Some(then), Some(now)) = (base.sessions.get(old), change.head.sessions.get(new))
        else {
            continue;
        };
        let lost = then.protections.difference(&now.protections).copied();
        let lost: Vec<Protection> = lost.collect();
        if then.configured && now.configured && !lost.is_empty() {
            let sessions = found.entry((&new.neighbor, lost)).or_default();
            sessions.push((new, then, now));
        }
    }
    found
        .into_iter()
        .map(|((neighbor, lost), sessions)| wording(&change.head, neighbor, &lost, &sessions))
        .collect()
}

fn wording(head: &Side, neighbor: &Name, lost: &[Protection], sessions: &[Pair<'_>]) -> Finding {
    let sites: BTreeSet<&Name> = sessions.iter().map(|(key, ..)| &key.site).collect();
    let lost: Vec<&str> = lost.iter().map(|lost| lost.as_str()).collect();
    let message = format!(
        "`{neighbor}` at {} loses {}",
        list(&sites, "no site"),
        list(&lost, "nothing")
    );
    let now: BTreeSet<&Span> = sessions.iter().map(|(_, _, now)| &now.span).collect();
    let then: BTreeSet<&Span> = sessions.iter().map(|(_, then, _)| &then.span).collect();
    let place = now.into_iter().next().unwrap_or(&head.network.span);
    let mut about = vec![&**neighbor];
    about.extend(&lost);
    let finding = PROTECTION_REMOVED
        .at(place.clone(), message, &about)
        .with_help("put it back; if the neighbour asked for it, nothing is to be done")
        .with_data("neighbor", neighbor.to_string())
        .with_data("sites", json(&sites))
        .with_data("lost", json(&lost));
    then.into_iter().take(3).fold(finding, |finding, span| {
        finding.with_label(span.clone(), "base had it here")
    })
}
