//! The code frame of a finding: its place and the labels near it, drawn by miette.
//!
//! miette draws; what it draws is made here: the lines around the marks, cut to the page and free
//! of anything that a terminal obeys, with every mark moved to where it is in that text.

use std::fmt;
use std::ops::Range;

use miette::{
    Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError,
    MietteSpanContents, SourceCode, SourceSpan, SpanContents, ThemeCharacters, ThemeStyles,
};

use super::escape;
use super::paint::{self, Page};
use super::place::{Place, Texts, indentation};
use super::window::{self, Room};
use crate::{Level, Span};

/// Lines shown before the first and after the last mark.
const CONTEXT: u32 = 1;
/// Lines between two marks of one frame at most; a mark further off is a step of its own.
const GAP: u32 = 6;
/// Lines of a frame at most.
const LINES: u32 = 16;
/// Columns that a label gets at least, where the page allows it.
const LABEL: usize = 28;

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
        let first = marks.iter().map(|mark| mark.place.first).min()?;
        let last = marks.iter().map(|mark| mark.place.last).max()?;
        let line = |number: u32| texts.numbered(&span.path, number);
        let blank = |number| line(number).is_none_or(|(_, line)| line.trim().is_empty());
        let from = (first.saturating_sub(CONTEXT).max(1)..=first)
            .find(|&line| line == first || !blank(line))?;
        let to = (last..=last.saturating_add(CONTEXT))
            .rev()
            .find(|&line| line == last || !blank(line))?;

        let lines: Vec<(Range<usize>, &str)> = (from..=to).filter_map(line).collect();
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
