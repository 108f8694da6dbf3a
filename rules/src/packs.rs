//! Shipped data, embedded: what the parts know of the world and users may extend.

/// The lock vocabulary of structlint (`packs/lints/locks.yaml`).
pub const LOCKS: &str = include_str!("../packs/lints/locks.yaml");
