//! One command over several parts.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use serde::de::DeserializeOwned;

use super::check::{Checker, Identity, Prepared};
use super::{Asked, Explained, Failure, Tool, command};
use crate::args::{NoArgs, NoCommands};
use crate::ids::Part;
use crate::tree::Tree;
use crate::{Exit, Io, Outcome, Rule};

/// A part as the merged command sees it.
pub trait Member: Sync {
    /// Which part.
    fn part(&self) -> Part;
    /// Its rules.
    fn rules(&self) -> &'static [&'static Rule];
    /// What it finds in `tree`, with its own arguments at their defaults.
    ///
    /// # Errors
    /// Its section of the policy is wrong, or an input is missing.
    fn outcome(&self, prepared: &Prepared<'_>, tree: &Tree) -> Result<Outcome, Failure>;
    /// The folder that must be looked at to explain a place in `file`, which is absolute; `None`
    /// where it has nothing to say about such a file.
    fn home(&self, file: &Path) -> Option<PathBuf>;
    /// What it says about a place, where [`home`](Self::home) gave the folder of `prepared`;
    /// `None` where it explains rules only.
    fn explain(
        &self,
        prepared: &Prepared<'_>,
        tree: &Tree,
        asked: &Asked,
    ) -> Option<Result<Explained, Failure>>;
}

impl<S, X, C> Member for Tool<S, X, C>
where
    S: DeserializeOwned,
    X: Args,
    C: Subcommand,
{
    fn part(&self) -> Part {
        self.part
    }

    fn rules(&self) -> &'static [&'static Rule] {
        self.rules
    }

    fn outcome(&self, prepared: &Prepared<'_>, tree: &Tree) -> Result<Outcome, Failure> {
        prepared.check(self, &defaults(self.name), tree)
    }

    fn home(&self, file: &Path) -> Option<PathBuf> {
        (self.explain.as_ref()?.home)(file)
    }

    fn explain(
        &self,
        prepared: &Prepared<'_>,
        tree: &Tree,
        asked: &Asked,
    ) -> Option<Result<Explained, Failure>> {
        prepared.explain(self, &defaults(self.name), tree, asked)
    }
}

/// Arguments of which none is given.
pub(super) fn defaults<X: Args>(name: &'static str) -> X {
    let line = X::augment_args(clap::Command::new(name).no_binary_name(true));
    line.try_get_matches_from(std::iter::empty::<OsString>())
        .and_then(|matches| X::from_arg_matches(&matches))
        .expect("a part's own arguments are optional, which a test asserts")
}

/// The command over several parts: it runs those that the policy configures, and without a policy
/// every one of them.
pub struct Merged {
    /// The command's name.
    pub name: &'static str,
    /// Its version.
    pub version: &'static str,
    /// One line: what it is for.
    pub about: &'static str,
    /// The parts, in the order in which they run.
    pub members: &'static [&'static dyn Member],
}

impl Merged {
    /// Runs the command line `args`, whose first element is the name it was called by.
    pub fn run(&self, args: impl IntoIterator<Item = OsString>, io: &mut Io<'_>) -> Exit {
        command::run::<NoArgs, NoCommands>(self, super::no_command, args, io)
    }

    /// The whole command line, for completions, the manual page and the documentation.
    pub fn command_line(&self) -> clap::Command {
        command::command_line::<NoArgs, NoCommands>(self.name, self.version, self.about)
    }
}

impl Checker<NoArgs> for Merged {
    fn identity(&self) -> Identity {
        Identity {
            name: self.name,
            version: self.version,
            about: self.about,
            merged: true,
            reads_stdin: false,
        }
    }

    fn rules(&self) -> Vec<&'static Rule> {
        self.members
            .iter()
            .flat_map(|member| member.rules().iter().copied())
            .collect()
    }

    fn members(&self) -> Vec<&dyn Member> {
        self.members.to_vec()
    }

    fn outcomes(
        &self,
        prepared: &Prepared<'_>,
        _: &NoArgs,
        tree: &Tree,
    ) -> Result<Vec<(Part, Outcome)>, Failure> {
        let policy = prepared.policy;
        self.members
            .iter()
            .filter(|member| !policy.configures_any() || policy.configures(member.part()))
            .map(|member| Ok((member.part(), member.outcome(prepared, tree)?)))
            .collect()
    }
}
