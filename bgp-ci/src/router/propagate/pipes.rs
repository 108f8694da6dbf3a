//! Pipes: every route of a table goes on to the other, once.
//!
//! A pipe carries all routes of a network, not the best alone. A route that the other table has
//! already from the same statement is not carried there again, so that circles of pipes end: the
//! way that was there first stays.

use std::sync::Arc;

use rules::Certainty;

use super::{Entry, ExportGap, Run, Variant};
use crate::model::session::LimitAction;
use crate::model::{GapKind, Prefix};
use crate::router::{Limit, Pipe, TableId};

/// One direction of a pipe.
#[derive(Clone, Copy)]
struct Way {
    pipe: usize,
    forth: bool,
}

impl Run<'_> {
    /// Carries routes until nothing moves: each table is fed to each of its pipes in their order,
    /// and what arrives goes on at once.
    pub(super) fn carry(&mut self) {
        let router = self.router;
        let ways = self.ways();
        for pipe in 0..router.pipes.len() {
            for forth in [true, false] {
                let way = Way { pipe, forth };
                let Some(from) = self.end(way, false) else {
                    continue;
                };
                let fed: Vec<(Prefix, Entry)> = self
                    .contents(from)
                    .iter()
                    .flat_map(|(prefix, entries)| {
                        entries.iter().map(|entry| (*prefix, entry.clone()))
                    })
                    .collect();
                for (prefix, entry) in fed {
                    self.carry_on(&ways, way, prefix, entry);
                }
            }
        }
        self.check_limits();
    }

    /// The ways that lead out of each table, in the order of the pipes.
    fn ways(&self) -> Vec<Vec<Way>> {
        let mut ways = vec![Vec::new(); self.router.tables.len()];
        for (pipe, configured) in self.router.pipes.iter().enumerate() {
            if configured.disabled {
                continue;
            }
            for (table, forth) in [(configured.table, true), (configured.peer, false)] {
                if let Some(out) = ways.get_mut(table.index()) {
                    out.push(Way { pipe, forth });
                }
            }
        }
        ways
    }

    fn pipe(&self, way: Way) -> Option<&Pipe> {
        self.router
            .pipes
            .get(way.pipe)
            .filter(|pipe| !pipe.disabled)
    }

    /// The table where `way` begins, or where it `ends`.
    fn end(&self, way: Way, ends: bool) -> Option<TableId> {
        let pipe = self.pipe(way)?;
        Some(if way.forth == ends {
            pipe.peer
        } else {
            pipe.table
        })
    }

    /// Carries one route along `way`, and on from there.
    fn carry_on(&mut self, ways: &[Vec<Way>], way: Way, prefix: Prefix, entry: Entry) {
        let mut under_way = vec![(way, entry)];
        while let Some((way, entry)) = under_way.pop() {
            let Some(arrived) = self.carry_once(way, prefix, &entry) else {
                continue;
            };
            let Some(to) = self.end(way, true) else {
                continue;
            };
            let out = ways.get(to.index()).map_or(&[][..], Vec::as_slice);
            // The last is taken first.
            under_way.extend(out.iter().rev().map(|way| (*way, arrived.clone())));
        }
    }

    /// Carries one route to the other end of `way`; `None` where nothing new arrives.
    fn carry_once(&mut self, way: Way, prefix: Prefix, entry: &Entry) -> Option<Entry> {
        if entry.pipe == Some(way.pipe) {
            return None;
        }
        let to = self.end(way, true)?;
        let pipe = self.pipe(way)?;
        let policy = if way.forth { pipe.export } else { pipe.import };
        let variants = self.through(policy, pipe.place, &entry.variants);
        if variants
            .iter()
            .all(|variant| matches!(variant, Variant::Rejected))
        {
            return None;
        }
        let known = self
            .tables
            .get_mut(to.index())?
            .get_mut(&prefix)
            .and_then(|entries| {
                entries
                    .iter_mut()
                    .find(|known| known.origin == entry.origin)
            });
        if let Some(known) = known {
            // From its own protocol it is there whatever pipes do; of two pipes the first wins,
            // which depends on the daemon's history where they make a difference.
            if known.pipe.is_some_and(|first| first != way.pipe)
                && !same(&known.variants, &variants)
            {
                known.certainty = known.certainty.min(Certainty::Likely);
            }
            return None;
        }
        let arrived = Entry {
            origin: entry.origin,
            pipe: Some(way.pipe),
            variants,
            certainty: entry.certainty,
            suppressed: false,
        };
        self.store(to, prefix, arrived.clone());
        Some(arrived)
    }

    /// Limits of pipes: what happens beyond them depends on what came first.
    fn check_limits(&mut self) {
        let router = self.router;
        for (at, pipe) in router.pipes.iter().enumerate() {
            if pipe.disabled {
                continue;
            }
            for (limit, to) in [
                (pipe.export_limit, pipe.peer),
                (pipe.import_limit, pipe.table),
            ] {
                let Some(limit) = limit else { continue };
                let brought = self
                    .contents(to)
                    .values()
                    .flatten()
                    .filter(|entry| entry.pipe == Some(at))
                    .count();
                if exceeded(&limit, brought) {
                    let gap = ExportGap {
                        place: limit.place,
                        kind: GapKind::Unmodelled,
                        message: format!(
                            "the pipe `{}` carries {brought} routes, more than its limit of {}: which of them arrive is not known",
                            pipe.name, limit.count
                        ),
                        family: None,
                        prefix: None,
                    };
                    self.lost.push((pipe.table, gap.clone()));
                    self.lost.push((pipe.peer, gap));
                }
            }
        }
    }
}

fn exceeded(limit: &Limit, routes: usize) -> bool {
    limit.action != LimitAction::Warn && routes > usize::try_from(limit.count).unwrap_or(usize::MAX)
}

fn same(a: &[Variant], b: &[Variant]) -> bool {
    a.len() == b.len()
        && a.iter().zip(b).all(|(a, b)| match (a, b) {
            (Variant::Route(a), Variant::Route(b)) => Arc::ptr_eq(a, b) || a.route == b.route,
            (Variant::Rejected, Variant::Rejected) => true,
            _ => false,
        })
}
