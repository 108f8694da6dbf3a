//! Macro calls, lowered by what they expand to.

mod args;
mod arms;
mod expand;
mod hygiene;
mod items;
mod rules;
mod select;
mod shown;
mod table;

use ra_ap_parser::TopEntryPoint;
use ra_ap_syntax::SyntaxKind as K;

use super::body::BodyLowering;
use super::expr::literal;
use super::tokens::{Feed, TokenId};
use super::tree::{Node, Tree};
use super::types::{plain, plain_path};
use super::{Lowering, tokens::narrow};
use crate::hir::{
    Arm, BlockKind, ExprId, ExprKind, MacroScope, Name, Pat, PatId, PatKind, Range, Stmt,
};
use args::{Args, Delimiter};
pub(super) use hygiene::Hygiene;
pub(super) use rules::{Rules, has_attribute};

/// How a macro's arguments are read, and what becomes of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// Expressions, `name = e` among them.
    Values(MacroScope),
    /// Expressions or `e; n`, moved into a list.
    List,
    /// What `log` and `tracing` take: `target: e`, `name = ?e`, `%e`, `{ fields }`, a message.
    Log,
    /// A condition, then a message where it fails.
    Assert,
    /// An expression and a pattern, perhaps with `if`; a message may follow.
    Matches,
    /// A message; nothing follows.
    Diverge,
    /// `e?`.
    Try,
    /// A match that returns where it is `Pending`.
    Ready,
    /// One expression, or variables that are pinned where they are.
    Pin,
    /// Branches of a `select!`.
    Select,
    /// Futures.
    Join,
    /// Blocks, of which one is compiled.
    CfgIf,
    /// `&raw e`.
    AddressOf,
    /// JSON with expressions in it.
    Json,
    /// Statics whose type is wrapped in this path.
    Statics(&'static str),
    /// A constant of this type.
    Constant(&'static str),
    /// Nothing that runs here.
    Nothing,
}

/// Tokens of macro arguments that are parsed again for each token of the file: macros inside
/// macros are read once a level, which hostile nesting would make quadratic.
const BUDGET: u32 = 16;

impl<'t> Lowering<'t> {
    /// Tokens that macro arguments may take in a file of `tokens` tokens.
    pub(super) fn budget(tokens: u32) -> u32 {
        tokens.saturating_mul(BUDGET).saturating_add(1 << 12)
    }

    /// Parses `feed`; `None` where it is not all of one `entry`, or the budget is spent.
    pub(super) fn parse(&mut self, feed: &Feed, entry: &TopEntryPoint) -> Option<Tree<'t>> {
        self.spend(feed)?;
        let tree = Tree::parse(self.tokens, feed, entry);
        tree.is_sound().then_some(tree)
    }

    /// Parses tokens `from..to` as `entry`.
    fn fragment(&mut self, from: TokenId, to: TokenId, entry: &TopEntryPoint) -> Option<Tree<'t>> {
        let feed = Feed::range(self.tokens, from, to);
        self.parse(&feed, entry)
    }

    fn spend(&mut self, feed: &Feed) -> Option<()> {
        self.budget = self.budget.checked_sub(narrow(feed.len()))?;
        Some(())
    }
}

/// Whether it is known by name what a macro expands to.
pub(super) fn is_known(name: &str) -> bool {
    table::form(name).is_some()
}

/// The last segment of a macro call's path.
fn macro_name(call: Node<'_>) -> Name {
    call.child(K::PATH)
        .and_then(|path| path.child(K::PATH_SEGMENT))
        .map_or_else(Name::default, |last| plain(last.text()))
}

impl BodyLowering<'_, '_> {
    /// A macro call as an expression.
    pub(super) fn macro_call(&mut self, call: Node<'_>) -> ExprId {
        if let Some(value) = self.expanded_value(call) {
            return value;
        }
        let name = macro_name(call);
        let range = self.file.range(call);
        let mark = self.mark();
        let kind = Args::of(self.tokens(), call).and_then(|args| {
            let is_own = self.file.rules.find(self.tokens(), call).is_some();
            let form = table::form(&name).filter(|_| !is_own);
            let known = form.and_then(|form| self.known(form, &name, &args, range));
            if known.is_some() {
                self.file.macros.resolved += 1;
                return known;
            }
            self.forget_since(&mark);
            let unknown = self.unknown(&name, &args);
            self.file.macros.guessed += u32::from(unknown.is_some());
            unknown
        });
        let kind = kind.unwrap_or_else(|| {
            self.file.opaque(name.clone(), range);
            ExprKind::Macro(name, MacroScope::Unknown, Vec::new())
        });
        self.push(range, kind)
    }

    fn known(&mut self, form: Form, name: &Name, args: &Args, range: Range) -> Option<ExprKind> {
        let with = |scope, args| ExprKind::Macro(name.clone(), scope, args);
        Some(match form {
            Form::Values(scope) => {
                let values = self.values(args, Delimiter::Paren)?;
                self.note_shown(name, args, &values);
                with(scope, values)
            }
            Form::List => with(MacroScope::Move, self.values(args, Delimiter::Bracket)?),
            Form::Log => {
                let values = self.fields(args)?;
                self.note_shown(name, args, &values);
                with(MacroScope::Statement, values)
            }
            Form::Json => with(MacroScope::Statement, self.json(args)?),
            Form::Diverge => ExprKind::Diverge(self.values(args, Delimiter::Paren)?),
            Form::Join => ExprKind::Join(self.values(args, Delimiter::Paren)?),
            Form::Try => ExprKind::Try(self.single(args)?),
            Form::AddressOf => ExprKind::Ref(self.single(args)?),
            Form::Ready => {
                let value = self.single(args)?;
                self.ready(range, value)
            }
            Form::Pin => {
                let values = self.values(args, Delimiter::Paren);
                match values.as_deref() {
                    Some(&[one]) if !self.is_variable(one) => ExprKind::Pin(one),
                    Some(_) => with(MacroScope::Borrow, values?),
                    // `pin! { let future = make(); }`
                    None => return self.statement_list(name, args, MacroScope::Borrow),
                }
            }
            Form::Assert => {
                let mut values = self.values(args, Delimiter::Paren)?;
                if values.is_empty() {
                    return None;
                }
                let message = values.split_off(1);
                let holds = values.pop()?;
                let failed = self.push(range, ExprKind::Unary(holds));
                let diverges = self.push(range, ExprKind::Diverge(message));
                ExprKind::If(failed, diverges, None)
            }
            Form::Matches => self.matches(args, range)?,
            Form::Select => self.select(args)?,
            Form::CfgIf => self.cfg_if(args, range)?,
            Form::Statics(wrapper) => {
                let mut items = Vec::new();
                self.file.statics(args, wrapper, &mut items)?;
                self.add_items(items);
                with(MacroScope::Statement, Vec::new())
            }
            Form::Constant(ty) => ExprKind::Literal(Some(Name::new_static(ty))),
            Form::Nothing => with(MacroScope::Statement, Vec::new()),
        })
    }

    /// A macro that is not known: expressions, statements or arms, if all of it parses.
    fn unknown(&mut self, name: &Name, args: &Args) -> Option<ExprKind> {
        let scope = MacroScope::Unknown;
        if args.is_nameless(self.tokens()) {
            return Some(ExprKind::Macro(name.clone(), scope, Vec::new()));
        }
        if let Some(values) = self.values(args, Delimiter::Paren) {
            return Some(ExprKind::Macro(name.clone(), scope, values));
        }
        if let Some(block) = self.statement_list(name, args, scope) {
            return Some(block);
        }
        if let Some(values) = self.pairs(args) {
            return Some(ExprKind::Macro(name.clone(), scope, values));
        }
        self.arm_list(name, args)
    }

    /// The only argument.
    fn single(&mut self, args: &Args) -> Option<ExprId> {
        match self.values(args, Delimiter::Paren)?.as_slice() {
            &[one] => Some(one),
            _ => None,
        }
    }

    /// Statements, as a block.
    fn statement_list(&mut self, name: &Name, args: &Args, scope: MacroScope) -> Option<ExprKind> {
        let block = self.statement_block(args.first(), args.close)?;
        Some(ExprKind::Macro(name.clone(), scope, vec![block]))
    }

    fn statement_block(&mut self, from: TokenId, to: TokenId) -> Option<ExprId> {
        let tree = self.file.fragment(from, to, &TopEntryPoint::MacroStmts)?;
        let root = tree.root()?;
        if !are_statements(root) {
            return None;
        }
        let range = self
            .file
            .shifted(self.tokens().start(from), self.tokens().start(to));
        let (stmts, tail) = self.statements(root);
        Some(self.plain_block(range, stmts, tail))
    }

    fn plain_block(&mut self, range: Range, stmts: Vec<Stmt>, tail: Option<ExprId>) -> ExprId {
        self.push(
            range,
            ExprKind::Block {
                kind: BlockKind::Plain,
                label: None,
                stmts,
                tail,
            },
        )
    }

    /// `match value { Poll::Ready(t) => t, Poll::Pending => return Poll::Pending }`.
    fn ready(&mut self, range: Range, value: ExprId) -> ExprKind {
        let bound = Name::new_static("ready");
        let variable = self.synthetic_pat(
            range,
            PatKind::Bind {
                name: bound.clone(),
                by_ref: false,
                sub: None,
            },
        );
        let ready = PatKind::TupleStruct(plain_path(&["Poll", "Ready"]), vec![variable]);
        let ready = self.synthetic_pat(range, ready);
        let given = self.push(range, ExprKind::Path(plain_path(&[&bound])));
        let pending = PatKind::Path(plain_path(&["Poll", "Pending"]));
        let pending = self.synthetic_pat(range, pending);
        let path = self.push(range, ExprKind::Path(plain_path(&["Poll", "Pending"])));
        let back = self.push(range, ExprKind::Return(Some(path)));
        let arm = |pat, body| Arm {
            pat,
            guard: None,
            body,
            range,
        };
        ExprKind::Match(value, vec![arm(ready, given), arm(pending, back)])
    }

    fn synthetic_pat(&mut self, range: Range, kind: PatKind) -> PatId {
        self.push_pat(Pat { range, kind })
    }

    /// Exclusive blocks: an `if` that nothing is known of.
    fn cfg_if(&mut self, args: &Args, range: Range) -> Option<ExprKind> {
        let branches = self.file.cfg_branches(args)?;
        let mut blocks = Vec::new();
        for branch in &branches {
            blocks.push(self.statement_block(branch.from, branch.to)?);
        }
        let mut rest = blocks.pop()?;
        while let Some(block) = blocks.pop() {
            let cond = self.push(range, ExprKind::Literal(Some(Name::new_static("bool"))));
            rest = self.push(range, ExprKind::If(cond, block, Some(rest)));
        }
        Some(ExprKind::Block {
            kind: BlockKind::Plain,
            label: None,
            stmts: Vec::new(),
            tail: Some(rest),
        })
    }

    /// A lone token as an expression: what most macro arguments are.
    fn token(&mut self, id: TokenId) -> Option<ExprId> {
        let tokens = self.tokens();
        let kind = match tokens.kind(id) {
            K::IDENT | K::SELF_KW => {
                let name = plain(tokens.token_text(id));
                let name = self.file.hygiene.used(name, tokens.context(id));
                ExprKind::Path(plain_path(&[&name]))
            }
            kind => literal(kind, tokens.token_text(id))?,
        };
        let range = self.file.shifted(tokens.start(id), tokens.end(id));
        Some(self.push(range, kind))
    }
}

/// Whether what the parser, which recovers, took for statements are statements: separated as such.
fn are_statements(root: Node<'_>) -> bool {
    let mut rest = root.children().peekable();
    let mut any = false;
    while let Some(node) = rest.next() {
        any = true;
        let is_last = rest.peek().is_none();
        let is_separated = match node.kind() {
            K::LET_STMT => node.has(K::SEMICOLON),
            K::EXPR_STMT => {
                is_last || node.has(K::SEMICOLON) || node.expr().is_some_and(ends_in_brace)
            }
            kind if super::tree::is_expr(kind) => is_last,
            _ => true,
        };
        if !is_separated {
            return false;
        }
    }
    any
}

/// Whether an expression statement needs no `;`.
fn ends_in_brace(node: Node<'_>) -> bool {
    match node.kind() {
        K::BLOCK_EXPR | K::IF_EXPR | K::WHILE_EXPR | K::FOR_EXPR | K::LOOP_EXPR | K::MATCH_EXPR => {
            true
        }
        K::MACRO_EXPR => node.text().ends_with('}'),
        _ => false,
    }
}
