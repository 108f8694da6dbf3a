//! What the analysis of every route says, against the daemon: what it lets through is a leak that
//! was found, and what proves a leak comes out.

use std::collections::BTreeSet;

use bgp_ci::router::RemoteAs;
use testkit::lab::injection::{self, Case, Injected};
use testkit::lab::loopback::on_loopback;
use testkit::lab::pairs::{self, Tally};
use testkit::lab::speaker::Heard;
use testkit::lab::witnesses;

use super::depth;

/// Pairs in one daemon, and how many daemons there are.
const PAIRS: u64 = 64;
const BATCHES: u64 = 3;

#[test]
fn what_comes_out_was_found_and_what_proves_it_comes_out() {
    let mut tally = Tally::default();
    let (mut sent, mut gaps, mut proofs) = (0, 0, 0);
    let mut wrong = Vec::new();
    for batch in 0..BATCHES * depth() {
        let first = 50_000 + batch * PAIRS;
        let case = pairs::case(first..first + PAIRS, &mut tally);
        let Injected { router, heard } = injection::bird(&case);
        let (router, leaks) = witnesses::found(router);
        let found: BTreeSet<(&str, &str)> = leaks
            .found
            .iter()
            .map(|leak| (&*leak.from.neighbor, &*leak.to.neighbor))
            .collect();
        for (name, heard) in &heard {
            let Some(number) = name.strip_prefix('b') else {
                continue;
            };
            let ingress = format!("a{number}");
            let outside = [&ingress, name].into_iter().all(|name| {
                let mut sessions = router.sessions.iter();
                sessions.any(|session| *session.name == **name && !session.interior())
            });
            let Heard::Routes(routes) = heard else {
                panic!("{name}: {heard:?}")
            };
            // The analysis takes a neighbour to put its own number in front.
            let honest = case.sends[&ingress].iter().any(|(prefix, received)| {
                let first = received.path.first();
                let remote = first.map(RemoteAs::One);
                let id = router
                    .each_session()
                    .find(|(_, session)| *session.name == *ingress);
                routes.contains_key(prefix)
                    && remote.is_some()
                    && id.map(|(_, session)| session.remote_as) == remote
            });
            if !outside || !honest {
                continue;
            }
            sent += 1;
            if found.contains(&(&*ingress, &**name)) {
                continue;
            }
            let open = leaks
                .gaps
                .iter()
                .any(|gap| gap.affects.iter().any(|key| *key.neighbor == **name));
            if open {
                gaps += 1;
            } else {
                wrong.push(format!("{ingress} to {name} is not found: {routes:?}"));
            }
        }
        let sends = witnesses::case(&case.text, &leaks);
        let injected = injection::bird(&sends);
        let with = leaks.found.iter().filter(|leak| leak.witness.is_some());
        proofs += with.count();
        let refuted = leaks.found.iter();
        wrong.extend(refuted.filter_map(|leak| witnesses::refuted(leak, &injected)));
    }
    println!("{sent} pairs let something through, {gaps} of them have a gap; {proofs} proofs");
    assert!(
        wrong.is_empty(),
        "{} wrong\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    assert!(
        sent > 25 && proofs > 30 && gaps * 5 < sent,
        "{sent} {proofs} {gaps}"
    );
}

/// An edge that trusts its own communities from outside.
const EDGE: &str = "
log syslog all;
router id 192.0.2.254;
define OWN = 64500;
define SEND = (OWN, 100, 1);
protocol device { scan time 60; }
protocol kernel { ipv4 { export all; }; }
protocol bfd { interface \"*\"; }
protocol static own { ipv4; route 203.0.113.0/24 blackhole { bgp_large_community.add(SEND); }; }
filter from_upstream {
	if net.len > 24 || net.len < 8 then reject;
	if bgp_path.len > 50 then reject;
	bgp_local_pref = 90;
	accept;
}
filter to_upstream {
	if SEND ~ bgp_large_community then { bgp_large_community.delete([(OWN, *, *)]); accept; }
	reject;
}
template bgp upstream {
	local 192.0.2.254 as OWN;
	bfd on;
	password \"not a real one\";
	ttl security on;
	ipv4 { import limit 900000 action restart; import filter from_upstream; export filter to_upstream; };
}
protocol bgp transit_a from upstream { neighbor 192.0.2.1 as 64501; }
protocol bgp transit_b from upstream { neighbor 198.51.100.1 as 64502; description \"the other one\"; }
protocol bgp inside { local 192.0.2.254 as OWN; neighbor 192.0.2.253 internal; ipv4 { export all; }; }
";

#[test]
fn a_deployed_edge_leaks_what_proves_it() {
    let text = on_loopback(EDGE);
    let case = Case {
        text,
        ..Case::default()
    };
    let (_, leaks) = witnesses::found(injection::bird(&case).router);
    let between: Vec<_> = leaks
        .found
        .iter()
        .filter(|leak| leak.witness.is_some())
        .map(|leak| (&*leak.from.neighbor, &*leak.to.neighbor))
        .filter(|(from, to)| *from != "inside" && *to != "inside")
        .collect();
    assert_eq!(
        between,
        [("transit_b", "transit_a"), ("transit_a", "transit_b")]
    );
    for leak in leaks.found.iter().filter(|leak| leak.witness.is_some()) {
        // One at a time: the sessions that send are those that would hear the others' proofs.
        let mut single = bgp_ci::learned::Leaks::default();
        single.found.push(leak.clone());
        let injected = injection::bird(&witnesses::case(&case.text, &single));
        assert_eq!(witnesses::refuted(leak, &injected), None);
    }
}
