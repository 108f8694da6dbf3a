//! Rules about what only routers' files say, on sides that are built by hand.

use std::collections::BTreeSet;

use rules::{Certainty, Finding, Level, LineIndex, Outcome, Span};

use super::{Network, written};
use crate::change::{Change, Side};
use crate::data::Data;
use crate::model::flow::{Flow, Numbers};
use crate::model::list::{Entries, PrefixRange};
use crate::model::session::{Channel, Limit, LimitAction, Policy, Protection};
use crate::model::{Asn, Family, Gap, GapKind, List, ListKey, Name, Secret, Session, SessionKey};
use crate::{gaps, side};

mod flow_specifications;

/// A place in a router's file.
fn place(line: u32) -> Span {
    let text = "\n".repeat(64);
    LineIndex::new(&text).span(&"fra.conf".into(), line, line)
}

fn key(neighbor: &str, last: u8) -> SessionKey {
    SessionKey {
        site: "fra".into(),
        router: "fra".into(),
        neighbor: neighbor.into(),
        address: Some([192, 0, 2, last].into()),
    }
}

/// A session with nothing wrong.
fn session(asn: u32) -> Session {
    let channel = Channel {
        span: Some(place(2)),
        import_limit: Some(Limit {
            prefixes: 100,
            action: LimitAction::Block,
            span: place(3),
        }),
        import: Policy::Filtered,
        export: Policy::Filtered,
    };
    Session {
        span: place(1),
        configured: true,
        asn: Some(Asn(asn)),
        local_asn: Asn(64500),
        local_address: None,
        external: asn != 64500,
        declared: true,
        takes_role: false,
        role: None,
        protections: [Protection::Password, Protection::Role].into(),
        channels: [(Family::Ipv4, channel)].into(),
    }
}

/// A side whose one router has a session with the neighbour `a`, and what `change` makes of it.
fn side(more: &str, change: impl FnOnce(&mut Side)) -> Side {
    let text = Network {
        services: "{ edge: {} }",
        neighbors: "{ a: { asn: 64501, address: 192.0.2.1 }, c: { asn: 64503, relation: customer } }",
        announcements: "[{ service: edge, to: [a] }]",
        more,
        ..Network::default()
    }
    .text();
    let written = written("head", &text);
    let section = written.section.as_ref().unwrap();
    let network = side::network(&written, section).unwrap();
    let mut side = side::build(
        &written,
        section,
        network,
        Data::default(),
        &mut Outcome::default(),
    )
    .unwrap();
    side.sessions = [(key("a", 1), session(64501))].into();
    change(&mut side);
    side
}

fn plain() -> Side {
    side("", |_| {})
}

/// What `rule` says about the change.
fn judged(rule: &str, base: Option<Side>, head: Side) -> Vec<Finding> {
    let change = Change::new(base, head);
    let check = crate::checks::ALL
        .iter()
        .find(|check| check.rule.id == rule);
    (check.unwrap().run)(&change)
}

#[track_caller]
fn messages(rule: &str, base: Option<Side>, head: Side) -> Vec<String> {
    let findings = judged(rule, base, head);
    findings
        .into_iter()
        .map(|finding| finding.message)
        .collect()
}

/// A side whose session with `a` has this in its channel.
fn with(change: impl Fn(&mut Channel)) -> Side {
    side("", |side| {
        let session = side.sessions.get_mut(&key("a", 1)).unwrap();
        change(session.channels.get_mut(&Family::Ipv4).unwrap());
    })
}

#[test]
fn a_router_with_nothing_wrong_is_silent() {
    let change = Change::new(Some(plain()), plain());
    for check in crate::checks::ALL {
        let found = (check.run)(&change);
        assert!(found.is_empty(), "{found:?}");
    }
}

#[test]
fn what_is_not_understood_denies_whether_or_not_base_had_it() {
    let gap = |kind, affects: BTreeSet<SessionKey>| Gap {
        span: place(7),
        kind,
        message: "`x` is not understood".to_owned(),
        affects,
    };
    for (kind, rule) in [
        (GapKind::Unparsed, "unparsed-config"),
        (GapKind::Unmodelled, "unmodelled-policy"),
        (GapKind::Undefined, "undefined-reference"),
    ] {
        let broken = || {
            side("", |side| {
                side.gaps = vec![gap(kind, [key("a", 1)].into())];
            })
        };
        let found = judged(rule, Some(broken()), broken());
        let [finding] = found.as_slice() else {
            panic!("{found:?}");
        };
        assert_eq!((finding.level, finding.lowered), (Level::Deny, false));
        assert_eq!(
            finding.notes,
            ["what a at fra receives is therefore not known"]
        );
        // The other rules leave it alone, and so does this one where head is whole.
        assert!(judged(rule, Some(broken()), plain()).is_empty());
        // Base's side of the comparison is missing then: that is said, and not called clean.
        let blind = gaps::blind(&Change::new(Some(broken()), plain()));
        assert_eq!(
            blind[0].reason,
            "base: `x` is not understood; what this change does to a at fra cannot be told"
        );
        assert!(gaps::blind(&Change::new(Some(broken()), broken())).is_empty());
    }
    // What concerns no announcement is named.
    let harmless = side("", |side| {
        side.gaps = vec![gap(GapKind::Unmodelled, BTreeSet::new())];
    });
    assert!(judged("unmodelled-policy", None, harmless)[0].lowered);
}

#[test]
fn gaps_of_one_wording_are_told_apart() {
    let head = side("", |side| {
        side.gaps = [5, 6]
            .map(|line| Gap {
                span: place(line),
                kind: GapKind::Undefined,
                message: "nothing defines the filter `x`".to_owned(),
                affects: BTreeSet::new(),
            })
            .into();
    });
    let found = judged("undefined-reference", None, head);
    assert_eq!(found.len(), 2);
    assert_ne!(found[0].fingerprint, found[1].fingerprint);
}

#[test]
fn a_session_that_nobody_declared_is_named_with_the_entry_that_was_meant() {
    let with = |address: u8, asn: u32| {
        side("", |side| {
            let declared = false;
            let session = Session {
                declared,
                ..session(asn)
            };
            side.sessions.insert(key("test", address), session);
        })
    };
    let label = |side: Side| {
        let found = judged("undeclared-neighbor", None, side);
        found[0].labels.first().map(|label| label.message.clone())
    };
    assert_eq!(
        messages("undeclared-neighbor", None, with(9, 64509)),
        ["session `test` at `fra` with AS64509 at 192.0.2.9 is not in the policy"]
    );
    assert_eq!(label(with(9, 64509)), None);
    assert_eq!(
        label(with(1, 64509)).unwrap(),
        "`a` has this address, and is AS64501"
    );
    assert_eq!(
        label(with(9, 64501)).unwrap(),
        "`a` has this number, at 192.0.2.1"
    );
    // Our own routers are not neighbours that a policy declares; intent declares all of its own.
    assert!(judged("undeclared-neighbor", None, with(9, 64500)).is_empty());
    let existing = judged("undeclared-neighbor", Some(with(9, 64509)), with(9, 64509));
    assert!(existing[0].lowered);
}

#[test]
fn a_session_without_an_import_limit_is_named() {
    let open = || with(|channel| channel.import_limit = None);
    let finding = &judged("missing-max-prefix", Some(plain()), open())[0];
    assert_eq!(
        finding.message,
        "there is no limit on what `a` at fra (ipv4) may send us"
    );
    assert_eq!((finding.level, finding.lowered), (Level::Warn, false));
    let existing = &judged("missing-max-prefix", Some(open()), open())[0];
    assert!(!existing.lowered, "a warning stays one");
    assert_eq!(existing.data["existing"], true);
    let closed = with(|channel| {
        channel.import_limit = None;
        channel.import = Policy::Nothing;
    });
    assert!(judged("missing-max-prefix", None, closed).is_empty());
    let inside = side("", |side| {
        let mut session = session(64500);
        session
            .channels
            .get_mut(&Family::Ipv4)
            .unwrap()
            .import_limit = None;
        side.sessions = [(key("rr", 2), session)].into();
    });
    assert!(judged("missing-max-prefix", None, inside).is_empty());
}

#[test]
fn a_limit_that_ends_the_session_is_named() {
    for (action, expected) in [
        (LimitAction::Warn, 0),
        (LimitAction::Block, 0),
        (LimitAction::Restart, 0),
        (LimitAction::Disable, 1),
    ] {
        let head = with(|channel| channel.import_limit.as_mut().unwrap().action = action);
        let found = judged("shutdown-on-limit", None, head);
        assert_eq!(found.len(), expected, "{action:?}");
        assert!(found.iter().all(|finding| finding.span == place(3)));
    }
}

#[test]
fn a_policy_that_is_absent_is_left_to_the_daemon() {
    for (import, export, expected) in [
        (Policy::Filtered, Policy::Absent, "no export policy"),
        (Policy::Absent, Policy::Filtered, "no import policy"),
        (
            Policy::Absent,
            Policy::Absent,
            "no import and no export policy",
        ),
    ] {
        let head = with(|channel| {
            channel.import = import;
            channel.export = export;
        });
        assert_eq!(
            messages("no-export-policy", None, head),
            [format!(
                "`a` at fra (ipv4) has {expected}: what passes is left to the daemon"
            )]
        );
    }
    for policy in [
        Policy::All,
        Policy::Nothing,
        Policy::Filtered,
        Policy::Unknown,
    ] {
        let head = with(|channel| {
            channel.import = policy;
            channel.export = policy;
        });
        assert!(
            judged("no-export-policy", None, head).is_empty(),
            "{policy:?}"
        );
    }
}

#[test]
fn everything_is_for_customers() {
    let all = |name: &str, asn: u32, others: bool| {
        side("", |side| {
            let mut open = session(asn);
            open.channels.get_mut(&Family::Ipv4).unwrap().export = Policy::All;
            side.sessions = [(key(name, 7), open)].into();
            if others {
                side.sessions.insert(key("b", 8), session(64502));
            }
        })
    };
    let found = judged("export-all", None, all("a", 64501, true));
    assert_eq!(
        found[0].message,
        "`a` at fra (ipv4) is sent every route there is"
    );
    assert!(!found[0].lowered);
    assert!(judged("export-all", None, all("a", 64501, false))[0].lowered);
    assert!(judged("export-all", None, all("c", 64503, true)).is_empty());
    assert!(judged("export-all", None, all("a", 64500, true)).is_empty());
    let existing = judged(
        "export-all",
        Some(all("a", 64501, true)),
        all("a", 64501, true),
    );
    assert!(existing[0].lowered);
}

#[test]
fn a_session_keeps_what_guards_it() {
    let with = |protections: &[Protection]| {
        let protections: BTreeSet<Protection> = protections.iter().copied().collect();
        side("", |side| {
            side.sessions.get_mut(&key("a", 1)).unwrap().protections = protections;
        })
    };
    let both = [Protection::Password, Protection::Role];
    assert_eq!(
        messages(
            "protection-removed",
            Some(with(&both)),
            with(&[Protection::Role])
        ),
        ["`a` at fra loses the password"]
    );
    assert_eq!(
        messages("protection-removed", Some(with(&both)), with(&[])),
        ["`a` at fra loses the password and the BGP role"]
    );
    assert!(judged("protection-removed", Some(with(&[])), with(&both)).is_empty());
    assert!(judged("protection-removed", None, with(&[])).is_empty());
}

#[test]
fn a_number_that_is_mistyped_in_a_router_is_another_neighbour() {
    // The policy knows the address with another number, so the session has the router's name.
    let head = side("", |side| {
        let declared = false;
        let session = Session {
            declared,
            ..session(64510)
        };
        side.sessions = [(key("transit_a", 1), session)].into();
    });
    assert_eq!(
        messages("session-identity-change", Some(plain()), head),
        ["`a` at fra becomes another neighbour: AS64501 at 192.0.2.1 is now AS64510 at 192.0.2.1"]
    );
}

#[test]
fn a_secret_is_named_and_never_shown() {
    let with = |of: &str| {
        side("", |side| {
            side.secrets = vec![Secret {
                span: place(9),
                site: "fra".into(),
                router: "fra".into(),
                of: of.into(),
            }];
        })
    };
    assert_eq!(
        messages("secret-in-config", None, with("transit_a")),
        ["the secret of `transit_a` stands here in clear text"]
    );
    let existing = |base: &str| {
        let found = judged("secret-in-config", Some(with(base)), with("a"));
        found[0].data["existing"].clone()
    };
    assert_eq!((existing("a"), existing("b")), (true.into(), false.into()));
}

fn listed(more: &str, count: u8) -> Side {
    side(more, |side| {
        let prefixes = (0..count).map(|number| {
            let text = format!("2001:db8:{number:x}::/48");
            PrefixRange::exactly(text.parse().unwrap())
        });
        let key = ListKey {
            site: "fra".into(),
            router: "fra".into(),
            name: "CUSTOMERS".into(),
        };
        let entries = Entries::Prefixes(prefixes.collect());
        let span = place(4);
        side.lists.insert(key, List { span, entries });
    })
}

#[test]
fn a_list_may_lose_a_fifth() {
    let judge = |more: &str, before, after| {
        messages(
            "shrunken-filter",
            Some(listed("", before)),
            listed(more, after),
        )
    };
    assert_eq!(judge("", 10, 8), [""; 0]);
    assert_eq!(
        judge("", 10, 7),
        ["the list `CUSTOMERS` loses 3 of 10 entries, which is more than 20%"]
    );
    assert_eq!(judge("  limits: { filter-shrink: 30% }\n", 10, 7), [""; 0]);
    assert_eq!(judge("", 10, 12), [""; 0]);
    assert_eq!(judge("", 0, 0), [""; 0]);
    // Empty is more than any limit.
    assert_eq!(
        judge("  limits: { filter-shrink: 100% }\n", 1, 0),
        ["the list `CUSTOMERS` is empty; in base it held 1 entry"]
    );
    // A list that no policy uses any more is no filter.
    assert!(judged("shrunken-filter", Some(listed("", 10)), plain()).is_empty());
}
