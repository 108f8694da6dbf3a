//! Every route at once: what a policy does with all that a neighbour could send.

pub mod lengths;
pub mod paths;
pub mod ranges;
pub mod space;

pub use lengths::Lengths;
pub use paths::{PathAtom, PathTest, Solution, solve};
pub use ranges::Ranges;
pub use space::Space;
