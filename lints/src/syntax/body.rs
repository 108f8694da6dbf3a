//! Bodies: the arena, blocks and statements.

use ra_ap_syntax::SyntaxKind as K;

use super::Lowering;
use super::tokens::{narrow, wide};
use super::tree::{Node, is_expr, is_item};
use crate::hir::{BlockKind, Body, Expr, ExprId, ExprKind, Item, Name, Pat, PatId, Range, Stmt};

/// The state of lowering one body.
pub(super) struct BodyLowering<'l, 't> {
    /// The file's.
    pub(super) file: &'l mut Lowering<'t>,
    exprs: Vec<Expr>,
    pats: Vec<Pat>,
    items: Vec<Item>,
    shown: Vec<(ExprId, ExprId, bool)>,
    /// Expressions whose leftmost part is being lowered, outermost first: ids of their trees.
    pub(super) spine: Vec<u32>,
}

/// How much had been lowered at some time.
pub(super) struct Mark {
    exprs: usize,
    pats: usize,
    items: usize,
    opaque: usize,
}

/// Lowers one body: `build` gives its parameters and its value.
pub(super) fn lower(
    file: &mut Lowering<'_>,
    build: &mut dyn FnMut(&mut BodyLowering<'_, '_>) -> (Vec<PatId>, ExprId),
) -> Body {
    let outer = file.hygiene.enter_body(file.tokens.is_expansion());
    let mut body = BodyLowering {
        file,
        exprs: Vec::new(),
        pats: Vec::new(),
        items: Vec::new(),
        shown: Vec::new(),
        spine: Vec::new(),
    };
    let (params, root) = build(&mut body);
    body.file.hygiene.leave_body(outer);
    body.shown.sort_unstable();
    Body {
        exprs: body.exprs,
        pats: body.pats,
        params,
        root,
        items: body.items,
        shown: body.shown,
    }
}

impl<'t> BodyLowering<'_, 't> {
    /// Adds an expression to the arena.
    pub(super) fn push(&mut self, range: Range, kind: ExprKind) -> ExprId {
        let id = ExprId(narrow(self.exprs.len()));
        self.exprs.push(Expr { range, kind });
        id
    }

    /// Adds an expression that stands where `node` does.
    pub(super) fn add(&mut self, node: Node<'_>, kind: ExprKind) -> ExprId {
        let range = self.file.range(node);
        self.push(range, kind)
    }

    /// Adds a pattern to the arena.
    pub(super) fn push_pat(&mut self, pat: Pat) -> PatId {
        let id = PatId(narrow(self.pats.len()));
        self.pats.push(pat);
        id
    }

    /// Lowers a part of this body that stands in the expansion `tokens`.
    pub(super) fn inside<'x, R>(
        &mut self,
        tokens: &'x super::tokens::Tokens<'x>,
        site: u32,
        lower: impl FnOnce(&mut BodyLowering<'_, 'x>) -> R,
    ) -> R
    where
        't: 'x,
    {
        let exprs = std::mem::take(&mut self.exprs);
        let pats = std::mem::take(&mut self.pats);
        let items = std::mem::take(&mut self.items);
        let shown = std::mem::take(&mut self.shown);
        let (result, exprs, pats, items, shown) = self.file.inside(tokens, site, |file| {
            let mut body = BodyLowering {
                file,
                exprs,
                pats,
                items,
                shown,
                spine: Vec::new(),
            };
            let result = lower(&mut body);
            (result, body.exprs, body.pats, body.items, body.shown)
        });
        (self.exprs, self.pats, self.items) = (exprs, pats, items);
        self.shown = shown;
        result
    }

    /// What an expression of this body is.
    pub(super) fn kind(&self, id: ExprId) -> Option<&ExprKind> {
        self.exprs.get(wide(id.0)).map(|expr| &expr.kind)
    }

    /// The bytes of an expression of this body.
    pub(super) fn range_of(&self, id: ExprId) -> Option<Range> {
        self.exprs.get(wide(id.0)).map(|expr| expr.range)
    }

    /// Notes that the format string `format` shows `id`.
    pub(super) fn show(&mut self, format: ExprId, id: ExprId, debug: bool) {
        self.shown.push((format, id, debug));
    }

    /// Adds items that a macro stands for.
    pub(super) fn add_items(&mut self, items: Vec<Item>) {
        self.items.extend(items);
    }

    /// What [`Self::forget_since`] goes back to.
    pub(super) fn mark(&self) -> Mark {
        Mark {
            exprs: self.exprs.len(),
            pats: self.pats.len(),
            items: self.items.len(),
            opaque: self.file.opaque.len(),
        }
    }

    /// Forgets what was lowered since `mark`: a reading of a macro that came to nothing.
    pub(super) fn forget_since(&mut self, mark: &Mark) {
        self.exprs.truncate(mark.exprs);
        self.pats.truncate(mark.pats);
        self.items.truncate(mark.items);
        self.file.opaque.truncate(mark.opaque);
    }

    /// The tokens of the file, which outlive the body.
    pub(super) fn tokens(&self) -> &'t super::tokens::Tokens<'t> {
        self.file.tokens
    }

    /// A block with everything that can stand in front of it.
    pub(super) fn block(&mut self, node: Node<'_>) -> ExprKind {
        let kind = if node.has(K::ASYNC_KW) || node.has(K::GEN_KW) {
            BlockKind::Async
        } else if node.has(K::UNSAFE_KW) || node.has(K::CONST_KW) {
            BlockKind::Unsafe
        } else {
            BlockKind::Plain
        };
        let (stmts, tail) = match node.child(K::STMT_LIST) {
            Some(list) => self.statements(list),
            None => (Vec::new(), None),
        };
        ExprKind::Block {
            kind,
            label: label(node),
            stmts,
            tail,
        }
    }

    /// Statements and tail of a list; items in it go to the body.
    pub(super) fn statements(&mut self, list: Node<'_>) -> (Vec<Stmt>, Option<ExprId>) {
        let mut stmts = Vec::new();
        let mut tail = None;
        for node in list.children() {
            if self.statement_macro(node, &mut stmts, &mut tail) {
                continue;
            }
            if is_expr(node.kind()) {
                // After an error an earlier expression can stand bare as well: a statement.
                stmts.extend(tail.take().map(Stmt::Expr));
                match under_cfg(node, Stmt::Expr(self.expr(node))) {
                    Stmt::Expr(id) => tail = Some(id),
                    // A tail that is only sometimes there.
                    stmt => stmts.push(stmt),
                }
            } else if node.kind() == K::EXPR_STMT {
                if let Some(expr) = node.expr() {
                    let id = self.expr(expr);
                    stmts.push(under_cfg(node, Stmt::Expr(id)));
                }
            } else if node.kind() == K::LET_STMT {
                let stmt = self.let_statement(node);
                stmts.push(under_cfg(node, stmt));
            } else if is_item(node.kind()) {
                let mut items = std::mem::take(&mut self.items);
                self.file.item(node, &mut items);
                self.items = items;
            }
        }
        (stmts, tail)
    }

    fn let_statement(&mut self, node: Node<'_>) -> Stmt {
        let ty = self.file.child_type(node);
        let init = node.expr().map(|init| self.expr(init));
        let els = node
            .child(K::LET_ELSE)
            .and_then(Node::expr)
            .map(|els| self.expr(els));
        Stmt::Let {
            pat: self.child_pat(node),
            ty,
            init,
            els,
            range: self.file.range(node),
        }
    }
}

/// The statement with the `#[cfg(…)]` attributes of its node; those of an expression statement
/// belong to its leftmost operand.
fn under_cfg(node: Node<'_>, stmt: Stmt) -> Stmt {
    let mut at = Some(node);
    for _ in 0..8 {
        let Some(found) = at else { break };
        let cfg = super::attrs::Attrs::of(found).cfg;
        if !cfg.is_empty() {
            return Stmt::Cfg(cfg, Box::new(stmt));
        }
        if found.kind() == K::LET_STMT {
            break;
        }
        at = found.expr();
    }
    stmt
}

/// The label of a loop or block, without its apostrophe.
pub(super) fn label(node: Node<'_>) -> Option<Name> {
    lifetime(node.child(K::LABEL)?)
}

/// The lifetime below `node`, without its apostrophe.
pub(super) fn lifetime(node: Node<'_>) -> Option<Name> {
    let text = node.child(K::LIFETIME)?.text();
    Some(Name::new(text.strip_prefix('\'').unwrap_or(text)))
}
