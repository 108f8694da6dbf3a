//! The code frame of a finding: its place and the labels near it, drawn by miette.
//!
//! miette draws; what it draws is made here: the lines around the marks, cut to the page and free
//! of anything that a terminal obeys, with every mark moved to where it is in that text.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;

use miette::{
    Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError,
    MietteSpanContents, SourceCode, SourceSpan, SpanContents, ThemeCharacters, ThemeStyles,
};

use super::escape;
use super::paint::{self, Page};
use super::window::{self, Room};
use crate::{Level, LineIndex, Report, Span};

/// Lines shown before the first and after the last mark.
const CONTEXT: u32 = 1;
/// Lines between two marks of one frame at most; a mark further off is a step of its own.
const GAP: u32 = 6;
/// Lines of a frame at most.
const LINES: u32 = 16;
/// Lines of one mark at most; of a longer one the first line is marked.
const TALL: u32 = 6;
/// Columns that a label gets at least, where the page allows it.
const LABEL: usize = 28;

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
    bytes: Range<usize>,
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

    /// The first line of `place` in `path`, cut to `width` columns, and the mark in it.
    pub(super) fn line(
        &self,
        path: &str,
        place: &Place,
        width: usize,
        page: &Page,
    ) -> Option<(String, Range<usize>)> {
        let (text, index) = self.texts.get(path)?;
        let bytes = line_bytes(text, index, place.first)?;
        let line = text.get(bytes.clone())?;
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

fn indentation(line: &str) -> &str {
    let code = line.trim_start_matches([' ', '\t']);
    line.get(..line.len().saturating_sub(code.len()))
        .unwrap_or_default()
}

/// Something to mark in a frame.
#[derive(Debug, Clone)]
pub(super) struct Mark {
    /// Where.
    pub(super) place: Place,
    /// What stands at it.
    pub(super) text: Option<String>,
    /// Whether it is the finding's own place.
    pub(super) primary: bool,
}

/// Which of `places` fit into one frame with `primary`: those near it, or near one that is.
pub(super) fn near(primary: &Place, places: &[Option<Place>]) -> Vec<bool> {
    let (mut first, mut last) = (primary.first, primary.last);
    let mut chosen = vec![false; places.len()];
    loop {
        let before = (first, last);
        for (chosen, place) in chosen.iter_mut().zip(places) {
            let Some(place) = place else { continue };
            let (low, high) = (first.min(place.first), last.max(place.last));
            let close =
                place.first <= last.saturating_add(GAP) && place.last.saturating_add(GAP) >= first;
            if close && high.saturating_sub(low) < LINES {
                *chosen = true;
                (first, last) = (low, high);
            }
        }
        if (first, last) == before {
            return chosen;
        }
    }
}

/// Draws the frame of `marks` in `path`; the primary one first. Empty where nothing can be drawn.
pub(super) fn draw(
    texts: &Texts<'_>,
    span: &Span,
    marks: &[Mark],
    level: Level,
    page: &Page,
) -> String {
    let Some(excerpt) = Excerpt::new(texts, span, marks, page) else {
        return String::new();
    };
    let mut theme = GraphicalTheme {
        characters: if page.unicode {
            ThemeCharacters::unicode()
        } else {
            ThemeCharacters::ascii()
        },
        styles: if page.colour {
            ThemeStyles::ansi()
        } else {
            ThemeStyles::none()
        },
    };
    let styles = &mut theme.styles;
    let primary = match level {
        Level::Deny => styles.error,
        Level::Warn | Level::Allow => styles.warning,
    };
    // miette takes one style a label, in the order of their places.
    styles.highlights = excerpt
        .labels
        .iter()
        .map(|label| {
            if label.primary() {
                primary
            } else {
                styles.advice
            }
        })
        .collect();
    styles.link = styles.advice;
    let handler = GraphicalReportHandler::new_themed(theme)
        .without_primary_span_start()
        .without_cause_chain()
        .without_syntax_highlighting()
        .with_urls(false)
        .with_width(page.width);
    let mut drawn = String::new();
    if handler.render_report(&mut drawn, &excerpt).is_err() {
        return String::new();
    }
    // The first line is the message, which stands in our own header.
    let frame = drawn.split_once('\n').map_or("", |(_, frame)| frame);
    frame
        .lines()
        .map(str::trim_end)
        .fold(String::with_capacity(frame.len()), |mut text, line| {
            text.push_str(line);
            text.push('\n');
            text
        })
}

/// The lines of one frame, as miette reads them.
#[derive(Debug)]
struct Excerpt {
    /// `path:line:column` of the primary mark.
    name: String,
    text: String,
    /// The number of the first line, from 0.
    first: usize,
    lines: usize,
    /// In order of their places.
    labels: Vec<LabeledSpan>,
}

impl Excerpt {
    fn new(texts: &Texts<'_>, span: &Span, marks: &[Mark], page: &Page) -> Option<Self> {
        let (text, index) = texts.texts.get(&*span.path)?;
        let first = marks.iter().map(|mark| mark.place.first).min()?;
        let last = marks.iter().map(|mark| mark.place.last).max()?;
        let blank = |line: u32| {
            line_bytes(text, index, line)
                .and_then(|bytes| text.get(bytes))
                .is_none_or(|line| line.trim().is_empty())
        };
        let from = (first.saturating_sub(CONTEXT).max(1)..=first)
            .find(|&line| line == first || !blank(line))?;
        let to = (last..=last.saturating_add(CONTEXT))
            .rev()
            .find(|&line| line == last || !blank(line))?;

        let lines: Vec<(Range<usize>, &str)> = (from..=to)
            .filter_map(|line| {
                let bytes = line_bytes(text, index, line)?;
                Some((bytes.clone(), text.get(bytes)?))
            })
            .collect();
        // The gutter: line number, bar and spaces; marks over several lines draw arrows in it.
        let arrows = marks
            .iter()
            .filter(|mark| mark.place.first != mark.place.last)
            .count();
        let gutter = to.to_string().len() + 4 + if arrows > 0 { arrows + 3 } else { 0 };
        let width = page.width.saturating_sub(gutter).max(16);
        let labels = marks.iter().filter_map(|mark| mark.text.as_deref());
        let widest = labels.map(textwrap::core::display_width).max();
        let room = Room {
            width,
            label: widest
                .map_or(0, |widest| widest + 5)
                .min(LABEL)
                .min(width / 2),
            dedent: dedent(&lines, width),
            unicode: page.unicode,
        };

        let mut excerpt = String::new();
        let mut places: Vec<(Option<usize>, Option<usize>, usize)> =
            marks.iter().map(|_| (None, None, 0)).collect();
        for (bytes, line) in &lines {
            let on_line: Vec<usize> = (0..marks.len())
                .filter(|&at| {
                    marks.get(at).is_some_and(|mark| {
                        let mark = &mark.place.bytes;
                        mark.start <= bytes.end && mark.end >= bytes.start
                    })
                })
                .collect();
            let ranges: Vec<Range<usize>> = on_line
                .iter()
                .filter_map(|&at| marks.get(at))
                .map(|mark| {
                    let mark = &mark.place.bytes;
                    mark.start.saturating_sub(bytes.start)
                        ..mark.end.min(bytes.end).saturating_sub(bytes.start)
                })
                .collect();
            let cut = window::cut(line, &ranges, room);
            for ((at, range), middle) in on_line.iter().zip(&cut.marks).zip(&cut.middles) {
                let Some(place) = places.get_mut(*at) else {
                    continue;
                };
                if place.0.is_none() {
                    place.0 = Some(excerpt.len() + range.start);
                    place.2 = *middle;
                }
                place.1 = Some(excerpt.len() + range.end);
            }
            excerpt.push_str(&cut.text);
            excerpt.push('\n');
        }

        let mut labels: Vec<LabeledSpan> = marks
            .iter()
            .zip(places)
            .filter_map(|(mark, (start, end, middle))| {
                let (start, end) = (start?, end?);
                let hang = if mark.place.first == mark.place.last {
                    middle
                } else {
                    0
                };
                let columns = width
                    .saturating_sub(hang + 4)
                    .max(room.label.saturating_sub(4));
                let text = mark
                    .text
                    .as_ref()
                    .map(|text| paint::wrap(text, columns, "", "").join("\n"));
                let span = SourceSpan::from(start..end.max(start));
                Some(if mark.primary {
                    LabeledSpan::new_primary_with_span(text, span)
                } else {
                    LabeledSpan::new_with_span(text, span)
                })
            })
            .collect();
        labels.sort_by_key(|label| (label.offset(), label.len()));
        Some(Self {
            name: format!(
                "{}:{}:{}",
                escape::text(&span.path),
                span.start.line,
                span.start.column
            ),
            text: excerpt,
            first: usize::try_from(from.saturating_sub(1)).ok()?,
            lines: lines.len(),
            labels,
        })
    }
}

/// Bytes of indentation that all lines share, if a line is too wide to keep it.
fn dedent(lines: &[(Range<usize>, &str)], width: usize) -> usize {
    let wide = |line: &str| line.len() > width;
    if !lines.iter().any(|(_, line)| wide(line)) {
        return 0;
    }
    let mut code = lines.iter().filter(|(_, line)| !line.trim().is_empty());
    let Some((_, first)) = code.next() else {
        return 0;
    };
    let first = indentation(first);
    code.fold(first.len(), |shared, (_, line)| {
        let same = first.bytes().zip(indentation(line).bytes());
        shared.min(same.take_while(|(a, b)| a == b).count())
    })
}

impl fmt::Display for Excerpt {
    /// Nothing: the message stands in our own header.
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        Ok(())
    }
}

impl std::error::Error for Excerpt {}

impl Diagnostic for Excerpt {
    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(self)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.labels.iter().cloned()))
    }
}

impl SourceCode for Excerpt {
    /// Always the whole excerpt: the lines were chosen when it was made.
    fn read_span<'a>(
        &'a self,
        _: &SourceSpan,
        _: usize,
        _: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        Ok(Box::new(MietteSpanContents::new_named(
            self.name.clone(),
            self.text.as_bytes(),
            SourceSpan::from(0..self.text.len()),
            self.first,
            0,
            self.lines,
        )))
    }
}
