use rules::Level;

use super::{Network, found, judge, only};

/// Messages of the relaxations from `base` to `head`, after "the policy is relaxed: ".
#[track_caller]
fn relaxed(base: &str, head: &str) -> Vec<String> {
    let outcome = judge(Some(base), head);
    let mut messages: Vec<String> = outcome
        .findings
        .iter()
        .filter(|finding| finding.rule.id == "policy-relaxed")
        .map(|finding| {
            assert!(finding.binding, "{finding:?}");
            finding.message.replace("the policy is relaxed: ", "")
        })
        .collect();
    messages.sort();
    messages
}

fn text(network: &Network<'_>) -> String {
    network.text()
}

fn with<'a>(change: impl FnOnce(&mut Network<'a>)) -> String {
    let mut network = Network::default();
    change(&mut network);
    text(&network)
}

#[test]
fn floors() {
    let base = with(|n| {
        n.services = "{ edge: { min-sites: 2, max-site-loss-per-change: 1, min-sites-per-region: { eu: 1 } } }";
    });
    for (services, expected) in [
        (
            "{ edge: { min-sites: 1, max-site-loss-per-change: 1, min-sites-per-region: { eu: 1 } } }",
            "`min-sites` of `edge` goes from 2 to 1",
        ),
        (
            "{ edge: { max-site-loss-per-change: 1, min-sites-per-region: { eu: 1 } } }",
            "`min-sites: 2` of `edge` is gone for 203.0.113.0/24",
        ),
        (
            "{ edge: { min-sites: 2, max-site-loss-per-change: 2, min-sites-per-region: { eu: 1 } } }",
            "`max-site-loss-per-change` of `edge` goes from 1 to 2",
        ),
        (
            "{ edge: { min-sites: 2, max-site-loss-per-change: 1 } }",
            "`min-sites-per-region: 1` of `edge` for region `eu` is gone for 203.0.113.0/24",
        ),
    ] {
        assert_eq!(relaxed(&base, &with(|n| n.services = services)), [expected]);
    }
    let stricter =
        "{ edge: { min-sites: 3, max-site-loss-per-change: 0, min-sites-per-region: { eu: 2 } } }";
    assert_eq!(relaxed(&base, &with(|n| n.services = stricter)), [""; 0]);
}

#[test]
fn a_floor_goes_with_its_owned_entry() {
    let base = with(|n| {
        n.owned = "[{ prefix: 203.0.113.0/24, service: edge }, { prefix: 198.51.100.0/24, service: edge }]";
    });
    assert_eq!(
        relaxed(&base, &with(|_| {})),
        ["`min-sites: 2` of `edge` is gone for 198.51.100.0/24"]
    );
}

#[test]
fn a_service_that_nobody_announced_may_go() {
    let base = with(|n| {
        n.owned = "[{ prefix: 203.0.113.0/24, service: edge }, { prefix: 198.51.100.0/24, service: old }]";
        n.services = "{ edge: { min-sites: 2 }, old: { min-sites: 2 } }";
    });
    assert_eq!(found(Some(&base), &with(|_| {})), [""; 0]);
}

#[test]
fn owned_space_and_what_is_meant() {
    let base = with(|n| n.owned = "[{ prefix: 203.0.113.0/24, max-length: 25, service: edge }]");
    for (owned, expected) in [
        (
            "[{ prefix: 203.0.113.0/24, max-length: 25, service: edge }, { prefix: 192.0.2.0/24 }]",
            "`192.0.2.0/24` is owned now, and base owns nothing that covers it",
        ),
        (
            "[{ prefix: 203.0.113.0/24, service: edge }]",
            "of `203.0.113.0/24` prefixes up to /32 are meant now, up to /25 in base",
        ),
        (
            "[{ prefix: 203.0.113.0/24, max-length: 26, service: edge }]",
            "of `203.0.113.0/24` prefixes up to /26 are meant now, up to /25 in base",
        ),
    ] {
        assert_eq!(relaxed(&base, &with(|n| n.owned = owned)), [expected]);
    }
    let narrower = "[{ prefix: 203.0.113.0/24, max-length: 24, service: edge }, { prefix: 203.0.113.0/25, max-length: 25 }]";
    assert_eq!(relaxed(&base, &with(|n| n.owned = narrower)), [""; 0]);
    let public = base.replace("192.0.2.0/24,", "192.0.0.0/16, AS64496-AS64511,");
    assert_eq!(
        relaxed(&base, &public),
        [
            "`192.0.0.0/16` is treated as public now",
            "`AS64496-AS64511` is treated as public now"
        ]
    );
    assert_eq!(relaxed(&public, &base), [""; 0]);
    let origins = with(|n| {
        n.owned = "[{ prefix: 203.0.113.0/24, max-length: 25, service: edge }]";
        n.more = "  origins: [64500, 64511]\n";
    });
    assert_eq!(
        relaxed(&base, &origins),
        ["AS64511 is an origin of ours now"]
    );
}

#[test]
fn neighbours() {
    let base = with(
        |n| n.neighbors = "{ a: { asn: 64501, address: 192.0.2.1, relation: provider, max-prefix: 5, no-announce: [\"64501:0\"] }, b: { asn: 64502 } }",
    );
    for (neighbor, expected) in [
        (
            "asn: 64501, address: 192.0.2.1, relation: customer, max-prefix: 5, no-announce: [\"64501:0\"]",
            "`a` was a provider and is customer now",
        ),
        (
            "asn: 64501, address: 192.0.2.1, max-prefix: 5, no-announce: [\"64501:0\"]",
            "`a` was a provider and is nothing in particular now",
        ),
        (
            "asn: 64501, address: 192.0.2.1, relation: provider, max-prefix: 6, no-announce: [\"64501:0\"]",
            "`max-prefix` of `a` goes from 5 to 6",
        ),
        (
            "asn: 64501, address: 192.0.2.1, relation: provider, max-prefix: 5",
            "`64501:0` no longer counts as keeping a route back at `a`",
        ),
        (
            "asn: 64501, address: 192.0.2.1, relation: provider, max-prefix: 5, no-announce: [\"64501:0\"], accepts-blackhole: true",
            "`a` may be sent blackhole routes now",
        ),
    ] {
        let neighbors = format!("{{ a: {{ {neighbor} }}, b: {{ asn: 64502 }} }}");
        let head = Network {
            neighbors: &neighbors,
            ..Network::default()
        };
        assert_eq!(relaxed(&base, &head.text()), [expected]);
    }
    // A new neighbour, and one that goes, are changes of announcements and not of the policy.
    let more = with(|n| n.neighbors = "{ b: { asn: 64502 }, a: { asn: 64509, relation: peer } }");
    assert_eq!(relaxed(&base, &more), [""; 0]);
}

#[test]
fn what_bounds_a_change_must_stay() {
    let more = "  limits: { growth: 2x, sites-per-change: 5, withdraw: { prefixes: 5, share: 10%, addresses: /20 } }\n  \
                data: { vrps: a.json, max-age: 48h }\n  needs-approval: [service-withdrawn, { service: edge }]\n  \
                approvers: signers\n";
    let base = with(|n| n.more = more);
    assert_eq!(relaxed(&base, &base), [""; 0]);
    let changed = [
        ("2x", "2.5x", "the limit `growth` is raised"),
        ("change: 5", "change: 6", "a change may touch more sites"),
        (
            "prefixes: 5",
            "prefixes: 6",
            "a change may withdraw more prefixes",
        ),
        ("10%", "11%", "the limit `share` is raised"),
        ("/20 }", "/19 }", "the limit `addresses` is raised"),
        ("a.json", "b.json", "the path of `vrps` changed"),
        ("48h", "3d", "older data counts now"),
        ("signers", "others", "the file of approvers changed"),
        (
            "[service-withdrawn, ",
            "[",
            "an entry of `needs-approval` is gone or changed",
        ),
    ];
    for (from, to, expected) in changed {
        assert_eq!(relaxed(&base, &base.replace(from, to)), [expected]);
    }
    let stricter = [
        ("2x", "1.5x"),
        ("/20 }", "/22 }"),
        ("48h", "2d"),
        ("48h", "90m"),
        ("10%", "9%"),
    ];
    for (from, to) in stricter {
        assert_eq!(relaxed(&base, &base.replace(from, to)), [""; 0], "{to}");
    }
    // Without them head alone would be clean.
    assert_eq!(relaxed(&base, &with(|_| {})).len(), 10);
}

#[test]
fn levels_exemptions_and_suppressions() {
    let base = with(|_| {});
    let level = format!("{base}levels: {{ foreign-prefix: warn, below-site-floor: deny }}\n");
    assert_eq!(
        relaxed(&base, &level),
        ["the level of `foreign-prefix` goes from deny to warn"]
    );
    assert_eq!(relaxed(&level, &base), [""; 0]);
    let exemption = |until: &str| {
        format!(
            "{base}exemptions: [{{ rule: foreign-prefix, match: {{ path: '**' }}, until: {until}, reason: x }}]\n"
        )
    };
    assert_eq!(
        relaxed(&base, &exemption("2026-12-01")),
        ["an exemption from `foreign-prefix` is added"]
    );
    assert_eq!(
        relaxed(&exemption("2026-12-01"), &exemption("2026-12-02")),
        ["the exemption from `foreign-prefix` holds longer"]
    );
    assert_eq!(
        relaxed(&exemption("2026-12-02"), &exemption("2026-12-01")),
        [""; 0]
    );
    let comment = format!("{base}# preflight: allow(foreign-prefix): because\n");
    assert_eq!(
        relaxed(&base, &comment),
        ["a suppression of `foreign-prefix` is added"]
    );
}

#[test]
fn base_sets_the_level_of_relaxations() {
    let head = with(|n| n.services = "{ edge: { min-sites: 1 } }");
    let allowing = format!("{head}levels: {{ policy-relaxed: allow }}\n");
    let base = with(|_| {});
    for head in [&head, &allowing] {
        let outcome = judge(Some(&base), head);
        for finding in &outcome.findings {
            assert_eq!((finding.binding, finding.level), (true, Level::Deny));
        }
        assert!(!outcome.findings.is_empty());
    }
    let base = format!("{base}levels: {{ policy-relaxed: warn }}\n");
    let finding = only(
        Some(&base),
        &format!("{head}levels: {{ policy-relaxed: warn }}\n"),
    );
    assert_eq!((finding.binding, finding.level), (true, Level::Warn));
}

#[test]
fn the_whole_section_may_not_go() {
    let finding = only(Some(&with(|_| {})), "version: 1\n");
    assert_eq!(finding.rule.id, "policy-relaxed");
    assert_eq!(
        finding.message,
        "the policy is relaxed: the `bgp` section is gone"
    );
    assert!(finding.binding);
}

#[test]
fn services_that_are_apart_stay_apart_under_any_name() {
    let with = |services: &'static str| {
        with(|n| {
            n.owned = "[{ prefix: 203.0.113.0/24, service: edge }, { prefix: 198.51.100.0/24, service: ns }]";
            n.announcements = "[{ prefixes: [203.0.113.0/24, 198.51.100.0/24], to: [a, b] }]";
            n.services = services;
        })
    };
    let base = with("{ edge: {}, ns: { disjoint-from: [edge] } }");
    assert_eq!(
        relaxed(&base, &with("{ edge: {}, ns: {} }")),
        ["a change may touch `ns` and `edge` together"]
    );
    // It is the same whoever of them says so, and under a new name.
    assert_eq!(
        relaxed(&base, &with("{ edge: { disjoint-from: [ns] }, ns: {} }")),
        [""; 0]
    );
    assert_eq!(relaxed(&base, &base.replace("edge", "front")), [""; 0]);
}

#[test]
fn lists_may_shrink_by_a_share_that_nobody_wrote() {
    let base = with(|_| {});
    let more = |text: &'static str| with(|n| n.more = text);
    assert_eq!(
        relaxed(&base, &more("  limits: { filter-shrink: 21% }\n")),
        ["the limit `filter-shrink` is raised"]
    );
    assert_eq!(
        relaxed(&base, &more("  limits: { filter-shrink: 20% }\n")),
        [""; 0]
    );
    assert_eq!(
        relaxed(&more("  limits: { filter-shrink: 5% }\n"), &base),
        ["the limit `filter-shrink` is raised"]
    );
}

#[test]
fn a_retired_service_takes_its_floors_along() {
    let base = with(|n| {
        n.owned =
            "[{ prefix: 203.0.113.0/24, service: edge }, { prefix: 198.51.100.0/24, service: ns }]";
        n.services = "{ edge: { min-sites: 2 }, ns: { min-sites: 2, disjoint-from: [edge] } }";
        n.announcements = "[{ service: edge, to: [a, b] }, { service: ns, to: [a] }]";
    });
    assert_eq!(relaxed(&base, &with(|_| {})), [""; 0]);
    // Announced all the same, the prefix keeps what was demanded of it.
    let kept = with(|n| {
        n.announcements =
            "[{ service: edge, to: [a, b] }, { prefixes: [198.51.100.0/24], to: [a] }]";
    });
    assert_eq!(
        relaxed(&base, &kept),
        ["`min-sites: 2` of `ns` is gone for 198.51.100.0/24"]
    );
}

#[test]
fn a_source_follows_a_file_that_moved() {
    const ROUTER: &str = "include \"site.conf\";\n";
    let source = |entry: &str, rest: &str| {
        with(|n| n.more = "").replace(
            "  treat-as-public",
            &format!(
                "  sources: [{{ adapter: bird, site: fra, router: r1, entry: {entry}, {rest} }}]\n  \
                 treat-as-public"
            ),
        )
    };
    let relaxed = |old: &[&'static str], new: &[&'static str], base: &str, head: &str| {
        let files = |paths: &[&'static str]| -> Vec<super::File<'static>> {
            let files = paths.iter().map(|path| match *path {
                entry if entry.ends_with("bird.conf") => (entry, ROUTER),
                other => (other, "define X = 1;\n"),
            });
            files.collect()
        };
        let (old, new) = (files(old), files(new));
        let outcome = super::judge_with(Some((base, &old)), (head, &new));
        let rules = outcome.findings.iter().map(|finding| finding.rule.id);
        rules.filter(|rule| *rule == "policy-relaxed").count()
    };
    let base = source("bird.conf", "include: { site.conf: sites/fra.conf }");
    let before = ["bird.conf", "sites/fra.conf"];
    // An overlay and an entry that are somewhere else.
    let moved = source("r/bird.conf", "include: { site.conf: overlays/fra.conf }");
    assert_eq!(
        relaxed(
            &before,
            &["r/bird.conf", "overlays/fra.conf"],
            &base,
            &moved
        ),
        0
    );
    // The old overlay is still there: that is what a deploy script may go on using.
    let both = ["r/bird.conf", "overlays/fra.conf", "sites/fra.conf"];
    assert_eq!(relaxed(&before, &both, &base, &moved), 1);
    // The old entry is.
    let both = ["bird.conf", "r/bird.conf", "overlays/fra.conf"];
    assert_eq!(relaxed(&before, &both, &base, &moved), 1);
}
