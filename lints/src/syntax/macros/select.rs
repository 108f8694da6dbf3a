//! `select!` of tokio and futures, and that of channels.

use ra_ap_parser::{PrefixEntryPoint, TopEntryPoint};
use ra_ap_syntax::SyntaxKind as K;

use super::args::Args;
use super::{Arm, BodyLowering, ExprKind, MacroScope, Name, PatKind, TokenId, Tree};
use crate::hir::Branch;
use crate::syntax::tokens::{is_close, is_open};

/// tokio allows 64 branches; more are not read, which also bounds the time.
const BRANCHES: usize = 64;

/// A branch that parsed: pattern, future (or an operation of a channel), precondition, handler.
struct Parsed<'t> {
    pat: Option<Tree<'t>>,
    future: Tree<'t>,
    is_channel: bool,
    precondition: Option<Tree<'t>>,
    handler: Tree<'t>,
}

impl<'t> BodyLowering<'_, 't> {
    /// `pat = future, if precondition => handler`, separated by commas, and handlers for when no
    /// branch can run. Nothing is lowered unless all of it parses.
    pub(super) fn select(&mut self, args: &Args) -> Option<ExprKind> {
        let tokens = self.tokens();
        let mut at = args.first();
        if tokens.token_text(at) == "biased" && tokens.kind(at + 1) == K::SEMICOLON {
            at += 2;
        }
        let mut branches = Vec::new();
        let mut others = Vec::new();
        while at < args.close {
            if branches.len() + others.len() > BRANCHES {
                return None;
            }
            let arrow = self.find(at, args.close, |id| {
                tokens.kind(id) == K::EQ && tokens.is_pair(id, K::R_ANGLE)
            })?;
            let (handler, next) = self.handler(arrow + 2, args.close)?;
            if arrow == at + 1 && matches!(tokens.token_text(at), "else" | "complete" | "default") {
                others.push(handler);
            } else {
                branches.push(self.branch(at, arrow, handler)?);
            }
            at = next;
        }
        if branches.iter().any(|branch| branch.is_channel) {
            return self.channels(&branches, &others);
        }
        let mut lowered = Vec::new();
        for branch in &branches {
            lowered.push(self.lower_branch(branch)?);
        }
        let mut els = None;
        for other in &others {
            let handler = self.expr(other.root()?);
            if els.is_none() {
                els = Some(handler);
                continue;
            }
            // `complete` beside `default`: a branch whose future is not written.
            let range = self.file.range(other.root()?);
            lowered.push(Branch {
                pat: self.synthetic_pat(range, PatKind::Wild),
                future: self.push(range, ExprKind::Missing),
                precondition: None,
                handler,
            });
        }
        Some(ExprKind::Select(lowered, els))
    }

    /// `recv(r) -> msg => …, send(s, m) -> res => …, default(timeout) => …`: the operands are
    /// temporaries of a match around all handlers.
    fn channels(&mut self, branches: &[Parsed<'t>], others: &[Tree<'t>]) -> Option<ExprKind> {
        let mut operands = Vec::new();
        for branch in branches {
            operands.push(self.expr(branch.future.root()?));
        }
        let mut arms = Vec::new();
        let handlers = branches
            .iter()
            .map(|branch| (branch.pat.as_ref(), &branch.handler));
        for (pat, handler) in handlers.chain(others.iter().map(|other| (None, other))) {
            let root = handler.root()?;
            let range = self.file.range(root);
            let pat = match pat {
                Some(pat) => self.pat(pat.root()?),
                None => self.synthetic_pat(range, PatKind::Wild),
            };
            let body = self.expr(root);
            arms.push(Arm {
                pat,
                guard: None,
                body,
                range,
            });
        }
        let range = branches
            .first()?
            .future
            .root()
            .map(|first| self.file.range(first))?;
        let name = Name::new_static("select");
        let ready = self.push(range, ExprKind::Macro(name, MacroScope::Borrow, operands));
        Some(ExprKind::Match(ready, arms))
    }

    fn branch(&mut self, from: TokenId, arrow: TokenId, handler: Tree<'t>) -> Option<Parsed<'t>> {
        let tokens = self.tokens();
        let to = |id| tokens.kind(id) == K::MINUS && tokens.is_pair(id, K::R_ANGLE);
        let operation_end = match self.find(from, arrow, to) {
            Some(end) => Some((end, end + 2)),
            None if tokens.token_text(from) == "default" => Some((arrow, arrow)),
            None => None,
        };
        if let Some((end, pat)) = operation_end {
            return Some(Parsed {
                pat: if pat < arrow {
                    Some(self.file.fragment(pat, arrow, &TopEntryPoint::Pattern)?)
                } else {
                    None
                },
                future: self.file.fragment(from, end, &TopEntryPoint::Expr)?,
                is_channel: true,
                precondition: None,
                handler,
            });
        }
        let equals = self.find(from, arrow, |id| {
            let is_joint = tokens.is_pair(id, K::EQ) || is_operator_before(tokens, id);
            tokens.kind(id) == K::EQ && !is_joint
        })?;
        let condition = self.find(equals + 1, arrow, |id| {
            tokens.kind(id) == K::COMMA && tokens.kind(id + 1) == K::IF_KW
        });
        let end = condition.unwrap_or(arrow);
        Some(Parsed {
            pat: Some(self.file.fragment(from, equals, &TopEntryPoint::Pattern)?),
            future: self.file.fragment(equals + 1, end, &TopEntryPoint::Expr)?,
            is_channel: false,
            precondition: match condition {
                Some(comma) => Some(self.file.fragment(comma + 2, arrow, &TopEntryPoint::Expr)?),
                None => None,
            },
            handler,
        })
    }

    /// A handler and the token where the next branch begins: a block, or an expression before a
    /// comma.
    fn handler(&mut self, from: TokenId, to: TokenId) -> Option<(Tree<'t>, TokenId)> {
        let tokens = self.tokens();
        let (tree, next) = if tokens.kind(from) == K::L_CURLY {
            let after = tokens.after_group(from, to)?;
            (
                self.file.fragment(from, after, &TopEntryPoint::Expr)?,
                after,
            )
        } else {
            self.file.prefix(from, to, &PrefixEntryPoint::Expr)?
        };
        let is_separated = tokens.kind(next) == K::COMMA && next < to;
        if !is_separated && next < to && tokens.kind(from) != K::L_CURLY {
            return None;
        }
        Some((tree, if is_separated { next + 1 } else { next }))
    }

    fn lower_branch(&mut self, branch: &Parsed<'t>) -> Option<Branch> {
        let future = self.expr(branch.future.root()?);
        let precondition = match &branch.precondition {
            Some(condition) => Some(self.expr(condition.root()?)),
            None => None,
        };
        Some(Branch {
            pat: self.pat(branch.pat.as_ref()?.root()?),
            future,
            precondition,
            handler: self.expr(branch.handler.root()?),
        })
    }

    /// The first token of `from..to`, outside any bracket, that is wanted.
    fn find(
        &self,
        from: TokenId,
        to: TokenId,
        is_wanted: impl Fn(TokenId) -> bool,
    ) -> Option<TokenId> {
        let tokens = self.tokens();
        let mut depth = 0_u32;
        for id in from..to {
            let kind = tokens.kind(id);
            if is_open(kind) {
                depth += 1;
            } else if is_close(kind) {
                depth = depth.checked_sub(1)?;
            } else if depth == 0 && is_wanted(id) {
                return Some(id);
            }
        }
        None
    }
}

/// Whether the token before `id` makes one operator with a `=` at `id`.
fn is_operator_before(tokens: &crate::syntax::tokens::Tokens<'_>, id: TokenId) -> bool {
    let Some(before) = id.checked_sub(1) else {
        return false;
    };
    tokens.joint(before)
        && matches!(
            tokens.kind(before),
            K::EQ | K::BANG | K::L_ANGLE | K::R_ANGLE | K::DOT
        )
}
