//! Statements made ready.

use super::{Builder, Case, MAX_NESTING, Node, Step};
use crate::filter::interpret::Verdict;
use crate::filter::interpret::term::TermKind;
use crate::filter::ir::{Arm, Expression, Statement, StatementKind, Target};
use crate::filter::program::Slot;
use crate::filter::route::type_of;
use crate::filter::types::Type;
use crate::filter::value::ValueSet;

/// The place of a variable in its frame.
pub(super) fn at(slot: Slot) -> usize {
    usize::try_from(slot.0).unwrap_or(usize::MAX)
}

impl Builder<'_> {
    /// Statements in order.
    pub(super) fn block(&mut self, block: &[Statement]) -> Vec<Step> {
        block
            .iter()
            .map(|statement| self.statement(statement))
            .collect()
    }

    fn statement(&mut self, statement: &Statement) -> Step {
        self.depth += 1;
        let step = if self.depth > MAX_NESTING {
            Step::Gap(
                statement.place,
                "a statement that is nested too deeply".into(),
            )
        } else {
            self.step(statement)
        };
        self.depth -= 1;
        step
    }

    fn nodes(&mut self, expressions: &[Expression]) -> Vec<Node> {
        expressions
            .iter()
            .map(|expression| self.expression(expression))
            .collect()
    }

    fn step(&mut self, statement: &Statement) -> Step {
        let place = statement.place;
        match &statement.kind {
            StatementKind::Declare { slot, value } => {
                let value = value.as_ref().map(|value| self.expression(value));
                Step::Declare(at(*slot), value)
            }
            StatementKind::Assign {
                target: Target::Variable(slot),
                value,
            } => Step::Variable(at(*slot), self.expression(value)),
            StatementKind::Assign {
                target: Target::Attribute(attribute),
                value,
            } => {
                let of = type_of(*attribute, self.program);
                let term = self.code.terms.add(place, TermKind::Set(*attribute));
                Step::Attribute(*attribute, of, term, self.expression(value))
            }
            StatementKind::Unset(attribute) => {
                let term = self.code.terms.add(place, TermKind::Unset(*attribute));
                Step::Unset(*attribute, term)
            }
            StatementKind::If {
                condition,
                then,
                otherwise,
            } => self.branches(condition, then, otherwise),
            StatementKind::Case {
                value,
                arms,
                otherwise,
            } => self.case(statement, value, arms, otherwise),
            StatementKind::For { slot, list, body } => Step::For {
                slot: at(*slot),
                of: Type::Unknown,
                list: self.expression(list),
                body: self.block(body),
            },
            StatementKind::Block(block) => Step::Block(self.block(block)),
            StatementKind::Return(value) => {
                let value = value.as_ref().map(|value| self.expression(value));
                Step::Return(place, value)
            }
            StatementKind::Accept(printed) => {
                let term = self.code.terms.add(place, TermKind::Accept);
                Step::End(Verdict::Accept, term, self.nodes(printed))
            }
            StatementKind::Reject(printed) => {
                let term = self.code.terms.add(place, TermKind::Reject);
                Step::End(Verdict::Reject, term, self.nodes(printed))
            }
            StatementKind::Print(printed) => Step::Print(self.nodes(printed)),
            StatementKind::Evaluate(expression) => Step::Evaluate(self.expression(expression)),
            StatementKind::Unmodelled(unmodelled) => Step::Gap(place, unmodelled.what.clone()),
        }
    }

    /// `if … else if … else …` as one list, however long it is.
    fn branches(
        &mut self,
        condition: &Expression,
        then: &[Statement],
        otherwise: &[Statement],
    ) -> Step {
        let mut branches = Vec::new();
        let (mut condition, mut then, mut otherwise) = (condition, then, otherwise);
        loop {
            let term = self.code.terms.add(condition.place, TermKind::Then);
            branches.push((self.expression(condition), term, self.block(then)));
            if let [
                Statement {
                    kind:
                        StatementKind::If {
                            condition: next,
                            then: body,
                            otherwise: rest,
                        },
                    ..
                },
            ] = otherwise
            {
                (condition, then, otherwise) = (next, body, rest);
            } else {
                let place = condition.place;
                let otherwise = (!otherwise.is_empty()).then(|| {
                    let term = self.code.terms.add(place, TermKind::Otherwise);
                    (term, self.block(otherwise))
                });
                return Step::If {
                    branches,
                    otherwise,
                };
            }
        }
    }

    fn case(
        &mut self,
        statement: &Statement,
        value: &Expression,
        arms: &[Arm],
        otherwise: &[Statement],
    ) -> Step {
        let place = statement.place;
        let value = self.expression(value);
        let mut ready = Vec::with_capacity(arms.len());
        let mut ranges = Vec::new();
        if !otherwise.is_empty() {
            ranges.push((None, arms.len()));
        }
        for (at, arm) in arms.iter().enumerate() {
            let (of, own) = match self.written(&arm.items) {
                Ok(written) => written,
                Err(gap) => return Step::Gap(arm.place, gap.reason),
            };
            // Each item is a node of BIRD's tree, also where two of them touch.
            ranges.extend(own.iter().map(|range| (Some(*range), at)));
            let set = ValueSet::new(of, own);
            let term = self.code.terms.add(arm.place, TermKind::Arm);
            ready.push((set, term, self.block(&arm.body)));
        }
        ranges.sort_by_key(|(range, _)| range.map(|(first, _)| first));
        let term = self.code.terms.add(place, TermKind::Arm);
        Step::Case(Box::new(Case {
            place,
            value,
            arms: ready,
            otherwise: (term, self.block(otherwise)),
            ranges,
        }))
    }
}
