//! Statements.

use bgp_ci::filter::attribute::{Attribute, StaticAttribute};
use bgp_ci::filter::ir::{
    Arm, Block, Expression, ExpressionKind, Literal, Statement, StatementKind, Target,
};
use bgp_ci::filter::types::{EnumType, SetType, Type};

use super::{Author, PLACE, node};

/// The list of a type with nothing in it.
fn empty(of: Type) -> Option<Literal> {
    Some(match of {
        Type::Path => Literal::EmptyPath,
        Type::Communities => Literal::EmptyCommunities,
        Type::ExtendedCommunities => Literal::EmptyExtendedCommunities,
        Type::LargeCommunities => Literal::EmptyLargeCommunities,
        _ => return None,
    })
}

fn statement(kind: StatementKind) -> Statement {
    Statement { place: PLACE, kind }
}

pub(super) fn returned(value: Expression) -> Statement {
    statement(StatementKind::Return(Some(value)))
}

pub(super) fn decided(accepted: bool) -> Statement {
    statement(if accepted {
        StatementKind::Accept(Vec::new())
    } else {
        StatementKind::Reject(Vec::new())
    })
}

impl Author {
    /// Up to `length` statements, at most `depth` deep; what they declare ends with them.
    pub(super) fn block(&mut self, length: usize, depth: usize) -> Block {
        let outer = self.scope.len();
        let block = (0..=self.dice.below(length))
            .map(|_| self.statement(depth))
            .collect();
        self.stale |= self.scope.len() > outer;
        self.scope.truncate(outer);
        block
    }

    fn statement(&mut self, depth: usize) -> Statement {
        let choice = self.dice.below(if depth == 0 { 9 } else { 15 });
        statement(match choice {
            0 | 1 => {
                let of = self.variable_type();
                let value = Some(self.expression(of, 2));
                let slot = self.variable(of);
                self.scope.push((slot, of));
                StatementKind::Declare { slot, value }
            }
            2..=5 => self.assignment(),
            6 => {
                if self.scope.is_empty() {
                    self.assignment()
                } else {
                    let (slot, of) = self.dice.pick(&self.scope.clone());
                    StatementKind::Assign {
                        target: Target::Variable(slot),
                        value: self.expression(of, 2),
                    }
                }
            }
            7 => {
                let of = self.dice.pick(&[
                    Type::Int,
                    Type::Path,
                    Type::Communities,
                    Type::LargeCommunities,
                ]);
                match self.attribute(of) {
                    Some(attribute @ (Attribute::Bgp(_) | Attribute::Other(_))) => {
                        StatementKind::Unset(attribute)
                    }
                    // BIRD 2.0 cannot unset a custom attribute.
                    _ => StatementKind::Print(vec![self.expression(of, 1)]),
                }
            }
            8 if self.dice.one_in(3) => self.procedure(),
            8 => self.ending(),
            9..=12 => {
                let condition = self.expression(Type::Bool, 3);
                let then = self.block(3, depth - 1);
                let otherwise = if self.dice.one_in(2) {
                    self.block(2, depth - 1)
                } else {
                    Vec::new()
                };
                StatementKind::If {
                    condition,
                    then,
                    otherwise,
                }
            }
            13 => self.case(depth - 1),
            _ if self.stale || self.dice.one_in(3) => {
                StatementKind::Block(self.block(3, depth - 1))
            }
            _ => self.repeat(depth - 1),
        })
    }

    pub(super) fn assignment(&mut self) -> StatementKind {
        let of = self.dice.pick(&[
            Type::Int,
            Type::Int,
            Type::Path,
            Type::Path,
            Type::Communities,
            Type::Communities,
            Type::ExtendedCommunities,
            Type::LargeCommunities,
            Type::LargeCommunities,
            Type::Ip,
            Type::Quad,
            Type::Enum(EnumType::Origin),
            Type::Enum(EnumType::Scope),
            Type::Enum(EnumType::Destination),
        ]);
        let attribute = match self.attribute(of) {
            Some(attribute) => attribute,
            None => Attribute::Static(StaticAttribute::Destination),
        };
        if matches!(attribute, Attribute::Bgp(_))
            && let Some(empty) = empty(of)
            && self.dice.one_in(12)
        {
            return StatementKind::Assign {
                target: Target::Attribute(attribute),
                value: super::literal(empty),
            };
        }
        let value = match (attribute, of) {
            // The list at hand with a change, as policies mostly do.
            (
                _,
                Type::Path | Type::Communities | Type::ExtendedCommunities | Type::LargeCommunities,
            ) => self.list(of, 1),
            (_, Type::Enum(_)) => self.leaf(of),
            _ => self.expression(of, 2),
        };
        StatementKind::Assign {
            target: Target::Attribute(attribute),
            value,
        }
    }

    /// An end that is not the usual one: seldom, so that most programs go on.
    fn ending(&mut self) -> StatementKind {
        match (self.dice.below(4), self.returns) {
            (0, None) => StatementKind::Accept(Vec::new()),
            (1, None) => StatementKind::Reject(Vec::new()),
            (0, Some(of)) => StatementKind::Return(Some(self.expression(of, 1))),
            (2, Some(_)) if self.dice.one_in(4) => StatementKind::Reject(Vec::new()),
            _ => {
                let of = self.dice.pick(&super::TYPES);
                StatementKind::Print(vec![self.expression(of, 1)])
            }
        }
    }

    /// A call whose value nobody takes.
    fn procedure(&mut self) -> StatementKind {
        let all = self.functions.clone();
        let called = if all.is_empty() {
            None
        } else {
            let of = self.dice.pick(&all);
            self.call(of)
        };
        match called {
            Some(call) => StatementKind::Evaluate(call),
            None => self.ending(),
        }
    }

    fn case(&mut self, depth: usize) -> StatementKind {
        let (value, set) = if self.dice.one_in(4) {
            let (value, of) = self.enumeration();
            (value, SetType::Enum(of))
        } else {
            let (of, set) = self.dice.pick(&[
                (Type::Int, SetType::Int),
                (Type::Pair, SetType::Pair),
                (Type::Large, SetType::Large),
                (Type::Extended, SetType::Extended),
                (Type::Ip, SetType::Ip),
            ]);
            (self.expression(of, 2), set)
        };
        let arms = (0..=self.dice.below(3))
            .map(|_| Arm {
                place: PLACE,
                items: (0..=self.dice.below(2)).map(|_| self.item(set)).collect(),
                body: self.block(2, depth),
            })
            .collect();
        let otherwise = if self.dice.one_in(2) {
            self.block(2, depth)
        } else {
            Vec::new()
        };
        StatementKind::Case {
            value,
            arms,
            otherwise,
        }
    }

    fn repeat(&mut self, depth: usize) -> StatementKind {
        let (list, of) = self.dice.pick(&[
            (Type::Path, Type::Int),
            (Type::Communities, Type::Pair),
            (Type::ExtendedCommunities, Type::Extended),
            (Type::LargeCommunities, Type::Large),
        ]);
        let attribute = self
            .attribute(list)
            .expect("there is one of each of these types");
        let list = node(ExpressionKind::Attribute(attribute));
        let slot = self.variable(of);
        let outer = self.scope.len();
        self.scope.push((slot, of));
        self.stale = true;
        let body = self.block(2, depth);
        self.scope.truncate(outer);
        StatementKind::For { slot, list, body }
    }
}
