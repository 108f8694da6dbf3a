//! One run: the route at hand, variables, budgets, and what was asked.

use std::sync::Arc;

use super::compile::Code;
use super::term::TermId;
use super::{
    Context, Decision, Failure, Gap, Machine, Oracle, Outcome, Question, Subject, Verdict,
};
use crate::filter::attribute::Attribute;
use crate::filter::program::FilterId;
use crate::filter::route::Route;
use crate::filter::types::{Enumerated, Type};
use crate::filter::value::Value;
use crate::model::Prefix;
use crate::place::Place;

/// How many statements and expressions one run may evaluate.
const MAX_STEPS: u32 = 1_000_000;

/// How many a constant may evaluate: it is computed for every machine.
const MAX_CONSTANT_STEPS: u32 = 10_000;

/// How many expressions, blocks and calls may be inside each other: each takes native stack.
pub(super) const MAX_DEPTH: u32 = 400;

/// How many terms a trace holds: loops repeat theirs.
const MAX_TRACE: usize = 4096;

/// Why evaluation ends early.
pub(super) enum Stop {
    /// `accept` or `reject`.
    Verdict(Verdict),
    /// The filter fails.
    Failure(Failure),
    /// Something is not known.
    Gap(Gap),
}

/// What an operation answers where it has no value; the place is added where it is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fault {
    /// The filter fails.
    Failure(Arc<str>),
    /// Nobody knows.
    Gap(Arc<str>),
}

impl Fault {
    pub(super) fn failure(message: impl Into<Arc<str>>) -> Self {
        Self::Failure(message.into())
    }

    pub(super) fn gap(reason: impl Into<Arc<str>>) -> Self {
        Self::Gap(reason.into())
    }

    pub(super) fn at(self, place: Place) -> Stop {
        match self {
            Self::Failure(message) => Stop::Failure(Failure { place, message }),
            Self::Gap(reason) => Stop::Gap(Gap { place, reason }),
        }
    }
}

/// A run.
pub(super) struct Run<'a> {
    pub(super) code: &'a Code,
    pub(super) context: &'a Context<'a>,
    oracle: &'a mut dyn Oracle,
    /// The route, where there is one: a constant has none.
    pub(super) route: Option<Route>,
    /// The variables of every function under way; `None` is not set yet.
    pub(super) variables: Vec<Option<Value>>,
    /// Where those of the innermost begin.
    pub(super) base: usize,
    /// The types of those of the innermost.
    pub(super) frame: &'a [Type],
    depth: u32,
    steps: u32,
    trace: Vec<TermId>,
    /// Answers given, so that one question has one answer.
    answered: Vec<(Subject, u8)>,
    /// Attributes that this run made an empty list, which `defined` may take for absent.
    pub(super) emptied: Vec<Attribute>,
}

impl<'a> Run<'a> {
    pub(super) fn new(
        machine: &'a Machine<'_>,
        context: &'a Context<'a>,
        oracle: &'a mut dyn Oracle,
        route: Route,
    ) -> Self {
        Self {
            route: Some(route),
            steps: MAX_STEPS,
            ..Self::without_route(&machine.code, context, oracle)
        }
    }

    pub(super) fn without_route(
        code: &'a Code,
        context: &'a Context<'a>,
        oracle: &'a mut dyn Oracle,
    ) -> Self {
        Self {
            code,
            context,
            oracle,
            route: None,
            variables: Vec::new(),
            base: 0,
            frame: &[],
            depth: 0,
            steps: MAX_CONSTANT_STEPS,
            trace: Vec::new(),
            answered: Vec::new(),
            emptied: Vec::new(),
        }
    }

    /// Runs a filter; `block` is the statements on a static route, which cannot reject it: what
    /// they did until they ended or failed stays.
    pub(super) fn filter(mut self, filter: FilterId, block: bool) -> Outcome {
        let body = self.code.filter(filter);
        self.frame = &body.variables;
        self.variables.resize(body.variables.len(), None);
        let (verdict, failure) = match self.block(&body.steps) {
            Ok(flow) => match flow.returned() {
                // BIRD 2.0 takes a truth value for a verdict.
                Some((_, Value::Bool(true))) => (Verdict::Accept, None),
                Some((_, Value::Bool(false))) => (Verdict::Reject, None),
                Some((place, Value::Open)) => {
                    return Outcome::Unmodelled(Gap {
                        place,
                        reason: "a filter that returns something that is not known".into(),
                    });
                }
                Some((place, _)) => {
                    failed(place, "a filter returns something else than true or false")
                }
                None if block => (Verdict::Accept, None),
                None => failed(body.place, "the filter ends without accept or reject"),
            },
            Err(Stop::Verdict(verdict)) => (verdict, None),
            Err(Stop::Failure(failure)) => (Verdict::Reject, Some(failure)),
            Err(Stop::Gap(gap)) => return Outcome::Unmodelled(gap),
        };
        let route = self.route.expect("a filter runs on a route");
        Outcome::Decided(Box::new(Decision {
            verdict: if block { Verdict::Accept } else { verdict },
            route,
            failure,
            trace: self.trace,
        }))
    }

    /// The route at `place`.
    pub(super) fn route_at(&mut self, place: Place) -> Result<&mut Route, Stop> {
        self.route
            .as_mut()
            .ok_or_else(|| Fault::gap("an attribute in a constant").at(place))
    }

    /// Counts one step and one level; every `Ok` is followed by [`Run::leave`].
    pub(super) fn enter(&mut self, place: Place) -> Result<(), Stop> {
        self.steps = match self.steps.checked_sub(1) {
            Some(left) => left,
            None => return Err(Fault::gap("a policy that runs for too long").at(place)),
        };
        if self.depth >= MAX_DEPTH {
            return Err(Fault::gap("calls and expressions that nest too deeply").at(place));
        }
        self.depth += 1;
        Ok(())
    }

    pub(super) fn leave(&mut self) {
        self.depth -= 1;
    }

    pub(super) fn touch(&mut self, term: TermId) {
        if self.context.trace && self.trace.len() < MAX_TRACE {
            self.trace.push(term);
        }
    }

    /// Asks whether a condition over open values is true.
    pub(super) fn truth(&mut self, place: Place) -> Result<bool, Stop> {
        let question = Question {
            place,
            subject: Subject::Truth,
            answers: 2,
        };
        match self.oracle.answer(&question) {
            Some(answer) => Ok(answer != 0),
            None => Err(Fault::gap("a condition on something that only live data tells").at(place)),
        }
    }

    /// Asks which arm of a `case` an open value takes.
    pub(super) fn arm(&mut self, place: Place, arms: usize) -> Result<usize, Stop> {
        let answers = u8::try_from(arms).unwrap_or(u8::MAX);
        let known = usize::from(answers) == arms;
        let question = Question {
            place,
            subject: Subject::Arm,
            answers,
        };
        match self.oracle.answer(&question) {
            Some(answer) if known => Ok(answer.into()),
            _ => Err(Fault::gap("a case on something that only live data tells").at(place)),
        }
    }

    /// What `roa_check` answers; `of` is `None` where the path is open.
    pub(super) fn roa(
        &mut self,
        place: Place,
        table: &Arc<str>,
        of: Option<(Prefix, u32)>,
    ) -> Result<Value, Stop> {
        let context = self.context;
        let known = of.and_then(|(net, asn)| context.authorizations.roa(table, net, asn));
        if let Some(known) = known {
            return Ok(Value::Enum(known));
        }
        let subject = Subject::Roa {
            table: Arc::clone(table),
            of,
        };
        let answer = self.ask(
            place,
            subject,
            "`roa_check` on a table whose data is not known",
        )?;
        Ok(Value::Enum(Enumerated {
            value: answer,
            ..Enumerated::ROA_UNKNOWN
        }))
    }

    /// What `aspa_check` answers; `path` is `None` where it is open.
    pub(super) fn aspa(
        &mut self,
        place: Place,
        table: &Arc<str>,
        path: Option<Arc<crate::filter::value::AsPath>>,
        upstream: bool,
    ) -> Result<Value, Stop> {
        let context = self.context;
        let known = path
            .as_ref()
            .and_then(|path| context.authorizations.aspa(table, path, upstream));
        if let Some(known) = known {
            return Ok(Value::Enum(known));
        }
        let subject = Subject::Aspa {
            table: Arc::clone(table),
            upstream,
            path,
        };
        let answer = self.ask(
            place,
            subject,
            "`aspa_check` on a table whose data is not known",
        )?;
        Ok(Value::Enum(Enumerated {
            value: answer,
            ..Enumerated::ASPA_UNKNOWN
        }))
    }

    /// Asks a question of three answers, once.
    fn ask(&mut self, place: Place, subject: Subject, reason: &str) -> Result<u8, Stop> {
        if let Some((_, answer)) = self.answered.iter().find(|(asked, _)| *asked == subject) {
            return Ok(*answer);
        }
        let question = Question {
            place,
            subject,
            answers: 3,
        };
        match self.oracle.answer(&question) {
            Some(answer) => {
                self.answered.push((question.subject, answer));
                Ok(answer)
            }
            None => Err(Fault::gap(reason).at(place)),
        }
    }
}

fn failed(place: Place, message: &str) -> (Verdict, Option<Failure>) {
    let failure = Failure {
        place,
        message: message.into(),
    };
    (Verdict::Reject, Some(failure))
}
