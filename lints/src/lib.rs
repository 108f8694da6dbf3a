//! `structlint`: finds deadlocks in source, without compiling.

pub mod hir;
pub mod index;
pub mod locks;
pub mod walk;
pub mod syntax;
