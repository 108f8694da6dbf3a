//! The router's own routes on their way into their tables.

use std::net::IpAddr;
use std::sync::Arc;

use rules::Certainty;

use super::{Carried, Entry, Origin, Run, Variant};
use crate::filter::attribute::Attribute;
use crate::filter::interpret::Authorizations;
use crate::filter::route::Route;
use crate::filter::types::Enumerated;
use crate::filter::value::{Address, AsPath};
use crate::model::session::LimitAction;
use crate::model::{Asn, Prefix};
use crate::router::{Destination, LocalId, LocalRoute, LocalSource, RoaTable, Router};

impl Run<'_> {
    /// Puts the routes of every local source into its table.
    pub(super) fn enter_locals(&mut self) {
        let router = self.router;
        for (at, source) in router.locals.iter().enumerate() {
            if !source.disabled {
                self.enter(LocalId::at(at), source);
            }
        }
    }

    fn enter(&mut self, local: LocalId, source: &LocalSource) {
        let mut entries = Vec::with_capacity(source.routes.len());
        for (index, statement) in source.routes.iter().enumerate() {
            let mut variants = vec![first(source, statement)];
            if let Some(block) = statement.block {
                variants = self.filtered(block, &variants);
            }
            variants = self.through(source.import, source.place, &variants);
            if variants
                .iter()
                .all(|variant| matches!(variant, Variant::Rejected))
            {
                continue;
            }
            let origin = Origin::Local { local, index };
            entries.push((
                statement.prefix,
                Entry {
                    origin,
                    pipe: None,
                    variants,
                    certainty: statement.certainty,
                    suppressed: false,
                },
            ));
        }
        if let Some(limit) = source.import_limit
            && entries.len() > usize::try_from(limit.count).unwrap_or(usize::MAX)
        {
            match limit.action {
                LimitAction::Warn => {}
                LimitAction::Block => {
                    entries.truncate(usize::try_from(limit.count).unwrap_or(usize::MAX));
                    for (_, entry) in &mut entries {
                        // Which ones come first is the daemon's history.
                        entry.certainty = entry.certainty.min(Certainty::Likely);
                    }
                }
                LimitAction::Restart | LimitAction::Disable => entries.clear(),
            }
        }
        for (prefix, entry) in entries {
            self.store(source.table, prefix, entry);
        }
    }
}

/// What a statement makes, before its own block.
pub(super) fn first(source: &LocalSource, statement: &LocalRoute) -> Variant {
    Variant::Route(Arc::new(Carried {
        route: starting(source, statement),
        med_fresh: false,
        next_hop_fresh: false,
        writes: 0,
        terms: Vec::new(),
    }))
}

/// The route that a statement makes, before its own block.
fn starting(source: &LocalSource, statement: &LocalRoute) -> Route {
    let mut route = Route::local(statement.prefix, &source.name);
    route.preference = u16::try_from(source.preference).unwrap_or(u16::MAX);
    for (attribute, value) in &statement.attributes {
        route.set(Attribute::Bgp(*attribute), value.clone());
    }
    match &statement.destination {
        Destination::Via(hops) => {
            route.destination = Some(Enumerated::RTD_UNICAST);
            if let [hop] = &**hops {
                route.gateway = hop
                    .gateway
                    .map_or(Some(Address::NONE), |gateway| Some(address(gateway)));
                route.interface.clone_from(&hop.interface);
            } else {
                route.gateway = None;
                route.interface = None;
            }
        }
        Destination::Recursive(_) => {
            route.destination = None;
            route.gateway = None;
            route.interface = None;
        }
        Destination::Blackhole => {}
        Destination::Unreachable => route.destination = Some(Enumerated::RTD_UNREACHABLE),
        Destination::Prohibit => route.destination = Some(Enumerated::RTD_PROHIBIT),
    }
    route
}

/// An address as filters see it.
pub(super) fn address(of: IpAddr) -> Address {
    Address::from(of)
}

/// The tables of ROAs: what the files list, and data from outside where something feeds them.
pub(super) struct Tables<'a> {
    router: &'a Router,
    outside: &'a dyn Authorizations,
}

impl<'a> Tables<'a> {
    /// The tables of `router`, with data from `outside`.
    pub(super) fn new(router: &'a Router, outside: &'a dyn Authorizations) -> Self {
        Self { router, outside }
    }
}

impl Authorizations for Tables<'_> {
    fn roa(&self, table: &str, net: Prefix, origin: u32) -> Option<Enumerated> {
        let id = self.router.table_named(table)?;
        let roas = self.router.roas.iter().find(|roas| roas.table == id)?;
        let listed = validity(roas, net, Asn(origin));
        if roas.live.is_none() || listed == Enumerated::ROA_VALID {
            return Some(listed);
        }
        let outside = self.outside.roa(table, net, origin)?;
        Some(match (listed, outside) {
            (_, Enumerated::ROA_VALID) => Enumerated::ROA_VALID,
            (Enumerated::ROA_INVALID, _) => Enumerated::ROA_INVALID,
            (_, outside) => outside,
        })
    }

    fn aspa(&self, table: &str, path: &AsPath, upstream: bool) -> Option<Enumerated> {
        self.outside.aspa(table, path, upstream)
    }
}

/// Route origin validation (RFC 6811, section 2) against what a file lists.
fn validity(roas: &RoaTable, net: Prefix, origin: Asn) -> Enumerated {
    let mut covered = false;
    for roa in roas.entries.iter().filter(|roa| roa.prefix.covers(net)) {
        covered = true;
        if roa.asn == origin && origin.0 != 0 && net.length() <= roa.max_length {
            return Enumerated::ROA_VALID;
        }
    }
    if covered {
        Enumerated::ROA_INVALID
    } else {
        Enumerated::ROA_UNKNOWN
    }
}
