//! A syntax tree in one array.
//!
//! The grammar is rust-analyzer's (`ra_ap_parser`, on which `ra_ap_syntax` is built); the tree is
//! our own, because that crate's is reference-counted, takes seventeen bytes for each byte of
//! source, and is taken apart recursively on a thread of two megabytes, which a long method chain
//! overflows. Here a node is sixteen bytes in preorder, and dropping it is dropping a vector.

use ra_ap_parser::{Input, Output, PrefixEntryPoint, Step, TopEntryPoint};
use ra_ap_syntax::SyntaxKind as K;

use super::tokens::{Fed, Feed, Tokens, narrow, wide};
use crate::limits::{self, Limit};

/// A node or token: trivia belong to none.
struct Raw {
    kind: K,
    start: u32,
    end: u32,
    /// The element after its last descendant.
    next: u32,
}

/// What the parser made of a [`Feed`].
pub(super) struct Tree<'t> {
    tokens: &'t Tokens<'t>,
    nodes: Vec<Raw>,
    /// Place and message of what is not grammatical.
    pub(super) errors: Vec<(u32, String)>,
    /// Tokens of the feed that were read: all of them, unless a prefix was parsed.
    pub(super) consumed: usize,
}

/// A node or token of a tree.
#[derive(Clone, Copy)]
pub(super) struct Node<'a> {
    tree: &'a Tree<'a>,
    id: u32,
}

/// Children of a node, tokens included.
pub(super) struct Children<'a> {
    tree: &'a Tree<'a>,
    next: u32,
    end: u32,
}

impl<'t> Tree<'t> {
    /// Parses all of `feed` as `entry`.
    pub(super) fn parse(tokens: &'t Tokens<'t>, feed: &Feed, entry: &TopEntryPoint) -> Self {
        Self::within_limits(tokens, feed, &|input| entry.parse(input))
    }

    /// Parses as much of `feed` as is one `entry`.
    pub(super) fn prefix(tokens: &'t Tokens<'t>, feed: &Feed, entry: &PrefixEntryPoint) -> Self {
        Self::within_limits(tokens, feed, &|input| entry.parse(input))
    }

    /// A feed that nests deeper than the parser survives has an empty tree with one error.
    fn within_limits(
        tokens: &'t Tokens<'t>,
        feed: &Feed,
        grammar: &(dyn Fn(&Input) -> Output + Sync),
    ) -> Self {
        match limits::parse(&Fed(feed, tokens), grammar) {
            Ok(output) => Self::build(tokens, feed, output.iter()),
            Err(limit) => {
                let at = match limit {
                    Limit::TooDeep { token } => feed.start(tokens, token),
                    Limit::TooLarge { .. } => 0,
                };
                let mut tree = Self::build(tokens, feed, std::iter::empty());
                tree.errors.push((at, limit.to_string()));
                tree
            }
        }
    }

    fn build<'o>(
        tokens: &'t Tokens<'t>,
        feed: &Feed,
        steps: impl Iterator<Item = Step<'o>>,
    ) -> Self {
        let mut tree = Self {
            tokens,
            nodes: Vec::with_capacity(feed.len() * 3),
            errors: Vec::new(),
            consumed: 0,
        };
        let mut open: Vec<usize> = Vec::new();
        let mut at = 0;
        let mut last = 0;
        for step in steps {
            match step {
                Step::Enter { kind } => {
                    open.push(tree.nodes.len());
                    let start = feed.start(tokens, at);
                    tree.leaf(kind, start, start);
                }
                Step::Exit => tree.close(open.pop(), last),
                Step::Token {
                    kind,
                    n_input_tokens,
                } => {
                    let start = feed.start(tokens, at);
                    at += usize::from(n_input_tokens).max(1);
                    last = feed.end(tokens, at - 1).max(start);
                    tree.leaf(kind, start, last);
                }
                // `x.0.1`: the lexer's one float is two fields. The parser left the end of the
                // inner node (and, with a second field, of the outer one) to us.
                Step::FloatSplit { ends_in_dot } => {
                    let start = feed.start(tokens, at);
                    let end = feed.end(tokens, at);
                    at += 1;
                    let digits = tokens.slice(start, end).find('.');
                    let dot = digits.map_or(end, |digits| start.saturating_add(narrow(digits)));
                    if digits.is_none() {
                        tree.errors
                            .push((start, "illegal float literal".to_owned()));
                    }
                    tree.field(start, dot);
                    tree.close(open.pop(), dot);
                    last = end;
                    if digits.is_some() {
                        tree.leaf(K::DOT, dot, dot + 1);
                        if !ends_in_dot {
                            tree.field(dot + 1, end);
                        }
                    }
                    if !ends_in_dot {
                        tree.close(open.pop(), end);
                    }
                }
                Step::Error { msg } => {
                    let start = feed.start(tokens, at);
                    tree.errors.push((start, msg.to_owned()));
                }
            }
        }
        tree.consumed = at;
        tree
    }

    fn leaf(&mut self, kind: K, start: u32, end: u32) {
        let next = narrow(self.nodes.len()) + 1;
        self.nodes.push(Raw {
            kind,
            start,
            end,
            next,
        });
    }

    fn field(&mut self, start: u32, end: u32) {
        let name = self.nodes.len();
        self.leaf(K::NAME_REF, start, end);
        self.leaf(K::INT_NUMBER, start, end);
        self.close(Some(name), end);
    }

    fn close(&mut self, node: Option<usize>, end: u32) {
        let next = narrow(self.nodes.len());
        if let Some(raw) = node.and_then(|node| self.nodes.get_mut(node)) {
            raw.next = next;
            // A node without tokens has no width.
            raw.end = end.max(raw.start);
        }
    }

    /// The first node: the only one, unless a prefix was parsed.
    pub(super) fn root(&self) -> Option<Node<'_>> {
        (!self.nodes.is_empty()).then_some(Node { tree: self, id: 0 })
    }

    /// The node with this id.
    pub(super) fn node(&self, id: u32) -> Node<'_> {
        Node { tree: self, id }
    }

    /// All nodes and tokens, each before what is in it.
    pub(super) fn nodes(&self) -> impl Iterator<Item = Node<'_>> {
        (0..narrow(self.nodes.len())).map(|id| self.node(id))
    }

    /// Whether the text is what was asked for, whole.
    pub(super) fn is_sound(&self) -> bool {
        self.errors.is_empty()
            && self
                .nodes
                .first()
                .is_some_and(|root| root.kind != K::ERROR && wide(root.next) == self.nodes.len())
    }
}

impl<'a> Node<'a> {
    fn raw(self) -> &'a Raw {
        self.tree
            .nodes
            .get(wide(self.id))
            .expect("an id comes from this tree's array")
    }

    /// Its tree.
    pub(super) fn tree(self) -> &'a Tree<'a> {
        self.tree
    }

    /// Its place in the tree's array.
    pub(super) fn id(self) -> u32 {
        self.id
    }

    /// What it is.
    pub(super) fn kind(self) -> K {
        self.raw().kind
    }

    /// First byte.
    pub(super) fn start(self) -> u32 {
        self.raw().start
    }

    /// Byte after the last.
    pub(super) fn end(self) -> u32 {
        self.raw().end
    }

    /// Its text, comments and white space inside included.
    pub(super) fn text(self) -> &'a str {
        self.tree.tokens.slice(self.start(), self.end())
    }

    /// Its children, tokens included.
    pub(super) fn children(self) -> Children<'a> {
        Children {
            tree: self.tree,
            next: self.id + 1,
            end: self.raw().next,
        }
    }

    /// The first child of this kind.
    pub(super) fn child(self, kind: K) -> Option<Self> {
        self.children().find(|child| child.kind() == kind)
    }

    /// Whether a child is of this kind.
    pub(super) fn has(self, kind: K) -> bool {
        self.child(kind).is_some()
    }

    /// Child expressions.
    pub(super) fn exprs(self) -> impl Iterator<Item = Self> {
        self.children().filter(|child| is_expr(child.kind()))
    }

    /// The first child expression.
    pub(super) fn expr(self) -> Option<Self> {
        self.exprs().next()
    }

    /// Child patterns.
    pub(super) fn pats(self) -> impl Iterator<Item = Self> {
        self.children().filter(|child| is_pat(child.kind()))
    }

    /// The first child pattern.
    pub(super) fn pat(self) -> Option<Self> {
        self.pats().next()
    }

    /// Child types.
    pub(super) fn types(self) -> impl Iterator<Item = Self> {
        self.children().filter(|child| is_type(child.kind()))
    }

    /// The first child type.
    pub(super) fn ty(self) -> Option<Self> {
        self.types().next()
    }

    /// The tokens below it, in order.
    pub(super) fn leaves(self) -> impl Iterator<Item = Self> {
        (self.id..self.raw().next)
            .map(move |id| self.tree.node(id))
            .filter(|node| node.raw().next == node.id + 1 && node.start() < node.end())
    }
}

impl<'a> Iterator for Children<'a> {
    type Item = Node<'a>;

    fn next(&mut self) -> Option<Node<'a>> {
        (self.next < self.end).then(|| {
            let node = self.tree.node(self.next);
            self.next = node.raw().next;
            node
        })
    }
}

/// Whether `kind` is an expression.
pub(super) fn is_expr(kind: K) -> bool {
    matches!(
        kind,
        K::ARRAY_EXPR
            | K::ASM_EXPR
            | K::AWAIT_EXPR
            | K::BECOME_EXPR
            | K::BIN_EXPR
            | K::BLOCK_EXPR
            | K::BREAK_EXPR
            | K::CALL_EXPR
            | K::CAST_EXPR
            | K::CLOSURE_EXPR
            | K::CONTINUE_EXPR
            | K::FIELD_EXPR
            | K::FOR_EXPR
            | K::FORMAT_ARGS_EXPR
            | K::IF_EXPR
            | K::INCLUDE_BYTES_EXPR
            | K::INDEX_EXPR
            | K::LET_EXPR
            | K::LITERAL
            | K::LOOP_EXPR
            | K::MACRO_EXPR
            | K::MATCH_EXPR
            | K::METHOD_CALL_EXPR
            | K::OFFSET_OF_EXPR
            | K::PAREN_EXPR
            | K::PATH_EXPR
            | K::PREFIX_EXPR
            | K::RANGE_EXPR
            | K::RECORD_EXPR
            | K::REF_EXPR
            | K::RETURN_EXPR
            | K::TRY_EXPR
            | K::TUPLE_EXPR
            | K::UNDERSCORE_EXPR
            | K::WHILE_EXPR
            | K::YEET_EXPR
            | K::YIELD_EXPR
    )
}

/// Whether `kind` is a pattern.
pub(super) fn is_pat(kind: K) -> bool {
    matches!(
        kind,
        K::BOX_PAT
            | K::CONST_BLOCK_PAT
            | K::DEREF_PAT
            | K::IDENT_PAT
            | K::LITERAL_PAT
            | K::MACRO_PAT
            | K::NOT_NULL
            | K::OR_PAT
            | K::PAREN_PAT
            | K::PATH_PAT
            | K::RANGE_PAT
            | K::RECORD_PAT
            | K::REF_PAT
            | K::REST_PAT
            | K::SLICE_PAT
            | K::TUPLE_PAT
            | K::TUPLE_STRUCT_PAT
            | K::WILDCARD_PAT
    )
}

/// Whether `kind` is a type.
pub(super) fn is_type(kind: K) -> bool {
    matches!(
        kind,
        K::ARRAY_TYPE
            | K::DYN_TRAIT_TYPE
            | K::FN_PTR_TYPE
            | K::FOR_TYPE
            | K::IMPL_TRAIT_TYPE
            | K::INFER_TYPE
            | K::MACRO_TYPE
            | K::NEVER_TYPE
            | K::PAREN_TYPE
            | K::PATH_TYPE
            | K::PATTERN_TYPE
            | K::PTR_TYPE
            | K::REF_TYPE
            | K::SLICE_TYPE
            | K::TUPLE_TYPE
    )
}

/// Whether `kind` is an item.
pub(super) fn is_item(kind: K) -> bool {
    matches!(
        kind,
        K::ASM_EXPR
            | K::CONST
            | K::ENUM
            | K::EXTERN_BLOCK
            | K::EXTERN_CRATE
            | K::FN
            | K::IMPL
            | K::MACRO_CALL
            | K::MACRO_DEF
            | K::MACRO_RULES
            | K::MODULE
            | K::STATIC
            | K::STRUCT
            | K::TRAIT
            | K::TYPE_ALIAS
            | K::UNION
            | K::USE
    )
}
