//! The table "when a guard temporary drops", as programs and claims.
//!
//! Each construct says, for each place in it, whether the guard lives there and up to which edition.
//! Running the programs tests the claims; comparing them with a linter's verdicts tests the linter.

mod assignments;
mod blocks;
mod calls;
mod heads;
mod macros;
mod named;
mod tails;
mod values;

use super::construct::Construct;

/// Every construct.
pub fn all() -> impl Iterator<Item = &'static Construct> {
    [
        heads::ALL,
        blocks::ALL,
        assignments::ALL,
        values::ALL,
        calls::ALL,
        macros::ALL,
        tails::ALL,
        named::ALL,
    ]
    .into_iter()
    .flatten()
}
