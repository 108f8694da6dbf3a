//! Sessions, by address and number.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use super::Names;
use crate::model::{Asn, Name, Session, SessionKey, Sessions};

/// Head's session for each of base's that is still there.
///
/// `sites` and `neighbors` give head's names of base's. In this order: what is the same in
/// everything; the same router with the same address and number; another router of the site, where the session moved or the router was
/// renamed; the same neighbour of the same router, whose address was added or corrected; the same
/// neighbour at the same site, where one is left on either side.
pub fn sessions(
    base: &Sessions,
    head: &Sessions,
    sites: &Names,
    neighbors: &Names,
) -> BTreeMap<SessionKey, SessionKey> {
    let mut matched = BTreeMap::new();
    let mut taken: BTreeSet<&SessionKey> = BTreeSet::new();
    for pass in [
        Pass::Equal,
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
            let site = sites.get(&key.site).unwrap_or(&key.site);
            // A router that bears its site's name is renamed with it.
            let named = Named {
                site,
                router: if key.router == key.site {
                    site
                } else {
                    &key.router
                },
                neighbor: neighbors.get(&key.neighbor).unwrap_or(&key.neighbor),
            };
            if let Some(about) = pass.about(key, session, named) {
                before.entry(about).or_default().push(key);
            }
        }
        let mut after: BTreeMap<_, Vec<&SessionKey>> = BTreeMap::new();
        for (key, session) in head {
            if taken.contains(key) {
                continue;
            }
            let named = Named {
                site: &key.site,
                router: &key.router,
                neighbor: &key.neighbor,
            };
            if let Some(about) = pass.about(key, session, named) {
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
    Equal,
    Same,
    Moved,
    Readdressed,
    MovedAndReaddressed,
}

/// A session's site, router and neighbour by head's names.
#[derive(Clone, Copy)]
struct Named<'a> {
    site: &'a Name,
    router: &'a Name,
    neighbor: &'a Name,
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
    fn about<'a>(self, key: &SessionKey, session: &Session, named: Named<'a>) -> Option<About<'a>> {
        let Named {
            site,
            router,
            neighbor,
        } = named;
        let asn = session.asn;
        match self {
            Self::Equal => Some((site, Some(router), Some(neighbor), key.address, asn)),
            Self::Same => Some((site, Some(router), None, Some(key.address?), asn)),
            Self::Moved => Some((site, None, None, Some(key.address?), asn)),
            Self::Readdressed => Some((site, Some(router), Some(neighbor), None, asn)),
            Self::MovedAndReaddressed => Some((site, None, Some(neighbor), None, asn)),
        }
    }
}
