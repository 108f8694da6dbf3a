//! Expressions.
//!
//! Chains (`a.b().c()?`, `a + b + c`, `&*x as T`) nest to the left as deep as they are long, so
//! they are followed in a loop: down to the leftmost expression, then outwards again.

use ra_ap_syntax::SyntaxKind as K;

use super::body::{BodyLowering, label, lifetime};
use super::tokens::narrow;
use super::tree::{Node, is_expr};
use super::types::{plain, plain_path};
use crate::hir::{Arm, BinaryOp, ExprId, ExprKind, LoopHead, MacroScope, Name};

impl BodyLowering<'_, '_> {
    /// The first expression among the children of `node`; `Missing` where there is none.
    pub(super) fn child_expr(&mut self, node: Node<'_>) -> ExprId {
        match node.expr() {
            Some(expr) => self.expr(expr),
            None => self.add(node, ExprKind::Missing),
        }
    }

    /// An expression.
    pub(super) fn expr(&mut self, node: Node<'_>) -> ExprId {
        let base = self.spine.len();
        let mut innermost = node;
        while let Some(inner) = leftmost(innermost) {
            self.spine.push(innermost.id());
            innermost = inner;
        }
        let levels = narrow(self.spine.len() - base) + 1;
        if !self.file.enter(levels) {
            self.spine.truncate(base);
            self.file.refuse(node);
            return self.add(node, ExprKind::Missing);
        }
        let mut id = self.innermost(innermost);
        while self.spine.len() > base {
            if let Some(outer) = self.spine.pop() {
                id = self.outwards(node.tree().node(outer), id);
            }
        }
        self.file.leave(levels);
        id
    }

    /// An expression around its leftmost part `inner`, which is lowered already.
    fn outwards(&mut self, node: Node<'_>, inner: ExprId) -> ExprId {
        let kind = match node.kind() {
            K::PAREN_EXPR => return inner,
            K::METHOD_CALL_EXPR => ExprKind::MethodCall {
                receiver: inner,
                name: Self::field_name(node),
                name_range: node
                    .child(K::NAME_REF)
                    .map_or_else(|| self.file.range(node), |name| self.file.range(name)),
                generics: self.file.turbofish(node),
                args: self.args(node),
            },
            K::FIELD_EXPR => ExprKind::Field(inner, Self::field_name(node)),
            K::INDEX_EXPR => {
                let index = match node.exprs().nth(1) {
                    Some(index) => self.expr(index),
                    None => self.add(node, ExprKind::Missing),
                };
                ExprKind::Index(inner, index)
            }
            K::CALL_EXPR => ExprKind::Call(inner, self.args(node)),
            K::TRY_EXPR => ExprKind::Try(inner),
            K::AWAIT_EXPR => {
                let keyword = node.child(K::AWAIT_KW).unwrap_or(node);
                ExprKind::Await(inner, self.file.range(keyword))
            }
            K::CAST_EXPR => ExprKind::Cast(inner, self.file.child_type(node)),
            K::REF_EXPR => ExprKind::Ref(inner),
            K::PREFIX_EXPR if node.has(K::STAR) => ExprKind::Deref(inner),
            K::PREFIX_EXPR => ExprKind::Unary(inner),
            K::RANGE_EXPR => {
                let end = node.exprs().nth(1).map(|end| self.expr(end));
                ExprKind::Range(Some(inner), end)
            }
            K::BIN_EXPR => {
                let right = match node.exprs().nth(1) {
                    Some(right) => self.expr(right),
                    None => self.add(node, ExprKind::Missing),
                };
                ExprKind::Binary(operator(node), inner, right)
            }
            _ => ExprKind::Missing,
        };
        self.add(node, kind)
    }

    fn args(&mut self, node: Node<'_>) -> Vec<ExprId> {
        let Some(list) = node.child(K::ARG_LIST) else {
            return Vec::new();
        };
        list.exprs().map(|arg| self.expr(arg)).collect()
    }

    /// An expression that does not begin with another one.
    fn innermost(&mut self, node: Node<'_>) -> ExprId {
        let kind = match node.kind() {
            K::LITERAL => {
                let token = node.children().find(|child| child.kind() != K::ATTR);
                token
                    .and_then(|token| literal(token.kind(), token.text()))
                    .unwrap_or(ExprKind::Missing)
            }
            K::PATH_EXPR => ExprKind::Path(self.variable(node)),
            // `_ = e`: a place that drops what it is given.
            K::UNDERSCORE_EXPR => ExprKind::Path(plain_path(&["_"])),
            K::BLOCK_EXPR => self.block(node),
            K::IF_EXPR => self.conditional(node),
            K::LET_EXPR => {
                let value = self.child_expr(node);
                ExprKind::Let(self.child_pat(node), value)
            }
            K::MATCH_EXPR => {
                let scrutinee = self.child_expr(node);
                let arms = match node.child(K::MATCH_ARM_LIST) {
                    Some(list) => self.arms(list),
                    None => Vec::new(),
                };
                ExprKind::Match(scrutinee, arms)
            }
            K::LOOP_EXPR => {
                let body = self.child_expr(node);
                ExprKind::Loop(LoopHead::Infinite, body, label(node))
            }
            K::WHILE_EXPR => {
                let cond = self.child_expr(node);
                let body = self.nth_expr(node, 1);
                ExprKind::Loop(LoopHead::While(cond), body, label(node))
            }
            K::FOR_EXPR => {
                let iterable = self.child_expr(node);
                let pat = self.child_pat(node);
                let body = self.nth_expr(node, 1);
                ExprKind::Loop(LoopHead::For(pat, iterable), body, label(node))
            }
            K::CLOSURE_EXPR => self.closure(node),
            K::BREAK_EXPR => {
                let value = node.expr().map(|value| self.expr(value));
                ExprKind::Break(lifetime(node), value)
            }
            K::CONTINUE_EXPR => ExprKind::Continue(lifetime(node)),
            K::RETURN_EXPR | K::BECOME_EXPR | K::YEET_EXPR => {
                ExprKind::Return(node.expr().map(|value| self.expr(value)))
            }
            K::YIELD_EXPR => {
                let value = node.expr().map(|value| self.expr(value));
                let args = value.into_iter().collect();
                ExprKind::Macro(Name::new("yield"), MacroScope::Move, args)
            }
            K::TUPLE_EXPR => ExprKind::Tuple(node.exprs().map(|it| self.expr(it)).collect()),
            K::ARRAY_EXPR => ExprKind::Array(node.exprs().map(|it| self.expr(it)).collect()),
            K::RECORD_EXPR => self.record(node),
            K::RANGE_EXPR => ExprKind::Range(None, node.expr().map(|end| self.expr(end))),
            K::MACRO_EXPR => match node.child(K::MACRO_CALL) {
                Some(call) => return self.macro_call(call),
                None => ExprKind::Missing,
            },
            _ => ExprKind::Missing,
        };
        self.add(node, kind)
    }

    fn nth_expr(&mut self, node: Node<'_>, at: usize) -> ExprId {
        match node.exprs().nth(at) {
            Some(expr) => self.expr(expr),
            None => self.add(node, ExprKind::Missing),
        }
    }

    fn conditional(&mut self, node: Node<'_>) -> ExprKind {
        let mut parts = node.exprs();
        let (cond, then, els) = (parts.next(), parts.next(), parts.next());
        let mut part = |it: Option<Node<'_>>| match it {
            Some(it) => self.expr(it),
            None => self.add(node, ExprKind::Missing),
        };
        let cond = part(cond);
        let then = part(then);
        ExprKind::If(cond, then, els.map(|els| self.expr(els)))
    }

    /// The arms of a match.
    pub(super) fn arms(&mut self, list: Node<'_>) -> Vec<Arm> {
        let mut arms = Vec::new();
        for node in list.children().filter(|it| it.kind() == K::MATCH_ARM) {
            let guard = node.child(K::MATCH_GUARD).and_then(Node::expr);
            arms.push(Arm {
                pat: self.child_pat(node),
                guard: guard.map(|guard| self.expr(guard)),
                body: self.child_expr(node),
                range: self.file.range(node),
            });
        }
        arms
    }

    fn closure(&mut self, node: Node<'_>) -> ExprKind {
        let mut params = Vec::new();
        if let Some(list) = node.child(K::PARAM_LIST) {
            for param in list.children().filter(|it| it.kind() == K::PARAM) {
                let ty = self.file.child_type(param);
                params.push((self.child_pat(param), ty));
            }
        }
        ExprKind::Closure {
            params,
            body: self.child_expr(node),
            is_async: node.has(K::ASYNC_KW),
            is_move: node.has(K::MOVE_KW),
        }
    }

    fn record(&mut self, node: Node<'_>) -> ExprKind {
        let path = self.child_path(node);
        let mut fields = Vec::new();
        let mut spread = None;
        if let Some(list) = node.child(K::RECORD_EXPR_FIELD_LIST) {
            for child in list.children() {
                if is_expr(child.kind()) {
                    spread = Some(self.expr(child));
                } else if child.kind() == K::RECORD_EXPR_FIELD {
                    let value = self.child_expr(child);
                    let name = match child.child(K::NAME_REF) {
                        Some(name) => plain(name.text()),
                        // `S { x }`: the field is named as the variable.
                        None => child
                            .expr()
                            .map_or_else(Name::default, |it| plain(it.text())),
                    };
                    fields.push((name, value));
                }
            }
        }
        ExprKind::Struct(path, fields, spread)
    }
}

/// The expression that `node` begins with, where it is evaluated first and in the same scope.
fn leftmost(node: Node<'_>) -> Option<Node<'_>> {
    match node.kind() {
        K::AWAIT_EXPR
        | K::BIN_EXPR
        | K::CALL_EXPR
        | K::CAST_EXPR
        | K::FIELD_EXPR
        | K::INDEX_EXPR
        | K::METHOD_CALL_EXPR
        | K::PAREN_EXPR
        | K::PREFIX_EXPR
        | K::REF_EXPR
        | K::TRY_EXPR => node.expr(),
        K::RANGE_EXPR => {
            let mut parts = node.children().filter(|part| part.kind() != K::ATTR);
            parts.next().filter(|first| is_expr(first.kind()))
        }
        _ => None,
    }
}

/// The operator of a binary expression.
pub(super) fn operator(node: Node<'_>) -> BinaryOp {
    node.children()
        .find_map(|child| match child.kind() {
            K::AMP2 => Some(BinaryOp::And),
            K::PIPE2 => Some(BinaryOp::Or),
            K::EQ2 | K::NEQ | K::LTEQ | K::GTEQ | K::L_ANGLE | K::R_ANGLE => {
                Some(BinaryOp::Compare)
            }
            K::EQ => Some(BinaryOp::Assign),
            K::PLUSEQ
            | K::MINUSEQ
            | K::STAREQ
            | K::SLASHEQ
            | K::PERCENTEQ
            | K::SHLEQ
            | K::SHREQ
            | K::CARETEQ
            | K::PIPEEQ
            | K::AMPEQ => Some(BinaryOp::CompoundAssign),
            _ => None,
        })
        .unwrap_or(BinaryOp::Arithmetic)
}

/// Suffixes that name a literal's type.
const SUFFIXES: &[&str] = &[
    "u8", "u16", "u32", "u64", "u128", "usize", "i8", "i16", "i32", "i64", "i128", "isize", "f16",
    "f32", "f64", "f128",
];

/// A literal with the type that its form says; `i32` and `f64` where only the kind of number is
/// plain. `None` for a token that is no literal.
pub(super) fn literal(kind: K, text: &str) -> Option<ExprKind> {
    let suffix = || {
        // `0x1f32` is a number, `1f32` a float.
        let is_hex = text.starts_with("0x");
        SUFFIXES
            .iter()
            .find(|suffix| text.ends_with(**suffix) && !(is_hex && suffix.starts_with('f')))
            .copied()
    };
    let name = match kind {
        K::TRUE_KW | K::FALSE_KW => return Some(ExprKind::Bool(kind == K::TRUE_KW)),
        K::CHAR => "char",
        K::BYTE => "u8",
        K::STRING => "str",
        K::C_STRING => "CStr",
        K::INT_NUMBER if text == "1" => return Some(ExprKind::One),
        K::INT_NUMBER => suffix().unwrap_or("i32"),
        K::FLOAT_NUMBER => suffix().unwrap_or("f64"),
        K::BYTE_STRING => return Some(ExprKind::Literal(None)),
        _ => return None,
    };
    Some(ExprKind::Literal(Some(Name::new_static(name))))
}
