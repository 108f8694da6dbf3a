//! Sets of networks, such as `[ 192.0.2.0/24+, 198.51.100.0/24{25,32} ]`.
//!
//! A pattern holds two kinds of networks: those inside its address, of certain lengths, and those
//! that cover it, of shorter ones. Patterns of the same lengths go into one group, which is a
//! sorted list; there are few groups even where there are 100,000 patterns, so a question is a
//! few binary searches.

use std::collections::BTreeMap;

use crate::model::{Family, Prefix};

/// One pattern: `net` and which lengths it stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct NetworkPattern {
    /// The network.
    pub net: Prefix,
    /// The shortest length.
    pub low: u8,
    /// The longest length.
    pub high: u8,
}

/// A set of networks.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct NetworkSet {
    patterns: Vec<NetworkPattern>,
    ipv4: Groups,
    ipv6: Groups,
}

/// The first and the last of a range of addresses.
type Range = (u128, u128);

/// The patterns of one family, by lengths.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
struct Groups {
    /// Networks of `low..=high` bits inside any of these ranges of addresses.
    inside: Vec<(u8, u8, Vec<Range>)>,
    /// Networks of `low..=high` bits that hold any of these addresses.
    covering: Vec<(u8, u8, Vec<u128>)>,
}

impl NetworkSet {
    /// The set of these patterns.
    pub fn new(patterns: Vec<NetworkPattern>) -> Self {
        let of = |family| {
            let mine = patterns
                .iter()
                .filter(|pattern| pattern.net.family() == family);
            Groups::new(mine)
        };
        Self {
            ipv4: of(Family::Ipv4),
            ipv6: of(Family::Ipv6),
            patterns,
        }
    }

    /// The patterns as written.
    pub fn patterns(&self) -> &[NetworkPattern] {
        &self.patterns
    }

    /// True where it has no pattern.
    pub fn is_empty(&self) -> bool {
        self.patterns.is_empty()
    }

    /// True where some pattern has the network.
    pub fn contains(&self, net: Prefix) -> bool {
        let groups = match net.family() {
            Family::Ipv4 => &self.ipv4,
            Family::Ipv6 => &self.ipv6,
        };
        groups.contains(net)
    }
}

impl Groups {
    fn new<'a>(patterns: impl Iterator<Item = &'a NetworkPattern>) -> Self {
        let mut inside: BTreeMap<(u8, u8), Vec<(u128, u128)>> = BTreeMap::new();
        let mut covering: BTreeMap<(u8, u8), Vec<u128>> = BTreeMap::new();
        for pattern in patterns {
            let length = pattern.net.length();
            let (first, last) = range(pattern.net);
            let low = pattern.low.max(length);
            if low <= pattern.high {
                inside
                    .entry((low, pattern.high))
                    .or_default()
                    .push((first, last));
            }
            if let Some(below) = length.checked_sub(1) {
                let high = pattern.high.min(below);
                if pattern.low <= high {
                    covering.entry((pattern.low, high)).or_default().push(first);
                }
            }
        }
        Self {
            inside: inside
                .into_iter()
                .map(|((low, high), ranges)| (low, high, merged(ranges)))
                .collect(),
            covering: covering
                .into_iter()
                .map(|((low, high), mut addresses)| {
                    addresses.sort_unstable();
                    addresses.dedup();
                    (low, high, addresses)
                })
                .collect(),
        }
    }

    fn contains(&self, net: Prefix) -> bool {
        let length = net.length();
        let (first, last) = range(net);
        let inside = self.inside.iter().any(|(low, high, ranges)| {
            (*low..=*high).contains(&length) && {
                let after = ranges.partition_point(|(start, _)| *start <= first);
                let before = after.checked_sub(1).and_then(|at| ranges.get(at));
                before.is_some_and(|(_, end)| last <= *end)
            }
        });
        inside
            || self.covering.iter().any(|(low, high, addresses)| {
                (*low..=*high).contains(&length) && {
                    let at = addresses.partition_point(|address| *address < first);
                    addresses.get(at).is_some_and(|address| *address <= last)
                }
            })
    }
}

/// The first and the last address of a network, as numbers of its family.
fn range(net: Prefix) -> (u128, u128) {
    let first = match net.address() {
        std::net::IpAddr::V4(address) => u128::from(address.to_bits()),
        std::net::IpAddr::V6(address) => address.to_bits(),
    };
    let host = u32::from(net.max_length() - net.length());
    let last = match 1_u128.checked_shl(host) {
        Some(size) => first | (size - 1),
        None => u128::MAX,
    };
    (first, last)
}

/// The ranges of networks in order, without those inside another: ranges of networks nest or are
/// disjoint. Neighbours are not joined, as no network spans two of them unless it is bigger than
/// both, and then the two together are none of the patterns.
fn merged(mut ranges: Vec<(u128, u128)>) -> Vec<(u128, u128)> {
    ranges.sort_unstable_by_key(|(first, last)| (*first, std::cmp::Reverse(*last)));
    let mut kept: Vec<(u128, u128)> = Vec::with_capacity(ranges.len());
    for (first, last) in ranges {
        if kept.last().is_none_or(|(_, end)| *end < last) {
            kept.push((first, last));
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn pattern(text: &str, low: u8, high: u8) -> NetworkPattern {
        NetworkPattern {
            net: text.parse().unwrap(),
            low,
            high,
        }
    }

    #[test]
    fn a_pattern_holds_what_is_inside_and_what_covers_it() {
        let holds = |net: &str, of: NetworkPattern| {
            NetworkSet::new(vec![of]).contains(net.parse().unwrap())
        };
        // The manual's examples, and 8.0.0.0/6 as the daemon has it.
        assert!(holds("1.2.0.0/16", pattern("1.0.0.0/8", 15, 17)));
        assert!(!holds("1.0.0.0/16", pattern("1.0.0.0/8", 0, 8)));
        assert!(holds("8.0.0.0/6", pattern("10.0.0.0/8", 4, 12)));
        assert!(holds("0.0.0.0/0", pattern("0.0.0.0/0", 0, 0)));
        assert!(!holds("10.0.0.0/8", pattern("10.0.0.0/8", 9, 12)));
        assert!(holds("203.0.113.0/24", pattern("203.0.113.128/25", 24, 24)));
        assert!(!holds("::/0", pattern("0.0.0.0/0", 0, 32)));
        assert!(holds("2001:db8::/32", pattern("2001:db8::1/128", 0, 128)));
    }

    proptest! {
        #[test]
        fn the_groups_answer_as_the_definition(
            patterns in prop::collection::vec((any::<u8>(), 0..=8_u8, 0..=8_u8, 0..=8_u8), 0..12),
            (address, length) in (any::<u8>(), 0..=8_u8),
        ) {
            // Networks of eight bits, so that they meet often.
            let net = |address: u8, length: u8| {
                let net = ipnet::IpNet::new([address, 0, 0, 0].into(), length).unwrap();
                Prefix::truncated(net)
            };
            let patterns: Vec<_> = patterns
                .into_iter()
                .map(|(address, length, low, high)| NetworkPattern {
                    net: net(address, length), low: low.min(high), high: low.max(high),
                })
                .collect();
            let asked = net(address, length);
            let by_definition = patterns.iter().any(|pattern| {
                (pattern.low..=pattern.high).contains(&asked.length())
                    && (pattern.net.covers(asked) || asked.covers(pattern.net))
            });
            prop_assert_eq!(NetworkSet::new(patterns).contains(asked), by_definition);
        }
    }
}
