use std::collections::{BTreeMap, BTreeSet};

use rules::{Certainty, Finding, Span};

use crate::change::{Change, Side};
use crate::check::{Check, existing};
use crate::learned::{self, Leak, Leaks};
use crate::model::{Family, SessionKey};
use crate::policy::section::Relation;
use crate::symbolic::Space;
use crate::terms;
use crate::wording::{json, list};

rules::rule! {
    /// Reports routes from a provider, peer or route server that another one of them is sent.
    ///
    /// ## Why
    /// What a provider or a peer sends is for us and our customers.
    /// Sent on to another one, it draws traffic of strangers through our network, which drowns,
    /// and takes them down with us: this is what most of the great outages of routing were.
    ///
    /// No table of routes is needed: every route that a neighbour could send is followed through
    /// the policies, our own communities on it included, unless the import takes them off.
    /// A finding comes with one such route, which the policies were run on.
    ///
    /// A policy that sends on what is in a list of our own networks is the ordinary way, and
    /// silent; where the list is that of imports from customers, it is a warning at most.
    ///
    /// Where internal neighbours are not in the repository, what they send is free too: such a leak
    /// is *possible*, and told only where the change brings it.
    ///
    /// ## Bad
    /// ```yaml
    /// version: 1
    /// bgp:
    ///   asn: 64500
    ///   owned: [{ prefix: 203.0.113.0/24 }]
    ///   treat-as-public: [203.0.113.0/24]
    ///   sites: { fra: {} }
    ///   neighbors:
    ///     transit-a: { asn: 64501, relation: provider }
    ///     peer-b: { asn: 64502, relation: peer }
    ///   sources: [{ adapter: bird, site: fra, entry: routers/fra.conf }]
    /// levels: { missing-role: allow }
    /// ```
    /// ```bird
    /// # file: routers/fra.conf
    /// router id 192.0.2.2;
    /// protocol bgp transit_a {
    ///   local 192.0.2.2 as 64500;
    ///   neighbor 192.0.2.1 as 64501;
    ///   ipv4 { import none; export where (64500, 1, 1) ~ bgp_large_community; };
    /// }
    /// protocol bgp peer_b {
    ///   local 192.0.2.6 as 64500;
    ///   neighbor 192.0.2.5 as 64502;
    ///   ipv4 { import limit 100 action block; import where net.len <= 24; export none; };
    /// }
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// version: 1
    /// bgp:
    ///   asn: 64500
    ///   owned: [{ prefix: 203.0.113.0/24 }]
    ///   treat-as-public: [203.0.113.0/24]
    ///   sites: { fra: {} }
    ///   neighbors:
    ///     transit-a: { asn: 64501, relation: provider }
    ///     peer-b: { asn: 64502, relation: peer }
    ///   sources: [{ adapter: bird, site: fra, entry: routers/fra.conf }]
    /// levels: { missing-role: allow }
    /// ```
    /// ```bird
    /// # file: routers/fra.conf
    /// router id 192.0.2.2;
    /// protocol bgp transit_a {
    ///   local 192.0.2.2 as 64500;
    ///   neighbor 192.0.2.1 as 64501;
    ///   ipv4 { import none; export where (64500, 1, 1) ~ bgp_large_community; };
    /// }
    /// protocol bgp peer_b {
    ///   local 192.0.2.6 as 64500;
    ///   neighbor 192.0.2.5 as 64502;
    ///   ipv4 {
    ///     import limit 100 action block;
    ///     import filter { bgp_large_community.delete([(64500, *, *)]); accept; };
    ///     export none;
    ///   };
    /// }
    /// ```
    ///
    /// ## Reference
    /// RFC 7908, section 3; RFC 9234.
    pub ROUTE_LEAK = { id: "route-leak", level: Deny, since: "0.1.0" }
}

/// The check.
pub(super) static CHECK: Check = Check {
    rule: &ROUTE_LEAK,
    run,
};

/// Places that are shown as labels.
const LABELS: usize = 3;

/// What makes leaks one finding: where they are let through, how sure they are, whether base had
/// them, and whether they are of networks that we answer for.
type Cause = (Span, Certainty, bool, bool);

fn run(change: &Change) -> Vec<Finding> {
    let leaks = change.leaks();
    if leaks.found.is_empty() {
        return Vec::new();
    }
    let head = &change.head;
    let answered = learned::answered(&head.network, &head.models);
    let before = before(change);
    let mut causes: BTreeMap<Cause, Vec<&Leak>> = BTreeMap::new();
    for leak in &leaks.found {
        // Whoever else announces what is ours, it is a matter of origins.
        let owned = learned::owned(&head.network, leak.family);
        let mut strangers = leak.networks.difference(&owned);
        if strangers.is_empty() {
            continue;
        }
        if let Some(answered) = answered.get(&leak.family) {
            strangers = strangers.difference(answered);
        }
        let key = (leak.from.clone(), leak.to.clone(), leak.family);
        let known = before
            .get(&key)
            .is_some_and(|before| strangers.difference(before).is_empty());
        // What a router that is not here may send is free: only what is new about it is news.
        let elsewhere = leak.source.is_none();
        if elsewhere && (known || change.base.is_none()) {
            continue;
        }
        let place = place(head, leak);
        let own = strangers.is_empty();
        causes
            .entry((place, leak.certainty, known, own))
            .or_default()
            .push(leak);
    }
    causes
        .iter()
        .map(|(cause, leaks)| wording(change, cause, leaks))
        .collect()
}

/// The networks of each leak of base, by head's sessions.
fn before(change: &Change) -> BTreeMap<(SessionKey, SessionKey, Family), Space> {
    let Leaks { found, .. } = change.leaks_before();
    let each = found.iter().map(|leak| {
        let key = (
            change.in_head(&leak.from),
            change.in_head(&leak.to),
            leak.family,
        );
        (key, leak.networks.clone())
    });
    each.collect()
}

/// Where the leak is let through.
fn place(head: &Side, leak: &Leak) -> Span {
    let witness = leak.witness.as_ref();
    let model = terms::model(head, &leak.to);
    let term = witness.zip(model).and_then(|(witness, model)| {
        let place = terms::deciding(&model.router.sources, &witness.terms)?;
        Some(model.router.sources.span(place))
    });
    let session = head.sessions.get(&leak.to);
    term.or_else(|| leak.terms.last().cloned())
        .or_else(|| session.map(|session| session.span.clone()))
        .unwrap_or_else(|| head.network.span.clone())
}

fn word(relation: Option<Relation>) -> &'static str {
    match relation {
        Some(Relation::RouteServer) => "route server",
        Some(relation) => relation.as_str(),
        None => "not known",
    }
}

fn wording(change: &Change, cause: &Cause, leaks: &[&Leak]) -> Finding {
    let (span, certainty, known, own) = cause;
    let from: BTreeSet<String> = leaks
        .iter()
        .map(|leak| format!("`{}` ({})", leak.from.neighbor, word(leak.source)))
        .collect();
    let to: BTreeSet<String> = leaks
        .iter()
        .map(|leak| format!("`{}` ({})", leak.to.neighbor, word(Some(leak.target))))
        .collect();
    let sites: BTreeSet<_> = leaks.iter().map(|leak| &leak.to.site).collect();
    let families: BTreeSet<&str> = leaks.iter().map(|leak| leak.family.as_str()).collect();
    let message = format!(
        "routes of {} go to {} at {} ({})",
        list(&from, "nobody"),
        list(&to, "nobody"),
        list(&sites, "no site"),
        list(&families, "no family")
    );
    let neighbors: BTreeSet<_> = leaks.iter().map(|leak| &leak.to.neighbor).collect();
    let sources: BTreeSet<_> = leaks.iter().map(|leak| &leak.from.neighbor).collect();
    let state = if *known { "existing" } else { "new" };
    let names = [json(&sources).to_string(), json(&neighbors).to_string()];
    let mut finding = ROUTE_LEAK
        .at(span.clone(), message, &[&names[0], &names[1], state])
        .with_certainty(*certainty)
        .with_help(
            "send on what is ours and our customers', by a mark that every import sets and that \
             no neighbour can bring: take our own communities off what comes in",
        )
        .with_data("from", json(&sources))
        .with_data("neighbors", json(&neighbors))
        .with_data("sites", json(&sites))
        .with_data("families", json(&families));
    if let Some(leak) = leaks.iter().find(|leak| leak.witness.is_some())
        && let Some(witness) = &leak.witness
    {
        let received = &witness.received;
        let comes = learned::notation(received.prefix, &received.sent);
        let goes = learned::notation(received.prefix, &witness.sent);
        finding = finding
            .with_note(format!(
                "such a route: {comes} from `{}`",
                leak.from.neighbor
            ))
            .with_note(format!("`{}` receives {goes}", leak.to.neighbor))
            .with_data("witness", comes)
            .with_data("received", goes);
        let others = leak.terms.iter().filter(|term| *term != span);
        let others: BTreeSet<&Span> = others.collect();
        for term in others.into_iter().take(LABELS) {
            finding = finding.with_label(term.clone(), "it comes through here");
        }
    }
    if leaks.iter().any(|leak| leak.source.is_none()) {
        finding = finding.with_note("a router of ours that is not in the repository sends them");
    }
    if *own {
        finding = finding.with_lowered(true).with_note(
            "these are networks that customers may announce, so it is at most a warning",
        );
    }
    existing(change, *known, finding)
}
