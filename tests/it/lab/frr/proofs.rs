//! Routes that neighbours send to bgpd: what comes out is what our model says, the analysis of
//! every route has found it, and what it finds comes out.

#![expect(clippy::print_stdout, reason = "what is counted is printed")]

use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;

use bgp_ci::filter::interpret::{Machine, NoData};
use bgp_ci::filter::value::{AsPath, Value};
use bgp_ci::filter::{Attribute, BgpAttribute};
use bgp_ci::learned::{Model, Received, between};
use bgp_ci::model::{Family, NextHop, Prefix};
use bgp_ci::router::propagate::Sent;
use bgp_ci::router::propagate::learned::{Relayed, follow};
use bgp_ci::router::{RemoteAs, SessionId};
use testkit::lab::frr::{Ran, Sends, address, run, run_until};
use testkit::lab::speaker::Heard;

use super::injected::{self, LISTENERS, SENDERS, compare, made_up_case};
use super::made_up::depth;

/// How many neighbours each sender's routes are proven to reach.
const PROVEN: usize = 6;

#[derive(Debug, Default)]
struct Tally {
    /// Routes that came out.
    heard: usize,
    /// Those of them on whose way something is not understood.
    unknown: usize,
    /// Routes that were made from the analysis.
    proofs: usize,
    wrong: Vec<String>,
}

fn session_of(model: &Model, number: u32) -> SessionId {
    let mut all = model.router.each_session();
    let found = all.find(|(_, session)| session.address == Some(address(number)));
    found.expect("every neighbour has a session").0
}

/// Whatever a neighbour heard of a sender's routes is among those that may go to it.
fn inside(model: &Model, sends: &Sends, heard: &[(SessionId, Heard)], tally: &mut Tally) {
    let machine = Machine::new(&model.router.program);
    for (number, routes) in sends {
        let from = session_of(model, *number);
        let session = model.router.session(from);
        for (to, heard) in heard {
            let Heard::Routes(theirs) = heard else {
                continue;
            };
            let mut may = None;
            for (prefix, route) in routes {
                // The analysis takes a neighbour to put its own number in front.
                let honest = session.interior()
                    || route.path.first().map(RemoteAs::One) == Some(session.remote_as);
                let is_set = route.path.segments().len() > 1;
                if !honest || is_set || !theirs.contains_key(prefix) || *to == from {
                    continue;
                }
                let followed = follow(&model.router, &machine, &NoData, from, *prefix, route);
                // Neighbours of one update group hear each other's routes, which is not modelled.
                if !matches!(followed.by(*to), Some(Relayed::Sent { .. })) {
                    continue;
                }
                let Ok(mut arrived) = followed.arrived else {
                    continue;
                };
                // The question is asked of the path that was sent, whatever `local-as` adds to it.
                let path = AsPath::sequence(route.path.asns().map(|asn| asn.0).collect());
                arrived.set(Attribute::Bgp(BgpAttribute::Path), Value::Path(path.into()));
                let may = may.get_or_insert_with(|| between(model, from, *to, Family::Ipv4));
                tally.heard += 1;
                if may.has(&arrived) {
                    continue;
                }
                if may.unknown {
                    tally.unknown += 1;
                } else {
                    let of = |id| &model.router.session(id).name;
                    tally.wrong.push(format!(
                        "{} to {}: {prefix} is not found: {route:?}",
                        of(from),
                        of(*to)
                    ));
                }
            }
        }
    }
}

/// A network that nobody else sends.
fn unused(at: u32, length: u8) -> Prefix {
    let (high, low) = (at / 256, at % 256);
    format!("198.{}.{low}.0/{length}", 18 + high)
        .parse()
        .expect("it is a network")
}

/// Routes of which the analysis says that they come out, with what comes out where.
fn proofs(model: &Model) -> (Sends, Vec<(SessionId, Prefix, Sent)>) {
    let machine = Machine::new(&model.router.program);
    let mut sends: BTreeMap<u32, Vec<(Prefix, Sent)>> = BTreeMap::new();
    let mut expected = Vec::new();
    let mut used: BTreeSet<Prefix> = BTreeSet::new();
    let mut next = 0;
    for number in 2..2 + SENDERS {
        let from = session_of(model, number);
        let inside = model.router.session(from).interior();
        let mut proven = 0;
        for listener in 2 + SENDERS..2 + SENDERS + LISTENERS {
            let to = session_of(model, listener);
            let mut may = between(model, from, to, Family::Ipv4);
            let found = may.examples(4).into_iter().find_map(|example| {
                let own = example.net;
                let made = [24, 29, 30, 32].map(|length| unused(next, length));
                made.into_iter().chain([own]).find_map(|prefix| {
                    let mut received = Received::of(&example, inside);
                    if received.sent.next_hop == NextHop::Own {
                        // An address of the loopback network is no next hop for bgpd.
                        let reachable = Ipv4Addr::new(203, 0, 113, 77);
                        received.sent.next_hop = NextHop::Address(reachable.into());
                    }
                    let answer = follow(
                        &model.router,
                        &machine,
                        &NoData,
                        from,
                        prefix,
                        &received.sent,
                    );
                    match answer.by(to) {
                        Some(Relayed::Sent {
                            sent, otherwise, ..
                        }) if otherwise.is_empty() && !used.contains(&prefix) => {
                            Some((prefix, received.sent, Sent::clone(sent)))
                        }
                        _ => None,
                    }
                })
            });
            let Some((prefix, received, sent)) = found else {
                continue;
            };
            next += 1;
            used.insert(prefix);
            sends.entry(number).or_default().push((prefix, received));
            expected.push((to, prefix, sent));
            proven += 1;
            if proven == PROVEN {
                break;
            }
        }
    }
    (sends, expected)
}

#[test]
fn what_is_learned_is_passed_on_as_bgpd_does_and_as_was_found() {
    let mut compared = injected::Tally::default();
    let mut tally = Tally::default();
    for seed in 0..4 * depth() {
        let (text, sends) = made_up_case(seed);
        let ran = run(&text, &sends);
        compare(&format!("seed {seed}"), &text, &sends, &ran, &mut compared);
        let Ran { router, heard, .. } = ran;
        let model = Model {
            site: "fra".into(),
            name: "fra".into(),
            router,
            keys: BTreeMap::new(),
        };
        inside(&model, &sends, &heard, &mut tally);
        let (sends, expected) = proofs(&model);
        let mut awaited: BTreeMap<_, Vec<Prefix>> = BTreeMap::new();
        for (to, prefix, _) in &expected {
            if let Some(address) = model.router.session(*to).address {
                awaited.entry(address).or_default().push(*prefix);
            }
        }
        let Ran { heard, .. } = run_until(&text, &sends, &awaited);
        for (to, prefix, ours) in expected {
            tally.proofs += 1;
            let theirs = heard.iter().find(|(id, _)| *id == to);
            let theirs = theirs.and_then(|(_, heard)| match heard {
                Heard::Routes(routes) => routes.get(&prefix),
                Heard::Ended(..) => None,
            });
            if theirs != Some(&ours) {
                tally.wrong.push(format!(
                    "seed {seed}: {prefix} to {}: ours {ours:?}, theirs {theirs:?}",
                    model.router.session(to).name
                ));
            }
        }
    }
    println!("{compared}");
    tally.wrong.append(&mut compared.wrong);
    let wrong = tally.wrong.len();
    let first: Vec<String> = tally.wrong.drain(..).take(5).collect();
    assert!(wrong == 0, "{wrong} are wrong:\n{}", first.join("\n"));
    assert!(
        tally.heard > 1_000 && tally.proofs > 200 && tally.unknown * 5 < tally.heard,
        "{tally:?}"
    );
}
