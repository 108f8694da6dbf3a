//! What the symbolic answer holds, against the interpreter on one route at a time.

use bgp_ci::filter::attribute::{Attribute, BgpAttribute};
use bgp_ci::filter::interpret::symbolic::{Explored, Ingress, Live, State, World};
use bgp_ci::filter::interpret::{Context, Machine, Outcome, Verdict};
use bgp_ci::filter::program::FilterId;
use bgp_ci::filter::route::Route;
use bgp_ci::filter::types::Enumerated;
use bgp_ci::filter::value::{AsPath, Value};
use bgp_ci::model::Family;
use bgp_ci::symbolic::Space;
use testkit::lab::author;

const FILTER: FilterId = FilterId(0);

/// The route with the attributes of `made` that a neighbour can give it.
fn learned(made: &Route) -> Route {
    let mut route = Route::learned(made.net, "feeder");
    // Every route that BGP brings has these.
    route.set(
        Attribute::Bgp(BgpAttribute::Origin),
        Enumerated::ORIGIN_IGP.into(),
    );
    let path = Value::Path(AsPath::default().into());
    route.set(Attribute::Bgp(BgpAttribute::Path), path);
    for (attribute, value) in made.attributes() {
        if let Attribute::Bgp(known) = attribute
            && !matches!(known, BgpAttribute::ClusterList)
            && !value.is_empty_list()
        {
            route.set(*attribute, value.clone());
        }
    }
    route
}

fn explored(machine: &Machine<'_>, family: Family, world: &mut World) -> Explored {
    let all = State::new(Space::full(family), [0]);
    machine.explore(FILTER, vec![all], &Live::default(), world)
}

#[derive(Debug, Default)]
struct Tally {
    programs: usize,
    over: usize,
    inside: usize,
    unknown: usize,
    gaps: usize,
    examples: usize,
    confirmed: usize,
    wrong: Vec<String>,
}

fn judge(seed: u64, tally: &mut Tally) {
    let program = author::program(&format!("p{seed}"), seed);
    let machine = Machine::new(&program);
    tally.programs += 1;
    for family in [Family::Ipv4, Family::Ipv6] {
        let mut world = World::default();
        world.ingress.push(Ingress {
            protocol: "feeder".into(),
            from: None,
            preference: 100,
        });
        let found = explored(&machine, family, &mut world);
        if found.over {
            tally.over += 1;
            continue;
        }
        for at in 0..12 {
            let made = match family {
                Family::Ipv4 => author::route(seed * 100 + at),
                Family::Ipv6 => author::route6(seed * 100 + at),
            };
            inside(&machine, &found, &world, &learned(&made), tally);
        }
        let accepted: Vec<State> = found.accepted().cloned().collect();
        for state in accepted.iter().take(20) {
            for example in state.examples(&mut world).iter().take(1) {
                if !example.exact || !example.answers.is_empty() {
                    continue;
                }
                tally.examples += 1;
                let route = example.route("feeder");
                let outcome = machine.run(FILTER, &route, &Context::default());
                tally.confirmed += usize::from(outcome.is_accepted());
                let rejected = outcome
                    .decision()
                    .is_some_and(|decision| decision.verdict == Verdict::Reject);
                if rejected {
                    tally
                        .wrong
                        .push(format!("p{seed}: no example: {route:#?}\n{state:#?}"));
                }
            }
        }
    }
}

fn inside(
    machine: &Machine<'_>,
    found: &Explored,
    world: &World,
    route: &Route,
    tally: &mut Tally,
) {
    let Outcome::Decided(decision) = machine.run(FILTER, route, &Context::default()) else {
        tally.gaps += 1;
        return;
    };
    let accepts = decision.verdict == Verdict::Accept;
    let among = |mut states: Box<dyn Iterator<Item = &State> + '_>| {
        states.any(|state| state.has(route, world))
    };
    let own = if accepts {
        among(Box::new(found.accepted()))
    } else {
        among(Box::new(found.rejected()))
    };
    let unknown = || {
        let mut states = found.unknown().flat_map(|(.., states)| states);
        states.any(|state| state.has(route, world))
    };
    if own {
        tally.inside += 1;
    } else if unknown() {
        tally.unknown += 1;
    } else {
        let verdict = decision.verdict;
        tally
            .wrong
            .push(format!("{verdict:?} is outside: {route:#?}"));
    }
}

/// Every route that the interpreter decides about is in a state of the symbolic answer with that
/// end, and the example of a state in which everything is followed ends as the state does.
#[test]
fn what_one_route_does_is_inside_of_what_all_do() {
    let programs = 400 * super::learned::depth();
    let mut tally = Tally::default();
    for seed in 0..programs {
        let before = tally.wrong.len();
        judge(seed, &mut tally);
        for wrong in tally.wrong.iter_mut().skip(before) {
            wrong.insert_str(0, &format!("p{seed}: "));
        }
    }
    let wrong = tally.wrong.len();
    let first: Vec<String> = tally.wrong.drain(..).take(3).collect();
    assert!(wrong == 0, "{wrong} are wrong:\n{}", first.join("\n"));
    assert!(tally.inside > 2_000 && tally.confirmed > 200, "{tally:?}");
    assert!(tally.over * 10 < tally.programs, "{tally:?}");
}
