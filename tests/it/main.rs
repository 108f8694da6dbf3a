//! The integration tests of the whole toolkit, one module a subject.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test fails by panicking"
)]
#![expect(
    clippy::format_collect,
    clippy::format_push_string,
    reason = "a test writes its input once: how it reads counts, not how often it allocates"
)]

mod certs;
mod estate;
mod explain;
mod fixtures;
mod fleet;
mod graph;
mod hostile;
mod incidents;
mod lab;
mod oracle;
mod parts;
mod process;
mod routing;
mod rov;
mod stories;
mod tidy;
