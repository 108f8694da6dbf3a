//! Rules about prefixes, paths and communities, at their boundaries.

use rules::Level;

use super::{Network, found, judge, only, rules};

/// One prefix of our own to `a`, with `more` in the statement.
fn announced(prefix: &str, more: &str) -> String {
    to(
        "{ a: { asn: 64501, no-announce: [\"64501:0\"] } }",
        prefix,
        more,
    )
}

/// The same, to the first of `neighbors`, which must be `a`.
fn to(neighbors: &str, prefix: &str, more: &str) -> String {
    let announcements = format!("[{{ prefixes: [\"{prefix}\"], to: [a]{more} }}]");
    Network {
        owned: "[{ prefix: 203.0.113.0/24 }, { prefix: 192.0.0.0/7 }, { prefix: \"2000::/15\" }, \
                { prefix: \"2001:db8::/32\" }, { prefix: 192.0.2.0/24 }]",
        services: "{}",
        neighbors,
        announcements: &announcements,
        ..Network::default()
    }
    .text()
}

#[test]
fn lengths_that_the_global_table_takes_are_inclusive() {
    for (prefix, expected) in [
        ("203.0.113.0/24", vec![]),
        ("203.0.113.0/25", vec!["overlong-prefix"]),
        ("2001:db8::/48", vec![]),
        ("2001:db8::/49", vec!["overlong-prefix"]),
        ("192.0.0.0/8", vec![]),
        ("192.0.0.0/7", vec!["overshort-prefix"]),
        ("2000::/16", vec![]),
        ("2000::/15", vec!["overshort-prefix"]),
        ("0.0.0.0/0", vec!["default-route"]),
        ("::/0", vec!["default-route"]),
    ] {
        let found = rules(None, &announced(prefix, ""));
        let about_length = |rule: &&String| rule.contains("long") || rule.contains("short");
        let found: Vec<_> = if expected == ["default-route"] {
            found.iter().collect()
        } else {
            found.iter().filter(about_length).collect()
        };
        assert_eq!(found, expected, "{prefix}");
    }
}

#[test]
fn what_base_sent_to_all_who_receive_it_is_no_news() {
    let long = announced("203.0.113.0/25", "");
    assert!(only(Some(&long), &long).lowered);
    let one_site = announced("203.0.113.0/25", ", sites: [ams]");
    assert!(only(Some(&long), &one_site).lowered);
    assert!(!only(Some(&one_site), &long).lowered);
}

#[test]
fn a_customer_may_have_a_default_route() {
    for (relation, expected) in [
        ("customer", vec![]),
        ("peer", vec!["default-route"]),
        ("provider", vec!["default-route"]),
        ("route-server", vec!["default-route"]),
    ] {
        let neighbors = format!("{{ a: {{ asn: 64501, relation: {relation} }} }}");
        assert_eq!(
            rules(None, &to(&neighbors, "::/0", "")),
            expected,
            "{relation}"
        );
    }
}

#[test]
fn a_number_that_is_set_aside_is_no_path() {
    let network = |asn: &str, more: &str| {
        format!(
            "version: 1\nbgp:\n  asn: {asn}\n  origins: [{asn}, 64500]\n  owned: [{{ prefix: \
             203.0.113.0/24 }}]\n  sites: {{ ams: {{}}, fra: {{}} }}\n  neighbors: {{ a: {{ asn: \
             64501{more} }} }}\n  announcements: [{{ prefixes: [203.0.113.0/24], to: [a] }}]\n  \
             treat-as-public: [203.0.113.0/24, AS65000-AS65002]\n"
        )
    };
    for asn in [
        "23456",
        "64512",
        "65535",
        "65552",
        "4200000000",
        "4294967295",
    ] {
        assert_eq!(rules(None, &network(asn, "")), ["bogon-asn"], "{asn}");
    }
    // Outside of the blocks; meant by the policy; numbers of examples that it uses itself.
    for asn in ["3356", "131072", "65000", "65002", "64500", "65551"] {
        assert_eq!(found(None, &network(asn, "")), [""; 0], "{asn}");
    }
    assert_eq!(rules(None, &network("65003", "")), ["bogon-asn"]);
    assert_eq!(
        found(None, &network("65535", "")),
        [
            "bogon-asn: AS65535 is in the path of 203.0.113.0/24: the last number of 16 bits, RFC 7300"
        ]
    );
    // What others see is judged.
    assert_eq!(
        found(None, &network("64512", ", presents-as: 64500")),
        [""; 0]
    );
    assert_eq!(
        found(None, &network("64512", ", strips-private-as: true")),
        [""; 0]
    );
    assert_eq!(
        rules(None, &network("65535", ", strips-private-as: true")),
        ["bogon-asn"]
    );
    let private = network("64512", "");
    assert!(only(Some(&private), &private).lowered);
    // The origin that others see changes with it, which is another rule's business.
    let outcome = judge(Some(&network("64512", ", presents-as: 64500")), &private);
    let bogon = outcome.findings.iter().find(|f| f.rule.id == "bogon-asn");
    assert!(!bogon.unwrap().lowered);
}

#[test]
fn a_path_may_have_twenty_numbers() {
    assert_eq!(
        found(None, &announced("203.0.113.0/24", ", prepend: 19")),
        [""; 0]
    );
    let long = announced("203.0.113.0/24", ", prepend: 20");
    let finding = only(None, &long);
    assert_eq!((finding.rule.id, finding.level), ("long-path", Level::Warn));
    // A warning that base had is still shown.
    assert!(!only(Some(&long), &long).lowered);
}

#[test]
fn what_was_only_kept_back_must_stay_so() {
    let kept = announced("203.0.113.0/24", ", communities: [no-export]");
    let declared = announced("203.0.113.0/24", ", communities: [\"64501:0\"]");
    let open = announced("203.0.113.0/24", "");
    for base in [&kept, &declared] {
        assert_eq!(rules(Some(base), &open), ["no-export-removed"]);
    }
    assert_eq!(found(Some(&kept), &declared), [""; 0]);
    assert_eq!(found(Some(&open), &open), [""; 0]);
    assert_eq!(found(None, &open), [""; 0]);
    // Somebody passed it on before: a site that is opened again is an ordinary change.
    let both = |communities: &str| {
        Network {
            announcements: &format!(
                "[{{ service: edge, sites: [ams, fra], to: [a] }}, {{ service: edge, sites: [iad], \
                 to: [a]{communities} }}]"
            ),
            ..Network::default()
        }
        .text()
    };
    let drained = both(", communities: [\"64501:0\"]");
    assert_eq!(found(Some(&drained), &both("")), [""; 0]);
}

const ACCEPTS: &str = "{ a: { asn: 64501, accepts-blackhole: true } }";
const TAGGED: &str = ", communities: [blackhole]";

#[test]
fn one_address_of_ours_may_be_blackholed() {
    assert_eq!(found(None, &to(ACCEPTS, "203.0.113.7/32", TAGGED)), [""; 0]);
    assert_eq!(
        found(None, &to(ACCEPTS, "2001:db8::7/128", TAGGED)),
        [""; 0]
    );
    let owned = "[{ prefix: 203.0.113.0/24, max-length: 24 }]";
    let limited = Network {
        owned,
        services: "{}",
        neighbors: ACCEPTS,
        announcements: "[{ prefixes: [203.0.113.7/32], to: [a], communities: [blackhole] }]",
        ..Network::default()
    };
    assert_eq!(found(None, &limited.text()), [""; 0]);
}

#[test]
fn everything_else_that_is_blackholed_is_out_of_scope() {
    let silent = "{ a: { asn: 64501 } }";
    let refuses = "{ a: { asn: 64501, accepts-blackhole: false } }";
    for (neighbors, prefix, expected) in [
        (ACCEPTS, "203.0.113.0/24", vec!["blackhole-scope"]),
        (
            ACCEPTS,
            "203.0.113.6/31",
            vec!["blackhole-scope", "overlong-prefix"],
        ),
        (silent, "203.0.113.7/32", vec!["blackhole-scope"]),
        (refuses, "203.0.113.7/32", vec!["blackhole-scope"]),
        (
            ACCEPTS,
            "198.51.100.7/32",
            vec!["blackhole-scope", "foreign-prefix", "overlong-prefix"],
        ),
    ] {
        let head = to(neighbors, prefix, TAGGED);
        assert_eq!(rules(None, &head), expected, "{prefix} {neighbors}");
        let lowered = judge(Some(&head), &head);
        assert!(lowered.findings.iter().all(|finding| finding.lowered));
    }
}

#[test]
fn a_neighbour_that_accepts_does_not_excuse_another() {
    let head = Network {
        owned: "[{ prefix: 203.0.113.0/24 }]",
        services: "{}",
        neighbors: "{ a: { asn: 64501, accepts-blackhole: true }, b: { asn: 64502 } }",
        announcements: "[{ prefixes: [203.0.113.7/32], sites: [ams], to: [a, b], communities: [blackhole] }]",
        ..Network::default()
    };
    let outcome = judge(None, &head.text());
    let told: Vec<_> = outcome
        .findings
        .iter()
        .map(|finding| (finding.rule.id, finding.data["neighbors"].to_string()))
        .collect();
    // Its length has nothing to add to that.
    let expected = [("blackhole-scope", "[\"b\"]")];
    assert_eq!(told, expected.map(|(rule, to)| (rule, to.to_owned())));
}

#[test]
fn a_host_route_without_the_community_is_suspect() {
    assert_eq!(
        rules(None, &to(ACCEPTS, "203.0.113.7/32", "")),
        ["blackhole-without-community", "overlong-prefix"]
    );
    assert_eq!(
        rules(None, &to(ACCEPTS, "203.0.113.6/31", "")),
        ["overlong-prefix"]
    );
}

#[test]
fn graceful_shutdown_is_for_a_while() {
    let drained = |communities: &str, more: &str| {
        Network {
            announcements: &format!(
                "[{{ service: edge, sites: [ams, fra], to: [a, b]{more} }}, {{ service: edge, \
                 sites: [iad], to: [a, b]{communities} }}]"
            ),
            ..Network::default()
        }
        .text()
    };
    let on = ", communities: [graceful-shutdown]";
    let none = drained("", "");
    assert_eq!(found(Some(&none), &drained(on, "")), [""; 0], "it begins");
    assert_eq!(found(Some(&drained(on, "")), &none), [""; 0], "it ends");
    assert_eq!(found(None, &drained(on, "")), [""; 0], "nothing to compare");
    let finding = only(Some(&drained(on, "")), &drained(on, ", prepend: 1"));
    assert_eq!(
        finding.message,
        "`iad` still sends 203.0.113.0/24 with `graceful-shutdown`, as base did"
    );
    assert_eq!(finding.level, Level::Warn);
    // Everywhere there is nowhere to go.
    assert_eq!(
        rules(Some(&none), &drained(on, on)),
        ["graceful-shutdown-left-on"]
    );
    // One site alone is taken out of service whole.
    let unicast = |communities: &str| {
        Network {
            services: "{ edge: {} }",
            announcements: &format!("[{{ service: edge, sites: [iad], to: [a, b]{communities} }}]"),
            ..Network::default()
        }
        .text()
    };
    assert_eq!(found(Some(&unicast("")), &unicast(on)), [""; 0]);
}
