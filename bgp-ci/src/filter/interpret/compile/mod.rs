//! A program made ready: constants are values, sets are built, terms have numbers.

mod expression;
mod node;
mod sets;
mod statement;

pub(super) use node::{Case, Direction, MaskNode, Node, NodeKind, Step};

use super::state::{Run, Stop};
use super::term::Terms;
use super::{Context, Failure, Gap, Silent};
use crate::filter::ir::Expression;
use crate::filter::program::{ConstantId, FilterId, FunctionId, Program};
use crate::filter::types::Type;
use crate::filter::value::Value;
use crate::place::Place;

/// How deeply expressions and statements may nest in each other.
const MAX_NESTING: usize = 200;

/// Everything of a program that runs.
#[derive(Default)]
pub(super) struct Code {
    functions: Vec<Body>,
    filters: Vec<Body>,
    constants: Vec<Result<Value, Gap>>,
    pub(super) terms: Terms,
    pub(super) refusals: Vec<Failure>,
}

/// A function or a filter.
pub(super) struct Body {
    /// The types of its variables, the parameters first.
    pub(super) variables: Vec<Type>,
    /// What it does.
    pub(super) steps: Vec<Step>,
    /// Where it stands.
    pub(super) place: Place,
}

impl Code {
    /// Makes a program ready.
    pub(super) fn of(program: &Program) -> Self {
        let mut builder = Builder {
            program,
            code: Self::default(),
            depth: 0,
            wanted: 0,
        };
        for constant in &program.constants {
            let value = builder.constant(&constant.value);
            builder.code.constants.push(value);
        }
        builder.functions(program.functions.len());
        for filter in &program.filters {
            let body = builder.body(&filter.frame.variables, &filter.body, filter.place);
            builder.code.filters.push(body);
        }
        builder.code
    }

    /// A function; `None` where it is not made yet, which only a constant can ask for.
    pub(super) fn function(&self, id: FunctionId) -> Option<&Body> {
        self.functions.get(usize::try_from(id.0).ok()?)
    }

    /// A filter.
    pub(super) fn filter(&self, id: FilterId) -> &Body {
        usize::try_from(id.0)
            .ok()
            .and_then(|at| self.filters.get(at))
            .expect("every filter of the program has been made")
    }

    /// The value of a constant.
    pub(super) fn constant(&self, id: ConstantId) -> &Result<Value, Gap> {
        usize::try_from(id.0)
            .ok()
            .and_then(|at| self.constants.get(at))
            .expect("every constant of the program has been computed")
    }
}

/// Makes programs ready. The lists of its code grow in the order of the program, and one entry
/// refers to earlier ones only.
struct Builder<'p> {
    program: &'p Program,
    code: Code,
    depth: usize,
    /// How many functions the expression at hand needs.
    wanted: usize,
}

impl Builder<'_> {
    /// The value of a constant's expression.
    fn constant(&mut self, expression: &Expression) -> Result<Value, Gap> {
        self.wanted = 0;
        let node = self.expression(expression);
        self.functions(self.wanted);
        self.value(&node)
    }

    /// Makes the first `count` functions, which a constant after them may call.
    fn functions(&mut self, count: usize) {
        let program = self.program;
        while self.code.functions.len() < count {
            let Some(function) = program.functions.get(self.code.functions.len()) else {
                return;
            };
            let body = self.body(&function.frame.variables, &function.body, function.place);
            self.code.functions.push(body);
        }
    }

    fn body(
        &mut self,
        variables: &[crate::filter::program::Variable],
        block: &[crate::filter::Statement],
        place: Place,
    ) -> Body {
        Body {
            variables: variables
                .iter()
                .map(|variable| variable.value_type)
                .collect(),
            steps: self.block(block),
            place,
        }
    }

    /// The value of an expression without any variable part, as BIRD computes it when it reads
    /// the configuration.
    fn value(&mut self, node: &Node) -> Result<Value, Gap> {
        if let NodeKind::Value(value) = &node.kind {
            return Ok(value.clone());
        }
        let context = Context {
            trace: false,
            ..Context::default()
        };
        let found = Run::without_route(&self.code, &context, &mut Silent).value(node);
        found.map_err(|stop| match stop {
            Stop::Gap(gap) => gap,
            Stop::Failure(failure) => {
                let gap = Gap {
                    place: failure.place,
                    reason: format!("a constant that fails: {}", failure.message).into(),
                };
                self.code.refusals.push(failure);
                gap
            }
            Stop::Verdict(..) => Gap {
                place: node.place,
                reason: "a constant that decides about a route".into(),
            },
        })
    }
}
