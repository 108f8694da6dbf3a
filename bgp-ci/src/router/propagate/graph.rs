//! Which tables' routes can reach which.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::Run;
use crate::router::{Policy, TableId};

/// The pipes that let anything through, by the table at their end.
pub(super) struct Graph {
    into: BTreeMap<TableId, Vec<TableId>>,
    known: RefCell<BTreeMap<TableId, Rc<BTreeSet<TableId>>>>,
}

impl Graph {
    /// The tables whose routes can reach `table`, itself too.
    pub(super) fn upstream(&self, table: TableId) -> Rc<BTreeSet<TableId>> {
        if let Some(found) = self.known.borrow().get(&table) {
            return Rc::clone(found);
        }
        let mut found = BTreeSet::from([table]);
        let mut open = vec![table];
        while let Some(to) = open.pop() {
            for from in self.into.get(&to).into_iter().flatten() {
                if found.insert(*from) {
                    open.push(*from);
                }
            }
        }
        let found = Rc::new(found);
        self.known.borrow_mut().insert(table, Rc::clone(&found));
        found
    }
}

impl Run<'_> {
    /// The graph of the router's tables.
    pub(super) fn graph(&self) -> Graph {
        let mut into: BTreeMap<TableId, Vec<TableId>> = BTreeMap::new();
        for pipe in self.router.pipes.iter().filter(|pipe| !pipe.disabled) {
            if pipe.export != Policy::Nothing {
                into.entry(pipe.peer).or_default().push(pipe.table);
            }
            if pipe.import != Policy::Nothing {
                into.entry(pipe.table).or_default().push(pipe.peer);
            }
        }
        Graph {
            into,
            known: RefCell::default(),
        }
    }
}
