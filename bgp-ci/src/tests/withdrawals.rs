use serde_json::json;

use super::{Network, found, judge, only, rules};

/// The network announcing `prefixes` of `owned` to `a` everywhere, with `more` keys.
/// More-specifics of documentation space are longer than networks take, which is not judged here.
fn text(owned: &str, announcements: &str, more: &str) -> String {
    let text = Network {
        owned,
        services: "{ edge: {}, ns: { min-sites: 2 } }",
        announcements,
        more,
        ..Network::default()
    }
    .text();
    format!("{text}levels: {{ overlong-prefix: allow }}\n")
}

const SPACE: &str = "[{ prefix: 198.51.100.0/22 }, { prefix: 203.0.113.0/24 }]";

/// More-specifics of the owned /22, numbered from 0, as /28s.
fn specifics(numbers: impl IntoIterator<Item = usize>) -> String {
    let list: Vec<String> = numbers
        .into_iter()
        .map(|number| format!("198.51.{}.{}/28", 100 + number / 16, number % 16 * 16))
        .collect();
    list.join(", ")
}

fn announcing(numbers: impl IntoIterator<Item = usize>, limits: &str) -> String {
    let announcements = format!("[{{ prefixes: [{}], to: [a] }}]", specifics(numbers));
    let more = format!("  limits: {{ withdraw: {limits} }}\n");
    text(SPACE, &announcements, &more)
}

#[test]
fn every_limit_of_a_withdrawal_is_inclusive() {
    for (limits, withdrawn, expected) in [
        ("{ prefixes: 3 }", 3, None),
        (
            "{ prefixes: 3 }",
            4,
            Some(
                "4 of 20 prefixes are announced nowhere any more; a change may withdraw at most 3 prefixes",
            ),
        ),
        (
            "{ prefixes: 0 }",
            1,
            Some(
                "1 of 20 prefixes is announced nowhere any more; a change may withdraw at most 0 prefixes",
            ),
        ),
        ("{ share: 15% }", 3, None),
        (
            "{ share: 15% }",
            4,
            Some(
                "4 of 20 prefixes are announced nowhere any more; a change may withdraw at most 15% of what base announces",
            ),
        ),
        // Three /28 hold 48 addresses, two hold 32: a /27.
        ("{ addresses: /27 }", 2, None),
        (
            "{ addresses: /27 }",
            3,
            Some(
                "3 of 20 prefixes are announced nowhere any more; a change may withdraw at most a /27 of addresses, and these are 48",
            ),
        ),
    ] {
        let base = announcing(0..20, limits);
        let head = announcing(withdrawn..20, limits);
        let outcome = judge(Some(&base), &head);
        assert_eq!(outcome.undecided, []);
        let mass: Vec<&str> = outcome
            .findings
            .iter()
            .filter(|finding| finding.rule.id == "mass-withdrawal")
            .map(|finding| finding.message.as_str())
            .collect();
        assert_eq!(
            mass,
            expected.into_iter().collect::<Vec<_>>(),
            "{limits} {withdrawn}"
        );
        // Each prefix is told of once: together, or by itself and within the limit.
        let single = outcome
            .findings
            .iter()
            .filter(|f| f.rule.id == "last-announcement-withdrawn");
        assert!(single.clone().all(|finding| finding.lowered));
        assert_eq!(
            single.count(),
            if expected.is_none() { withdrawn } else { 0 }
        );
    }
}

#[test]
fn a_mass_withdrawal_points_at_the_limits_and_at_what_base_announced() {
    let limits = "{ prefixes: 1, share: 5% }";
    let finding = only(Some(&announcing(0..10, limits)), &announcing(5..10, limits));
    assert_eq!(finding.span.path.as_ref(), "head/preflight.yaml");
    assert_eq!(finding.span.start.line, 10);
    let labels: Vec<_> = finding
        .labels
        .iter()
        .map(|label| (label.span.path.as_ref(), label.message.as_str()))
        .collect();
    assert_eq!(
        labels[0],
        ("head/preflight.yaml", "this limit is exceeded too")
    );
    assert_eq!(labels[1].0, "base/preflight.yaml");
    assert_eq!(finding.data["count"], json!(5));
    assert_eq!(finding.data["addresses"], json!(80));
    assert_eq!(finding.data["prefixes"].as_array().unwrap().len(), 5);
    assert_eq!(
        finding.notes,
        [
            "withdrawn: 198.51.100.0/28, 198.51.100.16/28, 198.51.100.32/28, 198.51.100.48/28 and 198.51.100.64/28"
        ]
    );
}

#[test]
fn without_a_limit_each_last_announcement_denies() {
    let base = text(
        SPACE,
        "[{ prefixes: [203.0.113.0/24, 198.51.100.0/28], to: [a] }]",
        "",
    );
    let head = text(
        SPACE,
        "[{ prefixes: [198.51.100.0/28], sites: [ams], to: [a] }]",
        "",
    );
    let finding = only(Some(&base), &head);
    assert_eq!(
        finding.message,
        "`203.0.113.0/24` is announced nowhere any more: base announces it at 3 sites"
    );
    assert!(!finding.lowered);
    assert_eq!(finding.span.path.as_ref(), "head/preflight.yaml");
    // A community withdraws as much as a removed line.
    let kept = text(
        SPACE,
        "[{ prefixes: [203.0.113.0/24], to: [a], communities: [no-export] }, { prefixes: [198.51.100.0/28], to: [a] }]",
        "",
    );
    assert_eq!(rules(Some(&base), &kept), ["last-announcement-withdrawn"]);
}

#[test]
fn taking_back_what_is_not_ours_withdraws_nothing() {
    let base = text(
        SPACE,
        "[{ prefixes: [192.0.2.0/24, 203.0.113.0/24], to: [a] }]",
        "  limits: { withdraw: { prefixes: 0 } }\n",
    );
    let head = base.replace("192.0.2.0/24, 203", "203");
    assert_ne!(base, head);
    assert_eq!(found(Some(&base), &head), [""; 0]);
}

#[test]
fn ending_a_blackhole_withdraws_nothing() {
    let neighbors = "{ a: { asn: 64501, accepts-blackhole: true }, b: { asn: 64502 } }";
    let with = |announcements: &str| {
        Network {
            neighbors,
            owned: SPACE,
            services: "{}",
            announcements,
            more: "  limits: { withdraw: { prefixes: 0 }, growth: 1x }\n",
            ..Network::default()
        }
        .text()
    };
    let calm = with("[{ prefixes: [203.0.113.0/24], to: [a, b] }]");
    let attacked = with(
        "[{ prefixes: [203.0.113.0/24], to: [a, b] }, { prefixes: [203.0.113.7/32, 203.0.113.8/32], to: [a], communities: [blackhole] }]",
    );
    for (base, head) in [(&calm, &attacked), (&attacked, &calm)] {
        let outcome = judge(Some(base), head);
        let size = [
            "mass-growth",
            "mass-withdrawal",
            "last-announcement-withdrawn",
            "deaggregation",
        ];
        let found: Vec<_> = outcome
            .findings
            .iter()
            .filter(|finding| size.contains(&finding.rule.id))
            .collect();
        assert!(found.is_empty(), "{found:?}");
    }
}

/// Floors and withdrawals by the longest match.
mod cover {
    use super::*;

    const OWNED: &str = "[{ prefix: 198.51.100.0/22 }, { prefix: 198.51.101.0/24, service: ns }, { prefix: 203.0.113.0/24, service: edge }]";

    fn announced(list: &str) -> String {
        text(
            OWNED,
            &format!("[{{ service: edge, to: [a] }}, {list}]"),
            "",
        )
    }

    fn lowered(base: &str, head: &str) -> Vec<(&'static str, bool)> {
        let outcome = judge(Some(base), head);
        assert_eq!(outcome.undecided, []);
        let mut found: Vec<_> = outcome
            .findings
            .iter()
            .map(|f| (f.rule.id, f.lowered))
            .collect();
        found.sort_unstable();
        found
    }

    #[test]
    fn an_aggregate_at_enough_sites_makes_it_a_warning() {
        let base = announced("{ service: ns, to: [a] }, { prefixes: [198.51.100.0/22], to: [a] }");
        let at = |sites: &str| {
            announced(&format!(
                "{{ prefixes: [198.51.100.0/22], sites: {sites}, to: [a] }}"
            ))
        };
        let lower = [("below-site-floor", true), ("service-withdrawn", true)];
        assert_eq!(lowered(&base, &at("[ams, fra, iad]")), lower);
        // The floor is two sites, which are enough.
        assert_eq!(lowered(&base, &at("[ams, fra]")), lower);
        let deny = [("below-site-floor", false), ("service-withdrawn", false)];
        assert_eq!(lowered(&base, &at("[ams]")), deny);
        let finding = judge(Some(&base), &at("[ams, fra]")).findings.remove(0);
        assert!(
            finding.notes.contains(
                &"198.51.100.0/22 still covers 198.51.101.0/24 at 2 sites, so it is at most a warning".to_owned()
            ),
            "{:?}",
            finding.notes
        );
        assert_eq!(finding.data["covered-by"], json!(["198.51.100.0/22"]));
    }

    #[test]
    fn a_prefix_that_some_site_announces_takes_the_traffic_there() {
        let base = announced("{ service: ns, to: [a] }, { prefixes: [198.51.100.0/22], to: [a] }");
        let head = announced(
            "{ service: ns, sites: [ams], to: [a] }, { prefixes: [198.51.100.0/22], to: [a] }",
        );
        assert_eq!(lowered(&base, &head), [("below-site-floor", false)]);
    }

    #[test]
    fn all_of_its_parts_cover_a_prefix_and_some_do_not() {
        let base = announced("{ prefixes: [198.51.102.0/23], to: [a] }");
        let halves = announced("{ prefixes: [198.51.102.0/24, 198.51.103.0/24], to: [a] }");
        assert_eq!(
            lowered(&base, &halves),
            [("last-announcement-withdrawn", true)]
        );
        let half = announced("{ prefixes: [198.51.102.0/24], to: [a] }");
        assert_eq!(
            lowered(&base, &half),
            [("last-announcement-withdrawn", false)]
        );
        // Parts at different sites hold all addresses nowhere.
        let apart = announced(
            "{ prefixes: [198.51.102.0/24], sites: [ams], to: [a] }, { prefixes: [198.51.103.0/24], sites: [fra], to: [a] }",
        );
        assert_eq!(
            lowered(&base, &apart),
            [("last-announcement-withdrawn", false)]
        );
    }

    #[test]
    fn a_default_route_and_foreign_space_cover_nothing() {
        let base = announced("{ prefixes: [198.51.102.0/23], to: [a] }");
        for cover in ["0.0.0.0/0", "198.51.96.0/19"] {
            let head = announced(&format!("{{ prefixes: [{cover}], to: [a] }}"));
            let found = lowered(&base, &head);
            assert!(
                found.contains(&("last-announcement-withdrawn", false)),
                "{cover} {found:?}"
            );
        }
    }

    #[test]
    fn more_specifics_that_go_are_counted_as_covered() {
        let limits = "  limits: { withdraw: { prefixes: 2 } }\n";
        let with = |list: &str| {
            text(
                OWNED,
                &format!("[{{ service: edge, to: [a] }}, {list}]"),
                limits,
            )
        };
        let base = with(
            "{ prefixes: [198.51.100.0/22, 198.51.100.0/24, 198.51.102.0/24, 198.51.103.0/24], to: [a] }",
        );
        let head = with("{ prefixes: [198.51.100.0/22], to: [a] }");
        assert_eq!(lowered(&base, &head), [("mass-withdrawal", true)]);
        let within = with("{ prefixes: [198.51.100.0/22, 198.51.103.0/24], to: [a] }");
        assert_eq!(
            lowered(&base, &within),
            [("last-announcement-withdrawn", true); 2]
        );
        // Without the aggregate they are lost.
        let lost = with("{ prefixes: [198.51.103.0/24], to: [a] }");
        assert_eq!(lowered(&base, &lost), [("mass-withdrawal", false)]);
    }

    #[test]
    fn a_retired_service_cannot_take_its_floor_along_and_call_one_site_enough() {
        let base = announced("{ service: ns, to: [a] }, { prefixes: [198.51.100.0/22], to: [a] }");
        let head = announced("{ prefixes: [198.51.100.0/22], sites: [ams], to: [a] }")
            .replace(", ns: { min-sites: 2 }", "")
            .replace("{ prefix: 198.51.101.0/24, service: ns }, ", "");
        assert_eq!(lowered(&base, &head), [("service-withdrawn", false)]);
    }
}

#[test]
fn addresses_that_are_still_announced_are_not_lost() {
    let limits = "  limits: { withdraw: { addresses: /26 } }\n";
    let with = |list: &str| {
        text(
            SPACE,
            &format!("[{{ prefixes: [{list}], to: [a] }}]"),
            limits,
        )
    };
    // Of the /24, 192 addresses are still announced: a /26 is lost, which is the limit.
    let base = with("203.0.113.0/24, 203.0.113.0/25");
    let head = with("203.0.113.0/25, 203.0.113.128/26");
    assert_eq!(rules(Some(&base), &head), ["last-announcement-withdrawn"]);
    let head = with("203.0.113.0/25, 203.0.113.128/27");
    assert_eq!(rules(Some(&base), &head), ["mass-withdrawal"]);
}

#[test]
fn a_limit_of_addresses_says_nothing_about_the_other_family() {
    let limits = "  limits: { withdraw: { addresses: /20 } }\n";
    let owned = "[{ prefix: 203.0.113.0/24 }, { prefix: \"2001:db8:1::/48\" }]";
    let with = |list: &str| {
        text(
            owned,
            &format!("[{{ prefixes: [{list}], to: [a] }}]"),
            limits,
        )
    };
    let base = with("203.0.113.0/24, \"2001:db8:1::/48\"");
    assert!(!only(Some(&base), &with("203.0.113.0/24")).lowered);
    assert!(only(Some(&base), &with("\"2001:db8:1::/48\"")).lowered);
}

/// Lowered by one, what only warns would not be shown at all.
#[test]
fn a_warning_stays_one_where_the_policy_only_warns() {
    let limits = "  limits: { withdraw: { prefixes: 1 } }\n";
    let with = |list: &str| {
        let announcements = format!("[{{ prefixes: [{list}], to: [a] }}]");
        text(SPACE, &announcements, limits).replace(
            "levels: { ",
            "levels: { last-announcement-withdrawn: warn, ",
        )
    };
    let finding = only(
        Some(&with("203.0.113.0/24, 198.51.100.0/24")),
        &with("203.0.113.0/24"),
    );
    assert!(!finding.lowered);
    assert_eq!(
        finding.notes.last().unwrap(),
        "`limits.withdraw` allows as much, so it is at most a warning"
    );
}
