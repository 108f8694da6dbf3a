//! What routing registries hold about our prefixes: neighbours build their filters from it.

pub mod rpsl;

pub use rpsl::RouteObjects;
