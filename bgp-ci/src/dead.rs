//! Terms of policies that no route can come to.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;
use rules::Span;

use crate::filter::guards;
use crate::filter::interpret::symbolic::World;
use crate::filter::interpret::{Machine, TermId, TermKind};
use crate::filter::ir::{Block, Expression, ExpressionKind, Literal, Statement, StatementKind};
use crate::filter::program::{FilterId, FilterKind, FunctionId};
use crate::learned::{self, Model};
use crate::model::{Family, Name};
use crate::place::Place;
use crate::terms;

/// A condition that no route fulfils, or that none comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dead {
    /// What it is called across versions: the policy's name, and what it asks.
    pub name: (String, Vec<String>),
    /// The sites whose routers have it.
    pub sites: BTreeSet<Name>,
    /// Whether it lets routes pass.
    pub accepts: bool,
}

/// Conditions of a side's policies.
#[derive(Debug, Default)]
pub struct Terms {
    /// Those that no route fulfils.
    pub dead: BTreeMap<Span, Dead>,
    /// The names of those that some route may fulfil, with the sites that have them.
    pub live: BTreeSet<(Name, (String, Vec<String>))>,
}

/// What one policy says of its conditions.
struct Seen {
    span: Span,
    dead: Dead,
    is_dead: bool,
}

/// The conditions of the policies that sessions of `models` use. What is shared is dead only where
/// it is dead everywhere.
pub fn terms(models: &[Model]) -> Terms {
    let seen: Vec<Seen> = models.par_iter().flat_map_iter(of_router).collect();
    let mut found: BTreeMap<Span, (Dead, bool)> = BTreeMap::new();
    for one in seen {
        let known = found
            .entry(one.span)
            .or_insert_with(|| (one.dead.clone(), true));
        known.0.sites.extend(one.dead.sites);
        known.1 &= one.is_dead;
    }
    let mut terms = Terms::default();
    for (span, (dead, is_dead)) in found {
        if is_dead {
            terms.dead.insert(span, dead);
        } else {
            let sites = dead.sites.into_iter();
            terms
                .live
                .extend(sites.map(|site| (site, dead.name.clone())));
        }
    }
    terms
}

fn of_router(model: &Model) -> Vec<Seen> {
    let used: BTreeSet<FilterId> = terms::policies(model).map(|policy| policy.filter).collect();
    let machine = Machine::new(&model.router.program);
    let mut seen = Vec::new();
    for filter in used {
        let Some(unreached) = unreached(model, &machine, filter) else {
            continue;
        };
        let mut walk = Walk {
            model,
            unreached: &unreached,
            functions: BTreeSet::new(),
            owner: String::new(),
            seen: Vec::new(),
        };
        let filter = model.router.program.filter(filter);
        if let FilterKind::Named(name) = &filter.kind {
            walk.owner = name.to_string();
        }
        walk.block(&filter.body);
        seen.append(&mut walk.seen);
    }
    seen
}

/// The conditions that no route of either family fulfils; `None` where that is not known.
fn unreached(
    model: &Model,
    machine: &Machine<'_>,
    filter: FilterId,
) -> Option<BTreeSet<(Place, Then)>> {
    let mut of_all: Option<BTreeSet<TermId>> = None;
    for family in [Family::Ipv4, Family::Ipv6] {
        let mut world = World::default();
        let state = learned::anything(family, &model.router.program, &mut world);
        let unreached = learned::unreached(machine, filter, vec![state], &mut world)?;
        of_all = Some(match of_all {
            None => unreached,
            Some(other) => other.intersection(&unreached).copied().collect(),
        });
    }
    let terms = of_all?.into_iter().map(|id| machine.term(id));
    let conditions = terms.filter_map(|term| match term.kind {
        TermKind::Then | TermKind::Arm => Some((term.place, Then::Then)),
        TermKind::Otherwise => Some((term.place, Then::Otherwise)),
        _ => None,
    });
    Some(conditions.collect())
}

/// Which way of a condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Then {
    Then,
    Otherwise,
}

struct Walk<'a> {
    model: &'a Model,
    unreached: &'a BTreeSet<(Place, Then)>,
    functions: BTreeSet<FunctionId>,
    owner: String,
    seen: Vec<Seen>,
}

impl<'a> Walk<'a> {
    fn block(&mut self, block: &'a Block) {
        for statement in block {
            self.statement(statement);
        }
    }

    fn statement(&mut self, statement: &'a Statement) {
        match &statement.kind {
            StatementKind::If {
                condition,
                then,
                otherwise,
            } => {
                let is_dead = self.unreached.contains(&(condition.place, Then::Then));
                self.condition(condition, then, is_dead);
                if !is_dead {
                    self.expression(condition);
                    self.block(then);
                }
                if !self.unreached.contains(&(condition.place, Then::Otherwise)) {
                    self.block(otherwise);
                }
            }
            StatementKind::Case {
                arms, otherwise, ..
            } => {
                for arm in arms {
                    if !self.unreached.contains(&(arm.place, Then::Then)) {
                        self.block(&arm.body);
                    }
                }
                self.block(otherwise);
            }
            StatementKind::For { body, .. } | StatementKind::Block(body) => self.block(body),
            StatementKind::Evaluate(value) | StatementKind::Return(Some(value)) => {
                self.expression(value);
            }
            _ => {}
        }
    }

    /// Functions that an expression calls, each once.
    fn expression(&mut self, expression: &'a Expression) {
        let mut open = vec![expression];
        while let Some(expression) = open.pop() {
            match &expression.kind {
                ExpressionKind::Not(inner) => open.push(inner),
                ExpressionKind::Binary(_, sides) => open.extend(sides.iter()),
                ExpressionKind::Call { function, .. } => {
                    // What a line of FRR's calls a list has entries, and no conditions.
                    let text = self.model.router.sources.text(expression.place);
                    let is_list = text.starts_with("match ") || text.contains("-list ");
                    if is_list || !self.functions.insert(*function) {
                        continue;
                    }
                    let function = self.model.router.program.function(*function);
                    let owner = std::mem::replace(&mut self.owner, function.name.to_string());
                    self.block(&function.body);
                    self.owner = owner;
                }
                _ => {}
            }
        }
    }

    fn condition(&mut self, condition: &Expression, then: &Block, is_dead: bool) {
        let sources = &self.model.router.sources;
        // A switch that is off by a constant is meant to be; and the lines of FRR that name a map
        // are no terms, its clauses are.
        let text = sources.text(condition.place);
        let names = ["neighbor ", "call "];
        if is_constant(condition) || names.iter().any(|name| text.starts_with(name)) {
            return;
        }
        self.seen.push(Seen {
            span: sources.span(condition.place),
            dead: Dead {
                name: (self.owner.clone(), guards::leaves(sources, condition)),
                sites: [self.model.site.clone()].into(),
                accepts: accepts(then),
            },
            is_dead,
        });
    }
}

/// Whether a block has a way that lets a route pass.
fn accepts(block: &Block) -> bool {
    block.iter().any(|statement| match &statement.kind {
        StatementKind::Accept(_) => true,
        StatementKind::Return(Some(value)) => {
            !matches!(value.kind, ExpressionKind::Literal(Literal::Bool(false)))
        }
        StatementKind::If {
            then, otherwise, ..
        } => accepts(then) || accepts(otherwise),
        StatementKind::Case {
            arms, otherwise, ..
        } => arms.iter().any(|arm| accepts(&arm.body)) || accepts(otherwise),
        StatementKind::Block(inner) | StatementKind::For { body: inner, .. } => accepts(inner),
        _ => false,
    })
}

/// Whether a part of the condition asks nothing of the route, so that a constant decides it.
fn is_constant(condition: &Expression) -> bool {
    match &condition.kind {
        ExpressionKind::Binary(crate::filter::ir::BinaryOperator::And, sides) => {
            sides.iter().any(is_constant)
        }
        ExpressionKind::Literal(Literal::Bool(truth)) => !truth,
        _ => !asks(condition),
    }
}

/// Whether the value depends on the route, as far as it shows.
fn asks(expression: &Expression) -> bool {
    match &expression.kind {
        ExpressionKind::Attribute(_)
        | ExpressionKind::Defined(_)
        | ExpressionKind::RoaCheck { .. }
        | ExpressionKind::AspaCheck { .. }
        | ExpressionKind::TextMatch { .. }
        | ExpressionKind::Call { .. } => true,
        ExpressionKind::Not(inner) | ExpressionKind::Format(inner) => asks(inner),
        ExpressionKind::Binary(_, sides) => sides.iter().any(asks),
        ExpressionKind::Method { receiver, .. } => asks(receiver),
        ExpressionKind::Edit { list, operand, .. } => asks(list) || asks(operand),
        _ => false,
    }
}
