//! Sessions: the best of each network, through the export policy, onto the wire.

use std::collections::BTreeSet;
use std::sync::Arc;

use rules::Certainty;

use super::best::{Candidate, contenders, ranked, tie};
use super::learned::{Kept, kept_before, passes, reflected, stripped};
use super::local::first;
use super::wire::{Wire, wire};
use super::{
    Carried, Entry, ExportGap, Exported, Exports, Origin, Run, Sent, SessionExports, Variant,
};
use crate::model::session::LimitAction;
use crate::model::{GapKind, Prefix};
use crate::place::Place;
use crate::router::{Channel, Conditional, Given, Policy, Session, SessionId};

/// One thing that may happen to a network at a session.
pub(super) struct Result<'e> {
    entry: &'e Entry,
    /// What is sent, or why nothing is.
    pub(super) sent: std::result::Result<Arc<Sent>, Kept>,
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
        let met = given.when.is_none_or(|filter| self.is_met(channel, filter));
        if !met && !self.learns(channel) {
            return;
        }
        let entries = [Entry {
            origin: Origin::Local {
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
        let mut exported = self.exported(statement.prefix, &entries, &results);
        if let Some(exported) = exported.as_mut().filter(|_| !met) {
            // It is up to what neighbours and other protocols bring.
            exported.certainty = Certainty::Possible;
            exported.otherwise.push(None);
        }
        // It takes the place of what the table has.
        exports
            .routes
            .retain(|known| known.prefix != statement.prefix);
        exports.routes.extend(exported);
    }

    /// Whether a route of our own in the table of `channel` passes `filter`, come what may.
    fn is_met(&self, channel: &Channel, filter: crate::filter::FilterId) -> bool {
        self.contents(channel.table)
            .values()
            .flatten()
            .any(|entry| {
                let verdicts = self.filtered(filter, &entry.variants);
                let passes = |variant: &Variant| matches!(variant, Variant::Route(_));
                !verdicts.is_empty() && verdicts.iter().all(passes)
            })
    }

    /// Whether routes that no file lists can be in the table of `channel`.
    fn learns(&self, channel: &Channel) -> bool {
        let brings = |from: &Channel| {
            from.table == channel.table && !matches!(from.import, Policy::Nothing | Policy::Absent)
        };
        let mut open = self.router.open.iter();
        let mut sessions = self.router.sessions.iter();
        open.any(|source| source.table == channel.table)
            || sessions.any(|session| !session.disabled && session.channels.iter().any(brings))
    }

    /// All that may happen to a network.
    pub(super) fn results<'e>(
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
            let mut found = self.offer(session, channel, policy, &candidate, gaps);
            if let Some(conditional) = channel.conditional {
                self.condition(session, channel, conditional, &candidate, &mut found, gaps);
            }
            let sent = found.iter().any(|result| result.sent.is_ok());
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
        // What may be absent of all that could be in the table leaves nothing to send.
        let perhaps = |entry: &Entry| {
            let rejected = |variant: &Variant| matches!(variant, Variant::Rejected);
            entry.variants.iter().any(rejected)
        };
        if let Some(entry) = entries.first()
            && entries.iter().all(perhaps)
        {
            results.push(Result {
                entry,
                sent: Err(Kept::Table),
                certainty: entry.certainty,
                carried: None,
            });
        }
        results
    }

    /// Adds what may become of a candidate that is sent under a condition.
    fn condition<'e>(
        &self,
        session: &Session,
        channel: &Channel,
        conditional: Conditional,
        candidate: &Candidate<'e>,
        found: &mut Vec<Result<'e>>,
        gaps: &mut Vec<ExportGap>,
    ) {
        let variant = std::slice::from_ref(candidate.variant);
        let verdicts = self.filtered(conditional.of, variant);
        let rejected = |variant: &Variant| matches!(variant, Variant::Rejected);
        if verdicts.iter().all(rejected) {
            return;
        }
        found.extend(self.offer(session, channel, conditional.sent, candidate, gaps));
        found.push(Result {
            entry: candidate.entry,
            sent: Err(Kept::Condition),
            certainty: candidate.entry.certainty,
            carried: None,
        });
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
        let from = self.ingress(entry);
        let kept = |why| Result {
            entry,
            sent: Err(why),
            certainty: entry.certainty,
            carried: None,
        };
        let mut before = candidate.variant.clone();
        if let Variant::Route(carried) = &mut before {
            if let Some(why) = kept_before(daemon, from, session, &carried.route) {
                return vec![kept(why)];
            }
            stripped(daemon, from, session, channel, carried);
        }
        let variants = self.through(policy, channel.place, std::slice::from_ref(&before));
        let mut results = Vec::new();
        for variant in variants {
            let variant = match (&before, variant) {
                (Variant::Route(before), Variant::Route(after)) => {
                    reflected(daemon, from, session, channel, before, after)
                }
                (_, variant) => variant,
            };
            let carried = match variant {
                Variant::Route(carried) => carried,
                Variant::Rejected => {
                    results.push(kept(Kept::Policy));
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
            match wire(daemon, from, session, channel, &carried) {
                Wire::Sent(sent, certainty) => results.push(Result {
                    entry,
                    sent: Ok(sent),
                    certainty: certainty.min(entry.certainty),
                    carried: Some(carried),
                }),
                Wire::Kept(why) => results.push(kept(why)),
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
        let (first, shown) = self.shown(entries, results)?;
        let Origin::Local { local, index } = first.entry.origin else {
            return None;
        };
        let Shown {
            sent,
            terms,
            certainty,
            otherwise,
        } = shown;
        Some(Exported {
            prefix,
            sent,
            statement: self.statement(first.entry),
            local,
            kind: self.router.local(local).routes.get(index)?.kind,
            terms,
            certainty,
            otherwise,
        })
    }

    /// The first result that sends something, with what it sends, and what may be instead.
    pub(super) fn shown<'r, 'e>(
        &self,
        entries: &[Entry],
        results: &'r [Result<'e>],
    ) -> Option<(&'r Result<'e>, Shown)> {
        let first = results.iter().find(|result| result.sent.is_ok())?;
        let sent = Arc::clone(first.sent.as_ref().ok()?);
        let mut otherwise: Vec<Option<Arc<Sent>>> = Vec::new();
        for result in results {
            let other = result.sent.as_ref().ok();
            if other != Some(&sent) && !otherwise.iter().any(|known| known.as_ref() == other) {
                otherwise.push(other.cloned());
            }
        }
        let certainty = if otherwise.is_empty() {
            first.certainty.min(tie(entries))
        } else {
            Certainty::Possible
        };
        let shown = Shown {
            sent,
            terms: first
                .carried
                .as_ref()
                .map_or_else(|| [].into(), |carried| self.places(carried)),
            certainty,
            otherwise,
        };
        Some((first, shown))
    }

    /// The places of the terms that had a part in a route, each once, in their order.
    pub(super) fn places(&self, carried: &Carried) -> Arc<[Place]> {
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

/// What is sent of a network, and what may be in its place.
pub(super) struct Shown {
    pub(super) sent: Arc<Sent>,
    pub(super) terms: Arc<[Place]>,
    pub(super) certainty: Certainty,
    pub(super) otherwise: Vec<Option<Arc<Sent>>>,
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
