//! FRR: what our model says that each neighbour is sent, against what bgpd sends.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use testkit::lab::dice::Dice;
use testkit::lab::frr::{Shown, on_the_wire};
use testkit::lab::speaker::Heard;

/// What every router of these tests originates: something of everything.
const MAPS: &str = "
route-map R-COMMUNITIES permit 10
 set community 64500:1 64500:2 64500:100
route-map R-PATH permit 10
 set as-path prepend 64505 64506
 set metric 7
route-map R-KINDS permit 10
 set large-community 64500:1:2 64500:3:4
 set extcommunity rt 64500:5
 set community 64500:3
route-map R-NO-EXPORT permit 10
 set community no-export 64500:2
route-map R-LOCAL-AS permit 10
 set community local-AS
route-map R-NO-ADVERTISE permit 10
 set community no-advertise
route-map R-PRIVATE permit 10
 set as-path prepend 64512 64513 65534
route-map R-MIXED permit 10
 set as-path prepend 64512 64505 64513
route-map R-NAMES permit 10
 set community 64500:1 blackhole no-peer graceful-shutdown internet
 set origin incomplete
route-map R-NOTHING deny 10
";

const NETWORKS: &str = "  network 192.0.2.0/25
  network 192.0.2.128/25 route-map R-COMMUNITIES
  network 198.51.100.0/24 route-map R-PATH
  network 203.0.113.0/26 route-map R-KINDS
  network 203.0.113.64/28 route-map R-LOCAL-AS
  network 203.0.113.80/28 route-map R-NO-ADVERTISE
  network 203.0.113.96/28 route-map R-PRIVATE
  network 203.0.113.112/28 route-map R-MIXED
  network 203.0.113.128/28 route-map R-NO-EXPORT
  network 203.0.113.144/28 route-map R-NAMES
  network 203.0.113.160/28 route-map R-NOTHING
  network 203.0.113.176/28 route-map UNDEFINED
";

/// One policy, for one neighbour: `NAME` in it is a name of its own, `N` the neighbour.
struct Case {
    name: &'static str,
    /// Commands outside of `router bgp`.
    outside: &'static str,
    /// The neighbour's number; 64500 is internal.
    asn: u32,
    /// What is said of the neighbour in `router bgp`.
    session: &'static str,
    /// What is said of it in the address family.
    family: &'static str,
}

const ALL: &str = "route-map NAME permit 10";
const OUT: &str = "N route-map NAME out";

/// A case of an external neighbour with a route map.
const fn map(name: &'static str, outside: &'static str) -> Case {
    with(name, outside, OUT)
}

/// A case of an external neighbour.
const fn with(name: &'static str, outside: &'static str, family: &'static str) -> Case {
    to(name, 0, outside, "", family)
}

/// Any case.
const fn to(
    name: &'static str,
    asn: u32,
    outside: &'static str,
    session: &'static str,
    family: &'static str,
) -> Case {
    Case {
        name,
        outside,
        asn,
        session,
        family,
    }
}

include!("frr_cases.rs");

/// The configuration of `cases`, the neighbour of the first being `PEER2`.
fn configuration(cases: &[Case]) -> String {
    let mut outside = String::from(MAPS);
    let (mut sessions, mut families) = (String::new(), String::new());
    for (at, case) in cases.iter().enumerate() {
        let number = at + 2;
        let named = |text: &str| text.replace("NAME", &format!("M{number}"));
        let said = |text: &str| {
            let mut lines = String::new();
            for line in named(text)
                .lines()
                .map(str::trim)
                .filter(|line| !line.is_empty())
            {
                let (no, line) = match line.strip_prefix("no ") {
                    Some(line) => ("no ", line),
                    None => ("", line),
                };
                let line = line.strip_prefix("N ").expect("it is about the neighbour");
                let _ = writeln!(lines, "  {no}neighbor PEER{number} {line}");
            }
            lines
        };
        let asn = if case.asn == 0 {
            64600 + u32::try_from(at).unwrap()
        } else {
            case.asn
        };
        outside.push_str(&named(case.outside));
        outside.push('\n');
        let _ = writeln!(sessions, " neighbor PEER{number} remote-as {asn}");
        sessions.push_str(&said(case.session));
        families.push_str(&said(case.family));
    }
    format!(
        "frr version 8.4.4\nfrr defaults traditional\n{outside}router bgp 64500\n \
         bgp router-id 192.0.2.200\n no bgp network import-check\n{sessions} \
         address-family ipv4 unicast\n{NETWORKS}{families} exit-address-family\n"
    )
}

/// Every difference between ours and theirs.
fn differences(shown: &Shown, names: &[&str]) -> Vec<String> {
    let mut wrong = Vec::new();
    for (at, compared) in shown.sessions.iter().enumerate() {
        let name = names.get(at).copied().unwrap_or_default();
        let session = &compared.session;
        for doubt in &compared.doubts {
            wrong.push(format!("{name} ({session}): doubt: {doubt}"));
        }
        let Heard::Routes(theirs) = &compared.theirs else {
            wrong.push(format!("{name} ({session}): {:?}", compared.theirs));
            continue;
        };
        let prefixes: BTreeSet<_> = compared.ours.keys().chain(theirs.keys()).collect();
        for prefix in prefixes {
            let (ours, theirs) = (compared.ours.get(prefix), theirs.get(prefix));
            if ours != theirs {
                wrong.push(format!(
                    "{name} ({session}): {prefix}\n  ours {ours:?}\n  sent {theirs:?}"
                ));
            }
        }
    }
    wrong
}

#[test]
fn each_policy_sends_what_bgpd_sends() {
    // The daemon reads a long file slowly: the time grows with the square of its lines.
    let batches: Vec<&[Case]> = CASES.chunks(40).collect();
    let mut wrong = Vec::new();
    for pair in batches.chunks(2) {
        let shown: Vec<Shown> = std::thread::scope(|scope| {
            let running: Vec<_> = pair
                .iter()
                .map(|cases| scope.spawn(|| on_the_wire(&configuration(cases))))
                .collect();
            let ended = running.into_iter().map(|thread| thread.join().unwrap());
            ended.collect()
        });
        for (cases, shown) in pair.iter().zip(shown) {
            let names: Vec<&str> = cases.iter().map(|case| case.name).collect();
            wrong.extend(shown.refused.iter().map(|line| format!("refused: {line}")));
            assert_eq!(shown.sessions.len(), cases.len());
            wrong.extend(differences(&shown, &names));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} differences\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

/// Lists that made-up maps ask, and maps that they call.
const POOL: &str = "
ip prefix-list P1 permit 192.0.2.0/24 le 32
ip prefix-list P2 deny 203.0.113.64/26 le 32
ip prefix-list P2 permit 203.0.113.0/24 ge 26
ip prefix-list P3 permit 0.0.0.0/0 ge 25 le 26
bgp community-list standard C1 permit 64500:1
bgp community-list standard C2 deny 64500:100 64500:2
bgp community-list standard C2 permit 64500:3
bgp community-list standard C2 permit 64500:7
bgp community-list expanded C3 permit ^64500:1_
bgp community-list expanded C3 deny 64500:7
bgp community-list expanded C3 permit 64500:[2-8]
bgp large-community-list standard L1 permit 64500:1:2
bgp large-community-list expanded L2 permit _64500:[37]:
bgp extcommunity-list standard E1 permit rt 64500:5
bgp as-path access-list A1 permit ^$
bgp as-path access-list A2 deny _64513_
bgp as-path access-list A2 permit _64505_
bgp as-path access-list A3 permit ^64512
access-list X1 permit 203.0.113.0/24
route-map CALLED1 permit 10
 match community C1
 set community 64500:7 additive
route-map CALLED1 permit 20
 match as-path A1
 set metric +3
route-map CALLED2 deny 10
 match large-community L1
route-map CALLED2 permit 20
 set large-community 64500:7:7 additive
 call CALLED1
";

const CONDITIONS: &[&str] = &[
    "ip address prefix-list P1",
    "ip address prefix-list P2",
    "ip address prefix-list P3",
    "ip address prefix-list NOWHERE",
    "ip address X1",
    "community C1",
    "community C1 exact-match",
    "community C2",
    "community C3",
    "community NOWHERE",
    "large-community L1",
    "large-community L1 exact-match",
    "large-community L2",
    "extcommunity E1",
    "as-path A1",
    "as-path A2",
    "as-path A3",
    "metric 7",
    "metric 4",
    "origin incomplete",
    "origin igp",
    "local-preference 100",
    "local-preference 200",
    "tag 5",
];

const SETTINGS: &[&str] = &[
    "community 64500:7",
    "community 64500:7 64500:8 additive",
    "community no-export additive",
    "community none",
    "comm-list C1 delete",
    "comm-list C2 delete",
    "comm-list C3 delete",
    "large-community 64500:7:1",
    "large-community 64500:3:9 additive",
    "large-comm-list L1 delete",
    "large-comm-list L2 delete",
    "extcommunity rt 64500:6",
    "as-path prepend 64505",
    "as-path prepend 64512 64512",
    "as-path prepend last-as 2",
    "as-path exclude 64505 64512",
    "metric 4",
    "metric +3",
    "metric -5",
    "local-preference 200",
    "origin egp",
    "ip next-hop 192.0.2.77",
    "tag 5",
];

/// A route map of one to five clauses.
fn made_up(dice: &mut Dice, name: &str) -> String {
    let mut text = String::new();
    for clause in 1..=1 + dice.below(5) {
        let action = if dice.one_in(4) { "deny" } else { "permit" };
        let _ = writeln!(text, "route-map {name} {action} {}0", clause);
        for _ in 0..dice.below(3) {
            let _ = writeln!(text, " match {}", dice.pick(CONDITIONS));
        }
        if action == "deny" {
            continue;
        }
        let mut none = None;
        for _ in 0..dice.below(4) {
            let set = dice.pick(SETTINGS);
            // One that sets communities and one that takes them away have no model together.
            if set.starts_with("community") {
                if none.is_some_and(|none| none != set.ends_with("none")) {
                    continue;
                }
                none = Some(set.ends_with("none"));
            }
            let _ = writeln!(text, " set {set}");
        }
        match dice.below(8) {
            0 => text.push_str(" call CALLED1\n"),
            1 => text.push_str(" call CALLED2\n"),
            2 | 3 => text.push_str(" on-match next\n"),
            4 => {
                let _ = writeln!(text, " on-match goto {}5", clause + dice.below(2));
            }
            _ => {}
        }
    }
    text
}

/// A configuration of 40 neighbours, each with a map of its own.
fn made_up_configuration(seed: u64) -> String {
    let mut dice = Dice::new(seed);
    let mut text = format!("frr version 8.4.4\nfrr defaults traditional\n{MAPS}{POOL}");
    let (mut sessions, mut families) = (String::new(), String::new());
    for number in 2..42 {
        text.push_str(&made_up(&mut dice, &format!("M{number}")));
        let asn = dice.pick(&[64501, 64500, 64512, 65550]);
        let _ = writeln!(sessions, " neighbor PEER{number} remote-as {asn}");
        let _ = writeln!(families, "  neighbor PEER{number} route-map M{number} out");
        for (one_in, said) in [
            (6, "remove-private-AS all"),
            (8, "filter-list A2 out"),
            (8, "prefix-list P1 out"),
            (8, "default-originate"),
            (8, "as-override"),
        ] {
            let inside = asn == 64500 && (said.starts_with("remove") || said.starts_with("as-"));
            if dice.one_in(one_in) && !inside {
                let _ = writeln!(families, "  neighbor PEER{number} {said}");
            }
        }
        if dice.one_in(8) {
            let _ = writeln!(families, "  no neighbor PEER{number} send-community");
        }
    }
    format!(
        "{text}router bgp 64500\n bgp router-id 192.0.2.200\n no bgp network import-check\n\
         {sessions} address-family ipv4 unicast\n{NETWORKS}{families} exit-address-family\n"
    )
}

/// How many times as many made-up maps are compared: `PREFLIGHT_DEPTH=10 tests/run lab` makes ten
/// times as many.
#[expect(
    clippy::disallowed_methods,
    reason = "whoever runs the tests says how long they may take"
)]
fn depth() -> u64 {
    let wanted = std::env::var("PREFLIGHT_DEPTH").unwrap_or_default();
    wanted.parse().unwrap_or(1).max(1)
}

#[test]
fn made_up_maps_send_what_bgpd_sends() {
    // `PREFLIGHT_DEPTH=10` makes ten times as many.
    let seeds: Vec<u64> = (0..2 * u64::try_from(depth()).unwrap()).collect();
    let mut wrong = Vec::new();
    for seed in seeds {
        let text = made_up_configuration(seed);
        let shown = on_the_wire(&text);
        let refused = shown
            .refused
            .iter()
            .map(|line| format!("seed {seed}: refused: {line}"));
        wrong.extend(refused);
        let name = format!("seed {seed}");
        let names = vec![name.as_str(); shown.sessions.len()];
        for difference in differences(&shown, &names) {
            // The maps that differ, for whoever looks into it.
            let number = (2..42).find(|number| difference.contains(&format!("(127.0.0.{number})")));
            let map = number.map(|number| format!("route-map M{number} "));
            let lines = text.split("\nroute-map ");
            let lines = lines.filter(|lines| {
                map.as_ref()
                    .is_some_and(|map| format!("route-map {lines}").starts_with(map))
            });
            wrong.push(format!(
                "{difference}\n{}",
                lines.collect::<Vec<_>>().join("\n")
            ));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} differences\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

/// Whole configurations: several families, groups, aggregates, profiles.
const WHOLE: &[(&str, &str)] = &[
    (
        "families and groups",
        "
route-map ALL permit 10
route-map FOUR permit 10
 match ip address prefix-list P4
route-map SIX permit 10
 match ipv6 address prefix-list P6
route-map HOP permit 10
 set ip next-hop 192.0.2.7
 set ipv6 next-hop global 2001:db8::7
route-map PEER permit 10
 set ip next-hop peer-address
 set ipv6 next-hop peer-address
route-map TAGGED permit 10
 set community 64500:9
ip prefix-list P4 permit 192.0.2.0/25
ipv6 prefix-list P6 permit 2001:db8::/32
ipv6 prefix-list L6 permit 2001:db8::/32 ge 48 le 64
router bgp 64500
 bgp router-id 192.0.2.200
 no bgp network import-check
 bgp log-neighbor-changes
 neighbor TRANSIT peer-group
 neighbor TRANSIT remote-as 64496
 neighbor TRANSIT description to the provider
 neighbor INSIDE peer-group
 neighbor INSIDE remote-as internal
 neighbor PEER2 remote-as 64501
 neighbor PEER3 remote-as 64502
 neighbor PEER4 remote-as 64503
 neighbor PEER5 remote-as 64504
 neighbor PEER6 remote-as 64505
 neighbor PEER7 remote-as 64500
 neighbor PEER8 remote-as external
 neighbor PEER9 remote-as 64496
 neighbor PEER9 peer-group TRANSIT
 neighbor PEER10 remote-as 64496
 neighbor PEER10 peer-group TRANSIT
 neighbor PEER11 remote-as 64500
 neighbor PEER11 peer-group INSIDE
 address-family ipv4 unicast
  network 192.0.2.0/25
  network 192.0.2.128/25
  network 198.51.100.77/24
  network 203.0.113.0 mask 255.255.255.0
  neighbor TRANSIT route-map TAGGED out
  neighbor TRANSIT remove-private-AS
  neighbor PEER2 route-map ALL out
  neighbor PEER3 route-map FOUR out
  neighbor PEER4 route-map SIX out
  neighbor PEER5 route-map HOP out
  neighbor PEER6 route-map PEER out
  neighbor PEER8 route-map ALL out
  neighbor PEER10 route-map FOUR out
  no neighbor PEER10 send-community
 exit-address-family
 address-family ipv6 unicast
  network 2001:db8::/32
  network 2001:db8:1::/48
  neighbor TRANSIT activate
  neighbor TRANSIT prefix-list L6 out
  neighbor INSIDE activate
  neighbor PEER2 activate
  neighbor PEER3 activate
  neighbor PEER4 activate
  neighbor PEER5 activate
  neighbor PEER6 activate
  neighbor PEER2 route-map ALL out
  neighbor PEER3 route-map FOUR out
  neighbor PEER4 route-map SIX out
  neighbor PEER5 route-map HOP out
  neighbor PEER6 route-map PEER out
route-map LATER permit 10
router bgp 64500
 neighbor PEER12 remote-as 64511
 address-family ipv4 unicast
  neighbor PEER12 route-map LATER out
",
    ),
    (
        "graceful shutdown and aggregates",
        "
route-map ALL permit 10
route-map BARE permit 10
 set community none
route-map SHUT permit 10
 match community SHUT
 set metric 3
route-map SHUT permit 20
bgp community-list standard SHUT permit graceful-shutdown
route-map SUPPRESS permit 10
 match ip address prefix-list S
ip prefix-list S permit 203.0.113.0/26
route-map UNSUPPRESS permit 10
 match ip address prefix-list S
 set metric 9
route-map AGGREGATE permit 10
 set community 64500:5
 set metric 11
 set as-path prepend 64505
route-map MARKED permit 10
 set community no-export 64500:6
 set metric 17
 set as-path prepend 64506
route-map NO deny 10
router bgp 64500
 bgp router-id 192.0.2.200
 no bgp network import-check
 bgp graceful-shutdown
 neighbor PEER2 remote-as 64501
 neighbor PEER3 remote-as 64502
 neighbor PEER4 remote-as 64503
 neighbor PEER5 remote-as 64500
 neighbor PEER6 remote-as 64505
 neighbor PEER7 remote-as 64506
 address-family ipv4 unicast
  network 192.0.2.0/25
  network 192.0.2.128/25 route-map MARKED
  network 203.0.113.0/26
  network 203.0.113.64/26
  network 198.51.100.0/26
  network 198.51.100.64/26 route-map MARKED
  aggregate-address 192.0.2.0/24
  aggregate-address 203.0.113.0/24 suppress-map SUPPRESS
  aggregate-address 198.51.100.0/24 summary-only route-map AGGREGATE
  aggregate-address 203.0.113.0/25 summary-only origin incomplete
  neighbor PEER2 route-map ALL out
  neighbor PEER3 route-map SHUT out
  neighbor PEER4 route-map SHUT out
  neighbor PEER4 unsuppress-map UNSUPPRESS
  neighbor PEER5 next-hop-self
  neighbor PEER6 route-map ALL out
  neighbor PEER6 default-originate
  neighbor PEER7 route-map BARE out
 exit-address-family
",
    ),
    (
        "no policy needed, nothing by default",
        "
route-map MED permit 10
 set metric 5
router bgp 64500
 bgp router-id 192.0.2.200
 no bgp network import-check
 no bgp ebgp-requires-policy
 no bgp default ipv4-unicast
 bgp default local-preference 250
 neighbor PEER2 remote-as 64501
 neighbor PEER3 remote-as 64502
 neighbor PEER4 remote-as 64500
 neighbor PEER5 remote-as 64503
 address-family ipv4 unicast
  neighbor PEER2 activate
  network 192.0.2.0/25
  network 203.0.113.0/26
  network 203.0.113.64/26
  aggregate-address 203.0.113.0/24 as-set
  aggregate-address 203.0.113.0/25 summary-only
  aggregate-address 198.51.100.0/25 summary-only
  network 198.51.100.0/25
  network 192.0.2.128/25 route-map MED
  neighbor PEER4 activate
 exit-address-family
 address-family ipv6 unicast
  neighbor PEER3 activate
  neighbor PEER4 activate
  network 2001:db8::/32
  neighbor PEER3 default-originate
 exit-address-family
",
    ),
    (
        "a confederation",
        "
route-map ALL permit 10
route-map MARKED permit 10
 set community local-AS
route-map KEPT permit 10
 set community no-export
router bgp 64510
 bgp router-id 192.0.2.200
 bgp confederation identifier 64500
 bgp confederation peers 64511 64512
 no bgp network import-check
 neighbor PEER2 remote-as 64511
 neighbor PEER3 remote-as 64510
 neighbor PEER4 remote-as 64501
 address-family ipv4 unicast
  network 192.0.2.0/25
  network 192.0.2.128/25 route-map MARKED
  network 198.51.100.0/24 route-map KEPT
  neighbor PEER4 route-map ALL out
 exit-address-family
",
    ),
];

/// The start of a file, by the profile that it names.
const PROFILES: [(&str, &str); 4] = [
    (
        "traditional",
        "frr version 8.4.4\nfrr defaults traditional\n",
    ),
    ("datacenter", "frr version 8.4.4\nfrr defaults datacenter\n"),
    ("old", "frr version 7.3\nfrr defaults traditional\n"),
    ("unnamed", ""),
];

/// What a profile decides.
const PROFILED: &str = "route-map ALL permit 10
router bgp 64500
 bgp router-id 192.0.2.200
 no bgp network import-check
 neighbor PEER2 remote-as 64501
 neighbor PEER3 remote-as 64502
 neighbor PEER4 remote-as 64500
 address-family ipv4 unicast
  network 192.0.2.0/25
  neighbor PEER3 route-map ALL out
 exit-address-family
";

#[test]
fn whole_configurations_send_what_bgpd_sends() {
    let head = "frr version 8.4.4\nfrr defaults traditional\nhostname edge\n!\n";
    let whole = WHOLE
        .iter()
        .map(|(name, text)| (*name, format!("{head}{text}")));
    let profiles = PROFILES.map(|(name, head)| (name, format!("{head}{PROFILED}")));
    let mut wrong = Vec::new();
    for (name, text) in whole.chain(profiles) {
        let shown = on_the_wire(&text);
        wrong.extend(
            shown
                .refused
                .iter()
                .map(|line| format!("{name}: refused: {line}")),
        );
        wrong.extend(
            shown
                .doubts
                .iter()
                .map(|doubt| format!("{name}: doubt: {doubt}")),
        );
        let names = vec![name; shown.sessions.len()];
        wrong.extend(differences(&shown, &names));
    }
    assert!(
        wrong.is_empty(),
        "{} differences\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

/// Lines that bgpd refuses, in sections where they could stand.
const REFUSED: &str = "frr version 8.4.4
frr defaults traditional
ip prefix-list A permit 192.0.2.0/24 ge 23
ip prefix-list A permit 192.0.2.0/24 le 33
ip prefix-list A permit 192.0.2.0/24 ge 28 le 26
bgp community-list standard C permit 64500:1:2
bgp community-list UNTYPED permit 64500:1
bgp large-community-list standard L permit 64500:1
route-map M permit 10
 match metric 0
 match tag 0
 match community C any
 set ip next-hop 0.0.0.0
 set as-path prepend last-as 11
 set nonsense 5
 on-match goto 5
 continue
route-map M allow 20
router bgp 64500
 bgp router-id 192.0.2.200
 no bgp network import-check
 bgp nonsense
 neighbor 192.0.2.9 route-map M out
 neighbor PEER2 remote-as 64501
 neighbor PEER2 nonsense
 neighbor PEER2 local-role nobody
 neighbor PEER2 peer-group NOBODY
 address-family ipv4 unicast
  network 192.0.2.0/24
  network 2001:db8::/32
  neighbor PEER2 route-map M sideways
  neighbor PEER2 send-community tiny
  nonsense
  aggregate-address 192.0.2.0/24 nonsense
  redistribute nonsense
 exit-address-family
nonsense at the top
";

#[test]
fn what_bgpd_refuses_is_not_clean() {
    let shown = on_the_wire(REFUSED);
    let missed: Vec<&String> = shown
        .refused
        .iter()
        .filter(|line| {
            !shown
                .doubts
                .iter()
                .any(|doubt| doubt.contains(line.as_str()))
        })
        .collect();
    assert_eq!(
        missed,
        Vec::<&String>::new(),
        "all doubts: {:#?}",
        shown.doubts
    );
    assert!(shown.refused.len() > 15, "{:#?}", shown.refused);
}
