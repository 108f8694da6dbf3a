//! From the section as it is written to the network as it is meant.
//!
//! Everything that is wrong is named, not the first thing only; where anything is, there is no
//! network, because a rule that judges half a policy would be trusted with the whole.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use rules::policy::{Policy, Spanned};
use rules::{Span, escape};

use super::network::{
    Neighbor, Network, Owned, Placed, Public, Service, Site, Space, Statement, What, name,
};
pub use super::reader::Problem;
use super::reader::Reader;
use super::scalar::Scalar;
use super::section::{Existing, NeighborEntry, Section, ServiceEntry, SiteEntry, StatementEntry};
use super::source;
use crate::model::{Asn, AsnRange, Community, Name, Prefix};

/// Reads `section`, which begins at `span` of `policy`.
///
/// # Errors
/// Everything that is wrong with it, in the order of the file.
pub fn resolve(policy: &Policy, section: &Section, span: &Span) -> Result<Network, Vec<Problem>> {
    let mut reader = Reader::new(policy);
    let network = reader.network(section, span);
    let mut problems = reader.problems;
    match network {
        Some(network) if problems.is_empty() => return Ok(network),
        _ => {}
    }
    problems.sort_by(|a, b| (&a.span, &a.message).cmp(&(&b.span, &b.message)));
    problems.dedup();
    Err(problems)
}

impl Reader<'_> {
    fn network(&mut self, section: &Section, span: &Span) -> Option<Network> {
        let asn = section.asn.as_ref().and_then(|asn| self.scalar::<Asn>(asn));
        let mut origins = BTreeMap::new();
        for written in section.asn.iter().chain(&section.origins) {
            if let Some(origin) = self.scalar(written) {
                let span = self.policy.span(written);
                origins.entry(origin).or_insert(span);
            }
        }
        let first = section.origins.first();
        let asn = asn.or_else(|| first.and_then(|asn| self.scalar(asn)));
        if asn.is_none() && section.asn.is_none() && first.is_none() {
            self.problem(span, "`asn` is missing: write our autonomous system number");
        }
        let services = self.names("service", section.services.iter().map(|(key, _)| key));
        let sites = self.names("site", section.sites.iter().map(|(key, _)| key));
        let neighbors = self.names("neighbour", section.neighbors.iter().map(|(key, _)| key));
        let public: Vec<_> = section
            .treat_as_public
            .iter()
            .filter_map(|entry| self.public(entry))
            .collect();
        let network = Network {
            span: span.clone(),
            asn: asn.unwrap_or(Asn(0)),
            origins,
            owned: Space::new(self.owned(section, &services)),
            services: section
                .services
                .iter()
                .map(|(key, entry)| {
                    let entry = entry.value.as_ref();
                    (name(key), self.service(key, entry, section, &services))
                })
                .collect(),
            sites: section
                .sites
                .iter()
                .map(|(key, entry)| (name(key), self.site(key, entry.value.as_ref())))
                .collect(),
            neighbors: section
                .neighbors
                .iter()
                .map(|(key, entry)| (name(key), self.neighbor(key, entry, &sites)))
                .collect(),
            public_prefixes: public
                .iter()
                .filter_map(|public| match public.value {
                    Public::Prefix(prefix) => Some(prefix),
                    Public::Asns(_) => None,
                })
                .collect(),
            public,
            announcements: section
                .announcements
                .as_ref()
                .map(|list| self.policy.span(list)),
            statements: section
                .announcements
                .iter()
                .flat_map(|list| &list.value)
                .filter_map(|entry| self.statement(entry, &services, &sites, &neighbors))
                .collect(),
            existing_denies: section
                .existing
                .as_ref()
                .filter(|existing| existing.value == Existing::Deny)
                .map(|existing| self.policy.span(existing)),
            configured: source::configured(section, &sites),
            sources: section
                .sources
                .iter()
                .filter_map(|entry| self.source(entry, &sites))
                .collect(),
            limits: self.limits(section),
            data: self.data(section),
            pairs: section
                .pairs
                .iter()
                .filter_map(|pair| self.pair(pair))
                .collect(),
            approvals: self.approvals(section, &services),
        };
        self.twins(&network);
        asn.map(|_| network)
    }

    fn owned(&mut self, section: &Section, services: &BTreeSet<Name>) -> Vec<Owned> {
        let mut owned: Vec<Owned> = Vec::new();
        let mut seen: BTreeMap<(Prefix, Option<Name>), u32> = BTreeMap::new();
        for entry in &section.owned {
            let service = entry.service.as_ref();
            let service =
                service.and_then(|service| self.known("service", "services", service, services));
            let Some(prefix) = self.parsed::<Prefix>(&entry.prefix) else {
                continue;
            };
            // Two services may claim one prefix: that is a finding. The same claim twice is a
            // slip, and with different lengths nobody could tell which one is meant.
            if let Some(line) = seen.get(&(prefix, service.clone())) {
                let message = format!("`{prefix}` is owned twice: line {line} has it already");
                self.problem_at(&entry.prefix, message);
                continue;
            }
            let span = self.policy.span(&entry.prefix);
            seen.insert((prefix, service.clone()), span.start.line);
            if let Some(length) = &entry.max_length
                && !(prefix.length()..=prefix.max_length()).contains(&length.value)
            {
                let message = format!(
                    "`max-length` of `{prefix}` must be between {} and {}",
                    prefix.length(),
                    prefix.max_length()
                );
                self.problem_at(length, message);
            }
            owned.push(Owned {
                prefix: Placed {
                    value: prefix,
                    span,
                },
                max_length: entry.max_length.as_ref().map(|length| self.placed(length)),
                service,
            });
        }
        owned
    }

    fn service(
        &mut self,
        key: &Spanned<String>,
        entry: Option<&ServiceEntry>,
        section: &Section,
        services: &BTreeSet<Name>,
    ) -> Service {
        let fallback = ServiceEntry::default();
        let entry = entry.unwrap_or(&fallback);
        let mut disjoint = BTreeMap::new();
        for other in &entry.disjoint_from {
            if let Some(known) = self.known("service", "services", other, services) {
                disjoint.insert(known, self.policy.span(other));
            }
        }
        let mut regions: BTreeSet<Name> = BTreeSet::new();
        for (_, site) in &section.sites {
            let region = site.value.as_ref().and_then(|site| site.region.as_ref());
            regions.extend(region.map(|region| name(region)));
        }
        let mut floors = BTreeMap::new();
        for (region, floor) in &entry.min_sites_per_region {
            // A floor for a region without a site can never be met, and a misspelled one would
            // guard nothing that anybody meant.
            if let Some(region) = self.known("region", "sites", region, &regions) {
                floors.insert(region, self.placed(floor));
            }
        }
        Service {
            span: self.policy.span(key),
            kind: entry.kind.as_ref().map(|kind| kind.value),
            critical: entry
                .critical
                .as_ref()
                .filter(|critical| critical.value)
                .map(|critical| self.policy.span(critical)),
            disjoint_from: disjoint,
            min_sites: entry.min_sites.as_ref().map(|floor| self.placed(floor)),
            min_sites_per_region: floors,
            max_site_loss: entry
                .max_site_loss_per_change
                .as_ref()
                .map(|limit| self.placed(limit)),
        }
    }

    fn site(&mut self, key: &Spanned<String>, entry: Option<&SiteEntry>) -> Site {
        let region = entry.and_then(|entry| entry.region.as_ref());
        Site {
            span: self.policy.span(key),
            region: region.and_then(|region| self.name("region", region)),
        }
    }

    fn neighbor(
        &mut self,
        key: &Spanned<String>,
        entry: &NeighborEntry,
        sites: &BTreeSet<Name>,
    ) -> Neighbor {
        Neighbor {
            span: self.policy.span(key),
            asn: self.scalar(&entry.asn).unwrap_or(Asn(0)),
            address: entry.address.as_ref().and_then(|text| self.address(text)),
            sites: entry
                .sites
                .as_ref()
                .map(|list| self.listed("site", "sites", list, sites)),
            relation: entry.relation.as_ref().map(|value| self.placed(value)),
            max_prefix: entry.max_prefix.as_ref().map(|value| self.placed(value)),
            accepts_blackhole: entry
                .accepts_blackhole
                .as_ref()
                .map(|value| self.placed(value)),
            presents_as: entry
                .presents_as
                .as_ref()
                .and_then(|number| self.scalar(number)),
            strips_private_as: entry
                .strips_private_as
                .as_ref()
                .is_some_and(|strips| strips.value),
            no_announce: entry
                .no_announce
                .iter()
                .filter_map(|text| self.parsed(text))
                .collect(),
        }
    }

    fn address(&mut self, text: &Spanned<String>) -> Option<IpAddr> {
        let address = text.parse().ok();
        if address.is_none() {
            let message = format!("`{}` is not an address", escape::word(text));
            self.problem_at(text, message);
        }
        address
    }

    fn public(&mut self, entry: &Spanned<Scalar>) -> Option<Placed<Public>> {
        let text = entry.value.0.as_str();
        let value = if text.contains(['/', ':']) || text.matches('.').count() == 3 {
            Public::Prefix(self.scalar(entry)?)
        } else {
            let (first, last) = text.split_once('-').unwrap_or((text, text));
            let range = match (first.trim().parse(), last.trim().parse()) {
                (Ok(first), Ok(last)) => AsnRange::new(first, last),
                _ => None,
            };
            let Some(range) = range else {
                let message = format!(
                    "`{}` is neither a prefix nor a number or range such as AS64496-AS64511",
                    escape::word(text)
                );
                self.problem_at(entry, message);
                return None;
            };
            Public::Asns(range)
        };
        Some(Placed {
            value,
            span: self.policy.span(entry),
        })
    }

    fn statement(
        &mut self,
        entry: &Spanned<StatementEntry>,
        services: &BTreeSet<Name>,
        sites: &BTreeSet<Name>,
        neighbors: &BTreeSet<Name>,
    ) -> Option<Statement> {
        let what = match (&entry.service, &entry.prefixes) {
            (Some(service), None) => {
                let known = self.known("service", "services", service, services);
                known.map(|value| {
                    What::Service(Placed {
                        value,
                        span: self.policy.span(service),
                    })
                })
            }
            (None, Some(list)) => {
                if list.is_empty() {
                    self.problem_at(
                        list,
                        "`prefixes` is empty: this statement announces nothing",
                    );
                }
                let mut prefixes = Vec::new();
                for text in &list.value {
                    if let Some(value) = self.parsed(text) {
                        let span = self.policy.span(text);
                        prefixes.push(Placed { value, span });
                    }
                }
                Some(What::Prefixes(prefixes))
            }
            (Some(_), Some(list)) => {
                self.problem_at(list, "give `service` or `prefixes`, not both");
                None
            }
            (None, None) => {
                self.problem_at(
                    entry,
                    "what is announced is missing: give `service` or `prefixes`",
                );
                None
            }
        };
        if entry.to.is_empty() {
            self.problem_at(
                &entry.to,
                "`to` is empty: this statement announces to nobody",
            );
        }
        let to = self.listed("neighbour", "neighbors", &entry.to, neighbors);
        let sites = match &entry.sites {
            None => sites.clone(),
            Some(list) => {
                if list.is_empty() {
                    self.problem_at(list, "`sites` is empty: this statement announces nowhere");
                }
                self.listed("site", "sites", list, sites)
            }
        };
        let mut communities = BTreeSet::new();
        for text in &entry.communities {
            match self.parsed(text) {
                Some(Community::Large(..)) => {
                    self.problem_at(
                        text,
                        "this is a large community: list it below `large-communities`",
                    );
                }
                other => communities.extend(other),
            }
        }
        for text in &entry.large_communities {
            match self.parsed(text) {
                Some(Community::Standard(..)) => {
                    self.problem_at(
                        text,
                        "this is a standard community: list it below `communities`",
                    );
                }
                other => communities.extend(other),
            }
        }
        Some(Statement {
            span: self.policy.span(entry),
            what: what?,
            sites,
            to,
            communities,
            prepend: entry.prepend.as_ref().map_or(0, |times| times.value),
        })
    }

    /// Two neighbours with one address and number at one site are one session with two names.
    fn twins(&mut self, network: &Network) {
        #[derive(Default)]
        struct Group<'a> {
            any: Option<&'a Name>,
            everywhere: Option<&'a Name>,
            at: BTreeMap<&'a Name, &'a Name>,
        }
        let mut groups: BTreeMap<(IpAddr, Asn), Group<'_>> = BTreeMap::new();
        for (name, neighbor) in &network.neighbors {
            let Some(address) = neighbor.address else {
                continue;
            };
            let group = groups.entry((address, neighbor.asn)).or_default();
            let twin = match &neighbor.sites {
                None => group.any,
                Some(sites) => group
                    .everywhere
                    .filter(|_| !sites.is_empty())
                    .or_else(|| sites.iter().find_map(|site| group.at.get(site).copied())),
            };
            match &neighbor.sites {
                None => {
                    group.everywhere = Some(name);
                    group.any = Some(name);
                }
                Some(sites) => {
                    for site in sites {
                        group.any = Some(name);
                        group.at.insert(site, name);
                    }
                }
            }
            if let Some(twin) = twin {
                let message = format!(
                    "`{name}` and `{twin}` are the same session: both are {address}, {}",
                    neighbor.asn
                );
                self.problem(&neighbor.span, message);
            }
        }
    }
}
