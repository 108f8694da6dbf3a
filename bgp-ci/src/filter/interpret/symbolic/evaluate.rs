//! Expressions.

use std::sync::Arc;

use super::operate::{Answer, is_comparison};
use super::state::{State, Test};
use super::symbol::Symbol;
use super::world::{ABSENT, Choice, Opaque};
use super::{End, Explorer, MAX_DEPTH};
use crate::filter::attribute::{Attribute, BgpAttribute};
use crate::filter::interpret::compile::{Direction, Node, NodeKind};
use crate::filter::interpret::operate as concrete;
use crate::filter::interpret::state::Fault;
use crate::filter::types::{EnumType, Type};
use crate::filter::value::Value;
use crate::place::Place;
use crate::symbolic::Ranges;

/// States with a value each.
pub(super) type Values = Vec<(State, Symbol)>;

impl<'m> Explorer<'m, '_> {
    /// The states for which a condition is true, and those for which it is false.
    pub(super) fn condition(
        &mut self,
        states: Vec<State>,
        node: &'m Node,
    ) -> (Vec<State>, Vec<State>) {
        match &node.kind {
            NodeKind::Not(operand) => {
                let (yes, no) = self.condition(states, operand);
                (no, yes)
            }
            NodeKind::All(operands) => {
                let (mut yes, mut no) = (states, Vec::new());
                for operand in operands {
                    let (passing, failing) = self.condition(yes, operand);
                    (yes, no) = (passing, self.gathered(no, failing));
                }
                (yes, no)
            }
            NodeKind::Any(operands) => {
                let (mut yes, mut no) = (Vec::new(), states);
                for operand in operands {
                    let (passing, failing) = self.condition(no, operand);
                    (yes, no) = (self.gathered(yes, passing), failing);
                }
                (yes, no)
            }
            _ => {
                let (mut yes, mut no) = (Vec::new(), Vec::new());
                for (state, symbol) in self.values(states, node) {
                    match symbol {
                        Symbol::Known(Value::Bool(true)) => yes.push(state),
                        Symbol::Known(Value::Bool(false)) => no.push(state),
                        Symbol::Known(_) => self.end(End::Failed(node.place), state),
                        symbol => {
                            let test = self.truth(&symbol);
                            let (passing, failing) = self.split(state, test);
                            yes.extend(passing);
                            no.extend(failing);
                        }
                    }
                }
                (yes, no)
            }
        }
    }

    fn gathered(&mut self, mut all: Vec<State>, more: Vec<State>) -> Vec<State> {
        all.extend(more);
        if all.len() > 1 { self.joined(all) } else { all }
    }

    pub(super) fn split(&mut self, state: State, test: Test) -> (Option<State>, Option<State>) {
        if !self.spend(1) {
            return (None, None);
        }
        state.split(test, self.world)
    }

    /// Whether something that is not followed is true.
    pub(super) fn truth(&mut self, symbol: &Symbol) -> Test {
        let opaque = match symbol {
            Symbol::Opaque(opaque) => *opaque,
            other => self
                .world
                .opaque(Opaque::Operation("truth".to_owned(), vec![other.clone()])),
        };
        let choice = self.world.choice(Choice::Opaque(opaque));
        Test::Choice(choice, Ranges::only(1))
    }

    /// The value of an expression in each of `states`.
    pub(super) fn values(&mut self, states: Vec<State>, node: &'m Node) -> Values {
        let mut values = Vec::with_capacity(states.len());
        for state in states {
            if self.over {
                break;
            }
            values.extend(self.value(state, node));
        }
        values
    }

    /// The value of an expression: one for each part of `state` in which it is another.
    pub(super) fn value(&mut self, state: State, node: &'m Node) -> Values {
        match &node.kind {
            NodeKind::Value(value) => vec![(state, Symbol::Known(value.clone()))],
            NodeKind::Variable(slot) => {
                let entry = state.variables.get(self.base + slot).cloned().flatten();
                match entry {
                    Some(symbol) => vec![(state, symbol)],
                    None => self.lost(
                        state,
                        node.place,
                        "a variable that is read before it is set",
                    ),
                }
            }
            NodeKind::Attribute(attribute, of) => self.read(state, *attribute, *of),
            NodeKind::Gap(reason) => {
                let opaque = self
                    .world
                    .opaque(Opaque::Unmodelled(node.place, Arc::clone(reason)));
                vec![(state, Symbol::Opaque(opaque))]
            }
            _ => {
                if self.depth >= MAX_DEPTH {
                    return self.lost(
                        state,
                        node.place,
                        "calls and expressions that nest too deeply",
                    );
                }
                if !self.spend(1) {
                    return Vec::new();
                }
                self.depth += 1;
                let values = self.compute(state, node);
                self.depth -= 1;
                values
            }
        }
    }

    pub(super) fn lost(&mut self, state: State, place: Place, reason: &str) -> Values {
        self.fault(Fault::gap(reason), place, state);
        Vec::new()
    }

    fn compute(&mut self, state: State, node: &'m Node) -> Values {
        let place = node.place;
        match &node.kind {
            NodeKind::Not(_) | NodeKind::All(_) | NodeKind::Any(_) => {
                let (yes, no) = self.condition(vec![state], node);
                let truth = |truth| move |state| (state, Symbol::Known(Value::Bool(truth)));
                yes.into_iter()
                    .map(truth(true))
                    .chain(no.into_iter().map(truth(false)))
                    .collect()
            }
            NodeKind::Binary(operator, sides) => self.apply(
                state,
                place,
                !is_comparison(*operator),
                &**sides,
                |explorer, _, symbols| match symbols {
                    [left, right] => explorer.binary(*operator, left, right),
                    _ => Answer::None,
                },
            ),
            NodeKind::Method(method, operands) => {
                let nodes = std::iter::once(&operands.0).chain(&operands.1);
                self.apply(state, place, true, nodes, |explorer, _, symbols| {
                    let (receiver, argument) = match symbols {
                        [receiver] => (receiver, None),
                        [receiver, argument] => (receiver, Some(argument)),
                        _ => return Answer::None,
                    };
                    explorer.method(*method, receiver, argument)
                })
            }
            NodeKind::Edit(edit, operands) => self.apply(
                state,
                place,
                true,
                &**operands,
                |explorer, _, symbols| match symbols {
                    [list, operand] => explorer.edit(*edit, list, operand),
                    _ => Answer::None,
                },
            ),
            NodeKind::TextMatch(subject, pattern) => self.apply(
                state,
                place,
                true,
                [&**subject],
                |explorer, _, symbols| match symbols {
                    [subject] => explorer.text(subject, pattern),
                    _ => Answer::None,
                },
            ),
            NodeKind::Pair(parts) => {
                self.known(state, place, &**parts, "a pair", |values| match values {
                    [a, b] => concrete::pair(a, b),
                    _ => Err(Fault::gap("a pair")),
                })
            }
            NodeKind::Extended(kind, parts) => {
                let kind = *kind;
                self.known(
                    state,
                    place,
                    &**parts,
                    "an extended community",
                    move |values| match values {
                        [a, b] => concrete::extended(kind, a, b),
                        _ => Err(Fault::gap("an extended community")),
                    },
                )
            }
            NodeKind::Large(parts) => self.known(
                state,
                place,
                &**parts,
                "a large community",
                |values| match values {
                    [a, b, c] => concrete::large(a, b, c),
                    _ => Err(Fault::gap("a large community")),
                },
            ),
            NodeKind::Substitute(parts) => self.apply(
                state,
                place,
                true,
                &**parts,
                |explorer, _, symbols| match symbols {
                    [path, members, by] => explorer.substitute(path, members, by),
                    _ => Answer::None,
                },
            ),
            NodeKind::Mask(parts) => self.mask(state, place, parts),
            NodeKind::Call(function, term, arguments) => {
                self.call(state, place, *function, *term, arguments)
            }
            NodeKind::Defined(operand) => self.defined(state, operand),
            NodeKind::Roa { table, of } => {
                let nodes: Vec<&Node> = of.iter().flat_map(|of| of.iter()).collect();
                self.apply(state, place, true, nodes, |explorer, state, symbols| {
                    let path = Attribute::Bgp(BgpAttribute::Path);
                    let nothing = Symbol::Known(Value::Void);
                    let pathless =
                        symbols.is_empty() && state.attributes.get(&path) == Some(&nothing);
                    if pathless || symbols.contains(&nothing) {
                        return Answer::Fault(Fault::failure("`roa_check` of nothing"));
                    }
                    let of = if symbols.is_empty() {
                        [Symbol::Net, Symbol::Path(state.path())].into()
                    } else {
                        symbols.into()
                    };
                    let table = Arc::clone(table);
                    let choice = explorer.world.choice(Choice::Roa { table, of });
                    Answer::Symbol(Symbol::Choice(choice, Type::Enum(EnumType::Roa)))
                })
            }
            NodeKind::Aspa {
                table,
                path,
                direction,
            } => {
                let upstream = match direction {
                    Direction::Upstream => true,
                    Direction::Downstream => false,
                    Direction::Given(_) => {
                        return self.lost(state, place, "`aspa_check` with a computed direction");
                    }
                };
                let nodes: Vec<&Node> = path.iter().map(|path| &**path).collect();
                self.apply(state, place, true, nodes, |explorer, state, symbols| {
                    let of = symbols
                        .first()
                        .cloned()
                        .unwrap_or_else(|| Symbol::Path(state.path()));
                    let table = Arc::clone(table);
                    let choice = explorer.world.choice(Choice::Aspa {
                        table,
                        upstream,
                        of,
                    });
                    Answer::Symbol(Symbol::Choice(choice, Type::Enum(EnumType::Aspa)))
                })
            }
            NodeKind::Value(_)
            | NodeKind::Variable(_)
            | NodeKind::Attribute(..)
            | NodeKind::Gap(_) => self.value(state, node),
        }
    }

    /// Computes operands, then an operation on them; `absence` says whether it is another one
    /// where an attribute is not there.
    fn apply<'n>(
        &mut self,
        state: State,
        place: Place,
        absence: bool,
        nodes: impl IntoIterator<Item = &'n Node>,
        operation: impl Fn(&mut Self, &State, &[Symbol]) -> Answer,
    ) -> Values
    where
        'm: 'n,
        'n: 'm,
    {
        let mut out = Vec::new();
        let operands = self.operands(state, nodes);
        let operands = if absence {
            self.present(operands)
        } else {
            operands
        };
        for (state, symbols) in operands {
            match operation(self, &state, &symbols) {
                Answer::Symbol(symbol) => out.push((state, symbol)),
                Answer::Unless(test, symbol) => {
                    let (fails, goes_on) = self.split(state, test);
                    if let Some(state) = fails {
                        self.end(End::Failed(place), state);
                    }
                    out.extend(goes_on.map(|state| (state, symbol)));
                }
                Answer::Test(test, positive) => {
                    let (yes, no) = self.split(state, test);
                    let truth = |truth| Symbol::Known(Value::Bool(truth == positive));
                    out.extend(yes.map(|state| (state, truth(true))));
                    out.extend(no.map(|state| (state, truth(false))));
                }
                Answer::Fault(fault) => self.fault(fault, place, state),
                Answer::None => {
                    self.fault(Fault::gap("an operation of another shape"), place, state);
                }
            }
        }
        out
    }

    /// Operands with what an operation sees of them: nothing, where an attribute is not there.
    fn present(&mut self, operands: Vec<(State, Vec<Symbol>)>) -> Vec<(State, Vec<Symbol>)> {
        let mut done = Vec::with_capacity(operands.len());
        for (state, symbols) in operands {
            let mut parts = vec![(state, Vec::with_capacity(symbols.len()))];
            for symbol in symbols {
                let mut next = Vec::with_capacity(parts.len());
                for (state, known) in parts {
                    for (state, symbol) in self.there(state, symbol.clone()) {
                        let mut known: Vec<Symbol> = known.clone();
                        known.push(symbol);
                        next.push((state, known));
                    }
                }
                parts = next;
            }
            done.extend(parts);
        }
        done
    }

    /// A value where it is there, and nothing where it is not.
    pub(super) fn there(&mut self, state: State, symbol: Symbol) -> Values {
        let Symbol::Choice(choice, _) = symbol else {
            return vec![(state, symbol)];
        };
        let (absent, there) = self.split(state, Test::Choice(choice, Ranges::only(ABSENT)));
        let absent = absent.map(|state| (state, Symbol::Known(Value::Void)));
        let there = there.map(|state| (state, symbol));
        absent.into_iter().chain(there).collect()
    }

    /// An operation that is only followed on known values.
    fn known<'n>(
        &mut self,
        state: State,
        place: Place,
        nodes: impl IntoIterator<Item = &'n Node>,
        what: &str,
        operation: impl Fn(&[Value]) -> Result<Value, Fault>,
    ) -> Values
    where
        'm: 'n,
        'n: 'm,
    {
        self.apply(state, place, true, nodes, |explorer, _, symbols| {
            let values: Option<Vec<Value>> = symbols
                .iter()
                .map(|symbol| match symbol {
                    Symbol::Known(value) => Some(value.clone()),
                    _ => None,
                })
                .collect();
            match values {
                Some(values) => match operation(&values) {
                    Ok(value) => Answer::Symbol(Symbol::Known(value)),
                    Err(fault) => Answer::Fault(fault),
                },
                None if symbols.contains(&Symbol::Known(Value::Void)) => {
                    Answer::Fault(Fault::failure(what))
                }
                // A part may be too large, and then the filter fails.
                None => explorer.fallible(what, symbols),
            }
        })
    }

    pub(super) fn operands<'n>(
        &mut self,
        state: State,
        nodes: impl IntoIterator<Item = &'n Node>,
    ) -> Vec<(State, Vec<Symbol>)>
    where
        'm: 'n,
        'n: 'm,
    {
        let mut all = vec![(state, Vec::new())];
        for node in nodes {
            let mut next = Vec::with_capacity(all.len());
            for (state, symbols) in all {
                for (state, symbol) in self.value(state, node) {
                    let mut symbols: Vec<Symbol> = symbols.clone();
                    symbols.push(symbol);
                    next.push((state, symbols));
                }
            }
            all = next;
        }
        all
    }
}
