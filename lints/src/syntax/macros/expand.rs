//! Calls of the macros that the file defines, as what they expand to.

use ra_ap_parser::TopEntryPoint;
use ra_ap_syntax::SyntaxKind as K;

use super::rules::Locals;
use super::{BodyLowering, ExprId, Feed, Lowering, Node, Stmt, Tree, are_statements};
use crate::hir::Item;
use crate::syntax::tokens::Tokens;

impl<'t> Lowering<'t> {
    /// Lowers the expansion `tokens` of a call at `site`.
    pub(in crate::syntax) fn inside<'x, R>(
        &mut self,
        tokens: &'x Tokens<'x>,
        site: u32,
        lower: impl FnOnce(&mut Lowering<'x>) -> R,
    ) -> R
    where
        't: 'x,
    {
        let mut inner = Lowering {
            tokens,
            source: self.source,
            elsewhere: self.elsewhere,
            definition: self.definition,
            shift: self.shift,
            depth: self.depth,
            too_deep: self.too_deep,
            errors: std::mem::take(&mut self.errors),
            opaque: std::mem::take(&mut self.opaque),
            macros: self.macros,
            macro_crates: std::mem::take(&mut self.macro_crates),
            budget: self.budget,
            rules: std::mem::take(&mut self.rules),
            hygiene: std::mem::take(&mut self.hygiene),
        };
        let is_outermost = inner.rules.nesting == 0;
        if is_outermost {
            inner.rules.site = site;
            std::mem::swap(&mut inner.budget, &mut inner.rules.reserve);
        }
        inner.rules.nesting += 1;
        let result = lower(&mut inner);
        inner.rules.nesting -= 1;
        if is_outermost {
            std::mem::swap(&mut inner.budget, &mut inner.rules.reserve);
        }
        self.depth = inner.depth;
        self.too_deep = inner.too_deep;
        self.errors = inner.errors;
        self.opaque = inner.opaque;
        self.macros = inner.macros;
        self.macro_crates = inner.macro_crates;
        self.budget = inner.budget;
        self.rules = inner.rules;
        self.hygiene = inner.hygiene;
        result
    }

    /// Adds the items that `call` expands to; false where it is not expanded.
    pub(super) fn expanded_items(&mut self, call: Node<'_>, out: &mut Vec<Item>) -> bool {
        let Some(mut expansion) = self.expansion(call, Locals::Kept) else {
            return false;
        };
        let text = expansion.take_text();
        let tokens = expansion.tokens(&text, self.source.edition());
        let Some(tree) = parsed(&tokens, tokens.len(), &TopEntryPoint::MacroItems) else {
            return false;
        };
        if let Some(root) = tree.root() {
            self.inside(&tokens, call.start(), |file| file.items(root, out));
        }
        self.macros.resolved += 1;
        true
    }
}

impl BodyLowering<'_, '_> {
    /// The expression that `call` expands to.
    pub(super) fn expanded_value(&mut self, call: Node<'_>) -> Option<ExprId> {
        let mut expansion = self.file.expansion(call, Locals::Renamed)?;
        let text = expansion.take_text();
        let tokens = expansion.tokens(&text, self.tokens().edition());
        // rustc leaves out a `;` behind the expression.
        let has_semicolon = |&id: &u32| tokens.kind(id) == K::SEMICOLON;
        let len = tokens.len();
        let end = len - u32::from(len.checked_sub(1).as_ref().is_some_and(has_semicolon));
        if let Some(tree) = parsed(&tokens, end, &TopEntryPoint::Expr) {
            let root = tree.root()?;
            self.file.macros.resolved += 1;
            return Some(self.inside(&tokens, call.start(), |body| body.expr(root)));
        }
        // Statements at the end of a block.
        let tree = parsed_statements(&tokens)?;
        let root = tree.root()?;
        self.file.macros.resolved += 1;
        let (stmts, tail) = self.inside(&tokens, call.start(), |body| body.statements(root));
        let range = self.file.range(call);
        Some(self.plain_block(range, stmts, tail))
    }

    /// Adds what the statement `node` expands to, if it is a macro call that is expanded.
    pub(in crate::syntax) fn statement_macro(
        &mut self,
        node: Node<'_>,
        stmts: &mut Vec<Stmt>,
        tail: &mut Option<ExprId>,
    ) -> bool {
        let is_statement = node.kind() == K::EXPR_STMT;
        let expr = if is_statement {
            node.expr()
        } else {
            Some(node)
        };
        let call = expr
            .filter(|expr| expr.kind() == K::MACRO_EXPR)
            .and_then(|expr| expr.child(K::MACRO_CALL));
        let Some(call) = call else {
            return false;
        };
        // At the end of a block `m!()` is an expression, `m! {}` is what it expands to.
        if !is_statement && !call.text().ends_with('}') {
            return false;
        }
        let Some(mut expansion) = self.file.expansion(call, Locals::Renamed) else {
            return false;
        };
        let text = expansion.take_text();
        let tokens = expansion.tokens(&text, self.tokens().edition());
        let Some(tree) = parsed_statements(&tokens) else {
            return false;
        };
        let Some(root) = tree.root() else {
            return false;
        };
        if !self.file.enter(1) {
            self.file.refuse(node);
            return true;
        }
        let (inner, value) = self.inside(&tokens, call.start(), |body| body.statements(root));
        self.file.leave(1);
        self.file.macros.resolved += 1;
        stmts.extend(tail.take().map(Stmt::Expr));
        stmts.extend(inner);
        if is_statement {
            stmts.extend(value.map(Stmt::Expr));
        } else {
            *tail = value;
        }
        true
    }
}

/// The first `len` of `tokens`, if they are all of one `entry`.
fn parsed<'x>(tokens: &'x Tokens<'x>, len: u32, entry: &TopEntryPoint) -> Option<Tree<'x>> {
    let tree = Tree::parse(tokens, &Feed::range(tokens, 0, len), entry);
    tree.is_sound().then_some(tree)
}

/// `tokens` as statements, perhaps none.
fn parsed_statements<'x>(tokens: &'x Tokens<'x>) -> Option<Tree<'x>> {
    let tree = parsed(tokens, tokens.len(), &TopEntryPoint::MacroStmts)?;
    let is_read = tokens.len() == 0 || tree.root().is_some_and(are_statements);
    is_read.then_some(tree)
}
