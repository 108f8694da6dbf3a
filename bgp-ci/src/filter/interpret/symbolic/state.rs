//! Sets of received routes with what a policy has made of them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::symbol::{ListKind, Symbol, SymbolicList, SymbolicPath};
use super::world::{Atom, AtomId, Choice, ChoiceId, World};
use crate::filter::attribute::{Attribute, BgpAttribute};
use crate::symbolic::{PathAtom, Ranges, Solution, Space};

/// A set of routes that one policy treats alike: their networks × the answers to questions about
/// them × the values of numbers; and their attributes, as far as they are not as received.
#[derive(Debug, Clone)]
pub struct State {
    /// The networks.
    pub space: Space,
    /// The sessions that they came from, as indices into [`World::ingress`].
    pub ingress: Arc<BTreeSet<usize>>,
    /// Answers, by the questions' numbers.
    pub(super) cube: Vec<(AtomId, bool)>,
    /// Values that are left, by the choices' numbers; those that are not here have all.
    pub(super) choices: Vec<(ChoiceId, Ranges)>,
    /// Attributes that the BGP layer gave them before any policy.
    pub(super) given: Arc<BTreeMap<Attribute, Symbol>>,
    /// Attributes that are not as received.
    pub(super) attributes: Arc<BTreeMap<Attribute, Symbol>>,
    /// The variables of the functions that are under way.
    pub(super) variables: Vec<Option<Symbol>>,
}

/// A question that divides a state.
#[derive(Debug, Clone)]
pub enum Test {
    /// Whether the network is one of these.
    Net(Space),
    /// Whether a choice has one of these values.
    Choice(ChoiceId, Ranges),
    /// Whether one of these communities was received.
    Community(ListKind, Ranges),
    /// About the received path.
    Path(PathAtom),
}

impl State {
    /// Every route with one of these networks that comes from these sessions.
    pub fn new(space: Space, ingress: impl IntoIterator<Item = usize>) -> Self {
        Self {
            space,
            ingress: Arc::new(ingress.into_iter().collect()),
            cube: Vec::new(),
            choices: Vec::new(),
            given: Arc::default(),
            attributes: Arc::default(),
            variables: Vec::new(),
        }
    }

    /// The same routes as they are before any policy.
    #[must_use]
    pub fn as_received(&self) -> Self {
        Self {
            attributes: Arc::clone(&self.given),
            variables: Vec::new(),
            ..self.clone()
        }
    }

    /// With an attribute that the BGP layer gives it.
    #[must_use]
    pub fn given(mut self, attribute: Attribute, symbol: Symbol) -> Self {
        Arc::make_mut(&mut self.given).insert(attribute, symbol);
        self.attributes = Arc::clone(&self.given);
        self
    }

    /// With an attribute.
    #[must_use]
    pub(super) fn with(mut self, attribute: Attribute, symbol: Symbol) -> Self {
        self.set(attribute, symbol);
        self
    }

    pub(super) fn set(&mut self, attribute: Attribute, symbol: Symbol) {
        Arc::make_mut(&mut self.attributes).insert(attribute, symbol);
    }

    /// With those of its attributes that `keep` wants; the others are as received.
    #[must_use]
    pub fn only(&self, keep: impl Fn(Attribute) -> bool) -> Self {
        let attributes = self
            .attributes
            .iter()
            .filter(|(attribute, _)| keep(**attribute));
        let attributes = attributes.map(|(attribute, symbol)| (*attribute, symbol.clone()));
        Self {
            attributes: Arc::new(attributes.collect()),
            ..self.clone()
        }
    }

    /// An attribute of BGP.
    pub fn attribute(&self, attribute: BgpAttribute, world: &mut World) -> Symbol {
        let of = Attribute::Bgp(attribute);
        match self.attributes.get(&of) {
            Some(symbol) => symbol.clone(),
            None => Symbol::Choice(world.choice(Choice::Received(of)), attribute.value_type()),
        }
    }

    /// The path.
    pub fn path(&self) -> SymbolicPath {
        let path = Attribute::Bgp(BgpAttribute::Path);
        match self.attributes.get(&path) {
            Some(Symbol::Path(path)) => path.clone(),
            _ => SymbolicPath::received(),
        }
    }

    /// Communities; `None` where they are not followed.
    pub fn list(&self, kind: ListKind) -> Option<SymbolicList> {
        match self.attributes.get(&kind.attribute()) {
            None => Some(SymbolicList::received(kind)),
            Some(Symbol::List(list)) => Some(list.clone()),
            Some(_) => None,
        }
    }

    /// Answers to questions about the received route.
    pub fn answers(&self) -> &[(AtomId, bool)] {
        &self.cube
    }

    /// The values that are left of choices.
    pub fn choices(&self) -> &[(ChoiceId, Ranges)] {
        &self.choices
    }

    /// The values that a choice has left.
    pub(super) fn left(&self, choice: ChoiceId, world: &World) -> Ranges {
        let known = self.choices.binary_search_by_key(&choice, |(id, _)| *id);
        let known = known.ok().and_then(|at| self.choices.get(at));
        known.map_or_else(|| world.domain(choice), |(_, left)| left.clone())
    }

    pub(super) fn keep(&mut self, choice: ChoiceId, left: Ranges) {
        match self.choices.binary_search_by_key(&choice, |(id, _)| *id) {
            Ok(at) => {
                if let Some(entry) = self.choices.get_mut(at) {
                    entry.1 = left;
                }
            }
            Err(at) => self.choices.insert(at, (choice, left)),
        }
    }

    /// Without anything known of a choice.
    pub(super) fn forget(&mut self, choice: ChoiceId) {
        self.choices.retain(|(id, _)| *id != choice);
    }

    /// Whether both are the same routes.
    pub(super) fn asks_as(&self, other: &Self) -> bool {
        self.space == other.space && self.cube == other.cube && self.choices == other.choices
    }

    fn answered(&self, atom: AtomId, truth: bool) -> Self {
        let mut state = self.clone();
        if let Err(at) = state.cube.binary_search_by_key(&atom, |(id, _)| *id) {
            state.cube.insert(at, (atom, truth));
        }
        state
    }

    /// The routes of which `test` is true, and those of which it is false; `None` for none.
    pub fn split(self, test: Test, world: &mut World) -> (Option<Self>, Option<Self>) {
        match test {
            Test::Net(space) => {
                let inside = self.space.intersection(&space);
                if inside.is_empty() {
                    return (None, Some(self));
                }
                let outside = self.space.difference(&space);
                if outside.is_empty() {
                    return (Some(self), None);
                }
                let yes = Self {
                    space: inside,
                    ..self.clone()
                };
                let no = Self {
                    space: outside,
                    ..self
                };
                (Some(yes), Some(no))
            }
            Test::Choice(choice, ranges) => {
                let left = self.left(choice, world);
                let (yes, no) = (left.intersection(&ranges), left.difference(&ranges));
                if yes.is_empty() {
                    return (None, Some(self));
                }
                if no.is_empty() {
                    return (Some(self), None);
                }
                let mut other = self.clone();
                other.keep(choice, no);
                let mut own = self;
                own.keep(choice, yes);
                (Some(own), Some(other))
            }
            Test::Community(kind, ranges) => self.split_community(kind, ranges, world),
            Test::Path(path) => self.split_path(path, world),
        }
    }

    /// A list is free to hold anything, so the questions about it are consistent exactly where
    /// each set of which one member is wanted has one that is not ruled out.
    fn split_community(
        self,
        kind: ListKind,
        ranges: Ranges,
        world: &mut World,
    ) -> (Option<Self>, Option<Self>) {
        let (missing, some) = world.communities(kind, &self.cube);
        let open = ranges.difference(&missing);
        if open.is_empty() {
            return (None, Some(self));
        }
        let without = missing.union(&ranges);
        if some.iter().any(|set| set.is_within(&without)) {
            return (Some(self), None);
        }
        let atom = world.atom(Atom::Community(kind, ranges));
        (
            Some(self.answered(atom, true)),
            Some(self.answered(atom, false)),
        )
    }

    fn split_path(self, path: PathAtom, world: &mut World) -> (Option<Self>, Option<Self>) {
        let atom = world.atom(Atom::Path(path));
        if let Some((_, truth)) = self.cube.iter().find(|(id, _)| *id == atom) {
            return if *truth {
                (Some(self), None)
            } else {
                (None, Some(self))
            };
        }
        let mut possible = |truth| {
            let state = self.answered(atom, truth);
            (world.path(&state.cube) != Solution::None).then_some(state)
        };
        let (yes, no) = (possible(true), possible(false));
        match (yes, no) {
            // What follows from the other answers needs no answer of its own.
            (Some(_), None) => (Some(self), None),
            (None, Some(_)) => (None, Some(self)),
            both => both,
        }
    }
}
