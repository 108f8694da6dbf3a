//! A router, whatever language it is configured in.
//!
//! Local routes enter tables, pipes carry them from table to table, and sessions export the best
//! of them through a policy. Adapters build it with templates, defaults and names resolved, and
//! with the habits of their daemon as data; [`propagate`] then says what each session sends.
//!
//! Nothing is left out silently: what an adapter did not understand is a [`Gap`] that says how
//! far it reaches, and sources of routes that no file lists are [`OpenSource`]s.

pub mod gap;
pub mod propagate;
pub mod session;
pub mod source;

pub use gap::{Gap, Reach};
pub use session::{
    AddPaths, Behind, Channel, Conditional, Confederation, Given, Limit, NextHopRule, Policy,
    RemoteAs, Session, Sides,
};
pub use source::{
    Aggregate, Destination, FlowRoute, LocalKind, LocalRoute, LocalSource, Network, OpenKind,
    OpenSource, Ports, Roa, RoaTable, Suppressed, Via,
};

use std::net::Ipv4Addr;

use crate::filter::Program;
pub use crate::model::session::Role;
use crate::model::{Family, Name};
use crate::place::{Place, Sources};

/// Declares index types: each points into one list of a [`Router`].
macro_rules! indices {
    ($($(#[$meta:meta])* $name:ident in $list:ident: $item:ident, $of:ident;)*) => {
        $(
            $(#[$meta])*
            #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
            pub struct $name(pub u32);

            impl $name {
                /// The index of the entry at `at` of its list.
                pub fn at(at: usize) -> Self {
                    Self(u32::try_from(at).expect("a file is too short for so many statements"))
                }

                /// The place in its list.
                pub fn index(self) -> usize {
                    usize::try_from(self.0).expect("addresses have 32 bits at least")
                }
            }
        )*

        impl Router {
            $(
                #[doc = concat!("The ", stringify!($of), " that `id`, which this router gave, stands for.")]
                pub fn $of(&self, id: $name) -> &$item {
                    self.$list.get(id.index()).expect("an index is made from an entry of the same router")
                }
            )*
        }
    };
}

indices! {
    /// A table of a router.
    TableId in tables: Table, table;
    /// A session of a router.
    SessionId in sessions: Session, session;
    /// A source of local routes of a router.
    LocalId in locals: LocalSource, local;
    /// A pipe of a router.
    PipeId in pipes: Pipe, pipe;
    /// A source of routes that no file lists.
    OpenId in open: OpenSource, open_source;
    /// A gap of a router.
    GapId in gaps: Gap, gap;
}

/// One router.
#[derive(Debug)]
pub struct Router {
    /// What its daemon does where others do something else.
    pub daemon: Daemon,
    /// Its router id, where the files say one.
    pub router_id: Option<Ipv4Addr>,
    /// Its tables.
    pub tables: Vec<Table>,
    /// Its own routes, by the protocols that hold them, in the order of the files.
    pub locals: Vec<LocalSource>,
    /// Routes that it makes of others, in the order of the files.
    pub aggregates: Vec<Aggregate>,
    /// Its pipes between tables, in the order of the files.
    pub pipes: Vec<Pipe>,
    /// Its BGP sessions, disabled ones too, in the order of the files.
    pub sessions: Vec<Session>,
    /// Where routes come from that no file lists.
    pub open: Vec<OpenSource>,
    /// Its tables of ROAs.
    pub roas: Vec<RoaTable>,
    /// Flow specifications that it originates; judged by their match only.
    pub flows: Vec<FlowRoute>,
    /// `network` statements that announce a route which something else must make.
    pub networks: Vec<Network>,
    /// What was not understood.
    pub gaps: Vec<Gap>,
    /// Where its files hold passwords and keys in clear text.
    pub secrets: Vec<Secret>,
    /// The policies.
    pub program: Program,
    /// The files; the entry is the first.
    pub sources: Sources,
}

/// What daemons do differently, as measured on them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Daemon {
    /// Its name in reports.
    pub name: &'static str,
    /// Whether NO_EXPORT and its kin keep back routes that did not come from BGP, too: before the
    /// export policy, which can add them for the neighbour.
    pub local_routes_obey_communities: bool,
    /// Whether a MED and a next hop that the export policy does not write stay inside.
    pub settled_med_stays: bool,
    /// Whether a route is kept back whose next hop is the neighbour itself, or of another family.
    pub refuses_odd_next_hops: bool,
    /// Whether an ONLY_TO_CUSTOMER attribute keeps back routes that did not come from BGP, too.
    pub local_routes_obey_otc: bool,
    /// Whether a received route without a local preference gets the default one before the import
    /// policy.
    pub fills_local_preference: bool,
    /// Whether the MED of a received route is taken off before the export policy towards another
    /// system, and not after it.
    pub received_med_ends_early: bool,
    /// Whether path and next hop stay as they are towards every client of a route server, and the
    /// MED only where the route came from a client, too.
    pub transparent_between_clients: bool,
    /// Whether the export policy only decides about reflected routes, and changes nothing on them.
    pub reflects_unchanged: bool,
    /// Whether a route without a local preference or MED gets it before it is offered inside: the
    /// default preference, and 0 where it is reflected.
    pub fills_late: bool,
}

impl Daemon {
    /// BIRD 2 (measured on 2.0.12).
    pub const BIRD: Self = Self {
        name: "bird",
        local_routes_obey_communities: false,
        settled_med_stays: true,
        refuses_odd_next_hops: true,
        local_routes_obey_otc: false,
        fills_local_preference: true,
        received_med_ends_early: false,
        transparent_between_clients: false,
        reflects_unchanged: false,
        fills_late: false,
    };
    /// FRR (measured on 8.4.4).
    pub const FRR: Self = Self {
        name: "frr",
        local_routes_obey_communities: true,
        settled_med_stays: false,
        refuses_odd_next_hops: false,
        local_routes_obey_otc: false,
        fills_local_preference: false,
        received_med_ends_early: true,
        transparent_between_clients: true,
        reflects_unchanged: true,
        fills_late: true,
    };
}

/// A table of routes of one family.
#[derive(Debug, Clone)]
pub struct Table {
    /// Its name.
    pub name: Name,
    /// Where it is declared; the daemon's own tables are not.
    pub place: Option<Place>,
    /// The family; `None` for a kind that is not modelled.
    pub family: Option<Family>,
    /// Whether routes of one network are kept in order, not the best alone.
    pub sorted: bool,
}

/// A password or a key that stands in a file in clear text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Secret {
    /// The text itself, with its quotes.
    pub place: Place,
    /// What it guards: a protocol, a template, or the constant that holds it.
    pub of: Name,
}

/// Carries every route of each of two tables to the other, through a policy each way.
#[derive(Debug, Clone)]
pub struct Pipe {
    /// Its name.
    pub name: Name,
    /// Where it is configured.
    pub place: Place,
    /// Whether it is switched off.
    pub disabled: bool,
    /// The near table.
    pub table: TableId,
    /// The far table.
    pub peer: TableId,
    /// From the near table to the far one.
    pub export: Policy,
    /// How many routes may go to the far table.
    pub export_limit: Option<Limit>,
    /// From the far table to the near one.
    pub import: Policy,
    /// How many routes may come from the far table.
    pub import_limit: Option<Limit>,
}

impl Router {
    /// The table called `name`.
    pub fn table_named(&self, name: &str) -> Option<TableId> {
        let at = self.tables.iter().position(|table| *table.name == *name)?;
        Some(TableId::at(at))
    }

    /// Every session with its index.
    pub fn each_session(&self) -> impl Iterator<Item = (SessionId, &Session)> {
        (0..).map(SessionId).zip(&self.sessions)
    }
}
