//! Shipped data, embedded: what the parts know of the world and users may extend.

/// The lock vocabulary of structlint (`packs/lints/locks.yaml`).
pub const LOCKS: &str = include_str!("../packs/lints/locks.yaml");

/// The operations in which a thread waits, for structlint (`packs/lints/blocking.yaml`).
pub const BLOCKING: &str = include_str!("../packs/lints/blocking.yaml");

/// The special-purpose address registries of IANA (`packs/bgp/special-purpose.yaml`).
pub const SPECIAL_PURPOSE: &str = include_str!("../packs/bgp/special-purpose.yaml");

/// The reserved numbers of autonomous systems (`packs/bgp/reserved-asns.yaml`).
pub const RESERVED_ASNS: &str = include_str!("../packs/bgp/reserved-asns.yaml");

/// The networks that buy transit from nobody (`packs/bgp/transit-free.yaml`).
pub const TRANSIT_FREE: &str = include_str!("../packs/bgp/transit-free.yaml");
