//! Autonomous system numbers and ranges of them.

use std::fmt;
use std::str::FromStr;

/// An autonomous system number (RFC 6793: 32 bits).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Asn(pub u32);

impl fmt::Display for Asn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AS{}", self.0)
    }
}

/// `64500`, `AS64500` or, as RFC 5396 calls it, asdot (`0.64500`).
impl FromStr for Asn {
    type Err = AsnError;

    fn from_str(text: &str) -> Result<Self, AsnError> {
        let malformed = || AsnError(text.to_owned());
        let digits = text
            .strip_prefix("AS")
            .or_else(|| text.strip_prefix("as"))
            .unwrap_or(text);
        let number = |digits: &str| {
            digits
                .bytes()
                .all(|byte| byte.is_ascii_digit())
                .then(|| digits.parse::<u32>().ok())
                .flatten()
        };
        match digits.split_once('.') {
            None => number(digits).map(Self).ok_or_else(malformed),
            Some((high, low)) => {
                let (Some(high), Some(low)) = (number(high), number(low)) else {
                    return Err(malformed());
                };
                if high > 0xffff || low > 0xffff {
                    return Err(malformed());
                }
                Ok(Self((high << 16) | low))
            }
        }
    }
}

/// A text that is no autonomous system number.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not an autonomous system number such as 64500 or AS64500")]
pub struct AsnError(String);

/// A range of autonomous system numbers, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AsnRange {
    first: Asn,
    last: Asn,
}

impl AsnRange {
    /// The range; `None` where it runs backwards.
    pub fn new(first: Asn, last: Asn) -> Option<Self> {
        (first <= last).then_some(Self { first, last })
    }

    /// The first number.
    pub fn first(self) -> Asn {
        self.first
    }

    /// The last number.
    pub fn last(self) -> Asn {
        self.last
    }

    /// True where `asn` is in it.
    pub fn contains(self, asn: Asn) -> bool {
        self.first <= asn && asn <= self.last
    }

    /// True where every number of `other` is in `self`.
    pub fn covers(self, other: Self) -> bool {
        self.first <= other.first && other.last <= self.last
    }
}

impl fmt::Display for AsnRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.first == self.last {
            self.first.fmt(f)
        } else {
            write!(f, "{}-{}", self.first, self.last)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_in_their_three_notations() {
        assert_eq!("64500".parse(), Ok(Asn(64500)));
        assert_eq!("AS4294967295".parse(), Ok(Asn(u32::MAX)));
        assert_eq!("1.0".parse(), Ok(Asn(65536)));
        for text in [
            "",
            "AS",
            "+1",
            "-1",
            "4294967296",
            "1.65536",
            "1.2.3",
            "ASX",
        ] {
            assert!(text.parse::<Asn>().is_err(), "{text}");
        }
    }
}
