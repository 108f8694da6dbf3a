//! What the integration tests share: a way to run a tool in this process, fixtures, folders, and
//! generated programs with the locks that judge them.

#![expect(
    clippy::missing_panics_doc,
    reason = "what a test relies on fails by panicking, everywhere"
)]

pub mod cli;
pub mod drops;
pub mod estate;
pub mod fixture;
pub mod fleet;
pub mod lab;
pub mod payloads;
pub mod programs;
pub mod rewrites;
pub mod shims;
pub mod tree;
