//! What bgpd holds after it has read a file.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr};

use crate::model::{Asn, Family, Name, Prefix};
use crate::place::Place;

/// A configuration.
#[derive(Debug, Default)]
pub struct Config {
    /// `frr version`: which release wrote the file.
    pub version: Option<Version>,
    /// `frr defaults datacenter`; the other profile is the traditional one.
    pub datacenter: bool,
    /// `ip prefix-list` and `ipv6 prefix-list`, by family and name.
    pub prefix_lists: BTreeMap<(Family, Name), PrefixList>,
    /// `access-list` and `ipv6 access-list`, by family and name.
    pub access_lists: BTreeMap<(Family, Name), AccessList>,
    /// `bgp community-list`.
    pub community_lists: BTreeMap<Name, CommunityList>,
    /// `bgp large-community-list`.
    pub large_lists: BTreeMap<Name, CommunityList>,
    /// `bgp extcommunity-list`.
    pub extended_lists: BTreeMap<Name, CommunityList>,
    /// `bgp as-path access-list`.
    pub path_lists: BTreeMap<Name, PathList>,
    /// `route-map`.
    pub route_maps: BTreeMap<Name, RouteMap>,
    /// Static routes of the default VRF, in the order of the file.
    pub statics: Vec<StaticRoute>,
    /// Networks of addresses on the router's interfaces.
    pub connected: Vec<Connected>,
    /// Interfaces that are switched off.
    pub down: BTreeSet<Name>,
    /// `router bgp` of the default VRF.
    pub bgp: Option<Bgp>,
}

/// A release of FRR.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    /// The first number.
    pub major: u32,
    /// The second.
    pub minor: u32,
}

/// Whether an entry of a list lets through what it matches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// `permit`.
    Permit,
    /// `deny`.
    Deny,
}

/// A prefix list. What no entry matches is denied.
#[derive(Debug, Default)]
pub struct PrefixList {
    /// By sequence number.
    pub entries: BTreeMap<u64, PrefixEntry>,
    /// Where it is first named.
    pub place: Option<Place>,
}

/// One entry of a prefix list.
#[derive(Debug, Clone)]
pub struct PrefixEntry {
    /// What it does.
    pub action: Action,
    /// The network.
    pub prefix: Prefix,
    /// The shortest length.
    pub low: u8,
    /// The longest length.
    pub high: u8,
    /// Its line.
    pub place: Place,
}

/// An access list. What no entry matches is denied.
#[derive(Debug, Default)]
pub struct AccessList {
    /// By sequence number.
    pub entries: BTreeMap<u64, AccessEntry>,
    /// Where it is first named.
    pub place: Option<Place>,
}

/// One entry of an access list.
#[derive(Debug, Clone)]
pub struct AccessEntry {
    /// What it does.
    pub action: Action,
    /// What it matches; `None` for a form that has no model.
    pub of: Option<AccessMatch>,
    /// Its line.
    pub place: Place,
}

/// What an entry of an access list matches.
#[derive(Debug, Clone, Copy)]
pub enum AccessMatch {
    /// Every network.
    Any,
    /// Networks inside this one, or this one alone.
    Inside {
        /// The network.
        prefix: Prefix,
        /// `exact-match`.
        exact: bool,
    },
    /// Networks whose address lies in this one, whatever their length: the forms with a wildcard.
    Address(Prefix),
}

/// A list of communities of one kind. What no entry matches is denied.
#[derive(Debug, Default)]
pub struct CommunityList {
    /// By sequence number.
    pub entries: BTreeMap<u64, CommunityEntry>,
    /// Where it is first named.
    pub place: Option<Place>,
}

/// One entry of a list of communities.
#[derive(Debug, Clone)]
pub struct CommunityEntry {
    /// What it does.
    pub action: Action,
    /// What it matches.
    pub of: CommunityMatch,
    /// Its line.
    pub place: Place,
}

/// What an entry of a list of communities matches.
#[derive(Debug, Clone)]
pub enum CommunityMatch {
    /// Routes that have all of these.
    All(Vec<CommunityValue>),
    /// Routes whose communities, written out, match the expression.
    Text(Name),
    /// Not understood.
    Unknown,
}

/// A community of any kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum CommunityValue {
    /// A standard one.
    Standard(u32),
    /// A large one.
    Large(u32, u32, u32),
    /// An extended one, as on the wire.
    Extended(u64),
}

/// A list of expressions over AS paths. What no entry matches is denied.
#[derive(Debug, Default)]
pub struct PathList {
    /// By sequence number.
    pub entries: BTreeMap<u64, PathEntry>,
    /// Where it is first named.
    pub place: Option<Place>,
}

/// One entry of a list of expressions over AS paths.
#[derive(Debug, Clone)]
pub struct PathEntry {
    /// What it does.
    pub action: Action,
    /// The expression.
    pub pattern: Name,
    /// Its line.
    pub place: Place,
}

/// A route map. What no clause matches is denied.
#[derive(Debug, Default)]
pub struct RouteMap {
    /// By sequence number.
    pub clauses: BTreeMap<u32, Clause>,
    /// Where it is first named.
    pub place: Option<Place>,
}

/// A clause of a route map.
#[derive(Debug, Clone)]
pub struct Clause {
    /// What becomes of routes that match.
    pub action: Action,
    /// Its first line.
    pub place: Place,
    /// What a route must match; a later `match` of the same kind replaces an earlier one.
    pub matches: Vec<(Place, Match)>,
    /// What is written, in order; a later `set` of the same kind replaces an earlier one.
    pub sets: Vec<(Place, Set)>,
    /// `call`: after the sets.
    pub call: Option<(Place, Name)>,
    /// Where evaluation goes on.
    pub next: Next,
}

/// Where evaluation goes on after a clause that permits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Nowhere.
    End,
    /// `on-match next`.
    Next,
    /// `on-match goto N` and `continue N`: the first clause from that number on.
    Goto(u32),
}

/// A condition of a route map.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Match {
    /// `match ip address prefix-list NAME`, and the same of IPv6.
    PrefixList(Family, Name),
    /// `match ip address NAME`, and the same of IPv6.
    AccessList(Family, Name),
    /// `match ip address prefix-len N`, and the same of IPv6.
    PrefixLength(Family, u8),
    /// `match community NAME [exact-match]`.
    Community(Name, bool),
    /// `match large-community NAME [exact-match]`.
    LargeCommunity(Name, bool),
    /// `match extcommunity NAME`.
    ExtendedCommunity(Name),
    /// `match as-path NAME`.
    Path(Name),
    /// `match metric N`.
    Metric(u32),
    /// `match local-preference N`.
    LocalPreference(u32),
    /// `match origin …`, as its code on the wire.
    Origin(u8),
    /// `match tag N`.
    Tag(u32),
    /// `match rpki …`: what route origin validation says (RFC 6811).
    Validity(Validity),
    /// Another condition, by its first words.
    Unmodelled(Name),
}

/// What route origin validation says (RFC 6811, section 2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Validity {
    /// A payload allows it.
    Valid,
    /// Payloads cover it and none allows it.
    Invalid,
    /// No payload covers it.
    NotFound,
}

/// What a route map writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Set {
    /// `set community …`, what was there stays with `additive`.
    Communities(Vec<u32>, bool),
    /// `set community none`.
    NoCommunities,
    /// `set large-community …`.
    LargeCommunities(Vec<(u32, u32, u32)>, bool),
    /// `set large-community none`.
    NoLargeCommunities,
    /// `set extcommunity rt …` and `soo …`: what was there stays.
    ExtendedCommunities(&'static str, Vec<u64>),
    /// `set extcommunity none`.
    NoExtendedCommunities,
    /// `set comm-list NAME delete`.
    DeleteCommunities(Name),
    /// `set large-comm-list NAME delete`.
    DeleteLargeCommunities(Name),
    /// `set as-path prepend …`.
    Prepend(Vec<Asn>),
    /// `set as-path prepend last-as N`.
    PrependLast(u8),
    /// `set as-path exclude …`.
    Exclude(Vec<Asn>),
    /// `set metric N`, `+N`, `-N`.
    Metric(Change),
    /// `set local-preference N`.
    LocalPreference(u32),
    /// `set origin …`, as its code on the wire.
    Origin(u8),
    /// `set ip next-hop ADDRESS` and `set ipv6 next-hop global ADDRESS`.
    NextHop(IpAddr),
    /// `set ip next-hop peer-address`: towards a neighbour our own address.
    NextHopPeer(Family),
    /// `set ip next-hop unchanged`.
    NextHopUnchanged(Family),
    /// `set tag N`.
    Tag(u32),
    /// What no neighbour sees, by its first words.
    Inert(Name),
    /// Another, by its first words.
    Unmodelled(Name),
}

/// How a number is changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// To this.
    To(u32),
    /// By this more; the greatest number is the end.
    More(u32),
    /// By this less; zero is the end.
    Less(u32),
}

impl Change {
    /// Which of FRR's three forms of one setting it is, in FRR's order of them.
    pub(super) fn form(self) -> u8 {
        match self {
            Self::To(_) => 0,
            Self::More(_) => 1,
            Self::Less(_) => 2,
        }
    }
}

/// The network of an address on an interface.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connected {
    /// The network.
    pub prefix: Prefix,
    /// The interface.
    pub interface: Name,
    /// The line of the address.
    pub place: Place,
}

/// A static route.
#[derive(Debug, Clone)]
pub struct StaticRoute {
    /// The network.
    pub prefix: Prefix,
    /// Its line.
    pub place: Place,
    /// The next hop, where it is an address.
    pub gateway: Option<IpAddr>,
    /// The interface, where one is named.
    pub interface: Option<Name>,
    /// `blackhole`, `reject` or `Null0`.
    pub discarded: Option<Discard>,
    /// `tag N`.
    pub tag: u32,
}

/// How packets are discarded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Discard {
    /// Without a word.
    Silently,
    /// The sender is told.
    Told,
}

/// `router bgp`.
#[derive(Debug)]
pub struct Bgp {
    /// Our number.
    pub asn: Asn,
    /// Its line.
    pub place: Place,
    /// `bgp router-id`.
    pub router_id: Option<Ipv4Addr>,
    /// `bgp ebgp-requires-policy`, where it is said.
    pub requires_policy: Option<bool>,
    /// `bgp network import-check`, where it is said.
    pub import_check: Option<bool>,
    /// Whether neighbours have IPv4 without `activate`.
    pub default_ipv4: bool,
    /// Whether neighbours have IPv6 without `activate`.
    pub default_ipv6: bool,
    /// `bgp default local-preference`.
    pub local_preference: u32,
    /// `bgp enforce-first-as`, where it is said.
    pub enforce_first_as: Option<bool>,
    /// `bgp confederation identifier`.
    pub confederation: Option<Asn>,
    /// `bgp confederation peers`.
    pub members: Vec<Asn>,
    /// `bgp graceful-shutdown`.
    pub graceful_shutdown: Option<Place>,
    /// `bgp shutdown`.
    pub shutdown: Option<Place>,
    /// Neighbours in the order of the file, by address or interface.
    pub neighbors: Vec<Neighbor>,
    /// Peer groups by name.
    pub groups: BTreeMap<Name, Group>,
    /// `bgp listen range`.
    pub ranges: Vec<(Prefix, Name, Place)>,
    /// What each family originates.
    pub families: BTreeMap<Family, Originated>,
}

/// A neighbour.
#[derive(Debug)]
pub struct Neighbor {
    /// Its address or interface, as written.
    pub name: Name,
    /// Its address.
    pub address: Option<IpAddr>,
    /// Where it is first named.
    pub place: Place,
    /// `peer-group NAME`.
    pub group: Option<(Name, Place)>,
    /// What is said of it.
    pub settings: Settings,
}

/// A peer group.
#[derive(Debug)]
pub struct Group {
    /// Where it is first named.
    pub place: Place,
    /// What is said of it.
    pub settings: Settings,
}

/// What is said of a neighbour or group: for all families, or for one.
pub type Settings = BTreeMap<(Option<Family>, &'static str), Setting>;

/// One thing that is said of a neighbour.
#[derive(Debug, Clone)]
pub struct Setting {
    /// Its line.
    pub place: Place,
    /// False after `no`.
    pub on: bool,
    /// The words after its name.
    pub arguments: Vec<Name>,
}

/// What a family originates.
#[derive(Debug, Default)]
pub struct Originated {
    /// `network`, by prefix.
    pub networks: BTreeMap<Prefix, Network>,
    /// `aggregate-address`, by prefix.
    pub aggregates: BTreeMap<Prefix, Aggregate>,
    /// `redistribute`, by what.
    pub redistributed: BTreeMap<Name, Redistributed>,
}

/// `network`.
#[derive(Debug, Clone)]
pub struct Network {
    /// Its line.
    pub place: Place,
    /// `route-map NAME`.
    pub route_map: Option<Name>,
}

/// `aggregate-address`.
#[derive(Debug, Clone, Default)]
pub struct Aggregate {
    /// Its line.
    pub place: Option<Place>,
    /// `summary-only`.
    pub summary_only: bool,
    /// `as-set`.
    pub as_set: bool,
    /// `matching-MED-only`.
    pub matching_med: bool,
    /// `origin …`, as its code on the wire.
    pub origin: Option<u8>,
    /// `route-map NAME`.
    pub route_map: Option<Name>,
    /// `suppress-map NAME`.
    pub suppress_map: Option<Name>,
}

/// `redistribute`.
#[derive(Debug, Clone)]
pub struct Redistributed {
    /// Its line.
    pub place: Place,
    /// `metric N`.
    pub metric: Option<u32>,
    /// `route-map NAME`.
    pub route_map: Option<Name>,
}
