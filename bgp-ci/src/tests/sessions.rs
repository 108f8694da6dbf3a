//! Rules about sessions that intent can trigger.

use rules::Level;

use super::{Network, found, judge, only, rules};

fn with(sites: &str, neighbors: &str) -> String {
    Network {
        owned: "[{ prefix: 203.0.113.0/24 }]",
        services: "{}",
        sites,
        neighbors,
        announcements: "[{ prefixes: [203.0.113.0/24], to: [b] }]",
        ..Network::default()
    }
    .text()
}

const SITES: &str = "{ ams: {}, fra: {} }";

#[test]
fn a_session_that_goes_is_a_warning() {
    let base = with(SITES, "{ a: { asn: 64501 }, b: { asn: 64502 } }");
    let head = with(SITES, "{ b: { asn: 64502 } }");
    let finding = only(Some(&base), &head);
    assert_eq!(
        finding.message,
        "`a` has no session at ams and fra any more"
    );
    assert_eq!(finding.level, Level::Warn);
    assert_eq!(found(Some(&head), &base), [""; 0], "one more is no loss");
    assert_eq!(found(None, &head), [""; 0]);
}

#[test]
fn the_last_session_of_a_site_is_denied() {
    let base = with(
        SITES,
        "{ a: { asn: 64501, sites: [fra] }, b: { asn: 64502, sites: [ams] } }",
    );
    let head = with(SITES, "{ b: { asn: 64502, sites: [ams] } }");
    let finding = only(Some(&base), &head);
    assert_eq!(
        finding.message,
        "`fra` loses its last external session, and is silent"
    );
    assert_eq!(finding.level, Level::Deny);
    // Another one is left to our own system only.
    let inside = with(
        SITES,
        "{ a: { asn: 64500, sites: [fra] }, b: { asn: 64502, sites: [ams] } }",
    );
    let outcome = judge(Some(&base), &inside);
    assert!(outcome.findings.iter().any(|f| f.level == Level::Deny));
}

#[test]
fn a_site_that_the_policy_gives_up_is_a_warning() {
    let neighbors = "{ a: { asn: 64501 }, b: { asn: 64502 } }";
    let finding = only(
        Some(&with(SITES, neighbors)),
        &with("{ ams: {} }", neighbors),
    );
    assert_eq!(
        finding.message,
        "site `fra` is gone, and with it 2 external sessions"
    );
    assert_eq!(finding.level, Level::Warn);
}

#[test]
fn a_renamed_session_is_neither_removed_nor_another() {
    for address in ["", ", address: 192.0.2.1"] {
        let named = |name: &str| {
            with(
                SITES,
                &format!("{{ {name}: {{ asn: 64501{address} }}, b: {{ asn: 64502 }} }}"),
            )
        };
        assert_eq!(
            found(Some(&named("a")), &named("upstream")),
            [""; 0],
            "{address}"
        );
    }
}

#[test]
fn another_number_or_address_is_another_neighbour() {
    let with = |about: &str| {
        with(
            SITES,
            &format!("{{ a: {{ {about} }}, b: {{ asn: 64502, address: 192.0.2.5 }} }}"),
        )
    };
    let base = with("asn: 64501, address: 192.0.2.1");
    for (head, now) in [
        ("asn: 64503, address: 192.0.2.1", "AS64503 at 192.0.2.1"),
        ("asn: 64501, address: 192.0.2.9", "AS64501 at 192.0.2.9"),
        ("asn: 64503, address: 192.0.2.9", "AS64503 at 192.0.2.9"),
    ] {
        let finding = only(Some(&base), &with(head));
        assert_eq!(
            finding.message,
            format!(
                "`a` at ams and fra becomes another neighbour: AS64501 at 192.0.2.1 is now {now}"
            )
        );
        assert_eq!(finding.rule.id, "session-identity-change");
    }
    // An address that is added says more about the same one.
    assert_eq!(
        found(
            Some(&with("asn: 64501")),
            &with("asn: 64501, address: 192.0.2.1")
        ),
        [""; 0]
    );
    // Both names trade places, and so do their sessions: nobody is another.
    let traded = Network {
        owned: "[{ prefix: 203.0.113.0/24 }]",
        services: "{}",
        sites: SITES,
        neighbors: "{ a: { asn: 64502, address: 192.0.2.5 }, b: { asn: 64501, address: 192.0.2.1 } }",
        announcements: "[{ prefixes: [203.0.113.0/24], to: [a] }]",
        ..Network::default()
    };
    assert_eq!(rules(Some(&base), &traded.text()), [""; 0]);
}
