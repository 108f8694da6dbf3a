//! Sessions that keep their name and become sessions with somebody else.

use std::collections::BTreeSet;

use crate::change::{Change, Side};
use crate::model::SessionKey;

/// Base's sessions that have become sessions with somebody else, each with head's: on the same
/// router, with the same name and another address or number, or with the same address and another
/// number.
pub fn replaced<'a>(change: &'a Change, base: &'a Side) -> Vec<(&'a SessionKey, &'a SessionKey)> {
    let head = &change.head.sessions;
    let readdressed = change.sessions.iter().filter(|(old, new)| {
        change.in_head(old).router == new.router
            && matches!((old.address, new.address), (Some(old), Some(new)) if old != new)
    });
    let mut replaced: Vec<_> = readdressed.collect();
    let mut taken: BTreeSet<&SessionKey> = change.sessions.values().collect();
    let gone = base.sessions.keys();
    for old in gone.filter(|key| !change.sessions.contains_key(*key)) {
        let wanted = change.in_head(old);
        let name = change.neighbors.get(&old.neighbor);
        let name = name.unwrap_or(&old.neighbor);
        let there = || {
            head.keys().filter(|new| {
                !taken.contains(new) && new.site == wanted.site && new.router == wanted.router
            })
        };
        let new = there()
            .find(|new| new.neighbor == *name)
            .or_else(|| there().find(|new| new.address.is_some() && new.address == old.address));
        if let Some(new) = new {
            taken.insert(new);
            replaced.push((old, new));
        }
    }
    replaced.sort_unstable();
    replaced
}
