//! Places in files: positions, spans and the index that turns bytes into lines.

use std::sync::Arc;

use serde::Serialize;

/// A place in a text: line and column count from 1 (columns in Unicode scalar values), bytes
/// from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Position {
    /// Line, from 1.
    pub line: u32,
    /// Column in Unicode scalar values, from 1.
    pub column: u32,
    /// Byte offset in the file, from 0.
    pub byte: u32,
}

impl Position {
    /// The start of a file: what a finding about a whole file points at.
    pub const START: Self = Self {
        line: 1,
        column: 1,
        byte: 0,
    };
}

/// A range in a file. `path` is relative to the directory given on the command line, with `/`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The file.
    pub path: Arc<str>,
    /// First position.
    pub start: Position,
    /// Position after the last byte.
    pub end: Position,
}

impl Span {
    /// The start of `path`, for findings about a file as a whole.
    pub fn file(path: impl Into<Arc<str>>) -> Self {
        Self {
            path: path.into(),
            start: Position::START,
            end: Position::START,
        }
    }
}

/// Byte offsets of the line starts of one text, and of its characters wider than one byte.
///
/// It answers in Unicode scalar values without keeping the text.
#[derive(Debug, Clone, Default)]
pub struct LineIndex {
    /// Byte offset of each line's first byte; the first is 0.
    lines: Vec<u32>,
    /// Byte offset of each character wider than one byte, with its extra bytes (1 to 3; a
    /// byte-order mark is all extra).
    wide: Vec<(u32, u8)>,
}

impl LineIndex {
    /// Indexes `text`, which must be shorter than 4 GiB (offsets beyond saturate).
    pub fn new(text: &str) -> Self {
        let mut lines = vec![0];
        lines.extend(memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| offset(at + 1)));
        let wide = if text.is_ascii() {
            Vec::new()
        } else {
            text.char_indices()
                .filter(|(_, c)| !c.is_ascii())
                .map(|(at, c)| {
                    // A byte-order mark is bytes of the file and no column of it.
                    let columns = usize::from(at > 0 || c != '\u{feff}');
                    let extra = c.len_utf8() - columns;
                    (offset(at), u8::try_from(extra).unwrap_or(0))
                })
                .collect()
        };
        Self { lines, wide }
    }

    /// The position of byte `byte`.
    pub fn position(&self, byte: u32) -> Position {
        let line = self.lines.partition_point(|&start| start <= byte);
        let start = self.lines.get(line.saturating_sub(1)).copied().unwrap_or(0);
        let from = self.wide.partition_point(|&(at, _)| at < start);
        let extra: u32 = self
            .wide
            .iter()
            .skip(from)
            .take_while(|&&(at, _)| at < byte)
            .map(|&(_, extra)| u32::from(extra))
            .sum();
        Position {
            line: offset(line.max(1)),
            column: byte.saturating_sub(start).saturating_sub(extra) + 1,
            byte,
        }
    }

    /// The span of `start..end` in `path`.
    pub fn span(&self, path: &Arc<str>, start: u32, end: u32) -> Span {
        Span {
            path: path.clone(),
            start: self.position(start),
            end: self.position(end),
        }
    }

    /// Byte offset at which line `line` (from 1) starts; `None` past the end.
    pub fn line_start(&self, line: u32) -> Option<u32> {
        self.lines
            .get(usize::try_from(line).ok()?.checked_sub(1)?)
            .copied()
    }
}

/// A byte offset as 32 bits; texts above 4 GiB saturate (inputs are capped far below).
fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_scalar_values() {
        let index = LineIndex::new("ab\nçé x\n");
        assert_eq!(
            index.position(0),
            Position {
                line: 1,
                column: 1,
                byte: 0
            }
        );
        assert_eq!(
            index.position(3),
            Position {
                line: 2,
                column: 1,
                byte: 3
            }
        );
        assert_eq!(
            index.position(8),
            Position {
                line: 2,
                column: 4,
                byte: 8
            }
        );
        assert_eq!(index.line_start(2), Some(3));
    }

    #[test]
    fn a_byte_order_mark_takes_no_column() {
        let index = LineIndex::new("\u{feff}ab\n\u{feff}c\n");
        assert_eq!((index.position(3).line, index.position(3).column), (1, 1));
        assert_eq!(index.position(4).column, 2);
        // Elsewhere it is a character like any other.
        assert_eq!((index.position(9).line, index.position(9).column), (2, 2));
    }
}
