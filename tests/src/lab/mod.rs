//! The lab: what the routers' own daemons do, as the oracle for our model of them.

pub mod author;
pub mod comparison;
pub mod configuration;
pub mod deployed;
pub mod dice;
pub mod estates;
pub mod filters;
pub mod frr;
pub mod injection;
pub mod loopback;
pub mod networks;
pub mod pairs;
pub mod pipe;
pub mod programs;
pub mod rewriting;
pub mod speaker;
pub mod text;
pub mod update;
pub mod witnesses;
