//! The lines that places point at.

use std::collections::BTreeMap;
use std::sync::Arc;

use rules::{Outcome, Span};

use super::Line;
use crate::files::Files;
use crate::sides::Sides;

/// Longest file of which a line is shown, in bytes.
const LONGEST: u64 = 16 << 20;

/// Longest line that is shown, in characters.
const SHOWN: usize = 200;

/// The texts of both sides' files, by the path that reports give them; read as they are asked for.
pub(super) struct Texts<'a> {
    known: BTreeMap<Arc<str>, Option<Arc<str>>>,
    sides: Vec<&'a Files<'a>>,
    /// For each path as reported, the side that has it and its path there.
    places: Option<BTreeMap<Arc<str>, (usize, String)>>,
}

impl<'a> Texts<'a> {
    pub(super) fn new(sides: &'a Sides<'a>, outcome: &Outcome) -> Self {
        let known = outcome.sources.iter();
        let known = known.map(|(path, text)| (path.clone(), Some(text.clone())));
        let both = std::iter::once(&sides.head).chain(&sides.base);
        Self {
            known: known.collect(),
            sides: both.map(|written| &written.files).collect(),
            places: None,
        }
    }

    pub(super) fn lines(&mut self, spans: &[Span]) -> Vec<Line> {
        spans.iter().map(|span| self.line(span)).collect()
    }

    pub(super) fn line(&mut self, span: &Span) -> Line {
        let line = usize::try_from(span.start.line).unwrap_or(usize::MAX);
        let text = self.text(&span.path);
        let text = text.as_deref().and_then(|text| {
            let line = text.lines().nth(line.checked_sub(1)?)?;
            Some(line.trim().chars().take(SHOWN).collect())
        });
        Line {
            path: span.path.to_string(),
            line: span.start.line,
            column: span.start.column,
            text: text.unwrap_or_default(),
        }
    }

    fn text(&mut self, path: &Arc<str>) -> Option<Arc<str>> {
        if let Some(known) = self.known.get(path) {
            return known.clone();
        }
        let read = self.read(path);
        self.known.insert(path.clone(), read.clone());
        read
    }

    fn read(&mut self, path: &str) -> Option<Arc<str>> {
        let sides = &self.sides;
        let places = self.places.get_or_insert_with(|| {
            let mut places = BTreeMap::new();
            for (at, files) in sides.iter().enumerate() {
                for path in files.list().unwrap_or_default() {
                    places.insert(files.shown(&path), (at, path));
                }
            }
            places
        });
        let (at, inside) = places.get(path)?;
        let text = sides.get(*at)?.text(inside, LONGEST).ok()?;
        Some(text.into())
    }
}
