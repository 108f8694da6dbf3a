//! A state as intent: who is told what, in the policy itself.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::network::{Network, Tuning};
use super::{Files, Language, policy};

/// The policy and what lies beside it.
pub(super) fn files(network: &Network) -> Files {
    let mut text = policy::opening(network, Language::Intent);
    text.push_str("  announcements:\n");
    let mut statements = statements(network);
    if network.style.reversed {
        statements.reverse();
    }
    for statement in statements {
        writeln!(text, "    - {{ {statement} }}").expect("a string grows");
    }
    let mut files = Files::from([("preflight.yaml".to_owned(), text)]);
    policy::beside(network, &mut files);
    files
}

fn statements(network: &Network) -> Vec<String> {
    let mut statements = Vec::new();
    for (place, neighbor) in network.neighbors.iter().enumerate() {
        let there = |site: &String| neighbor.sites.contains(site);
        for service in &network.services {
            let sites = network.announced(service).into_iter().filter(there);
            for (sites, tuning) in grouped(network, sites, place) {
                let what = if network.style.inline {
                    let prefixes: Vec<_> = service
                        .prefixes
                        .iter()
                        .map(|prefix| format!("\"{prefix}\""))
                        .collect();
                    format!("prefixes: [{}]", prefixes.join(", "))
                } else {
                    format!("service: {}", service.name)
                };
                statements.push(statement(&what, &sites, &neighbor.name, &tuning));
            }
        }
        if Network::carries_customers(neighbor.relation) && !network.customers.is_empty() {
            let sites = network.announcing().into_iter().filter(there);
            let prefixes: Vec<_> = network
                .customers
                .iter()
                .map(|number| format!("\"{}\"", Network::customer(*number)))
                .collect();
            for (sites, tuning) in grouped(network, sites, place) {
                let what = format!("prefixes: [{}]", prefixes.join(", "));
                statements.push(statement(&what, &sites, &neighbor.name, &tuning));
            }
        }
        for extra in &network.extras {
            let sites = extra.sites.iter().cloned();
            let sites = sites.filter(|site| there(site) && announces(network, site));
            for (sites, mut tuning) in grouped(network, sites, place) {
                tuning.communities.extend(&extra.communities);
                let what = format!("prefixes: [\"{}\"]", extra.prefix);
                statements.push(statement(&what, &sites, &neighbor.name, &tuning));
            }
        }
    }
    statements
}

fn announces(network: &Network, site: &str) -> bool {
    network.sites.get(site).is_some_and(|site| site.announces)
}

/// Sites with the same attributes together, or each alone where the style says so.
fn grouped(
    network: &Network,
    sites: impl Iterator<Item = String>,
    place: usize,
) -> Vec<(Vec<String>, Tuning)> {
    let mut groups: BTreeMap<(Tuning, usize), Vec<String>> = BTreeMap::new();
    for (number, site) in sites.enumerate() {
        let mut tuning = network.tuned(&site, place);
        tuning.med = None;
        if network.sites.get(&site).is_some_and(|site| site.drained) {
            tuning.communities.insert((65535, 0));
        }
        if network.is_hidden(&site) {
            tuning.communities.insert((65535, 65281));
        }
        let number = if network.style.split { number } else { 0 };
        groups.entry((tuning, number)).or_default().push(site);
    }
    groups
        .into_iter()
        .map(|((tuning, _), sites)| (sites, tuning))
        .collect()
}

fn statement(what: &str, sites: &[String], to: &str, tuning: &Tuning) -> String {
    let mut text = format!("{what}, sites: [{}], to: [{to}]", sites.join(", "));
    let mut list = |key: &str, values: Vec<String>| {
        if !values.is_empty() {
            write!(text, ", {key}: [{}]", values.join(", ")).expect("a string grows");
        }
    };
    let communities = tuning.communities.iter();
    list(
        "communities",
        communities.map(|(a, b)| format!("\"{a}:{b}\"")).collect(),
    );
    let large = tuning.large.iter();
    list(
        "large-communities",
        large.map(|(a, b, c)| format!("\"{a}:{b}:{c}\"")).collect(),
    );
    if tuning.prepend > 0 {
        write!(text, ", prepend: {}", tuning.prepend).expect("a string grows");
    }
    text
}
