//! The routing-policy language as data, whatever language a router writes it in.
//!
//! BIRD's filters are parsed into it and other languages are lowered into it; the interpreter
//! and the symbolic analysis know nothing else.

pub mod attribute;
pub mod guards;
pub mod interpret;
pub mod ir;
pub mod program;
pub mod route;
pub mod types;
pub mod value;

pub use attribute::{Attribute, BgpAttribute, OtherAttribute, StaticAttribute};
pub use ir::{Expression, ExpressionKind, Statement, StatementKind};
pub use program::{AttributeId, ConstantId, FilterId, FunctionId, Program, Slot};
pub use types::{EnumType, Enumerated, SetType, Type};
