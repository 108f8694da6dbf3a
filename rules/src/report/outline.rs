//! An outline: sentences for a person, one below the other, indented by what they belong to.

use super::escape;
use super::paint::{Page, Role};
use super::window::{self, Room};
use super::{Options, paint};
use crate::Io;

/// Columns of one level.
const INDENT: usize = 4;

/// Deeper levels are not indented further.
const DEEPEST: usize = 8;

/// A sentence of an outline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// How deep it stands; 0 is a heading.
    pub depth: usize,
    /// The sentence, with words of the input as they are.
    pub text: String,
}

impl Said {
    /// A sentence at `depth`.
    pub fn at(depth: usize, text: impl Into<String>) -> Self {
        Self {
            depth,
            text: text.into(),
        }
    }
}

/// A line of code that an outline is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Code {
    /// What stands above it: its place.
    pub(crate) place: String,
    /// Its number.
    pub(crate) number: u32,
    /// Its text.
    pub(crate) text: String,
    /// The bytes of the text that matter.
    pub(crate) mark: std::ops::Range<usize>,
}

/// Writes lines to standard error, wrapped as wide as that is; a table's rows are not.
pub(crate) fn aside(lines: &[String], io: &mut Io<'_>) {
    let width = io
        .stderr_terminal
        .map_or(100, |terminal| terminal.width.clamp(40, 160));
    let mut out = String::new();
    for line in lines {
        let line = escape::text(line);
        // Columns are aligned by more than one blank.
        if line.contains("  ") {
            out.push_str(&line);
            out.push('\n');
            continue;
        }
        for line in paint::wrap(&line, width, "", "  ") {
            out.push_str(&line);
            out.push('\n');
        }
    }
    // A closed standard error leaves nobody to tell.
    drop(io.stderr.write_all(escape::line_starts(&out).as_bytes()));
}

/// The outline on the page that is standard output.
pub(crate) fn outline(code: &Code, said: &[Said], io: &Io<'_>) -> String {
    let page = Page::stdout(io, &Options::default());
    let mut out = String::new();
    let place = escape::text(&code.place);
    out.push_str(&page.paint(Role::Place, &place));
    out.push('\n');
    let gutter = format!("{:>6} {} ", code.number, page.pick("│", "|"));
    let indent = code.text.len() - code.text.trim_start().len();
    let room = Room {
        width: page.width.saturating_sub(gutter.chars().count()),
        label: 0,
        dedent: indent,
        unicode: page.unicode,
    };
    let window = window::cut(&code.text, std::slice::from_ref(&code.mark), room);
    out.push_str(&page.paint(Role::Dim, &gutter));
    out.push_str(&window.text);
    out.push('\n');
    for said in said {
        if said.depth == 0 {
            out.push('\n');
        }
        let text = escape::text(&said.text);
        let text = if page.unicode {
            text
        } else {
            text.replace('→', "->").replace('…', "...")
        };
        let first = " ".repeat(INDENT * said.depth.min(DEEPEST));
        let rest = format!("{first}  ");
        for line in paint::wrap(&text, page.width, &first, &rest) {
            let is_heading = said.depth == 0;
            if is_heading {
                out.push_str(&page.paint(Role::Strong, &line));
            } else {
                out.push_str(&line);
            }
            out.push('\n');
        }
    }
    escape::line_starts(&out)
}
