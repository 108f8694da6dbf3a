//! What names mean.

use std::collections::HashMap;

use crate::bird::ast::{NetKind, ProtocolKind};
use crate::filter::{AttributeId, ConstantId, FilterId, FunctionId, Slot};
use crate::model::Name;
use crate::place::Place;

/// What a name stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Symbol {
    Constant(ConstantId),
    Function(FunctionId),
    Filter(FilterId),
    Attribute(AttributeId),
    Table(NetKind),
    Protocol(ProtocolKind),
    Template(ProtocolKind),
    Variable(Slot),
    /// A `vrf`, an `mpls domain` and the like.
    Other,
}

impl Symbol {
    /// The word in messages.
    pub(super) fn what(self) -> &'static str {
        match self {
            Self::Constant(_) => "constant",
            Self::Function(_) => "function",
            Self::Filter(_) => "filter",
            Self::Attribute(_) => "attribute",
            Self::Table(_) => "table",
            Self::Protocol(_) => "protocol",
            Self::Template(_) => "template",
            Self::Variable(_) => "variable",
            Self::Other => "name",
        }
    }
}

/// The names in force: those of the configuration, and of the blocks that are open.
#[derive(Debug)]
pub(super) struct Scopes {
    levels: Vec<HashMap<Name, (Symbol, Option<Place>)>>,
}

impl Default for Scopes {
    fn default() -> Self {
        let master = |name: &str, kind| (name.into(), (Symbol::Table(kind), None));
        Self {
            levels: vec![HashMap::from([
                master("master4", NetKind::Ipv4),
                master("master6", NetKind::Ipv6),
            ])],
        }
    }
}

impl Scopes {
    /// What `name` stands for, the innermost block first.
    pub(super) fn find(&self, name: &str) -> Option<Symbol> {
        let found = self.levels.iter().rev().find_map(|level| level.get(name));
        found.map(|(symbol, _)| *symbol)
    }

    /// Gives `name` a meaning in the innermost block; what it meant there before is an error.
    pub(super) fn define(&mut self, name: Name, symbol: Symbol, place: Place) -> Result<(), Place> {
        let level = self
            .levels
            .last_mut()
            .expect("the outermost level is never closed");
        // What BIRD predefines has no place, and may be declared again.
        if let Some((_, Some(before))) = level.get(&name) {
            return Err(*before);
        }
        level.insert(name, (symbol, Some(place)));
        Ok(())
    }

    /// Gives a name that has no meaning yet one that holds everywhere.
    pub(super) fn define_global(&mut self, name: Name, symbol: Symbol, place: Place) {
        if let Some(level) = self.levels.first_mut() {
            level.insert(name, (symbol, Some(place)));
        }
    }

    pub(super) fn open(&mut self) {
        self.levels.push(HashMap::new());
    }

    pub(super) fn close(&mut self) {
        if self.levels.len() > 1 {
            self.levels.pop();
        }
    }

    /// The name of the same kind that is most like `name`, for a message.
    pub(super) fn like(&self, name: &str, what: &str) -> Option<&Name> {
        let names = self.levels.iter().flat_map(|level| {
            let same = level
                .iter()
                .filter(|(_, (symbol, _))| symbol.what() == what);
            same.map(|(known, _)| known)
        });
        let close = names.filter_map(|known| {
            let distance = edits(known, name);
            (distance <= 2 && distance * 3 <= name.len()).then_some((distance, known))
        });
        close.min().map(|(_, known)| known)
    }
}

/// How many characters must be put in, taken out or exchanged.
fn edits(a: &str, b: &str) -> usize {
    if a.len().abs_diff(b.len()) > 2 || a.len() > 64 {
        return usize::MAX;
    }
    let b: Vec<u8> = b.bytes().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.bytes().enumerate() {
        let mut left = i + 1;
        let mut next = vec![left];
        for (to, pair) in b.iter().zip(row.windows(2)) {
            let [diagonal, above] = pair else { continue };
            left = (diagonal + usize::from(from != *to))
                .min(left + 1)
                .min(above + 1);
            next.push(left);
        }
        row = next;
    }
    row.last().copied().unwrap_or(usize::MAX)
}
