//! One source line cut to the page, with its marks moved along.
//!
//! Source lines are hostile: a minified line has a megabyte, a control character takes eight
//! columns to show, a tab any number. A line is therefore walked as cells — what a character looks
//! like and how wide it is — from the place that matters, and never further than the page is wide.

use std::ops::Range;

use super::escape::{self, LogCommand};

/// Columns of a tab. Fixed, because a cut line has lost the column that a tab stop counts from.
const TAB: &str = "    ";

/// Characters a column: combining marks take no column, and a line can consist of them.
const CELLS: usize = 8;

/// A line ready to be shown.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Window {
    /// The text, with `…` where it was cut.
    pub(super) text: String,
    /// The marks as byte ranges of `text`, in the order given.
    pub(super) marks: Vec<Range<usize>>,
    /// The column (from 0) in the middle of each mark, where a label hangs.
    pub(super) middles: Vec<usize>,
}

/// How much room there is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Room {
    /// Columns for the line.
    pub(super) width: usize,
    /// Columns to keep free behind the middle of a mark, for its label.
    pub(super) label: usize,
    /// Bytes of indentation to leave out.
    pub(super) dedent: usize,
    /// Whether `…` can be drawn, else `...`.
    pub(super) unicode: bool,
}

/// Cuts `line` around its first mark; `marks` are byte ranges of `line`, clamped to it and to
/// character boundaries.
pub(super) fn cut(line: &str, marks: &[Range<usize>], room: Room) -> Window {
    let marks: Vec<Range<usize>> = marks
        .iter()
        .map(|mark| {
            let start = line.floor_char_boundary(mark.start);
            start..line.ceil_char_boundary(mark.end.max(start))
        })
        .collect();
    let ellipsis = if room.unicode { "…" } else { "..." };
    let dedent = line.floor_char_boundary(room.dedent);
    let begin = begin(line, &marks, room, dedent);

    let mut text = String::new();
    let mut width = 0;
    if begin > dedent {
        text.push_str(ellipsis);
        width += ellipsis.chars().count();
    }
    // Where each mark starts and ends in the text and in columns.
    let mut places: Vec<Place> = marks.iter().map(|_| Place::default()).collect();
    let mut command = LogCommand::default();
    let mut cell = String::new();
    for (cells, (at, c)) in tail(line, begin).char_indices().enumerate() {
        let at = begin + at;
        note(&marks, &mut places, at, text.len(), width);
        cell.clear();
        let columns = draw(c, &mut command, &mut cell);
        let last = at + c.len_utf8() == line.len();
        let reserve = if last { 0 } else { ellipsis.chars().count() };
        // The rest of the line may still fit without the ellipsis.
        let full = width + columns + reserve > room.width
            && measure(line, at, line.len(), room.width.saturating_sub(width)).is_none();
        if full || cells > CELLS * room.width {
            text.push_str(ellipsis);
            width += ellipsis.chars().count();
            break;
        }
        text.push_str(&cell);
        width += columns;
    }
    note(&marks, &mut places, line.len(), text.len(), width);
    let end = (text.len(), width);
    let mut window = Window {
        marks: Vec::with_capacity(marks.len()),
        middles: Vec::with_capacity(marks.len()),
        text,
    };
    for place in places {
        let (from, left) = place.start.unwrap_or(end);
        let (to, right) = place.end.unwrap_or(end);
        // A mark wholly behind the cut stands on the ellipsis.
        let from = if from == end.0 && to == end.0 && place.start.is_none() {
            end.0.saturating_sub(ellipsis.len())
        } else {
            from
        };
        window.marks.push(from..to.max(from));
        window.middles.push(left.midpoint(right.max(left)));
    }
    window
}

/// Where a mark is in the window: byte and column.
#[derive(Debug, Clone, Default)]
struct Place {
    start: Option<(usize, usize)>,
    end: Option<(usize, usize)>,
}

/// Notes the marks that start or end at byte `at` of the line, or did so before it.
fn note(marks: &[Range<usize>], places: &mut [Place], at: usize, byte: usize, column: usize) {
    for (mark, place) in marks.iter().zip(places) {
        if place.start.is_none() && mark.start <= at {
            place.start = Some((byte, column));
        }
        if place.end.is_none() && mark.end <= at {
            place.end = Some((byte, column));
        }
    }
}

/// The byte of `line` at which its window begins: after the indentation where everything that
/// matters is in sight from there, else a little before the first mark.
fn begin(line: &str, marks: &[Range<usize>], room: Room, dedent: usize) -> usize {
    let fits = measure(line, dedent, line.len(), room.width).is_some();
    let lead = room.width.saturating_sub(room.label);
    let in_sight = |mark: &Range<usize>| {
        let middle = line.floor_char_boundary(mark.start.midpoint(mark.end));
        measure(line, dedent, middle, lead).is_some()
    };
    if (fits && marks.iter().all(in_sight)) || marks.is_empty() {
        return dedent;
    }
    let Some(anchor) = marks.first() else {
        return dedent;
    };
    let wide = measure(line, anchor.start, anchor.end, room.width).unwrap_or(room.width);
    // The label hangs from the middle of the mark.
    let lead = lead.saturating_sub(wide / 2).max(1);
    if measure(line, dedent, anchor.start, lead).is_some() {
        return dedent;
    }
    let mut begin = anchor.start;
    let mut columns = 3;
    for (at, c) in head(line, anchor.start).char_indices().rev() {
        columns += draw(c, &mut LogCommand::default(), &mut String::new());
        if columns > lead.min(room.width / 2) || at < dedent {
            break;
        }
        begin = at;
    }
    begin
}

/// The columns of `line[from..to]`, `None` if more than `limit`; looks no further than that.
fn measure(line: &str, from: usize, to: usize, limit: usize) -> Option<usize> {
    let mut command = LogCommand::default();
    let mut cell = String::new();
    let mut width: usize = 0;
    let text = line.get(from..to.max(from)).unwrap_or_default();
    for (cells, c) in text.chars().enumerate() {
        cell.clear();
        width += draw(c, &mut command, &mut cell);
        if width > limit || cells > CELLS * limit.max(1) {
            return None;
        }
    }
    Some(width)
}

/// Appends what `c` looks like to `cell`, and returns how many columns that takes.
fn draw(c: char, command: &mut LogCommand, cell: &mut String) -> usize {
    let from = cell.len();
    if c == '\t' {
        cell.push_str(TAB);
    } else if command.completes(c) || escape::is_hidden(c) {
        escape::push_visible(c, cell);
    } else {
        cell.push(c);
    }
    textwrap::core::display_width(tail(cell, from))
}

fn tail(text: &str, from: usize) -> &str {
    text.get(from..).unwrap_or_default()
}

fn head(text: &str, to: usize) -> &str {
    text.get(..to).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOM: Room = Room {
        width: 40,
        label: 10,
        dedent: 0,
        unicode: true,
    };

    fn shown(line: &str, mark: Range<usize>) -> (String, String) {
        let window = cut(line, std::slice::from_ref(&mark), ROOM);
        let mark = window.marks[0].clone();
        let marked = window.text.get(mark).unwrap().to_owned();
        (window.text, marked)
    }

    #[test]
    fn short_lines_stay() {
        let (text, mark) = shown("let x = 1;", 4..5);
        assert_eq!((text.as_str(), mark.as_str()), ("let x = 1;", "x"));
    }

    #[test]
    fn marks_follow_what_takes_more_columns() {
        let (text, mark) = shown("\t\u{202e}abc", 4..7);
        assert_eq!((text.as_str(), mark.as_str()), ("    \\u{202e}abc", "abc"));
        let (text, mark) = shown("日本 x", 7..8);
        assert_eq!((text.as_str(), mark.as_str()), ("日本 x", "x"));
    }

    #[test]
    fn long_lines_are_cut_around_the_mark() {
        let line = format!("{}MARK{}", "a".repeat(500_000), "b".repeat(500_000));
        let (text, mark) = shown(&line, 500_000..500_004);
        assert_eq!(mark, "MARK");
        assert!(text.starts_with("…a") && text.ends_with("b…"), "{text}");
        assert!(textwrap::core::display_width(&text) <= 40, "{text}");
    }

    #[test]
    fn a_line_that_just_fits_is_not_cut() {
        let line = "x".repeat(40);
        assert_eq!(shown(&line, 0..1).0, line);
        let line = "x".repeat(41);
        assert_eq!(shown(&line, 0..1).0, format!("{}…", "x".repeat(39)));
    }

    #[test]
    fn marks_outside_the_line_stay_inside_the_window() {
        let (text, mark) = shown("é", 1..99);
        assert_eq!((text.as_str(), mark.as_str()), ("é", "é"));
        let (text, mark) = shown("ab", 7..9);
        assert_eq!((text.as_str(), mark.as_str()), ("ab", ""));
    }
}
