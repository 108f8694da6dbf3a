//! The configuration language of BIRD 2 and 3.

pub mod ast;
pub mod configure;
mod files;
mod include;
mod lexer;
mod parse;
pub(crate) mod placeholder;
pub mod problem;
mod secret;
pub mod setting;
#[cfg(test)]
pub(crate) mod tests;
mod token;

pub use ast::Config;
pub use files::{Files, Unread};
pub use include::Options;
pub use parse::parse;
pub use problem::{Problem, ProblemKind};
pub use setting::{Setting, SettingName, SettingValue};

use crate::filter::Program;
use crate::place::Sources;
use crate::router::Secret;

/// One router's configuration, read.
#[derive(Debug, Default)]
pub struct Parsed {
    /// What is configured, in order.
    pub config: Config,
    /// The policies.
    pub program: Program,
    /// The files that it came from; the entry is the first.
    pub sources: Sources,
    /// What is wrong with it, in the order in which it was found.
    pub problems: Vec<Problem>,
    /// Where passwords and keys stand in clear text.
    pub secrets: Vec<Secret>,
}
