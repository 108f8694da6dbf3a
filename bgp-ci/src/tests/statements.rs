//! `network` statements of FRR and the routes that they need.

use rules::{Certainty, Level};

use super::judge_with;

const POLICY: &str = r"version: 1
bgp:
  asn: 64500
  owned: [{ prefix: 203.0.113.0/24 }, { prefix: 198.51.100.0/24 }]
  treat-as-public: [198.51.100.0/24, 203.0.113.0/24, AS64496-AS64511]
  sites: { fra: {}, ams: {} }
  neighbors: { transit-a: { asn: 64501 } }
  sources: [{ adapter: frr, site: fra, entry: frr.conf }]
";

fn text(outside: &str, inside: &str) -> String {
    format!(
        "frr version 8.4.4\n{outside}\nroute-map OUT permit 10\nrouter bgp 64500\n \
         neighbor 192.0.2.1 remote-as 64501\n{inside}\n address-family ipv4 unicast\n  \
         network 203.0.113.0/24\n  neighbor 192.0.2.1 route-map OUT out\n"
    )
}

/// Message, lowered or not, and certainty of each finding of the rule.
fn found(base: Option<(&str, &str)>, head: (&str, &str)) -> Vec<(String, bool)> {
    let base = base.map(|(outside, inside)| text(outside, inside));
    let head = text(head.0, head.1);
    let base = base.as_ref().map(|text| [("frr.conf", &**text)]);
    let outcome = judge_with(
        base.as_ref().map(|files| (POLICY, &files[..])),
        (POLICY, &[("frr.conf", &head)]),
    );
    assert_eq!(outcome.undecided, []);
    let found = outcome.findings.into_iter();
    found
        .filter(|finding| finding.rule.id == "network-without-route")
        .inspect(|finding| assert_eq!(finding.certainty, Certainty::Likely))
        .map(|finding| {
            let denies = finding.level == Level::Deny && !finding.lowered;
            (finding.message, denies)
        })
        .collect()
}

const ROUTE: &str = "ip route 203.0.113.0/24 Null0";
const OTHER: &str = "ip route 198.51.100.0/24 Null0";
const ADDRESS: &str = "interface lo\n ip address 203.0.113.1/24\nexit";
const UNCHECKED: &str = " no bgp network import-check";

#[test]
fn a_route_that_goes_is_denied() {
    for (then, now) in [
        (ROUTE, ""),
        (ADDRESS, ""),
        (ROUTE, "ip route 203.0.113.0/24 Null0 vrf blue"),
        (ROUTE, "ip route 203.0.113.0/24 Null0 table 10"),
        (ROUTE, "ip route 203.0.113.0/25 Null0"),
        (
            ADDRESS,
            "interface lo\n shutdown\n ip address 203.0.113.1/24\nexit",
        ),
        (
            ADDRESS,
            "interface lo\n ip address 203.0.113.1/24\n no ip address 203.0.113.1/24\nexit",
        ),
        // What is left of several lines is enough.
        (
            "ip route 203.0.113.0/24 Null0\nip route 203.0.113.0/24 192.0.2.7",
            OTHER,
        ),
    ] {
        let found = found(Some((then, "")), (now, ""));
        let [(message, true)] = &found[..] else {
            panic!("{then} {now}: {found:?}");
        };
        assert!(
            message.contains("`network 203.0.113.0/24` stays"),
            "{message}"
        );
    }
}

#[test]
fn a_route_that_is_there_in_another_way_is_enough() {
    for (then, now) in [
        (ROUTE, ADDRESS),
        (ADDRESS, ROUTE),
        (
            ROUTE,
            "ip route 203.0.113.0 255.255.255.0 192.0.2.9 table 254",
        ),
        (
            "ip route 203.0.113.0/24 Null0\nip route 203.0.113.0/24 192.0.2.7",
            "ip route 203.0.113.0/24 192.0.2.7",
        ),
        (
            "interface lo\n shutdown\n ip address 203.0.113.1/24\nexit",
            ADDRESS,
        ),
        // The route was never in the file: it comes from elsewhere, and so it may now.
        ("", ""),
        ("", OTHER),
    ] {
        assert_eq!(found(Some((then, "")), (now, "")), [], "{then} {now}");
    }
    assert_eq!(found(Some((ROUTE, UNCHECKED)), ("", UNCHECKED)), []);
    assert_eq!(found(None, (ROUTE, "")), []);
    assert_eq!(found(None, ("", "")), []);
}

#[test]
fn what_may_have_a_route_elsewhere_is_a_warning() {
    let checked = found(Some(("", UNCHECKED)), ("", ""));
    let [(message, false)] = &checked[..] else {
        panic!("{checked:?}");
    };
    assert!(message.contains("FRR now asks for one"), "{message}");
    // Another network has its route in the file, and this one has none.
    let both = " address-family ipv4 unicast\n  network 198.51.100.0/24\n exit-address-family";
    let new = found(None, (OTHER, both));
    let [(message, false)] = &new[..] else {
        panic!("{new:?}");
    };
    assert!(message.contains("is new"), "{message}");
}
