//! What becomes of routes that neighbours send, against the daemon: a speaker sends them into one
//! session, and the others' speakers hear what comes out.

#![expect(clippy::print_stdout, reason = "what is counted is printed")]

mod proofs;

use bgp_ci::model::{AsPath, Asn, Community, NextHop, OriginCode, Prefix, Segment};
use bgp_ci::router::propagate::Sent;
use testkit::lab::injection::{self, Case};
use testkit::lab::pairs::{self, Tally, judge};

/// Where received next hops lead, and what some sessions do to routes.
const BASE: &str = "
ipv4 table hops;
protocol static { ipv4 { table hops; }; route 192.0.2.0/24 via \"lo\"; route 127.0.0.0/8 via \"lo\"; }
filter rewrite {
	bgp_med = 7;
	bgp_local_pref = 300;
	bgp_path.prepend(64499);
	bgp_community.add((64500, 2));
	if (64500, 3) ~ bgp_community then bgp_next_hop = 192.0.2.88;
	if (64500, 4) ~ bgp_community then bgp_otc = 64498;
	accept;
}
filter opened { bgp_community.delete([(65535, *)]); unset(bgp_otc); accept; }
filter lowered { bgp_local_pref = 50; bgp_med = 9; bgp_next_hop = 192.0.2.99; accept; }
";

/// A kind of session: its name, the neighbour's number, statements, and those of its channel.
type Kind = (&'static str, u32, &'static str, &'static str);

/// Sessions that send, all into one table.
const SENDERS: &[Kind] = &[
    ("external", 64501, "", "import all"),
    ("lowered", 64502, "", "import filter lowered"),
    ("client", 64503, "rs client;", "import all"),
    ("internal", 64500, "", "import all"),
    ("reflected", 64500, "rr client;", "import all"),
    (
        "member",
        64504,
        "confederation 64510; confederation member yes;",
        "import all",
    ),
    ("outside", 64505, "confederation 64510;", "import all"),
    ("inside", 64500, "confederation 64510;", "import all"),
    ("provider", 64506, "local role customer;", "import all"),
    ("customer", 64507, "local role provider;", "import all"),
    ("peer", 64508, "local role peer;", "import all"),
    ("server", 64509, "local role rs_client;", "import all"),
    (
        "to_client",
        64501,
        "local role rs_server; rs client;",
        "import all",
    ),
    (
        "preferred",
        64502,
        "allow bgp_local_pref yes;",
        "import all",
    ),
    ("again", 64503, "allow local as 1;", "import all"),
    ("always", 64504, "allow local as;", "import all"),
    ("first", 64505, "enforce first as yes;", "import all"),
    (
        "defaults",
        64506,
        "default bgp_local_pref 77; default bgp_med 9;",
        "import all",
    ),
];

/// Sessions that listen, all at one table.
const LISTENERS: &[Kind] = &[
    ("external", 64501, "", "export all"),
    ("rewritten", 64502, "", "export filter rewrite"),
    ("opened", 64502, "", "export filter opened"),
    ("with_med", 64503, "allow bgp_local_pref yes;", "export all"),
    ("client", 64504, "rs client;", "export all"),
    (
        "client_rewritten",
        64504,
        "rs client;",
        "export filter rewrite",
    ),
    (
        "client_own",
        64504,
        "rs client;",
        "export all; next hop self",
    ),
    ("internal", 64500, "", "export all"),
    ("internal_rewritten", 64500, "", "export filter rewrite"),
    (
        "reflected",
        64500,
        "rr client; default bgp_local_pref 33;",
        "export all",
    ),
    (
        "reflected_own",
        64500,
        "rr client;",
        "export all; next hop self",
    ),
    (
        "reflected_own_ebgp",
        64500,
        "rr client;",
        "export all; next hop self ebgp",
    ),
    (
        "internal_own_ibgp",
        64500,
        "rr client;",
        "export all; next hop self ibgp",
    ),
    ("other_inside", 64512, "", "export all"),
    ("keeping", 64505, "", "export all; next hop keep"),
    ("keeping_ibgp", 64505, "", "export all; next hop keep ibgp"),
    ("keeping_ebgp", 64505, "", "export all; next hop keep ebgp"),
    (
        "address",
        64506,
        "",
        "export all; next hop address 192.0.2.66",
    ),
    (
        "member",
        64507,
        "confederation 64510; confederation member yes;",
        "export all",
    ),
    ("outside", 64508, "confederation 64510;", "export all"),
    ("inside", 64500, "confederation 64510;", "export all"),
    ("provider", 64506, "local role customer;", "export all"),
    (
        "provider_opened",
        64506,
        "local role customer;",
        "export filter opened",
    ),
    (
        "provider_marked",
        64506,
        "local role customer;",
        "export filter rewrite",
    ),
    ("customer", 64507, "local role provider;", "export all"),
    ("peer", 64508, "local role peer;", "export all"),
    ("server", 64509, "local role rs_client;", "export all"),
    (
        "to_client",
        64501,
        "local role rs_server; rs client;",
        "export all",
    ),
    (
        "uninterpreted",
        64502,
        "interpret communities no;",
        "export all",
    ),
    ("nothing", 64503, "", "export none"),
];

fn sessions() -> String {
    let mut text = String::from(BASE);
    let mut number = 1;
    for (prefix, kinds) in [("a", SENDERS), ("b", LISTENERS)] {
        for (name, asn, statements, channel) in kinds {
            number += 1;
            let own = if *name == "other_inside" {
                64512
            } else {
                64500
            };
            let other = if prefix == "a" {
                "export none"
            } else {
                "import none"
            };
            text.push_str(&format!(
                "protocol bgp {prefix}_{name} {{ local LOCAL as {own}; neighbor PEER{number} as {asn}; QUICK; {statements} ipv4 {{ igp table hops; {other}; {channel}; }}; }}\n"
            ));
        }
    }
    text
}

fn sent(path: &[u32]) -> Sent {
    Sent {
        path: AsPath::sequence(path.iter().copied().map(Asn)),
        origin_code: OriginCode::Igp,
        communities: [].into(),
        med: None,
        local_preference: None,
        next_hop: NextHop::Address([192, 0, 2, 77].into()),
        otc: None,
    }
}

/// Routes with something of everything, from a neighbour with the number `asn`.
fn routes(asn: u32) -> Vec<Sent> {
    let plain = if asn == 64500 {
        sent(&[64496])
    } else {
        sent(&[asn, 64496])
    };
    let community = |list: &[Community]| Sent {
        communities: list.iter().copied().collect(),
        ..plain.clone()
    };
    let path = |list: &[u32]| {
        let first = (asn != 64500).then_some(asn);
        sent(
            &first
                .into_iter()
                .chain(list.iter().copied())
                .collect::<Vec<_>>(),
        )
    };
    let segments = |before: Option<Segment>, after: Option<Segment>| Sent {
        path: AsPath::from_segments(
            before
                .into_iter()
                .chain(plain.path.segments().iter().cloned())
                .chain(after),
        ),
        ..plain.clone()
    };
    let asns = |list: &[u32]| list.iter().copied().map(Asn).collect::<Vec<_>>();
    vec![
        plain.clone(),
        Sent {
            next_hop: NextHop::Own,
            ..plain.clone()
        },
        Sent {
            med: Some(5),
            communities: [Community::Standard(64500, 1)].into(),
            ..plain.clone()
        },
        Sent {
            local_preference: Some(250),
            origin_code: OriginCode::Egp,
            ..plain.clone()
        },
        Sent {
            origin_code: OriginCode::Incomplete,
            med: Some(0),
            ..plain.clone()
        },
        community(&[Community::NO_EXPORT]),
        community(&[Community::NO_ADVERTISE]),
        community(&[Community::NO_EXPORT_SUBCONFED]),
        community(&[Community::Standard(64500, 3), Community::BLACKHOLE]),
        community(&[Community::Standard(64500, 4), Community::GRACEFUL_SHUTDOWN]),
        community(&[
            Community::Large(64500, 1, 2),
            Community::Extended(0x0002_fbf4_0000_0005),
            Community::Extended(0x4300_fbf4_0000_0005),
        ]),
        Sent {
            otc: Some(Asn(64496)),
            ..plain.clone()
        },
        Sent {
            otc: Some(Asn(asn)),
            ..plain.clone()
        },
        path(&[64500, 64496]),
        path(&[64500, 64500, 64496]),
        path(&[64510, 64496]),
        path(&[64512, 64496]),
        path(&[64501, 64502, 64503]),
        sent(&[64497, 64496]),
        sent(&[]),
        segments(None, Some(Segment::Set(asns(&[64498, 64500])))),
        segments(None, Some(Segment::Set(asns(&[64497, 64498])))),
        segments(Some(Segment::ConfederationSequence(asns(&[64511]))), None),
        segments(
            Some(Segment::ConfederationSequence(asns(&[64511, 64500]))),
            None,
        ),
        segments(Some(Segment::Set(asns(&[64498]))), None),
        path(&[0, 64496]),
        path(&[23456, 4_294_967_295]),
        path(&[64496; 270]),
        Sent {
            next_hop: NextHop::Address([127, 0, 0, 20].into()),
            ..plain.clone()
        },
    ]
}

#[test]
fn every_kind_of_session_does_with_every_kind_of_route_what_the_daemon_does() {
    let mut case = Case {
        text: sessions(),
        ..Case::default()
    };
    let mut last = 0_u32;
    for (name, asn, ..) in SENDERS {
        let routes = routes(*asn).into_iter().map(|sent| {
            last += 1;
            let net = std::net::Ipv4Addr::from(0xc633_6400 + last);
            let prefix: Prefix = format!("{net}/32").parse().unwrap();
            (prefix, sent)
        });
        case.sends.insert(format!("a_{name}"), routes.collect());
    }
    let injected = injection::bird(&case);
    assert_eq!(injected.router.gaps, []);
    let mut tally = Tally::default();
    judge(&case, &injected, |_, _| true, &mut tally);
    println!("{tally}");
    assert!(
        tally.wrong.is_empty(),
        "{tally}\n{}",
        tally.wrong.join("\n")
    );
    assert!(tally.gaps.is_empty() && tally.open == 0, "{tally}");
    assert!(tally.sent > 8_000, "{tally}");
}

/// How much more is made up: `PREFLIGHT_DEPTH=10` makes ten times as much.
#[expect(
    clippy::disallowed_methods,
    reason = "the tests are told from outside how deep to look"
)]
pub(super) fn depth() -> u64 {
    let wanted = std::env::var("PREFLIGHT_DEPTH").unwrap_or_default();
    wanted.parse().unwrap_or(1)
}

/// Pairs in one daemon, and how many daemons there are.
const PAIRS: u64 = 64;
const BATCHES: u64 = 5;

#[test]
fn random_policies_do_with_random_routes_what_the_daemon_does() {
    let mut tally = Tally::default();
    for batch in 0..BATCHES * depth() {
        let case = pairs::case(batch * PAIRS..(batch + 1) * PAIRS, &mut tally);
        let injected = injection::bird(&case);
        assert_eq!(injected.router.gaps, []);
        judge(&case, &injected, pairs::paired, &mut tally);
    }
    println!("{tally}");
    let first: Vec<&str> = tally.wrong.iter().take(20).map(String::as_str).collect();
    assert!(first.is_empty(), "{tally}; such as\n{}", first.join("\n"));
    // Most policies load, conditions hold and do not, and little is left open.
    assert!(tally.pairs >= 300, "{tally}");
    assert!(tally.sent > 700 && tally.equal > 3_000, "{tally}");
    let gaps: usize = tally.gaps.values().sum();
    assert!((gaps + tally.open) * 20 < tally.equal, "{tally}");
}
