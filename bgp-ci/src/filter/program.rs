//! Programs: the functions, filters, constants and custom attributes of one router.

use super::ir::{Block, Expression};
use super::types::Type;
use crate::model::Name;
use crate::place::Place;

/// Declares index types: each points into one list of a [`Program`].
macro_rules! indices {
    ($($(#[$meta:meta])* $name:ident in $list:ident: $item:ident, $of:ident;)*) => {
        $(
            $(#[$meta])*
            #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
            pub struct $name(pub u32);
        )*

        impl Program {
            $(
                #[doc = concat!("The ", stringify!($of), " that `id` stands for.")]
                ///
                /// # Panics
                /// Where the index comes from another program.
                pub fn $of(&self, id: $name) -> &$item {
                    usize::try_from(id.0)
                        .ok()
                        .and_then(|at| self.$list.get(at))
                        .expect("an index is made from an entry of the same program")
                }
            )*
        }
    };
}

indices! {
    /// A function of a program.
    FunctionId in functions: Function, function;
    /// A filter of a program: named, inline, or a condition.
    FilterId in filters: Filter, filter;
    /// A constant of a program.
    ConstantId in constants: Constant, constant;
    /// A custom attribute of a program.
    AttributeId in attributes: CustomAttribute, attribute;
}

/// A variable of a function or filter: an index into its [`Frame`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Slot(pub u32);

/// Everything that one router's policies are made of, in the order in which it was written.
#[derive(Debug, Clone, Default)]
pub struct Program {
    /// Functions. One refers to earlier ones and, in recursion, to itself.
    pub functions: Vec<Function>,
    /// Filters, those without a name too.
    pub filters: Vec<Filter>,
    /// `define NAME = …;`.
    pub constants: Vec<Constant>,
    /// `attribute TYPE NAME;`.
    pub attributes: Vec<CustomAttribute>,
}

/// `define NAME = EXPRESSION;`: evaluated once, where it is written.
#[derive(Debug, Clone)]
pub struct Constant {
    /// Its name.
    pub name: Name,
    /// Its name's place.
    pub place: Place,
    /// Its value; refers to earlier constants and functions only.
    pub value: Expression,
    /// The type of the value, as far as it shows without evaluating.
    pub value_type: Type,
}

/// `attribute TYPE NAME;`.
#[derive(Debug, Clone)]
pub struct CustomAttribute {
    /// Its name.
    pub name: Name,
    /// Its name's place.
    pub place: Place,
    /// The type of its values.
    pub value_type: Type,
}

/// The variables of one function or filter.
#[derive(Debug, Clone, Default)]
pub struct Frame {
    /// Every variable by its [`Slot`]: the parameters first, then the others, those of inner
    /// blocks and loops too.
    pub variables: Vec<Variable>,
}

impl Frame {
    /// The variable in `slot`.
    ///
    /// # Panics
    /// Where the slot comes from another frame: a tree holds only slots of its own.
    pub fn variable(&self, slot: Slot) -> &Variable {
        usize::try_from(slot.0)
            .ok()
            .and_then(|at| self.variables.get(at))
            .expect("a slot is made from a variable of the same frame")
    }
}

/// A variable; BIRD gives it the zero value of its type where it has no other.
#[derive(Debug, Clone)]
pub struct Variable {
    /// Its name.
    pub name: Name,
    /// Its name's place.
    pub place: Place,
    /// The type of its values.
    pub value_type: Type,
}

/// `function NAME(…) { … }`.
#[derive(Debug, Clone)]
pub struct Function {
    /// Its name.
    pub name: Name,
    /// Its name's place.
    pub place: Place,
    /// How many of the frame's variables are parameters.
    pub parameters: usize,
    /// The type after `->` (BIRD 2.14 and later).
    pub returns: Option<Type>,
    /// Its variables.
    pub frame: Frame,
    /// What it does.
    pub body: Block,
}

/// A policy that decides about one route.
#[derive(Debug, Clone)]
pub struct Filter {
    /// How it was written.
    pub kind: FilterKind,
    /// The place of its name, or of the whole where it has none.
    pub place: Place,
    /// Its variables.
    pub frame: Frame,
    /// What it does.
    pub body: Block,
}

/// How a filter was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FilterKind {
    /// `filter NAME { … }`.
    Named(Name),
    /// `import filter { … };`.
    Inline,
    /// `import where CONDITION;`, with the body `if CONDITION then accept; reject;`.
    Where,
    /// The statements on a static route, `route … { … }`: it neither accepts nor rejects.
    Route,
}
