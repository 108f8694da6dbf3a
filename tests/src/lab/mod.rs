//! The lab: what the routers' own daemons do, as the oracle for our model of them.

pub mod author;
pub mod dice;
pub mod filters;
pub mod pipe;
pub mod text;
