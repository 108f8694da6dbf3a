//! The grammar: from tokens to a configuration and its policies.
//!
//! By recursive descent, with a limit on how deep anything may nest. A statement that cannot be
//! read is reported and skipped to its end, and reading goes on, so that one mistake hides no other.

mod channel;
mod check;
mod cursor;
mod expression;
mod flow;
mod item;
mod name;
mod policy;
mod primary;
mod protocol;
mod reserved;
mod route;
mod scope;
mod set;
mod setting;
mod settings;
mod statement;

use std::ops::Range;

use super::include::{self, Options, Read};
use super::problem::{Problem, ProblemKind};
use super::secret;
use super::token::{Token, Words};
use super::{Config, Files, Parsed};
use crate::filter::Program;
use crate::filter::program::Frame;
use crate::model::Name;
use crate::place::{Place, Sources};
use scope::Scopes;

/// Reads the configuration whose first file is `entry`.
pub fn parse(entry: &str, files: &dyn Files, options: &Options) -> Parsed {
    let Read {
        tokens,
        words,
        sources,
        problems,
        missing,
    } = include::read(entry, files, options);
    let unseen = problems
        .iter()
        .any(|problem| problem.kind == ProblemKind::NotVisible);
    let mut parser = Parser {
        tokens,
        words,
        sources,
        options,
        at: 0,
        depth: 0,
        problems,
        config: Config::default(),
        program: Program::default(),
        scopes: Scopes::default(),
        frame: Frame::default(),
        inert: Vec::new(),
        blocks: Vec::new(),
        unseen,
        abandoned: false,
    };
    parser.configuration();
    let text = secret::Text {
        tokens: &parser.tokens,
        words: &parser.words,
        sources: &parser.sources,
        blocks: &parser.blocks,
        missing: &missing,
    };
    let secrets = secret::find(&text, |name| options.vars.contains_key(name));
    parser.placeholders(missing);
    Parsed {
        config: parser.config,
        program: parser.program,
        sources: parser.sources,
        problems: parser.problems,
        secrets,
    }
}

/// How deep blocks and expressions may nest: far beyond what anybody writes, and within the stack
/// of a thread.
const MAX_DEPTH: u32 = 256;

/// How many operators of one level may follow each other without parentheses.
const MAX_CHAIN: u32 = 1_000;

/// How many problems of one router are kept.
const MAX_PROBLEMS: usize = 500;

/// The state of reading.
struct Parser<'a> {
    tokens: Vec<Token>,
    words: Words,
    sources: Sources,
    options: &'a Options,
    at: usize,
    depth: u32,
    problems: Vec<Problem>,
    config: Config,
    program: Program,
    scopes: Scopes,
    /// The variables of the function or filter that is being read.
    frame: Frame,
    /// Where statements without effect stand.
    inert: Vec<Place>,
    /// Protocols and templates: their tokens and their names.
    blocks: Vec<(Range<usize>, Name)>,
    /// Whether a file could not be read: what it would define is missing with good reason.
    unseen: bool,
    /// Whether reading stopped where it nests too deep.
    abandoned: bool,
}

/// What is being read makes no sense; a problem has been reported.
#[derive(Debug)]
struct Fail;

type Parse<T> = Result<T, Fail>;

impl Parser<'_> {
    /// Reports the placeholders without a value that are not in a statement without effect.
    fn placeholders(&mut self, missing: Vec<(Place, Name)>) {
        let mut inert: Vec<Place> = std::mem::take(&mut self.inert);
        inert.sort_by_key(|place| (place.file, place.start));
        for (place, name) in missing {
            let before = inert
                .partition_point(|known| (known.file, known.start) <= (place.file, place.start));
            let around = before.checked_sub(1).and_then(|last| inert.get(last));
            if around.is_some_and(|known| known.file == place.file && place.end <= known.end) {
                continue;
            }
            self.problems.push(Problem {
                message: format!("the placeholder `{name}` has no value"),
                kind: ProblemKind::Placeholder { name },
                place,
                help: Some("give it one in the source's `vars`".to_owned()),
            });
        }
    }
}
