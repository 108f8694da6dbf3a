//! FRR: what our model says that each neighbour is sent, against what bgpd sends.

mod injected;
mod made_up;
mod proofs;
mod whole;

use std::collections::BTreeSet;
use std::fmt::Write as _;

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

include!("cases.in");

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
