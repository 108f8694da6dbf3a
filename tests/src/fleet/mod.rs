//! A synthetic anycast operator: thirty sites, and a history of changes as real teams make them.
//!
//! The generator knows nothing of the tool that is judged by it. It has a model of its own
//! ([`network`]), writes each state down twice — as intent ([`intent`]) and as configurations for
//! BIRD ([`routers`]) — and goes from state to state by changes that are healthy ([`edit`]).
//! Beside the history stand mistakes ([`mistake`]): changes that must not merge, each with the
//! rule that says why. What is healthy and what is not is decided here, by construction.
//!
//! The same seed makes the same fleet.

pub mod deployed;
pub mod edit;
pub mod history;
pub mod intent;
pub mod mistake;
pub mod network;
pub mod policy;
pub mod repository;
pub mod routers;
pub mod sites;
pub mod style;
pub mod verdict;

use std::collections::BTreeMap;

pub use history::{Commit, History, Planted};
pub use network::Network;

/// The files of one state, by path.
pub type Files = BTreeMap<String, String>;

/// How a state is written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// Intent: `announcements` in the policy.
    Intent,
    /// Configurations for BIRD, and `sources` in the policy.
    Bird,
}

impl Language {
    /// The files of `network`.
    pub fn files(self, network: &Network) -> Files {
        match self {
            Self::Intent => intent::files(network),
            Self::Bird => routers::files(network),
        }
    }
}
