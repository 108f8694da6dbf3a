//! What the address space's holders authorize, and whether an announcement agrees with it.
//!
//! A route origin authorization says which system may originate a prefix and how long its
//! more-specifics may be. What validators make of all of them, the validated ROA payloads
//! ([`vrps`]), is the data that routers drop announcements by; so a gate that has the same data
//! knows which announcement will be dropped before it is sent ([`validity`]).
//!
//! Broken data is worse than none: a feed that lost half of its payloads turns invalid routes into
//! unknown ones and the alarm off. So a snapshot has a check of its own ([`snapshot`]).

pub mod aspa;
pub mod csv;
pub mod json;
pub mod slurm;
pub mod snapshot;
pub mod validity;
pub mod vrps;

pub use snapshot::Snapshot;
pub use validity::{Answer, Origin, Reason, Validity};
pub use vrps::{ReadError, Vrp, Vrps};
