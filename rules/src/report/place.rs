//! Where spans are in the texts that a report has.
//!
//! A text may be missing, or another one than the part read: the file changed under the run, or a
//! span was made by hand. Then there is no place, and the finding is shown without its code.

use std::collections::BTreeMap;
use std::ops::Range;

use super::paint::Page;
use super::window::{self, Room};
use crate::{LineIndex, Report, Span};

/// Lines of one mark at most; of a longer one the first line is marked.
const TALL: u32 = 6;

/// The texts of a report, with their lines.
pub(super) struct Texts<'a> {
    texts: BTreeMap<&'a str, (&'a str, LineIndex)>,
}

/// A span that lies in its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    /// First line, from 1.
    pub(super) first: u32,
    /// Last line, from 1.
    pub(super) last: u32,
    /// Bytes of the text.
    pub(super) bytes: Range<usize>,
}

impl<'a> Texts<'a> {
    /// Indexes the sources of `report`.
    pub(super) fn new(report: &'a Report) -> Self {
        let texts = report
            .sources
            .iter()
            .map(|(path, text)| (&**path, (&**text, LineIndex::new(text))))
            .collect();
        Self { texts }
    }

    /// Where `span` is in its text. `None` where the text is missing or is another one than the
    /// part read: then the line and the byte disagree, and a frame would show the wrong code.
    pub(super) fn locate(&self, span: &Span) -> Option<Place> {
        let (text, index) = self.texts.get(&*span.path)?;
        let start = usize::try_from(span.start.byte).ok()?;
        let end = usize::try_from(span.end.byte).ok()?.min(text.len());
        let first = span.start.line;
        let own = line_bytes(text, index, first)?;
        if !(own.start..=own.end).contains(&start) {
            return None;
        }
        let start = text.floor_char_boundary(start);
        let end = text.ceil_char_boundary(end.max(start));
        let tall = span.end.line.saturating_sub(first) >= TALL;
        let last = line_bytes(text, index, span.end.line).filter(|last| {
            !tall && span.end.line > first && (last.start..=last.end).contains(&end)
        });
        Some(match last {
            // A span that ends with a line break ends on the line before.
            Some(last) if last.start == end => Place {
                first,
                last: span.end.line.saturating_sub(1),
                bytes: start..end.saturating_sub(1).max(start),
            },
            Some(_) => Place {
                first,
                last: span.end.line,
                bytes: start..end,
            },
            None => Place {
                first,
                last: first,
                bytes: start..end.min(own.end).max(start),
            },
        })
    }

    /// The bytes and the text of line `number` (from 1) of `path`, without its line break.
    pub(super) fn numbered(&self, path: &str, number: u32) -> Option<(Range<usize>, &'a str)> {
        let (text, index) = self.texts.get(path)?;
        let bytes = line_bytes(text, index, number)?;
        Some((bytes.clone(), text.get(bytes)?))
    }

    /// The first line of `place` in `path`, cut to `width` columns, and the mark in it.
    pub(super) fn line(
        &self,
        path: &str,
        place: &Place,
        width: usize,
        page: &Page,
    ) -> Option<(String, Range<usize>)> {
        let (bytes, line) = self.numbered(path, place.first)?;
        let mark = place.bytes.start.saturating_sub(bytes.start)
            ..place.bytes.end.min(bytes.end).saturating_sub(bytes.start);
        let room = Room {
            width,
            label: width / 3,
            dedent: indentation(line).len(),
            unicode: page.unicode,
        };
        let mut window = window::cut(line, std::slice::from_ref(&mark), room);
        let mark = window.marks.pop()?;
        Some((window.text, mark))
    }
}

/// The bytes of line `line` without its line break.
fn line_bytes(text: &str, index: &LineIndex, line: u32) -> Option<Range<usize>> {
    let start = usize::try_from(index.line_start(line)?).ok()?;
    let end = match index.line_start(line.checked_add(1)?) {
        Some(next) => usize::try_from(next).ok()?.saturating_sub(1),
        None => text.len(),
    };
    let end = match text.get(start..end) {
        Some(line) if line.ends_with('\r') => end.saturating_sub(1),
        _ => end,
    };
    Some(start..end)
}

/// The blanks and tabs that `line` starts with.
pub(super) fn indentation(line: &str) -> &str {
    let code = line.trim_start_matches([' ', '\t']);
    line.get(..line.len().saturating_sub(code.len()))
        .unwrap_or_default()
}
