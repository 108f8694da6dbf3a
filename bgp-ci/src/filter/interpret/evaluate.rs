//! Expressions.

use std::sync::Arc;

use super::compile::{Direction, MaskNode, Node, NodeKind};
use super::execute::Flow;
use super::operate;
use super::state::{Fault, Run, Stop};
use super::term::TermId;
use crate::filter::attribute::{Attribute, BgpAttribute};
use crate::filter::program::FunctionId;
use crate::filter::types::Type;
use crate::filter::value::{AsPath, MaskPart, PathMask, Value};
use crate::place::Place;

/// BIRD 2.0 remembers whether an empty list had members before: `-empty-` and what is taken out
/// of nothing are not defined, and what is taken out of a list is.
const EMPTIED: &str = "`defined` of a list that this policy emptied, which depends on how it did";

impl Run<'_> {
    /// The value of an expression.
    pub(super) fn value(&mut self, node: &Node) -> Result<Value, Stop> {
        match &node.kind {
            NodeKind::Value(value) => Ok(value.clone()),
            NodeKind::Variable(slot) => self.variable(node.place, *slot),
            NodeKind::Attribute(attribute, of) => {
                Ok(self.route_at(node.place)?.read(*attribute, *of))
            }
            NodeKind::Gap(reason) => Err(Fault::Gap(Arc::clone(reason)).at(node.place)),
            _ => {
                self.enter(node.place)?;
                let value = self.compute(node);
                self.leave();
                value
            }
        }
    }

    /// A condition.
    pub(super) fn condition(&mut self, node: &Node) -> Result<bool, Stop> {
        match self.value(node)? {
            Value::Bool(truth) => Ok(truth),
            Value::Open => self.truth(node.place),
            other => {
                let message = format!("a condition is of type {}", other.value_type());
                Err(Fault::failure(message).at(node.place))
            }
        }
    }

    /// Where a value is wanted of two operands, both are computed first.
    fn two(&mut self, nodes: &[Node; 2]) -> Result<(Value, Value), Stop> {
        let left = self.value(&nodes[0])?;
        Ok((left, self.value(&nodes[1])?))
    }

    fn compute(&mut self, node: &Node) -> Result<Value, Stop> {
        let place = node.place;
        let found = match &node.kind {
            NodeKind::Binary(operator, sides) => {
                let (left, right) = self.two(sides)?;
                operate::binary(*operator, &left, &right)
            }
            NodeKind::Not(operand) => return Ok(Value::Bool(!self.condition(operand)?)),
            NodeKind::All(operands) => return self.all(operands),
            NodeKind::Any(operands) => return self.any(operands),
            NodeKind::Pair(parts) => {
                let (a, b) = self.two(parts)?;
                operate::pair(&a, &b)
            }
            NodeKind::Extended(kind, parts) => {
                let (a, b) = self.two(parts)?;
                operate::extended(*kind, &a, &b)
            }
            NodeKind::Large(parts) => {
                let [a, b, c] = &**parts;
                let (a, b, c) = (self.value(a)?, self.value(b)?, self.value(c)?);
                operate::large(&a, &b, &c)
            }
            NodeKind::Mask(parts) => return self.mask(place, parts),
            NodeKind::Method(method, operands) => {
                let receiver = self.value(&operands.0)?;
                let argument = match &operands.1 {
                    Some(argument) => Some(self.value(argument)?),
                    None => None,
                };
                operate::method(*method, &receiver, argument.as_ref())
            }
            NodeKind::Edit(edit, operands) => {
                let (list, operand) = self.two(operands)?;
                operate::edit(*edit, &list, &operand)
            }
            NodeKind::Substitute(parts) => {
                let [path, members, by] = &**parts;
                let (path, members, by) =
                    (self.value(path)?, self.value(members)?, self.value(by)?);
                operate::substitute(&path, &members, &by)
            }
            NodeKind::TextMatch(subject, pattern) => {
                let subject = self.value(subject)?;
                operate::text(&subject, pattern)
            }
            NodeKind::Call(function, term, arguments) => {
                return self.call(place, *function, *term, arguments);
            }
            NodeKind::Defined(operand) => return self.defined(operand),
            NodeKind::Roa { table, of } => return self.roa_check(place, table, of.as_deref()),
            NodeKind::Aspa {
                table,
                path,
                direction,
            } => return self.aspa_check(place, table, path.as_deref(), direction),
            NodeKind::Value(_)
            | NodeKind::Variable(_)
            | NodeKind::Attribute(..)
            | NodeKind::Gap(_) => return self.value(node),
        };
        found.map_err(|fault| fault.at(place))
    }

    fn variable(&self, place: Place, slot: usize) -> Result<Value, Stop> {
        let entry = self.variables.get(self.base + slot);
        match entry.and_then(Option::as_ref) {
            Some(value) => Ok(value.clone()),
            None => Err(Fault::gap("a variable that is read before it is set").at(place)),
        }
    }

    fn all(&mut self, operands: &[Node]) -> Result<Value, Stop> {
        for operand in operands {
            if !self.condition(operand)? {
                return Ok(Value::Bool(false));
            }
        }
        Ok(Value::Bool(true))
    }

    fn any(&mut self, operands: &[Node]) -> Result<Value, Stop> {
        for operand in operands {
            if self.condition(operand)? {
                return Ok(Value::Bool(true));
            }
        }
        Ok(Value::Bool(false))
    }

    fn mask(&mut self, place: Place, nodes: &[MaskNode]) -> Result<Value, Stop> {
        let mut parts = Vec::with_capacity(nodes.len());
        for node in nodes {
            parts.push(match node {
                MaskNode::Part(part) => part.clone(),
                MaskNode::One(node) => match self.mask_number(place, node)? {
                    Some(one) => MaskPart::Range(one, one),
                    None => return Ok(Value::Open),
                },
                MaskNode::Range(first, last) => {
                    let first = self.mask_number(place, first)?;
                    match first.zip(self.mask_number(place, last)?) {
                        Some((first, last)) => MaskPart::Range(first, last),
                        None => return Ok(Value::Open),
                    }
                }
            });
        }
        Ok(Value::PathMask(Arc::new(PathMask::new(parts))))
    }

    /// A number of a mask; `None` where it is open.
    fn mask_number(&mut self, place: Place, node: &Node) -> Result<Option<u32>, Stop> {
        match self.value(node)? {
            Value::Int(number) => Ok(Some(number)),
            Value::Open => Ok(None),
            Value::Path(_) => Err(Fault::gap("a path inside a path mask").at(place)),
            _ => Err(Fault::failure("a path mask with something else than a number").at(place)),
        }
    }

    fn defined(&mut self, operand: &Node) -> Result<Value, Stop> {
        if let NodeKind::Attribute(attribute, _) = &operand.kind
            && !matches!(attribute, Attribute::Static(known) if known.name() != "igp_metric")
        {
            let attribute = *attribute;
            if self.emptied.contains(&attribute) {
                return Err(Fault::gap(EMPTIED).at(operand.place));
            }
            let route = self.route_at(operand.place)?;
            return Ok(match route.attribute(attribute) {
                // Of what is open it is not even known whether it is there.
                Some(Value::Open) => Value::Open,
                found => Value::Bool(found.is_some()),
            });
        }
        Ok(match self.value(operand)? {
            Value::Open => Value::Open,
            value if value.is_empty_list() => return Err(Fault::gap(EMPTIED).at(operand.place)),
            value => Value::Bool(value != Value::Void),
        })
    }

    fn call(
        &mut self,
        place: Place,
        function: FunctionId,
        term: TermId,
        arguments: &[Node],
    ) -> Result<Value, Stop> {
        let code = self.code;
        let Some(body) = code.function(function) else {
            return Err(Fault::gap("a constant that calls a function after it").at(place));
        };
        let mut frame: Vec<Option<Value>> = Vec::with_capacity(body.variables.len());
        for (argument, of) in arguments.iter().zip(&body.variables) {
            let value = self.value(argument)?;
            if value == Value::Void {
                // What is not there is handed on; a function that looks at it finds nothing.
                frame.push(Some(value));
                continue;
            }
            let value = value.fit(*of).map_err(|value| {
                let message = format!("a parameter of type {of} gets {}", value.value_type());
                Fault::failure(message).at(argument.place)
            })?;
            frame.push(Some(value));
        }
        frame.resize(body.variables.len(), None);
        self.touch(term);
        let (outer, height, types) = (self.base, self.variables.len(), self.frame);
        self.base = height;
        self.frame = &body.variables;
        self.variables.append(&mut frame);
        let flow = self.block(&body.steps);
        self.variables.truncate(height);
        self.base = outer;
        self.frame = types;
        match flow? {
            Flow::Return(_, value) => Ok(value),
            Flow::Next => Ok(Value::Void),
        }
    }

    /// The path of the route; `None` where it is open.
    fn own_path(&mut self, place: Place) -> Result<Option<Arc<AsPath>>, Stop> {
        match self
            .route_at(place)?
            .attribute(Attribute::Bgp(BgpAttribute::Path))
        {
            Some(Value::Path(path)) => Ok(Some(Arc::clone(path))),
            Some(_) => Ok(None),
            None => Err(Fault::failure("the route has no AS path to check").at(place)),
        }
    }

    fn roa_check(
        &mut self,
        place: Place,
        table: &Arc<str>,
        of: Option<&[Node; 2]>,
    ) -> Result<Value, Stop> {
        let asked = match of {
            None => {
                let path = self.own_path(place)?;
                let net = self.route_at(place)?.net;
                path.map(|path| (net, path.last().unwrap_or(0)))
            }
            Some(of) => match self.two(of)? {
                (Value::Prefix(net), Value::Int(asn)) => Some((net, asn)),
                (Value::Open, _) | (_, Value::Open) => None,
                _ => {
                    let message = "`roa_check` of something else than a network and a number";
                    return Err(Fault::failure(message).at(place));
                }
            },
        };
        self.roa(place, table, asked)
    }

    fn aspa_check(
        &mut self,
        place: Place,
        table: &Arc<str>,
        path: Option<&Node>,
        direction: &Direction,
    ) -> Result<Value, Stop> {
        let path = match path {
            None => self.own_path(place)?,
            Some(path) => match self.value(path)? {
                Value::Path(path) => Some(path),
                Value::Open => None,
                _ => {
                    let message = "`aspa_check` of something else than a path";
                    return Err(Fault::failure(message).at(place));
                }
            },
        };
        let upstream = match direction {
            Direction::Upstream => true,
            Direction::Downstream => false,
            Direction::Given(given) => self.condition(given)?,
        };
        self.aspa(place, table, path, upstream)
    }
}

/// The value for a variable or attribute of type `of`.
pub(super) fn fitting(value: Value, of: Type, place: Place) -> Result<Value, Stop> {
    if of == Type::Unknown {
        return Ok(value);
    }
    value.fit(of).map_err(|value| {
        let message = format!("something of type {of} is set to {}", value.value_type());
        Fault::failure(message).at(place)
    })
}
