//! A configuration as it is written.
//!
//! Files are included, names of filters and functions are resolved, values are expressions: what
//! templates pass on, which defaults hold and what a value comes to is for whoever builds a
//! router from it. The order is that of the text, because later statements win.

use super::setting::Setting;
use crate::filter::ir::BinaryOperator;
use crate::filter::{AttributeId, ConstantId, Expression, FilterId, FunctionId};
use crate::model::{Family, Name};
use crate::place::Place;

/// A whole configuration.
#[derive(Debug, Clone, Default)]
pub struct Config {
    /// Its statements in order.
    pub items: Vec<Item>,
}

/// A statement outside of any protocol.
#[derive(Debug, Clone)]
pub struct Item {
    /// From its first byte to its last.
    pub place: Place,
    /// What it is.
    pub kind: ItemKind,
}

/// What stands outside of any protocol.
#[derive(Debug, Clone)]
pub enum ItemKind {
    /// `router id VALUE;`; `None` for `router id from …`, which asks the machine.
    RouterId(Option<Expression>),
    /// `ipv4 table NAME …`.
    Table(Table),
    /// `protocol …`.
    Protocol(Protocol),
    /// `template …`.
    Template(Protocol),
    /// `filter NAME …`.
    Filter(FilterId),
    /// `function NAME …`.
    Function(FunctionId),
    /// `define NAME = …`.
    Define(ConstantId),
    /// `attribute TYPE NAME`.
    Attribute(AttributeId),
    /// `vrf`, `mpls domain …`, `ipv6 sadr …` and the like, understood as far as its end.
    Unmodelled(&'static str),
    /// Known, and without any bearing on what is announced: `log`, `timeformat`, `debug`.
    Inert(&'static str),
    /// Not known; a problem says so.
    Unknown,
}

/// What the networks of a table or a channel are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum NetKind {
    /// `ipv4`.
    Ipv4,
    /// `ipv6`.
    Ipv6,
    /// `ipv6 sadr`.
    Ipv6Sadr,
    /// `vpn4`.
    Vpn4,
    /// `vpn6`.
    Vpn6,
    /// `roa4`.
    Roa4,
    /// `roa6`.
    Roa6,
    /// `flow4`.
    Flow4,
    /// `flow6`.
    Flow6,
    /// `mpls`.
    Mpls,
    /// `aspa`.
    Aspa,
    /// `eth`.
    Eth,
    /// `evpn`.
    Evpn,
    /// `neighbor`.
    Neighbor,
}

/// A table. `master4` and `master6` are there without being declared.
#[derive(Debug, Clone)]
pub struct Table {
    /// Its name.
    pub name: Name,
    /// Its name's place.
    pub place: Place,
    /// What is in it; `None` for `table NAME;`, which newer versions refuse.
    pub net: Option<NetKind>,
    /// `sorted`: more than the best route may be exported.
    pub sorted: bool,
    /// `trie yes;` and other settings that change no route, by name.
    pub inert: Vec<&'static str>,
}

/// A protocol or a template of one.
#[derive(Debug, Clone)]
pub struct Protocol {
    /// The keyword.
    pub kind: ProtocolKind,
    /// The place of the keyword.
    pub place: Place,
    /// Its name; BIRD makes up `bgp1` and so on where there is none.
    pub name: Option<Name>,
    /// The place of its name, or of its keyword.
    pub name_place: Place,
    /// `from NAME`: a template, or a protocol, whose statements come first.
    pub from: Option<Reference>,
    /// What is between the braces.
    pub items: Vec<ProtocolItem>,
}

/// A name of a protocol, a template or a table, resolved by whoever builds the router.
///
/// That it exists, earlier in the text, has been checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// The name.
    pub name: Name,
    /// Where it is named.
    pub place: Place,
}

/// What a protocol does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ProtocolKind {
    /// `bgp`.
    Bgp,
    /// `static`.
    Static,
    /// `kernel`.
    Kernel,
    /// `device`.
    Device,
    /// `direct`.
    Direct,
    /// `pipe`.
    Pipe,
    /// `rpki`.
    Rpki,
    /// `bfd`.
    Bfd,
    /// `ospf`, `ospf v2`: IPv4.
    OspfV2,
    /// `ospf v3`: either family.
    OspfV3,
    /// `rip`.
    Rip,
    /// `rip ng`.
    RipNg,
    /// `radv`.
    Radv,
    /// `babel`.
    Babel,
    /// `aggregator`.
    Aggregator,
    /// `bmp`.
    Bmp,
    /// `mrt`.
    Mrt,
    /// `perf`.
    Perf,
    /// `l3vpn`.
    L3vpn,
    /// `evpn`.
    Evpn,
    /// `bridge`.
    Bridge,
}

/// A statement of a protocol.
#[derive(Debug, Clone)]
pub struct ProtocolItem {
    /// From its first byte to its last.
    pub place: Place,
    /// What it is.
    pub kind: ProtocolItemKind,
}

/// A statement of a protocol.
#[derive(Debug, Clone)]
pub enum ProtocolItemKind {
    /// `ipv4 { … }` and the like.
    Channel(Channel),
    /// A setting of the channel that stands directly in the protocol, as in `pipe`.
    OfChannel(ChannelItemKind),
    /// `route …;`.
    Route(StaticRoute),
    /// `local … as …;`.
    Local(Endpoint),
    /// `neighbor … as …;`.
    Neighbor(Neighbor),
    /// A setting that bears on what is announced.
    Setting(Setting),
    /// Known, and without any bearing on what is announced: timers, logging, passwords.
    Inert(&'static str),
    /// Understood as far as its end, not modelled.
    Unmodelled(&'static str),
    /// Not known; a problem says so.
    Unknown,
}

/// `local [ADDRESS] [port N] [as ASN]`.
#[derive(Debug, Clone, Default)]
pub struct Endpoint {
    /// The address.
    pub address: Option<Expression>,
    /// The interface after `%`.
    pub interface: Option<Name>,
    /// The port.
    pub port: Option<Expression>,
    /// The number.
    pub asn: Option<Expression>,
}

/// `neighbor [range] ADDRESS [port N] [as ASN] [internal | external]`.
#[derive(Debug, Clone, Default)]
pub struct Neighbor {
    /// The address, or with `range` the network of those that may connect.
    pub endpoint: Endpoint,
    /// `range NETWORK`: a dynamic neighbour.
    pub range: Option<Expression>,
    /// `internal` or `external`.
    pub scope: Option<NeighborScope>,
    /// `onlink` after the address.
    pub on_link: bool,
}

/// On which side of our own system a neighbour is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum NeighborScope {
    /// `internal`: our own number.
    Internal,
    /// `external`: any other number.
    External,
}

/// `ipv4 { … }` in a protocol.
#[derive(Debug, Clone)]
pub struct Channel {
    /// What is in it.
    pub net: NetKind,
    /// `ipv4 multicast`, `ipv6 multicast`.
    pub multicast: bool,
    /// `ipv4 mpls`, `ipv6 mpls`.
    pub mpls: bool,
    /// The place of its keyword.
    pub place: Place,
    /// What is between the braces; none where there are no braces.
    pub items: Vec<ChannelItem>,
}

/// A statement of a channel.
#[derive(Debug, Clone)]
pub struct ChannelItem {
    /// From its first byte to its last.
    pub place: Place,
    /// What it is.
    pub kind: ChannelItemKind,
}

/// A statement of a channel.
#[derive(Debug, Clone)]
pub enum ChannelItemKind {
    /// `import …`.
    Import(Policy),
    /// `export …`.
    Export(Policy),
    /// `receive limit`, `import limit` and `export limit`.
    Limit(Limit),
    /// A setting that bears on what is announced.
    Setting(Setting),
    /// Known, and without any bearing on what is announced.
    Inert(&'static str),
    /// Understood as far as its end, not modelled.
    Unmodelled(&'static str),
    /// Not known; a problem says so.
    Unknown,
}

/// Which routes pass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Policy {
    /// `all`.
    All,
    /// `none`.
    None,
    /// A filter: named, inline, or a condition.
    Filter(FilterId),
    /// A filter that nothing defines, or that could not be read; a problem says so.
    Unresolved,
}

/// `import limit N action …`.
#[derive(Debug, Clone)]
pub struct Limit {
    /// Which routes are counted.
    pub direction: LimitDirection,
    /// How many are allowed; `None` for `off`.
    pub count: Option<Expression>,
    /// What happens beyond; `disable` unless it is said.
    pub action: LimitAction,
}

/// Which routes a limit counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum LimitDirection {
    /// Those received, before the import filter.
    Receive,
    /// Those that the import filter accepted.
    Import,
    /// Those exported.
    Export,
}

/// What happens when a limit is exceeded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum LimitAction {
    /// A line in the log.
    Warn,
    /// What comes beyond is dropped.
    Block,
    /// The session goes down and comes back.
    Restart,
    /// The session goes down and stays there.
    Disable,
}

/// `route NETWORK …` of a static protocol.
#[derive(Debug, Clone)]
pub struct StaticRoute {
    /// The network: a literal, or a constant.
    pub network: RouteNetwork,
    /// What happens to packets.
    pub destination: Destination,
    /// The statements between its braces.
    pub block: Option<FilterId>,
}

/// The network of a static route.
#[derive(Debug, Clone)]
pub enum RouteNetwork {
    /// Of an address family.
    Prefix(Expression),
    /// A ROA: `PREFIX max LENGTH as ASN`.
    Roa {
        /// The prefix.
        prefix: Expression,
        /// The greatest length; that of the prefix where it is absent.
        max_length: Option<Expression>,
        /// The origin.
        asn: Expression,
    },
    /// `flow4 { … }`, `flow6 { … }`: which traffic the rule is about.
    Flow {
        /// Whose packets.
        family: Family,
        /// What they are like: all of it.
        components: Vec<FlowComponent>,
    },
    /// Of a kind that is not modelled: VPN, MPLS, EVPN.
    Unmodelled(&'static str),
}

/// A component of a flow specification (RFC 8955).
#[derive(Debug, Clone)]
pub struct FlowComponent {
    /// The whole of it.
    pub place: Place,
    /// What it asks.
    pub kind: FlowComponentKind,
}

/// What a component of a flow specification asks.
#[derive(Debug, Clone)]
pub enum FlowComponentKind {
    /// `dst PREFIX`, `src PREFIX`.
    Prefix {
        /// Whether it is about the destination.
        destination: bool,
        /// The prefix.
        prefix: Expression,
        /// `offset N`: the first bits may be any.
        offset: bool,
    },
    /// `proto`, `next header`, `port`, `dport`, `sport`: what one of the lists allows in full.
    Numbers {
        /// Of which field.
        field: FlowField,
        /// The alternatives.
        any_of: Vec<Vec<FlowRange>>,
    },
    /// `icmp type`, `icmp code`.
    Icmp,
    /// Anything else that a packet must have.
    Other,
}

/// A numbered field of a packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FlowField {
    /// The transport protocol.
    Protocol,
    /// The source port or the destination port.
    Port,
    /// The destination port.
    DestinationPort,
    /// The source port.
    SourcePort,
}

/// A condition on a number.
#[derive(Debug, Clone)]
pub enum FlowRange {
    /// `179`, `= 179`, `>= 1024`.
    Compared(BinaryOperator, Expression),
    /// `1..1023`.
    Between(Expression, Expression),
}

/// What a static route does with packets.
#[derive(Debug, Clone)]
pub enum Destination {
    /// One or several next hops.
    Via(Vec<NextHop>),
    /// `recursive IP`: the next hop is looked up in a table.
    Recursive(Expression),
    /// `blackhole`.
    Blackhole,
    /// `unreachable`.
    Unreachable,
    /// `prohibit`.
    Prohibit,
    /// None is written: a ROA or a flow specification.
    None,
    /// Not modelled.
    Unmodelled(&'static str),
}

/// `via ADDRESS …` or `via "INTERFACE" …`.
#[derive(Debug, Clone)]
pub struct NextHop {
    /// The address; `None` where only an interface is given.
    pub gateway: Option<Expression>,
    /// The interface: `"eth0"`, or what follows `%` or `dev`.
    pub interface: Option<Expression>,
    /// `onlink`.
    pub on_link: bool,
    /// `weight N`.
    pub weight: Option<Expression>,
    /// `bfd`, `mpls …`: by name.
    pub extras: Vec<&'static str>,
}
