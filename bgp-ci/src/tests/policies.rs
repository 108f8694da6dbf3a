use super::{Network, found, judge, policy, undecided};

/// The problems of the default network with `from` replaced by `to`.
#[track_caller]
fn wrong(from: &str, to: &str) -> Vec<String> {
    let text = Network::default().text();
    assert!(text.contains(from), "{from}");
    let text = text.replace(from, to);
    assert!(judge(None, &text).findings.is_empty());
    undecided(None, &text)
}

#[test]
fn slips_are_named_with_their_place_and_what_was_meant() {
    for (from, to, expected) in [
        (
            "prefix: 203.0.113.0/24",
            "prefix: 203.0.113.7/24",
            "head/preflight.yaml:4: `203.0.113.7/24` has host bits set: write `203.0.113.0/24`, or \
             the length that you mean",
        ),
        (
            "service: edge }]",
            "service: egde }]",
            "head/preflight.yaml:4: there is no service `egde`: did you mean `edge`?",
        ),
        (
            "to: [a, b]",
            "to: [a, transit]",
            "head/preflight.yaml:8: there is no neighbour `transit`: `neighbors` does not name it",
        ),
        (
            "to: [a, b]",
            "sites: [amd], to: [a]",
            "head/preflight.yaml:8: there is no site `amd`: did you mean `ams`?",
        ),
        (
            "asn: 64502",
            "asn: 64502, sites: [xyz]",
            "head/preflight.yaml:7: there is no site `xyz`: `sites` does not name it",
        ),
        (
            "asn: 64502",
            "asn: ASX",
            "head/preflight.yaml:7: `ASX` is not an autonomous system number such as 64500 or AS64500",
        ),
        (
            "to: [a, b]",
            "to: [a], communities: [\"1:2:3\"]",
            "head/preflight.yaml:8: this is a large community: list it below `large-communities`",
        ),
        (
            "to: [a, b]",
            "to: [a], communities: [\"70000:2\"]",
            "head/preflight.yaml:8: `70000:2` is not a community such as 64500:100 (16 bits each), \
             64500:1:1 (32 bits each), rt:64500:100 or no-export",
        ),
        (
            "{ service: edge, to: [a, b] }",
            "{ to: [a, b] }",
            "head/preflight.yaml:8: what is announced is missing: give `service` or `prefixes`",
        ),
        (
            "service: edge, to: [a, b]",
            "service: edge, prefixes: [203.0.113.0/24], to: [a, b]",
            "head/preflight.yaml:8: give `service` or `prefixes`, not both",
        ),
        (
            "to: [a, b]",
            "to: []",
            "head/preflight.yaml:8: `to` is empty: this statement announces to nobody",
        ),
        (
            "to: [a, b]",
            "sites: [], to: [a]",
            "head/preflight.yaml:8: `sites` is empty: this statement announces nowhere",
        ),
        (
            "prefix: 203.0.113.0/24,",
            "prefix: 203.0.113.0/24, max-length: 23,",
            "head/preflight.yaml:4: `max-length` of `203.0.113.0/24` must be between 24 and 32",
        ),
        (
            "[{ prefix: 203.0.113.0/24, service: edge }]",
            "[{ prefix: 203.0.113.0/24, service: edge }, { prefix: 203.0.113.0/24, service: edge }]",
            "head/preflight.yaml:4: `203.0.113.0/24` is owned twice: line 4 has it already",
        ),
        (
            "min-sites: 2",
            "min-sites-per-region: { ue: 1 }",
            "head/preflight.yaml:5: there is no region `ue`: did you mean `eu`?",
        ),
        (
            "{ asn: 64502 }",
            "{ asn: 64501, address: 192.0.2.1 }, c: { asn: 64501, address: 192.0.2.1 }",
            "head/preflight.yaml:7: `c` and `b` are the same session: both are 192.0.2.1, AS64501",
        ),
        (
            "\"2001:db8::/32\"]",
            "AS64511-AS64496]",
            "head/preflight.yaml:9: `AS64511-AS64496` is neither a prefix nor a number or range \
             such as AS64496-AS64511",
        ),
        (
            "asn: 64500",
            "existing: warn",
            "head/preflight.yaml:3: `asn` is missing: write our autonomous system number",
        ),
    ] {
        assert_eq!(wrong(from, to), [expected]);
    }
}

#[test]
fn everything_that_is_wrong_is_named() {
    let problems = wrong(
        "{ service: edge, to: [a, b] }",
        "{ service: x, to: [y] }, { prefixes: [1.2.3.4/8, z], to: [a] }",
    );
    assert_eq!(problems.len(), 4, "{problems:?}");
}

#[test]
fn nothing_announced_is_nothing_judged() {
    for text in [
        Network {
            announcements: "[]",
            ..Network::default()
        }
        .text(),
        policy("  asn: 64500\n"),
    ] {
        let gaps = undecided(None, &text);
        assert!(
            gaps.len() == 1 && gaps[0].contains("`announcements` is empty or missing"),
            "{gaps:?}"
        );
    }
}

#[test]
fn a_statement_that_announces_nothing_is_named() {
    assert_eq!(
        wrong(
            "announcements: [",
            "announcements: [{ prefixes: [203.0.113.0/24], sites: [ams], to: [transit] }, "
        ),
        ["head/preflight.yaml:8: there is no neighbour `transit`: `neighbors` does not name it"]
    );
    let text = Network {
        neighbors: "{ a: { asn: 64501 }, b: { asn: 64502, sites: [fra] } }",
        announcements: "[{ service: edge, to: [a, b] }, { prefixes: [203.0.113.0/25], sites: [ams], to: [b] }]",
        ..Network::default()
    };
    assert_eq!(
        undecided(None, &text.text()),
        [
            "head/preflight.yaml:8: this statement announces nothing: none of its neighbours is at \
          any of its sites"
        ]
    );
}

#[test]
fn one_announcement_has_one_set_of_attributes() {
    let twice = |second: &str| {
        let announcements = format!("[{{ service: edge, to: [a] }}, {second}]");
        Network {
            announcements: &announcements,
            ..Network::default()
        }
        .text()
    };
    // The same thing said twice is said once.
    assert_eq!(
        found(None, &twice("{ prefixes: [203.0.113.0/24], to: [a] }")),
        [""; 0]
    );
    assert_eq!(
        undecided(
            None,
            &twice("{ service: edge, sites: [fra], to: [a], prepend: 1 }")
        ),
        [
            "head/preflight.yaml:8: `203.0.113.0/24` goes to `a` at `fra` with other attributes than \
          line 8 gives it"
        ]
    );
}

#[test]
fn what_would_not_fit_into_memory_is_undecided() {
    let many: Vec<String> = (0..2_000).map(|n| format!("s{n}: {{}}")).collect();
    let sites = format!("{{ {} }}", many.join(", "));
    let many: Vec<String> = (0..2_000)
        .map(|n| format!("n{n}: {{ asn: {} }}", 64_512 + n))
        .collect();
    let neighbors = format!("{{ {} }}", many.join(", "));
    let to: Vec<String> = (0..2_000).map(|n| format!("n{n}")).collect();
    let announcements = format!("[{{ service: edge, to: [{}] }}]", to.join(", "));
    let text = Network {
        sites: &sites,
        neighbors: &neighbors,
        announcements: &announcements,
        ..Network::default()
    }
    .text();
    assert_eq!(
        undecided(None, &text),
        ["head/preflight.yaml:8: with this statement there are more than 1000000 announcements"]
    );
}

#[test]
fn a_side_that_is_wrong_is_not_compared() {
    let good = Network::default().text();
    let bad = good.replace("to: [a, b]", "to: [transit]");
    assert_eq!(
        undecided(Some(&bad), &good),
        ["base/preflight.yaml:8: there is no neighbour `transit`: `neighbors` does not name it"]
    );
    assert!(judge(Some(&bad), &good).findings.is_empty());
}

#[test]
fn a_base_without_a_network_is_the_beginning() {
    let head = Network {
        announcements: "[{ service: edge, sites: [ams], to: [a] }]",
        ..Network::default()
    }
    .text();
    assert!(!super::only(Some("version: 1\n"), &head).lowered);
}
