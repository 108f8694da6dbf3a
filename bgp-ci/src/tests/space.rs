use super::{Network, found, only, rules};

fn announced(prefixes: &str, owned: &str) -> String {
    let announcements = format!("[{{ prefixes: {prefixes}, to: [a] }}]");
    Network {
        owned,
        services: "{ one: {}, two: {} }",
        announcements: &announcements,
        ..Network::default()
    }
    .text()
}

#[test]
fn what_one_entry_covers_is_ours() {
    let owned = "[{ prefix: \"2001:db8::/41\" }, { prefix: \"2001:db8:80::/41\" }, { prefix: \"2001:db8:100::/40\" }]";
    let fine = announced(
        "[\"2001:db8::/41\", \"2001:db8:40::/42\", \"2001:db8:1ff::/48\"]",
        owned,
    );
    assert_eq!(found(None, &fine), [""; 0]);
    // Every address of the aggregate is owned, and the aggregate is not.
    assert_eq!(
        found(None, &announced("[\"2001:db8::/40\"]", owned)),
        [
            "broader-than-owned: `2001:db8::/40` is announced, which is wider than what is owned of \
             it: 2001:db8::/41 and 2001:db8:80::/41"
        ]
    );
    assert_eq!(
        rules(
            None,
            &announced("[\"2001:db8:200::/48\", 203.0.113.0/24]", owned)
        ),
        ["foreign-prefix", "foreign-prefix"]
    );
}

#[test]
fn foreign_space_is_foreign_even_if_kept_back() {
    let head = Network {
        announcements: "[{ prefixes: [198.51.100.0/24], to: [a], communities: [no-export] }]",
        ..Network::default()
    }
    .text();
    assert_eq!(rules(None, &head), ["foreign-prefix"]);
}

#[test]
fn foreign_space_that_spreads_is_new() {
    let at = |sites: &str| {
        let announcements = format!("[{{ prefixes: [198.51.100.0/24], sites: {sites}, to: [a] }}]");
        Network {
            services: "{}",
            owned: "[{ prefix: 203.0.113.0/24 }]",
            announcements: &announcements,
            ..Network::default()
        }
        .text()
    };
    assert!(only(Some(&at("[ams, fra]")), &at("[ams]")).lowered);
    assert!(!only(Some(&at("[ams]")), &at("[ams, fra]")).lowered);
    assert_eq!(
        only(None, &at("[ams]")).span.start.line,
        8,
        "it points at the prefix"
    );
}

#[test]
fn special_space_is_a_bogon_unless_the_policy_means_it() {
    let text = |prefix: &str, public: &str| {
        format!(
            "version: 1\nbgp:\n  asn: 64500\n  owned: [{{ prefix: \"{prefix}\" }}]\n  \
             sites: {{ ams: {{}} }}\n  neighbors: {{ a: {{ asn: 64501 }} }}\n  \
             treat-as-public: [{public}]\n  announcements: [{{ prefixes: [\"{prefix}\"], to: [a] }}]\n"
        )
    };
    assert_eq!(
        found(None, &text("10.1.0.0/16", "")),
        [
            "bogon-prefix: `10.1.0.0/16` is announced and lies in `10.0.0.0/8`: private use, RFC 1918"
        ]
    );
    assert_eq!(found(None, &text("10.1.0.0/16", "10.0.0.0/8")), [""; 0]);
    assert_eq!(found(None, &text("10.1.0.0/16", "10.1.0.0/16")), [""; 0]);
    assert_eq!(
        rules(None, &text("10.1.0.0/16", "10.1.0.0/17")),
        ["bogon-prefix"]
    );
    assert_eq!(
        rules(None, &text("2001:db8::/48", "AS64496-AS64511")),
        ["bogon-prefix"]
    );
    assert_eq!(rules(None, &text("fd00:1::/32", "")), ["bogon-prefix"]);
    assert_eq!(found(None, &text("192.31.196.0/24", "")), [""; 0]);
}

#[test]
fn an_entry_allows_its_longest_length() {
    let owned = "[{ prefix: \"2001:db8::/32\", max-length: 40 }]";
    let at = |prefix: &str, owned: &str| announced(&format!("[\"{prefix}\"]"), owned);
    assert_eq!(found(None, &at("2001:db8::/40", owned)), [""; 0]);
    assert_eq!(
        found(None, &at("2001:db8::/41", owned)),
        [
            "beyond-max-length: `2001:db8::/41` is announced; of `2001:db8::/32` nothing longer \
          than /40 is meant to be"
        ]
    );
    // It suffices that one entry allows it; one without a limit allows everything.
    let wider = "[{ prefix: \"2001:db8::/32\", max-length: 32 }, { prefix: \"2001:d00::/24\", max-length: 48 }]";
    assert_eq!(found(None, &at("2001:db8::/41", wider)), [""; 0]);
    let open = "[{ prefix: \"2001:db8::/32\" }]";
    assert_eq!(found(None, &at("2001:db8::/48", open)), [""; 0]);
}

#[test]
fn two_services_may_not_own_one_prefix() {
    let owned =
        "[{ prefix: 198.51.100.0/24, service: one }, { prefix: 198.51.100.0/24, service: two }]";
    let head = announced("[198.51.100.0/24]", owned);
    assert_eq!(
        found(None, &head),
        ["claimed-twice: `198.51.100.0/24` is owned by `one` and `two`"]
    );
    let finding = only(None, &head);
    assert_eq!(finding.labels.len(), 1);
    // A part of it may be another service's.
    let nested =
        "[{ prefix: 198.51.100.0/24, service: one }, { prefix: 198.51.100.0/25, service: two }]";
    assert_eq!(
        found(None, &announced("[198.51.100.0/24]", nested)),
        [""; 0]
    );
    // The latent half of an outage: nothing is announced differently.
    let before = "[{ prefix: 198.51.100.0/24, service: one }]";
    let base = announced("[198.51.100.0/24]", before);
    assert_eq!(rules(Some(&base), &head), ["claimed-twice"]);
}

#[test]
fn a_neighbour_limit_is_inclusive_and_counts_by_family() {
    let text = |limit: u32| {
        let neighbors = format!("{{ a: {{ asn: 64501, max-prefix: {limit} }} }}");
        Network {
            owned: "[{ prefix: 198.51.100.0/24 }, { prefix: 203.0.113.0/24 }, { prefix: \"2001:db8::/32\" }]",
            services: "{}",
            neighbors: &neighbors,
            announcements: "[{ prefixes: [198.51.100.0/24, 203.0.113.0/24, \"2001:db8::/32\"], sites: [ams], to: [a] }]",
            ..Network::default()
        }
        .text()
    };
    assert_eq!(found(None, &text(2)), [""; 0]);
    assert_eq!(
        found(None, &text(1)),
        ["over-neighbor-limit: `a` at `ams` is sent 2 ipv4 prefixes and accepts 1"]
    );
    assert_eq!(
        rules(None, &text(0)),
        ["over-neighbor-limit", "over-neighbor-limit"]
    );
}
