//! The rules of a macro, taken apart.

use ra_ap_syntax::SyntaxKind as K;

use crate::syntax::tokens::{TokenId, Tokens, is_open};

/// Repetitions inside repetitions that are followed.
const MAX_DEPTH: u32 = 24;

/// `(pattern) => { body };`
pub(super) struct Rule {
    pub(super) pattern: Vec<Piece>,
    pub(super) body: Vec<Piece>,
}

/// A part of a pattern or of a body.
pub(super) enum Piece {
    /// Tokens as they are: in a pattern one token, or one operator.
    Tokens { from: TokenId, to: TokenId },
    /// `$name:fragment`; in a body `$name`. The token is the name.
    Variable { name: TokenId, fragment: Fragment },
    /// `$(…) sep op`.
    Repetition(Repetition),
    /// `$crate`; the token is the keyword.
    Crate(TokenId),
}

/// `$(…) sep op`.
pub(super) struct Repetition {
    pub(super) pieces: Vec<Piece>,
    /// Names of the variables inside.
    pub(super) names: Vec<TokenId>,
    /// The separator's tokens, perhaps none.
    pub(super) separator: (TokenId, TokenId),
    /// Whether it can be left out.
    pub(super) is_optional: bool,
    /// Whether it can stand more than once.
    pub(super) is_many: bool,
}

/// What a variable stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fragment {
    Block,
    Expr,
    Ident,
    Item,
    Lifetime,
    Literal,
    Meta,
    Pat,
    PatParam,
    Path,
    Stmt,
    Tree,
    Ty,
    Vis,
}

impl Fragment {
    fn named(name: &str) -> Option<Self> {
        Some(match name {
            "block" => Self::Block,
            "expr" | "expr_2021" => Self::Expr,
            "ident" => Self::Ident,
            "item" => Self::Item,
            "lifetime" => Self::Lifetime,
            "literal" => Self::Literal,
            "meta" => Self::Meta,
            "pat" => Self::Pat,
            "pat_param" => Self::PatParam,
            "path" => Self::Path,
            "stmt" => Self::Stmt,
            "tt" => Self::Tree,
            "ty" => Self::Ty,
            "vis" => Self::Vis,
            _ => return None,
        })
    }
}

/// The rules that tokens `from..to` are; `None` if any is not understood.
pub(super) fn rules(tokens: &Tokens<'_>, from: TokenId, to: TokenId) -> Option<Vec<Rule>> {
    let mut rules = Vec::new();
    let mut at = from;
    while at < to {
        let (pattern, next) = delimited(tokens, at, to, Side::Pattern)?;
        if tokens.kind(next) != K::EQ || !tokens.is_pair(next, K::R_ANGLE) {
            return None;
        }
        let (body, next) = delimited(tokens, next + 2, to, Side::Body)?;
        rules.push(Rule { pattern, body });
        at = next;
        if at < to {
            if tokens.kind(at) != K::SEMICOLON {
                return None;
            }
            at += 1;
        }
    }
    Some(rules)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Pattern,
    Body,
}

/// The pieces in the group at `open`, and the token after it.
fn delimited(
    tokens: &Tokens<'_>,
    open: TokenId,
    to: TokenId,
    side: Side,
) -> Option<(Vec<Piece>, TokenId)> {
    if open >= to || !is_open(tokens.kind(open)) {
        return None;
    }
    let after = tokens.after_group(open, to)?;
    Some((pieces(tokens, open + 1, after - 1, side, 0)?, after))
}

/// Delimiters are tokens as others: a pattern cannot match half a group, since no fragment begins
/// with a closing one.
fn pieces(
    tokens: &Tokens<'_>,
    from: TokenId,
    to: TokenId,
    side: Side,
    depth: u32,
) -> Option<Vec<Piece>> {
    if depth > MAX_DEPTH {
        return None;
    }
    let mut pieces = Vec::new();
    let mut at = from;
    while at < to {
        let next = at + 1;
        if tokens.kind(at) == K::DOLLAR && next < to {
            let kind = tokens.kind(next);
            if kind == K::L_PAREN {
                let after = tokens.after_group(next, to)?;
                let inner = self::pieces(tokens, next + 1, after - 1, side, depth + 1)?;
                let (repetition, after) = repetition(tokens, inner, after, to)?;
                pieces.push(Piece::Repetition(repetition));
                at = after;
                continue;
            }
            if kind == K::CRATE_KW {
                pieces.push(Piece::Crate(next));
                at = next + 1;
                continue;
            }
            let is_name = kind == K::IDENT || kind.is_keyword(tokens.edition());
            if is_name && side == Side::Body {
                let fragment = Fragment::Tree;
                pieces.push(Piece::Variable {
                    name: next,
                    fragment,
                });
                at = next + 1;
                continue;
            }
            if is_name && tokens.kind(next + 1) == K::COLON && next + 2 < to {
                let fragment = Fragment::named(tokens.token_text(next + 2))?;
                pieces.push(Piece::Variable {
                    name: next,
                    fragment,
                });
                at = next + 3;
                continue;
            }
        }
        let end = match side {
            Side::Pattern => at + tokens.operator(at, to),
            Side::Body => next,
        };
        match pieces.last_mut() {
            Some(Piece::Tokens { to, .. }) if side == Side::Body && *to == at => *to = end,
            _ => pieces.push(Piece::Tokens { from: at, to: end }),
        }
        at = end;
    }
    Some(pieces)
}

/// A repetition of `pieces`, whose separator and operator begin at `at`, and the token after it.
fn repetition(
    tokens: &Tokens<'_>,
    pieces: Vec<Piece>,
    at: TokenId,
    to: TokenId,
) -> Option<(Repetition, TokenId)> {
    // An operator as a separator has up to three tokens.
    let is_operator = |&id: &TokenId| matches!(tokens.kind(id), K::STAR | K::PLUS | K::QUESTION);
    let operator = (at..to.min(at + 4)).find(is_operator)?;
    let mut names = Vec::new();
    for piece in &pieces {
        match piece {
            Piece::Variable { name, .. } => names.push(*name),
            Piece::Repetition(inner) => names.extend_from_slice(&inner.names),
            Piece::Tokens { .. } | Piece::Crate(_) => {}
        }
    }
    let kind = tokens.kind(operator);
    let repetition = Repetition {
        pieces,
        names,
        separator: (at, operator),
        is_optional: kind != K::PLUS,
        is_many: kind != K::QUESTION,
    };
    Some((repetition, operator + 1))
}
