//! Networks that we answer for: our own, and those that our customers may announce to us.
//!
//! A policy that sends on what is in a list of these networks sends it on whoever brought it. That
//! is the ordinary way to write such a policy, and harms nobody but ourselves.

use std::collections::BTreeMap;

use super::{Model, relation, search};
use crate::filter::interpret::Machine;
use crate::filter::interpret::symbolic::{Live, World};
use crate::model::{Family, Prefix};
use crate::policy::network::Network;
use crate::policy::section::Relation;
use crate::router::Policy;
use crate::symbolic::Space;

/// A space that holds more than such a part of all addresses is no list of somebody's networks:
/// one /8 of IPv4.
const WIDE: f64 = 1.0 / 256.0;

/// Whether so many networks are in `space` that no list names them.
pub fn is_wide(space: &Space) -> bool {
    let mut share = 0.0;
    for (prefix, _) in space.pieces() {
        share += 0.5_f64.powi(i32::from(prefix.length()));
        if share >= WIDE {
            return true;
        }
    }
    false
}

/// How many networks are in `space`, as far as `most`.
pub fn count(space: &Space, most: u64) -> u64 {
    let mut count: u64 = 0;
    for (prefix, lengths) in space.pieces() {
        for (first, last) in lengths.runs() {
            for length in first..=last {
                let deeper = u32::from(length.saturating_sub(prefix.length()));
                count = count.saturating_add(1_u64.checked_shl(deeper).unwrap_or(u64::MAX));
            }
        }
        if count >= most {
            return most;
        }
    }
    count
}

/// What we own, and all that is inside of it.
pub fn owned(network: &Network, family: Family) -> Space {
    let below = |prefix: Prefix| Space::between(prefix, prefix.length(), prefix.max_length());
    let owned = network.owned.prefixes();
    let owned = owned.filter(|prefix| prefix.family() == family);
    Space::union_of(family, owned.map(below))
}

/// What we answer for, by family.
pub fn answered(network: &Network, models: &[Model]) -> BTreeMap<Family, Space> {
    let mut spaces = BTreeMap::new();
    for family in [Family::Ipv4, Family::Ipv6] {
        let customers = models
            .iter()
            .flat_map(|model| from_customers(network, model, family));
        let all = customers.chain([owned(network, family)]);
        spaces.insert(family, Space::union_of(family, all));
    }
    spaces
}

/// What customers may announce to a router, where that is a list.
fn from_customers(network: &Network, model: &Model, family: Family) -> Vec<Space> {
    let mut found = Vec::new();
    let mut machine = None;
    for (id, key) in &model.keys {
        let session = model.router.session(*id);
        let customer = relation(network, key, session)
            .is_some_and(|(relation, _)| relation == Relation::Customer);
        let Some(channel) = session.channel(family).filter(|_| customer) else {
            continue;
        };
        let Policy::Filter(filter) = channel.import else {
            continue;
        };
        let machine = machine.get_or_insert_with(|| Machine::new(&model.router.program));
        let mut world = World::default();
        let states = search::arriving(&model.router, session, channel, &mut world);
        let explored = machine.explore(filter, states, &Live::default(), &mut world);
        if explored.over {
            continue;
        }
        let accepted = explored.accepted().map(|state| state.space.clone());
        let space = Space::union_of(family, accepted);
        if !is_wide(&space) {
            found.push(space);
        }
    }
    found
}
