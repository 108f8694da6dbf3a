//! A change: the network before and after, ready to be judged.

use std::collections::{BTreeMap, BTreeSet};

use rules::Span;
use rules::policy::Policy;

use crate::model::{Announcement, Announcements, Fleet, Key, Name, Prefix};
use crate::policy::network::{Neighbor, Network};
use crate::policy::section::Section;

/// One side of a change.
#[derive(Debug)]
pub struct Side {
    /// The network and what must hold.
    pub network: Network,
    /// What every neighbour receives.
    pub announcements: Announcements,
    /// The same, by prefix and site.
    pub fleet: Fleet,
    /// The whole policy: levels, exemptions, places.
    pub policy: Policy,
    /// The section as it is written.
    pub section: Section,
}

/// What the checks judge.
#[derive(Debug)]
pub struct Change {
    /// After.
    pub head: Side,
    /// Before; without it only rules about state have something to judge.
    pub base: Option<Side>,
    /// Head's name of each of base's neighbours that is still there.
    pub neighbors: BTreeMap<Name, Name>,
}

impl Side {
    /// Builds the fleet view over `announcements`.
    pub fn new(
        network: Network,
        announcements: Announcements,
        policy: Policy,
        section: Section,
    ) -> Self {
        let fleet = Fleet::new(&announcements, |name| network.is_external(name));
        Self {
            network,
            announcements,
            fleet,
            policy,
            section,
        }
    }

    /// True where everything that is announced is known.
    pub fn is_complete(&self) -> bool {
        self.network.sources.is_none()
    }

    /// What external neighbours receive, by prefix.
    pub fn by_prefix(&self) -> BTreeMap<Prefix, Vec<(&Key, &Announcement)>> {
        let mut grouped: BTreeMap<Prefix, Vec<_>> = BTreeMap::new();
        for (key, announcement) in self.external() {
            grouped
                .entry(key.prefix)
                .or_default()
                .push((key, announcement));
        }
        grouped
    }

    /// What external neighbours receive of `prefix`.
    pub fn of(&self, prefix: Prefix) -> impl Iterator<Item = (&Key, &Announcement)> {
        let empty = Name::from("");
        let first = Key {
            prefix,
            site: empty.clone(),
            router: empty.clone(),
            neighbor: empty,
        };
        self.announcements
            .range(first..)
            .take_while(move |(key, _)| key.prefix == prefix)
            .filter(|(key, _)| self.network.is_external(&key.neighbor))
    }

    fn external(&self) -> impl Iterator<Item = (&Key, &Announcement)> {
        self.announcements
            .iter()
            .filter(|(key, _)| self.network.is_external(&key.neighbor))
    }
}

impl Change {
    /// The change from `base` to `head`.
    pub fn new(base: Option<Side>, head: Side) -> Self {
        let neighbors = base.as_ref().map_or_else(BTreeMap::new, |base| {
            matching(&base.network.neighbors, &head.network.neighbors)
        });
        Self {
            head,
            base,
            neighbors,
        }
    }

    /// Both sides, where there is a base and everything that is announced is known on both:
    /// only then is a missing announcement a withdrawn one.
    pub fn complete(&self) -> Option<(&Side, &Side)> {
        let base = self.base.as_ref()?;
        (base.is_complete() && self.head.is_complete()).then_some((base, &self.head))
    }

    /// True where `service` is announced before or after: one that never was has no floor.
    pub fn is_in_use(&self, service: &str) -> bool {
        let base = self.base.as_ref();
        self.head.fleet.announces(service) || base.is_some_and(|base| base.fleet.announces(service))
    }

    /// True where every neighbour that receives `prefix` from head received it from base.
    pub fn is_unchanged(&self, prefix: Prefix) -> bool {
        let Some(base) = &self.base else { return false };
        let mut before: BTreeSet<(&Name, &Name)> = BTreeSet::new();
        for (key, _) in base.of(prefix) {
            if let Some(name) = self.neighbors.get(&key.neighbor) {
                before.insert((&key.site, name));
            }
        }
        self.head
            .of(prefix)
            .all(|(key, _)| before.contains(&(&key.site, &key.neighbor)))
    }

    /// Where head's policy says that violations of base are judged as new.
    pub fn existing_denies(&self) -> Option<&Span> {
        self.head.network.existing_denies.as_ref()
    }
}

/// Head's name of each of base's neighbours.
///
/// A session is its address and number, so the first to match are those; then the name and
/// number, for a neighbour whose address was added or corrected; then the number alone, where one
/// neighbour without an address is left for it on either side.
pub(crate) fn matching(
    base: &BTreeMap<Name, Neighbor>,
    head: &BTreeMap<Name, Neighbor>,
) -> BTreeMap<Name, Name> {
    let mut matched: BTreeMap<Name, Name> = BTreeMap::new();
    let mut taken: BTreeSet<&Name> = BTreeSet::new();
    let addressed = |side: &'_ BTreeMap<Name, Neighbor>| {
        let mut sessions: BTreeMap<_, Vec<Name>> = BTreeMap::new();
        for (name, neighbor) in side {
            if let Some(address) = neighbor.address {
                let names = sessions.entry((address, neighbor.asn)).or_default();
                names.push(name.clone());
            }
        }
        sessions
    };
    let (before, after) = (addressed(base), addressed(head));
    for (session, names) in &before {
        let others = after.get(session).map(Vec::as_slice).unwrap_or_default();
        // One address may serve sessions at several sites under several names: those that kept
        // their name keep their match, the others follow in the order of their names.
        let others_set: BTreeSet<&Name> = others.iter().collect();
        let kept: BTreeSet<&Name> = names
            .iter()
            .filter(|name| others_set.contains(name))
            .collect();
        for name in &kept {
            if let Some((name, _)) = head.get_key_value(*name) {
                taken.insert(name);
                matched.insert(name.clone(), name.clone());
            }
        }
        let left = names.iter().filter(|name| !kept.contains(*name));
        let right = others.iter().filter(|name| !kept.contains(*name));
        for (old, new) in left.zip(right) {
            if let Some((new, _)) = head.get_key_value(new) {
                taken.insert(new);
                matched.insert(old.clone(), new.clone());
            }
        }
    }
    for (name, neighbor) in base {
        if matched.contains_key(name) {
            continue;
        }
        if let Some((same, other)) = head.get_key_value(name)
            && other.asn == neighbor.asn
            && !taken.contains(same)
        {
            taken.insert(same);
            matched.insert(name.clone(), same.clone());
        }
    }
    let mut left: BTreeMap<_, Vec<&Name>> = BTreeMap::new();
    let mut right: BTreeMap<_, Vec<&Name>> = BTreeMap::new();
    for (name, neighbor) in base {
        if !matched.contains_key(name) && neighbor.address.is_none() {
            left.entry(neighbor.asn).or_default().push(name);
        }
    }
    for (name, neighbor) in head {
        if !taken.contains(name) && neighbor.address.is_none() {
            right.entry(neighbor.asn).or_default().push(name);
        }
    }
    for (asn, names) in left {
        if let ([old], Some([new])) = (names.as_slice(), right.get(&asn).map(Vec::as_slice)) {
            matched.insert(Name::clone(old), Name::clone(new));
        }
    }
    matched
}
