//! Flow specifications (RFC 8955) that a router's files list: read for what they would drop.

use rules::Span;

use super::{Family, Name, Prefix};

/// A flow specification that a router sends to whoever filters for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flow {
    /// Where.
    pub site: Name,
    /// The router there.
    pub router: Name,
    /// The statement.
    pub span: Span,
    /// IPv4 (`flow4`) or IPv6 (`flow6`).
    pub family: Family,
    /// The destinations that it matches; `None` for all.
    pub destination: Option<Prefix>,
    /// The sources that it matches; `None` for all.
    pub source: Option<Prefix>,
    /// The transport protocols that it matches; `None` for all.
    pub protocols: Option<Vec<Numbers>>,
    /// The ports of which a packet has one on either end; `None` for all.
    pub ports: Option<Vec<Numbers>>,
    /// The destination ports that it matches; `None` for all.
    pub destination_ports: Option<Vec<Numbers>>,
    /// The source ports that it matches; `None` for all.
    pub source_ports: Option<Vec<Numbers>>,
    /// Whether it drops what it matches; `None` where its action is not known.
    pub drops: Option<bool>,
    /// Whether it has conditions beyond these, so that it matches less than they say.
    pub narrower: bool,
}

/// A range of ports or of protocol numbers, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Numbers {
    /// The first.
    pub first: u32,
    /// The last.
    pub last: u32,
}

impl Numbers {
    /// `number` alone.
    pub fn only(number: u32) -> Self {
        Self {
            first: number,
            last: number,
        }
    }

    /// Whether every number of `other` is in it.
    pub fn covers(self, other: Self) -> bool {
        self.first <= other.first && other.last <= self.last
    }
}
