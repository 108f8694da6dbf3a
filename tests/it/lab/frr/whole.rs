//! Whole configurations, profiles, and lines that bgpd does not take.

use bgp_ci::router::propagate;
use testkit::lab::frr::{Sends, on_the_wire, run};
use testkit::lab::speaker::Heard;

use super::differences;

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

/// Neighbours that bring nothing, so that what our own routes decide is decided.
const CONDITIONS: &str = "frr version 8.4.4
frr defaults traditional
ip prefix-list THERE permit 192.0.2.0/25
ip prefix-list AWAY permit 198.51.100.0/24
bgp community-list standard MARKED permit 64500:1
route-map ALL permit 10
route-map MARKS permit 10
 set community 64500:1
route-map IF-THERE permit 10
 match ip address prefix-list THERE
route-map IF-AWAY permit 10
 match ip address prefix-list AWAY
route-map ONE permit 10
 match community MARKED
 set metric 77
router bgp 64500
 bgp router-id 192.0.2.200
 no bgp network import-check
 neighbor PEER2 remote-as 64501
 neighbor PEER3 remote-as 64502
 neighbor PEER4 remote-as 64503
 neighbor PEER5 remote-as 64504
 address-family ipv4 unicast
  network 192.0.2.0/25
  network 192.0.2.128/25 route-map MARKS
  neighbor PEER2 route-map ALL out
  neighbor PEER2 default-originate route-map IF-AWAY
  neighbor PEER3 route-map ALL out
  neighbor PEER3 default-originate route-map IF-THERE
  neighbor PEER4 route-map ALL out
  neighbor PEER4 advertise-map ONE exist-map IF-THERE
  neighbor PEER5 route-map IF-THERE out
  neighbor PEER5 advertise-map ONE non-exist-map IF-THERE
 exit-address-family
";

/// What is sent under a condition is one of the outcomes, and the model has the one that bgpd
/// begins with.
#[test]
fn conditions_are_followed_both_ways() {
    let ran = run(CONDITIONS, &Sends::new());
    assert_eq!(ran.refused, Vec::<String>::new());
    assert_eq!(ran.doubts, Vec::<String>::new());
    let exports = propagate::propagate_alone(&ran.router);
    let mut open = Vec::new();
    for (id, heard) in &ran.heard {
        let name = &ran.router.session(*id).name;
        let Heard::Routes(theirs) = heard else {
            panic!("{name}: {heard:?}");
        };
        let ours = &exports.of(*id).routes;
        for prefix in theirs.keys() {
            assert!(
                ours.iter().any(|one| one.prefix == *prefix),
                "{name}: {prefix}"
            );
        }
        for one in ours {
            let theirs = theirs.get(&one.prefix);
            let first = Some(&*one.sent) == theirs;
            let other = one.otherwise.iter().any(|other| other.as_deref() == theirs);
            assert!(first || other, "{name}: {one:?} {theirs:?}");
            if !one.otherwise.is_empty() {
                open.push((
                    name.to_string(),
                    one.prefix.to_string(),
                    one.otherwise.len(),
                ));
            }
        }
    }
    let (four, five) = ("127.0.0.4".to_owned(), "127.0.0.5".to_owned());
    let half = "192.0.2.128/25".to_owned();
    // Not sent or, by the advertise map, with another metric; and past the map of the neighbour.
    assert_eq!(open, [(four, half.clone(), 2), (five, half, 1)]);
}

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
