//! Arguments of a macro as expressions.

use ra_ap_parser::TopEntryPoint;
use ra_ap_syntax::SyntaxKind as K;

use super::{BodyLowering, ExprId, ExprKind, Feed, Node, TokenId};
use crate::hir::BinaryOp;
use crate::syntax::expr::operator;
use crate::syntax::tokens::{Tokens, is_close, is_open};

/// The delimited tokens of a macro call.
pub(super) struct Args {
    /// The opening delimiter.
    pub(super) open: TokenId,
    /// The closing one.
    pub(super) close: TokenId,
}

/// What the arguments are parsed between, whatever the call has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Delimiter {
    /// As a tuple.
    Paren,
    /// As an array: `e; n` too.
    Bracket,
}

impl Args {
    /// The arguments of `call`; `None` where they do not end.
    pub(super) fn of(tokens: &Tokens<'_>, call: Node<'_>) -> Option<Self> {
        let tree = call.child(K::TOKEN_TREE)?;
        let open = tokens.at(tree.start());
        let close = tokens.at(tree.end()).checked_sub(1)?;
        (close > open && is_close(tokens.kind(close))).then_some(Self { open, close })
    }

    /// Whether nothing is named, so that nothing can run.
    pub(super) fn is_nameless(&self, tokens: &Tokens<'_>) -> bool {
        (self.first()..self.close).all(|id| {
            let kind = tokens.kind(id);
            kind != K::IDENT && kind != K::SELF_KW
        })
    }

    /// Whether there is no group, so that nothing is called.
    pub(super) fn is_flat(&self, tokens: &Tokens<'_>) -> bool {
        (self.first()..self.close).all(|id| {
            let kind = tokens.kind(id);
            !is_open(kind) && kind != K::DOT
        })
    }

    /// The first token between the delimiters.
    pub(super) fn first(&self) -> TokenId {
        self.open + 1
    }
}

impl BodyLowering<'_, '_> {
    /// Expressions between commas.
    pub(super) fn values(&mut self, args: &Args, delimiter: Delimiter) -> Option<Vec<ExprId>> {
        if let Some(values) = self.plain_values(args) {
            return Some(values);
        }
        let mut feed = Feed::default();
        let (open, close) = match delimiter {
            Delimiter::Paren => (K::L_PAREN, K::R_PAREN),
            Delimiter::Bracket => (K::L_BRACK, K::R_BRACK),
        };
        feed.push(args.open, open);
        feed.extend(self.tokens(), args.first(), args.close);
        feed.push(args.close, close);
        self.elements(&feed)
    }

    /// Arguments of one token each, which need no parser.
    fn plain_values(&mut self, args: &Args) -> Option<Vec<ExprId>> {
        let tokens = self.tokens();
        let is_plain = (args.first()..args.close).enumerate().all(|(at, id)| {
            let kind = tokens.kind(id);
            match at % 2 {
                0 => kind.is_literal() || matches!(kind, K::IDENT | K::SELF_KW),
                _ => kind == K::COMMA,
            }
        });
        if !is_plain {
            return None;
        }
        let ids = (args.first()..args.close).step_by(2);
        ids.map(|id| self.token(id)).collect()
    }

    /// The elements of the tuple or array that `feed` is.
    fn elements(&mut self, feed: &Feed) -> Option<Vec<ExprId>> {
        let tree = self.file.parse(feed, &TopEntryPoint::Expr)?;
        let root = tree.root()?;
        if !matches!(root.kind(), K::PAREN_EXPR | K::TUPLE_EXPR | K::ARRAY_EXPR) {
            return None;
        }
        let mut values = Vec::new();
        self.flatten(root, &mut values);
        Some(values)
    }

    fn flatten(&mut self, list: Node<'_>, out: &mut Vec<ExprId>) {
        for value in list.exprs() {
            // A group of fields or a JSON object, which was fed as a tuple.
            let is_group = matches!(value.kind(), K::PAREN_EXPR | K::TUPLE_EXPR);
            if is_group && value.text().starts_with('{') && self.file.enter(1) {
                self.flatten(value, out);
                self.file.leave(1);
            } else {
                let id = self.value(value);
                out.push(id);
            }
        }
    }

    /// An argument; of `name = e` the expression.
    fn value(&mut self, node: Node<'_>) -> ExprId {
        let is_assignment = node.kind() == K::BIN_EXPR && operator(node) == BinaryOp::Assign;
        let is_named =
            |left: &Node<'_>| matches!(left.kind(), K::PATH_EXPR | K::FIELD_EXPR | K::LITERAL);
        let mut sides = node.exprs();
        match (sides.next().filter(is_named), sides.next()) {
            (Some(_), Some(value)) if is_assignment => self.expr(value),
            _ => self.expr(node),
        }
    }

    /// Whether the expression is a variable.
    pub(super) fn is_variable(&self, id: ExprId) -> bool {
        match self.kind(id) {
            Some(ExprKind::Path(path)) => path.segments.len() == 1 && path.qself.is_none(),
            _ => false,
        }
    }

    /// What `log` and `tracing` take.
    pub(super) fn fields(&mut self, args: &Args) -> Option<Vec<ExprId>> {
        if let Some(values) = self.values(args, Delimiter::Paren) {
            return Some(values);
        }
        let mut feed = Feed::default();
        feed.push(args.open, K::L_PAREN);
        self.feed_fields(&mut feed, args.first(), args.close, Style::Log);
        feed.push(args.close, K::R_PAREN);
        self.elements(&feed)
    }

    /// Expressions with `name: e`, `a => b` and `;` between them.
    pub(super) fn pairs(&mut self, args: &Args) -> Option<Vec<ExprId>> {
        let mut feed = Feed::default();
        feed.push(args.open, K::L_PAREN);
        self.feed_fields(&mut feed, args.first(), args.close, Style::Pairs);
        feed.push(args.close, K::R_PAREN);
        self.elements(&feed)
    }

    /// Feeds the tokens of `from..to` such that what is not an expression is gone.
    fn feed_fields(&self, feed: &mut Feed, from: TokenId, to: TokenId, style: Style) {
        let tokens = self.tokens();
        let is_log = matches!(style, Style::Log | Style::Nested);
        // Where an argument, or the value of a named one, begins.
        let (mut at_start, mut at_value) = (true, false);
        let mut id = from;
        while id < to {
            let kind = tokens.kind(id);
            let next = tokens.kind(id + 1);
            let is_word = kind == K::IDENT || kind.is_keyword(tokens.edition());
            if is_log && (at_start || at_value) && matches!(kind, K::PERCENT | K::QUESTION) {
                // A sigil says how a field is recorded.
                id += 1;
                continue;
            }
            if at_start && kind == K::AT && next.is_literal() {
                // The snapshot that insta keeps in the source.
                id += 1;
                continue;
            }
            if at_start && is_word && next == K::COLON && !tokens.is_pair(id + 1, K::COLON) {
                // `target: e`; log's `key:? = e` and `key:debug = e` too.
                let is_capture = is_log && tokens.kind(id + 3) == K::EQ;
                id += if is_capture { 4 } else { 2 };
                (at_start, at_value) = (false, true);
                continue;
            }
            let group = if at_start && style == Style::Log && kind == K::L_CURLY {
                tokens.after_group(id, to)
            } else {
                None
            };
            if let Some(after) = group {
                feed.push(id, K::L_PAREN);
                self.feed_fields(feed, id + 1, after - 1, Style::Nested);
                feed.push(after - 1, K::R_PAREN);
                (at_start, at_value) = (false, false);
                id = after;
                continue;
            }
            let is_name = at_start && is_word && next == K::EQ;
            (at_start, at_value) = (false, false);
            match kind {
                // `content in input` is how syn's macros say it.
                K::COMMA | K::SEMICOLON | K::IN_KW => {
                    feed.push(id, K::COMMA);
                    at_start = true;
                }
                K::EQ if style == Style::Pairs && tokens.is_pair(id, K::R_ANGLE) => {
                    feed.push(id, K::COMMA);
                    at_start = true;
                    id += 1;
                }
                K::EQ => {
                    feed.push(id, kind);
                    at_value = !tokens.is_pair(id, K::EQ);
                }
                _ if is_name => feed.push(id, K::IDENT),
                _ if is_open(kind) => {
                    let after = tokens.after_group(id, to).unwrap_or(id + 1);
                    feed.extend(tokens, id, after);
                    id = after;
                    continue;
                }
                _ => feed.push(id, kind),
            }
            id += 1;
        }
    }

    /// JSON: keys and values, objects and arrays in them, are arguments.
    pub(super) fn json(&mut self, args: &Args) -> Option<Vec<ExprId>> {
        let tokens = self.tokens();
        let mut feed = Feed::default();
        feed.push(args.open, K::L_PAREN);
        // Whether each bracket that is open is an object, an array, or part of an expression.
        let mut open: Vec<Json> = vec![Json::Array];
        let mut at_start = true;
        for id in args.first()..args.close {
            let kind = tokens.kind(id);
            let inside = open.last().copied().unwrap_or(Json::Expression);
            match kind {
                K::L_CURLY if at_start && inside != Json::Expression => {
                    open.push(Json::Object);
                    feed.push(id, K::L_PAREN);
                    continue;
                }
                K::L_BRACK if at_start && inside != Json::Expression => {
                    open.push(Json::Array);
                    feed.push(id, kind);
                    continue;
                }
                _ if is_open(kind) => {
                    open.push(Json::Expression);
                    feed.push(id, kind);
                }
                K::R_CURLY if inside == Json::Object => {
                    open.pop();
                    feed.push(id, K::R_PAREN);
                }
                _ if is_close(kind) => {
                    open.pop();
                    feed.push(id, kind);
                }
                K::COLON
                    if inside == Json::Object
                        && !tokens.is_pair(id, K::COLON)
                        && !is_second_colon(tokens, id) =>
                {
                    feed.push(id, K::COMMA);
                    at_start = true;
                    continue;
                }
                K::COMMA => {
                    feed.push(id, kind);
                    at_start = true;
                    continue;
                }
                _ => feed.push(id, kind),
            }
            at_start = false;
        }
        feed.push(args.close, K::R_PAREN);
        self.elements(&feed)
    }
}

/// Whether a colon at `id` is the end of `::`.
fn is_second_colon(tokens: &Tokens<'_>, id: TokenId) -> bool {
    let before = id.saturating_sub(1);
    tokens.kind(before) == K::COLON && tokens.joint(before)
}

/// What stands around expressions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Style {
    /// `log` and `tracing`.
    Log,
    /// `{ fields }` of `tracing`.
    Nested,
    /// `a => b`, `name: e`, `;`.
    Pairs,
}

/// What a bracket inside JSON is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Json {
    Object,
    Array,
    Expression,
}
