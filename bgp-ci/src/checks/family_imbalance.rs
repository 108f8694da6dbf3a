use std::collections::{BTreeMap, BTreeSet};

use rules::{Certainty, Finding, Span};

use crate::change::{Change, Side};
use crate::check::{Check, existing};
use crate::evidence;
use crate::model::{Family, Name};
use crate::wording::{count, json, list};

rules::rule! {
    /// Reports a service that some sites announce in one address family only.
    ///
    /// ## Why
    /// Users choose the family that answers, not the site: where a site has IPv4 only, the IPv6
    /// half of its users goes elsewhere, and a drained site is drained by half.
    /// Monitoring that looks at one family sees nothing.
    ///
    /// A service has both families where `owned` lists prefixes of both for it, or where it is
    /// one of two services whose names differ in `v4` and `v6` alone; the latter is likely, not
    /// proven.
    /// A site has a family when any prefix of it is passed on there.
    ///
    /// ## Bad
    /// ```yaml
    /// version: 1
    /// bgp:
    ///   asn: 64500
    ///   owned:
    ///     - { prefix: 203.0.113.0/24, service: edge }
    ///     - { prefix: "2001:db8:100::/40", service: edge }
    ///   services: { edge: { kind: anycast } }
    ///   treat-as-public: [203.0.113.0/24, "2001:db8::/32"]
    ///   sites: { fra: {}, iad: {} }
    ///   neighbors: { transit-a: { asn: 64501 } }
    ///   announcements:
    ///     - { prefixes: [203.0.113.0/24], to: [transit-a] }
    ///     - { prefixes: ["2001:db8:100::/40"], sites: [fra], to: [transit-a] }
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// version: 1
    /// bgp:
    ///   asn: 64500
    ///   owned:
    ///     - { prefix: 203.0.113.0/24, service: edge }
    ///     - { prefix: "2001:db8:100::/40", service: edge }
    ///   services: { edge: { kind: anycast } }
    ///   treat-as-public: [203.0.113.0/24, "2001:db8::/32"]
    ///   sites: { fra: {}, iad: {} }
    ///   neighbors: { transit-a: { asn: 64501 } }
    ///   announcements:
    ///     - { service: edge, to: [transit-a] }
    /// ```
    ///
    /// ## Reference
    /// RFC 8305, section 3; RFC 4786, section 4.4.
    pub FAMILY_IMBALANCE = { id: "family-imbalance", level: Warn, since: "0.1.0" }
}

/// The check.
pub(super) static CHECK: Check = Check {
    rule: &FAMILY_IMBALANCE,
    run,
};

/// What is one service to its users: its name, and the services that carry each family.
struct Both<'a> {
    name: String,
    ipv4: &'a Name,
    ipv6: &'a Name,
}

/// The sites that have one family only.
#[derive(Default, PartialEq, Eq)]
struct Halves {
    ipv4: BTreeSet<Name>,
    ipv6: BTreeSet<Name>,
}

fn run(change: &Change) -> Vec<Finding> {
    let head = &change.head;
    if !head.is_complete() {
        return Vec::new();
    }
    let mut findings = Vec::new();
    for both in services(head) {
        if !change.is_in_use(both.ipv4) && !change.is_in_use(both.ipv6) {
            continue;
        }
        let now = halves(head, &both, Name::clone);
        if now == Halves::default() {
            continue;
        }
        let then = change
            .complete()
            .map(|(base, _)| halves(base, &both, |site| change.site_in_head(site).clone()));
        let known = then
            .is_some_and(|then| now.ipv4.is_subset(&then.ipv4) && now.ipv6.is_subset(&then.ipv6));
        findings.push(existing(change, known, wording(head, &both, &now)));
    }
    findings
}

/// Services with both families, and pairs of services that are one but for the family.
fn services(side: &Side) -> Vec<Both<'_>> {
    let owned = &side.network.owned;
    let mut found = Vec::new();
    let mut stems: BTreeMap<(String, Family), &Name> = BTreeMap::new();
    for name in side.network.services.keys() {
        let families: BTreeSet<Family> = owned
            .of(name)
            .map(|owned| owned.prefix.value.family())
            .collect();
        let mut families = families.into_iter();
        match (families.next(), families.next()) {
            (Some(_), Some(_)) => found.push(Both {
                name: name.to_string(),
                ipv4: name,
                ipv6: name,
            }),
            (Some(family), None) => {
                if let Some(stem) = stem(name, family) {
                    stems.insert((stem, family), name);
                }
            }
            _ => {}
        }
    }
    for ((stem, family), ipv4) in &stems {
        if *family == Family::Ipv4
            && let Some(ipv6) = stems.get(&(stem.clone(), Family::Ipv6))
        {
            found.push(Both {
                name: stem.clone(),
                ipv4,
                ipv6,
            });
        }
    }
    found
}

/// A service's name with `*` where it says its family: `edge-*` of `edge-v4`.
fn stem(name: &str, family: Family) -> Option<String> {
    let digit = match family {
        Family::Ipv4 => "v4",
        Family::Ipv6 => "v6",
    };
    let (before, after) = name.rsplit_once(digit)?;
    Some(format!("{before}*{after}"))
}

fn halves(side: &Side, both: &Both<'_>, in_head: impl Fn(&Name) -> Name) -> Halves {
    let sites = |service: &str, family: Family| -> BTreeSet<Name> {
        let prefixes = side.fleet.prefixes(service);
        prefixes
            .filter(|prefix| prefix.family() == family)
            .flat_map(|prefix| side.fleet.sites(prefix))
            .map(|(site, _)| in_head(site))
            .collect()
    };
    let ipv4 = sites(both.ipv4, Family::Ipv4);
    let ipv6 = sites(both.ipv6, Family::Ipv6);
    Halves {
        ipv4: &ipv4 - &ipv6,
        ipv6: &ipv6 - &ipv4,
    }
}

fn wording(head: &Side, both: &Both<'_>, halves: &Halves) -> Finding {
    let Both { name, ipv4, ipv6 } = both;
    let number = halves.ipv4.len() + halves.ipv6.len();
    let message = format!(
        "`{name}` is announced in one address family only at {}",
        count(number, "site", "sites")
    );
    let definition = |service: &Name| {
        let service = head.network.services.get(service);
        service.map_or(&head.network.span, |service| &service.span)
    };
    let is_named = ipv4 != ipv6;
    let mut finding = FAMILY_IMBALANCE
        .at(place(head, both, halves), message, &[name])
        .with_label(definition(ipv6).clone(), "it has both families")
        .with_help("announce both families at the same sites, or drain both")
        .with_data("service", name.clone())
        .with_data("ipv4-only", json(&halves.ipv4))
        .with_data("ipv6-only", json(&halves.ipv6));
    for (family, sites) in [("ipv4", &halves.ipv4), ("ipv6", &halves.ipv6)] {
        if !sites.is_empty() {
            finding = finding.with_note(format!("{family} only: {}", list(sites, "nowhere")));
        }
    }
    if is_named {
        finding.with_certainty(Certainty::Likely).with_note(format!(
            "by their names `{ipv4}` and `{ipv6}` are one service"
        ))
    } else {
        finding
    }
}

/// A statement that announces the one family at such a site.
fn place(head: &Side, both: &Both<'_>, halves: &Halves) -> Span {
    let lone = |service: &str, family: Family, sites: &BTreeSet<Name>| {
        let prefixes = head.fleet.prefixes(service);
        let there = prefixes
            .filter(|prefix| prefix.family() == family)
            .flat_map(|prefix| head.of(prefix))
            .filter(|(key, _)| sites.contains(&key.site));
        let places = there.filter_map(|(_, announcement)| announcement.provenance.first());
        places.min().cloned()
    };
    let statement = lone(both.ipv4, Family::Ipv4, &halves.ipv4)
        .or_else(|| lone(both.ipv6, Family::Ipv6, &halves.ipv6));
    let any = || {
        let mut prefixes = head.fleet.prefixes(both.ipv4);
        prefixes.find_map(|prefix| evidence::statement(head, prefix))
    };
    statement
        .or_else(any)
        .unwrap_or_else(|| head.network.span.clone())
}
