use serde_json::json;

use super::{Network, found, judge, only, rules};

fn sites(list: &str) -> String {
    let announcements = format!("[{{ service: edge, sites: {list}, to: [a] }}]");
    Network {
        announcements: &announcements,
        ..Network::default()
    }
    .text()
}

#[test]
fn a_floor_that_is_met_exactly_is_met() {
    assert_eq!(found(None, &sites("[ams, fra]")), [""; 0]);
    assert_eq!(
        found(None, &sites("[ams]")),
        [
            "below-site-floor: `203.0.113.0/24` is announced at 1 site, below the floor of 2 for `edge`"
        ]
    );
}

#[test]
fn a_finding_says_what_was_lost_and_points_at_both_ends() {
    let finding = only(Some(&sites("[ams, fra, iad]")), &sites("[iad]"));
    assert_eq!(
        finding.notes,
        ["203.0.113.0/24: lost ams and fra; left iad"]
    );
    assert_eq!(finding.span.path.as_ref(), "head/preflight.yaml");
    assert_eq!(finding.span.start.line, 8);
    let labels: Vec<_> = finding
        .labels
        .iter()
        .map(|label| {
            (
                label.span.path.as_ref(),
                label.span.start.line,
                label.message.as_str(),
            )
        })
        .collect();
    assert_eq!(
        labels,
        [
            ("head/preflight.yaml", 5, "the floor of `edge` is 2 sites"),
            (
                "base/preflight.yaml",
                8,
                "base announces it at ams and fra here"
            ),
        ]
    );
    let data = |key: &str| finding.data[key].clone();
    assert_eq!(data("prefix"), json!("203.0.113.0/24"));
    assert_eq!(data("service"), json!("edge"));
    assert_eq!(data("sites"), json!(["iad"]));
    assert_eq!(data("lost"), json!(["ams", "fra"]));
    assert_eq!(data("neighbors"), json!(["a"]));
    assert_eq!(data("floor"), json!(2));
}

#[test]
fn what_base_had_is_lowered_unless_it_gets_worse_or_the_policy_says_so() {
    let two = "{ edge: { min-sites: 3 } }";
    let at = |sites: &str, more| {
        let announcements = format!("[{{ service: edge, sites: {sites}, to: [a] }}]");
        Network {
            services: two,
            announcements: &announcements,
            more,
            ..Network::default()
        }
        .text()
    };
    let lowered = |base: &str, head: &str| only(Some(base), head).lowered;
    assert!(lowered(&at("[ams, fra]", ""), &at("[fra, iad]", "")));
    assert!(lowered(&at("[ams]", ""), &at("[ams, fra]", "")));
    assert!(!lowered(&at("[ams, fra]", ""), &at("[ams]", "")));
    assert!(!lowered(
        &at("[ams, fra]", ""),
        &at("[ams, fra]", "  existing: deny\n")
    ));
    // A floor that head itself raises is head's own.
    assert!(!lowered(&sites("[ams, fra]"), &at("[ams, fra]", "")));
}

#[test]
fn each_prefix_of_a_service_has_the_floor_in_both_families() {
    let owned = "[{ prefix: 203.0.113.0/24, service: edge }, { prefix: \"2001:db8:100::/40\", service: edge }]";
    let text = |announcements: &str| {
        Network {
            owned,
            announcements,
            ..Network::default()
        }
        .text()
    };
    let both = text("[{ service: edge, to: [a] }]");
    assert_eq!(found(None, &both), [""; 0]);
    let v4 = text("[{ prefixes: [203.0.113.0/24], to: [a] }]");
    assert_eq!(
        found(Some(&both), &v4),
        [
            "below-site-floor: `2001:db8:100::/40` is announced at no site, below the floor of 2 for `edge`",
            "family-imbalance: `edge` is announced in one address family only at 3 sites",
        ]
    );
    // A more-specific has no floor of its own, and does not count for what covers it.
    let specific = text(
        "[{ service: edge, to: [a] }, { prefixes: [\"2001:db8:100::/48\"], sites: [ams], to: [a] }]",
    );
    assert_eq!(found(Some(&both), &specific), [""; 0]);
}

#[test]
fn a_service_that_nobody_announces_has_no_floor() {
    let owned =
        "[{ prefix: 203.0.113.0/24, service: edge }, { prefix: 198.51.100.0/24, service: new }]";
    let text = |announcements| {
        Network {
            owned,
            services: "{ edge: { min-sites: 2 }, new: { min-sites: 3 } }",
            announcements,
            ..Network::default()
        }
        .text()
    };
    let edge = text("[{ service: edge, to: [a] }]");
    assert_eq!(found(None, &edge), [""; 0]);
    let both = text("[{ service: edge, to: [a] }, { service: new, sites: [ams], to: [a] }]");
    assert_eq!(rules(None, &both), ["below-site-floor"]);
    // Announced in base, it keeps its floor.
    assert_eq!(
        rules(Some(&both), &edge),
        ["below-site-floor", "service-withdrawn"]
    );
}

#[test]
fn regions_have_floors_of_their_own() {
    let text = |sites: &str| {
        let announcements = format!("[{{ service: edge, sites: {sites}, to: [a] }}]");
        Network {
            services: "{ edge: { min-sites-per-region: { eu: 2 } } }",
            announcements: &announcements,
            ..Network::default()
        }
        .text()
    };
    assert_eq!(found(None, &text("[ams, fra]")), [""; 0]);
    assert_eq!(
        found(None, &text("[ams, iad]")),
        [
            "below-region-floor: `203.0.113.0/24` is announced at 1 site in region `eu`, below the \
          floor of 2 for `edge`"
        ]
    );
}

#[test]
fn a_change_may_lose_as_many_sites_as_its_limit() {
    let text = |sites: &str| {
        let announcements = format!("[{{ service: edge, sites: {sites}, to: [a] }}]");
        Network {
            services: "{ edge: { max-site-loss-per-change: 1 } }",
            announcements: &announcements,
            ..Network::default()
        }
        .text()
    };
    let all = text("[ams, fra, iad]");
    assert_eq!(found(Some(&all), &text("[ams, fra]")), [""; 0]);
    assert_eq!(
        found(Some(&all), &text("[ams]")),
        ["site-loss: `203.0.113.0/24` loses 2 sites in one change; `edge` may lose 1"]
    );
    // Moving is losing and winning.
    assert_eq!(
        found(Some(&text("[ams, fra]")), &text("[fra, iad]")),
        [""; 0]
    );
}

#[test]
fn a_floor_that_one_change_lowers_and_breaks_is_found_as_a_relaxation() {
    let text = |floor: &str, sites: &str| {
        let services = format!("{{ edge: {{ min-sites: {floor} }} }}");
        let announcements = format!("[{{ service: edge, sites: {sites}, to: [a] }}]");
        Network {
            services: &services,
            announcements: &announcements,
            ..Network::default()
        }
        .text()
    };
    let finding = only(Some(&text("3", "[ams, fra, iad]")), &text("1", "[ams]"));
    assert_eq!(finding.rule.id, "policy-relaxed");
    assert!(finding.binding);
}

#[test]
fn router_files_that_are_not_read_leave_presence_open() {
    let base = sites("[ams, fra, iad]");
    let head = Network {
        announcements: "[]",
        more: "  sources: [{ adapter: bird, site: fra, entry: bird.conf }]\n",
        ..Network::default()
    }
    .text();
    let outcome = judge(Some(&base), &head);
    assert!(outcome.findings.is_empty(), "{:?}", outcome.findings);
    assert_eq!(outcome.undecided.len(), 1);
    assert!(
        outcome.undecided[0]
            .reason
            .starts_with("there is no file `bird.conf`")
    );
}
