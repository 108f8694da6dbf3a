//! How large a change may be, in the units that policies write.

use std::fmt;
use std::str::FromStr;

use super::network::Placed;

/// How large a change may be; an absent limit is none, and each is inclusive.
#[derive(Debug, Clone, Default)]
pub struct Limits {
    /// Distinct prefixes that it may withdraw everywhere.
    pub withdraw_prefixes: Option<Placed<u32>>,
    /// Their share of all prefixes that base announces.
    pub withdraw_share: Option<Placed<Share>>,
    /// IPv4 addresses that they may hold together.
    pub withdraw_addresses: Option<Placed<Addresses>>,
    /// How many times the prefixes of a session may become.
    pub growth: Option<Placed<Factor>>,
    /// Sites that it may touch.
    pub sites: Option<Placed<u32>>,
    /// The share that a list which filters use may lose.
    pub filter_shrink: Option<Placed<Share>>,
}

impl Limits {
    /// The share that a list which filters use may lose, where the policy says nothing too.
    pub fn filter_shrink(&self) -> Share {
        self.filter_shrink
            .as_ref()
            .map_or(Share::FILTER_SHRINK, |shrink| shrink.value)
    }
}

/// A share: `10%`, `2.5%`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Share {
    /// In thousandths of a percent.
    millipercent: u32,
}

impl Share {
    /// What filters may lose where the policy says nothing.
    pub const FILTER_SHRINK: Self = Self {
        millipercent: 20_000,
    };

    /// Whether `part` of `whole` is more than this share.
    pub fn is_exceeded(self, part: usize, whole: usize) -> bool {
        let wide = |count: usize| u128::try_from(count).unwrap_or(u128::MAX);
        wide(part).saturating_mul(100_000)
            > wide(whole).saturating_mul(u128::from(self.millipercent))
    }
}

/// A factor: `2x`, `1.5x`, or the number alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Factor {
    /// In thousandths.
    thousandths: u32,
}

impl Factor {
    /// Whether going from `before` to `after` is more than this factor.
    pub fn is_exceeded(self, before: usize, after: usize) -> bool {
        let wide = |count: usize| u128::try_from(count).unwrap_or(u128::MAX);
        wide(after).saturating_mul(1000) > wide(before).saturating_mul(u128::from(self.thousandths))
    }
}

/// A number of IPv4 addresses, as the prefix length that holds as many: `/20` is 4,096.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Addresses {
    /// The prefix length of IPv4.
    length: u8,
}

impl Addresses {
    /// Whether `count` IPv4 addresses are more than this.
    pub fn is_exceeded(self, count: u64) -> bool {
        count > 1_u64 << (32 - u32::from(self.length.min(32)))
    }
}

/// A text that is no limit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not {expected}")]
pub struct LimitError {
    text: String,
    expected: &'static str,
}

/// A decimal number in thousandths, three digits after the point at most.
fn thousandths(text: &str) -> Option<u32> {
    let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if part.len() > 3 || !digits(whole) || !digits(part) {
        return None;
    }
    let part: u32 = format!("{part:0<3}").parse().ok()?;
    whole
        .parse::<u32>()
        .ok()?
        .checked_mul(1000)?
        .checked_add(part)
}

impl FromStr for Share {
    type Err = LimitError;

    fn from_str(text: &str) -> Result<Self, LimitError> {
        text.strip_suffix('%')
            .and_then(|number| thousandths(number.trim()))
            .filter(|share| *share <= 100_000)
            .map(|millipercent| Self { millipercent })
            .ok_or_else(|| LimitError {
                text: text.to_owned(),
                expected: "a share such as 10%",
            })
    }
}

impl FromStr for Factor {
    type Err = LimitError;

    fn from_str(text: &str) -> Result<Self, LimitError> {
        thousandths(text.strip_suffix('x').unwrap_or(text).trim())
            .filter(|factor| *factor >= 1000)
            .map(|thousandths| Self { thousandths })
            .ok_or_else(|| LimitError {
                text: text.to_owned(),
                expected: "a factor of at least one such as 2x",
            })
    }
}

impl FromStr for Addresses {
    type Err = LimitError;

    fn from_str(text: &str) -> Result<Self, LimitError> {
        text.strip_prefix('/')
            .and_then(|length| length.parse().ok())
            .filter(|length| *length <= 32)
            .map(|length| Self { length })
            .ok_or_else(|| LimitError {
                text: text.to_owned(),
                expected: "an IPv4 prefix length such as /20, which is 4,096 addresses",
            })
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        decimal(self.millipercent, f)?;
        f.write_str("%")
    }
}

impl fmt::Display for Factor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        decimal(self.thousandths, f)?;
        f.write_str("x")
    }
}

impl fmt::Display for Addresses {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "/{}", self.length)
    }
}

fn decimal(thousandths: u32, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let (whole, part) = (thousandths / 1000, thousandths % 1000);
    if part == 0 {
        write!(f, "{whole}")
    } else {
        write!(f, "{whole}.{}", format!("{part:03}").trim_end_matches('0'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_inclusive() {
        let share: Share = "10%".parse().unwrap();
        assert!(!share.is_exceeded(1, 10));
        assert!(share.is_exceeded(2, 10));
        assert!(share.is_exceeded(1, 0));
        let factor: Factor = "1.5x".parse().unwrap();
        assert!(!factor.is_exceeded(2, 3));
        assert!(factor.is_exceeded(2, 4));
        let addresses: Addresses = "/20".parse().unwrap();
        assert!(!addresses.is_exceeded(4096));
        assert!(addresses.is_exceeded(4097));
        assert!(!"/0".parse::<Addresses>().unwrap().is_exceeded(1 << 32));
    }

    #[test]
    fn limits_are_read_in_their_units_and_written_back() {
        for text in ["10%", "2.5%", "0%"] {
            assert_eq!(text.parse::<Share>().unwrap().to_string(), text);
        }
        assert_eq!("2".parse::<Factor>().unwrap().to_string(), "2x");
        for text in ["", "10", "101%", "-1%", "1.2345%", "%", ".5%"] {
            assert!(text.parse::<Share>().is_err(), "{text}");
        }
        for text in ["", "x", "0.5x", "2y"] {
            assert!(text.parse::<Factor>().is_err(), "{text}");
        }
        for text in ["20", "/33", "/", "/-1"] {
            assert!(text.parse::<Addresses>().is_err(), "{text}");
        }
    }
}
