//! Reading a source file: what can go wrong has a name and a place.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use crate::limits::MAX_BYTES;

/// A source text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// Without the byte-order mark; line ends as they are.
    pub text: String,
    /// Length of the byte-order mark that was removed (0 or 3): add it to offsets in `text` for
    /// offsets in the file.
    pub bom: u32,
}

/// Why a file was not read: lower-case fragments for `undecided`.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The operating system said no.
    #[error("cannot be read: {0}; check its permissions")]
    Io(#[from] io::Error),
    /// A directory, pipe or device.
    #[error("is not a regular file and is not opened")]
    NotFile,
    /// Not UTF-8.
    #[error(
        "is not UTF-8 at byte {}, line {}, column {}; convert it or exclude it",
        .0.byte, .0.line, .0.column
    )]
    NotUtf8(rules::Position),
    /// Larger than what is parsed.
    #[error("{0}")]
    Limit(crate::limits::Limit),
}

impl ReadError {
    /// Where in the file, if anywhere in particular.
    pub fn place(&self) -> Option<rules::Position> {
        match self {
            Self::NotUtf8(place) => Some(*place),
            _ => None,
        }
    }
}

/// Reads the source file at `location`. Never opens what is not a regular file.
pub fn read(location: &Path) -> Result<Text, ReadError> {
    let bytes = match bytes(location, MAX_BYTES) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::FileTooLarge => {
            let bytes = std::fs::metadata(location).map_or(0, |meta| meta.len());
            return Err(ReadError::Limit(crate::limits::Limit::TooLarge { bytes }));
        }
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::InvalidInput | io::ErrorKind::IsADirectory
            ) =>
        {
            return Err(ReadError::NotFile);
        }
        Err(error) => return Err(ReadError::Io(error)),
    };
    decode(bytes)
}

/// Makes text of the bytes of a source file, from wherever they come.
pub fn decode(mut bytes: Vec<u8>) -> Result<Text, ReadError> {
    if bytes.len() > MAX_BYTES {
        let bytes = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        return Err(ReadError::Limit(crate::limits::Limit::TooLarge { bytes }));
    }
    let bom = if bytes.starts_with(b"\xef\xbb\xbf") {
        3
    } else {
        0
    };
    if bom > 0 {
        bytes.drain(..3);
    }
    match String::from_utf8(bytes) {
        Ok(text) => Ok(Text { text, bom }),
        Err(error) => {
            let at = error.utf8_error().valid_up_to();
            let valid = String::from_utf8_lossy(error.as_bytes().get(..at).unwrap_or_default());
            let mut place =
                rules::LineIndex::new(&valid).position(u32::try_from(at).unwrap_or(u32::MAX));
            place.byte += bom;
            Err(ReadError::NotUtf8(place))
        }
    }
}

/// The bytes of a regular file of at most `most` bytes.
pub(super) fn bytes(location: &Path, most: usize) -> io::Result<Vec<u8>> {
    // Looked at before it is opened: opening a pipe waits for its other end.
    let meta = std::fs::metadata(location)?;
    if !meta.is_file() {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    let most = u64::try_from(most).unwrap_or(u64::MAX);
    if meta.len() > most {
        return Err(io::ErrorKind::FileTooLarge.into());
    }
    let mut bytes = Vec::with_capacity(usize::try_from(meta.len()).unwrap_or(0) + 1);
    // The file may grow between the two calls.
    File::open(location)?
        .take(most + 1)
        .read_to_end(&mut bytes)?;
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > most {
        return Err(io::ErrorKind::FileTooLarge.into());
    }
    Ok(bytes)
}
