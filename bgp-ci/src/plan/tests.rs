use super::*;
use crate::tests::{Network, change};

/// The plan of a change between two policies.
fn plan(base: &str, head: &str) -> Plan {
    change(base, head).plan.expect("there is a base")
}

#[test]
fn nothing_changed_is_a_plan_too() {
    let text = Network::default().text();
    assert_eq!(plan(&text, &text), Plan::hash(VERSION));
}

#[test]
fn every_attribute_changes_the_hash() {
    let base = Network::default().text();
    let with = |announcements: &str| {
        Network {
            announcements,
            ..Network::default()
        }
        .text()
    };
    let heads = [
        with("[{ service: edge, to: [a] }]"),
        with("[{ service: edge, to: [b] }]"),
        with("[{ service: edge, sites: [ams, fra], to: [a, b] }]"),
        with("[{ service: edge, sites: [ams, iad], to: [a, b] }]"),
        with("[{ service: edge, to: [a, b], prepend: 1 }]"),
        with("[{ service: edge, to: [a, b], prepend: 2 }]"),
        with("[{ service: edge, to: [a, b], communities: [\"64501:1\"] }]"),
        with("[{ service: edge, to: [a, b], communities: [\"64501:0\"] }]"),
        with("[{ service: edge, to: [a, b], large-communities: [\"64501:1:1\"] }]"),
        with("[{ prefixes: [203.0.113.0/25], to: [a, b] }]"),
        Network {
            services: "{ edge: { min-sites: 1 } }",
            ..Network::default()
        }
        .text(),
        Network {
            services: "{ edge: { min-sites: 3 } }",
            ..Network::default()
        }
        .text(),
        Network {
            neighbors: "{ a: { asn: 64501, presents-as: 64510, no-announce: [\"64501:0\"] }, \
                        b: { asn: 64502 } }",
            ..Network::default()
        }
        .text(),
        Network {
            more: "  limits: { sites-per-change: 5 }\n",
            ..Network::default()
        }
        .text(),
        format!("levels: {{ site-loss: warn }}\n{base}"),
        format!("{base}# preflight: allow(site-loss): because\n"),
    ];
    let mut hashes: BTreeSet<Plan> = heads.iter().map(|head| plan(&base, head)).collect();
    assert_eq!(hashes.len(), heads.len());
    assert!(hashes.insert(plan(&base, &base)));
    // The other way round is another plan.
    assert!(hashes.insert(plan(&heads[0], &base)));
}

#[test]
fn formatting_keeps_the_hash() {
    let base = Network::default().text();
    let head = Network {
        announcements: "[{ service: edge, sites: [ams, fra], to: [a, b] }]",
        services: "{ edge: { min-sites: 1 } }",
        ..Network::default()
    }
    .text();
    let same = "# A comment.\nversion: 1\n\nbgp:\n  announcements:\n    - to: [b, a]\n      \
                sites:\n      - fra   # another\n      - ams\n      service: edge\n  asn: \"64500\"\n  \
                owned:\n  - service: edge\n    prefix: 203.0.113.0/24\n  services:\n    edge:\n      \
                min-sites: 1\n  sites: { iad: { region: na }, fra: { region: eu }, ams: { region: \
                eu } }\n  neighbors:\n    b: { asn: 64502 }\n    a: { no-announce: [\"64501:0\"], \
                asn: 64501 }\n  treat-as-public: [\"2001:db8::/32\", 203.0.113.0/24, \
                198.51.100.0/24, 192.0.2.0/24]\n";
    let first = plan(&base, &head);
    assert_eq!(first, plan(&base, same));
    let approved = format!(
        "{head}  approvals: [{{ plan: \"{first}\", waives: [site-loss], signature: a.sig }}]\n"
    );
    assert_eq!(first, plan(&base, &approved));
}

#[test]
fn the_text_is_as_documented() {
    let base = Network::default().text();
    let head = Network {
        announcements: "[{ service: edge, sites: [ams, fra], to: [a, b] }]",
        services: "{ edge: { min-sites: 1 } }",
        ..Network::default()
    }
    .text();
    let change = change(&base, &head);
    let side = change.base.as_ref().expect("there is a base");
    let text = text(side, &change.head, &change.sessions);
    insta::assert_snapshot!(text, @r#"
    preflight plan 1
    {"certainty":"proven","communities":[],"external":true,"from":null,"kind":"announcement","local-pref":null,"med":null,"next-hop":"self","origin-code":"igp","otc":null,"path":"64500","prefix":"203.0.113.0/24","presence":"present","services":["edge"],"session":["iad","iad","a",null],"side":"-","source":"intent"}
    {"certainty":"proven","communities":[],"external":true,"from":null,"kind":"announcement","local-pref":null,"med":null,"next-hop":"self","origin-code":"igp","otc":null,"path":"64500","prefix":"203.0.113.0/24","presence":"present","services":["edge"],"session":["iad","iad","b",null],"side":"-","source":"intent"}
    {"key":"min-sites","kind":"relaxed","message":"`min-sites` of `edge` goes from 2 to 1","subject":"edge"}
    {"key":["bgp","services","edge","min-sites"],"kind":"policy","side":"+","value":"1"}
    {"key":["bgp","services","edge","min-sites"],"kind":"policy","side":"-","value":"2"}
    "#);
    let lines: Vec<&str> = text.lines().skip(1).collect();
    assert!(lines.is_sorted());
    for line in lines {
        let value: Value = serde_json::from_str(line).unwrap();
        assert_eq!(policy::sorted(value).to_string(), line);
    }
}
