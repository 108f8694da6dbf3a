//! What is told about the lines of one function.

use std::fmt::Write as _;

use rules::tool::{Asked, Said};

use super::{heading, place};
use crate::analysis::overlap::{Overlap, lock_name, overlaps};
use crate::analysis::reach::Reach;
use crate::analysis::{Settled, scopes_of};
use crate::hir::{Body, ExprId, Name, Range};
use crate::index::{Edition, FileId, FnDef, FnId, Program};
use crate::walk::facts::{Facts, LockRef};
use crate::walk::trace::Trace;
use crate::walk::{Scopes, walk, walk_traced};

/// Characters of source that are quoted in a sentence.
const QUOTE: usize = 72;

/// One function with everything that is known of it.
pub(super) struct Teller<'p, 'a> {
    pub(super) program: &'p Program<'a>,
    pub(super) settled: &'p Settled,
    pub(super) reach: &'p Reach,
    pub(super) id: FnId,
    pub(super) def: &'p FnDef<'a>,
    pub(super) asked: &'p Asked,
    text: &'p str,
    /// As its crate's edition has it.
    pub(super) facts: Facts,
    pub(super) trace: Trace,
    /// As the other editions have it.
    pub(super) elsewhere: Facts,
    pub(super) overlaps: Vec<Overlap>,
    pub(super) edition: Edition,
}

impl<'p, 'a> Teller<'p, 'a> {
    pub(super) fn new(
        program: &'p Program<'a>,
        settled: &'p Settled,
        reach: &'p Reach,
        id: FnId,
        asked: &'p Asked,
        text: &'p str,
    ) -> Self {
        let scopes = scopes_of(program, id);
        let other = match scopes {
            Scopes::Until2021 => Scopes::Since2024,
            Scopes::Since2024 => Scopes::Until2021,
        };
        let (facts, trace) = walk_traced(program, &settled.summaries, id, scopes);
        let elsewhere = walk(program, &settled.summaries, id, other);
        let def = program.function(id);
        Self {
            overlaps: overlaps(program, reach, id, &facts),
            edition: program.krate(def.module).edition,
            program,
            settled,
            reach,
            id,
            def,
            asked,
            text,
            facts,
            trace,
            elsewhere,
        }
    }

    /// Everything about `subjects`, which stand on the line.
    pub(super) fn tell(&self, subjects: &[ExprId]) -> Vec<Said> {
        let mut said = vec![heading(self.title())];
        if self.facts.gave_up {
            said.push(Said::at(1, "it is too large to be followed to its end"));
        }
        let Some(body) = self.def.body else {
            return said;
        };
        for &id in subjects {
            self.subject(body, id, &mut said);
        }
        self.born(&mut said);
        self.alive(&mut said);
        self.no_findings(&mut said);
        said
    }

    fn title(&self) -> String {
        let what = match self.def.function {
            Some(_) => format!("`{}`", self.program.fn_path(self.id)),
            None => format!("the initialiser of `{}`", self.program.fn_path(self.id)),
        };
        let mut title = format!("in {what}, edition {}", self.edition.as_str());
        if self.def.is_test {
            title.push_str(", test code: findings are one level lower, and nothing else calls it");
        }
        for cfg in &self.def.cfg {
            let not = if cfg.negated { "not " } else { "" };
            let _ = write!(title, ", {not}under cfg({})", cfg.predicate);
        }
        title
    }

    /// The source of a range in one line.
    pub(super) fn quoted(&self, range: Range) -> String {
        let text = place::slice(self.text, range);
        let mut short = String::new();
        let mut blank = false;
        for (at, c) in text.chars().enumerate() {
            if at >= QUOTE * 4 || short.chars().count() >= QUOTE {
                short.push('…');
                break;
            }
            if c.is_whitespace() {
                blank = true;
                continue;
            }
            // A method on a line of its own belongs to what is above it.
            if blank && !short.is_empty() && c != '.' {
                short.push(' ');
            }
            blank = false;
            short.push(c);
        }
        short
    }

    /// The source of an expression; a method call from the method on where it spans many lines.
    pub(super) fn quote(&self, body: &Body, id: ExprId) -> String {
        self.quoted(body.expr(id).range)
    }

    /// `path:line` of a place in another file, `line 3` of one in this.
    pub(super) fn at(&self, file: FileId, range: Range) -> String {
        let is_here = file == self.def.file;
        let file = self.program.file(file);
        let line = file.lines.position(range.start).line;
        if is_here {
            format!("line {line}")
        } else {
            format!("{}:{line}", self.asked.shown(&file.path))
        }
    }

    /// `line:column` of a byte of this file.
    pub(super) fn spot(&self, byte: u32) -> String {
        let position = self.program.file(self.def.file).lines.position(byte);
        format!("{}:{}", position.line, position.column)
    }

    /// The line of a byte of this file.
    pub(super) fn line(&self, byte: u32) -> u32 {
        self.program.file(self.def.file).lines.position(byte).line
    }

    /// Whether a range touches the line.
    pub(super) fn is_here(&self, range: Range) -> bool {
        let last = range.end.saturating_sub(1).max(range.start);
        (self.line(range.start)..=self.line(last)).contains(&self.asked.line)
    }

    /// A lock as this function writes it.
    pub(super) fn lock(&self, facts: &Facts, lock: &LockRef) -> String {
        lock_name(self.program, self.id, facts, lock)
    }

    /// A lock as function `id` writes it.
    pub(super) fn lock_in(&self, id: FnId, lock: &LockRef) -> String {
        let locals: Vec<Name> = Vec::new();
        let facts = Facts {
            locals,
            ..Facts::default()
        };
        lock_name(self.program, id, &facts, lock)
    }

    /// `Type::name` with its place.
    pub(super) fn function(&self, id: FnId) -> String {
        let def = self.program.function(id);
        let place = self.at(def.file, def.item.name_range);
        format!("`{}` ({place})", self.program.fn_name(id))
    }
}
