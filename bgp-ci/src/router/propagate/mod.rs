//! What each session of a router sends, computed from the router's own statements.
//!
//! Local routes enter their tables, pipes carry them on, the best of each network goes through
//! the session's policy, and the BGP layer adds what no policy writes: our number, the local
//! preference, the next hop, ONLY_TO_CUSTOMER. Where a policy asks what the files do not say,
//! every answer is followed, and what is sent is as sure as the answers agree.
//!
//! Next hops are assumed up. Routes that are learned, from neighbours and from
//! [`OpenSource`](super::OpenSource)s, are not followed here: each session says which could reach
//! it, and [`learned`] says what becomes of a given one.

mod aggregate;
mod best;
mod collect;
mod gaps;
mod graph;
pub mod learned;
mod local;
mod pipes;
mod send;
mod wire;

use std::collections::BTreeMap;
use std::sync::Arc;

use rules::Certainty;

use super::{LocalId, LocalKind, OpenId, Router, Session, SessionId, TableId};
use crate::filter::interpret::{Authorizations, Context, Machine, NoData, TermId};
use crate::filter::route::Route;
use crate::model::{AsPath, Asn, Community, Family, GapKind, NextHop, OriginCode, Prefix};
use crate::place::Place;
use std::collections::BTreeSet;

/// What is said of a policy that could not be read; another gap says why.
pub const UNREAD: &str = "this policy could not be read";

/// What every session of a router sends, in the order of [`Router::sessions`].
#[derive(Debug)]
pub struct Exports {
    /// By session.
    pub sessions: Vec<SessionExports>,
}

impl Exports {
    /// What `session` sends.
    ///
    /// # Panics
    /// Where the index comes from another router.
    pub fn of(&self, session: SessionId) -> &SessionExports {
        self.sessions
            .get(session.index())
            .expect("there is an entry for each session of the router")
    }
}

/// What one session sends.
#[derive(Debug, Default)]
pub struct SessionExports {
    /// Our own routes, sorted by prefix; none twice.
    pub routes: Vec<Exported>,
    /// What was not understood on the way to it, each once.
    pub gaps: Vec<ExportGap>,
    /// Sources of routes that no file lists and that could reach it.
    pub open: Vec<OpenId>,
    /// Sessions whose received routes could reach it.
    pub relayed: Vec<SessionId>,
}

/// A network that a session sends.
#[derive(Debug, Clone)]
pub struct Exported {
    /// The network.
    pub prefix: Prefix,
    /// What is sent.
    pub sent: Arc<Sent>,
    /// The statement behind it.
    pub statement: Place,
    /// The protocol, or the list of statements, that holds it.
    pub local: LocalId,
    /// How it is configured.
    pub kind: LocalKind,
    /// The policy terms that had a part in it, in the order in which they did.
    pub terms: Arc<[Place]>,
    /// How sure it is.
    pub certainty: Certainty,
    /// What could be sent in its place, where the files do not say; `None` for nothing.
    pub otherwise: Vec<Option<Arc<Sent>>>,
}

/// The attributes of what is sent, as they are on the wire.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Sent {
    /// The path.
    pub path: AsPath,
    /// ORIGIN.
    pub origin_code: OriginCode,
    /// Standard, extended and large communities.
    pub communities: BTreeSet<Community>,
    /// The multi-exit discriminator, if one is sent.
    pub med: Option<u32>,
    /// The local preference, if one is sent.
    pub local_preference: Option<u32>,
    /// Where the neighbour is told to send traffic.
    pub next_hop: NextHop,
    /// ONLY_TO_CUSTOMER (RFC 9234).
    pub otc: Option<Asn>,
}

/// Something that was not understood on the way to a session.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ExportGap {
    /// Where.
    pub place: Place,
    /// Of which kind.
    pub kind: GapKind,
    /// What: a lower-case fragment.
    pub message: String,
    /// The family whose exports may be other than they seem; `None` for all.
    pub family: Option<Family>,
    /// The network, where it is about one alone.
    pub prefix: Option<Prefix>,
}

/// What every session of `router` sends, with `data` for its tables of ROAs and ASPAs that are
/// fed from outside.
pub fn propagate(router: &Router, data: &dyn Authorizations) -> Exports {
    let machine = Machine::new(&router.program);
    exports(router, &machine, data)
}

/// [`propagate`] without data from outside.
pub fn propagate_alone(router: &Router) -> Exports {
    propagate(router, &NoData)
}

/// What the policies of `router` are answered about ROAs and ASPAs: by its files, and by `data`
/// where something feeds a table from outside.
pub fn authorizations<'a>(
    router: &'a Router,
    data: &'a dyn Authorizations,
) -> impl Authorizations + 'a {
    local::Tables::new(router, data)
}

/// [`propagate`] with a machine of the router's program that is there already.
pub fn exports(router: &Router, machine: &Machine<'_>, data: &dyn Authorizations) -> Exports {
    let authorizations = local::Tables::new(router, data);
    let mut run = Run::new(router, machine, &authorizations);
    run.enter_locals();
    run.aggregate();
    run.carry();
    run.send_all()
}

/// The best routes of each network in `table`, before any session's policy: what a daemon shows
/// when it is asked for the table.
pub fn table(router: &Router, table: TableId, data: &dyn Authorizations) -> Vec<Stored> {
    let machine = Machine::new(&router.program);
    let authorizations = local::Tables::new(router, data);
    let mut run = Run::new(router, &machine, &authorizations);
    run.enter_locals();
    run.aggregate();
    run.carry();
    run.stored(table)
}

/// A route in a table.
#[derive(Debug, Clone)]
pub struct Stored {
    /// The network.
    pub prefix: Prefix,
    /// What is stored; `None` where it is not known.
    pub route: Option<Arc<Route>>,
    /// The statement behind it.
    pub statement: Place,
    /// Whether it is the best of its network.
    pub best: bool,
    /// Whether it is there whatever the files do not say.
    pub certain: bool,
}

/// The routes of one table by network, those that came first at the front.
type Contents = BTreeMap<Prefix, Vec<Entry>>;

/// A route in a table, in each of the ways that it can be.
#[derive(Debug, Clone)]
struct Entry {
    /// Where it comes from.
    origin: Origin,
    /// Which pipe brought it; `None` for a route that its own protocol put there.
    pipe: Option<usize>,
    /// What it can be; one where the files say all.
    variants: Vec<Variant>,
    /// How sure it is apart from that.
    certainty: Certainty,
    /// Whether an aggregate keeps it back.
    suppressed: bool,
}

/// What brought a route into the router, and with it the identity of what comes from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Origin {
    /// A statement of the router.
    Local {
        /// The protocol, or the list of statements, that holds it.
        local: LocalId,
        /// Which of its routes.
        index: usize,
    },
    /// The neighbour of a session.
    Learned(SessionId),
}

impl Origin {
    /// Whether both come from one protocol.
    fn shares_protocol(self, other: Self) -> bool {
        match (self, other) {
            (Self::Local { local, .. }, Self::Local { local: other, .. }) => local == other,
            (Self::Learned(session), Self::Learned(other)) => session == other,
            (Self::Local { .. }, Self::Learned(_)) | (Self::Learned(_), Self::Local { .. }) => {
                false
            }
        }
    }
}

/// One of the ways that a route can be.
#[derive(Debug, Clone)]
enum Variant {
    /// It is there.
    Route(Arc<Carried>),
    /// A policy rejects it.
    Rejected,
    /// What a policy does with it is not known.
    Unknown(Arc<ExportGap>),
}

/// A route on its way.
#[derive(Debug, Clone)]
struct Carried {
    /// Its attributes.
    route: Route,
    /// Whether its MED counts as written by the policy at hand: see [`Run::store`].
    med_fresh: bool,
    /// The same about its next hop.
    next_hop_fresh: bool,
    /// How often an attribute was written or taken away.
    writes: u32,
    /// The terms that had a part in it so far.
    terms: Vec<TermId>,
}

/// No route is followed in more ways than this.
const VARIANTS: usize = 16;

/// A propagation under way.
struct Run<'a> {
    router: &'a Router,
    machine: &'a Machine<'a>,
    context: Context<'a>,
    tables: Vec<Contents>,
    /// What was not understood, with the tables that it matters for.
    lost: Vec<(TableId, ExportGap)>,
}

impl<'a> Run<'a> {
    /// One whose tables are empty.
    fn new(
        router: &'a Router,
        machine: &'a Machine<'a>,
        authorizations: &'a dyn Authorizations,
    ) -> Self {
        Self {
            router,
            machine,
            context: Context {
                authorizations,
                trace: true,
            },
            tables: router.tables.iter().map(|_| Contents::new()).collect(),
            lost: Vec::new(),
        }
    }

    /// The session that brought `entry`; `None` for a route of our own.
    fn ingress(&self, entry: &Entry) -> Option<&'a Session> {
        match entry.origin {
            Origin::Local { .. } => None,
            Origin::Learned(session) => Some(self.router.session(session)),
        }
    }
}
