//! From routers' files to what a side of a change carries.

pub mod plan;

pub use plan::{Plan, Planned, plan};
