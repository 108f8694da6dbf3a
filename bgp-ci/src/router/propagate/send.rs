//! Sessions: the best of each network, through the export policy, onto the wire.

use std::collections::BTreeSet;
use std::sync::Arc;

use rules::Certainty;

use super::best::{Candidate, contenders, ranked, tie};
use super::local::first;
use super::wire::{Wire, kept_by_community, wire};
use super::{
    Carried, Entry, ExportGap, Exported, Exports, Origin, Run, Sent, SessionExports, Variant,
};
use crate::model::session::LimitAction;
use crate::model::{GapKind, Prefix};
use crate::place::Place;
use crate::router::{Channel, Given, Policy, Session, SessionId};

/// One thing that may happen to a network at a session.
struct Result<'e> {
    entry: &'e Entry,
    /// What is sent; `None` for nothing.
    sent: Option<Arc<Sent>>,
    certainty: Certainty,
    carried: Option<Arc<Carried>>,
}

impl Run<'_> {
    /// What every session sends.
    pub(super) fn send_all(&self) -> Exports {
        let router = self.router;
        let graph = self.graph();
        let sessions = router
            .each_session()
            .map(|(id, session)| {
                let mut exports = SessionExports::default();
                if !session.disabled {
                    for channel in &session.channels {
                        self.send(session, channel, &mut exports);
                    }
                    self.add_sources(&graph, id, session, &mut exports);
                    self.add_gaps(&graph, id, session, &mut exports);
                }
                exports.routes.sort_by_key(|exported| exported.prefix);
                exports.gaps.sort();
                exports.gaps.dedup();
                exports
            })
            .collect();
        Exports { sessions }
    }

    fn send(&self, session: &Session, channel: &Channel, exports: &mut SessionExports) {
        if channel.export == Policy::Nothing && channel.given.is_none() {
            return;
        }
        let first = exports.routes.len();
        for (prefix, entries) in self.contents(channel.table) {
            if prefix.family() != channel.family {
                continue;
            }
            let results = self.results(session, channel, entries, &mut exports.gaps);
            exports
                .routes
                .extend(self.exported(*prefix, entries, &results));
        }
        if let Some(given) = channel.given {
            self.give(session, channel, given, exports);
        }
        limit(channel, first, exports);
    }

    /// Sends a route that is in no table.
    fn give(
        &self,
        session: &Session,
        channel: &Channel,
        given: Given,
        exports: &mut SessionExports,
    ) {
        let source = self.router.local(given.local);
        let Some(statement) = source.routes.first() else {
            return;
        };
        let entries = [Entry {
            origin: Origin {
                local: given.local,
                index: 0,
            },
            pipe: None,
            variants: self.through(source.import, source.place, &[first(source, statement)]),
            certainty: statement.certainty,
            suppressed: false,
        }];
        let mut results = Vec::new();
        for candidate in contenders(&entries) {
            let found = self.offer(
                session,
                channel,
                given.policy,
                &candidate,
                &mut exports.gaps,
            );
            results.extend(found);
        }
        let exported = self.exported(statement.prefix, &entries, &results);
        // It takes the place of what the table has.
        exports
            .routes
            .retain(|known| known.prefix != statement.prefix);
        exports.routes.extend(exported);
    }

    /// All that may happen to a network.
    fn results<'e>(
        &self,
        session: &Session,
        channel: &Channel,
        entries: &'e [Entry],
        gaps: &mut Vec<ExportGap>,
    ) -> Vec<Result<'e>> {
        let candidates = if channel.secondary {
            ranked(entries)
        } else {
            contenders(entries)
        };
        let mut results = Vec::new();
        for candidate in candidates {
            let policy = if candidate.entry.suppressed {
                channel.unsuppressed
            } else {
                channel.export
            };
            let found = self.offer(session, channel, policy, &candidate, gaps);
            let sent = found.iter().any(|result| result.sent.is_some());
            let certain = candidate.entry.variants.len() == 1 && found.len() == 1;
            if channel.secondary && !sent && certain {
                // The next best has its turn.
                continue;
            }
            results.extend(found);
            if channel.secondary && sent && certain {
                break;
            }
        }
        results
    }

    /// What `session` does with one candidate.
    fn offer<'e>(
        &self,
        session: &Session,
        channel: &Channel,
        policy: Policy,
        candidate: &Candidate<'e>,
        gaps: &mut Vec<ExportGap>,
    ) -> Vec<Result<'e>> {
        let entry = candidate.entry;
        let daemon = self.router.daemon;
        if let Variant::Route(carried) = candidate.variant
            && daemon.local_routes_obey_communities
            && session.interpret_communities
            && kept_by_community(session, &carried.route)
        {
            return vec![Result {
                entry,
                sent: None,
                certainty: entry.certainty,
                carried: None,
            }];
        }
        let variants = self.through(
            policy,
            channel.place,
            std::slice::from_ref(candidate.variant),
        );
        let nothing = || Result {
            entry,
            sent: None,
            certainty: entry.certainty,
            carried: None,
        };
        let mut results = Vec::new();
        for variant in variants {
            let carried = match variant {
                Variant::Route(carried) => carried,
                Variant::Rejected => {
                    results.push(nothing());
                    continue;
                }
                Variant::Unknown(gap) => {
                    gaps.push(ExportGap {
                        family: Some(channel.family),
                        ..ExportGap::clone(&gap)
                    });
                    continue;
                }
            };
            match wire(daemon, session, channel, &carried) {
                Wire::Sent(sent, certainty) => results.push(Result {
                    entry,
                    sent: Some(sent),
                    certainty: certainty.min(entry.certainty),
                    carried: Some(carried),
                }),
                Wire::Kept => results.push(nothing()),
                Wire::Unknown(what) => gaps.push(ExportGap {
                    place: self.statement(entry),
                    kind: GapKind::Unmodelled,
                    message: format!("{what} of {} is not known", carried.route.net),
                    family: Some(channel.family),
                    prefix: Some(carried.route.net),
                }),
            }
        }
        results
    }

    /// What is said of a network: the first result that sends it, and what may be instead.
    fn exported(
        &self,
        prefix: Prefix,
        entries: &[Entry],
        results: &[Result<'_>],
    ) -> Option<Exported> {
        let first = results.iter().find(|result| result.sent.is_some())?;
        let sent = first.sent.clone()?;
        let mut otherwise: Vec<Option<Arc<Sent>>> = Vec::new();
        for result in results {
            if result.sent.as_deref() != Some(&*sent) && !otherwise.contains(&result.sent) {
                otherwise.push(result.sent.clone());
            }
        }
        let certainty = if otherwise.is_empty() {
            first.certainty.min(tie(entries))
        } else {
            Certainty::Possible
        };
        let origin = first.entry.origin;
        let source = self.router.local(origin.local);
        Some(Exported {
            prefix,
            sent,
            statement: self.statement(first.entry),
            local: origin.local,
            kind: source.routes.get(origin.index)?.kind,
            terms: first
                .carried
                .as_ref()
                .map_or_else(|| [].into(), |carried| self.places(carried)),
            certainty,
            otherwise,
        })
    }

    /// The places of the terms that had a part in a route, each once, in their order.
    fn places(&self, carried: &Carried) -> Arc<[Place]> {
        let mut seen = BTreeSet::new();
        let places = carried.terms.iter().map(|id| self.machine.term(*id).place);
        places.filter(|place| seen.insert(*place)).collect()
    }

    fn add_sources(
        &self,
        graph: &super::graph::Graph,
        id: SessionId,
        session: &Session,
        exports: &mut SessionExports,
    ) {
        for channel in &session.channels {
            if channel.export == Policy::Nothing {
                continue;
            }
            let upstream = graph.upstream(channel.table);
            for (at, source) in self.router.open.iter().enumerate() {
                if upstream.contains(&source.table) {
                    exports.open.push(crate::router::OpenId::at(at));
                }
            }
            for (other, ingress) in self.router.each_session() {
                let brings = |from: &Channel| {
                    from.import != Policy::Nothing
                        && from.family == channel.family
                        && upstream.contains(&from.table)
                };
                if other != id
                    && !ingress.disabled
                    && passes(ingress, session)
                    && ingress.channels.iter().any(brings)
                {
                    exports.relayed.push(other);
                }
            }
        }
        exports.open.sort_unstable();
        exports.open.dedup();
        exports.relayed.sort_unstable();
        exports.relayed.dedup();
    }
}

/// What a limit on what is sent does to it.
fn limit(channel: &Channel, first: usize, exports: &mut SessionExports) {
    let Some(limit) = channel.export_limit else {
        return;
    };
    let sent = exports.routes.len() - first;
    let allowed = usize::try_from(limit.count).unwrap_or(usize::MAX);
    if sent <= allowed || limit.action == LimitAction::Warn {
        return;
    }
    let what = match limit.action {
        LimitAction::Block => "which of them are sent is not known",
        _ => "the session is taken down",
    };
    for exported in exports.routes.iter_mut().skip(first) {
        exported.certainty = Certainty::Possible;
        exported.otherwise.push(None);
    }
    exports.gaps.push(ExportGap {
        place: limit.place,
        kind: GapKind::Unmodelled,
        message: format!(
            "{sent} routes are more than the export limit of {}: {what}",
            limit.count
        ),
        family: Some(channel.family),
        prefix: None,
    });
}

/// Whether routes from one session may go to the other: from one internal neighbour to another
/// only by a route reflector (RFC 4456).
fn passes(from: &Session, to: &Session) -> bool {
    from.external() || to.external() || from.rr_client || to.rr_client
}
