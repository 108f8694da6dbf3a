use std::collections::{BTreeMap, BTreeSet};

use rules::{Certainty, Finding, Span};

use crate::change::{Change, Side};
use crate::check::{Check, existing};
use crate::model::{Asn, Name, Prefix, Segment};
use crate::policy::section::Relation;
use crate::rpki::aspa::{Aspas, PathValidity};
use crate::wording::{count, json, list};

rules::rule! {
    /// Reports an announcement whose path goes to a provider that the customer did not authorize.
    ///
    /// ## Why
    /// A system that publishes which providers it has lets everybody else drop its routes where they come from anywhere else.
    /// So a provider that is added to the routers and not to the authorization carries nothing: those that verify paths drop what it passes on, and traffic stays with the old providers until one of them fails.
    ///
    /// Looked at is every step that our announcement itself holds, and the step to the neighbour where its `relation` is `provider`.
    /// What peers, customers and route servers pass on is not decided by our authorization.
    ///
    /// ## Bad
    /// ```yaml
    /// version: 1
    /// bgp:
    ///   asn: 64500
    ///   owned: [{ prefix: 203.0.113.0/24 }]
    ///   treat-as-public: [203.0.113.0/24]
    ///   sites: { fra: {} }
    ///   neighbors: { transit-a: { asn: 64501, relation: provider } }
    ///   announcements:
    ///     - { prefixes: [203.0.113.0/24], to: [transit-a] }
    ///   data: { aspa: data/aspa.json }
    /// ```
    ///
    /// ```json
    /// # file: data/aspa.json
    /// { "metadata": { "buildtime": "2026-11-21T12:00:00Z" }, "aspas": [
    ///   { "customer_asid": 64500, "providers": [64502] } ] }
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
    ///   announcements:
    ///     - { prefixes: [203.0.113.0/24], to: [transit-a] }
    ///   data: { aspa: data/aspa.json }
    /// ```
    ///
    /// ```json
    /// # file: data/aspa.json
    /// { "metadata": { "buildtime": "2026-11-21T12:00:00Z" }, "aspas": [
    ///   { "customer_asid": 64500, "providers": [64501, 64502] } ] }
    /// ```
    ///
    /// ## Reference
    /// draft-ietf-sidrops-aspa-verification, section 6; draft-ietf-sidrops-aspa-profile.
    pub ASPA_INVALID = { id: "aspa-invalid", level: Warn, since: "0.1.0" }
}

/// The check.
pub(super) static CHECK: Check = Check {
    rule: &ASPA_INVALID,
    run,
};

/// Customer and provider of a step that is not authorized.
type Step = (Asn, Asn);

/// The steps of a side that are not authorized: who receives them, and where.
#[derive(Default)]
struct Received<'a> {
    span: Option<&'a Span>,
    neighbors: BTreeSet<&'a Name>,
    sites: BTreeSet<&'a Name>,
    prefixes: BTreeSet<Prefix>,
    certainty: Option<Certainty>,
}

fn run(change: &Change) -> Vec<Finding> {
    let Some(aspas) = change.head.data.aspas.as_deref() else {
        return Vec::new();
    };
    let before: BTreeSet<Step> = change.base.as_ref().map_or_else(BTreeSet::new, |base| {
        let aspas = base.data.aspas.as_deref().unwrap_or(aspas);
        steps(base, aspas).into_keys().collect()
    });
    steps(&change.head, aspas)
        .into_iter()
        .map(|(step, received)| {
            let known = before.contains(&step);
            existing(change, known, wording(change, aspas, step, &received))
        })
        .collect()
}

fn steps<'a>(side: &'a Side, aspas: &Aspas) -> BTreeMap<Step, Received<'a>> {
    let mut steps: BTreeMap<Step, Received<'_>> = BTreeMap::new();
    for (key, announcement) in side.external() {
        let Some(neighbor) = side.network.neighbors.get(&key.neighbor) else {
            continue;
        };
        // What a set hides cannot be followed; it is for the rules about paths to speak about.
        let [Segment::Sequence(path)] = announcement.route.path.segments() else {
            continue;
        };
        let relation = neighbor.relation.as_ref().map(|relation| relation.value);
        let mut path = path.clone();
        if relation == Some(Relation::Provider) {
            path.insert(0, neighbor.asn);
        }
        let PathValidity::Invalid { customer, provider } = aspas.upstream(&path) else {
            continue;
        };
        let received = steps.entry((customer, provider)).or_default();
        received.span = received
            .span
            .into_iter()
            .chain(announcement.provenance.first())
            .min();
        received.neighbors.insert(&key.neighbor);
        received.sites.insert(&key.site);
        received.prefixes.insert(key.prefix);
        received.certainty = received.certainty.max(Some(announcement.certainty));
    }
    steps
}

fn wording(
    change: &Change,
    aspas: &Aspas,
    (customer, provider): Step,
    received: &Received<'_>,
) -> Finding {
    let span = received.span.unwrap_or(&change.head.network.span);
    let message = format!(
        "{customer} goes to {provider} and its provider authorization does not name {provider}"
    );
    let providers = aspas.providers(customer);
    let named = providers.into_iter().flatten();
    let (about, other) = (customer.to_string(), provider.to_string());
    let mut finding = ASPA_INVALID
        .at(span.clone(), message, &[&about, &other])
        .with_certainty(received.certainty.unwrap_or(Certainty::Proven))
        .with_note(format!("its authorization names {}", list(named, "nobody")))
        .with_note(format!(
            "{} to {} at {}",
            count(received.prefixes.len(), "prefix", "prefixes"),
            list(&received.neighbors, "nobody"),
            list(&received.sites, "no site")
        ))
        .with_help("add the provider to the authorization before routes go there")
        .with_data("customer", about.clone())
        .with_data("provider", other.clone())
        .with_data("neighbors", json(&received.neighbors))
        .with_data("sites", json(&received.sites))
        .with_data("prefixes", json(&received.prefixes));
    let data = change.head.network.data.as_ref();
    if let Some(aspa) = data.and_then(|data| data.aspa.as_ref()) {
        finding = finding.with_label(aspa.span.clone(), "compared with these authorizations");
    }
    finding
}
