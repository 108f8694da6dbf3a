//! Shipped data, embedded: what the parts know of the world and users may extend.

/// The lock vocabulary of structlint (`packs/lints/locks.yaml`).
pub const LOCKS: &str = include_str!("../packs/lints/locks.yaml");

/// The special-purpose address registries of IANA (`packs/bgp/special-purpose.yaml`).
pub const SPECIAL_PURPOSE: &str = include_str!("../packs/bgp/special-purpose.yaml");
