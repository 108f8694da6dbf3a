//! `structlint`: finds deadlocks in source, without compiling.

pub mod hir;
pub mod syntax;
