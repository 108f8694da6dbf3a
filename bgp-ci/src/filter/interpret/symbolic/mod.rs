//! A policy on every route at once.
//!
//! An exploration runs a filter on sets of routes ([`State`]s) instead of one route: where a
//! condition is true of some of them and false of others, the set is divided; where the ways join
//! again, sets that the rest of the policy cannot tell apart are joined. So each end of the policy
//! has the routes that come to it, as networks × answers to questions about the received route ×
//! values of its numbers, and what the policy made of their attributes.
//!
//! Everything that is not followed (arithmetic on attributes, loops, texts of communities) is a
//! free choice: the sets then hold too much, never too little. What is found not to happen does
//! not happen; what is found to happen is proven by running a route of it.

mod attribute;
mod call;
mod concrete;
mod evaluate;
mod execute;
mod live;
mod loops;
mod matching;
mod merge;
mod operate;
mod state;
mod symbol;
mod terms;
mod world;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

pub use concrete::Example;
pub use live::Live;
pub use state::{State, Test};
pub use symbol::{ListKind, PathPart, Symbol, SymbolicList, SymbolicPath};
pub use world::{ABSENT, Atom, AtomId, Choice, ChoiceId, Ingress, Opaque, OpaqueId, World};

use super::compile::Code;
use super::{Machine, TermId};
use crate::filter::program::FilterId;
use crate::filter::types::Type;
use crate::model::Family;
use crate::place::Place;
use crate::symbolic::Space;

/// How many states a policy may be in at once.
pub const MAX_STATES: usize = 4096;

/// How many steps an exploration of one policy may take.
const MAX_WORK: usize = 400_000;

/// How many expressions, blocks and calls may be inside each other: each takes native stack.
const MAX_DEPTH: u32 = 150;

/// How a policy ends.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum End {
    /// The routes pass: by this `accept`, or by what the filter returns.
    Accept(Option<TermId>),
    /// They do not.
    Reject(Option<TermId>),
    /// The filter fails here, or ends without a decision: they do not pass.
    Failed(Place),
    /// Nobody knows how it goes on from here, and why.
    Unknown(Place, Arc<str>),
}

/// What a policy does with every route.
#[derive(Debug, Default)]
pub struct Explored {
    /// The states at each end.
    pub ends: BTreeMap<End, Vec<State>>,
    /// The terms that some route comes to.
    pub reached: BTreeSet<TermId>,
    /// Whether the budget was used up: nothing else is known then.
    pub over: bool,
}

impl Explored {
    /// The states that pass.
    pub fn accepted(&self) -> impl Iterator<Item = &State> {
        self.at(|end| matches!(end, End::Accept(_)))
    }

    /// The states that do not.
    pub fn rejected(&self) -> impl Iterator<Item = &State> {
        self.at(|end| matches!(end, End::Reject(_) | End::Failed(_)))
    }

    /// Where nobody knows how the policy goes on, with the states that come there.
    pub fn unknown(&self) -> impl Iterator<Item = (Place, &Arc<str>, &[State])> {
        self.ends.iter().filter_map(|(end, states)| match end {
            End::Unknown(place, reason) => Some((*place, reason, &**states)),
            _ => None,
        })
    }

    fn at(&self, wanted: impl Fn(&End) -> bool) -> impl Iterator<Item = &State> {
        self.ends
            .iter()
            .filter(move |(end, _)| wanted(end))
            .flat_map(|(_, states)| states)
    }
}

impl Machine<'_> {
    /// What `filter` does with the routes of `states`, all of one family; what is asked later, of those that pass,
    /// says `later`.
    pub fn explore(
        &self,
        filter: FilterId,
        states: Vec<State>,
        later: &Live,
        world: &mut World,
    ) -> Explored {
        let mut explorer = Explorer {
            code: &self.code,
            reads: live::Reads::new(self),
            world,
            frame: &[],
            base: 0,
            family: states
                .first()
                .map_or(Family::Ipv4, |state| state.space.family()),
            spaces: HashMap::new(),
            live: Live::default(),
            ends: BTreeMap::new(),
            reached: BTreeSet::new(),
            depth: 0,
            work: MAX_WORK,
            over: false,
        };
        explorer.filter(filter, states, later);
        Explored {
            ends: explorer.ends,
            reached: explorer.reached,
            over: explorer.over,
        }
    }

    /// The terms of a filter and of the functions that it calls.
    pub fn terms(&self, filter: FilterId) -> BTreeSet<TermId> {
        terms::of(self, filter)
    }

    /// What a filter asks of a route.
    pub fn reads(&self, filter: FilterId) -> Live {
        live::Reads::new(self).filter(filter)
    }
}

/// An exploration under way.
struct Explorer<'m, 'w> {
    code: &'m Code,
    reads: live::Reads<'m>,
    world: &'w mut World,
    /// The types of the variables of the function at hand.
    frame: &'m [Type],
    /// Where its variables begin.
    base: usize,
    /// The family of all states.
    family: Family,
    /// Sets of networks as spaces, by their addresses in the program.
    spaces: HashMap<usize, Space>,
    /// What is asked after the statement at hand, and by it.
    live: Live,
    ends: BTreeMap<End, Vec<State>>,
    reached: BTreeSet<TermId>,
    /// Calls and expressions inside each other.
    depth: u32,
    /// Steps that are left.
    work: usize,
    over: bool,
}
