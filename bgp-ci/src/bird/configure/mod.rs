//! From a configuration to the router that it makes.
//!
//! BIRD's rules about protocols, as measured on 2.0.12: a protocol has its template's statements
//! first, so that a later one wins; channels of the same kind are merged; tables `master4` and
//! `master6` are there; an external BGP session without an import and an export policy, and a
//! good many other mistakes, make BIRD refuse the whole file. Then the file changes nothing until
//! it is repaired, and a gap that reaches everything says so.

mod bgp;
mod channel;
mod flow;
mod inherit;
mod locals;
mod others;
mod reach;
mod value;

use std::collections::{BTreeMap, BTreeSet};

use super::Parsed;
use super::ast::{self, Config, ItemKind, NetKind, Protocol, ProtocolKind, Reference};
use crate::filter::Program;
use crate::model::{Family, GapKind, Name};
use crate::place::Place;
use crate::router::{
    Daemon, FlowRoute, Gap, LocalSource, OpenSource, Pipe, Reach, RoaTable, Router, Session, Table,
    TableId,
};

use inherit::Flat;
use reach::Reaches;

/// The router that `parsed` configures.
///
/// What BIRD would refuse, what we cannot read and what has no model are the router's gaps.
pub fn router(parsed: Parsed) -> Router {
    let Parsed {
        config,
        program,
        sources,
        problems,
        secrets,
    } = parsed;
    let mut builder = Builder::new(&config, &program);
    builder.run();
    let Builder {
        router_id,
        tables,
        locals,
        pipes,
        sessions,
        open,
        roas,
        flows,
        mut gaps,
        reaches,
        ..
    } = builder;
    gaps.extend(reach::of_problems(&problems, &reaches));
    gaps.sort_by_key(|gap| (gap.place, gap.reach));
    gaps.dedup();
    Router {
        daemon: Daemon::BIRD,
        router_id,
        tables,
        locals,
        aggregates: Vec::new(),
        pipes,
        sessions,
        open,
        roas,
        flows,
        networks: Vec::new(),
        gaps,
        secrets,
        program,
        sources,
    }
}

/// A router in the making.
struct Builder<'a> {
    config: &'a Config,
    program: &'a Program,
    router_id: Option<std::net::Ipv4Addr>,
    tables: Vec<Table>,
    /// What is in each of `tables`.
    kinds: Vec<Option<NetKind>>,
    /// Protocols and templates by name.
    named: BTreeMap<Name, &'a Protocol>,
    /// Every name in use, for those that BIRD makes up.
    taken: BTreeSet<Name>,
    /// The last number in a name that BIRD made up, by what such names begin with.
    made_up: BTreeMap<&'static str, u32>,
    locals: Vec<LocalSource>,
    pipes: Vec<Pipe>,
    sessions: Vec<Session>,
    open: Vec<OpenSource>,
    roas: Vec<RoaTable>,
    flows: Vec<FlowRoute>,
    gaps: Vec<Gap>,
    reaches: Reaches,
}

impl<'a> Builder<'a> {
    fn new(config: &'a Config, program: &'a Program) -> Self {
        let mut builder = Self {
            config,
            program,
            router_id: None,
            tables: Vec::new(),
            kinds: Vec::new(),
            named: BTreeMap::new(),
            taken: BTreeSet::new(),
            made_up: BTreeMap::new(),
            locals: Vec::new(),
            pipes: Vec::new(),
            sessions: Vec::new(),
            open: Vec::new(),
            roas: Vec::new(),
            flows: Vec::new(),
            gaps: Vec::new(),
            reaches: Reaches::default(),
        };
        for (name, kind) in [("master4", NetKind::Ipv4), ("master6", NetKind::Ipv6)] {
            builder.add_table(name.into(), None, Some(kind), false);
        }
        builder
    }

    fn run(&mut self) {
        for item in &self.config.items {
            match &item.kind {
                ItemKind::RouterId(Some(id)) => {
                    self.router_id = self.router_id_of(id);
                }
                ItemKind::Table(table) => self.declare(table),
                ItemKind::Template(template) => {
                    self.check_base(template);
                    if let Some(name) = &template.name {
                        self.named.insert(name.clone(), template);
                        self.taken.insert(name.clone());
                    }
                }
                ItemKind::Protocol(protocol) => self.protocol(protocol, item.place),
                ItemKind::Unmodelled(what) => self.gap(
                    item.place,
                    GapKind::Unmodelled,
                    format!("{what} has no model here: what it changes is not known"),
                    Reach::Router,
                ),
                ItemKind::RouterId(None)
                | ItemKind::Filter(_)
                | ItemKind::Function(_)
                | ItemKind::Define(_)
                | ItemKind::Attribute(_)
                | ItemKind::Inert(_)
                // A problem of the reader's says what is not known.
                | ItemKind::Unknown => {}
            }
        }
    }

    fn protocol(&mut self, protocol: &'a Protocol, place: Place) {
        self.check_base(protocol);
        let name = self.name_of(protocol);
        self.named.insert(name.clone(), protocol);
        self.taken.insert(name.clone());
        let flat = self.flatten(protocol, name, place);
        let reach = match protocol.kind {
            ProtocolKind::Bgp => self.bgp(&flat),
            ProtocolKind::Static => self.statics(&flat),
            ProtocolKind::Pipe => self.pipe(&flat),
            ProtocolKind::Rpki => self.rpki(&flat),
            ProtocolKind::Kernel => self.kernel(&flat),
            ProtocolKind::Direct
            | ProtocolKind::OspfV2
            | ProtocolKind::OspfV3
            | ProtocolKind::Rip
            | ProtocolKind::RipNg
            | ProtocolKind::Babel => self.interior_protocol(&flat),
            ProtocolKind::Aggregator
            | ProtocolKind::L3vpn
            | ProtocolKind::Evpn
            | ProtocolKind::Bridge
            | ProtocolKind::Perf => self.unmodelled_protocol(&flat),
            // They bring no routes.
            ProtocolKind::Device
            | ProtocolKind::Bfd
            | ProtocolKind::Radv
            | ProtocolKind::Bmp
            | ProtocolKind::Mrt => vec![Reach::Nothing],
        };
        for base in &flat.chain {
            self.reaches.add(base.place, &reach);
        }
        self.reaches.add(place, &reach);
    }

    /// The name that `protocol` has, or that BIRD makes up for it.
    fn name_of(&mut self, protocol: &Protocol) -> Name {
        if let Some(name) = &protocol.name {
            return name.clone();
        }
        let stem = stem(protocol.kind);
        let last = self.made_up.entry(stem).or_default();
        loop {
            *last += 1;
            let name = Name::from(format!("{stem}{last}"));
            if !self.taken.contains(&name) {
                return name;
            }
        }
    }

    fn declare(&mut self, table: &ast::Table) {
        if let Some(id) = self.table_id(&table.name) {
            // `master4` and `master6` may be declared once more.
            if let Some(known) = self.tables.get_mut(id.index()) {
                known.place = Some(table.place);
                known.sorted |= table.sorted;
            }
            return;
        }
        self.add_table(
            table.name.clone(),
            Some(table.place),
            table.net,
            table.sorted,
        );
    }

    fn add_table(
        &mut self,
        name: Name,
        place: Option<Place>,
        net: Option<NetKind>,
        sorted: bool,
    ) -> TableId {
        let id = TableId::at(self.tables.len());
        self.tables.push(Table {
            name,
            place,
            family: net.and_then(family),
            sorted,
        });
        self.kinds.push(net);
        if matches!(net, Some(NetKind::Roa4 | NetKind::Roa6)) {
            self.roas.push(RoaTable {
                table: id,
                entries: Vec::new(),
                live: None,
            });
        }
        id
    }

    fn table_id(&self, name: &str) -> Option<TableId> {
        let at = self.tables.iter().position(|table| *table.name == *name)?;
        Some(TableId::at(at))
    }

    /// The table that `reference` names; a gap where nothing declares it.
    fn table_of(&mut self, reference: &Reference) -> Option<TableId> {
        let found = self.table_id(&reference.name);
        if found.is_none() {
            self.gap(
                reference.place,
                GapKind::Undefined,
                format!(
                    "no table is called `{}`: BIRD refuses to load the file",
                    reference.name
                ),
                Reach::Router,
            );
        }
        found
    }

    fn kind_of(&self, table: TableId) -> Option<NetKind> {
        self.kinds.get(table.index()).copied().flatten()
    }

    fn gap(&mut self, place: Place, kind: GapKind, message: String, reach: Reach) {
        self.gaps.push(Gap {
            place,
            kind,
            message,
            reach,
        });
    }

    /// BIRD would not load the file.
    fn refused(&mut self, place: Place, why: &str) {
        self.gap(
            place,
            GapKind::Unparsed,
            format!("{why}: BIRD refuses to load the file"),
            Reach::Router,
        );
    }

    /// [`Self::refused`] for want of a statement, unless one of `flat` makes no sense: then that is
    /// what is wrong, and it may be the one that is missed.
    fn lacks(&mut self, flat: &Flat<'_>, why: &str) {
        if !flat.damaged {
            self.refused(flat.place, why);
        }
    }

    /// A statement of `flat` that has no model.
    fn unmodelled(&mut self, place: Place, what: &str, flat: &Flat<'_>, reach: Reach) {
        self.gap(
            place,
            GapKind::Unmodelled,
            format!("`{what}` of `{}` has no model here", flat.name),
            reach,
        );
    }
}

/// The family of the networks of `net`, if it is one that is announced over BGP's unicast families.
fn family(net: NetKind) -> Option<Family> {
    match net {
        NetKind::Ipv4 => Some(Family::Ipv4),
        NetKind::Ipv6 => Some(Family::Ipv6),
        _ => None,
    }
}

/// What the names begin with that BIRD makes up.
fn stem(kind: ProtocolKind) -> &'static str {
    match kind {
        ProtocolKind::Bgp => "bgp",
        ProtocolKind::Static => "static",
        ProtocolKind::Kernel => "kernel",
        ProtocolKind::Device => "device",
        ProtocolKind::Direct => "direct",
        ProtocolKind::Pipe => "pipe",
        ProtocolKind::Rpki => "rpki",
        ProtocolKind::Bfd => "bfd",
        ProtocolKind::OspfV2 | ProtocolKind::OspfV3 => "ospf",
        ProtocolKind::Rip | ProtocolKind::RipNg => "rip",
        ProtocolKind::Radv => "radv",
        ProtocolKind::Babel => "babel",
        ProtocolKind::Aggregator => "aggregator",
        ProtocolKind::Bmp => "bmp",
        ProtocolKind::Mrt => "mrt",
        ProtocolKind::Perf => "perf",
        ProtocolKind::L3vpn => "l3vpn",
        ProtocolKind::Evpn => "evpn",
        ProtocolKind::Bridge => "bridge",
    }
}
