//! Neighbours, by address and number, then by name.

use std::collections::{BTreeMap, BTreeSet};

use super::Names;
use crate::model::Name;
use crate::policy::network::Neighbor;

/// Head's name of each of base's neighbours.
///
/// A session is its address and number, so the first to match are those; then the name and
/// number, for a neighbour whose address was added or corrected; then the number alone, where one
/// neighbour without an address is left for it on either side.
pub fn neighbors(base: &BTreeMap<Name, Neighbor>, head: &BTreeMap<Name, Neighbor>) -> Names {
    let mut matched = Names::new();
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
