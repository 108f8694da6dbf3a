//! Oracles: something that we did not write decides.

mod compiler;
mod registry;
mod verdicts;
