//! Loops over what only a received route tells.

use std::sync::Arc;

use super::execute::Returned;
use super::live::{Live, asks_only, edits_only};
use super::state::{State, Test};
use super::symbol::{ListKind, Symbol, SymbolicList, SymbolicPath};
use super::world::{Choice, Opaque};
use super::{End, Explorer};
use crate::filter::interpret::compile::{Node, Step};
use crate::filter::types::Type;
use crate::filter::value::Value;
use crate::place::{FileId, Place};
use crate::symbolic::{PathAtom, PathTest, Ranges};

impl<'m> Explorer<'m, '_> {
    /// A loop. What takes members out of a list, each by itself, is followed; of anything else the
    /// attributes that it writes are not.
    pub(super) fn repeat(
        &mut self,
        state: State,
        slot: usize,
        list: &'m Node,
        body: &'m [Step],
        after: &Live,
        returned: &mut Returned,
    ) -> Vec<State> {
        let mut out = Vec::new();
        for (state, symbol) in self.value(state, list) {
            match symbol {
                Symbol::Known(value) => {
                    let Some(elements) = elements(&value) else {
                        self.end(End::Failed(list.place), state);
                        continue;
                    };
                    let mut states = vec![state];
                    for element in elements {
                        for state in &mut states {
                            self.store(state, slot, Some(Symbol::Known(element.clone())));
                        }
                        let mut live = after.clone();
                        live.add(&self.live);
                        states = self.block(states, body, &live, returned);
                    }
                    out.extend(states);
                }
                Symbol::List(own) if edits_only(body) => {
                    out.push(self.thinned(state, slot, &own, body));
                }
                Symbol::Path(path) if path.base.is_none() && asks_only(body) => {
                    out.extend(self.searched(state, slot, &path, body, after, returned));
                }
                _ => {
                    let reason = "a loop over something that only a received route tells";
                    self.end(End::Unknown(list.place, reason.into()), state);
                }
            }
        }
        out
    }

    /// A loop that changes nothing and may end the policy at some number of a path: it does where
    /// one of the numbers with which it does is in the path.
    fn searched(
        &mut self,
        state: State,
        slot: usize,
        path: &SymbolicPath,
        body: &'m [Step],
        after: &Live,
        returned: &mut Returned,
    ) -> Option<State> {
        let element = self.world.choice(Choice::PathElement);
        let mut probe = state.clone();
        self.store(&mut probe, slot, Some(Symbol::Choice(element, Type::Int)));
        let mut live = after.clone();
        live.add(&self.live);
        let ends = std::mem::take(&mut self.ends);
        let mut left = Vec::new();
        self.block(vec![probe], body, &live, &mut left);
        let ended = std::mem::replace(&mut self.ends, ends);
        let ended = ended
            .into_iter()
            .flat_map(|(end, states)| states.into_iter().map(move |state| (end.clone(), state)));
        let mut all = Ranges::NONE;
        let mut alone = true;
        let test = |members: &Ranges| {
            Test::Path(PathAtom {
                front: Arc::clone(&path.front),
                test: PathTest::Member(members.clone()),
            })
        };
        for (end, mut at) in ended {
            let members = at.left(element, self.world);
            at.forget(element);
            alone &= at.asks_as(&state);
            all = all.union(&members);
            if let (Some(at), _) = self.split(at, test(&members)) {
                self.end(end, at);
            }
        }
        for (mut at, place, symbol) in left {
            let members = at.left(element, self.world);
            at.forget(element);
            alone &= at.asks_as(&state);
            all = all.union(&members);
            if let (Some(mut at), _) = self.split(at, test(&members)) {
                self.store(&mut at, slot, None);
                returned.push((at, place, symbol));
            }
        }
        if all.is_empty() || !alone {
            // Where the end depends on more than the number, any route may go on.
            return Some(state);
        }
        self.split(state, test(&all)).1
    }

    /// `state` without the members of `own` that the body of a loop takes out.
    fn thinned(
        &mut self,
        state: State,
        slot: usize,
        own: &SymbolicList,
        body: &'m [Step],
    ) -> State {
        let of = match own.kind {
            ListKind::Standard => Type::Pair,
            ListKind::Extended => Type::Extended,
            ListKind::Large => Type::Large,
        };
        let element = self.world.choice(Choice::Element(own.kind));
        let attribute = own.kind.attribute();
        let mut probe = state.clone().with(attribute, Symbol::List(own.clone()));
        self.store(&mut probe, slot, Some(Symbol::Choice(element, of)));
        let live = Live::default().with(attribute);
        let ends = std::mem::take(&mut self.ends);
        let results = self.block(vec![probe.clone()], body, &live, &mut Vec::new());
        let mut gone = Ranges::NONE;
        let mut followed = self.ends.is_empty();
        self.ends = ends;
        for result in &results {
            let alike = result.cube == probe.cube && result.space == probe.space && {
                let others = |of: &State| {
                    let mut choices = of.choices.clone();
                    choices.retain(|(id, _)| *id != element);
                    choices
                };
                others(result) == others(&probe)
            };
            followed &= alike;
            match result.attributes.get(&attribute) {
                Some(Symbol::WithoutElement(_)) => {
                    gone = gone.union(&result.left(element, self.world));
                }
                Some(Symbol::List(list)) if list == own => {}
                _ => followed = false,
            }
        }
        let mut state = state;
        let symbol = if followed {
            Symbol::List(own.without(&gone))
        } else {
            let place = body.first().map_or(Place::file(FileId(0)), place_of);
            let base = self.world.opaque(Opaque::Operation(
                format!("a loop at {place:?}"),
                vec![Symbol::List(own.clone())],
            ));
            Symbol::List(SymbolicList {
                base: Some(base),
                ..SymbolicList::received(own.kind)
            })
        };
        state.set(attribute, symbol);
        state
    }
}

pub(super) fn place_of(step: &Step) -> Place {
    match step {
        Step::If { branches, .. } => branches.first().map(|(condition, ..)| condition.place),
        Step::Attribute(_, _, _, node) => Some(node.place),
        _ => None,
    }
    .unwrap_or(Place::file(FileId(0)))
}

fn elements(value: &Value) -> Option<Vec<Value>> {
    Some(match value {
        Value::Path(path) => path.asns().map(Value::Int).collect(),
        Value::Communities(list) => list.iter().copied().map(Value::Pair).collect(),
        Value::ExtendedCommunities(list) => list.iter().copied().map(Value::Extended).collect(),
        Value::LargeCommunities(list) => list.iter().copied().map(Value::Large).collect(),
        Value::Void => Vec::new(),
        _ => return None,
    })
}
