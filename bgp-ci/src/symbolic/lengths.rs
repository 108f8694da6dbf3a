//! Sets of prefix lengths.

use std::ops::{BitAnd, BitOr, BitXor};

/// A set of prefix lengths, each from 0 to 128.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Lengths {
    /// Lengths 0 to 127, the lowest bit first.
    low: u128,
    /// Length 128.
    host: bool,
}

impl Lengths {
    /// No length.
    pub const NONE: Self = Self {
        low: 0,
        host: false,
    };

    /// From `first` to `last`, both included; none where that runs backwards.
    pub fn between(first: u8, last: u8) -> Self {
        let below = |length: u8| match 1_u128.checked_shl(u32::from(length)) {
            Some(bit) => bit - 1,
            None => u128::MAX,
        };
        if first > last {
            return Self::NONE;
        }
        let end = last.saturating_add(1).min(128);
        Self {
            low: below(end) & !below(first.min(128)),
            host: last >= 128,
        }
    }

    /// One length.
    pub fn only(length: u8) -> Self {
        Self::between(length, length)
    }

    /// Whether `length` is in it.
    pub fn contains(self, length: u8) -> bool {
        match 1_u128.checked_shl(u32::from(length)) {
            Some(bit) => self.low & bit != 0,
            None => length == 128 && self.host,
        }
    }

    /// Whether there is no length in it.
    pub fn is_empty(self) -> bool {
        self == Self::NONE
    }

    /// The shortest.
    pub fn first(self) -> Option<u8> {
        if self.low != 0 {
            return u8::try_from(self.low.trailing_zeros()).ok();
        }
        self.host.then_some(128)
    }

    /// Runs of lengths that follow each other, the shortest first.
    pub fn runs(self) -> impl Iterator<Item = (u8, u8)> {
        let mut left = self;
        std::iter::from_fn(move || {
            let first = left.first()?;
            let mut last = first;
            while last < 128 && left.contains(last + 1) {
                last += 1;
            }
            left = left & (Self::between(0, 128) ^ Self::between(first, last));
            Some((first, last))
        })
    }
}

impl BitAnd for Lengths {
    type Output = Self;

    fn bitand(self, other: Self) -> Self {
        Self {
            low: self.low & other.low,
            host: self.host & other.host,
        }
    }
}

impl BitOr for Lengths {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self {
            low: self.low | other.low,
            host: self.host | other.host,
        }
    }
}

impl BitXor for Lengths {
    type Output = Self;

    fn bitxor(self, other: Self) -> Self {
        Self {
            low: self.low ^ other.low,
            host: self.host ^ other.host,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_sets_up_to_128() {
        let set = Lengths::between(8, 24) | Lengths::only(128) | Lengths::only(127);
        assert_eq!(set.runs().collect::<Vec<_>>(), [(8, 24), (127, 128)]);
        assert_eq!(set.first(), Some(8));
        assert!(set.contains(128) && !set.contains(25) && !set.contains(200));
        assert_eq!(
            Lengths::between(0, 128).runs().collect::<Vec<_>>(),
            [(0, 128)]
        );
        assert_eq!(Lengths::between(9, 8), Lengths::NONE);
        assert_eq!(Lengths::only(128).first(), Some(128));
        assert_eq!(Lengths::NONE.first(), None);
        assert!(Lengths::between(0, 127).contains(127));
        assert!(!Lengths::between(0, 127).contains(128));
    }
}
