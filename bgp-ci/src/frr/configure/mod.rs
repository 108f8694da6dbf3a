//! From what bgpd holds to the router that it is.
//!
//! There is one table for each family. What the file originates enters it, and every neighbour is
//! offered the best of each network; a neighbour has what is said of it, else what is said of its
//! peer group, else the defaults of the release and profile that the file names.

mod neighbor;
mod origin;
mod settings;

use std::collections::BTreeMap;

use super::config::{Bgp, Config, Version};
use super::lower::{Lowering, PAYLOADS};
use super::{Problem, Question, Reach as Reaches, Read};
use crate::model::{Family, GapKind, Name};
use crate::place::Place;
use crate::router::{
    Aggregate, Daemon, Gap, LocalId, LocalSource, Network, OpenSource, Reach, RoaTable, Router,
    Session, SessionId, Table, TableId,
};

/// The families, in the order of their tables.
const FAMILIES: [Family; 2] = [Family::Ipv4, Family::Ipv6];

/// The table of a family.
fn table(family: Family) -> TableId {
    TableId(match family {
        Family::Ipv4 => 0,
        Family::Ipv6 => 1,
    })
}

/// The preference of our own routes.
const PREFERENCE: u32 = 32768;

/// The router that `read` configures.
///
/// What FRR would not take, what we do not know and what has no model are the router's gaps.
pub fn router(read: Read) -> Router {
    router_with(read, None)
}

/// [`router`], with a filter for what is asked about: a route map or list by its name, whether or
/// not something uses it.
pub fn router_with(read: Read, question: Option<Question<'_>>) -> Router {
    let Read {
        config,
        sources,
        problems,
        missing: _,
    } = read;
    let mut builder = Builder {
        config: &config,
        lowering: Lowering::new(&config),
        locals: Vec::new(),
        aggregates: Vec::new(),
        sessions: Vec::new(),
        open: Vec::new(),
        networks: Vec::new(),
        gaps: Vec::new(),
        groups: BTreeMap::new(),
        named: BTreeMap::new(),
    };
    builder.lowering.apart = question.is_some();
    if let Some(bgp) = &config.bgp {
        builder.bgp(bgp);
    } else {
        builder.gap(
            Place::file(crate::place::FileId(0)),
            GapKind::Unparsed,
            "no `router bgp` of the default table is in this file".to_owned(),
            Reach::Nothing,
        );
    }
    if let Some(question) = question {
        builder.lowering.named(question.policy, question.family);
    }
    builder.problems(&problems);
    let Builder {
        lowering,
        locals,
        aggregates,
        sessions,
        open,
        networks,
        mut gaps,
        ..
    } = builder;
    let Lowering {
        program,
        validates,
        gaps: found,
        ..
    } = lowering;
    gaps.extend(found);
    gaps.sort_by_key(|gap| (gap.place, gap.reach));
    gaps.dedup();
    let mut tables: Vec<Table> = FAMILIES
        .iter()
        .map(|family| Table {
            name: format!("{} unicast", family.as_str()).into(),
            place: None,
            family: Some(*family),
            sorted: false,
        })
        .collect();
    let roas = validates.map(|place| RoaTable {
        table: TableId::at(tables.len()),
        entries: Vec::new(),
        live: Some(place),
    });
    if roas.is_some() {
        tables.push(Table {
            name: PAYLOADS.into(),
            place: validates,
            family: None,
            sorted: false,
        });
    }
    Router {
        daemon: Daemon::FRR,
        router_id: config.bgp.as_ref().and_then(|bgp| bgp.router_id),
        tables,
        locals,
        aggregates,
        pipes: Vec::new(),
        sessions,
        open,
        roas: roas.into_iter().collect(),
        flows: Vec::new(),
        networks,
        secrets: super::secret::find(&sources),
        gaps,
        program,
        sources,
    }
}

/// A router in the making.
struct Builder<'c> {
    config: &'c Config,
    lowering: Lowering<'c>,
    locals: Vec<LocalSource>,
    aggregates: Vec<Aggregate>,
    sessions: Vec<Session>,
    open: Vec<OpenSource>,
    networks: Vec<Network>,
    gaps: Vec<Gap>,
    /// The sessions of each group.
    groups: BTreeMap<Name, Vec<SessionId>>,
    /// The sessions of each neighbour.
    named: BTreeMap<Name, SessionId>,
}

impl Builder<'_> {
    fn bgp(&mut self, bgp: &Bgp) {
        for family in FAMILIES {
            if let Some(originated) = bgp.families.get(&family) {
                self.originate(bgp, family, originated);
            }
        }
        for neighbor in &bgp.neighbors {
            self.neighbor(bgp, neighbor);
        }
        for (range, group, place) in &bgp.ranges {
            self.range(bgp, *range, group, *place);
        }
    }

    fn gap(&mut self, place: Place, kind: GapKind, message: String, reach: Reach) {
        self.gaps.push(Gap {
            place,
            kind,
            message,
            reach,
        });
    }

    /// What the reader did not understand, as far as it reaches.
    fn problems(&mut self, problems: &[Problem]) {
        for problem in problems {
            let reaches = match &problem.reach {
                Reaches::Nothing => vec![Reach::Nothing],
                Reaches::Router => vec![Reach::Router],
                Reaches::Family(family) => vec![Reach::Table(table(*family))],
                Reaches::Neighbor(name) => {
                    let own = self.named.get(name).copied();
                    let members = self.groups.get(name).cloned().unwrap_or_default();
                    own.into_iter().chain(members).map(Reach::Session).collect()
                }
            };
            let reaches = if reaches.is_empty() {
                vec![Reach::Nothing]
            } else {
                reaches
            };
            for reach in reaches {
                self.gap(problem.place, problem.kind, problem.message.clone(), reach);
            }
        }
    }

    fn add_local(&mut self, source: LocalSource) -> LocalId {
        let id = LocalId::at(self.locals.len());
        self.locals.push(source);
        id
    }

    /// Whether the file was written by a release before `major.minor`. One that names none is of
    /// the newest.
    fn before(&self, major: u32, minor: u32) -> bool {
        self.config
            .version
            .is_some_and(|version| version < Version { major, minor })
    }

    /// Whether external neighbours without a policy are sent nothing (RFC 8212).
    fn requires_policy(&self, bgp: &Bgp) -> bool {
        bgp.requires_policy
            .unwrap_or(!self.config.datacenter && !self.before(7, 4))
    }
}
