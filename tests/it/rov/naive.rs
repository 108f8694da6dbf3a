//! Validation against the definition, word for word.

use testkit::payloads::{Net, Payload, Route};

use super::{State, assert_mixed, cases, origin, ours, prefix, state};

/// RFC 6811, section 2, word for word: every payload is looked at.
fn defined(payloads: &[Payload], route: Route) -> State {
    let mut found = State::NotFound;
    for payload in payloads.iter().filter(|one| covers(one.net, route.net)) {
        let same = payload.asn == route.asn && payload.asn != 0;
        if same && route.net.length <= payload.max_length {
            return State::Valid;
        }
        if same {
            found = State::TooLong;
        } else if found == State::NotFound {
            found = State::WrongOrigin;
        }
    }
    found
}

/// Bit by bit: the first bits of both are the same.
fn covers(outer: Net, inner: Net) -> bool {
    outer.wide == inner.wide
        && outer.length <= inner.length
        && (outer.address ^ inner.address).leading_zeros() >= u32::from(outer.length)
}

#[test]
fn ten_million_pairs_are_what_the_definition_says() {
    let mut asked = 0_u32;
    let mut sample = Vec::new();
    for (set, mut routes) in cases(1, 2000, 5000) {
        let vrps = ours(&set);
        // Half of the tables in order, as they are swept; half as they come.
        if asked.is_multiple_of(10_000) {
            routes.sort_unstable();
        }
        let nets: Vec<_> = routes.iter().map(|route| prefix_of(route.net)).collect();
        let questions = nets
            .iter()
            .copied()
            .zip(routes.iter().map(|route| origin(*route)));
        let swept = vrps.sweep(questions);
        for (at, ((route, net), swept)) in routes.iter().zip(&nets).zip(swept).enumerate() {
            let expected = defined(&set, *route);
            assert_eq!(state(swept), expected, "swept: {route:?} in {set:?}");
            let single = vrps.validity(*net, origin(*route));
            assert_eq!(state(single), expected, "asked: {route:?} in {set:?}");
            asked += 1;
            if at.is_multiple_of(50) {
                sample.push(expected);
            }
        }
    }
    assert_eq!(asked, 10_000_000);
    assert_mixed(&sample);
}

/// Without a text in between, as there are ten million.
fn prefix_of(net: Net) -> bgp_ci::model::Prefix {
    let made = ipnet::IpNet::new(net.ip(), net.length).unwrap();
    bgp_ci::model::Prefix::truncated(made)
}

#[test]
fn the_numbers_of_a_net_are_its_text() {
    for (set, _) in cases(2, 20, 0) {
        for payload in set {
            assert_eq!(prefix_of(payload.net), prefix(payload.net));
        }
    }
}
