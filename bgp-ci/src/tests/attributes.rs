use serde_json::json;

use super::changes::{Made, alter, change, messages, run};
use super::{Network, found, judge_with, only};
use crate::change::Carried;
use crate::model::{AsPath, Asn, NextHop, Source};

fn critical(announcements: &str, more: &str) -> String {
    Network {
        services: "{ edge: { critical: true } }",
        announcements,
        more,
        ..Network::default()
    }
    .text()
}

#[test]
fn prepends_of_a_critical_service_are_told_once_for_the_fleet() {
    let base = critical("[{ service: edge, to: [a, b] }]", "");
    let head = critical("[{ service: edge, to: [a, b], prepend: 2 }]", "");
    let finding = only(Some(&base), &head);
    assert_eq!(
        finding.message,
        "the path of critical service `edge` goes from `64500` to `64500 64500 64500` at 3 sites"
    );
    assert_eq!(
        finding.notes,
        ["203.0.113.0/24 to a and b at ams, fra and iad"]
    );
    assert_eq!(finding.data["before"], json!("64500"));
    assert_eq!(finding.data["sites"], json!(["ams", "fra", "iad"]));
    let places: Vec<_> = finding
        .labels
        .iter()
        .map(|label| label.span.path.as_ref())
        .collect();
    assert_eq!(places, ["head/preflight.yaml", "base/preflight.yaml"]);
    // Communities are tuned every day, and a service that is not critical too.
    let tuned = critical(
        "[{ service: edge, to: [a, b], communities: [\"64501:1\"] }]",
        "",
    );
    assert_eq!(found(Some(&base), &tuned), [""; 0]);
    let ordinary = |text: &str| text.replace("critical: true", "");
    assert_eq!(found(Some(&ordinary(&base)), &ordinary(&head)), [""; 0]);
    // It is no less critical for the change that says so no longer.
    assert_eq!(
        messages(
            "critical-attribute-change",
            &Made::plain(&base),
            &Made::plain(&ordinary(&head))
        )
        .len(),
        1
    );
}

type Alter<'a> = &'a dyn Fn(&mut Carried);

#[test]
fn metric_preference_and_next_hop_are_told_with_both_values() {
    let text = critical("[{ service: edge, to: [a] }]", "");
    let base = Made::plain(&text);
    let at = |site: &'static str, change: &'static dyn Fn(&mut crate::model::Route)| {
        move |carried: &mut Carried| alter(carried, |key| key.site.as_ref() == site, change)
    };
    let med = at("ams", &|route| route.med = Some(50));
    let preference = at("fra", &|route| route.local_pref = Some(200));
    let hop = at("iad", &|route| {
        route.next_hop = NextHop::Address("192.0.2.9".parse().unwrap());
    });
    let cases: [(Alter<'_>, &str); 3] = [
        (
            &med,
            "the MED of critical service `edge` goes from none to 50 at 1 site",
        ),
        (
            &preference,
            "the local preference of critical service `edge` goes from none to 200 at 1 site",
        ),
        (
            &hop,
            "the next hop of critical service `edge` goes from the router itself to an address at 1 site",
        ),
    ];
    for (alter, expected) in cases {
        let head = Made { text: &text, alter };
        assert_eq!(
            messages("critical-attribute-change", &base, &head),
            [expected]
        );
    }
    // Another address is no other class.
    let other = at("iad", &|route| {
        route.next_hop = NextHop::Address("192.0.2.10".parse().unwrap());
    });
    let (one, two) = (
        Made {
            text: &text,
            alter: &hop,
        },
        Made {
            text: &text,
            alter: &other,
        },
    );
    assert_eq!(messages("critical-attribute-change", &one, &two), [""; 0]);
}

mod origins {
    use super::*;

    const ORIGINS: &str = "  origins: [64500, 64510]\n";

    fn plain(asn: u32, neighbors: &str) -> String {
        Network {
            services: "{ edge: {} }",
            neighbors,
            announcements: "[{ service: edge, to: [a] }]",
            more: ORIGINS,
            ..Network::default()
        }
        .text()
        .replace("asn: 64500\n", &format!("asn: {asn}\n"))
    }

    const A: &str = "{ a: { asn: 64501 } }";

    #[test]
    fn a_new_origin_is_told_once_a_prefix() {
        let finding = only(Some(&plain(64500, A)), &plain(64510, A));
        assert_eq!(
            finding.message,
            "the origin of `203.0.113.0/24` goes from AS64500 to AS64510 at 3 sites"
        );
        assert_eq!(finding.data["after"], json!(64510));
        assert!(!finding.lowered);
    }

    #[test]
    fn the_origin_is_what_others_see() {
        let shows = "{ a: { asn: 64501, presents-as: 64510 } }";
        assert_eq!(
            only(Some(&plain(64500, A)), &plain(64500, shows)).rule.id,
            "origin-change"
        );
        assert_eq!(
            found(Some(&plain(64500, shows)), &plain(64510, shows)),
            [""; 0]
        );
    }

    #[test]
    fn private_numbers_that_are_stripped_are_no_change_to_complain_of() {
        let strips = "{ a: { asn: 64501, strips-private-as: true } }";
        let (base, head) = (plain(65000, A), plain(65000, strips));
        assert_eq!(
            messages("origin-change", &Made::plain(&base), &Made::plain(&head)),
            [""; 0]
        );
        // The other way round a private number comes out, which is said once.
        let (base, head) = (Made::plain(&head), Made::plain(&base));
        assert_eq!(messages("origin-change", &base, &head), [""; 0]);
        assert_eq!(messages("bogon-asn", &base, &head).len(), 1);
    }

    #[test]
    fn an_origin_that_base_has_elsewhere_is_a_warning() {
        let both = "{ a: { asn: 64501 }, b: { asn: 64502, presents-as: 64510 } }";
        let text = |neighbors: &str| plain(64500, neighbors).replace("to: [a]", "to: [a, b]");
        let head = text(
            "{ a: { asn: 64501, presents-as: 64510 }, b: { asn: 64502, presents-as: 64510 } }",
        );
        assert!(only(Some(&text(both)), &head).lowered);
    }

    #[test]
    fn customers_may_move() {
        let text = plain(64500, A);
        let learned = |asn: u32| {
            move |carried: &mut Carried| {
                let from = carried.sessions.keys().next().unwrap().clone();
                alter(
                    carried,
                    |_| true,
                    |route| {
                        route.source = Source::Learned {
                            from: Box::new(from.clone()),
                        };
                        route.path = AsPath::sequence([Asn(64500), Asn(asn)]);
                    },
                );
            }
        };
        let (old, new) = (learned(64505), learned(64506));
        let (base, head) = (
            Made {
                text: &text,
                alter: &old,
            },
            Made {
                text: &text,
                alter: &new,
            },
        );
        assert_eq!(messages("origin-change", &base, &head), [""; 0]);
    }

    fn payloads(roas: &[u32]) -> String {
        let roas: Vec<String> = roas
            .iter()
            .map(|asn| format!("{{ \"asn\": {asn}, \"prefix\": \"203.0.113.0/24\", \"maxLength\": 24, \"ta\": \"ripe\" }}"))
            .collect();
        format!(
            "{{ \"metadata\": {{ \"buildtime\": \"2026-11-21T12:00:00Z\" }}, \"roas\": [{}] }}",
            roas.join(", ")
        )
    }

    #[test]
    fn an_origin_that_moves_with_both_authorizations_is_silent() {
        let data = "  data: { vrps: vrps.json, max-age: 48h }\n";
        let (base, head) = (plain(64500, A) + data, plain(64510, A) + data);
        let denied = |roas: &[u32]| -> Vec<Vec<String>> {
            let vrps = payloads(roas);
            let files = [("vrps.json", vrps.as_str())];
            let outcome = judge_with(Some((&base, &files)), (&head, &files));
            assert_eq!(outcome.undecided, []);
            let found = outcome.findings.into_iter();
            let found = found.filter(|finding| finding.rule.id == "origin-change");
            found.map(|finding| finding.notes).collect()
        };
        assert!(denied(&[64500, 64510]).is_empty());
        for (roas, then, now) in [
            (&[64510][..], "invalid", "valid"),
            (&[64500], "valid", "invalid"),
        ] {
            let notes = denied(roas).remove(0);
            assert_eq!(
                notes[1..],
                [
                    format!("from AS64500 it is {then} by the payloads"),
                    format!("from AS64510 it is {now} by the payloads")
                ]
            );
        }
    }

    #[test]
    fn an_origin_that_is_not_ours_is_foreign() {
        let text = plain(
            64500,
            "{ a: { asn: 64501 }, b: { asn: 64502, presents-as: 64509 }, c: { asn: 64503, strips-private-as: true } }",
        );
        let shown = |asn: u32| {
            let alter = move |carried: &mut Carried| {
                alter(
                    carried,
                    |key| key.site.as_ref() == "ams",
                    |route| {
                        route.path = AsPath::sequence([Asn(64500), Asn(asn)]);
                    },
                );
            };
            let plain = Made::plain(&text);
            let made = Made {
                text: &text,
                alter: &alter,
            };
            let new = run("foreign-origin", &change(&plain, &made));
            let old = run("foreign-origin", &change(&made, &made));
            assert!(old.iter().all(|finding| finding.lowered));
            assert_eq!(old.len(), new.len());
            new.into_iter()
                .map(|finding| finding.message)
                .collect::<Vec<_>>()
        };
        assert_eq!(
            shown(64505),
            ["`203.0.113.0/24` is announced with AS64505 as its origin, which is not ours"]
        );
        // `asn`, `origins` and what neighbours show are ours.
        for ours in [64500, 64510, 64509] {
            assert_eq!(shown(ours), [""; 0], "{ours}");
        }
        // What another neighbour strips says nothing about this one.
        assert_eq!(shown(64503).len(), 1);
    }
}
