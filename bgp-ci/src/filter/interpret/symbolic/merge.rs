//! Joining states that differ in one thing only.

use std::collections::HashMap;
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash as _, Hasher as _};
use std::sync::Arc;

use super::state::State;
use super::world::{ChoiceId, World};
use crate::symbolic::Ranges;

/// How many states of one kind are compared with each other; more are only joined where they
/// differ in their networks.
const MAX_COMPARED: usize = 256;

/// The same routes in as few states as is easy.
pub(super) fn merged(states: Vec<State>, world: &World) -> Vec<State> {
    if states.len() < 2 {
        return states;
    }
    let states = by_networks(states);
    let mut kinds: Vec<Vec<State>> = Vec::new();
    let mut known: HashMap<u64, usize> = HashMap::new();
    for state in states {
        let mut hasher = DefaultHasher::new();
        state.given.hash(&mut hasher);
        state.attributes.hash(&mut hasher);
        state.variables.hash(&mut hasher);
        let at = *known.entry(hasher.finish()).or_insert_with(|| {
            kinds.push(Vec::new());
            kinds.len() - 1
        });
        if let Some(kind) = kinds.get_mut(at) {
            insert(kind, state, world);
        }
    }
    kinds.into_iter().flatten().collect()
}

/// Joins what differs in networks alone.
fn by_networks(states: Vec<State>) -> Vec<State> {
    let mut joined: Vec<State> = Vec::with_capacity(states.len());
    let mut known: HashMap<u64, Vec<usize>> = HashMap::new();
    for state in states {
        let mut hasher = DefaultHasher::new();
        state.cube.hash(&mut hasher);
        state.choices.hash(&mut hasher);
        state.ingress.hash(&mut hasher);
        state.given.hash(&mut hasher);
        state.attributes.hash(&mut hasher);
        state.variables.hash(&mut hasher);
        let same = known.entry(hasher.finish()).or_default();
        let at = same.iter().copied().find(|at| {
            joined.get(*at).is_some_and(|known| {
                known.cube == state.cube
                    && known.choices == state.choices
                    && known.ingress == state.ingress
                    && known.given == state.given
                    && known.attributes == state.attributes
                    && known.variables == state.variables
            })
        });
        if let Some(known) = at.and_then(|at| joined.get_mut(at)) {
            known.space = known.space.union(&state.space);
        } else {
            same.push(joined.len());
            joined.push(state);
        }
    }
    joined
}

/// Adds `state`, joined with others as long as that goes.
fn insert(kind: &mut Vec<State>, mut state: State, world: &World) {
    if kind.len() > MAX_COMPARED {
        kind.push(state);
        return;
    }
    loop {
        let found = kind
            .iter()
            .enumerate()
            .find_map(|(at, known)| Some((at, joined(known, &state, world)?)));
        if let Some((at, one)) = found {
            kind.swap_remove(at);
            state = one;
        } else {
            kind.push(state);
            return;
        }
    }
}

/// Both as one, where they differ in one thing at most.
fn joined(a: &State, b: &State, world: &World) -> Option<State> {
    if a.given != b.given || a.attributes != b.attributes || a.variables != b.variables {
        return None;
    }
    let space = a.space == b.space;
    let ingress = a.ingress == b.ingress;
    let cube = a.cube == b.cube;
    let choices = a.choices == b.choices;
    match (space, ingress, cube, choices) {
        (_, true, true, true) => Some(State {
            space: a.space.union(&b.space),
            ..a.clone()
        }),
        (true, false, true, true) => Some(State {
            ingress: Arc::new(a.ingress.union(&b.ingress).copied().collect()),
            ..a.clone()
        }),
        (true, true, false, true) => {
            let cube = resolved(&a.cube, &b.cube)?;
            Some(State { cube, ..a.clone() })
        }
        (true, true, true, false) => Some(State {
            choices: chosen(&a.choices, &b.choices, world)?,
            ..a.clone()
        }),
        _ => None,
    }
}

/// The answers of both without the one question that they answer differently, or those of the one
/// that has fewer and no others.
fn resolved<T: Copy + Eq>(a: &[(T, bool)], b: &[(T, bool)]) -> Option<Vec<(T, bool)>> {
    if a.len() == b.len() {
        let mut other = None;
        for (at, (left, right)) in a.iter().zip(b).enumerate() {
            if left != right {
                if left.0 != right.0 || other.is_some() {
                    return None;
                }
                other = Some(at);
            }
        }
        let other = other?;
        let rest = a.iter().enumerate().filter(|(at, _)| *at != other);
        return Some(rest.map(|(_, literal)| *literal).collect());
    }
    let (few, many) = if a.len() < b.len() { (a, b) } else { (b, a) };
    few.iter()
        .all(|literal| many.contains(literal))
        .then(|| few.to_vec())
}

/// The values of both, where they differ in one choice.
fn chosen(
    a: &[(ChoiceId, Ranges)],
    b: &[(ChoiceId, Ranges)],
    world: &World,
) -> Option<Vec<(ChoiceId, Ranges)>> {
    if a.len() == b.len() {
        let mut found: Vec<(ChoiceId, Ranges)> = Vec::with_capacity(a.len());
        let mut differ = false;
        for ((id, left), (other, right)) in a.iter().zip(b) {
            if id != other || left != right && differ {
                return None;
            }
            if left == right {
                found.push((*id, left.clone()));
            } else {
                differ = true;
                let both = left.union(right);
                if both != world.domain(*id) {
                    found.push((*id, both));
                }
            }
        }
        return Some(found);
    }
    let (few, many) = if a.len() < b.len() { (a, b) } else { (b, a) };
    few.iter()
        .all(|one| many.contains(one))
        .then(|| few.to_vec())
}
