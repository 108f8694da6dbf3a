//! What a healthy fleet does every day, under a policy that sets every limit: nothing is denied.

use std::fmt::Write as _;

use rules::Level;

use super::judge;

/// A fleet under a strict policy; every field can differ between the sides of a change.
#[derive(Clone)]
struct Fleet {
    sites: Vec<String>,
    /// The name of the provider that every site has.
    transit: &'static str,
    services: &'static str,
    owned: &'static str,
    /// What both statements about the services say besides.
    tuning: [&'static str; 2],
    statements: String,
    neighbors: String,
}

const SERVICES: &str = "{ edge: { kind: anycast, critical: true, min-sites: 10, min-sites-per-region: { eu: 3 }, max-site-loss-per-change: 2 }, ns: { kind: anycast, min-sites: 4, disjoint-from: [edge] } }";

const OWNED: &str = "[{ prefix: 203.0.113.0/24, service: edge }, { prefix: \"2001:db8:1::/48\", service: edge }, { prefix: 198.51.100.0/24, service: ns }, { prefix: 192.0.2.0/24 }]";

impl Fleet {
    fn new(sites: usize) -> Self {
        Self {
            sites: (0..sites).map(|number| format!("s{number:02}")).collect(),
            transit: "transit-a",
            services: SERVICES,
            owned: OWNED,
            tuning: [""; 2],
            statements: String::new(),
            neighbors: String::new(),
        }
    }

    fn text(&self) -> String {
        let mut sites = String::new();
        for (number, site) in self.sites.iter().enumerate() {
            let region = ["eu", "na", "ap"][number % 3];
            write!(sites, "{site}: {{ region: {region} }}, ").unwrap();
        }
        let Self {
            transit,
            services,
            owned,
            tuning: [edge, ns],
            statements,
            neighbors,
            ..
        } = self;
        let ns = if services.contains("ns:") {
            format!("\n    - {{ service: ns, to: [{transit}, ix-rs]{ns} }}")
        } else {
            String::new()
        };
        format!(
            "version: 1
bgp:
  asn: 64500
  owned: {owned}
  services: {services}
  sites: {{ {sites} }}
  neighbors:
    {transit}: {{ asn: 64501, address: 192.0.2.1, relation: provider, max-prefix: 20, accepts-blackhole: true, no-announce: [\"64501:0\"] }}
    ix-rs: {{ asn: 64502, relation: route-server, max-prefix: 20 }}
{neighbors}  treat-as-public: [192.0.2.0/24, 198.51.100.0/24, 203.0.113.0/24, \"2001:db8::/32\", AS64496-AS64511]
  limits: {{ withdraw: {{ prefixes: 0, share: 0%, addresses: /32 }}, growth: 2x, sites-per-change: 1 }}
  pairs: [[s00, s01], [s02, s03, s04]]
  announcements:
    - {{ service: edge, to: [{transit}, ix-rs]{edge} }}{ns}
{statements}"
        )
    }
}

/// What is denied, and which rules warn, when `base` becomes `head`.
#[track_caller]
fn judged(base: &Fleet, head: &Fleet) -> (Vec<String>, Vec<&'static str>) {
    let outcome = judge(Some(&base.text()), &head.text());
    assert_eq!(outcome.undecided, []);
    let (denied, warned): (Vec<_>, Vec<_>) = outcome
        .findings
        .iter()
        .partition(|finding| finding.level == Level::Deny && !finding.lowered);
    let mut rules: Vec<_> = warned.iter().map(|finding| finding.rule.id).collect();
    rules.sort_unstable();
    rules.dedup();
    let denied = denied
        .iter()
        .map(|f| format!("{}: {}", f.rule.id, f.message));
    (denied.collect(), rules)
}

#[track_caller]
fn silent(base: &Fleet, head: &Fleet) {
    assert_eq!(judged(base, head), (vec![], vec![]));
}

#[test]
fn one_site_more() {
    silent(&Fleet::new(14), &Fleet::new(15));
    // Several at once carried nothing before, so nothing can be lost there.
    silent(&Fleet::new(14), &Fleet::new(18));
}

#[test]
fn one_of_fourteen_fewer() {
    // Somebody may want to know of its sessions; nothing stops it.
    let (denied, warned) = judged(&Fleet::new(14), &Fleet::new(13));
    assert_eq!((denied, warned), (vec![], vec!["session-removed"]));
    // Drained by its statements, with the site left in place.
    let base = Fleet::new(14);
    let all = base.sites.join(", ");
    let sites = |list: &str| -> &'static str { format!(", sites: [{list}]").leak() };
    let listed = Fleet {
        tuning: [sites(&all); 2],
        ..base.clone()
    };
    silent(&base, &listed);
    let drained = Fleet {
        tuning: [sites(&all.replace("s00, ", "")); 2],
        ..base.clone()
    };
    silent(&base, &drained);
    silent(&drained, &base);
}

#[test]
fn sites_and_neighbours_renamed() {
    let base = Fleet::new(14);
    let mut head = base.clone();
    head.sites[5] = "fra1".to_owned();
    silent(&base, &head);
    // A naming scheme for the whole fleet but for the routers that pairs name.
    for (number, site) in head.sites.iter_mut().enumerate().skip(5) {
        *site = format!("site-{number}");
    }
    silent(&base, &head);
    head.transit = "provider-one";
    silent(&base, &head);
}

#[test]
fn thirty_sites_tuned_everywhere() {
    let base = Fleet::new(30);
    let communities =
        ", communities: [\"64501:100\", \"64502:5\"], large-communities: [\"64500:1:1\"]";
    silent(
        &base,
        &Fleet {
            tuning: [communities; 2],
            ..base.clone()
        },
    );
    let prepends = ", prepend: 2, communities: [\"64501:100\"]";
    let head = Fleet {
        tuning: [prepends; 2],
        ..base.clone()
    };
    assert_eq!(
        judged(&base, &head),
        (vec![], vec!["critical-attribute-change"])
    );
    let outcome = judge(Some(&base.text()), &head.text());
    assert_eq!(
        outcome.findings.len(),
        1,
        "one for the service, not one a site"
    );
}

#[test]
fn a_service_retired_is_denied_as_that_and_nothing_else() {
    let base = Fleet::new(14);
    let head = Fleet {
        services: "{ edge: { kind: anycast, critical: true, min-sites: 10, min-sites-per-region: { eu: 3 }, max-site-loss-per-change: 2 } }",
        owned: "[{ prefix: 203.0.113.0/24, service: edge }, { prefix: \"2001:db8:1::/48\", service: edge }, { prefix: 192.0.2.0/24 }]",
        ..base.clone()
    };
    let generous = |fleet: &Fleet| {
        let text = fleet.text();
        text.replace("prefixes: 0, share: 0%, addresses: /32", "prefixes: 5")
            .replace("sites-per-change: 1", "sites-per-change: 14")
    };
    let outcome = judge(Some(&generous(&base)), &generous(&head));
    let found: Vec<_> = outcome.findings.iter().map(|f| f.rule.id).collect();
    assert_eq!(found, ["service-withdrawn"]);
}

#[test]
fn a_host_under_attack_is_discarded_and_comes_back() {
    let base = Fleet::new(14);
    let head = Fleet {
        statements: "    - { prefixes: [203.0.113.7/32, 203.0.113.8/32, 203.0.113.9/32, 203.0.113.10/32, 203.0.113.11/32, 203.0.113.12/32, 203.0.113.13/32, 203.0.113.14/32], sites: [s07], to: [transit-a], communities: [blackhole] }\n".to_owned(),
        ..base.clone()
    };
    for (base, head) in [(&base, &head), (&head, &base)] {
        let (denied, _) = judged(base, head);
        assert_eq!(denied, [""; 0]);
    }
}

#[test]
fn a_neighbour_more_at_one_site() {
    let base = Fleet::new(14);
    let head = Fleet {
        neighbors:
            "    transit-b: { asn: 64503, address: 192.0.2.9, sites: [s03], relation: provider }\n"
                .to_owned(),
        statements:
            "    - { service: edge, to: [transit-b] }\n    - { service: ns, to: [transit-b] }\n"
                .to_owned(),
        ..base.clone()
    };
    silent(&base, &head);
    assert_eq!(judged(&head, &base), (vec![], vec!["session-removed"]));
}
