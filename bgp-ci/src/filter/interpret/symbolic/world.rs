//! What an exploration knows about received routes: questions by number, and their answers.

use std::collections::{BTreeSet, HashMap};
use std::hash::Hash;
use std::sync::Arc;

use super::concrete::domain;
use super::symbol::{ListKind, Symbol};
use crate::filter::attribute::Attribute;
use crate::filter::value::{Address, TextPattern};
use crate::place::Place;
use crate::symbolic::{PathAtom, Ranges, Solution, solve};

/// Things by number, each once.
#[derive(Debug)]
struct Interned<T> {
    items: Vec<Arc<T>>,
    known: HashMap<Arc<T>, u32>,
}

impl<T> Default for Interned<T> {
    fn default() -> Self {
        Self {
            items: Vec::new(),
            known: HashMap::new(),
        }
    }
}

impl<T: Eq + Hash> Interned<T> {
    fn id(&mut self, item: T) -> u32 {
        if let Some(known) = self.known.get(&item) {
            return *known;
        }
        let id =
            u32::try_from(self.items.len()).expect("an exploration ends before 2^32 questions");
        let item = Arc::new(item);
        self.items.push(Arc::clone(&item));
        self.known.insert(item, id);
        id
    }

    fn item(&self, id: u32) -> &Arc<T> {
        usize::try_from(id)
            .ok()
            .and_then(|at| self.items.get(at))
            .expect("a number is given with its item")
    }
}

/// A question about a received route that is true or false.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AtomId(u32);

/// Something of a received route that has one of many values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ChoiceId(u32);

/// Something that is not followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct OpaqueId(u32);

/// A question about a received route that is true or false.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Atom {
    /// Whether it has one of these communities.
    Community(ListKind, Ranges),
    /// About its path.
    Path(PathAtom),
}

/// Something of a received route that has one of many values.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Choice {
    /// An attribute by the key of its value; [`ABSENT`] where it is not there.
    Received(Attribute),
    /// What `roa_check` says of the network and the last number behind these.
    Roa {
        /// The table.
        table: Arc<str>,
        /// What is asked: the network and path, by what is not followed.
        of: Arc<[Symbol]>,
    },
    /// What `aspa_check` says.
    Aspa {
        /// The table.
        table: Arc<str>,
        /// Which procedure.
        upstream: bool,
        /// The path.
        of: Symbol,
    },
    /// The member of a list that a loop is at.
    Element(ListKind),
    /// The number of a path that a loop is at.
    PathElement,
    /// Which answer something gives that is not followed: 1 is true.
    Opaque(OpaqueId),
}

/// Where the value of something comes from that is not followed.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Opaque {
    /// An operation on values.
    Operation(String, Vec<Symbol>),
    /// Whether an expression is found in communities, written out.
    Text(Arc<TextPattern>, Symbol),
    /// Something that has no model.
    Unmodelled(Place, Arc<str>),
}

/// The key of an attribute that is not there.
pub const ABSENT: u128 = u128::MAX;

/// What a session gives every route that it takes in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ingress {
    /// The name of its protocol.
    pub protocol: Arc<str>,
    /// The neighbour.
    pub from: Option<Address>,
    /// The preference.
    pub preference: u16,
}

/// The questions of one exploration, and what their answers have to do with each other.
#[derive(Debug, Default)]
pub struct World {
    atoms: Interned<Atom>,
    choices: Interned<Choice>,
    opaque: Interned<Opaque>,
    /// Whether there is a path with these answers.
    paths: HashMap<Vec<(AtomId, bool)>, Solution>,
    /// Where routes come from.
    pub ingress: Vec<Ingress>,
}

impl World {
    /// The number of a question.
    pub fn atom(&mut self, atom: Atom) -> AtomId {
        AtomId(self.atoms.id(atom))
    }

    /// The question of a number.
    pub fn atom_of(&self, id: AtomId) -> &Atom {
        self.atoms.item(id.0)
    }

    /// The number of a choice.
    pub fn choice(&mut self, choice: Choice) -> ChoiceId {
        ChoiceId(self.choices.id(choice))
    }

    /// The choice of a number.
    pub fn choice_of(&self, id: ChoiceId) -> &Choice {
        self.choices.item(id.0)
    }

    /// The values that a choice has before anything is known of it.
    pub(super) fn domain(&self, id: ChoiceId) -> Ranges {
        match self.choice_of(id) {
            Choice::Received(Attribute::Bgp(attribute)) => domain(*attribute),
            Choice::Received(_) => Ranges::all(),
            Choice::Roa { .. } | Choice::Aspa { .. } => Ranges::between(0, 2),
            Choice::Element(kind) => kind.universe(),
            Choice::PathElement => Ranges::between(1, u32::MAX.into()),
            Choice::Opaque(_) => Ranges::between(0, 255),
        }
    }

    /// The number of something that is not followed.
    pub fn opaque(&mut self, opaque: Opaque) -> OpaqueId {
        OpaqueId(self.opaque.id(opaque))
    }

    /// What is behind a number that is not followed.
    pub fn opaque_of(&self, id: OpaqueId) -> &Opaque {
        self.opaque.item(id.0)
    }

    /// A path that gives these answers; they are those of `cube` that are about paths.
    pub fn path(&mut self, cube: &[(AtomId, bool)]) -> Solution {
        let own: Vec<(AtomId, bool)> = cube
            .iter()
            .copied()
            .filter(|(id, _)| matches!(self.atom_of(*id), Atom::Path(_)))
            .collect();
        if let Some(known) = self.paths.get(&own) {
            return known.clone();
        }
        let atoms: Vec<(Arc<Atom>, bool)> = own
            .iter()
            .map(|(id, truth)| (Arc::clone(self.atoms.item(id.0)), *truth))
            .collect();
        let found = solve(atoms.iter().filter_map(|(atom, truth)| match &**atom {
            Atom::Path(path) => Some((path, *truth)),
            Atom::Community(..) => None,
        }));
        self.paths.insert(own, found.clone());
        found
    }

    /// What `cube` says about communities of a kind: those that are certainly not there, and sets
    /// of which one is.
    pub fn communities(&self, kind: ListKind, cube: &[(AtomId, bool)]) -> (Ranges, Vec<Ranges>) {
        let mut missing = Ranges::NONE;
        let mut some = Vec::new();
        for (id, truth) in cube {
            if let Atom::Community(of, ranges) = self.atom_of(*id)
                && *of == kind
            {
                if *truth {
                    some.push(ranges.clone());
                } else {
                    missing = missing.union(ranges);
                }
            }
        }
        (missing, some)
    }

    /// Communities that `cube` wants, each the least that will do.
    pub fn wanted(&self, kind: ListKind, cube: &[(AtomId, bool)]) -> BTreeSet<u128> {
        let (missing, mut some) = self.communities(kind, cube);
        for set in &mut some {
            *set = set.difference(&missing);
        }
        // Of sets inside each other, the smaller one's member serves both.
        some.sort_by_key(|set| {
            set.ranges()
                .iter()
                .map(|(a, b)| b - a)
                .fold(0, u128::saturating_add)
        });
        let mut wanted = BTreeSet::new();
        for set in some {
            if !wanted.iter().any(|item| set.contains(*item)) {
                wanted.extend(set.first());
            }
        }
        wanted
    }
}
