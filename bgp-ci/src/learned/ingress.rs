//! The routes that the neighbour of a session can send, as its import policy sees them.
//!
//! This is [`arrive`](crate::router::propagate::arrive) on every route at once.

use crate::filter::attribute::{Attribute, BgpAttribute};
use crate::filter::interpret::symbolic::{
    ABSENT, Choice, Ingress, State, Symbol, SymbolicPath, Test, World,
};
use crate::filter::types::Type;
use crate::filter::value::{Address, Value};
use crate::model::{Family, Prefix};
use crate::router::{Channel, RemoteAs, Role, Router, Session};
use crate::symbolic::{PathAtom, PathTest, Ranges, Space};

/// Networks that no daemon takes in: hosts' own, multicast and what is reserved beyond.
const REFUSED: [&str; 3] = ["0.0.0.0/8", "127.0.0.0/8", "224.0.0.0/3"];

/// Networks of IPv6 that every daemon takes in.
const GLOBAL: &str = "2000::/3";

/// The networks that a neighbour can send.
pub(super) fn networks(family: Family) -> Space {
    let prefix =
        |text: &str| -> Prefix { text.parse().expect("a constant network is well-formed") };
    let below = |prefix: Prefix| Space::between(prefix, prefix.length(), prefix.max_length());
    match family {
        Family::Ipv4 => {
            let refused = REFUSED.map(|text| below(prefix(text)));
            Space::full(family).difference(&Space::union_of(family, refused))
        }
        Family::Ipv6 => below(prefix(GLOBAL)).union(&Space::only(prefix("::/0"))),
    }
}

/// What `session` gives every route.
pub(super) fn given(session: &Session, channel: &Channel) -> Ingress {
    Ingress {
        protocol: (*session.name).into(),
        from: session.address.map(Address::from),
        preference: u16::try_from(channel.preference).unwrap_or(u16::MAX),
    }
}

/// Every route of `channel`'s family that the neighbour of `session` can send; it is number `at`
/// of the world's ingresses.
pub(super) fn states(
    router: &Router,
    session: &Session,
    channel: &Channel,
    at: usize,
    world: &mut World,
) -> Vec<State> {
    let state = State::new(networks(channel.family), [at]);
    let Some(state) = pathed(session, state, world) else {
        return Vec::new();
    };
    let taken = session.interior() || session.allow_local_preference;
    let local_preference = Attribute::Bgp(BgpAttribute::LocalPreference);
    let state = if taken {
        state
    } else if router.daemon.fills_local_preference {
        let default = Value::Int(session.default_local_preference);
        state.given(local_preference, Symbol::Known(default))
    } else {
        state.given(local_preference, Symbol::Known(Value::Void))
    };
    let state = chosen(
        state,
        BgpAttribute::NextHop,
        match channel.family {
            Family::Ipv4 if !channel.extended_next_hop => {
                let first = Address::from_ipv4(0x0100_0000).bits();
                Ranges::between(first, Address::from_ipv4(0xdfff_ffff).bits())
            }
            _ => Ranges::between(0x2000 << 112, (0x4000 << 112) - 1),
        },
        world,
    );
    match state {
        Some(state) => marked(session, state, world),
        None => Vec::new(),
    }
}

/// The routes whose attribute has one of these values.
fn chosen(
    state: State,
    attribute: BgpAttribute,
    values: Ranges,
    world: &mut World,
) -> Option<State> {
    let choice = world.choice(Choice::Received(Attribute::Bgp(attribute)));
    state.split(Test::Choice(choice, values), world).0
}

/// The routes whose path the BGP layer takes.
///
/// A neighbour puts its own number in front, whether we enforce that or not: what it must not do
/// for a leak to be one, is not assumed of it. A route server does not (RFC 7947).
fn pathed(session: &Session, mut state: State, world: &mut World) -> Option<State> {
    let mut front = SymbolicPath::received();
    if let Some(behind) = session.behind
        && behind.shown_inside
    {
        front = front.prepended(session.local_as.0);
        state = state.given(
            Attribute::Bgp(BgpAttribute::Path),
            Symbol::Path(front.clone()),
        );
    }
    let mut split = |state: State, test, wanted| {
        let atom = PathAtom {
            front: [].into(),
            test,
        };
        let (yes, no) = state.split(Test::Path(atom), world);
        if wanted { yes } else { no }
    };
    if session.external() && !session.interior() {
        let first = match session.remote_as {
            RemoteAs::One(asn) if session.role != Some(Role::RouteServerClient) => {
                Ranges::only(asn.0.into())
            }
            _ => Ranges::between(1, u32::MAX.into()),
        };
        state = split(state, PathTest::First(first), true)?;
    }
    if session.allow_local_as == 0 && !session.allow_local_origin {
        let mut own = vec![session.local_as];
        own.extend(session.behind.map(|behind| behind.asn));
        own.extend(session.confederation.map(|confederation| confederation.id));
        let own = Ranges::of(own.iter().map(|asn| (asn.0.into(), asn.0.into())));
        state = split(state, PathTest::Member(own), false)?;
    }
    Some(state)
}

/// ONLY_TO_CUSTOMER as the session's role has it (RFC 9234, section 5).
fn marked(session: &Session, state: State, world: &mut World) -> Vec<State> {
    let attribute = Attribute::Bgp(BgpAttribute::OnlyToCustomer);
    let choice = world.choice(Choice::Received(attribute));
    let Some(role) = session.role else {
        return vec![state];
    };
    let neighbour = match session.remote_as {
        RemoteAs::One(asn) => Some(asn),
        RemoteAs::Internal => Some(session.local_as),
        RemoteAs::External | RemoteAs::Range(_) => None,
    };
    let (absent, present) = state.split(Test::Choice(choice, Ranges::only(ABSENT)), world);
    // Whatever the number is, that there is one is what counts.
    let mark = neighbour.map_or(Symbol::Choice(choice, Type::Int), |asn| {
        Symbol::Known(Value::Int(asn.0))
    });
    match role {
        Role::Provider | Role::RouteServer => absent
            .map(|state| state.given(attribute, Symbol::Known(Value::Void)))
            .into_iter()
            .collect(),
        Role::Peer | Role::Customer | Role::RouteServerClient => {
            let present = match (role, neighbour) {
                (Role::Peer, Some(asn)) => present.and_then(|state| {
                    state
                        .split(Test::Choice(choice, Ranges::only(asn.0.into())), world)
                        .0
                }),
                _ => present,
            };
            let marked = |state: State| state.given(attribute, mark.clone());
            absent.into_iter().chain(present).map(marked).collect()
        }
    }
}
