//! The files of one router, and places in them.
//!
//! A tree of a configuration holds many places and most are never shown, so a place is three
//! numbers; lines and columns are worked out when somebody asks.

use std::fmt;
use std::sync::{Arc, OnceLock};

use rules::{LineIndex, Span};

/// One file of a router's configuration, as an index into its [`Sources`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FileId(pub u32);

/// A range of bytes in one file.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Place {
    /// The file.
    pub file: FileId,
    /// Offset of the first byte.
    pub start: u32,
    /// Offset after the last byte.
    pub end: u32,
}

impl Place {
    /// The start of `file`, for what is about the file as a whole.
    pub fn file(file: FileId) -> Self {
        Self {
            file,
            start: 0,
            end: 0,
        }
    }

    /// From the start of `self` to the end of `last`.
    ///
    /// A statement may begin in one file and end in another, where an `include` stands inside it:
    /// then it is shown where it begins.
    #[must_use]
    pub fn to(self, last: Self) -> Self {
        if self.file == last.file && self.end <= last.end {
            Self {
                end: last.end,
                ..self
            }
        } else {
            self
        }
    }
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}..{}", self.file.0, self.start, self.end)
    }
}

/// One file.
struct Source {
    path: Arc<str>,
    text: Arc<str>,
    index: OnceLock<LineIndex>,
}

/// Without the text, which may hold passwords.
impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Source")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

/// The files of one router, in the order in which they were first read; the entry is the first.
#[derive(Debug, Default)]
pub struct Sources {
    files: Vec<Source>,
}

impl Sources {
    /// Adds a file; `path` is as reports show it.
    pub fn add(&mut self, path: Arc<str>, text: Arc<str>) -> FileId {
        let id = FileId(u32::try_from(self.files.len()).unwrap_or(u32::MAX));
        self.files.push(Source {
            path,
            text,
            index: OnceLock::new(),
        });
        id
    }

    /// Every file: its path as reports show it, and its text.
    pub fn files(&self) -> impl Iterator<Item = (FileId, &Arc<str>, &Arc<str>)> {
        (0..)
            .map(FileId)
            .zip(&self.files)
            .map(|(id, source)| (id, &source.path, &source.text))
    }

    /// The path of `file` as reports show it.
    pub fn path(&self, file: FileId) -> &Arc<str> {
        &self.source(file).path
    }

    /// The span of `place`, in lines and columns.
    pub fn span(&self, place: Place) -> Span {
        let source = self.source(place.file);
        source
            .index
            .get_or_init(|| LineIndex::new(&source.text))
            .span(&source.path, place.start, place.end)
    }

    /// What is written at `place`.
    pub fn text(&self, place: Place) -> &str {
        let bounds = usize::try_from(place.start)
            .ok()
            .zip(usize::try_from(place.end).ok());
        bounds
            .and_then(|(start, end)| self.source(place.file).text.get(start..end))
            .unwrap_or_default()
    }

    fn source(&self, file: FileId) -> &Source {
        usize::try_from(file.0)
            .ok()
            .and_then(|at| self.files.get(at))
            .expect("a place is made from a file of the same router's sources")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_becomes_a_span_and_a_text_of_its_own_file() {
        let mut sources = Sources::default();
        let first = sources.add("bird.conf".into(), "router id 192.0.2.1;\n".into());
        let second = sources.add("site.conf".into(), "# é\ndefine X = 1;\n".into());
        let place = Place {
            file: second,
            start: 5,
            end: 11,
        };
        assert_eq!(sources.text(place), "define");
        let span = sources.span(place);
        assert_eq!(
            (&*span.path, span.start.line, span.start.column),
            ("site.conf", 2, 1)
        );
        assert_eq!(span.end.column, 7);
        let elsewhere = Place::file(first);
        assert_eq!(place.to(elsewhere), place);
        assert_eq!(
            elsewhere
                .to(Place {
                    end: 6,
                    ..elsewhere
                })
                .end,
            6
        );
    }
}
