//! Expressions made ready.

use std::sync::Arc;

use super::{Builder, Direction, MAX_NESTING, MaskNode, Node, NodeKind};
use crate::filter::interpret::operate;
use crate::filter::interpret::state::Fault;
use crate::filter::interpret::term::TermKind;
use crate::filter::interpret::{Failure, Gap};
use crate::filter::ir::{
    AspaDirection, BinaryOperator, Expression, ExpressionKind, Literal, MaskItem,
};
use crate::filter::route::type_of;
use crate::filter::value::{Address, MaskPart, PathMask, Value};

impl Builder<'_> {
    /// An expression, computed as far as it has no variable part.
    pub(super) fn expression(&mut self, expression: &Expression) -> Node {
        self.depth += 1;
        let kind = if self.depth > MAX_NESTING {
            NodeKind::Gap("an expression that is nested too deeply".into())
        } else {
            self.kind(expression)
        };
        self.depth -= 1;
        self.folded(Node {
            place: expression.place,
            kind,
        })
    }

    fn boxed(&mut self, expression: &Expression) -> Box<Node> {
        Box::new(self.expression(expression))
    }

    fn both(&mut self, [left, right]: &[Expression; 2]) -> [Node; 2] {
        [self.expression(left), self.expression(right)]
    }

    fn kind(&mut self, expression: &Expression) -> NodeKind {
        match &expression.kind {
            ExpressionKind::Literal(literal) => NodeKind::Value(value(literal)),
            ExpressionKind::Pair(parts) => NodeKind::Pair(Box::new(self.both(parts))),
            ExpressionKind::Extended(kind, parts) => {
                NodeKind::Extended(*kind, Box::new(self.both(parts)))
            }
            ExpressionKind::Large(parts) => {
                let [a, b, c] = &**parts;
                let parts = [self.expression(a), self.expression(b), self.expression(c)];
                NodeKind::Large(Box::new(parts))
            }
            ExpressionKind::Set(set) => match self.set(set) {
                Ok(value) => NodeKind::Value(value),
                Err(gap) => NodeKind::Gap(gap.reason),
            },
            ExpressionKind::PathMask(items) => self.mask(items),
            ExpressionKind::Constant(id) => {
                let at = usize::try_from(id.0).ok();
                match at.and_then(|at| self.code.constants.get(at)) {
                    Some(Ok(value)) => NodeKind::Value(value.clone()),
                    Some(Err(gap)) => NodeKind::Gap(Arc::clone(&gap.reason)),
                    None => NodeKind::Gap("a constant before its definition".into()),
                }
            }
            ExpressionKind::Variable(slot) => NodeKind::Variable(super::statement::at(*slot)),
            ExpressionKind::Attribute(attribute) => {
                NodeKind::Attribute(*attribute, type_of(*attribute, self.program))
            }
            ExpressionKind::Not(operand) => NodeKind::Not(self.boxed(operand)),
            ExpressionKind::Binary(BinaryOperator::And, _) => {
                NodeKind::All(self.chain(expression, BinaryOperator::And))
            }
            ExpressionKind::Binary(BinaryOperator::Or, _) => {
                NodeKind::Any(self.chain(expression, BinaryOperator::Or))
            }
            ExpressionKind::Binary(operator, operands) => {
                NodeKind::Binary(*operator, Box::new(self.both(operands)))
            }
            ExpressionKind::Method {
                method,
                receiver,
                argument,
            } => {
                let receiver = self.expression(receiver);
                let argument = argument.as_ref().map(|argument| self.expression(argument));
                NodeKind::Method(*method, Box::new((receiver, argument)))
            }
            ExpressionKind::Edit {
                edit,
                list,
                operand,
            } => {
                let operands = [self.expression(list), self.expression(operand)];
                NodeKind::Edit(*edit, Box::new(operands))
            }
            ExpressionKind::Substitute(parts) => {
                let [path, members, by] = [&parts.path, &parts.members, &parts.by];
                let parts = [path, members, by].map(|part| self.expression(part));
                NodeKind::Substitute(Box::new(parts))
            }
            ExpressionKind::TextMatch { subject, pattern } => {
                NodeKind::TextMatch(self.boxed(subject), Arc::clone(pattern))
            }
            ExpressionKind::Call {
                function,
                arguments,
            } => {
                let end = usize::try_from(function.0).map_or(usize::MAX, |at| at.saturating_add(1));
                self.wanted = self.wanted.max(end);
                let term = self.code.terms.add(expression.place, TermKind::Call);
                let arguments = arguments.iter().map(|node| self.expression(node)).collect();
                NodeKind::Call(*function, term, arguments)
            }
            ExpressionKind::Defined(operand) => NodeKind::Defined(self.boxed(operand)),
            ExpressionKind::RoaCheck { table, of } => NodeKind::Roa {
                table: Arc::clone(&table.name),
                of: of.as_ref().map(|of| Box::new(self.both(of))),
            },
            ExpressionKind::AspaCheck {
                table,
                path,
                direction,
            } => NodeKind::Aspa {
                table: Arc::clone(&table.name),
                path: path.as_ref().map(|path| self.boxed(path)),
                direction: match direction {
                    AspaDirection::Upstream => Direction::Upstream,
                    AspaDirection::Downstream => Direction::Downstream,
                    AspaDirection::Given(given) => Direction::Given(self.boxed(given)),
                },
            },
            ExpressionKind::Format(_) => NodeKind::Gap("`format(…)`".into()),
            ExpressionKind::Unmodelled(unmodelled) => NodeKind::Gap(Arc::clone(&unmodelled.what)),
        }
    }

    /// The operands of `a && b && c`, which the grammar nests to the left.
    fn chain(&mut self, expression: &Expression, operator: BinaryOperator) -> Box<[Node]> {
        let mut operands = Vec::new();
        let mut at = expression;
        while let ExpressionKind::Binary(own, sides) = &at.kind
            && *own == operator
        {
            let [left, right] = &**sides;
            operands.push(right);
            at = left;
        }
        operands.push(at);
        operands
            .into_iter()
            .rev()
            .map(|operand| self.expression(operand))
            .collect()
    }

    fn mask(&mut self, items: &[MaskItem]) -> NodeKind {
        let mut parts = Vec::with_capacity(items.len());
        for item in items {
            parts.push(match item {
                MaskItem::Asn(asn) => MaskNode::One(self.expression(asn)),
                MaskItem::Range(first, last) => {
                    MaskNode::Range(self.expression(first), self.expression(last))
                }
                MaskItem::Set(set) => match self.set(set) {
                    Ok(Value::Set(set)) => MaskNode::Part(MaskPart::Set(set)),
                    Ok(_) => return NodeKind::Gap("a path mask with a set of networks".into()),
                    Err(gap) => return NodeKind::Gap(gap.reason),
                },
                MaskItem::AnyOne => MaskNode::Part(MaskPart::AnyOne),
                MaskItem::Any => MaskNode::Part(MaskPart::Any),
                MaskItem::Repeat => MaskNode::Part(MaskPart::Repeat),
                MaskItem::Path(_) => return NodeKind::Gap("a path inside a path mask".into()),
            });
        }
        NodeKind::Mask(parts.into())
    }

    /// Computes a node whose operands are values. What fails makes BIRD refuse the configuration.
    fn folded(&mut self, node: Node) -> Node {
        let result = match &node.kind {
            NodeKind::Pair(parts) => match kinds(parts) {
                [NodeKind::Value(a), NodeKind::Value(b)] => operate::pair(a, b),
                _ => return node,
            },
            NodeKind::Extended(kind, parts) => match kinds(parts) {
                [NodeKind::Value(a), NodeKind::Value(b)] => operate::extended(*kind, a, b),
                _ => return node,
            },
            NodeKind::Large(parts) => match kinds(parts) {
                [NodeKind::Value(a), NodeKind::Value(b), NodeKind::Value(c)] => {
                    operate::large(a, b, c)
                }
                _ => return node,
            },
            NodeKind::Mask(parts) => match constant_mask(parts) {
                Some(mask) => mask,
                None => return node,
            },
            NodeKind::Binary(operator, sides) => match kinds(sides) {
                [NodeKind::Value(a), NodeKind::Value(b)] => operate::binary(*operator, a, b),
                _ => return node,
            },
            NodeKind::Method(method, operands) => match (&operands.0.kind, &operands.1) {
                (NodeKind::Value(receiver), None) => operate::method(*method, receiver, None),
                (
                    NodeKind::Value(receiver),
                    Some(Node {
                        kind: NodeKind::Value(argument),
                        ..
                    }),
                ) => operate::method(*method, receiver, Some(argument)),
                _ => return node,
            },
            NodeKind::Not(operand) => match &operand.kind {
                NodeKind::Value(Value::Bool(truth)) => Ok(Value::Bool(!truth)),
                _ => return node,
            },
            _ => return node,
        };
        let kind = match result {
            Ok(value) => NodeKind::Value(value),
            Err(Fault::Gap(reason)) => NodeKind::Gap(reason),
            Err(Fault::Failure(message)) => {
                self.code.refusals.push(Failure {
                    place: node.place,
                    message: Arc::clone(&message),
                });
                NodeKind::Gap(format!("BIRD refuses to load this: {message}").into())
            }
        };
        Node {
            place: node.place,
            kind,
        }
    }

    /// The number of a value that must be one.
    pub(super) fn number(&mut self, expression: &Expression) -> Result<u32, Gap> {
        let node = self.expression(expression);
        match self.value(&node)? {
            Value::Int(number) => Ok(number),
            _ => Err(Gap {
                place: expression.place,
                reason: "a set with something else than a number where one belongs".into(),
            }),
        }
    }
}

/// A mask whose numbers are all known.
fn constant_mask(parts: &[MaskNode]) -> Option<Result<Value, Fault>> {
    let known = parts.iter().map(|part| {
        Some(match part {
            MaskNode::Part(part) => part.clone(),
            MaskNode::One(node) => {
                let one = constant_number(node)?;
                MaskPart::Range(one, one)
            }
            MaskNode::Range(first, last) => {
                MaskPart::Range(constant_number(first)?, constant_number(last)?)
            }
        })
    });
    let parts: Option<Vec<_>> = known.collect();
    Some(Ok(Value::PathMask(Arc::new(PathMask::new(parts?)))))
}

fn constant_number(node: &Node) -> Option<u32> {
    match &node.kind {
        NodeKind::Value(Value::Int(number)) => Some(*number),
        _ => None,
    }
}

fn value(literal: &Literal) -> Value {
    match literal {
        Literal::Bool(truth) => Value::Bool(*truth),
        Literal::Int(number) => Value::Int(*number),
        Literal::Ip(ip) => Value::Ip(Address::from(*ip)),
        Literal::Prefix(net) => Value::Prefix(*net),
        Literal::RouteDistinguisher(bits) => Value::RouteDistinguisher(*bits),
        Literal::String(text) => Value::String(Arc::clone(text)),
        Literal::Bytes(bytes) => Value::Bytes(Arc::clone(bytes)),
        Literal::Enum(constant) => Value::Enum(*constant),
        Literal::EmptyPath => Value::Path(Arc::default()),
        Literal::EmptyCommunities => Value::Communities(Arc::default()),
        Literal::EmptyExtendedCommunities => Value::ExtendedCommunities(Arc::default()),
        Literal::EmptyLargeCommunities => Value::LargeCommunities(Arc::default()),
    }
}

/// What each operand is.
fn kinds<const COUNT: usize>(operands: &[Node; COUNT]) -> [&NodeKind; COUNT] {
    operands.each_ref().map(|operand| &operand.kind)
}
