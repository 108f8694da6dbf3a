//! Routes that we learn: what every route that a neighbour could send does in our network.
//!
//! No route table is in git, so each session from a provider, a peer or a route server brings
//! *every* route: the network, the path, communities (our own included) and numbers are free, as
//! far as the BGP layer lets them be. Import policies, pipes, IBGP inside the repository and export
//! policies divide them ([`symbolic`](crate::filter::interpret::symbolic)); what comes out at
//! another provider, peer or route server is a candidate of a leak (RFC 7908), and one route of it,
//! followed by the interpreter and the BGP layer on its own, is the proof.

mod answered;
mod anything;
mod between;
mod carry;
mod egress;
mod ingress;
mod leak;
mod link;
mod notation;
mod region;
mod search;
#[cfg(test)]
mod tests;
mod witness;

use std::collections::BTreeMap;

use rules::Certainty;

use crate::filter::interpret::Machine;
use crate::model::{Family, Name, SessionKey};
use crate::policy::network::Network;
use crate::policy::section::Relation;
use crate::router::{Role, Router, Session, SessionId};

pub use answered::{answered, count, is_wide, owned};
pub use anything::{anything, brought};
pub use between::{Between, between};
pub use leak::{Leak, Leaks, leaks};
pub use notation::notation;
pub use search::{Found, Search, arriving, excess, free, search, unreached};
pub use witness::{Received, Witness};

/// A router as it was read, with the names of its sessions on its side.
#[derive(Debug)]
pub struct Model {
    /// Where it is.
    pub site: Name,
    /// Its name.
    pub name: Name,
    /// The router.
    pub router: Router,
    /// Its sessions that are up.
    pub keys: BTreeMap<SessionId, SessionKey>,
}

impl Model {
    /// The session that has `key`.
    pub fn session(&self, key: &SessionKey) -> Option<(SessionId, &Session)> {
        let (id, _) = self.keys.iter().find(|(_, known)| *known == key)?;
        Some((*id, self.router.session(*id)))
    }
}

/// What a neighbour is to us, and how sure that is: by the policy, or by the role that the session
/// has (RFC 9234).
pub fn relation(
    network: &Network,
    key: &SessionKey,
    session: &Session,
) -> Option<(Relation, Certainty)> {
    let declared = network
        .neighbors
        .get(&key.neighbor)
        .and_then(|neighbor| neighbor.relation.as_ref());
    if let Some(declared) = declared {
        return Some((declared.value, Certainty::Proven));
    }
    let relation = match session.role? {
        Role::Provider | Role::RouteServer => Relation::Customer,
        Role::RouteServerClient => Relation::RouteServer,
        Role::Customer => Relation::Provider,
        Role::Peer => Relation::Peer,
    };
    Some((relation, Certainty::Likely))
}

/// Whether routes from such a neighbour are only for customers, and only our own and our
/// customers' routes are for it (RFC 7908).
pub fn is_beside(relation: Relation) -> bool {
    matches!(
        relation,
        Relation::Provider | Relation::Peer | Relation::RouteServer
    )
}

/// A router under analysis.
struct Node<'a> {
    model: &'a Model,
    machine: Machine<'a>,
}

/// The families, each followed by itself.
const FAMILIES: [Family; 2] = [Family::Ipv4, Family::Ipv6];
