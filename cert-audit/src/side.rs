//! A side of a comparison: a report that was written before, or files that are read now.

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use rules::Io;
use rules::args::{LookArgs, MannerArgs};
use rules::escape;
use rules::tool::Failure;

use crate::args::Args;
use crate::v1::{Inventory, Terms};
use crate::{TOOL, examine};

/// Most bytes of a report that are read: 4 GiB, about a million certificates with their DER.
const LONGEST: u64 = 4 << 30;

/// A report that cannot be read.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("cannot read the report `{}`: {reason}", escape::word(path))]
#[diagnostic(help("`cert-audit report --format jsonl=PATH` writes one"))]
struct Unread {
    path: String,
    reason: String,
}

/// Reads a report of format jsonl.
///
/// # Errors
/// It cannot be read, or is none.
pub(crate) fn of_report(path: &Path, io: &Io<'_>) -> Result<Inventory, Failure> {
    let fail = |reason: String| -> Failure {
        Unread {
            path: path.to_string_lossy().into_owned(),
            reason,
        }
        .into()
    };
    let mut text = Vec::new();
    fs::File::open(io.cwd.join(path))
        .and_then(|file| file.take(LONGEST + 1).read_to_end(&mut text))
        .map_err(|error| fail(error.kind().to_string()))?;
    if u64::try_from(text.len()).is_ok_and(|length| length > LONGEST) {
        return Err(fail("it is longer than 4 GiB".to_owned()));
    }
    let text = String::from_utf8(text).map_err(|_| fail("it is not UTF-8".to_owned()))?;
    Inventory::of_lines(&text).map_err(|fault| fail(fault.to_string()))
}

/// Whether a path leads to a report rather than to material.
pub(crate) fn is_report(path: &Path, io: &Io<'_>) -> bool {
    /// The first line is far shorter.
    const HEAD: u64 = 64 << 10;
    let path = io.cwd.join(path);
    if !path.is_file() {
        return false;
    }
    let mut head = Vec::new();
    let read = fs::File::open(path).and_then(|file| file.take(HEAD).read_to_end(&mut head));
    read.is_ok() && Inventory::begins(&head)
}

/// Reads files now, as `report` does.
///
/// # Errors
/// What ends a `check` before any rule runs.
pub(crate) fn of_files(
    path: PathBuf,
    manner: &MannerArgs,
    own: &Args,
    io: &mut Io<'_>,
) -> Result<Inventory, Failure> {
    let look = LookArgs {
        paths: vec![path],
        manner: manner.clone(),
    };
    let (inventory, _) = TOOL.look(&look, own, io, |input| {
        examine(input, |view| Inventory::of(&view, &Terms::default()))
    })?;
    Ok(inventory)
}
