//! What the parser is trusted with: the one door to it.
//!
//! Source comes from pull requests, and the parser (`ra_ap_parser`) recurses with the nesting of
//! what it reads; on a stack overflow the process is gone, without a report. Each level of that
//! recursion takes a token that can begin a nested construct, so a text with few of them is safe
//! whatever it says: that is every file that people write. A longer one is parsed in growing
//! prefixes, on a large stack. The parser reads from left to right and gives a flat list of events,
//! from which the depth of the tree is read *exactly*; a prefix whose tree is shallow has left the
//! parser near the surface, so the next prefix can go deeper only by its own tokens. A table with
//! ten thousand `|` alternatives passes, which no scan of the text could tell from a nested chain.
//!
//! Measured on the dev profile, where frames are larger than in release: a level takes up to 2 kB
//! of stack for each such token. All 10,297 files of a cargo registry pass; 124 of them have more
//! than `SMALL` such tokens, one more than `LARGE`. Every word of up to two tokens and every
//! 41st of three, repeated 1,500 times in nine contexts, was parsed on a stack of 160 kB: each of
//! the 30 that overflowed it had counted tokens, and a tree that grew with them.

use std::fmt;

use ra_ap_parser::{Input, Output, Step};
use ra_ap_syntax::SyntaxKind as K;

/// Largest file that is read, in bytes.
pub const MAX_BYTES: usize = 8 << 20;

/// Stack, in bytes, that a thread needs which parses or lowers.
pub const STACK: usize = 64 << 20;

/// Depth of the tree, in nodes, at which a long text is given up. The deepest file of a cargo
/// registry has 326, the second 116.
pub const MAX_DEPTH: usize = 2_000;

/// So many tokens that can begin a nested construct are safe on [`STACK`], with a margin of four.
const SMALL: usize = 8_000;

/// So many are safe on `LARGE_STACK`, with a margin of two and a half. In a debug build the
/// parser takes 150,000 looks at one place for an endless loop, and it looks at least once for each
/// level on the way back; 32,000 brackets pass, 64,000 do not.
const LARGE: usize = if cfg!(debug_assertions) {
    20_000
} else {
    100_000
};

/// Stack of the thread that parses a long text, in bytes; only what is used of it is memory.
const LARGE_STACK: usize = 512 << 20;

/// Most such tokens: bounds the number of prefixes, and with it the time.
const MAX_NESTING: usize = 1_000_000;

/// Why a text is not parsed: a lower-case fragment that says what to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// Larger than [`MAX_BYTES`].
    TooLarge {
        /// Its size in bytes.
        bytes: u64,
    },
    /// Nested so deep that the parser might not survive it.
    TooDeep {
        /// The token, of those given, at which that is known.
        token: usize,
    },
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge { bytes } => write!(
                f,
                "has {bytes} bytes, and at most {MAX_BYTES} are read; split it, or exclude it if \
                 it is generated"
            ),
            Self::TooDeep { .. } => write!(
                f,
                "brackets, operators, types or `else if` nest more than {MAX_DEPTH} deep; split \
                 the expression, or exclude the file if it is generated"
            ),
        }
    }
}

impl std::error::Error for Limit {}

/// Tokens that can be parsed: all of them, or a prefix.
pub trait Tokens: Sync {
    /// How many there are, trivia not counted.
    fn count(&self) -> usize;
    /// Kind of token `at`, as the lexer gave it, and its text (needed for identifiers).
    fn token(&self, at: usize) -> (K, &str);
    /// The first `len` of them, as the parser reads them.
    fn input(&self, len: usize) -> Input;
}

/// Runs `grammar` over `tokens`. Call it on a thread with [`STACK`] bytes of stack.
///
/// # Errors
/// [`Limit::TooDeep`].
pub fn parse(
    tokens: &dyn Tokens,
    grammar: &(dyn Fn(&Input) -> Output + Sync),
) -> Result<Output, Limit> {
    let len = tokens.count();
    if len <= SMALL {
        return Ok(grammar(&tokens.input(len)));
    }
    let nesting: Vec<usize> = (0..len).filter(|&at| nests(tokens, at)).collect();
    if let Some(&token) = nesting.get(MAX_NESTING) {
        return Err(Limit::TooDeep { token });
    }
    if nesting.len() <= SMALL {
        return Ok(grammar(&tokens.input(len)));
    }
    let prefixes = |each: usize| -> Result<Output, Limit> {
        for &end in nesting.iter().skip(each).step_by(each) {
            shallow(&grammar(&tokens.input(end)))?;
        }
        Ok(grammar(&tokens.input(len)))
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
            // Where address space is limited: slower, on the stack that is here.
            Err(_) => prefixes(SMALL),
        }
    })
}

/// Whether the parser may descend at token `at`. Names, literals, closing brackets, separators and
/// operators that are never prefixes only make it loop.
fn nests(tokens: &dyn Tokens, at: usize) -> bool {
    let (kind, text) = tokens.token(at);
    match kind {
        // A range is two of them.
        K::DOT => at + 1 < tokens.count() && tokens.token(at + 1).0 == K::DOT,
        K::IDENT => matches!(
            text,
            "async" | "box" | "builtin" | "dyn" | "gen" | "raw" | "try" | "yeet"
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
        _ => !kind.is_literal(),
    }
}

/// Reads the depth of a tree from its events.
fn shallow(output: &Output) -> Result<(), Limit> {
    let (mut depth, mut token) = (0_usize, 0_usize);
    for step in output.iter() {
        match step {
            Step::Enter { .. } => {
                depth += 1;
                if depth > MAX_DEPTH {
                    return Err(Limit::TooDeep { token });
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
    Ok(())
}

#[cfg(test)]
mod tests;
