//! What becomes of one route that a neighbour sends.
//!
//! The BGP layer looks at it ([`arrive`]), the import policy of its session, pipes, and then each
//! other session as it does with our own routes: one mechanism for both, in which the session that
//! brought the route decides what differs.
//!
//! The route is alone in the router: it is the best of its network, no limit is reached, and our
//! own routes are in no table. A caller that knows better routes of the same network must say so
//! itself. Next hops are assumed up.
//!
//! Beside the policies these are the only attributes that the BGP layer reads:
//!
//! | where | what | by whom |
//! |---|---|---|
//! | in | the path: our own numbers ([`Session::allow_local_as`]), the first number, segments of a confederation | both |
//! | in | ONLY_TO_CUSTOMER, where the session has a role (RFC 9234) | both |
//! | in | the next hop: of the channel's family, and not ours | both |
//! | out | NO_ADVERTISE, NO_EXPORT, NO_EXPORT_SUBCONFED as they are *before* the export policy | both, unless `interpret communities` is off |
//! | out | ONLY_TO_CUSTOMER *before* the export policy | both, where the session has a role |
//! | out | the next hop *after* the export policy: not the neighbour, and of the channel's family | BIRD |
//! | out | the path: our confederation's number | FRR |
//!
//! ORIGINATOR_ID and CLUSTER_LIST (RFC 4456) are no part of [`Sent`]: a reflected route that comes
//! back to its origin is not seen as such here.
//! Between several neighbours of one FRR update group the daemon sends a route back to where it
//! came from, too; that is not shown.

mod arrive;
mod egress;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::sync::Arc;

use rules::Certainty;

pub use arrive::{Dropped, arrive};
pub use egress::{Kept, passes};
pub(super) use egress::{kept_before, reflected, stripped};

use super::{Carried, Entry, ExportGap, Origin, Run, Sent, Variant, local};
use crate::filter::interpret::{Authorizations, Machine, Outcome};
use crate::filter::route::Route;
use crate::filter::value::Value;
use crate::frr::lower::HOP_SET;
use crate::model::Prefix;
use crate::place::Place;
use crate::router::{Channel, Policy, Router, Session, SessionId};

/// What becomes of a received route.
#[derive(Debug, Clone)]
pub struct Followed {
    /// The route as its import policy sees it, or why the BGP layer drops it before.
    pub arrived: Result<Route, Dropped>,
    /// The terms of the import policy that had a part in it, also of one that rejects it.
    pub terms: Arc<[Place]>,
    /// What every other session does with it that has a channel of its family and is not switched
    /// off, in the order of the files. A session that stands for a range of neighbours is among
    /// them for its own routes, too: it may send them to others of the range.
    pub relayed: Vec<(SessionId, Relayed)>,
}

impl Followed {
    /// What `session` does with it; `None` where it is not asked.
    pub fn by(&self, session: SessionId) -> Option<&Relayed> {
        let found = self.relayed.iter().find(|(id, _)| *id == session)?;
        Some(&found.1)
    }
}

/// What a session does with a received route.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Relayed {
    /// It sends it.
    Sent {
        /// The attributes on the wire.
        sent: Arc<Sent>,
        /// The policy terms that had a part in it, in the order in which they did, from the import
        /// policy on.
        terms: Arc<[Place]>,
        /// How sure it is.
        certainty: Certainty,
        /// What could be sent in its place, where the files do not say; `None` for nothing.
        otherwise: Vec<Option<Arc<Sent>>>,
    },
    /// It does not, and why.
    Kept(Kept),
    /// What it does is not known.
    Unknown(ExportGap),
}

/// What becomes of the route to `prefix` that the neighbour of `ingress` sends as `received`, with
/// `machine` made from the router's program and `data` for its tables of ROAs and ASPAs that are
/// fed from outside.
///
/// `received` is as it is on the wire: the path begins with the neighbour's number (unless that is
/// internal, or a route server; that of a member of our confederation with an
/// AS_CONFED_SEQUENCE), and [`NextHop::Own`](crate::model::NextHop::Own) is the
/// neighbour's own address. Gaps of the router that reach a session are not repeated here:
/// [`exports`](super::exports) tells them.
pub fn follow(
    router: &Router,
    machine: &Machine<'_>,
    data: &dyn Authorizations,
    ingress: SessionId,
    prefix: Prefix,
    received: &Sent,
) -> Followed {
    let session = router.session(ingress);
    let authorizations = local::Tables::new(router, data);
    let mut run = Run::new(router, machine, &authorizations);
    let channel = session.channel(prefix.family());
    let arrived = channel
        .ok_or(Dropped::Family)
        .and_then(|channel| arrive(router, session, channel, prefix, received));
    let mut terms: Arc<[Place]> = Arc::default();
    if let (Ok(route), Some(channel)) = (&arrived, channel) {
        terms = run.import_terms(channel.import, route);
        run.take(ingress, channel, route);
    }
    let relayed = router
        .each_session()
        .filter(|(id, other)| !other.disabled && (*id != ingress || other.range.is_some()))
        .filter_map(|(id, other)| {
            let channel = other.channel(prefix.family())?;
            Some((id, run.relayed(other, channel, prefix)))
        })
        .collect();
    Followed {
        arrived,
        terms,
        relayed,
    }
}

impl Run<'_> {
    /// Brings a route through the import policy into its table, and on through pipes.
    fn take(&mut self, ingress: SessionId, channel: &Channel, route: &Route) {
        let first = Variant::Route(Arc::new(Carried {
            route: route.clone(),
            med_fresh: false,
            next_hop_fresh: false,
            // What BGP brings has several attributes, so that nothing that the import policy
            // writes is the only one: see [`Run::store`].
            writes: 2,
            terms: Vec::new(),
        }));
        let mut variants = self.through(channel.import, channel.place, &[first]);
        if self.router.daemon.fills_late {
            for variant in &mut variants {
                if let Variant::Route(carried) = variant
                    && carried.next_hop_fresh
                {
                    Arc::make_mut(carried).route.set(HOP_SET, Value::Int(1));
                }
            }
        }
        if variants
            .iter()
            .all(|variant| matches!(variant, Variant::Rejected))
        {
            return;
        }
        let entry = Entry {
            origin: Origin::Learned(ingress),
            pipe: None,
            variants,
            certainty: Certainty::Proven,
            suppressed: false,
        };
        self.store(channel.table, route.net, entry);
        self.suppress_all();
        self.carry();
    }

    fn import_terms(&self, policy: Policy, route: &Route) -> Arc<[Place]> {
        let Policy::Filter(filter) = policy else {
            return Arc::default();
        };
        let decided = |outcome: &Outcome| {
            let decision = outcome.decision()?;
            let places = decision
                .trace
                .iter()
                .map(|term| self.machine.term(*term).place);
            let mut seen = BTreeSet::new();
            Some(places.filter(|place| seen.insert(*place)).collect())
        };
        decided(&self.machine.run(filter, route, &self.context))
            .or_else(|| {
                let outcomes = self.machine.outcomes(filter, route, &self.context);
                outcomes.iter().find_map(decided)
            })
            .unwrap_or_default()
    }

    fn relayed(&self, session: &Session, channel: &Channel, prefix: Prefix) -> Relayed {
        let Some(entries) = self.contents(channel.table).get(&prefix) else {
            return Relayed::Kept(Kept::Table);
        };
        let mut gaps = Vec::new();
        let results = self.results(session, channel, entries, &mut gaps);
        if let Some((_, shown)) = self.shown(entries, &results) {
            let open = !gaps.is_empty();
            return Relayed::Sent {
                sent: shown.sent,
                terms: shown.terms,
                certainty: if open {
                    Certainty::Possible
                } else {
                    shown.certainty
                },
                otherwise: shown.otherwise,
            };
        }
        if let Some(gap) = gaps.pop() {
            return Relayed::Unknown(gap);
        }
        let why = results.into_iter().find_map(|result| result.sent.err());
        Relayed::Kept(why.unwrap_or(Kept::Table))
    }
}
