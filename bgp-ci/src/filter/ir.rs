//! Statements and expressions as trees with places.
//!
//! Names are resolved when a program is read: a call holds the index of its function, a variable
//! its slot. So a tree cannot name what does not exist, and the interpreter looks nothing up.
//! What is written and not modelled is a node of its own ([`ExpressionKind::Unmodelled`]):
//! nothing is lost when no route reaches it, and whoever reaches it knows what is missing.

use std::net::IpAddr;
use std::sync::Arc;

use super::attribute::Attribute;
use super::program::{ConstantId, FunctionId, Slot};
use super::types::{Enumerated, SetType};
use super::value::TextPattern;
use crate::model::{Name, Prefix};
use crate::place::Place;

/// Statements in order.
pub type Block = Vec<Statement>;

/// A statement.
#[derive(Debug, Clone)]
pub struct Statement {
    /// From its first byte to its last.
    pub place: Place,
    /// What it does.
    pub kind: StatementKind,
}

/// What a statement does.
#[derive(Debug, Clone)]
pub enum StatementKind {
    /// A declaration: the variable gets the value, or the zero value of its type.
    Declare {
        /// The variable.
        slot: Slot,
        /// `= value`.
        value: Option<Expression>,
    },
    /// `target = value;`. The methods that change a list are assignments of an
    /// [`ExpressionKind::Edit`], as are the old forms such as `bgp_path.prepend(64500);`.
    Assign {
        /// What is set.
        target: Target,
        /// To what.
        value: Expression,
    },
    /// `unset(attribute);`.
    Unset(Attribute),
    /// `if condition then … else …`.
    If {
        /// A truth value.
        condition: Expression,
        /// Where it is true.
        then: Block,
        /// Where it is false; empty where there is no `else`.
        otherwise: Block,
    },
    /// `case value { … }`: the first arm that has the value runs, and only it.
    Case {
        /// What is looked for.
        value: Expression,
        /// The arms in order.
        arms: Vec<Arm>,
        /// `else:`; empty where there is none.
        otherwise: Block,
    },
    /// `for variable in list do …`.
    For {
        /// The variable of the loop.
        slot: Slot,
        /// A path or a list of communities.
        list: Expression,
        /// What runs for each element.
        body: Block,
    },
    /// `{ … }` with a scope of its own.
    Block(Block),
    /// `return value;`.
    Return(Option<Expression>),
    /// `accept;`, with what it prints to the log first.
    Accept(Vec<Expression>),
    /// `reject;`, with what it prints to the log first.
    Reject(Vec<Expression>),
    /// `print …;` and `printn …;`: inert.
    Print(Vec<Expression>),
    /// An expression for its effect: a call of a function.
    Evaluate(Expression),
    /// Not modelled: whoever reaches it does not know how the filter goes on.
    Unmodelled(Unmodelled),
}

/// What an assignment sets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// A variable.
    Variable(Slot),
    /// An attribute of the route.
    Attribute(Attribute),
}

/// One arm of a `case`.
#[derive(Debug, Clone)]
pub struct Arm {
    /// The place of its items.
    pub place: Place,
    /// The values that it is for, never [`SetItem::Prefix`].
    pub items: Vec<SetItem>,
    /// What it does.
    pub body: Block,
}

/// What is written, understood as far as its end, and not modelled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unmodelled {
    /// In words for a report: "evpn networks".
    pub what: Arc<str>,
}

/// An expression.
#[derive(Debug, Clone)]
pub struct Expression {
    /// From its first byte to its last.
    pub place: Place,
    /// What it is.
    pub kind: ExpressionKind,
}

/// What an expression is.
#[derive(Debug, Clone)]
pub enum ExpressionKind {
    /// A value.
    Literal(Literal),
    /// `(a, b)`: a pair or a standard community.
    Pair(Box<[Expression; 2]>),
    /// `(kind, key, value)`.
    Extended(ExtendedKind, Box<[Expression; 2]>),
    /// `(a, b, c)`: a large community.
    Large(Box<[Expression; 3]>),
    /// `[ … ]`.
    Set(Arc<SetLiteral>),
    /// `[= … =]`.
    PathMask(Arc<[MaskItem]>),
    /// A `define`d constant.
    Constant(ConstantId),
    /// A variable.
    Variable(Slot),
    /// An attribute of the route.
    Attribute(Attribute),
    /// `!value`.
    Not(Box<Expression>),
    /// An operator between two values.
    Binary(BinaryOperator, Box<[Expression; 2]>),
    /// `value.method` or `value.method(argument)`; changes nothing.
    Method {
        /// Which.
        method: Method,
        /// On what.
        receiver: Box<Expression>,
        /// The address length of `.mask(…)`.
        argument: Option<Box<Expression>>,
    },
    /// A copy of a list with something put in or taken out: `add(list, x)`, `list.add(x)`.
    Edit {
        /// How.
        edit: Edit,
        /// The list: a path or communities. An absent attribute counts as an empty list.
        list: Box<Expression>,
        /// What, or the set or list that says what.
        operand: Box<Expression>,
    },
    /// A copy of a path with one number in the place of others.
    Substitute(Box<Substitution>),
    /// Whether a regular expression is found in a path, in communities or in one community,
    /// written out. An absent attribute is an empty text.
    TextMatch {
        /// What is written out.
        subject: Box<Expression>,
        /// The expression.
        pattern: Arc<TextPattern>,
    },
    /// A call.
    Call {
        /// Of what.
        function: FunctionId,
        /// With what; as many as the function has parameters.
        arguments: Vec<Expression>,
    },
    /// `defined(attribute)`; of anything else BIRD says yes.
    Defined(Box<Expression>),
    /// `roa_check(table)`, of the route's own network and origin, or `roa_check(table, prefix, asn)`.
    RoaCheck {
        /// The table of ROAs.
        table: TableName,
        /// The prefix and the ASN where they are given.
        of: Option<Box<[Expression; 2]>>,
    },
    /// `aspa_check(table, path, upstream)` and its two short forms (BIRD 2.16, 3.1 and later).
    AspaCheck {
        /// The table of provider authorisations.
        table: TableName,
        /// The path; `bgp_path` where it is not given.
        path: Option<Box<Expression>>,
        /// Which procedure.
        direction: AspaDirection,
    },
    /// `format(value)`: as `print` shows it.
    Format(Box<Expression>),
    /// Not modelled: whoever reaches it does not know its value.
    Unmodelled(Unmodelled),
}

/// Numbers of a path, and what comes in their place.
#[derive(Debug, Clone)]
pub struct Substitution {
    /// The path.
    pub path: Expression,
    /// The set of numbers.
    pub members: Expression,
    /// The number that stands for each of them.
    pub by: Expression,
}

/// A table as an expression names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableName {
    /// Its name.
    pub name: Name,
    /// Where it is named.
    pub place: Place,
}

/// Which neighbour the path came from (the two procedures of the ASPA draft).
#[derive(Debug, Clone)]
pub enum AspaDirection {
    /// `aspa_check_upstream`: from a customer, a peer or a route server.
    Upstream,
    /// `aspa_check_downstream`: from a provider.
    Downstream,
    /// The third argument of `aspa_check`: true for upstream.
    Given(Box<Expression>),
}

/// A value as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Literal {
    /// `true`, `false`.
    Bool(bool),
    /// A number.
    Int(u32),
    /// An address.
    Ip(IpAddr),
    /// A network.
    Prefix(Prefix),
    /// `64500:1`, as its 64 bits on the wire.
    RouteDistinguisher(u64),
    /// `"text"`.
    String(Arc<str>),
    /// Bytes: `hex:00:01`.
    Bytes(Arc<[u8]>),
    /// A constant of an enumeration.
    Enum(Enumerated),
    /// `+empty+`.
    EmptyPath,
    /// `-empty-`.
    EmptyCommunities,
    /// `--empty--`.
    EmptyExtendedCommunities,
    /// `---empty---`.
    EmptyLargeCommunities,
}

/// The kind of an extended community (RFC 4360, RFC 5668).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ExtendedKind {
    /// `rt`: route target.
    RouteTarget,
    /// `ro`: route origin.
    RouteOrigin,
    /// `unknown N` and `generic`: the first 32 bits, or the type's 16.
    Unknown(u32),
    /// `generic`: both halves as they are on the wire.
    Generic,
}

/// An operator between two values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum BinaryOperator {
    /// `+`, wrapping.
    Add,
    /// `-`, wrapping.
    Subtract,
    /// `*`, wrapping.
    Multiply,
    /// `/`; by zero the filter fails.
    Divide,
    /// `|` on numbers.
    BitOr,
    /// `&` on numbers.
    BitAnd,
    /// `=`; of different types false.
    Equal,
    /// `!=`.
    NotEqual,
    /// `<`.
    Less,
    /// `<=`.
    LessOrEqual,
    /// `>`.
    Greater,
    /// `>=`.
    GreaterOrEqual,
    /// `~`: is in, matches.
    Match,
    /// `!~`.
    NotMatch,
    /// `&&`; the right side runs only where the left is true.
    And,
    /// `||`; the right side runs only where the left is false.
    Or,
}

/// What is asked of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Method {
    /// `.len`: of a prefix, a path or a list.
    Length,
    /// `.first`: the number next to us, of a path.
    First,
    /// `.last`: the origin, of a path; 0 where it ends in a set.
    Last,
    /// `.last_nonaggregated`: the last number before any set, of a path.
    LastNonAggregated,
    /// `.empty`: an empty list of the same type; as a statement it empties the attribute.
    Empty,
    /// `.min`: of a list.
    Minimum,
    /// `.max`: of a list.
    Maximum,
    /// `.mask(length)`: of an address.
    Mask,
    /// `.is_v4`: of an address.
    IsIpv4,
    /// `.type`: of a prefix.
    NetType,
    /// `.ip`: of a prefix.
    Address,
    /// `.maxlen`: of a ROA.
    MaxLength,
    /// `.asn`: of a ROA, a pair or a large community.
    Asn,
    /// `.data`: of a pair.
    Data,
    /// `.data1`: of a large community.
    Data1,
    /// `.data2`: of a large community.
    Data2,
    /// `.rd`: of a VPN network.
    RouteDistinguisher,
    /// `.src`: of a network with a source.
    SourcePrefix,
    /// `.dst`: of a network with a source.
    DestinationPrefix,
    /// `.value`: of a value of a prefix that is itself a number (BIRD 2.15 and later).
    Value,
}

/// How a list is changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Edit {
    /// `prepend`: puts a number in front of a path.
    Prepend,
    /// `add`: puts in what is not there yet.
    Add,
    /// `delete`: takes out what the operand names.
    Delete,
    /// `filter`: keeps only what the operand names.
    Filter,
}

/// `[ … ]`.
#[derive(Debug, Clone)]
pub struct SetLiteral {
    /// What it holds.
    pub of: SetType,
    /// Its items as written.
    pub items: Vec<SetItem>,
}

/// An item of a set, or of an arm of a `case`.
#[derive(Debug, Clone)]
pub enum SetItem {
    /// A value. A constant that is itself a set is not allowed.
    Value(Expression),
    /// `first..last`, both included; of pairs, quads and addresses too, by their order.
    Range(Expression, Expression),
    /// `(a, b)` with a `*` or a range in at least one part: the product of both.
    Pair([Part; 2]),
    /// `(kind, key, value)`: the key is one value, the rest may be `*` or a range.
    Extended(ExtendedKind, Expression, Part),
    /// `(a, b, c)` with a `*` or a range: what follows it is all.
    Large([Part; 3]),
    /// A prefix, and the lengths of what is in the set.
    Prefix(Expression, Lengths),
}

/// A part of a pattern of communities.
#[derive(Debug, Clone)]
pub enum Part {
    /// `*`.
    Any,
    /// A number.
    One(Expression),
    /// `first..last`, both included.
    Range(Expression, Expression),
}

/// Which prefixes an item of a prefix set holds, beside `address/length`.
#[derive(Debug, Clone)]
pub enum Lengths {
    /// The prefix itself.
    Exact,
    /// `+`: it and what it covers.
    OrLonger,
    /// `-`: it and what covers it.
    OrShorter,
    /// `{low,high}`: what covers it or is covered by it, of these lengths, both included.
    Between(u8, u8),
}

/// An item of a path mask.
#[derive(Debug, Clone)]
pub enum MaskItem {
    /// One number: a literal, a constant, or an expression in parentheses.
    Asn(Expression),
    /// `first..last`: one number of a range.
    Range(Expression, Expression),
    /// `[ … ]`: one number of a set.
    Set(Arc<SetLiteral>),
    /// `?`: any one number.
    AnyOne,
    /// `*`: any numbers, also none.
    Any,
    /// `+`: what stands before it, once or more often.
    Repeat,
    /// A path as a value: its numbers in order.
    Path(Expression),
}
