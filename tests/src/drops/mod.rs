//! The order in which guards are dropped: what the table says, what the compiler does, and what structlint believes.
//!
//! [`table`] is the table "when a guard temporary drops", row by row, as small functions and what happens in them.
//! [`program`] makes a program of them that logs; [`resolver`] asks structlint's walk about the same functions,
//! and compares.

pub mod program;
pub mod resolver;
pub mod row;
pub mod table;
