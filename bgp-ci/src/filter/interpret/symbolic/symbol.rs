//! Values that are known only as far as the received route is.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::world::{ChoiceId, OpaqueId};
use crate::filter::attribute::{Attribute, BgpAttribute};
use crate::filter::types::{SetType, Type};
use crate::filter::value::{Value, ValueSet};
use crate::symbolic::Ranges;

/// A value of a policy under exploration.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Symbol {
    /// Known.
    Known(Value),
    /// The network of the route.
    Net,
    /// The length of the network.
    NetLength,
    /// A path.
    Path(SymbolicPath),
    /// Something of a path that is a number.
    PathPart(PathPart, SymbolicPath),
    /// Communities.
    List(SymbolicList),
    /// How many communities there are.
    ListLength(SymbolicList),
    /// What a choice says: an attribute as it was received, the answer of live data.
    Choice(ChoiceId, Type),
    /// A list without the element of the loop at hand.
    WithoutElement(SymbolicList),
    /// Something that is not followed: whoever asks it gets either answer, and always the same.
    Opaque(OpaqueId),
}

/// A path: numbers in front of what was received.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SymbolicPath {
    /// The nearest number first.
    pub front: Arc<[u32]>,
    /// What stands behind them; `None` for the received path.
    pub base: Option<OpaqueId>,
}

impl SymbolicPath {
    /// The path as it was received.
    pub fn received() -> Self {
        Self {
            front: [].into(),
            base: None,
        }
    }

    /// The path with `asn` in front.
    #[must_use]
    pub fn prepended(&self, asn: u32) -> Self {
        Self {
            front: std::iter::once(asn)
                .chain(self.front.iter().copied())
                .collect(),
            base: self.base,
        }
    }
}

/// What is asked of a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PathPart {
    /// How many numbers it has.
    Length,
    /// The number next to us; 0 where there is none.
    First,
    /// The origin; 0 where there is none.
    Last,
}

/// The kinds of communities.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ListKind {
    /// Standard (RFC 1997).
    Standard,
    /// Extended (RFC 4360).
    Extended,
    /// Large (RFC 8092).
    Large,
}

impl ListKind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Standard, Self::Extended, Self::Large];

    /// The kind of an attribute's values.
    pub fn of(attribute: Attribute) -> Option<Self> {
        match attribute {
            Attribute::Bgp(BgpAttribute::Communities) => Some(Self::Standard),
            Attribute::Bgp(BgpAttribute::ExtendedCommunities) => Some(Self::Extended),
            Attribute::Bgp(BgpAttribute::LargeCommunities) => Some(Self::Large),
            _ => None,
        }
    }

    /// The attribute that holds them.
    pub fn attribute(self) -> Attribute {
        Attribute::Bgp(match self {
            Self::Standard => BgpAttribute::Communities,
            Self::Extended => BgpAttribute::ExtendedCommunities,
            Self::Large => BgpAttribute::LargeCommunities,
        })
    }

    /// The numbers that communities of the kind are.
    pub fn universe(self) -> Ranges {
        let bits = match self {
            Self::Standard => 32,
            Self::Extended => 64,
            Self::Large => 96,
        };
        Ranges::between(0, (1_u128 << bits) - 1)
    }

    /// The members of `set` that lists of the kind can have; `None` for a set that does not go
    /// with them, or whose members depend on the daemon's version.
    pub(super) fn members(self, set: &ValueSet) -> Option<Ranges> {
        let fits = match self {
            Self::Standard => matches!(set.of(), SetType::Pair | SetType::Quad | SetType::Empty),
            Self::Extended => matches!(set.of(), SetType::Extended | SetType::Empty),
            Self::Large => matches!(set.of(), SetType::Large | SetType::Empty),
        };
        (fits && set.is_plain()).then(|| Ranges::of(set.ranges().iter().copied()))
    }

    /// The number of one community.
    pub(super) fn number(self, item: &Value) -> Option<u128> {
        match (self, item) {
            (Self::Standard, item) => {
                crate::filter::interpret::list::community(item).map(u128::from)
            }
            (Self::Extended, Value::Extended(item)) => Some((*item).into()),
            (Self::Large, Value::Large(item)) => Some(item.key()),
            _ => None,
        }
    }
}

/// Communities: the received ones without some, and others that were added.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SymbolicList {
    /// Of which kind.
    pub kind: ListKind,
    /// What is certainly there.
    pub present: Arc<BTreeSet<u128>>,
    /// What is not, of those that were received.
    pub absent: Arc<Ranges>,
    /// What they were before; `None` for those that were received.
    pub base: Option<OpaqueId>,
}

impl SymbolicList {
    /// The communities as they were received.
    pub fn received(kind: ListKind) -> Self {
        Self {
            kind,
            present: Arc::default(),
            absent: Arc::default(),
            base: None,
        }
    }

    /// With the community.
    pub(super) fn with(&self, item: u128) -> Self {
        let mut present = BTreeSet::clone(&self.present);
        present.insert(item);
        Self {
            present: present.into(),
            ..self.clone()
        }
    }

    /// Without these.
    pub(super) fn without(&self, items: &Ranges) -> Self {
        let mut present = BTreeSet::clone(&self.present);
        present.retain(|item| !items.contains(*item));
        Self {
            present: present.into(),
            absent: self.absent.union(items).into(),
            ..self.clone()
        }
    }

    /// Only as far as `asked` goes: what nobody asks for makes no difference.
    pub(super) fn within(&self, asked: &Ranges) -> Self {
        let present = self.present.iter().copied();
        Self {
            present: Arc::new(present.filter(|item| asked.contains(*item)).collect()),
            absent: Arc::new(self.absent.intersection(asked)),
            ..self.clone()
        }
    }
}
