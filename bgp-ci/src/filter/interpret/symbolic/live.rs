//! What the rest of a policy can still ask: what it cannot makes no difference between states.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use super::state::State;
use super::symbol::{ListKind, Symbol};
use crate::filter::attribute::{Attribute, BgpAttribute, StaticAttribute};
use crate::filter::interpret::Machine;
use crate::filter::interpret::compile::{Direction, MaskNode, Node, NodeKind, Step};
use crate::filter::ir::{BinaryOperator, Edit};
use crate::filter::program::{FilterId, FunctionId};
use crate::filter::value::Value;
use crate::symbolic::Ranges;

/// What is asked later.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Live {
    attributes: BTreeSet<Attribute>,
    /// Of lists that are not among the attributes: the communities that are asked for.
    communities: BTreeMap<ListKind, Ranges>,
    /// Variables of the function at hand.
    slots: BTreeSet<usize>,
}

impl Live {
    /// With an attribute.
    #[must_use]
    pub fn with(mut self, attribute: Attribute) -> Self {
        self.attributes.insert(attribute);
        self
    }

    /// With some communities of a list.
    #[must_use]
    pub fn with_communities(mut self, kind: ListKind, asked: &Ranges) -> Self {
        self.ask(kind, asked);
        self
    }

    fn ask(&mut self, kind: ListKind, asked: &Ranges) {
        let known = self.communities.entry(kind).or_default();
        *known = known.union(asked);
    }

    /// With what `other` asks too.
    pub fn add(&mut self, other: &Self) {
        self.attributes.extend(&other.attributes);
        for (kind, asked) in &other.communities {
            self.ask(*kind, asked);
        }
        self.slots.extend(&other.slots);
    }

    /// The same outside the function at hand.
    pub(super) fn outside(&self) -> Self {
        Self {
            slots: BTreeSet::new(),
            ..self.clone()
        }
    }

    /// Takes away from `state` what nobody asks for, with the variables from `base` on.
    pub(super) fn settle(&self, state: &mut State, base: usize) {
        let unasked = |attribute: &Attribute| !self.attributes.contains(attribute);
        if state.attributes.keys().any(unasked) {
            let attributes = state.attributes.iter().filter_map(|(attribute, symbol)| {
                if self.attributes.contains(attribute) {
                    return Some((*attribute, symbol.clone()));
                }
                let asked = self.communities.get(&ListKind::of(*attribute)?)?;
                match symbol {
                    Symbol::List(list) => {
                        let list = list.within(asked);
                        let plain = list.base.is_none()
                            && list.present.is_empty()
                            && list.absent.is_empty();
                        (!plain).then_some((*attribute, Symbol::List(list)))
                    }
                    other => Some((*attribute, other.clone())),
                }
            });
            let attributes: BTreeMap<Attribute, Symbol> = attributes.collect();
            state.attributes = Arc::new(attributes);
        }
        for (slot, entry) in state.variables.iter_mut().skip(base).enumerate() {
            if !self.slots.contains(&slot) {
                *entry = None;
            }
        }
    }
}

/// What the parts of a machine's program ask.
pub(super) struct Reads<'m> {
    machine: &'m Machine<'m>,
    functions: HashMap<FunctionId, Arc<Live>>,
    /// By the first step of a block: what is asked from each step on.
    blocks: HashMap<usize, Arc<[Live]>>,
}

impl<'m> Reads<'m> {
    pub(super) fn new(machine: &'m Machine<'m>) -> Self {
        Self {
            machine,
            functions: HashMap::new(),
            blocks: HashMap::new(),
        }
    }

    /// What a filter asks.
    pub(super) fn filter(&mut self, filter: FilterId) -> Live {
        let steps = &self.machine.code.filter(filter).steps;
        let mut live = Live::default();
        self.steps(steps, &mut live);
        live.outside()
    }

    /// What is asked from each step of a block on.
    pub(super) fn block(&mut self, steps: &[Step]) -> Arc<[Live]> {
        let Some(first) = steps.first() else {
            return [].into();
        };
        let key = std::ptr::from_ref(first).addr();
        if let Some(known) = self.blocks.get(&key) {
            return Arc::clone(known);
        }
        let mut from = vec![Live::default(); steps.len() + 1];
        let mut live = Live::default();
        for (at, step) in steps.iter().enumerate().rev() {
            self.step(step, &mut live);
            if let Some(entry) = from.get_mut(at) {
                *entry = live.clone();
            }
        }
        let from: Arc<[Live]> = from.into();
        self.blocks.insert(key, Arc::clone(&from));
        from
    }

    fn steps(&mut self, steps: &[Step], live: &mut Live) {
        for step in steps {
            self.step(step, live);
        }
    }

    fn step(&mut self, step: &Step, live: &mut Live) {
        match step {
            Step::Declare(_, value) => self.nodes(value, live),
            Step::Return(_, value) => self.nodes(value, live),
            Step::Variable(_, node) | Step::Evaluate(node) => self.node(node, live),
            Step::Attribute(attribute, _, _, node) => match edit_of(*attribute, node) {
                // What goes back where it came from is not looked at.
                Some((_, operand)) => self.node(operand, live),
                None => self.node(node, live),
            },
            Step::If {
                branches,
                otherwise,
            } => {
                for (condition, _, body) in branches {
                    self.node(condition, live);
                    self.steps(body, live);
                }
                if let Some((_, body)) = otherwise {
                    self.steps(body, live);
                }
            }
            Step::Case(case) => {
                self.node(&case.value, live);
                for (_, _, body) in &case.arms {
                    self.steps(body, live);
                }
                self.steps(&case.otherwise.1, live);
            }
            Step::For { list, body, .. } => {
                self.node(list, live);
                self.steps(body, live);
            }
            Step::Block(steps) => self.steps(steps, live),
            Step::End(_, _, printed) | Step::Print(printed) => self.nodes(printed, live),
            Step::Unset(..) | Step::Gap(..) => {}
        }
    }

    fn nodes<'n>(&mut self, nodes: impl IntoIterator<Item = &'n Node>, live: &mut Live) {
        for node in nodes {
            self.node(node, live);
        }
    }

    fn node(&mut self, node: &Node, live: &mut Live) {
        match &node.kind {
            NodeKind::Value(_) | NodeKind::Gap(_) => {}
            NodeKind::Variable(slot) => {
                live.slots.insert(*slot);
            }
            NodeKind::Attribute(attribute, _) => {
                live.attributes.insert(*attribute);
            }
            NodeKind::Binary(operator, sides) => {
                if let Some((kind, asked)) = membership(*operator, sides) {
                    live.ask(kind, &asked);
                } else {
                    self.nodes(&**sides, live);
                }
            }
            NodeKind::Pair(parts) | NodeKind::Extended(_, parts) | NodeKind::Edit(_, parts) => {
                self.nodes(&**parts, live);
            }
            NodeKind::Large(parts) | NodeKind::Substitute(parts) => self.nodes(&**parts, live),
            NodeKind::Mask(parts) => {
                for part in parts {
                    match part {
                        MaskNode::Part(_) => {}
                        MaskNode::Range(first, last) => self.nodes([first, last], live),
                        MaskNode::One(node) => self.node(node, live),
                    }
                }
            }
            NodeKind::Not(operand) | NodeKind::Defined(operand) => self.node(operand, live),
            NodeKind::TextMatch(operand, _) => self.node(operand, live),
            NodeKind::All(operands) | NodeKind::Any(operands) => self.nodes(operands, live),
            NodeKind::Method(_, operands) => {
                self.node(&operands.0, live);
                self.nodes(&operands.1, live);
            }
            NodeKind::Call(function, _, arguments) => {
                self.nodes(arguments, live);
                let inner = self.function(*function);
                live.add(&inner);
            }
            NodeKind::Roa { of, .. } => {
                if let Some(of) = of {
                    self.nodes(&**of, live);
                } else {
                    live.attributes.insert(Attribute::Bgp(BgpAttribute::Path));
                    live.attributes
                        .insert(Attribute::Static(StaticAttribute::Net));
                }
            }
            NodeKind::Aspa {
                path, direction, ..
            } => {
                match path {
                    Some(path) => self.node(path, live),
                    None => {
                        live.attributes.insert(Attribute::Bgp(BgpAttribute::Path));
                    }
                }
                if let Direction::Given(given) = direction {
                    self.node(given, live);
                }
            }
        }
    }

    /// What a function asks of routes; one that calls itself asks nothing more by that.
    fn function(&mut self, id: FunctionId) -> Arc<Live> {
        if let Some(known) = self.functions.get(&id) {
            return Arc::clone(known);
        }
        self.functions.insert(id, Arc::default());
        let mut live = Live::default();
        if let Some(body) = self.machine.code.function(id) {
            self.steps(&body.steps, &mut live);
        }
        let live = Arc::new(live.outside());
        self.functions.insert(id, Arc::clone(&live));
        live
    }
}

/// The communities of a list that a comparison asks for, where that is all that it asks.
fn membership(operator: BinaryOperator, sides: &[Node; 2]) -> Option<(ListKind, Ranges)> {
    if !matches!(operator, BinaryOperator::Match | BinaryOperator::NotMatch) {
        return None;
    }
    match (&sides[0].kind, &sides[1].kind) {
        (NodeKind::Attribute(attribute, _), NodeKind::Value(Value::Set(set))) => {
            let kind = ListKind::of(*attribute)?;
            Some((kind, kind.members(set)?))
        }
        (NodeKind::Value(item), NodeKind::Attribute(attribute, _)) => {
            let kind = ListKind::of(*attribute)?;
            Some((kind, Ranges::only(kind.number(item)?)))
        }
        _ => None,
    }
}

/// How an attribute is made of itself, and of what else.
fn edit_of(attribute: Attribute, node: &Node) -> Option<(Edit, &Node)> {
    let NodeKind::Edit(edit, operands) = &node.kind else {
        return None;
    };
    let [list, operand] = &**operands;
    match list.kind {
        NodeKind::Attribute(own, _) if own == attribute => Some((*edit, operand)),
        _ => None,
    }
}

/// Whether a block changes nothing.
pub(super) fn asks_only(steps: &[Step]) -> bool {
    steps.iter().all(|step| match step {
        Step::If {
            branches,
            otherwise,
        } => {
            branches.iter().all(|(_, _, body)| asks_only(body))
                && otherwise.as_ref().is_none_or(|(_, body)| asks_only(body))
        }
        Step::Block(steps) => asks_only(steps),
        Step::Return(..) | Step::End(..) | Step::Print(_) => true,
        _ => false,
    })
}

/// Whether a block does nothing but take the element of its loop out of the list.
pub(super) fn edits_only(steps: &[Step]) -> bool {
    steps.iter().all(|step| match step {
        Step::If {
            branches,
            otherwise,
        } => {
            branches.iter().all(|(_, _, body)| edits_only(body))
                && otherwise.as_ref().is_none_or(|(_, body)| edits_only(body))
        }
        Step::Attribute(attribute, _, _, node) => {
            edit_of(*attribute, node).is_some_and(|(edit, operand)| {
                edit == Edit::Delete && matches!(operand.kind, NodeKind::Variable(_))
            })
        }
        Step::Block(steps) => edits_only(steps),
        _ => false,
    })
}
