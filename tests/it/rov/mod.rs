//! Route origin validation against a definition of ten lines, BIRD's `roa_check` and a trie in
//! python.

mod bird;
mod naive;
mod pytricia;

use bgp_ci::model::{Asn, Prefix};
use bgp_ci::rpki::vrps::Builder;
use bgp_ci::rpki::{Origin, Reason, Validity, Vrps};
use testkit::payloads::{self, Chance, Net, Payload, Route};

/// What a route is, in a word that all oracles know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum State {
    NotFound,
    Valid,
    WrongOrigin,
    TooLong,
}

fn state(validity: Validity) -> State {
    match validity {
        Validity::NotFound => State::NotFound,
        Validity::Valid => State::Valid,
        Validity::Invalid(Reason::Origin) => State::WrongOrigin,
        Validity::Invalid(Reason::Length) => State::TooLong,
    }
}

fn prefix(net: Net) -> Prefix {
    net.to_string().parse().unwrap()
}

fn ours(payloads: &[Payload]) -> Vrps {
    let mut builder = Builder::default();
    for payload in payloads {
        let max_length = Some(payload.max_length.into());
        let prefix = prefix(payload.net);
        builder
            .push(prefix, max_length, Asn(payload.asn), "test")
            .unwrap();
    }
    builder.build().unwrap()
}

fn origin(route: Route) -> Origin {
    Origin::System(Asn(route.asn))
}

/// Sets and routes of a seed.
fn cases(seed: u64, sets: u32, routes: u32) -> impl Iterator<Item = (Vec<Payload>, Vec<Route>)> {
    let mut chance = Chance::new(seed);
    (0..sets).map(move |_| {
        let set = payloads::set(&mut chance);
        let routes = (0..routes).map(|_| payloads::route(&mut chance, &set));
        let routes = routes.collect();
        (set, routes)
    })
}

/// Each state must come up often, or the comparison would say little.
fn assert_mixed(states: &[State]) {
    for wanted in [
        State::NotFound,
        State::Valid,
        State::WrongOrigin,
        State::TooLong,
    ] {
        let count = states.iter().filter(|state| **state == wanted).count();
        let share = count * 100 / states.len();
        assert!(share >= 5, "{wanted:?} is {share} % of {}", states.len());
    }
}

/// The cases that the slower oracles answer.
const SEED: u64 = 6811;
const SETS: u32 = 100;
const ROUTES: u32 = 500;

/// A set of payloads, and the states of some routes under it.
type Answered = (Vec<Payload>, Vec<(Route, State)>);

/// Our answers to them, by single questions.
fn answers() -> Vec<Answered> {
    cases(SEED, SETS, ROUTES)
        .map(|(set, routes)| {
            let vrps = ours(&set);
            let answers = routes
                .into_iter()
                .map(|route| {
                    let validity = vrps.validity(prefix(route.net), origin(route));
                    (route, state(validity))
                })
                .collect();
            (set, answers)
        })
        .collect()
}
