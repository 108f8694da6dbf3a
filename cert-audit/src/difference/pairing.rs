//! Which certificate follows which.

use std::collections::{BTreeMap, BTreeSet};

use super::Place;
use super::facts::{Facts, Names};
use crate::v1::Kind;

/// What two members of a lineage share, the surest first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Key<'a> {
    /// Names, issuer and kind of key, in one file.
    All(Place, Names<'a>, &'a str, &'a str),
    /// Names in one file.
    NamesHere(Place, Names<'a>),
    /// Names, issuer and kind of key.
    Issued(Names<'a>, &'a str, &'a str),
    /// Names.
    Names(Names<'a>),
    /// The place within a file; not for CAs, whose stores are lists.
    Spot(Place, &'a str, Kind),
    /// The file, where one goes and one comes.
    File(Place, Kind),
}

type Keys<'a> = fn(&Facts<'a>) -> Vec<Key<'a>>;

/// The keys, one after the other; the last asks for a single one on each side.
fn passes<'a>() -> [(Keys<'a>, bool); 6] {
    [
        (all, false),
        (names_here, false),
        (issued, false),
        (names, false),
        (spots, false),
        (files, true),
    ]
}

/// Pairs of digests, the earlier first, and the places that they explain.
#[derive(Debug, Default)]
pub(super) struct Pairing<'a> {
    /// The earlier and the later one.
    pub(super) pairs: BTreeSet<(&'a str, &'a str)>,
    /// By the digest of one that both sides have: places that changed hands within its lineage,
    /// so that it has not moved.
    pub(super) explained: BTreeMap<&'a str, BTreeSet<Place>>,
    followed: BTreeSet<&'a str>,
    followers: BTreeSet<&'a str>,
}

impl<'a> Pairing<'a> {
    /// Pairs what only one side has; then what only one side has with what both have, where the
    /// one took the other's place.
    pub(super) fn of(
        olds: &BTreeMap<&'a str, Facts<'a>>,
        news: &BTreeMap<&'a str, Facts<'a>>,
    ) -> Self {
        let mut pairing = Self::default();
        let only = |one: &BTreeMap<&'a str, Facts<'a>>, other: &BTreeMap<&'a str, Facts<'a>>| {
            let shas = one.keys().copied();
            let only: Vec<&'a str> = shas.filter(|sha| !other.contains_key(sha)).collect();
            only
        };
        let (gone, fresh) = (only(olds, news), only(news, olds));
        for (keys, single) in passes() {
            let mut groups: BTreeMap<Key<'a>, (Vec<&Facts<'a>>, Vec<&Facts<'a>>)> = BTreeMap::new();
            for facts in gone.iter().filter_map(|sha| olds.get(sha)) {
                if !pairing.is_followed(&facts.artifact.sha256) {
                    for key in keys(facts) {
                        groups.entry(key).or_default().0.push(facts);
                    }
                }
            }
            for facts in fresh.iter().filter_map(|sha| news.get(sha)) {
                if !pairing.is_follower(&facts.artifact.sha256) {
                    for key in keys(facts) {
                        groups.entry(key).or_default().1.push(facts);
                    }
                }
            }
            for (was, is) in groups.into_values() {
                if !single || (was.len() == 1 && is.len() == 1) {
                    pairing.zip(was, is);
                }
            }
        }
        pairing.take_places(olds, news);
        pairing
    }

    /// Whether something follows it.
    pub(super) fn is_followed(&self, sha: &str) -> bool {
        self.followed.contains(sha)
    }

    /// Whether it follows something.
    pub(super) fn is_follower(&self, sha: &str) -> bool {
        self.followers.contains(sha)
    }

    fn pair(&mut self, was: &'a str, is: &'a str) {
        self.pairs.insert((was, is));
        self.followed.insert(was);
        self.followers.insert(is);
    }

    /// Pairs the first with the first and so on, in the order in which they begin.
    fn zip(&mut self, mut was: Vec<&Facts<'a>>, mut is: Vec<&Facts<'a>>) {
        was.retain(|facts| !self.is_followed(&facts.artifact.sha256));
        is.retain(|facts| !self.is_follower(&facts.artifact.sha256));
        was.sort_by_key(|facts| facts.order());
        is.sort_by_key(|facts| facts.order());
        was.dedup_by_key(|facts| &facts.artifact.sha256);
        is.dedup_by_key(|facts| &facts.artifact.sha256);
        for (was, is) in was.into_iter().zip(is) {
            self.pair(&was.artifact.sha256, &is.artifact.sha256);
        }
    }

    /// Pairs by a place that changed hands within a lineage, where both sides have one of the two.
    fn take_places(
        &mut self,
        olds: &BTreeMap<&'a str, Facts<'a>>,
        news: &BTreeMap<&'a str, Facts<'a>>,
    ) {
        let mut before: BTreeMap<(Names<'a>, &Place), Vec<&Facts<'a>>> = BTreeMap::new();
        for facts in olds.values() {
            for place in &facts.places {
                if let Some(names) = &facts.names {
                    before
                        .entry((names.clone(), place))
                        .or_default()
                        .push(facts);
                }
            }
        }
        for is in news.values() {
            let Some(names) = &is.names else { continue };
            let sha = is.artifact.sha256.as_str();
            for place in &is.places {
                if olds.get(sha).is_some_and(|was| was.places.contains(place)) {
                    continue;
                }
                let left = before.get(&(names.clone(), place)).into_iter().flatten();
                let was = left
                    .filter(|was| {
                        let stays = news.get(was.artifact.sha256.as_str());
                        stays.is_none_or(|stays| !stays.places.contains(place))
                            && was.algorithm() == is.algorithm()
                            && was.artifact.sha256 != sha
                    })
                    .min_by_key(|was| was.order());
                let Some(was) = was else { continue };
                let earlier = was.artifact.sha256.as_str();
                let both_new = !news.contains_key(earlier) && !olds.contains_key(sha);
                if both_new {
                    // That is what the passes decided.
                    continue;
                }
                if !(self.is_follower(sha) || self.is_followed(earlier)) {
                    self.pair(earlier, sha);
                }
                for one in [earlier, sha] {
                    self.explained.entry(one).or_default().insert(place.clone());
                }
            }
        }
    }
}

fn all<'a>(facts: &Facts<'a>) -> Vec<Key<'a>> {
    let Some(names) = &facts.names else {
        return Vec::new();
    };
    let (issuer, algorithm) = (facts.issuer(), facts.algorithm());
    let places = facts.places.iter().cloned();
    places
        .map(|place| Key::All(place, names.clone(), issuer, algorithm))
        .collect()
}

fn names_here<'a>(facts: &Facts<'a>) -> Vec<Key<'a>> {
    let Some(names) = &facts.names else {
        return Vec::new();
    };
    let places = facts.places.iter().cloned();
    places
        .map(|place| Key::NamesHere(place, names.clone()))
        .collect()
}

fn issued<'a>(facts: &Facts<'a>) -> Vec<Key<'a>> {
    let names = facts.names.iter().cloned();
    names
        .map(|names| Key::Issued(names, facts.issuer(), facts.algorithm()))
        .collect()
}

fn names<'a>(facts: &Facts<'a>) -> Vec<Key<'a>> {
    facts.names.iter().cloned().map(Key::Names).collect()
}

fn spots<'a>(facts: &Facts<'a>) -> Vec<Key<'a>> {
    if facts.artifact.is_ca == Some(true) {
        return Vec::new();
    }
    let spots = facts.spots.iter().cloned();
    spots
        .map(|(place, spot)| Key::Spot(place, spot, facts.artifact.kind))
        .collect()
}

fn files<'a>(facts: &Facts<'a>) -> Vec<Key<'a>> {
    if facts.artifact.is_ca == Some(true) {
        return Vec::new();
    }
    let kind = facts.artifact.kind;
    let places = facts.places.iter().cloned();
    places.map(|place| Key::File(place, kind)).collect()
}
