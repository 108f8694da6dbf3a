//! Sets of numbers: communities by their bits, attributes, ASNs.

use std::fmt;

/// A set of numbers as ranges, both ends included: sorted, apart from each other by at least one
/// number, so two are equal exactly where they hold the same numbers.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Ranges(Vec<(u128, u128)>);

impl Ranges {
    /// No number.
    pub const NONE: Self = Self(Vec::new());

    /// Every number that an attribute or a community can have.
    pub fn all() -> Self {
        Self(vec![(0, u128::MAX)])
    }

    /// One number.
    pub fn only(number: u128) -> Self {
        Self(vec![(number, number)])
    }

    /// From `first` to `last`; none where that runs backwards.
    pub fn between(first: u128, last: u128) -> Self {
        Self::of([(first, last)])
    }

    /// The numbers of these ranges, which may overlap; one that runs backwards holds nothing.
    pub fn of(ranges: impl IntoIterator<Item = (u128, u128)>) -> Self {
        let mut sorted: Vec<(u128, u128)> = ranges
            .into_iter()
            .filter(|(first, last)| first <= last)
            .collect();
        sorted.sort_unstable();
        let mut joined: Vec<(u128, u128)> = Vec::with_capacity(sorted.len());
        for (first, last) in sorted {
            match joined.last_mut() {
                Some((_, end)) if first <= end.saturating_add(1) => *end = last.max(*end),
                _ => joined.push((first, last)),
            }
        }
        Self(joined)
    }

    /// The ranges in order.
    pub fn ranges(&self) -> &[(u128, u128)] {
        &self.0
    }

    /// Whether there is no number in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The smallest number.
    pub fn first(&self) -> Option<u128> {
        self.0.first().map(|(first, _)| *first)
    }

    /// Whether `number` is in it.
    pub fn contains(&self, number: u128) -> bool {
        let after = self.0.partition_point(|(first, _)| *first <= number);
        let before = after.checked_sub(1).and_then(|at| self.0.get(at));
        before.is_some_and(|(_, last)| number <= *last)
    }

    /// Whether every number of it is in `other`.
    pub fn is_within(&self, other: &Self) -> bool {
        self.0.iter().all(|(first, last)| {
            let after = other.0.partition_point(|(start, _)| start <= first);
            let before = after.checked_sub(1).and_then(|at| other.0.get(at));
            before.is_some_and(|(_, end)| last <= end)
        })
    }

    /// What is in one or the other.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        Self::of(self.0.iter().chain(&other.0).copied())
    }

    /// What is in both.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        let (mut left, mut right) = (self.0.iter().peekable(), other.0.iter().peekable());
        let mut found = Vec::new();
        while let (Some((a, b)), Some((c, d))) = (left.peek(), right.peek()) {
            let (first, last) = (*a.max(c), *b.min(d));
            if first <= last {
                found.push((first, last));
            }
            if b < d {
                left.next();
            } else {
                right.next();
            }
        }
        Self(found)
    }

    /// What is not in it.
    #[must_use]
    pub fn complement(&self) -> Self {
        let mut found = Vec::with_capacity(self.0.len() + 1);
        let mut next = Some(0);
        for (first, last) in &self.0 {
            if let Some(start) = next
                && start < *first
            {
                found.push((start, first - 1));
            }
            next = last.checked_add(1);
        }
        if let Some(start) = next {
            found.push((start, u128::MAX));
        }
        Self(found)
    }

    /// What is in this and not in `other`.
    #[must_use]
    pub fn difference(&self, other: &Self) -> Self {
        self.intersection(&other.complement())
    }
}

impl fmt::Debug for Ranges {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(&self.0).finish()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Sets of small numbers as 16 bits.
    fn of_bits(bits: u16) -> Ranges {
        let members = (0..16_u128).filter(|number| bits >> number & 1 == 1);
        Ranges::of(members.map(|number| (number, number)))
    }

    fn bits(ranges: &Ranges) -> u16 {
        let members = (0..16_u16).filter(|number| ranges.contains(u128::from(*number)));
        members.map(|number| 1 << number).sum()
    }

    proptest! {
        #[test]
        fn operations_are_those_of_bits(a: u16, b: u16) {
            let (x, y) = (of_bits(a), of_bits(b));
            prop_assert_eq!(bits(&x), a);
            prop_assert_eq!(&x.union(&y), &of_bits(a | b));
            prop_assert_eq!(&x.intersection(&y), &of_bits(a & b));
            prop_assert_eq!(&x.difference(&y), &of_bits(a & !b));
            prop_assert_eq!(bits(&x.complement()), !a);
            prop_assert_eq!(&x.complement().complement(), &x);
            prop_assert_eq!(x.is_within(&y), a & !b == 0);
        }
    }

    #[test]
    fn ranges_reach_to_the_greatest_number() {
        let all = Ranges::all();
        assert!(all.contains(u128::MAX) && all.complement().is_empty());
        assert_eq!(Ranges::NONE.complement(), all);
        assert_eq!(
            Ranges::between(5, u128::MAX).union(&Ranges::only(u128::MAX)),
            Ranges::between(5, u128::MAX)
        );
        assert_eq!(Ranges::between(9, 8), Ranges::NONE);
    }
}
