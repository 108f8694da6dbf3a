//! What a run knows before any rule runs: paths, policy, baseline, standard input.

use std::io::Read;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use super::Failure;
use super::check::{Identity, Prepared};
use crate::Io;
use crate::args::CheckArgs;
use crate::baseline::Baseline;
use crate::policy::{self, Policy};
use crate::progress::Progress;
use crate::scope::{self, Scope};

/// Most bytes of standard input.
const LONGEST_STDIN: u64 = 64 << 20;

/// What is known before the checks run.
pub(super) struct World {
    pub(super) scope: Scope,
    pub(super) policy: Policy,
    pub(super) policy_prefix: String,
    policy_folder: Option<PathBuf>,
    policy_outside: bool,
    pub(super) baseline: Option<(String, Baseline)>,
    stdin: Option<Vec<u8>>,
}

impl World {
    /// The run that follows from it.
    pub(super) fn prepared<'a>(
        &'a self,
        args: &CheckArgs,
        progress: &'a Progress,
        io: &'a Io<'_>,
    ) -> Prepared<'a> {
        Prepared {
            scope: &self.scope,
            policy: &self.policy,
            policy_prefix: &self.policy_prefix,
            policy_folder: self.policy_folder.as_deref(),
            policy_outside: self.policy_outside,
            now: args.now.unwrap_or(io.now),
            jobs: jobs(args),
            progress,
            stdin: self.stdin.as_deref(),
            env: &io.env,
        }
    }
}

/// Resolves the paths, finds and reads the policy, and reads what else was named.
pub(super) fn prepare(
    identity: Identity,
    args: &CheckArgs,
    io: &mut Io<'_>,
) -> Result<World, Failure> {
    let scope = Scope::resolve(&io.cwd, &args.paths)?;
    if scope.stdin && !identity.reads_stdin {
        return Err(Box::new(scope::Error {
            shown: "-".to_owned(),
            reason: format!("`{}` reads no standard input", identity.name),
        }));
    }
    let stdin = if scope.stdin {
        Some(read_stdin(io)?)
    } else {
        None
    };
    let (policy, folder) = match &args.config {
        Some(file) => {
            let absolute = io.cwd.join(file);
            let shown = shown_path(&scope, &absolute, file);
            let policy = policy::load(&absolute, &shown, None)?;
            (
                policy,
                absolute
                    .parent()
                    .and_then(|folder| folder.canonicalize().ok()),
            )
        }
        None => match policy::find(&scope.start) {
            Some(place) => {
                let shown = scope::relative_to(&scope.root, &place.file);
                let policy = policy::load(&place.file, &shown, Some(&place.top))?;
                (policy, place.file.parent().map(Path::to_owned))
            }
            None => (Policy::none(), None),
        },
    };
    let baseline = match &args.baseline {
        None => None,
        Some(file) => {
            let absolute = io.cwd.join(file);
            let shown = shown_path(&scope, &absolute, file);
            let baseline = Baseline::load(&absolute, &shown)?;
            Some((shown, baseline))
        }
    };
    let above = folder
        .as_deref()
        .and_then(|folder| scope.root.strip_prefix(folder).ok());
    Ok(World {
        policy_prefix: above.map(prefix).unwrap_or_default(),
        policy_outside: folder
            .as_ref()
            .is_some_and(|folder| !folder.starts_with(&scope.root)),
        policy_folder: folder,
        scope,
        policy,
        baseline,
        stdin,
    })
}

/// How reports show a file that was named: as it was given, unless it lies below the root.
fn shown_path(scope: &Scope, absolute: &Path, given: &Path) -> String {
    let real = absolute.canonicalize().ok();
    let below = real.and_then(|real| scope.shown(&real));
    match below {
        Some(shown) => shown.to_string(),
        None => given.to_string_lossy().replace('\\', "/"),
    }
}

/// A relative folder as a prefix of report paths.
fn prefix(folder: &Path) -> String {
    let mut shown = scope::relative_to(Path::new(""), folder);
    if !shown.is_empty() {
        shown.push('/');
    }
    shown
}

fn read_stdin(io: &mut Io<'_>) -> Result<Vec<u8>, scope::Error> {
    let fail = |reason: String| scope::Error {
        shown: "-".to_owned(),
        reason,
    };
    let mut bytes = Vec::new();
    (&mut *io.stdin)
        .take(LONGEST_STDIN + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| fail(error.kind().to_string()))?;
    if u64::try_from(bytes.len()).is_ok_and(|len| len > LONGEST_STDIN) {
        return Err(fail("standard input is longer than 64 MiB".to_owned()));
    }
    Ok(bytes)
}

fn jobs(args: &CheckArgs) -> NonZeroUsize {
    args.jobs
        .and_then(|jobs| NonZeroUsize::new(usize::from(jobs)))
        .or_else(|| std::thread::available_parallelism().ok())
        .unwrap_or(NonZeroUsize::MIN)
}
