use std::collections::BTreeSet;

use proptest::prelude::*;

use super::changes::{Made, change};
use super::{Network, network};
use crate::change::Carried;
use crate::matching::{self, Names};
use crate::model::{Asn, Name, Session, SessionKey, Sessions};

/// A session: site, router, neighbour, address and number.
type Row<'a> = (&'a str, &'a str, &'a str, Option<&'a str>, u32);

fn sessions(rows: &[Row<'_>]) -> Sessions {
    let text = Network::default().text();
    let network = network(&text);
    let sample: Session = crate::intent::sessions(&network)
        .into_values()
        .next()
        .unwrap();
    let session = |&(site, router, neighbor, address, asn): &Row<'_>| {
        let key = SessionKey {
            site: Name::from(site),
            router: Name::from(router),
            neighbor: Name::from(neighbor),
            address: address.map(|address| address.parse().unwrap()),
        };
        let session = Session {
            asn: Some(Asn(asn)),
            ..sample.clone()
        };
        (key, session)
    };
    rows.iter().map(session).collect()
}

fn names(pairs: &[(&str, &str)]) -> Names {
    let pairs = pairs.iter();
    pairs
        .map(|(old, new)| (Name::from(*old), Name::from(*new)))
        .collect()
}

fn shown(key: &SessionKey) -> String {
    format!("{}/{}/{}", key.site, key.router, key.neighbor)
}

/// `site/router/neighbour -> …` of each match; sites are those of both sides.
#[track_caller]
fn expect(
    base: &[Row<'_>],
    head: &[Row<'_>],
    neighbors: &[(&str, &str)],
    expected: &[(&str, &str)],
) {
    let matched = matching::sessions(
        &sessions(base),
        &sessions(head),
        &Names::new(),
        &names(neighbors),
    );
    let matched: BTreeSet<(String, String)> = matched
        .iter()
        .map(|(old, new)| (shown(old), shown(new)))
        .collect();
    let expected = expected
        .iter()
        .map(|(old, new)| ((*old).to_owned(), (*new).to_owned()));
    assert_eq!(matched, expected.collect());
}

const A: Option<&str> = Some("192.0.2.1");
const B: Option<&str> = Some("192.0.2.9");

#[test]
fn a_session_is_its_address_and_number() {
    // Another name.
    expect(
        &[("fra", "fra", "old", A, 64501)],
        &[("fra", "fra", "new", A, 64501)],
        &[],
        &[("fra/fra/old", "fra/fra/new")],
    );
    // Another number: another neighbour.
    expect(
        &[("fra", "fra", "x", A, 64501)],
        &[("fra", "fra", "x", A, 64502)],
        &[],
        &[],
    );
    // Names that change places with the addresses are no swap.
    expect(
        &[("fra", "fra", "x", A, 64501), ("fra", "fra", "y", B, 64501)],
        &[("fra", "fra", "y", A, 64501), ("fra", "fra", "x", B, 64501)],
        &[],
        &[("fra/fra/x", "fra/fra/y"), ("fra/fra/y", "fra/fra/x")],
    );
    // The same address at another site is another session.
    expect(
        &[("fra", "fra", "x", A, 64501)],
        &[("ams", "ams", "x", A, 64501)],
        &[],
        &[],
    );
}

#[test]
fn an_address_is_added_or_corrected() {
    for (before, after) in [(None, A), (A, None), (A, B)] {
        expect(
            &[("fra", "fra", "x", before, 64501)],
            &[("fra", "fra", "x", after, 64501)],
            &[],
            &[("fra/fra/x", "fra/fra/x")],
        );
    }
    // Corrected, and renamed as the policy's neighbour was.
    expect(
        &[("fra", "fra", "old", A, 64501)],
        &[("fra", "fra", "new", B, 64501)],
        &[("old", "new")],
        &[("fra/fra/old", "fra/fra/new")],
    );
    expect(
        &[("fra", "fra", "old", A, 64501)],
        &[("fra", "fra", "new", B, 64501)],
        &[],
        &[],
    );
}

#[test]
fn a_router_is_renamed_or_replaced() {
    expect(
        &[("fra", "r1", "x", A, 64501), ("fra", "r1", "y", B, 64502)],
        &[("fra", "r9", "x", A, 64501), ("fra", "r9", "y", B, 64502)],
        &[],
        &[("fra/r1/x", "fra/r9/x"), ("fra/r1/y", "fra/r9/y")],
    );
    // The session moved to the site's other router.
    expect(
        &[("fra", "r1", "x", A, 64501)],
        &[("fra", "r2", "x", A, 64501)],
        &[],
        &[("fra/r1/x", "fra/r2/x")],
    );
}

#[test]
fn two_routers_of_a_site_have_the_same_route_server() {
    let both = [("fra", "r1", "rs", A, 64502), ("fra", "r2", "rs", A, 64502)];
    expect(
        &both,
        &both,
        &[],
        &[("fra/r1/rs", "fra/r1/rs"), ("fra/r2/rs", "fra/r2/rs")],
    );
    // One of them is renamed: what is left on either side is the same.
    expect(
        &both,
        &[("fra", "r1", "rs", A, 64502), ("fra", "r3", "rs", A, 64502)],
        &[],
        &[("fra/r1/rs", "fra/r1/rs"), ("fra/r2/rs", "fra/r3/rs")],
    );
    // Both are renamed: nobody can tell which is which, so neither is taken for the other.
    expect(
        &both,
        &[("fra", "r3", "rs", A, 64502), ("fra", "r4", "rs", A, 64502)],
        &[],
        &[],
    );
    // One goes: the other stays, and is not taken for it.
    expect(&both, &both[1..], &[], &[("fra/r2/rs", "fra/r2/rs")]);
    // One comes.
    expect(&both[..1], &both, &[], &[("fra/r1/rs", "fra/r1/rs")]);
}

#[test]
fn two_sessions_with_one_address_keep_their_names() {
    let both = [("fra", "fra", "x", A, 64501), ("fra", "fra", "y", A, 64501)];
    expect(
        &both,
        &both,
        &[],
        &[("fra/fra/x", "fra/fra/x"), ("fra/fra/y", "fra/fra/y")],
    );
}

fn sites_of(base: &str, head: &str) -> Vec<(String, String)> {
    let change = change(&Made::plain(base), &Made::plain(head));
    let sites = change.sites.iter();
    sites
        .map(|(old, new)| (old.to_string(), new.to_string()))
        .collect()
}

fn with(sites: &str, neighbors: &str, announcements: &str) -> String {
    Network {
        services: "{ edge: {} }",
        sites,
        neighbors,
        announcements,
        ..Network::default()
    }
    .text()
}

#[test]
fn a_site_is_what_stands_there() {
    let plain = |sites: &str| {
        with(
            sites,
            "{ a: { asn: 64501 } }",
            "[{ service: edge, to: [a] }]",
        )
    };
    let base = plain("{ ams: { region: eu }, iad: { region: na } }");
    let pair = |old: &str, new: &str| (old.to_owned(), new.to_owned());
    let renamed = plain("{ ams: { region: eu }, was: { region: na } }");
    assert_eq!(
        sites_of(&base, &renamed),
        [pair("ams", "ams"), pair("iad", "was")]
    );
    // One of another region is another site.
    let moved = plain("{ ams: { region: eu }, sin: { region: ap } }");
    assert_eq!(sites_of(&base, &moved), [pair("ams", "ams")]);
    // Two for one: nobody can tell which it is.
    let split = plain("{ ams: { region: eu }, was: { region: na }, nyc: { region: na } }");
    assert_eq!(sites_of(&base, &split), [pair("ams", "ams")]);
    // One that announces something else is not it.
    let less = with(
        "{ ams: { region: eu }, was: { region: na } }",
        "{ a: { asn: 64501 } }",
        "[{ service: edge, sites: [ams], to: [a] }]",
    );
    assert_eq!(sites_of(&base, &less), [pair("ams", "ams")]);
}

#[test]
fn a_site_with_addresses_that_no_other_has_is_known_by_them() {
    let neighbors = |one: &str, two: &str| {
        format!(
            "{{ a: {{ asn: 64501, address: 192.0.2.1, sites: [{one}] }}, b: {{ asn: 64502, address: 192.0.2.9, sites: [{two}] }} }}"
        )
    };
    let base = with(
        "{ ams: {}, iad: {} }",
        &neighbors("ams", "iad"),
        "[{ service: edge, to: [a, b] }]",
    );
    // Both renamed, and one of them announces nothing any more.
    let head = with(
        "{ one: {}, two: {} }",
        &neighbors("one", "two"),
        "[{ service: edge, to: [a] }]",
    );
    let pair = |old: &str, new: &str| (old.to_owned(), new.to_owned());
    assert_eq!(
        sites_of(&base, &head),
        [pair("ams", "one"), pair("iad", "two")]
    );
}

fn row() -> impl Strategy<Value = (usize, usize, usize, usize, usize)> {
    (0..3_usize, 0..2_usize, 0..4_usize, 0..4_usize, 0..2_usize)
}

const SITES: [&str; 3] = ["ams", "fra", "iad"];
const ROUTERS: [&str; 2] = ["r1", "r2"];
const NEIGHBORS: [&str; 4] = ["a", "b", "c", "d"];
const ADDRESSES: [Option<&str>; 4] = [None, A, B, Some("2001:db8::1")];
const NUMBERS: [u32; 2] = [64501, 64502];

fn rows(picked: &BTreeSet<(usize, usize, usize, usize, usize)>) -> Sessions {
    let rows: Vec<Row<'_>> = picked
        .iter()
        .map(|&(site, router, neighbor, address, asn)| {
            (
                SITES[site],
                ROUTERS[router],
                NEIGHBORS[neighbor],
                ADDRESSES[address],
                NUMBERS[asn],
            )
        })
        .collect();
    sessions(&rows)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    /// No session of head stands for two of base, and none is matched across sites or numbers.
    #[test]
    fn matches_are_one_to_one(
        base in proptest::collection::btree_set(row(), 0..12),
        head in proptest::collection::btree_set(row(), 0..12),
    ) {
        let (base, head) = (rows(&base), rows(&head));
        let matched = matching::sessions(&base, &head, &Names::new(), &Names::new());
        let targets: BTreeSet<&SessionKey> = matched.values().collect();
        prop_assert_eq!(targets.len(), matched.len());
        for (old, new) in &matched {
            prop_assert_eq!(&old.site, &new.site);
            prop_assert_eq!(base[old].asn, head[new].asn);
        }
    }

    /// What does not change is matched with itself, and a renamed site changes nothing else.
    #[test]
    fn equals_match_and_renames_are_followed(picked in proptest::collection::btree_set(row(), 0..12)) {
        let base = rows(&picked);
        let same = matching::sessions(&base, &base, &Names::new(), &Names::new());
        prop_assert!(same.iter().all(|(old, new)| old == new));
        prop_assert_eq!(same.len(), base.len());
        let renamed: Sessions = base
            .iter()
            .map(|(key, session)| {
                let site = if key.site.as_ref() == "fra" { "muc" } else { &key.site };
                (SessionKey { site: Name::from(site), ..key.clone() }, session.clone())
            })
            .collect();
        let sites = names(&[("ams", "ams"), ("fra", "muc"), ("iad", "iad")]);
        let followed = matching::sessions(&base, &renamed, &sites, &Names::new());
        prop_assert_eq!(followed.len(), base.len());
        for (old, new) in &followed {
            prop_assert_eq!(&sites[&old.site], &new.site);
            prop_assert_eq!((&old.router, &old.neighbor, old.address), (&new.router, &new.neighbor, new.address));
        }
    }
}

/// What routers say of a session may change the name that it has there.
#[test]
fn announcements_follow_their_sessions() {
    let text = Network::default().text();
    let renamed = |carried: &mut Carried| {
        let rename = |neighbor: &Name| {
            if neighbor.as_ref() == "b" {
                Name::from("bgp_b")
            } else {
                neighbor.clone()
            }
        };
        let sessions = std::mem::take(&mut carried.sessions);
        carried.sessions = sessions
            .into_iter()
            .map(|(key, session)| {
                (
                    SessionKey {
                        neighbor: rename(&key.neighbor),
                        address: A.map(|a| a.parse().unwrap()),
                        ..key
                    },
                    session,
                )
            })
            .collect();
        let announcements = std::mem::take(&mut carried.announcements);
        carried.announcements = announcements
            .into_iter()
            .map(|(key, announcement)| {
                let session = SessionKey {
                    neighbor: rename(&key.neighbor),
                    address: A.map(|a| a.parse().unwrap()),
                    ..key.session()
                };
                (crate::model::Key::new(key.prefix, &session), announcement)
            })
            .collect();
    };
    let head = Made {
        text: &text,
        alter: &renamed,
    };
    let change = change(&Made::plain(&text), &head);
    // Only `a`, which kept its name, can be known by it; the policy's other neighbour has a name
    // that the routers do not use.
    assert_eq!(change.sessions.len(), 3);
    assert!(
        change
            .sessions
            .keys()
            .all(|key| key.neighbor.as_ref() == "a")
    );
}
