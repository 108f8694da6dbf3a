//! The operator's network as the generator sees it.

use std::collections::{BTreeMap, BTreeSet};

use super::sites::{FIRST, SITES};
use super::style::Style;

/// Our number.
pub const OURS: u32 = 64500;

/// A state of the network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Network {
    /// Sites by name.
    pub sites: BTreeMap<String, Site>,
    /// Neighbours, in a fixed order: the place of each in sessions' addresses.
    pub neighbors: Vec<Neighbor>,
    /// Services, in a fixed order.
    pub services: Vec<Service>,
    /// The third groups of the customers' prefixes in 2001:db8::/32.
    pub customers: BTreeSet<u16>,
    /// What is announced besides: at which sites, and to whom.
    pub extras: Vec<Extra>,
    /// Attributes by site and place of the neighbour.
    pub tuning: BTreeMap<(String, usize), Tuning>,
    /// Validated ROA payloads.
    pub vrps: Vec<Vrp>,
    /// When they were fetched: minutes before the run.
    pub age: u32,
    /// What sessions accept at most.
    pub import_limit: u32,
    /// What we prefer the providers' routes with, which no neighbour sees.
    pub preference: u32,
    /// A number that the files of a dependency hold.
    pub dependency: u32,
    /// Lines that go into the policy, by key.
    pub policy: Policy,
    /// How it is written down.
    pub style: Style,
}

/// A site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    /// Its place among [`SITES`].
    pub index: usize,
    /// Its region.
    pub region: &'static str,
    /// Whether it asks neighbours to prefer others.
    pub drained: bool,
    /// Whether it announces anything.
    pub announces: bool,
    /// Whether what it announces goes no further than the neighbours.
    pub hidden: bool,
}

/// A neighbour, with a session at each of its sites.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Neighbor {
    /// Its name in the policy.
    pub name: String,
    /// Its number.
    pub asn: u32,
    /// What it is to us.
    pub relation: &'static str,
    /// What it accepts from us.
    pub max_prefix: u32,
    /// Where it is.
    pub sites: BTreeSet<String>,
}

/// A service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    /// Its name.
    pub name: &'static str,
    /// Its prefixes.
    pub prefixes: Vec<String>,
    /// Where it is announced.
    pub sites: BTreeSet<String>,
    /// Sites that it must have.
    pub min_sites: usize,
    /// Sites that one change may take from it.
    pub max_loss: usize,
}

/// A prefix that is announced besides services and customers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extra {
    /// The prefix.
    pub prefix: String,
    /// Where.
    pub sites: BTreeSet<String>,
    /// Its communities.
    pub communities: Vec<(u32, u32)>,
}

/// What a site adds to what a neighbour receives.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Tuning {
    /// Standard communities.
    pub communities: BTreeSet<(u32, u32)>,
    /// Large ones.
    pub large: BTreeSet<(u32, u32, u32)>,
    /// Prepends.
    pub prepend: u32,
    /// The metric; configurations only.
    pub med: Option<u32>,
}

/// A validated ROA payload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vrp {
    /// The prefix.
    pub prefix: String,
    /// The longest that it covers.
    pub max_length: u8,
    /// The origin.
    pub asn: u32,
}

/// What the policy demands besides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// Prefixes that a change may withdraw.
    pub withdraw: usize,
    /// How sessions may grow.
    pub growth: &'static str,
    /// Sites that a change may touch.
    pub sites_per_change: usize,
    /// The demand on European sites.
    pub min_europe: usize,
    /// Owned space besides, as lines.
    pub owned: Vec<String>,
    /// Levels, as lines.
    pub levels: Vec<String>,
    /// Pairs of routers that no change may touch together.
    pub pairs: bool,
    /// How old data may be.
    pub max_age: &'static str,
}

impl Network {
    /// The network when the history begins.
    pub fn first() -> Self {
        let mut sites = BTreeMap::new();
        for (index, (name, _)) in SITES.iter().enumerate().take(FIRST) {
            sites.insert((*name).to_owned(), Site::new(index));
        }
        let every = |step: usize, from: usize| -> BTreeSet<String> {
            let built = SITES.iter().take(FIRST).skip(from).step_by(step);
            built.map(|(name, _)| (*name).to_owned()).collect()
        };
        let neighbor = |name: &str, asn, relation, max_prefix, sites| Neighbor {
            name: name.to_owned(),
            asn,
            relation,
            max_prefix,
            sites,
        };
        let service = |name, prefixes: &[&str], sites, min_sites, max_loss| Service {
            name,
            prefixes: prefixes.iter().map(|prefix| (*prefix).to_owned()).collect(),
            sites,
            min_sites,
            max_loss,
        };
        let vrp = |prefix: &str, max_length| Vrp {
            prefix: prefix.to_owned(),
            max_length,
            asn: OURS,
        };
        Self {
            sites,
            neighbors: vec![
                neighbor("transit-a", 64501, "provider", 200, every(1, 0)),
                neighbor("transit-b", 64502, "provider", 200, every(2, 0)),
                neighbor("ix-rs", 64503, "route-server", 40, every(3, 0)),
                neighbor("peer-c", 64504, "peer", 40, every(5, 1)),
                neighbor("customer-d", 64505, "customer", 40, every(11, 3)),
            ],
            services: vec![
                service(
                    "edge",
                    &["198.51.100.0/24", "2001:db8:e000::/40"],
                    every(1, 0),
                    22,
                    2,
                ),
                service(
                    "dns",
                    &["203.0.113.0/24", "2001:db8:d000::/48"],
                    every(2, 0),
                    12,
                    2,
                ),
            ],
            customers: (0..24).map(|number| 0x4000 + number * 3).collect(),
            extras: Vec::new(),
            tuning: BTreeMap::new(),
            vrps: vec![
                vrp("198.51.100.0/24", 24),
                vrp("203.0.113.0/24", 24),
                vrp("2001:db8:e000::/40", 40),
                vrp("2001:db8:d000::/48", 48),
                vrp("2001:db8:4000::/36", 48),
            ],
            age: 60,
            import_limit: 200_000,
            preference: 100,
            dependency: 1,
            policy: Policy {
                withdraw: 5,
                growth: "2x",
                sites_per_change: 5,
                min_europe: 5,
                owned: Vec::new(),
                levels: Vec::new(),
                pairs: false,
                max_age: "48h",
            },
            style: Style::default(),
        }
    }

    /// The prefix of a customer.
    pub fn customer(number: u16) -> String {
        format!("2001:db8:{number:x}::/48")
    }

    /// Whether customers' prefixes go to this kind of neighbour: the exchange has only ours.
    pub fn carries_customers(relation: &str) -> bool {
        relation == "provider"
    }

    /// Names of sites that announce, sorted.
    pub fn announcing(&self) -> Vec<String> {
        let announcing = self.sites.iter().filter(|(_, site)| site.announces);
        announcing.map(|(name, _)| name.clone()).collect()
    }

    /// Sites from which a service is announced.
    pub fn announced(&self, service: &Service) -> Vec<String> {
        let there = self.announcing().into_iter();
        there.filter(|site| service.sites.contains(site)).collect()
    }

    /// Sites at which a service counts.
    pub fn present(&self, service: &Service) -> Vec<String> {
        let there = self.announced(service).into_iter();
        there.filter(|site| !self.is_hidden(site)).collect()
    }

    /// Whether what the site announces goes no further than the neighbours.
    pub fn is_hidden(&self, site: &str) -> bool {
        self.sites.get(site).is_some_and(|site| site.hidden)
    }

    /// What every neighbour receives: the site, the place of the neighbour and the prefix, with
    /// the attributes.
    pub fn sent(&self) -> BTreeMap<(String, usize, String), (Tuning, bool, bool)> {
        let mut sent = BTreeMap::new();
        for (place, neighbor) in self.neighbors.iter().enumerate() {
            for name in neighbor
                .sites
                .iter()
                .filter(|name| self.announcing().contains(name))
            {
                let mut prefixes = Vec::new();
                for service in &self.services {
                    if service.sites.contains(name) {
                        prefixes.extend(service.prefixes.iter().cloned());
                    }
                }
                if Self::carries_customers(neighbor.relation) {
                    prefixes.extend(self.customers.iter().map(|number| Self::customer(*number)));
                }
                let drained = self.sites.get(name).is_some_and(|site| site.drained);
                for prefix in prefixes {
                    let what = (self.tuned(name, place), drained, self.is_hidden(name));
                    sent.insert((name.clone(), place, prefix), what);
                }
            }
        }
        sent
    }

    /// What a site adds for a neighbour, with what draining adds.
    pub fn tuned(&self, site: &str, neighbor: usize) -> Tuning {
        let tuned = self.tuning.get(&(site.to_owned(), neighbor));
        tuned.cloned().unwrap_or_default()
    }
}

impl Site {
    /// The site at this place of [`SITES`].
    pub fn new(index: usize) -> Self {
        Self {
            index,
            region: SITES.get(index).map_or("eu", |(_, region)| region),
            drained: false,
            announces: true,
            hidden: false,
        }
    }

    /// How many routers it has.
    pub fn routers(&self) -> usize {
        1 + usize::from(self.index.is_multiple_of(3))
    }

    /// Whether its overlay is chosen when it is deployed, rather than named by its configuration.
    pub fn is_mapped(&self) -> bool {
        self.routers() > 1
    }
}
