//! Reading files, beside what the daemon says in `tests/it/lab`.

use std::fmt::Write as _;
use std::sync::Arc;

use proptest::prelude::*;

use super::{Read, configure, read, read_with};
use crate::filter::interpret::Authorizations;
use crate::filter::types::Enumerated;
use crate::filter::value::AsPath;
use crate::model::{Asn, Family, GapKind, Prefix};
use crate::router::propagate::{self, Exports};
use crate::router::{Policy, Reach, RemoteAs, Router};

fn reading(text: &str) -> Read {
    read(Arc::from("frr.conf"), &Arc::from(text))
}

fn router(text: &str) -> Router {
    configure::router(reading(text))
}

/// What each session of `text` is sent, a line each, and the gaps.
fn sent(text: &str) -> String {
    let router = router(text);
    let exports: Exports = propagate::propagate_alone(&router);
    let mut out = String::new();
    for (id, session) in router.each_session() {
        for exported in &exports.of(id).routes {
            let _ = writeln!(
                out,
                "{} {} {}",
                session.name,
                exported.prefix,
                exported.certainty.as_str()
            );
        }
        for gap in &exports.of(id).gaps {
            let _ = writeln!(out, "{} gap: {}", session.name, gap.message);
        }
    }
    out
}

const EDGE: &str = "router bgp 64500
 neighbor 192.0.2.1 remote-as 64501
 address-family ipv4 unicast
  network 203.0.113.0/24
  neighbor 192.0.2.1 route-map OUT out
";

#[test]
fn a_network_needs_a_route_of_its_own() {
    let map = "route-map OUT permit 10\n";
    let likely = "192.0.2.1 203.0.113.0/24 likely\n";
    let proven = "192.0.2.1 203.0.113.0/24 proven\n";
    assert_eq!(sent(&format!("{EDGE}{map}")), likely);
    for with in [
        "ip route 203.0.113.0/24 Null0",
        "ip route 203.0.113.0 255.255.255.0 192.0.2.9 tag 5",
        "interface lo\n ip address 203.0.113.1/24\nexit",
    ] {
        assert_eq!(sent(&format!("{with}\n{EDGE}{map}")), proven, "{with}");
    }
    for without in [
        "ip route 203.0.113.0/25 Null0",
        "ip route 203.0.113.0/24 Null0 vrf blue",
        "vrf blue\n ip route 203.0.113.0/24 Null0\nexit-vrf",
        "ip route 203.0.113.0/24 Null0\nno ip route 203.0.113.0/24 Null0",
        "interface blue0 vrf blue\n ip address 203.0.113.1/24\nexit",
    ] {
        assert_eq!(
            sent(&format!("{without}\n{EDGE}{map}")),
            likely,
            "{without}"
        );
    }
    // Before 7.4, and where it is switched off, nobody looks.
    assert_eq!(sent(&format!("frr version 7.3\n{EDGE}{map}")), proven);
}

#[test]
fn sections_are_left_by_commands() {
    let text = "router bgp 64500
address-family ipv4 unicast
network 203.0.113.0/24
route-map OUT permit 10
match ip address prefix-list OURS
ip prefix-list OURS permit 203.0.113.0/24
interface eth0
ip address 192.0.2.2/24
router ospf
network 192.0.2.0/24 area 0
passive-interface eth1
router bgp 64500
neighbor 192.0.2.1 remote-as 64501
neighbor 192.0.2.1 route-map OUT out
line vty
exec-timeout 0 0
";
    assert_eq!(reading(text).problems, []);
    assert_eq!(sent(text), "192.0.2.1 203.0.113.0/24 likely\n");
}

#[test]
fn what_is_not_understood_reaches_what_depends_on_it() {
    let reach = |line: &str| {
        let router = router(&format!("{EDGE}{line}\nroute-map OUT permit 10\n"));
        let found = router.gaps.iter().map(|gap| (gap.kind, gap.reach));
        found.collect::<Vec<_>>()
    };
    let session = Reach::Session(crate::router::SessionId(0));
    assert_eq!(reach(" exit\n exit"), []);
    assert_eq!(
        reach("  neighbor 192.0.2.1 nonsense"),
        [(GapKind::Unparsed, session)]
    );
    assert_eq!(
        reach("  neighbor 192.0.2.1 nexthop-local unchanged"),
        [(GapKind::Unmodelled, session)]
    );
    assert_eq!(
        reach("  nonsense"),
        [(GapKind::Unparsed, Reach::Table(crate::router::TableId(0)))]
    );
    assert_eq!(
        reach("!\nfrobnicate"),
        [(GapKind::Unparsed, Reach::Table(crate::router::TableId(0)))]
    );
    assert_eq!(
        reach("router bgp 64500 vrf blue\n neighbor 192.0.2.7 remote-as 64502\n exit"),
        [(GapKind::Unmodelled, Reach::Nothing)]
    );
}

#[test]
fn a_clause_without_a_model_is_no_answer() {
    let maps = "route-map OUT deny 10\n match ip address prefix-list NONE\nroute-map OUT permit 20\n \
                match interface eth0\n";
    assert!(
        sent(&format!("{EDGE}{maps}")).contains("gap: `match interface eth0` has no model here")
    );
    // It is none where no route comes to it.
    let before = "route-map OUT permit 5\n match ip address prefix-list OURS\nip prefix-list OURS permit any\n";
    assert_eq!(
        sent(&format!("{EDGE}{maps}{before}")),
        "192.0.2.1 203.0.113.0/24 likely\n"
    );
}

#[test]
fn maps_that_call_themselves_are_no_answer() {
    for map in [
        "route-map OUT permit 10\n call OUT\n",
        "route-map OUT permit 10\n call A\nroute-map A permit 10\n call OUT\n",
    ] {
        assert!(
            sent(&format!("{EDGE}{map}")).contains("call each other"),
            "{map}"
        );
    }
}

#[test]
fn names_that_nothing_defines_are_told() {
    let router = router(EDGE);
    let told: Vec<&str> = router.gaps.iter().map(|gap| &*gap.message).collect();
    assert_eq!(told, ["no route map is called `OUT`: FRR sends nothing"]);
    let session = router.sessions.first().unwrap();
    let channel = session.channel(Family::Ipv4).unwrap();
    assert_eq!(channel.export, Policy::Nothing);
    // RFC 8212: nothing is taken without a policy.
    assert_eq!(channel.import, Policy::Absent);
}

#[test]
fn placeholders_are_filled_in() {
    let text = EDGE.replace("64501", "{{ asn }}") + "route-map OUT permit 10\n";
    let given = [("asn".to_owned(), "64501".to_owned())].into();
    let read = read_with(Arc::from("frr.conf"), &Arc::from(&*text), &given);
    assert_eq!((&read.missing[..], &read.problems[..]), (&[][..], &[][..]));
    let router = configure::router(read);
    let session = router.sessions.first().unwrap();
    assert_eq!(session.remote_as, RemoteAs::One(Asn(64501)));
    let line = "neighbor 192.0.2.1 remote-as {{ asn }}";
    assert_eq!(router.sources.text(session.place), line);
    // Without a value the line says nothing, unless it does not matter what it says.
    let missing = |text: &str| {
        let read = reading(text);
        let names = read.missing.iter().map(|(_, name)| name.clone());
        names.collect::<Vec<_>>()
    };
    assert_eq!(missing(&text), ["asn"]);
    for harmless in [
        "hostname ${host}\n",
        "! {{ comment }}\n",
        " neighbor 192.0.2.1 password @@secret@@\n",
        " neighbor 192.0.2.1 description {{ name }} at {{ site }}\n",
    ] {
        let text = format!("{EDGE} exit\n{harmless}");
        assert_eq!(missing(&text), Vec::<String>::new(), "{harmless}");
    }
}

#[test]
fn what_payloads_say_is_asked_of_them() {
    let maps = "route-map OUT deny 10\n match rpki invalid\nroute-map OUT permit 20\n";
    let possible = "192.0.2.1 203.0.113.0/24 possible\n";
    assert_eq!(sent(&format!("{EDGE}{maps}")), possible);
    let router = router(&format!("{EDGE}{maps}"));
    assert_eq!(router.gaps, []);
    for (answer, sends) in [
        (Enumerated::ROA_VALID, true),
        (Enumerated::ROA_UNKNOWN, true),
        (Enumerated::ROA_INVALID, false),
    ] {
        let exports = propagate::propagate(&router, &Always(answer));
        let routes = &exports.of(crate::router::SessionId(0)).routes;
        assert_eq!(!routes.is_empty(), sends, "{answer:?}");
    }
}

/// Payloads that say the same of everything that our own number originates.
struct Always(Enumerated);

impl Authorizations for Always {
    fn roa(&self, _: &str, _: Prefix, origin: u32) -> Option<Enumerated> {
        (origin == 64500).then_some(self.0)
    }

    fn aspa(&self, _: &str, _: &AsPath, _: bool) -> Option<Enumerated> {
        None
    }
}

#[test]
fn deep_and_long_files_are_read() {
    let mut text = String::from(EDGE);
    for at in 1..3000 {
        let _ = writeln!(
            text,
            "route-map OUT permit {at}\n call M{at}\n on-match next"
        );
        let _ = writeln!(text, "route-map M{at} permit 1\n call M{}", at + 1);
        let _ = writeln!(
            text,
            "ip prefix-list L seq {at} deny 198.51.100.0/24 ge {}",
            25 + at % 8
        );
        let _ = writeln!(
            text,
            "bgp community-list standard C seq {at} permit 64500:{at}"
        );
    }
    assert!(sent(&text).contains("call each other"));
}

proptest! {
    #[test]
    fn nothing_makes_the_reader_fall(
        lines in prop::collection::vec(
            prop::sample::select(vec![
                "router bgp 64500", "no router bgp 64500", "address-family ipv4 unicast", "exit",
                "neighbor 192.0.2.1 remote-as 64501", "neighbor G peer-group", "no neighbor G peer-group",
                "neighbor 192.0.2.1 peer-group G", "neighbor G remote-as internal", "network 192.0.2.0/24",
                "neighbor 192.0.2.1 route-map M out", "no neighbor 192.0.2.1 route-map M out",
                "route-map M permit 10", "no route-map M", "match community C", "set community 64500:1",
                "set community none", "on-match goto 20", "call M", "bgp community-list standard C permit 64500:1",
                "no bgp community-list standard C", "ip prefix-list P permit any", "no ip prefix-list P",
                "neighbor 192.0.2.1 prefix-list P out", "neighbor 192.0.2.1 distribute-list P out",
                "aggregate-address 192.0.0.0/16 summary-only", "neighbor eth0 interface peer-group G",
                "bgp listen range 192.0.2.0/24 peer-group G", "interface eth0", "vrf blue", "neighbor", "set",
                "match", "no", "ip route", "bgp", "neighbor 192.0.2.1", "address-family", "neighbor 192.0.2.1 default-originate",
                "set as-path prepend last-as 3", "bgp as-path access-list A permit (((", "neighbor G filter-list A out",
                "bgp confederation identifier 64510", "neighbor 192.0.2.1 local-as 64501", "neighbor 192.0.2.1 send-community all",
            ]),
            0..40,
        )
    ) {
        sent(&lines.join("\n"));
    }

    #[test]
    fn no_text_makes_the_reader_fall(text in "[ -~\n]{0,400}") {
        sent(&text);
    }
}
