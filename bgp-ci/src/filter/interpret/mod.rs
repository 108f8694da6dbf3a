//! The interpreter of filters.
//!
//! A [`Machine`] is made once from a program: constants are computed and sets are built. Then it
//! runs any filter on any route. It answers what the daemon does, with the terms that had a part
//! in it, or says at which place it does not know: never a guess.
//!
//! Where the versions of BIRD differ:
//!
//! | construct | BIRD 2.0.12 | here |
//! |---|---|---|
//! | `int x;` without a value | the filter fails, the route is rejected | a variable that is read before it is set is not modelled (the manual promises a default value) |
//! | `50 ~ [1..100, 5..6]`, ranges that overlap | members are lost in the search tree | where the tree loses a member: not modelled |
//! | arms of a `case` that overlap | whichever the same tree finds | where that is not the first: not modelled |
//! | `"ab" < "abc"` | depends on the C library | not modelled |
//! | `~ "a**b"`, `~ "a*?b"` | the second sign is taken as it stands | not modelled |
//! | `192.0.2.1.mask(33)` | depends on the processor | not modelled |
//! | `[= path_variable =]` | the filter fails | not modelled |
//! | `bgp_path ~ bgp_path`, `add(clist, set)` and other mismatches | the filter fails, the route is rejected | the same |
//! | `return true` in a filter | accepts | the same; the manual of later versions forbids it |

mod compile;
mod evaluate;
mod execute;
mod list;
mod operate;
mod outcomes;
mod state;
pub mod symbolic;
mod term;

use std::fmt;
use std::sync::Arc;

pub use outcomes::MAX_OUTCOMES;
pub use term::{Term, TermId, TermKind};

use super::program::{FilterId, FilterKind, Program};
use super::route::Route;
use super::types::Enumerated;
use super::value::set::Membership;
use super::value::{AsPath, Value};
use crate::model::Prefix;
use crate::place::Place;

use compile::Code;
use state::Run;

/// What filters ask of the world outside the route.
pub trait Authorizations {
    /// What `roa_check` on the table answers (`ROA_…`); `None` where the table's data is not
    /// known.
    fn roa(&self, table: &str, net: Prefix, origin: u32) -> Option<Enumerated>;

    /// What `aspa_check` on the table answers (`ASPA_…`); `None` where the table's data is not
    /// known.
    fn aspa(&self, table: &str, path: &AsPath, upstream: bool) -> Option<Enumerated>;
}

/// No table has data.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoData;

impl Authorizations for NoData {
    fn roa(&self, _: &str, _: Prefix, _: u32) -> Option<Enumerated> {
        None
    }

    fn aspa(&self, _: &str, _: &AsPath, _: bool) -> Option<Enumerated> {
        None
    }
}

/// What a filter runs against.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// The tables of ROAs and ASPAs.
    pub authorizations: &'a dyn Authorizations,
    /// Whether a decision carries the terms that made it.
    pub trace: bool,
}

impl Default for Context<'_> {
    fn default() -> Self {
        Self {
            authorizations: &NoData,
            trace: true,
        }
    }
}

/// What becomes of a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Verdict {
    /// It passes, as changed.
    Accept,
    /// It does not.
    Reject,
}

/// The answer to one run.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// The daemon does this.
    Decided(Box<Decision>),
    /// Something on the way was not understood.
    Unmodelled(Gap),
}

/// What the daemon does with a route.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    /// Whether it passes.
    pub verdict: Verdict,
    /// The route as the filter leaves it; of a rejected one, as it was when that was decided.
    pub route: Route,
    /// Why the daemon logs an error: the filter failed or ended without a decision.
    pub failure: Option<Failure>,
    /// The terms that had a part in it, in order; empty where no trace was asked for.
    pub trace: Vec<TermId>,
}

/// A mistake that the daemon finds while the filter runs; it rejects the route.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// Where.
    pub place: Place,
    /// What, for a person.
    pub message: Arc<str>,
}

/// Something that the interpreter does not know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gap {
    /// Where.
    pub place: Place,
    /// What, for a person.
    pub reason: Arc<str>,
}

impl Outcome {
    /// The decision, if there is one.
    pub fn decision(&self) -> Option<&Decision> {
        match self {
            Self::Decided(decision) => Some(decision),
            Self::Unmodelled(_) => None,
        }
    }

    /// True where the route certainly passes.
    pub fn is_accepted(&self) -> bool {
        self.decision()
            .is_some_and(|decision| decision.verdict == Verdict::Accept)
    }
}

/// A program, ready to run.
pub struct Machine<'p> {
    program: &'p Program,
    code: Code,
}

impl fmt::Debug for Machine<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Machine").finish_non_exhaustive()
    }
}

impl<'p> Machine<'p> {
    /// Computes the constants and builds the sets of `program`.
    pub fn new(program: &'p Program) -> Self {
        Self {
            program,
            code: Code::of(program),
        }
    }

    /// The program.
    pub fn program(&self) -> &'p Program {
        self.program
    }

    /// Expressions without any variable part that fail: BIRD computes those when it reads the
    /// configuration, and refuses to load it.
    pub fn refusals(&self) -> &[Failure] {
        &self.code.refusals
    }

    /// The term that a trace names.
    pub fn term(&self, id: TermId) -> Term {
        self.code.terms.term(id)
    }

    /// The value of a constant; `Err` where it is not known.
    pub fn constant(&self, id: super::program::ConstantId) -> Result<&Value, &Gap> {
        match self.code.constant(id) {
            Ok(value) => Ok(value),
            Err(gap) => Err(gap),
        }
    }

    /// Runs a filter on a route. A question that nobody can answer makes the outcome unmodelled;
    /// [`Machine::outcomes`] tries the answers.
    pub fn run(&self, filter: FilterId, route: &Route, context: &Context<'_>) -> Outcome {
        self.run_with(filter, route, context, &mut Silent)
    }

    /// Runs a filter on a route, with an oracle for what the context does not know.
    pub fn run_with(
        &self,
        filter: FilterId,
        route: &Route,
        context: &Context<'_>,
        oracle: &mut dyn Oracle,
    ) -> Outcome {
        let kind = &self.program.filter(filter).kind;
        Run::new(self, context, oracle, route.clone()).filter(filter, *kind == FilterKind::Route)
    }
}

/// A question that a filter asks and the context cannot answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// Where it is asked.
    pub place: Place,
    /// What is asked.
    pub subject: Subject,
    /// How many answers there are.
    pub answers: u8,
}

/// What a question is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// `roa_check`: the answers are the values of `ROA_…`.
    Roa {
        /// The table.
        table: Arc<str>,
        /// The network and the origin; `None` where the path is open.
        of: Option<(Prefix, u32)>,
    },
    /// `aspa_check`: the answers are the values of `ASPA_…`.
    Aspa {
        /// The table.
        table: Arc<str>,
        /// Which procedure.
        upstream: bool,
        /// The path; `None` where it is open.
        path: Option<Arc<AsPath>>,
    },
    /// A condition over open values: 1 is true.
    Truth,
    /// A `case` over an open value: the arm's number, then `else`.
    Arm,
}

/// Answers questions.
pub trait Oracle {
    /// An answer below [`Question::answers`]; `None` makes the outcome unmodelled.
    fn answer(&mut self, question: &Question) -> Option<u8>;
}

/// Knows nothing.
struct Silent;

impl Oracle for Silent {
    fn answer(&mut self, _: &Question) -> Option<u8> {
        None
    }
}
