//! The best way from a leaf to an anchor, within bounds: crossed signs, re-keyed CAs and loops make
//! more than one, and hostile graphs as many as they like.
//!
//! First it is found what the signatures connect at all; a leaf without any way to an anchor is
//! told so at once, however large the graph below is. Then the ways are climbed, and one that
//! breaks, or cannot become better than what is known, is left.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::certificate::{Expiry, Fingerprint};

use super::link::Link;
use super::pool::{Edge, Issuers, Pool};
use super::rules::{self, Break, COMPARISONS, Question};

/// Longest path, leaf and anchor included.
pub(super) const LONGEST: usize = 32;

/// Most steps from a certificate to an issuer.
pub(super) const STEPS: usize = 20_000;

/// Most certificates that are looked at above one leaf.
const NODES: usize = 4_000;

/// A path that no rule breaks, time apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Way {
    /// The certificates above the leaf by their number in the pool, the anchor last; none where
    /// the leaf is an anchor itself.
    pub links: Vec<usize>,
    /// Until when it holds.
    pub end: Expiry,
    /// The position of the certificate that ends first; 0 is the leaf.
    pub binding: usize,
}

/// What was found for a leaf.
#[derive(Debug, Clone, Default)]
pub struct Found {
    /// Of the ways that hold at the time and whose signatures are verified, the one that ends last.
    pub valid: Option<Way>,
    /// The same with a signature that cannot be verified, where there is none without.
    pub likely_valid: Option<Way>,
    /// Of all ways whose signatures are verified, the one that ends last, whatever the time is.
    pub best: Option<Way>,
    /// The same with a signature that cannot be verified, where there is none without.
    pub likely: Option<Way>,
    /// Whether signatures lead to an anchor at all, whatever the rules say.
    pub anchored: bool,
    /// Whether one of the ways, whatever the time is, leads to a public anchor.
    pub public: bool,
    /// Who issued the leaf by the signature, or may have where that cannot be verified.
    pub issuers: Vec<usize>,
    /// What of the leaf itself breaks every path.
    pub leaf: Option<Break>,
    /// The search stopped at its bounds: there may be better.
    pub cut: bool,
}

impl Found {
    /// The way that ends last; a verified one before one that is not.
    pub fn best_way(&self) -> Option<&Way> {
        self.best.as_ref().or(self.likely.as_ref())
    }
}

/// What the signatures connect above a leaf.
#[derive(Debug)]
pub(super) struct Reach<'p> {
    /// Who issued the leaf.
    pub(super) issuers: Cow<'p, Issuers>,
    /// Certificates from which there is a way to an anchor: steps to the nearest.
    pub(super) steps: BTreeMap<usize, usize>,
    /// Those from which there is one to a public anchor.
    public: BTreeSet<usize>,
    cut: bool,
}

impl<'p> Reach<'p> {
    pub(super) fn of(pool: &'p Pool, leaf: &Link) -> Self {
        let issuers = pool.issuers(leaf);
        let mut cut = issuers.cut;
        let mut below: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        let mut open: Vec<usize> = issuers.edges.iter().map(|edge| edge.to).collect();
        let mut anchors = BTreeSet::new();
        let mut seen: BTreeSet<usize> = open.iter().copied().collect();
        while let Some(number) = open.pop() {
            if pool.is_anchor(number) {
                anchors.insert(number);
                continue;
            }
            let above = pool.issuers_of(number);
            cut |= above.cut;
            for edge in &above.edges {
                below.entry(edge.to).or_default().push(number);
                if seen.len() >= NODES {
                    cut = true;
                } else if seen.insert(edge.to) {
                    open.push(edge.to);
                }
            }
        }
        // From the anchors down, nearest first.
        let mut steps: BTreeMap<usize, usize> = BTreeMap::new();
        let mut level: Vec<usize> = anchors.into_iter().collect();
        let mut distance = 0;
        while !level.is_empty() {
            level.retain(|&number| match steps.get(&number) {
                Some(_) => false,
                None => steps.insert(number, distance).is_none(),
            });
            level = level
                .iter()
                .filter_map(|number| below.get(number))
                .flatten()
                .copied()
                .collect();
            distance += 1;
        }
        let mut public = BTreeSet::new();
        let mut open: Vec<usize> = steps.keys().copied().collect();
        open.retain(|&number| pool.is_public(number));
        while let Some(number) = open.pop() {
            if public.insert(number) {
                open.extend(below.get(&number).into_iter().flatten());
            }
        }
        Self {
            issuers,
            steps,
            public,
            cut,
        }
    }
}

/// Whether the path has that name with that key already: a loop. Only the leaf may come again, as
/// a root that was issued anew with its old key.
pub(super) fn repeats(path: &[&Link], link: &Link) -> bool {
    let same = |known: &&Link| known.key == link.key && known.subject == link.subject;
    path.iter().skip(1).any(same) || path.first().is_some_and(|leaf| leaf.sha256 == link.sha256)
}

impl Pool {
    /// The best ways from `leaf` to the anchors.
    pub fn search(&self, leaf: &Link, question: &Question) -> Found {
        let reach = Reach::of(self, leaf);
        self.climb(leaf, question, &reach)
    }

    /// The certificate that ends first on a way from `leaf`.
    pub fn binding(&self, leaf: &Link, way: &Way) -> Fingerprint {
        let above = way.binding.checked_sub(1);
        let link = above.and_then(|at| self.link(*way.links.get(at)?));
        link.map_or(leaf.sha256, |link| link.sha256)
    }

    pub(super) fn climb(&self, leaf: &Link, question: &Question, reach: &Reach<'_>) -> Found {
        let is_anchor = self
            .number(leaf.sha256)
            .is_some_and(|number| self.is_anchor(number));
        let mut climber = Climber {
            pool: self,
            question,
            reach,
            left: STEPS,
            comparisons: COMPARISONS,
            found: Found {
                leaf: rules::leaf(leaf, question),
                anchored: is_anchor
                    || reach
                        .issuers
                        .edges
                        .iter()
                        .any(|edge| reach.steps.contains_key(&edge.to)),
                cut: reach.cut,
                issuers: reach.issuers.edges.iter().map(|edge| edge.to).collect(),
                ..Found::default()
            },
        };
        if climber.found.leaf.is_some() {
            // Nothing above can mend it.
            climber.found.cut = false;
            return climber.found;
        }
        let state = State {
            end: leaf.end(),
            binding: 0,
            timely: rules::time(leaf, 0, question.at).is_none(),
            verified: true,
        };
        if let Some(number) = self.number(leaf.sha256).filter(|_| is_anchor) {
            climber.found.public = self.is_public(number);
            climber.keep(&[], &state);
        }
        climber.up(&mut vec![leaf], &mut Vec::new(), &state);
        let mut found = climber.found;
        if found.valid.is_some() {
            found.likely_valid = None;
        }
        if found.best.is_some() {
            found.likely = None;
        }
        found
    }
}

/// What is known of a path while it grows.
#[derive(Debug, Clone, Copy)]
struct State {
    end: Expiry,
    binding: usize,
    /// Whether all of it is valid at the time.
    timely: bool,
    /// Whether every signature is verified.
    verified: bool,
}

struct Climber<'p> {
    pool: &'p Pool,
    question: &'p Question,
    reach: &'p Reach<'p>,
    left: usize,
    comparisons: usize,
    found: Found,
}

impl<'p> Climber<'p> {
    /// Goes up from the last certificate of `path`; never deeper than [`LONGEST`].
    fn up(&mut self, path: &mut Vec<&'p Link>, numbers: &mut Vec<usize>, state: &State) {
        for (to, edge) in self.ahead(numbers) {
            let Some(link) = self.pool.link(to).filter(|link| !repeats(path, link)) else {
                continue;
            };
            let Some(left) = self.left.checked_sub(1) else {
                self.found.cut = true;
                return;
            };
            self.left = left;
            let is_anchor = self.pool.is_anchor(to);
            let counts = self.question.anchor_expires || !is_anchor;
            let mut next = *state;
            next.verified &= edge.unverifiable.is_none();
            if counts {
                next.timely &= rules::time(link, path.len(), self.question.at).is_none();
                if link.end() < next.end {
                    next.end = link.end();
                    next.binding = path.len();
                }
            }
            let may_be_public = !self.found.public && self.reach.public.contains(&to);
            if !may_be_public && !self.can_be_better(&next) {
                continue;
            }
            let broken = rules::issuer(path, link, is_anchor, self.question, &mut self.comparisons);
            if broken.is_some() {
                self.found.cut |= self.comparisons == 0;
                continue;
            }
            path.push(link);
            numbers.push(to);
            if is_anchor {
                self.found.public |= self.pool.is_public(to);
                self.keep(numbers, &next);
            } else {
                self.up(path, numbers, &next);
            }
            path.pop();
            numbers.pop();
        }
    }

    /// The issuers of the last certificate from which an anchor can be reached, nearest first.
    fn ahead(&self, numbers: &[usize]) -> Vec<(usize, &'p Edge)> {
        let issuers: &'p Issuers = match numbers.last() {
            Some(&number) => self.pool.issuers_of(number),
            None => &self.reach.issuers,
        };
        let mut ahead: Vec<(usize, usize, &Edge)> = issuers
            .edges
            .iter()
            .filter_map(|edge| Some((*self.reach.steps.get(&edge.to)?, edge.to, edge)))
            .filter(|(steps, ..)| numbers.len() + steps + 2 <= LONGEST)
            .collect();
        ahead.sort_by_key(|&(steps, to, _)| (steps, to));
        ahead.into_iter().map(|(_, to, edge)| (to, edge)).collect()
    }

    /// Whether a path that has come so far can still become better than what is known.
    fn can_be_better(&self, state: &State) -> bool {
        let beats = |known: &Option<Way>| known.as_ref().is_none_or(|way| state.end > way.end);
        let found = &self.found;
        if state.verified {
            beats(&found.best) || (state.timely && beats(&found.valid))
        } else {
            (found.best.is_none() && beats(&found.likely))
                || (state.timely && found.valid.is_none() && beats(&found.likely_valid))
        }
    }

    /// Keeps a path that has reached an anchor wherever it is better than what is known.
    fn keep(&mut self, numbers: &[usize], state: &State) {
        let way = Way {
            links: numbers.to_vec(),
            end: state.end,
            binding: state.binding,
        };
        let found = &mut self.found;
        let (any, timely) = if state.verified {
            (&mut found.best, &mut found.valid)
        } else {
            (&mut found.likely, &mut found.likely_valid)
        };
        for known in [Some(any), state.timely.then_some(timely)]
            .into_iter()
            .flatten()
        {
            if known.as_ref().is_none_or(|known| way.end > known.end) {
                *known = Some(way.clone());
            }
        }
    }
}

/// Why the signatures of a way cannot be verified: positions and reasons.
pub(super) type Unverifiable = Vec<(usize, Arc<str>)>;
