//! One run of `check`, from the arguments to the exit status.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::path::Path;
use std::time::Instant;

use clap::{Args, Subcommand};
use jiff::Timestamp;
use serde::de::DeserializeOwned;

use super::command::print;
use super::{Asked, Explained, Failure, Input, Member, Tool, failure, world};
use crate::args::{CheckArgs, FailOn};
use crate::gate::{self, Terms};
use crate::ids::Part;
use crate::policy::{self, Policy};
use crate::progress::Progress;
use crate::scope::{self, Scope};
use crate::tree::Tree;
use crate::{Exit, Io, Level, Outcome, Report, Rule, Verdict, report};

/// What can be checked with: one part, or several.
pub(super) trait Checker<X> {
    fn identity(&self) -> Identity;
    fn rules(&self) -> Vec<&'static Rule>;
    fn members(&self) -> Vec<&dyn Member>;
    fn outcomes(
        &self,
        prepared: &Prepared<'_>,
        args: &X,
        tree: &Tree,
    ) -> Result<Vec<(Part, Outcome)>, Failure>;
}

/// Who runs.
#[derive(Debug, Clone, Copy)]
pub(super) struct Identity {
    pub(super) name: &'static str,
    pub(super) version: &'static str,
    pub(super) about: &'static str,
    pub(super) merged: bool,
    pub(super) reads_stdin: bool,
}

/// A run whose paths and policy are known.
#[derive(Debug)]
pub struct Prepared<'a> {
    pub(super) scope: &'a Scope,
    pub(super) policy: &'a Policy,
    pub(super) policy_prefix: &'a str,
    pub(super) policy_folder: Option<&'a Path>,
    pub(super) policy_outside: bool,
    pub(super) now: Timestamp,
    pub(super) jobs: NonZeroUsize,
    pub(super) progress: &'a Progress,
    pub(super) stdin: Option<&'a [u8]>,
    pub(super) env: &'a BTreeMap<String, String>,
}

impl Prepared<'_> {
    /// What `tool` finds in `tree`.
    pub(super) fn check<S: DeserializeOwned, X, C>(
        &self,
        tool: &Tool<S, X, C>,
        args: &X,
        tree: &Tree,
    ) -> Result<Outcome, Failure> {
        self.with(tool, args, tree, |input| (tool.check)(input))
    }

    /// What `tool` says about a place; `None` where it explains rules only.
    pub(super) fn explain<S: DeserializeOwned, X, C>(
        &self,
        tool: &Tool<S, X, C>,
        args: &X,
        tree: &Tree,
        asked: &Asked,
    ) -> Option<Result<Explained, Failure>> {
        let explain = tool.explain.as_ref()?.explain;
        Some(self.with(tool, args, tree, |input| explain(input, asked)))
    }

    /// What `run` makes of all that `tool` is given.
    pub(super) fn with<S: DeserializeOwned, X, C, T>(
        &self,
        tool: &Tool<S, X, C>,
        args: &X,
        tree: &Tree,
        run: impl FnOnce(&Input<'_, S, X>) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let section = self.policy.section::<S>(tool.part)?;
        run(&Input {
            scope: self.scope,
            tree,
            policy: self.policy,
            section: section.as_ref(),
            policy_prefix: self.policy_prefix,
            policy_folder: self.policy_folder,
            policy_outside: self.policy_outside,
            args,
            now: self.now,
            jobs: self.jobs,
            progress: self.progress,
            stdin: self.stdin,
            env: self.env,
        })
    }
}

impl<S, X, C> Checker<X> for Tool<S, X, C>
where
    S: DeserializeOwned,
    X: Args,
    C: Subcommand,
{
    fn identity(&self) -> Identity {
        Identity {
            name: self.name,
            version: self.version,
            about: self.about,
            merged: false,
            reads_stdin: self.reads_stdin,
        }
    }

    fn rules(&self) -> Vec<&'static Rule> {
        self.rules.to_vec()
    }

    fn members(&self) -> Vec<&dyn Member> {
        vec![self]
    }

    fn outcomes(
        &self,
        prepared: &Prepared<'_>,
        args: &X,
        tree: &Tree,
    ) -> Result<Vec<(Part, Outcome)>, Failure> {
        Ok(vec![(self.part, prepared.check(self, args, tree)?)])
    }
}

/// Runs `check`.
pub(super) fn run<X>(checker: &dyn Checker<X>, args: &CheckArgs, own: &X, io: &mut Io<'_>) -> Exit {
    let started = Instant::now();
    let identity = checker.identity();
    if let Err(error) = report::check(&args.format) {
        failure::complain(&error, args.color, io);
        return Exit::Undecided;
    }
    let world = match world::prepare(identity, args, io) {
        Ok(world) => world,
        Err(failure) => return fail(checker, args, None, &failure, io),
    };
    let progress = match io.stderr_terminal {
        Some(_) if !args.quiet => Progress::on_stderr(),
        _ => Progress::hidden(),
    };
    let prepared = world.prepared(args, &progress, io);
    let found = outcomes(checker, &prepared, args, own);
    progress.finish();
    let (mut outcomes, before) = match found {
        Ok(found) => found,
        Err(failure) => return fail(checker, args, Some(&world.scope), &failure, io),
    };
    let aside: Vec<String> = outcomes
        .iter_mut()
        .flat_map(|(_, outcome)| std::mem::take(&mut outcome.aside))
        .collect();
    let elapsed = match args.now {
        Some(_) => 0,
        None => u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
    };
    let terms = Terms {
        policy: &world.policy,
        policy_prefix: world.policy_prefix.clone(),
        baseline: world
            .baseline
            .as_ref()
            .map(|(path, baseline)| (path.as_str(), baseline)),
        elapsed_ms: elapsed,
        ..terms(checker, args, &world.scope, io)
    };
    let answers = outcomes
        .iter_mut()
        .filter_map(|(_, outcome)| outcome.answer.take());
    let answer: Option<String> = answers.reduce(|all, next| all + &next);
    let judgement = gate::judge(outcomes, before, &terms);
    let mut exit = match answer {
        None => conclude(&judgement.report, args, &world.scope, io),
        Some(answer) => {
            let exit = conclude_aside(&judgement.report, args, &world.scope, io);
            match print(&answer, io) {
                Exit::Clean => exit,
                _ => worse(exit),
            }
        }
    };
    report::aside(&aside, io);
    if let Some(path) = &args.write_baseline {
        let written = std::fs::write(io.cwd.join(path), judgement.baseline.to_json());
        let shown = path.to_string_lossy();
        let shown = crate::escape::word(&shown);
        match written {
            Ok(()) if args.quiet => {}
            Ok(()) => {
                let count = judgement.baseline.entries.len();
                drop(writeln!(io.stderr, "wrote {count} findings to `{shown}`"));
            }
            Err(error) => {
                let kind = error.kind();
                drop(writeln!(
                    io.stderr,
                    "error: cannot write the baseline `{shown}`: {kind}"
                ));
                exit = worse(exit);
            }
        }
    }
    exit
}

type Outcomes = Vec<(Part, Outcome)>;

/// What the checks find now and, where asked, in the revision.
fn outcomes<X>(
    checker: &dyn Checker<X>,
    prepared: &Prepared<'_>,
    args: &CheckArgs,
    own: &X,
) -> Result<(Outcomes, Option<Outcomes>), Failure> {
    let before = match &args.new_since {
        None => None,
        Some(rev) => {
            let tree = Tree::revision(&prepared.scope.root, rev)?;
            Some(checker.outcomes(prepared, own, &tree)?)
        }
    };
    let now = checker.outcomes(prepared, own, &Tree::folder(&*prepared.scope.root))?;
    Ok((now, before))
}

/// The terms without policy and baseline.
pub(super) fn terms<'a, X>(
    checker: &dyn Checker<X>,
    args: &CheckArgs,
    scope: &'a Scope,
    io: &Io<'_>,
) -> Terms<'a> {
    let identity = checker.identity();
    Terms {
        tool: identity.name,
        version: identity.version,
        rules: checker.rules(),
        policy: &policy::NONE,
        policy_prefix: String::new(),
        now: args.now.unwrap_or(io.now),
        fail_on: match args.fail_on {
            FailOn::Warn => Level::Warn,
            FailOn::Deny => Level::Deny,
        },
        scope,
        baseline: None,
        merged: identity.merged,
        elapsed_ms: 0,
    }
}

/// Writes the reports to standard error where they would go to standard output, which has
/// something else to say.
fn conclude_aside(written: &Report, args: &CheckArgs, scope: &Scope, io: &mut Io<'_>) -> Exit {
    let mut text = Vec::new();
    let exit = conclude(
        written,
        args,
        scope,
        &mut Io {
            stdin: &mut *io.stdin,
            stdout: &mut text,
            stderr: &mut *io.stderr,
            cwd: io.cwd.clone(),
            now: io.now,
            env: io.env.clone(),
            stdout_terminal: io.stderr_terminal,
            stderr_terminal: io.stderr_terminal,
        },
    );
    // A closed standard error leaves nobody to tell, and the status says it.
    drop(io.stderr.write_all(&text));
    exit
}

/// Writes the reports; the exit status is the verdict's, unless nobody could read it.
fn conclude(written: &Report, args: &CheckArgs, scope: &Scope, io: &mut Io<'_>) -> Exit {
    let exit = match written.verdict {
        Verdict::Clean => Exit::Clean,
        Verdict::Denied => Exit::Denied,
        Verdict::Undecided => Exit::Undecided,
    };
    let top = scope
        .root
        .ancestors()
        .find(|folder| folder.join(".git").exists());
    let options = report::Options {
        color: args.color,
        quiet: args.quiet,
        prefix: top
            .map(|top| scope::relative_to(top, &scope.root))
            .unwrap_or_default(),
    };
    match report::write(written, &args.format, io, &options) {
        Ok(()) => exit,
        Err(error) => {
            // A reader that goes away, as `head` does, needs no complaint, and the verdict stands:
            // a denial stays one.
            let closed = matches!(&error, report::Error::Stdout(cause)
                if cause.kind() == std::io::ErrorKind::BrokenPipe);
            if !closed {
                failure::complain(&error, args.color, io);
                return worse(exit);
            }
            exit
        }
    }
}

/// A run that could not do what was asked is not clean; a denial stays one.
fn worse(exit: Exit) -> Exit {
    match exit {
        Exit::Clean | Exit::Undecided => Exit::Undecided,
        Exit::Denied => Exit::Denied,
    }
}

/// Ends a run that could not begin: the error to standard error for people, and an `undecided`
/// entry to whoever asked for another format.
fn fail<X>(
    checker: &dyn Checker<X>,
    args: &CheckArgs,
    scope: Option<&Scope>,
    failure: &Failure,
    io: &mut Io<'_>,
) -> Exit {
    failure::complain(&**failure, args.color, io);
    let for_people = |request: &report::FormatRequest| {
        request.path.is_none() && matches!(request.format.to_string().as_str(), "human" | "concise")
    };
    // Without a format, a workflow of GitHub's gets its commands.
    let machine = match args.format.as_slice() {
        [] => io
            .env
            .get("GITHUB_ACTIONS")
            .is_some_and(|value| value == "true"),
        requests => !requests.iter().all(for_people),
    };
    if machine {
        let nowhere = Scope {
            root: io.cwd.clone(),
            targets: Vec::new(),
            stdin: false,
            start: io.cwd.clone(),
        };
        let scope = scope.unwrap_or(&nowhere);
        let report = gate::undecided(
            &terms(checker, args, scope, io),
            vec![failure::entry(&**failure)],
        );
        conclude(&report, args, scope, io);
    }
    Exit::Undecided
}
