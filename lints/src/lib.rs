//! `structlint`: finds deadlocks in source, without compiling.

pub mod analysis;
pub mod check;
pub mod checks;
pub mod discover;
pub mod engine;
pub mod hir;
pub mod index;
pub mod limits;
pub mod locks;
pub mod syntax;
#[cfg(test)]
mod testing;
pub mod walk;
