//! The trees that run.

use std::sync::Arc;

use crate::filter::attribute::Attribute;
use crate::filter::interpret::term::TermId;
use crate::filter::interpret::{Membership, Verdict};
use crate::filter::ir::{BinaryOperator, Edit, ExtendedKind, Method};
use crate::filter::program::FunctionId;
use crate::filter::types::Type;
use crate::filter::value::{MaskPart, TextPattern, Value, ValueSet};
use crate::place::Place;

/// An expression.
pub(in super::super) struct Node {
    pub(in super::super) place: Place,
    pub(in super::super) kind: NodeKind,
}

pub(in super::super) enum NodeKind {
    Value(Value),
    Variable(usize),
    Attribute(Attribute, Type),
    Pair(Box<[Node; 2]>),
    Extended(ExtendedKind, Box<[Node; 2]>),
    Large(Box<[Node; 3]>),
    Mask(Box<[MaskNode]>),
    Not(Box<Node>),
    /// `a && b && …`.
    All(Box<[Node]>),
    /// `a || b || …`.
    Any(Box<[Node]>),
    Binary(BinaryOperator, Box<[Node; 2]>),
    Method(Method, Box<(Node, Option<Node>)>),
    Edit(Edit, Box<[Node; 2]>),
    Substitute(Box<[Node; 3]>),
    TextMatch(Box<Node>, Arc<TextPattern>),
    Call(FunctionId, TermId, Box<[Node]>),
    Defined(Box<Node>),
    Roa {
        table: Arc<str>,
        of: Option<Box<[Node; 2]>>,
    },
    Aspa {
        table: Arc<str>,
        path: Option<Box<Node>>,
        direction: Direction,
    },
    Gap(Arc<str>),
}

/// Which ASPA procedure.
pub(in super::super) enum Direction {
    Upstream,
    Downstream,
    Given(Box<Node>),
}

/// A part of a path mask.
pub(in super::super) enum MaskNode {
    Part(MaskPart),
    Range(Node, Node),
    One(Node),
}

/// A statement.
pub(in super::super) enum Step {
    Declare(usize, Option<Node>),
    Variable(usize, Node),
    Attribute(Attribute, Type, TermId, Node),
    Unset(Attribute, TermId),
    If {
        /// `if … else if …`: conditions, their terms and what they guard.
        branches: Vec<(Node, TermId, Vec<Step>)>,
        otherwise: Option<(TermId, Vec<Step>)>,
    },
    Case(Box<Case>),
    For {
        slot: usize,
        of: Type,
        list: Node,
        body: Vec<Step>,
    },
    Block(Vec<Step>),
    Return(Place, Option<Node>),
    End(Verdict, TermId, Vec<Node>),
    Print(Vec<Node>),
    Evaluate(Node),
    Gap(Place, Arc<str>),
}

/// A `case`.
pub(in super::super) struct Case {
    pub(in super::super) place: Place,
    pub(in super::super) value: Node,
    pub(in super::super) arms: Vec<(ValueSet, TermId, Vec<Step>)>,
    pub(in super::super) otherwise: (TermId, Vec<Step>),
    /// All ranges of all arms with the arms' numbers, sorted as BIRD's search tree has them; where
    /// there is an `else`, it is a node as well, in front of all others.
    pub(in super::super) ranges: Vec<(Option<(u128, u128)>, usize)>,
}

impl Case {
    /// The arm for a value: `Ok(None)` is `else`, `Err` a value of another type; where the arms
    /// overlap so that BIRD takes another than the first, the membership is [`Membership::Lost`].
    pub(in super::super) fn arm(&self, value: &Value) -> Result<(Option<usize>, Membership), ()> {
        let mut first = None;
        for (at, (set, ..)) in self.arms.iter().enumerate() {
            match set.find(value) {
                None => return Err(()),
                Some(Membership::Out) => {}
                Some(Membership::In | Membership::Lost) => {
                    first = Some(at);
                    break;
                }
            }
        }
        let key = value.key().map(|(_, key)| key);
        let searched = key.and_then(|key| self.search(key));
        let surely = if first == searched {
            Membership::In
        } else {
            Membership::Lost
        };
        Ok((first, surely))
    }

    /// What BIRD's balanced tree finds.
    fn search(&self, key: u128) -> Option<usize> {
        let mut ranges = &*self.ranges;
        loop {
            let (left, right) = ranges.split_at(ranges.len() / 2);
            let ((range, arm), right) = right.split_first()?;
            ranges = match range {
                None => right,
                Some((first, _)) if key < *first => left,
                Some((_, last)) if key > *last => right,
                Some(_) => return Some(*arm),
            };
        }
    }
}
