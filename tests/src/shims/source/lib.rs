//! Locks under their real names that panic instead of waiting for their own thread.

pub mod core;
pub mod dashmap;
pub mod parking_lot;
pub mod std_sync;
mod tokio_macros;
pub mod tokio_sync;
