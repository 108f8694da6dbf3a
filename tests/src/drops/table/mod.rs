//! The table "when a guard temporary drops", in its order, and below it guards with names.
//!
//! What happens is written down by hand and was checked against the table; a test compiles all of it and compares.

mod blocks;
mod calls;
mod heads;
mod lets;
mod named;
mod tails;

use super::row::Row;

/// Every row.
pub fn rows() -> impl Iterator<Item = &'static Row> {
    [
        heads::ROWS,
        blocks::ROWS,
        lets::ROWS,
        calls::ROWS,
        tails::ROWS,
        named::ROWS,
    ]
    .into_iter()
    .flatten()
}
