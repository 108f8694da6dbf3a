//! An announcement is what one neighbour receives.
//!
//! Its key says who receives what; its route says with which attributes. Both are those of the
//! wire: after the neighbour's declared rewriting.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use rules::{Certainty, Span};

use super::{Asn, Community, Family, Name, Prefix};

/// Everything that is announced on one side of a change.
pub type Announcements = BTreeMap<Key, Announcement>;

/// Who receives what: there is at most one announcement for each.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    /// What is announced; its address family is part of it.
    pub prefix: Prefix,
    /// Where.
    pub site: Name,
    /// The router there. Intent knows none: it has one router a site, named as the site.
    pub router: Name,
    /// The session's other end, by the name that the policy gives it.
    pub neighbor: Name,
}

impl Key {
    /// The address family of the session's channel that carries it.
    pub fn family(&self) -> Family {
        self.prefix.family()
    }
}

/// An announcement without its key.
#[derive(Debug, Clone)]
pub struct Announcement {
    /// The attributes, shared by announcements that have the same.
    pub route: Arc<Route>,
    /// Whether the neighbour passes it on.
    pub presence: Presence,
    /// The statement, most exact place first, then what else made it.
    pub provenance: Arc<[Span]>,
    /// How surely the neighbour receives it.
    pub certainty: Certainty,
}

/// The attributes of an announcement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// The system that originates it.
    pub origin: Asn,
    /// The path as the neighbour receives it: nearest system first, the origin last.
    pub path: Vec<Asn>,
    /// Standard and large communities.
    pub communities: BTreeSet<Community>,
    /// The multi-exit discriminator, if one is sent.
    pub med: Option<u32>,
    /// Where the neighbour sends the traffic.
    pub next_hop: NextHop,
    /// Where the route comes from.
    pub source: Source,
    /// The services that it carries; none for space without a service.
    pub services: BTreeSet<Name>,
}

/// The class of a next hop. Addresses are not compared: next hops are assumed up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NextHop {
    /// The router that announces.
    Own,
}

/// Where a route comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// A statement below `announcements`.
    Intent,
}

/// Whether a neighbour that receives an announcement passes it on.
///
/// An announcement that is kept back reaches nobody beyond the neighbour: for a floor it is as
/// good as withdrawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// It is passed on.
    Present,
    /// A community keeps it back: NO_EXPORT and its kin, or one that the neighbour declares.
    KeptBy(Community),
    /// The path holds the neighbour's own number, so it drops the route (RFC 4271, section 9.1.2).
    Loop(Asn),
}

impl Presence {
    /// What `neighbor`, whose number is `asn`, does with a route.
    pub fn at(asn: Asn, no_announce: &BTreeSet<Community>, route: &Route) -> Self {
        if route.path.contains(&asn) {
            return Self::Loop(asn);
        }
        route
            .communities
            .iter()
            .find(|community| community.keeps_local() || no_announce.contains(community))
            .map_or(Self::Present, |community| Self::KeptBy(*community))
    }
}

impl fmt::Display for Presence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Present => f.write_str("is passed on"),
            Self::KeptBy(community) => write!(f, "is kept back by `{community}`"),
            Self::Loop(asn) => write!(f, "is dropped, as its path holds {asn}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn route(path: &[u32], communities: &[&str]) -> Route {
        Route {
            origin: Asn(64500),
            path: path.iter().copied().map(Asn).collect(),
            communities: communities.iter().map(|c| c.parse().unwrap()).collect(),
            med: None,
            next_hop: NextHop::Own,
            source: Source::Intent,
            services: BTreeSet::new(),
        }
    }

    #[test]
    fn a_neighbour_keeps_back_what_it_was_told_to() {
        let declared = BTreeSet::from([Community::Standard(64501, 0)]);
        let at = |communities: &[&str]| {
            Presence::at(Asn(64501), &declared, &route(&[64500], communities))
        };
        assert_eq!(at(&[]), Presence::Present);
        assert_eq!(at(&["64501:100", "64502:0"]), Presence::Present);
        assert_eq!(at(&["graceful-shutdown"]), Presence::Present);
        assert_eq!(
            at(&["64501:0"]),
            Presence::KeptBy(Community::Standard(64501, 0))
        );
        for known in ["no-export", "no-advertise", "no-export-subconfed"] {
            assert_eq!(at(&[known]), Presence::KeptBy(known.parse().unwrap()));
        }
    }

    #[test]
    fn a_neighbour_drops_its_own_number() {
        let looped = route(&[64500, 64501, 64500], &[]);
        assert_eq!(
            Presence::at(Asn(64501), &BTreeSet::new(), &looped),
            Presence::Loop(Asn(64501))
        );
        assert_eq!(
            Presence::at(Asn(64502), &BTreeSet::new(), &looped),
            Presence::Present
        );
    }
}
