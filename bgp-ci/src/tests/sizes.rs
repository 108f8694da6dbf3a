use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use super::changes::{Made, change, messages, run};
use super::{Network, found, only, rules};
use crate::change::Carried;
use crate::model::{Asn, Name, Session, SessionKey};

/// More-specifics of documentation space are longer than networks take, which is not judged here.
fn statements(announcements: &str, more: &str) -> String {
    let text = Network {
        owned: "[{ prefix: 203.0.113.0/24, service: edge }, { prefix: 198.51.100.0/24 }]",
        services: "{ edge: {} }",
        announcements,
        more,
        ..Network::default()
    }
    .text();
    format!("{text}levels: {{ overlong-prefix: allow }}\n")
}

mod more_specifics;

mod growth {
    use super::*;

    fn sent(prefixes: &str, limit: &str) -> String {
        let more = format!("  limits: {{ growth: {limit} }}\n");
        statements(
            &format!("[{{ prefixes: [{prefixes}], sites: [ams, fra], to: [a] }}]"),
            &more,
        )
    }

    #[test]
    fn the_limit_is_inclusive_and_holds_for_each_session() {
        let one = "203.0.113.0/24";
        let two = "203.0.113.0/24, 198.51.100.0/24";
        let three = "203.0.113.0/24, 198.51.100.0/24, 198.51.100.0/25";
        assert_eq!(found(Some(&sent(one, "2x")), &sent(two, "2x")), [""; 0]);
        assert_eq!(
            found(Some(&sent(one, "2x")), &sent(three, "2x")),
            ["mass-growth: `a` at `ams` is sent 3 ipv4 prefixes, 1 before: more than 2x"]
        );
        assert_eq!(
            found(Some(&sent(two, "1.5x")), &sent(three, "1.5x")),
            [""; 0]
        );
        assert_eq!(
            rules(Some(&sent(two, "1.4x")), &sent(three, "1.4x")),
            ["mass-growth"]
        );
        // Both sites grow: it is one mistake.
        let finding = only(Some(&sent(one, "2x")), &sent(three, "2x"));
        assert_eq!(finding.data["sites"], json!(["ams", "fra"]));
        assert_eq!(
            finding.notes,
            [
                "new: 198.51.100.0/24 and 198.51.100.0/25",
                "2 sessions with `a` grow so, at ams and fra"
            ]
        );
        assert_eq!(
            (finding.span.start.line, finding.labels[0].span.start.line),
            (8, 10)
        );
    }

    #[test]
    fn what_carried_nothing_does_not_grow() {
        let more = "  limits: { growth: 1x }\n";
        let base = statements("[{ service: edge, sites: [ams], to: [a] }]", more);
        // A neighbour, a site and a family that had nothing.
        let head = statements(
            "[{ service: edge, to: [a, b] }, { prefixes: [\"2001:db8::/40\", \"2001:db8:1::/48\"], to: [a] }]",
            more,
        )
        .replace("{ prefix: 198.51.100.0/24 }", "{ prefix: \"2001:db8::/32\" }");
        let found = rules(Some(&base), &head);
        assert!(!found.contains(&"mass-growth".to_owned()), "{found:?}");
    }
}

mod width {
    use super::*;

    fn at(statement: &str, limit: u32) -> String {
        statements(
            statement,
            &format!("  limits: {{ sites-per-change: {limit} }}\n"),
        )
    }

    #[test]
    fn the_limit_is_inclusive() {
        let all = |limit| at("[{ service: edge, to: [a] }]", limit);
        let one = |limit| at("[{ service: edge, sites: [ams], to: [a] }]", limit);
        assert_eq!(found(Some(&all(2)), &one(2)), [""; 0]);
        assert_eq!(
            found(Some(&all(1)), &one(1)),
            ["wide-change: the change touches 2 sites at once; it may touch 1"]
        );
        let finding = only(Some(&all(1)), &one(1));
        assert_eq!(
            finding.notes,
            ["what neighbours pass on changes at fra and iad"]
        );
        assert_eq!(finding.data["sites"], json!(["fra", "iad"]));
        assert_eq!(finding.span.start.line, 10);
        assert_eq!(finding.labels[0].span.path.as_ref(), "base/preflight.yaml");
    }

    #[test]
    fn presence_at_a_neighbour_counts_and_tuning_does_not() {
        let base = at("[{ service: edge, to: [a, b] }]", 2);
        let with = |more: &str| at(&format!("[{{ service: edge, to: [a, b], {more} }}]"), 2);
        for tuned in [
            "communities: [\"64501:100\"], large-communities: [\"64500:1:1\"]",
            "prepend: 3",
        ] {
            assert_eq!(found(Some(&base), &with(tuned)), [""; 0], "{tuned}");
        }
        // Kept back by one of two neighbours, at three sites.
        assert_eq!(
            rules(Some(&base), &with("communities: [\"64501:0\"]")),
            ["wide-change"]
        );
        // An origin is more than tuning.
        let origins = "  origins: [64500, 64510]\n  limits: { sites-per-change: 2 }\n";
        let base = statements("[{ service: edge, to: [a] }]", origins);
        let head = base.replace("asn: 64500\n", "asn: 64510\n");
        let notes = run(
            "wide-change",
            &change(&Made::plain(&base), &Made::plain(&head)),
        );
        assert_eq!(notes[0].notes, ["the origin changes at ams, fra and iad"]);
    }

    #[test]
    fn sites_that_only_head_has_and_renamed_ones_are_not_touched() {
        let sites = |list: &str| {
            Network {
                owned: "[{ prefix: 203.0.113.0/24, service: edge }]",
                services: "{ edge: {} }",
                sites: list,
                more: "  limits: { sites-per-change: 0 }\n",
                ..Network::default()
            }
            .text()
        };
        let base = sites("{ ams: { region: eu }, iad: { region: na } }");
        let more =
            sites("{ ams: { region: eu }, fra: { region: eu }, iad: { region: na }, sin: {} }");
        assert_eq!(found(Some(&base), &more), [""; 0]);
        let renamed = sites("{ ams1: { region: eu }, iad1: { region: na } }");
        assert_eq!(found(Some(&base), &renamed), [""; 0]);
        let fewer = sites("{ ams: { region: eu } }");
        assert_eq!(
            rules(Some(&base), &fewer),
            ["session-removed", "wide-change"]
        );
    }

    #[test]
    fn a_prefix_that_comes_or_goes_everywhere_is_no_matter_of_sites() {
        let one = at("[{ service: edge, to: [a] }]", 0);
        let two = at(
            "[{ service: edge, to: [a] }, { prefixes: [198.51.100.0/24], to: [a, b] }]",
            0,
        );
        assert_eq!(found(Some(&one), &two), [""; 0]);
        assert_eq!(rules(Some(&two), &one), ["last-announcement-withdrawn"]);
        // At one site more it is.
        let three = two.replace(
            "[198.51.100.0/24], to",
            "[198.51.100.0/24], sites: [ams], to",
        );
        assert_eq!(rules(Some(&three), &two), ["wide-change"]);
    }

    /// Sessions that routers configure count as they come and go, those inside our system do not.
    #[test]
    fn sessions_of_routers_count() {
        let text = at("[{ service: edge, to: [a] }]", 0);
        let session = |carried: &Carried, external: bool| Session {
            configured: true,
            external,
            asn: Some(Asn(64505)),
            ..carried.sessions.values().next().unwrap().clone()
        };
        let added = |external: bool| {
            let text = &text;
            let alter = move |carried: &mut Carried| {
                let key = SessionKey {
                    site: Name::from("fra"),
                    router: Name::from("fra"),
                    neighbor: Name::from("new"),
                    address: Some("192.0.2.9".parse().unwrap()),
                };
                let session = session(carried, external);
                carried.sessions.insert(key, session);
            };
            let with = Made {
                text,
                alter: &alter,
            };
            let plain = Made::plain(text);
            (
                messages("wide-change", &plain, &with),
                messages("wide-change", &with, &plain),
            )
        };
        let one = vec!["the change touches 1 site at once; it may touch 0".to_owned()];
        assert_eq!(added(true), (one.clone(), one));
        assert_eq!(added(false), (vec![], vec![]));
    }
}

mod pairs {
    use super::*;

    fn services(announcements: &str) -> String {
        Network {
            owned: "[{ prefix: 203.0.113.0/24, service: one }, { prefix: 198.51.100.0/24, service: two }]",
            services: "{ one: {}, two: { disjoint-from: [one] } }",
            announcements,
            ..Network::default()
        }
        .text()
    }

    const BOTH: &str = "[{ service: one, to: [a, b] }, { service: two, to: [a, b] }]";

    #[test]
    fn both_services_in_one_change() {
        let base = services(BOTH);
        let head = services(
            "[{ service: one, sites: [ams, iad], to: [a, b] }, { service: two, sites: [fra, iad], to: [a, b] }]",
        );
        assert_eq!(
            found(Some(&base), &head),
            ["redundant-pair-change: one change touches service `one` and service `two`"]
        );
        let finding = only(Some(&base), &head);
        assert_eq!(
            finding.notes,
            [
                "one: who passes on 203.0.113.0/24 changes",
                "two: who passes on 198.51.100.0/24 changes"
            ]
        );
        assert_eq!(finding.data["pair"], json!(["one", "two"]));
        // Kept back everywhere is as good as gone, and both are.
        let kept = services(
            "[{ service: one, sites: [ams, iad], to: [a, b] }, { service: two, to: [a], communities: [\"64501:0\"] }, { service: two, to: [b] }]",
        );
        assert_eq!(rules(Some(&base), &kept), ["redundant-pair-change"]);
    }

    #[test]
    fn one_service_and_tuning_of_the_other() {
        let base = services(BOTH);
        for head in [
            "[{ service: one, sites: [ams, iad], to: [a, b] }, { service: two, to: [a, b], prepend: 2 }]",
            "[{ service: one, to: [a, b], prepend: 1 }, { service: two, to: [a, b], communities: [\"64501:7\"] }]",
        ] {
            assert_eq!(found(Some(&base), &services(head)), [""; 0]);
        }
    }

    #[test]
    fn one_drained_site_is_everyday_work_and_two_are_not() {
        let base = services(BOTH);
        let at = |sites: &str| {
            services(&format!(
                "[{{ service: one, sites: {sites}, to: [a, b] }}, {{ service: two, sites: {sites}, to: [a, b] }}]"
            ))
        };
        assert_eq!(found(Some(&base), &at("[ams, fra]")), [""; 0]);
        assert_eq!(rules(Some(&base), &at("[ams]")), ["redundant-pair-change"]);
        // Back again.
        assert_eq!(found(Some(&at("[ams]")), &base), [""; 0]);
        // A session that ends takes along what it carried.
        let ends = services("[{ service: one, to: [a] }, { service: two, to: [a] }]");
        assert_eq!(found(Some(&base), &ends), [""; 0]);
    }

    fn routers(sites: &str) -> String {
        statements(
            &format!("[{{ service: edge, sites: {sites}, to: [a] }}]"),
            "  pairs: [[ams, fra]]\n",
        )
    }

    #[test]
    fn two_routers() {
        let base = routers("[ams, fra, iad]");
        assert_eq!(
            found(Some(&base), &routers("[iad]")),
            ["redundant-pair-change: one change touches router `ams` and router `fra`"]
        );
        assert_eq!(found(Some(&base), &routers("[ams, fra]")), [""; 0]);
        assert_eq!(found(Some(&base), &routers("[ams]")), [""; 0]);
        assert_eq!(found(Some(&routers("[iad]")), &base), [""; 0]);
    }

    /// Both routers of `site` announce what its one router did; `gone` do not.
    fn split(carried: &mut Carried, gone: &BTreeSet<(&str, &str)>) {
        let routers = ["r1", "r2"].map(Name::from);
        let sessions = std::mem::take(&mut carried.sessions);
        for (key, session) in sessions {
            for router in &routers {
                let key = SessionKey {
                    router: router.clone(),
                    ..key.clone()
                };
                carried.sessions.insert(key, session.clone());
            }
        }
        let announcements = std::mem::take(&mut carried.announcements);
        for (key, announcement) in announcements {
            for router in &routers {
                if !gone.contains(&(key.site.as_ref(), router.as_ref())) {
                    let key = crate::model::Key {
                        router: router.clone(),
                        ..key.clone()
                    };
                    carried.announcements.insert(key, announcement.clone());
                }
            }
        }
    }

    /// With one name at several sites, the pair is that of one site.
    #[test]
    fn routers_that_every_site_has() {
        let text = statements("[{ service: edge, to: [a] }]", "  pairs: [[r1, r2]]\n");
        let with = |gone: &[(&str, &str)]| {
            let gone: BTreeSet<(&str, &str)> = gone.iter().copied().collect();
            let base = |carried: &mut Carried| split(carried, &BTreeSet::new());
            let head = |carried: &mut Carried| split(carried, &gone);
            let base = Made {
                text: &text,
                alter: &base,
            };
            let head = Made {
                text: &text,
                alter: &head,
            };
            messages("redundant-pair-change", &base, &head)
        };
        assert_eq!(with(&[("ams", "r1"), ("fra", "r2")]), [""; 0]);
        assert_eq!(with(&[("ams", "r1"), ("fra", "r1")]), [""; 0]);
        // The whole site is drained.
        assert_eq!(with(&[("ams", "r1"), ("ams", "r2")]), [""; 0]);
        assert_eq!(
            with(&[("ams", "r1"), ("ams", "r2"), ("fra", "r1"), ("fra", "r2")]),
            ["one change touches router `r1` and router `r2`"]
        );
    }

    #[test]
    fn a_pair_of_nobody_guards_nothing() {
        let text = routers("[iad]").replace("[ams, fra]]", "[ams, fr]]");
        assert_eq!(
            super::super::undecided(None, &text),
            ["head/preflight.yaml:10: there is no router `fr`: did you mean `fra`?"]
        );
    }
}

/// Two families of one service.
mod families {
    use super::*;

    fn service(owned: &str, services: &str, announcements: &str) -> String {
        Network {
            owned,
            services,
            announcements,
            ..Network::default()
        }
        .text()
    }

    const ONE: &str = "[{ prefix: 203.0.113.0/24, service: edge }, { prefix: \"2001:db8:1::/48\", service: edge }]";
    const TWO: &str = "[{ prefix: 203.0.113.0/24, service: edge-v4 }, { prefix: \"2001:db8:1::/48\", service: edge-v6 }]";

    fn apart(six: &str) -> String {
        format!(
            "[{{ prefixes: [203.0.113.0/24], to: [a] }}, {{ prefixes: [\"2001:db8:1::/48\"], sites: {six}, to: [a] }}]"
        )
    }

    #[test]
    fn a_site_with_one_family() {
        let with = |six: &str| service(ONE, "{ edge: {} }", &apart(six));
        assert_eq!(found(None, &with("[ams, fra, iad]")), [""; 0]);
        let finding = only(None, &with("[ams]"));
        assert_eq!(
            finding.message,
            "`edge` is announced in one address family only at 2 sites"
        );
        assert_eq!(finding.notes, ["ipv4 only: fra and iad"]);
        // What base had is told as such, and a site more is new.
        let existing =
            |base: &str, head: &str| only(Some(&with(base)), &with(head)).data["existing"].clone();
        assert_eq!(existing("[ams]", "[ams, fra]"), json!(true));
        assert_eq!(existing("[ams, fra]", "[ams]"), json!(false));
        // One family that nobody owns is no imbalance.
        assert_eq!(
            found(
                None,
                &service(
                    "[{ prefix: 203.0.113.0/24, service: edge }]",
                    "{ edge: {} }",
                    "[{ service: edge, to: [a] }]"
                )
            ),
            [""; 0]
        );
    }

    #[test]
    fn two_services_that_are_one_by_their_names() {
        let with = |six: &str| service(TWO, "{ edge-v4: {}, edge-v6: {} }", &apart(six));
        assert_eq!(found(None, &with("[ams, fra, iad]")), [""; 0]);
        let finding = only(None, &with("[ams, fra]"));
        assert_eq!(
            finding.message,
            "`edge-*` is announced in one address family only at 1 site"
        );
        assert_eq!(finding.certainty, rules_certainty());
        let other = TWO.replace("edge-v6", "mail-v6");
        let text = service(&other, "{ edge-v4: {}, mail-v6: {} }", &apart("[ams]"));
        assert_eq!(found(None, &text), [""; 0]);
    }

    fn rules_certainty() -> ::rules::Certainty {
        ::rules::Certainty::Likely
    }
}

/// The same fleet, session by session.
#[test]
fn a_fleet_without_a_base_has_no_size_of_change() {
    let text = statements(
        "[{ service: edge, to: [a, b] }]",
        "  limits: { withdraw: { prefixes: 0, share: 0%, addresses: /32 }, growth: 1x, sites-per-change: 0 }\n  pairs: [[ams, fra]]\n",
    );
    assert_eq!(found(None, &text), [""; 0]);
    assert_eq!(found(Some(&text), &text), [""; 0]);
    let unchanged: BTreeMap<SessionKey, SessionKey> =
        change(&Made::plain(&text), &Made::plain(&text)).sessions;
    assert!(unchanged.iter().all(|(old, new)| old == new) && unchanged.len() == 6);
}
