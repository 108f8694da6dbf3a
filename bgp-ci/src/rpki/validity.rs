//! Route origin validation (RFC 6811), with reasons.

use std::fmt;

use super::vrps::{Payload, Vrp, Vrps};
use crate::model::{Asn, Prefix};
use crate::nesting::Covering;

/// The last system of a path, as route origin validation sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Origin {
    /// A system.
    System(Asn),
    /// The path ends in a set (RFC 6811 calls it NONE): no payload can match it.
    None,
}

impl From<Asn> for Origin {
    fn from(asn: Asn) -> Self {
        Self::System(asn)
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::System(asn) => asn.fmt(f),
            Self::None => f.write_str("a set of systems"),
        }
    }
}

/// What the payloads say about a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Validity {
    /// A payload matches it.
    Valid,
    /// Payloads cover it, and none matches.
    Invalid(Reason),
    /// No payload covers it.
    NotFound,
}

/// Why no payload matches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Reason {
    /// No covering payload authorizes the origin.
    Origin,
    /// One authorizes the origin, for shorter prefixes only.
    Length,
}

impl Validity {
    /// The word that RFC 6811 has for it, as validators write it: `valid`, `invalid`, `not-found`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Valid => "valid",
            Self::Invalid(_) => "invalid",
            Self::NotFound => "not-found",
        }
    }
}

impl Reason {
    /// The word used in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Origin => "origin",
            Self::Length => "length",
        }
    }
}

/// A validity and the payloads that decided it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The validity.
    pub validity: Validity,
    /// Every payload that covers the prefix, the longest first.
    pub covering: Vec<Vrp>,
}

impl Answer {
    /// True where payloads cover the prefix and all of them are for AS0: its holder says that
    /// nobody announces it.
    pub fn is_disavowed(&self) -> bool {
        !self.covering.is_empty() && self.covering.iter().all(|vrp| vrp.asn == Asn(0))
    }
}

impl Vrps {
    /// What the payloads say about one route.
    pub fn validity(&self, prefix: Prefix, origin: Origin) -> Validity {
        decide(self.payloads().covering(prefix), prefix, origin)
    }

    /// The same, with the payloads that decided.
    pub fn answer(&self, prefix: Prefix, origin: Origin) -> Answer {
        Answer {
            validity: self.validity(prefix, origin),
            covering: self.covering(prefix).collect(),
        }
    }

    /// What the payloads say about each route of a table, in the table's order.
    ///
    /// A table that is sorted by prefix is swept in one pass beside the payloads; out of order it
    /// costs a search a route.
    pub fn sweep<'r>(
        &'r self,
        routes: impl IntoIterator<Item = (Prefix, Origin)> + 'r,
    ) -> impl Iterator<Item = Validity> + 'r {
        let mut walk = self.payloads().walk();
        let routes = routes.into_iter();
        routes.map(move |(prefix, origin)| decide(walk.covering(prefix), prefix, origin))
    }
}

/// RFC 6811, section 2, over the payloads that cover `prefix`.
fn decide(covering: Covering<'_, Payload>, prefix: Prefix, origin: Origin) -> Validity {
    let mut validity = Validity::NotFound;
    // No route can be originated by AS0 (RFC 7607), so a payload for it matches none.
    let asn = match origin {
        Origin::System(asn) if asn != Asn(0) => Some(asn),
        Origin::System(_) | Origin::None => None,
    };
    for payload in covering.values().flatten() {
        if Some(payload.asn) == asn {
            if prefix.length() <= payload.max_length {
                return Validity::Valid;
            }
            validity = Validity::Invalid(Reason::Length);
        } else if validity == Validity::NotFound {
            validity = Validity::Invalid(Reason::Origin);
        }
    }
    validity
}

#[cfg(test)]
mod tests {
    use super::super::vrps::Builder;
    use super::*;

    fn vrps(list: &[(&str, u64, u32)]) -> Vrps {
        let mut builder = Builder::default();
        for (prefix, max_length, asn) in list {
            let prefix = prefix.parse().unwrap();
            builder
                .push(prefix, Some(*max_length), Asn(*asn), "test")
                .unwrap();
        }
        builder.build().unwrap()
    }

    #[test]
    fn the_states_of_rfc_6811() {
        use Validity::{Invalid, NotFound, Valid};
        let vrps = vrps(&[
            ("203.0.113.0/24", 25, 64500),
            ("203.0.113.0/24", 24, 64501),
            ("203.0.113.128/25", 25, 0),
            ("198.51.100.0/24", 24, 0),
        ]);
        let cases = [
            ("203.0.113.0/24", 64500, Valid),
            ("203.0.113.0/24", 64501, Valid),
            ("203.0.113.0/25", 64500, Valid),
            ("203.0.113.0/26", 64500, Invalid(Reason::Length)),
            ("203.0.113.0/25", 64501, Invalid(Reason::Length)),
            ("203.0.113.0/24", 64502, Invalid(Reason::Origin)),
            // A payload for AS0 takes nothing from another that matches (RFC 6483, section 4).
            ("203.0.113.128/25", 64500, Valid),
            ("198.51.100.0/24", 64500, Invalid(Reason::Origin)),
            ("198.51.100.0/24", 0, Invalid(Reason::Origin)),
            // Broader than what is authorized: nothing covers it.
            ("203.0.112.0/23", 64500, NotFound),
            ("192.0.2.0/24", 64500, NotFound),
            ("2001:db8::/32", 64500, NotFound),
        ];
        for (prefix, asn, expected) in cases {
            let origin = Origin::System(Asn(asn));
            let prefix: Prefix = prefix.parse().unwrap();
            assert_eq!(vrps.validity(prefix, origin), expected, "{prefix} {asn}");
        }
        let prefix = "203.0.113.0/24".parse().unwrap();
        assert_eq!(
            vrps.validity(prefix, Origin::None),
            Invalid(Reason::Origin),
            "a set matches nothing"
        );
        let swept: Vec<_> = vrps
            .sweep(cases.map(|(prefix, asn, _)| (prefix.parse().unwrap(), Asn(asn).into())))
            .collect();
        assert_eq!(swept, cases.map(|(_, _, expected)| expected));
    }

    #[test]
    fn disavowed_space_is_covered_by_as0_alone() {
        let vrps = vrps(&[
            ("203.0.113.0/24", 24, 0),
            ("198.51.100.0/24", 24, 0),
            ("198.51.100.0/24", 24, 64501),
        ]);
        let disavowed = |text: &str| {
            let origin = Origin::System(Asn(64500));
            vrps.answer(text.parse().unwrap(), origin).is_disavowed()
        };
        assert!(disavowed("203.0.113.0/25"));
        assert!(!disavowed("198.51.100.0/24"));
        assert!(!disavowed("192.0.2.0/24"));
    }
}
