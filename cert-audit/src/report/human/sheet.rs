//! The lines of a report, and how they are indented.

use rules::report::escape;
use rules::report::paint::{Page, Role};

/// Columns before everything that stands below a heading.
const INDENT: usize = 2;

/// Columns of the words that name a field.
const LABEL: usize = 11;

/// A report while it is written.
#[derive(Debug)]
pub(super) struct Sheet<'a> {
    pub(super) page: &'a Page,
    out: String,
}

impl<'a> Sheet<'a> {
    pub(super) fn new(page: &'a Page) -> Self {
        Self {
            page,
            out: String::new(),
        }
    }

    /// Columns below a heading.
    pub(super) fn room(&self) -> usize {
        self.page.width.saturating_sub(INDENT)
    }

    /// A finished line.
    pub(super) fn line(&mut self, line: &str) {
        self.out.push_str(line.trim_end());
        self.out.push('\n');
    }

    /// An empty line, then the heading of what follows.
    pub(super) fn heading(&mut self, text: &str) {
        self.out.push('\n');
        let text = self.page.paint(Role::Strong, text);
        self.line(&text);
    }

    /// An empty line.
    pub(super) fn gap(&mut self) {
        self.out.push('\n');
    }

    /// A finished line below a heading.
    pub(super) fn indented(&mut self, line: &str) {
        self.line(&format!("{}{line}", " ".repeat(INDENT)));
    }

    /// A sentence below a heading.
    pub(super) fn wrapped(&mut self, text: &str) {
        let indent = " ".repeat(INDENT);
        for line in self.page.wrap(&escape::text(text), &indent, &indent) {
            self.line(&line);
        }
    }

    /// A named sentence below a heading, wrapped under itself.
    pub(super) fn field(&mut self, label: &str, role: Role, text: &str) {
        let first = format!("{}{label:LABEL$} ", " ".repeat(INDENT));
        let rest = " ".repeat(first.len());
        let pad = " ".repeat(first.len().saturating_sub(INDENT + label.len()));
        for line in self.page.wrap(&escape::text(text), &first, &rest) {
            match line.strip_prefix(first.as_str()) {
                Some(text) => {
                    let label = self.page.paint(role, label);
                    self.line(&format!("{}{label}{pad}{text}", " ".repeat(INDENT)));
                }
                None => self.line(&line),
            }
        }
    }

    pub(super) fn finish(self) -> String {
        self.out
    }
}
