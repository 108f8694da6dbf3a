//! An announcement is what one neighbour receives.
//!
//! Its key says who receives what; its route says with which attributes. Both are those of the
//! wire: after the neighbour's declared rewriting.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

use rules::{Certainty, Span};

use super::{AsPath, Asn, Community, Family, Name, Prefix, SessionKey};

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
    /// The session's other end, by the name that the policy gives it; by the router's own name
    /// for the session where the policy does not declare it.
    pub neighbor: Name,
    /// The other end's address, where the files say one.
    pub address: Option<IpAddr>,
}

impl Key {
    /// The address family of the session's channel that carries it.
    pub fn family(&self) -> Family {
        self.prefix.family()
    }

    /// What `session` receives of `prefix`.
    pub fn new(prefix: Prefix, session: &SessionKey) -> Self {
        let SessionKey {
            site,
            router,
            neighbor,
            address,
        } = session.clone();
        Self {
            prefix,
            site,
            router,
            neighbor,
            address,
        }
    }

    /// The session that carries it.
    pub fn session(&self) -> SessionKey {
        SessionKey {
            site: self.site.clone(),
            router: self.router.clone(),
            neighbor: self.neighbor.clone(),
            address: self.address,
        }
    }
}

/// An announcement without its key.
#[derive(Debug, Clone)]
pub struct Announcement {
    /// The attributes, shared by announcements that have the same.
    pub route: Arc<Route>,
    /// Whether the neighbour is another system.
    pub external: bool,
    /// Whether the neighbour passes it on.
    pub presence: Presence,
    /// The statement, most exact place first, then what else made it.
    pub provenance: Arc<[Span]>,
    /// The policy terms that touched it, in the order in which they did; empty from intent.
    pub terms: Arc<[Span]>,
    /// How surely the neighbour receives it.
    pub certainty: Certainty,
}

/// The attributes of an announcement, as the neighbour receives them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// The path, after the neighbour's declared rewriting.
    pub path: AsPath,
    /// ORIGIN (RFC 4271, section 5.1.1).
    pub origin_code: OriginCode,
    /// Standard, extended and large communities.
    pub communities: BTreeSet<Community>,
    /// The multi-exit discriminator, if one is sent.
    pub med: Option<u32>,
    /// The local preference, which only internal neighbours receive.
    pub local_pref: Option<u32>,
    /// Where the neighbour sends the traffic.
    pub next_hop: NextHop,
    /// ONLY_TO_CUSTOMER (RFC 9234).
    pub otc: Option<Asn>,
    /// Where the route comes from.
    pub source: Source,
    /// The services that it carries; none for space without a service.
    pub services: BTreeSet<Name>,
}

impl Route {
    /// A route that we originate as `asn`, with nothing but what every route has.
    pub fn originated(asn: Asn) -> Self {
        Self {
            path: AsPath::sequence([asn]),
            origin_code: OriginCode::Igp,
            communities: BTreeSet::new(),
            med: None,
            local_pref: None,
            next_hop: NextHop::Own,
            otc: None,
            source: Source::Intent,
            services: BTreeSet::new(),
        }
    }

    /// The system that originates it (RFC 6811, section 2); `None` where the path ends in a set,
    /// or is empty, as between routers of one system.
    pub fn origin(&self) -> Option<Asn> {
        self.path.origin()
    }
}

/// How the originator learned the route.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum OriginCode {
    /// From inside its system.
    Igp,
    /// By EGP.
    Egp,
    /// By some other means.
    Incomplete,
}

impl OriginCode {
    /// The word used in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Igp => "igp",
            Self::Egp => "egp",
            Self::Incomplete => "incomplete",
        }
    }
}

/// The class of a next hop. Next hops are assumed up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum NextHop {
    /// The router that announces.
    Own,
    /// An address that a policy or a statement names.
    Address(IpAddr),
}

impl fmt::Display for NextHop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Own => f.write_str("self"),
            Self::Address(address) => address.fmt(f),
        }
    }
}

/// Where a route comes from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// A statement below `announcements`.
    Intent,
    /// A static route of a router.
    Static,
    /// A `network` statement of a router.
    Network,
    /// An aggregate of other routes.
    Aggregate,
    /// Another protocol of the router, such as `kernel` or `ospf`.
    Redistributed,
    /// Received from a neighbour.
    Learned {
        /// The session that it came in by.
        from: Box<SessionKey>,
    },
}

impl Source {
    /// The word used in reports.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Intent => "intent",
            Self::Static => "static",
            Self::Network => "network",
            Self::Aggregate => "aggregate",
            Self::Redistributed => "redistributed",
            Self::Learned { .. } => "learned",
        }
    }
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
    /// What a neighbour with the number `asn`, where it is known, does with a route of this path,
    /// as it was sent, and these communities.
    pub fn at(
        asn: Option<Asn>,
        no_announce: &BTreeSet<Community>,
        path: &AsPath,
        communities: &BTreeSet<Community>,
    ) -> Self {
        if let Some(asn) = asn.filter(|asn| path.contains(*asn)) {
            return Self::Loop(asn);
        }
        communities
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
            path: AsPath::sequence(path.iter().copied().map(Asn)),
            communities: communities.iter().map(|c| c.parse().unwrap()).collect(),
            ..Route::originated(Asn(64500))
        }
    }

    fn seen(asn: u32, no_announce: &BTreeSet<Community>, route: &Route) -> Presence {
        Presence::at(Some(Asn(asn)), no_announce, &route.path, &route.communities)
    }

    #[test]
    fn a_neighbour_keeps_back_what_it_was_told_to() {
        let declared = BTreeSet::from([Community::Standard(64501, 0)]);
        let at = |communities: &[&str]| seen(64501, &declared, &route(&[64500], communities));
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
            seen(64501, &BTreeSet::new(), &looped),
            Presence::Loop(Asn(64501))
        );
        assert_eq!(seen(64502, &BTreeSet::new(), &looped), Presence::Present);
    }
}
