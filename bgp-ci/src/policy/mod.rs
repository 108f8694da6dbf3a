//! The policy's `bgp:` section: as it is written ([`section`]), and as it is meant ([`Network`]).

pub mod approval;
pub mod data;
pub mod limits;
pub mod network;
mod reader;
pub mod resolve;
pub mod scalar;
pub mod section;
mod source;

pub use network::{Neighbor, Network, Owned, Placed, Public, Service, Site, Statement};
pub use resolve::{Problem, resolve};
pub use section::Section;
