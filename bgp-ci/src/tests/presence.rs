use super::{Network, found, judge, only, rules};

fn edge(statement: &str, neighbors: Option<&str>) -> String {
    let announcements = format!("[{statement}]");
    let default = Network::default();
    Network {
        neighbors: neighbors.unwrap_or(default.neighbors),
        announcements: &announcements,
        ..default
    }
    .text()
}

#[test]
fn an_attribute_alone_can_withdraw() {
    let base = edge("{ service: edge, to: [a] }", None);
    for community in ["64501:0", "no-export", "65535:65281", "NO_ADVERTISE"] {
        let statement = format!("{{ service: edge, to: [a], communities: [\"{community}\"] }}");
        assert_eq!(
            rules(Some(&base), &edge(&statement, None)),
            ["below-site-floor", "service-withdrawn"],
            "{community}"
        );
    }
    for community in ["64501:100", "64502:0"] {
        let statement = format!("{{ service: edge, to: [a], communities: [\"{community}\"] }}");
        assert_eq!(
            found(Some(&base), &edge(&statement, None)),
            [""; 0],
            "{community}"
        );
    }
}

#[test]
fn a_withdrawal_by_attribute_is_explained() {
    let base = edge("{ service: edge, to: [a] }", None);
    let head = edge(
        "{ service: edge, sites: [iad], to: [a] }, { service: edge, sites: [ams, fra], to: [a], communities: [\"64501:0\"] }",
        None,
    );
    let finding = only(Some(&base), &head);
    assert_eq!(
        finding.notes,
        [
            "203.0.113.0/24: lost ams and fra; left iad",
            "a receives it, but it is kept back by `64501:0` (at ams and fra)"
        ]
    );
}

#[test]
fn a_neighbours_community_does_not_concern_another() {
    let head = edge(
        "{ service: edge, to: [a, b], communities: [\"64501:0\"] }",
        None,
    );
    assert_eq!(found(None, &head), [""; 0]);
}

#[test]
fn prepending_changes_the_path_and_nothing_else() {
    let base = edge("{ service: edge, to: [a] }", None);
    let head = edge("{ service: edge, to: [a], prepend: 19 }", None);
    assert_eq!(found(Some(&base), &head), [""; 0]);
}

#[test]
fn a_neighbour_that_shows_its_own_number_in_place_of_ours_passes_the_route_on() {
    let neighbors = "{ a: { asn: 64501, presents-as: 64501 } }";
    let head = edge("{ service: edge, to: [a] }", Some(neighbors));
    assert_eq!(found(None, &head), [""; 0]);
}

#[test]
fn our_own_systems_are_no_reach() {
    let neighbors = "{ a: { asn: 64500 }, b: { asn: 64502, sites: [ams, fra] } }";
    assert_eq!(
        found(
            None,
            &edge("{ service: edge, to: [a, b] }", Some(neighbors))
        ),
        [""; 0]
    );
    // Nobody outside receives it, so it is not announced and has no floor; but base announced it.
    let head = edge("{ service: edge, to: [a] }", Some(neighbors));
    assert_eq!(found(None, &head), [""; 0]);
    let base = edge("{ service: edge, to: [a, b] }", Some(neighbors));
    assert_eq!(
        rules(Some(&base), &head),
        ["below-site-floor", "service-withdrawn"]
    );
}

#[test]
fn a_renamed_session_is_the_same_session() {
    let named = |name: &str, more: &str| {
        let neighbors = format!("{{ {name}: {{ asn: 64501{more} }} }}");
        let owned = "[{ prefix: 192.0.2.0/24 }]";
        let announcements = format!("[{{ prefixes: [198.51.100.0/24], to: [{name}] }}]");
        Network {
            owned,
            services: "{}",
            neighbors: &neighbors,
            announcements: &announcements,
            ..Network::default()
        }
        .text()
    };
    // What base had under the old name is no news under the new one.
    let lowered = |base: String, head: String| {
        let findings = judge(Some(&base), &head).findings;
        let mut foreign = findings.iter().filter(|f| f.rule.id == "foreign-prefix");
        foreign.next().unwrap().lowered
    };
    let address = ", address: 192.0.2.1";
    assert!(lowered(named("old", address), named("new", address)));
    assert!(lowered(named("old", ""), named("new", "")));
    assert!(lowered(named("same", ""), named("same", address)));
    assert!(!lowered(
        named("old", address),
        named("new", ", address: 192.0.2.9")
    ));
    let other = named("old", "").replace("64501 ", "64509 ");
    assert!(!lowered(other, named("old", "")));
}

#[test]
fn a_renamed_service_is_not_withdrawn() {
    let base = Network {
        more: "",
        ..Network::default()
    }
    .text();
    let head = base.replace("edge", "front");
    assert_eq!(found(Some(&base), &head), [""; 0]);
    // But not when the prefixes go to a service that was there before.
    let two = |announced: &str| {
        let announcements = format!("[{{ service: {announced}, to: [a] }}]");
        Network {
            owned: "[{ prefix: 203.0.113.0/24, service: edge }, { prefix: 203.0.113.0/24, service: test }]",
            services: "{ edge: {}, test: {} }",
            announcements: &announcements,
            ..Network::default()
        }
        .text()
    };
    assert_eq!(
        rules(Some(&two("edge")), &two("test")),
        ["claimed-twice", "service-withdrawn"]
    );
}

#[test]
fn a_statement_by_prefix_carries_the_services_that_own_it() {
    let base = edge("{ service: edge, to: [a] }", None);
    let head = edge("{ prefixes: [203.0.113.0/24], to: [a] }", None);
    assert_eq!(found(Some(&base), &head), [""; 0]);
}
