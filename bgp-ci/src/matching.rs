//! Which neighbours and sessions of the two sides are the same.
//!
//! A session is its address and number, so a rename is no withdrawal and no addition.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use crate::model::session::{Session, SessionKey, Sessions};
use crate::model::{Asn, Name};
use crate::policy::network::Neighbor;

/// Head's session for each of base's that is still there.
///
/// `neighbors` gives head's name of each of base's neighbours. In this order: the same router
/// with the same address and number; another router of the site, where the session moved or the
/// router was renamed; the same neighbour of the same router, whose address was added or
/// corrected; the same neighbour at the same site, where one is left on either side.
pub fn sessions(
    base: &Sessions,
    head: &Sessions,
    neighbors: &BTreeMap<Name, Name>,
) -> BTreeMap<SessionKey, SessionKey> {
    let mut matched = BTreeMap::new();
    let mut taken: BTreeSet<&SessionKey> = BTreeSet::new();
    for pass in [
        Pass::Same,
        Pass::Moved,
        Pass::Readdressed,
        Pass::MovedAndReaddressed,
    ] {
        let mut before: BTreeMap<_, Vec<&SessionKey>> = BTreeMap::new();
        for (key, session) in base {
            if matched.contains_key(key) {
                continue;
            }
            let name = neighbors.get(&key.neighbor).unwrap_or(&key.neighbor);
            if let Some(about) = pass.about(key, session, name) {
                before.entry(about).or_default().push(key);
            }
        }
        let mut after: BTreeMap<_, Vec<&SessionKey>> = BTreeMap::new();
        for (key, session) in head {
            if taken.contains(key) {
                continue;
            }
            if let Some(about) = pass.about(key, session, &key.neighbor) {
                after.entry(about).or_default().push(key);
            }
        }
        for (about, old) in before {
            if let ([old], Some([new])) = (old.as_slice(), after.get(&about).map(Vec::as_slice)) {
                taken.insert(new);
                matched.insert(SessionKey::clone(old), SessionKey::clone(new));
            }
        }
    }
    matched
}

/// What must be equal on both sides, and unique there, for two sessions to be one.
#[derive(Clone, Copy)]
enum Pass {
    Same,
    Moved,
    Readdressed,
    MovedAndReaddressed,
}

/// Site, router, neighbour, address and number of a session, as far as a pass looks at them.
type About<'a> = (
    &'a Name,
    Option<&'a Name>,
    Option<&'a Name>,
    Option<IpAddr>,
    Option<Asn>,
);

impl Pass {
    fn about<'a>(
        self,
        key: &'a SessionKey,
        session: &Session,
        name: &'a Name,
    ) -> Option<About<'a>> {
        let (site, router, asn) = (&key.site, Some(&key.router), session.asn);
        match self {
            Self::Same => Some((site, router, None, Some(key.address?), asn)),
            Self::Moved => Some((site, None, None, Some(key.address?), asn)),
            Self::Readdressed => Some((site, router, Some(name), None, asn)),
            Self::MovedAndReaddressed => Some((site, None, Some(name), None, asn)),
        }
    }
}

/// Head's name of each of base's neighbours.
///
/// A session is its address and number, so the first to match are those; then the name and
/// number, for a neighbour whose address was added or corrected; then the number alone, where one
/// neighbour without an address is left for it on either side.
pub fn neighbors(
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
