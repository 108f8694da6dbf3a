//! What the parser is trusted with: the one door to it.
//!
//! Source comes from pull requests. The parser of `ra_ap_syntax` recurses with the nesting of its
//! input, and so does the dropping of its tree — on a thread with a stack of 2 MiB that nobody can
//! enlarge, where an overflow aborts the process. Interning the nodes of a deep tree takes
//! quadratic time. So the parser runs here, in two steps, and nothing else calls it:
//!
//! 1. It first gives a flat list of events, from which the depth of the tree is read *exactly*,
//!    in a loop. A tree that is too deep is never built. A table with ten thousand `|` alternatives
//!    passes, which no scan of the text could tell from a nested chain.
//! 2. What remains is the recursion of the parser itself. Each level of it takes a token that can
//!    begin a nested construct, so a text with few of them is safe whatever it says. A longer one
//!    is parsed in growing prefixes on a large stack: the parser reads from left to right, so a
//!    prefix whose tree is shallow has left the parser near the surface, and the next prefix can
//!    go deeper only by its own tokens.
//!
//! Measured on the dev profile, where frames are larger than in release: the parser takes up to
//! 2 kB of stack for each such token, dropping a tree survives a depth of 16,000 and overflows at
//! 26,000, and a depth of 16,000 takes up to 4 s to build. The deepest of the 10,297 files in a
//! cargo registry is 326, and the second 116.

use std::fmt;

use ra_ap_parser::{LexedStr, Output, Step, StrStep, TopEntryPoint};
use ra_ap_syntax::{AstNode as _, Edition, Parse, SourceFile, SyntaxTreeBuilder, TextSize, ast};

/// Largest file that is parsed, in bytes: a tree takes 15 to 17 times the size of its text.
pub const MAX_BYTES: usize = 8 << 20;

/// Deepest syntax tree that is built, in nodes.
pub const MAX_DEPTH: usize = 1_000;

/// Stack, in bytes, that a thread needs which calls [`parse`].
pub const STACK: usize = 64 << 20;

/// Largest sum of the depths of all nodes of one tree: about a second of building it. The largest
/// in a cargo registry is 9 million.
const MAX_WORK: usize = 200_000_000;

/// Most tokens that can begin a nested construct: bounds the number of prefixes.
const MAX_NESTING: usize = 2_000_000;

/// So many such tokens are safe on [`STACK`], with a margin of four.
const SMALL: usize = 8_000;

/// So many are safe on [`LARGE_STACK`], with a margin of two and a half.
const LARGE: usize = 100_000;

/// Stack of the thread that parses a long text, in bytes; only what is used of it is memory.
const LARGE_STACK: usize = 512 << 20;

/// Why a text is not parsed. Each says what to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// Larger than [`MAX_BYTES`].
    TooLarge {
        /// Its size in bytes.
        bytes: u64,
    },
    /// The syntax tree is deeper than [`MAX_DEPTH`].
    Depth(Place),
    /// The tree as a whole would take too long to build.
    Work,
}

/// A place in the text: line and column from 1 (the column in Unicode scalar values), byte from 0.
pub type Place = rules::Position;

impl Limit {
    /// Where the text goes too deep; the start of the file for a limit on all of it.
    pub fn place(&self) -> Place {
        match *self {
            Self::Depth(place) => place,
            Self::TooLarge { .. } | Self::Work => Place::START,
        }
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge { bytes } => write!(
                f,
                "the file has {bytes} bytes and at most {MAX_BYTES} are read; split it, or exclude \
                 it if it is generated"
            ),
            Self::Depth(at) => write!(
                f,
                "brackets, operators, types or `else if` nest more than {MAX_DEPTH} deep at line \
                 {}, column {}; split the expression or exclude the file",
                at.line, at.column
            ),
            Self::Work => write!(
                f,
                "too much of the file is deeply nested to be parsed in bounded time; split it or \
                 exclude it"
            ),
        }
    }
}

impl std::error::Error for Limit {}

/// Whether the parser can be trusted with `text` on a thread with [`STACK`] bytes of stack.
///
/// For a caller whose own tree does not recurse: the parse that it makes afterwards is safe. Most
/// texts have so few tokens that begin a nested construct that counting them is enough.
pub fn check(text: &str, edition: Edition) -> Result<(), Limit> {
    if text.len() > MAX_BYTES {
        let bytes = u64::try_from(text.len()).unwrap_or(u64::MAX);
        return Err(Limit::TooLarge { bytes });
    }
    let lexed = LexedStr::new(edition, text);
    if (0..lexed.len())
        .filter(|&token| begins_nesting(&lexed, token))
        .count()
        <= SMALL
    {
        return Ok(());
    }
    events(text, &lexed, edition, &TopEntryPoint::SourceFile).map(drop)
}

/// Parses a file within the limits, as `SourceFile::parse` does, except that an error of the lexer
/// is a place without length. Call it on a thread with [`STACK`] bytes of stack.
///
/// # Panics
///
/// Only on a bug of the parser.
pub fn parse(text: &str, edition: Edition) -> Result<Parse<SourceFile>, Limit> {
    Ok(tree(text, edition, &TopEntryPoint::SourceFile)?
        .cast()
        .expect("the entry point always makes a source file"))
}

/// Parses an expression, such as a macro's argument, within the limits; `None` where the text is
/// not one expression from its first token to its last.
pub fn parse_expr(text: &str, edition: Edition) -> Result<Option<Parse<ast::Expr>>, Limit> {
    let parsed = tree(text, edition, &TopEntryPoint::Expr)?;
    Ok(if ast::Expr::can_cast(parsed.syntax_node().kind()) {
        parsed.cast()
    } else {
        None
    })
}

/// What `SourceFile::parse` does, with a look at the events before they become a tree.
fn tree(
    text: &str,
    edition: Edition,
    entry: &TopEntryPoint,
) -> Result<Parse<ra_ap_syntax::SyntaxNode>, Limit> {
    if text.len() > MAX_BYTES {
        return Err(Limit::TooLarge {
            bytes: u64::try_from(text.len()).unwrap_or(u64::MAX),
        });
    }
    let lexed = LexedStr::new(edition, text);
    let output = events(text, &lexed, edition, entry)?;
    let mut builder = SyntaxTreeBuilder::default();
    lexed.intersperse_trivia(&output, &mut |step| match step {
        StrStep::Token { kind, text } => builder.token(kind, text),
        StrStep::Enter { kind } => builder.start_node(kind),
        StrStep::Exit => builder.finish_node(),
        StrStep::Error { msg, pos } => builder.error(msg.to_owned(), size(pos)),
    });
    for (token, message) in lexed.errors() {
        builder.error(message.to_owned(), size(lexed.text_start(token)));
    }
    Ok(builder.finish())
}

/// The events of a parse, with a tree that may be built.
fn events(
    text: &str,
    lexed: &LexedStr<'_>,
    edition: Edition,
    entry: &TopEntryPoint,
) -> Result<Output, Limit> {
    let nesting: Vec<usize> = (0..lexed.len())
        .filter(|&token| begins_nesting(lexed, token))
        .collect();
    if nesting.len() > MAX_NESTING {
        return Err(Limit::Work);
    }
    if nesting.len() <= SMALL {
        return whole(text, lexed, edition, entry);
    }
    let prefixes = |each: usize| {
        for &token in nesting.iter().skip(each).step_by(each) {
            let prefix = text.get(..lexed.text_start(token)).unwrap_or_default();
            whole(prefix, &LexedStr::new(edition, prefix), edition, entry)?;
        }
        whole(text, lexed, edition, entry)
    };
    std::thread::scope(|scope| {
        let large = std::thread::Builder::new()
            .name("parser".to_owned())
            .stack_size(LARGE_STACK)
            .spawn_scoped(scope, || prefixes(LARGE));
        match large {
            Ok(thread) => match thread.join() {
                Ok(output) => output,
                Err(panic) => std::panic::resume_unwind(panic),
            },
            // Where address space is limited: slower on the stack that is here.
            Err(_) => prefixes(SMALL),
        }
    })
}

/// Runs the parser over all of `text` and looks at its events.
fn whole(
    text: &str,
    lexed: &LexedStr<'_>,
    edition: Edition,
    entry: &TopEntryPoint,
) -> Result<Output, Limit> {
    let output = entry.parse(&lexed.to_input(edition));
    match overrun(&output) {
        None => Ok(output),
        Some(Overrun::Depth { token }) => Err(Limit::Depth(place(text, nth(lexed, token)))),
        Some(Overrun::Work) => Err(Limit::Work),
    }
}

/// A tree that must not be built.
enum Overrun {
    /// Too deep, first at this token (trivia not counted).
    Depth {
        /// How many input tokens come before it.
        token: usize,
    },
    /// Too much nesting in all.
    Work,
}

/// Runs through the events of a parse and measures the tree that they describe.
fn overrun(output: &Output) -> Option<Overrun> {
    let (mut depth, mut work, mut token) = (0_usize, 0_usize, 0_usize);
    for step in output.iter() {
        match step {
            Step::Enter { .. } => {
                depth += 1;
                work += depth;
                if depth > MAX_DEPTH {
                    return Some(Overrun::Depth { token });
                }
                if work > MAX_WORK {
                    return Some(Overrun::Work);
                }
            }
            Step::Exit => depth = depth.saturating_sub(1),
            Step::Token { n_input_tokens, .. } => token += usize::from(n_input_tokens),
            // `a.0.0`, lexed as a float: its nodes are closed without events of their own.
            Step::FloatSplit { ends_in_dot } => {
                depth = depth.saturating_sub(1 + usize::from(!ends_in_dot));
                token += 1;
            }
            Step::Error { .. } => {}
        }
    }
    None
}

/// Upper bound on how deep a recursive parser can descend in `text`: for parsers that are not
/// behind this door. It counts; it does not look at what closes.
pub fn nesting(text: &str, edition: Edition) -> usize {
    let lexed = LexedStr::new(edition, text);
    (0..lexed.len())
        .filter(|&token| begins_nesting(&lexed, token))
        .count()
}

/// Whether the parser may descend at `token`. Names, literals, closing brackets, separators and
/// operators that are never prefixes only make it loop.
fn begins_nesting(lexed: &LexedStr<'_>, token: usize) -> bool {
    use ra_ap_syntax::SyntaxKind as K;
    let kind = lexed.kind(token);
    match kind {
        // A range is two of them.
        K::DOT => token + 1 < lexed.len() && lexed.kind(token + 1) == K::DOT,
        K::IDENT => matches!(
            lexed.text(token),
            "box" | "builtin" | "dyn" | "raw" | "yeet" | "gen" | "async" | "try"
        ),
        K::COMMA
        | K::SEMICOLON
        | K::COLON
        | K::R_PAREN
        | K::R_BRACK
        | K::R_CURLY
        | K::R_ANGLE
        | K::PLUS
        | K::SLASH
        | K::PERCENT
        | K::CARET
        | K::QUESTION
        | K::LIFETIME_IDENT
        | K::PUB_KW
        | K::SELF_KW
        | K::SELF_TYPE_KW
        | K::SUPER_KW
        | K::CRATE_KW
        | K::TRUE_KW
        | K::FALSE_KW
        | K::UNDERSCORE => false,
        _ => !kind.is_trivia() && !kind.is_literal(),
    }
}

/// Byte offset of the token before which `nth` tokens stand, trivia not counted.
fn nth(lexed: &LexedStr<'_>, nth: usize) -> usize {
    (0..lexed.len())
        .filter(|&token| !lexed.kind(token).is_trivia())
        .nth(nth)
        .map_or(0, |token| lexed.text_start(token))
}

/// The place of byte `at`.
fn place(text: &str, at: usize) -> Place {
    rules::LineIndex::new(text).position(u32::try_from(at).unwrap_or(u32::MAX))
}

/// An offset in a text that is at most [`MAX_BYTES`] long.
fn size(at: usize) -> TextSize {
    TextSize::new(u32::try_from(at).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests;
