//! The terms that a policy is made of.

use std::collections::BTreeSet;

use crate::filter::interpret::compile::{Direction, MaskNode, Node, NodeKind, Step};
use crate::filter::interpret::{Machine, TermId};
use crate::filter::program::{FilterId, FunctionId};

/// The terms of `filter` and of the functions that it calls.
pub(super) fn of(machine: &Machine<'_>, filter: FilterId) -> BTreeSet<TermId> {
    let mut walk = Walk {
        machine,
        terms: BTreeSet::new(),
        functions: BTreeSet::new(),
    };
    walk.steps(&machine.code.filter(filter).steps);
    walk.terms
}

struct Walk<'m> {
    machine: &'m Machine<'m>,
    terms: BTreeSet<TermId>,
    functions: BTreeSet<FunctionId>,
}

impl Walk<'_> {
    fn steps(&mut self, steps: &[Step]) {
        for step in steps {
            self.step(step);
        }
    }

    fn step(&mut self, step: &Step) {
        match step {
            Step::Attribute(_, _, term, node) => {
                self.terms.insert(*term);
                self.node(node);
            }
            Step::Unset(_, term) => {
                self.terms.insert(*term);
            }
            Step::End(_, term, printed) => {
                self.terms.insert(*term);
                self.nodes(printed);
            }
            Step::If {
                branches,
                otherwise,
            } => {
                for (condition, term, body) in branches {
                    self.terms.insert(*term);
                    self.node(condition);
                    self.steps(body);
                }
                if let Some((term, body)) = otherwise {
                    self.terms.insert(*term);
                    self.steps(body);
                }
            }
            Step::Case(case) => {
                self.node(&case.value);
                for (_, term, body) in &case.arms {
                    self.terms.insert(*term);
                    self.steps(body);
                }
                self.terms.insert(case.otherwise.0);
                self.steps(&case.otherwise.1);
            }
            Step::For { list, body, .. } => {
                self.node(list);
                self.steps(body);
            }
            Step::Declare(_, value) | Step::Return(_, value) => self.nodes(value),
            Step::Variable(_, node) | Step::Evaluate(node) => self.node(node),
            Step::Block(steps) => self.steps(steps),
            Step::Print(printed) => self.nodes(printed),
            Step::Gap(..) => {}
        }
    }

    fn nodes<'n>(&mut self, nodes: impl IntoIterator<Item = &'n Node>) {
        for node in nodes {
            self.node(node);
        }
    }

    fn node(&mut self, node: &Node) {
        match &node.kind {
            NodeKind::Value(_)
            | NodeKind::Variable(_)
            | NodeKind::Attribute(..)
            | NodeKind::Gap(_) => {}
            NodeKind::Pair(parts)
            | NodeKind::Extended(_, parts)
            | NodeKind::Binary(_, parts)
            | NodeKind::Edit(_, parts) => self.nodes(&**parts),
            NodeKind::Large(parts) | NodeKind::Substitute(parts) => self.nodes(&**parts),
            NodeKind::Mask(parts) => {
                for part in parts {
                    match part {
                        MaskNode::Part(_) => {}
                        MaskNode::Range(first, last) => self.nodes([first, last]),
                        MaskNode::One(node) => self.node(node),
                    }
                }
            }
            NodeKind::Not(operand)
            | NodeKind::Defined(operand)
            | NodeKind::TextMatch(operand, _) => self.node(operand),
            NodeKind::All(operands) | NodeKind::Any(operands) => self.nodes(operands),
            NodeKind::Method(_, operands) => {
                self.node(&operands.0);
                self.nodes(&operands.1);
            }
            NodeKind::Call(function, term, arguments) => {
                self.terms.insert(*term);
                self.nodes(arguments);
                if self.functions.insert(*function)
                    && let Some(body) = self.machine.code.function(*function)
                {
                    self.steps(&body.steps);
                }
            }
            NodeKind::Roa { of, .. } => {
                if let Some(of) = of {
                    self.nodes(&**of);
                }
            }
            NodeKind::Aspa {
                path, direction, ..
            } => {
                if let Some(path) = path {
                    self.node(path);
                }
                if let Direction::Given(given) = direction {
                    self.node(given);
                }
            }
        }
    }
}
