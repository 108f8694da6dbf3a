//! Reads the files of a configuration into one list of tokens.

use std::collections::BTreeMap;

use super::files::{self, Files, Target, Unread};
use super::lexer::{self, Piece};
use super::placeholder;
use super::problem::{Problem, ProblemKind};
use super::token::{Token, TokenKind, Words};
use crate::model::Name;
use crate::place::{FileId, Place, Sources};

/// What the policy says about a router's files.
#[derive(Debug, Clone)]
pub struct Options {
    /// What an include means: as it is written, or its file name, to a path from the root.
    pub include: BTreeMap<String, String>,
    /// Values of placeholders, and of names that nothing defines.
    pub vars: BTreeMap<String, String>,
    /// The most that all files together may hold, in bytes.
    pub max_bytes: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            include: BTreeMap::new(),
            vars: BTreeMap::new(),
            max_bytes: 128 << 20,
        }
    }
}

/// How many files deep BIRD includes, the first one counted.
const MAX_INCLUDE_DEPTH: usize = 8;

/// How many files one configuration may name; a pattern in a loop of patterns names very many.
const MAX_FILES: usize = 100_000;

/// The tokens of a configuration.
#[derive(Debug, Default)]
pub(super) struct Read {
    pub(super) tokens: Vec<Token>,
    pub(super) words: Words,
    pub(super) sources: Sources,
    pub(super) problems: Vec<Problem>,
    /// Placeholders without a value, outside of comments: harmless in what has no effect.
    pub(super) missing: Vec<(Place, Name)>,
}

/// Reads `entry` and what it includes.
pub(super) fn read(entry: &str, files: &dyn Files, options: &Options) -> Read {
    let mut reader = Reader {
        files,
        options,
        read: Read::default(),
        open: Vec::new(),
        bytes: 0,
        count: 0,
    };
    match files.read(entry) {
        Ok(text) => reader.file(entry, &text),
        Err(unread) => {
            let file = reader.read.sources.add(files.shown(entry), "".into());
            reader.unseen(Place::file(file), entry, &unread);
        }
    }
    let mut read = reader.read;
    let end = read
        .tokens
        .last()
        .map_or(Place::file(FileId(0)), |last| Place {
            start: last.place.end,
            ..last.place
        });
    read.tokens.push(Token {
        kind: TokenKind::End,
        place: end,
    });
    read
}

struct Reader<'a> {
    files: &'a dyn Files,
    options: &'a Options,
    read: Read,
    /// The files that are being read, the innermost last.
    open: Vec<String>,
    bytes: usize,
    count: usize,
}

impl Reader<'_> {
    fn file(&mut self, path: &str, text: &std::sync::Arc<str>) {
        self.bytes = self.bytes.saturating_add(text.len());
        self.count += 1;
        let file = self.read.sources.add(self.files.shown(path), text.clone());
        if self.bytes > self.options.max_bytes || self.count > MAX_FILES {
            self.problem(
                ProblemKind::NotVisible,
                Place::file(file),
                format!(
                    "the files of this router are larger than {} MB together, or more than {MAX_FILES}: they are not read any further",
                    self.options.max_bytes >> 20
                ),
                None,
            );
            return;
        }
        self.open.push(path.to_owned());
        let filled = placeholder::fill(text, &self.options.vars);
        let mut missing = filled.missing.iter().peekable();
        let mut rest: &str = &filled.text;
        let mut fresh = true;
        loop {
            let space = rest.len() - rest.trim_start().len();
            let (blank, after) = rest.split_at_checked(space).unwrap_or((rest, ""));
            fresh |= blank.contains('\n');
            rest = after;
            if rest.is_empty() {
                break;
            }
            let start = filled.text.len() - rest.len();
            let piece = lexer::piece(&mut rest, &mut self.read.words, fresh);
            let origin = filled.origin(start, filled.text.len() - rest.len());
            fresh = false;
            while let Some((name, range)) = missing.next_if(|(_, range)| range.start < origin.end) {
                // One in a comment is nobody's loss.
                if piece != Piece::Nothing {
                    self.read
                        .missing
                        .push((place(file, range), name.as_str().into()));
                }
            }
            let place = place(file, &origin);
            match piece {
                Piece::Token(kind) => self.read.tokens.push(Token { kind, place }),
                Piece::Nothing => {}
                Piece::Include(written) => self.include(&written, place),
                Piece::Wrong(message, kind) => {
                    self.problem(ProblemKind::Syntax, place, message.to_owned(), None);
                    self.read.tokens.push(Token { kind, place });
                }
            }
        }
        self.open.pop();
    }

    fn include(&mut self, written: &str, place: Place) {
        if written.contains(placeholder::HOLE) {
            return self.problem(
                ProblemKind::NotVisible,
                place,
                "which file this includes depends on a value that is not given".to_owned(),
                Some("give the value in the source's `vars`"),
            );
        }
        let name = written.rsplit('/').next().unwrap_or(written);
        let mapped = self
            .options
            .include
            .get(written)
            .or_else(|| self.options.include.get(name));
        let from = self.open.last().cloned().unwrap_or_default();
        let target = match mapped {
            Some(path) => files::target("", path),
            None => files::target(&from, written),
        };
        if self.open.len() >= MAX_INCLUDE_DEPTH {
            return self.problem(
                ProblemKind::Syntax,
                place,
                match &target {
                    Target::File(path) if self.open.contains(path) => {
                        format!("`{path}` includes itself")
                    }
                    _ => format!("includes are nested deeper than the {MAX_INCLUDE_DEPTH} files that BIRD allows"),
                },
                None,
            );
        }
        match target {
            Target::Outside => self.problem(
                ProblemKind::NotVisible,
                place,
                format!("`{written}` lies outside of the files that are compared"),
                Some("say in the source's `include` which file stands for it"),
            ),
            Target::File(path) if self.open.contains(&path) => self.problem(
                ProblemKind::Syntax,
                place,
                format!("`{path}` includes itself"),
                None,
            ),
            Target::File(path) => match self.files.read(&path) {
                Ok(text) => self.file(&path, &text),
                Err(unread) => self.unseen(place, &path, &unread),
            },
            Target::Pattern(pattern) => self.pattern(&pattern, place),
        }
    }

    fn pattern(&mut self, pattern: &str, place: Place) {
        let paths = files::matching(self.files, pattern);
        let folder = pattern.rsplit_once('/').map_or("", |(folder, _)| folder);
        if paths.is_empty()
            && !folder.contains(['*', '?', '[', '{'])
            && self.files.list(folder).is_empty()
        {
            // BIRD refuses a pattern in a folder that does not exist: on the router it must exist.
            return self.problem(
                ProblemKind::NotVisible,
                place,
                format!("there is no folder `{folder}` to look for `{pattern}` in"),
                Some("what lies there on the router cannot be seen; say in the source's `include` which files stand for it"),
            );
        }
        if paths.is_empty() {
            self.problem(
                ProblemKind::Note,
                place,
                format!("no file matches `{pattern}`, which BIRD accepts"),
                None,
            );
        }
        for path in paths {
            if self.open.contains(&path) {
                self.problem(
                    ProblemKind::Syntax,
                    place,
                    format!("`{path}` includes itself"),
                    None,
                );
                continue;
            }
            match self.files.read(&path) {
                Ok(text) => self.file(&path, &text),
                Err(unread) => self.unseen(place, &path, &unread),
            }
        }
    }

    fn unseen(&mut self, place: Place, path: &str, unread: &Unread) {
        let (message, help) = match unread {
            Unread::Missing => (
                format!("there is no file `{path}`"),
                Some(
                    "if it is made when the configuration is deployed, say in the source's `include` which file stands for it",
                ),
            ),
            Unread::Failed(why) => (format!("`{path}` cannot be read: {why}"), None),
        };
        self.problem(ProblemKind::NotVisible, place, message, help);
    }

    fn problem(&mut self, kind: ProblemKind, place: Place, message: String, help: Option<&str>) {
        self.read.problems.push(Problem {
            kind,
            place,
            message,
            help: help.map(str::to_owned),
        });
    }
}

fn place(file: FileId, range: &std::ops::Range<usize>) -> Place {
    let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    Place {
        file,
        start: offset(range.start),
        end: offset(range.end),
    }
}
