//! In which order locks are taken: a graph of lock classes, and its cycles.
//!
//! An edge says that somewhere a lock of one class is held while one of another is waited for. A
//! cycle of edges is a deadlock if each edge can happen in a thread of its own at the same time,
//! and if each thread really has to wait for the next one. What makes that impossible is asked
//! here, and not by the rule that reports: a lock that two of the edges are both under, readers
//! that do not wait for each other, code that is never in one program.

pub mod class;
mod context;
mod cycle;
mod drawing;
mod edge;
mod ground;
mod path;
mod roots;
mod taken;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use crate::grounds::Grounds;

use crate::index::{CrateId, Extern, Program};
use crate::locks::Mode;

use super::Settled;
use crate::hir::contradict;
use class::{ClassId, Classes};
use context::Contexts;
use cycle::Graph;
use edge::{Edges, Locked};
use ground::Ground;
use taken::Takings;

pub use drawing::{Arrow, Drawing, Form, Node};
pub use edge::Witness;

/// Choices of witnesses that are tried for one cycle.
const CHOICES: usize = 4_096;

/// One step of a cycle: the first class is held, the second is taken.
#[derive(Debug, Clone)]
pub struct Step {
    /// What is held.
    pub from: ClassId,
    /// What is taken.
    pub to: ClassId,
    /// Where.
    pub witness: Witness,
}

/// Locks that are taken in a circle.
#[derive(Debug, Clone)]
pub struct Cycle {
    /// The steps, the first in source order in front.
    pub steps: Vec<Step>,
    /// How sure it is.
    pub grounds: Grounds,
}

/// The order of all locks of a program.
#[derive(Debug)]
pub struct Order {
    /// The classes.
    pub classes: Classes,
    /// Every edge with its witnesses.
    edges: Edges,
    /// Cycles in source order.
    pub cycles: Vec<Cycle>,
}

impl Order {
    /// Finds the order and its cycles.
    pub fn of(program: &Program<'_>, settled: &Settled) -> Self {
        let mut classes = Classes::default();
        let ground = Ground::of(program, settled);
        let takings = Takings::of(&ground, &mut classes);
        if classes.len() < 2 {
            return Self {
                classes,
                edges: Edges::new(),
                cycles: Vec::new(),
            };
        }
        let contexts = Contexts::find(&ground, &mut classes);
        let edges = edge::edges(&ground, &takings, &contexts, &mut classes);
        let cycles = cycles(program, &classes, &edges);
        Self {
            classes,
            edges,
            cycles,
        }
    }
}

/// The cycles of the graph that can stop a program.
fn cycles(program: &Program<'_>, classes: &Classes, edges: &Edges) -> Vec<Cycle> {
    let number = |id: ClassId| usize::try_from(id.0).unwrap_or(usize::MAX);
    let class = |node: usize| ClassId(u32::try_from(node).unwrap_or(u32::MAX));
    // Source order of the best witness, so that the result does not depend on numbers of classes.
    let mut list: Vec<_> = edges
        .iter()
        .filter_map(|(&(from, to), witnesses)| {
            let first = witnesses.first()?.chain.first()?;
            let place = (program.file(first.file).path.clone(), first.range);
            Some((place, (number(from), number(to))))
        })
        .collect();
    list.sort();
    let list: Vec<(usize, usize)> = list.into_iter().map(|(_, edge)| edge).collect();
    let graph = Graph::new(classes.len(), list.iter().copied());
    let together = Together::of(program);
    let mut chosen = Vec::new();
    cycle::cycles(&graph, &list, |nodes| {
        let steps: Option<Vec<_>> = (0..nodes.len())
            .map(|at| {
                let from = class(*nodes.get(at)?);
                let to = class(*nodes.get(at + 1).or(nodes.first())?);
                Some((from, to, edges.get(&(from, to))?.as_slice()))
            })
            .collect();
        let found = steps.and_then(|steps| choose(&steps, &together));
        let possible = found.is_some();
        chosen.extend(found);
        possible
    });
    let mut cycles: Vec<Cycle> = chosen
        .into_iter()
        .map(|steps| in_source_order(program, steps))
        .collect();
    cycles.sort_by_cached_key(|cycle| cycle.steps.first().map(|step| place(program, step)));
    cycles
}

fn place(program: &Program<'_>, step: &Step) -> Option<impl Ord + use<>> {
    let first = step.witness.chain.first()?;
    Some((program.file(first.file).path.clone(), first.range))
}

fn in_source_order(program: &Program<'_>, mut steps: Vec<Step>) -> Cycle {
    let first = (0..steps.len()).min_by_key(|&at| steps.get(at).map(|step| place(program, step)));
    steps.rotate_left(first.unwrap_or(0));
    let sure = steps.iter().map(|step| step.witness.grounds).min();
    let sure = sure.unwrap_or(Grounds::SameClass);
    // That two objects of a class are the same one is known of statics only.
    let grounds = if steps.iter().all(|step| step.witness.fixed) {
        sure
    } else {
        sure.min(Grounds::SameClass)
    };
    Cycle { steps, grounds }
}

/// One witness for each edge, such that all can happen at once and each waits for the next.
fn choose(steps: &[(ClassId, ClassId, &[Witness])], together: &Together) -> Option<Vec<Step>> {
    let mut budget = CHOICES;
    let mut picked: Vec<usize> = vec![0];
    while let Some(&pick) = picked.last() {
        budget = budget.checked_sub(1)?;
        let at = picked.len() - 1;
        let Some(witness) = steps.get(at).and_then(|(_, _, list)| list.get(pick)) else {
            picked.pop();
            if let Some(last) = picked.last_mut() {
                *last += 1;
            }
            continue;
        };
        let earlier: Vec<&Witness> = steps
            .iter()
            .zip(picked.iter().take(at))
            .filter_map(|((_, _, list), &pick)| list.get(pick))
            .collect();
        let mut all = earlier.clone();
        all.push(witness);
        let fits = earlier.iter().all(|other| coexist(other, witness))
            && earlier.last().is_none_or(|before| waits(before, witness))
            && together.linked(&all)
            && (at + 1 < steps.len()
                || all
                    .first()
                    .is_none_or(|first| at == 0 || waits(witness, first)));
        if !fits {
            if let Some(last) = picked.last_mut() {
                *last += 1;
            }
            continue;
        }
        if at + 1 == steps.len() {
            let chosen = steps.iter().zip(all);
            return Some(
                chosen
                    .map(|(&(from, to, _), witness)| Step {
                        from,
                        to,
                        witness: witness.clone(),
                    })
                    .collect(),
            );
        }
        picked.push(0);
    }
    None
}

/// Whether two threads can stand at the two places at the same time.
fn coexist(a: &Witness, b: &Witness) -> bool {
    let gate = |x: &Locked, y: &Locked| x.0 == y.0 && (x.1 || y.1);
    let gated = a.locked.iter().any(|x| b.locked.iter().any(|y| gate(x, y)));
    !gated && a.test == b.test && !contradict(&a.cfg, &b.cfg)
}

/// Whether the thread at `a` waits for what the thread at `b` holds.
fn waits(a: &Witness, b: &Witness) -> bool {
    match (b.held, a.taken) {
        (Mode::Exclusive, _) | (_, Mode::Exclusive) => true,
        (Mode::Upgradable, Mode::Upgradable) => true,
        // Readers wait for readers only behind a writer, which is a third party.
        _ => false,
    }
}

/// Which crates can be parts of one program.
struct Together {
    /// By crate: the crates that it is part of, itself included.
    users: BTreeMap<CrateId, BTreeSet<CrateId>>,
}

impl Together {
    fn of(program: &Program<'_>) -> Self {
        let mut users: BTreeMap<CrateId, BTreeSet<CrateId>> = BTreeMap::new();
        for at in 0..program.crates.len() {
            let user = CrateId::of(at);
            let mut stack = vec![user];
            while let Some(used) = stack.pop() {
                if !users.entry(used).or_default().insert(user) {
                    continue;
                }
                let externs = program.crates.get(used.at()).map(|krate| &krate.externs);
                let ids = externs.into_iter().flat_map(|externs| externs.values());
                stack.extend(ids.filter_map(|found| match found {
                    Extern::Crate(id) => Some(*id),
                    Extern::External(_) => None,
                }));
            }
        }
        Self { users }
    }

    fn linked(&self, witnesses: &[&Witness]) -> bool {
        let mut crates = witnesses
            .iter()
            .flat_map(|witness| &witness.crates)
            .collect::<BTreeSet<_>>()
            .into_iter();
        let Some(first) = crates.next().and_then(|krate| self.users.get(krate)) else {
            return false;
        };
        let mut common = first.clone();
        for krate in crates {
            let Some(users) = self.users.get(krate) else {
                return false;
            };
            common.retain(|user| users.contains(user));
        }
        !common.is_empty()
    }
}
