//! Statements.

use super::compile::{Case, Node, NodeKind, Step};
use super::evaluate::fitting;
use super::state::{Fault, Run, Stop};
use super::term::TermId;
use crate::filter::attribute::{Attribute, StaticAttribute};
use crate::filter::types::{Enumerated, Type};
use crate::filter::value::set::Membership;
use crate::filter::value::{Address, Value};
use crate::place::Place;

/// How a block ends.
pub(super) enum Flow {
    /// At its end.
    Next,
    /// With `return`.
    Return(Place, Value),
}

impl Flow {
    /// What was returned.
    pub(super) fn returned(self) -> Option<(Place, Value)> {
        match self {
            Self::Next => None,
            Self::Return(place, value) => Some((place, value)),
        }
    }
}

impl Run<'_> {
    /// Runs statements in order.
    pub(super) fn block(&mut self, steps: &[Step]) -> Result<Flow, Stop> {
        for step in steps {
            if let flow @ Flow::Return(..) = self.step(step)? {
                return Ok(flow);
            }
        }
        Ok(Flow::Next)
    }

    fn inner(&mut self, place: Place, steps: &[Step]) -> Result<Flow, Stop> {
        self.enter(place)?;
        let flow = self.block(steps);
        self.leave();
        flow
    }

    fn step(&mut self, step: &Step) -> Result<Flow, Stop> {
        match step {
            Step::If {
                branches,
                otherwise,
            } => {
                for (condition, term, body) in branches {
                    if self.condition(condition)? {
                        self.touch(*term);
                        return self.inner(condition.place, body);
                    }
                }
                if let Some((term, body)) = otherwise {
                    self.touch(*term);
                    let place = branches.first().map(|(condition, ..)| condition.place);
                    return self.inner(place.expect("an if has a condition"), body);
                }
                Ok(Flow::Next)
            }
            Step::Attribute(attribute, of, term, node) => {
                let value = self.value(node)?;
                self.assign(*attribute, *of, value, node.place)?;
                self.touch(*term);
                Ok(Flow::Next)
            }
            Step::Variable(slot, node) => {
                let value = self.value(node)?;
                self.set(*slot, value, node.place)?;
                Ok(Flow::Next)
            }
            Step::Declare(slot, value) => {
                match value {
                    Some(node) => {
                        let value = self.value(node)?;
                        self.set(*slot, value, node.place)?;
                    }
                    None => self.clear(*slot),
                }
                Ok(Flow::Next)
            }
            Step::Unset(attribute, term) => {
                if let Some(route) = &mut self.route {
                    route.unset(*attribute);
                }
                self.touch(*term);
                Ok(Flow::Next)
            }
            Step::Case(case) => self.case(case),
            Step::For {
                slot,
                of,
                list,
                body,
            } => self.repeat(*slot, *of, list, body),
            Step::Block(steps) => self.inner_block(steps),
            Step::Return(place, value) => {
                let value = match value {
                    Some(node) => self.value(node)?,
                    None => Value::Void,
                };
                Ok(Flow::Return(*place, value))
            }
            Step::End(verdict, term, printed) => {
                self.print(printed)?;
                self.touch(*term);
                Err(Stop::Verdict(*verdict))
            }
            Step::Print(printed) => {
                self.print(printed)?;
                Ok(Flow::Next)
            }
            Step::Evaluate(node) => {
                self.value(node)?;
                Ok(Flow::Next)
            }
            Step::Gap(place, reason) => Err(Fault::Gap(reason.clone()).at(*place)),
        }
    }

    fn inner_block(&mut self, steps: &[Step]) -> Result<Flow, Stop> {
        // A block has no place of its own; the budget is counted at its filter's.
        self.inner(Place::file(crate::place::FileId(0)), steps)
    }

    /// Printing changes nothing, but what is printed is computed, and that can fail.
    fn print(&mut self, printed: &[Node]) -> Result<(), Stop> {
        for node in printed {
            // What is only shown need not be known.
            if !matches!(node.kind, NodeKind::Gap(_)) {
                self.value(node)?;
            }
        }
        Ok(())
    }

    fn set(&mut self, slot: usize, value: Value, place: Place) -> Result<(), Stop> {
        let of = self.variable_type(slot);
        let value = fitting(value, of, place)?;
        if let Some(entry) = self.variables.get_mut(self.base + slot) {
            *entry = Some(value);
        }
        Ok(())
    }

    fn clear(&mut self, slot: usize) {
        if let Some(entry) = self.variables.get_mut(self.base + slot) {
            *entry = None;
        }
    }

    fn variable_type(&self, slot: usize) -> Type {
        self.frame.get(slot).copied().unwrap_or(Type::Unknown)
    }

    fn case(&mut self, case: &Case) -> Result<Flow, Stop> {
        let value = self.value(&case.value)?;
        let arm = match value {
            // Nothing is in no arm.
            Value::Void => None,
            Value::Open => {
                let arm = self.arm(case.place, case.arms.len() + 1)?;
                (arm < case.arms.len()).then_some(arm)
            }
            value => match case.arm(&value) {
                Ok((arm, Membership::In)) => arm,
                Ok(_) => {
                    let reason = "arms of a case that overlap, where versions of BIRD differ";
                    return Err(Fault::gap(reason).at(case.place));
                }
                Err(()) => {
                    let message = "a case on a value of another type than its arms";
                    return Err(Fault::failure(message).at(case.place));
                }
            },
        };
        let taken = arm.and_then(|arm| case.arms.get(arm));
        let (term, steps) = match taken {
            Some((_, term, steps)) => (*term, steps),
            None => (case.otherwise.0, &case.otherwise.1),
        };
        self.touch(term);
        self.inner(case.place, steps)
    }

    fn repeat(&mut self, slot: usize, _: Type, list: &Node, body: &[Step]) -> Result<Flow, Stop> {
        let elements: Vec<Value> = match self.value(list)? {
            Value::Path(path) => path.asns().map(Value::Int).collect(),
            Value::Communities(list) => list.iter().copied().map(Value::Pair).collect(),
            Value::ExtendedCommunities(list) => list.iter().copied().map(Value::Extended).collect(),
            Value::LargeCommunities(list) => list.iter().copied().map(Value::Large).collect(),
            Value::Void => Vec::new(),
            Value::Open => {
                let reason = "a loop over something that only live data tells";
                return Err(Fault::gap(reason).at(list.place));
            }
            _ => {
                return Err(Fault::failure("a loop over something else than a list").at(list.place));
            }
        };
        for element in elements {
            self.set(slot, element, list.place)?;
            if let flow @ Flow::Return(..) = self.inner(list.place, body)? {
                return Ok(flow);
            }
        }
        Ok(Flow::Next)
    }

    fn assign(
        &mut self,
        attribute: Attribute,
        of: Type,
        value: Value,
        place: Place,
    ) -> Result<(), Stop> {
        let Attribute::Static(known) = attribute else {
            if of == Type::Unknown {
                let reason = "an attribute of a type that is not modelled is set";
                return Err(Fault::gap(reason).at(place));
            }
            let value = fitting(value, of, place)?;
            self.emptied.retain(|known| *known != attribute);
            if value.is_empty_list() {
                self.emptied.push(attribute);
            }
            self.route_at(place)?.set(attribute, value);
            return Ok(());
        };
        let value = fitting(value, of, place)?;
        let route = self.route_at(place)?;
        match (known, value) {
            (StaticAttribute::Preference, Value::Int(value)) => {
                // BIRD keeps the low 16 bits.
                route.preference = u16::try_from(value & 0xffff).unwrap_or(u16::MAX);
            }
            (StaticAttribute::IgpMetric, value) => route.set(attribute, value),
            (StaticAttribute::Scope, Value::Enum(scope)) => route.scope = scope,
            (StaticAttribute::From, Value::Ip(from)) => route.from = Some(from),
            (StaticAttribute::Gateway, Value::Ip(gateway)) => {
                route.gateway = Some(gateway);
                route.interface = None;
                route.destination = Some(Enumerated::RTD_UNICAST);
            }
            (StaticAttribute::InterfaceName, Value::String(name)) => {
                route.gateway = Some(Address::NONE);
                route.interface = Some(name);
                route.destination = Some(Enumerated::RTD_UNICAST);
            }
            (StaticAttribute::Destination, Value::Enum(destination)) => {
                let sinks = [
                    Enumerated::RTD_BLACKHOLE,
                    Enumerated::RTD_UNREACHABLE,
                    Enumerated::RTD_PROHIBIT,
                ];
                if !sinks.contains(&destination) {
                    let message = "`dest` can only become a blackhole, unreachable or prohibited";
                    return Err(Fault::failure(message).at(place));
                }
                route.destination = Some(destination);
                route.gateway = Some(Address::NONE);
                route.interface = Some("".into());
            }
            _ => {
                let reason = format!(
                    "`{}` is set to something that is not modelled",
                    known.name()
                );
                return Err(Fault::gap(reason).at(place));
            }
        }
        Ok(())
    }
}

/// Terms are only numbers here.
const _: () = assert!(size_of::<TermId>() == 4);
