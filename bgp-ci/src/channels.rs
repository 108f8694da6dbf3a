//! Address families of sessions that one rule has something to say about, by neighbour.

use std::collections::{BTreeMap, BTreeSet};

use rules::{Finding, Rule, Span};

use crate::before::Before;
use crate::change::{Change, Side};
use crate::check::existing;
use crate::model::session::Channel;
use crate::model::{Family, Name, Session, SessionKey};
use crate::wording::{json, list};

/// Places that are shown as labels; the message names every site anyway.
const LABELS: usize = 3;

/// One address family of one session.
#[derive(Debug, Clone, Copy)]
pub struct Found<'a> {
    /// The side that it is on.
    pub side: &'a Side,
    /// Which session.
    pub key: &'a SessionKey,
    /// The session.
    pub session: &'a Session,
    /// Which family.
    pub family: Family,
    /// The family's part of it.
    pub channel: &'a Channel,
}

/// The channels of a neighbour that are wrong in one way.
#[derive(Debug)]
pub struct Group<'a> {
    /// The neighbour.
    pub neighbor: &'a Name,
    /// Its channels, of one or several sites.
    pub channels: Vec<Found<'a>>,
    /// Whether base had every one of them.
    pub known: bool,
}

/// Every channel of `side`'s configured sessions.
fn all(side: &Side) -> impl Iterator<Item = Found<'_>> {
    let configured = side.sessions.iter().filter(|(_, s)| s.configured);
    configured.flat_map(move |(key, session)| {
        session.channels.iter().map(move |(family, channel)| Found {
            side,
            key,
            session,
            family: *family,
            channel,
        })
    })
}

/// Head's channels for which `wrong` is true, by neighbour; those that base had apart from those
/// that are new.
pub fn wrong<'a>(change: &'a Change, wrong: impl Fn(&Found<'_>) -> bool) -> Vec<Group<'a>> {
    let before = Before::new(change);
    let had = |found: &Found<'_>| {
        let Some((side, key, session)) = before.session(found.key) else {
            return false;
        };
        let channel = session.channels.get(&found.family);
        session.configured
            && channel.is_some_and(|channel| {
                wrong(&Found {
                    side,
                    key,
                    session,
                    family: found.family,
                    channel,
                })
            })
    };
    let mut groups: BTreeMap<(&Name, bool), Vec<Found<'a>>> = BTreeMap::new();
    for found in all(&change.head).filter(|found| wrong(found)) {
        let group = groups
            .entry((&found.key.neighbor, had(&found)))
            .or_default();
        group.push(found);
    }
    groups
        .into_iter()
        .map(|((neighbor, known), channels)| Group {
            neighbor,
            channels,
            known,
        })
        .collect()
}

impl Group<'_> {
    /// `` `transit-a` at fra and iad (ipv4) ``.
    pub fn subject(&self) -> String {
        let families: BTreeSet<&str> = self.channels.iter().map(|c| c.family.as_str()).collect();
        format!(
            "`{}` at {} ({})",
            self.neighbor,
            list(self.sites(), "no site"),
            list(families, "no family")
        )
    }

    fn sites(&self) -> BTreeSet<&Name> {
        self.channels.iter().map(|found| &found.key.site).collect()
    }

    /// A finding of `rule` about the group: at the first of the places that `place` gives, with
    /// the others and the policy's line as labels.
    pub fn finding(
        &self,
        change: &Change,
        rule: &'static Rule,
        message: String,
        place: impl Fn(&Found<'_>) -> Option<Span>,
    ) -> Finding {
        let places: BTreeSet<Span> = self
            .channels
            .iter()
            .map(|found| {
                place(found)
                    .or_else(|| found.channel.span.clone())
                    .unwrap_or_else(|| found.session.span.clone())
            })
            .collect();
        let network = &change.head.network;
        let first = places.first().unwrap_or(&network.span).clone();
        let families: BTreeSet<&str> = self.channels.iter().map(|c| c.family.as_str()).collect();
        // What is new is told apart from what base had, so that a baseline of the one does not
        // hide the other.
        let state = if self.known { "existing" } else { "new" };
        let mut finding = rule
            .at(first, message, &[self.neighbor, state])
            .with_data("neighbor", self.neighbor.to_string())
            .with_data("sites", json(self.sites()))
            .with_data("families", json(&families));
        for place in places.into_iter().skip(1).take(LABELS) {
            finding = finding.with_label(place, "and here");
        }
        if let Some(neighbor) = network.neighbors.get(self.neighbor) {
            finding = finding.with_label(neighbor.span.clone(), "the policy declares it here");
        }
        existing(change, self.known, finding)
    }
}
