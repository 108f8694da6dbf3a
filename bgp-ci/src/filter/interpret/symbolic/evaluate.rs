//! Expressions.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::execute::{Returned, fitting};
use super::merge::merged;
use super::operate::{Answer, is_comparison};
use super::state::{State, Test};
use super::symbol::{ListKind, Symbol, SymbolicList, SymbolicPath};
use super::world::{ABSENT, Choice, Ingress, Opaque};
use super::{End, Explorer, MAX_DEPTH};
use crate::filter::attribute::{Attribute, BgpAttribute, StaticAttribute};
use crate::filter::interpret::TermId;
use crate::filter::interpret::compile::{Direction, MaskNode, Node, NodeKind};
use crate::filter::interpret::operate as concrete;
use crate::filter::interpret::state::Fault;
use crate::filter::ir::BinaryOperator;
use crate::filter::program::FunctionId;
use crate::filter::types::{EnumType, Enumerated, Type};
use crate::filter::value::{MaskPart, PathMask, Value};
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
    fn truth(&mut self, symbol: &Symbol) -> Test {
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

    fn lost(&mut self, state: State, place: Place, reason: &str) -> Values {
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
                    self.fault(Fault::gap("an operation of another shape"), place, state)
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

    fn operands<'n>(
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

    fn mask(&mut self, state: State, place: Place, parts: &'m [MaskNode]) -> Values {
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

    fn call(
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

    fn defined(&mut self, state: State, operand: &'m Node) -> Values {
        if let NodeKind::Attribute(attribute @ (Attribute::Custom(_) | Attribute::Other(_)), _) =
            &operand.kind
            && !state.attributes.contains_key(attribute)
        {
            return vec![(state, Symbol::Known(Value::Bool(false)))];
        }
        let mut out = Vec::new();
        for (state, symbol) in self.value(state, operand) {
            let test = match &symbol {
                Symbol::Known(value) => {
                    let truth = *value != Value::Void;
                    out.push((state, Symbol::Known(Value::Bool(truth))));
                    continue;
                }
                Symbol::Choice(choice, _) => {
                    Test::Choice(*choice, Ranges::only(ABSENT).complement())
                }
                Symbol::Path(SymbolicPath { base: None, .. }) => {
                    out.push((state, Symbol::Known(Value::Bool(true))));
                    continue;
                }
                Symbol::List(list)
                    if list.base.is_none() && list.absent.is_empty() && list.present.is_empty() =>
                {
                    Test::Community(list.kind, list.kind.universe())
                }
                Symbol::List(list) if list.base.is_none() && !list.present.is_empty() => {
                    out.push((state, Symbol::Known(Value::Bool(true))));
                    continue;
                }
                other => {
                    let opaque = self
                        .world
                        .opaque(Opaque::Operation("defined".to_owned(), vec![other.clone()]));
                    self.truth(&Symbol::Opaque(opaque))
                }
            };
            let (yes, no) = self.split(state, test);
            out.extend(yes.map(|state| (state, Symbol::Known(Value::Bool(true)))));
            out.extend(no.map(|state| (state, Symbol::Known(Value::Bool(false)))));
        }
        out
    }

    /// An attribute of the route.
    fn read(&mut self, state: State, attribute: Attribute, of: Type) -> Values {
        if let Some(symbol) = state.attributes.get(&attribute) {
            let symbol = match symbol {
                // What is absent is an empty list, or nothing.
                Symbol::Known(Value::Void) => Symbol::Known(Value::absent(of)),
                symbol => symbol.clone(),
            };
            return vec![(state, symbol)];
        }
        if let Some(kind) = ListKind::of(attribute) {
            return vec![(state, Symbol::List(SymbolicList::received(kind)))];
        }
        let symbol = match attribute {
            Attribute::Static(known) => match known {
                StaticAttribute::Net => Symbol::Net,
                StaticAttribute::Source => Symbol::Known(Enumerated::RTS_BGP.into()),
                StaticAttribute::Scope => Symbol::Known(Enumerated::SCOPE_UNIVERSE.into()),
                StaticAttribute::Destination => Symbol::Known(Enumerated::RTD_UNICAST.into()),
                StaticAttribute::Protocol => {
                    return self
                        .by_ingress(state, |of| Some(Value::String(Arc::clone(&of.protocol))));
                }
                StaticAttribute::Preference => {
                    return self.by_ingress(state, |of| Some(Value::Int(of.preference.into())));
                }
                StaticAttribute::From => {
                    return self.by_ingress(state, |of| of.from.map(Value::Ip));
                }
                _ => self.received(attribute, of),
            },
            Attribute::Bgp(BgpAttribute::Path) => Symbol::Path(SymbolicPath::received()),
            // What reflectors write stays inside (RFC 4456, section 8), and no witness has one.
            Attribute::Bgp(BgpAttribute::ClusterList) => Symbol::Known(Value::absent(of)),
            Attribute::Bgp(_) => self.received(attribute, of),
            // Of other protocols, or of the router itself.
            Attribute::Other(_) | Attribute::Custom(_) => Symbol::Known(Value::absent(of)),
        };
        vec![(state, symbol)]
    }

    fn received(&mut self, attribute: Attribute, of: Type) -> Symbol {
        let choice = self.world.choice(Choice::Received(attribute));
        Symbol::Choice(choice, of)
    }

    /// What each session gives, for the routes of those that give the same.
    fn by_ingress(&mut self, state: State, of: impl Fn(&Ingress) -> Option<Value>) -> Values {
        let mut groups: BTreeMap<String, (Option<Value>, Vec<usize>)> = BTreeMap::new();
        for at in state.ingress.iter() {
            let value = self.world.ingress.get(*at).and_then(&of);
            let key = format!("{value:?}");
            groups
                .entry(key)
                .or_insert_with(|| (value, Vec::new()))
                .1
                .push(*at);
        }
        let mut out = Vec::with_capacity(groups.len());
        for (value, members) in groups.into_values() {
            let symbol = match value {
                Some(value) => Symbol::Known(value),
                None => Symbol::Opaque(
                    self.world
                        .opaque(Opaque::Operation("from".to_owned(), Vec::new())),
                ),
            };
            let part = State {
                ingress: Arc::new(members.into_iter().collect()),
                ..state.clone()
            };
            out.push((part, symbol));
        }
        out
    }
}
