//! Bursts of more-specifics.

use super::*;

fn with(prefixes: &[String], owned: &str) -> String {
    let text = Network {
        owned,
        services: "{}",
        announcements: &format!(
            "[{{ prefixes: [203.0.113.0/24], to: [a] }}, {{ prefixes: [198.51.100.0/24, {}], to: [a] }}]",
            prefixes.join(", ")
        ),
        ..Network::default()
    }
    .text();
    format!("{text}levels: {{ overlong-prefix: allow }}\n")
}

fn specifics(count: usize) -> Vec<String> {
    (0..count)
        .map(|n| format!("203.0.113.{}/28", n * 16))
        .collect()
}

const OWNED: &str = "[{ prefix: 203.0.113.0/24 }, { prefix: 198.51.100.0/24 }]";

#[test]
fn eight_are_many() {
    let base = with(&[], OWNED);
    assert_eq!(found(Some(&base), &with(&specifics(7), OWNED)), [""; 0]);
    assert_eq!(
        found(Some(&base), &with(&specifics(8), OWNED)),
        ["deaggregation: 8 new more-specifics of `203.0.113.0/24` are announced in one change"]
    );
    // Those that base had are not new, and without a base nothing is.
    assert_eq!(
        found(
            Some(&with(&specifics(1), OWNED)),
            &with(&specifics(8), OWNED)
        ),
        [""; 0]
    );
    assert_eq!(found(None, &with(&specifics(16), OWNED)), [""; 0]);
    let finding = only(Some(&base), &with(&specifics(8), OWNED));
    assert_eq!(finding.data["count"], json!(8));
    assert_eq!(
        (finding.span.start.line, finding.labels[0].span.start.line),
        (8, 4)
    );
}

#[test]
fn each_belongs_to_the_longest_owned_prefix() {
    let halves =
        "[{ prefix: 203.0.113.0/24 }, { prefix: 203.0.113.0/25 }, { prefix: 198.51.100.0/24 }]";
    let (base, head) = (with(&[], halves), with(&specifics(15), halves));
    // Eight are parts of the /25, seven of the /24 alone.
    assert_eq!(
        found(Some(&base), &head),
        ["deaggregation: 8 new more-specifics of `203.0.113.0/25` are announced in one change"]
    );
    // What the policy lists is meant.
    let listed: Vec<String> = specifics(8)
        .iter()
        .map(|p| format!("{{ prefix: {p} }}"))
        .collect();
    let listed = format!(
        "[{{ prefix: 203.0.113.0/24 }}, {{ prefix: 198.51.100.0/24 }}, {}]",
        listed.join(", ")
    );
    let head = with(&specifics(8), &listed);
    let findings = rules(Some(&with(&[], OWNED)), &head);
    assert!(
        !findings.contains(&"deaggregation".to_owned()),
        "{findings:?}"
    );
}

/// A prefix that was kept back and no longer is appears as much as a new one.
#[test]
fn what_was_kept_back_is_new_when_it_is_passed_on() {
    let kept = |community: &str| {
        statements(
            &format!(
                "[{{ service: edge, to: [a] }}, {{ prefixes: [{}], to: [a], communities: [{community}] }}]",
                specifics(8).join(", ")
            ),
            "",
        )
    };
    assert!(
        rules(Some(&kept("no-export")), &kept("\"64501:1\"")).contains(&"deaggregation".to_owned())
    );
    let none = statements("[{ service: edge, to: [a] }]", "");
    assert_eq!(found(Some(&none), &kept("no-export")), [""; 0]);
}
