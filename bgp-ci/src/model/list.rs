//! Lists of prefixes and numbers that policies ask: what is in them decides what passes.

use std::collections::{BTreeMap, BTreeSet};

use rules::Span;

use super::{Asn, AsnRange, Name, Prefix};

/// Every list that a policy of a router uses.
pub type Lists = BTreeMap<ListKey, List>;

/// Which list.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ListKey {
    /// Where.
    pub site: Name,
    /// The router there.
    pub router: Name,
    /// What its files call the list.
    pub name: Name,
}

/// A list that a policy uses; one that nothing uses decides nothing and is left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct List {
    /// Where it is defined.
    pub span: Span,
    /// What is in it.
    pub entries: Entries,
}

/// What is in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entries {
    /// Prefixes with the lengths that count.
    Prefixes(Vec<PrefixRange>),
    /// Autonomous systems.
    Asns(Vec<AsnRange>),
}

/// A prefix and those below it whose length lies in a range: `192.0.2.0/24{24,32}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct PrefixRange {
    /// The prefix.
    pub prefix: Prefix,
    /// The shortest length that counts.
    pub shortest: u8,
    /// The longest.
    pub longest: u8,
}

impl PrefixRange {
    /// `prefix` and nothing else.
    pub fn exactly(prefix: Prefix) -> Self {
        Self {
            prefix,
            shortest: prefix.length(),
            longest: prefix.length(),
        }
    }
}

impl Entries {
    /// How many there are.
    pub fn len(&self) -> usize {
        match self {
            Self::Prefixes(prefixes) => prefixes.len(),
            Self::Asns(asns) => asns.len(),
        }
    }

    /// True where nothing is in it.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many of `self` are not in `after` any more; a wider entry keeps what it covers.
    pub fn missing_from(&self, after: &Self) -> usize {
        match (self, after) {
            (Self::Prefixes(before), Self::Prefixes(after)) => {
                let mut known: BTreeMap<Prefix, BTreeSet<(u8, u8)>> = BTreeMap::new();
                for range in after {
                    let lengths = known.entry(range.prefix).or_default();
                    lengths.insert((range.shortest, range.longest));
                }
                let kept = |range: &&PrefixRange| {
                    let wider = range.prefix.covering();
                    wider.filter_map(|wider| known.get(&wider)).any(|lengths| {
                        lengths.iter().any(|&(shortest, longest)| {
                            shortest <= range.shortest && range.longest <= longest
                        })
                    })
                };
                before.iter().filter(|range| !kept(range)).count()
            }
            (Self::Asns(before), Self::Asns(after)) => {
                let joined = joined(after);
                let kept = |range: &&AsnRange| {
                    let (first, last) = (range.first(), range.last());
                    let at = joined.partition_point(|(start, _)| *start <= first);
                    let near = at.checked_sub(1).and_then(|at| joined.get(at));
                    near.is_some_and(|(_, end)| last <= *end)
                };
                before.iter().filter(|range| !kept(range)).count()
            }
            _ => self.len(),
        }
    }
}

/// Ranges in order, those that touch made one.
fn joined(ranges: &[AsnRange]) -> Vec<(Asn, Asn)> {
    let mut sorted: Vec<(Asn, Asn)> = ranges.iter().map(|r| (r.first(), r.last())).collect();
    sorted.sort_unstable();
    let mut joined: Vec<(Asn, Asn)> = Vec::new();
    for (first, last) in sorted {
        match joined.last_mut() {
            Some((_, end)) if first.0 <= end.0.saturating_add(1) => *end = last.max(*end),
            _ => joined.push((first, last)),
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prefixes(list: &[(&str, u8, u8)]) -> Entries {
        let range = |&(prefix, shortest, longest): &(&str, u8, u8)| PrefixRange {
            prefix: prefix.parse().unwrap(),
            shortest,
            longest,
        };
        Entries::Prefixes(list.iter().map(range).collect())
    }

    fn asns(list: &[(u32, u32)]) -> Entries {
        let range = |&(first, last): &(u32, u32)| AsnRange::new(Asn(first), Asn(last)).unwrap();
        Entries::Asns(list.iter().map(range).collect())
    }

    #[test]
    fn a_wider_entry_keeps_what_it_covers() {
        let before = prefixes(&[("203.0.113.0/25", 25, 25), ("203.0.113.128/25", 25, 25)]);
        assert_eq!(before.missing_from(&before), 0);
        let aggregate = prefixes(&[("203.0.113.0/24", 24, 25)]);
        assert_eq!(before.missing_from(&aggregate), 0);
        assert_eq!(aggregate.missing_from(&before), 1);
        // Its lengths stop short of them.
        let exact = prefixes(&[("203.0.113.0/24", 24, 24)]);
        assert_eq!(before.missing_from(&exact), 2);
        let half = prefixes(&[("203.0.113.0/25", 25, 32)]);
        assert_eq!(before.missing_from(&half), 1);
        assert_eq!(before.missing_from(&prefixes(&[])), 2);
        assert_eq!(before.missing_from(&asns(&[])), 2);
    }

    #[test]
    fn ranges_of_numbers_are_joined() {
        let before = asns(&[(64496, 64496), (64500, 64505), (u32::MAX, u32::MAX)]);
        assert_eq!(before.missing_from(&before), 0);
        let after = asns(&[(64503, 64511), (64496, 64502)]);
        assert_eq!(before.missing_from(&after), 1);
        assert_eq!(before.missing_from(&asns(&[(64497, 64511)])), 2);
        assert_eq!(before.missing_from(&asns(&[(0, u32::MAX)])), 0);
    }
}
