//! RPKI and IRR data: what each rule says when, and that broken data is never "clean".

use super::{File, Network, judge_with, listed};

const VRPS: &str = "data/vrps.json";

/// A network of one prefix that is compared with payloads.
fn network(more: &str) -> String {
    Network {
        services: "{ edge: {} }",
        more: &format!("  data: {{ vrps: data/vrps.json, max-age: 48h }}\n{more}"),
        ..Network::default()
    }
    .text()
}

fn announcing(prefixes: &str) -> String {
    Network {
        services: "{ edge: {} }",
        announcements: &format!("[{{ prefixes: [{prefixes}], to: [a, b] }}]"),
        more: "  data: { vrps: data/vrps.json, max-age: 48h }\nlevels: { overlong-prefix: allow }\n",
        ..Network::default()
    }
    .text()
}

/// A file of payloads: prefix, maximum length, number.
fn payloads(list: &[(&str, u8, u32)]) -> String {
    let list: Vec<String> = list
        .iter()
        .map(|(prefix, length, asn)| {
            format!(
                r#"{{"asn": {asn}, "prefix": "{prefix}", "maxLength": {length}, "ta": "ripe"}}"#
            )
        })
        .collect();
    format!(
        r#"{{"metadata": {{"buildtime": "2026-11-21T12:00:00Z"}}, "roas": [{}]}}"#,
        list.join(",")
    )
}

/// `rule: message` of what a change of the policy and of its payloads finds.
#[track_caller]
fn found(base: Option<(&str, &str)>, head: (&str, &str)) -> Vec<String> {
    let files = |text| [(VRPS, text)];
    let before = base.map(|(_, vrps)| files(vrps));
    let base = base.map(|(text, _)| text).zip(before.as_ref());
    let outcome = judge_with(
        base.map(|(text, files)| (text, files.as_slice())),
        (head.0, &files(head.1)),
    );
    assert_eq!(outcome.undecided, []);
    listed(&outcome)
}

#[track_caller]
fn rules(base: Option<(&str, &str)>, head: (&str, &str)) -> Vec<String> {
    let found = found(base, head);
    let ids = found.iter().filter_map(|line| line.split_once(':'));
    ids.map(|(id, _)| id.to_owned()).collect()
}

#[test]
fn one_cause_is_reported_by_one_rule() {
    let text = network("");
    let good = payloads(&[("203.0.113.0/24", 24, 64500)]);
    let states = [
        (
            payloads(&[("203.0.113.0/24", 24, 64510)]),
            "rov-invalid",
            "roa-change-invalidates",
        ),
        (
            payloads(&[("203.0.113.0/24", 24, 0)]),
            "as0-covered",
            "as0-covered",
        ),
        (
            payloads(&[("203.0.113.128/25", 25, 64510)]),
            "missing-roa",
            "rov-downgrade",
        ),
        (
            payloads(&[("203.0.113.0/24", 25, 64500)]),
            "loose-max-length",
            "loose-max-length",
        ),
    ];
    for (state, alone, changed) in &states {
        assert_eq!(rules(None, (&text, state)), [*alone]);
        assert_eq!(rules(Some((&text, &good)), (&text, state)), [*changed]);
        // What was there before is said again, and by the rule about states.
        assert_eq!(rules(Some((&text, state)), (&text, state)), [*alone]);
        assert_eq!(rules(Some((&text, state)), (&text, &good)), [""; 0]);
    }
    assert_eq!(rules(None, (&text, &good)), [""; 0]);
}

#[test]
fn the_reason_and_what_covers_are_said() {
    let vrps = payloads(&[("203.0.113.0/24", 24, 64500), ("203.0.112.0/20", 20, 64510)]);
    assert_eq!(
        found(None, (&announcing("203.0.113.0/24, 203.0.113.0/25"), &vrps)),
        [
            "rov-invalid: `203.0.113.0/25` from AS64500 is invalid: this origin is authorized for \
             shorter prefixes only"
        ]
    );
    let finding = judge_with(
        None,
        (&announcing("203.0.113.0/25"), &[(VRPS, vrps.as_str())]),
    )
    .findings
    .remove(0);
    assert_eq!(
        finding.notes[1],
        "covering payloads: 203.0.113.0/24 AS64500 (ripe), 203.0.112.0/20 AS64510 (ripe)"
    );
    assert_eq!(finding.data["reason"], "length");
    assert_eq!(finding.data["covering"][1]["asn"], "AS64510");
}

#[test]
fn what_base_had_is_no_more_than_a_warning() {
    let text = network("");
    let bad = payloads(&[("203.0.113.0/24", 24, 64510)]);
    let lowered = |base: Option<(&str, &[File<'_>])>| {
        let outcome = judge_with(base, (&text, &[(VRPS, bad.as_str())]));
        let mut invalid = outcome
            .findings
            .iter()
            .filter(|finding| finding.rule.id == "rov-invalid");
        let lowered = invalid.next().unwrap().lowered;
        assert!(invalid.next().is_none());
        lowered
    };
    assert!(!lowered(None));
    assert!(lowered(Some((&text, &[(VRPS, bad.as_str())]))));
    // Data that comes with this change says of an old announcement what is old, too.
    assert!(lowered(Some((&text, &[]))));
    assert!(lowered(Some((&Network::default().text(), &[]))));
    // A new announcement is new.
    let other = announcing("192.0.2.0/24");
    assert!(!lowered(Some((&other, &[(VRPS, bad.as_str())]))));
}

#[test]
fn a_move_to_another_origin_with_both_authorizations_passes() {
    let both = payloads(&[("203.0.113.0/24", 24, 64500), ("203.0.113.0/24", 24, 64505)]);
    let head = network("  origins: [64505]\n")
        .replace("{ asn: 64501,", "{ asn: 64501, presents-as: 64505,");
    let found = rules(Some((&network(""), &both)), (&head, &both));
    let ours = ["rov-", "roa-", "as0-", "missing-", "loose-"];
    assert!(
        !found
            .iter()
            .any(|id| ours.iter().any(|start| id.starts_with(start))),
        "{found:?}"
    );
}

#[test]
fn nobody_authorizes_space_that_only_this_policy_means() {
    let text = network("");
    let elsewhere = payloads(&[("192.0.2.0/24", 24, 64500)]);
    assert_eq!(rules(None, (&text, &elsewhere)), [""; 0]);
    let beside = payloads(&[("203.0.113.255/32", 32, 64510)]);
    assert_eq!(rules(None, (&text, &beside)), ["missing-roa"]);
}

#[test]
fn without_data_no_rule_speaks() {
    let text = Network {
        services: "{ edge: {} }",
        ..Network::default()
    }
    .text();
    assert_eq!(rules(None, (&text, "{}")), [""; 0]);
}

/// `path:line: reason` of what is undecided.
fn undecided(base: Option<(&str, &[File<'_>])>, head: (&str, &[File<'_>])) -> Vec<String> {
    let outcome = judge_with(base, head);
    let gaps = outcome.undecided.iter().map(|gap| {
        let line = gap.at.map_or(0, |at| at.line);
        format!("{}:{line}: {}", gap.path, gap.reason)
    });
    gaps.collect()
}

#[test]
fn payloads_that_cannot_be_used_are_never_an_empty_world() {
    let text = network("");
    let stale = payloads(&[("203.0.113.0/24", 24, 64500)]).replace("2026-11-21", "2026-11-01");
    let future = payloads(&[("203.0.113.0/24", 24, 64500)]).replace("2026-11-21", "2026-11-23");
    let whole = payloads(&[("203.0.113.0/24", 24, 64500)]);
    let cut = whole.strip_suffix("}]}").unwrap();
    let cases: [(&str, &str); 9] = [
        ("", "data/vrps.json:0: the file is empty"),
        ("<html>", "data/vrps.json:1: this is neither JSON"),
        (cut, "data/vrps.json:1: the file ends in the middle"),
        (r#"{"roas": []}"#, "it does not say when it was made"),
        (&payloads(&[]), "it holds no payload at all"),
        (&stale, "and so 492h old"),
        (&future, "which is in the future"),
        (&payloads(&[("203.0.113.7/24", 24, 1)]), "has host bits set"),
        (
            &payloads(&[("203.0.113.0/24", 33, 1)]),
            "longer than an ipv4 address",
        ),
    ];
    for (vrps, expected) in cases {
        let gaps = undecided(None, (&text, &[(VRPS, vrps)]));
        assert!(gaps.iter().any(|gap| gap.contains(expected)), "{gaps:?}");
    }
    let gaps = undecided(None, (&text, &[]));
    assert_eq!(gaps, ["data/vrps.json:0: there is no such file"]);
}

#[test]
fn many_payloads_fewer_than_base_are_undecided() {
    let text = network("");
    let of = |count: u32| {
        let all: Vec<_> = (0..count)
            .map(|at| ("203.0.113.0/24", 24, 64500 + at))
            .collect();
        payloads(&all)
    };
    let (base, head) = (of(200), of(100));
    let gaps = undecided(
        Some((&text, &[(VRPS, base.as_str())])),
        (&text, &[(VRPS, head.as_str())]),
    );
    assert_eq!(gaps.len(), 1);
    assert!(
        gaps[0].contains("holds 100 payloads and base held 200"),
        "{gaps:?}"
    );
}

#[test]
fn what_is_not_compared_is_named() {
    let text = network("");
    let vrps = payloads(&[("203.0.113.0/24", 24, 64500)]);
    let outcome = judge_with(Some((&text, &[])), (&text, &[(VRPS, vrps.as_str())]));
    assert_eq!(outcome.undecided, []);
    assert_eq!(
        outcome.stats["skipped"][0],
        "payloads before the change are not known, so `roa-change-invalidates` and \
         `rov-downgrade` compare nothing (`data/vrps.json`: there is no such file)"
    );
}

#[test]
fn local_exceptions_count() {
    let text = network("").replace("max-age", "slurm: slurm.json, max-age");
    let vrps = payloads(&[("203.0.113.0/24", 24, 64510), ("192.0.2.0/24", 24, 1)]);
    let slurm = r#"{"slurmVersion": 1,
        "validationOutputFilters": {"prefixFilters": [{"asn": 64510}], "bgpsecFilters": [{}]},
        "locallyAddedAssertions": {"prefixAssertions": [{"asn": 64500, "prefix": "203.0.113.0/24"}],
                                   "bgpsecAssertions": []}}"#;
    let outcome = judge_with(
        None,
        (&text, &[(VRPS, vrps.as_str()), ("slurm.json", slurm)]),
    );
    assert_eq!(outcome.undecided, []);
    assert_eq!(listed(&outcome), [""; 0]);
    let skipped = outcome.stats["skipped"].to_string();
    assert!(skipped.contains("bgpsecFilters"), "{skipped}");
    let broken = undecided(
        None,
        (&text, &[(VRPS, vrps.as_str()), ("slurm.json", "{}")]),
    );
    assert!(
        broken[0].contains("missing field `slurmVersion`"),
        "{broken:?}"
    );
}

#[test]
fn route_objects_and_authorizations_that_cannot_be_used_are_undecided() {
    let with = |data: &str| {
        Network {
            services: "{ edge: {} }",
            more: &format!("  data: {{ {data} }}\n"),
            ..Network::default()
        }
        .text()
    };
    let irr = with("irr: [a.rpsl, b.rpsl]");
    let route = "route: 203.0.113.0/24\norigin: AS64500\n";
    let of = |b| undecided(None, (&irr, &[("a.rpsl", route), ("b.rpsl", b)]));
    assert_eq!(of("mntner: EXAMPLE\n"), [""; 0]);
    assert_eq!(of(""), ["b.rpsl:0: the file holds no object"]);
    assert!(of("route: x\norigin: AS1\n")[0].starts_with("b.rpsl:1: "));
    let none = [("a.rpsl", "mntner: X\n"), ("b.rpsl", "mntner: X\n")];
    let gaps = undecided(None, (&irr, &none));
    assert_eq!(
        gaps,
        ["a.rpsl:0: there is no route object in what `irr` names"]
    );
    let aspa = with("aspa: a.json, max-age: 48h");
    let of = |text| undecided(None, (&aspa, &[("a.json", text)]));
    assert!(of("{}")[0].contains("there is no `aspas`"));
    assert!(
        of(r#"{"aspas": []}"#)
            .iter()
            .any(|gap| gap.contains("holds no authorization"))
    );
    assert!(
        of(r#"{"aspas": []}"#)
            .iter()
            .any(|gap| gap.contains("when it was made"))
    );
}

#[test]
fn an_age_that_is_none_is_an_error_of_the_policy() {
    let text = network("").replace("48h", "soon");
    let gaps = undecided(None, (&text, &[]));
    assert_eq!(gaps.len(), 1);
    assert!(gaps[0].contains("`soon` is no age such as 48h"), "{gaps:?}");
}
