//! The evidence about a whole component: what no function shows alone.

use crate::index::{FnId, Program};

use super::Settled;
use super::evidence::Evidence;
use super::order::Order;

/// What is known of a component.
#[derive(Debug)]
pub struct Whole<'p, 'a> {
    /// Everything linked.
    pub program: &'p Program<'a>,
    /// The facts of every function.
    pub settled: &'p Settled,
    /// In which order locks are taken.
    pub order: &'p Order,
}

impl<'p, 'a> Whole<'p, 'a> {
    /// The evidence about function `id`, without overlaps.
    pub fn evidence(&self, id: FnId) -> Option<Evidence<'p, 'a>> {
        Some(Evidence {
            program: self.program,
            id,
            facts: self.settled.facts.get(id.at())?,
            overlaps: &[],
            elsewhere: &[],
            blocked: &[],
            queued: &[],
        })
    }

    /// Whether nothing is reported in `id`'s file: it is generated, or somebody else's.
    pub fn is_silent(&self, id: FnId) -> bool {
        let def = self.program.function(id);
        self.program.krate(def.module).silent || self.program.file(def.file).generated
    }
}
