//! The fleet view: for each prefix, the sites where an external neighbour passes it on.

use std::collections::{BTreeMap, BTreeSet};

use super::{Announcements, Name, Prefix, Presence};

/// Where each prefix is present, and which services that keeps up.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fleet {
    /// Prefix → site → neighbours there that pass it on.
    present: BTreeMap<Prefix, BTreeMap<Name, BTreeSet<Name>>>,
    /// Service → its prefixes that are present anywhere.
    services: BTreeMap<Name, BTreeSet<Prefix>>,
    /// Services with an announcement to an external neighbour, even one that is kept back.
    announced: BTreeSet<Name>,
}

impl Fleet {
    /// The view over `announcements`.
    pub fn new(announcements: &Announcements) -> Self {
        let mut fleet = Self::default();
        for (key, announcement) in announcements {
            if !announcement.external {
                continue;
            }
            for service in &announcement.route.services {
                if !fleet.announced.contains(service) {
                    fleet.announced.insert(service.clone());
                }
            }
            if announcement.presence != Presence::Present {
                continue;
            }
            let sites = fleet.present.entry(key.prefix).or_default();
            match sites.get_mut(&key.site) {
                Some(neighbors) => {
                    neighbors.insert(key.neighbor.clone());
                }
                None => {
                    sites.insert(key.site.clone(), BTreeSet::from([key.neighbor.clone()]));
                }
            }
            for service in &announcement.route.services {
                fleet
                    .services
                    .entry(service.clone())
                    .or_default()
                    .insert(key.prefix);
            }
        }
        fleet
    }

    /// The sites where `prefix` is present, each with the neighbours that pass it on.
    pub fn sites(&self, prefix: Prefix) -> impl Iterator<Item = (&Name, &BTreeSet<Name>)> {
        self.present.get(&prefix).into_iter().flatten()
    }

    /// Every prefix that is present anywhere, in their order.
    pub fn present(&self) -> impl Iterator<Item = Prefix> {
        self.present.keys().copied()
    }

    /// True where `prefix` is present anywhere.
    pub fn is_present(&self, prefix: Prefix) -> bool {
        self.present.contains_key(&prefix)
    }

    /// The prefixes that are present and that `prefix` covers, itself included.
    pub fn inside(&self, prefix: Prefix) -> impl Iterator<Item = Prefix> {
        // A prefix comes right before all that it covers.
        self.present
            .range(prefix..)
            .map(|(inside, _)| *inside)
            .take_while(move |inside| prefix.covers(*inside))
    }

    /// The names of the sites where `prefix` is present.
    pub fn site_names(&self, prefix: Prefix) -> BTreeSet<Name> {
        self.sites(prefix).map(|(site, _)| site.clone()).collect()
    }

    /// The prefixes of `service` that are present anywhere.
    pub fn prefixes(&self, service: &str) -> impl Iterator<Item = Prefix> {
        self.services.get(service).into_iter().flatten().copied()
    }

    /// Services with a prefix that is present anywhere.
    pub fn services(&self) -> impl Iterator<Item = &Name> {
        self.services.keys()
    }

    /// True where an external neighbour receives a prefix of `service`, even if it keeps it back.
    pub fn announces(&self, service: &str) -> bool {
        self.announced.contains(service)
    }
}
