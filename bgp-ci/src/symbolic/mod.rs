//! Every route at once: what a policy does with all that a neighbour could send.

pub mod lengths;
pub mod space;

pub use lengths::Lengths;
pub use space::Space;
