//! Calls, and path masks with computed parts.

use std::sync::Arc;

use super::evaluate::Values;
use super::execute::{Returned, fitting};
use super::merge::merged;
use super::state::State;
use super::symbol::Symbol;
use super::{End, Explorer};
use crate::filter::interpret::TermId;
use crate::filter::interpret::compile::{MaskNode, Node};
use crate::filter::program::FunctionId;
use crate::filter::value::{MaskPart, PathMask, Value};
use crate::place::Place;

impl<'m> Explorer<'m, '_> {
    pub(super) fn mask(&mut self, state: State, place: Place, parts: &'m [MaskNode]) -> Values {
        let mut all: Vec<(State, Vec<MaskPart>)> = vec![(state, Vec::new())];
        for part in parts {
            let nodes: Vec<&Node> = match part {
                MaskNode::Part(part) => {
                    for (_, parts) in &mut all {
                        parts.push(part.clone());
                    }
                    continue;
                }
                MaskNode::One(node) => vec![node],
                MaskNode::Range(first, last) => vec![first, last],
            };
            let mut next = Vec::new();
            for (state, parts) in all {
                for (state, symbols) in self.operands(state, nodes.iter().copied()) {
                    let mut parts = parts.clone();
                    match &*symbols {
                        [Symbol::Known(Value::Int(one))] => parts.push(MaskPart::Range(*one, *one)),
                        [
                            Symbol::Known(Value::Int(first)),
                            Symbol::Known(Value::Int(last)),
                        ] => {
                            parts.push(MaskPart::Range(*first, *last));
                        }
                        _ => {
                            self.lost(
                                state,
                                place,
                                "a path mask with something that is not a number",
                            );
                            continue;
                        }
                    }
                    next.push((state, parts));
                }
            }
            all = next;
        }
        all.into_iter()
            .map(|(state, parts)| {
                let mask = Value::PathMask(Arc::new(PathMask::new(parts)));
                (state, Symbol::Known(mask))
            })
            .collect()
    }

    pub(super) fn call(
        &mut self,
        state: State,
        place: Place,
        function: FunctionId,
        term: TermId,
        arguments: &'m [Node],
    ) -> Values {
        let code = self.code;
        let Some(body) = code.function(function) else {
            return self.lost(state, place, "a constant that calls a function after it");
        };
        self.reached.insert(term);
        let mut out: Values = Vec::new();
        for (state, symbols) in self.operands(state, arguments) {
            let fitted: Option<Vec<Option<Symbol>>> = symbols
                .into_iter()
                .zip(&body.variables)
                .map(|(symbol, of)| match symbol {
                    Symbol::Known(Value::Void) => Some(Some(symbol)),
                    symbol => fitting(symbol, *of).map(Some),
                })
                .collect();
            let Some(mut frame) = fitted else {
                self.end(End::Failed(place), state);
                continue;
            };
            frame.resize(body.variables.len(), None);
            let mut state = state;
            let (base, types) = (self.base, self.frame);
            let height = state.variables.len();
            state.variables.append(&mut frame);
            self.base = height;
            self.frame = &body.variables;
            let later = self.live.outside();
            let mut returned: Returned = Vec::new();
            let left = self.block(vec![state], &body.steps, &later, &mut returned);
            self.base = base;
            self.frame = types;
            let nothing = |state| (state, place, Symbol::Known(Value::Void));
            returned.extend(left.into_iter().map(nothing));
            let mut grouped: Vec<(Symbol, Vec<State>)> = Vec::new();
            for (mut state, _, symbol) in returned {
                state.variables.truncate(height);
                match grouped.iter_mut().find(|(known, _)| *known == symbol) {
                    Some((_, states)) => states.push(state),
                    None => grouped.push((symbol, vec![state])),
                }
            }
            for (symbol, mut states) in grouped {
                if states.len() > 1 {
                    for state in &mut states {
                        later.settle(state, height);
                    }
                    states = merged(states, self.world);
                }
                out.extend(states.into_iter().map(|state| (state, symbol.clone())));
            }
        }
        out
    }
}
