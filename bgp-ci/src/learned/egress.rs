//! What the BGP layer keeps from a neighbour whatever its export policy says.

use crate::filter::attribute::{Attribute, BgpAttribute};
use crate::filter::interpret::symbolic::{ABSENT, ListKind, Live, State, Symbol, Test, World};
use crate::filter::value::Value;
use crate::router::{Daemon, Role, Session};
use crate::symbolic::Ranges;

const NO_EXPORT: u128 = 0xffff_ff01;
const NO_ADVERTISE: u128 = 0xffff_ff02;
const NO_EXPORT_SUBCONFED: u128 = 0xffff_ff03;

/// What the BGP layer asks of routes that are sent on.
pub(super) fn asked() -> Live {
    let known = Ranges::of([(NO_EXPORT, NO_EXPORT_SUBCONFED)]);
    Live::default()
        .with_communities(ListKind::Standard, &known)
        .with(Attribute::Bgp(BgpAttribute::OnlyToCustomer))
}

/// The routes of `state` that `session`'s export policy gets to see.
pub(super) fn offered(
    daemon: Daemon,
    session: &Session,
    state: State,
    world: &mut World,
) -> Vec<State> {
    let mut states = vec![state];
    // Where clients of a route server are told everything of each other, a client hears of all
    // here: too much of others, and never too little.
    let transparent = daemon.transparent_between_clients && session.rs_client;
    if session.interpret_communities && !transparent {
        let mut kept = vec![NO_ADVERTISE];
        if session.external() {
            kept.push(NO_EXPORT_SUBCONFED);
        }
        if !session.interior() {
            kept.push(NO_EXPORT);
        }
        let kept = Ranges::of(kept.into_iter().map(|item| (item, item)));
        states = without(states, &kept, world);
    }
    if session.role.is_some_and(Role::blocks) {
        states = unmarked(states, world);
    }
    states
}

/// The routes that have none of these communities.
fn without(states: Vec<State>, kept: &Ranges, world: &mut World) -> Vec<State> {
    let left = states.into_iter().filter_map(|state| {
        let Some(list) = state
            .list(ListKind::Standard)
            .filter(|list| list.base.is_none())
        else {
            // Whatever the policy made of them: a route without is among them, as far as is known.
            return Some(state);
        };
        if list.present.iter().any(|item| kept.contains(*item)) {
            return None;
        }
        let open = kept.difference(&list.absent);
        if open.is_empty() {
            return Some(state);
        }
        state
            .split(Test::Community(ListKind::Standard, open), world)
            .1
    });
    left.collect()
}

/// The routes without ONLY_TO_CUSTOMER.
fn unmarked(states: Vec<State>, world: &mut World) -> Vec<State> {
    let left = states.into_iter().filter_map(|state| {
        match state.attribute(BgpAttribute::OnlyToCustomer, world) {
            Symbol::Known(Value::Void) => Some(state),
            Symbol::Choice(choice, _) => {
                state
                    .split(Test::Choice(choice, Ranges::only(ABSENT)), world)
                    .0
            }
            Symbol::Known(_) => None,
            _ => Some(state),
        }
    });
    left.collect()
}
