//! What of one neighbour's routes goes to one other.

use std::collections::{BTreeMap, BTreeSet};

use super::carry::{self, Lost};
use super::{Model, Node, ingress};
use crate::filter::interpret::Machine;
use crate::filter::interpret::symbolic::{Example, Live, State, World};
use crate::filter::route::Route;
use crate::model::Family;
use crate::router::SessionId;
use crate::router::propagate::learned::passes;

/// Every route that one session can bring and another sends.
#[derive(Debug, Default)]
pub struct Between {
    world: World,
    states: Vec<State>,
    /// Whether something on the way was not understood.
    pub unknown: bool,
}

impl Between {
    /// Whether `route` may be sent: where this is false it is not. It is as it arrives before the
    /// import policy, with the path that the neighbour sent.
    pub fn has(&self, route: &Route) -> bool {
        self.states
            .iter()
            .any(|state| state.has(route, &self.world))
    }

    /// Whether nothing is sent.
    pub fn is_empty(&self) -> bool {
        self.states.is_empty()
    }

    /// Routes that are sent, as far as everything is followed.
    pub fn examples(&mut self, most: usize) -> Vec<Example> {
        let mut examples = Vec::new();
        for state in self.states.iter().take(most) {
            examples.extend(state.examples(&mut self.world).into_iter().take(1));
        }
        examples
    }
}

/// What of the routes that the neighbour of `from` can send goes out over `to`, of the same
/// router and family.
pub fn between(model: &Model, from: SessionId, to: SessionId, family: Family) -> Between {
    let node = Node {
        model,
        machine: Machine::new(&model.router.program),
    };
    let mut found = Between::default();
    let (source, target) = (model.router.session(from), model.router.session(to));
    let Some(channel) = source.channel(family).filter(|_| passes(source, target)) else {
        return found;
    };
    let Some(out) = target.channel(family) else {
        return found;
    };
    let world = &mut found.world;
    world.ingress.push(ingress::given(source, channel));
    let states = ingress::states(&model.router, source, channel, 0, world);
    let asked = carry::asked(&node);
    let passed = carry::through(&node, channel.import, states, &asked, world);
    let mut lost: BTreeSet<Lost> = passed.lost;
    let imported = BTreeMap::from([(channel.table, passed.states)]);
    let mut tables = carry::tables(&node, family, imported, &asked, world, &mut lost);
    let held = tables.remove(&out.table).unwrap_or_default();
    let sent = carry::sent(&node, to, family, held, &Live::default(), world);
    lost.extend(sent.lost);
    found.states = sent.states;
    found.unknown = !lost.is_empty();
    found
}
