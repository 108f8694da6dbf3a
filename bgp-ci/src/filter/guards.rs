//! What each accepting term of a filter asks of a route, as it is written.
//!
//! A reviewer thinks of a policy as terms: "announce it if it comes from the backbone and is in
//! the list of Bogota". Here a filter is taken apart into such terms, so that two versions of it
//! can be compared term by term. Nothing is computed: a condition is the text of a leaf between
//! `&&`, a line `match …` of a route map, or the list of an FRR neighbour. Functions and maps that
//! a condition calls are taken apart too. What merely changes a route leaves no trace.
//!
//! A condition that refuses everything without it (`if net !~ OURS then reject;`) is one of every
//! term behind it. One that refuses some routes (`if net ~ BOGONS then reject;`) is none: it is a
//! term of its own that refuses.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::ir::{
    Arm, BinaryOperator, Block, Expression, ExpressionKind, Literal, SetItem, Statement,
    StatementKind,
};
use super::program::{FilterId, FunctionId, Program};
use super::types::Enumerated;
use crate::place::{Place, Sources};

/// Terms of one filter, or ways through one of its functions, at most.
const MAX_TERMS: usize = 2_000;

/// How deep expressions are followed; a call counts as [`CALL`] of them.
const MAX_DEPTH: u32 = 240;

/// How much deeper a call is.
const CALL: u32 = 20;

/// One condition of a term.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Condition {
    /// As it is written, with single spaces.
    pub text: Arc<str>,
    /// Whether it must hold, or must not.
    pub truth: bool,
    /// Where it stands.
    pub place: Place,
}

/// A way through a filter that ends in "accept".
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Term {
    /// What all has to hold, in the order in which it is asked.
    pub conditions: Vec<Condition>,
    /// The `if`s and clauses on the way whose condition is true: the whole condition's place.
    pub passed: Vec<Place>,
    /// The statement that accepts the route.
    pub accept: Option<Place>,
    /// The last of the functions and maps that it went through: what there said yes.
    pub through: Option<Place>,
}

impl Term {
    /// The conditions without their places.
    pub fn asked(&self) -> BTreeSet<(&str, bool)> {
        let each = self.conditions.iter();
        each.map(|condition| (&*condition.text, condition.truth))
            .collect()
    }

    /// Whether nothing has to hold: what nobody thought of passes here.
    pub fn is_open(&self) -> bool {
        // Which family it is decides nothing about one family's routes.
        let asks = |one: &Condition| one.truth && !one.text.starts_with("net.type");
        !self.conditions.iter().any(asks)
    }
}

/// The accepting terms of `filter`; `None` where there are too many to look at.
pub fn terms(program: &Program, sources: &Sources, filter: FilterId) -> Option<Vec<Term>> {
    let mut reader = Reader {
        program,
        sources,
        accepted: Vec::new(),
        left: MAX_TERMS * 10,
    };
    let body = &program.filter(filter).body;
    let mut returned = Vec::new();
    reader.block(body, vec![Term::default()], &mut returned, 0)?;
    // `return true` accepts, too.
    reader.accepted.append(&mut returned);
    (reader.accepted.len() <= MAX_TERMS).then_some(reader.accepted)
}

/// What the terms of base asked that `term` of head asks no more, where a term of base is `term`
/// with these conditions on top, and is not there any more; the smallest such loss.
pub fn dropped<'b>(base: &'b [Term], head: &[Term], term: &Term) -> Option<Vec<&'b Condition>> {
    let asked = term.asked();
    let kept: BTreeSet<_> = head.iter().map(Term::asked).collect();
    // A term that asks nothing at all is any term, unless it is the only one that is another.
    let before: BTreeSet<_> = base.iter().map(Term::asked).collect();
    let is_alone = |of: &BTreeSet<_>, than: &BTreeSet<_>| of.difference(than).count() <= 1;
    if asked.is_empty() && !(is_alone(&before, &kept) && is_alone(&kept, &before)) {
        return None;
    }
    base.iter()
        .filter(|old| {
            let old = old.asked();
            !kept.contains(&old) && asked.len() < old.len() && asked.is_subset(&old)
        })
        .map(|old| {
            let lost = old.conditions.iter();
            lost.filter(|one| !asked.contains(&(&*one.text, one.truth)))
                .collect::<Vec<_>>()
        })
        .min_by_key(Vec::len)
}

/// The term by which a route was accepted that went through the places `passed`: of those that it
/// may have been, the one with most on its way.
pub fn way<'t>(terms: &'t [Term], passed: &BTreeSet<Place>) -> Option<&'t Term> {
    let is_way = |term: &&Term| {
        let mut places = term.passed.iter().chain(&term.accept);
        places.all(|place| passed.contains(place))
    };
    terms
        .iter()
        .filter(is_way)
        .max_by_key(|term| term.passed.len())
}

/// What a condition asks, as it is written: each leaf between `&&`.
pub fn leaves(sources: &Sources, condition: &Expression) -> Vec<String> {
    let mut open = vec![condition];
    let mut texts = Vec::new();
    while let Some(expression) = open.pop() {
        match &expression.kind {
            ExpressionKind::Binary(BinaryOperator::And, sides) => {
                let [left, right] = &**sides;
                open.extend([right, left]);
            }
            ExpressionKind::Literal(Literal::Bool(true)) => {}
            _ => {
                let words = sources.text(expression.place).split_whitespace();
                texts.push(words.collect::<Vec<_>>().join(" "));
            }
        }
    }
    texts
}

struct Reader<'p> {
    program: &'p Program,
    sources: &'p Sources,
    accepted: Vec<Term>,
    /// Steps that may still be made: terms times statements, in all.
    left: usize,
}

impl<'p> Reader<'p> {
    /// The ways that go on behind `block`; `returned` gets those that leave it with "true".
    fn block(
        &mut self,
        block: &Block,
        mut ways: Vec<Term>,
        returned: &mut Vec<Term>,
        depth: u32,
    ) -> Option<Vec<Term>> {
        for statement in block {
            if ways.is_empty() {
                break;
            }
            ways = self.statement(statement, ways, returned, depth)?;
        }
        Some(ways)
    }

    fn statement(
        &mut self,
        statement: &Statement,
        ways: Vec<Term>,
        returned: &mut Vec<Term>,
        depth: u32,
    ) -> Option<Vec<Term>> {
        self.left = self.left.checked_sub(ways.len())?;
        match &statement.kind {
            StatementKind::Accept(_) => {
                let accept = |way: Term| ended(way, statement.place);
                self.accepted.extend(ways.into_iter().map(accept));
                Some(Vec::new())
            }
            StatementKind::Reject(_) => Some(Vec::new()),
            StatementKind::Return(value) => {
                if let Some(value) = value {
                    let truths = self.ways_to(value, true, depth)?;
                    let end = |way: Term| ended(way, statement.place);
                    returned.extend(self.joined(&ways, &truths)?.into_iter().map(end));
                }
                Some(Vec::new())
            }
            StatementKind::Block(inner) => self.block(inner, ways, returned, depth),
            StatementKind::If {
                condition,
                then,
                otherwise,
            } => self.branch(condition, then, otherwise, ways, returned, depth),
            StatementKind::Case {
                value,
                arms,
                otherwise,
            } => {
                let mut on = Vec::new();
                for arm in arms {
                    let text = format!(
                        "{}: {}",
                        self.text(value.place),
                        self.text(arm.place).trim_end_matches(':')
                    );
                    let one = condition(&text, true, arm.place);
                    let inside = ways.iter().cloned().map(|mut way| {
                        way.conditions.push(one.clone());
                        way
                    });
                    let inside = inside.collect();
                    on.extend(self.block(&arm.body, inside, returned, depth)?);
                }
                // Beside both families there is none.
                if !names_both_families(arms) {
                    on.extend(self.block(otherwise, ways, returned, depth)?);
                }
                Some(on)
            }
            StatementKind::For { body, .. } => {
                self.block(body, ways.clone(), returned, depth)?;
                Some(ways)
            }
            StatementKind::Evaluate(Expression {
                kind: ExpressionKind::Call { function, .. },
                ..
            }) => {
                let mut inner = Vec::new();
                let body = self.body(*function, depth)?;
                let mut on = self.block(body, ways, &mut inner, depth + CALL)?;
                on.append(&mut inner);
                Some(on)
            }
            StatementKind::Declare { .. }
            | StatementKind::Assign { .. }
            | StatementKind::Unset(_)
            | StatementKind::Print(_)
            | StatementKind::Evaluate(_)
            | StatementKind::Unmodelled(_) => Some(ways),
        }
    }

    fn branch(
        &mut self,
        condition: &Expression,
        then: &Block,
        otherwise: &Block,
        ways: Vec<Term>,
        returned: &mut Vec<Term>,
        depth: u32,
    ) -> Option<Vec<Term>> {
        let before = self.accepted.len() + returned.len();
        let truths = self.ways_to(condition, true, depth)?;
        let mut inside = self.joined(&ways, &truths)?;
        for way in &mut inside {
            way.passed.push(condition.place);
        }
        let then_on = self.block(then, inside, returned, depth)?;
        let refuses = then_on.is_empty() && self.accepted.len() + returned.len() == before;
        let lies = self.ways_to(condition, false, depth)?;
        if otherwise.is_empty() {
            // What only refuses is a condition of all that follows, where it is said positively.
            let positive = |way: &Term| way.conditions.iter().all(|one| one.truth);
            return if refuses && lies.iter().all(positive) {
                self.joined(&ways, &lies)
            } else {
                Some(ways)
            };
        }
        let inside = self.joined(&ways, &lies)?;
        let otherwise_on = self.block(otherwise, inside, returned, depth)?;
        Some(match (then_on.is_empty(), otherwise_on.is_empty()) {
            (false, false) => ways,
            (false, true) => then_on,
            (true, _) => otherwise_on,
        })
    }

    /// The ways in which `expression` becomes `truth`: what each asks.
    fn ways_to(&mut self, expression: &Expression, truth: bool, depth: u32) -> Option<Vec<Term>> {
        self.left = self.left.checked_sub(1)?;
        if depth > MAX_DEPTH {
            return None;
        }
        match &expression.kind {
            ExpressionKind::Literal(Literal::Bool(value)) => Some(if *value == truth {
                vec![Term::default()]
            } else {
                Vec::new()
            }),
            ExpressionKind::Not(inner) => self.ways_to(inner, !truth, depth + 1),
            ExpressionKind::Binary(operator, sides) => {
                let [left, right] = &**sides;
                match (operator, truth) {
                    (BinaryOperator::And, true) | (BinaryOperator::Or, false) => {
                        let left = self.ways_to(left, truth, depth + 1)?;
                        let right = self.ways_to(right, truth, depth + 1)?;
                        self.joined(&left, &right)
                    }
                    (BinaryOperator::And, false) | (BinaryOperator::Or, true) => {
                        let mut both = self.ways_to(left, truth, depth + 1)?;
                        both.extend(self.ways_to(right, truth, depth + 1)?);
                        Some(both)
                    }
                    (BinaryOperator::NotMatch, _) => {
                        Some(self.leaf(left, "~", right, !truth, expression.place))
                    }
                    (BinaryOperator::Match, _) => {
                        Some(self.leaf(left, "~", right, truth, expression.place))
                    }
                    (BinaryOperator::NotEqual, _) => {
                        Some(self.leaf(left, "=", right, !truth, expression.place))
                    }
                    (BinaryOperator::Equal, _) => {
                        Some(self.leaf(left, "=", right, truth, expression.place))
                    }
                    _ => Some(vec![self.written(expression.place, truth)]),
                }
            }
            // What a function asks to be false is too much to say: its name says it better.
            ExpressionKind::Call { function, .. } if truth && !self.is_list(expression.place) => {
                let body = self.body(*function, depth)?;
                let mut returned = Vec::new();
                let before = self.accepted.len();
                self.block(body, vec![Term::default()], &mut returned, depth + CALL)?;
                // A function that decides by itself has done so where it was called.
                self.accepted.truncate(before);
                Some(returned)
            }
            _ => Some(vec![self.written(expression.place, truth)]),
        }
    }

    fn body(&self, function: FunctionId, depth: u32) -> Option<&'p Block> {
        let program = self.program;
        (depth + CALL < MAX_DEPTH).then(|| &program.function(function).body)
    }

    /// Whether a call stands for a line of FRR's that names a list: the line says it all.
    fn is_list(&self, place: Place) -> bool {
        let text = self.sources.text(place).trim_start();
        let lists = ["prefix-list ", "filter-list ", "distribute-list "];
        text.starts_with("match ")
            || text.starts_with("neighbor ") && lists.iter().any(|list| text.contains(list))
    }

    fn leaf(
        &self,
        left: &Expression,
        operator: &str,
        right: &Expression,
        truth: bool,
        place: Place,
    ) -> Vec<Term> {
        // Trees that FRR's lines became have one place for all: that of the line.
        if left.place == right.place {
            return vec![self.written(place, truth)];
        }
        let text = format!(
            "{} {operator} {}",
            self.text(left.place),
            self.text(right.place)
        );
        vec![asking(condition(&text, truth, place))]
    }

    fn written(&self, place: Place, truth: bool) -> Term {
        asking(condition(&self.text(place), truth, place))
    }

    fn text(&self, place: Place) -> String {
        let words = self.sources.text(place).split_whitespace();
        words.collect::<Vec<_>>().join(" ")
    }

    /// Every way with every one of `more` behind it.
    fn joined(&mut self, ways: &[Term], more: &[Term]) -> Option<Vec<Term>> {
        let count = ways.len().checked_mul(more.len())?;
        self.left = self.left.checked_sub(count)?;
        let mut all = Vec::with_capacity(count);
        for way in ways {
            for more in more {
                let mut way = way.clone();
                way.conditions.extend(more.conditions.iter().cloned());
                way.passed.extend(&more.passed);
                way.through = more.accept.or(more.through).or(way.through);
                all.push(way);
            }
        }
        Some(all)
    }
}

fn condition(text: &str, truth: bool, place: Place) -> Condition {
    Condition {
        text: text.into(),
        truth,
        place,
    }
}

fn asking(condition: Condition) -> Term {
    Term {
        conditions: vec![condition],
        ..Term::default()
    }
}

/// The way as it ends at `place`.
fn ended(mut way: Term, place: Place) -> Term {
    way.accept = Some(place);
    way
}

/// Whether the arms are those of `net.type`, both families of which are there.
fn names_both_families(arms: &[Arm]) -> bool {
    let has = |wanted: Enumerated| {
        arms.iter().flat_map(|arm| &arm.items).any(|item| {
            matches!(
                item,
                SetItem::Value(Expression {
                    kind: ExpressionKind::Literal(Literal::Enum(value)),
                    ..
                }) if *value == wanted
            )
        })
    };
    has(Enumerated::NET_IP4) && has(Enumerated::NET_IP6)
}

#[cfg(test)]
mod tests;
