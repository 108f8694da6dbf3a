//! The certificates of the files that were named.

use std::io::Read as _;
use std::path::Path;

use rules::Io;

use crate::chain::link::Link;
use crate::material::{self, What};

/// Largest file that is read, in bytes; the largest bundles of roots have less than one hundredth.
const LARGEST: u64 = 64 << 20;

/// A certificate, or why it cannot be a part of a path.
pub(super) type Read = Result<Link, String>;

/// What a file holds.
#[derive(Debug)]
pub(super) struct File {
    /// In the order of the file, broken ones in their places.
    pub(super) certificates: Vec<Read>,
}

/// Reads a file, or standard input where the path is `-`.
///
/// # Errors
/// It cannot be read, or what it holds cannot be seen: a fragment.
pub(super) fn file(path: &Path, io: &mut Io<'_>) -> Result<File, String> {
    let mut bytes = Vec::new();
    let read = if path.as_os_str() == "-" {
        io.stdin.take(LARGEST + 1).read_to_end(&mut bytes)
    } else {
        std::fs::File::open(io.cwd.join(path))
            .and_then(|file| file.take(LARGEST + 1).read_to_end(&mut bytes))
    };
    read.map_err(|error| format!("cannot read {}: {}", shown(path), error.kind()))?;
    if u64::try_from(bytes.len()).is_ok_and(|length| length > LARGEST) {
        return Err(format!("{} is larger than 64 MiB", shown(path)));
    }
    let name = path.to_string_lossy();
    let mut certificates = Vec::new();
    for piece in material::read(&bytes, &name, &[]).pieces {
        match piece.what {
            What::Certificate(der) => certificates.push(Link::read(&der)),
            // A file that is named as one of certificates and empty is an empty set.
            What::Broken(_) if bytes.trim_ascii().is_empty() => {}
            What::Broken(fault) => certificates.push(Err(fault)),
            What::Unseen(reason) | What::Locked(reason) => {
                return Err(format!("{}: {reason}", shown(path)));
            }
            What::Key(_) | What::Other(..) | What::Request | What::Trailing(_) => {}
        }
    }
    Ok(File { certificates })
}

/// The public roots that are built in.
pub(super) fn public() -> Vec<Read> {
    let roots = webpki_root_certs::TLS_SERVER_ROOT_CERTS.iter();
    roots.map(|root| Link::read(root)).collect()
}

/// A path in a message.
pub(super) fn shown(path: &Path) -> String {
    rules::escape::word(&path.display().to_string()).into_owned()
}
