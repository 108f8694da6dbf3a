//! A part's own command that looks at what `check` looks at, and says something else about it.

use clap::{Args, Subcommand};
use serde::de::DeserializeOwned;

use super::check::{self, Checker as _};
use super::{Failure, Input, Tool, merged, world};
use crate::args::{CheckArgs, LookArgs};
use crate::gate::{self, Terms};
use crate::progress::Progress;
use crate::tree::Tree;
use crate::{Io, Outcome, Report};

impl<S, X, C> Tool<S, X, C>
where
    S: DeserializeOwned,
    X: Args,
    C: Subcommand,
{
    /// Looks at what `args` name as `check` would: the same paths, policy and arguments, and the
    /// same judgement of what was found, but no baseline, no revision and no report written.
    ///
    /// `see` gives what the command wants to know besides what the checks found.
    ///
    /// # Errors
    /// What ends a `check` before any rule runs, and what `see` refuses.
    pub fn look<T>(
        &self,
        args: &LookArgs,
        own: &X,
        io: &mut Io<'_>,
        see: impl FnOnce(&Input<'_, S, X>) -> Result<(T, Outcome), Failure>,
    ) -> Result<(T, Report), Failure> {
        let manner = &args.manner;
        let check = CheckArgs {
            paths: args.paths.clone(),
            config: manner.config.clone(),
            now: manner.now,
            jobs: manner.jobs,
            color: manner.color,
            quiet: manner.quiet,
            ..merged::defaults(self.name)
        };
        let world = world::prepare(self.identity(), &check, io)?;
        let progress = match io.stderr_terminal {
            Some(_) if !manner.quiet => Progress::on_stderr(),
            _ => Progress::hidden(),
        };
        let tree = Tree::folder(&*world.scope.root);
        let prepared = world.prepared(&check, &progress, io);
        let seen = prepared.with(self, own, &tree, see);
        progress.finish();
        let (answer, outcome) = seen?;
        let terms = Terms {
            policy: &world.policy,
            policy_prefix: world.policy_prefix.clone(),
            ..check::terms(self, &check, &world.scope, io)
        };
        let judged = gate::judge(vec![(self.part, outcome)], None, &terms);
        Ok((answer, judged.report))
    }
}
