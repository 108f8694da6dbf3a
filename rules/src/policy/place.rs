//! Where the policy comes from: `--config FILE`, or the nearest `preflight.yaml` above the path.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{Error, Policy};

/// The policy's file name.
pub const NAME: &str = "preflight.yaml";

/// Longest policy that is read, in bytes.
const LONGEST: u64 = 4 << 20;

/// A policy that was found on disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The file.
    pub file: PathBuf,
    /// The folder up to which the search would have gone: what the policy may be linked from.
    pub top: PathBuf,
}

/// The nearest `preflight.yaml` in `start` or above it.
///
/// The search ends, inclusively, at a folder that contains `.git`, else at the root.
pub fn find(start: &Path) -> Option<Place> {
    let top = start
        .ancestors()
        .find(|folder| folder.join(".git").symlink_metadata().is_ok());
    let file = start
        .ancestors()
        .take_while(|folder| top.is_none_or(|top| folder.starts_with(top)))
        .map(|folder| folder.join(NAME))
        .find(|file| file.symlink_metadata().is_ok())?;
    let top = top.or(file.parent())?.to_owned();
    Some(Place { file, top })
}

/// Reads the policy in `file`, which reports show as `shown`.
///
/// `within` is the folder that a link may not lead out of: a pull request could otherwise show
/// any file of the machine in the message about a "policy" that does not parse.
///
/// # Errors
/// The file cannot be read, is too large or is no policy.
pub fn load(file: &Path, shown: &str, within: Option<&Path>) -> Result<Policy, Error> {
    let shown: Arc<str> = shown.into();
    let fail = |message: &str| Error::file(&shown, message);
    let meta = file
        .metadata()
        .map_err(|error| fail(&format!("cannot read the policy: {}", error.kind())))?;
    if !meta.is_file() {
        return Err(fail("the policy is no regular file"));
    }
    if let Some(within) = within {
        let real = (file.canonicalize(), within.canonicalize());
        let (Ok(target), Ok(within)) = real else {
            return Err(fail("cannot resolve the policy's path"));
        };
        if !target.starts_with(within) {
            return Err(fail("the policy is a link that leads out of the tree")
                .with_help("name the file by --config, if it is meant"));
        }
    }
    let mut bytes = Vec::new();
    File::open(file)
        .and_then(|file| file.take(LONGEST + 1).read_to_end(&mut bytes))
        .map_err(|error| fail(&format!("cannot read the policy: {}", error.kind())))?;
    if u64::try_from(bytes.len()).is_ok_and(|len| len > LONGEST) {
        return Err(fail("the policy is larger than 4 MiB"));
    }
    match String::from_utf8(bytes) {
        Ok(text) => Policy::parse(shown, text.strip_prefix('\u{feff}').unwrap_or(&text)),
        Err(error) => Err(not_utf8(
            &shown,
            error.as_bytes(),
            error.utf8_error().valid_up_to(),
        )),
    }
}

fn not_utf8(shown: &Arc<str>, bytes: &[u8], at: usize) -> Error {
    let text = String::from_utf8_lossy(bytes);
    // The lossy text agrees with the bytes up to the first broken one, and that is what is shown.
    let index = crate::LineIndex::new(&text);
    let at = u32::try_from(at).unwrap_or(u32::MAX);
    Error::at(
        &text,
        &index.span(shown, at, at.saturating_add(3)),
        "the policy is not UTF-8",
    )
}
