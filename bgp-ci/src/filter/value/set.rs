//! Sets of numbers, communities, addresses and constants: sorted ranges.

use std::cmp::Ordering;

use super::Value;
use crate::filter::types::SetType;

/// A set of values of one type.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ValueSet {
    of: SetType,
    /// The members as ranges, sorted, without overlaps.
    ranges: Vec<(u128, u128)>,
    /// The ranges as they were written, sorted by their first member, where some overlap.
    written: Option<Vec<(u128, u128)>>,
}

/// What is known about a membership.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Membership {
    /// The value is a member.
    In,
    /// It is none.
    Out,
    /// It is, but BIRD 2.0 does not find it: its search tree loses values where ranges overlap.
    Lost,
}

impl ValueSet {
    /// The set of these ranges, both ends included; a range that runs backwards holds nothing.
    pub fn new(of: SetType, mut written: Vec<(u128, u128)>) -> Self {
        // Stable: what begins at the same value keeps its order, as the daemon has it.
        written.sort_by_key(|(first, _)| *first);
        let mut ranges: Vec<(u128, u128)> = Vec::new();
        let mut overlaps = false;
        for &(first, last) in written.iter().filter(|(first, last)| first <= last) {
            match ranges.last_mut() {
                Some((_, end)) if first <= end.saturating_add(1) => {
                    overlaps |= first <= *end;
                    *end = last.max(*end);
                }
                _ => ranges.push((first, last)),
            }
        }
        let overlaps = overlaps || written.iter().any(|(first, last)| first > last);
        Self {
            of,
            ranges,
            written: overlaps.then_some(written),
        }
    }

    /// The type of its members.
    pub fn of(&self) -> SetType {
        self.of
    }

    /// True where no ranges overlap: every version of BIRD finds every member.
    pub fn is_plain(&self) -> bool {
        self.written.is_none()
    }

    /// True where it has no member.
    pub fn is_empty(&self) -> bool {
        self.ranges.is_empty()
    }

    /// Its members as ranges, sorted, without overlaps.
    pub fn ranges(&self) -> &[(u128, u128)] {
        &self.ranges
    }

    /// Whether `value` is a member; `None` where a value of its type cannot be one.
    pub fn find(&self, value: &Value) -> Option<Membership> {
        let (of, key) = value.key()?;
        if self.of == SetType::Empty {
            return Some(Membership::Out);
        }
        Some(self.find_key(self.convert(of, key)?))
    }

    /// Whether a number from a list of communities or router ids is a member; such a list goes
    /// with sets of pairs, of router ids and of addresses.
    pub(crate) fn find_in_list(&self, item: u32) -> Option<Membership> {
        match self.of {
            SetType::Pair | SetType::Quad => Some(self.find_key(item.into())),
            SetType::Ip => Some(self.find_key(super::Address::from_ipv4(item).bits())),
            SetType::Empty => Some(Membership::Out),
            _ => None,
        }
    }

    /// Whether the member with this key is there.
    pub(crate) fn find_key(&self, key: u128) -> Membership {
        let found = self.ranges.binary_search_by(|range| side(*range, key));
        match (&self.written, found) {
            (_, Err(_)) => Membership::Out,
            (Some(written), Ok(_)) if !searched(written, key) => Membership::Lost,
            (_, Ok(_)) => Membership::In,
        }
    }

    /// Router ids and IPv4 addresses go with each other's sets.
    fn convert(&self, of: SetType, key: u128) -> Option<u128> {
        match (self.of, of) {
            (own, of) if own == of => Some(key),
            (SetType::Ip, SetType::Quad) => {
                Some(super::Address::from_ipv4(u32::try_from(key).ok()?).bits())
            }
            (SetType::Quad, SetType::Ip) => super::Address(key).ipv4().map(u128::from),
            _ => None,
        }
    }
}

/// Where a range lies seen from `key`.
fn side((first, last): (u128, u128), key: u128) -> Ordering {
    if last < key {
        Ordering::Less
    } else if first > key {
        Ordering::Greater
    } else {
        Ordering::Equal
    }
}

/// What BIRD 2.0's balanced tree over the sorted ranges finds: the root is the middle one.
fn searched(mut ranges: &[(u128, u128)], key: u128) -> bool {
    loop {
        let (left, right) = ranges.split_at(ranges.len() / 2);
        let Some((root, right)) = right.split_first() else {
            return false;
        };
        ranges = if root.0 <= key && key <= root.1 {
            return true;
        } else if key < root.0 {
            left
        } else {
            right
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(ranges: &[(u128, u128)]) -> ValueSet {
        ValueSet::new(SetType::Int, ranges.to_vec())
    }

    #[test]
    fn members_are_those_of_the_ranges() {
        let set = numbers(&[(5, 9), (1, 3), (10, 10), (20, 15)]);
        assert_eq!(set.ranges(), [(1, 3), (5, 10)]);
        let found: Vec<_> = (0..12)
            .filter(|n| set.find(&Value::Int(*n)) == Some(Membership::In))
            .collect();
        assert_eq!(found, [1, 2, 3, 5, 6, 7, 8, 9, 10]);
        assert_eq!(set.find(&Value::Pair(5)), None);
    }

    #[test]
    fn where_ranges_overlap_the_old_daemon_loses_members() {
        // As `print 50 ~ [1..100, 5..6]` of BIRD 2.0.12 has it.
        let lost = |written: &[(u128, u128)], value| {
            numbers(written).find(&Value::Int(value)) == Some(Membership::Lost)
        };
        assert!(lost(&[(1, 100), (5, 6)], 50) && !lost(&[(1, 100), (5, 6)], 5));
        assert!(lost(&[(5, 6), (1, 100)], 50));
        assert!(!lost(&[(1, 100), (30, 70), (80, 82), (300, 300)], 50));
        assert!(!lost(&[(1, 100), (60, 70), (200, 200), (300, 300)], 50));
        assert!(lost(&[(5, 60), (5, 5)], 50) && !lost(&[(5, 5), (5, 60)], 50));
        assert!(!lost(&[(1, 5), (3, 9)], 3));
    }
}
