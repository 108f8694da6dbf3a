//! The section as it is meant: every name known, every number in its type, every value placed.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

use rules::Span;

use super::approval::Approvals;
use super::data::Named;
use super::limits::Limits;
use super::section::{Adapter, Kind, Relation};
use crate::model::{Asn, AsnRange, Community, Name, Prefix};

/// A value with its place in the policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placed<T> {
    /// The value.
    pub value: T,
    /// Where the policy writes it.
    pub span: Span,
}

/// One side of a change: the network, who must receive what, and what must hold.
#[derive(Debug, Clone)]
pub struct Network {
    /// Where the section begins.
    pub span: Span,
    /// Our number.
    pub asn: Asn,
    /// Every number that we originate from, with its place.
    pub origins: BTreeMap<Asn, Span>,
    /// The space that is ours.
    pub owned: Space,
    /// Services by name.
    pub services: BTreeMap<Name, Service>,
    /// Sites by name.
    pub sites: BTreeMap<Name, Site>,
    /// Neighbours by name.
    pub neighbors: BTreeMap<Name, Neighbor>,
    /// Special-purpose space that the policy means.
    pub public: Vec<Placed<Public>>,
    /// The prefixes among them.
    pub public_prefixes: BTreeSet<Prefix>,
    /// Where `announcements` begins, if it is there.
    pub announcements: Option<Span>,
    /// Who is told what, in the order of the file.
    pub statements: Vec<Statement>,
    /// Whether violations that base had are judged as new; with the place that says so.
    pub existing_denies: Option<Span>,
    /// Router configurations that say what is announced.
    pub sources: Vec<RouterSource>,
    /// Sites that they configure: what these announce is what their files say.
    pub configured: BTreeSet<Name>,
    /// How large a change may be.
    pub limits: Limits,
    /// The data that announcements are compared with.
    pub data: Option<Named>,
    /// Routers that no single change may touch together.
    pub pairs: Vec<Placed<BTreeSet<Name>>>,
    /// Which changes need people, and what people approved.
    pub approvals: Approvals,
}

/// Router configurations, as the policy names them.
#[derive(Debug, Clone)]
pub struct RouterSource {
    /// Where the entry begins.
    pub span: Span,
    /// The language.
    pub adapter: Placed<Adapter>,
    /// Which files.
    pub files: RouterFiles,
    /// The router's name, where a site has several.
    pub router: Option<Placed<Name>>,
    /// Files that stand for an include, by the name included; relative to the policy's folder.
    pub include: BTreeMap<String, Placed<String>>,
    /// Values that a deploy script would fill in.
    pub vars: BTreeMap<String, String>,
}

/// Which files a source reads; paths are relative to the policy's folder.
#[derive(Debug, Clone)]
pub enum RouterFiles {
    /// One router of one site.
    Entry {
        /// The site.
        site: Name,
        /// The first file.
        path: Placed<String>,
    },
    /// One router for each file that matches.
    Glob {
        /// Of the first files.
        pattern: Placed<String>,
        /// A path pattern with `{site}`, and perhaps `{router}`, where names stand.
        names: Placed<String>,
    },
}

/// The space that is ours.
#[derive(Debug, Clone, Default)]
pub struct Space {
    entries: Vec<Owned>,
    /// Places in `entries`, by prefix.
    index: BTreeMap<Prefix, Vec<usize>>,
    /// The same, by service.
    services: BTreeMap<Name, Vec<usize>>,
}

impl Space {
    /// The space of `entries`, which are in the order of the file.
    pub fn new(entries: Vec<Owned>) -> Self {
        let mut index: BTreeMap<Prefix, Vec<usize>> = BTreeMap::new();
        let mut services: BTreeMap<Name, Vec<usize>> = BTreeMap::new();
        for (at, owned) in entries.iter().enumerate() {
            index.entry(owned.prefix.value).or_default().push(at);
            if let Some(service) = &owned.service {
                services.entry(service.clone()).or_default().push(at);
            }
        }
        Self {
            entries,
            index,
            services,
        }
    }

    /// Every entry, in the order of the file.
    pub fn iter(&self) -> impl Iterator<Item = &Owned> {
        self.entries.iter()
    }

    /// Every prefix, each once, in their order.
    pub fn prefixes(&self) -> impl Iterator<Item = Prefix> {
        self.index.keys().copied()
    }

    /// The entries for exactly `prefix`, in the order of the file.
    pub fn exactly(&self, prefix: Prefix) -> impl Iterator<Item = &Owned> {
        let places = self.index.get(&prefix).into_iter().flatten();
        places.filter_map(|at| self.entries.get(*at))
    }

    /// The entries that cover `prefix`, the longest first.
    pub fn covering(&self, prefix: Prefix) -> impl Iterator<Item = &Owned> {
        prefix.covering().flat_map(|wider| self.exactly(wider))
    }

    /// The entries that `prefix` covers.
    pub fn inside(&self, prefix: Prefix) -> impl Iterator<Item = &Owned> {
        // A prefix comes right before all that it covers.
        let places = self
            .index
            .range(prefix..)
            .take_while(move |(owned, _)| prefix.covers(**owned))
            .flat_map(|(_, places)| places);
        places.filter_map(|at| self.entries.get(*at))
    }

    /// The services of the longest entry that covers `prefix`: several where it is claimed
    /// twice, none where it carries none.
    pub fn services_of(&self, prefix: Prefix) -> BTreeSet<Name> {
        let longest = prefix
            .covering()
            .find(|wider| self.index.contains_key(wider));
        longest
            .into_iter()
            .flat_map(|longest| self.exactly(longest))
            .filter_map(|owned| owned.service.clone())
            .collect()
    }

    /// The entries for `service`, in the order of the file.
    pub fn of(&self, service: &str) -> impl Iterator<Item = &Owned> {
        let places = self.services.get(service).into_iter().flatten();
        places.filter_map(|at| self.entries.get(*at))
    }
}

/// A prefix that is ours.
#[derive(Debug, Clone)]
pub struct Owned {
    /// The prefix, where it is written.
    pub prefix: Placed<Prefix>,
    /// The longest more-specific that we announce.
    pub max_length: Option<Placed<u8>>,
    /// The service that it carries.
    pub service: Option<Name>,
}

/// A service and what must hold for each of its prefixes.
#[derive(Debug, Clone)]
pub struct Service {
    /// Its name, where it is defined.
    pub span: Span,
    /// How it is announced.
    pub kind: Option<Kind>,
    /// Whether changes of its attributes deserve a look; with the place that says so.
    pub critical: Option<Span>,
    /// Services that no change may touch together with this one, and where it says so.
    pub disjoint_from: BTreeMap<Name, Span>,
    /// Sites that must announce each of its prefixes.
    pub min_sites: Option<Placed<u32>>,
    /// The same, by region.
    pub min_sites_per_region: BTreeMap<Name, Placed<u32>>,
    /// Sites that one change may take from a prefix.
    pub max_site_loss: Option<Placed<u32>>,
}

/// A site.
#[derive(Debug, Clone)]
pub struct Site {
    /// Its name, where it is defined.
    pub span: Span,
    /// The region that it counts for.
    pub region: Option<Name>,
}

/// A neighbour.
#[derive(Debug, Clone)]
pub struct Neighbor {
    /// Its name, where it is defined.
    pub span: Span,
    /// Its number.
    pub asn: Asn,
    /// Its address on the session.
    pub address: Option<IpAddr>,
    /// Where it is; `None` for all sites.
    pub sites: Option<BTreeSet<Name>>,
    /// What it is to us.
    pub relation: Option<Placed<Relation>>,
    /// Prefixes that it accepts on a session, for each family.
    pub max_prefix: Option<Placed<u32>>,
    /// Whether it discards traffic to routes with the BLACKHOLE community.
    pub accepts_blackhole: Option<Placed<bool>>,
    /// Our number as it shows it to others.
    pub presents_as: Option<Asn>,
    /// Whether it takes private numbers out of our paths.
    pub strips_private_as: bool,
    /// Communities by which it keeps a route to itself.
    pub no_announce: BTreeSet<Community>,
}

impl Neighbor {
    /// Whether it is at `site`.
    pub fn is_at(&self, site: &str) -> bool {
        self.sites.as_ref().is_none_or(|sites| sites.contains(site))
    }
}

/// Special-purpose space that the policy means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Public {
    /// A prefix and its more-specifics.
    Prefix(Prefix),
    /// Numbers.
    Asns(AsnRange),
}

impl Public {
    /// Whether everything that `other` means is meant by this too.
    pub fn covers(self, other: Self) -> bool {
        match (self, other) {
            (Self::Prefix(wide), Self::Prefix(narrow)) => wide.covers(narrow),
            (Self::Asns(wide), Self::Asns(narrow)) => wide.covers(narrow),
            _ => false,
        }
    }
}

impl fmt::Display for Public {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Prefix(prefix) => prefix.fmt(f),
            Self::Asns(range) => range.fmt(f),
        }
    }
}

/// Who is told what.
#[derive(Debug, Clone)]
pub struct Statement {
    /// Where it begins.
    pub span: Span,
    /// What.
    pub what: What,
    /// Where.
    pub sites: BTreeSet<Name>,
    /// To whom.
    pub to: BTreeSet<Name>,
    /// With which communities.
    pub communities: BTreeSet<Community>,
    /// How often our number is put before the path once more.
    pub prepend: u8,
}

/// What a statement announces.
#[derive(Debug, Clone)]
pub enum What {
    /// Every prefix that is owned for a service.
    Service(Placed<Name>),
    /// These prefixes.
    Prefixes(Vec<Placed<Prefix>>),
}

impl Network {
    /// Whether a router's files say what `site` announces.
    pub fn is_configured(&self, site: &str) -> bool {
        self.configured.contains(site)
    }

    /// The neighbour of a session at `site` whose other end has this address and number.
    ///
    /// One with that address is meant before one without any.
    pub fn neighbor_at(
        &self,
        site: &str,
        address: Option<IpAddr>,
        asn: Option<Asn>,
    ) -> Option<(&Name, &Neighbor)> {
        let there = || {
            let same = |neighbor: &Neighbor| asn.is_none_or(|asn| neighbor.asn == asn);
            self.neighbors
                .iter()
                .filter(move |(_, neighbor)| same(neighbor) && neighbor.is_at(site))
        };
        there()
            .find(|(_, neighbor)| neighbor.address.is_some() && neighbor.address == address)
            .or_else(|| {
                // Without a number, nothing but an address says who is meant.
                asn?;
                there().find(|(_, neighbor)| neighbor.address.is_none())
            })
    }

    /// Whether a route that we originate may show `asn` as its origin to those behind `neighbor`:
    /// one of our numbers, one that a neighbour shows in place of ours, or the neighbour's own
    /// where it takes private numbers out.
    pub fn is_origin(&self, asn: Asn, neighbor: Option<&Neighbor>) -> bool {
        self.origins.contains_key(&asn)
            || self
                .neighbors
                .values()
                .any(|neighbor| neighbor.presents_as == Some(asn))
            || neighbor.is_some_and(|neighbor| neighbor.strips_private_as && neighbor.asn == asn)
    }

    /// Whether `prefix` is special-purpose space that the policy means.
    pub fn means(&self, prefix: Prefix) -> bool {
        prefix
            .covering()
            .any(|wider| self.public_prefixes.contains(&wider))
    }
}

/// A name as the policy writes it.
pub(super) fn name(text: &str) -> Name {
    Arc::from(text)
}
