//! Values by prefix, and which prefix covers which, in one sorted array.
//!
//! Prefixes in their order (address, then length) are a tree written down depth first: a prefix
//! comes right before everything that it covers. So a link from each to the nearest one that
//! covers it is all that is missing. The one array then answers single questions (a binary
//! search, then up the links) and whole tables (the search becomes a step forward).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;

use crate::model::{Family, Prefix};

/// No node covers this one.
const NONE: u32 = u32::MAX;

/// Values by prefix; several may have the same one.
#[derive(Debug, Clone)]
pub struct Nesting<T> {
    ipv4: Level<T>,
    ipv6: Level<T>,
}

/// What a [`Nesting`] is made from.
#[derive(Debug)]
pub struct Builder<T> {
    ipv4: Vec<(Key, T)>,
    ipv6: Vec<(Key, T)>,
}

/// A prefix as a number: the address is in the upper bits, whatever its family.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    address: u128,
    length: u8,
}

/// The prefixes of one family.
#[derive(Debug, Clone)]
struct Level<T> {
    nodes: Vec<Node>,
    values: Vec<T>,
}

#[derive(Debug, Clone, Copy)]
struct Node {
    key: Key,
    /// The nearest node that covers this one, or [`NONE`].
    parent: u32,
    /// Where its values begin; they end where those of the next node begin.
    first: u32,
}

/// More values than 32 bits can number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("there are more than four thousand million entries")]
pub struct TooMany;

impl Key {
    fn of(prefix: Prefix) -> Self {
        Self {
            address: match prefix.address() {
                IpAddr::V4(address) => u128::from(address.to_bits()) << 96,
                IpAddr::V6(address) => address.to_bits(),
            },
            length: prefix.length(),
        }
    }

    fn covers(self, other: Self) -> bool {
        let free = 128 - u32::from(self.length);
        let differing = self.address ^ other.address;
        self.length <= other.length && differing.checked_shr(free).unwrap_or(0) == 0
    }

    fn prefix(self, family: Family) -> Prefix {
        let address = match family {
            Family::Ipv4 => {
                let upper = u32::try_from(self.address >> 96);
                IpAddr::V4(Ipv4Addr::from_bits(upper.expect("32 bits are left")))
            }
            Family::Ipv6 => IpAddr::V6(Ipv6Addr::from_bits(self.address)),
        };
        let net = IpNet::new(address, self.length);
        Prefix::truncated(net.expect("the length comes from a prefix of this family"))
    }
}

impl<T> Default for Builder<T> {
    fn default() -> Self {
        Self {
            ipv4: Vec::new(),
            ipv6: Vec::new(),
        }
    }
}

impl<T: Ord> Builder<T> {
    /// Adds a value.
    pub fn push(&mut self, prefix: Prefix, value: T) {
        match prefix.family() {
            Family::Ipv4 => &mut self.ipv4,
            Family::Ipv6 => &mut self.ipv6,
        }
        .push((Key::of(prefix), value));
    }

    /// Sorts what was added; a value that a prefix has twice is there once.
    ///
    /// # Errors
    /// The numbers do not suffice.
    pub fn build(self) -> Result<Nesting<T>, TooMany> {
        Ok(Nesting {
            ipv4: Level::new(self.ipv4)?,
            ipv6: Level::new(self.ipv6)?,
        })
    }
}

impl<T: Ord> Level<T> {
    fn new(mut entries: Vec<(Key, T)>) -> Result<Self, TooMany> {
        entries.sort_unstable();
        entries.dedup();
        u32::try_from(entries.len()).map_err(|_| TooMany)?;
        let mut nodes: Vec<Node> = Vec::new();
        let mut values = Vec::with_capacity(entries.len());
        // The nodes that may cover the next one: each covers the one above it.
        let mut open: Vec<(Key, u32)> = Vec::new();
        for (key, value) in entries {
            if nodes.last().is_none_or(|node| node.key != key) {
                while open.last().is_some_and(|(outer, _)| !outer.covers(key)) {
                    open.pop();
                }
                let at = u32::try_from(nodes.len()).map_err(|_| TooMany)?;
                nodes.push(Node {
                    key,
                    parent: open.last().map_or(NONE, |(_, at)| *at),
                    first: u32::try_from(values.len()).map_err(|_| TooMany)?,
                });
                open.push((key, at));
            }
            values.push(value);
        }
        nodes.shrink_to_fit();
        Ok(Self { nodes, values })
    }
}

impl<T> Level<T> {
    fn node(&self, at: u32) -> Option<&Node> {
        self.nodes.get(usize::try_from(at).ok()?)
    }

    fn values(&self, at: u32) -> &[T] {
        let bound = |node: Option<&Node>| node.and_then(|node| usize::try_from(node.first).ok());
        let first = bound(self.node(at)).unwrap_or(self.values.len());
        let end = bound(at.checked_add(1).and_then(|next| self.node(next)));
        let end = end.unwrap_or(self.values.len());
        self.values.get(first..end).unwrap_or_default()
    }

    /// The place of the nearest node that covers `key`, going up from the last one before it.
    fn nearest(&self, key: Key, before: usize) -> u32 {
        let last = before.checked_sub(1);
        let mut at = last.map_or(NONE, |last| u32::try_from(last).unwrap_or(NONE));
        while let Some(node) = self.node(at) {
            if node.key.covers(key) {
                break;
            }
            at = node.parent;
        }
        at
    }
}

impl<T> Nesting<T> {
    fn level(&self, family: Family) -> &Level<T> {
        match family {
            Family::Ipv4 => &self.ipv4,
            Family::Ipv6 => &self.ipv6,
        }
    }

    /// How many values there are.
    pub fn len(&self) -> usize {
        self.ipv4.values.len() + self.ipv6.values.len()
    }

    /// True where there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The prefixes that cover `prefix` (itself among them), the longest first, with their values.
    pub fn covering(&self, prefix: Prefix) -> Covering<'_, T> {
        let family = prefix.family();
        let (level, key) = (self.level(family), Key::of(prefix));
        let before = level.nodes.partition_point(|node| node.key <= key);
        Covering {
            level,
            family,
            at: level.nearest(key, before),
        }
    }

    /// The prefixes that `prefix` covers (itself among them), in their order, with their values.
    pub fn inside(&self, prefix: Prefix) -> impl Iterator<Item = (Prefix, &[T])> {
        let family = prefix.family();
        let (level, key) = (self.level(family), Key::of(prefix));
        let first = level.nodes.partition_point(|node| node.key < key);
        level
            .entries(first)
            .take_while(move |(inner, _)| key.covers(*inner))
            .map(move |(inner, values)| (inner.prefix(family), values))
    }

    /// Every prefix in its order, with its values.
    pub fn iter(&self) -> impl Iterator<Item = (Prefix, &[T])> {
        [Family::Ipv4, Family::Ipv6]
            .into_iter()
            .flat_map(move |family| {
                let entries = self.level(family).entries(0);
                entries.map(move |(key, values)| (key.prefix(family), values))
            })
    }

    /// Answers for many prefixes, which is quick where they come in their order.
    pub fn walk(&self) -> Walk<'_, T> {
        Walk {
            nesting: self,
            family: Family::Ipv4,
            last: Key {
                address: 0,
                length: 0,
            },
            before: 0,
        }
    }
}

impl<T> Level<T> {
    fn entries(&self, first: usize) -> impl Iterator<Item = (Key, &[T])> {
        let nodes = self.nodes.get(first..).unwrap_or_default();
        nodes.iter().zip(first..).map(|(node, at)| {
            let at = u32::try_from(at).unwrap_or(NONE);
            (node.key, self.values(at))
        })
    }
}

/// The prefixes that cover one, from [`Nesting::covering`].
#[derive(Debug)]
pub struct Covering<'a, T> {
    level: &'a Level<T>,
    family: Family,
    at: u32,
}

impl<T> Clone for Covering<'_, T> {
    fn clone(&self) -> Self {
        Self {
            level: self.level,
            family: self.family,
            at: self.at,
        }
    }
}

impl<'a, T> Covering<'a, T> {
    /// The values alone: what a table is swept with needs no prefix.
    pub fn values(self) -> impl Iterator<Item = &'a [T]> {
        let (level, mut at) = (self.level, self.at);
        std::iter::from_fn(move || {
            let node = level.node(at)?;
            let values = level.values(at);
            at = node.parent;
            Some(values)
        })
    }
}

impl<'a, T> Iterator for Covering<'a, T> {
    type Item = (Prefix, &'a [T]);

    fn next(&mut self) -> Option<Self::Item> {
        let node = self.level.node(self.at)?;
        let values = self.level.values(self.at);
        self.at = node.parent;
        Some((node.key.prefix(self.family), values))
    }
}

/// A walk through a [`Nesting`] beside a table.
#[derive(Debug)]
pub struct Walk<'a, T> {
    nesting: &'a Nesting<T>,
    family: Family,
    last: Key,
    /// How many nodes come before or at `last`.
    before: usize,
}

impl<'a, T> Walk<'a, T> {
    /// The same as [`Nesting::covering`]. A prefix that comes after the last one costs a step or
    /// two, one that comes before it a search.
    pub fn covering(&mut self, prefix: Prefix) -> Covering<'a, T> {
        let family = prefix.family();
        let (level, key) = (self.nesting.level(family), Key::of(prefix));
        if self.family != family || key < self.last {
            self.before = level.nodes.partition_point(|node| node.key <= key);
        } else {
            let ahead = level.nodes.get(self.before..).unwrap_or_default();
            self.before += ahead.iter().take_while(|node| node.key <= key).count();
        }
        self.family = family;
        self.last = key;
        Covering {
            level,
            family,
            at: level.nearest(key, self.before),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn nesting(texts: &[&str]) -> Nesting<usize> {
        let mut builder = Builder::default();
        for (at, text) in texts.iter().enumerate() {
            builder.push(text.parse().unwrap(), at);
        }
        builder.build().unwrap()
    }

    fn covering(nesting: &Nesting<usize>, text: &str) -> Vec<String> {
        nesting
            .covering(text.parse().unwrap())
            .map(|(prefix, values)| format!("{prefix} {values:?}"))
            .collect()
    }

    #[test]
    fn a_prefix_is_covered_by_its_ancestors_and_not_by_its_neighbours() {
        let tree = nesting(&[
            "192.0.2.0/25",
            "0.0.0.0/0",
            "192.0.2.0/24",
            "192.0.2.0/24",
            "192.0.2.128/26",
            "::/0",
            "2001:db8::/32",
        ]);
        assert_eq!(
            covering(&tree, "192.0.2.129/32"),
            ["192.0.2.128/26 [4]", "192.0.2.0/24 [2, 3]", "0.0.0.0/0 [1]"]
        );
        assert_eq!(covering(&tree, "255.0.0.0/8"), ["0.0.0.0/0 [1]"]);
        assert_eq!(covering(&tree, "0.0.0.0/0"), ["0.0.0.0/0 [1]"]);
        assert_eq!(
            covering(&tree, "2001:db8:1::/48"),
            ["2001:db8::/32 [6]", "::/0 [5]"]
        );
        let inside = tree.inside("192.0.2.0/24".parse().unwrap());
        let inside: Vec<_> = inside.map(|(prefix, _)| prefix.to_string()).collect();
        assert_eq!(inside, ["192.0.2.0/24", "192.0.2.0/25", "192.0.2.128/26"]);
        assert_eq!(tree.iter().count(), 6);
        assert_eq!(tree.len(), 7);
        assert_eq!(covering(&nesting(&[]), "::/0"), [""; 0]);
    }

    /// Few bits, so that prefixes meet.
    fn prefixes() -> impl Strategy<Value = Vec<Prefix>> {
        let one = (any::<bool>(), 0_u32..256, 0_u8..=12).prop_map(|(wide, bits, length)| {
            let net = if wide {
                IpNet::new(
                    Ipv6Addr::from_bits(u128::from(bits) << 118).into(),
                    length * 10,
                )
            } else {
                IpNet::new(Ipv4Addr::from_bits(bits << 22).into(), length)
            };
            Prefix::truncated(net.unwrap())
        });
        prop::collection::vec(one, 0..40)
    }

    proptest! {
        #[test]
        fn covering_is_what_covers(stored in prefixes(), asked in prefixes()) {
            let mut builder = Builder::default();
            for prefix in &stored {
                builder.push(*prefix, ());
            }
            let nesting = builder.build().unwrap();
            let mut walk = nesting.walk();
            for prefix in asked {
                let mut expected: Vec<Prefix> =
                    stored.iter().copied().filter(|one| one.covers(prefix)).collect();
                expected.sort();
                expected.dedup();
                expected.reverse();
                let found: Vec<Prefix> = nesting.covering(prefix).map(|(one, _)| one).collect();
                prop_assert_eq!(&found, &expected);
                let walked: Vec<Prefix> = walk.covering(prefix).map(|(one, _)| one).collect();
                prop_assert_eq!(&walked, &expected);
                let mut inside: Vec<Prefix> =
                    stored.iter().copied().filter(|one| prefix.covers(*one)).collect();
                inside.sort();
                inside.dedup();
                let found: Vec<Prefix> = nesting.inside(prefix).map(|(one, _)| one).collect();
                prop_assert_eq!(found, inside);
            }
        }
    }
}
