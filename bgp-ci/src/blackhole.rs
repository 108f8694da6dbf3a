//! Routes that ask a neighbour to discard the traffic to them (RFC 7999).

use crate::change::Side;
use crate::model::{Announcement, Community, Key, Prefix};

/// Whether the route carries BLACKHOLE.
pub fn is_tagged(announcement: &Announcement) -> bool {
    let communities = &announcement.route.communities;
    communities.contains(&Community::BLACKHOLE)
}

/// Whether `prefix` is one address.
pub fn is_host(prefix: Prefix) -> bool {
    prefix.length() == prefix.max_length()
}

/// Whether the policy says that the neighbour discards for us.
pub fn is_accepted(side: &Side, key: &Key) -> bool {
    let neighbor = side.network.neighbors.get(&key.neighbor);
    let accepts = neighbor.and_then(|neighbor| neighbor.accepts_blackhole.as_ref());
    accepts.is_some_and(|accepts| accepts.value)
}

/// Whether rules about BLACKHOLE say all there is to say: one address of our own, whoever it goes
/// to.
pub fn is_told(side: &Side, key: &Key, announcement: &Announcement) -> bool {
    is_tagged(announcement)
        && is_host(key.prefix)
        && side.network.owned.covering(key.prefix).next().is_some()
}

/// Whether this is what BLACKHOLE is for: one address of our own, to a neighbour that discards
/// for us. Rules about lengths have nothing to say about it.
pub fn is_meant(side: &Side, key: &Key, announcement: &Announcement) -> bool {
    is_told(side, key, announcement) && is_accepted(side, key)
}
