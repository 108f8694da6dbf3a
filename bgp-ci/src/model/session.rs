//! A session: one neighbour of one router, with what both allow each other.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use rules::Span;

use super::{Asn, Family, Name};

/// Every session of one side of a change.
pub type Sessions = BTreeMap<SessionKey, Session>;

/// Which session.
///
/// Two sides are compared by address and number, never by a name alone: see
/// [`Change`](crate::change::Change).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SessionKey {
    /// Where.
    pub site: Name,
    /// The router there. Intent knows none: it has one router a site, named as the site.
    pub router: Name,
    /// The other end, by the name that the policy gives it; by the router's own name for the
    /// session where the policy does not declare it.
    pub neighbor: Name,
    /// The other end's address, where the files say one.
    pub address: Option<IpAddr>,
}

/// A session as its router configures it; from intent, as little as the policy says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// What opens it: the router's statement, or the neighbour of the policy.
    pub span: Span,
    /// Whether a router's files configure it, so that what it lacks is known to lack.
    pub configured: bool,
    /// The number that the other end has; `None` where any is accepted.
    pub asn: Option<Asn>,
    /// The number that we show on it.
    pub local_asn: Asn,
    /// Our address on it, where the files say one.
    pub local_address: Option<IpAddr>,
    /// Whether the other end is another system.
    pub external: bool,
    /// Whether the policy declares the neighbour.
    pub declared: bool,
    /// Whether a role means something on it: the other end is another system, and no member of
    /// our confederation.
    pub takes_role: bool,
    /// What we say that we are to the other end.
    pub role: Option<Role>,
    /// What guards it, beyond limits.
    pub protections: BTreeSet<Protection>,
    /// Its address families.
    pub channels: BTreeMap<Family, Channel>,
}

/// One address family of a session.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Channel {
    /// Where it is configured.
    pub span: Option<Span>,
    /// How many prefixes we accept, and what happens to more.
    pub import_limit: Option<Limit>,
    /// What is accepted.
    pub import: Policy,
    /// What is sent.
    pub export: Policy,
}

/// How a channel filters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Policy {
    /// Not known, as intent says nothing about it, or not understood.
    #[default]
    Unknown,
    /// There is none: what that means is the daemon's own (RFC 8212).
    Absent,
    /// Everything passes.
    All,
    /// Nothing passes.
    Nothing,
    /// A filter decides.
    Filtered,
}

/// A number of prefixes, and what happens beyond it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limit {
    /// Prefixes.
    pub prefixes: u32,
    /// What happens.
    pub action: LimitAction,
    /// Where it is configured.
    pub span: Span,
}

/// What a router does when a limit is exceeded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LimitAction {
    /// It logs.
    Warn,
    /// It refuses further prefixes.
    Block,
    /// It takes the session down and up again.
    Restart,
    /// It takes the session down for good.
    Disable,
}

/// What we are to the neighbour (RFC 9234, section 4.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Its provider.
    Provider,
    /// The route server that it is a client of.
    RouteServer,
    /// A client of the route server that it is.
    RouteServerClient,
    /// Its customer.
    Customer,
    /// Its peer.
    Peer,
}

impl Role {
    /// The words used in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Provider => "provider",
            Self::RouteServer => "route server",
            Self::RouteServerClient => "route server client",
            Self::Customer => "customer",
            Self::Peer => "peer",
        }
    }

    /// Whether what we send carries ONLY_TO_CUSTOMER (RFC 9234, section 5: to customers, peers
    /// and clients of a route server).
    pub fn marks(self) -> bool {
        matches!(self, Self::Provider | Self::RouteServer | Self::Peer)
    }

    /// Whether routes that carry ONLY_TO_CUSTOMER must not be sent (RFC 9234, section 5: to
    /// providers, peers and route servers).
    pub fn blocks(self) -> bool {
        matches!(self, Self::Customer | Self::RouteServerClient | Self::Peer)
    }
}

/// What guards a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Protection {
    /// TCP-MD5 or TCP-AO (RFC 2385, RFC 5925): whether, never which password.
    Password,
    /// The generalised TTL security mechanism (RFC 5082).
    TtlSecurity,
    /// A BGP role (RFC 9234).
    Role,
    /// The first number of a path must be the neighbour's.
    EnforceFirstAs,
}

impl Protection {
    /// The words used in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Password => "the password",
            Self::TtlSecurity => "TTL security",
            Self::Role => "the BGP role",
            Self::EnforceFirstAs => "`enforce first as`",
        }
    }
}
