//! A BGP session as its router configures it, with every default filled in.

use std::net::IpAddr;

use super::{LocalId, TableId};
use crate::filter::FilterId;
use crate::model::session::{LimitAction, Role};
use crate::model::{Asn, AsnRange, Family, Name, Prefix};
use crate::place::Place;

/// A session.
#[derive(Debug, Clone)]
pub struct Session {
    /// Its name in the files, or the one that the daemon makes up.
    pub name: Name,
    /// Where it is configured.
    pub place: Place,
    /// What its configuration says about it in words.
    pub description: Option<Name>,
    /// Whether it is switched off: it is configured, and sends nothing.
    pub disabled: bool,
    /// Our address, where it is configured.
    pub local_address: Option<IpAddr>,
    /// Our number on it; with a confederation, the number inside it.
    pub local_as: Asn,
    /// The neighbour's address; `None` for a range or an interface alone.
    pub address: Option<IpAddr>,
    /// The addresses that may connect, where one statement stands for many neighbours.
    pub range: Option<Prefix>,
    /// The interface that the neighbour is on, where it is configured.
    pub interface: Option<Name>,
    /// The neighbour's number.
    pub remote_as: RemoteAs,
    /// Whether we wait for the neighbour to connect.
    pub passive: bool,
    /// Whether the neighbour may be further than one hop away.
    pub multihop: bool,
    /// Our confederation (RFC 5065).
    pub confederation: Option<Confederation>,
    /// Our role towards the neighbour (RFC 9234).
    pub role: Option<Role>,
    /// Whether the neighbour must name its role, too.
    pub require_roles: bool,
    /// Whether the neighbour is a client of our route reflector (RFC 4456).
    pub rr_client: bool,
    /// Whether the neighbour is a client of our route server (RFC 7947).
    pub rs_client: bool,
    /// Our system's number where the neighbour is shown another, `local_as`.
    pub behind: Option<Behind>,
    /// How often our own number may be in a path that we accept.
    pub allow_local_as: u32,
    /// Whether it may be there however often, where it is the path's origin.
    pub allow_local_origin: bool,
    /// Whether the first number of a path that we accept must be the neighbour's.
    pub enforce_first_as: bool,
    /// Whether the local preference crosses the border to another system.
    pub allow_local_preference: bool,
    /// Whether the MED crosses the border to another system unless a policy sets it.
    pub allow_med: bool,
    /// The local preference that a route without one has towards internal neighbours.
    pub default_local_preference: u32,
    /// The MED that a received route without one counts with.
    pub default_med: u32,
    /// Whether NO_EXPORT and its kin are obeyed.
    pub interpret_communities: bool,
    /// Whether TCP segments are authenticated (RFC 2385, RFC 5925).
    pub password: bool,
    /// Whether packets from far away are dropped (RFC 5082).
    pub ttl_security: bool,
    /// Its address families that are modelled.
    pub channels: Vec<Channel>,
}

impl Session {
    /// Whether the neighbour is another system, those of our own confederation included.
    pub fn external(&self) -> bool {
        match self.remote_as {
            RemoteAs::One(asn) => asn != self.local_as,
            RemoteAs::Internal => false,
            RemoteAs::External | RemoteAs::Range(_) => true,
        }
    }

    /// Whether the neighbour is inside: of our own system, or of our confederation.
    pub fn interior(&self) -> bool {
        !self.external()
            || self
                .confederation
                .is_some_and(|confederation| confederation.member)
    }

    /// The number that the neighbour sees: ours, or that of our confederation.
    pub fn public_as(&self) -> Asn {
        match self.confederation {
            Some(Confederation { id, member: false }) if self.external() => id,
            _ => self.local_as,
        }
    }

    /// The channel of `family`.
    pub fn channel(&self, family: Family) -> Option<&Channel> {
        self.channels
            .iter()
            .find(|channel| channel.family == family)
    }
}

/// Our system's number behind the one that a neighbour is shown (FRR's `local-as`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Behind {
    /// Our system's number.
    pub asn: Asn,
    /// Whether the number that the neighbour is shown is put in front of the paths that it sends.
    pub shown_inside: bool,
}

/// The number that a neighbour must have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RemoteAs {
    /// This one.
    One(Asn),
    /// Our own.
    Internal,
    /// Any but our own.
    External,
    /// One of these.
    Range(AsnRange),
}

/// A confederation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Confederation {
    /// The number that others see.
    pub id: Asn,
    /// Whether the neighbour is of it, too.
    pub member: bool,
}

/// One address family of a session.
#[derive(Debug, Clone)]
pub struct Channel {
    /// Which family.
    pub family: Family,
    /// Where it is configured.
    pub place: Place,
    /// The table that routes come from and go to.
    pub table: TableId,
    /// What is accepted.
    pub import: Policy,
    /// What is sent.
    pub export: Policy,
    /// How many routes may arrive.
    pub receive_limit: Option<Limit>,
    /// How many routes are accepted.
    pub import_limit: Option<Limit>,
    /// How many routes are sent.
    pub export_limit: Option<Limit>,
    /// What is sent of routes that an aggregate keeps back; [`Policy::Nothing`] unless it is said.
    pub unsuppressed: Policy,
    /// A route that is sent beside those of the table.
    pub given: Option<Given>,
    /// Routes that are sent only while something is, or is not, in the table.
    pub conditional: Option<Conditional>,
    /// Whether a route map stands before what is sent, beside lists.
    pub mapped: bool,
    /// The local preference that neighbours inside are told, whatever a route has.
    pub told_preference: Option<u32>,
    /// Whether our number is not put in front of a path that is there.
    pub keep_path: bool,
    /// Whether the MED of received routes is sent on.
    pub keep_med: bool,
    /// The preference of routes that are accepted.
    pub preference: u32,
    /// Where the neighbour is told to send traffic.
    pub next_hop: NextHopRule,
    /// Whether IPv4 networks may have IPv6 next hops (RFC 8950).
    pub extended_next_hop: bool,
    /// Whether several routes of one network may be sent or received (RFC 7911).
    pub add_paths: AddPaths,
    /// Whether the next best route is sent where the policy rejects the best.
    pub secondary: bool,
    /// Whether all that arrives is kept, as it was before the policy.
    pub import_table: bool,
    /// Whether rejected routes are kept for display.
    pub keep_filtered: bool,
}

/// A route that a session sends whatever its table holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Given {
    /// The source that holds it, which is switched off: it is in no table.
    pub local: LocalId,
    /// What is done to it.
    pub policy: Policy,
    /// The filter that a route of the session's table must pass first, whichever it is.
    pub when: Option<FilterId>,
}

/// Routes that a session sends under a condition (FRR's `advertise-map`): whether it holds changes
/// while the daemon runs, so they may be sent or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Conditional {
    /// The filter that such routes pass.
    pub of: FilterId,
    /// What is done to them when the condition begins to hold; before the daemon first asks, they
    /// are sent as all others are.
    pub sent: Policy,
}

/// Which routes pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Policy {
    /// All.
    All,
    /// None.
    Nothing,
    /// None, as nothing is configured: where the daemon takes that as "all", adapters say so.
    Absent,
    /// A filter of the router's program decides.
    Filter(FilterId),
    /// A policy that was not understood; a gap says so.
    Unknown,
}

/// A number of routes, and what happens beyond it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    /// How many are allowed.
    pub count: u32,
    /// What happens.
    pub action: LimitAction,
    /// Where it is configured.
    pub place: Place,
}

/// Rules about the next hop of what is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct NextHopRule {
    /// Routes from which side get our own address, whatever they had.
    pub own: Sides,
    /// Routes from which side keep the next hop that they have.
    pub keep: Sides,
    /// The address that counts as our own.
    pub address: Option<IpAddr>,
}

/// From which neighbours a rule takes routes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sides {
    /// From none.
    #[default]
    None,
    /// From internal ones.
    Internal,
    /// From external ones.
    External,
    /// From all neighbours, and not from our own statements.
    Learned,
    /// From all, and from our own statements.
    All,
}

impl Sides {
    /// Whether routes from `from` are among them; `None` stands for our own statements.
    pub fn take(self, from: Option<&Session>) -> bool {
        match self {
            Self::None => false,
            Self::Internal => from.is_some_and(|from| !from.external()),
            Self::External => from.is_some_and(Session::external),
            Self::Learned => from.is_some(),
            Self::All => true,
        }
    }
}

/// RFC 7911 on a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct AddPaths {
    /// Several routes of one network may arrive.
    pub receive: bool,
    /// Several routes of one network may be sent.
    pub send: bool,
}
