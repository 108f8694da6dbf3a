//! Internal sessions whose both ends are in the repository.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use super::Model;
use crate::router::SessionId;

/// One end of an internal session: a router by its place among the models, and its session.
pub(super) type End = (usize, SessionId);

/// The other ends of internal sessions, by each end that has some.
pub(super) fn links(models: &[&Model]) -> BTreeMap<End, Vec<End>> {
    let mut by_address: BTreeMap<IpAddr, Vec<usize>> = BTreeMap::new();
    let own: Vec<BTreeSet<IpAddr>> = models.iter().map(|model| addresses(model)).collect();
    for (at, addresses) in own.iter().enumerate() {
        for address in addresses {
            by_address.entry(*address).or_default().push(at);
        }
    }
    let mut links: BTreeMap<End, Vec<End>> = BTreeMap::new();
    for (at, model) in models.iter().enumerate() {
        for (id, address) in inside(model) {
            for other in by_address.get(&address).into_iter().flatten() {
                let (Some(far), Some(near)) = (models.get(*other), own.get(at)) else {
                    continue;
                };
                let back = inside(far).find(|(_, back)| *other != at && near.contains(back));
                if let Some((back, _)) = back {
                    links.entry((at, id)).or_default().push((*other, back));
                }
            }
        }
    }
    links
}

/// The internal sessions of a router with their neighbours' addresses.
fn inside(model: &Model) -> impl Iterator<Item = (SessionId, IpAddr)> {
    model.router.each_session().filter_map(|(id, session)| {
        let up = !session.disabled && !session.external();
        session.address.filter(|_| up).map(|address| (id, address))
    })
}

/// The addresses that a router is known to have.
fn addresses(model: &Model) -> BTreeSet<IpAddr> {
    let sessions = model.router.sessions.iter();
    let mut addresses: BTreeSet<IpAddr> = sessions
        .filter_map(|session| session.local_address)
        .collect();
    addresses.extend(model.router.router_id.map(IpAddr::from));
    addresses
}

/// Routers that are connected by internal sessions, directly or over others, by their places.
pub(super) fn regions(count: usize, links: &BTreeMap<End, Vec<End>>) -> Vec<Vec<usize>> {
    let mut near: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
    for ((from, _), ends) in links {
        for (to, _) in ends {
            near.entry(*from).or_default().insert(*to);
            near.entry(*to).or_default().insert(*from);
        }
    }
    let mut seen = BTreeSet::new();
    let mut regions = Vec::new();
    for start in 0..count {
        if !seen.insert(start) {
            continue;
        }
        let mut region = vec![start];
        let mut open = vec![start];
        while let Some(at) = open.pop() {
            for next in near.get(&at).into_iter().flatten() {
                if seen.insert(*next) {
                    region.push(*next);
                    open.push(*next);
                }
            }
        }
        region.sort_unstable();
        regions.push(region);
    }
    regions
}
