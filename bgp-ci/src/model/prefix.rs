//! Prefixes that cannot have host bits.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use ipnet::IpNet;

/// An address prefix in canonical form: every bit after its length is zero.
///
/// Ordered by family (IPv4 first), then address, then length, so a covering prefix comes before
/// everything that it covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Prefix(IpNet);

/// Why a text is no prefix.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PrefixError {
    /// Not `address/length`.
    #[error("`{0}` is not an address prefix such as 192.0.2.0/24 or 2001:db8::/32")]
    Malformed(String),
    /// Bits are set after the length.
    #[error("`{text}` has host bits set: write `{canonical}`, or the length that you mean")]
    HostBits {
        /// What was written.
        text: String,
        /// The prefix that contains it.
        canonical: Prefix,
    },
}

/// An address family.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Family {
    /// IPv4.
    Ipv4,
    /// IPv6.
    Ipv6,
}

impl Family {
    /// The word used in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ipv4 => "ipv4",
            Self::Ipv6 => "ipv6",
        }
    }
}

impl Prefix {
    /// The prefix of `net`'s network address; host bits are dropped, as FRR does.
    pub fn truncated(net: IpNet) -> Self {
        Self(net.trunc())
    }

    /// The family.
    pub fn family(self) -> Family {
        match self.0 {
            IpNet::V4(_) => Family::Ipv4,
            IpNet::V6(_) => Family::Ipv6,
        }
    }

    /// The network address.
    pub fn address(self) -> IpAddr {
        self.0.network()
    }

    /// Bits that are fixed.
    pub fn length(self) -> u8 {
        self.0.prefix_len()
    }

    /// The length of a host route of this family: 32 or 128.
    pub fn max_length(self) -> u8 {
        self.0.max_prefix_len()
    }

    /// True where every address of `other` is an address of `self`; equal prefixes cover each
    /// other, prefixes of different families never do.
    pub fn covers(self, other: Self) -> bool {
        self.0.contains(&other.0)
    }

    /// Every prefix that covers this one, the longest (itself) first.
    pub fn covering(self) -> impl Iterator<Item = Self> {
        std::iter::successors(Some(self), |prefix| prefix.0.supernet().map(Self))
    }
}

impl fmt::Display for Prefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for Prefix {
    type Err = PrefixError;

    fn from_str(text: &str) -> Result<Self, PrefixError> {
        let Ok(net) = text.parse::<IpNet>() else {
            return Err(PrefixError::Malformed(text.to_owned()));
        };
        let canonical = Self::truncated(net);
        if canonical.0 == net {
            Ok(canonical)
        } else {
            Err(PrefixError::HostBits {
                text: text.to_owned(),
                canonical,
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prefix(text: &str) -> Prefix {
        text.parse().unwrap()
    }

    #[test]
    fn host_bits_are_named_with_the_prefix_that_was_meant() {
        let error = "203.0.113.7/24".parse::<Prefix>().unwrap_err();
        assert_eq!(
            error.to_string(),
            "`203.0.113.7/24` has host bits set: write `203.0.113.0/24`, or the length that you mean"
        );
        assert!("2001:db8::1/64".parse::<Prefix>().is_err());
        assert!("203.0.113.7/32".parse::<Prefix>().is_ok());
        for text in [
            "",
            "203.0.113.0",
            "203.0.113.0/33",
            "203.0.113/24",
            "::/129",
            "x/8",
        ] {
            assert!(
                matches!(text.parse::<Prefix>(), Err(PrefixError::Malformed(_))),
                "{text}"
            );
        }
    }

    #[test]
    fn covering_is_reflexive_and_keeps_to_the_family() {
        let p = prefix("203.0.113.0/24");
        assert!(p.covers(p));
        assert!(p.covers(prefix("203.0.113.128/25")));
        assert!(!prefix("203.0.113.128/25").covers(p));
        assert!(!prefix("0.0.0.0/0").covers(prefix("::/0")));
        assert!(!prefix("::/0").covers(prefix("0.0.0.0/0")));
    }

    #[test]
    fn covering_prefixes_go_from_the_longest_to_the_default() {
        let all: Vec<_> = prefix("192.0.0.0/3").covering().collect();
        assert_eq!(
            all,
            ["192.0.0.0/3", "192.0.0.0/2", "128.0.0.0/1", "0.0.0.0/0"].map(prefix)
        );
        assert_eq!(prefix("2001:db8::1/128").covering().count(), 129);
    }
}
