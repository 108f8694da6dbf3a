//! From text to the facts of one file.
//!
//! A file is lexed once and parsed by rust-analyzer's grammar, which always gives a tree. That
//! tree leaves macro calls as tokens; here their arguments are parsed in place, from the same
//! tokens and by the same grammar, after what the macro is known to expand to. A macro that is not
//! known is read as expressions, statements or match arms, and only if all of it parses. Nothing
//! of the tree outlives [`lower`].
//!
//! A macro that the same file defines with `macro_rules!` is expanded: its body stands in the place
//! of the call. Files are lowered each on its own, so that they can be lowered side by side; one
//! that calls a macro of another file is lowered once more, [with](lower_with) its definition.

mod attrs;
mod body;
mod expansion;
mod expr;
mod items;
mod macros;
mod pats;
#[cfg(test)]
mod printer;
mod suppress;
#[cfg(test)]
mod tests;
mod tokens;
mod tree;
mod types;

use std::sync::Arc;

use ra_ap_parser::TopEntryPoint;
use ra_ap_syntax::Edition;
use rules::LineIndex;

use crate::hir::{File, MacroCounts, Name, Range};
use macros::{Hygiene, Rules};
use tokens::{Feed, Tokens, narrow};
use tree::{Node, Tree};

/// Levels of nesting that are followed; what lies deeper is `Missing`, and the file has an error.
///
/// A method chain or a sum counts a level for each link. The deepest of published code has 326.
const MAX_DEPTH: u32 = 2_000;

/// How the lexer's messages begin where it could not tell what ends where. Its others (an escape,
/// digits that are missing) are about one token, which is of no interest; and a backslash before
/// CRLF, which rustc reads as LF, is such an error.
const BOUNDARY_ERRORS: &[&str] = &["Missing trailing", "Invalid raw string"];

/// Lines at the top of a file in which a comment can say that it is generated.
const GENERATED_LINES: usize = 5;

/// What a comment at the top of a generated file says.
const GENERATED_MARKS: &[&str] = &[
    "@generated",
    "automatically generated",
    "Automatically generated",
];

/// Parses `text` and gives its facts. `text` is the file without the `bom` bytes of a byte-order
/// mark that stood in front; every range counts them, as the file on disk does.
///
/// It never fails: what does not parse is in [`File::errors`], and the rest is lowered.
pub fn lower(path: Arc<str>, text: &str, edition: Edition, bom: u32) -> File {
    lower_with(path, text, edition, bom, &[])
}

/// A macro that another file defines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Foreign {
    /// How this file calls it: first segment (empty for none) and name.
    pub keys: Vec<(Name, Name)>,
    /// What stands between its delimiters.
    pub body: Arc<str>,
    /// The edition of the file that defines it.
    pub edition: Edition,
    /// What `$crate` means in it; `None` for the crate of this file.
    pub krate: Option<Name>,
}

/// Whether it is known by name what a macro expands to.
pub fn is_known_macro(name: &str) -> bool {
    macros::is_known(name)
}

/// As [`lower`], with macros that other files define.
pub fn lower_with(
    path: Arc<str>,
    text: &str,
    edition: Edition,
    bom: u32,
    foreign: &[Foreign],
) -> File {
    let elsewhere: Vec<Tokens<'_>> = foreign
        .iter()
        .map(|found| Tokens::new(&found.body, found.edition))
        .collect();
    let tokens = Tokens::new(text, edition);
    let tree = Tree::parse(
        &tokens,
        &Feed::range(&tokens, 0, tokens.len()),
        &TopEntryPoint::SourceFile,
    );
    let mut lowering = Lowering {
        tokens: &tokens,
        source: &tokens,
        elsewhere: &elsewhere,
        definition: &tokens,
        shift: bom,
        depth: 0,
        too_deep: false,
        errors: Vec::new(),
        opaque: Vec::new(),
        macros: MacroCounts::default(),
        macro_crates: Vec::new(),
        budget: Lowering::budget(tokens.len()),
        rules: Rules::of(&tokens, &tree).with(foreign, &elsewhere),
        hygiene: Hygiene::default(),
    };
    for (start, end, message) in tokens.errors() {
        if !BOUNDARY_ERRORS
            .iter()
            .any(|error| message.starts_with(error))
        {
            continue;
        }
        let range = lowering.shifted(*start, *end);
        lowering.errors.push((range, message.clone()));
    }
    for (start, message) in &tree.errors {
        let range = lowering.shifted(*start, tokens.end(tokens.at(*start)));
        lowering.errors.push((range, message.clone()));
    }
    let lines = lines(text, bom);
    let mut items = Vec::new();
    let mut cfg = Vec::new();
    let mut allows_await = false;
    let mut suppressions = Vec::new();
    if let Some(root) = tree.root() {
        let attrs = attrs::Attrs::of(root);
        cfg = attrs.cfg;
        allows_await = attrs.allows_await;
        lowering.items(root, &mut items);
        suppressions = suppress::suppressions(root, &tokens, &path, &lines, bom);
    }
    let Lowering {
        mut errors,
        opaque,
        macros,
        macro_crates,
        rules,
        ..
    } = lowering;
    errors.sort_by_key(|(range, _)| *range);
    File {
        generated: is_generated(&tokens),
        path,
        lines,
        items,
        cfg,
        allows_await,
        suppressions,
        errors,
        macros,
        macro_rules: rules.exported(&tokens, bom),
        macro_calls: rules.calls(),
        macro_crates,
        opaque_macros: opaque,
    }
}

/// The line index of the file on disk: a byte-order mark is part of the first line and takes no
/// column.
fn lines(text: &str, bom: u32) -> LineIndex {
    if bom == 0 {
        return LineIndex::new(text);
    }
    LineIndex::new(&format!("\u{feff}{text}"))
}

fn is_generated(tokens: &Tokens<'_>) -> bool {
    let text = tokens.text();
    let head = text
        .match_indices('\n')
        .nth(GENERATED_LINES - 1)
        .map_or(text.len(), |(at, _)| at);
    tokens
        .comments()
        .iter()
        .take_while(|(start, _)| *start < narrow(head))
        .filter_map(|&(start, end)| tokens.slice(start, end).lines().next())
        .any(|line| GENERATED_MARKS.iter().any(|mark| line.contains(mark)))
}

/// The state of lowering one file.
struct Lowering<'t> {
    /// What is being lowered: the file, or the expansion of a macro.
    tokens: &'t Tokens<'t>,
    /// The file.
    source: &'t Tokens<'t>,
    /// Definitions of macros in other files.
    elsewhere: &'t [Tokens<'t>],
    /// Where the macro that is being expanded is defined.
    definition: &'t Tokens<'t>,
    /// Bytes that stand in front of the text on disk.
    shift: u32,
    /// Levels of nesting we are in.
    depth: u32,
    /// Whether [`MAX_DEPTH`] was met: it is said once.
    too_deep: bool,
    errors: Vec<(Range, String)>,
    opaque: Vec<(Name, Range)>,
    macros: MacroCounts,
    macro_crates: Vec<Name>,
    /// Tokens of macro arguments that may still be parsed.
    budget: u32,
    /// The macros that the file defines.
    rules: Rules,
    /// Names that expansions bind.
    hygiene: Hygiene,
}

impl Lowering<'_> {
    /// A range of the file on disk: what `start..end` of the text stands for.
    fn shifted(&self, start: u32, end: u32) -> Range {
        let (start, end) = self.tokens.place(start, end);
        Range {
            start: start.saturating_add(self.shift),
            end: end.max(start).saturating_add(self.shift),
        }
    }

    /// The range of `node`.
    fn range(&self, node: Node<'_>) -> Range {
        self.shifted(node.start(), node.end())
    }

    /// Goes `levels` down; false, and an error of the file, where that is too deep.
    fn enter(&mut self, levels: u32) -> bool {
        let depth = self.depth.saturating_add(levels);
        if depth > MAX_DEPTH {
            self.too_deep = true;
            return false;
        }
        self.depth = depth;
        true
    }

    /// Comes back up.
    fn leave(&mut self, levels: u32) {
        self.depth = self.depth.saturating_sub(levels);
    }

    /// Says once where the nesting is too deep to follow.
    fn refuse(&mut self, node: Node<'_>) {
        if std::mem::take(&mut self.too_deep) {
            let range = self.range(node);
            self.errors
                .push((range, format!("nested deeper than {MAX_DEPTH} levels")));
        }
    }
}
