//! Bodies: expressions, statements and patterns in arenas.

use super::{Cfg, Item, Name, PathRef, Range, TypeRef};

/// Index of an expression in its [`Body`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ExprId(pub u32);

/// Index of a pattern in its [`Body`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PatId(pub u32);

/// The body of a function or initialiser: an arena; closures inside share it.
#[derive(Debug)]
pub struct Body {
    /// Expressions; children come before their parents.
    pub exprs: Vec<Expr>,
    /// Patterns.
    pub pats: Vec<Pat>,
    /// One pattern a parameter; for a method the first is the binding `self`.
    pub params: Vec<PatId>,
    /// The body's value.
    pub root: ExprId,
    /// Items declared inside (functions, `use`, `impl`, …), from all its blocks.
    pub items: Vec<Item>,
    /// What formatting macros show, by their format strings: the string, an argument or a variable
    /// that the string captures, and whether it is shown by `Debug`.
    pub shown: Vec<(ExprId, ExprId, bool)>,
}

/// An expression with its place.
#[derive(Debug)]
pub struct Expr {
    /// Its bytes.
    pub range: Range,
    /// What it is.
    pub kind: ExprKind,
}

/// A statement of a block.
#[derive(Debug)]
pub enum Stmt {
    /// `let pat: ty = init else { els };`
    Let {
        /// The pattern.
        pat: PatId,
        /// The annotation, or `Infer`.
        ty: TypeRef,
        /// The initialiser.
        init: Option<ExprId>,
        /// The `else` block.
        els: Option<ExprId>,
        /// The whole statement.
        range: Range,
    },
    /// An expression statement; with or without `;` (a trailing expression without one is the
    /// block's tail, not a statement).
    Expr(ExprId),
    /// A statement under `#[cfg(…)]` attributes.
    Cfg(Vec<Cfg>, Box<Stmt>),
}

/// A match arm.
#[derive(Debug)]
pub struct Arm {
    /// The pattern.
    pub pat: PatId,
    /// `if …`.
    pub guard: Option<ExprId>,
    /// What it gives.
    pub body: ExprId,
    /// The whole arm.
    pub range: Range,
}

/// A branch of `select!`: `pat = future, if precondition => handler`.
#[derive(Debug)]
pub struct Branch {
    /// The pattern.
    pub pat: PatId,
    /// The future's expression.
    pub future: ExprId,
    /// `, if …`.
    pub precondition: Option<ExprId>,
    /// The handler.
    pub handler: ExprId,
}

/// What kind of block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BlockKind {
    /// `{}`.
    Plain,
    /// `unsafe {}` and `const {}`.
    Unsafe,
    /// `async {}` or `async move {}`: a body of its own.
    Async,
}

/// What a loop's head is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LoopHead {
    /// `loop`.
    Infinite,
    /// `while cond` (a `let` in it makes it `while let`).
    While(ExprId),
    /// `for pat in iterable`.
    For(PatId, ExprId),
}

/// Where the temporaries among a macro's arguments are dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MacroScope {
    /// Inside the macro's expansion: `println!`, `format!`, logging.
    Statement,
    /// With the enclosing statement, arguments borrowed: `write!`, `assert_eq!`, `format_args!`.
    Borrow,
    /// With the enclosing statement, arguments moved into the value: `vec!`, `dbg!`, `join!`-less
    /// constructors.
    Move,
    /// Not known; the arguments all parsed, and are taken as `Statement`, but a finding among them
    /// is at most likely.
    Unknown,
}

/// Binary operators that matter to the analysis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BinaryOp {
    /// `&&`.
    And,
    /// `||`.
    Or,
    /// `==`, `<`, …: operands are borrowed.
    Compare,
    /// `+`, `&`, `<<`, …: operands are moved.
    Arithmetic,
    /// `=`.
    Assign,
    /// `+=` and the like.
    CompoundAssign,
}

/// What an expression is.
#[derive(Debug)]
pub enum ExprKind {
    /// Did not parse, or a construct that has no meaning here.
    Missing,
    /// `true` or `false`.
    Bool(bool),
    /// A literal. `Some(name)` for one whose type is plain from its form (`i32`, `f64`, `bool`,
    /// `char`, `str`, `String` never).
    Literal(Option<Name>),
    /// The number one without a suffix: a semaphore with one permit is a lock.
    One,
    /// A variable, constant, function, … (`self` too).
    Path(PathRef),
    /// `base.name` (tuple fields are `0`, `1`, …).
    Field(ExprId, Name),
    /// `base[index]`.
    Index(ExprId, ExprId),
    /// `receiver.name::<args>(…)`; `name` has its own place in `name_range`.
    MethodCall {
        /// The receiver.
        receiver: ExprId,
        /// The method's name.
        name: Name,
        /// Place of the name.
        name_range: Range,
        /// Turbofish.
        generics: Vec<TypeRef>,
        /// Arguments.
        args: Vec<ExprId>,
    },
    /// `callee(args)`.
    Call(ExprId, Vec<ExprId>),
    /// `e.await`; the range of the keyword.
    Await(ExprId, Range),
    /// `e?`.
    Try(ExprId),
    /// `&e`, `&mut e`, `&raw e`.
    Ref(ExprId),
    /// `*e`.
    Deref(ExprId),
    /// `!e`, `-e`.
    Unary(ExprId),
    /// A binary operator or an assignment: left, right.
    Binary(BinaryOp, ExprId, ExprId),
    /// `e as T`.
    Cast(ExprId, TypeRef),
    /// `let pat = e` inside a condition.
    Let(PatId, ExprId),
    /// `if cond { then } else …`.
    If(ExprId, ExprId, Option<ExprId>),
    /// `match scrutinee { arms }`; `matches!` is lowered to it.
    Match(ExprId, Vec<Arm>),
    /// A loop with its label.
    Loop(LoopHead, ExprId, Option<Name>),
    /// A block with its label.
    Block {
        /// Plain, unsafe or async.
        kind: BlockKind,
        /// Its label.
        label: Option<Name>,
        /// Statements.
        stmts: Vec<Stmt>,
        /// The trailing expression without `;`.
        tail: Option<ExprId>,
    },
    /// A closure.
    Closure {
        /// Parameters with annotations.
        params: Vec<(PatId, TypeRef)>,
        /// Its body.
        body: ExprId,
        /// `async |…|`.
        is_async: bool,
        /// `move`.
        is_move: bool,
    },
    /// `break 'label e`.
    Break(Option<Name>, Option<ExprId>),
    /// `continue 'label`.
    Continue(Option<Name>),
    /// `return e` (also `yield`-less generators' end, `become`).
    Return(Option<ExprId>),
    /// `(a, b)`; `()` is empty. Parentheses around one expression are not kept.
    Tuple(Vec<ExprId>),
    /// `[a, b]`, `[a; n]`.
    Array(Vec<ExprId>),
    /// `Path { name: e, ..spread }`.
    Struct(PathRef, Vec<(Name, ExprId)>, Option<ExprId>),
    /// `a..b`.
    Range(Option<ExprId>, Option<ExprId>),
    /// A macro with value arguments: name, scope of temporaries, arguments in order of evaluation.
    Macro(Name, MacroScope, Vec<ExprId>),
    /// A macro that diverges (`panic!`, `todo!`, `unreachable!`, `bail!`): its arguments, then
    /// nothing follows.
    Diverge(Vec<ExprId>),
    /// `pin!(e)`: as `let`-extended as `&e`.
    Pin(ExprId),
    /// `select!` of tokio or futures; the `else` handler.
    Select(Vec<Branch>, Option<ExprId>),
    /// `join!` and `try_join!`: futures that are all awaited here.
    Join(Vec<ExprId>),
}

/// A pattern with its place.
#[derive(Debug)]
pub struct Pat {
    /// Its bytes.
    pub range: Range,
    /// What it is.
    pub kind: PatKind,
}

/// What a pattern is.
#[derive(Debug)]
pub enum PatKind {
    /// `_`.
    Wild,
    /// `..`.
    Rest,
    /// `name`, `ref name`, `mut name`, `name @ sub`. A lone identifier may also be a constant or a
    /// unit variant: the resolver decides.
    Bind {
        /// The variable.
        name: Name,
        /// `ref` or `ref mut`.
        by_ref: bool,
        /// `@ sub`.
        sub: Option<PatId>,
    },
    /// `Path(a, b)`.
    TupleStruct(PathRef, Vec<PatId>),
    /// `Path { name: p, .. }`.
    Struct(PathRef, Vec<(Name, PatId)>),
    /// `Path` with more than one segment.
    Path(PathRef),
    /// `(a, b)`.
    Tuple(Vec<PatId>),
    /// `[a, b, ..]`.
    Slice(Vec<PatId>),
    /// `&p`, `&mut p`.
    Ref(PatId),
    /// `a | b`.
    Or(Vec<PatId>),
    /// Literal, range or macro: tested, binds nothing.
    Test,
}

#[expect(
    clippy::missing_panics_doc,
    reason = "an id is made by the arena that it is looked up in"
)]
impl Body {
    /// The expression `id`.
    pub fn expr(&self, id: ExprId) -> &Expr {
        self.exprs
            .get(usize::try_from(id.0).unwrap_or(usize::MAX))
            .expect("an id comes from this body's arena")
    }

    /// The pattern `id`.
    pub fn pat(&self, id: PatId) -> &Pat {
        self.pats
            .get(usize::try_from(id.0).unwrap_or(usize::MAX))
            .expect("an id comes from this body's arena")
    }
}
