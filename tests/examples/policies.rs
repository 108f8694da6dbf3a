//! What tests/bench/policies measures: `cargo run --release -p testkit --example policies -- COUNT`.
//!
//! Policies of ordinary size are made, each with two ways in and two ways out, half of them with
//! a term that lets a provider's routes through to a peer. Every route at once is followed through
//! each, and beside it single random routes are, for as long a time: the way in which a test
//! suite would look for a leak. Then one policy is followed that has more ways than are.

#![expect(clippy::print_stdout, reason = "what is measured is printed")]

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use bgp_ci::filter::interpret::{Machine, NoData};
use bgp_ci::model::{AsPath, Asn, Community, NextHop, OriginCode, Prefix};
use bgp_ci::router::Router;
use bgp_ci::router::propagate::Sent;
use bgp_ci::router::propagate::learned::{Relayed, follow};
use testkit::lab::configuration::router;
use testkit::lab::dice::Dice;
use testkit::lab::witnesses;

fn main() {
    let count: u64 = std::env::args()
        .nth(1)
        .map_or(100, |text| text.parse().expect("a number"));
    let (mut spent, mut leaky, mut found, mut gaps, mut sampled) = (Duration::ZERO, 0, 0, 0, 0);
    for seed in 0..count {
        let leaks = seed % 2 == 0;
        let router = router(&text(seed, leaks));
        leaky += u64::from(leaks);
        let begun = Instant::now();
        let (router, told) = witnesses::found(router);
        let time = begun.elapsed();
        spent += time;
        gaps += told.gaps.len();
        found += u64::from(told.found.iter().any(|leak| leak.witness.is_some()));
        sampled += u64::from(at_random(&router, seed, time));
    }
    let seconds = spent.as_secs_f64();
    println!(
        "{count} policies in {seconds:.3} s, {:.0} a second; {leaky} leak: {found} are proven, {gaps} gaps; single routes at random find {sampled} in as long a time",
        f64::from(u32::try_from(count).unwrap_or(u32::MAX)) / seconds
    );
    let router = router(&pathological());
    let begun = Instant::now();
    let (_, told) = witnesses::found(router);
    println!(
        "a policy with 2^40 ways: {:.3} s, {} leaks, gaps: {:?}",
        begun.elapsed().as_secs_f64(),
        told.found.len(),
        told.gaps.iter().map(|gap| &gap.message).collect::<Vec<_>>()
    );
    let status = std::fs::read_to_string("/proc/self/status").expect("a Linux has it");
    let most = status.lines().find(|line| line.starts_with("VmHWM"));
    println!("at most {}", most.unwrap_or("not known"));
}

/// An edge router: lists of prefixes and customers, refusals, marks, actions by community.
fn text(seed: u64, leaks: bool) -> String {
    let mut dice = Dice::new(seed);
    let mut text = String::from(
        "router id 192.0.2.1;\nprotocol device {}\ndefine BOGONS = [ 10.0.0.0/8+, 172.16.0.0/12+, 192.168.0.0/16+, 100.64.0.0/10+, 169.254.0.0/16+ ];\ndefine CUSTOMERS = [ ",
    );
    for at in 0..60_u64 {
        let comma = if at == 0 { "" } else { ", " };
        let (a, b) = (dice.below(200) + 20, dice.below(256));
        write!(
            text,
            "{comma}{a}.{b}.{at}.0/24{{24,{}}}",
            24 + dice.below(3)
        )
        .expect("a string takes it");
    }
    text.push_str(" ];\nfunction refused() {\n if net ~ BOGONS then return true;\n if net.len > 24 || net.len < 8 then return true;\n if bgp_path.len > 60 then return true;\n");
    for at in 0..8 {
        writeln!(
            text,
            " if bgp_path ~ [= * {} * =] then return true;",
            65000 + at
        )
        .expect("a string takes it");
    }
    text.push_str(" return false;\n}\nfilter import_transit {\n if refused() then reject;\n bgp_large_community.delete([(64500, *, *)]);\n bgp_community.delete([(64500, *)]);\n bgp_large_community.add((64500, 1, 1));\n bgp_local_pref = 80;\n accept;\n}\nfilter export_peer {\n");
    for at in 0..12 {
        writeln!(text, " if (64500, {at}) ~ bgp_community then bgp_path.prepend(64500);\n if (64500, 2, {at}) ~ bgp_large_community then bgp_community.add((65535, {at}));").expect("a string takes it");
    }
    if leaks {
        let length = 20 + dice.below(4);
        writeln!(text, " if bgp_large_community ~ [(64500, 1, *)] && net.len = {length} && bgp_path ~ [= ? {} * =] then accept;", 3000 + dice.below(900)).expect("a string takes it");
    }
    text.push_str(" if bgp_large_community ~ [(64500, 1, *)] then reject;\n if net ~ CUSTOMERS then accept;\n reject;\n}\n");
    for (name, last, asn, import, export) in [
        ("transit_a", 1, 64501, "filter import_transit", "none"),
        ("transit_b", 2, 64502, "filter import_transit", "none"),
        ("peer_a", 3, 64503, "none", "filter export_peer"),
        ("peer_b", 4, 64504, "none", "filter export_peer"),
    ] {
        writeln!(text, "protocol bgp {name} {{ local 192.0.2.100 as 64500; neighbor 192.0.2.{last} as {asn}; ipv4 {{ import {import}; export {export}; }}; }}").expect("a string takes it");
    }
    text
}

/// Whether one of as many random routes as fit into `time` leaks.
fn at_random(router: &Router, seed: u64, time: Duration) -> bool {
    let machine = Machine::new(&router.program);
    let mut dice = Dice::new(seed ^ 0x5eed);
    let session = |name: &str| {
        let mut sessions = router.each_session();
        let found = sessions.find(|(_, session)| *session.name == *name);
        found.expect("it is configured").0
    };
    let (from, to) = (session("transit_a"), session("peer_a"));
    let begun = Instant::now();
    while begun.elapsed() < time {
        let (a, b, c) = (dice.below(200) + 20, dice.below(256), dice.below(256));
        let prefix: Prefix = format!("{a}.{b}.{c}.0/24")
            .parse()
            .expect("it is a network");
        let asns = (0..dice.below(4))
            .map(|_| Asn(1000 + u32::try_from(dice.below(4000)).expect("it is small")));
        let path: Vec<Asn> = std::iter::once(Asn(64501)).chain(asns).collect();
        let mark = u16::try_from(dice.below(16)).expect("it is small");
        let received = Sent {
            path: AsPath::sequence(path),
            origin_code: OriginCode::Igp,
            communities: [Community::Standard(64500, mark)].into(),
            med: None,
            local_preference: None,
            next_hop: NextHop::Own,
            otc: None,
        };
        let followed = follow(router, &machine, &NoData, from, prefix, &received);
        if matches!(followed.by(to), Some(Relayed::Sent { .. })) {
            return true;
        }
    }
    false
}

/// Forty marks that make a number, and a number that is asked for.
fn pathological() -> String {
    let mut export = String::from("int x; { x = 0;\n");
    for at in 0..40 {
        writeln!(
            export,
            "if (64500, {at}) ~ bgp_community then x = x * 2 + 1; else x = x * 2;"
        )
        .expect("a string takes it");
    }
    export.push_str("if x = 77777 then accept; reject; }");
    let channel =
        |import: &str, export: &str| format!("ipv4 {{ import {import}; export {export}; }};");
    format!(
        "router id 192.0.2.1;\nprotocol device {{}}\nfilter many {export}\nprotocol bgp a {{ local 192.0.2.100 as 64500; neighbor 192.0.2.1 as 64501; {} }}\nprotocol bgp b {{ local 192.0.2.100 as 64500; neighbor 192.0.2.2 as 64502; {} }}\n",
        channel("all", "none"),
        channel("none", "filter many")
    )
}
