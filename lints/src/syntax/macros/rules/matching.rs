//! Arguments against patterns.
//!
//! rustc follows all readings of a repetition at once and refuses a macro for which that is
//! ambiguous; here a repetition takes what it can, and gives a separator back that nothing follows.

use ra_ap_parser::PrefixEntryPoint;
use ra_ap_syntax::SyntaxKind as K;

use super::super::args::Args;
use super::super::{Feed, Lowering, TokenId, Tree};
use super::pieces::{Fragment, Piece, Repetition};
use crate::syntax::tokens::{is_close, is_open, narrow};

/// Tokens among which the end of a fragment is looked for first.
const WINDOW: u32 = 12;

/// How many times more are taken where they were not enough.
const GROWTH: u32 = 4;

/// A name, as a token of the definition, with what it stands for.
pub(super) type Binding = (TokenId, Matched);

/// What a variable stands for.
#[derive(Debug, Clone)]
pub(super) enum Matched {
    /// Tokens of the arguments.
    One {
        from: TokenId,
        to: TokenId,
        fragment: Fragment,
    },
    /// One for each repetition.
    Many(Vec<Self>),
}

impl Lowering<'_> {
    /// What the variables of `pattern` stand for, if it matches `args` whole.
    pub(super) fn matched(&mut self, pattern: &[Piece], args: &Args) -> Option<Vec<Binding>> {
        let mut bindings = Vec::new();
        let end = self.sequence(pattern, args.first(), args.close, &mut bindings)?;
        (end == args.close).then_some(bindings)
    }

    /// Matches `pieces` from `at` on: the token after them.
    fn sequence(
        &mut self,
        pieces: &[Piece],
        mut at: TokenId,
        to: TokenId,
        out: &mut Vec<Binding>,
    ) -> Option<TokenId> {
        for piece in pieces {
            self.charge(1)?;
            at = match piece {
                Piece::Tokens { from, to: end } => self.literally(*from, *end, at, to)?,
                Piece::Variable { name, fragment } => {
                    let end = self.fragment_end(*fragment, at, to)?;
                    let one = Matched::One {
                        from: at,
                        to: end,
                        fragment: *fragment,
                    };
                    out.push((*name, one));
                    end
                }
                Piece::Repetition(repetition) => self.repeated(repetition, at, to, out)?,
                // A call from another macro of the file says `crate` where this one says `$crate`.
                Piece::Crate(_) if at < to && self.tokens.kind(at) == K::CRATE_KW => at + 1,
                Piece::Crate(_) => return None,
            };
        }
        Some(at)
    }

    /// The token after `from..end` of the definition, which is one token or operator.
    fn literally(&self, from: TokenId, end: TokenId, at: TokenId, to: TokenId) -> Option<TokenId> {
        let len = end - from;
        let is_same = at + len <= to
            && self.tokens.operator(at, to) == len
            && (0..len).all(|step| {
                self.tokens.kind(at + step) == self.definition.kind(from + step)
                    && self.tokens.token_text(at + step) == self.definition.token_text(from + step)
            });
        is_same.then_some(at + len)
    }

    fn repeated(
        &mut self,
        repetition: &Repetition,
        mut at: TokenId,
        to: TokenId,
        out: &mut Vec<Binding>,
    ) -> Option<TokenId> {
        let mut columns: Vec<Vec<Matched>> = vec![Vec::new(); repetition.names.len()];
        let mut count = 0_u32;
        let (from, end) = repetition.separator;
        loop {
            let mut start = at;
            if count > 0 && from < end {
                let Some(after) = self.literally(from, end, at, to) else {
                    break;
                };
                start = after;
            }
            let mut row = Vec::new();
            let Some(after) = self.sequence(&repetition.pieces, start, to, &mut row) else {
                break;
            };
            if after == at {
                break;
            }
            // The names come in the order in which they are matched.
            for (column, (_, matched)) in columns.iter_mut().zip(row) {
                column.push(matched);
            }
            at = after;
            count += 1;
            if !repetition.is_many {
                break;
            }
        }
        if count == 0 && !repetition.is_optional {
            return None;
        }
        let columns = columns.into_iter().map(Matched::Many);
        out.extend(repetition.names.iter().copied().zip(columns));
        Some(at)
    }

    /// The token after the fragment that begins at `at`.
    fn fragment_end(&mut self, fragment: Fragment, at: TokenId, to: TokenId) -> Option<TokenId> {
        let tokens = self.tokens;
        if fragment == Fragment::Vis {
            return Some(self.visibility_end(at, to));
        }
        if at >= to || is_close(tokens.kind(at)) {
            return None;
        }
        let kind = tokens.kind(at);
        let is_value = kind.is_literal() || matches!(kind, K::TRUE_KW | K::FALSE_KW);
        let is_word = kind == K::IDENT || kind.is_keyword(tokens.edition());
        let is_alone = at + 1 == to
            || matches!(tokens.kind(at + 1), K::COMMA | K::SEMICOLON)
            || is_close(tokens.kind(at + 1));
        match fragment {
            Fragment::Ident => (is_word && kind != K::UNDERSCORE).then_some(at + 1),
            Fragment::Lifetime => (kind == K::LIFETIME_IDENT).then_some(at + 1),
            Fragment::Literal if kind == K::MINUS => (at + 1 < to
                && matches!(tokens.kind(at + 1), K::INT_NUMBER | K::FLOAT_NUMBER))
            .then_some(at + 2),
            Fragment::Literal => is_value.then_some(at + 1),
            Fragment::Tree if is_open(kind) => tokens.after_group(at, to),
            Fragment::Tree => Some(at + tokens.operator(at, to)),
            Fragment::Expr if matches!(kind, K::LET_KW | K::UNDERSCORE) => None,
            Fragment::Expr if is_alone && (is_value || matches!(kind, K::IDENT | K::SELF_KW)) => {
                Some(at + 1)
            }
            Fragment::Ty if is_alone && kind == K::IDENT => Some(at + 1),
            Fragment::Block if kind != K::L_CURLY => None,
            Fragment::Block => tokens.after_group(at, to),
            Fragment::Expr => self.parsed_end(&PrefixEntryPoint::Expr, at, to),
            Fragment::Item => self.parsed_end(&PrefixEntryPoint::Item, at, to),
            Fragment::Meta => self.parsed_end(&PrefixEntryPoint::MetaItem, at, to),
            Fragment::Pat => self.parsed_end(&PrefixEntryPoint::PatTop, at, to),
            Fragment::PatParam => self.parsed_end(&PrefixEntryPoint::Pat, at, to),
            Fragment::Path => self.parsed_end(&PrefixEntryPoint::Path, at, to),
            Fragment::Stmt => self.parsed_end(&PrefixEntryPoint::Stmt, at, to),
            Fragment::Ty => self.parsed_end(&PrefixEntryPoint::Ty, at, to),
            Fragment::Vis => None,
        }
    }

    /// `pub`, `pub(…)` or nothing.
    fn visibility_end(&self, at: TokenId, to: TokenId) -> TokenId {
        let tokens = self.tokens;
        if at >= to || tokens.kind(at) != K::PUB_KW {
            return at;
        }
        let is_scope = tokens.kind(at + 1) == K::L_PAREN
            && matches!(
                tokens.kind(at + 2),
                K::CRATE_KW | K::SELF_KW | K::SUPER_KW | K::IN_KW
            );
        let scope = is_scope.then(|| tokens.after_group(at + 1, to)).flatten();
        scope.unwrap_or(at + 1)
    }

    /// Where the parser says that `entry` ends. It is asked with more and more of the tokens, so
    /// that a list of fragments takes no quadratic time.
    fn parsed_end(
        &mut self,
        entry: &PrefixEntryPoint,
        at: TokenId,
        to: TokenId,
    ) -> Option<TokenId> {
        let mut window = WINDOW;
        loop {
            let end = at.saturating_add(window).min(to);
            let feed = Feed::range(self.tokens, at, end);
            self.charge(end - at)?;
            let tree = Tree::prefix(self.tokens, &feed, entry);
            let next = at.saturating_add(narrow(tree.consumed));
            // At the end of the window it might have gone on.
            if tree.is_sound() && next > at && (next < end || end == to) {
                return Some(next);
            }
            if end == to {
                return None;
            }
            window = window.saturating_mul(GROWTH);
        }
    }
}
