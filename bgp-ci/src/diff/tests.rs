use rules::Outcome;
use rules::report::paint::Page;

use super::*;
use crate::tests::{Network, change};

const SITES: &str = "{ ams: {}, arn: {}, atl: {}, bom: {}, bru: {}, cdg: {}, cph: {}, dfw: {}, \
                     dub: {}, ewr: {}, fra: {}, gru: {}, hel: {}, hkg: {}, iad: {}, jnb: {}, \
                     lax: {}, lhr: {}, mad: {}, mia: {}, mil: {}, nrt: {}, ord: {}, osl: {}, \
                     otp: {}, prg: {}, sea: {}, sin: {}, syd: {}, waw: {} }";

/// Thirty sites and twenty prefixes, of which a change touches most in some way.
fn difference() -> v1::Difference {
    let parts: Vec<String> = (0..18).map(|n| format!("2001:db8:1{n:02x}::/48")).collect();
    let owned: Vec<String> = ["203.0.113.0/24", "198.51.100.0/24"]
        .into_iter()
        .chain(parts.iter().map(String::as_str))
        .map(|prefix| format!("{{ prefix: \"{prefix}\", service: edge }}"))
        .collect();
    let owned = format!("[{}]", owned.join(", "));
    let network = |neighbors: &str, announcements: &str| {
        Network {
            owned: &owned,
            services: "{ edge: { min-sites: 20 } }",
            sites: SITES,
            neighbors,
            announcements,
            more: "",
        }
        .text()
    };
    let base = network(
        "{ transit-a: { asn: 64501, address: 192.0.2.1, no-announce: [\"64501:0\"] }, ix-rs: { \
         asn: 64502, sites: [ams, fra, lhr] }, transit-b: { asn: 64503, address: 192.0.2.3 } }",
        "[{ service: edge, to: [transit-a, transit-b, ix-rs], communities: [\"64501:100\"] }]",
    );
    let rest = parts[2..17].join("\", \"");
    let head = network(
        "{ transit-a: { asn: 64501, address: 192.0.2.1, no-announce: [\"64501:0\"], presents-as: \
         64499 }, ix-rs: { asn: 64502, sites: [ams, fra, lhr] }, carrier-b: { asn: 64503, address: \
         192.0.2.3 } }",
        &format!(
            "[{{ prefixes: [203.0.113.0/24], sites: [ams, fra, iad, waw, sin, syd], to: \
             [transit-a, ix-rs], communities: [\"64501:100\"], large-communities: \
             [\"64500:1:2\"] }}, {{ prefixes: [198.51.100.0/24], sites: [ams, fra], to: [transit-a], \
             communities: [\"64501:0\"] }}, {{ prefixes: [198.51.100.0/24], to: [carrier-b], \
             communities: [\"64501:100\"] }}, {{ prefixes: [\"2001:db8:100::/48\", \
             \"2001:db8:101::/48\"], to: [carrier-b], prepend: 2, communities: [\"64501:100\"] }}, \
             {{ prefixes: [\"{rest}\"], to: [transit-a, carrier-b, ix-rs], communities: \
             [\"64501:100\"] }}, {{ prefixes: [\"2001:db8:100:1::/64\"], sites: [fra], to: \
             [transit-a] }}]"
        ),
    );
    of(&change(&base, &head), &Outcome::default()).expect("there is a base")
}

fn page(width: usize) -> Page {
    Page {
        width,
        colour: false,
        unicode: true,
    }
}

#[test]
fn people_read_it() {
    let difference = difference();
    insta::assert_snapshot!("human-80", human::render(&difference, &page(80)));
    insta::assert_snapshot!("human-140", human::render(&difference, &page(140)));
    insta::assert_snapshot!("markdown", markdown::render(&difference));
}

/// Nothing that is drawn is wider than the page.
#[test]
fn the_matrix_keeps_to_the_page() {
    let difference = difference();
    for width in [40, 80, 100, 160] {
        for line in table::lines(&difference.matrix, &page(width), width) {
            assert!(line.chars().count() <= width, "{width}: {line}");
        }
    }
}

#[test]
fn machines_read_every_announcement() {
    let difference = difference();
    let text = difference.to_json();
    let read: v1::Difference = serde_json::from_str(&text).unwrap();
    assert_eq!(read, difference);
    let grouped: usize = difference
        .groups
        .iter()
        .filter(|group| matches!(group.kind, v1::Kind::Withdrawn | v1::Kind::New))
        .map(|group| group.announcements)
        .sum();
    let single = difference.announcements.iter();
    let single = single.filter(|one| one.change != v1::How::Changed).count();
    assert_eq!(grouped, single);
    for one in &difference.announcements {
        let route = one.after.as_ref().or(one.before.as_ref()).unwrap();
        assert!(!route.provenance.is_empty(), "{one:?}");
        assert_eq!(one.attributes.is_empty(), one.change != v1::How::Changed);
    }
}

#[test]
fn a_change_of_nothing_says_so() {
    let text = Network::default().text();
    let difference = of(&change(&text, &text), &Outcome::default()).unwrap();
    assert_eq!(difference.groups, []);
    assert!(difference.is_complete());
    let said = human::render(&difference, &page(80));
    assert!(
        said.contains("every neighbour receives what it received before"),
        "{said}"
    );
}

#[test]
fn the_shipped_schemas_are_up_to_date() {
    let mut stale = Vec::new();
    for (name, schema) in [
        ("bgp-ci-difference-v1", v1::schema()),
        ("bgp-ci-why-v1", crate::why::schema()),
        ("bgp-ci-test-policy-v1", crate::trial::schema()),
        ("bgp-ci-search-policy-v1", crate::search::schema()),
    ] {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("schema");
        let path = folder.join(format!("{name}.json"));
        let schema = serde_json::to_string_pretty(&schema).unwrap() + "\n";
        if std::fs::read_to_string(&path).unwrap_or_default() != schema {
            // Written, so that the next run passes and the change is seen in review.
            std::fs::create_dir_all(&folder).unwrap();
            std::fs::write(&path, schema).unwrap();
            stale.push(name);
        }
    }
    assert!(stale.is_empty(), "out of date, and written anew: {stale:?}");
}
