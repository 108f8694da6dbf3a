//! Which routers are covered, and what is said of a prefix twice.

use super::{Network, judge, judge_with, listed, undecided};

const BIRD: &str = "protocol static own { ipv4; route 203.0.113.0/24 blackhole; }
protocol bgp up { local as 64500; neighbor 192.0.2.1 as 64501; ipv4 { import none; export where proto = \"own\"; }; }
";

/// What is relaxed when these `sources` at these `sites` become those, all files being there.
fn relaxed(before: (&str, &str), after: (&str, &str)) -> Vec<String> {
    let text = |(sites, sources): (&str, &str)| {
        let more = format!("  sources: {sources}\n");
        let network = Network {
            services: "{ edge: }",
            sites,
            neighbors: "{ up: { asn: 64501 } }",
            announcements: "[]",
            more: &more,
            ..Network::default()
        };
        network.text()
    };
    let names = ["r/fra.conf", "r/ams.conf", "r/iad.conf", "moved/fra.conf"];
    let files = names.map(|name| (name, BIRD));
    let (base, head) = (text(before), text(after));
    let outcome = judge_with(Some((&base, &files)), (&head, &files));
    let findings = outcome.findings.into_iter();
    let relaxed = findings.filter(|finding| finding.rule.id == "policy-relaxed");
    relaxed
        .map(|finding| finding.message.replace("the policy is relaxed: ", ""))
        .collect()
}

const BOTH: &str = "{ ams: , fra: }";
const ENTRIES: &str = "[{ adapter: bird, site: ams, entry: r/ams.conf }, { adapter: bird, site: fra, entry: r/fra.conf }]";
const GLOB: &str = "[{ adapter: bird, glob: \"r/*.conf\", site-from: \"r/{site}.conf\" }]";

#[test]
fn what_is_covered_may_be_written_otherwise() {
    let all = "{ ams: , fra: , iad: }";
    for (before, after) in [
        ((BOTH, ENTRIES), (BOTH, ENTRIES)),
        (
            (BOTH, ENTRIES),
            (
                BOTH,
                &ENTRIES.replace("site: fra,", "site: fra, vars: { a: b },"),
            ),
        ),
        (
            (BOTH, ENTRIES),
            (
                BOTH,
                &ENTRIES.replace("site: fra,", "site: fra, router: r1,"),
            ),
        ),
        ((BOTH, ENTRIES), (all, GLOB)),
        (
            (BOTH, ENTRIES),
            (
                "{ ams: }",
                "[{ adapter: bird, site: ams, entry: r/ams.conf }]",
            ),
        ),
    ] {
        assert_eq!(relaxed(before, after), [""; 0], "{before:?} {after:?}");
    }
}

#[test]
fn a_router_that_no_source_covers_is_named() {
    let all = "{ ams: , fra: , iad: }";
    for (before, after, expected) in [
        (
            (BOTH, ENTRIES),
            (BOTH, "[{ adapter: bird, site: ams, entry: r/ams.conf }]"),
            "no entry of `sources` covers `fra` any more",
        ),
        (
            (all, GLOB),
            (all, ENTRIES),
            "no entry of `sources` covers `iad` any more",
        ),
        (
            (BOTH, ENTRIES),
            (BOTH, "[]"),
            "no entry of `sources` covers `ams` any more",
        ),
        (
            (BOTH, ENTRIES),
            (BOTH, &ENTRIES.replace("r/fra", "moved/fra")),
            "`fra` is read from elsewhere, and `r/fra.conf` is still there",
        ),
    ] {
        let found = relaxed(before, after);
        assert_eq!(
            found.first().map(String::as_str),
            Some(expected),
            "{found:?}"
        );
    }
    let frr = ENTRIES.replace("bird, site: fra", "frr, site: fra");
    let adapters = relaxed((BOTH, &frr), (BOTH, ENTRIES));
    assert_eq!(adapters, [""; 0], "what base did not see is not known");
}

#[test]
fn a_file_below_a_pattern_may_go() {
    let more = format!("  sources: {GLOB}\n");
    let network = Network {
        services: "{ edge: }",
        sites: BOTH,
        neighbors: "{ up: { asn: 64501 } }",
        announcements: "[]",
        more: &more,
        ..Network::default()
    };
    let text = network.text();
    let base = [("r/fra.conf", BIRD), ("r/ams.conf", BIRD)];
    let outcome = judge_with(Some((&text, &base)), (&text, &base[..1]));
    let rules: Vec<_> = outcome
        .findings
        .iter()
        .map(|finding| finding.rule.id)
        .collect();
    assert_eq!(rules, ["session-removed"]);
}

#[test]
fn what_two_services_claim_and_announce_otherwise_is_claimed_twice() {
    let text = Network {
        owned: "[{ prefix: 203.0.113.0/24, service: edge }, { prefix: 198.51.100.0/24, service: edge }, \
                { prefix: 203.0.113.0/24, service: lab }, { prefix: 198.51.100.0/24, service: lab }]",
        services: "{ edge: { min-sites: 2 }, lab: }",
        announcements: "[{ service: edge, to: [a, b] }, { service: lab, sites: [fra], to: [a], prepend: 1 }]",
        ..Network::default()
    };
    assert_eq!(
        listed(&judge(None, &text.text())),
        [
            "claimed-twice: `198.51.100.0/24` is owned by `edge` and `lab`",
            "claimed-twice: `203.0.113.0/24` is owned by `edge` and `lab`",
        ]
    );
    assert_eq!(
        undecided(None, &text.text()),
        [
            "head/preflight.yaml:8: `198.51.100.0/24` goes to `a` at `fra` with other attributes \
             than line 8 gives it, and so does 1 prefix more"
        ]
    );
}

#[test]
fn a_reserved_origin_is_told_once() {
    let with = |number: u32| {
        Network {
            neighbors: &format!(
                "{{ a: {{ asn: 64501, presents-as: {number} }}, b: {{ asn: 64502 }} }}"
            ),
            ..Network::default()
        }
        .text()
    };
    let outcome = judge(Some(&with(64500)), &with(65010));
    let mut rules: Vec<_> = outcome
        .findings
        .iter()
        .map(|finding| finding.rule.id)
        .collect();
    rules.dedup();
    assert_eq!(rules, ["bogon-asn"]);
}

/// A prefix moves to another number of ours, which the policy names only now.
#[test]
fn an_origin_that_its_authorization_names_is_no_relaxation() {
    let text = |asn: u32| {
        let more = "  data: { vrps: vrps.json, max-age: 48h }\n";
        let network = Network {
            more,
            neighbors: "{ a: { asn: 64501 }, b: { asn: 64502 } }",
            ..Network::default()
        };
        network.text().replace("asn: 64500", &format!("asn: {asn}"))
    };
    let vrps = |asns: &[u32]| {
        let each = asns.iter().map(|asn| {
            format!("{{ \"prefix\": \"203.0.113.0/24\", \"maxLength\": 24, \"asn\": {asn}, \"ta\": \"ripe\" }}")
        });
        let each: Vec<_> = each.collect();
        format!(
            "{{ \"metadata\": {{ \"buildtime\": \"2026-11-21T12:00:00Z\" }}, \"roas\": [{}] }}",
            each.join(",")
        )
    };
    let rules = |vrps: &str| {
        let files = [("vrps.json", vrps)];
        let outcome = judge_with(Some((&text(64500), &files)), (&text(64505), &files));
        let denied = outcome
            .findings
            .into_iter()
            .filter(|finding| finding.level == rules::Level::Deny);
        let mut rules: Vec<_> = denied.map(|finding| finding.rule.id).collect();
        rules.dedup();
        rules
    };
    assert_eq!(rules(&vrps(&[64500, 64505])), [""; 0]);
    assert_eq!(
        rules(&vrps(&[64500])),
        ["origin-change", "policy-relaxed", "rov-invalid"]
    );
}
