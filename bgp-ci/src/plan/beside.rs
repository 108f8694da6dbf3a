//! What rules judge besides announcements, sessions and the policy: lists that filters ask, flow
//! specifications, and the data about our space.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::change::Side;
use crate::model::list::Entries;
use crate::model::{Flow, Prefix, Statement, StatementKey};

/// The entries of every list of `side` that is not the same in `other`.
pub(super) fn lists(side: &Side, other: &Side) -> Vec<Value> {
    let mut facts = Vec::new();
    for (key, list) in &side.lists {
        let same = other.lists.get(key);
        if same.is_some_and(|same| same.entries == list.entries) {
            continue;
        }
        let entries: Vec<String> = match &list.entries {
            Entries::Prefixes(prefixes) => prefixes
                .iter()
                .map(|range| format!("{}{{{},{}}}", range.prefix, range.shortest, range.longest))
                .collect(),
            Entries::Asns(asns) => asns.iter().map(ToString::to_string).collect(),
        };
        let list = json!([&*key.site, &*key.router, &*key.name]);
        // An empty list is something else than none.
        facts.push(json!({ "list": list, "entry": null }));
        let entries = entries.into_iter();
        facts.extend(entries.map(|entry| json!({ "list": list, "entry": entry })));
    }
    facts
}

/// The flow specifications of `side`.
pub(super) fn flows(side: &Side) -> Vec<Value> {
    let fact = |flow: &Flow| {
        let Flow {
            site,
            router,
            span: _,
            family,
            destination,
            source,
            protocols,
            ports,
            destination_ports,
            source_ports,
            drops,
            narrower,
        } = flow;
        let numbers = [protocols, ports, destination_ports, source_ports].map(|numbers| {
            numbers.as_ref().map(|numbers| {
                let range = numbers.iter().map(|range| [range.first, range.last]);
                range.collect::<Vec<_>>()
            })
        });
        json!({
            "router": [&**site, &**router],
            "family": family.as_str(),
            "destination": destination.map(|prefix| prefix.to_string()),
            "source": source.map(|prefix| prefix.to_string()),
            "numbers": numbers,
            "drops": drops,
            "narrower": narrower,
        })
    };
    side.flows.iter().map(fact).collect()
}

/// The `network` statements of `side`, and whether a route is there for each.
pub(super) fn statements(side: &Side) -> Vec<Value> {
    let fact = |(key, statement): (&StatementKey, &Statement)| {
        json!({
            "router": [&*key.site, &*key.router],
            "network": key.prefix.to_string(),
            "checked": statement.checked,
            "route": statement.route.is_some(),
        })
    };
    side.statements.iter().map(fact).collect()
}

/// What the data of `side` says about the space that either side owns or announces.
pub(super) fn data(side: &Side, other: &Side) -> Vec<Value> {
    let both = || [side, other].into_iter();
    let announced = both().flat_map(|side| side.announcements.keys().map(|key| key.prefix));
    let owned = both().flat_map(|side| side.network.owned.prefixes());
    let prefixes: BTreeSet<Prefix> = announced.chain(owned).collect();
    let mut facts = Vec::new();
    let mut add = |what: &str, value: String| facts.push(json!({ "what": what, "value": value }));
    for prefix in prefixes {
        if let Some(vrps) = &side.data.vrps {
            for vrp in vrps.covering(prefix).chain(vrps.inside(prefix)) {
                add("payload", vrp.to_string());
            }
        }
        if let Some(objects) = &side.data.irr {
            for (prefix, asn) in objects.covering(prefix) {
                add("route object", format!("{prefix} {asn}"));
            }
        }
    }
    let paths = both().flat_map(|side| side.announcements.values());
    let systems: BTreeSet<_> = paths.flat_map(|one| one.route.path.asns()).collect();
    for system in systems {
        let providers = side.data.aspas.as_ref();
        if let Some(providers) = providers.and_then(|all| all.providers(system)) {
            let providers: Vec<String> = providers.iter().map(ToString::to_string).collect();
            add("providers", format!("{system}: {}", providers.join(" ")));
        }
    }
    facts
}
