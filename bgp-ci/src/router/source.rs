//! Where a router's routes come from.

use std::net::IpAddr;

use rules::Certainty;

use super::{Limit, LocalId, Policy, TableId};
use crate::filter::value::Value;
use crate::filter::{BgpAttribute, FilterId};
use crate::model::{Asn, Family, Name, Prefix};
use crate::place::Place;

/// A protocol, or a list of statements, that holds routes of the router's own.
#[derive(Debug, Clone)]
pub struct LocalSource {
    /// Its name, which policies can ask for.
    pub name: Name,
    /// Where it is configured.
    pub place: Place,
    /// Whether it is switched off: its routes are in no table.
    pub disabled: bool,
    /// The table that the routes enter.
    pub table: TableId,
    /// The preference that they enter with.
    pub preference: u32,
    /// Which of them enter.
    pub import: Policy,
    /// How many enter.
    pub import_limit: Option<Limit>,
    /// The routes, in the order of the files.
    pub routes: Vec<LocalRoute>,
}

/// A route of the router's own.
#[derive(Debug, Clone)]
pub struct LocalRoute {
    /// The network.
    pub prefix: Prefix,
    /// The statement.
    pub place: Place,
    /// How it is configured.
    pub kind: LocalKind,
    /// What happens to packets.
    pub destination: Destination,
    /// What its protocol gives it, where that is more than nothing.
    pub attributes: Box<[(BgpAttribute, Value)]>,
    /// Statements that set its attributes before any policy sees it.
    pub block: Option<FilterId>,
    /// How sure it is that the statement makes a route.
    pub certainty: Certainty,
}

/// How a local route is configured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LocalKind {
    /// A static route.
    Static,
    /// A `network` statement.
    Network,
    /// An aggregate of other routes.
    Aggregate,
}

/// What a route does with packets. Next hops are assumed up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Destination {
    /// To a next hop, or to several; an address or an interface each.
    Via(Box<[Via]>),
    /// To a next hop that is looked up in a table.
    Recursive(IpAddr),
    /// They are dropped.
    Blackhole,
    /// They are dropped, and the sender is told.
    Unreachable,
    /// They are dropped, and the sender is told that it was meant.
    Prohibit,
}

/// A next hop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Via {
    /// Its address; `None` where only an interface is given.
    pub gateway: Option<IpAddr>,
    /// Its interface.
    pub interface: Option<Name>,
    /// Its share among several, 1 to 256.
    pub weight: u32,
}

/// A statement that announces a network, where a route of exactly that network is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    /// The network.
    pub prefix: Prefix,
    /// The statement.
    pub place: Place,
    /// Whether the daemon looks for the route before it announces.
    pub checked: bool,
    /// The line of the files that makes the route; another protocol or the kernel may have it too.
    pub route: Option<Place>,
}

/// A source of routes that no file lists.
#[derive(Debug, Clone)]
pub struct OpenSource {
    /// Its name.
    pub name: Name,
    /// Where it is configured.
    pub place: Place,
    /// What it is.
    pub kind: OpenKind,
    /// The table that its routes enter.
    pub table: TableId,
    /// Which of them enter.
    pub import: Policy,
}

/// What a source is whose routes no file lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum OpenKind {
    /// Routes that others put into the kernel.
    Kernel,
    /// Networks of the router's own interfaces.
    Connected,
    /// OSPF.
    Ospf,
    /// RIP.
    Rip,
    /// Babel.
    Babel,
    /// Another protocol that brings routes and has no model.
    Other,
}

impl OpenKind {
    /// The words used in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Kernel => "routes learned from the kernel",
            Self::Connected => "networks of the router's interfaces",
            Self::Ospf => "OSPF routes",
            Self::Rip => "RIP routes",
            Self::Babel => "Babel routes",
            Self::Other => "routes of another protocol",
        }
    }
}

/// A table of ROAs.
#[derive(Debug, Clone)]
pub struct RoaTable {
    /// The table.
    pub table: TableId,
    /// What the files put into it.
    pub entries: Vec<Roa>,
    /// The statement that feeds it with data that no file lists, if there is one.
    pub live: Option<Place>,
}

/// A route origin authorisation that a file lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Roa {
    /// The prefix.
    pub prefix: Prefix,
    /// The greatest length.
    pub max_length: u8,
    /// The origin.
    pub asn: Asn,
    /// Where it is listed.
    pub place: Place,
}

/// A flow specification (RFC 8955) that a file lists.
#[derive(Debug, Clone)]
pub struct FlowRoute {
    /// The statement.
    pub place: Place,
    /// The protocol that holds it.
    pub protocol: Name,
    /// Whose packets.
    pub family: Family,
    /// The destinations that it matches; `None` for all.
    pub destination: Option<Prefix>,
    /// The sources that it matches; `None` for all.
    pub source: Option<Prefix>,
    /// The numbers of transport protocols that it matches; `None` for all.
    pub protocols: Option<Vec<Ports>>,
    /// The ports of which a packet has one on either end; `None` for all.
    pub ports: Option<Vec<Ports>>,
    /// The destination ports that it matches; `None` for all.
    pub destination_ports: Option<Vec<Ports>>,
    /// The source ports that it matches; `None` for all.
    pub source_ports: Option<Vec<Ports>>,
    /// Statements that set its actions (RFC 8955, section 7).
    pub block: Option<FilterId>,
    /// Whether it has conditions beyond these, so that it matches less than they say.
    pub unmodelled: bool,
}

/// A range of ports or of protocol numbers, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ports {
    /// The first.
    pub first: u32,
    /// The last.
    pub last: u32,
}

/// A route that a daemon makes where there are routes inside it.
#[derive(Debug, Clone)]
pub struct Aggregate {
    /// The source that holds it, which is switched off: it enters its table by its contributors.
    pub local: LocalId,
    /// Which of its contributors are kept back.
    pub suppressed: Suppressed,
    /// Whether its attributes are made from those of its contributors, which has no model where
    /// they have any.
    pub merged: bool,
}

/// Which contributors of an aggregate are kept back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Suppressed {
    /// None.
    None,
    /// All.
    All,
    /// Those that a filter accepts.
    Filter(FilterId),
}
