//! Sites × prefixes: what becomes of each prefix at each site, as one sign.

use std::collections::{BTreeMap, BTreeSet};

use super::v1::{Matrix, Row};
use crate::change::{Change, Side};
use crate::model::{Announcement, Difference, Key, Name, Prefix, Presence, SessionKey};

/// What the signs mean, in the order of the legend.
pub(super) const SIGNS: [(char, &str); 11] = [
    ('-', "gone"),
    ('!', "kept back"),
    ('O', "other origin"),
    ('<', "fewer neighbours"),
    ('+', "new"),
    ('>', "more neighbours"),
    ('~', "other attributes"),
    ('=', "as before"),
    ('x', "kept back before and after"),
    ('?', "not known"),
    ('.', "not announced"),
];

/// The matrix of the prefixes that `difference` touches.
pub(super) fn of(change: &Change, base: &Side, difference: &Difference<'_>) -> Matrix {
    let external = |(_, one): &&(&Key, &Announcement)| one.external;
    let either = difference.removed.iter().chain(&difference.added);
    let either = either.filter(external).map(|(key, _)| key.prefix);
    let changed = difference.changed.iter();
    let changed = changed.filter(|(_, then, now)| then.external || now.external);
    let prefixes: BTreeSet<Prefix> = either.chain(changed.map(|(key, ..)| key.prefix)).collect();
    let rows: Vec<(Prefix, BTreeMap<&Name, char>)> = prefixes
        .into_iter()
        .map(|prefix| (prefix, row(change, base, prefix)))
        .collect();
    let sites: BTreeSet<&Name> = rows
        .iter()
        .flat_map(|(_, row)| row.keys().copied())
        .collect();
    Matrix {
        sites: sites.iter().map(ToString::to_string).collect(),
        rows: rows
            .iter()
            .map(|(prefix, row)| Row {
                prefix: prefix.to_string(),
                cells: sites
                    .iter()
                    .map(|site| row.get(*site).copied().unwrap_or('.'))
                    .collect(),
            })
            .collect(),
    }
}

type Received<'a> = BTreeMap<SessionKey, &'a Announcement>;

/// The signs of one prefix, by site.
fn row<'a>(change: &'a Change, base: &'a Side, prefix: Prefix) -> BTreeMap<&'a Name, char> {
    // By head's sessions, so that a renamed one is no change.
    let mut sites: BTreeMap<&Name, (Received<'_>, Received<'_>)> = BTreeMap::new();
    for (key, then) in base.of(prefix) {
        let session = key.session();
        let session = change.sessions.get(&session).cloned().unwrap_or(session);
        // A renamed site stands in head's column.
        let site = change.sites.get(&key.site).unwrap_or(&key.site);
        sites.entry(site).or_default().0.insert(session, then);
    }
    for (key, now) in change.head.of(prefix) {
        let session = key.session();
        sites.entry(&key.site).or_default().1.insert(session, now);
    }
    let unseen = base.unseen.iter().chain(&change.head.unseen);
    let mut signs: BTreeMap<&Name, char> = unseen.map(|site| (site, '?')).collect();
    for (site, (then, now)) in &sites {
        if !signs.contains_key(*site) {
            signs.insert(site, sign(then, now));
        }
    }
    signs
}

fn sign(then: &Received<'_>, now: &Received<'_>) -> char {
    let present = |received: &Received<'_>| -> BTreeSet<SessionKey> {
        let there = received.iter();
        let there = there.filter(|(_, one)| one.presence == Presence::Present);
        there.map(|(session, _)| session.clone()).collect()
    };
    let (before, after) = (present(then), present(now));
    let differs = |other: fn(&Announcement, &Announcement) -> bool| {
        now.iter()
            .filter_map(|(session, now)| Some((then.get(session)?, now)))
            .any(|(then, now)| other(then, now))
    };
    if before.is_empty() && after.is_empty() {
        return if then.is_empty() && !now.is_empty() {
            '!'
        } else if now.is_empty() {
            '-'
        } else {
            'x'
        };
    }
    if after.is_empty() {
        return if now.is_empty() { '-' } else { '!' };
    }
    if before.is_empty() {
        return '+';
    }
    if differs(|then, now| then.route.origin() != now.route.origin()) {
        return 'O';
    }
    if !before.is_subset(&after) {
        return '<';
    }
    if before != after {
        return '>';
    }
    if then.len() != now.len()
        || differs(|then, now| then.route != now.route || then.presence != now.presence)
    {
        return '~';
    }
    '='
}
