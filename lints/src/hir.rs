//! What the analysis knows of one file: owned facts with byte ranges.
//!
//! A syntax tree is not `Send` and is five times as large as its text, so it is born and dies in
//! one worker; what leaves it is this: items, types as written, and function bodies as arenas of
//! expressions. Macro arguments are parsed and lowered to the same expressions, by what the macro
//! expands to, so that one resolver of drop scopes serves both. Everything later — linking,
//! summaries, rules — works on these facts only, and could read them from a cache.

mod body;

use std::sync::Arc;

use ra_ap_syntax::SmolStr;
use rules::{LineIndex, Suppression};

pub use body::{
    Arm, BinaryOp, BlockKind, Body, Branch, Expr, ExprId, ExprKind, LoopHead, MacroScope, Pat,
    PatId, PatKind, Stmt,
};

/// An identifier, without `r#`.
pub type Name = SmolStr;

/// Bytes `start..end` of the file that the fact comes from (offsets in the file as it is on disk,
/// a byte-order mark included).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Range {
    /// First byte.
    pub start: u32,
    /// Byte after the last.
    pub end: u32,
}

/// The facts of one file.
#[derive(Debug)]
pub struct File {
    /// Path relative to the directory given on the command line, with `/`.
    pub path: Arc<str>,
    /// Where its lines start.
    pub lines: LineIndex,
    /// Items in source order.
    pub items: Vec<Item>,
    /// Predicates of inner `#![cfg(…)]` attributes.
    pub cfg: Vec<Cfg>,
    /// The same as of an item, by an inner attribute.
    pub allows_await: bool,
    /// Suppression comments with what they cover.
    pub suppressions: Vec<Suppression>,
    /// True where a comment in the first lines says `@generated`, or another accepted marker.
    pub generated: bool,
    /// Byte ranges that do not parse, each with the parser's message; the rest is still judged.
    pub errors: Vec<(Range, String)>,
    /// Macro calls that were understood.
    pub macros: MacroCounts,
    /// Macros that it defines by `macro_rules!`, in source order.
    pub macro_rules: Vec<MacroRules>,
    /// Calls of macros that it does not define, sorted; of its own calls and of those in what they
    /// expand to.
    pub macro_calls: Vec<MacroCall>,
    /// Crates of which `#[macro_use] extern crate` takes all macros.
    pub macro_crates: Vec<Name>,
    /// Macro calls whose arguments could not be understood: name and place.
    pub opaque_macros: Vec<(Name, Range)>,
}

/// A macro that a file defines, for the other files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MacroRules {
    /// Its name.
    pub name: Name,
    /// What stands between its delimiters.
    pub body: Arc<str>,
    /// Where it is found by its name alone.
    pub visible: Range,
    /// Whether that goes on to the end of the file, and so behind a `#[macro_use]` declaration.
    pub is_outermost: bool,
    /// `#[macro_export]`.
    pub is_exported: bool,
    /// Whether it stands in no function.
    pub has_path: bool,
    /// Macros that its rules call.
    pub calls: Vec<MacroCall>,
}

/// How a macro is called.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct MacroCall {
    /// The first segment of its path (`$crate`, `crate`, a crate's name, …); empty for none.
    pub root: Name,
    /// The last one.
    pub name: Name,
}

/// How many macro calls of a file were understood, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct MacroCounts {
    /// Known by name, or expanded by their definition.
    pub resolved: u32,
    /// Not known; all of their arguments parsed.
    pub guessed: u32,
}

/// One predicate of a `#[cfg(…)]`, normalised: no white space outside strings, `not(…)` outermost
/// where it negates; `all(a, b)` gives two predicates.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cfg {
    /// The predicate without an outer `not(…)`.
    pub predicate: Name,
    /// Whether `not(…)` stood around it.
    pub negated: bool,
}

impl Cfg {
    /// Whether it is there in tests only.
    pub fn is_test(&self) -> bool {
        !self.negated
            && matches!(
                self.predicate.as_str(),
                "test" | "loom" | "doctest" | "fuzzing"
            )
    }
}

/// Whether two lists of predicates cannot hold together.
pub fn contradict(a: &[Cfg], b: &[Cfg]) -> bool {
    a.iter().any(|a| {
        b.iter().any(|b| {
            if a.predicate == b.predicate {
                return a.negated != b.negated;
            }
            let key = |cfg: &Cfg| cfg.predicate.split_once('=').map(|(key, _)| key.to_owned());
            let exclusive = |key: &str| {
                matches!(
                    key,
                    "target_os" | "target_arch" | "target_env" | "target_pointer_width"
                )
            };
            let family = |cfg: &Cfg| matches!(cfg.predicate.as_str(), "unix" | "windows");
            let both = !a.negated && !b.negated;
            both && (matches!((key(a), key(b)), (Some(x), Some(y)) if x == y && exclusive(&x))
                || (family(a) && family(b)))
        })
    })
}

/// An item, or a member of a trait or `impl`.
#[derive(Debug)]
pub struct Item {
    /// Its name; empty for `impl`, `use` and macro calls.
    pub name: Name,
    /// The whole item, attributes included.
    pub range: Range,
    /// The name, or the first token where there is none.
    pub name_range: Range,
    /// Predicates of its `#[cfg(…)]` attributes (not those of what encloses it).
    pub cfg: Vec<Cfg>,
    /// `#[test]`, `#[tokio::test]`, `#[bench]` and the like.
    pub is_test: bool,
    /// `pub`, without `(…)`.
    pub is_pub: bool,
    /// `#[allow(clippy::await_holding_lock)]` and its kin: guards are kept at an await on purpose.
    pub allows_await: bool,
    /// What it is.
    pub kind: ItemKind,
}

/// What an item is.
#[derive(Debug)]
pub enum ItemKind {
    /// `mod name;` (`items` is `None`) or `mod name { … }`.
    Module {
        /// Value of `#[path = "…"]`.
        path: Option<Name>,
        /// Content of an inline module.
        items: Option<Vec<Item>>,
        /// `#[macro_use]`: its macros are found behind it.
        is_macro_use: bool,
    },
    /// The leaves of one `use`.
    Use(Vec<UseLeaf>),
    /// `extern crate name as alias;`: the item's name is the alias.
    ExternCrate(Name),
    /// A struct or union; tuple fields are named `0`, `1`, ….
    Struct {
        /// Type parameters with their bounds (`where` included).
        generics: Vec<GenericParam>,
        /// Fields.
        fields: Vec<Field>,
    },
    /// An enum.
    Enum {
        /// Type parameters.
        generics: Vec<GenericParam>,
        /// Variants with their fields.
        variants: Vec<(Name, Vec<Field>)>,
    },
    /// `type Name<…> = …;` (also in traits and `impl`s; `ty` is `Infer` where there is none).
    TypeAlias {
        /// Type parameters.
        generics: Vec<GenericParam>,
        /// What it stands for.
        ty: TypeRef,
        /// Bounds of an associated type in a trait.
        bounds: Vec<TypeRef>,
    },
    /// A trait.
    Trait {
        /// Type parameters.
        generics: Vec<GenericParam>,
        /// Supertraits.
        supertraits: Vec<TypeRef>,
        /// Members.
        items: Vec<Item>,
    },
    /// An `impl` block.
    Impl {
        /// Type parameters.
        generics: Vec<GenericParam>,
        /// The trait, for `impl Trait for Type`.
        trait_: Option<PathRef>,
        /// The type.
        self_ty: TypeRef,
        /// Members.
        items: Vec<Item>,
    },
    /// A function, method or trait method.
    Fn(Box<Function>),
    /// A `static` or `const`; also those made by `lazy_static!` and `thread_local!` (type
    /// `LazyLock<T>` or `std::thread::LocalKey<T>`).
    Static {
        /// Its type.
        ty: TypeRef,
        /// Its initialiser: a body without parameters.
        init: Option<Box<Body>>,
        /// `const` rather than `static`: each use is a value of its own.
        is_const: bool,
        /// A macro declares it, and its initialiser runs at its first use.
        is_lazy: bool,
    },
    /// `macro_rules!`, or a macro call in item position that was not understood.
    Macro,
}

/// One leaf of a `use` tree.
#[derive(Debug, Clone)]
pub struct UseLeaf {
    /// Segments from the start (`crate`, `self`, `super` and a leading empty segment for `::` are
    /// kept); for `a::{self}` the path is `a`; for a glob the path before `*`.
    pub path: Vec<Name>,
    /// The name that it gets here: the last segment or the rename (`_` for none); empty for globs.
    pub name: Name,
    /// `*`.
    pub glob: bool,
    /// Has a visibility, so that others can import through it.
    pub is_pub: bool,
}

/// A named field, or a tuple field (`0`, `1`, …).
#[derive(Debug)]
pub struct Field {
    /// Its name.
    pub name: Name,
    /// Where it is declared.
    pub range: Range,
    /// Its type.
    pub ty: TypeRef,
}

/// A type parameter and its bounds.
#[derive(Debug, Clone)]
pub struct GenericParam {
    /// Its name.
    pub name: Name,
    /// Trait bounds, from the parameter list and from `where`.
    pub bounds: Vec<TypeRef>,
}

/// A type as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TypeRef {
    /// A path with arguments.
    Path(PathRef),
    /// `&T`, `&mut T`.
    Ref(Box<TypeRef>),
    /// `*const T`, `*mut T`.
    Ptr(Box<TypeRef>),
    /// A tuple; `()` is empty.
    Tuple(Vec<TypeRef>),
    /// `[T]` or `[T; N]`.
    Slice(Box<TypeRef>),
    /// `fn(A) -> R`, and `Fn(A) -> R` as a bound: parameters and result.
    Fn(Vec<TypeRef>, Box<TypeRef>),
    /// `dyn A + B`: lifetimes left out.
    Dyn(Vec<TypeRef>),
    /// `impl A + B`.
    Impl(Vec<TypeRef>),
    /// `!`.
    Never,
    /// `_`, a macro, or nothing.
    Infer,
}

/// A path as written.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PathRef {
    /// `<T as Trait>::` or `<T>::` in front: the type (and the trait's path is then `segments`'
    /// beginning).
    pub qself: Option<Box<TypeRef>>,
    /// Segments; a leading empty one for `::a`.
    pub segments: Vec<Segment>,
}

/// One segment of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segment {
    /// The identifier (`crate`, `self`, `super` and `Self` included).
    pub name: Name,
    /// Type arguments; lifetimes and constants left out.
    pub args: Vec<TypeRef>,
    /// `Item = T` arguments.
    pub bindings: Vec<(Name, TypeRef)>,
}

impl Segment {
    /// Whether type arguments are written here.
    pub fn has_args(&self) -> bool {
        !self.args.is_empty()
    }
}

/// A function: signature and body.
#[derive(Debug)]
pub struct Function {
    /// Type parameters of the function itself.
    pub generics: Vec<GenericParam>,
    /// Whether the first parameter is `self`.
    pub self_param: Option<SelfParam>,
    /// Types of the parameters, `self` not included.
    pub params: Vec<TypeRef>,
    /// The result; the empty tuple where none is written. For an `async fn`, what its future gives.
    pub ret: TypeRef,
    /// `async fn`.
    pub is_async: bool,
    /// The body; `None` for a required trait method or a foreign function.
    pub body: Option<Body>,
}

/// How `self` is taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SelfParam {
    /// `self`, `mut self`.
    Value,
    /// `&self`.
    Ref,
    /// `&mut self`.
    RefMut,
    /// `self: Arc<Self>` and the like.
    Typed(TypeRef),
}
