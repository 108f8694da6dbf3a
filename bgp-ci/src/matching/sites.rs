//! Sites, by name, then by what stands there.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use super::Names;
use crate::change::Side;
use crate::model::{Asn, Name, Prefix};

/// What stands at a site: its sessions, and what each neighbour receives there.
#[derive(Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Equipment<'a> {
    region: Option<&'a Name>,
    sessions: BTreeSet<(Option<IpAddr>, Option<Asn>, &'a Name)>,
    announced: BTreeSet<(Prefix, &'a Name)>,
}

impl Equipment<'_> {
    /// The addresses and numbers of its sessions that have an address: at a real site nobody
    /// else has them.
    fn addresses(&self) -> BTreeSet<(IpAddr, Option<Asn>)> {
        self.sessions
            .iter()
            .filter_map(|(address, asn, _)| Some(((*address)?, *asn)))
            .collect()
    }
}

/// Head's name of each of base's sites that is still there.
///
/// A site whose name is gone is a new one of its region where both have the same sessions and
/// announce the same to the same neighbours; several that are alike are taken in the order of their names, as
/// nobody could tell them apart. Then a site whose sessions have the addresses that no other has.
/// `neighbors` gives head's name of each of base's neighbours.
pub fn sites(base: &Side, head: &Side, neighbors: &Names) -> Names {
    let (old, new) = (&base.network.sites, &head.network.sites);
    let kept = old.keys().filter(|name| new.contains_key(*name));
    let mut matched: Names = kept.map(|name| (name.clone(), name.clone())).collect();
    if old.len() == matched.len() || new.len() == matched.len() {
        return matched;
    }
    let none = Names::new();
    let mut before = equipment(base, head, neighbors);
    let mut after = equipment(head, base, &none);
    let alike = |before: &BTreeMap<&Name, Equipment<'_>>,
                 after: &BTreeMap<&Name, Equipment<'_>>| {
        let (left, right) = (grouped(before), grouped(after));
        let pairs = left.into_iter().filter_map(|(equipment, old)| {
            let new = right.get(equipment)?;
            (old.len() == new.len()).then(|| {
                let pairs = old.into_iter().zip(new.iter().cloned());
                pairs.collect::<Vec<(Name, Name)>>()
            })
        });
        pairs.flatten().collect::<Vec<_>>()
    };
    for (old, new) in alike(&before, &after) {
        before.remove(&old);
        after.remove(&new);
        matched.insert(old, new);
    }
    let (left, right) = (addressed(&before), addressed(&after));
    for (addresses, old) in left {
        if let ([old], Some([new])) = (old.as_slice(), right.get(&addresses).map(Vec::as_slice)) {
            matched.insert(Name::clone(old), Name::clone(new));
        }
    }
    matched
}

/// What stands at each site of `side` that `other` does not have; by head's neighbours' names.
fn equipment<'a>(
    side: &'a Side,
    other: &Side,
    neighbors: &'a Names,
) -> BTreeMap<&'a Name, Equipment<'a>> {
    let mut sites: BTreeMap<&Name, Equipment<'_>> = BTreeMap::new();
    let regions = &side.network.sites;
    let name = |neighbor: &'a Name| neighbors.get(neighbor).unwrap_or(neighbor);
    let is_only = |site: &Name| {
        side.network.sites.contains_key(site) && !other.network.sites.contains_key(site)
    };
    for (key, session) in &side.sessions {
        if is_only(&key.site) {
            let there = sites.entry(&key.site).or_default();
            there.region = regions.get(&key.site).and_then(|site| site.region.as_ref());
            let about = (key.address, session.asn, name(&key.neighbor));
            there.sessions.insert(about);
        }
    }
    for key in side.announcements.keys() {
        if is_only(&key.site) {
            let there = sites.entry(&key.site).or_default();
            there.announced.insert((key.prefix, name(&key.neighbor)));
        }
    }
    sites
}

/// Sites with the same equipment, in the order of their names.
fn grouped<'e, 'a>(
    sites: &'e BTreeMap<&'a Name, Equipment<'a>>,
) -> BTreeMap<&'e Equipment<'a>, Vec<Name>> {
    let mut groups: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for (site, equipment) in sites {
        groups.entry(equipment).or_default().push(Name::clone(site));
    }
    groups
}

/// Sites by the addresses of their sessions; those without any cannot be told apart.
fn addressed<'a>(
    sites: &BTreeMap<&'a Name, Equipment<'a>>,
) -> BTreeMap<BTreeSet<(IpAddr, Option<Asn>)>, Vec<&'a Name>> {
    let mut groups: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for (site, equipment) in sites {
        let addresses = equipment.addresses();
        if !addresses.is_empty() {
            groups.entry(addresses).or_default().push(*site);
        }
    }
    groups
}
