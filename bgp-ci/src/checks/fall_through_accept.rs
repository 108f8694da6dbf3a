use std::collections::{BTreeMap, BTreeSet};

use rules::{Finding, Span};

use crate::before::Before;
use crate::change::{Change, Side};
use crate::check::{Check, existing};
use crate::filter::guards::{self, Term};
use crate::learned;
use crate::model::{Name, SessionKey};
use crate::place::Place;
use crate::policy::section::Relation;
use crate::terms::{self, Policied};
use crate::wording::{json, list};

rules::rule! {
    /// Reports a policy towards a provider or peer, or from a customer, that ends by letting pass the rest.
    ///
    /// ## Why
    /// A policy that names what must not pass, and lets pass what is left, is right until
    /// something comes that nobody thought of: another session, another mark, a list that is
    /// empty.
    /// What goes out to a provider, a peer or a route server, and what a customer may announce,
    /// is named; the rest is refused.
    ///
    /// From a provider, "refuse what is wrong, accept the rest" is the ordinary way, and silent.
    /// Towards others it is reported where routes of another provider or peer come that far;
    /// `route-leak` denies it then, and here it is a warning.
    /// From a customer it denies where the change brings it.
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
    ///   neighbors: { customer-c: { asn: 64510, relation: customer } }
    ///   sources: [{ adapter: bird, site: fra, entry: routers/fra.conf }]
    /// levels: { missing-role: allow, tier1-in-customer-path: allow }
    /// ```
    /// ```bird
    /// # file: routers/fra.conf
    /// router id 192.0.2.2;
    /// filter in_c {
    ///   if net ~ [ 198.51.100.0/24 ] then accept;
    ///   if net ~ [ 192.0.2.0/24 ] then accept;
    ///   reject;
    /// }
    /// protocol bgp customer_c {
    ///   local 192.0.2.2 as 64500;
    ///   neighbor 192.0.2.1 as 64510;
    ///   ipv4 { import limit 10 action block; import filter in_c; export none; };
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
    ///   neighbors: { customer-c: { asn: 64510, relation: customer } }
    ///   sources: [{ adapter: bird, site: fra, entry: routers/fra.conf }]
    /// levels: { missing-role: allow, tier1-in-customer-path: allow }
    /// ```
    /// ```bird
    /// # file: routers/fra.conf
    /// router id 192.0.2.2;
    /// filter in_c {
    ///   if net.len > 24 then reject;
    ///   accept;
    /// }
    /// protocol bgp customer_c {
    ///   local 192.0.2.2 as 64500;
    ///   neighbor 192.0.2.1 as 64510;
    ///   ipv4 { import limit 10 action block; import filter in_c; export none; };
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
    ///   neighbors: { transit-a: { asn: 64501, relation: provider } }
    ///   sources: [{ adapter: bird, site: fra, entry: routers/fra.conf }]
    /// levels: { missing-role: allow }
    /// ```
    /// ```bird
    /// # file: routers/fra.conf
    /// router id 192.0.2.2;
    /// filter in_a {
    ///   if net.len > 24 then reject;
    ///   accept;
    /// }
    /// protocol bgp transit_a {
    ///   local 192.0.2.2 as 64500;
    ///   neighbor 192.0.2.1 as 64501;
    ///   ipv4 { import limit 1000000 action restart; import filter in_a; export none; };
    /// }
    /// ```
    ///
    /// ## Reference
    /// RFC 7454, section 6; RFC 8212.
    pub FALL_THROUGH_ACCEPT = { id: "fall-through-accept", level: Deny, since: "0.1.0" }
}

/// The check.
pub(super) static CHECK: Check = Check {
    rule: &FALL_THROUGH_ACCEPT,
    run,
};

/// A place, whether it is about what comes in, whether base had it, and whether it is new in a
/// session that base had.
type Cause = (Span, bool, bool, bool);

fn run(change: &Change) -> Vec<Finding> {
    let head = &change.head;
    let mut causes: BTreeMap<Cause, BTreeSet<&SessionKey>> = BTreeMap::new();
    for leak in &change.leaks().found {
        let Some(model) = terms::model(head, &leak.to) else {
            continue;
        };
        let mut policies = terms::policies(model);
        let export = policies.find(|policy| {
            *policy.key == leak.to && !policy.incoming && policy.channel.family == leak.family
        });
        let Some((export, witness)) = export.zip(leak.witness.as_ref()) else {
            continue;
        };
        let passed: BTreeSet<Place> = witness.terms.iter().copied().collect();
        let all = open_ended(&export);
        let open = all.as_deref().and_then(|all| guards::way(all, &passed));
        if let Some(open) = open.filter(|term| term.is_open()) {
            let span = place(&export, open);
            causes
                .entry((span, false, false, false))
                .or_default()
                .insert(&leak.to);
        }
    }
    let before = Before::new(change);
    for policy in head.models.iter().flat_map(terms::policies) {
        if !policy.incoming || !is_customer(head, &policy) {
            continue;
        }
        let Some(span) = open_import(&policy) else {
            continue;
        };
        let old = before.session(policy.key).map(|(base, key, _)| (base, key));
        let old = old.and_then(|(base, key)| terms::counterpart(base, key, &policy));
        let known = old.as_ref().is_some_and(|old| open_import(old).is_some());
        causes
            .entry((span, true, known, old.is_some() && !known))
            .or_default()
            .insert(policy.key);
    }
    causes
        .iter()
        .map(|(cause, sessions)| wording(change, cause, sessions))
        .collect()
}

fn is_customer(side: &Side, policy: &Policied<'_>) -> bool {
    learned::relation(&side.network, policy.key, policy.session)
        .is_some_and(|(relation, _)| relation == Relation::Customer)
}

fn open_ended(policy: &Policied<'_>) -> Option<Vec<Term>> {
    let router = &policy.model.router;
    guards::terms(&router.program, &router.sources, policy.filter)
}

/// Where an import lets pass whatever it has not refused.
fn open_import(policy: &Policied<'_>) -> Option<Span> {
    let all = open_ended(policy)?;
    let open = all.iter().find(|term| term.is_open())?;
    Some(place(policy, open))
}

fn place(policy: &Policied<'_>, term: &Term) -> Span {
    let sources = &policy.model.router.sources;
    // The line of FRR that names the map says less than its clause.
    let clause = term.passed.iter().rev().find(|place| {
        let text = sources.text(**place);
        text.starts_with("route-map ")
    });
    let place = clause.or(term.accept.as_ref());
    sources.span(place.copied().unwrap_or(policy.channel.place))
}

fn wording(change: &Change, cause: &Cause, sessions: &BTreeSet<&SessionKey>) -> Finding {
    let (span, incoming, known, new) = cause;
    let neighbors: BTreeSet<&Name> = sessions.iter().map(|key| &key.neighbor).collect();
    let sites: BTreeSet<&Name> = sessions.iter().map(|key| &key.site).collect();
    let whom = list(neighbors.iter().map(|name| format!("`{name}`")), "nobody");
    let at = list(&sites, "no site");
    let message = if *incoming {
        format!("what {whom} may announce at {at} is whatever is not refused before")
    } else {
        format!("what {whom} is sent at {at} is whatever is not refused before")
    };
    let direction = if *incoming { "import" } else { "export" };
    let names = json(&neighbors).to_string();
    let finding = FALL_THROUGH_ACCEPT
        .at(span.clone(), message, &[&names, direction])
        .with_help("name what may pass, and refuse the rest at the end")
        .with_data("neighbors", json(&neighbors))
        .with_data("sites", json(&sites))
        .with_data("direction", direction);
    if !incoming {
        return finding
            .with_lowered(true)
            .with_note("`route-leak` says what passes here, so it is at most a warning");
    }
    if *new {
        return finding;
    }
    if change.base.is_some() && *known {
        return existing(change, true, finding);
    }
    finding
        .with_lowered(true)
        .with_note("the session is new, so it is at most a warning")
}
