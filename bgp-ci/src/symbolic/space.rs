//! Sets of prefixes: closed under intersection, union and difference, and canonical.
//!
//! A space is a binary tree over the bits of an address. A node either splits at the next bit, or
//! says of everything below it which lengths are in the set: so `0.0.0.0/0{8,24}` is one node and
//! a list of a hundred thousand prefixes is a tree of about as many. Nodes whose halves say the
//! same are joined, so two spaces are equal exactly where they hold the same prefixes.

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

use ipnet::IpNet;

use super::lengths::Lengths;
use crate::model::{Family, Prefix};

/// A set of prefixes of one family.
#[derive(Clone, PartialEq, Eq)]
pub struct Space {
    family: Family,
    root: Node,
}

#[derive(Clone, PartialEq, Eq)]
enum Node {
    /// Every prefix at or below this node whose length is in the set; none is shorter than the
    /// node is deep.
    Uniform(Lengths),
    Split(Arc<Split>),
}

#[derive(PartialEq, Eq)]
struct Split {
    /// Whether the prefix that ends here is in the set.
    here: bool,
    halves: [Node; 2],
}

const EMPTY: Node = Node::Uniform(Lengths::NONE);

/// The length of a host route.
fn longest(family: Family) -> u8 {
    match family {
        Family::Ipv4 => 32,
        Family::Ipv6 => 128,
    }
}

/// The bits of an address, the first in the highest place.
fn bits(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => u128::from(u32::from(address)) << 96,
        IpAddr::V6(address) => u128::from(address),
    }
}

/// Bit `depth` of `bits`, from the front.
fn bit(bits: u128, depth: u8) -> bool {
    (bits >> (127 - u32::from(depth.min(127)))) & 1 == 1
}

impl Node {
    /// A node at `depth` with these parts; joined where both halves are uniform and equal.
    fn join(depth: u8, here: bool, zero: Self, one: Self) -> Self {
        if let (Self::Uniform(a), Self::Uniform(b)) = (&zero, &one)
            && a == b
        {
            let own = if here {
                Lengths::only(depth)
            } else {
                Lengths::NONE
            };
            return Self::Uniform(*a | own);
        }
        Self::Split(Arc::new(Split {
            here,
            halves: [zero, one],
        }))
    }

    /// What ends here, and both halves.
    fn parts(&self, depth: u8) -> (bool, [Self; 2]) {
        match self {
            Self::Uniform(lengths) => {
                let below = Self::Uniform(*lengths & Lengths::between(depth + 1, 128));
                (lengths.contains(depth), [below.clone(), below])
            }
            Self::Split(split) => (split.here, split.halves.clone()),
        }
    }
}

/// An operation on sets, applied to sets of lengths.
type Operation = fn(Lengths, Lengths) -> Lengths;

/// The recursion is as deep as an address is long: 128 at most.
fn combine(depth: u8, a: &Node, b: &Node, operation: Operation) -> Node {
    if let (Node::Uniform(a), Node::Uniform(b)) = (a, b) {
        return Node::Uniform(operation(*a, *b));
    }
    // What shares its tree is the same set, and each operation on equals is one on lengths alone.
    if let (Node::Split(left), Node::Split(right)) = (a, b)
        && Arc::ptr_eq(left, right)
    {
        let all = Lengths::between(0, 128);
        if operation(all, all) == all {
            return a.clone();
        }
        if operation(all, all).is_empty() {
            return EMPTY;
        }
    }
    let (here_a, [zero_a, one_a]) = a.parts(depth);
    let (here_b, [zero_b, one_b]) = b.parts(depth);
    let own = |here: bool| {
        if here {
            Lengths::only(depth)
        } else {
            Lengths::NONE
        }
    };
    let here = !operation(own(here_a), own(here_b)).is_empty();
    let zero = combine(depth + 1, &zero_a, &zero_b, operation);
    let one = combine(depth + 1, &one_a, &one_b, operation);
    Node::join(depth, here, zero, one)
}

impl Space {
    /// No prefix.
    pub fn empty(family: Family) -> Self {
        Self {
            family,
            root: EMPTY,
        }
    }

    /// Every prefix of `family`.
    pub fn full(family: Family) -> Self {
        Self::of_lengths(family, 0, longest(family))
    }

    /// Every prefix of `family` with a length between these, both included.
    pub fn of_lengths(family: Family, first: u8, last: u8) -> Self {
        Self {
            family,
            root: Node::Uniform(Lengths::between(first, last.min(longest(family)))),
        }
    }

    /// One prefix.
    pub fn only(prefix: Prefix) -> Self {
        Self::between(prefix, prefix.length(), prefix.length())
    }

    /// The prefixes that `prefix` covers, or that cover it, with a length between these, both
    /// included: BIRD's `prefix{first,last}`, whose shorter half are the covering ones.
    pub fn between(prefix: Prefix, first: u8, last: u8) -> Self {
        let family = prefix.family();
        let address = bits(prefix.address());
        let last = last.min(longest(family));
        let mut node = Node::Uniform(Lengths::between(first.max(prefix.length()), last));
        for depth in (0..prefix.length()).rev() {
            let here = first <= depth && depth <= last;
            node = if bit(address, depth) {
                Node::join(depth, here, EMPTY, node)
            } else {
                Node::join(depth, here, node, EMPTY)
            };
        }
        Self { family, root: node }
    }

    /// The union of many, in time that grows with their number and no faster.
    pub fn union_of(family: Family, spaces: impl IntoIterator<Item = Self>) -> Self {
        let mut level: Vec<Self> = spaces
            .into_iter()
            .filter(|space| space.family == family)
            .collect();
        while level.len() > 1 {
            let mut pairs = level.into_iter();
            let mut next = Vec::new();
            while let Some(first) = pairs.next() {
                next.push(match pairs.next() {
                    Some(second) => first.union(&second),
                    None => first,
                });
            }
            level = next;
        }
        level.pop().unwrap_or_else(|| Self::empty(family))
    }

    /// The family.
    pub fn family(&self) -> Family {
        self.family
    }

    /// Whether no prefix is in it.
    pub fn is_empty(&self) -> bool {
        self.root == EMPTY
    }

    /// Whether `prefix` is in it.
    pub fn contains(&self, prefix: Prefix) -> bool {
        if prefix.family() != self.family {
            return false;
        }
        let address = bits(prefix.address());
        let mut node = &self.root;
        for depth in 0..=prefix.length() {
            match node {
                Node::Uniform(lengths) => return lengths.contains(prefix.length()),
                Node::Split(split) if depth == prefix.length() => return split.here,
                Node::Split(split) => {
                    let [zero, one] = &split.halves;
                    node = if bit(address, depth) { one } else { zero };
                }
            }
        }
        false
    }

    /// What is in both.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        if self.family != other.family {
            return Self::empty(self.family);
        }
        self.combined(other, |a, b| a & b)
    }

    /// What is in one or the other. Another family adds nothing.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        if self.family != other.family {
            return self.clone();
        }
        self.combined(other, |a, b| a | b)
    }

    /// What is in this and not in `other`.
    #[must_use]
    pub fn difference(&self, other: &Self) -> Self {
        if self.family != other.family {
            return self.clone();
        }
        self.combined(other, |a, b| a & (a ^ b))
    }

    fn combined(&self, other: &Self, operation: Operation) -> Self {
        Self {
            family: self.family,
            root: combine(0, &self.root, &other.root, operation),
        }
    }

    /// The space as prefixes with the lengths that are in it at or below them, disjoint, in the
    /// order of their addresses.
    pub fn pieces(&self) -> Pieces<'_> {
        Pieces {
            family: self.family,
            open: vec![(&self.root, 0, 0)],
        }
    }

    /// Up to `most` prefixes of the space, those of a usual length first, and of documentation
    /// space where it has some.
    pub fn witnesses(&self, most: usize) -> Vec<Prefix> {
        let (usual, readable) = match self.family {
            Family::Ipv4 => (24, ["198.51.100.0/24", "203.0.113.0/24", "192.0.2.0/24"]),
            Family::Ipv6 => (48, ["2001:db8:1::/48", "2001:db8:2::/48", "2001:db8::/32"]),
        };
        let readable = readable.iter().filter_map(|text| text.parse().ok());
        let mut found: Vec<Prefix> = readable.filter(|prefix| self.contains(*prefix)).collect();
        found.truncate(most.div_ceil(3));
        let pieces: Vec<_> = self.pieces().take(1 << 10).collect();
        let near = |lengths: Lengths| (0..=usual).rev().find(|length| lengths.contains(*length));
        let far = |(_, lengths): &(Prefix, Lengths)| {
            let near = near(*lengths).or_else(|| lengths.first());
            near.map_or(u8::MAX, |length| length.abs_diff(usual))
        };
        let mut usual_first: Vec<_> = pieces.iter().collect();
        usual_first.sort_by_key(|piece| far(piece));
        for (prefix, lengths) in usual_first {
            let last = lengths.runs().last().map(|(_, last)| last);
            for length in [near(*lengths), lengths.first(), last]
                .into_iter()
                .flatten()
            {
                let witness = prefix_at(self.family, bits(prefix.address()), length);
                found.extend(witness.filter(|witness| !found.contains(witness)));
            }
            if found.len() >= most {
                break;
            }
        }
        found.truncate(most);
        found
    }

    /// A prefix of the space: the first with the shortest length among the first piece's.
    pub fn witness(&self) -> Option<Prefix> {
        let (prefix, lengths) = self.pieces().next()?;
        prefix_at(self.family, bits(prefix.address()), lengths.first()?)
    }
}

/// The prefix with these bits and length.
fn prefix_at(family: Family, bits: u128, length: u8) -> Option<Prefix> {
    let address = match family {
        Family::Ipv4 => IpAddr::from(u32::try_from(bits >> 96).ok()?.to_be_bytes()),
        Family::Ipv6 => IpAddr::from(bits.to_be_bytes()),
    };
    IpNet::new(address, length).ok().map(Prefix::truncated)
}

/// The pieces of a space: see [`Space::pieces`].
pub struct Pieces<'s> {
    family: Family,
    /// Nodes that are still to be seen, the next last: with their depth and address.
    open: Vec<(&'s Node, u8, u128)>,
}

impl Iterator for Pieces<'_> {
    type Item = (Prefix, Lengths);

    fn next(&mut self) -> Option<Self::Item> {
        while let Some((node, depth, address)) = self.open.pop() {
            let lengths = match node {
                Node::Uniform(lengths) => *lengths,
                Node::Split(split) => {
                    let [zero, one] = &split.halves;
                    let beyond = address | (1_u128 << (127 - u32::from(depth.min(127))));
                    self.open.push((one, depth + 1, beyond));
                    self.open.push((zero, depth + 1, address));
                    if split.here {
                        Lengths::only(depth)
                    } else {
                        Lengths::NONE
                    }
                }
            };
            if !lengths.is_empty() {
                return Some((prefix_at(self.family, address, depth)?, lengths));
            }
        }
        None
    }
}

/// `[192.0.2.0/24{24,32}, 198.51.100.0/24]`, as BIRD writes sets.
impl fmt::Display for Space {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[")?;
        let mut first = true;
        for (prefix, lengths) in self.pieces() {
            for (from, to) in lengths.runs() {
                if !std::mem::take(&mut first) {
                    f.write_str(", ")?;
                }
                if from == prefix.length() && to == from {
                    write!(f, "{prefix}")?;
                } else {
                    write!(f, "{prefix}{{{from},{to}}}")?;
                }
            }
        }
        f.write_str("]")
    }
}

impl fmt::Debug for Space {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests;
