//! Statements.

use std::sync::Arc;

use super::live::Live;
use super::loops::place_of;
use super::merge::merged;
use super::state::{State, Test};
use super::symbol::{ListKind, Symbol, SymbolicList};
use super::world::{Choice, Opaque};
use super::{End, Explorer, MAX_DEPTH, MAX_STATES};
use crate::filter::attribute::Attribute;
use crate::filter::interpret::Verdict;
use crate::filter::interpret::compile::{Case, Node, NodeKind, Step};
use crate::filter::interpret::state::Fault;
use crate::filter::program::FilterId;
use crate::filter::types::Type;
use crate::filter::value::Value;
use crate::filter::value::set::Membership;
use crate::place::{FileId, Place};
use crate::symbolic::Ranges;

/// Returned values with the states that return them.
pub(super) type Returned = Vec<(State, Place, Symbol)>;

impl<'m> Explorer<'m, '_> {
    /// Runs a filter to its ends.
    pub(super) fn filter(&mut self, filter: FilterId, mut states: Vec<State>, later: &Live) {
        let body = self.code.filter(filter);
        self.frame = &body.variables;
        for state in &mut states {
            state.variables = vec![None; body.variables.len()];
        }
        let mut returned = Vec::new();
        let left = self.block(states, &body.steps, later, &mut returned);
        for (state, place, symbol) in returned {
            match symbol {
                Symbol::Known(Value::Bool(true)) => self.end(End::Accept(None), state),
                Symbol::Known(Value::Bool(false)) => self.end(End::Reject(None), state),
                Symbol::Known(_) => self.end(End::Failed(place), state),
                _ => {
                    let reason = "a filter that returns something that is not followed";
                    self.end(End::Unknown(place, reason.into()), state);
                }
            }
        }
        for state in left {
            self.end(End::Failed(body.place), state);
        }
        let mut ends = std::mem::take(&mut self.ends);
        for (end, states) in &mut ends {
            for state in states.iter_mut() {
                state.variables.clear();
                if matches!(end, End::Accept(_)) {
                    later.settle(state, 0);
                } else {
                    *state = state.as_received();
                }
            }
            *states = merged(std::mem::take(states), self.world);
            self.over |= states.len() > MAX_STATES;
        }
        self.ends = ends;
    }

    /// What is left of `states` at the end of a block.
    pub(super) fn block(
        &mut self,
        mut states: Vec<State>,
        steps: &'m [Step],
        later: &Live,
        returned: &mut Returned,
    ) -> Vec<State> {
        if self.depth >= MAX_DEPTH {
            let place = steps.first().map_or(Place::file(FileId(0)), place_of);
            for state in states {
                self.fault(
                    Fault::gap("statements and calls that nest too deeply"),
                    place,
                    state,
                );
            }
            return Vec::new();
        }
        self.depth += 1;
        let outer = self.live.clone();
        let from = self.reads.block(steps);
        for (at, step) in steps.iter().enumerate() {
            if states.is_empty() || self.over {
                break;
            }
            let mut after = later.clone();
            if let Some(rest) = from.get(at + 1) {
                after.add(rest);
            }
            let mut live = later.clone();
            if let Some(rest) = from.get(at) {
                live.add(rest);
            }
            self.live = live;
            states = self.step(states, step, &after, returned);
            if states.len() > 1 {
                for state in &mut states {
                    after.settle(state, self.base);
                }
                states = self.joined(states);
            }
        }
        self.live = outer;
        self.depth -= 1;
        states
    }

    /// The same states in fewer; marks where they are too many.
    pub(super) fn joined(&mut self, states: Vec<State>) -> Vec<State> {
        if !self.spend(states.len()) {
            return Vec::new();
        }
        let states = merged(states, self.world);
        if states.len() > MAX_STATES {
            self.over = true;
            return Vec::new();
        }
        states
    }

    /// Counts work; false where none is left.
    pub(super) fn spend(&mut self, work: usize) -> bool {
        match self.work.checked_sub(work.max(1)) {
            Some(left) => self.work = left,
            None => self.over = true,
        }
        !self.over
    }

    /// Notes that `state` ends.
    pub(super) fn end(&mut self, end: End, mut state: State) {
        let passes = matches!(end, End::Accept(_));
        if !passes {
            state = state.as_received();
        }
        let states = self.ends.entry(end).or_default();
        states.push(state);
        // Now and then: each `accept` may be reached from many places.
        if states.len().is_power_of_two() && states.len() >= 64 && !passes {
            *states = merged(std::mem::take(states), self.world);
        }
        if states.len() > 16 * MAX_STATES {
            self.over = true;
        }
    }

    pub(super) fn fault(&mut self, fault: Fault, place: Place, state: State) {
        let end = match fault {
            Fault::Failure(_) => End::Failed(place),
            Fault::Gap(reason) => End::Unknown(place, reason),
        };
        self.end(end, state);
    }

    fn step(
        &mut self,
        states: Vec<State>,
        step: &'m Step,
        after: &Live,
        returned: &mut Returned,
    ) -> Vec<State> {
        let mut out = Vec::new();
        match step {
            Step::If {
                branches,
                otherwise,
            } => {
                let mut open = states;
                for (condition, term, body) in branches {
                    let (yes, no) = self.condition(open, condition);
                    if !yes.is_empty() {
                        self.reached.insert(*term);
                        out.extend(self.block(yes, body, after, returned));
                    }
                    open = no;
                    if open.is_empty() {
                        break;
                    }
                }
                match otherwise {
                    Some((term, body)) if !open.is_empty() => {
                        self.reached.insert(*term);
                        out.extend(self.block(open, body, after, returned));
                    }
                    _ => out.append(&mut open),
                }
            }
            Step::Attribute(attribute, of, term, node) => {
                self.reached.insert(*term);
                for (state, symbol) in self.present_values(states, node) {
                    if let Some(state) = self.assign(state, *attribute, *of, symbol, node.place) {
                        out.push(state);
                    }
                }
            }
            Step::Unset(attribute, term) => {
                self.reached.insert(*term);
                out = states;
                for state in &mut out {
                    state.set(*attribute, unset(*attribute));
                }
            }
            Step::Variable(slot, node) | Step::Declare(slot, Some(node)) => {
                for (mut state, symbol) in self.present_values(states, node) {
                    let of = self.frame.get(*slot).copied().unwrap_or(Type::Unknown);
                    match fitting(symbol, of) {
                        Some(symbol) => {
                            self.store(&mut state, *slot, Some(symbol));
                            out.push(state);
                        }
                        None => self.end(End::Failed(node.place), state),
                    }
                }
            }
            Step::Declare(slot, None) => {
                out = states;
                for state in &mut out {
                    self.store(state, *slot, None);
                }
            }
            Step::Case(case) => {
                for state in states {
                    out.extend(self.case(state, case, after, returned));
                }
            }
            Step::For {
                slot, list, body, ..
            } => {
                for state in states {
                    out.extend(self.repeat(state, *slot, list, body, after, returned));
                }
            }
            Step::Block(steps) => return self.block(states, steps, after, returned),
            Step::Return(place, value) => {
                if let Some(node) = value {
                    let values = self.values(states, node);
                    returned.extend(
                        values
                            .into_iter()
                            .map(|(state, symbol)| (state, *place, symbol)),
                    );
                } else {
                    let nothing = |state| (state, *place, Symbol::Known(Value::Void));
                    returned.extend(states.into_iter().map(nothing));
                }
            }
            Step::End(verdict, term, printed) => {
                let states = self.shown(states, printed);
                if !states.is_empty() {
                    self.reached.insert(*term);
                }
                for state in states {
                    let end = match verdict {
                        Verdict::Accept => End::Accept(Some(*term)),
                        Verdict::Reject => End::Reject(Some(*term)),
                    };
                    self.end(end, state);
                }
            }
            Step::Print(printed) => return self.shown(states, printed),
            Step::Evaluate(node) => {
                out.extend(
                    self.values(states, node)
                        .into_iter()
                        .map(|(state, _)| state),
                );
            }
            Step::Gap(place, reason) => {
                for state in states {
                    self.end(End::Unknown(*place, Arc::clone(reason)), state);
                }
            }
        }
        out
    }

    /// What is shown makes no difference, but it is computed, and that can fail.
    fn shown(&mut self, mut states: Vec<State>, printed: &'m [Node]) -> Vec<State> {
        for node in printed {
            if !matches!(node.kind, NodeKind::Gap(_) | NodeKind::Value(_)) {
                let values = self.values(states, node);
                states = values.into_iter().map(|(state, _)| state).collect();
            }
        }
        states
    }

    /// Values as they are assigned: nothing, where an attribute is not there.
    fn present_values(&mut self, states: Vec<State>, node: &'m Node) -> Vec<(State, Symbol)> {
        let values = self.values(states, node);
        let mut there = Vec::with_capacity(values.len());
        for (state, symbol) in values {
            there.extend(self.there(state, symbol));
        }
        there
    }

    pub(super) fn store(&self, state: &mut State, slot: usize, symbol: Option<Symbol>) {
        if let Some(entry) = state.variables.get_mut(self.base + slot) {
            *entry = symbol;
        }
    }

    fn assign(
        &mut self,
        mut state: State,
        attribute: Attribute,
        of: Type,
        symbol: Symbol,
        place: Place,
    ) -> Option<State> {
        let Some(symbol) = fitting(symbol, of) else {
            self.end(End::Failed(place), state);
            return None;
        };
        state.set(attribute, symbol);
        Some(state)
    }

    fn case(
        &mut self,
        state: State,
        case: &'m Case,
        after: &Live,
        returned: &mut Returned,
    ) -> Vec<State> {
        let mut out = Vec::new();
        for (state, symbol) in self.value(state, &case.value) {
            let mut open = Some(state);
            if let Symbol::Known(value) = &symbol {
                let arm = match case.arm(value) {
                    _ if *value == Value::Void => None,
                    Ok((arm, Membership::In)) => arm,
                    Ok(_) => {
                        let fault = Fault::gap(
                            "arms of a case that overlap, where versions of BIRD differ",
                        );
                        if let Some(state) = open {
                            self.fault(fault, case.place, state);
                        }
                        continue;
                    }
                    Err(()) => {
                        if let Some(state) = open {
                            self.end(End::Failed(case.place), state);
                        }
                        continue;
                    }
                };
                if let Some((_, term, body)) = arm.and_then(|arm| case.arms.get(arm)) {
                    self.reached.insert(*term);
                    let states = open.take().into_iter().collect();
                    out.extend(self.block(states, body, after, returned));
                }
            } else {
                for (at, (set, term, body)) in case.arms.iter().enumerate() {
                    let Some(state) = open.take() else { break };
                    let test = self.arm_test(&symbol, case.place, at, set);
                    let (yes, no) = state.split(test, self.world);
                    if let Some(state) = yes {
                        self.reached.insert(*term);
                        out.extend(self.block(vec![state], body, after, returned));
                    }
                    open = no;
                }
            }
            if let Some(state) = open {
                let (term, body) = &case.otherwise;
                self.reached.insert(*term);
                out.extend(self.block(vec![state], body, after, returned));
            }
        }
        out
    }
}

/// What stands for an attribute that was taken away.
fn unset(attribute: Attribute) -> Symbol {
    if let Some(kind) = ListKind::of(attribute) {
        return Symbol::List(SymbolicList::received(kind).without(&kind.universe()));
    }
    Symbol::Known(Value::Void)
}

/// The symbol where one of type `of` is wanted; lists in the one form that they have here.
pub(super) fn fitting(symbol: Symbol, of: Type) -> Option<Symbol> {
    let Symbol::Known(value) = symbol else {
        return Some(symbol);
    };
    let value = if of == Type::Unknown {
        value
    } else {
        value.fit(of).ok()?
    };
    Some(listed(value))
}

/// A known list in the form that lists have here.
pub(super) fn listed(value: Value) -> Symbol {
    let (kind, items): (ListKind, Vec<u128>) = match &value {
        Value::Communities(list) => (
            ListKind::Standard,
            list.iter().map(|item| u128::from(*item)).collect(),
        ),
        Value::ExtendedCommunities(list) => (
            ListKind::Extended,
            list.iter().map(|item| u128::from(*item)).collect(),
        ),
        Value::LargeCommunities(list) => (
            ListKind::Large,
            list.iter().map(|item| item.key()).collect(),
        ),
        _ => return Symbol::Known(value),
    };
    let mut list = SymbolicList::received(kind).without(&kind.universe());
    for item in items {
        list = list.with(item);
    }
    Symbol::List(list)
}

impl Explorer<'_, '_> {
    /// Whether the arm at `at` of a `case` on `symbol` is taken.
    fn arm_test(
        &mut self,
        symbol: &Symbol,
        place: Place,
        at: usize,
        set: &crate::filter::value::ValueSet,
    ) -> Test {
        let members = set
            .is_plain()
            .then(|| Ranges::of(set.ranges().iter().copied()));
        if let Some(members) = members
            && let Some(test) = self.number_test(symbol, &members)
        {
            return test;
        }
        let opaque = self.world.opaque(Opaque::Operation(
            format!("a case at {place:?}"),
            vec![symbol.clone()],
        ));
        let choice = self.world.choice(Choice::Opaque(opaque));
        let at = u128::try_from(at).unwrap_or(u128::MAX);
        Test::Choice(choice, Ranges::only(at))
    }
}
