//! Reads the files: from disk, from a git revision, from standard input.

use std::fs;
use std::io::{self, Read as _};
use std::path::Path;
use std::sync::Arc;

use rayon::iter::{IntoParallelRefIterator as _, ParallelIterator as _};
use rules::suppression::{self, Comments};
use rules::tool::Input;
use rules::tree::{Kind, Tree};
use rules::{LineIndex, Suppression, Undecided};

use crate::args::Args;
use crate::exposure;
use crate::inventory::{Coverage, Inventory, Reading};
use crate::keyring::Keyring;
use crate::material::What;
use crate::policy::Section;
use crate::uses::{Configured, Uses};
use crate::walk::{self, File, Passed};
use crate::{consumer, material, place};

/// Most bytes of a file that are read: 64 MiB.
pub const LONGEST: u64 = 64 << 20;

/// The name of standard input in reports.
const STDIN: &str = "<stdin>";

/// What became of one file.
enum Read {
    /// Read, with something in it.
    Something(Reading),
    /// Read, and there is nothing for us in it.
    Nothing,
    /// Passed over.
    Passed(Passed),
    /// It could not be seen, and matters.
    Undecided(Undecided),
}

/// Reads everything that was asked for. Runs on the current rayon pool.
pub fn inventory(input: &Input<'_, Section, Args>, keyring: &Keyring) -> Inventory {
    let mut walk = match input.tree {
        Tree::Folder(_) => walk::walk(input.scope),
        Tree::Revision(_) => of_revision(input),
    };
    input.progress.phase("reading files");
    let files = walk.files.len();
    let mut reads: Vec<Read> = walk
        .files
        .par_iter()
        .map(|file| {
            let is_fixture = walk.is_fixture(input.scope, &file.shown);
            let read = read(input, keyring, file, is_fixture);
            input.progress.advance(1);
            read
        })
        .filter(|read| !matches!(read, Read::Nothing))
        .collect::<Vec<_>>();
    let mut coverage = Coverage {
        files,
        passed: walk.passed,
        doubtful: 0,
    };
    if let Some(bytes) = input.stdin {
        coverage.files += 1;
        let mut reading = reading(STDIN.into(), bytes, false, keyring);
        let text = reading.material.shown.take();
        // It cannot be read again, so the report needs its text from us.
        let text = text.unwrap_or_else(|| String::from_utf8_lossy(bytes).into());
        reading.material.shown = Some(text);
        reads.push(Read::Something(reading));
    }
    let mut readings = Vec::new();
    let mut configured = Vec::new();
    for read in reads {
        match read {
            Read::Something(mut reading) => {
                if let Some(config) = reading.config.take() {
                    configured.push(Configured {
                        path: reading.path.clone(),
                        config,
                    });
                }
                if !reading.material.is_nothing() {
                    readings.push(reading);
                }
            }
            Read::Nothing => {}
            Read::Passed(why) => {
                *coverage.passed.entry(why).or_default() += 1;
                coverage.files = coverage.files.saturating_sub(1);
            }
            Read::Undecided(undecided) => {
                walk.undecided.push(undecided);
                coverage.files = coverage.files.saturating_sub(1);
            }
        }
    }
    let uses = Uses::of(
        configured,
        walk.files.iter().map(|file| &*file.shown),
        walk.undecided
            .iter()
            .map(|undecided| &undecided.path)
            .chain(&walk.blind)
            .map(|path| &**path),
        &input.scope.root,
    );
    let mut inventory = Inventory::of(readings, walk.undecided, coverage);
    uses.mark(&mut inventory);
    inventory.uses = uses;
    exposure::mark(&mut inventory, input.scope, input.tree);
    inventory
}

/// The files of a revision that were asked for. Links in it are not followed: what they lead to
/// may lie outside the repository.
fn of_revision(input: &Input<'_, Section, Args>) -> walk::Walk {
    let mut found = walk::Walk::default();
    let entries = match input.tree.files() {
        Ok(entries) => entries,
        Err(error) => {
            found.undecided.push(Undecided {
                path: error.path.into(),
                at: None,
                reason: error.reason,
            });
            return found;
        }
    };
    for entry in entries {
        if !input.scope.covers(&entry.path) {
            continue;
        }
        match entry.kind {
            Kind::File => found.files.push(File {
                path: entry.path.as_ref().into(),
                shown: entry.path,
            }),
            Kind::Link => *found.passed.entry(Passed::LinkInRevision).or_default() += 1,
            Kind::Other => *found.passed.entry(Passed::Special).or_default() += 1,
        }
    }
    found
}

/// Reads one file and looks at its content.
fn read(
    input: &Input<'_, Section, Args>,
    keyring: &Keyring,
    file: &File,
    is_fixture: bool,
) -> Read {
    let fixture = is_fixture && !input.args.fixtures;
    let undecided = |reason: String| {
        if fixture {
            return Read::Passed(Passed::UnreadFixture);
        }
        Read::Undecided(Undecided {
            path: file.shown.clone(),
            at: None,
            reason,
        })
    };
    let bytes = match input.tree {
        Tree::Folder(_) => on_disk(&file.path),
        Tree::Revision(_) => in_tree(input.tree, &file.shown),
    };
    let bytes = match bytes {
        Ok(Some(bytes)) => bytes,
        Ok(None) if place::is_named_container(&file.shown) => {
            return undecided("it is longer than 64 MiB, the most that is read".to_owned());
        }
        Ok(None) => return Read::Passed(Passed::TooLarge),
        Err(reason) => return undecided(reason),
    };
    let reading = reading(file.shown.clone(), &bytes, fixture, keyring);
    if reading.material.is_nothing() && reading.config.is_none() {
        return Read::Nothing;
    }
    Read::Something(reading)
}

/// The content of a file on disk; `None` where it is longer than [`LONGEST`].
pub(crate) fn on_disk(path: &Path) -> Result<Option<Vec<u8>>, String> {
    let unread = |error: io::Error| format!("cannot read it: {}", error.kind());
    let mut file = fs::File::open(path).map_err(unread)?;
    let length = file.metadata().map_err(unread)?.len();
    if length > LONGEST {
        return Ok(None);
    }
    let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or(0));
    // The file may grow while it is read, and some files say that they are empty.
    (&mut file)
        .take(LONGEST + 1)
        .read_to_end(&mut bytes)
        .map_err(unread)?;
    let whole = u64::try_from(bytes.len()).is_ok_and(|length| length <= LONGEST);
    Ok(whole.then_some(bytes))
}

/// The content of a file of a revision.
pub(crate) fn in_tree(tree: &Tree, path: &str) -> Result<Option<Vec<u8>>, String> {
    tree.read(path, LONGEST)
        .map(Some)
        .map_err(|error| error.reason)
}

/// Looks at the content of a file.
fn reading(path: Arc<str>, bytes: &[u8], fixture: bool, keyring: &Keyring) -> Reading {
    let mut material = material::read(bytes, &path, &keyring.passwords_for(&path));
    if let Some(why) = keyring.refused {
        for piece in &mut material.pieces {
            if let What::Locked(reason) = &piece.what {
                piece.what = What::Unseen(format!("{reason}; {why}"));
            }
        }
    }
    let suppressions = if material.container && !fixture {
        suppressions(&path, bytes)
    } else {
        Vec::new()
    };
    Reading {
        // Servers in a folder of fixtures are nobody's.
        config: (!fixture).then(|| consumer::read(bytes, &path)).flatten(),
        path,
        fixture,
        material,
        suppressions,
    }
}

/// Suppressions in comments of a PEM file: PEM allows text around its blocks, and `#` is what
/// bundles use for it.
fn suppressions(path: &Arc<str>, bytes: &[u8]) -> Vec<Suppression> {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return Vec::new();
    };
    suppression::scan(text, path, &LineIndex::new(text), Comments::Hash)
}
