//! The difference in lines: what many announcements have in common is said once.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;

use super::v1::{Group, Kind, Line};
use crate::change::{Change, Side};
use crate::model::{
    Announcement, AsPath, Asn, Community, Difference, Key, Name, Prefix, Presence, Route,
};

/// What a line is about: its sign, what it says, and what to know.
type About = (char, String, String);

/// Prefix, neighbour and site of an announcement.
pub(super) type Place = (Option<Prefix>, Name, Name);

/// The announcements behind lines, by kind and what they are about.
#[derive(Debug, Default)]
pub(super) struct Lines {
    kinds: BTreeMap<Kind, BTreeMap<About, Places>>,
}

/// The places of one line, and how many announcements are there.
#[derive(Debug, Default, Clone)]
struct Places {
    places: BTreeSet<Place>,
    count: usize,
}

impl Lines {
    /// Says one thing about one announcement or session.
    pub(super) fn add(&mut self, kind: Kind, sign: char, what: &str, note: &str, place: Place) {
        let about = (sign, what.to_owned(), note.to_owned());
        let places = self
            .kinds
            .entry(kind)
            .or_default()
            .entry(about)
            .or_default();
        places.count += 1;
        places.places.insert(place);
    }

    /// Says what is about no announcement.
    pub(super) fn tell(&mut self, kind: Kind, sign: char, what: &str, note: &str) {
        let about = (sign, what.to_owned(), note.to_owned());
        self.kinds
            .entry(kind)
            .or_default()
            .entry(about)
            .or_default();
    }

    /// The groups, the most important first; in each the lines about most announcements first.
    pub(super) fn groups(self) -> Vec<Group> {
        self.kinds
            .into_iter()
            .map(|(kind, abouts)| {
                let announces = !matches!(kind, Kind::Sessions | Kind::Policy);
                let count = abouts.values().map(|places| places.count).sum();
                let mut lines: Vec<Line> = abouts
                    .into_iter()
                    .flat_map(|(about, places)| split(&about, &places))
                    .collect();
                lines.sort_by_key(|line| std::cmp::Reverse(line.count));
                Group {
                    kind,
                    announcements: if announces { count } else { 0 },
                    lines,
                }
            })
            .collect()
    }
}

/// The lines about one thing: where the prefixes themselves are what comes or goes, one for each
/// set of prefixes that does so at the same places; else a single one.
fn split((sign, what, note): &About, places: &Places) -> Vec<Line> {
    if !what.is_empty() {
        return vec![line(*sign, what, note, &places.places, places.count)];
    }
    let mut pairs: BTreeMap<Option<Prefix>, BTreeSet<(Name, Name)>> = BTreeMap::new();
    for (prefix, neighbor, site) in &places.places {
        let pair = (neighbor.clone(), site.clone());
        pairs.entry(*prefix).or_default().insert(pair);
    }
    let mut same: BTreeMap<BTreeSet<(Name, Name)>, Vec<Option<Prefix>>> = BTreeMap::new();
    for (prefix, pairs) in pairs {
        same.entry(pairs).or_default().push(prefix);
    }
    same.into_iter()
        .map(|(pairs, prefixes)| {
            let count = pairs.len() * prefixes.len();
            let all = prefixes.iter().flat_map(|prefix| {
                let pairs = pairs.iter().cloned();
                pairs.map(move |(neighbor, site)| (*prefix, neighbor, site))
            });
            line(*sign, what, note, &all.collect(), count)
        })
        .collect()
}

fn line(sign: char, what: &str, note: &str, places: &BTreeSet<Place>, count: usize) -> Line {
    let prefixes: BTreeSet<Prefix> = places.iter().filter_map(|(prefix, ..)| *prefix).collect();
    let neighbors: BTreeSet<&Name> = places.iter().map(|(_, neighbor, _)| neighbor).collect();
    let sites: BTreeSet<&Name> = places.iter().map(|(.., site)| site).collect();
    let all = prefixes.len().max(1) * neighbors.len() * sites.len();
    Line {
        sign,
        what: what.to_owned(),
        note: note.to_owned(),
        prefixes: prefixes.iter().map(ToString::to_string).collect(),
        neighbors: neighbors.iter().map(ToString::to_string).collect(),
        sites: sites.iter().map(ToString::to_string).collect(),
        count,
        each: all == places.len(),
    }
}

/// What `difference` says.
pub(super) fn announcements(
    change: &Change,
    base: &Side,
    difference: &Difference<'_>,
    lines: &mut Lines,
) {
    for (key, then) in &difference.removed {
        let what = qualified(then);
        let note = left(change, base, key, then);
        lines.add(Kind::Withdrawn, '-', "", &joined(&what, &note), place(key));
    }
    for (key, now) in &difference.added {
        lines.add(Kind::New, '+', "", &qualified(now), place(key));
    }
    for (key, then, now) in &difference.changed {
        for (kind, sign, what) in changes(then, now) {
            let note = if now.external { "" } else { INTERNAL };
            let is_presence = matches!(kind, Kind::KeptBack | Kind::PassedOn);
            // The prefix is what is lost, so the lines are split as those about withdrawals.
            if is_presence {
                let left = if kind == Kind::KeptBack {
                    left(change, base, key, then)
                } else {
                    String::new()
                };
                lines.add(kind, sign, "", &joined(&what, &left), place(key));
            } else {
                lines.add(kind, sign, &what, note, place(key));
            }
        }
    }
}

const INTERNAL: &str = "to our own routers";

fn place(key: &Key) -> Place {
    (Some(key.prefix), key.neighbor.clone(), key.site.clone())
}

fn joined(one: &str, other: &str) -> String {
    let parts = [one, other].into_iter().filter(|part| !part.is_empty());
    parts.collect::<Vec<_>>().join("; ")
}

/// What makes an announcement less than one that spreads.
fn qualified(announcement: &Announcement) -> String {
    match announcement.presence {
        _ if !announcement.external => INTERNAL.to_owned(),
        Presence::Present => String::new(),
        Presence::KeptBy(community) => format!("kept back by {community}"),
        Presence::Loop(asn) => format!("dropped, as the path holds {asn}"),
    }
}

/// Where a prefix that is gone somewhere is left.
fn left(change: &Change, base: &Side, key: &Key, then: &Announcement) -> String {
    if !then.external || base.fleet.sites(key.prefix).next().is_none() {
        return String::new();
    }
    let left = change.head.fleet.sites(key.prefix).count();
    match (left, base.fleet.sites(key.prefix).count()) {
        (0, _) => "left nowhere".to_owned(),
        (left, before) if left == before => format!("still at all {before} sites"),
        (left, before) => format!("left at {left} of {before} sites"),
    }
}

/// Everything that differs between two announcements of one prefix to one neighbour.
fn changes(then: &Announcement, now: &Announcement) -> Vec<(Kind, char, String)> {
    let mut changes = Vec::new();
    match (then.presence, now.presence) {
        (was, is) if was == is => {}
        (Presence::Present, _) => changes.push((Kind::KeptBack, '!', qualified(now))),
        (_, Presence::Present) => {
            changes.push((Kind::PassedOn, '+', format!("was {}", qualified(then))));
        }
        _ => {
            let what = format!("{} → {}", qualified(then), qualified(now));
            changes.push((Kind::Attributes, '~', what));
        }
    }
    let (then, now) = (&*then.route, &*now.route);
    let mut other = |kind: Kind, name: &str, was: String, is: String| {
        if was != is {
            changes.push((kind, '~', format!("{name} {was} → {is}")));
        }
    };
    let origin = |route: &Route| optional(route.origin());
    other(Kind::Origin, "origin", origin(then), origin(now));
    if then.origin() == now.origin() || then.path.length() != now.path.length() {
        let (name, was, is) = paths(&then.path, &now.path);
        other(Kind::Attributes, name, was, is);
    }
    let code = |route: &Route| route.origin_code.as_str().to_owned();
    other(Kind::Attributes, "origin code", code(then), code(now));
    let med = (optional(then.med), optional(now.med));
    other(Kind::Attributes, "MED", med.0, med.1);
    let preference = (optional(then.local_pref), optional(now.local_pref));
    let (was, is) = preference;
    other(Kind::Attributes, "local preference", was, is);
    let hop = |route: &Route| route.next_hop.to_string();
    other(Kind::Attributes, "next hop", hop(then), hop(now));
    let otc = (optional(then.otc), optional(now.otc));
    other(Kind::Attributes, "only-to-customer", otc.0, otc.1);
    let source = |route: &Route| route.source.as_str().to_owned();
    other(Kind::Unseen, "source", source(then), source(now));
    let services = |route: &Route| match route.services.len() {
        0 => "none".to_owned(),
        _ => listed(&route.services),
    };
    other(Kind::Unseen, "service", services(then), services(now));
    for gone in then.communities.difference(&now.communities) {
        changes.push((Kind::Attributes, '-', named(gone)));
    }
    for new in now.communities.difference(&then.communities) {
        changes.push((Kind::Attributes, '+', named(new)));
    }
    changes
}

/// How two paths with one origin differ: in prepends alone, or altogether.
fn paths(then: &AsPath, now: &AsPath) -> (&'static str, String, String) {
    let bare = |path: &AsPath| -> (Vec<Asn>, usize) {
        let mut asns: Vec<Asn> = path.asns().collect();
        let all = asns.len();
        asns.dedup();
        let more = all - asns.len();
        (asns, more)
    };
    let ((one, was), (other, is)) = (bare(then), bare(now));
    if one == other && was != is {
        ("prepend", was.to_string(), is.to_string())
    } else {
        ("path", path(then), path(now))
    }
}

fn path(path: &AsPath) -> String {
    if path.is_empty() {
        "none".to_owned()
    } else {
        path.to_string()
    }
}

fn named(community: &Community) -> String {
    let kind = match community {
        Community::Standard(..) => "community",
        Community::Large(..) => "large",
        Community::Extended(_) => "extended",
    };
    format!("{kind} {community}")
}

fn optional<T: Display>(value: Option<T>) -> String {
    value.map_or_else(|| "none".to_owned(), |value| value.to_string())
}

fn listed<T: Display>(all: &BTreeSet<T>) -> String {
    let all: Vec<String> = all.iter().map(ToString::to_string).collect();
    all.join(", ")
}
