//! The driver that every command shares, so that a tool's `lib.rs` is its idea and its checks.
//!
//! A part declares one [`Tool`]: its name, its rules and a `check` function over its own section
//! of the policy and its own arguments. [`Tool::run`] does the rest: the command line, the
//! policy, the judgement, the reports and the exit status. [`Merged`] runs several parts and
//! judges them together.

mod about;
mod check;
mod command;
mod failure;
mod look;
mod merged;
mod place;
#[cfg(test)]
mod tests;
mod world;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::marker::PhantomData;
use std::num::NonZeroUsize;
use std::path::Path;

use clap::{Args, Subcommand};
use jiff::Timestamp;
use serde::de::DeserializeOwned;

use crate::args::{NoArgs, NoCommands};
use crate::ids::Part;
use crate::policy::{Policy, Section};
use crate::progress::Progress;
use crate::scope::Scope;
use crate::tree::Tree;
use crate::{Exit, Io, Outcome, Rule};

pub use check::Prepared;
pub use command::print;
pub use failure::complain;
pub use merged::{Member, Merged};
pub use place::{Asked, Explain, Explained, Said};

/// An error that ends a run before any rule ran, with exit status 2.
///
/// Every error that implements [`miette::Diagnostic`] converts into it by `?`.
pub type Failure = Box<dyn miette::Diagnostic + Send + Sync + 'static>;

/// A part's command.
///
/// `S` is the part's section of the policy, `X` its own arguments of `check`, `C` its commands
/// beside `check`, `explain`, `rules`, `completions` and `man`.
#[derive(Debug)]
pub struct Tool<S, X = NoArgs, C = NoCommands> {
    /// The command's name.
    pub name: &'static str,
    /// Its version.
    pub version: &'static str,
    /// One line: what it is for.
    pub about: &'static str,
    /// Which part it is.
    pub part: Part,
    /// Its rules, sorted by id.
    pub rules: &'static [&'static Rule],
    /// What its checks find.
    pub check: fn(&Input<'_, S, X>) -> Result<Outcome, Failure>,
    /// What it can say about a place in a file; `None` where it explains rules only.
    pub explain: Option<Explain<S, X>>,
    /// Runs one of its own commands.
    pub command: fn(C, &mut Io<'_>) -> Exit,
    /// Whether `-` among the paths, standard input, means something to it.
    pub reads_stdin: bool,
    /// The types.
    pub marker: PhantomData<fn(S, X)>,
}

/// What a part's `check` is given.
#[derive(Debug)]
pub struct Input<'a, S, X = NoArgs> {
    /// What was asked for; report paths are relative to `scope.root`.
    pub scope: &'a Scope,
    /// The files: on disk, or in the revision of `--new-since`. A part that walks the disk itself
    /// does so only where [`Tree::root`] says that there is one.
    pub tree: &'a Tree,
    /// The policy, or [`Policy::none`].
    pub policy: &'a Policy,
    /// The part's section; `None` where the policy has none.
    pub section: Option<&'a Section<S>>,
    /// What makes a report path relative to the policy's folder when it is put before it: empty,
    /// or a path that ends in `/`. For the globs of the section.
    pub policy_prefix: &'a str,
    /// The policy's folder, absolute; `None` without a policy.
    pub policy_folder: Option<&'a Path>,
    /// Whether the policy lies outside the root, so that the change that is judged did not write
    /// it.
    pub policy_outside: bool,
    /// The part's own arguments.
    pub args: &'a X,
    /// The time to judge at.
    pub now: Timestamp,
    /// How many threads to use.
    pub jobs: NonZeroUsize,
    /// Where to say how far it is.
    pub progress: &'a Progress,
    /// Standard input, where `-` was given; at most 64 MiB.
    pub stdin: Option<&'a [u8]>,
    /// The environment.
    pub env: &'a BTreeMap<String, String>,
}

impl<S, X, C> Tool<S, X, C>
where
    S: DeserializeOwned,
    X: Args,
    C: Subcommand,
{
    /// Runs the command line `args`, whose first element is the name it was called by.
    ///
    /// Never exits the process and never panics on bad usage: the status is the answer.
    pub fn run(&self, args: impl IntoIterator<Item = OsString>, io: &mut Io<'_>) -> Exit {
        command::run::<X, C>(self, self.command, args, io)
    }

    /// The whole command line, for completions, the manual page and the documentation.
    pub fn command_line(&self) -> clap::Command {
        command::command_line::<X, C>(self.name, self.version, self.about)
    }
}

/// For [`Tool::command`] of a tool that has no commands of its own.
#[expect(
    clippy::needless_pass_by_value,
    reason = "it has the shape of `Tool::command`"
)]
pub fn no_command(command: NoCommands, _: &mut Io<'_>) -> Exit {
    match command {}
}
